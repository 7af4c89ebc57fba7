"""How likely a row is right, and what makes one doubt it.

Each doubt that applies to an observation (the rule that linked it counts as one) has a weight, fitted on annotated
texts by `benchmarks/confidence.py` (logistic regression, `data/confidence.toml`); their sum is the log-odds that the
record is right. Figures that the program knows to be damaged, masked or out of the catalogue's range are doubted here
as any other; their own columns say so too.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache

from hreport import resolve
from hreport.grammar import Grammar, Weight
from hreport.lexicon import Lexicon
from hreport.link.vocabulary import vocabulary
from hreport.model import Block, Exact, Masked, Observation
from hreport.tag.quantities import PERCENT, PORTIONS
from hreport.tag.words import cut
from hreport.text import LONGEST_SENTENCE, fold

FAR = 16  # characters between a name and its number; a relation with a bound and an adverb has up to 12
LONG_NAME = 14  # characters; nine of ten annotated names are shorter
SHORT_NAME = 2
# 3.“两重”:…: an entry of the glossary at the end of a report
GLOSSARY = re.compile(r"\s*[\[(]?\d{1,3}[.、\])]?\s*[^:。\n]{1,30}:")
LONG_SENTENCE = 160  # characters; half of the annotated figures stand in shorter ones
# Of 640 lines with figures, most of them on very bad pictures, 47 had a wrong one: 43 of these scored less than this
# (three of the others had lost a point), and of the sound ones one in seven, on good pictures one in twenty.
CERTAIN = 0.9
CLAUSE_END = frozenset(",;:\u3002\n")
PAIRS = ("()", "\u201c\u201d", "\u300a\u300b")


class Certainty:
    """How sure text recognition was of each place of a document that was read off a picture.

    >>> from hreport.model import BlockKind, Span
    >>> page = Block(BlockKind.PARAGRAPH, Span(0, 9), score=0.7)
    >>> Certainty([page]).at(4), Certainty([page]).at(20)
    (0.7, None)
    """

    def __init__(self, blocks: Iterable[Block]) -> None:
        """`blocks` in the order of the text."""
        self._blocks = [block for block in blocks if block.score is not None]
        self._starts = [block.span.start for block in self._blocks]

    def at(self, offset: int) -> float | None:
        """The score of the block that holds a source offset; None where it was not read off a picture."""
        k = bisect_right(self._starts, offset) - 1
        return self._blocks[k].score if k >= 0 and offset < self._blocks[k].span.end else None


def judged(
    o: Observation, text: str, grammar: Grammar, lexicon: Lexicon, certainty: float | None = None
) -> Observation:
    """The observation with its confidence and its doubts; `text` is the document's, folded, `certainty` that of text
    recognition where the figure was read off a picture."""
    doubts = (*doubts_of(o, text, grammar, lexicon), *_of_recognition(o, certainty))
    likely, told = _weighed(doubts, grammar)
    return o._replace(confidence=likely, doubts=told)


@lru_cache(maxsize=4096)  # the same few meet again and again
def _weighed(doubts: tuple[str, ...], grammar: Grammar) -> tuple[float, tuple[str, ...]]:
    """The confidence that some doubts leave, and those of them that speak against a record."""
    weights = grammar.tables["confidence"]
    told = tuple(d for d in doubts if d in weights and weights[d].weight < 0)
    return confidence(doubts, weights.values()), told


def confidence(doubts: Iterable[str], weights: Iterable[Weight]) -> float:
    """The probability in [0, 1], two decimals, that a record with these doubts is right.

    >>> confidence(["far"], [Weight("base", 2.0), Weight("far", -2.0)])
    0.5
    """
    known = {w.id: w for w in weights}
    found = [known[d] for d in doubts if d in known]
    odds = known["base"].weight + sum(w.weight for w in found)
    return round(min(1 / (1 + math.exp(-odds)), *(w.most for w in found), 1.0), 2)


def doubts_of(o: Observation, text: str, grammar: Grammar, lexicon: Lexicon) -> Iterator[str]:
    """The ids of all doubts that apply; `text` is the document's, folded."""
    yield "rule_" + o.rule.removeprefix("link.")
    name = fold(o.indicator)
    yield from _of_wording(name, grammar)
    if o.rule != "link.cell":
        yield from _of_place(o, name, text, grammar)
    quantity = o.quantity
    if not o.indicator_id:
        yield "not_in_catalogue"
    elif _implausible(o, lexicon):
        yield "implausible"
    if quantity.damage:
        yield "damaged" if quantity.repaired is None else "repaired"
    if isinstance(quantity.value, Masked):
        yield "masked"
    if quantity.rule == "quantity.chinese":
        yield "chinese_numeral"
    if not quantity.base_unit or quantity.rule == "quantity.bare":
        yield "unit_not_written"
    if o.status != "actual":
        yield o.status
    if o.measure != "level":
        yield o.measure
    first = max(0, quantity.span.start - LONGEST_SENTENCE)
    line = text.rfind("\n", first, quantity.span.start) + 1
    if (line or not first) and GLOSSARY.match(text, line):
        yield "glossary"
    if o.sentence.end - o.sentence.start > LONG_SENTENCE:
        yield "long_sentence"


def _of_recognition(o: Observation, certainty: float | None) -> Iterator[str]:
    """What text recognition may have misread."""
    if certainty is None:
        return
    yield "recognised"
    if certainty < CERTAIN:
        yield "low_score"
    if o.quantity.base_unit in PORTIONS.values():
        yield "recognised_rate"  # it never reads the sign for thousandths, but one for hundredths or less


@lru_cache(maxsize=4096)
def _of_wording(name: str, grammar: Grammar) -> tuple[str, ...]:
    """What is odd in the wording of an indicator."""
    return tuple(_oddities(name, grammar))


def _oddities(name: str, grammar: Grammar) -> Iterator[str]:
    if len(name) > LONG_NAME:
        yield "long_name"
    if len(name) <= SHORT_NAME:
        yield "short_name"
    if any(name.count(pair[0]) != name.count(pair[1]) for pair in PAIRS):
        yield "broken_name"
    if not CLAUSE_END.isdisjoint(name):
        yield "name_of_clauses"
    say = vocabulary(grammar)
    if name in say.generic:
        yield "general_name"
    words = cut(name)
    doing = [k for k, w in enumerate(words) if w in say.verb and w not in say.nominal]
    if doing:
        yield "verb_first" if doing[0] == 0 else "verb_last" if doing[-1] == len(words) - 1 else "verb_inside"
    if not (say.leading.isdisjoint(words[1:-1]) and say.stop.isdisjoint(words[1:-1])):
        yield "adverb_inside"
    if words and (words[-1] in say.particle or words[-1] in say.preposition or words[-1] in say.leading):
        yield "open_end"
    if words and (words[0] in say.particle or words[0] in say.preposition):
        yield "open_begin"


def _of_place(o: Observation, name: str, text: str, grammar: Grammar) -> Iterator[str]:
    """What is odd in where the wording of the indicator stands, and how far from its number."""
    say = vocabulary(grammar)
    start, end = o.quantity.span.start, o.quantity.span.end
    left, right = text[o.sentence.start : start], text[end : o.sentence.end]
    before, behind = left.rfind(name), right.find(name)
    between = left[before + len(name) :] if before >= 0 else ""
    if o.rule == "link.right" and o.quantity.base_unit == PERCENT:
        yield "share_of_what_follows"
    if between and o.rule != "link.distributed" and any(w in between for w in say.each_own):
        yield "name_of_several"
    if before > 0 and left[before - 1] in say.conjunction:
        yield "cut_before"
    if before < 0 and behind >= 0 and right[behind + len(name) : behind + len(name) + 1] in say.conjunction:
        yield "cut_after"
    if before < 0 and behind < 0:
        yield "pieced_name"
    elif (behind < 0 and len(between) > FAR) or (before < 0 and behind > FAR):
        yield "far"


def _implausible(o: Observation, lexicon: Lexicon) -> bool:
    """Does a level lie outside of the catalogue's range?"""
    indicator = lexicon.indicators[o.indicator_id]
    value = o.quantity.value
    if o.measure != "level" or not isinstance(value, Exact) or indicator.low is indicator.high is None:
        return False
    number = resolve.convert(value.number, o.quantity.base_unit, indicator.unit, lexicon)
    if number is None:
        return False
    low, high = indicator.low, indicator.high
    return bool((low is not None and number < Decimal(str(low))) or (high is not None and number > Decimal(str(high))))
