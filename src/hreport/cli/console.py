"""Standard input, output and error: what they are, what can be said there, and how a line of ours is."""

from __future__ import annotations

import os
import sys
from typing import BinaryIO, NoReturn

import typer

from hreport.cli import language
from hreport.messages import Message
from hreport.writers import SCREEN


def misuse(message: str) -> NoReturn:
    """End with a clear line and exit code 2."""
    tell(message)
    raise typer.Exit(2)


def tell(message: str) -> None:
    """A line of ours for who watches, on standard error."""
    say_line(printable(f"hreport: {language.said(message)}"))


def say_line(line: str) -> None:
    """Write a line to standard error, if there is one."""
    if line:
        sys.stderr.write(line + "\n")


def is_screen(stream: object) -> bool:
    """Does a person watch this stream?"""
    try:
        return bool(stream.isatty())  # type: ignore[attr-defined]
    except (AttributeError, ValueError):
        return False


def printable(line: str) -> str:
    """A line for standard error: file names may hold control characters and what no encoding can say."""
    text = "".join(c if c.isprintable() or c == "\u3000" else "\ufffd" for c in line)
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding, "replace")


def standard_input() -> BinaryIO | None:
    """The bytes that are piped in, if there is such a stream."""
    return getattr(sys.stdin, "buffer", None)


def standard_output() -> BinaryIO:
    """Where to write bytes, behind what was said before; misuse where there is none."""
    if sys.stdout is None:
        misuse(Message("there is no standard output: give -o FILE"))
    sys.stdout.flush()
    return sys.stdout.buffer


def encoding_of(form: str) -> str:
    """The console's encoding for a table; UTF-8 into a pipe, unless the user asks for another with PYTHONIOENCODING."""
    if form == SCREEN or os.environ.get("PYTHONIOENCODING"):
        return sys.stdout.encoding or "utf-8"
    return "utf-8"
