"""Noun phrases and relation words on both sides of a number: what is measured, and how.

A chunk is a stretch of a clause next to a number, cut into words. On the left of a number, relation words (达到, 增长)
are taken off its end and verbs, adverbs, places and times off its beginning: what is left is what is measured. On the
right, the noun phrase ends where a verb or an adverb begins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from hreport.grammar import Grammar
from hreport.tag.words import cut
from hreport.text import Reading

LONGEST = 4  # words that a relation may be cut into (比/上年/同期/增长)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a chunk and its reading offsets; `skip` marks a time or place expression."""

    text: str
    start: int
    end: int
    skip: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """What stands before a number. `head` are the words of the noun phrase, `verbs` those of doing in front of it,
    `relation` how the number relates to it: "level", "up", "down", "gap_up", "gap_down", "from" or ""."""

    head: tuple[Token, ...] = ()
    verbs: tuple[Token, ...] = ()
    relation: str = ""
    strong: bool = False  # a word of level (达到, 为) stands directly before the number
    added: str = ""  # "up" or "down" where a verb of adding or taking away governs it
    distributed: bool = False
    basis: str = ""
    real: bool = False
    share: bool = False  # 占 stands before the number
    each: bool = False  # 每万居民拥有
    listing: bool = False  # ends in 等


@dataclass(frozen=True, slots=True)
class _Lists:
    level: frozenset[str]
    level_change: frozenset[str]
    come_from: frozenset[str]
    up: frozenset[str]
    down: frozenset[str]
    gap_up: frozenset[str]
    gap_down: frozenset[str]
    added: frozenset[str]
    removed: frozenset[str]
    trailing: frozenset[str]
    bound: frozenset[str]
    leading: frozenset[str]
    verb: frozenset[str]
    nominal: frozenset[str]
    stop: frozenset[str]
    generic: frozenset[str]
    preposition: frozenset[str]
    area: frozenset[str]
    particle: frozenset[str]
    gap: re.Pattern[str]
    ratio_end: re.Pattern[str]
    each: re.Pattern[str]
    share: re.Pattern[str]
    basis: tuple[tuple[str, re.Pattern[str]], ...]
    real: re.Pattern[str]
    separators: re.Pattern[str]
    listing: re.Pattern[str]
    linked_from: frozenset[str]
    soft: frozenset[str]


@lru_cache(maxsize=1)
def lists(grammar: Grammar) -> _Lists:
    """The word lists and expressions that phrases are read with."""
    words = grammar.words_of
    relations = grammar.tables["relations"]

    def compiled(name: str) -> re.Pattern[str]:
        return re.compile(grammar.expand(relations[name].pattern))

    return _Lists(
        level=words("level"), level_change=words("level_up", "level_down"), come_from=words("from_word"),
        up=words("up"), down=words("down"), gap_up=words("gap_up"), gap_down=words("gap_down"), added=words("added"),
        removed=words("removed"), trailing=words("trailing"),
        bound=words("min_before", "max_before", "approx_before"),
        leading=words("adverb", "preposition", "area"), verb=words("verb"), nominal=words("nominal"),
        stop=words("stop"), generic=words("generic"), preposition=words("preposition"), area=words("area"),
        particle=words("particle"), gap=compiled("gap"), ratio_end=compiled("ratio_end"), each=compiled("each"),
        share=compiled("share"),
        basis=tuple((b, re.compile(grammar.expand("{" + b + "}"))) for b in ("qoq", "annual", "against_plan", "cumulative", "yoy")),
        real=compiled("real"), separators=compiled("separators"), listing=compiled("listing"),
        linked_from=words("linked_from"), soft=words("soft_level"),
    )  # fmt: skip


def tokens(reading: Reading, start: int, end: int, skips: Sequence[tuple[int, int]]) -> list[Token]:
    """The words of reading characters `start` to `end`; each stretch of `skips` is one token that is passed over."""
    out: list[Token] = []
    at = start
    for low, high in skips:
        if high <= at or low >= end:
            continue
        _cut(reading, at, max(at, low), out)
        out.append(Token(reading.text[max(at, low) : high], max(at, low), min(high, end), True))
        at = min(high, end)
    _cut(reading, at, end, out)
    return out


def _cut(reading: Reading, start: int, end: int, out: list[Token]) -> None:
    at = start
    if end > start:
        for word in cut(reading.text[start:end]):
            if not word.isspace():
                out.append(Token(word, at, at + len(word)))
            at += len(word)


def wording(reading: Reading, words: Sequence[Token]) -> str:
    """The words as the report writes them, without what was passed over between them, quotation marks at the rim or
    white space."""
    pieces: list[str] = []
    for word in words:
        if not word.skip:
            pieces.append(reading.raw[word.start : word.end])
    return "".join(pieces).strip(" \t\u3000\u3001,\uff0c;\uff1b:\uff1a-")


def read_left(words: list[Token], grammar: Grammar) -> Left:
    """What a chunk before a number says."""
    say = lists(grammar)
    text = "".join(w.text for w in words)
    basis = next((b for b, pattern in say.basis if pattern.search(text)), "")
    basis = {"annual": "annual_average"}.get(basis, basis)
    real = bool(say.real.search(text))
    relation, strong, distributed, share = "", False, "", False
    listing = False
    words = list(words)
    gap = say.gap.search(text)
    if gap:
        relation = "gap_up" if gap["up"] else "gap_down"
        cut_at = (words[0].start if words else 0) + gap.start()
        words = [w for w in words if w.end <= cut_at]
    # Relation words are taken off the end, the one nearest to the number decides.
    while words:
        if words[-1].skip:
            words.pop()
            continue
        for length in range(min(LONGEST, len(words)), 0, -1):
            tail = words[-length:]
            if any(w.skip for w in tail):
                continue
            joined = "".join(w.text for w in tail)
            kind = _relation(joined, say)
            if kind is None:
                continue
            if kind in ("up", "down") and relation == "" and len(words) == length and joined in say.added | say.removed and False:
                continue
            break
        else:
            break
        if kind == "share":
            share = True
            if len(words) > length:
                pass
        if kind in ("up", "down", "level", "level_change", "from") and not relation:
            relation = "level" if kind == "level_change" else kind
            strong = kind in ("level", "level_change") and joined not in say.soft
        if joined in say.linked_from:
            distributed = "yes"
        del words[-length:]
    if words and say.listing.search("".join(w.text for w in words)):
        listing = True
    # Everything that is not part of the noun phrase is taken off its beginning.
    verbs: list[Token] = []
    added = ""
    k = 0
    while k < len(words):
        word = words[k]
        joined2 = word.text + (words[k + 1].text if k + 1 < len(words) and not words[k + 1].skip else "")
        rest = [w for w in words[k + 1 :] if not w.skip]
        if word.skip or word.text in say.particle:
            k += 1
        elif joined2 != word.text and joined2 in say.verb and len(rest) > 1 and joined2 not in say.nominal:
            added = _added(joined2, say) or added
            verbs += words[k : k + 2]
            k += 2
        elif word.text in say.leading and (rest or word.text not in say.verb):
            if word.text in say.verb:
                verbs.append(word)
            k += 1
        elif word.text in say.verb and not _keeps_verb(word, rest, words, say):
            added = _added(word.text, say)
            verbs.append(word)
            k += 1
        else:
            break
    head = words[k:]
    # A verb of doing inside the phrase ends it on the left, unless it belongs to it (疾病筛查率).
    ratio = bool(say.ratio_end.search("".join(w.text for w in head)))
    for i in range(len(head) - 2, -1, -1):
        word = head[i]
        if word.skip or word.text not in say.verb or (word.text in say.nominal):
            continue
        rest = [w for w in head[i + 1 :] if not w.skip and w.text not in say.particle]
        after = "".join(w.text for w in rest)
        if i and word.text in say.added:
            added = _added(word.text, say)
            break  # 城镇新增就业: the verb is part of the name
        if not after or after in say.generic or ratio and word.text in say.area or (ratio and share):
            continue
        if ratio and i > 0 and word.text in RATIO_KEEPS:
            continue
        added = _added(word.text, say)
        verbs += [w for w in head[: i + 1] if w.text in say.verb]
        head = head[i + 1 :]
        break
    while head and (head[0].skip or head[0].text in say.particle or head[0].text in say.leading and len(head) > 1):
        head = head[1:]
    while head and (head[-1].text in say.particle or head[-1].skip):
        head = head[:-1]
    each = bool(say.each.search(text))
    return Left(tuple(head), tuple(verbs), relation, strong, added, bool(distributed), basis, real, share, each, listing)


RATIO_KEEPS: frozenset[str] = frozenset()


def _relation(joined: str, say: _Lists) -> str | None:
    if joined in say.level_change:
        return "level_change"
    if joined in say.up:
        return "up"
    if joined in say.down:
        return "down"
    if say.share.fullmatch(joined):
        return "share"
    if joined in say.level:
        return "level"
    if joined in say.come_from:
        return "from"
    if joined in say.bound or joined in say.trailing or joined in say.linked_from:
        return "trailing"
    return None


def _added(verb: str, say: _Lists) -> str:
    return "up" if verb in say.added else "down" if verb in say.removed else ""


def _keeps_verb(word: Token, rest: Sequence[Token], words: Sequence[Token], say: _Lists) -> bool:
    """Does the verb at the beginning stay with its noun? It does before a noun too general to stand alone (签约项目), and
    before a rate of the doing itself (投资完成率)."""
    after = "".join(w.text for w in rest)
    if not after or after in say.generic:
        return True
    return word.text in say.nominal and bool(say.ratio_end.search(after))


def read_right(words: Sequence[Token], grammar: Grammar) -> tuple[tuple[Token, ...], bool]:
    """The noun phrase that follows a number, and whether words follow it in its chunk."""
    say = lists(grammar)
    phrase: list[Token] = []
    for k, word in enumerate(words):
        if word.skip:
            break
        if not phrase and word.text in say.particle:
            continue
        following = word.text + (words[k + 1].text if k + 1 < len(words) else "")
        if word.text in say.stop or word.text in say.preposition or following in say.stop:
            break
        if word.text in say.verb and not (phrase and word.text in say.nominal) and not (not phrase and word.text in say.nominal and k + 1 < len(words) and words[k + 1].text not in say.particle):
            break
        if following in say.verb and following not in say.nominal and phrase:
            break
        if word.text in say.level_change or word.text in say.up and phrase and k + 1 == len(words):
            break
        phrase.append(word)
    while phrase and (phrase[-1].text in say.particle or say.separators.fullmatch(phrase[-1].text)):
        phrase.pop()
    return tuple(phrase), bool(phrase) and phrase[-1].end < words[-1].end
