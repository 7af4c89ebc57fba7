"""Rules of `data/checks.toml`: what must hold between indicators, and the words that rules about sentences read.

All ids are checked against the catalogue when they are loaded; a mistake is a `LexiconError` that names the entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hreport.lexicon import DATA, Lexicon, LexiconError, entries, parse
from hreport.messages import Message, listed, reason_of

FILE = "checks.toml"


@dataclass(frozen=True, slots=True)
class Total:
    """A whole and its parts, none of which is in another. `all`: there are no others. `whole_is` stands for a whole
    that is no indicator (100 %)."""

    id: str
    parts: tuple[str, ...]
    whole: str = ""
    whole_is: float | None = None
    all: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """An indicator that cannot be more than another."""

    id: str
    smaller: str
    larger: str


@dataclass(frozen=True, slots=True)
class Product:
    """product = factor x factor x scale, within a share `about`; `constant` is the range of one that is no figure."""

    id: str
    product: str
    factors: tuple[str, ...]
    scale: float = 1.0
    about: float = 0.01
    constant: tuple[float, ...] = (1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Difference:
    """difference = minuend - subtrahend."""

    id: str
    difference: str
    minuend: str
    subtrahend: str


@dataclass(frozen=True, slots=True)
class Members:
    """Indicators of which something is true."""

    id: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """A regular expression."""

    id: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Sureness:
    """How sure a finding of a code is, from 0 to 1; `note`: it is no error."""

    id: str
    sure: float
    note: bool = False


@dataclass(frozen=True, eq=False)
class Rules:
    """Everything of `checks.toml`; compared by identity."""

    totals: Mapping[str, Total]
    limits: Mapping[str, Limit]
    products: Mapping[str, Product]
    differences: Mapping[str, Difference]
    sets: Mapping[str, frozenset[str]]
    words: Mapping[str, re.Pattern[str]]
    sureness: Mapping[str, Sureness]


_KINDS = {"totals": Total, "limits": Limit, "products": Product, "differences": Difference, "sets": Members}


@lru_cache(maxsize=4)
def load(lexicon: Lexicon) -> Rules:
    """The rules, checked against the catalogue of `lexicon`."""
    return made(parse(FILE, DATA.joinpath(FILE).read_text("utf-8")), lexicon)


def made(tables: Mapping[str, Any], lexicon: Lexicon) -> Rules:
    """Rules from parsed tables; `LexiconError` where a table or an indicator is not known, or a pattern is none."""
    known = {*_KINDS, "words", "sureness"}
    if tables.keys() != known:
        raise LexiconError(FILE, "", Message("must hold the tables {tables}", tables=listed(sorted(known))))
    found: dict[str, Any] = {}
    for table, kind in _KINDS.items():
        found[table] = entries(kind, FILE, tables[table])
        for id_, entry in found[table].items():
            if unknown := sorted({i for i in _ids(entry) if i not in lexicon.indicators}):
                problem = Message("no indicator {ids} in the catalogue", ids=listed(unknown))
                raise LexiconError(FILE, f"{table}.{id_}", problem)
    words = entries(Wording, FILE, tables["words"])
    try:
        patterns = {id_: re.compile(entry.pattern) for id_, entry in words.items()}
    except re.error as error:
        problem = Message("{pattern!r}: {error}", pattern=error.pattern, error=reason_of(error))
        raise LexiconError(FILE, "words", problem) from None
    return Rules(
        totals=found["totals"],
        limits=found["limits"],
        products=found["products"],
        differences=found["differences"],
        sets={id_: frozenset(entry.ids) for id_, entry in found["sets"].items()},
        words=patterns,
        sureness=entries(Sureness, FILE, tables["sureness"]),
    )


def related(ids: Iterable[str], rules: Rules) -> frozenset[str]:
    """The indicators that stand in a relation with any of these, and these themselves."""
    kinds = (rules.totals, rules.limits, rules.products, rules.differences)
    sides = [{*_ids(entry)} for kind in kinds for entry in kind.values()]
    asked = {*ids}
    return frozenset(asked.union(*(side for side in sides if side & asked)))


def _ids(entry: Total | Limit | Product | Difference | Members) -> Iterable[str]:
    match entry:
        case Total():
            return (*entry.parts, *([entry.whole] if entry.whole_is is None else []))
        case Limit():
            return (entry.smaller, entry.larger)
        case Product():
            return (entry.product, *entry.factors)
        case Difference():
            return (entry.difference, entry.minuend, entry.subtrahend)
    return entry.ids
