"""Quantities: every number or number mask with its unit, its value, its bound and the damage that was done to it.

What a quantity measures, and whether it measures anything, is the business of `link`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from hreport.grammar import Grammar, Unit
from hreport.model import Bound, Damage, Exact, Masked, Quantity, Range, Span, Value
from hreport.tag import numbers
from hreport.text import Reading

LOOK = 6  # characters before a number in which a bound word can stand: the longest has five


@dataclass(frozen=True, slots=True)
class Profile:
    """What is done to a document as a whole; some damage can only be told from the whole.

    `scrubbed`: 10 became 2023 in it. `digit_by_digit`: each placeholder stands for one digit. `spaced`: it is laid out
    with spaces around its numbers, so that a space is no damage. `deleting`: numbers were taken out of it.
    """

    scrubbed: bool = False
    digit_by_digit: bool = False
    spaced: bool = False
    deleting: bool = False


@dataclass(frozen=True, slots=True)
class _Tools:
    """The compiled expressions and word lists of the tagger."""

    arabic: re.Pattern[str]
    cell: re.Pattern[str]
    chinese: re.Pattern[str]
    portion: re.Pattern[str]
    ordinal: re.Pattern[str]
    bare: re.Pattern[str]
    deleted: re.Pattern[str]
    deleted_scaled: re.Pattern[str]
    odd_space: re.Pattern[str]
    shared_point: re.Pattern[str]
    cut: re.Pattern[str]
    compound: re.Pattern[str]
    several: re.Pattern[str]
    half: re.Pattern[str]
    shared_unit: re.Pattern[str]
    whole_year: re.Pattern[str]
    piece: str  # 个, and 百分点, which it begins
    point: str
    odd_point: re.Pattern[str]
    before: dict[str, Bound]
    not_bound: frozenset[str]
    after: re.Pattern[str]
    after_bounds: dict[str, Bound]
    turned: re.Pattern[str]


@lru_cache(maxsize=1)
def _tools(grammar: Grammar) -> _Tools:
    numerals = grammar.tables["numerals"]
    number = f"(?:{numerals['mask'].pattern}|{numerals['arabic'].pattern})"
    chinese = f"(?:{numerals['chinese'].pattern})"
    scale = numerals["scale"].pattern
    more = numerals["more"].pattern
    to = numerals["to"].pattern
    unit = grammar.expand("{unit}")
    gap = "[ \u3000\t]{0,2}"
    tail = (
        rf"(?P<more>{more})?(?P<gap>{gap}(?={scale}))?(?P<scale>{scale}*?)(?P<more2>{more})?"
        rf"(?P<space>{gap})(?P<unit>{unit})"
    )
    bare_tail = rf"(?P<more3>{more})?(?P<scale2>{scale}+)(?P<more4>{more})?"
    span = rf"(?:(?P<u1>{scale}*?(?:{unit})?[ ]?)(?P<to>{to})(?P<n2>{number}))?"
    arabic = rf"(?<![A-Za-z\d._/])(?P<n>{number}){span}(?:{tail}|{bare_tail})"
    cn_tail = rf"(?P<more>{more})?(?P<scale>)(?P<more2>)(?P<space>)(?P<unit>{unit})"
    before: dict[str, Bound] = {}
    for name, bound in (("approx_before", "approx"), ("max_before", "max"), ("min_before", "min")):
        before |= dict.fromkeys(grammar.words[name].words, bound)  # type: ignore[arg-type]
    after_bounds: dict[str, Bound] = {}
    for name, bound in (("approx_after", "approx"), ("max_after", "max"), ("min_after", "min")):
        after_bounds |= dict.fromkeys(grammar.words[name].words, bound)  # type: ignore[arg-type]
    words_after = "|".join(map(re.escape, sorted(after_bounds, key=len, reverse=True)))
    after = re.compile(rf"[ ]?(?:({words_after})|{numerals['more_after'].pattern})")
    return _Tools(
        arabic=re.compile(arabic),
        cell=re.compile(rf"[-+\u2212]?(?P<n>{number})(?:(?P<scale>{scale}*?)(?P<unit>{unit}))?"),
        chinese=re.compile(rf"(?P<n>{chinese})(?:(?P<to>{to})(?P<n2>{chinese}))?{cn_tail}"),
        portion=re.compile(numerals["portion"].pattern),
        ordinal=re.compile(numerals["ordinal"].pattern),
        bare=re.compile(grammar.expand(numerals["bare"].pattern)),
        deleted=re.compile(grammar.expand(numerals["deleted"].pattern)),
        deleted_scaled=re.compile(numerals["deleted_scaled"].pattern),
        odd_space=re.compile(numerals["odd_space"].pattern),
        shared_point=re.compile(numerals["shared_point"].pattern),
        cut=re.compile(numerals["cut"].pattern),
        compound=re.compile(grammar.expand(numerals["compound"].pattern)),
        several=re.compile(numerals["several"].pattern),
        half=re.compile(numerals["half"].pattern),
        shared_unit=re.compile(grammar.expand(numerals["shared_unit"].pattern)),
        whole_year=re.compile(numerals["whole_year"].pattern),
        piece=grammar.words["piece"].words[0],
        point=grammar.words["point"].words[0],
        odd_point=re.compile(numerals["odd_point"].pattern),
        before=before,
        not_bound=grammar.words_of("not_bound"),
        after=after,
        after_bounds=after_bounds,
        turned=re.compile(numerals["turned"].pattern),
    )


def profile(text: str, number_shapes: bool, grammar: Grammar) -> Profile:
    """The document's families of damage; `number_shapes` as `masks.digit_by_digit` says."""
    damage = grammar.tables["damage"]
    scrubbed = len(re.findall(damage["scrubbed"].pattern, text)) >= 1
    spaced = len(re.findall(damage["layout_space"].pattern, text))
    close = len(re.findall(damage["no_space"].pattern, text))
    deleting = bool(re.search(damage["deleting"].pattern, text))
    return Profile(scrubbed, number_shapes, spaced >= 3 and spaced > close, deleting)


def tag(
    reading: Reading, grammar: Grammar, traits: Profile, occupied: bytearray, ends: Sequence[int] = ()
) -> list[Quantity]:
    """Every quantity of the text in order. `ends` are the reading offsets at which reports end, where a number may have
    been cut off; `occupied` has a 1 for each character of the reading where something else
    (a time expression) already stands; it is marked further."""
    tools = _tools(grammar)
    found: list[Quantity] = []
    for maker in (
        _portions,
        _ordinals,
        _odd_points,
        _odd_spaces,
        _turned,
        _deleted_scaled,
        _compounds,
        _arabic,
        _deleted,
        _chinese,
        _bare,
    ):
        for quantity in maker(reading, grammar, tools, traits):
            start, end = quantity.at.start, quantity.at.end
            if 1 in occupied[start:end]:
                continue
            occupied[start:end] = b"\x01" * (end - start)
            found.append(quantity)
    for end in ends:
        line = reading.text.rfind("\n", 0, end) + 1
        match = tools.cut.search(reading.text[line:end])
        if match and 1 not in occupied[line + match.start() : end]:
            found.append(_cut_off(reading, (line + match.start(), end), match["n"]))
    found.sort(key=lambda q: q.at.start)
    return list(_neighbours(found))


def of_cell(reading: Reading, cell: Span, unit: str, grammar: Grammar, traits: Profile) -> Quantity | None:
    """The quantity of a table cell: a number or a mask alone, or with its unit; `unit` is the unit that the headings
    give, with multipliers. None where the cell holds something else."""
    tools = _tools(grammar)
    start, end = reading.index(cell.start), reading.index(cell.end)
    while start < end and reading.text[start].isspace():
        start += 1
    while end > start and reading.text[end - 1].isspace():
        end -= 1
    match = tools.cell.fullmatch(reading.text, start, end)
    if match is None:
        return None
    scale, written = match["scale"] or "", match["unit"] or ""
    known = grammar.surfaces.get(written)
    if known is None and unit:
        try:
            scale, known = _unscaled(unit, grammar)
        except KeyError:
            return None
        written = unit[len(scale) :]
    return _make(reading, grammar, tools, traits, (match.start("n"), end), match["n"], None, scale, known,
                 scale + (_written(known, written) if known else ""), False, "quantity.cell")  # fmt: skip


# --- the forms of a quantity -----------------------------------------------------------------------------------------


def _arabic(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """5.19亿元, 20余次, xx.x%, 1~2所, 27万."""
    for match in tools.arabic.finditer(reading.text):
        if match["unit"] is None:
            scale = match["scale2"]
            bare = _make(reading, grammar, tools, traits, match.span(), match["n"], match["n2"], scale, None, scale,
                         bool(match["more3"] or match["more4"]), "quantity.bare")  # fmt: skip
            if shared := tools.shared_unit.match(reading.text, match.end()):  # 1.2万、0.8万人次
                bare = replace(bare, base_unit=_base(grammar.surfaces[shared["unit"]]))
            yield bare
            continue
        scale = match["scale"] or ""
        unit = grammar.surfaces[match["unit"]]
        if match["unit"] == tools.piece and tools.shared_point.match(reading.text, match.end()):
            unit = grammar.units[tools.point]  # 2.1个和3.4个百分点: both are points
        written = scale + _written(unit, match["unit"])
        yield _make(reading, grammar, tools, traits, match.span(), match["n"], match["n2"], scale, unit, written,
                    bool(match["more"] or match["more2"]), "quantity.arabic",
                    spaced=bool(match["space"] or match["gap"]))  # fmt: skip


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
        unit = grammar.surfaces[match["unit"]]
        if unit.kind not in COUNTABLE:
            continue
        low, high = numbers.chinese(match["n"]), numbers.chinese(match["n2"] or "")
        if low is None:
            continue
        vague = bool(match["more"]) or not numbers.VAGUE.isdisjoint(match["n"])
        factor = Decimal(10) if unit.kind == "tenth" else Decimal(1)
        at, written = match.span(), match["n"]
        if high is None and (some := tools.several.fullmatch(written)):  # 两三家, 三四百户
            one, other = (numbers.chinese(some[name] + some["scale"]) for name in ("low", "high"))
            if one is not None and other is not None and some["low"] != some["high"] and one < other <= 2 * one:
                low, high = one, other
        if unit.kind == "tenth" and (half := tools.half.match(reading.text, match.end())):  # 三成五
            low += (numbers.chinese(half["half"]) or 5) / factor
            at, written = (at[0], half.end()), reading.text[at[0] : half.end()]
        value: Value = Exact(low * factor) if high is None else Range(low * factor, high * factor)
        bound = _bound(reading.text, *at, tools, vague, high is not None)
        numeral = written + (match["to"] + match["n2"] if match["n2"] else "")
        yield _quantity(reading, at, numeral, value, match["unit"], _base(unit), bound, "quantity.chinese")  # fmt: skip


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
                number += Decimal(f"0.{digits}")
            value = Exact(number)
        bound = _bound(reading.text, match.start(), match.end(), tools, False, False)
        yield _quantity(reading, match.span(), numeral, value, base, base, bound, "quantity.portion")


def _ordinals(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """第一, 第3位, 前5位: ranks and ordinals; which of them, `link` decides."""
    for match in tools.ordinal.finditer(reading.text):
        numeral = match["n"]
        if match["first"] != FIRST and match["unit"] is None and reading.text[match.end() : match.end() + 1] not in CLOSE:
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


def _odd_points(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """25。4%, 96. 5%: the point became a full stop, or a space stands at it; what stood there is certain."""
    for match in tools.odd_point.finditer(reading.text):
        numeral = match["n"].replace(STOP, ".").replace(" ", "")
        number = Decimal(numeral)
        bound = _bound(reading.text, match.start(), match.end(), tools, False, False)
        damage: Damage = "spaced" if " " in match["n"] else "lost_point"
        yield _quantity(reading, match.span(), numeral, Exact(number), match["unit"], match["unit"],
                        bound, "quantity.odd_point", damage, number)  # fmt: skip


def _odd_spaces(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """45 860元: a space inside the number; closed up, it is certain."""
    for match in tools.odd_space.finditer(reading.text):
        numeral = match["n"].replace(" ", "")
        number = Decimal(numeral) * numbers.multiplier(match["scale"])
        bound = _bound(reading.text, match.start(), match.end(), tools, False, False)
        yield _quantity(reading, match.span(), numeral, Exact(number), match["scale"] + match["unit"],
                        match["unit"], bound, "quantity.odd_space", "spaced", number)  # fmt: skip


def _deleted_scaled(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """生产总值亿元, in a document from which numbers were taken."""
    if not traits.deleting:
        return
    for match in tools.deleted_scaled.finditer(reading.text):
        _, unit = _unscaled(match["unit"], grammar)
        yield _quantity(
            reading,
            match.span("unit"),
            "",
            Masked(""),
            match["unit"],
            _base(unit),
            "exact",
            "quantity.deleted",
            "deleted",
        )


def _cut_off(reading: Reading, at: tuple[int, int], numeral: str) -> Quantity:
    """A number at the very end of a report, without its unit: the text was cut off, perhaps inside it."""
    number = numbers.arabic(numeral.rstrip("."))
    value: Value = Exact(number) if number is not None else Masked(numeral)
    return _quantity(reading, at, numeral, value, "", "", "exact", "quantity.cut", "cut")


def _bare(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """增长12.5; after a rate word a number without its %: the only unit that such a word takes."""
    for match in tools.bare.finditer(reading.text):
        number = Decimal(match["n"])
        if number > 100:
            continue
        start, end = match.span("n")
        bound = _bound(reading.text, start, end, tools, False, False)
        yield _quantity(reading, (start, end), match["n"], Exact(number), "", PERCENT, bound, "quantity.lost_unit",
                        "lost_unit", number)  # fmt: skip


def _deleted(reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile) -> Iterator[Quantity]:
    """增长 %, 率为%: a unit whose number is gone. No number, and no zero."""
    for match in tools.deleted.finditer(reading.text):
        start, end = match.span("unit")
        scale, unit = _unscaled(match["unit"], grammar)
        written = scale + _written(unit, match["unit"][len(scale) :])
        yield _quantity(
            reading, (start, end), "", Masked(""), written, _base(unit), "exact", "quantity.deleted", "deleted"
        )


# --- value, unit, bound ----------------------------------------------------------------------------------------------

COUNTABLE = frozenset(
    ("count", "person", "event", "money", "tenth", "times", "place", "area", "time", "rhetoric", "length", "weight")
)
PERCENT, PERMILLE, PERMYRIAD = "%", "\u2030", "\u2031"
PORTIONS = {100: PERCENT, 1000: PERMILLE, 10000: PERMYRIAD}
PLUS = "+"
CLOSE = ",\u3002;\u3001)"
FIRST, STOP, POINT, TIMES = (chr(c) for c in (0x7B2C, 0x3002, 0x70B9, 0x500D))  # the ideographs 第 。 点 倍


def _make(
    reading: Reading, grammar: Grammar, tools: _Tools, traits: Profile, at: tuple[int, int], n: str, n2: str | None,
    scale: str, unit: Unit | None, written: str, vague: bool, rule: str, *, spaced: bool = False,
) -> Quantity:  # fmt: skip
    """A quantity in digits or placeholders, its damage told and, where it is certain, repaired."""
    factor = Decimal(numbers.multiplier(scale))
    if unit is not None and unit.kind == "tenth":
        factor *= 10
    low, high = numbers.arabic(n), numbers.arabic(n2) if n2 else None
    damage: Damage | None = None
    repaired: Decimal | None = None
    value: Value
    if low is None or (n2 and high is None):
        value = _masked(n, n2, factor, traits)
        if n.startswith("20") and n.endswith("*"):
            damage = "year_scrub"
    else:
        value = Exact(low * factor) if high is None else Range(low * factor, high * factor)
        if unit is not None and unit.id == PERCENT and not traits.scrubbed and tools.whole_year.fullmatch(n):
            damage = "year_scrub"  # 2023%: a year in place of a number, and nothing that proves which
        if traits.scrubbed and re.fullmatch(grammar.tables["damage"]["damaged_ten"].pattern, n):
            damage = "year_scrub"
            undone = re.sub(r"202\d", "10", n, count=1)
            # Only a share leaves no other reading: it cannot exceed 100 (see `link`, which knows what is measured).
            repaired = Decimal(100) if unit is not None and unit.id == PERCENT and undone == "100" else None
    if damage is None and spaced and not traits.spaced:
        damage = "spaced"
        repaired = value.number if isinstance(value, Exact) else None
    span = reading.span(*at)
    inside = span.end - span.start > at[1] - at[0]  # noise stands in the middle of it
    entity = unit is not None and unit.id == PERMILLE and reading.text[at[1] - 1] == ";"
    if damage is None and (inside or entity):
        damage = "split"
        repaired = value.number if isinstance(value, Exact) else None
    bound = _bound(reading.text, at[0], at[1], tools, vague, n2 is not None)
    written_range = reading.text[at[0] : at[1]]
    numeral = n if n2 is None else reading.raw[at[0] : at[0] + written_range.rindex(n2) + len(n2)]
    base = "" if unit is None else _base(unit)
    if isinstance(value, Masked) and n2:
        value = Masked(numeral)
    return _quantity(reading, at, numeral, value, written, base, bound, rule, damage, repaired)


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
    if n2 or not traits.digit_by_digit or "*" in n or "_" in n:
        return Masked(numeral)
    whole = n.partition(".")[0]
    low = re.sub("[xX]", "0", n)
    if len(whole) > 1 or "." not in n:
        low = re.sub("^[xX]", "1", n)
        low = re.sub("[xX]", "0", low)
    high = re.sub("[xX]", "9", n)
    return Masked(numeral, Decimal(low) * factor, Decimal(high) * factor)


def _base(unit: Unit) -> str:
    """The written unit without multipliers, and a tenth (成) as a share."""
    return PERCENT if unit.kind == "tenth" else unit.id


def _written(unit: Unit, surface: str) -> str:
    """The unit as written, but a broken entity as the sign it was."""
    return unit.id if surface.startswith("&") else surface


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
    for length in range(min(LOOK, len(head)), 0, -1):
        if length == 1 and head[-2:] in tools.not_bound:
            break  # the last character is part of a word (签约)
        if bound := tools.before.get(head[-length:]):
            return bound
    return "approx" if vague or after else "exact"


def _neighbours(found: list[Quantity]) -> Iterator[Quantity]:
    """Damage that shows between quantities: `xx%xx%` has lost the character between them."""
    for k, quantity in enumerate(found):
        before = found[k - 1] if k else None
        after = found[k + 1] if k + 1 < len(found) else None
        touching = (
            before is not None and before.at.end == quantity.at.start and before.base_unit in PORTIONS.values()
        ) or (after is not None and after.at.start == quantity.at.end and quantity.base_unit in PORTIONS.values())
        if touching and quantity.damage is None and quantity.rule == "quantity.arabic":
            quantity = replace(
                quantity,
                damage="lost_char",
                repaired=quantity.value.number if isinstance(quantity.value, Exact) else None,
            )
        yield quantity
