"""Runs the program in this process, as a user does in a folder."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

from typer.testing import CliRunner

from hreport.cli import app


@dataclass
class Done:
    """What a run left: its exit code, the rows of what it wrote as CSV, what it said, and what it wrote."""

    code: int
    rows: list[dict[str, str]]
    said: str
    out: str


Run = Callable[..., Done]


def hreport(*arguments: str) -> Done:
    """Run the program; what is no exit is raised."""
    result = CliRunner().invoke(app, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    out = result.stdout_bytes.decode("utf-8")
    return Done(result.exit_code, list(csv.DictReader(io.StringIO(out))), result.stderr, out)
