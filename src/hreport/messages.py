"""What the program says to people: in English where it is said, in their language where it is read.

A `Message` is a `str`, the English line, that remembers the template it was made of. So an issue may be made in a
worker process, kept, counted and written to a file in English, and still be said in Chinese on a screen. The
translations are data (`data/messages.toml`): the English template is the key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "zh")


class Message(str):
    """A line for people, made of a template with `{name}` fields and their values.

    >>> line = Message("{path}: there is no file", path="a.txt")
    >>> str(line), line.template
    ('a.txt: there is no file', '{path}: there is no file')
    """

    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Message:
        """Fill in the template, as `str.format` does."""
        made = super().__new__(cls, template.format(**values))
        made.template, made.values = template, values
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled with its parts, since workers hand messages to the process that says them."""
        return (_made, (self.template, dict(self.values)))


def _made(template: str, values: Mapping[str, Any]) -> Message:
    return Message(template, **values)


def word_of(text: str) -> Message:
    """A word that is made elsewhere and translated as it stands: a code, a sort, or what the system says.

    >>> word_of("not found")
    'not found'
    """
    return Message(text.replace("{", "{{").replace("}", "}}"))


def reason_of(error: BaseException) -> Message:
    """What an exception says: the message it carries, or the words of the system or library.

    >>> reason_of(ValueError(Message("no {name}", name="file"))).template
    'no {name}'
    """
    said = error.args[0] if error.args else ""
    if isinstance(said, Message):
        return said
    return word_of(error.strerror if isinstance(error, OSError) and error.strerror else str(error))


def listed(parts: Iterable[str]) -> str:
    """Parts on one line, with what parts them in the reader's language.

    >>> listed(["csv", "xlsx", "md"])
    'csv, xlsx, md'
    """
    line = ""
    for part in parts:
        line = Message("{before}, {part}", before=line, part=part) if line else part
    return line


@lru_cache(maxsize=1)
def translations() -> Mapping[str, Mapping[str, str]]:
    """Templates in other languages by language and English template."""
    text = (files("hreport") / "data" / "messages.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def translated(text: str, language: str) -> str:
    """A message, or a fixed text, in `language`; in English where there is no translation.

    >>> translated(Message("{path}: there is no file", path="a.txt"), "en")
    'a.txt: there is no file'
    """
    if language == "en":
        return str(text)
    known = translations().get(language, {})
    if not isinstance(text, Message):
        return known.get(text, text)
    values = {n: translated(v, language) if isinstance(v, Message) else v for n, v in text.values.items()}
    return known.get(text.template, text.template).format(**values)
