"""JSON lines: one object for each row. Keys are the stable names, whatever the headings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from hreport.record import Cell, Column, Row


def write(
    rows: Iterable[Row],
    columns: Sequence[Column],
    target: BinaryIO,
    *,
    encoding: str = "utf-8",
    notes: Sequence[str] = (),
) -> None:
    """Write rows as they come. JSON is UTF-8 by definition: another encoding gets its characters escaped instead."""
    ascii_only = encoding.lower().replace("_", "-") not in ("utf-8", "utf8")
    names = [c.name for c in columns]
    encode = json.JSONEncoder(ensure_ascii=ascii_only, allow_nan=False, default=_bare).encode
    for row in rows:
        line = encode({n: row.get(n) for n in names}) + "\n"
        target.write(line.encode("utf-8", "replace"))  # UTF-8 lacks nothing but lone surrogates
    target.flush()


def _bare(value: object) -> int | float | str:
    """A cell without its dress: the number where there is nothing to say beside it."""
    if not isinstance(value, Cell):
        raise TypeError(f"no cell of a table: {value!r}")
    return value.number if value.number is not None else value.show
