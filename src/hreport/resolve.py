"""What a wording, a unit, a place name or a year means: pure functions over strings and the `Lexicon`.

Precision comes first: a wording that is not certainly an indicator of the catalogue has none, a place name that several
divisions bear has no code, units of different dimensions do not convert.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate, islice, product, repeat
from typing import TypeAlias

from hreport.lexicon import Area, Conversion, Folder, Indicator, Lexicon, gazetteer, titles, unit
from hreport.model import Measure, Surroundings
from hreport.tag.words import cut

COUNTRY = "100000"  # the code that data sets of GB/T 2260 give the whole country
COUNTED = {"count", "amount"}  # kinds of which a making verb takes another figure: hospitals, and hospitals newly built
UNIT_PAIRS = 4096  # of units, kept: reports use the same few
YEARS = ("year_digits", "year_masked", "year_chinese", "year_alone")  # entries of titles.toml, the surest first
LISTED, PAIR = 3, 2  # so many names in a list are names without their suffixes too; and of provinces and prefectures
Spot: TypeAlias = tuple[int, int, str, str]  # a name of a division in a text: start, end, name, code
SHORTEST_NAME, LONGEST_LEAD = 2, 4  # characters of a name with its suffix, and of the words before a sure one
SAME_CLAUSE = "[\u4e00-\u9fff]{0,5}?"  # what may stand between a place and the word that makes a name of both
READINGS = 16  # of a spun wording: four spun words, each undone or not
LONGEST_WORDING = 80  # characters: names of the catalogue have up to 30, wordings of reports up to 40
SHORTEST_MODIFIER = 2  # characters of a noun that a bare head takes from the words before it
LONGEST_FRONT = 16  # characters in front of a wording that may belong to its name
LONGEST_PART = 6  # characters of a part (重点人群) that stands for a part of the name before it
SURE_MODIFIER = 4  # of so many characters it may stand anywhere in a clause
_MARKS = ",，;；:：、。\n"
_CLAUSES = re.compile(f"[{_MARKS}]")
MASK = "x"
_DIGITS = re.compile("[\\dx][\\dx~-]*")
EACH = "\u5143"  # the unit of what is paid to one person, whether 人均 is said or not
LIST_MARKS = ("\u3001", "\u548c", "\u53ca")  # behind a noun: a list goes on
NOTHING = Surroundings()
Fitting: TypeAlias = Callable[["Indicator | None"], "Indicator | None"]  # lets those through that the unit fits
KNOWN_WORDINGS = 4096  # kept with what they mean: reports say the same things again and again


# --- wordings --------------------------------------------------------------------------------------------------------


def identify(
    wording: str,
    unit: str,
    lexicon: Lexicon,
    measure: Measure = "level",
    direction: str = "",
    around: Surroundings = NOTHING,
) -> str:
    """The catalogue's id of what a figure measures, by its wording and by what stands around that; empty if none is
    certain.

    Words in front may belong to the name (新建和改造/农村公路), a noun of which the clause says what some of them do is
    no stock of them (选择2所/卫生院/开展试点), and a bare head (产量) takes its noun from the figure before it.

    >>> from hreport.lexicon import load
    >>> from hreport.model import Earlier
    >>> area = Earlier("粮食播种面积", "粮食播种面积12万亩、")
    >>> identify("产量", "吨", load(), around=Surroundings(earlier=(area,)))
    'grain_output'
    >>> identify("医疗卫生机构", "家", load(), around=Surroundings(after="开展对口帮扶"))
    ''
    """
    if len(wording) > LONGEST_WORDING:
        return ""
    names = _names(lexicon)

    def fitting(found: Indicator | None) -> Indicator | None:
        return found if found and fits(found, unit, measure, lexicon) else None

    def named(text: str, verb: str) -> Indicator | None:
        return lexicon.indicators.get(indicator_id(text, unit, lexicon, measure, verb, direction))

    verb = names.governing(around)
    predicate = names.predicate(around.after)
    if predicate and (found := fitting(names.done_to(wording, predicate, verb))):
        return found.id
    found = named(wording, verb) if measure == "change" else None
    if (found is None or not found.flow) and around.before:
        found = fitting(names.longer(around.before, wording, verb, measure)) or found
    found = found or named(wording, verb)
    if found is None and (first := names.verb_of(wording, names.creating)):
        made = named(wording[len(first) :], verb + first)
        found = made if made and made.made else None
    if found is not None:
        total = measure == "change" and names.total(around.left, wording)
        if total or names.per_time(around.left, wording) or (predicate and names.some(found, predicate, measure)):
            return ""
        if measure in ("level", "change") and found.unit != EACH and (each := names.per_head(around.left, wording)):
            found = fitting(names.find(names.fold(each + wording)))
    elif whole := fitting(names.done(wording)):
        found = whole
    elif noun := names.all_of(wording):
        found = named(noun, verb)
    else:
        found = names.headed(wording, unit, around, fitting) or fitting(names.joined(wording))
        found = found or fitting(names.paid(wording, around))
    return found.id if found else ""


@lru_cache(maxsize=KNOWN_WORDINGS)
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
    in front of the wording: a verb such as 新建 there keeps a figure of new hospitals from the stock of hospitals, but
    what is made at all is counted by its making (组建家庭医生团队).
    A `change` belongs to what changed, where the catalogue has no indicator that counts what was added.

    >>> from hreport.lexicon import load
    >>> indicator_id("全市孕产妇住院分娩率", "%", load())
    'hospital_delivery_rate'
    >>> indicator_id("社区卫生效劳中心", "家", load())
    'chc'
    >>> indicator_id("市级新医院", "家", load())
    ''
    """
    if len(wording) > LONGEST_WORDING:
        return ""
    names = _names(lexicon)
    verb = names.making(before)
    stock = ""
    ends = names.ends_of(unit)
    # a level is no growth, and the rank of a growth is no rank of a level
    for key in names.readings(wording, growth=measure not in ("level", "rank")):
        if measure == "change" and direction != "down":
            added = names.find(names.added + key)
            if added and added.flow and fits(added, unit, measure, lexicon):
                return added.id
        if verb:
            made = names.find(names.fold(verb + key))
            if made and fits(made, unit, measure, lexicon):
                return made.id
        found = names.find(key)
        counted = found
        if ends and (found is None or not fits(found, unit, measure, lexicon)):
            found = next((f for end in ends if (f := names.find(key + end))), None)
        if found and fits(found, unit, measure, lexicon) and not (verb and not names.counts(found, verb, measure)):
            if found.flow or measure != "change":
                return found.id
            stock = stock or found.id
        if found is None and measure in ("change", "change_rate") and direction == "down":
            less = names.find(key + names.reduced)
            if less and fits(less, unit, measure, lexicon):
                return less.id
        # 空气质量优良天数92.9%: what is counted, with the unit of its share
        if measure == "level" and counted and counted.kind == "count" and _percent(unit, lexicon):
            part = names.find(names.fold(key + names.share))
            if part and fits(part, unit, measure, lexicon):
                return part.id
    return stock


def readings(wording: str, lexicon: Lexicon, measure: Measure = "level") -> tuple[str, ...]:
    """Keys under which the catalogue may know a wording, the surest first: folded, without words of place and total
    before it, without verbs behind it, with spun words undone.

    >>> from hreport.lexicon import load
    >>> "诊疗量" in readings("全市累计诊疗量达到", load())
    True
    """
    if len(wording) > LONGEST_WORDING:
        return ()
    return tuple(_names(lexicon).readings(wording, growth=measure not in ("level", "rank")))


def fits(indicator: Indicator, written: str, measure: Measure, lexicon: Lexicon) -> bool:
    """Can a figure in this unit be the level, the change or the growth of the indicator?"""
    if measure == "change" and _dimension(written, lexicon) == "points":
        return _dimension(indicator.unit, lexicon) == "share"
    if measure == "change" and _percent(written, lexicon):
        return False
    if measure in ("level", "change"):
        ratio = _ratio(written, indicator.unit, lexicon)
        # a rate in ‰ or 1/10万 that reads % is a slip or another rate, though the two convert
        return ratio is not None and not (_percent(written, lexicon) ^ _percent(indicator.unit, lexicon))
    if measure == "change_rate":
        return _dimension(written, lexicon) == "share"
    return True


class _Names:
    """The wordings of one lexicon, ready for looking up."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.fold = lru_cache(maxsize=KNOWN_WORDINGS)(Folder(lexicon.wording, lexicon.folds, lexicon.spin))
        words = {key: entry.words for key, entry in lexicon.wording.items()}
        front = (*words["places"], *words["leading"])
        back = words["trailing"]
        self._front = re.compile(f"(?:{_any(front)})++")
        self._leading = _Chain(front)
        self._back = _Chain(back)
        self._growth = _Chain((*back, *words["growth"]))
        self._making = re.compile(f"({_any(words['making'])})\\w?\\W*$")
        self._verb = re.compile(_any(words["making"]))
        self.creating = frozenset(words["creating"])
        self._adding = frozenset(words["adding"])
        self._counting = words["counting"]
        self._aside = re.compile(f"[(（](?:{_any(words['aside'])})[^()（）]*[)）]")
        self._beside = re.compile("[(（][^()（）]*[)）]|" + _any(words["beside"]))
        self._whole = re.compile("|".join(words["whole"]))
        self._light = re.compile(_any(words["light"]))
        self._per_head = re.compile(_any(words["per_head"]))
        self._totals = re.compile(_any(words["totals"]))
        self._per_time = re.compile(_any(words["per_time"]))
        self._several = re.compile(_any(words["several"]))
        self._spin = [(s.id, s.means) for s in lexicon.spin.values() if not s.always]
        self.added = words["added"][0]
        self._built = words["added"]
        self.share = words["share"][0]
        self.reduced = words["reduced"][0]
        self._unit_ends = words["unit_ends"]
        self._ends_of: dict[str, tuple[str, ...]] = {}
        self._grades = words["grades"]
        self._awards = words["awards"]
        self._paying = frozenset(words["paying"])
        self._heads = frozenset(map(self.fold, words["heads"]))
        self._head_ends = tuple(words["heads"])
        self._masked = _by_shape(lexicon.names)
        self._sorted = sorted(lexicon.names)
        self._modifiers: dict[str, dict[str, set[str]]] = {head: {} for head in self._heads}
        for key, found in lexicon.names.items():
            for head in self._heads:
                if key.endswith(head) and len(key) - len(head) >= SHORTEST_MODIFIER:
                    self._modifiers[head].setdefault(key[: -len(head)], set()).add(found)

    def ends_of(self, unit: str) -> tuple[str, ...]:
        """What names end in that have this unit in them: 义诊 in 场次 and in 人次 are two things."""
        if unit not in self._ends_of:
            ends = (unit, *(unit + end for end in self._unit_ends)) if unit else ()
            self._ends_of[unit] = tuple(end for end in ends if any(map(str.endswith, self._sorted, repeat(end))))
        return self._ends_of[unit]

    def find(self, key: str) -> Indicator | None:
        found = self.lexicon.names.get(key)
        if found is None and MASK in key:
            found = self._masked.get(_shape(key))
        return self.lexicon.indicators[found] if found else None

    def making(self, before: str) -> str:
        """The verb of making that `before` ends with, empty if there is none."""
        match = self._making.search(before)
        return match[1] if match else ""

    def governing(self, around: Surroundings) -> str:
        """The verb of making that governs a figure: in front of its wording, or of the list that it stands in."""
        near, far = self.making(around.front), self.making(around.verb)
        if near.endswith(far) and near:  # 新培育, where the verb alone is 培育
            return near
        listed = around.earlier and around.left.startswith(LIST_MARKS)
        # 培训骨干医生3名、乡村医生5名
        return far or (self.verb_of(around.earlier[0].wording) if listed else "")

    def verb_of(self, wording: str, verbs: Collection[str] = ()) -> str:
        """The verb of making, or of `verbs`, that a wording begins with, empty if there is none."""
        match = self._verb.match(wording)
        return match[0] if match and (not verbs or match[0] in verbs) else ""

    def counts(self, found: Indicator, verb: str, measure: Measure) -> bool:
        """Is a figure behind a verb of making one of the indicator, and not one of what was newly made of it?"""
        if measure == "change":
            return found.flow or verb in self._adding
        if found.kind not in COUNTED or found.flow or measure != "level":
            return True
        return found.made and verb in self.creating

    def some(self, found: Indicator, predicate: str, measure: Measure) -> bool:
        """Is a figure one of those of which the clause says something, and not of all (3家/医院/开展试点)?"""
        if found.kind not in COUNTED or found.flow or measure not in ("level", "change"):
            return False
        return not self._whole.search(predicate) and not (found.made and self.created(predicate))

    def longer(self, before: str, wording: str, verb: str = "", measure: Measure = "level") -> Indicator | None:
        """What is named by a wording with words in front of it (减轻/患者医药负担), the longest that is known; behind a
        verb of making that is none of these words only what it may count."""
        front = before[-LONGEST_FRONT:]
        text, key = self.fold(front + wording), self.fold(wording) if wording else ""
        if not text.endswith(key):
            return None
        for at in range(len(text) - len(key)):
            if name := self.lexicon.names.get(text[at:]):
                found = self.lexicon.indicators[name]
                ends = accumulate(map(len, reversed(cut(self.fold(front)))))
                governed = verb and self.fold(verb) not in text[at:] and not self.counts(found, verb, measure)
                return found if len(text) - len(key) - at in ends and not governed else None
        return None

    def predicate(self, after: str) -> str:
        """What the clause says of a noun, "" if nothing or if a list goes on."""
        text = self._beside.sub("", after).strip()
        return "" if text.startswith(LIST_MARKS) else text

    def created(self, predicate: str) -> bool:
        """Does a clause say of a noun that it was set up or awarded?"""
        return self._light.sub("", predicate).startswith(tuple(self.creating))

    def done_to(self, noun: str, predicate: str, verb: str) -> Indicator | None:
        """What is named by a noun and what is done to it or what it has (农村危房/得到改造, 医院/设立老年医学科), by
        verb, noun and a word of what the clause says (选派/医务骨干/赴省城/进修), or by its title (乡镇/获评卫生乡镇).
        """
        act = self._light.sub("", predicate)
        if not act:
            return None
        if act.startswith(self._awards):
            title = self.longer(act, "")
            return title if title and title.made else None
        if found := self.find(self.fold(noun + act)) or self.find(self.fold(act + noun)):
            return found
        if verb:
            begin, said = self.fold(verb + noun), self.fold(act)
            for key in self._starting(begin):
                if len(key) > len(begin) + 1 and key[len(begin) :] in said:
                    return self.find(key)
        return None

    def _starting(self, begin: str) -> Iterator[str]:
        """The names that begin so."""
        for at in range(bisect_left(self._sorted, begin), len(self._sorted)):
            if not self._sorted[at].startswith(begin):
                return
            yield self._sorted[at]

    def done(self, wording: str) -> Indicator | None:
        """What a wording names that is a whole clause (村庄已基本完成整治任务)."""
        act = self._light.sub("", wording)
        return self.find(self.fold(act)) if act != wording else None

    def all_of(self, wording: str) -> str:
        """The noun of a clause that says something of all that is counted (行政村都建立了卫生室), else ""."""
        match = self._whole.search(wording)
        return wording[: match.start()] if match else ""

    def per_head(self, left: str, wording: str) -> str:
        """The word behind a name, or where it is not said, that makes a figure one per head; else ""."""
        behind = left[left.rfind(wording) + len(wording) :] if wording in left else left
        match = None if LIST_MARKS[0] in behind else self._per_head.search(behind)
        return match[0] if match and match[0] not in wording else ""

    def total(self, left: str, wording: str) -> bool:
        """Is a figure the sum behind what was added (新增18家、累计38家)?"""
        return wording not in left and self._totals.search(left) is not None

    def per_time(self, left: str, wording: str) -> bool:
        """Is a figure one of each day, though its name does not say so?"""
        match = self._per_time.search(left)
        return match is not None and match[0] not in wording

    def headed(self, wording: str, unit: str, around: Surroundings, fitting: Fitting) -> Indicator | None:
        """What a bare head (产量) measures with the noun of the nearest figure before it (粮食播种面积) or of the
        heading, or a part (其中重点人群) with the name before it (家庭医生签约率)."""
        if len(wording) <= LONGEST_PART and around.earlier and (last := around.earlier[0].wording):
            for whole in (last, *(last[: -len(grade)] for grade in self._grades if last.endswith(grade))):
                if found := fitting(self.find(self.fold(wording + whole))):  # 临床重点专科国家级1个、省级2个
                    return found
        if not wording.endswith(self._head_ends) or self._several.search(around.left):
            return None
        ends = ("", *self.ends_of(unit))
        known = (key + end for key in self.readings(wording, growth=True) for end in ends)
        heads = [head for head in dict.fromkeys(known) if head in self._modifiers]
        texts = self._before(around) if heads else ()
        nearest = (self._nearest(text, head, fitting) for text in texts for head in heads)
        return next((found for found in nearest if found), None)

    def _before(self, around: Surroundings) -> Iterator[str]:
        """What may say what a bare head is of, the nearest first: as far as to the first figure with a name of its own,
        then the heading."""
        yield around.before
        for earlier in around.earlier:
            yield earlier.wording + "," + earlier.text
            if earlier.wording and not self._bare(earlier.wording):
                return
        yield around.heading

    def _bare(self, wording: str) -> bool:
        return wording.endswith(self._head_ends) and any(key in self._heads for key in self.readings(wording, False))

    def _nearest(self, text: str, head: str, fitting: Fitting) -> Indicator | None:
        """What a head measures with the noun in a text, of those that make a name with it, that is nearest to the end.

        A short noun must begin its clause or end it with the head: 合成天然气 is not 天然气.
        """
        best, found = (-1, 0), None
        clauses = self._clauses(text)
        folded = "\n".join(clauses)
        for noun, ids in self._modifiers[head].items():
            if noun not in folded:
                continue
            known = [indicator for name in ids if (indicator := fitting(self.lexicon.indicators[name]))]
            for number, clause in enumerate(clauses):
                sure = len(noun) >= SURE_MODIFIER or clause.startswith(noun) or clause.endswith(noun + head)
                if known and noun in clause and sure and (number, len(noun)) > best:
                    best, found = (number, len(noun)), known[0] if len(ids) == 1 else None
        return found

    def _clauses(self, text: str) -> list[str]:
        """The clauses of a text, folded, without words in front that do not change what they are about."""
        clauses = [self.fold(part) for part in _CLAUSES.split(text)]
        return [clause[match.end() :] if (match := self._front.match(clause)) else clause for clause in clauses]

    def joined(self, wording: str) -> Indicator | None:
        """What several names stated at once measure, if all are names of one indicator."""
        if LIST_MARKS[0] not in wording:
            return None
        first, *others = (self.find(self.fold(part)) for part in wording.split(LIST_MARKS[0]))
        return first if all(other is first for other in others) else None

    def paid(self, wording: str, around: Surroundings) -> Indicator | None:
        """What the clause before ends with where the wording only says that money was given for it
        (设立中医药专项资金,每年投入50万元)."""
        if wording not in self._paying or not around.earlier or around.earlier[0].wording:
            return None
        return self.longer(_CLAUSES.split(around.earlier[0].text.rstrip(_MARKS))[-1], "")

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
            stops = self._leading.stops(text, start, step)
            for stop in range(start + 1, step + 1):
                if stop == place or stop in stops:
                    yield self.fold(text[stop:])
            start = step

    def _ends(self, core: str, growth: bool) -> Iterator[str]:
        """The core, then without the verbs, words of growth and words of counting at its end, then with 数 added."""
        yield core
        for words in (self._back, self._growth) if growth else (self._back,):
            shorter = core[: words.begin(core)]
            if shorter != core:
                yield (shorter := self.fold(shorter))
                yield from self._uncounted(shorter)
                for verb in self._built:  # 高速公路新建(通车)
                    if shorter.endswith(verb):
                        yield verb + shorter[: -len(verb)]
        yield from self._uncounted(core)

    def _uncounted(self, core: str) -> Iterator[str]:
        for word in self._counting:
            if core.endswith(word):
                yield core[: -len(word)]
                yield core[: -len(word)] + self._counting[0]
        yield core + self._counting[0]


class _Chain:
    """Words that may follow one another in any number. An expression would try every way to cut a stretch into them,
    and there may be very many."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._lengths = sorted({len(word) for word in self._words})

    def stops(self, text: str, start: int, last: int) -> set[int]:
        """Where a chain of words from `start` on can stop, `last` at the latest."""
        found: set[int] = set()
        for at in range(start, last):
            if at == start or at in found:
                found.update(at + n for n in self._lengths if at + n <= last and text[at : at + n] in self._words)
        return found

    def begin(self, text: str) -> int:
        """Where the longest chain of words begins that ends the text; its length where there is none."""
        first, begins = len(text), {len(text)}
        at = first - 1
        while at >= max(0, first - self._lengths[-1]):
            if any(at + n in begins and text[at : at + n] in self._words for n in self._lengths):
                begins.add(at)
                first = at
            at -= 1
        return first


def _shape(key: str) -> str:
    """A key whose digits, known or masked, are all one mark: 3-6岁 and x-x岁 are alike."""
    return _DIGITS.sub(MASK, key)


def _by_shape(names: Mapping[str, str]) -> Mapping[str, str]:
    """The ids of keys with digits by their shape, where one indicator alone has it."""
    found: dict[str, set[str]] = {}
    for key, name in names.items():
        if (shape := _shape(key)) != key:
            found.setdefault(shape, set()).add(name)
    return {shape: next(iter(ids)) for shape, ids in found.items() if len(ids) == 1}


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
        # whole digits are kept, however many there are
        context.prec = max(40, value.adjusted() + 40)
        exact = value * ratio.numerator / ratio.denominator
        context.prec -= 12
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
    of the division `own` also before a verb (重庆经通道货运量). Not inside longer names: 重庆大学.

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
        for k, (start, end, full) in enumerate(group):
            if full:
                continue
            above = places.above(text, group, k)
            kinds = {text[s:e]: full or places.high(text[s:e]) for s, e, full in group}
            enough = len(kinds) >= LISTED or (len(kinds) == PAIR and all(kinds.values())) or any(f for *_, f in group)
            listed = enough and (text[start - 1 : start] in places.lists or text[end : end + 1] in places.lists)
            here = text[start:end]
            if own is not None and here == own.short and places.acts(text, start, end):
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
        formal, common, *_ = lexicon.titles["country_names"].words
        return Area(COUNTRY, formal, common, "country")
    return None


def said_area(text: str, lexicon: Lexicon) -> Area | None:
    """The division that a person names: of a longer name only the one that it ends with.

    >>> from hreport.lexicon import load
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
        self._phrases = re.compile(_any(words["phrases"]))
        self._longest_phrase = max(map(len, words["phrases"]))
        self.openers = frozenset(words["openers"])
        self._follows = words["follows"]
        self.lists = frozenset(words["lists"])
        self._careful = re.compile(f"(?:{'|'.join(words['careful'])})")
        self._leads = re.compile(f"(?:{_any(words['leads'])})$")
        self._compound = re.compile(f"{SAME_CLAUSE}(?:{_any(words['compounds'])})|[{''.join(words['goes_on'])}]")
        self._at = re.compile(f"(?:{_any(words['located'])})$")
        self._acts_after = re.compile(
            f"(?:^|[{''.join(words['stops'])}]|{_any(words['located'])}|{_any(words['leads'])})$"
        )
        self._acts = re.compile(f"(?:{'|'.join(words['acts'])})")
        self._stop = re.compile(f"$|[{''.join(words['stops'])}]")
        not_short = {*self._not_area, *words["not_short"]}
        self._shorts: dict[str, list[Area]] = {}
        for areas in gazetteer().values():
            for a in areas:
                if len(a.short) > 1 and a.short not in self._not_area and a not in self._shorts.get(a.short, []):
                    self._shorts.setdefault(a.short, []).append(a)
        self._bare = {name for name in self._shorts if name not in not_short}
        self._heads = {name[:2] for name in self._bare}
        self._short_names = sorted(self._shorts)
        self._longest_short = max(map(len, self._shorts))

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
        free = bytearray(len(text) + 1)
        for start, end in taken:
            free[start:end] = b"\1" * (end - start)
        known = self._bare | {own.short} if own is not None and len(own.short) > 1 else self._bare
        heads = self._heads | {own.short[:2]} if own is not None else self._heads
        found = []
        at = 0
        while at < len(text) - 1:
            end = at
            if text[at : at + 2] in heads:
                longest = range(min(len(text), at + self._longest_short), at + 1, -1)
                end = next((e for e in longest if text[at:e] in known and not any(free[at:e])), at)
            if end > at:
                found.append((at, end))
            at = max(end, at + 1)
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
        return str(max(plain))
    # only looked forward to: nothing says which year it is
    if _first_year(folded, "year_digits", lexicon=lexicon):
        return ""
    return _first_year(folded, "year_masked", "year_chinese", "year_stamp", lexicon=lexicon)
