"""Rows as typed columns: what Parquet files and the database are written from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hreport.record import Cell, Column, Row, encodable, plain

TYPES = {"text": pa.string(), "int": pa.int64(), "number": pa.float64(), "bool": pa.bool_(), "mixed": pa.string()}


def schema(columns: Sequence[Column]) -> pa.Schema:
    """Names and types of the columns. A `mixed` column (a cell may be a number or a mask) is text."""
    return pa.schema([(encodable(c.title), TYPES[c.kind]) for c in columns])


def batch(rows: Sequence[Row], columns: Sequence[Column]) -> pa.RecordBatch:
    """The rows as columns; what a row does not have is null."""
    arrays = [_array([row.get(c.name) for row in rows], c.kind) for c in columns]
    return pa.record_batch(arrays, schema=schema(columns))


def _array(values: list[Any], kind: str) -> pa.Array:
    try:
        return pa.array(values, type=TYPES[kind])  # nearly all columns are what they should be
    except (pa.ArrowException, UnicodeError, OverflowError, TypeError):
        return pa.array([_value(value, kind) for value in values], type=TYPES[kind])


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


class File:
    """A Parquet file that rows are put into as they come."""

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        """Make it."""
        self.path, self._columns = path, columns
        self._writer = pq.ParquetWriter(path, schema(columns), compression="zstd")

    def add(self, rows: Sequence[Row]) -> None:
        """Write some rows."""
        self._writer.write_batch(batch(rows, self._columns))

    def close(self) -> None:
        """End it; closed once more it stays as it is."""
        self._writer.close()
