"""Rows as typed columns: what Parquet files and the database are written from; the parts of a data set as bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hreport.record import Cell, Column, Row, encodable, plain

ABOUT = "hreport"  # the key of what a part says of itself
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


def part(batches: Iterable[pa.RecordBatch], columns: Sequence[Column], about: str) -> bytes:
    """A whole Parquet file of these batches, in one group of rows, that carries some words about itself."""
    table = pa.Table.from_batches(list(batches), schema(columns).with_metadata({ABOUT: encodable(about)}))
    target = pa.BufferOutputStream()
    pq.write_table(table, target, compression="zstd", row_group_size=max(1, table.num_rows))
    return bytes(target.getvalue())


def unpacked(data: bytes) -> tuple[pa.Table, str]:
    """The rows of a `part`, and what it says of itself; ValueError where it is none."""
    table = pq.read_table(pa.BufferReader(data))
    about = (table.schema.metadata or {}).get(ABOUT.encode())
    if about is None:
        raise ValueError("no part of a data set")
    return table, about.decode("utf-8")


def slices(table: pa.Table, start: int, length: int, columns: Sequence[Column]) -> list[pa.RecordBatch]:
    """Some of the rows of a part, for another one."""
    return [
        b.replace_schema_metadata(None)
        for b in table.slice(start, length).select([c.title for c in columns]).to_batches()
    ]


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
