"""Loads and checks everything Chinese: `data/*.toml` and `data/areas.csv` become one frozen `Lexicon`.

Each TOML file holds one table whose keys are ids and whose values are entries. A mistake in the data (an unknown key,
a missing one, an id twice, an alias claimed by two indicators, an unknown unit) is a `LexiconError` that names file
and id and says what to do: catalogues of the user's own come the same way.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, replace
from difflib import get_close_matches
from fractions import Fraction
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

from hreport.expressions.needles import haystack, needles
from hreport.messages import Message, listed, reason_of
from hreport.text import fold as one_script

T = TypeVar("T")
DATA = files("hreport") / "data"
KINDS = ("rate", "count", "money", "amount", "ratio", "duration", "index", "growth")
BETTER = ("higher", "lower", "neutral")
MATCHES = ("same", "near", "none")
EVIDENCE = ("found", "knowledge")
# The kind of an own indicator that does not say it, by the dimension of its unit; all other units count.
KIND_OF = {"share": "rate", "money": "money", "us_dollars": "money", "time": "duration", "age": "duration"}
AMOUNTS = {"area", "length", "volume", "mass", "coal_equivalent", "power", "energy", "computing", "containers"}
# Kinds of indicator that say how things stand at a time; those that count may be what several years add up to, and so
# may sums of money.
STATES = frozenset({"rate", "ratio", "duration", "index"})
COUNTS = frozenset({"count", "amount"})
SUMS = COUNTS | {"money"}
UNITS_SAID = 20  # of those known, where none is like the unknown one
MORE_ALIASES = "add_aliases"  # key of an own entry: they stand beside the shipped ones, which `aliases` replaces
CURLY = re.compile("[\u201c\u201d\u2018\u2019\uff02]")  # quotes that word processors make of straight ones


class LexiconError(ValueError):
    """A mistake in the data files; the message names file and id."""

    def __init__(self, file: str, entry: str, problem: str) -> None:
        """`entry` is the id, empty where the problem is the whole file's."""
        where = Message("{file}: {entry}", file=file, entry=entry) if entry else file
        super().__init__(Message("{where}: {problem}", where=where, problem=problem))


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator of the catalogue. `low` and `high` are the plausible range in `unit`; `flow` marks what is counted
    by what was added in a period (城镇新增就业), so that a `change` 新增 N is its level; `annual` an amount of one year
    that nobody adds up over several (地区生产总值): where a period is five years, it is that of their last; `made`
    marks what exists by being set up or awarded (家庭医生团队, 卫生乡镇), so that 组建 N is its figure.

    An own one needs a name and a unit; its `kind` then follows from the unit, and `en` from its id."""

    id: str
    name: str
    en: str = ""
    group: str = "own"
    unit: str = ""
    kind: str = ""
    better: str = "neutral"
    low: float | None = None
    high: float | None = None
    aliases: tuple[str, ...] = ()
    source: str = ""
    flow: bool = False
    made: bool = False
    annual: bool = False
    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()


def parse(file: str, text: str) -> dict[str, Any]:
    """TOML text as a dict; a syntax error or an id given twice is a `LexiconError` that names line and entry."""
    import tomli  # as tomllib, three times as fast: the data of every run is read by it

    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        line = text.splitlines()[int(place[1]) - 1] if place else text.strip().rpartition("\n")[2]
        entry = line.partition("=")[0].strip().strip('"')
        problem = Message("not TOML: {error}", error=reason_of(error))
        if CURLY.search(line):
            problem = Message('not TOML: {error}: write straight quotes " around texts', error=reason_of(error))
        elif not line.isascii() and not entry.isascii():
            problem = Message(
                'not TOML: {error}: put an id that is not of a-z, 0-9 and _ in quotes "', error=reason_of(error)
            )
        raise LexiconError(file, entry, problem) from None


def entries(kind: type[T], file: str, table: Mapping[str, Any]) -> dict[str, T]:
    """Entries of one table as frozen records of `kind` by id; unknown, missing and ill-typed keys are refused."""
    return {key: _record(kind, file, key, raw) for key, raw in table.items()}


def _record(kind: type[T], file: str, key: str, raw: Any) -> T:
    """One entry; its `id` is its key."""
    hints, names, required, fitting = _shape(kind)  # type: ignore[arg-type]  # a type is hashable
    if not isinstance(raw, dict):
        raise LexiconError(file, key, Message("an entry must be a table {{ ... }}"))
    if unknown := raw.keys() - names.keys():
        raise LexiconError(
            file,
            key,
            Message("unknown key {unknown}; known: {known}", unknown=listed(sorted(unknown)), known=listed(names)),
        )
    if missing := [n for n in names if n in required - raw.keys()]:
        raise LexiconError(file, key, Message("missing {keys}", keys=listed(missing)))
    values = {}
    for name, value in raw.items():
        if isinstance(value, list):
            value = tuple(value)
        if type(value) not in fitting[name] and not _fits(value, hints[name]):
            said = {"key": name, "type": _said(hints[name]), "value": _quoted(raw[name])}
            raise LexiconError(file, key, Message("{key} must be {type}, not {value}", **said))
        values[name] = value
    return kind(id=key, **values)  # type: ignore[call-arg]


@lru_cache
def _shape(
    kind: type,
) -> tuple[Mapping[str, Any], Mapping[str, Field[Any]], frozenset[str], Mapping[str, tuple[Any, ...]]]:
    """The types of a record's fields, the fields without the id, the names of those without a default, and the types
    whose every value fits a field, so that the values of thousands of entries need no closer look."""
    names = {f.name: f for f in fields(kind) if f.name != "id"}
    required = frozenset(n for n, f in names.items() if f.default is MISSING and f.default_factory is MISSING)
    hints = get_type_hints(kind)
    fitting = {n: () if get_origin(hint) is tuple else get_args(hint) or (hint,) for n, hint in hints.items()}
    return hints, names, required, fitting


def _fits(value: object, hint: Any) -> bool:
    """Is `value` of the annotated type? (Only the shapes that the data files use.)"""
    if get_origin(hint) is tuple:
        (kind, *_) = get_args(hint)
        return isinstance(value, tuple) and all(type(v) is kind or _fits(v, kind) for v in value)
    options = get_args(hint) or (hint,)
    if float in options and isinstance(value, int) and not isinstance(value, bool):
        return True
    return any(isinstance(value, o) for o in options if isinstance(o, type))


def _said(hint: Any) -> str:
    """An annotated type in the words of TOML."""
    if get_origin(hint) is tuple:
        return Message('a list of texts ["...", "..."]')
    options = get_args(hint) or (hint,)
    if float in options:
        return Message("a number")
    return Message("true or false") if bool in options else Message('a text "..."')


def _quoted(value: object) -> str:
    """A value about as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


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


# A tuple: there are thousands, and a frozen dataclass takes three times as long to make.
class Area(NamedTuple):
    """A division of the country. `code` is of GB/T 2260, empty where several divisions bear the name; `level` is
    country, province, prefecture or county; `seen` the last year in which a source lists a name no longer in force."""

    code: str
    name: str
    short: str
    level: str
    parent: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An item of an official system: its number there, its name in the system's words, the indicator that it is and how
    far (`same`, `near`, `none`), and whether it was `found` in a source or is `knowledge`, unverified."""

    id: str
    name: str
    no: str = ""
    indicator: str = ""
    match: str = "same"
    evidence: str = "found"


@dataclass(frozen=True, slots=True)
class System:
    """An official system of indicators, with its items in their order."""

    id: str
    name: str
    en: str
    source: str
    items: tuple[Item, ...]


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

    @cached_property
    def systems(self) -> Mapping[str, System]:
        """Official systems by key, read when first asked for.

        Raises:
            LexiconError: an item names no indicator of the catalogue, or says no `match` or `evidence` that there is.
        """
        return {key: self._system(key, raw) for key, raw in _table("systems.toml", "systems").items()}

    def _system(self, key: str, raw: Any) -> System:
        file = "systems.toml"
        given = raw.get("items") if isinstance(raw, dict) else None
        if not isinstance(given, list) or not given:
            raise LexiconError(file, key, Message("missing {keys}", keys="items"))
        items = tuple(_record(Item, file, f"{key}[{n}]", item) for n, item in enumerate(given, 1))
        for item in items:
            if item.indicator and item.indicator not in self.indicators:
                raise LexiconError(
                    file,
                    item.id,
                    Message("{name}: there is no indicator {indicator}", name=item.name, indicator=item.indicator),
                )
            if bool(item.indicator) != (item.match != "none"):
                problem = Message('match is "none" where there is no indicator, and only there')
                raise LexiconError(file, item.id, problem)
            _one_of(file, item.id, "match", item.match, MATCHES)
            _one_of(file, item.id, "evidence", item.evidence, EVIDENCE)
        system = _record(System, file, key, {**raw, "items": []})
        return replace(system, items=items)


def load(catalog: Path | None = None) -> Lexicon:
    """The shipped data, with the indicators of `catalog` (a TOML of the same form) merged in by id.

    An entry of the user's adds to or overrides the keys of the shipped one; `add_aliases` leaves the shipped aliases as
    they are. A new one needs a name and a unit only.

    Raises:
        LexiconError: something is wrong in a file; one line that names file and id and says what to do.
        OSError: `catalog` cannot be read.
    """
    if catalog is None:
        return _loaded("", "")
    try:
        text = catalog.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise LexiconError(str(catalog), "", Message("not UTF-8: save it as UTF-8")) from None
    return _loaded(str(catalog), text)


@lru_cache(maxsize=4)  # by what the file says, not by its name: it may be edited while a notebook runs
def _loaded(catalog: str, text: str) -> Lexicon:
    conversions = entries(Conversion, "conversions.toml", _table("conversions.toml", "conversions"))
    folds = entries(Fold, "folds.toml", _table("folds.toml", "folds"))
    spin = entries(Spin, "spin.toml", _table("spin.toml", "spin"))
    wording = entries(WordList, "wording.toml", _table("wording.toml", "wording"))
    shipped = _table("indicators.toml", "indicators")
    files = dict.fromkeys(shipped, "indicators.toml")
    if catalog:
        for key, raw in _own(catalog, text).items():
            shipped[key] = _merged(catalog, key, shipped.get(key), raw)
            files[key] = catalog
    indicators = {key: _indicator(files[key], key, raw, conversions) for key, raw in shipped.items()}
    # the user's own entries last: where they clash with a shipped one, it is theirs that is named
    ordered = sorted(indicators.values(), key=lambda i: files[i.id] != "indicators.toml")
    aliases = [(alias, indicator) for indicator in ordered for alias in (indicator.name, *indicator.aliases)]
    names: dict[str, str] = {}
    keys = Folder(wording, folds, spin).each([alias for alias, _ in aliases])
    for (alias, indicator), key in zip(aliases, keys, strict=True):
        if (other := names.setdefault(key, indicator.id)) != indicator.id:
            message = Message(
                "alias {alias} is claimed by {other} ({name}) already: leave it out",
                alias=alias,
                other=other,
                name=indicators[other].name,
            )
            raise LexiconError(files[indicator.id], indicator.id, message)
    return Lexicon(indicators, conversions, spin, wording, folds, titles(), names)


def _own(file: str, text: str) -> dict[str, Any]:
    """The entries of a catalogue of the user's: under [indicators], or each by itself without that heading."""
    parsed = parse(file, text)
    known = {f.name for f in fields(Indicator)} | {MORE_ALIASES}
    if parsed and all(isinstance(raw, dict) and raw.keys() & known for raw in parsed.values()):
        return parsed
    if parsed.keys() == {"indicators"} and isinstance(parsed["indicators"], dict):
        return dict(parsed["indicators"])
    example = 'my_id = { name = "...", unit = "..." }'
    raise LexiconError(
        file,
        "",
        Message(
            "must hold one table [indicators], not {found}: under it a line for each, such as {example}",
            found=listed(parsed) or Message("nothing"),
            example=example,
        ),
    )


def _merged(file: str, key: str, shipped: Any, own: Any) -> Any:
    """An own entry over the shipped one of its id, if there is one."""
    if not isinstance(own, dict):
        return own
    merged = {**(shipped or {}), **own}
    more = merged.pop(MORE_ALIASES, [])
    if not (isinstance(more, list) and all(isinstance(a, str) for a in more)):
        raise LexiconError(
            file,
            key,
            Message(
                "{key} must be {type}, not {value}", key=MORE_ALIASES, type=_said(tuple[str, ...]), value=_quoted(more)
            ),
        )
    if more and isinstance(aliases := merged.get("aliases", []), list):
        merged["aliases"] = [*aliases, *(a for a in more if a not in aliases)]
    return merged


def _indicator(file: str, key: str, raw: Any, conversions: Mapping[str, Conversion]) -> Indicator:
    """An entry of the catalogue, checked, with what it does not say."""
    if isinstance(raw, dict) and (missing := [n for n in ("name", "unit") if n not in raw]):
        raise LexiconError(file, key, Message("missing {keys}", keys=listed(missing)))
    indicator = _record(Indicator, file, key, raw)
    found = unit(indicator.unit, conversions)
    if found is None:
        if near := nearest_units(indicator.unit, conversions):
            message = Message("unknown unit {unit}; like it: {near}", unit=indicator.unit, near=listed(near))
        else:
            one_each = {c.dimension: c.id for c in reversed([*conversions.values()]) if c.id}
            known = [u for d, u in reversed(one_each.items()) if d != "multiplier"][:UNITS_SAID]
            message = Message("unknown unit {unit}; known: {known} ...", unit=indicator.unit, known=" ".join(known))
        raise LexiconError(file, key, message)
    dimension = found[0].dimension
    kind = indicator.kind or KIND_OF.get(dimension) or ("amount" if dimension in AMOUNTS else "count")
    _one_of(file, key, "kind", kind, KINDS)
    _one_of(file, key, "better", indicator.better, BETTER)
    if indicator.low is not None and indicator.high is not None and indicator.low >= indicator.high:
        raise LexiconError(file, key, Message("low must be below high"))
    return replace(indicator, kind=kind, en=indicator.en or key.replace("_", " ").capitalize())


def _one_of(file: str, key: str, name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise LexiconError(
            file,
            key,
            Message("{key} must be one of {known}, not {value}", key=name, known=listed(known), value=_quoted(value)),
        )


def any_of(words: Iterable[str]) -> str:
    """An expression that fits any of some words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


class Folder:
    """Folds a wording to the key by which the catalogue knows it: width, script, case, white space, quotes, brackets,
    spun words that are no ordinary words, and the spellings of `folds.toml`."""

    def __init__(self, wording: Mapping[str, WordList], folds: Mapping[str, Fold], spin: Mapping[str, Spin]) -> None:
        """Compiles the tables; make one and keep it."""
        dropped = "|".join(re.escape(w) for w in wording["dropped"].words)
        self._words = re.compile(dropped)
        self._dropped = re.compile(rf"{dropped}|[^\w%‰/+~&.-]|_")
        # by line: `each` folds many wordings at once
        self._folds = [
            (needles(f.pattern) or ("",), re.compile(f.pattern, re.MULTILINE), f.becomes) for f in folds.values()
        ]
        spun = [re.escape(s.id) for s in spin.values() if s.always]
        self._foldable = haystack((*spun, *(f.pattern for f in folds.values())))
        self._spin = [(s.id, s.means) for s in spin.values() if s.always]

    def __call__(self, text: str) -> str:
        """The key of a wording; folding a key again changes nothing."""
        text = self._bare(text)
        return self._respelt(text) if self._foldable.search(text) else text

    def each(self, texts: Iterable[str]) -> list[str]:
        """The keys of many wordings, in a fraction of the time: each is a line, since a bare wording has no line breaks
        and no spelling that is folded reaches over one."""
        return self._respelt("\n".join(map(self._bare, texts))).split("\n")

    def _bare(self, text: str) -> str:
        text = one_script(unicodedata.normalize("NFKC", text))
        if not text.isalnum() or self._words.search(text):
            text = self._dropped.sub("", text)
        return text.casefold()

    def _respelt(self, text: str) -> str:
        for spun, means in self._spin:
            if spun in text:
                text = text.replace(spun, means)
        for words, pattern, becomes in self._folds:
            for word in words:
                if word in text:
                    text = pattern.sub(becomes, text)
                    break
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


def nearest_units(written: str, conversions: Mapping[str, Conversion]) -> list[str]:
    """Known units that are written like an unknown one, the nearest first, three at most.

    >>> nearest_units("万册次", load().conversions)
    ['万次', '万册', '万针次']
    """
    multipliers = "".join(c.id for c in conversions.values() if c.dimension == "multiplier")
    bare = written.lstrip(multipliers)
    known = [c.id for c in conversions.values() if c.id and c.dimension != "multiplier"]
    return [written[: len(written) - len(bare)] + near for near in get_close_matches(bare, known, n=3, cutoff=0.5)]


@lru_cache(maxsize=1)
def titles() -> Mapping[str, WordList]:
    """The words of `titles.toml`: what titles say of place and year."""
    return entries(WordList, "titles.toml", _table("titles.toml", "titles"))


@lru_cache(maxsize=1)
def gazetteer() -> Mapping[str, tuple[Area, ...]]:
    """The divisions of `areas.csv` by full name."""
    found: dict[str, tuple[Area, ...]] = {}
    names, *rows = csv.reader(DATA.joinpath("areas.csv").read_text("utf-8").splitlines())
    assert tuple(names) == Area._fields
    for area in map(Area._make, rows):
        found[area.name] = (*found.get(area.name, ()), area)
    return found


def _table(file: str, name: str) -> dict[str, Any]:
    """The one table of a shipped file."""
    return _section(file, parse(file, DATA.joinpath(file).read_text("utf-8")), name)


def _section(file: str, parsed: dict[str, Any], name: str) -> dict[str, Any]:
    if parsed.keys() != {name} or not isinstance(parsed[name], dict):
        raise LexiconError(
            file,
            "",
            Message("must hold one table [{name}], not {found}", name=name, found=listed(parsed) or Message("nothing")),
        )
    return dict(parsed[name])
