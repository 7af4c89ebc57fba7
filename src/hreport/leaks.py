"""Places that leak from reports whose own place is masked or missing: candidates for it, each with its evidence.

A place counts three times where it stands as the report's own (its hospital, its office, what was built there), once
where it is only named, and not at all where it is compared with, visited, praised or supported. A report that speaks
of `all the city` is about the city that a leaked district lies in. The best candidate is offered where it has at least
twice as much for it as any other.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hreport import resolve
from hreport.expressions.scanning import Scanner
from hreport.grammar import Grammar
from hreport.model import Candidate, LeakGrade, Report
from hreport.split import Layout
from hreport.tag import words

OWN, NAMED = 3, 1  # what a place counts where it stands as the report's own, and where it is only named
STANDS_OUT = 2  # the best has at least so many times what any other has
SPEAKS = 2  # so often a report must speak of its own place (全市) for its level to be known
NEAR = 12  # characters before a name that can tell what it is here
AROUND = 14  # characters of evidence on both sides of a name
CLAUSE = 30  # characters on both sides of a name that are cut into words to see whether it is one
ELSEWHERE = ("710000", "810000", "820000")  # named in reports of every place: these alone say nothing
MOST_TOWNS = 200  # of so many the whole report is searched for more mentions; a county has thirty
FAR = 9  # beyond the end of a text: no list goes on there
NATIONWIDE = 2  # provinces in a list that make it one of the country
LEVELS = ("level_province", "level_city", "level_county", "level_district", "level_prefecture")
HAVE_TOWNS = ("level_county", "level_district")  # of these, a town tells the place; of a city it does not
ENDINGS = ("ending_county", "ending_prefecture")


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Expressions of leaks.toml."""

    own_before: re.Pattern[str]
    own_after: re.Pattern[str]
    aside_before: re.Pattern[str]
    aside_after: re.Pattern[str]
    compound: re.Pattern[str]
    stop: re.Pattern[str]
    township: re.Pattern[str]
    township_before: re.Pattern[str]
    no_township: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _Mention:
    """A place in the text of a report: where, the code (empty of a township), and what it counts."""

    start: int
    end: int
    code: str
    weight: int


@lru_cache(maxsize=1)
def _patterns(grammar: Grammar) -> _Patterns:
    return _Patterns(**grammar.compiled("leaks", _Patterns.__slots__))


@lru_cache(maxsize=1)
def _levels(grammar: Grammar) -> Scanner:
    return Scanner(grammar.regex("leaks", *LEVELS))


def candidates(layout: Layout, report: Report, grammar: Grammar) -> tuple[Candidate, ...]:
    """The places that a report may be about, the likeliest first; none where its own place is known, or where it does
    not speak of one."""
    if report.area and resolve.named(report.area) is not None:
        return ()
    low, high = layout.reading.index(report.span.start), layout.reading.index(report.span.end)
    text = layout.reading.text[low:high]
    kinds = _kinds(report.area, text, grammar)
    if not kinds:
        return ()
    patterns, table = _patterns(grammar), grammar.tables["leaks"]
    groups: dict[tuple[str, str], list[_Mention]] = defaultdict(list)
    for mention in _divisions(text, patterns):
        if mention.weight:
            groups[_lifted(mention.code, kinds, grammar)].append(mention)
    if not kinds.isdisjoint(table[level].kind for level in HAVE_TOWNS):
        for name, mentions in _townships(text, patterns).items():
            groups["", name] = mentions
    within = {key for key in groups if key[0] and not _fits(key[0], kinds, grammar)}
    found = []
    for key, mentions in groups.items():
        total = sum(m.weight for m in mentions)
        if key[0]:
            above = {a.code for a in resolve.chain(key[0])[:-1]}
            total += sum(m.weight for code, name in within if code in above for m in groups[code, name])
        best = max(mentions, key=lambda m: (m.weight, -m.start))
        if key in within and best.weight < OWN:
            continue
        grade: LeakGrade = "within" if key in within else "own" if best.weight >= OWN else "named"
        found.append(
            Candidate(
                name=key[1],
                area_id=key[0],
                span=layout.reading.span(low + best.start, low + best.end),
                around=layout.reading.span(*_around(text, best, low)),
                times=len(mentions),
                weight=total,
                grade=grade,
            )
        )
    found.sort(key=lambda c: (c.grade == "within", not c.area_id, -c.weight, c.span))
    return tuple(found)


def likeliest(found: Sequence[Candidate]) -> Candidate | None:
    """The candidate that stands out, if one does. One that another lies in is no rival of it."""
    if not found:
        return None
    best, *others = found
    above = {a.code for a in resolve.chain(best.area_id)}
    rivals = [c.weight for c in others if not (c.area_id and c.area_id in above) and (c.area_id or not best.area_id)]
    return best if best.weight >= STANDS_OUT * max(rivals, default=0) else None


def _around(text: str, mention: _Mention, low: int) -> tuple[int, int]:
    """The words around a name, not beyond its line."""
    first, last = max(mention.start - AROUND, 0), min(mention.end + AROUND, len(text))
    stop = text.find("\n", mention.end, last)
    return low + max(text.rfind("\n", first, mention.start) + 1, first), low + (stop if stop >= 0 else last)


def _kinds(area: str, text: str, grammar: Grammar) -> set[str]:
    """What the report's place is, by how it speaks of it (全市), else by the last characters of its masked name
    (XX县区: either); empty where it does not speak of one."""
    table = grammar.tables["leaks"]
    found = Counter(str(m.lastgroup) for m in _levels(grammar).finditer(text))
    spoken = Counter({table[n].kind: found[n] for n in LEVELS})
    kind, times = spoken.most_common(1)[0]
    return {kind} if times >= SPEAKS else {c for c in area if c in spoken}


def _kind(name: str, grammar: Grammar) -> str:
    """What a division is, by the end of its name."""
    table = grammar.tables["leaks"]
    ending = next((table[n].kind for n in ENDINGS if re.search(table[n].pattern, name)), "")
    return ending or name[-1:]


def _fits(code: str, kinds: set[str], grammar: Grammar) -> bool:
    return _kind(resolve.chain(code)[-1].name, grammar) in kinds


def _lifted(code: str, kinds: set[str], grammar: Grammar) -> tuple[str, str]:
    """The division of one of these kinds that a division is or lies in, else itself, as code and full name."""
    chain = resolve.chain(code)
    fitting = [k for k in range(len(chain), 0, -1) if _kind(chain[k - 1].name, grammar) in kinds]
    # a county that leaks from the report of a district says no more than which city both may lie in
    beside = -1 if chain[-1].level == "county" and len(chain) > 1 else None
    chain = chain[: fitting[0]] if fitting else chain[:beside]
    return chain[-1].code, "".join(a.name for a in chain)


def _divisions(text: str, patterns: _Patterns) -> Iterator[_Mention]:
    """The divisions that the text names, with or without suffix, and what each counts here."""
    full = resolve.find_areas(text)
    spots = [(*spot, True) for spot in full] + [(*spot, False) for spot in resolve.find_short_areas(text, full)]
    taken = [(start, end) for start, end, *_ in spots]
    bare = resolve.find_bare_areas(text, taken)
    spots += [(*spot, False) for spot in bare if _is_word(text, spot[0], spot[1], patterns)]
    spots = sorted(s for s in spots if s[3])
    elsewhere = _elsewhere(text, spots, patterns)
    for start, end, _, code, is_full in spots:
        if is_full or not patterns.compound.match(text, end):
            aside = start in elsewhere
            own = patterns.own_after.match(text, end) or (
                is_full and patterns.own_before.search(text, max(start - NEAR, 0), start)
            )
            if own or code not in ELSEWHERE:
                yield _Mention(start, end, code, 0 if aside else OWN if own else NAMED)


def _is_word(text: str, start: int, end: int, patterns: _Patterns) -> bool:
    """Is a name a word of its clause, and no parts of two (美丽江苏, 其中卫生)?"""
    stops = [m.end() for m in patterns.stop.finditer(text, max(start - CLAUSE, 0), start)]
    low = stops[-1] if stops else max(start - CLAUSE, 0)
    stop = patterns.stop.search(text, end, end + CLAUSE)
    at, bounds = low, set()
    for word in words.cut(text[low : stop.start() if stop else end + CLAUSE]):
        bounds.add(at)
        at += len(word)
    return start in bounds and (end in bounds or end == at)


def _aside(text: str, start: int, end: int, patterns: _Patterns) -> bool:
    before = patterns.aside_before.search(text, max(start - NEAR, 0), start)
    return bool(before or patterns.aside_after.match(text, end))


def _elsewhere(text: str, spots: Sequence[tuple[int, int, str, str, bool]], patterns: _Patterns) -> set[int]:
    """Where names begin that are compared with or the like, by themselves or in a list (与四川、青海合作),
    or that stand in one list with those of other provinces."""
    found: set[int] = set()
    group: list[tuple[int, int, str]] = []
    for start, end, _, code, _ in [*spots, (len(text) + FAR, 0, "", "", False)]:
        if group and start - group[-1][1] > 1:
            provinces = {c[:2] for *_, c in group}
            if len(provinces) >= NATIONWIDE or any(_aside(text, s, e, patterns) for s, e, _ in group):
                found |= {s for s, *_ in group}
            group = []
        group.append((start, end, code))
    return found


def _townships(text: str, patterns: _Patterns) -> Mapping[str, list[_Mention]]:
    """Towns with institutions of their own, by name: a name is sure where what stands before it cannot belong to it."""
    sure: Counter[str] = Counter()
    for match in patterns.township.finditer(text):
        start, end = match.span("name")
        names = [(at, text[at:end]) for at in range(start, end - 2) if not patterns.no_township.search(text[at:end])]
        for at, name in names:
            if (
                name not in sure
                and len(sure) < MOST_TOWNS
                and patterns.township_before.search(text, max(at - NEAR, 0), at)
            ):
                sure[name] = text.count(name)
    found: dict[str, list[_Mention]] = {}
    for name, _ in sure.most_common():
        if not any(other.endswith(name) or name.endswith(other) for other in found):
            spots = [m.start() for m in re.finditer(re.escape(name), text)]
            found[name] = [_Mention(at, at + len(name), "", OWN) for at in spots]
    return found
