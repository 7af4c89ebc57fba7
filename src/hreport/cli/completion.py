"""What a shell offers for the value of an option, when the user presses the tab key: fast, and never with an error."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files

VARIABLE = "_HREPORT_COMPLETE"  # set by a shell that asks
MOST = 200  # a longer list helps nobody
# A line of the catalogue, read without its parser: that takes longer than people wait for a list.
_INDICATOR = re.compile(r'^(\w+) = \{ name = "([^"]+)"(?:, en = "([^"]*)")?(?:, group = "([^"]*)")?', re.MULTILINE)
_KEY = re.compile(r"^(\w+) = \{", re.MULTILINE)

Complete = Callable[[str], list[tuple[str, str]]]


def of(known: Iterable[str]) -> Complete:
    """Offers the known words that begin as what is written."""
    words = tuple(known)

    def complete(incomplete: str) -> list[tuple[str, str]]:
        return [(word, "") for word in words if word.startswith(incomplete.lower())]

    return complete


def indicators(incomplete: str) -> list[tuple[str, str]]:
    """Indicators by id, or by Chinese name.

    >>> indicators("beds_t"), indicators("婴儿死")
    ([('beds_total', '医疗卫生机构床位数')], [('婴儿死亡率', 'infant_mortality')])
    """
    catalogue = [match.groups() for match in _INDICATOR.finditer(_text("indicators.toml"))]
    found = [(id_, name) for id_, name, *_ in catalogue if id_.startswith(incomplete)]
    if incomplete and not incomplete.isascii():
        found += [(name, id_) for id_, name, *_ in catalogue if name.startswith(incomplete)]
    return found[:MOST]


def groups(incomplete: str) -> list[tuple[str, str]]:
    """The groups of the catalogue."""
    return of(dict.fromkeys(m[4] for m in _INDICATOR.finditer(_text("indicators.toml")) if m[4]))(incomplete)


def systems(incomplete: str) -> list[tuple[str, str]]:
    """The keys of official systems."""
    return [(key, "") for key in _KEY.findall(_text("systems.toml")) if key.lower().startswith(incomplete.lower())]


def areas(incomplete: str) -> list[tuple[str, str]]:
    """Places by name or code, once something of them is written."""
    if not incomplete:
        return []
    return list(_areas(incomplete))[:MOST]


def _areas(incomplete: str) -> Iterator[tuple[str, str]]:
    for row in csv.DictReader(_text("areas.csv").splitlines()):
        for value, other in ((row["name"], row["code"]), (row["code"], row["name"])):
            if value.startswith(incomplete):
                yield value, other


def codes(incomplete: str) -> list[tuple[str, str]]:
    """The codes of findings."""
    import tomllib

    known = tomllib.loads(_text("checks.toml"))["sureness"]
    return of(code for code in known if not code.startswith("damaged_"))(incomplete)


def _text(name: str) -> str:
    return (files("hreport") / "data" / name).read_text(encoding="utf-8")
