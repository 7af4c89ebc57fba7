"""CSV: one heading line, one line for each row, cells guarded so that no spreadsheet runs them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import BinaryIO

from hreport.record import Column, Row, guarded, plain

_NUMBERS = frozenset({int, float})  # without truth values
KEPT = 2_000  # texts of cells that are remembered as they are written


def write(
    rows: Iterable[Row],
    columns: Sequence[Column],
    target: BinaryIO,
    *,
    encoding: str = "utf-8",
    notes: Sequence[str] = (),
) -> None:
    """Write rows as they come. `encoding` may be utf-8-sig; what another encoding lacks becomes a question mark."""
    encoder = codecs.getincrementalencoder(encoding)("replace")
    target.write(encoder.encode(",".join(_quoted(guarded(c.title)) for c in columns) + "\n"))
    names = [c.name for c in columns]
    target.writelines(encoder.encode(_line(map(row.get, names))) for row in rows)
    target.flush()


def _line(values: Iterable[object]) -> str:
    """A row; what is written millions of times is told apart here, without a call."""
    cells = [
        "" if v is None else _text(v) if type(v) is str else str(v) if type(v) in _NUMBERS else _field(v)
        for v in values
    ]
    return ",".join(cells) + "\n"


def _field(value: object) -> str:
    """A cell; numbers and truth values need neither guard nor quotes."""
    return plain(value) if isinstance(value, int | float) else _text(str(plain(value)))


# Most of the columns say the same again and again: file, title, place, unit, the sentence of three figures.
@lru_cache(maxsize=KEPT)
def _text(text: str) -> str:
    return _quoted(guarded(text))


_NEEDS_QUOTES = re.compile('[,"\n\r]')


def _quoted(text: str) -> str:
    """Text in quotes where it holds a comma, a quote or a line break (a lone carriage return too)."""
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text
