"""Texts that were written in Markdown: their marks are no words and no masks, and masks stay masks."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from hreport.analyse import analyse
from hreport.lexicon import load
from hreport.model import Block, BlockKind, Document, Exact, Masked, Value
from hreport.readers import read_bytes


def document(text: str) -> Document:
    result = read_bytes(text.encode(), "report.md")
    assert isinstance(result, Document), result
    assert result.text == text
    assert result.format == "txt"
    for block in result.blocks:
        assert text[block.span.start : block.span.end].strip()
    assert all(one.span.end <= other.span.start for one, other in pairwise(result.blocks))
    return result


def said(document: Document, block: Block) -> str:
    return document.text[block.span.start : block.span.end]


def figures(text: str) -> list[tuple[str, str, str]]:
    """Indicator, value and damage of everything that is found."""
    return [
        (one.indicator, shown(one.quantity.value), one.quantity.damage or "")
        for one in analyse(document(text), load()).observations
    ]


def shown(value: Value) -> str:
    if isinstance(value, Exact):
        return f"{value.number:f}"
    return value.numeral if isinstance(value, Masked) else repr(value)


def masks(text: str) -> list[str]:
    return [mask.text for mask in analyse(document(text), load()).masks]


HEAD = "# 2022年工作总结\n\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("全市有床位**1728张**。", [("床位", "1728", "")]),
        ("全市有床位**1,728**张。", [("床位", "1728", "")]),
        ("全市有床位***1728***张。", [("床位", "1728", "")]),
        ("全市有床位 **1728张** 。", [("床位", "1728", "")]),
        ("参合率达到**98.5**%。", [("参合率", "98.5", "")]),
        ("参合率达到**98.5%**。", [("参合率", "98.5", "")]),
        ("**床位**1728张。", [("床位", "1728", "")]),
        ("**床位：**1728张。", [("床位", "1728", "")]),
        ("全市有床位*1,728*张。", [("床位", "1728", "")]),
        ("全市有<b>床位</b><span class='x'>1728</span>张。", [("床位", "1728", "")]),
        ("全市有床位`1728`张。", [("床位", "1728", "")]),
        ("[全市有床位](http://a.cn/2022/12张/5)1728张。", [("床位", "1728", "")]),
        ("* 全市有床位1728张\n* 有医院12家", [("床位", "1728", ""), ("医院", "12", "")]),
        ("全市有床位1728张[^3]。", [("床位", "1728", "")]),
        ("参合率达到**xx.x%**。", [("参合率", "xx.x", "")]),
        ("全市有床位**xxxx**张。", [("床位", "xxxx", "")]),
    ],
)
def test_marks_are_no_masks(text: str, wanted: list[tuple[str, str, str]]) -> None:
    assert figures(HEAD + text + "\n") == wanted
    assert not [mask for mask in masks(HEAD + text + "\n") if "*" in mask]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("全市有床位**张，医院**家。", ["**", "**"]),
        ("**市**县2021年有床位12张。", ["**", "**"]),
        ("201*年至201*年有床位12张。", ["01*", "01*"]),
        ("全市有床位8**张。", ["8**"]),
        ("床位\\*\\*张，医院12家。", ["*\\*"]),
        ("实现**全覆盖，约有**多人。", ["**"]),
        ("全市有床位*12*张。", ["2*"]),
        ("借助“_-_”远程网络，医院12家。", ["_", "_"]),
    ],
)
def test_masks_are_no_marks(text: str, wanted: list[str]) -> None:
    for whole in (text, HEAD + text):
        found = masks(whole)
        assert [mask[-len(one) :] for mask, one in zip(found, wanted, strict=True)] == wanted


@pytest.mark.parametrize(
    "text", ["床位**1**2张。", "面积2*3等于6，4*5等于20。", "投入5~~19亿元~~8。", "编号12_3_4号。"]
)
def test_no_mark_is_left_out_between_digits(text: str) -> None:
    result = document(HEAD + text)
    for mark in result.marks:
        sides = result.text[mark.start - 1 : mark.start] + result.text[mark.end : mark.end + 1]
        assert not (len(sides) == 2 and sides.isdigit())


def test_struck_words_are_no_figures() -> None:
    assert figures(f"{HEAD}全市有床位~~12张~~1728张。") == [("床位", "1728", "")]


def test_plain_texts_are_left_alone() -> None:
    for text in ("一、工作\n床位**张。\n", "床位12张\n- 一项\n- 二项\n", "#1楼\n床位12张。\n", "A | B\n床位12张。\n"):
        result = document(text)
        assert result.marks == ()
        assert {block.kind for block in result.blocks} == {BlockKind.PARAGRAPH}


def test_headings_lists_and_fences() -> None:
    text = "## 一、工作 ##\n\n> - [x] 床位12张\n\n```text\n# 床位 **12** 张\n```\n\n***\n末行\n"
    result = document(text)
    assert [(block.kind.value, block.level, said(result, block)) for block in result.blocks] == [
        ("heading", 2, "一、工作"),
        ("paragraph", None, "> - [x] 床位12张"),
        ("furniture", None, "```text"),
        ("paragraph", None, "# 床位 **12** 张"),
        ("furniture", None, "```"),
        ("furniture", None, "***"),
        ("paragraph", None, "末行"),
    ]
    assert [result.text[mark.start : mark.end] for mark in result.marks] == ["## ", " ##", "> - [x] "]


def test_titles_and_sections_without_their_marks() -> None:
    text = "# **2022年杭州市卫生工作总结**\n\n## **一、主要工作**\n\n" + "全市有床位1728张，工作取得成绩。" * 5
    (report,) = analyse(document(text), load()).reports
    assert report.title == "2022年杭州市卫生工作总结"
    assert report.sections[-1].heading.strip("*") == "一、主要工作"


TABLE = """各地指标

单位：张

| 地区 | **床位** | 参合率 |
|:--|--:|:-:|
| 甲市 | 1,728 | **92.4%** |
乙\\|市 | xxxx |

以上。
"""


def test_a_table() -> None:
    result = document(TABLE)
    found = {(b.row, b.column): b for b in result.blocks if b.kind is BlockKind.CELL}
    assert {place: said(result, block) for place, block in found.items()} == {
        (1, 1): "地区", (1, 2): "床位", (1, 3): "参合率", (2, 1): "甲市", (2, 2): "1,728", (2, 3): "92.4%",
        (3, 1): "乙\\|市", (3, 2): "xxxx",
    }  # fmt: skip
    block = found[2, 3]
    assert (block.row_heading, block.column_heading, block.caption) == ("甲市", "参合率", "各地指标 单位：张")
    assert found[1, 1].is_heading
    assert found[3, 2].row_heading == "乙|市"
    assert [said(result, b) for b in result.blocks if b.kind is BlockKind.FURNITURE] == ["|:--|--:|:-:|"]
    assert said(result, result.blocks[-1]) == "以上。"
    values = [(indicator, value) for indicator, value, _ in figures(HEAD + TABLE)]
    assert values == [("床位", "1728"), ("参合率", "92.4"), ("乙|市床位", "xxxx")]


def test_a_table_alone_is_read_and_other_tables_are_not() -> None:
    assert document("| 地区 | 床位 |\n| - | - |\n| 甲市 | 12 |\n").blocks
    result = read_bytes("| 地区 | 床位 |\n| 甲市 | 12 |\n| 乙市 | 13 |\n".encode(), "report.md")
    assert isinstance(result, Document)
    assert result.format == "csv"


@pytest.mark.parametrize(
    "piece",
    ["*a", "**a", "`", "[", "[a](", "[^", "<b ", "~~a", "_a ", "|", "\\", "- ", "***a*b", "*" * 50 + "a", "http://"],
)
def test_long_lines_take_no_longer(piece: str) -> None:
    start = time.monotonic()
    document(HEAD + piece * (200_000 // len(piece)) + "字\n|-|-|\n")
    assert time.monotonic() - start < 3
