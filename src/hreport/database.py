"""The DuckDB database that a store is: its tables and views, and how rows go in and come back; rows out of Parquet.

A plain database, for any DuckDB client to query. Readers and writers of it exclude each other, as DuckDB has it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from hreport.messages import Message
from hreport.record import EXTRACT, ISSUES, MASKS, Column, Row, columns_of, exact, number

if TYPE_CHECKING:
    from hreport import arrow

EXPORT = "comparison"  # what a database holds that is no store but the tables of a comparison
BATCH = 2_000  # rows that are taken out at a time
SCHEMA = 2  # of the tables below; a store of another is refused
TYPES = {"text": "VARCHAR", "int": "BIGINT", "number": "DOUBLE", "bool": "BOOLEAN"}

RUNS = columns_of("run:int started ended version engine read:int unchanged:int not_read:int")
FILES = columns_of(
    """
    file location sha256 state format characters:int pages:int reports:int figures:int masks:int settings means run:int
    """
)
TABLES = {"runs": RUNS, "files": FILES, "observations": EXTRACT, "masks": MASKS, "issues": ISSUES}
ABOUT = {
    "runs": "Each run that wrote here: when (UTC), by which version and which code and data (engine), and its counts.",
    "files": "Each document: its path as given and from the store (location), its bytes (sha256), whether it was read,"
    " not read or is an archive (state), what is in it, and with which settings it was read in which run.",
    "observations": "Every figure, one row each, with the columns of hreport extract.",
    "masks": "Every masked placeholder, one row each, with the columns of hreport masks.",
    "issues": "What could not be read (fatal), or was read with a doubt, why, and what to do.",
}
VIEWS = {
    "figures": (
        "The figures to compute with: neither masked nor damaged, or repaired.",
        "SELECT * FROM observations WHERE obs_value IS NOT NULL",
    ),
    "unread": (
        "Files that could not be read, and why.",
        "SELECT file, code, message FROM issues WHERE fatal ORDER BY file",
    ),
    "coverage": (
        "What each report holds: figures, how many of them are masked, damaged, known to the catalogue.",
        "SELECT file, report, any_value(title) AS title, any_value(area_name) AS area_name, count(*) AS figures,"
        " count(*) FILTER (WHERE masked) AS masked, count(*) FILTER (WHERE damage IS NOT NULL AND damage <> '') AS"
        " damaged, count(*) FILTER (WHERE indicator_id IS NOT NULL) AS known"
        " FROM observations GROUP BY file, report ORDER BY file, report",
    ),
}


class StoreError(Exception):
    """Why a database cannot be used; one line that says what to do."""


def opened(path: Path, write: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a store, to `write` (it is made where there is none) or to read; StoreError where that cannot be."""
    if not path.exists():
        if not write:
            raise StoreError(Message("no such file"))
        _make(path)
    connection = _connected(path, write)
    try:
        _check(connection)
    except duckdb.Error as error:
        connection.close()
        raise StoreError(_reason(error)) from None
    except StoreError:
        connection.close()
        raise
    return connection


def _connected(path: Path, write: bool) -> duckdb.DuckDBPyConnection:
    try:
        # One thread and little memory: what goes in comes in small batches, from workers that need both.
        return duckdb.connect(str(path), read_only=not write, config={"threads": 1, "memory_limit": "128MB"})
    except duckdb.Error as error:
        raise StoreError(_reason(error)) from None


def _make(path: Path) -> None:
    """Make an empty store under another name, then give it its own: killed at any moment, it is whole or not there."""
    unfinished = path.with_name(f".{os.urandom(4).hex()}.part.duckdb")
    try:
        connection = _connected(unfinished, write=True)
        try:
            _create(connection)
        finally:
            connection.close()
        try:
            os.link(
                unfinished, path
            )  # unlike a new name, it takes the place of nothing that another run made meanwhile
        except FileExistsError:
            return
        except OSError:  # a disk without links
            os.rename(unfinished, path)
    except (duckdb.Error, OSError) as error:
        raise StoreError(Message("cannot be made ({reason})", reason=" ".join(str(error).split())[:200])) from None
    finally:
        for left in (unfinished, unfinished.with_name(f"{unfinished.name}.wal")):
            left.unlink(missing_ok=True)


def _reason(error: duckdb.Error) -> str:
    said = str(error)
    if "lock" in said:
        return Message("in use by another run or program: wait until that has ended, or close it")
    if "not a valid DuckDB" in said:
        return Message("not a DuckDB database: give another name")
    return Message("cannot be opened ({reason})", reason=" ".join(said.split())[:200])


def ask(connection: duckdb.DuckDBPyConnection, query: str, given: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """Run a statement to its end; the rows of its answer."""
    return connection.execute(query, list(given)).fetchall()


def _create(connection: duckdb.DuckDBPyConnection) -> None:
    connection.begin()
    _meta(connection, {"made by": "hreport", "schema": str(SCHEMA)})
    for name, columns in TABLES.items():
        typed = ", ".join(f'"{c.name}" {TYPES[c.kind]}' for c in columns)
        ask(connection, f"CREATE TABLE {name} ({typed})")
        ask(connection, f"COMMENT ON TABLE {name} IS '{ABOUT[name]}'")
    for name, (about, query) in VIEWS.items():
        ask(connection, f"CREATE VIEW {name} AS {query}")
        ask(connection, f"COMMENT ON VIEW {name} IS '{about}'")
    connection.commit()


def _meta(connection: duckdb.DuckDBPyConnection, values: Mapping[str, str]) -> None:
    ask(connection, "CREATE TABLE meta (key VARCHAR, value VARCHAR)")
    for pair in values.items():
        ask(connection, "INSERT INTO meta VALUES (?, ?)", pair)


def _check(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        meta = dict(ask(connection, "SELECT key, value FROM meta"))
    except duckdb.CatalogException:
        raise StoreError(Message("a DuckDB database that hreport did not make: give another name")) from None
    if meta.get("holds") == EXPORT:
        raise StoreError(Message("tables of hreport compare, no store of extract: give another name"))
    if meta.get("schema") != str(SCHEMA):
        raise StoreError(Message("made by another version of hreport: give another name, or that version"))


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    """Add rows to one of `TABLES`."""
    if rows:
        from hreport import arrow  # it takes longer to import than an unchanged folder takes to look through

        incoming = arrow.batch(rows, TABLES[table])
        connection.register("incoming", incoming)
        ask(connection, f"INSERT INTO {table} SELECT * FROM incoming")  # noqa: S608 - names of our own tables
        connection.unregister("incoming")


def begin(connection: duckdb.DuckDBPyConnection, **run: object) -> int:
    """Note in `runs` that a run begins, of which some columns are given; its number."""
    ((last,),) = ask(connection, "SELECT coalesce(max(run), 0) FROM runs")
    names = ", ".join(run)
    ask(connection, f"INSERT INTO runs (run, {names}) VALUES (?{', ?' * len(run)})", [last + 1, *run.values()])  # noqa: S608 - names of our own columns
    return int(last) + 1


class Stage:
    """Rows on their way into a store: they wait on disk, and go in together, in the memory of a few of them.

    A transaction that stays open takes 1.3 kB of memory for each row, whatever the limit says.
    """

    def __init__(self, folder: str) -> None:
        """Files for the rows in the folder, out of sight, until `close`."""
        self._place = tempfile.TemporaryDirectory(prefix=".", suffix=".part", dir=folder)
        self._files: dict[str, arrow.File] = {}
        self.counts = dict.fromkeys(TABLES, 0)

    def add(self, table: str, rows: Sequence[Row]) -> None:
        """Put rows of one of `TABLES`."""
        if rows:
            if table not in self._files:
                from hreport import arrow  # only where rows come

                self._files[table] = arrow.File(Path(self._place.name, f"{table}.parquet"), TABLES[table])
            self._files[table].add(rows)
            self.counts[table] += len(rows)

    def insert(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Add all of them to their tables."""
        for table, file in self._files.items():
            file.close()
            ask(connection, f"INSERT INTO {table} SELECT * FROM read_parquet(?)", [str(file.path)])  # noqa: S608 - as above

    def close(self) -> None:
        """Leave nothing behind."""
        for file in self._files.values():
            file.close()
        self._place.cleanup()


def export(path: Path, tables: Mapping[str, tuple[Sequence[Row], Sequence[Column]]]) -> None:
    """Write tables to a database of their own, whole or not at all, in place of an earlier export.

    Raises:
        StoreError: there is a store, or something that is no export of ours, under this name.
    """
    if path.exists() and not _is_export(path):
        raise StoreError(Message("holds something else than tables of hreport compare: give another name"))
    from hreport import arrow

    unfinished = path.with_name(f".{os.urandom(4).hex()}.part.duckdb")
    try:
        connection = _connected(unfinished, write=True)
        try:
            connection.begin()
            _meta(connection, {"made by": "hreport", "holds": EXPORT})
            for name, (found, columns) in tables.items():
                connection.register("incoming", arrow.batch(found, columns))
                ask(connection, f'CREATE TABLE "{name}" AS SELECT * FROM incoming')  # noqa: S608 - names of our own tables
                connection.unregister("incoming")
            connection.commit()
        finally:
            connection.close()
        os.replace(unfinished, path)
    except duckdb.Error as error:
        raise StoreError(_reason(error)) from None
    finally:
        for left in (unfinished, unfinished.with_name(f"{unfinished.name}.wal")):
            left.unlink(missing_ok=True)


def _is_export(path: Path) -> bool:
    connection = _connected(path, write=False)
    try:
        return ("holds", EXPORT) in ask(connection, "SELECT key, value FROM meta")
    except duckdb.CatalogException:
        return False
    finally:
        connection.close()


def rows(path: Path, table: str) -> Iterator[Row]:
    """All rows of one of `TABLES` by file and place, as they are read; StoreError where they cannot be had."""
    connection = opened(path)
    try:
        yield from _fetched(connection, f'SELECT * FROM {table} ORDER BY file, start, "end"', {}, TABLES[table], {})  # noqa: S608 - as above
    except duckdb.Error as error:
        raise StoreError(_reason(error)) from None
    finally:
        connection.close()


def _fetched(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    given: Mapping[str, Any],
    columns: Sequence[Column],
    nothing: Row,
) -> Iterator[Row]:
    """The rows of an answer, by and by; words that stand in many rows are held once."""
    words: dict[str, str] = {}
    answer = connection.execute(query, given)
    while some := answer.fetchmany(BATCH):
        for values in some:
            row = dict(nothing)
            for column, value in zip(columns, values, strict=True):
                if isinstance(value, str):
                    value = words.setdefault(value, value)
                elif column.kind == "number":  # 64-bit floats hold what was an integer
                    value = number(exact(value))
                row[column.name] = value
            yield row


# --- the parts of a data set -----------------------------------------------------------------------------------------

FOR_PARTS: dict[str, str | int | float | list[str]] = {"threads": 2, "memory_limit": "1GB"}
IDLE = frozenset({"section"})  # columns that no comparison asks for


class TooManyError(Exception):
    """So many `rows` would be read that memory may not hold them."""

    def __init__(self, rows: int) -> None:
        """Their number."""
        super().__init__(rows)
        self.rows = rows


_HITS = """
    CREATE TEMP TABLE hits AS SELECT DISTINCT file, report, sentence, "table" FROM parts
    WHERE indicator_id IN (SELECT unnest($ids))
"""
_OF_REPORTS = "(file, report) IN (SELECT (file, report) FROM hits)"
_OF_SENTENCES = """
    indicator_id IN (SELECT unnest($ids))
    OR (file, report, sentence) IN (SELECT (file, report, sentence) FROM hits)
    OR ("table" IS NOT NULL AND (file, report, "table") IN (SELECT (file, report, "table") FROM hits))
"""
# Codes of places by their names come from all rows (`figures.ids_of_names`), and so do the names to offer.
_NAMES = """
    SELECT min(file) AS file, area_name, area_id FROM parts WHERE area_name IS NOT NULL GROUP BY ALL ORDER BY ALL
"""


def figures(
    paths: Sequence[str],
    indicators: Collection[str] | None = None,
    reports: bool = True,
    most: int | None = None,
    system: Any = None,
) -> list[Row]:
    """The rows of `extract` in Parquet files, in the order of their names and of the rows in them.

    `indicators`: only what a comparison of these needs, the rows of their `reports` or of their sentences and tables,
    without the columns that none asks for; behind them a row for each name and code of a place that says nothing else.
    `system`: the fsspec file system of addresses.

    Raises:
        TooManyError: there are more than `most`.
        StoreError: a file cannot be read.
    """
    connection = duckdb.connect(config=FOR_PARTS)
    try:
        if system is not None:
            connection.register_filesystem(system)
        files = connection.read_parquet(list(paths), filename=True, file_row_number=True)
        files.create_view("parts")
        return _figures(connection, indicators, reports, most)
    except duckdb.Error as error:
        raise StoreError(_reason(error)) from None
    finally:
        connection.close()


def _figures(
    connection: duckdb.DuckDBPyConnection, indicators: Collection[str] | None, reports: bool, most: int | None
) -> list[Row]:
    which, given = "true", dict[str, Any]()
    if indicators is not None:
        given = {"ids": sorted(indicators)}
        connection.execute(_HITS, given)
        which, given = (_OF_REPORTS, {}) if reports else (_OF_SENTENCES, given)
    ((count,),) = connection.execute(f"SELECT count(*) FROM parts WHERE {which}", given).fetchall()  # noqa: S608 - as above
    if most is not None and count > most:
        raise TooManyError(count)
    idle = IDLE if indicators is not None else frozenset()
    columns = [c for c in EXTRACT if c.name not in idle]
    listed = ", ".join(f'"{c.name}"' for c in columns)
    query = f"SELECT {listed} FROM parts WHERE {which} ORDER BY filename, file_row_number"  # noqa: S608
    nothing = dict.fromkeys(c.name for c in EXTRACT)
    found = list(_fetched(connection, query, given, columns, nothing))
    if indicators is not None:
        names = [c for c in EXTRACT if c.name in ("file", "area_name", "area_id")]
        found += _fetched(connection, _NAMES, {}, names, {**nothing, "masked": False})
    return found
