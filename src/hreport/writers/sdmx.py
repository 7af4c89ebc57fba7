"""SDMX-CSV 2.0: comma-separated lines as RFC 4180 has them, in UTF-8 without a byte order mark, since the first heading
must be STRUCTURE. Cells are guarded so that no spreadsheet runs them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from hreport.record import Column, Row, encodable, guarded, plain


def write(
    rows: Iterable[Row],
    columns: Sequence[Column],
    target: BinaryIO,
    *,
    encoding: str = "utf-8",
    notes: Sequence[str] = (),
) -> None:
    """Write rows as they come, under the stable names of the columns, whatever the headings."""
    stream = io.TextIOWrapper(target, encoding="utf-8", newline="", write_through=True)
    try:
        lines = csv.writer(stream)
        lines.writerow([c.name for c in columns])
        lines.writerows([guarded(encodable(plain(row.get(c.name)))) for c in columns] for row in rows)
    finally:
        stream.flush()
        stream.detach()
