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

LONGEST = 6  # words that a relation may be cut into
LONGEST_RELATION = 8  # characters of a relation (按可比价格计算)


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
    bounded: bool = False  # a bound word (超过) does
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
    listing: re.Pattern[str]
    average: re.Pattern[str]
    base: re.Pattern[str]
    each_start: re.Pattern[str]
    linked_from: frozenset[str]
    soft: frozenset[str]
    soft_stop: frozenset[str]
    soft_leading: frozenset[str]
    glued: frozenset[str]
    build: frozenset[str]
    growth_noun: frozenset[str]
    ratio_cut: frozenset[str]
    kept_added: frozenset[str]
    abstract: frozenset[str]
    of: str
    and_so_on: str


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
        basis=tuple(
            (b, re.compile(grammar.expand("{" + b + "}"))) for b in ("qoq", "annual_average", "against_plan", "cumulative", "yoy")
        ),
        real=compiled("real"), listing=compiled("listing"), average=compiled("average_fall"), base=compiled("base"),
        each_start=compiled("each_start"), linked_from=words("linked_from"), soft=words("soft_level"),
        soft_stop=words("soft_stop"), soft_leading=words("soft_leading"), glued=words("glued"), build=words("build"), growth_noun=words("growth_noun"),
        ratio_cut=words("ratio_cut"), kept_added=words("kept_added"),
        abstract=words("not_counted"), of=grammar.words["of"].words[0], and_so_on=grammar.words["and_so_on"].words[0],
    )  # fmt: skip


def tokens(
    reading: Reading, start: int, end: int, skips: Sequence[tuple[int, int]], grammar: Grammar
) -> list[Token]:
    """The words of reading characters `start` to `end`; each stretch of `skips` is one token that is passed over, and a
    short quotation is one word."""
    say = lists(grammar)
    out: list[Token] = []
    at = start
    stretches = [(low, high, True) for low, high in skips]
    stretches += [(*m.span(), False) for m in _QUOTATION.finditer(reading.text, start, end)]
    for low, high, skip in sorted(stretches):
        if low < at or low >= end:
            continue
        _cut(reading, at, low, out, say)
        out.append(Token(reading.text[low : min(high, end)], low, min(high, end), skip))
        at = min(high, end)
    _cut(reading, at, end, out, say)
    return out


# A short quotation, or a bracket inside a noun (专(兼)职).
_QUOTATION = re.compile("[\u201c\u300c][^\u201c\u201d\u300c\u300d]{1,24}[\u201d\u300d]|\\([^()\\d]{1,10}\\)")


def _cut(reading: Reading, start: int, end: int, out: list[Token], say: _Lists) -> None:
    at = start
    if end > start:
        for word in cut(reading.text[start:end]):
            if len(word) == 4 and (word[:2] in say.verb or word[2:] in say.verb):  # 开展调查 is a word of the dictionary
                out += (Token(word[:2], at, at + 2), Token(word[2:], at + 2, at + 4))
            elif out and not out[-1].skip and out[-1].end == at and out[-1].text + word in say.glued:
                out[-1] = Token(out[-1].text + word, out[-1].start, at + len(word))
            elif not word.isspace():
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
    text = _text(words)
    basis = next((b for b, pattern in say.basis if pattern.search(text)), "")
    relation, strong, bounded, distributed, share = "", False, False, False, False
    if gap := say.gap.search(text):
        relation = "gap_up" if gap["up"] else "gap_down"
        words = _until(words, gap.start())
    average = bool(say.average.search(text)) and len(words) > 2
    # Relation words are taken off the end; the one nearest to the number decides.
    while words and not average:
        if words[-1].skip:
            words = words[:-1]
            continue
        remaining, joined, kind = _tail(words, say)
        if not kind:
            break
        if joined in say.growth_noun and relation in ("", "level"):
            relation = "up" if joined in say.up else "down"
        if kind in ("up", "down", "level", "level_change", "from") and not relation:
            relation = "level" if kind == "level_change" else kind
            strong = kind in ("level", "level_change") and joined not in say.soft
        bounded |= joined in say.bound
        distributed |= joined in say.linked_from
        share |= kind == "share"
        words = remaining
    if relation in ("up", "down") and (base := say.base.search(_text(words))):
        words = _until(words, base.start())
        while words and (words[-1].skip or _tail(words, say)[2] == "trailing"):
            words = words[:-1]
    listing = bool(words) and bool(say.listing.search(_text(words)))
    head, verbs, added = _head(words, say)
    if head and not listing:
        head = _after_enumeration(head, say)
    return Left(
        tuple(head), tuple(verbs), relation, strong, bounded, added, distributed, basis, bool(say.real.search(text)), share,
        bool(say.each.search(text)), listing,
    )  # fmt: skip


def _text(words: Sequence[Token]) -> str:
    return "".join(w.text for w in words)


def _until(words: Sequence[Token], length: int) -> list[Token]:
    """The words that lie within the first `length` characters of their joined text."""
    out, at = [], 0
    for word in words:
        at += len(word.text)
        if at > length:
            break
        out.append(word)
    return out


def _tail(words: Sequence[Token], say: _Lists) -> tuple[list[Token], str, str]:
    """The words without the longest relation at their end, that relation, and its kind ("" for none).

    A relation of several characters may begin inside a word of the dictionary (比例控制/在); a single character must be
    a word of its own (行为 is no 为).
    """
    first = next((i for i in range(len(words) - 1, -1, -1) if words[i].skip), -1) + 1
    tail = words[max(first, len(words) - LONGEST) :]
    text = _text(tail)
    for length in range(min(len(text), LONGEST_RELATION), 0, -1):
        if length == 1 and len(words[-1].text) > 1:
            break
        joined = text[-length:]
        if kind := _relation(joined, say):
            left = list(words)
            rest = length
            while rest:
                word = left.pop()
                if len(word.text) > rest:
                    edge = word.end - rest
                    left.append(Token(word.text[: len(word.text) - rest], word.start, edge))
                    rest = 0
                else:
                    rest -= len(word.text)
            return left, joined, kind
    return list(words), "", ""


def _relation(joined: str, say: _Lists) -> str:
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
    return "trailing" if joined in say.bound or joined in say.trailing or joined in say.linked_from else ""


def _head(words: Sequence[Token], say: _Lists) -> tuple[list[Token], list[Token], str]:
    """The noun phrase at the end of the words, the verbs in front of it, and whether they add or take away."""
    verbs: list[Token] = []
    added = ""
    k = 0
    while k < len(words):
        word = words[k]
        rest = [w for w in words[k + 1 :] if not w.skip and w.text not in say.particle]
        pair = _text(words[k : k + 2]) if k + 1 < len(words) and not words[k + 1].skip else ""
        if word.skip or word.text in say.particle:
            k += 1
        elif pair in say.verb and pair not in say.nominal and len(rest) > 1:
            added = _added(pair, say) or added
            verbs += words[k : k + 2]
            k += 2
        elif word.text in say.verb and (not rest or not _keeps_verb(word, rest, say, verbs)):
            added = _added(word.text, say)
            verbs.append(word)
            k += 1
        elif word.text in say.soft_leading:
            if not (rest and rest[0].text in say.verb and len(rest) > 1):
                break
            k += 1
        elif word.text in say.leading and word.text not in say.verb:
            k += 1
        else:
            break
    head = list(words[k:])
    if say.each_start.match(_text(head)):
        return _trimmed(head, say), verbs, added
    # A verb of doing inside the phrase ends it on the left, unless it belongs to it (疾病筛查率).
    ratio = bool(say.ratio_end.search(_text(head)))
    for i in range(len(head) - 2, -1, -1):
        word = head[i]
        if word.skip or word.text not in say.verb or word.text in say.nominal:
            continue
        rest = [w for w in head[i + 1 :] if not w.skip and w.text not in say.particle]
        if word.text in say.kept_added:
            added = _added(word.text, say)
        if _text(rest) in say.generic:
            break  # 项目惠及儿童: what follows is too general to stand alone
        if len(_text(rest)) < 2 or all(w.text in say.verb for w in rest) or (ratio and word.text not in say.ratio_cut):
            continue
        added = _added(word.text, say) or added
        if word.text in say.kept_added and any(not w.skip for w in head[:i]):
            break  # 城镇新增就业: the verb is part of the name
        verbs += [w for w in head[: i + 1] if w.text in say.verb]
        head = head[i + 1 :]
        break
    # What is nothing but verbs before a separator is another clause (启动建设、签约项目).
    for i, word in enumerate(head):
        if word.text == LIST_COMMA and all(w.text in say.verb for w in head[:i]):
            return _trimmed(head[i + 1 :], say), verbs, added
    if head and all(w.skip or w.text in say.particle or w.text in say.verb and w.text not in say.nominal for w in head):
        verbs += [w for w in head if w.text in say.verb]
        head = []
    elif len(head) > 1 and head[-1].text in say.verb and head[-1].text not in say.nominal:
        verbs.append(head[-1])
        if head[-1].text in say.kept_added:  # 外贸实绩企业新增822家
            added = _added(head[-1].text, say)
            head = head[:-1]
    return _trimmed(head, say), verbs, added


LIST_COMMA = "\u3001"


def _trimmed(head: list[Token], say: _Lists) -> list[Token]:
    """Without particles and passed-over words at its ends, and leading words at its beginning."""
    while head and (head[0].skip or head[0].text in say.particle or head[0].text in say.leading and len(head) > 1):
        head = head[1:]
    while head and (head[-1].text in say.particle or head[-1].skip):
        head = head[:-1]
    return head


def _after_enumeration(head: list[Token], say: _Lists) -> list[Token]:
    """A、B等N: what is counted is N."""
    for i in range(len(head) - 2, 0, -1):
        if head[i].text == say.and_so_on:
            rest = _trimmed(head[i + 1 :], say)
            if rest and _text(rest) not in say.generic:
                return rest
    return head


def _added(verb: str, say: _Lists) -> str:
    return "up" if verb in say.added else "down" if verb in say.removed else ""


def _keeps_verb(word: Token, rest: Sequence[Token], say: _Lists, verbs: Sequence[Token]) -> bool:
    """Does the verb at the beginning stay with its noun? It does before a noun too general to stand alone (签约项目), and
    where it may be a noun itself (培训机构, 投资完成率), unless it goes with a verb of building before it (新建改造)."""
    if _text(rest) in say.generic:
        return True
    if word.text in say.build and (any(v.text in say.build for v in verbs) or any(w.text in say.build for w in rest[:1])):
        return False
    return word.text in say.nominal


def read_subject(words: Sequence[Token], grammar: Grammar) -> tuple[Token, ...]:
    """The noun phrase at the beginning of a clause, up to its first verb or adverb."""
    say = lists(grammar)
    subject: list[Token] = []
    for word in words:
        if word.skip or (not subject and (word.text in say.leading or word.text in say.particle)):
            continue
        if (word.text in say.verb and word.text not in say.nominal) or word.text in say.stop or word.text in say.up | say.down:
            break
        subject.append(word)
    return tuple(_trimmed(subject, say))


def read_right(words: Sequence[Token], grammar: Grammar) -> tuple[tuple[Token, ...], bool]:
    """The noun phrase that follows a number, and whether more words follow it in its chunk."""
    say = lists(grammar)
    phrase: list[Token] = []
    of = False
    end = len(words)
    for k, word in enumerate(words):
        following = _text(words[k : k + 2])
        last = k + 1 == len(words)
        if word.skip:
            continue
        if word.text in say.particle and not phrase:
            of = True
            continue
        if word.text in say.stop and (phrase or word.text not in say.soft_stop) or following in say.stop:
            end = k
        elif word.text in say.preposition and not (phrase and word.text in say.particle and not last and words[k + 1].text[0] not in QUOTES):
            end = k
        elif word.text in say.verb and not (word.text in say.nominal and (phrase or of or not last)):
            end = k
        elif phrase and following in say.verb and following not in say.nominal:
            end = k
        elif word.text in say.level_change or (word.text in say.up and phrase and last):
            end = k
        else:
            phrase.append(word)
            continue
        break
    clause = words[end:]
    # A relative clause (国内达到一定知名度的龙头学科) belongs to the noun at its end.
    marks = [i for i, w in enumerate(clause) if w.text == say.of]
    if end < len(words) and marks and len(_text(words)) <= LONGEST_RELATIVE and _text(phrase) not in say.generic:
        noun = clause[marks[-1] + 1 :]
        if noun and not any(w.text in say.verb or w.text in say.stop or w.text in say.abstract for w in noun) and len(phrase) <= 1:
            return tuple(words), False
    while phrase and (phrase[-1].text in say.particle or phrase[-1].text in say.preposition or phrase[-1].text[0] == "("):
        phrase.pop()
    if not phrase:  # 12个县市全部建成: the place is what is counted
        phrase = [Token(w.text, w.start, w.end) for w in words[:1] if w.skip]
    more = bool(phrase) and any(w.text not in say.particle for w in words if w.start >= phrase[-1].end)
    return tuple(phrase), more


LONGEST_RELATIVE = 30  # characters of a relative clause with its noun
QUOTES = "\u201c\u300c\""
