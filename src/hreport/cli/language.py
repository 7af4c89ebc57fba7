"""The language in which the program speaks: which it is, and the words of typer in it.

It is settled before the command line is read, so that help and bad usage are in it too, and holds for one run of the
program: `--lang`, else HREPORT_LANG, else the locale.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from hreport.messages import LANGUAGES, Message, translated
from hreport.width import breaks, screen_width

OPTION = "--lang"
VARIABLE = "HREPORT_LANG"
SAMPLE = "\u6570\u636e"  # hanzi of every Chinese encoding
CHINESE = 0x04  # the primary language of a Windows language id
FULL_STOP = "\u3002"
NARROWEST = 10  # columns for a text beside what it explains
LONGEST = 10  # letters of the name of a command
# The commands in the order of work, by what they are for.
GROUPS = {
    "Read reports": ("extract", "masks", "show"),
    "Compare and check": ("compare", "check", "report", "align"),
    "Look up": ("indicators", "doctor", "eval"),
}

_current: ContextVar[str] = ContextVar("language", default="en")


def current() -> str:
    """The language of this run."""
    return _current.get()


def said(text: str) -> str:
    """A line for people in the language of this run."""
    return translated(text, _current.get())


@contextmanager
def settled(arguments: Sequence[str]) -> Iterator[None]:
    """Speak the language that a command line and the environment want, for as long as this lasts."""
    language = wanted(arguments, os.environ)
    token = _current.set(language if _can_be_written(language) else "en")
    try:
        yield
    finally:
        _current.reset(token)


def wanted(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language that a command line asks for, else the environment, else the system.

    >>> wanted(["extract", "a.txt", "--lang", "zh"], {}), wanted([], {"LANG": "zh_CN.UTF-8"})
    ('zh', 'zh')
    >>> wanted([], {"HREPORT_LANG": "en", "LANG": "zh_CN.UTF-8"}), wanted([], {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"})
    ('en', 'en')
    """
    asked = ""
    ours = arguments[: arguments.index("--")] if "--" in arguments else arguments
    for at, argument in enumerate(ours):
        name, equals, value = argument.partition("=")
        if name == OPTION:
            asked = (value if equals else "".join(ours[at + 1 : at + 2])).lower()
    if asked in LANGUAGES:
        return asked
    names = (VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((environment[n] for n in names if environment.get(n)), "")
    is_chinese = locale.lower().startswith("zh") if locale else _is_chinese_windows()
    return "zh" if is_chinese else "en"


def _is_chinese_windows() -> bool:
    if sys.platform != "win32":
        return False
    import ctypes

    try:
        return int(ctypes.windll.kernel32.GetUserDefaultUILanguage()) & 0x3FF == CHINESE
    except (AttributeError, OSError):
        return False


def _can_be_written(language: str) -> bool:
    """Have the console and the pipes characters for this language? A line of question marks helps nobody."""
    try:
        for stream in (sys.stdout, sys.stderr):
            (translated("Usage: ", language) + (SAMPLE if language != "en" else "")).encode(
                getattr(stream, "encoding", None) or "utf-8"
            )
    except UnicodeEncodeError:
        return False
    return True


# --- help pages and bad usage ----------------------------------------------------------------------------------------


# typer brings a click of its own, or uses the installed one: the classes come from where it has them.
_Context: Any = TyperCommand.context_class
_Formatter: Any = _Context.formatter_class
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]


class Page(_Formatter):  # type: ignore[misc]
    """A page of help in the language of this run, wrapped by how wide its characters are."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is called."""
        for words in ("[OPTIONS]", "COMMAND [ARGS]..."):
            args = args.replace(words, said(words))
        args = _BRACES.sub(r"\1", args)
        super().write_usage(prog, args, said("Usage: "))

    def write_heading(self, heading: str) -> None:
        """Write what stands above a list."""
        self.write(f"{' ' * self.current_indent}{said(heading)}{said(':')}\n")

    def write_text(self, text: str) -> None:
        """Write a paragraph."""
        if current() == "en":
            super().write_text(text)
            return
        indent = " " * self.current_indent
        self.write("".join(f"{indent}{line}\n" for line in wrapped(said(text), self.width - self.current_indent)))

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write a list of options or commands and what they do."""
        rows = [(_TYPE.sub("", name), text) for name, text in rows]
        if current() == "en":
            super().write_dl(rows, col_max, col_spacing)
            return
        beside = min(max(len(name) for name, _ in rows), col_max) + col_spacing
        indent = " " * (self.current_indent + beside)
        for name, text in rows:
            lines = _explained(text, max(self.width - len(indent), NARROWEST))
            first = " " * self.current_indent + name.ljust(beside)
            if len(name) > beside - col_spacing:
                self.write(f"{first.rstrip()}\n")
                first = indent
            self.write(f"{first}{lines[0] if lines else ''}".rstrip() + "\n")
            self.write("".join(f"{indent}{line}\n" for line in lines[1:]))


_BRACES = re.compile(r"\{([A-Z_]+)\}")  # around an argument that must be given
_TYPE = re.compile(r" <[^<>]*>$")  # Python's name of what an option takes, which says nothing to people
_ADDED = re.compile(r"(.*?)(?:(?:^|  )\\?\[([^\[\]]*)\])?", re.DOTALL)  # what typer adds: [default: 60.0; required]
_ASIDE = re.compile(r"(.*?)(?: (\[[^\[\]]*\]))?", re.DOTALL)


def _explained(text: str, width: int) -> list[str]:
    """The lines that explain an option; what stands in square brackets stays together where it can."""
    added = _ADDED.fullmatch(text)
    assert added is not None  # it fits anything
    aside = _ASIDE.fullmatch(said(added[1]))
    assert aside is not None
    lines = wrapped(aside[1], width)
    extra = said("; ").join(said(part) for part in added[2].split("; ")) if added[2] else ""
    for more in (aside[2], f"[{extra}]" if extra else ""):
        if more and lines and screen_width(f"{lines[-1]} {more}") <= width:
            lines[-1] += f" {more}"
        elif more:
            lines += wrapped(more, width)
    return lines


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` columns, broken between words or hanzi; a word longer than a line is cut.

    >>> wrapped("one two three", 8), wrapped("表的各列，按什么分", 8)
    (['one two', 'three'], ['表的各', '列，按什', '么分'])
    """
    starts = [0, *breaks(text, width), len(text)]
    lines = [text[start:end].strip() for start, end in pairwise(starts)]
    return [line for line in lines if line]


@lru_cache(maxsize=1)
def _all_examples() -> Mapping[str, Any]:
    return tomllib.loads((files("hreport") / "data" / "examples.toml").read_text(encoding="utf-8"))


def examples(command: str) -> list[tuple[str, str]]:
    """Lines to copy for a command (or the program), each with what it gives, in the language of this run."""
    return [(line["run"], line[current()]) for line in _all_examples().get(command, {}).get("examples", ())]


def _write_examples(command: str, page: Any) -> None:
    """Write them at the end of a page of help; a line to copy is never folded."""
    if found := examples(command):
        page.write("\n")
        page.write_heading("Examples")
        for line, gives in found:
            page.write("".join(f"  {words}\n" for words in wrapped(f"# {gives}", page.width - 2)) + f"  {line}\n")


class Command(TyperCommand):
    """A command whose help is in the language of this run."""

    context_class = type("Context", (_Context,), {"formatter_class": Page})

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the examples."""
        _write_examples(self.name or "", formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        """What stands beside the command in the list of all: it is never cut."""
        return _brief(self.help or "")

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Offer options, with their help in the language of this run."""
        offered = super().shell_complete(ctx, incomplete)
        for item in offered:
            item.help = said(item.help) if item.help else item.help
        return offered


def _brief(text: str) -> str:
    """The help of a command in the language of this run, as it stands in a list."""
    return said(text).rstrip(f".{FULL_STOP}")


class Commands(Mapping[str, Command]):
    """Commands by name, each made when it is first asked for; `briefs` is their help, for which none is made."""

    def __init__(self, briefs: Mapping[str, str], make: Callable[[str], Command]) -> None:
        """`make` gives the command of a name."""
        self.briefs = briefs
        self._made = lru_cache(maxsize=None)(make)

    def __getitem__(self, name: str) -> Command:
        """The command of a name."""
        if name not in self.briefs:
            raise KeyError(name)
        return self._made(name)

    def __contains__(self, name: object) -> bool:
        """Is there a command of this name?"""
        return name in self.briefs

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(self.briefs)

    def __len__(self) -> int:
        """How many commands there are."""
        return len(self.briefs)


class Program(TyperGroup):
    """All commands; settles the language of a run, and says what is wrong with a command line."""

    context_class = Command.context_class
    commands: Any  # typer would have one that may be changed: ours are `Commands`

    def list_commands(self, ctx: Any) -> list[str]:
        """The commands in the order of work."""
        return [name for names in self.groups(ctx).values() for name in names]

    def groups(self, ctx: Any) -> dict[str, list[str]]:
        """The commands by what they are for; one that no group names is with the last."""
        rest = [name for name in self.commands if not any(name in names for names in GROUPS.values())]
        grouped = {heading: [n for n in names if n in self.commands] for heading, names in GROUPS.items()}
        grouped[next(reversed(GROUPS))] += rest
        return grouped

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write what each command does, in groups."""
        for heading, names in self.groups(ctx).items():
            rows = [(name.ljust(LONGEST), _brief(self.commands.briefs[name])) for name in names]
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write where to begin."""
        _write_examples("hreport", formatter)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Read a command line and do what it says."""
        with settled(sys.argv[1:] if args is None else list(args)):
            if not standalone_mode:
                return super().main(args, prog_name, complete_var, standalone_mode, windows_expand_args, **extra)
            try:
                sys.exit(super().main(args, prog_name, complete_var, False, windows_expand_args, **extra) or 0)
            except _UsageError as error:
                _show(error)
                sys.exit(2)
            except typer.Abort:
                typer.echo(said("Aborted!"), err=True)
                sys.exit(1)


def _show(error: Any) -> None:
    """Say what is wrong with a command line, as click does; a name in it may hold what a terminal would obey."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return
    lines = []
    if error.ctx is not None:
        command, option = error.ctx.command_path, error.ctx.help_option_names[0]
        hint = said(Message("Try '{command} {option}' for help.", command=command, option=option))
        lines = [error.ctx.get_usage(), hint, ""]
    text = error.format_message()
    example = examples(error.ctx.command.name or "")[:1] if type(error).__name__ == "MissingParameter" else []
    after = [said(Message("For example: {command}", command=line)) for line, _ in example]
    # Where the message is ours, it knows its template: only what stands before it is recognised by its words.
    ours = error.message if isinstance(error.message, Message) and text.endswith(error.message) else ""
    what = said(text.removesuffix(ours)) + said(ours)
    from hreport.record import legible  # not for a page of help

    typer.echo(legible("\n".join([*lines, said("Error: ") + what, *after]), lines=True), err=True)
