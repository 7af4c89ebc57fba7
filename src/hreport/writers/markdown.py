"""A Markdown table, for notes and issue trackers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from hreport.record import Column, Row, encodable, legible, plain

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~#&])")  # # and ~ as well: a cell may begin with them


def write(
    rows: Iterable[Row],
    columns: Sequence[Column],
    target: BinaryIO,
    *,
    encoding: str = "utf-8",
    notes: Sequence[str] = (),
) -> None:
    """Write rows as they come; notes follow beneath."""

    def line(cells: Iterable[str]) -> None:
        target.write((encodable("| " + " | ".join(cells) + " |") + "\n").encode(encoding, "replace"))

    line(_escaped(c.title) for c in columns)
    line("---" if c.kind in ("text", "bool") else "---:" for c in columns)
    for row in rows:
        line(_escaped(plain(row.get(c.name))) for c in columns)
    target.writelines(("\n" + _escaped(note) + "\n").encode(encoding, "replace") for note in notes)
    target.flush()


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is, on one line (a mask like 201* would turn its neighbours italic)."""
    return _SPECIAL.sub(r"\\\1", " ".join(legible(text).split()))
