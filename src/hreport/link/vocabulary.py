"""The word lists and expressions that phrases are read with, as one frozen record."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from hreport.expressions.compiling import when_used
from hreport.expressions.needles import haystack
from hreport.grammar import Grammar
from hreport.model import Basis

LIST_COMMA = "\u3001"
BASES: tuple[Basis, ...] = ("qoq", "annual_average", "against_plan", "cumulative", "yoy")  # the first that is said


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Lists of words.toml and expressions of relations.toml, by the part they play.

    `relations` maps each word that can stand between a noun phrase and its number to its kind: "level" (达到),
    "level_change" (提高到), "up", "down", "from" (由), "share" (占), "trailing" (which
    says nothing of the relation), or "" (自然增长率 is a name, and no growth); `relation_lengths` how long those are
    that end in a character, the longest first. `glued_on` are characters behind the first of words that jieba cuts and
    that are one here (`glued`), `acting` what may part a head from what stands before it, and `telling` stands in every
    text in which `gap`, `average_fall`, `each`, `real`, `listing` or one of `basis` does.
    """

    relations: Mapping[str, str]
    relation_lengths: Mapping[str, Sequence[int]]
    up: frozenset[str]
    level_change: frozenset[str]
    added: frozenset[str]
    removed: frozenset[str]
    bound: frozenset[str]
    growth_noun: frozenset[str]
    linked_from: frozenset[str]
    each_own: frozenset[str]
    conjunction: frozenset[str]
    of_set: frozenset[str]
    planned: frozenset[str]
    soft: frozenset[str]
    leading: frozenset[str]
    soft_leading: frozenset[str]
    verb: frozenset[str]
    nominal: frozenset[str]
    build: frozenset[str]
    ratio_cut: frozenset[str]
    kept_added: frozenset[str]
    inner_adverb: frozenset[str]
    beneficiary: frozenset[str]
    stop: frozenset[str]
    past: frozenset[str]
    soft_stop: frozenset[str]
    doing_noun: frozenset[str]
    acting: frozenset[str]
    generic: frozenset[str]
    preposition: frozenset[str]
    particle: frozenset[str]
    glued: frozenset[str]
    glued_on: frozenset[str]
    not_counted: frozenset[str]
    of_that: frozenset[str]
    covering: frozenset[str]
    dimension: frozenset[str]
    halves: Sequence[tuple[str, str, str]]
    of: str
    and_so_on: str
    telling: re.Pattern[str]
    gap: re.Pattern[str]
    ratio_end: re.Pattern[str]
    each: re.Pattern[str]
    each_start: re.Pattern[str]
    real: re.Pattern[str]
    listing: re.Pattern[str]
    average_fall: re.Pattern[str]
    base: re.Pattern[str]
    basis: tuple[tuple[Basis, re.Pattern[str]], ...]


@lru_cache(maxsize=1)
def vocabulary(grammar: Grammar) -> Vocabulary:
    """The vocabulary of a grammar, made once."""
    words = grammar.words_of
    bound = words("min_before", "max_before", "approx_before")
    expressions = ("gap", "ratio_end", "each", "each_start", "real", "listing", "average_fall", "base")
    kinds = {
        "trailing": bound | words("trailing", "linked_from"),
        "from": words("from_word"),
        "level": words("level"),
        "share": words("share"),
        "down": words("down"),
        "up": words("up"),
        "level_change": words("level_up", "level_down"),
        "": words("no_growth"),
    }
    relations = {word: kind for kind, list_ in kinds.items() for word in list_}  # kinds below outrank those above
    lengths: dict[str, set[int]] = {}
    for word in relations:
        lengths.setdefault(word[-1], set()).add(len(word))
    rows = grammar.tables["relations"]
    said = [grammar.expand(rows[name].pattern) for name in ("gap", "average_fall", "each", "real", "listing")]
    return Vocabulary(
        relations=relations,
        relation_lengths={end: sorted(found, reverse=True) for end, found in lengths.items()},
        up=kinds["up"],
        level_change=kinds["level_change"],
        added=words("added"),
        removed=words("removed"),
        bound=bound,
        growth_noun=words("growth_noun"),
        linked_from=words("linked_from"),
        each_own=words("each_own"),
        conjunction=words("conjunction"),
        of_set=words("of_set"),
        planned=words("planned"),
        soft=words("soft_level"),
        leading=words("adverb", "preposition", "area"),
        soft_leading=words("soft_leading"),
        verb=words("verb"),
        nominal=words("nominal"),
        build=words("build"),
        ratio_cut=words("ratio_cut"),
        kept_added=words("kept_added"),
        inner_adverb=words("inner_adverb"),
        beneficiary=words("beneficiary"),
        stop=words("stop"),
        past=words("past"),
        soft_stop=words("soft_stop"),
        doing_noun=words("doing_noun"),
        acting=words("verb", "inner_adverb", "planned") | {LIST_COMMA},
        generic=words("generic"),
        preposition=words("preposition"),
        particle=words("particle"),
        glued=words("glued"),
        glued_on=frozenset(c for word in words("glued") for c in word[1:]),
        not_counted=words("not_counted"),
        of_that=words("of_that"),
        covering=words("covering"),
        dimension=words("dimension"),
        halves=tuple(zip(*(grammar.words[n].words for n in ("halves", "first_half", "second_half")), strict=True)),
        of=grammar.words["of"].words[0],
        and_so_on=grammar.words["and_so_on"].words[0],
        telling=haystack([*said, *(grammar.expand("{" + b + "}") for b in BASES)]),
        basis=tuple((b, when_used(grammar.expand("{" + b + "}"))) for b in BASES),
        **grammar.compiled("relations", expressions),
    )
