"""Parquet, with typed columns, written in batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from hreport.record import Cell, Column, Row, encodable, plain

BATCH = 20_000  # rows in memory at a time
TYPES = {"text": pa.string(), "int": pa.int64(), "number": pa.float64(), "bool": pa.bool_(), "mixed": pa.string()}


def write(
    rows: Iterable[Row],
    columns: Sequence[Column],
    target: BinaryIO,
    *,
    encoding: str = "utf-8",
    notes: Sequence[str] = (),
) -> None:
    """Write rows as they come. A `mixed` column (a cell may be a number or a mask) is text."""
    schema = pa.schema([(encodable(c.title), TYPES[c.kind]) for c in columns])
    remaining = iter(rows)
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        while batch := list(islice(remaining, BATCH)):
            arrays = [pa.array([_value(row.get(c.name), c.kind) for row in batch], type=TYPES[c.kind]) for c in columns]
            writer.write_batch(pa.record_batch(arrays, schema=schema))


def _value(value: Any, kind: str) -> Any:
    """A cell as its column's type."""
    if value is None:
        return None
    if kind in ("text", "mixed"):
        return encodable(value.show if isinstance(value, Cell) else plain(value))
    if kind != "number":
        return value
    try:
        return float(value)
    except OverflowError:  # above 1.8e308 there is no float, and infinity would be a lie; `numeral` has the digits
        return None
