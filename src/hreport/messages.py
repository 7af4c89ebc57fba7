"""What the program says to people: in English where it is said, in their language where it is read.

A `Message` is a `str`, the English line, that remembers the template it was made of. So an issue may be made in a
worker process, kept, counted and written to a file in English, and still be said in Chinese on a screen. The
translations are data (`data/messages.toml`): the English template is the key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from string import Formatter
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
    """What is said elsewhere, and translated by its words: a code, a sort, what the system says or a store has kept.

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
def _tables() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((files("hreport") / "data" / "messages.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=len(LANGUAGES))
def translations(language: str) -> Mapping[str, str]:
    """Templates in another language by their English, of all tables of `data/messages.toml` for it."""
    tables = [table for name, table in _tables().items() if name.partition("_")[0] == language]
    said = {template: other for table in tables for template, other in table.items()}
    return {**_codes(), **said} if language == "zh" else said


def _codes() -> Mapping[str, str]:
    """Codes that lines hold, as the tables of a screen have them (`data/headers.toml`)."""
    words = tomllib.loads((files("hreport") / "data" / "headers.toml").read_text(encoding="utf-8"))["codes"]
    return {code.replace("_", " "): word for code, word in words["damage"].items()}


def translated(text: str, language: str) -> str:
    """A line in `language`; in English where there is no translation.

    A line without its template (of typer, or kept in a store) is recognised by its words.

    >>> translated(Message("{path}: there is no file", path="a.txt"), "en")
    'a.txt: there is no file'
    """
    if language == "en":
        return str(text)
    known = translations(language)
    if isinstance(text, Message):
        if text.values or text.template in known:
            values = {n: translated(v, language) if isinstance(v, Message) else v for n, v in text.values.items()}
            return known.get(text.template, text.template).format(**values)
        return _recognised(text, language)
    return known[text] if text in known else _recognised(text, language)


class _Words(str):
    """What stood in a line in the place of a field: its format is settled already."""

    def __format__(self, spec: str) -> str:
        return str(self)

    def __repr__(self) -> str:
        return str(self)


# Fields that may hold words of ours; those of the others are the user's own, such as the name of a file.
OURS = frozenset(
    {"advice", "but", "doubt", "error", "held", "kind", "message", "reason", "refusal", "what", "where", "why"}
)


def _recognised(text: str, language: str) -> str:
    for template, pattern in _patterns(language):
        if match := pattern.fullmatch(text):
            values = {n: translated(v, language) if n in OURS else v for n, v in match.groupdict("").items()}
            return translations(language)[template].format(**{n: _Words(v) for n, v in values.items()})
    return text


@lru_cache(maxsize=len(LANGUAGES))
def _patterns(language: str) -> Sequence[tuple[str, re.Pattern[str]]]:
    """What lines of each template look like, those first that begin with words of their own, and have most of them."""
    found = []
    for template in translations(language):
        parts = list(Formatter().parse(template))
        length = sum(len(literal) for literal, *_ in parts)
        seen: set[str] = set()
        pattern = ""
        for literal, name, _, conversion in parts:
            pattern += re.escape(literal)
            if name is not None:
                words = "'.*?'|\".*?\"" if conversion == "r" else ".*?"
                pattern += f"(?P={name})" if name in seen else f"(?P<{name}>{words})"
                seen.add(name)
        if seen and re.search("[A-Za-z]{2}", "".join(literal for literal, *_ in parts)):
            found.append((template.startswith("{"), -length, template, re.compile(pattern)))
    return [(template, pattern) for *_, template, pattern in sorted(found, key=lambda f: f[:3])]
