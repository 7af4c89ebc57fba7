"""The rtf reader, on small files written here and on the shared fixtures where they are at hand."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path

import pytest
from texts import opened, refused

from hreport.model import Block, BlockKind, Document, Issue
from hreport.readers import read, read_bytes

FIXTURES = Path(__file__).parents[2] / "shared" / "fixtures"
NEEDS_FIXTURES = pytest.mark.skipif(not FIXTURES.is_dir(), reason="shared fixtures are not here")

FONTS = (
    r"{\fonttbl{\f0\froman\fcharset0 Times New Roman;}{\f1\fnil\fcharset134{\*\panose 02010600}\'cb\'ce\'cc\'e5;}"
    r"{\f2\fnil\fcharset136 MingLiU;}{\f3\fnil\fcharset2 Symbol;}{\f4\fnil\fcharset2 Wingdings;}}"
)
STYLES = (
    r"{\stylesheet{\ql Normal;}{\s1\sbasedon0 heading 1;}{\s2 \'b1\'ea\'cc\'e2 2;}{\s3\sbasedon1 mine;}"
    r"{\s4\outlinelevel2 outlined;}{\s5 Title;}{\s6 toc 1;}{\s7\sbasedon7 loop;}{\*\cs10 Default;}}"
)


def gbk(words: str) -> str:
    """The words as a Chinese Word writes them: ASCII as it is, a hanzi as the numbers of its two bytes."""
    coded = (character if character < "\x80" else character.encode("gbk") for character in words)
    return "".join(c if isinstance(c, str) else "".join(f"\\'{byte:02x}" for byte in c) for c in coded)


def rtf(body: str, head: str = FONTS + STYLES, system: str = r"\ansi\ansicpg936\deff1") -> bytes:
    """An RTF file; hanzi may stand in the body as they are."""
    return ("{\\rtf1" + system + head + "\n" + gbk(body) + "}").encode("ascii")


def document(data: bytes, name: str = "report.rtf") -> Document:
    return opened(data, name)


def issue(data: bytes) -> Issue:
    return refused(data, "report.rtf")


def text(body: str) -> str:
    result = document(rtf(body))
    assert result.issues == ()
    return result.text


# --- characters ------------------------------------------------------------------------------------------------------

WORDS = [
    ("bytes", r"投入5.19亿元", "投入5.19亿元"),
    ("a hanzi of a number and a sign", r"\'81@\'81A", "丂丄"),
    ("a hanzi over two lines", "\\'cd\n\\'b6\\'c8\r\n\\'eb", "投入"),
    ("a hanzi parted by formats", r"{\f1\'cd}{\f1\b\'b6}入", "投入"),
    ("another font", r"{\f2\'a4\'bd\'a5\'cd}公", "公生公"),
    ("western signs in a western font", r"{\f0 95\'b1 \'d710 \'b7}", "95± ×10 ·"),
    ("hanzi in a western font", r"{\f0\'cd\'b6\'c8\'eb}", "投入"),
    ("unicode", r"\u25237?\u20837?5.19", "投入5.19"),
    ("unicode with two bytes behind it", r"{\uc2\u25237\'cd\'b6\u20837\'c8\'eb}5.19", "投入5.19"),
    ("unicode with nothing behind it", r"{\uc0\u25237\u20837 5.19}", "投入5.19"),
    ("unicode, the other sign missing", r"\u25237\u20837 5.19", "投入5.19"),
    ("unicode, the group ends", r"{\u25237}5.19", "投5.19"),
    ("unicode, a control word behind it", r"\u8212\emdash 5.19", "\u20145.19"),
    ("unicode, a format behind it", r"\u25237\b 5.19", "投5.19"),
    ("unicode, a tab behind it", r"\u25237\tab 5", "投\t5"),
    ("unicode below nought", r"\u-3?", "\ufffd"),
    ("a rare hanzi in two halves", r"\u-10174?\u-8265?", "𠮷"),
    ("signs", r"\lquote A\rquote\ldblquote B\rdblquote\emdash\endash\bullet", "‘A’“B”—–•"),
    ("hyphens and spaces", r"A\~B\_C\-D\\\{\}", "A\xa0B-CD\\{}"),
    ("tab and breaks", r"A\tab B\line C\page D", "A\tB\nC\nD"),
    ("paragraphs", "A\\par B\\\nC\\sect D", "A\nB\nC\nD"),
    ("hidden", r"A{\v 5.19}B\v C\v0 D\v E\plain F", "ABDF"),
    ("deleted and inserted", r"A{\deleted 5}{\revised 6}B", "A6B"),
    ("comment", r"A{\*\atnid x}{\*\atnauthor y}\chatn{\*\annotation{\*\atndate 1}no}B", "AB"),
    ("unknown group", r"A{\*\new no}B", "AB"),
    ("picture", r"A{\*\shppict{\pict\pngblip 89504e47}}{\nonshppict{\pict\wmetafile8 0100}}B", "AB"),
    ("raw picture", r"A{\pict\bin5 }}{{x}B", "AB"),
    ("field", r"{\field{\*\fldinst { PAGE }}{\fldrslt{12}}}页", "12页"),
    ("field in a field", r"{\field{\*\fldinst X {\field{\*\fldinst Y}{\fldrslt no}}}{\fldrslt 甲}}", "甲"),
    ("headers and footers", r"{\header no\par}{\footerr no}{\headerf\pard no}A", "A"),
    ("header with unicode", r"{\header{\upr{no}{\*\ud{no}}}}A", "A"),
    ("unicode beside bytes", r"{\upr{no}{\*\ud{\u25237?}}}A", "投A"),
    ("object", r"A{\object\objemb{\*\objdata 0105}{\result{\pict 00}表}}B", "A表B"),
    ("symbols of a font", r"{\f4 l\'d8}{\f3 \'b7 5%}A", " 5%A"),
    ("signs of the font Symbol", r"{\f3\'b3}95%{\f3\u-3911?}9\u-3913?", "≥95%\u22609\uf0b7"),
    ("exponent", r"10{\super 4}人,12m\super 2\nosupersub ,10{\super\u45?1{\b 2}}", "10⁴人,12m²,10⁻¹²"),
    ("raised words", r"甲{\super 1}{\super 注}CO{\sub 2}", "甲1注CO2"),
    ("paragraph mark that was deleted", r"投入5{\deleted\par}亿元{\v\par}。\par A", "投入5亿元。\nA"),
    ("index entries", r"A{\xe{\*\pxe no}no}{\tc no}{\*\bkmkstart no}B", "AB"),
    ("mathematics", r"{\mmath{\*\moMath{\*\mctrlPr no}{\mr x=5}}{\mmathPict no}}", "x=5"),
]


@pytest.mark.parametrize(("body", "wanted"), [case[1:] for case in WORDS], ids=[case[0] for case in WORDS])
def test_words(body: str, wanted: str) -> None:
    assert document(rtf(body)).text == wanted


def test_other_systems() -> None:
    assert document(rb"{\rtf1\ansi\ansicpg950 \'a4\'bd}").text == "公"
    assert document(rb"{\rtf1\ansi\ansicpg1252 5\'b0 \'85}").text == "5° …"
    assert document(rb"{\rtf1\ansi\ansicpg99999 A}").text == "A"
    assert document("{\\rtf1\\ansi\\ansicpg65001 投入5亿元}".encode()).text == "投入5亿元"
    assert document("{\\rtf1\\ansi\\ansicpg936 投入5亿元}".encode("gbk")).text == "投入5亿元"


def test_bytes_that_are_no_text_are_said() -> None:
    result = document(rtf(r"A{\f1\'ff}B"))
    assert result.text == "A\ufffdB"
    assert [doubt.code for doubt in result.issues] == ["encoding"]


def test_notes_follow_the_body_and_boxes_their_paragraph() -> None:
    body = (
        r"正文{\super\chftn{\footnote\pard\plain\chftn 注一。}}有{\*\footnote\ftnalt 注二。}注"
        r"{\shp{\*\shpinst\shpleft0{\sp{\sn x}{\sv no}}{\shptxt\pard 框内。\par 框末。\par}}"
        r"{\shprslt{\*\do{\dptxbxtext no}}}}"
        r"。\par 下段{\*\do\dobxpage{\dptxbxtext\pard 旧框。\par}}。{\v{\footnote 隐注}}\par"
    )
    assert text(body) == "正文有注。\n框内。\n框末。\n下段。\n旧框。\n注一。\n注二。"


# --- headings and numbers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("properties", "kind", "level"),
    [
        (r"\s1", BlockKind.HEADING, 1),
        (r"\s2", BlockKind.HEADING, 2),
        (r"\s3", BlockKind.HEADING, 1),
        (r"\s4", BlockKind.HEADING, 3),
        (r"\s5", BlockKind.HEADING, 0),
        (r"\s6", BlockKind.FURNITURE, None),
        (r"\s7", BlockKind.PARAGRAPH, None),
        (r"\s0", BlockKind.PARAGRAPH, None),
        (r"\s99", BlockKind.PARAGRAPH, None),
        (r"\outlinelevel0", BlockKind.HEADING, 1),
        (r"\s1\outlinelevel9", BlockKind.PARAGRAPH, None),
        (r"\s1\pard", BlockKind.PARAGRAPH, None),
    ],
)
def test_headings(properties: str, kind: BlockKind, level: int | None) -> None:
    (block,) = document(rtf(rf"\pard{properties} 一、工作\par")).blocks
    assert (block.kind, block.level) == (kind, level)


def test_a_whole_paragraph_in_a_heading_style_is_no_heading() -> None:
    (block,) = document(rtf(r"\pard\s1 " + "长" * 200)).blocks
    assert block.kind is BlockKind.PARAGRAPH


def test_numbers_as_they_are_shown() -> None:
    body = (
        r"{\listtext\pard\plain 一、\tab}\ls1 甲\par{\pntext\pard 1.\tab}{\*\pn\pnlvlbody{\pntxta .}}5亿元\par"
        r"{\listtext\f4 \'6c\tab}乙\par{\listtext\u-3913?\tab}丙\par{\listtext (1)}丁\par{\listtext 9.\tab}\par"
    )
    assert text(body) == "一、甲\n1. 5亿元\n乙\n丙\n(1)丁"


# --- tables ----------------------------------------------------------------------------------------------------------


def cells(result: Document) -> dict[tuple[int | None, int | None, int | None], tuple[str, Block]]:
    return {
        (block.table, block.row, block.column): (result.text[block.span.start : block.span.end], block)
        for block in result.blocks
        if block.kind is BlockKind.CELL
    }


def row(*words: str, edges: list[int] | None = None, flags: dict[int, str] | None = None, more: str = "") -> str:
    flags, edges = flags or {}, edges or list(range(1000, 1000 * len(words) + 1, 1000))
    layout = "".join(f"{flags.get(n, '')}\\cellx{edge}" for n, edge in enumerate(edges))
    return rf"\trowd{more}{layout}\pard\intbl " + "".join(rf"{word}\cell " for word in words) + r"\row" + "\n"


FIRST, NEXT = r"\clvmgf", r"\clvmrg"


def test_table_with_merged_cells() -> None:
    body = (
        r"\pard 各地主要指标\par 单位:张\par"
        + row("片区", "地区", "2022年", "备注", edges=[1000, 2010, 4000, 5000], flags={0: FIRST, 1: FIRST})
        + row("", "", "床位数", "参合率", "", flags={0: NEXT, 1: NEXT})
        + row("城区", "甲市", "1,200", "xx.x%", "好", flags={0: FIRST})
        + row("", "乙市", "1,300", "—", "", edges=[990, 2000, 3000, 4000, 5000], flags={0: NEXT})
        + r"\pard 以上。\par"
    )
    result = document(rtf(body))
    found = cells(result)
    assert {place[1:]: words for place, (words, _) in found.items()} == {
        (1, 1): "片区", (1, 2): "地区", (1, 3): "2022年", (1, 5): "备注", (2, 3): "床位数", (2, 4): "参合率",
        (3, 1): "城区", (3, 2): "甲市", (3, 3): "1,200", (3, 4): "xx.x%", (3, 5): "好",
        (4, 2): "乙市", (4, 3): "1,300", (4, 4): "—",
    }  # fmt: skip
    block = found[1, 4, 3][1]
    assert (block.row_heading, block.column_heading) == ("城区 乙市", "2022年 床位数")
    assert block.caption == "各地主要指标 单位:张"
    assert result.text.endswith("\n以上。")


def test_cells_merged_side_by_side_by_their_flags() -> None:
    flags = {1: r"\clmgf", 2: r"\clmrg"}
    body = row("地区", "2022年", "", flags=flags) + row("", "床位", "医师") + row("甲市", "12", "30")
    assert cells(document(rtf(body)))[1, 3, 3][1].column_heading == "2022年 医师"


def test_paragraphs_in_cells_and_rows_without_their_marks() -> None:
    body = r"\trowd\cellx1\cellx2\pard\intbl 名\par 称\cell 数\cell\row" + row("医院", "12") + r"\pard 。\par"
    assert text(body) == "名\n称\t数\n医院\t12\n。"
    # Some programs say nowhere that paragraphs stand in a table.
    assert text(r"\trowd\cellx1\cellx2 名\par 称\cell 数\cell\row\pard 。") == "名\n称\t数\n。"
    # The last row has no end.
    assert text(row("名", "数") + r"\intbl 医院\cell 12\cell") == "名\t数\n医院\t12"


def test_nested_table_stays_in_its_place() -> None:
    ends = r"{\*\nesttableprops\trowd\cellx500\cellx900\nestrow}{\nonesttables\par no}"
    body = (
        r"\trowd\cellx1000\cellx2000\pard\intbl 附\par\pard\intbl\itap2 名称\nestcell 数量\nestcell" + ends
        + r"医院\nestcell 12\nestcell" + ends + r"\pard\intbl\itap1 注\cell 说明\cell\row" + row("甲", "乙")
    )  # fmt: skip
    result = document(rtf(body))
    assert result.text == "附\n名称\t数量\n医院\t12\n注\t说明\n甲\t乙"
    assert cells(result)[2, 2, 2][1].column_heading == "数量"


def test_frame_of_one_cell_is_no_table() -> None:
    result = document(rtf(r"\trowd\cellx9\pard\intbl 第一段。\par 第二段。\cell\row\pard 第三段。"))
    assert [block.kind for block in result.blocks] == [BlockKind.PARAGRAPH] * 3


# --- the file --------------------------------------------------------------------------------------------------------


def test_properties() -> None:
    about = (
        r"{\info{\upr{\title no}{\*\ud{\title \u24635?\u32467?}}}{\author 办公室}{\operator no}{\*\company no}"
        r"{\creatim\yr2023\mo1\dy2\hr3\min4}{\doccomm no}}A"
    )
    result = document(rtf(about))
    assert result.meta == {"title": "总结", "creator": "办公室", "created": "2023-01-02T03:04:00"}
    assert result.text == "A"


def test_named_doc() -> None:
    assert document(rtf("正文。"), "report.doc").format == "rtf"


def test_cut_short_is_said() -> None:
    result = document(rtf(row("名", "数") + r"\pard\intbl 医院\cell 1")[:-1])
    assert result.text == "名\t数\n医院\t1"
    assert [doubt.code for doubt in result.issues] == ["damaged"]
    assert issue(rtf("正文。")[:60]).code == "damaged"
    assert issue(rtf(r"\b")).code == "empty"


def test_what_stands_behind_the_end_is_said() -> None:
    assert document(rtf("甲") + b"\0\r\n").issues == ()
    (doubt,) = document(rtf("甲") + rtf("乙")).issues
    assert "behind the end" in doubt.message


HOSTILE = [
    ("open groups", b"{" * 1_000_000, "too_large"),
    ("groups that end", b"{}" * 200_000 + b"}", "empty"),
    ("ends only", b"}" * 1_000_000, "empty"),
    ("much raw data", rb"{\bin99999999999999999999 x", "damaged"),
    ("raw data below nought", rb"{\bin-5 x}" * 30_000, ""),
    ("long word", rb"\a" + b"b" * 2_000_000 + b"}", "empty"),
    ("long number", rb"\uc" + b"9" * 100_000 + rb"\u1?}", "empty"),
    ("much to skip", rb"\uc99999\u25237 " + b"x" * 50_000 + b"}", ""),
    ("paragraphs", rb"A\par " * 201_000, "too_large"),
    ("rows", rb"\trowd\cellx1 A\cell\row " * 20_000, ""),
    ("edges", rb"\trowd" + rb"\cellx1" * 100_000 + rb"A\cell\row", ""),
    ("depth", rb"\itap999999999 A\nestcell\par", ""),
    ("rows of no cells", rb"\row\nestrow" * 30_000 + b" A", ""),
    ("fonts", rb"{\fonttbl" + b"".join(rb"\f%d\fcharset134 x;" % n for n in range(100_000)) + b"}A", ""),
    (
        "styles",
        rb"{\stylesheet" + b"".join(rb"{\s%d\sbasedon%d x;}" % (n, n + 1) for n in range(9000)) + rb"}\s1 A",
        "",
    ),
    ("text", b"x" * 3_100_000, "too_long"),
]


@pytest.mark.parametrize(("body", "code"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_hostile(body: bytes, code: str) -> None:
    start = time.monotonic()
    result = read_bytes(rb"{\rtf1\ansi " + body, "report.rtf")
    assert time.monotonic() - start < 20
    assert isinstance(result, Document) if not code else isinstance(result, Issue) and result.code == code, result


def test_broken_bytes_never_stop_the_reader() -> None:
    source = random.Random(7)
    body = (
        r"{\info{\creatim\yr2023}}\pard\s1 总结\par{\listtext 1.\tab}甲{\footnote 注}\par"
        + row("名", "数")
        + row("医院", "12")
    )
    whole = rtf(body + r"{\shp{\*\shpinst{\shptxt 框}}}{\field{\*\fldinst X}{\fldrslt 果}}\par")
    start = time.monotonic()
    for number in range(300):
        data = bytearray(whole)
        if number % 2:
            del data[source.randrange(8, len(data)) :]
        for _ in range(source.choice((1, 5, 25))):
            data[source.randrange(6, len(data))] = source.choice((*b"{}\\*';0a", source.randrange(256)))
        result = read_bytes(bytes(data), "report.rtf")
        assert isinstance(result, Document) or result.code not in ("failed", "internal"), (result, bytes(data))
    assert time.monotonic() - start < 10


# --- shared fixtures -------------------------------------------------------------------------------------------------


@NEEDS_FIXTURES
def test_fixture_is_the_same_as_the_docx() -> None:
    result, other = read(FIXTURES / "rtf" / "report.rtf"), read(FIXTURES / "docx" / "report.docx")
    assert isinstance(result, Document)
    assert isinstance(other, Document)
    truth = (FIXTURES / "truth" / "report.txt").read_text("utf-8")
    assert re.sub(r"\s", "", result.text) == re.sub(r"\s", "", truth)
    assert (result.text, result.blocks) == (other.text, other.blocks)
