"""CSV: one heading line, one line for each row, cells guarded so that no spreadsheet runs them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
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
    target.writelines(encoder.encode(",".join([_field(row.get(name)) for name in names]) + "\n") for row in rows)
    target.flush()


def _field(value: object) -> str:
    """A cell; numbers and truth values need neither guard nor quotes."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _quoted(guarded(value))
    return plain(value) if isinstance(value, int | float) else _quoted(guarded(plain(value)))


_NEEDS_QUOTES = re.compile('[,"\n\r]')


def _quoted(text: str) -> str:
    """Text in quotes where it holds a comma, a quote or a line break (a lone carriage return too)."""
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text
