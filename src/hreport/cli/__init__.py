"""The command line: one file for each command, flags in, one call, one writer, exit code out.

Exit codes: 0 all read, 1 something could not be read (or is below its floor), 2 misuse. A command is imported when it
is asked for, and nothing heavy before it runs.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from typing import Annotated, Any, cast

import typer

from hreport import __version__
from hreport.cli import completion, language, options
from hreport.guards import look_seldom_for_cycles
from hreport.messages import Message

# Each command by its name: the file and function that it is, and its help, which stands in the list of all commands
# before any of them is imported.
COMMANDS = {
    "extract": ("extract", "Every figure of the reports, one row each, with the sentence it stands in."),
    "masks": ("masks", "Every masked placeholder of the reports, one row each."),
    "compare": (
        "compare",
        "Indicators side by side: reports, or tables that extract wrote, as one table of places.",
    ),
    "check": (
        "check",
        "What does not add up: damaged and impossible figures, parts that miss their total, growth that does not fit.",
    ),
    "eval": (
        "evaluate",
        "Precision, recall and F1 of what was found against annotation; errors, and changes since an earlier run.",
    ),
    "indicators": (
        "indicators",
        "The catalogue of indicators, those that words match, or one with everything that is known of it.",
    ),
    "align": (
        "align",
        "Two copies of one text, masked differently: what one shows where the other hides it, as evidence.",
    ),
    "report": (
        "report",
        "One page of reports, or of tables: comparison, charts, masks, findings, and the words behind every figure.",
    ),
    "show": ("show", "The text of a document with its figures, masks, dates, places and damage marked."),
    "doctor": ("doctor", "What is installed, which documents can be read, and which guards this system has."),
}
LOOK: dict[str, Any] = {"pretty_exceptions_enable": False, "rich_markup_mode": None}


def _command(name: str) -> language.Command:
    """A command, made of its function."""
    function, help_ = COMMANDS[name]
    alone = typer.Typer(add_completion=False, **LOOK)
    alone.command(name, cls=language.Command, help=help_)(getattr(import_module(f"hreport.cli.{function}"), function))
    return cast(language.Command, typer.main.get_command(alone))


class _Program(language.Program):
    """All commands of hreport."""

    def __init__(self, **given: Any) -> None:
        """What typer gives, with our commands."""
        briefs = {name: help_ for name, (_, help_) in COMMANDS.items()}
        super().__init__(**{**given, "commands": language.Commands(briefs, _command)})


app = typer.Typer(
    name="hreport",
    cls=_Program,
    help="The figures of Chinese work reports side by side, with proof.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    **LOOK,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hreport {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Show the version.", callback=_version, is_eager=True)
    ] = False,
    lang: options.Lang = None,
) -> None:
    """The figures of Chinese work reports side by side, with proof."""


def main() -> None:
    """Run the program. Whatever happens, the user sees a line, not a traceback."""
    if sys.stderr is None:  # closed by whoever started us
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        # A console or pipe in another encoding gets a question mark for what it lacks, not a crash.
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    look_seldom_for_cycles()
    for name in ("SIGTERM", "SIGHUP"):
        _end_tidily_on(name)
    try:
        app()
    except BrokenPipeError:
        _hush()
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if completion.VARIABLE in os.environ:  # a shell asks what it may offer: it shows whatever is said
            sys.exit(1)
        if os.environ.get("HREPORT_DEBUG"):
            raise
        from hreport.cli.console import tell

        reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        with language.settled(sys.argv[1:]):
            tell(Message("{reason}: a fault of hreport, please report this line", reason=reason))
        sys.exit(1)


def _end_tidily_on(name: str) -> None:
    """Let a signal end the program as Ctrl-C does: worker processes and half a file do not stay behind."""
    number = getattr(signal, name, None)  # not every system has all
    if number is not None and signal.getsignal(number) is signal.SIG_DFL:
        signal.signal(number, lambda given, _: sys.exit(128 + given))


def _hush() -> None:
    """Keep the interpreter from complaining at exit that nobody reads its output."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
