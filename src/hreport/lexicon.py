"""Loads and checks everything Chinese: `data/*.toml` and `data/areas.csv` become one frozen `Lexicon`.

Each TOML file holds one table whose keys are ids and whose values are entries. A mistake in the data (an unknown key,
a missing one, an id twice, an alias claimed by two indicators, an unknown unit) is a `LexiconError` that names file
and id.
"""

from __future__ import annotations

import csv
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from hreport.text import fold as one_script

T = TypeVar("T")
DATA = files("hreport") / "data"


class LexiconError(ValueError):
    """A mistake in the data files; the message names file and id."""

    def __init__(self, file: str, entry: str, problem: str) -> None:
        """`entry` is the id, empty where the problem is the whole file's."""
        super().__init__(f"{file}: {entry}: {problem}" if entry else f"{file}: {problem}")


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator of the catalogue. `low` and `high` are the plausible range in `unit`; `flow` marks what is counted
    by what was added in a period (城镇新增就业), so that a `change` 新增 N is its level; `made` marks what exists by
    being set up or awarded (家庭医生团队, 卫生乡镇), so that 组建 N is its figure."""

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
    made: bool = False
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
    """Entries of one table as frozen records of `kind` by id; unknown, missing and ill-typed keys are refused."""
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
        found[key] = kind(id=key, **values)  # type: ignore[call-arg]
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
class Conversion:
    """A unit without multipliers: how many of its dimension's own unit it is (`factor`, "2000/3" is a fraction), and
    for which other dimensions it may stand, one for one."""

    id: str
    dimension: str
    factor: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Spin:
    """A word that article spinning put in (`id`) and the word it `means`; `always`: it is no ordinary word."""

    id: str
    means: str
    always: bool = False


@dataclass(frozen=True, slots=True)
class WordList:
    """Words, or regular expressions, that play one part."""

    id: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """Spellings of one thing, as a regular expression, and what they become before wordings are compared."""

    id: str
    pattern: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Area:
    """A division of the country. `code` is of GB/T 2260, empty where several divisions bear the name; `level` is
    country, province, prefecture or county; `seen` the last year in which a source lists a name no longer in force."""

    code: str
    name: str
    short: str
    level: str
    parent: str = ""
    seen: str = ""


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All data, checked and indexed. Made once by `load`; compared and hashed by identity.

    `names` maps every name and alias, folded by `wording_key`, to the id of its indicator.
    """

    indicators: Mapping[str, Indicator]
    conversions: Mapping[str, Conversion]
    spin: Mapping[str, Spin]
    wording: Mapping[str, WordList]
    folds: Mapping[str, Fold]
    titles: Mapping[str, WordList]
    names: Mapping[str, str]

    @property
    def areas(self) -> Mapping[str, tuple[Area, ...]]:
        """Divisions by full name, several where a name is not unique; read when first asked for."""
        return gazetteer()


@lru_cache(maxsize=4)
def load(catalog: Path | None = None) -> Lexicon:
    """The shipped data, with the indicators of `catalog` (a TOML of the same form) merged in by id: an entry of the
    user's adds to or overrides the keys of the shipped one."""
    shipped = _table("indicators.toml", "indicators")
    conversions = entries(Conversion, "conversions.toml", _table("conversions.toml", "conversions"))
    folds = entries(Fold, "folds.toml", _table("folds.toml", "folds"))
    spin = entries(Spin, "spin.toml", _table("spin.toml", "spin"))
    wording = entries(WordList, "wording.toml", _table("wording.toml", "wording"))
    files = dict.fromkeys(shipped, "indicators.toml")
    if catalog is not None:
        for key, raw in _section(str(catalog), parse(str(catalog), catalog.read_text("utf-8")), "indicators").items():
            shipped[key] = {**shipped.get(key, {}), **raw} if isinstance(raw, dict) else raw
            files[key] = str(catalog)
    indicators: dict[str, Indicator] = {}
    for file in dict.fromkeys(files.values()):
        indicators |= entries(Indicator, file, {key: raw for key, raw in shipped.items() if files[key] == file})
    fold = Folder(wording, folds, spin)
    names: dict[str, str] = {}
    for indicator in indicators.values():
        file = files[indicator.id]
        if unit(indicator.unit, conversions) is None:
            raise LexiconError(file, indicator.id, f"unknown unit {indicator.unit}; add it to conversions.toml")
        for alias in (indicator.name, *indicator.aliases):
            if (other := names.setdefault(fold(alias), indicator.id)) != indicator.id:
                raise LexiconError(file, indicator.id, f"alias {alias} is claimed by {other} already")
    return Lexicon(indicators, conversions, spin, wording, folds, titles(), names)


class Folder:
    """Folds a wording to the key by which the catalogue knows it: width, script, case, white space, quotes, brackets,
    spun words that are no ordinary words, and the spellings of `folds.toml`."""

    def __init__(self, wording: Mapping[str, WordList], folds: Mapping[str, Fold], spin: Mapping[str, Spin]) -> None:
        """Compiles the tables; make one and keep it."""
        dropped = "|".join(re.escape(w) for w in wording["dropped"].words)
        self._dropped = re.compile(rf"{dropped}|[^\w%‰/+~&.-]|_")
        self._folds = [(re.compile(f.pattern), f.becomes) for f in folds.values()]
        self._spin = [(s.id, s.means) for s in spin.values() if s.always]

    def __call__(self, text: str) -> str:
        """The key of a wording; folding a key again changes nothing."""
        text = self._dropped.sub("", one_script(unicodedata.normalize("NFKC", text))).casefold()
        for spun, means in self._spin:
            if spun in text:
                text = text.replace(spun, means)
        for pattern, becomes in self._folds:
            text = pattern.sub(becomes, text)
        return text


def unit(written: str, conversions: Mapping[str, Conversion]) -> tuple[Conversion, Fraction] | None:
    """A unit with its multipliers: its `Conversion`, and how many of its dimension's own unit it is, if known."""
    factor = Fraction(1)
    while (found := conversions.get(written)) is None or found.dimension == "multiplier":
        head = conversions.get(written[:1])
        if head is None or head.dimension != "multiplier" or len(written) < 2:
            return None
        factor *= Fraction(head.factor)
        written = written[1:]
    return found, factor * Fraction(found.factor)


@lru_cache(maxsize=1)
def titles() -> Mapping[str, WordList]:
    """The words of `titles.toml`: what titles say of place and year."""
    return entries(WordList, "titles.toml", _table("titles.toml", "titles"))


@lru_cache(maxsize=1)
def gazetteer() -> Mapping[str, tuple[Area, ...]]:
    """The divisions of `areas.csv` by full name."""
    found: dict[str, tuple[Area, ...]] = {}
    for row in csv.DictReader(DATA.joinpath("areas.csv").read_text("utf-8").splitlines()):
        found[row["name"]] = (*found.get(row["name"], ()), Area(**row))
    return found


def _table(file: str, name: str) -> dict[str, Any]:
    """The one table of a shipped file."""
    return _section(file, parse(file, DATA.joinpath(file).read_text("utf-8")), name)


def _section(file: str, parsed: dict[str, Any], name: str) -> dict[str, Any]:
    if parsed.keys() != {name} or not isinstance(parsed[name], dict):
        raise LexiconError(file, "", f"must hold one table [{name}], not {', '.join(parsed) or 'nothing'}")
    return dict(parsed[name])
