"""What does not add up: rows of `extract` -> findings.

Each file holds one family of rules and says its tolerances; `data/checks.toml` holds all that names indicators or
words, and how sure each code is. A finding needs that no values which the stated digits, bounds and masks allow would
fit (`stated.py`).

| file | codes |
|---|---|
| single | damaged, repaired, layout; above_100, too_many_days, negative, unit_misread |
| single | outside, outside_amount, far_outside |
| clauses | part_exceeds, parts_sum, parts_exceed, parts_near, share, shares_sum; direction, growth_in_clause |
| tables | table_total |
| relations | total, limit, product, difference |
| series | stated_twice, reports_differ; growth, jump; target_far, target_reached, target_missed |
| series | magnitude, magnitude_amount, magnitude_growth |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from hreport.checks import clauses, relations, series, single, tables
from hreport.checks.finding import Finding, Part, rows
from hreport.checks.rules import load
from hreport.checks.rules import related as in_relation
from hreport.checks.sentences import sentences
from hreport.checks.stated import stated
from hreport.figures import Selection, figures
from hreport.lexicon import Lexicon
from hreport.record import Row
from hreport.resolve import convert

__all__ = ["SURE", "Finding", "Part", "check", "codes", "contradicted", "related", "rows", "spoken_against", "touched"]

SURE = 0.7  # from here on a figure is marked elsewhere
SEEN = frozenset({"damaged", "repaired", "layout", "outside"})  # what a figure says of itself, without these rules


def check(rows: Iterable[Row], lexicon: Lexicon) -> list[Finding]:
    """Everything in rows of `extract` that does not add up: errors before notes, the surest first.

    `rows` have the columns of `record.EXTRACT`; those of several files and reports are held against each other.
    """
    known = list(rows)
    rules = load(lexicon)
    everything = Selection(status="all", measure="all")
    found, _ = figures(known, lexicon.indicators, partial(convert, lexicon=lexicon), everything)
    numbers = stated(known, found)
    findings: list[Finding] = []
    single_rules = (single.damaged, partial(single.impossible, lexicon=lexicon), tables.totals, relations.relations)
    series_rules = (series.repeated, series.growth, series.jumps, series.targets, series.magnitude, series.pace)
    for rule in (*single_rules, *series_rules):
        findings += rule(numbers, rules)
    for sentence in sentences(numbers):
        for read in (clauses.parts, clauses.rises, clauses.increments, clauses.listed_shares):
            findings += read(sentence, rules)
    return sorted(findings, key=lambda f: f.order)


def codes(lexicon: Lexicon) -> tuple[str, ...]:
    """The codes of all findings there can be."""
    return tuple(code for code in load(lexicon).sureness if not code.startswith("damaged_"))


def related(ids: Iterable[str], lexicon: Lexicon) -> frozenset[str]:
    """These indicators, and those that they are held against: a total and its parts, a product and its factors."""
    return in_relation(ids, load(lexicon))


def touched(findings: Iterable[Finding], least: float = SURE) -> Mapping[tuple[str, int, int], tuple[str, ...]]:
    """Codes by file, start and end of each figure that a finding at least so sure is about; notes do not count."""
    codes: dict[tuple[str, int, int], tuple[str, ...]] = {}
    for finding in findings:
        if finding.note or finding.sure < least:
            continue
        for part in finding.parts:
            row = part.stated.row
            key = (row["file"] or "", row["start"] or 0, row["end"] or 0)
            codes[key] = tuple(dict.fromkeys((*codes.get(key, ()), finding.code)))
    return codes


def contradicted(rows: Iterable[Row], lexicon: Lexicon) -> frozenset[tuple[str, int, int]]:
    """File, start and end of the figures that other figures speak against, for certain (see `SURE`): what a comparison
    must not show as sound."""
    return spoken_against(check(rows, lexicon))


def spoken_against(findings: Iterable[Finding]) -> frozenset[tuple[str, int, int]]:
    """The same of findings that are at hand."""
    found = touched(findings)
    return frozenset(place for place, codes in found.items() if not SEEN.issuperset(codes))
