"""The command line: one file for each command, flags in, one call, one writer, exit code out.

Exit codes: 0 all read, 1 something could not be read (or is below its floor), 2 misuse. Nothing heavy is imported
before a command runs.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import Annotated

import typer

from hreport import __version__
from hreport.cli import (
    align,
    check,
    compare,
    completion,
    doctor,
    evaluate,
    extract,
    indicators,
    language,
    masks,
    options,
    report,
    show,
)
from hreport.cli.console import tell
from hreport.messages import Message

app = typer.Typer(
    name="hreport",
    cls=language.Program,
    help="The figures of Chinese work reports side by side, with proof.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("extract", cls=language.Command)(extract.extract)
app.command("masks", cls=language.Command)(masks.masks)
app.command("compare", cls=language.Command)(compare.compare)
app.command("check", cls=language.Command)(check.check)
app.command("eval", cls=language.Command)(evaluate.evaluate)
app.command("indicators", cls=language.Command)(indicators.indicators)
app.command("align", cls=language.Command)(align.align)
app.command("report", cls=language.Command)(report.report)
app.command("show", cls=language.Command)(show.show)
app.command("doctor", cls=language.Command)(doctor.doctor)


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
