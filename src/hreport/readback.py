"""Reading back what `extract` and `masks` wrote (CSV, JSON lines, Parquet, a store), and annotations."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hreport.messages import Message, listed, reason_of
from hreport.record import EXTRACT, MASKS, Row, exact, number, plain, unguarded, wording

if TYPE_CHECKING:
    from pandas import DataFrame


class TableError(ValueError):
    """A file that is not a table of `hreport extract`, or not a sound one. One line that says why and where."""


STORE_SUFFIX = ".duckdb"
TABLE_SUFFIXES = (".csv", ".jsonl", ".parquet", STORE_SUFFIX)
PLACE = ("file", "start", "end")
REQUIRED = (*PLACE, "indicator", "measure", "status", "value", "base_unit", "masked", "indicator_id")
# By which columns a table of ours is known: of extract, of masks.
MARKS = ({*PLACE, "indicator_id"}, {*PLACE, "text", "kind"})
JSON_MARKS = (("file", "start", "numeral", "base_unit"), ("layer", *PLACE))


def is_store(head: bytes) -> bool:
    """Is this the beginning of a DuckDB database?"""
    return head[8:12] == b"DUCK"


def looks_like_table(head: bytes) -> bool:
    """Is this the beginning of a table that `extract` or `masks` wrote (CSV or JSON lines), or of an annotation?"""
    text = head[:4096].decode("utf-8", "ignore").lstrip("\ufeff")
    first = text.partition("\n")[0].strip()
    if first.startswith("{"):
        return any(all(f'"{name}"' in first for name in names) for names in JSON_MARKS)
    names = set(next(iter(csv.reader([first])), []))
    chinese = _chinese_names()
    return any(marks <= {chinese.get(n, n) for n in names} for marks in MARKS)


def read_table(path: Path, layers: bool = False) -> list[Row]:
    """Rows of a file that `extract` wrote; TableError where it is not one, OSError where it cannot be opened.

    (Data sets, which are folders: `dataset.rows`.)

    `layers`: also what `masks` wrote, annotations, and what other programs found, as long as a row says where it
    stands; each row then says its `layer`, and keeps fields that are no columns of `extract`.
    """
    if path.suffix.lower() == ".parquet":
        return _from_parquet(path, layers)
    if path.suffix.lower() == STORE_SUFFIX:
        return _from_store(path, layers)
    data = path.read_bytes()
    if path.suffix.lower() == ".jsonl" and not data.strip():
        return []  # of an extract without figures
    return read_table_bytes(data, layers)


def read_gold(data: bytes) -> list[Row]:
    """Rows of an annotation, in JSON lines: masks, quantities with their role, and annotated ranges.

    Raises:
        TableError: a line that is not JSON, or a row without a field that it needs; the message names the line.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TableError(Message("not UTF-8")) from None
    rows = _from_jsonl(text, True)
    for row in rows:
        if row["layer"] == "quantity" and "role" not in row:
            raise TableError(
                Message("{file}:{start}-{end}: no role", file=row["file"], start=row["start"], end=row["end"])
            )
        if row["layer"] == "quantity" and row["role"] == "metric" and not row.get("indicator"):
            raise TableError(
                Message(
                    "{file}:{start}-{end}: a metric without indicator",
                    file=row["file"],
                    start=row["start"],
                    end=row["end"],
                )
            )
    return rows


def read_table_bytes(data: bytes, layers: bool = False) -> list[Row]:
    """Rows of a CSV or of JSON lines, as `read_table` gives them (a spreadsheet may have saved it as GB18030)."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise TableError(Message("not a text: neither UTF-8 nor GB18030")) from None
    return _from_jsonl(text, layers) if text.lstrip().startswith("{") else _from_csv(text, layers)


def _from_csv(text: str, layers: bool) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""))
    with _field_size(len(text)):
        try:
            names = _checked([unguarded(n.strip()) for n in next(reader, [])], layers)
            rows = []
            known: dict[str, str] = {}
            for cells in reader:
                if not any(cells):
                    continue
                texts = dict(zip(names, (known.setdefault(c, c) for c in cells), strict=False))
                row = {n: _parsed(n, unguarded(t), reader.line_num) for n, t in texts.items()}
                rows.append(
                    _layered(row, names, Message("line {line}", line=reader.line_num)) if layers else _complete(row)
                )
        except csv.Error as error:
            raise TableError(Message("line {line}: {error}", line=reader.line_num, error=reason_of(error))) from None
    return rows


class _field_size:  # noqa: N801 - reads as a verb where it is used
    """Let the csv module take cells up to the length of the text (its limit is a global of the module)."""

    def __init__(self, length: int) -> None:
        self.length = max(length, 131_072)

    def __enter__(self) -> None:
        self.old = csv.field_size_limit(self.length)

    def __exit__(self, *_: object) -> None:
        csv.field_size_limit(self.old)


def _from_jsonl(text: str, layers: bool) -> list[Row]:
    rows: list[Row] = []
    for line_number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise TableError(
                Message("line {line}: not JSON ({error})", line=line_number, error=reason_of(error))
            ) from None
        if not isinstance(row, dict):
            raise TableError(Message("line {line}: not an object", line=line_number))
        if layers:
            rows.append(
                _layered(
                    row, [n for n, v in row.items() if v not in (None, "")], Message("line {line}", line=line_number)
                )
            )
        elif row.get("layer", "quantity") != "quantity":
            continue
        else:
            _checked(list(row), layers)
            rows.append(_complete(row))
        for name, kind in _kinds().items():
            value = row.get(name)
            if value is not None and not _fits(value, kind):
                raise TableError(
                    Message(
                        "line {line}: {name}: {value!r} is not {kind}",
                        line=line_number,
                        name=name,
                        value=value,
                        kind=_said(kind),
                    )
                )
    return rows


def _from_store(path: Path, layers: bool) -> list[Row]:
    from hreport import database

    try:
        if not layers:
            return list(map(_complete, database.rows(path, "observations")))
        rows = [{**row, "layer": "quantity", "role": "metric"} for row in database.rows(path, "observations")]
        return [*rows, *({**row, "layer": "mask", "role": None} for row in database.rows(path, "masks"))]
    except database.StoreError as error:
        raise TableError(reason_of(error)) from None


def _from_parquet(path: Path, layers: bool) -> list[Row]:
    import pandas as pd

    try:
        frame = pd.read_parquet(path, dtype_backend="pyarrow")
    except (ValueError, OSError, KeyError) as error:
        raise TableError(
            Message("not a Parquet file that can be read ({reason})", reason=str(error).splitlines()[0])
        ) from None
    return rows_of_frame(frame, layers)


def rows_of_frame(frame: DataFrame, layers: bool = False) -> list[Row]:
    """Rows of a DataFrame with the columns of `extract`, as `read_table` gives them; TableError where it has others."""
    import pandas as pd

    names = _checked([str(c) for c in frame.columns], layers)
    columns = [_shared(frame.iloc[:, k].to_list()) for k in range(len(names))]
    rows: list[Row] = []
    for values in zip(*columns, strict=True):
        row = {n: None if v is None or v is pd.NA or v != v else v for n, v in zip(names, values, strict=True)}
        for name, kind in _kinds().items():  # 64-bit floats hold what was an integer
            value = row.get(name)
            if isinstance(value, float) and (kind == "number" or value.is_integer()):
                row[name] = value = number(exact(value))
            if kind == "text" and isinstance(value, int | float) and not isinstance(value, bool):
                row[name] = value = plain(value)  # a code, in a CSV that pandas has read
            if value is not None and not (_fits(value, kind) and (kind != "int" or isinstance(value, int))):
                raise TableError(
                    Message(
                        "row {number}: {name}: {value!r} is not {kind}",
                        number=len(rows) + 1,
                        name=name,
                        value=value,
                        kind=_said(kind),
                    )
                )
        rows.append(_layered(row, names, Message("row {number}", number=len(rows) + 1)) if layers else _complete(row))
    return rows


def _shared(values: Iterable[Any]) -> list[Any]:
    """The values with equal texts as one object: most columns say the same in many rows."""
    known: dict[str, str] = {}
    return [known.setdefault(v, v) if isinstance(v, str) else v for v in values]


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, str]:
    return {c.name: c.kind for c in (*MASKS, *EXTRACT)}


@lru_cache(maxsize=1)
def _chinese_names() -> Mapping[str, str]:
    words = wording()["columns"]
    return {words[c.name]: c.name for c in (*MASKS, *EXTRACT) if c.name in words}


def _checked(names: list[str], layers: bool) -> list[str]:
    """Stable names of the columns; TableError where those that are needed are not there."""
    stable = [_chinese_names().get(n, n) for n in names]
    if layers and not {"indicator", "kind", "layer"} & set(stable):
        raise TableError(Message("not a table of hreport extract or masks: no column indicator or kind"))
    if missing := [n for n in (PLACE if layers else REQUIRED) if n not in stable]:
        raise TableError(Message("not a table of hreport extract: no column {columns}", columns=listed(missing)))
    return stable


def _layered(row: Row, names: Sequence[str], where: str) -> Row:
    """The row with its `layer`: said, or a quantity where there is an indicator among `names`, else a mask."""
    layer = row.get("layer") or ("quantity" if "indicator" in names else "mask")
    for name in (*PLACE, "kind") if layer == "mask" else PLACE:
        if row.get(name) is None:
            raise TableError(Message("{where}: no {name}", where=where, name=name))
    return {**row, "layer": layer}


def _complete(row: Row) -> Row:
    return {c.name: row.get(c.name) for c in EXTRACT}


def _parsed(name: str, text: str, line: int) -> Any:
    """A cell of a CSV as its column's type."""
    kind = _kinds().get(name, "text")
    if text == "":
        return None
    try:
        match kind:
            case "int":
                return int(Decimal(text))
            case "number":
                return number(Decimal(text))
            case "bool":
                return {"true": True, "1": True, "false": False, "0": False}[text.lower()]
    except (ArithmeticError, KeyError, ValueError):
        raise TableError(
            Message(
                "line {line}: {name}: {value!r} is not {kind}", line=line, name=name, value=text[:40], kind=_said(kind)
            )
        ) from None
    return text


def _fits(value: object, kind: str) -> bool:
    match kind:
        case "bool":
            return isinstance(value, bool)
        case "int" | "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str)


def _said(kind: str) -> str:
    return {"int": Message("a whole number"), "number": Message("a number"), "bool": Message("true or false")}.get(
        kind, Message("text")
    )
