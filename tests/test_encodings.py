"""Texts in every encoding that Chinese texts come in: whole, cut, with bad bytes, mixed; several hundred samples.

Run as a program it prints how many of each kind are right: `python tests/test_encodings.py`.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from hreport.readers.encoding import Failure, decode

SIMPLIFIED = [
    "床位",
    "医院12家",
    "参合率xx.x%",
    "全市卫生工作总结",
    "新增床位1,728张，增长5.2%。",
    "2021年，**市投入xxx亿元；婴儿死亡率为3.05‰。",
    "一、主要工作\n（一）基本公共卫生服务扎实推进，建档率达到92.4%，老年人体检率为68%。\n（二）“健康细胞”建成36个。\n",
    "今年以来，我们坚持预防为主，把群众健康放在首位，各项任务顺利完成：门诊量达到1.2亿人次，住院费用下降3.6%。\n" * 8,
    "二、存在的问题\n一是基层人才不足，乡村医生年龄偏大；二是财政补助到位不及时，个别单位负债运行。\n" * 60,
]
TRADITIONAL = [
    "醫療",
    "醫院12家",
    "參合率xx.x%",
    "全市衛生工作總結",
    "新增床位1,728張，增長5.2%。",
    "2021年，××市投入xxx億元；嬰兒死亡率為3.05%。",
    "一、主要工作\n（一）基本公共衛生服務紮實推進，建檔率達到92.4%，老年人體檢率為68%。\n（二）「健康細胞」建成36個。\n",
    "今年以來，我們堅持預防為主，把群眾健康放在首位，各項任務順利完成：門診量達到1.2億人次，住院費用下降3.6%。\n" * 8,
    "二、存在的問題\n一是基層人才不足，鄉村醫生年齡偏大；二是財政補助到位不及時，個別單位負債運行。\n" * 60,
]
ASCII = ["x", "12.5%", "xx.x%, xxxx\n", "Table 3: 1,728 / 92.4%\n" * 20]
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030")
FEW_HANZI = 4
FIRST_WHOLE = 4  # the texts from here on are long enough for their encoding to be plain though a part is damaged


@dataclass(frozen=True)
class Sample:
    """Bytes, the text that they hold, and how many characters of it may come out otherwise."""

    kind: str
    data: bytes
    text: str
    lost: int = 0
    doubt: bool = False  # a doubt must be told; else none may be


def whole() -> Iterator[Sample]:
    for encoding in (*UNICODE, "gbk"):
        for text in SIMPLIFIED:
            for ends in (text, text.replace("\n", "\r\n")):
                yield Sample(f"whole {encoding}", ends.encode(encoding), ends)
    for encoding in (*UNICODE, "big5", "cp950"):
        for text in TRADITIONAL:
            yield Sample(f"traditional {encoding}", text.encode(encoding), text)
    for encoding in ("ascii", "utf-8-sig", "utf-16", "utf-16-le"):
        for text in ASCII:
            yield Sample(f"ASCII in {encoding}", text.encode(encoding), text)
    for text in SIMPLIFIED:
        yield Sample("gb18030 with mark", b"\x84\x31\x95\x33" + text.encode("gb18030"), text)


def cut() -> Iterator[Sample]:
    """One to three bytes are gone from the end: the last character is not to be had; it is told where that shows."""
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"):
        for text in (one.strip() for one in SIMPLIFIED[1:]):
            for bytes_gone in (1, 2, 3):
                yield _cut(text, encoding, bytes_gone)
    for text in (one.strip() for one in TRADITIONAL[FIRST_WHOLE:]):
        for bytes_gone in (1, 2, 3):
            yield _cut(text, "big5", bytes_gone)


def _cut(text: str, encoding: str, bytes_gone: int) -> Sample:
    data = text.encode(encoding)[:-bytes_gone]
    left = text
    while len(left.encode(encoding)) > len(data):
        left = left[:-1]
    return Sample(f"cut {encoding}", data, left, doubt=left.encode(encoding) != data)


def bad() -> Iterator[Sample]:
    """One or two bytes that belong to no character: what is around them is read."""
    chance = random.Random(20)
    for encoding, byte in (("utf-8", 0xFF), ("utf-8", 0xC3), ("gb18030", 0xFF), ("utf-8-sig", 0xFE)):
        for text in SIMPLIFIED[6:]:
            for number in (1, 2):
                data = bytearray(text.encode(encoding))
                for _ in range(number):
                    data[chance.randrange(6, len(data))] = byte
                yield Sample(f"bad bytes {encoding}", bytes(data), text, lost=4 * number, doubt=True)
    for text in TRADITIONAL[6:]:
        data = bytearray(text.encode("big5"))
        data[chance.randrange(6, len(data))] = 0xFF
        yield Sample("bad bytes big5", bytes(data), text, lost=4, doubt=True)


def mixed() -> Iterator[Sample]:
    """Lines of one encoding among lines of another."""
    for text in SIMPLIFIED[4:8]:
        line = text.replace("\n", "")[:200] + "\n"
        for usual, other in (("gb18030", "utf-8"), ("utf-8", "gb18030")):
            for before, after in ((3, 0), (3, 3), (1, 5)):
                data = line.encode(usual) * before + line.encode(other) + line.encode(usual) * after
                yield Sample(f"mixed {usual} and {other}", data, line * (before + 1 + after), doubt=True)


SAMPLES = [*whole(), *cut(), *bad(), *mixed()]


def wrong(sample: Sample) -> str:
    """What is wrong with how a sample is read, "" where nothing is."""
    found = decode(sample.data)
    if isinstance(found, Failure):
        return found.message
    text, doubt = found
    if doubt and not sample.doubt and sum(character > "\x7f" for character in sample.text) <= FEW_HANZI:
        return ""  # two hanzi may be others in another encoding: the text is right, or the doubt is told
    if bool(doubt) != sample.doubt:
        return f"a doubt is {'missing' if sample.doubt else 'told without need'}: {doubt!r}, {text[:20]!r}"
    if sample.lost:
        return "" if _differences(text, sample.text) <= sample.lost else f"read as {text[:30]!r}"
    return "" if text == sample.text else f"read as {text[:30]!r}"


def _differences(one: str, other: str) -> int:
    """How many characters of a text are not in the other, counted without their order."""
    return max((Counter(one) - Counter(other)).total(), (Counter(other) - Counter(one)).total())


def test_there_are_enough_samples() -> None:
    assert len(SAMPLES) >= 280


@pytest.mark.parametrize("kind", sorted({sample.kind for sample in SAMPLES}))
def test_samples(kind: str) -> None:
    failures = [(sample.text[:20], len(sample.data), wrong(sample)) for sample in SAMPLES if sample.kind == kind]
    assert not [failure for failure in failures if failure[-1]]


if __name__ == "__main__":
    right = Counter(sample.kind for sample in SAMPLES if not wrong(sample))
    for kind, number in Counter(sample.kind for sample in SAMPLES).items():
        print(f"{kind:32}{right[kind]:5} of {number}")
    print(f"{'all':32}{right.total():5} of {len(SAMPLES)}")
