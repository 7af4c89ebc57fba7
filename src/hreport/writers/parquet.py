"""Parquet, with typed columns, written in batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import BinaryIO

import pyarrow.parquet as pq

from hreport import arrow
from hreport.record import Column, Row, encodable

BATCH = 20_000  # rows in memory at a time


def write(
    rows: Iterable[Row],
    columns: Sequence[Column],
    target: BinaryIO,
    *,
    encoding: str = "utf-8",
    notes: Sequence[str] = (),
) -> None:
    """Write rows as they come. A `mixed` column (a cell may be a number or a mask) is text; notes are metadata."""
    remaining = iter(rows)
    schema = arrow.schema(columns).with_metadata({"notes": encodable("\n".join(notes))} if notes else None)
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        while some := list(islice(remaining, BATCH)):
            writer.write_batch(arrow.batch(some, columns))
