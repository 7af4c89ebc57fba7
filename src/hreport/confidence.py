"""How likely a row is right, and what makes one doubt it.

Each doubt that applies to an observation (the rule that linked it counts as one) has a weight, fitted on annotated
texts by `benchmarks/confidence.py` (logistic regression, `data/confidence.toml`); their sum is the log-odds that the
record is right. Figures that the program knows to be damaged, masked or out of the catalogue's range are doubted here
as any other; their own columns say so too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from hreport import resolve
from hreport.grammar import Grammar, Weight
from hreport.lexicon import Lexicon
from hreport.link.vocabulary import vocabulary
from hreport.model import Exact, Masked, Observation
from hreport.tag.quantities import PERCENT
from hreport.tag.words import cut
from hreport.text import LONGEST_SENTENCE, fold

FAR = 16  # characters between a name and its number; a relation with a bound and an adverb has up to 12
LONG_NAME = 14  # characters; nine of ten annotated names are shorter
SHORT_NAME = 2
# 3.“两重”:…: an entry of the glossary at the end of a report
GLOSSARY = re.compile(r"\s*[\[(（［]?\d{1,3}[.．、\])）］]?\s*[^:：。\n]{1,30}[:：]")
LONG_SENTENCE = 160  # characters; half of the annotated figures stand in shorter ones
PAIRS = ("()", "\u201c\u201d", "\u300a\u300b")


def judged(o: Observation, text: str, grammar: Grammar, lexicon: Lexicon) -> Observation:
    """The observation with its confidence and its doubts; `text` is the document's."""
    doubts = tuple(doubts_of(o, text, grammar, lexicon))
    weights = grammar.tables["confidence"]
    told = tuple(d for d in doubts if d in weights and weights[d].weight < 0)
    return replace(o, confidence=confidence(doubts, weights.values()), doubts=told)


def confidence(doubts: Iterable[str], weights: Iterable[Weight]) -> float:
    """The probability in [0, 1], two decimals, that a record with these doubts is right.

    >>> confidence(["far"], [Weight("base", 2.0), Weight("far", -2.0)])
    0.5
    """
    known = {w.id: w.weight for w in weights}
    odds = known["base"] + sum(known.get(d, 0.0) for d in doubts)
    return round(1 / (1 + math.exp(-odds)), 2)


def doubts_of(o: Observation, text: str, grammar: Grammar, lexicon: Lexicon) -> Iterator[str]:
    """The ids of all doubts that apply."""
    yield "rule_" + o.rule.removeprefix("link.")
    yield from _of_name(o, text, grammar)
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


def _of_name(o: Observation, text: str, grammar: Grammar) -> Iterator[str]:
    """What is odd in the wording of the indicator, and how far from its number it stands."""
    name = fold(o.indicator)
    if len(name) > LONG_NAME:
        yield "long_name"
    if len(name) <= SHORT_NAME:
        yield "short_name"
    if any(name.count(pair[0]) != name.count(pair[1]) for pair in PAIRS):
        yield "broken_name"
    if any(c in name for c in ",;:\u3002\n"):
        yield "name_of_clauses"
    say = vocabulary(grammar)
    if name in say.generic:
        yield "general_name"
    words = _words(name)
    doing = [k for k, w in enumerate(words) if w in say.verb and w not in say.nominal]
    if doing:
        yield "verb_first" if doing[0] == 0 else "verb_last" if doing[-1] == len(words) - 1 else "verb_inside"
    if any(w in say.leading or w in say.stop for w in words[1:-1]):
        yield "adverb_inside"
    if words and (words[-1] in say.particle or words[-1] in say.preposition or words[-1] in say.leading):
        yield "open_end"
    if words and (words[0] in say.particle or words[0] in say.preposition):
        yield "open_begin"
    if o.rule == "link.cell":
        return
    start, end = o.quantity.span.start, o.quantity.span.end
    left, right = fold(text[o.sentence.start : start]), fold(text[end : o.sentence.end])
    before, behind = left.rfind(name), right.find(name)
    if o.rule == "link.right" and o.quantity.base_unit == PERCENT:
        yield "share_of_what_follows"
    if o.rule != "link.distributed" and any(w in left[before + len(name) :] for w in say.each_own) and before >= 0:
        yield "name_of_several"
    if before > 0 and left[before - 1] in say.conjunction:
        yield "cut_before"
    if before < 0 and behind >= 0 and right[behind + len(name) : behind + len(name) + 1] in say.conjunction:
        yield "cut_after"
    if before < 0 and behind < 0:
        yield "pieced_name"
    elif (behind < 0 and start - (o.sentence.start + before + len(name)) > FAR) or (before < 0 and behind > FAR):
        yield "far"


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    return tuple(cut(name))


def _implausible(o: Observation, lexicon: Lexicon) -> bool:
    """Does a level lie outside of the catalogue's range?"""
    indicator = lexicon.indicators[o.indicator_id]
    value = o.quantity.value
    if o.measure != "level" or not isinstance(value, Exact):
        return False
    number = resolve.convert(value.number, o.quantity.base_unit, indicator.unit, lexicon)
    if number is None:
        return False
    low, high = indicator.low, indicator.high
    return bool((low is not None and number < Decimal(str(low))) or (high is not None and number > Decimal(str(high))))
