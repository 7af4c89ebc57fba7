"""Noun phrases and relation words on both sides of a number: what is measured, and how.

A chunk is a stretch of a clause next to a number, cut into words. On the left of a number, relation words (达到, 增长)
are taken off its end and verbs, adverbs, places and times off its beginning: what is left is what is measured. On the
right, the noun phrase ends where a verb or an adverb begins.

Reports say the same again and again: what a stretch says depends on its characters alone, and is kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from hreport.grammar import Grammar
from hreport.link.vocabulary import LIST_COMMA, Vocabulary, vocabulary
from hreport.model import Basis
from hreport.tag.words import cut

LONGEST_RELATION = 9  # characters of a relation (按可比价格计算), and words that it may be cut into
LONGEST_RELATIVE = 30  # characters of a relative clause with its noun (国内达到一定知名度的龙头学科)
KNOWN_STRETCHES = 4096  # kept with what they say
QUOTES = '\u201c\u300c"'
_RIM = " \t\u3000\u3001,\uff0c;\uff1b:\uff1a-"

# A short quotation, or a bracket inside a noun (专(兼)职), is one word.
_ONE_WORD = re.compile("[\u201c\u300c][^\u201c\u201d\u300c\u300d]{1,24}[\u201d\u300d]|\\([^()\\d]{1,10}\\)")


# Tuples: there are a dozen for each number, and a frozen dataclass takes three times as long to make.
class Stretch(NamedTuple):
    """A piece of a reading: its characters as written, the same folded, and where in it the times and places stand,
    which are passed over."""

    raw: str
    text: str
    skips: tuple[tuple[int, int], ...] = ()


class Token(NamedTuple):
    """A word of a stretch and its offsets there; `skip` marks a time or place expression, which is passed over."""

    text: str
    start: int
    end: int
    skip: bool = False


class Left(NamedTuple):
    """What stands before a number. `head` are the words of the noun phrase, `verbs` those of doing in front of it,
    `name` and `doing` the same as the report writes them, `relation` how the number relates to it: "level", "up",
    "down", "gap_up", "gap_down", "from" or ""."""

    head: tuple[Token, ...] = ()
    verbs: tuple[Token, ...] = ()
    name: str = ""
    doing: str = ""
    relation: str = ""
    strong: bool = False  # a word of level (达到, 为) stands directly before the number
    bounded: bool = False  # a bound word (超过) does
    added: str = ""  # "up" or "down" where a verb of adding or taking away governs it
    distributed: bool = False  # 分别: the numbers that follow have names of their own
    basis: Basis | None = None
    real: bool = False
    share: bool = False  # 占 stands before the number
    each: bool = False  # 每万居民拥有
    growth: str = ""  # a noun of growth (增速) that stood before the relation
    listing: bool = False  # ends in 等
    open: bool = False  # ends in a verb or preposition that wants an object (推进, 与)


NOTHING = Left()


# --- words -----------------------------------------------------------------------------------------------------------


def tokens(stretch: Stretch, grammar: Grammar) -> list[Token]:
    """The words of a stretch; what is passed over is one token each, and a short quotation is one word."""
    say = vocabulary(grammar)
    text = stretch.text
    out: list[Token] = []
    at, end = 0, len(text)
    pieces = [(low, high, True) for low, high in stretch.skips]
    pieces += [(*m.span(), False) for m in _ONE_WORD.finditer(text)]
    if len(pieces) > 1:
        pieces.sort(key=lambda p: (p[0], not p[2]))
    for low, high, skip in pieces:
        if low < at or low >= end:
            continue
        _cut(text, at, low, out, say)
        at = min(high, end)
        out.append(Token(text[low:at], low, at, skip))
    _cut(text, at, end, out, say)
    return out


def _cut(text: str, start: int, end: int, out: list[Token], say: Vocabulary) -> None:
    """Adds the words of `text[start:end]`; 开展调查, a word of the dictionary, is two here, and 占/比达 is 占比/达."""
    at = start
    for word in cut(text[start:end]) if end > start else ():
        length = len(word)
        compound = length == 4 and (word[:2] in say.verb or word[2:] in say.verb)
        if compound or (length == 3 and word[:2] in say.inner_adverb):  # 共有区/级
            out += (Token(word[:2], at, at + 2), Token(word[2:], at + 2, at + length))
        elif word[0] in say.glued_on and out and out[-1].end == at and _glued(word, out, say):
            pass
        elif not word.isspace():
            out.append(Token(word, at, at + length))
        at += length


def _glued(word: str, out: list[Token], say: Vocabulary) -> bool:
    """Is a word, or its first character, one with the word before it? Then it is put to it."""
    last, start, at, skip = out[-1]
    if not skip and last + word in say.glued:
        out[-1] = Token(last + word, start, at + len(word))
    elif last + word[0] in say.glued and word[1:] in say.relations:
        out[-1] = Token(last + word[0], start, at + 1)
        out.append(Token(word[1:], at + 1, at + len(word)))
    else:
        return False
    return True


def wording(raw: str, words: Sequence[Token]) -> str:
    """Words of a stretch as the report writes them, without what is passed over between them and separators at the
    rim."""
    return "".join([raw[start:end] for _, start, end, skip in words if not skip]).strip(_RIM)


def _text(words: Sequence[Token]) -> str:
    return "".join([w.text for w in words])


def _plain(words: Sequence[Token], say: Vocabulary) -> list[Token]:
    """The words without particles and what is passed over."""
    return [w for w in words if not w.skip and w.text not in say.particle]


# --- before the number -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=KNOWN_STRETCHES)
def read_left(stretch: Stretch, grammar: Grammar) -> Left:
    """What a stretch before a number says."""
    say = vocabulary(grammar)
    words: Sequence[Token] = tokens(stretch, grammar)
    if not words:
        return NOTHING
    texts = [w.text for w in words]
    text, final = "".join(texts), texts[-1]
    telling = say.telling.search(text) is not None  # most say nothing of all this
    wants_object = (final in say.verb and final not in say.nominal) or final in say.preposition
    relation, strong, bounded, distributed, share = "", False, False, False, False
    growth = ""
    gap = say.gap.search(text) if telling else None
    if gap:
        relation = "gap_up" if gap["up"] or gap["over"] else "gap_down"
        words = _until(words, gap.start())
    average = (
        telling and bool(say.average_fall.search(text)) and len(words) > 2
    )  # 医用耗材平均降幅 is the name of what fell
    distributed = not say.each_own.isdisjoint([w.text for w in words] if gap else texts)
    # Relation words are taken off the end; the one nearest to the number decides.
    while words and not average:
        if words[-1].skip:
            words = words[:-1]
            continue
        words, joined, kind = _without_tail(words, say)
        if not kind:
            break
        if joined in say.growth_noun and not growth:
            growth = joined
        if joined in say.growth_noun and relation in ("", "level"):  # 费用增幅控制在: growth, though 控制在 is nearer
            relation = kind
        if kind in ("up", "down", "level", "level_change", "from") and not relation:
            relation = "level" if kind == "level_change" else kind
            strong = kind in ("level", "level_change") and joined not in say.soft
        bounded |= joined in say.bound
        distributed |= joined in say.linked_from
        share |= kind == "share"
    if relation in ("up", "down") and (base := say.base.search(_text(words))):
        words = _until(words, base.start())  # 鱼类较禁捕之初: what it is compared with is no part of the name
        while words and (words[-1].skip or _without_tail(words, say)[2] == "trailing"):
            words = words[:-1]
    listing = telling and bool(say.listing.search(_text(words)))
    head, verbs, added = _head(words, say)
    if head and not listing:
        head = _after_enumeration(head, say)
    return Left(
        head=tuple(head),
        verbs=tuple(verbs),
        name=wording(stretch.raw, head),
        doing=wording(stretch.raw, verbs),
        relation=relation,
        strong=strong,
        bounded=bounded,
        added=added,
        distributed=distributed,
        basis=next((b for b, pattern in say.basis if pattern.search(text)), None) if telling else None,
        real=telling and bool(say.real.search(text)),
        share=share,
        each=telling and bool(say.each.search(text)),
        growth=growth,
        listing=listing,
        open=wants_object,
    )


def _until(words: Sequence[Token], length: int) -> list[Token]:
    """The words that lie within the first `length` characters of their joined text."""
    out, at = [], 0
    for word in words:
        at += len(word.text)
        if at > length:
            break
        out.append(word)
    return out


def _without_tail(words: Sequence[Token], say: Vocabulary) -> tuple[Sequence[Token], str, str]:
    """The words without the longest relation at their end, that relation, and its kind ("" for none).

    A relation of several characters may begin inside a word of the dictionary (比例控制/在); a single character must be
    a word of its own (行为 is no 为).
    """
    final = words[-1].text
    lengths = say.relation_lengths.get(final[-1])
    if lengths is None:
        return words, "", ""
    first = next((i for i in range(len(words) - 1, -1, -1) if words[i].skip), -1) + 1
    text = _text(words[max(first, len(words) - LONGEST_RELATION) :])
    for length in lengths:
        if length == 1 and len(final) > 1:
            break
        kind = say.relations.get(text[-length:]) if length <= len(text) else None
        if kind:
            return _shortened(words, length), text[-length:], kind
        if kind == "":
            break
    return words, "", ""


def _shortened(words: Sequence[Token], length: int) -> list[Token]:
    """The words without the last `length` characters of their joined text."""
    left = list(words)
    while length:
        word = left.pop()
        if len(word.text) > length:
            left.append(Token(word.text[:-length], word.start, word.end - length))
            break
        length -= len(word.text)
    return left


def _head(words: Sequence[Token], say: Vocabulary) -> tuple[list[Token], list[Token], str]:
    """The noun phrase at the end of the words, the verbs in front of it, and whether they add or take away."""
    head, verbs, added = _without_beginning(words, say)
    texts = [w.text for w in head]
    # 每千人口拥有床位数: the verb is inside the name
    if say.acting.isdisjoint(texts) or say.each_start.match("".join(texts)):
        return _trimmed(head, say), verbs, added
    # A verb of doing inside the phrase ends it on the left, unless it belongs to it (疾病筛查率).
    for i in range(len(head) - 2, 0, -1):  # 机构共建立档案: what stands before 共 is who, not what
        if head[i].text not in say.inner_adverb or head[i + 1].text in say.particle:
            continue
        following = _text(head[i + 1 :])
        if len(following) >= 3 and following not in say.generic:
            head, more_verbs, more_added = _without_beginning(head[i + 1 :], say)
            verbs, added = verbs + more_verbs, more_added or added
            break
    ratio = bool(say.ratio_end.search(_text(head)))
    for i in range(len(head) - 2, -1, -1):
        word = head[i]
        if word.skip or word.text not in say.verb or word.text in say.nominal:
            continue
        rest = _plain(head[i + 1 :], say)
        if word.text in say.kept_added:
            added = _added(word.text, say)
        following = _text(rest)
        if following in say.generic:
            break  # 项目惠及儿童: what follows is too general to stand alone
        if len(following) < 2 or all(w.text in say.verb for w in rest) or (ratio and word.text not in say.ratio_cut):
            continue
        added = _added(word.text, say) or added
        if word.text in say.kept_added and any(not w.skip for w in head[:i]):
            break  # 城镇新增就业: the verb is part of the name
        verbs += [w for w in head[: i + 1] if w.text in say.verb]
        head = head[i + 1 :]
        break
    commas = [i for i in range(1, len(head) - 1) if head[i].text == LIST_COMMA]
    for i in commas if len(commas) == 1 else ():  # 3900个项目投产达效、新增产值: the project is another number's
        if head[i + 1].text in say.kept_added and any(w.text in say.verb for w in head[1:i]):
            added = _added(head[i + 1].text, say)
            return _trimmed(head[i + 2 :], say) or _trimmed(head[i + 1 :], say), [*verbs, head[i + 1]], added
    # What is nothing but verbs before a separator is another clause (启动建设、签约项目).
    for i, word in enumerate(head):
        if word.text == LIST_COMMA and all(w.text in say.verb for w in head[:i]):
            return _trimmed(head[i + 1 :], say), verbs, added
    for i in range(1, len(head) - 1):  # 中央财政赤字拟安排: what will be done is no part of the name
        if head[i].text in say.planned and all(w.text in say.verb for w in _plain(head[i + 1 :], say)):
            subject = list(head[:i])
            while len(subject) > 1 and subject[-1].text in say.leading:
                subject.pop()  # 中央财政为此将投入
            return _trimmed(subject, say), [*verbs, *head[i + 1 :]], added
    plain = _plain(head, say)
    doing = [w for w in plain if w.text in say.verb and w.text not in say.nominal]
    if head and len(doing) == len(plain):
        return [], verbs + doing, added
    if len(head) > 1 and doing and head[-1] is doing[-1]:
        verbs.append(head[-1])
        if head[-1].text in say.kept_added:  # 外贸实绩企业新增822家
            added = _added(head[-1].text, say)
            head = head[:-1]
    return _trimmed(head, say), verbs, added


def _without_beginning(words: Sequence[Token], say: Vocabulary) -> tuple[list[Token], list[Token], str]:
    """The words without places, times, adverbs and verbs at their beginning, those verbs, and what they add."""
    verbs: list[Token] = []
    added = ""
    k = 0
    while k < len(words):
        word = words[k]
        pair = word.text + words[k + 1].text if k + 1 < len(words) and not words[k + 1].skip else ""
        if word.skip or word.text in say.particle:
            k += 1
            continue
        verb, paired = word.text in say.verb, pair in say.verb and pair not in say.nominal
        rest = _plain(words[k + 1 :], say) if verb or paired or word.text in say.soft_leading else []
        if paired and len(rest) > 1:
            added = _added(pair, say) or added
            verbs += words[k : k + 2]
            k += 2
        elif verb and (not rest or not _keeps_verb(word, rest, say, verbs)):
            added = _added(word.text, say) or added
            verbs.append(word)
            k += 1
        elif word.text in say.soft_leading:
            if len(rest) < 2 or rest[0].text not in say.verb:
                break  # 有效问卷, but 有效应对
            k += 1
        elif word.text in say.beneficiary and (doing := _doing_for(words, k, say)):
            k = doing  # 为患者减免费用
        elif word.text in say.leading and not verb:
            k += 1
        else:
            break
    return list(words[k:]), verbs, added


def _doing_for(words: Sequence[Token], k: int, say: Vocabulary) -> int:
    """Where the verb stands that is done for somebody named after word `k`; 0 if none is near or nothing follows."""
    for i in range(k + 2, min(k + 6, len(words) - 1)):
        if words[i].text in say.verb:
            return i
    return 0


def _keeps_verb(word: Token, rest: Sequence[Token], say: Vocabulary, verbs: Sequence[Token]) -> bool:
    """Does the verb at the beginning stay with its noun? It does before a noun too general to stand alone (签约项目),
    and where it may be a noun itself (培训机构, 投资完成率), unless it goes with a verb of building before it
    (新建改造)."""
    if _text(rest) in say.generic:
        return True
    if word.text in say.build and (any(v.text in say.build for v in verbs) or rest[0].text in say.build):
        return False
    return word.text in say.nominal


def _trimmed(head: Sequence[Token], say: Vocabulary) -> list[Token]:
    """Without particles and passed-over words at the ends, and leading words at the beginning."""
    head = list(head)
    while head and (head[0].skip or head[0].text in say.particle or (head[0].text in say.leading and len(head) > 1)):
        del head[0]
    while head and (head[-1].skip or head[-1].text in say.particle):
        del head[-1]
    return head


def _after_enumeration(head: list[Token], say: Vocabulary) -> list[Token]:
    """A、B等N: what is counted is N."""
    for i in range(len(head) - 2, 0, -1):
        if head[i].text == say.and_so_on:
            rest = _trimmed(head[i + 1 :], say)
            if rest and _text(rest) not in say.generic:
                return rest
    return head


def _added(verb: str, say: Vocabulary) -> str:
    return "up" if verb in say.added else "down" if verb in say.removed else ""


# --- behind the number, and in the clause before it ------------------------------------------------------------------


def _before_conjunction(words: list[Token], say: Vocabulary) -> list[Token]:
    """The words before the last conjunction among them, all if there is none or nothing stands before it."""
    if not words or words[-1].text in say.bound or words[-1].text in say.particle:
        return words  # 116个国家和地区近4000名: what stands before 近 is no name of the next number
    joining = say.conjunction
    at = max((i for i, w in enumerate(words) if w.text in joining and not w.skip), default=0)
    return words[:at] if at else words


@lru_cache(maxsize=KNOWN_STRETCHES)
def read_right(stretch: Stretch, between: bool, grammar: Grammar) -> tuple[str, bool, int]:
    """The noun phrase that follows a number, whether more words follow it in the stretch behind the number, and where
    in that it begins. `between`: the stretch goes as far as the next number."""
    say = vocabulary(grammar)
    words = tokens(stretch, grammar)
    if between:
        words = _before_conjunction(words, say)  # 66个重点县和平原200万亩
    phrase, more = _noun_phrase(words, say)
    return wording(stretch.raw, phrase), more, phrase[0].start if phrase else 0


def _noun_phrase(words: Sequence[Token], say: Vocabulary) -> tuple[Sequence[Token], bool]:
    """The noun phrase that words behind a number begin with, and whether more words follow it."""
    phrase: list[Token] = []
    of = False
    if words and words[0].text in say.conjunction:
        return (), False  # 基地32个和学校2所
    end = len(words)
    for k, word in enumerate(words):
        if word.skip:
            continue
        if word.text in say.particle and not phrase:
            of = True
            continue
        if _ends_phrase(words, k, phrase, of, say):
            end = k
            break
        phrase.append(word)
    if end < len(words) and len(phrase) <= 1 and _text(phrase) not in say.generic and _relative(words, end, say):
        return words, False
    while phrase and (
        phrase[-1].text in say.particle or phrase[-1].text in say.preposition or phrase[-1].text[0] == "("
    ):
        phrase.pop()
    if len(phrase) > 1 and phrase[-1].text in say.of_set:
        phrase.pop()
    if len(phrase) > 1 and phrase[-1].text in say.doing_noun and len(_text(phrase[:-1])) > 2:
        phrase.pop()  # 抓好6条续建高铁建设: what is counted are railways
    if not phrase:  # 12个县市全部建成: the place is what is counted
        phrase = [Token(w.text, w.start, w.end) for w in words[:1] if w.skip]
    more = bool(phrase) and any(w.text not in say.particle for w in words if w.start >= phrase[-1].end)
    return phrase, more


def _ends_phrase(words: Sequence[Token], k: int, phrase: Sequence[Token], of: bool, say: Vocabulary) -> bool:
    """Does word `k` behind a number end its noun phrase?"""
    word, last = words[k].text, k + 1 == len(words)
    following = word if last else word + words[k + 1].text
    if (word in say.stop and (phrase or word not in say.soft_stop)) or following in say.stop:
        return True
    if word in say.preposition:  # 与 and 和 join nouns, unless a quotation follows (重点产业链和“5+5”产业集群)
        return not (phrase and word in say.particle and not last and words[k + 1].text[0] not in QUOTES)
    if word in say.verb and not (word in say.nominal and (phrase or of or not last)):
        return True
    if phrase and following in say.verb and following not in say.nominal:
        return True
    if phrase and not last and words[k + 1].text in say.past:  # 企业清偿了历史欠款
        return True
    return word in say.level_change or following in say.level_change or (word in say.up and bool(phrase) and last)


def _relative(words: Sequence[Token], end: int, say: Vocabulary) -> bool:
    """Do the words from `end` on make a relative clause that belongs to the noun at its end?"""
    marks = [i for i in range(end, len(words)) if words[i].text == say.of]
    if not marks or len(_text(words)) > LONGEST_RELATIVE:
        return False
    noun = [w.text for w in words[marks[-1] + 1 :]]
    return bool(noun) and not any(w in say.verb or w in say.stop or w in say.not_counted for w in noun)


@lru_cache(maxsize=KNOWN_STRETCHES)
def read_clause(stretch: Stretch, grammar: Grammar) -> str:
    """The noun phrase of a clause without a number: its subject, or what it says is raised or lowered."""
    words = tokens(stretch, grammar)
    if len(words) > 2 and (moving := _moving(words, vocabulary(grammar))):
        words = words[moving:]  # 连续7年提高养老金水平,年均增长10%
    return wording(stretch.raw, _subject(words, vocabulary(grammar)))


def read_subject(stretch: Stretch, grammar: Grammar) -> str:
    """The noun phrase at the beginning of a clause, up to its first verb or adverb."""
    return wording(stretch.raw, _subject(tokens(stretch, grammar), vocabulary(grammar)))


def _moving(words: Sequence[Token], say: Vocabulary) -> int:
    """How many words a clause begins with that say that something is raised or lowered (提高), 0 if none."""
    first = next((i for i, w in enumerate(words) if not w.skip and w.text not in say.leading), len(words))
    said = first < len(words) and say.relations.get(words[first].text) in ("up", "down")
    return first + 1 if said and words[first].text not in say.growth_noun else 0


def _subject(words: Sequence[Token], say: Vocabulary) -> list[Token]:
    """The words up to the first verb or adverb."""
    subject: list[Token] = []
    for word in words:
        if word.skip or (not subject and (word.text in say.leading or word.text in say.particle)):
            continue
        if (word.text in say.verb and word.text not in say.nominal) or word.text in say.stop:
            break
        if say.relations.get(word.text) in ("up", "down") and word.text not in say.growth_noun:
            break
        subject.append(word)
    return _trimmed(subject, say)
