"""What one sentence says of its own figures: parts of a whole (其中), shares of it, a rise from A to B by so much.

**Parts.** Behind 其中 stand parts of the last figure before it that is counted in the same unit. A part is never more
than its whole. Parts together are more only where they overlap (the text does not say), so that is less sure. They make
up the whole only where the sentence says that the rest is among them (其余, 其他), or nearly: a sum that misses a whole
of few by one (7 + 6 for 14) is suspicious. Means, shares, norms and prices are no sums; they are left out.

**Growth inside a clause.** 由A增至B、增长x%: x must follow from A and B as they may have been before they were rounded.
An average over n years is the n-th root. Growth in comparable prices, said or by convention, does not follow from
levels in current prices and is not checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hreport.checks.finding import Finding, Part, finding, said
from hreport.checks.rules import Rules
from hreport.checks.sentences import Sentence
from hreport.checks.stated import Interval, Stated, multiplier
from hreport.messages import Message
from hreport.record import STATE_BEFORE, wording

ADDITIVE = frozenset({"count", "money", "amount"})
PER_CENT = "%"
FIVE = 5  # years of a plan
NEAR_WHOLE = 1  # a sum of exact counts that misses its whole by so many
FEW = 60  # a whole of more is seldom told in parts that make it up
LEVELS = frozenset({"level", "change"})
NEXT = 14  # characters from A to B in 由A增至B: beyond, other words stand between
FULL = 100
ABOUT = 0.1  # 约占总量40%: by which share of itself a share may be off
NEAR_FULL = 5  # a sum of shares that misses 100 % by no more is meant to be 100 %
LISTED = 6  # numbers of a sum that a message lists
SHARES_LISTED = 3  # two shares are seldom all


def parts(sentence: Sentence, rules: Rules) -> Iterator[Finding]:
    """Parts behind 其中 against the whole before it, and shares of that whole."""
    for match in rules.words["of_which"].finditer(sentence.text):
        here = sentence.start + match.start()
        whole = _whole(sentence, here, rules)
        if whole is None:
            continue
        found = _parts(sentence, here, whole, rules)
        yield from _exceeding(whole, found, rules)
        yield from _sum(sentence, whole, found, rules)
        yield from _shares(sentence, whole, found, rules)


def _whole(sentence: Sentence, here: int, rules: Rules) -> Stated | None:
    """The nearest figure before 其中, in its clause, that may have parts of the first figure's unit."""
    behind = next((s for s in sentence.figures if s.start > here and s.measure in LEVELS), None)
    if behind is None:
        return None
    depth = sentence.depth(here)
    for s in reversed([s for s in sentence.figures if s.end <= here]):
        if rules.words["clause_end"].search(sentence.between(s.end, here)):
            return None
        if _counts(s, rules) and s.row["base_unit"] == behind.row["base_unit"] and sentence.depth(s.start) <= depth:
            return s
    return None


def _counts(s: Stated, rules: Rules) -> bool:
    """Is it a number of things or of money, of which parts are parts?"""
    if s.measure not in LEVELS or rules.words["no_sum"].fullmatch(s.row["base_unit"] or ""):
        return False
    if rules.words["mean"].search(s.wording):
        return False
    if s.measure == "change" and (s.row["basis"] or s.row["direction"] == "down"):
        return False  # by how much it differs from another year is no whole, and no part
    return s.figure is None or s.figure.indicator.kind in ADDITIVE


def _parts(sentence: Sentence, here: int, whole: Stated, rules: Rules) -> list[Stated]:
    """The figures of the whole's unit behind 其中, up to the clause's end; those in brackets are parts of parts."""
    depth = sentence.depth(here)
    # x公里、其中y公里，z公里: behind the comma the sentence goes on
    aside = bool(rules.words["aside"].search(sentence.between(sentence.start, here)))
    found: list[Stated] = []
    last = here
    for s in sentence.figures:
        if s.start <= here:
            continue
        words = sentence.between(last, s.start)
        if rules.words["parts_end"].search(words) or (found and rules.words["of_which"].search(words)):
            break
        if found and (aside or rules.words["new_clause"].search(words)):
            break
        if sentence.depth(s.start) < depth:
            break  # the bracket that 其中 stands in is closed
        last = s.end
        if sentence.depth(s.start) > depth or s.row["rule"] == STATE_BEFORE:
            continue
        if s.row["base_unit"] == whole.row["base_unit"]:
            if not _counts(s, rules) or s.row["status"] != whole.row["status"]:
                break
            found.append(s)
        elif s.measure in LEVELS and not rules.words["no_sum"].fullmatch(s.row["base_unit"] or ""):
            break  # of something else
    return found


def _exceeding(whole: Stated, found: Sequence[Stated], rules: Rules) -> Iterator[Finding]:
    for s in found:
        if whole.own is not None and s.own is not None and s.own.low > whole.own.high:
            message = Message("a part is more than its whole: {part} of {whole}", part=s.text, whole=whole.text)
            yield finding(rules, "part_exceeds", message, [Part("total", whole), Part("part", s)])


def _sum(sentence: Sentence, whole: Stated, found: Sequence[Stated], rules: Rules) -> Iterator[Finding]:
    if len(found) < 2 or whole.own is None:
        return
    owns = [s.own for s in found if s.own is not None]
    if len(owns) < len(found) or any(own.low > whole.own.high for own in owns):
        return
    total = Interval(0, 0)
    for own in owns:
        total += own
    if total.meets(whole.own):
        return
    message = sum_message(whole, found)
    figures = [Part("total", whole), *(Part("part", s) for s in found)]
    words = sentence.between(whole.end, found[-1].start)
    if rules.words["all_parts"].search(words):
        yield finding(rules, "parts_sum", message, figures)
    elif total.low > whole.own.high:
        yield finding(rules, "parts_exceed", message, figures)
    elif total.high >= whole.own.low - NEAR_WHOLE and whole.own.high <= FEW and whole.own.low == whole.own.high:
        yield finding(rules, "parts_near", message, figures)


def sum_message(whole: Stated, found: Sequence[Stated]) -> Message:
    """The sum of the parts and the whole, in the unit that the whole is written in; masks as they stand."""
    times = multiplier(whole.row)
    unit = str((whole.row["unit"] if times != 1 else whole.row["base_unit"]) or "")
    if any(s.row["masked"] for s in (whole, *found)):
        shown = " + ".join(s.text for s in found)
        return Message("{sum} cannot be {whole}", sum=shown, whole=whole.text)
    values = [float(s.row["obs_value"] or 0) / times for s in found]
    numbers = [said(v) for v in values]
    shown = " + ".join(numbers if len(numbers) <= LISTED else [*numbers[: LISTED - 1], "\u2026"])
    return Message(
        "{sum} = {total}, not {whole} ({unit})",
        sum=shown, total=said(sum(values)), whole=said(float(whole.row["obs_value"] or 0) / times), unit=unit,
    )  # fmt: skip


def _shares(sentence: Sentence, whole: Stated, found: Sequence[Stated], rules: Rules) -> Iterator[Finding]:
    """其中x家，占y%: the share must be that of the part in the whole."""
    for s, share in zip(sentence.figures, sentence.figures[1:], strict=False):
        if s not in found or share.row["base_unit"] != PER_CENT or share.measure != "level":
            continue
        words = sentence.between(s.end, share.start)
        if not rules.words["share_of"].search(words) or s.own is None or whole.own is None or share.own is None:
            continue
        implied = s.own / whole.own * Interval(100, 100)
        if rules.words["about"].search(words):
            implied = implied.wider(ABOUT)
        if not implied.meets(share.own) and s.row["obs_value"] and whole.row["obs_value"]:
            actual = float(s.row["obs_value"]) / float(whole.row["obs_value"]) * 100
            message = Message(
                "{part} of {whole} are {implied} %, not {share}",
                part=s.text, whole=whole.text, implied=f"{actual:.1f}", share=share.text,
            )  # fmt: skip
            yield finding(rules, "share", message, [Part("total", whole), Part("part", s), Part("share", share)])


def rises(sentence: Sentence, rules: Rules) -> Iterator[Finding]:
    """由A增至B、增长x%, and B，比去年的A增长x%: the direction, and the growth if it is said."""
    levels = [s for s in sentence.figures if s.row["measure"] == "level"]
    for before in levels:
        if before.row["rule"] == STATE_BEFORE:
            after = next((s for s in levels if s.start > before.start and _same(s, before)), None)
            if after is not None:
                yield from _direction(sentence, before, after, rules)
                yield from _growth(sentence, before, after, after.end, rules)
    for after, before in zip(sentence.figures, sentence.figures[1:], strict=False):
        words = sentence.between(after.end, before.start)
        one_thing = (
            (after.wording, after.unit) == (before.wording, before.unit) and after in levels and before in levels
        )
        if one_thing and before.row["rule"] != STATE_BEFORE and rules.words["than"].search(words):
            yield from _growth(sentence, before, after, before.end, rules)


def _same(s: Stated, other: Stated) -> bool:
    return (s.wording, s.unit) == (other.wording, other.unit) and s.row["status"] == other.row["status"]


def _direction(sentence: Sentence, before: Stated, after: Stated, rules: Rules) -> Iterator[Finding]:
    words = sentence.between(before.end, after.start)
    if len(words) > NEXT or before.far is None or after.far is None:
        return
    if rules.words["rank_unit"].fullmatch(before.row["base_unit"] or ""):
        return  # to the front is up
    up, down = rules.words["rise"].search(words), rules.words["fall"].search(words)
    wrong = (up and not down and after.far.high < before.far.low) or (
        down and not up and after.far.low > before.far.high
    )
    if wrong:
        message = Message(
            "said to {way}, from {before} to {after}",
            way=Message("rise") if up else Message("fall"), before=before.text, after=after.text,
        )  # fmt: skip
        yield finding(rules, "direction", message, [Part("before", before), Part("level", after)])


def _growth(sentence: Sentence, before: Stated, after: Stated, here: int, rules: Rules) -> Iterator[Finding]:
    """The growth that is said behind both levels, before anything else is."""
    for growth in sentence.figures:
        if growth.start < here:
            continue
        words = sentence.between(here, growth.start)
        if rules.words["clause_end"].search(words) or growth.wording != after.wording:
            return
        if growth.measure == "multiple":
            yield from _multiplied(before, after, growth, rules)
            continue
        if growth.measure in ("change", "change_rate"):
            if not rules.words["gap"].search(words):
                yield from grown(before, after, growth, rules, "growth_in_clause")
            continue
        if growth.unit == after.unit:
            return


def _multiplied(before: Stated, after: Stated, growth: Stated, rules: Rules) -> Iterator[Finding]:
    """Behind 增长 stands to how many times, or by how many: writers mean either."""
    if before.far is None or after.far is None or growth.far is None or not before.value or after.value is None:
        return
    ratio = after.far / before.far
    if growth.row["direction"] == "down" or any(ratio.meets(growth.far + Interval(n, n)) for n in (0, 1)):
        return
    times = said(float(f"{after.value / before.value:.3g}"))
    message = Message(
        "{after} is {times} times {before}, not {stated}",
        after=after.text, times=times, before=before.text, stated=growth.text,
    )  # fmt: skip
    figures = [Part("before", before), Part("level", after), Part("growth", growth)]
    yield finding(rules, "growth_in_clause", message, figures)


def increments(sentence: Sentence, rules: Rules) -> Iterator[Finding]:
    """B，比上年增加D、增长x%: x must be D of B less D."""
    for level, change, growth in zip(sentence.figures, sentence.figures[1:], sentence.figures[2:], strict=False):
        measures = (level.row["measure"], change.row["measure"], growth.row["measure"])
        if measures != ("level", "change", "change_rate") or not level.wording == change.wording == growth.wording:
            continue
        if rules.words["clause_end"].search(sentence.between(level.end, growth.start)) or is_real(growth, rules):
            continue
        if rules.words["gap"].search(sentence.between(level.end, change.start)):
            continue
        if rules.words["than"].search(sentence.between(sentence.start, level.start)):
            continue  # 较上年同期(A)减少D: the level is the one before
        if {change.row["basis"], growth.row["basis"]} & {"annual_average", "qoq", "against_plan"}:
            continue
        units = [s.row["base_unit"] for s in (level, change, growth)]
        if units[0] == units[1] != PER_CENT and units[2] == PER_CENT:
            yield from _increment(level, change, growth, rules)


def _increment(level: Stated, change: Stated, growth: Stated, rules: Rules) -> Iterator[Finding]:
    numbers = [s.row["obs_value"] for s in (level, change, growth)]
    if level.own is None or change.own is None or growth.own is None or None in numbers:
        return
    sign = -1 if change.row["direction"] == "down" else 1
    before = level.own - change.own * Interval(sign, sign)
    if before.low <= 0 or (change.own / before * Interval(FULL, FULL)).meets(growth.own):
        return
    whole, part, rate = map(float, numbers)
    times = multiplier(level.row)
    message = Message(
        "{change} on {before} is {actual} %, not {stated} %",
        change=said(part / times), before=said((whole - sign * part) / times),
        actual=f"{part / (whole - sign * part) * FULL:.1f}", stated=said(rate),
    )  # fmt: skip
    figures = [Part("level", level), Part("change", change), Part("growth", growth)]
    yield finding(rules, "growth_in_clause", message, figures)


def is_real(growth: Stated, rules: Rules) -> bool:
    """Is it growth in comparable prices: said so in its sentence (扣除价格因素,分别增长…), or by convention?"""
    said_so = growth.row["real"] or rules.words["real"].search(str(growth.row["sentence"] or ""))
    return bool(said_so) or growth.id in rules.sets["real"]


def grown(
    before: Stated, after: Stated, growth: Stated, rules: Rules, code: str, less: float = 1.0
) -> Iterator[Finding]:
    """Does the growth follow from the levels? Nothing is said where it cannot be told (real growth, unknown years)."""
    if growth.row["basis"] in ("qoq", "against_plan") or growth.own is None or growth.row["obs_value"] is None:
        return
    sign = -1 if growth.row["direction"] == "down" else 1
    claim = growth.own * Interval(sign, sign)
    figures = [Part("before", before), Part("level", after), Part("growth", growth)]
    if growth.measure == "change":
        judged = _by_how_much(before, after, growth, claim, sign, rules)
    else:
        judged = None if is_real(growth, rules) else _by_which_rate(before, after, growth, claim, sign, rules)
    if judged is not None:
        yield finding(rules, code, judged, figures, less)


def _years(before: Stated, after: Stated, growth: Stated, rules: Rules) -> int:
    """Over how many years an average growth goes: 1 where it is no average, 0 where it is not known."""
    if growth.row["basis"] != "annual_average":
        return 1
    first, last = before.row["year"], after.row["year"]
    if first is not None and last is not None and last > first:
        return int(last - first)
    return FIVE if rules.words["five_years"].search(str(growth.row["period"] or "")) else 0


def _by_how_much(
    before: Stated, after: Stated, growth: Stated, claim: Interval, sign: int, rules: Rules
) -> Message | None:
    """What is wrong with a difference, in the unit that it is written in."""
    units = [str(s.row["base_unit"]) for s in (before, after, growth)]
    points = wording()["units"]["points"]
    fits = units[0] == units[1] and (units[2] == units[1] or (units[2] in points and units[1] == PER_CENT))
    years = _years(before, after, growth, rules)
    if not fits or not years or before.own is None or after.own is None:
        return None
    if (after.own - before.own).meets(claim * Interval(years, years)):
        return None
    times = multiplier(growth.row)
    numbers = [float(s.row["obs_value"] or 0) / times for s in (before, after, growth)]
    if years > 1:
        return Message(
            "({after} - {before}) / {years} = {actual}, not {stated} ({unit})",
            after=said(numbers[1]), before=said(numbers[0]), years=years,
            actual=said(float(f"{(numbers[1] - numbers[0]) / years:.5g}")), stated=said(sign * numbers[2]),
            unit=str(growth.row["unit"] or ""),
        )  # fmt: skip
    return Message(
        "{after} - {before} = {actual}, not {stated} ({unit})",
        after=said(numbers[1]), before=said(numbers[0]), actual=said(numbers[1] - numbers[0]),
        stated=said(sign * numbers[2]), unit=str(growth.row["unit"] or ""),
    )  # fmt: skip


def _by_which_rate(
    before: Stated, after: Stated, growth: Stated, claim: Interval, sign: int, rules: Rules
) -> Message | None:
    """What is wrong with a growth in %, of one year or as an average of five."""
    if growth.row["base_unit"] != PER_CENT or before.far is None or after.far is None or before.unit != after.unit:
        return None
    if before.far.low <= 0 or after.far.low <= 0 or not before.value or not after.value:
        return None
    years = _years(before, after, growth, rules)
    if not years:
        return None
    ratio, quotient = after.far / before.far, (after.value / before.value) ** (1 / years)
    ratio = Interval(ratio.low ** (1 / years), ratio.high ** (1 / years))
    if ((ratio - Interval(1, 1)) * Interval(FULL, FULL)).meets(claim):
        return None
    return Message(
        "{after} after {before} is {actual} %, not {stated} %",
        after=said(after.value), before=said(before.value), actual=f"{(quotient - 1) * FULL:+.1f}",
        stated=f"{sign * float(growth.row['obs_value']):+g}",
    )  # fmt: skip


def listed_shares(sentence: Sentence, rules: Rules) -> Iterator[Finding]:
    """Shares that one list gives of one whole (A、B、C分别占x%、y%、z%): a sum near 100 % is meant to be 100 %."""
    for group in _lists(sentence, rules):
        first = group[0]
        before = sentence.text[: first.start - sentence.start]
        if not rules.words["shares_of_whole"].search(before):
            continue
        fars = [s.far for s in group if s.far is not None]
        values = [s.value for s in group if s.value is not None]
        if len(fars) < len(group) or len(values) < len(group):
            continue
        total = Interval(0, 0)
        for far in fars:
            total += far
        if abs(sum(values) - FULL) <= NEAR_FULL and not total.meets(Interval(FULL, FULL)):
            message = Message(
                "{sum} = {total}, not 100 %", sum=" + ".join(said(v) for v in values), total=said(sum(values))
            )
            yield finding(rules, "shares_sum", message, [Part("part", s) for s in group])


def _lists(sentence: Sentence, rules: Rules) -> Iterator[list[Stated]]:
    """Runs of three shares or more with nothing but a comma between them."""
    group: list[Stated] = []
    comma = rules.words["list_comma"]
    for s in sentence.figures:
        if not group or not comma.fullmatch(sentence.between(group[-1].end, s.start)):
            if len(group) >= SHARES_LISTED:
                yield group
            group = []
        if s.measure == "level" and s.row["base_unit"] == PER_CENT:
            group.append(s)
    if len(group) >= SHARES_LISTED:
        yield group
