"""What a wording, a unit, a place name or a year means: pure functions over strings and the `Lexicon`.

Precision comes first: a wording that is not certainly an indicator of the catalogue has none, a place name that several
divisions bear has no code, units of different dimensions do not convert.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from itertools import islice, product

from hreport.lexicon import Area, Conversion, Folder, Indicator, Lexicon, gazetteer, titles, unit
from hreport.model import Measure

COUNTRY = "100000"  # the code that data sets of GB/T 2260 give the whole country
COUNTED = {"count", "amount"}  # kinds of which a making verb takes another figure: hospitals, and hospitals newly built
UNIT_PAIRS = 4096  # of units, kept: reports use the same few
YEARS = ("year_digits", "year_masked", "year_chinese", "year_alone")  # entries of titles.toml, the surest first
READINGS = 16  # of a spun wording: four spun words, each undone or not


# --- wordings --------------------------------------------------------------------------------------------------------


def indicator_id(
    wording: str,
    unit: str,
    lexicon: Lexicon,
    measure: Measure = "level",
    before: str = "",
    direction: str = "",
) -> str:
    """The catalogue's id of what a report's noun phrase measures, empty if none is certain.

    `unit` is the unit of the figure, with or without multipliers (`base_unit` of an observation); `before` is the text
    in front of the wording: a verb such as 新建 there keeps a figure of new hospitals from the stock of hospitals.
    A `change` belongs to an indicator that counts what was added, or is one of a share, in percentage points.

    >>> from hreport.lexicon import load
    >>> indicator_id("全市孕产妇住院分娩率", "%", load())
    'hospital_delivery_rate'
    >>> indicator_id("社区卫生效劳中心", "家", load())
    'chc'
    >>> indicator_id("市级新医院", "家", load())
    ''
    """
    names = _names(lexicon)
    verb = names.making(before)
    # a level is no growth, and the rank of a growth is no rank of a level
    for key in names.readings(wording, growth=measure not in ("level", "rank")):
        added = names.find(names.added + key) if measure == "change" and direction != "down" else None
        if added and added.flow and _fits(added, unit, measure, lexicon):
            return added.id
        if verb:
            made = names.find(names.fold(verb + key))
            if made and _fits(made, unit, measure, lexicon):
                return made.id
        found = names.find(key)
        if found and _fits(found, unit, measure, lexicon):
            if verb and found.kind in COUNTED and not found.flow and measure in ("level", "change"):
                continue
            return found.id
    return ""


def _fits(indicator: Indicator, written: str, measure: Measure, lexicon: Lexicon) -> bool:
    """Can a figure in this unit be the level, the change or the growth of the indicator?"""
    if measure == "level" or (measure == "change" and indicator.flow):
        ratio = _ratio(written, indicator.unit, lexicon)
        # a rate in ‰ or 1/10万 that reads % is a slip or another rate, though the two convert
        return ratio is not None and not (_percent(written, lexicon) ^ _percent(indicator.unit, lexicon))
    if measure == "change":
        return _dimension(written, lexicon) == "points" and _dimension(indicator.unit, lexicon) == "share"
    if measure == "change_rate":
        return _dimension(written, lexicon) == "share"
    return True


class _Names:
    """The wordings of one lexicon, ready for looking up."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.fold = Folder(lexicon.wording, lexicon.folds, lexicon.spin)
        words = {key: entry.words for key, entry in lexicon.wording.items()}
        front = (*words["places"], *words["leading"])
        back = words["trailing"]
        self._front = re.compile(f"(?:{_any(front)})+")
        self._back = re.compile(f"(?:{_any(back)})+$")
        self._growth = re.compile(f"(?:{_any((*back, *words['growth']))})+$")
        self._making = re.compile(f"({_any(words['making'])})\\w?\\W*$")
        self._counting = words["counting"]
        self._aside = re.compile(f"[(（](?:{_any(words['aside'])})[^()（）]*[)）]")
        self._spin = [(s.id, s.means) for s in lexicon.spin.values() if not s.always]
        self.added = words["added"][0]

    def find(self, key: str) -> Indicator | None:
        found = self.lexicon.names.get(key)
        return self.lexicon.indicators[found] if found else None

    def making(self, before: str) -> str:
        """The verb of making that `before` ends with, empty if there is none."""
        match = self._making.search(before)
        return match[1] if match else ""

    def readings(self, wording: str, growth: bool) -> Iterator[str]:
        """Keys under which a wording may be known, the surest first; `growth`: also without words of growth."""
        seen: set[str] = set()
        whole = [self.fold(wording)]
        if (bare := self._aside.sub("", wording)) != wording:
            whole.append(self.fold(bare))
        for text in whole:
            for spun in islice(self._unspun(text), READINGS):
                for core in self._cores(spun):
                    for key in self._ends(core, growth):
                        if len(key) > 1 and key not in seen:
                            seen.add(key)
                            yield key

    def _unspun(self, text: str) -> Iterator[str]:
        """The text as it is, then with the words undone that spinning may have put in."""
        found = [pair for pair in self._spin if pair[0] in text]
        for choice in product((False, True), repeat=len(found)):
            reading = text
            for (spun, means), undo in zip(found, choice, strict=True):
                if undo:
                    reading = reading.replace(spun, means)
            yield self.fold(reading) if any(choice) else reading

    def _cores(self, text: str) -> Iterator[str]:
        """The text, then what is left of it behind words that do not change what is measured, the longest first."""
        yield text
        start = 0
        spots = find_areas(text)
        while start < len(text):
            place = next((end for at, end, _, _ in spots if at == start), start)
            match = self._front.match(text, start)
            step = max(place, match.end() if match else start)
            if step == start:
                return
            # 累计 may be followed by 完成, but 有 may also begin 有效: every shorter stop is a reading of its own
            for stop in range(start + 1, step + 1):
                if stop == place or self._front.fullmatch(text, start, stop):
                    yield self.fold(text[stop:])
            start = step

    def _ends(self, core: str, growth: bool) -> Iterator[str]:
        """The core, then without the verbs, words of growth and words of counting at its end, then with 数 added."""
        yield core
        for pattern in (self._back, self._growth) if growth else (self._back,):
            shorter = pattern.sub("", core)
            if shorter != core:
                yield (shorter := self.fold(shorter))
                yield from self._uncounted(shorter)
        yield from self._uncounted(core)

    def _uncounted(self, core: str) -> Iterator[str]:
        for word in self._counting:
            if core.endswith(word):
                yield core[: -len(word)]
                yield core[: -len(word)] + self._counting[0]
        yield core + self._counting[0]


@lru_cache(maxsize=4)
def _names(lexicon: Lexicon) -> _Names:
    return _Names(lexicon)


def _any(words: Iterable[str]) -> str:
    """Words as one alternation, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


# --- units -----------------------------------------------------------------------------------------------------------


def convert(value: Decimal, base_unit: str, to_unit: str, lexicon: Lexicon) -> Decimal | None:
    """A number in another unit; None where the units do not measure the same.

    >>> from hreport.lexicon import load
    >>> convert(Decimal("519000000"), "元", "亿元", load())
    Decimal('5.19')
    >>> convert(Decimal(15), "亩", "公顷", load())
    Decimal('1')
    >>> convert(Decimal(15), "亩", "家", load()) is None
    True
    """
    if base_unit == to_unit and unit(to_unit, lexicon.conversions):
        return value
    ratio = _ratio(base_unit, to_unit, lexicon)
    if ratio is None:
        return None
    with localcontext() as context:
        context.prec = 40
        exact = value * ratio.numerator / ratio.denominator
        context.prec = 28
        return _plain(+exact)


@lru_cache(maxsize=UNIT_PAIRS)
def _ratio(base_unit: str, to_unit: str, lexicon: Lexicon) -> Fraction | None:
    """How many of `to_unit` one of `base_unit` is."""
    conversions = lexicon.conversions
    base, target = unit(base_unit, conversions), unit(to_unit, conversions)
    if base is None or target is None:
        return None
    if base[0].dimension == target[0].dimension or target[0].dimension in base[0].also:
        return base[1] / target[1]
    numerator, slash, _ = to_unit.partition("/")
    # 每千人口床位数6.5张: the denominator stands in the wording, the figure has the numerator alone
    if slash and "/" not in base_unit and unit(numerator, conversions):
        return _ratio(base_unit, numerator, lexicon)
    return None


@lru_cache(maxsize=UNIT_PAIRS)
def _dimension(written: str, lexicon: Lexicon) -> str:
    found: tuple[Conversion, Fraction] | None = unit(written, lexicon.conversions)
    return found[0].dimension if found else ""


@lru_cache(maxsize=UNIT_PAIRS)
def _percent(written: str, lexicon: Lexicon) -> bool:
    found = unit(written, lexicon.conversions)
    return found is not None and found[0].dimension == "share" and found[1] >= Fraction(1, 100)


def _plain(number: Decimal) -> Decimal:
    """Without superfluous noughts, and without an exponent for whole numbers."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


# --- places ----------------------------------------------------------------------------------------------------------


def find_areas(text: str) -> list[tuple[int, int, str, str]]:
    """Names of divisions in a text, with their suffix, as (start, end, name, code), in order, none inside another.

    The code is empty where several divisions bear the name and the division named right before it does not tell which.

    >>> find_areas("江苏省张家港市")
    [(0, 3, '江苏省', '320000'), (3, 7, '张家港市', '320582')]
    >>> find_areas("长春市朝阳区和朝阳区")
    [(0, 3, '长春市', '220100'), (3, 6, '朝阳区', '220104'), (7, 10, '朝阳区', '')]
    """
    places = _places()
    found: list[tuple[int, int, str, str]] = []
    free = 0
    above: Area | None = None  # the division whose name ended last, and where
    spots = sorted(
        (start, -end)
        for end in (match.end() for match in places.suffix.finditer(text))
        for start in range(max(0, end - places.longest), end - 1)
        if text[start:end] in places.full
    )
    for start, minus in spots:
        end = -minus
        if start < free or places.ordinary(text, start, end):
            continue
        name = text[start:end]
        inside = above if found and found[-1][1] == start else None
        if len(name) == 2 and start and text[start - 1] not in places.openers and inside is None:
            continue  # 各市和县: two characters are a name only where one is sure to begin
        area = places.one(places.full[name], inside)
        found.append((start, end, name, area.code))
        free, above = end, area
    return found


def area(text: str, lexicon: Lexicon) -> Area | None:
    """The division that a title, a heading or a file name is about; its code is empty where several bear the name.

    Full names first (the last of a chain such as 江苏省张家港市), then names of provinces without suffix, and of other
    divisions where what follows shows that a place is meant, then words for the whole country.

    >>> from hreport.lexicon import load
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
        formal, common = lexicon.titles["country_names"].words
        return Area(COUNTRY, formal, common, "country")
    return None


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
        self._phrases = re.compile(_any(words["phrases"]))
        self._longest_phrase = max(map(len, words["phrases"]))
        self.openers = frozenset(words["openers"])
        self._follows = words["follows"]
        self._shorts: dict[str, list[Area]] = {}
        for areas in gazetteer().values():
            for a in areas:
                if len(a.short) > 1 and a.short not in self._not_area and a not in self._shorts.get(a.short, []):
                    self._shorts.setdefault(a.short, []).append(a)
        self._short_names = sorted(self._shorts)
        self._longest_short = max(map(len, self._shorts))

    def ordinary(self, text: str, start: int, end: int) -> bool:
        """Is the name an ordinary word here, or its last character the beginning of one?"""
        if text[start:end] in self._not_area or (text[end - 1], text[end : end + 1]) in self._not_after:
            return True
        first = max(0, start - self._longest_phrase)
        around = self._phrases.finditer(text, first, end + self._longest_phrase)
        return any(match.start() < end and match.end() > start for match in around)

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
        for start in range(len(text)):
            for end in range(min(len(text), start + self._longest_short), start + 1, -1):
                areas = self._shorts.get(text[start:end])
                if not areas:
                    continue
                told = text.startswith(self._follows, end)
                top = [a for a in areas if a.level == "province"]
                if top and (told or not self._continues(text, start, end)):
                    return start, top[0]
                if told and not top:
                    return start, self._told(text[start:end], areas)
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


@lru_cache(maxsize=1)
def _places() -> _Places:
    return _Places({key: entry.words for key, entry in titles().items()})


def province(code: str, lexicon: Lexicon) -> Area | None:
    """The province of a division, by its code of GB/T 2260."""
    if not code or code == COUNTRY:
        return None
    above = f"{code[:2]}0000"
    return next((a for owners in lexicon.areas.values() for a in owners if a.code == above and not a.seen), None)


# --- years -----------------------------------------------------------------------------------------------------------


def year(text: str, lexicon: Lexicon) -> str:
    """The year that a title or a file name names, a masked one as written, empty if none.

    The year of a government work report is the one in which it was given; it reviews the year before.

    >>> from hreport.lexicon import load
    >>> [year(t, load()) for t in ("2025年云南省政府工作报告", "张家港市201*年上半年", "二〇一二年工作总结")]
    ['2025', '201*', '2012']
    """
    return _first_year(unicodedata.normalize("NFKC", text), *YEARS, lexicon=lexicon)


def _first_year(folded: str, *keys: str, lexicon: Lexicon) -> str:
    for key in keys:
        for pattern in lexicon.titles[key].words:
            if match := re.search(pattern, folded):
                if key == "year_chinese":
                    return "".join(str(int(unicodedata.numeric(c))) if c.isnumeric() else "0" for c in match[1])
                return str(match[1])
    return ""


def year_of_prose(text: str, lexicon: Lexicon) -> str:
    """The year that prose is about: the latest that it names and does not look forward to, else a masked one, one in
    Chinese numerals or that of a date.

    >>> from hreport.lexicon import load
    >>> year_of_prose("支出由2020年的3.8亿元增至2023年的6.1亿元，到2025年达到7亿元。", load())
    '2023'
    """
    folded = unicodedata.normalize("NFKC", text)
    plain = [y for p in lexicon.titles["year_plain"].words for y in re.findall(p, folded)]
    if plain:
        return max(plain)
    # only looked forward to: nothing says which year it is
    if _first_year(folded, "year_digits", lexicon=lexicon):
        return ""
    return _first_year(folded, "year_masked", "year_chinese", "year_stamp", lexicon=lexicon)
