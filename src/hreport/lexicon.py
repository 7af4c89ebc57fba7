"""Loads and checks everything Chinese: `data/*.toml` and `data/areas.csv` become one frozen `Lexicon`.

Each TOML file holds one table whose keys are ids and whose values are entries. A mistake in the data (an unknown key, a
missing one, an id twice, an alias claimed by two indicators, an unknown unit) is a `LexiconError` that names file and id.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")
DATA = files("hreport") / "data"


class LexiconError(ValueError):
    """A mistake in the data files; the message names file and id."""

    def __init__(self, file: str, entry: str, problem: str) -> None:
        super().__init__(f"{file}: {entry}: {problem}" if entry else f"{file}: {problem}")


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator of the catalogue. `low` and `high` are the plausible range in `unit`; `flow` marks what is counted by
    what was added in a period (城镇新增就业), so that a `change` 新增 N is its level."""

    id: str
    name: str
    en: str
    group: str
    unit: str
    kind: str
    better: str = "neutral"
    low: float | None = None
    high: float | None = None
    aliases: tuple[str, ...] = ()
    source: str = ""
    flow: bool = False
    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()


def parse(file: str, text: str) -> dict[str, Any]:
    """TOML text as a dict; a syntax error or an id given twice is a `LexiconError` that quotes the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line_number = getattr(error, "lineno", None)
        line = text.splitlines()[line_number - 1] if line_number else ""
        entry = line.partition("=")[0].strip().strip('"')
        raise LexiconError(file, entry, str(error)) from None


def entries(kind: type[T], file: str, table: Mapping[str, Any]) -> dict[str, T]:
    """Entries of one table as frozen records of `kind`, keyed by id; unknown, missing and ill-typed keys are refused."""
    hints = get_type_hints(kind)
    names = {f.name: f for f in fields(kind) if f.name != "id"}  # type: ignore[arg-type]
    required = {n for n, f in names.items() if f.default is MISSING and f.default_factory is MISSING}
    found: dict[str, T] = {}
    for key, raw in table.items():
        if not isinstance(raw, dict):
            raise LexiconError(file, key, "an entry must be a table { ... }")
        if unknown := raw.keys() - names.keys():
            raise LexiconError(file, key, f"unknown key {', '.join(sorted(unknown))}; known: {', '.join(names)}")
        if missing := required - raw.keys():
            raise LexiconError(file, key, f"missing {', '.join(sorted(missing))}")
        values = {}
        for name, value in raw.items():
            if isinstance(value, list):
                value = tuple(value)
            if not _fits(value, hints[name]):
                raise LexiconError(file, key, f"{name} must be {hints[name]}, not {value!r}")
            values[name] = value
        found[key] = kind(id=key, **values)
    return found


def _fits(value: object, hint: Any) -> bool:
    """Is `value` of the annotated type? (Only the shapes that the data files use.)"""
    if get_origin(hint) is tuple:
        return isinstance(value, tuple) and all(_fits(v, get_args(hint)[0]) for v in value)
    options = get_args(hint) or (hint,)
    if float in options and isinstance(value, int) and not isinstance(value, bool):
        return True
    return any(isinstance(value, o) for o in options if isinstance(o, type))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All data, checked and indexed. Made once by `load`."""

    indicators: Mapping[str, Indicator]


@lru_cache(maxsize=4)
def load(catalog: Path | None = None) -> Lexicon:
    """The shipped data, with the indicators of `catalog` (a TOML of the same form) merged in by id."""
    raise NotImplementedError
