"""CSV: one heading line, one line for each row, cells guarded so that no spreadsheet runs them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import BinaryIO

from hreport.record import Column, Row, guarded, plain


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
    for row in rows:
        cells = map(row.get, names)  # nearly half of them are empty
        line = ",".join(["" if cell is None else _field(cell) for cell in cells])
        target.write(encoder.encode(line + "\n"))
    target.flush()


def _field(value: object) -> str:
    """A cell that is not empty; numbers and truth values need neither guard nor quotes."""
    if isinstance(value, str):
        return _text(value)
    return plain(value) if isinstance(value, _NUMBER) else _quoted(guarded(plain(value)))


@lru_cache(maxsize=4096)  # the rows of a sentence share it, those of a document its title
def _text(value: str) -> str:
    return _quoted(guarded(value))


_NUMBER = (int, float)
_NEEDS_QUOTES = re.compile('[,"\n\r]')


def _quoted(text: str) -> str:
    """Text in quotes where it holds a comma, a quote or a line break (a lone carriage return too)."""
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text
