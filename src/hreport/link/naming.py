"""What a number measures, in the report's own words.

The words stand before the number (参合率达95%), behind it (8家医院), around it (每万居民拥有2.1名全科医生), are shared
by several numbers (A、B分别增长x、y), or were said before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from hreport.expressions.needles import haystack
from hreport.grammar import Grammar
from hreport.link.chunks import LIST_COMMA, RANKS, Chunk, Chunker
from hreport.link.vocabulary import vocabulary
from hreport.model import Exact, Masked, Observation
from hreport.tag.words import cut

SMALL_RATE = 100  # a figure per thousand people is below this: beds 1 to 12, physicians 1 to 7, nursery places 0 to 8
COUNTED = frozenset(("count", "person", "event", "place"))  # kinds of measure words
DIMENSIONS = frozenset(("area", "length", "volume", "weight", "energy"))  # kinds of unit that measure a thing's extent
LONGEST_GROUP = 8  # characters between the numbers of two groups (、女性)
LONGEST_VERB_PHRASE = 24  # a noun too general to stand alone takes the words that follow it, up to this many characters


class Name(NamedTuple):
    """The wording of what is measured, the rule that found it, and whether it was said of an earlier number."""

    text: str
    rule: str
    inherited: bool = False
    area: str = ""  # a place that stands where a name would (东区12家、西县8家)


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Expressions of relations.toml; `not_of_name` matches in every text that `standard_head` or `stepped` does."""

    not_of_name: re.Pattern[str]
    heads: re.Pattern[str]
    heads_comma: re.Pattern[str]
    shared: re.Pattern[str]
    people_end: re.Pattern[str]
    standard_head: re.Pattern[str]
    anaphora: re.Pattern[str]
    place_only: re.Pattern[str]
    groups: re.Pattern[str]
    of_all: re.Pattern[str]
    actor: re.Pattern[str]
    stepped: re.Pattern[str]
    several_said: re.Pattern[str]
    of_which: re.Pattern[str]
    multiple_of: re.Pattern[str]
    group_share: re.Pattern[str]
    rank_among: re.Pattern[str]
    rank_set: re.Pattern[str]
    complete: re.Pattern[str]
    counted: re.Pattern[str]
    items_suffix: re.Pattern[str]
    share_of: re.Pattern[str]
    target_after: re.Pattern[str]
    rank_head: re.Pattern[str]
    giving: re.Pattern[str]
    each: re.Pattern[str]
    each_prefix: re.Pattern[str]


@lru_cache(maxsize=1)
def _patterns(grammar: Grammar) -> _Patterns:
    found = grammar.compiled("relations", _Patterns.__slots__[1:])
    return _Patterns(haystack(found[name].pattern for name in ("standard_head", "stepped")), **found)


class Namer:
    """Finds the wording for each number of a report."""

    def __init__(self, chunker: Chunker, grammar: Grammar) -> None:
        """`chunker` of the report."""
        self._chunker = chunker
        self._patterns = _patterns(grammar)
        self._say = vocabulary(grammar)

    def name(self, chunks: Sequence[Chunk], k: int, previous: Observation | None) -> Name:
        """The name for number `k` of a sentence; `previous` is what the number before it was found to measure."""
        chunk = chunks[k]
        head = chunk.left.name
        if self._patterns.not_of_name.search(head):
            head = self._patterns.stepped.sub("", self._patterns.standard_head.sub("", head))
        if chunk.same_clause and previous and previous.rule == "link.right" and head == previous.indicator:
            head = ""  # 53个乡镇卫生院、145个村: the noun between is the first one's
        if previous and chunk.left.relation and self._patterns.rank_head.match(head):
            head = ""  # 产值5.53万亿元、稳居前十强、增长4.8%
        if previous and self._patterns.anaphora.search(self._chunker.before(chunk) if chunk.left.share else head):
            return Name(previous.indicator, "inherited", True)
        if previous and (place := self._place_alone(chunk, head, previous)):
            return Name(previous.indicator, "inherited", True, place)
        if (
            previous
            and chunk.start - previous.quantity.at.end <= LONGEST_GROUP
            and (other := self._group(chunk, head, previous))
        ):
            return Name(other, "listed", True)
        ranked = chunk.rank and chunk.quantity.rule == RANKS[0]  # 世界第二大网络: what is ranked stands behind it
        noun, more, begin = ("", False, chunk.after) if ranked else self._chunker.right(chunks, k)
        if ranked:
            among = self._patterns.rank_among.search(head)
            head = among["what"] if among else self._patterns.rank_set.sub("", head)
        elif chunk.rank:
            return Name(noun, "right")
        if chunk.kind == "place" and chunk.borrows:  # 辖1镇6个街道: the unit is what is counted
            return Name(chunk.quantity.base_unit, "unit")
        alone = chunk.listed and not head and not chunk.left.verbs
        goes_on = (
            chunk.unbroken and chunk.left.relation == "" and not (chunk.kind in COUNTED and chunk.low == chunk.start)
        )
        if alone and noun and chunk.ratio and previous and self._followed_by_of(chunk):
            alone = previous.quantity.base_unit == chunk.quantity.base_unit  # 新增学位4万个,67.5%的毕业生就读高中
        if alone and previous and (chunk.ratio or not noun or goes_on):
            return Name(previous.indicator, "listed", True)
        if chunk.ratio or chunk.rank:
            return self._of_rate(chunk, head, noun, previous)
        return self._of_count(chunk, head, noun, more, begin, previous)

    def _of_rate(self, chunk: Chunk, head: str, noun: str, previous: Observation | None) -> Name:
        left, cutter = chunk.left, self._chunker
        if left.share and head:
            return Name(head, "share")
        if previous and self._compared(chunk, head):
            return Name(previous.indicator, "inherited", True)
        if whole := self._patterns.share_of.search(cutter.before(chunk)):
            low = chunk.low
            of = cutter.raw(low + whole.start("of"), low + whole.end("of"))
            return Name(
                (previous.indicator if previous and self._patterns.of_all.fullmatch(of) else "") + of, "share_of"
            )
        if chunk.kind in ("times", "tenth") and (told := self._patterns.multiple_of.search(cutter.before(chunk))):
            what = cutter.head(chunk.low, chunk.low + told.end("what"))  # 总数是2015年的2.3倍
            subject = what or cutter.clause_before(chunk) or (previous.indicator if previous else "")
            if subject:
                return Name(subject, "multiple_of", not what)
        if (share := self._patterns.group_share.search(cutter.before(chunk))) and not left.relation:
            predicate = cutter.raw(chunk.after, chunk.high)  # 老年人中近四成与家庭医生签约
            if 2 <= len(predicate) <= LONGEST_VERB_PHRASE:
                return Name(cutter.head(chunk.low, chunk.low + share.end("group")) + predicate, "group_share")
        covering = noun and left.verbs and left.verbs[-1].text in self._say.covering
        if covering and not left.relation:  # 试点覆盖24%的县
            return Name(cutter.doer(chunk) + cutter.verb(chunk) + noun, "covered")
        if noun and not left.relation and not left.bounded and self._followed_by_of(chunk):  # 减免20%的检查费用
            return Name(noun, "right")
        if head in self._say.of_that:  # 国家卫生镇12个,占比80%: of what was said before
            subject = cutter.clause_before(chunk) or (previous.indicator if previous else "")
            return Name(subject + head, "left")
        if head and left.growth and (chunk.rank or left.relation.startswith("gap")):
            return Name(head + left.growth, "left")  # 投资增速居全国第三, 高于全国2个百分点
        if head:
            return Name(head, "left")
        if noun and left.verbs and not left.relation:  # 覆盖95%以上行政村
            return Name(cutter.verb(chunk) + noun, "covered")
        if subject := cutter.clause_before(chunk):
            return Name(subject, "clause_before")
        if previous and (left.relation or left.share or not noun):
            return Name(previous.indicator, "inherited", True)
        return Name(noun, "right") if noun else self._fallback(chunk)

    def _of_count(
        self, chunk: Chunk, head: str, noun: str, more: bool, begin: int, previous: Observation | None
    ) -> Name:
        left, cutter = chunk.left, self._chunker
        if noun and left.each and (each := self._patterns.each.search(cutter.before(chunk))):
            return Name(each["each"] + noun, "split")
        if chunk.unbroken and previous and left.relation and not head:
            return Name(previous.indicator, "inherited", True)  # 由8人增加到41人人才队伍结构…
        giving = self._patterns.giving.search(cutter.before(chunk))
        if giving and noun and chunk.kind == "money":  # 健康家庭给予500元的奖励
            receiver = cutter.head(chunk.low, chunk.low + giving.start())
            return Name(receiver + self._say.of + noun if receiver else noun, "given")
        if chunk.kind in COUNTED and self._patterns.complete.search(noun):
            noun = self._countable(noun)
        if noun and not (head and self._belongs_left(chunk)):
            general = noun in self._say.generic or len(noun) <= 1
            phrase = cutter.raw(begin, chunk.high)
            if general and more and len(phrase) <= LONGEST_VERB_PHRASE:
                return Name(phrase, "right_phrase")
            return Name(noun, "right")
        if head and previous and (part := self._part(chunk, head, previous)):
            return Name(part, "part")
        if head and previous and (each_prefix := self._per_head(chunk, head, previous)):
            return Name(each_prefix + head, "each_listed")
        if head in self._say.of_that and previous and previous.quantity.base_unit == chunk.quantity.base_unit:
            return Name(previous.indicator + head, "left")  # 新增上市公司62家,总数186家
        acting = head and left.verbs and left.verbs[-1].start > left.head[-1].end
        if acting and self._patterns.actor.search(head):
            return Name(head + cutter.verb(chunk), "left")  # 中央财政将投入: by whom, and what is done
        if head:
            return Name(head, "left")
        if left.verbs and previous and self._again(chunk, previous):
            return Name(previous.indicator, "inherited", True)  # 关停5000万千瓦小火电,今年要关停1000万千瓦
        if left.verbs:
            return Name(cutter.doer(chunk) + self._last_act(chunk), "verb")
        if subject := cutter.clause_before(chunk):
            return Name(subject, "clause_before")
        if left.relation and previous:
            return Name(previous.indicator, "inherited", True)
        predicate = cutter.raw(chunk.after, chunk.high)  # 近二十万人参加健身节
        if previous and self.is_part(chunk) and previous.quantity.base_unit == chunk.quantity.base_unit:
            whole = previous.indicator  # 制度创新成果259项,其中56项为全国首创
            return Name(whole + predicate if len(predicate) <= LONGEST_VERB_PHRASE else whole, "part", True)
        if chunk.kind in ("person", "event", "count") and 2 <= len(predicate) <= LONGEST_VERB_PHRASE:
            return Name(predicate, "right_phrase")
        return Name(previous.indicator, "inherited", True) if previous else self._fallback(chunk)

    def _place_alone(self, chunk: Chunk, head: str, previous: Observation) -> str:
        """The place that stands for a name: 实际完成 of 云岭市, or the next of an enumeration of places."""
        if not self._patterns.place_only.fullmatch(head) or chunk.left.verbs:
            return ""
        if chunk.ratio and chunk.left.relation:
            return head
        text, before = self._chunker.reading.text, previous.quantity.at.start
        same = previous.quantity.base_unit == chunk.quantity.base_unit and previous.rule != "link.right"
        listed = text[previous.quantity.at.end] == LIST_COMMA
        place = previous.area and text[:before].endswith(previous.area)
        return head if same and listed and place else ""

    def _group(self, chunk: Chunk, head: str, previous: Observation) -> str:
        """人均寿命男性77.9岁、女性82.4岁: the name before with the other group in it."""
        group = self._patterns.groups.fullmatch(head)
        said = self._patterns.groups.search(previous.indicator)
        if group is None or said is None or group.lastgroup != said.lastgroup or group[0] == said[0]:
            return ""
        if previous.quantity.base_unit != chunk.quantity.base_unit:
            return ""
        return previous.indicator[: said.start()] + head + previous.indicator[said.end() :]

    def _countable(self, noun: str) -> str:
        """89个开发区规上工业总产值占比达78%: an output is not counted, what has it is."""
        words = cut(noun)
        ends = list(accumulate(map(len, words)))
        general = [
            end
            for word, end in zip(words, ends, strict=True)
            if word in self._say.generic - self._say.of_that and len(word) > 1
        ]
        if general and general[-1] < len(noun):
            return noun[: general[-1]]
        return noun if len(words[0]) < 2 or words[0] in self._say.soft_leading else words[0]

    def _part(self, chunk: Chunk, head: str, previous: Observation) -> str:
        """发电装机容量4.45亿千瓦,其中水电9601万千瓦: the part with the noun that says what is measured of it."""
        whole = self._patterns.shared.search(previous.indicator)
        if whole is None or previous.quantity.base_unit != chunk.quantity.base_unit:
            return ""
        said = self._patterns.of_which.search(self._chunker.before(chunk)) or previous.rule == "link.part"
        if not said or self._patterns.complete.search(head) or whole["head"] == previous.indicator:
            return ""
        return head + whole["head"]

    def _again(self, chunk: Chunk, previous: Observation) -> bool:
        """Is the verb that stands before the number the one that stands before the last number or its name?"""
        text, start = self._chunker.reading.text, previous.quantity.at.start
        verb = chunk.left.verbs[-1].text
        same = previous.quantity.base_unit == chunk.quantity.base_unit
        return same and verb in text[max(0, start - LONGEST_VERB_PHRASE) : start]

    def is_part(self, chunk: Chunk) -> bool:
        """Does 其中 stand before the number's name?"""
        return bool(self._patterns.of_which.search(self._chunker.before(chunk)))

    def _last_act(self, chunk: Chunk) -> str:
        """The last verb before a number, with those right before it that are nouns too (完成/植树/造林: 植树造林)."""
        verbs = chunk.left.verbs
        k = len(verbs) - 1
        while k and verbs[k - 1].end == verbs[k].start and verbs[k - 1].text in self._say.nominal:
            k -= 1
        return self._chunker.wording(chunk, verbs[k:])

    def _belongs_left(self, chunk: Chunk) -> bool:
        """Does the number belong to the noun before it, though a noun follows as well?"""
        left = chunk.left
        if left.strong or left.relation == "from":
            return True
        if chunk.unbroken and not left.listing and not left.each and not left.open:
            return True
        if chunk.kind in DIMENSIONS and left.head and left.head[-1].text in self._say.dimension:
            return True  # 建筑面积3000平方米的大楼
        # Money belongs to what stands before it (补助资金300万元用于…), unless that ends an enumeration or 的 follows.
        acting = bool(left.verbs) and chunk.low + left.verbs[-1].end == chunk.start  # 拟安排2亿元资金
        of = self._followed_by_of(chunk) or acting
        return chunk.kind == "money" and not left.listing and not chunk.same_clause and not of

    def _followed_by_of(self, chunk: Chunk) -> bool:
        return self._chunker.reading.text[chunk.after : chunk.after + 1] == self._say.of

    def _compared(self, chunk: Chunk, head: str) -> bool:
        """高于27.78%的全国平均水平, 超过了95%的预期目标: a figure that the one before it is compared with."""
        text, patterns = self._chunker.reading.text, self._patterns
        if chunk.against:
            return True
        return not head and chunk.left.bounded and bool(patterns.target_after.match(text, chunk.after))

    def _per_head(self, chunk: Chunk, head: str, previous: Observation) -> str:
        """每千人口床位数6.26张、执业医师数2.48人: what stands before the first of a list holds for the others, as long
        as they are small numbers of the same sort."""
        match = self._patterns.each_prefix.match(previous.indicator)
        end = previous.quantity.at.end
        if not match or self._chunker.reading.text[end : end + 1] not in (LIST_COMMA, ","):
            return ""
        if self._patterns.each_prefix.match(head):
            return ""
        value, other = chunk.quantity.value, previous.quantity.value
        if isinstance(value, Masked):
            plain = chunk.quantity.unit == chunk.quantity.base_unit
            return match[0] if "." in value.numeral and plain else ""
        if not isinstance(value, Exact) or not isinstance(other, Exact) or other.number >= SMALL_RATE:
            return ""
        fraction = value.number != value.number.to_integral_value()
        return match[0] if fraction and value.number < SMALL_RATE else ""

    def _fallback(self, chunk: Chunk) -> Name:
        """Nothing is known: the words before the number as they stand, else the clause before, else what follows."""
        words = self._chunker.words(chunk.low, chunk.start)
        text = words or self._chunker.clause_before(chunk) or self._chunker.raw(chunk.after, chunk.high)
        return Name(text[:LONGEST_VERB_PHRASE], "fallback")

    # --- several numbers, each with its own name ---------------------------------------------------------------------

    def run(self, chunks: Sequence[Chunk], k: int) -> int:
        """How many numbers of a kind follow one another from `k` on with nothing but separators between; after 分别
        also with a relation of their own (分别下降12.5%和上升3.8%)."""
        n = 1
        distributed = chunks[k].left.distributed
        while k + n < len(chunks) and (distributed or chunks[k + n].kind == chunks[k].kind):
            left = chunks[k + n].left
            turned = distributed and chunks[k + n].same_clause and left.relation in ("up", "down") and not left.head
            if not chunks[k + n].listed and not turned:
                break
            n += 1
        return n

    def distributed(
        self, chunks: Sequence[Chunk], k: int, run: int, done: Sequence[Observation], shared: Sequence[str]
    ) -> list[str]:
        """The names of `run` numbers from `k` on where each has its own (A、B分别增长x、y), else none.

        `shared` are the names that the last such run of the sentence had.
        """
        chunk = chunks[k]
        if run < 2 or (chunk.listed and not chunk.left.distributed):
            return []
        text = chunk.left.name
        again = list(shared) if len(shared) == run else []
        if not text and again and (chunk.left.relation or chunk.left.distributed):
            return again  # 分别由445元、640元提高至480元、690元
        if not text and chunk.left.distributed:
            text = self._chunker.clause_before(chunk)
        if not text:
            moved = chunk.left.relation in ("up", "down")
            return self._last_levels(run, done) if moved or chunk.left.distributed or chunk.against else []
        if said := self._patterns.several_said.match(text):
            return [name + said["rest"] for name in self._last_levels(run, done)]  # 两项分别上升x和y
        # 和 joins parts of one name too, 、 hardly where there are as many numbers
        named = chunk.left.distributed or self._patterns.counted.search(self._chunker.before(chunk))
        for separator in (self._patterns.heads_comma, self._patterns.heads)[: 2 if named else 1]:
            names = [self._patterns.items_suffix.sub("", n) for n in separator.split(text) if n]
            if len(names) == run:
                words = {c.quantity.base_unit for c in chunks[k : k + run] if c.kind in COUNTED}
                if len(words) > 1 and not self._patterns.complete.search(names[-1]):
                    return names  # 友城和领馆分别增至214对、69家
                return self._completed(names)
        return self._grouped(text, again) if chunk.left.distributed else []

    def halves(self, chunk: Chunk) -> list[str]:
        """What the two numbers of 城乡居民收入分别增长5%、6% mean, none where the name says one thing."""
        text = chunk.left.name
        for joint, first, second in self._say.halves:
            if joint in text:
                return [text.replace(joint, first, 1), text.replace(joint, second, 1)]
        return []

    def _grouped(self, text: str, names: Sequence[str]) -> list[str]:
        """男性、女性超重率分别为…,脂肪肝检出率分别为…: the groups of the last run hold for the next name."""
        if not names:
            return []
        common = 0
        while common < min(map(len, names)) and len({n[-1 - common] for n in names}) == 1:
            common += 1
        groups = [n[: len(n) - common] for n in names]
        return [g + text for g in groups] if common and all(groups) else []

    def _noun(self, name: str) -> str:
        """The longest general noun (居民, 企业) that a name ends in, "" if none."""
        ends = (noun for noun in self._say.generic if len(noun) > 1 and name.endswith(noun) and noun != name)
        return max(ends, key=len, default="")

    def _last_levels(self, run: int, done: Sequence[Observation]) -> list[str]:
        """城镇居民收入17175元,农村居民收入5153元,实际增长9.8%和8.5%: the last indicators, in their order."""
        names: list[str] = []
        for observation in reversed(done):
            if observation.measure == "level" and observation.indicator not in names:
                names.append(observation.indicator)
        return names[:run][::-1] if len(names) >= run else []

    def _completed(self, names: list[str]) -> list[str]:
        """Names of a list with the noun that only the last one carries (黄金、白银、镍产量): what the last one has
        behind as many words as the others have."""
        words = cut(names[-1])
        if words[-1] in self._say.growth_noun and len(words) > 1:  # 投资、消费增速
            return [n if n.endswith(words[-1]) else n + words[-1] for n in names]
        short = [n for n in names[:-1] if not (n.endswith(words[-1]) or self._patterns.complete.search(n))]
        if len(short) < len(names) - 1:
            return names
        if (noun := self._noun(names[0])) and all(n.endswith(noun) for n in names[:-1]):
            _, found, suffix = names[-1].rpartition(noun)
            if found or not self._patterns.shared.search(names[-1]):  # 城镇居民、农村居民收入; 新项目、利用外资
                return [n + suffix for n in names[:-1]] + names[-1:] if found else names
        match = self._patterns.shared.search(names[-1])
        if match and match["branch"] and all(n.endswith(match["branch"][-1]) for n in names[:-1]):
            return [n + match["head"] for n in names[:-1]] + names[-1:]  # 制造业、新兴产业贷款: 制造业贷款
        if match and match["people"] and match.start():
            # 高血压、2型糖尿病患者管理率 are both of 患者; 老年人、孕产妇、儿童管理率 are of three groups
            groups = all(self._patterns.people_end.search(n) for n in names[:-1])
            suffix = names[-1][match.start("between") if groups else match.start() :]
            return [n + suffix for n in names[:-1]] + names[-1:]
        known = match[0] if match and len(match[0]) < len(names[-1]) else ""
        plain = short[1:] or short  # the first may carry what holds for all (限额以上通讯器材、家用电器零售额)
        mean = sum(map(len, plain)) / len(plain)
        if len(names[-1]) <= max(map(len, plain)):
            return [n + known for n in names[:-1]] + names[-1:]  # 孕前检查、产前筛查 lack nothing
        # What the last one has of its own is about as long as the others are.
        begins = list(accumulate(map(len, words)))[:-1]
        own = min(begins, key=lambda at: (abs(at - mean), -at), default=len(names[-1]))
        suffix = names[-1][own:]
        suffix = suffix if known in suffix else known
        return [n + suffix for n in names[:-1]] + names[-1:]
