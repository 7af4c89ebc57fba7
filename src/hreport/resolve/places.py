"""Divisions of the country: their names in texts, and which one a name means. One that several bear has no code."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from hreport.expressions.compiling import when_used
from hreport.expressions.dictionary import Dictionary
from hreport.lexicon import Area, Lexicon, any_of, gazetteer, titles

COUNTRY = "100000"  # the code that data sets of GB/T 2260 give the whole country
LISTED, PAIR = 3, 2  # so many names in a list are names without their suffixes too; and of provinces and prefectures
Spot: TypeAlias = tuple[int, int, str, str]  # a name of a division in a text: start, end, name, code
Named: TypeAlias = tuple[int, int, str]  # the same without its code
SHORTEST_NAME, LONGEST_LEAD = 2, 4  # characters of a name with its suffix, and of the words before a sure one
SAME_CLAUSE = "[\u4e00-\u9fff]{0,5}?"  # what may stand between a place and the word that makes a name of both


def level_of(code: str) -> str:
    """The level of a division by its code of GB/T 2260, "" where there is none.

    >>> [level_of(code) for code in ("100000", "370000", "370700", "370781", "")]
    ['country', 'province', 'prefecture', 'county', '']
    """
    if not code or code == COUNTRY:
        return "country" if code else ""
    return "province" if code.endswith("0000") else "prefecture" if code.endswith("00") else "county"


def find_areas(text: str) -> list[Spot]:
    """Names of divisions in a text, with their suffix, as (start, end, name, code), in order, none inside another.

    The code is empty where several divisions bear the name and the division named right before it does not tell which.

    >>> find_areas("江苏省张家港市")
    [(0, 3, '江苏省', '320000'), (3, 7, '张家港市', '320582')]
    >>> find_areas("长春市朝阳区和朝阳区")
    [(0, 3, '长春市', '220100'), (3, 6, '朝阳区', '220104'), (7, 10, '朝阳区', '')]
    """
    places = _places()
    found: list[Spot] = []
    free = 0
    above: Area | None = None  # the division whose name ended last, and where
    if not places.suffix.search(text):
        return found  # most short wordings
    for start, end, name in places.full_names(text):
        if start < free or places.ordinary(text, start, end):
            continue
        inside = above if found and found[-1][1] == start else places.short_before(text, start, places.full[name])
        listed = (bool(found) and text[found[-1][1] : start] in places.lists) or places.lists_on(text, end)
        if inside is None and not places.begins(text, start, name, listed):
            continue
        area = places.one(places.full[name], inside)
        found.append((start, end, name, area.code))
        free, above = end, area
    return found


def find_short_areas(text: str, found: Sequence[Spot], own: Area | None = None) -> list[Spot]:
    """Names of divisions without suffix, where the context is sure, beside the full names that were `found`: right
    behind the division that holds them (广西柳州), in a list of names, or as a place where something is (落户上海，);
    not inside longer names: 重庆大学. With `own`, that of this division alone, also before a verb (重庆经通道货运量).

    >>> text = "浙江义乌和凉州、陇西、康县3县区"
    >>> find_short_areas(text, find_areas(text))
    [(0, 2, '浙江', '330000'), (2, 4, '义乌', '330782'), (5, 7, '凉州', '620602'), (8, 10, '陇西', '621122')]
    """
    places = _places()
    spans = [(start, end) for start, end, _, _ in found]
    bare = places.bare(text, spans, own)
    names = sorted([(s, e, True) for s, e in spans] + [(s, e, False) for s, e in bare])
    out: list[Spot] = []
    for group in _groups(text, names):
        if own is not None and all(text[s:e] != own.short for s, e, _ in group):
            continue
        kinds = {text[s:e]: full or places.high(text[s:e]) for s, e, full in group}
        enough = len(kinds) >= LISTED or (len(kinds) == PAIR and all(kinds.values())) or any(f for *_, f in group)
        for k, (start, end, full) in enumerate(group):
            here = text[start:end]
            if full or (own is not None and here != own.short):
                continue
            above = places.above(text, group, k)
            listed = enough and (text[start - 1 : start] in places.lists or text[end : end + 1] in places.lists)
            if own is not None and places.acts(text, start, end):
                out.append((start, end, here, own.code))
                continue
            followed = above is not None and k + 1 < len(group) and group[k + 1][0] == end
            if not followed and places.compound(text, end):
                continue
            if above is not None or listed or places.located(text, start, end):
                out.append((start, end, here, places.meant(here, above).code))
    return out


def find_bare_areas(text: str, taken: Sequence[tuple[int, int]]) -> list[Spot]:
    """Names without suffix that stand anywhere outside the stretches `taken`, of provinces and prefectures, and that
    are no ordinary words. They may be parts of longer names."""
    places = _places()
    spots = [(start, end, text[start:end]) for start, end in places.bare(text, taken, None)]
    return [(start, end, name, places.meant(name, None).code) for start, end, name in spots if places.high(name)]


def chain(code: str) -> tuple[Area, ...]:
    """The division of a code and those it lies in, the province first; empty without a known code.

    >>> [a.name for a in chain("511603")]
    ['四川省', '广安市', '前锋区']
    """
    known = _places().code
    found: list[Area] = []
    while code in known:
        found.append(known[code])
        code = known[code].parent
    return tuple(reversed(found))


def _groups(text: str, names: Sequence[tuple[int, int, bool]]) -> Iterator[list[tuple[int, int, bool]]]:
    """Names that nothing but a comma of lists or an `and` stands between, or nothing at all."""
    group: list[tuple[int, int, bool]] = []
    for name in names:
        if group and text[group[-1][1] : name[0]] not in ("", *_places().lists):
            yield group
            group = []
        group.append(name)
    if group:
        yield group


def named(text: str, inside: str = "") -> Area | None:
    """The division of exactly this name, with or without its suffix, of several the one inside the division of the code
    `inside`; without a code where several are left.

    >>> named("柳州").name, named("朝阳区").code, named("朝阳区", "220000").code
    ('柳州市', '', '220104')
    """
    places = _places()
    owners = places.full.get(text) or places.owners(text)
    if not owners:
        return None
    return (
        places.one(owners, places.code.get(inside))
        if text in places.full
        else places.meant(text, places.code.get(inside))
    )


def area(text: str, lexicon: Lexicon) -> Area | None:
    """The division that a title, a heading or a file name is about; its code is empty where several bear the name.

    Full names first (the last of a chain such as 江苏省张家港市), then names of provinces without suffix, and of other
    divisions where what follows shows that a place is meant, then words for the whole country.

    >>> from hreport.lexicon import any_of, load
    >>> area("张家港市201*年上半年度建设健康城市工作总结", load()).code
    '320582'
    >>> area("2025年宁夏政府工作报告.docx", load()).name
    '宁夏回族自治区'
    """
    places = _places()
    spots = find_areas(text)
    short = places.short(text, lexicon)
    if spots and (short is None or spots[0][0] <= short[0]):
        last = 0
        while last + 1 < len(spots) and spots[last + 1][0] == spots[last][1]:
            last += 1
        _, _, name, code = spots[last]
        owners = places.full[name]
        if not code and (above := next((s for s in spots if s[3] and s[2] != name), None)):
            named = places.one(owners, places.code[above[3]])
            code = named.code
        return next((a for a in owners if a.code == code), Area("", name, owners[0].short, owners[0].level))
    if short:
        return short[1]
    if any(word in text for word in lexicon.titles["country"].words):
        formal, common, *_ = lexicon.titles["country_names"].words
        return Area(COUNTRY, formal, common, "country")
    return None


def said_area(text: str, lexicon: Lexicon) -> Area | None:
    """The division that a person names: of a longer name only the one that it ends with.

    >>> from hreport.lexicon import any_of, load
    >>> said_area("浙江省杭州市", load()).code, said_area("杭州", load()).code, said_area("杭州市xx县", load())
    ('330100', '330100', None)
    """
    formal, common, *_ = names = lexicon.titles["country_names"].words
    if text in names:
        return Area(COUNTRY, formal, common, "country")
    found = named(text) or area(text, lexicon)
    return found if found is not None and (named(text) or text.endswith((found.name, found.short))) else None


class _Places:
    """The gazetteer, ready for finding names in texts."""

    def __init__(self, words: Mapping[str, tuple[str, ...]]) -> None:
        full: dict[str, tuple[Area, ...]] = dict(gazetteer())
        for ending in words["autonomous"]:
            for name, areas in gazetteer().items():
                if name.endswith(ending):
                    common = areas[0].short + ending[-1]  # 恩施州, 长阳县
                    if common not in gazetteer() and len(areas[0].short) > 1:
                        full[common] = (*full.get(common, ()), *areas)
        self.full: Mapping[str, tuple[Area, ...]] = full
        known = [a for areas in full.values() for a in areas]
        self.code = {a.code: a for a in sorted(known, key=lambda a: not a.seen)}  # the name in force wins
        self.longest = max(map(len, full))
        self.suffix = re.compile(f"[{''.join(sorted({name[-1] for name in full}))}]")
        self._not_area = set(words["not_area"])
        self._not_after = {(w[0], w[1]) for w in words["not_after"]}
        self._phrases = when_used(any_of(words["phrases"]))
        self._longest_phrase = max(map(len, words["phrases"]))
        self.openers = frozenset(words["openers"])
        self._follows = words["follows"]
        self.lists = frozenset(words["lists"])
        self._careful = when_used(f"(?:{'|'.join(words['careful'])})")
        self._leads = when_used(f"(?:{any_of(words['leads'])})$")
        self._compound = when_used(f"{SAME_CLAUSE}(?:{any_of(words['compounds'])})|[{''.join(words['goes_on'])}]")
        self._at = when_used(f"(?:{any_of(words['located'])})$")
        self._acts_after = when_used(
            f"(?:^|[{''.join(words['stops'])}]|{any_of(words['located'])}|{any_of(words['leads'])})$"
        )
        self._acts = when_used(f"(?:{'|'.join(words['acts'])})")
        self._stop = when_used(f"$|[{''.join(words['stops'])}]")
        not_short = {*self._not_area, *words["not_short"]}
        self._shorts: dict[str, list[Area]] = {}
        for areas in gazetteer().values():
            for a in areas:
                if len(a.short) > 1 and a.short not in self._not_area and a not in self._shorts.get(a.short, []):
                    self._shorts.setdefault(a.short, []).append(a)
        self._bare = {name for name in self._shorts if name not in not_short}
        self._short_names = sorted(self._shorts)
        self._longest_short = max(map(len, self._shorts))
        self._full, self._short = Dictionary(full), Dictionary(self._shorts)

    def full_names(self, text: str) -> list[Named]:
        """Where names with their suffix stand, inside and across each other too, in order, of those that begin together
        the longest first."""
        return _in_order(self._full.find(text), text)

    def short_names(self, text: str) -> list[Named]:
        """The same of names without it."""
        return _in_order(self._short.find(text), text)

    def ordinary(self, text: str, start: int, end: int) -> bool:
        """Is the name an ordinary word here, or its last character the beginning of one?"""
        if (text[end - 1], text[end : end + 1]) in self._not_after:
            return True
        first = max(0, start - self._longest_phrase)
        around = self._phrases.finditer(text, first, end + self._longest_phrase)
        return any(match.start() < end and match.end() > start for match in around)

    def begins(self, text: str, start: int, name: str, listed: bool) -> bool:
        """Can the name begin here? 各市和县: two characters only where one is sure to begin. 全市中区: what is an
        ordinary word too only in a list of names or, of some, behind words after which a name may begin."""
        if name in self._not_area:
            return listed and len(name) > SHORTEST_NAME
        opened = start == 0 or text[start - 1] in self.openers
        if len(name) == SHORTEST_NAME:
            return opened
        if self._careful.fullmatch(name):
            return opened or listed or bool(self._leads.search(text, max(start - LONGEST_LEAD, 0), start))
        return True

    def lists_on(self, text: str, end: int) -> bool:
        """Does a list go on behind a name with another that can be nothing else?"""
        if text[end : end + 1] not in self.lists:
            return False
        names = (text[end + 1 : end + 1 + width] for width in range(SHORTEST_NAME + 1, self.longest + 1))
        return any(n in self.full and n not in self._not_area and not self._careful.fullmatch(n) for n in names)

    def short_before(self, text: str, start: int, areas: Sequence[Area]) -> Area | None:
        """The division named without its suffix right before, if it holds one of the areas: 成都新都区."""
        for width in range(min(start, self._longest_short), 1, -1):
            for owner in self._shorts.get(text[start - width : start], ()):
                if owner.level != "county" and any(self._within(a, owner.code) for a in areas):
                    return owner
        return None

    def owners(self, short: str) -> tuple[Area, ...]:
        """The divisions that a name without suffix may mean."""
        return tuple(self._shorts.get(short, ()))

    def high(self, short: str) -> bool:
        """Is this name without suffix that of a province or a prefecture?"""
        return any(a.level != "county" and not a.seen for a in self.owners(short))

    def bare(self, text: str, taken: Sequence[tuple[int, int]], own: Area | None) -> list[tuple[int, int]]:
        """Where names without suffix stand that could be divisions, in order, none inside `taken` or another."""
        spots = [spot for spot in self.short_names(text) if spot[2] in self._bare]
        if own is not None and len(own.short) > 1 and own.short not in self._bare:
            named = ((m.start(), m.end(), own.short) for m in re.finditer(re.escape(own.short), text))
            spots = sorted([*spots, *named], key=_longest_first)
        free = bytearray(len(text) + 1)
        for start, end in taken:
            free[start:end] = b"\1" * (end - start)
        found = []
        at = 0
        for start, end, _ in spots:
            if start >= at and not any(free[start:end]):
                found.append((start, end))
                at = end
        return found

    def above(self, text: str, group: Sequence[tuple[int, int, bool]], k: int) -> Area | None:
        """The division that is named right before a name of the group and holds it, or itself if it holds the next."""
        start, end, _ = group[k]
        areas = self.owners(text[start:end])
        if k and group[k - 1][1] == start:
            before = text[group[k - 1][0] : start]
            for a in (*self.full.get(before, ()), *self.owners(before)):
                if a.code and a.level != "county" and any(self._within(b, a.code) for b in areas):
                    return a
        if k + 1 < len(group) and group[k + 1][0] == end:
            after = text[end : group[k + 1][1]]
            inner = (*self.full.get(after, ()), *self.owners(after))
            for a in areas:
                if a.level != "county" and any(self._within(b, a.code) for b in inner):
                    return a
        return None

    def compound(self, text: str, end: int) -> bool:
        """Does a longer name go on behind a name without suffix: 重庆大学, 上海港, 黄山路?"""
        return bool(self._compound.match(text, end))

    def located(self, text: str, start: int, end: int) -> bool:
        """Is the name, of a province or a prefecture, where something is or went (落户上海，)?"""
        there = self.high(text[start:end]) and self._at.search(text, max(start - LONGEST_LEAD, 0), start)
        return bool(there and (self._stop.match(text, end) or self._acts.match(text, end)))

    def acts(self, text: str, start: int, end: int) -> bool:
        """Does the name stand by itself before a verb, or where something is?"""
        if self._acts.match(text, end):
            return bool(self._acts_after.search(text, max(start - LONGEST_LEAD, 0), start))
        return bool(self._stop.match(text, end) and self._at.search(text, max(start - LONGEST_LEAD, 0), start))

    def meant(self, short: str, inside: Area | None) -> Area:
        """The division that a name without suffix means: the one inside a division, else the province, else the only
        one, else the prefecture that all others lie in."""
        areas = self._shorts[short]
        within = [a for a in areas if inside is not None and inside.code and self._within(a, inside.code)]
        if inside in areas and inside is not None:
            return inside
        top = [a for a in areas if a.level == "province"]
        return top[0] if top and not within else self._told(short, within or areas)

    def one(self, areas: tuple[Area, ...], inside: Area | None) -> Area:
        """The one division of that name, inside a division if it is given; without a code if several are left."""
        if inside is not None and len(areas) > 1 and inside.code:
            areas = tuple(a for a in areas if self._within(a, inside.code)) or areas
        if len(areas) > 1:
            # a name still in force before one that no longer is, inside one prefecture or by itself
            now = tuple(a for a in areas if not a.seen)
            if len({a.parent for a in areas}) == 1 and len(now) == 1:
                return now[0]
            return Area("", areas[0].name, areas[0].short, areas[0].level)
        return areas[0]

    def _within(self, a: Area, code: str) -> bool:
        while a.parent:
            if a.parent == code:
                return True
            if a.parent not in self.code:
                return False
            a = self.code[a.parent]
        return False

    def short(self, text: str, lexicon: Lexicon) -> tuple[int, Area] | None:
        """The first name without suffix that is surely a place: a province's, or one with a telling word behind it."""
        for start, end, name in self.short_names(text):
            areas = self._shorts[name]
            told = text.startswith(self._follows, end)
            top = [a for a in areas if a.level == "province"]
            if top and (told or not self._continues(text, start, end)):
                return start, top[0]
            if told and not top:
                return start, self._told(name, areas)
        return None

    def _told(self, short: str, areas: list[Area]) -> Area:
        """The division that a short name means: the only one in force, or the prefecture that all the others lie in."""
        now = [a for a in areas if not a.seen] or areas
        high = [a for a in now if a.level == "prefecture"]
        if len(high) == 1 and all(self._within(a, high[0].code) for a in now if a not in high):
            return high[0]
        return now[0] if len(now) == 1 else Area("", short, short, now[0].level)

    def _continues(self, text: str, start: int, end: int) -> bool:
        """Does a longer name begin with these characters (河南蒙古族自治县)?"""
        longer = text[start : end + 1]
        at = bisect_left(self._short_names, longer)
        return end < len(text) and at < len(self._short_names) and self._short_names[at].startswith(longer)


def _in_order(found: Iterable[tuple[int, int]], text: str) -> list[Named]:
    return sorted(((start, end, text[start:end]) for start, end in found), key=_longest_first)


def _longest_first(spot: Named) -> tuple[int, int]:
    return spot[0], -spot[1]


@lru_cache(maxsize=1)
def _places() -> _Places:
    return _Places({key: entry.words for key, entry in titles().items()})


def province(code: str, lexicon: Lexicon) -> Area | None:
    """The province of a division, by its code of GB/T 2260."""
    if not code or code == COUNTRY:
        return None
    above = f"{code[:2]}0000"
    return next((a for owners in lexicon.areas.values() for a in owners if a.code == above and not a.seen), None)
