"""Which indicator of the catalogue a report's wording is, by what it says, its unit and what stands around it.

Precision comes first: a wording that is not certainly an indicator has none.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import accumulate, islice, product
from typing import TypeAlias

from hreport.lexicon import COUNTS, Folder, Indicator, Lexicon, any_of
from hreport.model import Measure, Surroundings
from hreport.resolve.places import find_areas
from hreport.resolve.units import dimension, is_percent, ratio
from hreport.tag.words import cut

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

    >>> from hreport.lexicon import any_of, load
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

    >>> from hreport.lexicon import any_of, load
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
        if measure == "level" and counted and counted.kind == "count" and is_percent(unit, lexicon):
            part = names.find(names.fold(key + names.share))
            if part and fits(part, unit, measure, lexicon):
                return part.id
    return stock


def readings(wording: str, lexicon: Lexicon, measure: Measure = "level") -> tuple[str, ...]:
    """Keys under which the catalogue may know a wording, the surest first: folded, without words of place and total
    before it, without verbs behind it, with spun words undone.

    >>> from hreport.lexicon import any_of, load
    >>> "诊疗量" in readings("全市累计诊疗量达到", load())
    True
    """
    if len(wording) > LONGEST_WORDING:
        return ()
    return tuple(_names(lexicon).readings(wording, growth=measure not in ("level", "rank")))


def fits(indicator: Indicator, written: str, measure: Measure, lexicon: Lexicon) -> bool:
    """Can a figure in this unit be the level, the change or the growth of the indicator?"""
    if measure == "change" and dimension(written, lexicon) == "points":
        return dimension(indicator.unit, lexicon) == "share"
    if measure == "change" and is_percent(written, lexicon):
        return False
    if measure in ("level", "change"):
        factor = ratio(written, indicator.unit, lexicon)
        # a rate in ‰ or 1/10万 that reads % is a slip or another rate, though the two convert
        return factor is not None and not (is_percent(written, lexicon) ^ is_percent(indicator.unit, lexicon))
    if measure == "change_rate":
        return dimension(written, lexicon) == "share"
    return True


class _Names:
    """The wordings of one lexicon, ready for looking up."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.fold = lru_cache(maxsize=KNOWN_WORDINGS)(Folder(lexicon.wording, lexicon.folds, lexicon.spin))
        words = {key: entry.words for key, entry in lexicon.wording.items()}
        front = (*words["places"], *words["leading"])
        back = words["trailing"]
        self._front = re.compile(f"(?:{any_of(front)})++")
        self._leading = _Chain(front)
        self._back = _Chain(back)
        self._growth = _Chain((*back, *words["growth"]))
        self._making = re.compile(f"({any_of(words['making'])})\\w?\\W*$")
        self._verb = re.compile(any_of(words["making"]))
        self.creating = frozenset(words["creating"])
        self._adding = frozenset(words["adding"])
        self._counting = words["counting"]
        self._aside = re.compile(f"[(（](?:{any_of(words['aside'])})[^()（）]*[)）]")
        self._beside = re.compile("[(（][^()（）]*[)）]|" + any_of(words["beside"]))
        self._whole = re.compile("|".join(words["whole"]))
        self._light = re.compile(any_of(words["light"]))
        self._per_head = re.compile(any_of(words["per_head"]))
        self._totals = re.compile(any_of(words["totals"]))
        self._per_time = re.compile(any_of(words["per_time"]))
        self._several = re.compile(any_of(words["several"]))
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
        self._reversed = sorted(name[::-1] for name in lexicon.names)
        self._modifiers: dict[str, dict[str, set[str]]] = {head: {} for head in self._heads}
        heads = tuple(self._heads)
        for key, found in lexicon.names.items():
            for head in heads if key.endswith(heads) else ():
                if key.endswith(head) and len(key) - len(head) >= SHORTEST_MODIFIER:
                    self._modifiers[head].setdefault(key[: -len(head)], set()).add(found)

    def ends_of(self, unit: str) -> tuple[str, ...]:
        """What names end in that have this unit in them: 义诊 in 场次 and in 人次 are two things."""
        if unit not in self._ends_of:
            ends = (unit, *(unit + end for end in self._unit_ends)) if unit else ()
            self._ends_of[unit] = tuple(end for end in ends if self._is_end(end[::-1]))
        return self._ends_of[unit]

    def _is_end(self, reversed_end: str) -> bool:
        at = bisect_left(self._reversed, reversed_end)
        return at < len(self._reversed) and self._reversed[at].startswith(reversed_end)

    def find(self, key: str) -> Indicator | None:
        found = self.lexicon.names.get(key)
        if found is None and MASK in key:
            found = self._masked.get(_shape(key))
        return self.lexicon.indicators[found] if found else None

    def making(self, before: str) -> str:
        """The verb of making that `before` ends with, empty if there is none."""
        match = self._making.search(before) if before else None
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
        if found.kind not in COUNTS or found.flow or measure != "level":
            return True
        return found.made and verb in self.creating

    def some(self, found: Indicator, predicate: str, measure: Measure) -> bool:
        """Is a figure one of those of which the clause says something, and not of all (3家/医院/开展试点)?"""
        if found.kind not in COUNTS or found.flow or measure not in ("level", "change"):
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
        if not found:
            yield text
            return
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
        if core.endswith(self._counting):
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
        self._finals = frozenset(word[-1] for word in self._words)

    def stops(self, text: str, start: int, last: int) -> set[int]:
        """Where a chain of words from `start` on can stop, `last` at the latest."""
        found: set[int] = set()
        for at in range(start, last):
            if at == start or at in found:
                found.update(at + n for n in self._lengths if at + n <= last and text[at : at + n] in self._words)
        return found

    def begin(self, text: str) -> int:
        """Where the longest chain of words begins that ends the text; its length where there is none."""
        if text[-1:] not in self._finals:
            return len(text)
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
