"""Quantities: every number or number mask with its unit, its value, its bound and the damage that was done to it.

What a quantity measures, and whether it measures anything, is the business of `link`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

from hreport.expressions.scanning import Scanner
from hreport.grammar import Grammar, Unit, alternation
from hreport.model import Bound, Damage, Exact, Masked, Quantity, Range, Span, Value
from hreport.tag import numbers
from hreport.text import Reading

LOOK = 6  # characters before a number in which a bound word can stand: the longest has five
LONGEST_NUMERAL = 1000  # digits: what is longer is no number, and Python writes out none of more than 4,300
MOST_SCALES = 6  # multipliers in a row: 千万亿 are three
# Not inside 1,234,567: where the group before can begin a number, this one belongs to it. Without this a long chain of
# groups would be read again from each of them.
_IN_CHAIN = r"(?!(?<=(?<![A-Za-z\d._/])\d{3},)\d{3}(?!\d))"


@dataclass(frozen=True, slots=True)
class Profile:
    """What is done to a document as a whole; some damage can only be told from the whole.

    `scrubbed`: years of it are damage, and 10 became 2023 in it. `digit_by_digit`: each placeholder stands for one
    digit. `spaced`: it is laid out with spaces around its numbers, so that a space is no damage. `deleting`: numbers
    were taken out of it. `digits`: its Chinese numerals became digits. `unbroken`: its commas were taken out.
    """

    scrubbed: bool = False
    digit_by_digit: bool = False
    spaced: bool = False
    deleting: bool = False
    digits: bool = False
    unbroken: bool = False


# Entries of numerals.toml and of damage.toml that are used as they stand; of the first, these in the whole text.
SCANNED = (
    "portion", "ordinal", "bare", "deleted", "deleted_scaled", "deleted_measure", "two_points", "two_signs",
    "odd_space", "compound", "odd_point", "fraction", "half_of", "whole_of", "halved", "doubled", "turned", "years",
)  # fmt: skip
NUMERALS = ("shared_point", "cut", "several", "half", "shared_unit", "whole_year", "over_half", "up_to", "out_of")
DAMAGE = (
    "no_share", "per_mille_rate", "ten_thousand", "of_share", "word_units", "damaged_ten", "year_inside",
)  # fmt: skip


class _Tools:
    """The expressions and word lists of the tagger: a `Scanner` is looked for in the whole text. Each expression is
    compiled when it is first asked for: most texts need few of those that look for damage."""

    portion: Scanner
    ordinal: Scanner
    bare: Scanner
    deleted: Scanner
    deleted_scaled: Scanner
    deleted_measure: Scanner
    two_points: Scanner
    two_signs: Scanner
    no_share: re.Pattern[str]
    per_mille_rate: re.Pattern[str]
    ten_thousand: re.Pattern[str]
    of_share: re.Pattern[str]
    word_units: re.Pattern[str]
    damaged_ten: re.Pattern[str]
    year_inside: re.Pattern[str]
    odd_space: Scanner
    shared_point: re.Pattern[str]
    cut: re.Pattern[str]
    compound: Scanner
    several: re.Pattern[str]
    half: re.Pattern[str]
    shared_unit: re.Pattern[str]
    whole_year: re.Pattern[str]
    odd_point: Scanner
    fraction: Scanner
    half_of: Scanner
    whole_of: Scanner
    halved: Scanner
    doubled: Scanner
    over_half: re.Pattern[str]
    up_to: re.Pattern[str]
    out_of: re.Pattern[str]
    turned: Scanner
    years: Scanner

    def __init__(self, grammar: Grammar) -> None:
        """Reads the word lists."""
        numerals = grammar.tables["numerals"]
        self._grammar = grammar
        self._number = f"(?:{numerals['mask'].pattern}|{numerals['arabic'].pattern})"
        self._scale = numerals["scale"].pattern
        self._more = numerals["more"].pattern
        self._to = numerals["to"].pattern
        self._unit = grammar.expand("{unit}")
        self.piece = grammar.words["piece"].words[0]  # 个, and 百分点, which it begins
        self.point = grammar.words["point"].words[0]
        self.before = self._bounds("before")
        self.before_ends = frozenset(word[-1] for word in self.before)
        self.not_bound = grammar.words_of("not_bound")
        self.after_bounds = self._bounds("after")

    def _bounds(self, side: str) -> dict[str, Bound]:
        bounds: tuple[Bound, ...] = ("approx", "max", "min")
        return {word: bound for bound in bounds for word in self._grammar.words[f"{bound}_{side}"].words}

    def __getattr__(self, name: str) -> Any:
        """An entry that is used as it stands."""
        table = "damage" if name in DAMAGE else "numerals" if name in SCANNED + NUMERALS else None
        if table is None:
            raise AttributeError(name)
        pattern = self._grammar.compiled(table, (name,))[name]
        tool = Scanner(pattern) if name in SCANNED else pattern
        setattr(self, name, tool)
        return tool

    @cached_property
    def begins(self) -> re.Pattern[str]:
        """The first character of what `arabic` matches."""
        return self._grammar.compiled("signs", ("begins",))["begins"]

    @cached_property
    def arabic(self) -> re.Pattern[str]:
        """A number in digits or placeholders, or a range, with its multipliers and its unit, or with multipliers."""
        number, scale, more, to, unit = self._number, self._scale, self._more, self._to, self._unit
        gap = "[ \u3000\t]{0,2}"
        tail = (
            rf"(?P<gap0>{gap}(?={more}))?(?P<more>{more})?(?P<gap>{gap}(?={scale}))?"
            rf"(?P<scale>{scale}{{0,{MOST_SCALES}}}?)(?P<more2>{more})?"
            rf"(?P<space>{gap})(?P<unit>{unit})"
        )
        bare_tail = rf"(?P<more3>{more})?(?P<scale2>{scale}{{1,{MOST_SCALES}}})(?!{scale})(?P<more4>{more})?"
        reach = MOST_SCALES + max(map(len, self._grammar.surfaces)) + 1
        within_reach = f"(?=(?:(?!{to}).){{0,{reach}}}{to})"  # where no range is, units are not tried for one
        span = rf"(?:{within_reach}(?P<u1>{scale}{{0,{MOST_SCALES}}}?(?:{unit})?[ ]?)(?P<to>{to})(?P<n2>{number}))?"
        return re.compile(rf"(?<![A-Za-z\d._/]){_IN_CHAIN}(?P<n>{number}){span}(?:{tail}|{bare_tail})")

    @cached_property
    def chinese(self) -> Scanner:
        """A Chinese numeral, or a range of two, with its unit."""
        chinese = f"(?:{self._grammar.tables['numerals']['chinese'].pattern})"
        span = f"(?:(?P<to>{self._to})(?P<n2>{chinese}))?"
        return Scanner(re.compile(f"(?P<n>{chinese}){span}(?P<more>{self._more})?(?P<unit>{self._unit})"))

    @cached_property
    def cell(self) -> re.Pattern[str]:
        """What a table cell that holds a quantity says."""
        number, scale, more, to = self._number, self._scale, self._more, self._to
        unit = f"(?:{self._unit}|(?:{self._grammar.tables['headings']['odd_unit'].pattern}))"
        return re.compile(
            rf"(?P<before>{alternation(self.before)})?(?P<sign>[-+\u2212]|{FIRST})?(?P<n>{number})"
            rf"(?:{scale}{{0,{MOST_SCALES}}}?{unit}?[ ]?(?P<to>{to})(?P<n2>{number}))?(?P<more>{more})?"
            rf"(?P<scale>{scale}{{0,{MOST_SCALES}}}?)(?P<more2>{more})?[ ]?(?P<unit>{unit})?"
            rf"(?P<after>{alternation(self.after_bounds)})?"
        )

    @cached_property
    def cell_rim(self) -> re.Pattern[str]:
        """A cell with what may stand around its quantity."""
        return re.compile(self._grammar.tables["headings"]["rim"].pattern)

    @cached_property
    def after(self) -> re.Pattern[str]:
        """A bound word behind a quantity."""
        more = self._grammar.tables["numerals"]["more_after"].pattern
        return re.compile(f"[ ]?(?:({alternation(self.after_bounds)})|{more})")


@lru_cache(maxsize=1)
def _tools(grammar: Grammar) -> _Tools:
    return _Tools(grammar)


def profile(text: str, number_shapes: bool, grammar: Grammar) -> Profile:
    """The document's families of damage; `number_shapes` as `masks.digit_by_digit` says."""
    scrubbed = any(_family(name, grammar).search(text) for name in ("scrubbed", "equal_years", "spun"))
    spaces = len(_family("layout_space", grammar).findall(text)) if _shows("spaced", text, grammar) else 0
    spaced = spaces >= 3 and spaces > len(_family("no_space", grammar).findall(text))
    deleting = _shows("alone", text, grammar) and _family("deleting", grammar).search(text) is not None
    unbroken = len(text) > UNBROKEN * (text.count(",") + 2)
    words = _family("digits", grammar).findall(text) if _shows("digits", text, grammar) else []
    digits = len(words) >= 2 or any(len(word) > 2 for word in words)  # 进1步 alone proves it
    return Profile(scrubbed, number_shapes, spaced, deleting, digits, unbroken)


@lru_cache(maxsize=20)
def _family(name: str, grammar: Grammar) -> re.Pattern[str]:
    return grammar.compiled("damage", (name,))[name]


def _shows(kind: str, text: str, grammar: Grammar) -> bool:
    """Does a sign of this kind stand in a text?"""
    return any(sign.search(text) for sign in _signs(grammar)[kind])


@lru_cache(maxsize=1)
def _signs(grammar: Grammar) -> dict[str, list[re.Pattern[str]]]:
    kinds: dict[str, list[re.Pattern[str]]] = {}
    for sign in grammar.tables["signs"].values():
        kinds.setdefault(sign.kind, []).append(re.compile(sign.pattern))
    return kinds


def tag(
    reading: Reading, grammar: Grammar, traits: Profile, occupied: bytearray, ends: Sequence[int] = ()
) -> list[Quantity]:
    """Every quantity of the text in order. `ends` are the reading offsets at which reports end, where a number may have
    been cut off; `occupied` has a 1 for each character of the reading where something else
    (a time expression) already stands; it is marked further."""
    tools = _tools(grammar)
    found: list[Quantity] = []
    shown: dict[str, bool] = {}
    for maker, sign in FORMS:
        if sign and sign not in shown:
            shown[sign] = _shows(sign, reading.text, grammar)
        if sign and not shown[sign]:
            continue
        for quantity in maker(reading, grammar, tools, traits):
            start, end = quantity.at.start, quantity.at.end
            if occupied.find(1, start, end) >= 0 or len(quantity.numeral) > LONGEST_NUMERAL:
                continue
            occupied[start:end] = b"\x01" * (end - start)
            found.append(quantity)
    found.sort(key=lambda q: q.at.start)
    for end in ends:
        first = max(0, end - 2 * LONGEST_NUMERAL)
        line = max(reading.text.rfind("\n", first, end) + 1, first)
        match = tools.cut.search(reading.text[line:end])
        if match is None or len(match[0]) > LONGEST_NUMERAL:
            continue
        start = line + match.start()
        # 5.1亿 for 5.1亿元, 2个百 for 2个百分点, 9 for 93.5%
        first, last = (bisect_left(found, at, key=lambda q: q.at.start) for at in (start, end))
        if first == last and 1 in occupied[start:end]:
            continue
        found[first:last] = []
        share = bool(tools.of_share.search(reading.text[max(0, start - CLAUSE) : start]))
        numeral, rest = match["n"] or match["n2"], match["rest"] or ""
        found.insert(first, _cut_off(reading, grammar, (start, end), numeral, rest, share))
    return _neighbours(list(_ranges(found, reading, tools)), traits)


def of_cell(reading: Reading, cell: Span, unit: str, grammar: Grammar, traits: Profile) -> Quantity | None:
    """The quantity of a table cell: a number, a range or a mask alone, or with its unit and a bound (≥28, 约3000人);
    `unit` is the unit that the headings give, with multipliers. None where the cell holds something else."""
    tools = _tools(grammar)
    text = reading.text[reading.index(cell.start) : reading.index(cell.end)]
    rim = tools.cell_rim.fullmatch(text)
    match = tools.cell.fullmatch(rim["inner"]) if rim else None
    if rim is not None and (signs := tools.two_signs.pattern.fullmatch(rim["inner"])):
        return _of_signs(reading, signs, reading.index(cell.start) + rim.start("inner"), tools, traits)
    if rim is None or match is None or len(match["n"]) > LONGEST_NUMERAL:
        return None
    start = reading.index(cell.start) + rim.start("inner")
    scale, written = match["scale"] or "", match["unit"] or ""
    if match["sign"] == FIRST:
        unit, written = FIRST, ""  # 第5, 第5位
    if not written and unit:
        own, (given, written) = scale, _scaled(unit, grammar)
        scale = own or given  # 27万 under a heading (人)
    known = grammar.surfaces.get(written) or (Unit(written, "count") if written else None)
    after = tools.after_bounds.get(match["after"] or "")
    bound: Bound = "approx" if match["more"] or match["more2"] else "exact"
    bound = after or tools.before.get(match["before"] or "") or bound
    begin = max(match.start("sign"), 0) if match["sign"] else match.start("n")
    end = max(match.end(name) for name in ("n", "n2", "more", "scale", "more2", "unit"))
    quantity = _make(reading, grammar, tools, traits, (start + begin, start + end), match["n"],
                     match["n2"], scale, known, scale + (_written(known, written) if known else ""), False,
                     "quantity.cell")  # fmt: skip
    return quantity._replace(bound="range" if match["n2"] else bound)


def _scaled(unit: str, grammar: Grammar) -> tuple[str, str]:
    """The multipliers that a unit begins with, and the rest.

    >>> from hreport.grammar import load
    >>> _scaled("万人", load()), _scaled("千克", load()), _scaled("万分", load())
    (('万', '人'), ('', '千克'), ('万', '分'))
    """
    try:
        scale, _ = _unscaled(unit, grammar)
    except KeyError:
        scale = unit[: len(unit) - len(unit.lstrip(numbers.SCALES))]
    return scale, unit[len(scale) :]


# --- the forms of a quantity -----------------------------------------------------------------------------------------


def _arabic(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """5.19亿元, 20余次, xx.x%, 1~2所, 27万."""
    read = 0
    for number in tools.begins.finditer(reading.text):
        match = tools.arabic.match(reading.text, number.start()) if number.start() >= read else None
        if match is None:
            continue
        read = match.end()
        if match["unit"] is None:
            scale = match["scale2"]
            bare = _make(reading, grammar, tools, traits, match.span(), match["n"], match["n2"], scale, None, scale,
                         bool(match["more3"] or match["more4"]), "quantity.bare")  # fmt: skip
            if shared := tools.shared_unit.match(reading.text, match.end()):  # 1.2万、0.8万人次
                bare = bare._replace(base_unit=_base(grammar.surfaces[shared["unit"]]))
            yield bare
            continue
        n, n2, scale, surface = match.group("n", "n2", "scale", "unit")
        unit = grammar.surfaces[surface]
        if surface == tools.piece and tools.shared_point.match(reading.text, match.end()):
            unit = grammar.units[tools.point]  # 2.1个和3.4个百分点: both are points
        written = scale + _written(unit, surface)
        numeral = False
        if traits.digits and len(n) == 1 and not (n2 or scale) and unit.kind in COUNTABLE:
            # Where Chinese numerals became digits, a single one before a noun may be a word (1批项目, 8项规定).
            wordy = n == ONE or unit.kind == "event" or tools.word_units.match(unit.id) is not None
            numeral = wordy and reading.text[match.end() : match.end() + 1].isalpha()
        yield _make(reading, grammar, tools, traits, match.span(), n, n2, scale, unit, written,
                    bool(match["more"] or match["more2"]), "quantity.chinese" if numeral else "quantity.arabic",
                    spaced=bool(match["space"] or match["gap"] or match["gap0"]))  # fmt: skip


def _compounds(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """3万5千元, 2亿3000万元: two multipliers in one number."""
    for match in tools.compound.finditer(reading.text):
        unit = grammar.surfaces[match["unit"]]
        low, scales = match["low"], match["scale2"] or ""
        number = Decimal(match["high"]) * numbers.multiplier(match["scale"])
        number += Decimal(low) * numbers.multiplier(scales)
        numeral = reading.text[match.start() : match.start("unit")].removesuffix(scales)
        bound = _bound(reading.text, match.start(), match.end(), tools, False, False)
        yield _quantity(reading, match.span(), numeral, Exact(number), scales + _written(unit, match["unit"]),
                        _base(unit), bound, "quantity.compound")  # fmt: skip


def _chinese(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """二十万人, 两套, 百余台."""
    for match in tools.chinese.finditer(reading.text):
        n, n2, surface = match.group("n", "n2", "unit")
        unit = grammar.surfaces[surface]
        if unit.kind not in COUNTABLE:
            continue
        low, high = numbers.chinese(n), numbers.chinese(n2) if n2 else None
        if low is None:
            continue
        if traits.deleting and numbers.multiplier(n[0]) >= TEN_THOUSAND:  # 突破万人次: ten thousand, or 12万
            before = reading.text[max(0, match.start() - LOOK) : match.start()]
            if match["more"] or tools.ten_thousand.search(before):
                yield _deleted_at(reading, grammar, tools, (match.start("unit"), match.end()), n + surface)
                continue
        vague = bool(match["more"]) or not numbers.VAGUE.isdisjoint(n)
        at, written = match.span(), n
        if high is None and len(n) > 1 and (some := tools.several.fullmatch(written)):  # 两三家, 三四百户
            one, other = (numbers.chinese(some[name] + some["scale"]) for name in ("low", "high"))
            if one is not None and other is not None and some["low"] != some["high"] and one < other <= 2 * one:
                low, high = one, other
        if unit.kind == "tenth":
            if half := tools.half.match(reading.text, match.end()):  # 三成五
                low += (numbers.chinese(half["half"]) or 5) / Decimal(10)
                at, written = (at[0], half.end()), reading.text[at[0] : half.end()]
            low, high = numbers.EXACT.multiply(low, 10), high and numbers.EXACT.multiply(high, 10)
        value: Value = Exact(low) if high is None else Range(low, high)
        bound = _bound(reading.text, *at, tools, vague, high is not None)
        numeral = written + (match["to"] + n2 if n2 else "")
        yield _quantity(reading, at, numeral, value, surface, _base(unit), bound, "quantity.chinese")


def _portions(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """百分之九十五, 千分之3.5."""
    for match in tools.portion.finditer(reading.text):
        base = PORTIONS[numbers.multiplier(match["of"])]
        numeral = match["n"]
        value: Value
        if numeral[0] in "xX":
            value = Masked(numeral)
        else:
            whole, _, rest = numeral.partition(POINT)
            number = numbers.arabic(numeral) if numeral[0].isascii() else numbers.chinese(whole)
            if number is None:
                continue
            if rest:
                digits = "".join(str(numbers.chinese(c)) for c in rest)
                number = numbers.EXACT.add(number, Decimal(f"0.{digits}"))
            value = Exact(number)
        bound = _bound(reading.text, match.start(), match.end(), tools, False, False)
        yield _quantity(reading, match.span(), numeral, value, base, base, bound, "quantity.portion")


def _ordinals(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """第一, 第3位, 前5位: ranks and ordinals; which of them, `link` decides."""
    for match in tools.ordinal.finditer(reading.text):
        numeral = match["n"]
        if (
            match["first"] != FIRST
            and match["unit"] is None
            and reading.text[match.end() : match.end() + 1] not in CLOSE
        ):
            continue  # 前 without 位 is a rank only at the end of a clause (进入全省前三)
        number = numbers.arabic(numeral) if numeral[0].isdigit() and numeral.isascii() else numbers.chinese(numeral)
        value: Value = Exact(number) if number is not None else Masked(numeral)
        bound: Bound = "exact" if match["first"] == FIRST else "max"
        rule = "quantity.largest" if match["largest"] else "quantity.ordinal"
        yield _quantity(reading, match.span(), numeral, value, FIRST, FIRST, bound, rule)


def _turned(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """翻一番: twice as much."""
    for match in tools.turned.finditer(reading.text):
        numeral = match["n"]
        times = numbers.arabic(numeral) if numeral.isdigit() and numeral.isascii() else numbers.chinese(numeral)
        value: Value = Exact(Decimal(2) ** times) if times is not None else Masked(numeral)
        yield _quantity(reading, match.span(), numeral, value, TIMES, TIMES, "exact", "quantity.turned")


def _fractions(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """三分之一, 四分之三."""
    for match in tools.fraction.finditer(reading.text):
        of, n = numbers.chinese(match["of"]), numbers.chinese(match["n"])
        if of is None or n is None or n >= of:
            continue
        bound = _bound(reading.text, *match.span(), tools, False, False)
        value = Exact((100 * n / of).quantize(Decimal("0.000001")))
        yield _quantity(reading, match.span(), match[0], value, "", PERCENT, bound, "quantity.fraction")


def _halves(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """过半, 减半: shares and multiples in words."""
    for pattern, share in ((tools.half_of, 50), (tools.whole_of, 100)):
        for match in pattern.finditer(reading.text):
            bound = _bound(reading.text, *match.span(), tools, False, False)
            over = share == 50 and bound == "exact" and tools.over_half.search(match[0])
            yield _quantity(reading, match.span(), match[0], Exact(Decimal(share)), "", PERCENT,
                            "min" if over else bound, "quantity.fraction")  # fmt: skip
    for pattern, multiple in ((tools.halved, "0.5"), (tools.doubled, "2")):
        for match in pattern.finditer(reading.text):
            rule = "quantity.halved" if pattern is tools.halved else "quantity.turned"
            yield _quantity(reading, match.span(), match[0], Exact(Decimal(multiple)), TIMES, TIMES, "exact", rule)


def _years(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """平均受教育年限14.2年: years that are measured; all others place something in time."""
    for match in tools.years.finditer(reading.text):
        at = match.start("n"), match.end()
        bound = _bound(reading.text, *at, tools, False, False)
        yield _quantity(
            reading, at, match["n"], Exact(Decimal(match["n"])), match["unit"], match["unit"], bound, "quantity.years"
        )


def _odd_points(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """25。4%, 6。4亿元: the point became a full stop or a middle dot. A number without its unit before a full stop and
    one behind it are one: 200 sound reports hold no two."""
    for match in tools.odd_point.finditer(reading.text):
        written = match["n"] or match["n2"]
        numeral = re.sub(f"[{STOP}\u00b7]", ".", written)
        scale, surface = match["unit2"] or "", match["unit"] or match["unit3"]
        unit = grammar.surfaces.get(surface)
        if surface == tools.piece and tools.shared_point.match(reading.text, match.end()):
            unit = grammar.units[tools.point]
        number = Decimal(numeral) * numbers.multiplier(scale)
        start, end = match.start("n" if match["n"] else "n2"), match.end()
        bound = _bound(reading.text, start, end, tools, bool(match["more"] or match["more2"]), False)
        written_unit, base = (_written(unit, surface), _base(unit)) if unit else ("", "")
        yield _quantity(reading, (start, end), numeral, Exact(number), scale + written_unit, base, bound,
                        "quantity.odd_point", "lost_point", number)  # fmt: skip


def _two_points(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """31.553.2%: two numbers between which something is lost. No number, for nothing says where they meet."""
    for match in tools.two_points.finditer(reading.text):
        scale, unit = _unscaled(match["unit"], grammar)
        yield _quantity(reading, match.span(), match["n"], Masked(match["n"]), scale + _written(unit, unit.id),
                        _base(unit), "range", "quantity.two_points", "lost_char")  # fmt: skip


def _two_signs(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """3.2%0, 3.2%o: text recognition takes the sign for thousandths for two."""
    for match in tools.two_signs.finditer(reading.text):
        yield _of_signs(reading, match, 0, tools, traits)


def _of_signs(reading: Reading, match: re.Match[str], offset: int, tools: _Tools, traits: Profile) -> Quantity:
    start, end = offset + match.start(), offset + match.end()
    number = numbers.arabic(match["n"])
    value = _masked(match["n"], None, Decimal(1), traits) if number is None else Exact(number)
    bound = _bound(reading.text, start, end, tools, False, False)
    return _quantity(reading, (start, end), match["n"], value, PERMILLE, PERMILLE, bound, "quantity.two_signs", "split",
                     number)  # fmt: skip


def _odd_spaces(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """45 860元, 96. 5%: a space inside the number; closed up, it is certain."""
    for match in tools.odd_space.finditer(reading.text):
        numeral = (match["n"] or match["n2"]).replace(" ", "")
        number = numbers.EXACT.multiply(Decimal(numeral), numbers.multiplier(match["scale"]))
        unit = grammar.surfaces[match["unit"]]
        if unit.kind == "tenth":
            continue
        if match["unit"] == tools.piece and tools.shared_point.match(reading.text, match.end()):
            unit = grammar.units[tools.point]
        bound = _bound(reading.text, match.start(), match.end(), tools, bool(match["more"] or match["more2"]), False)
        yield _quantity(reading, match.span(), numeral, Exact(number), match["scale"] + _written(unit, match["unit"]),
                        _base(unit), bound, "quantity.odd_space", "spaced", number)  # fmt: skip


def _deleted_scaled(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """生产总值亿元, 医院 家: in a document from which numbers were taken."""
    if not traits.deleting:
        return
    for pattern in (tools.deleted_scaled, tools.deleted_measure):
        for match in pattern.finditer(reading.text):
            yield _deleted_at(reading, grammar, tools, match.span("unit"), match["unit"])


def _cut_off(reading: Reading, grammar: Grammar, at: tuple[int, int], numeral: str, rest: str, share: bool) -> Quantity:
    """A number at the very end of a report, without its unit or with a part of it: the text was cut off, perhaps inside
    it. The unit is known of a `share`, and where only one begins with what is left (/10 of /10万, not 毫 of 毫升)."""
    number = numbers.arabic(numeral.rstrip("."))
    scale = "".join(letter for letter in rest if letter in numbers.SCALES)
    if numbers.multiplier(scale) < TEN_THOUSAND:
        scale = ""  # 2个百 for 2个百分点
    value: Value = Masked(numeral) if number is None else Exact(number * numbers.multiplier(scale))
    base, part = PERCENT if share else "", rest.removeprefix(scale)
    if part in grammar.surfaces:
        base = _base(grammar.surfaces[part])
    elif part:
        bases = {_base(unit) for surface, unit in grammar.surfaces.items() if surface.startswith(part)}
        base = bases.pop() if len(bases) == 1 else base
    return _quantity(reading, at, numeral, value, scale + part, base, "exact", "quantity.cut", "cut")


def _bare(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """增长12.5; after a rate word a number without its %: the only unit that such a word takes, if it is not one of
    deaths or births, which are counted by the thousand."""
    for match in tools.bare.finditer(reading.text):
        before = reading.text[max(0, match.start("n") - CLAUSE) : match.start("n")]
        if tools.no_share.search(before):
            continue
        sure = not tools.per_mille_rate.search(before)
        for one in re.finditer(r"[\dxX]+(?:\.[\dxX]+)?", match["n"] + match["list"]):
            number = numbers.arabic(one[0])
            if number is not None and number > 100:
                continue
            value: Value = Masked(one[0]) if number is None else Exact(number)
            start, end = match.start("n") + one.start(), match.start("n") + one.end()
            bound = _bound(reading.text, start, end, tools, False, False)
            yield _quantity(reading, (start, end), one[0], value, "", PERCENT if sure else "", bound,
                            "quantity.lost_unit", "lost_unit", number if sure else None)  # fmt: skip


def _deleted(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """增长 %, 率为%: a unit whose number is gone. No number, and no zero."""
    for match in tools.deleted.finditer(reading.text):
        name = next(name for name in ("unit", "unit2", "unit3") if match[name])
        yield _deleted_at(reading, grammar, tools, match.span(name), match[name])


def _deleted_at(reading: Reading, grammar: Grammar, tools: _Tools, at: tuple[int, int], surface: str) -> Quantity:
    """A unit, with its multipliers, whose number is gone."""
    scale, unit = _unscaled(surface, grammar)
    written = scale + _written(unit, surface[len(scale) :])
    bound = _bound(reading.text, *at, tools, False, False)
    return _quantity(reading, at, "", Masked(""), written, _base(unit), bound, "quantity.deleted", "deleted")


# The forms, those that outrank others first, each with the kind of sign (in numerals.toml) of which one stands in every
# such form: where a text holds none, the form need not be looked for.
FORMS = (
    (_portions, "parts"),
    (_ordinals, ""),
    (_odd_points, "odd"),
    (_two_points, "odd"),
    (_two_signs, "odd"),
    (_odd_spaces, "odd"),
    (_turned, ""),
    (_fractions, "parts"),
    (_halves, ""),
    (_years, "dated"),
    (_deleted_scaled, ""),
    (_compounds, "odd"),
    (_arabic, ""),
    (_deleted, "alone"),
    (_chinese, ""),
    (_bare, "loose"),
)


# --- value, unit, bound ----------------------------------------------------------------------------------------------

COUNTABLE = frozenset(
    ("count", "person", "event", "money", "tenth", "times", "place", "area", "time", "rhetoric", "length", "weight")
)
PERCENT, PERMILLE, PERMYRIAD = "%", "\u2030", "\u2031"
PORTIONS = {100: PERCENT, 1000: PERMILLE, 10000: PERMYRIAD}
PLUS, POINT_SIGN, ONE = "+", ".", "1"
TEN_THOUSAND = 10_000
SCRUBBED_MASK = re.compile(r"20\d*\*+|2XX")  # what became of every 20dd
LEADING_ZERO = re.compile(r"0\d")
UNBROKEN = 300  # characters to a comma, at least; reports have one every 15 to 40
RANGE = 14  # characters that the lower end of a range has, with its unit and 到
CLAUSE = 16  # characters before a number without unit in which a word can say what it is
UP_TO_ENDS = ("\u5230", "\n")  # what `up_to` ends with, or has behind it
CLOSE = ",\u3002;\u3001)"
FIRST, STOP, POINT, TIMES = (chr(c) for c in (0x7B2C, 0x3002, 0x70B9, 0x500D))  # the ideographs 第 。 点 倍


def _make(
    reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile, at: tuple[int, int], n: str, n2: str | None,
    scale: str, unit: Unit | None, written: str, vague: bool, rule: str, *, spaced: bool = False,
) -> Quantity:  # fmt: skip
    """A quantity in digits or placeholders, its damage told and, where it is certain, repaired."""
    base = "" if unit is None else _base(unit)
    factor = Decimal(numbers.multiplier(scale))
    if unit is not None and unit.kind == "tenth":
        factor *= 10
    low, high = numbers.arabic(n), numbers.arabic(n2) if n2 else None
    damage: Damage | None = None
    repaired: Decimal | None = None
    value: Value
    if low is None or (n2 and high is None):
        value = _masked(n, n2, factor, traits)
        if SCRUBBED_MASK.fullmatch(n):
            damage = "year_scrub"
    else:
        low = numbers.EXACT.multiply(low, factor)
        value = Exact(low) if high is None else Range(low, numbers.EXACT.multiply(high, factor))
        share = unit is not None and unit.id == PERCENT
        if share and not traits.scrubbed and tools.whole_year.fullmatch(n):
            damage = "year_scrub"  # 2023%: a year in place of a number, and nothing that proves which
        ten = (tools.damaged_ten if traits.scrubbed else tools.year_inside).fullmatch
        if ten(n.replace(",", "")) or (n2 and ten(n2.replace(",", ""))):
            damage = "year_scrub"
            undone = re.sub(r"202\d", "10", n, count=1)
            # Only a share leaves no other reading: it cannot exceed 100 (see `link`, which knows what is measured).
            repaired = Decimal(100) if share and undone == "100" and not n2 else None
    if damage is None and (LEADING_ZERO.match(n) or (n2 and LEADING_ZERO.match(n2))):
        damage = "lost_char"  # 00%: the end of a number
    if damage is None and unit is not None and unit.most and POINT_SIGN not in n and value_above(value, unit.most):
        damage = "lost_point"
    if damage is None and spaced and not traits.spaced:
        damage = "spaced"
        repaired = value.number if isinstance(value, Exact) else None
    start, end = at
    span = reading.span(start, end)
    entity = base == PERMILLE and reading.text[end - 1] == ";"
    if damage is None and (entity or reading.is_torn(span, end - start)):  # noise stands in the middle of it
        damage = "split"
        repaired = value.number if isinstance(value, Exact) else None
    numeral = n
    if n2 is not None:
        numeral = reading.raw[start : start + reading.text[start:end].rindex(n2) + len(n2)]
        value = Masked(numeral) if isinstance(value, Masked) else value
    bound = _bound(reading.text, start, end, tools, vague, n2 is not None)
    text = reading.source[span.start : span.end]
    return Quantity(span, Span(start, end), text, numeral, value, written, base, bound, rule, damage, repaired)


def value_above(value: Value, most: int) -> bool:
    """Is a number larger than a figure of its unit can be? Of a range the upper end counts."""
    match value:
        case Exact(number):
            return number > most
        case Range(_, high):
            return high > most
    return False


def _quantity(
    reading: Reading, at: tuple[int, int], numeral: str, value: Value, unit: str, base: str, bound: Bound, rule: str,
    damage: Damage | None = None, repaired: Decimal | None = None,
) -> Quantity:  # fmt: skip
    span = reading.span(*at)
    text = reading.source[span.start : span.end]
    return Quantity(span, Span(*at), text, numeral, value, unit, base, bound, rule, damage, repaired)


def _masked(n: str, n2: str | None, factor: Decimal, traits: Profile) -> Masked:
    """A masked number with what it allows: `xx.x` is 10.0 to 99.9 where each placeholder stands for one digit."""
    numeral = n
    if n2 or not traits.digit_by_digit or n.strip("0123456789xX."):
        return Masked(numeral)
    whole = n.partition(".")[0]
    low = re.sub("[xX]", "0", n)
    if len(whole) > 1 or "." not in n:
        low = re.sub("^[xX]", "1", n)
        low = re.sub("[xX]", "0", low)
    high = re.sub("[xX]", "9", n)
    lowest, highest = (numbers.EXACT.multiply(Decimal(n), factor) for n in (low, high))
    return Masked(numeral, lowest, highest)


def _base(unit: Unit) -> str:
    """The written unit without multipliers, and a tenth (成) as a share."""
    return PERCENT if unit.kind == "tenth" else unit.id


def _written(unit: Unit, surface: str) -> str:
    """The unit as written, but a broken entity as the sign it was."""
    return unit.id if surface.startswith("&") else surface


def unit_of(written: str, grammar: Grammar) -> tuple[str, str, Decimal] | None:
    """A unit as written, its base unit, and how many of that one is; None where it is not known.

    >>> from hreport.grammar import load
    >>> unit_of("亿元", load()), unit_of("千克", load()), unit_of("万", load()), unit_of("?", load())
    (('亿元', '元', Decimal('100000000')), ('千克', '千克', Decimal('1')), ('万', '', Decimal('10000')), None)
    """
    if written and not written.strip(numbers.SCALES):
        return written, "", Decimal(numbers.multiplier(written))
    try:
        scale, unit = _unscaled(written, grammar)
    except KeyError:
        return None
    if scale.strip(numbers.SCALES):
        return None
    return written, _base(unit), Decimal(numbers.multiplier(scale)) * (10 if unit.kind == "tenth" else 1)


def _unscaled(surface: str, grammar: Grammar) -> tuple[str, Unit]:
    for length in range(len(surface)):
        if surface[length:] in grammar.surfaces:
            return surface[:length], grammar.surfaces[surface[length:]]
    raise KeyError(surface)


def _bound(text: str, start: int, end: int, tools: _Tools, vague: bool, is_range: bool) -> Bound:
    """Bound words stand directly before the number or after the unit; a range outranks them."""
    if is_range:
        return "range"
    if PLUS in text[start:end]:
        return "min"
    after = tools.after.match(text, end)
    if after and tools.after_bounds.get(after[1], "approx") != "approx":
        return tools.after_bounds[after[1]]
    head = text[max(0, start - LOOK) : start].rstrip()
    if head and head[-1] in tools.before_ends:
        for length in range(len(head), 0, -1):
            if length == 1 and head[-2:] in tools.not_bound:
                break  # the last character is part of a word (签约)
            if bound := tools.before.get(head[-length:]):
                return bound
    return "approx" if vague or after else "exact"


def _ranges(found: Sequence[Quantity], reading: Reading, tools: _Tools) -> Iterator[Quantity]:
    """93分到97分, 3到5个百分点: two numbers with 到 between them are a range, unless 由 or 从 begins a change."""
    before: Quantity | None = None
    for quantity in found:
        joined = _range(before, quantity, reading, tools)
        if joined is None and before is not None:
            yield before
        before = joined or quantity
    if before is not None:
        yield before


def _range(low: Quantity | None, high: Quantity, reading: Reading, tools: _Tools) -> Quantity | None:
    """The range that ends with `high`, None where there is none."""
    if high.rule != "quantity.arabic" or high.damage or not isinstance(high.value, Exact):
        return None
    if reading.text[high.at.start - 1 : high.at.start] not in UP_TO_ENDS:
        return None
    match = tools.up_to.search(reading.text, max(0, high.at.start - RANGE), high.at.start)
    if match is None:
        return None
    start = match.start("n")
    written, scale = match["unit"] or "", match["scale"]
    begins = low is not None and low.at.start == start and isinstance(low.value, Exact)
    if (low is not None and (low.at.end > start) != begins) or (written and written not in high.unit):
        return None
    factor = (
        numbers.multiplier(scale) if scale or written else numbers.multiplier(high.unit.removesuffix(high.base_unit))
    )
    first = Decimal(match["n"]) * factor
    if first >= high.value.number or tools.out_of.search(reading.text, max(0, start - CLAUSE), start):
        return None
    at = (start, high.at.end)
    numeral = reading.raw[start : high.at.end - len(high.unit)]
    return _quantity(reading, at, numeral, Range(first, high.value.number), high.unit, high.base_unit, "range",
                     "quantity.arabic")  # fmt: skip


def _neighbours(found: list[Quantity], traits: Profile) -> list[Quantity]:
    """Damage that shows between quantities: `xx%xx%` has lost the character between them. Where all commas are gone,
    only a range can have lost more than that."""
    touching = set()
    for k, (one, other) in enumerate(pairwise(found)):
        if one.at.end == other.at.start and (
            (one.base_unit, one.unit) == (other.base_unit, other.unit)
            or (one.base_unit in PORTIONS.values() and not traits.unbroken)
        ):
            touching |= {k, k + 1}
    for k in touching:
        if found[k].damage is None and found[k].rule == "quantity.arabic":
            found[k] = found[k]._replace(damage="lost_char")  # two figures, or the ends of one range
    return found
