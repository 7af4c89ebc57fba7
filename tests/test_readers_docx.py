"""The docx reader, on small files made here and on the shared fixtures where they are at hand."""

from __future__ import annotations

import difflib
import io
import json
import re
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from texts import opened, refused

from hreport.model import Block, BlockKind, Document, Issue
from hreport.readers import read
from hreport.readers.word import format_number

FIXTURES = Path(__file__).parents[2] / "shared" / "fixtures"
NEEDS_FIXTURES = pytest.mark.skipif(not FIXTURES.is_dir(), reason="shared fixtures are not here")

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="wps" xmlns:m="m"'
)
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = ("styles", "numbering", "footnotes", "endnotes")


def docx(body: str, *, main: str = "word/document.xml", head: str = "", core: str = "", **parts: str) -> bytes:
    """A docx of this body; `styles`, `numbering`, `footnotes`, `endnotes` are what those parts hold."""
    folder, _, name = main.rpartition("/")
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{RELATION}/{part}" Target="{part}.xml"/>' for n, part in enumerate(parts)
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr(
            "_rels/.rels",
            f'<Relationships><Relationship Id="r" Type="{RELATION}/officeDocument" Target="{main}"/></Relationships>',
        )
        archive.writestr(f"{folder}/_rels/{name}.rels", f"<Relationships>{relations}</Relationships>")
        archive.writestr(main, f"{head}<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>")
        for part, content in parts.items():
            archive.writestr(f"{folder}/{part}.xml", f"<w:{part} {NAMESPACES}>{content}</w:{part}>")
        if core:
            archive.writestr("docProps/core.xml", core)
    return buffer.getvalue()


def run(words: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>'


def paragraph(*inside: str, properties: str = "") -> str:
    runs = "".join(item if item.startswith("<") else run(item) for item in inside)
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>"


def cell(words: str, properties: str = "", inside: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(words) if words else '<w:p/>'}{inside}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    made = "".join(item if item.startswith("<") else cell(item) for item in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{made}</w:tr>"


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/><w:tblGrid/>{''.join(rows)}</w:tbl>"


def document(data: bytes, name: str = "report.docx") -> Document:
    return opened(data, name)


def issue(data: bytes) -> Issue:
    return refused(data, "report.docx")


def text(*body: str, **parts: str) -> str:
    return document(docx("".join(body), **parts)).text


# --- runs ------------------------------------------------------------------------------------------------------------

WRAPPED = run("5.19亿元")
RUNS = [
    ("smart tag", f"<w:smartTag>{WRAPPED}</w:smartTag>", "投入5.19亿元。"),
    ("smart tag in smart tag", f"<w:smartTag><w:smartTag>{WRAPPED}</w:smartTag></w:smartTag>", "投入5.19亿元。"),
    ("content control", f"<w:sdt><w:sdtPr/><w:sdtContent>{WRAPPED}</w:sdtContent></w:sdt>", "投入5.19亿元。"),
    ("insertion", f"<w:ins>{WRAPPED}</w:ins>", "投入5.19亿元。"),
    ("moved here", f"<w:moveTo>{WRAPPED}</w:moveTo>", "投入5.19亿元。"),
    ("link", f"<w:hyperlink>{WRAPPED}</w:hyperlink>", "投入5.19亿元。"),
    ("simple field", f"<w:fldSimple>{WRAPPED}</w:fldSimple>", "投入5.19亿元。"),
    ("field code", "<w:r><w:instrText>PAGE</w:instrText></w:r>", "投入。"),
    ("deletion", "<w:del><w:r><w:delText>5亿元</w:delText></w:r></w:del>", "投入。"),
    ("moved away", f"<w:moveFrom>{WRAPPED}</w:moveFrom>", "投入。"),
    ("hidden", run("5.19亿元", "<w:vanish/>"), "投入。"),
    ("not hidden", run("5.19亿元", '<w:vanish w:val="0"/>'), "投入5.19亿元。"),
    ("hidden by its style", run("5.19亿元", '<w:rStyle w:val="H"/>'), "投入。"),
    ("hidden by the style under it", run("5.19亿元", '<w:rStyle w:val="H2"/>'), "投入。"),
    ("tab and hyphen", "<w:r><w:tab/><w:noBreakHyphen/></w:r>", "投入\t-。"),
    ("line break", "<w:r><w:br/></w:r>", "投入\n。"),
    ("page break", '<w:r><w:br w:type="page"/></w:r>', "投入。"),
    ("ruby", f"<w:r><w:ruby><w:rt>{run('rù')}</w:rt><w:rubyBase>{run('入')}</w:rubyBase></w:ruby></w:r>", "投入入。"),
    ("symbol", '<w:r><w:sym w:font="Symbol" w:char="2103"/></w:r>', "投入℃。"),
    ("symbol of a font", '<w:r><w:sym w:font="Wingdings" w:char="F0A7"/></w:r>', "投入。"),
]
HIDING = (
    '<w:style w:type="character" w:styleId="H"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="H2"><w:basedOn w:val="H"/></w:style>'
)


@pytest.mark.parametrize(("inside", "wanted"), [case[1:] for case in RUNS], ids=[case[0] for case in RUNS])
def test_runs(inside: str, wanted: str) -> None:
    assert text(paragraph("投入", inside, "。"), styles=HIDING) == wanted


# --- what else Word writes --------------------------------------------------------------------------------------------

FIELD = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
BEGIN, SEPARATE, END = (FIELD.format(kind) for kind in ("begin", "separate", "end"))
CODE = "<w:r><w:instrText> PAGE 77 </w:instrText></w:r>"
RAISED = '<w:vertAlign w:val="superscript"/>'


def formula(inside: str) -> str:
    return f"<m:oMath>{inside}</m:oMath>"


def math(words: str) -> str:
    return f"<m:r><m:t>{words}</m:t></m:r>"


def alternate(*, needs: str, new: str, old: str = "") -> str:
    older = f"<mc:Fallback>{old}</mc:Fallback>" if old else ""
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="{needs}">{new}</mc:Choice>{older}</mc:AlternateContent></w:r>'
    )


RARER = [
    ("field", BEGIN + CODE + SEPARATE + WRAPPED + END, "投入5.19亿元。"),
    ("field without result", BEGIN + CODE + END, "投入。"),
    ("field in code", BEGIN + BEGIN + CODE + SEPARATE + run("77") + END + SEPARATE + WRAPPED + END, "投入5.19亿元。"),
    ("field in result", BEGIN + CODE + SEPARATE + BEGIN + CODE + SEPARATE + WRAPPED + END + END, "投入5.19亿元。"),
    ("field that never ends", BEGIN + WRAPPED, "投入5.19亿元。"),
    ("end of no field", SEPARATE + END + WRAPPED, "投入5.19亿元。"),
    ("text from right to left", f'<w:bdo w:val="rtl"><w:dir>{WRAPPED}</w:dir></w:bdo>', "投入5.19亿元。"),
    ("hidden on the web", run("5.19亿元", "<w:webHidden/>"), "投入5.19亿元。"),
    ("soft hyphen", "<w:r><w:t>5.</w:t><w:softHyphen/><w:t>19亿元</w:t></w:r>", "投入5.19亿元。"),
    ("tab in a number", "<w:r><w:t>5.</w:t><w:tab/><w:t>19亿元</w:t></w:r>", "投入5.\t19亿元。"),
    ("break in a number", "<w:r><w:t>5.</w:t><w:br/><w:t>19亿元</w:t></w:r>", "投入5.\n19亿元。"),
    ("tab to a place", "<w:r><w:ptab/></w:r>" + WRAPPED, "投入\t5.19亿元。"),
    ("digit of the font Symbol", '<w:r><w:sym w:font="Symbol" w:char="F035"/></w:r>', "投入5。"),
    ("sign of the font Symbol", '<w:r><w:sym w:font="Symbol" w:char="F0B3"/></w:r>', "投入≥。"),
    ("digit of another font", '<w:r><w:sym w:font="Arial" w:char="F035"/></w:r>', "投入5。"),
    ("exponent", run("100×10") + run("9", RAISED) + run("/L"), "投入100×10⁹/L。"),
    ("raised words", run("5亿元") + run("注1", RAISED), "投入5亿元注1。"),
    ("raised and hidden", run("10") + run("9", RAISED + "<w:vanish/>"), "投入10。"),
    ("lowered", run("PM") + run("2.5", '<w:vertAlign w:val="subscript"/>'), "投入PM2.5。"),
    ("formula", formula(math("5") + math(".19")) + run("亿元"), "投入5.19亿元。"),
    ("formula between digits", run("12") + formula(math("5")) + run("19"), "投入12 5 19。"),
    ("fraction", formula(f"<m:f><m:fPr/><m:num>{math('1')}</m:num><m:den>{math('20')}</m:den></m:f>"), "投入1/20。"),
    ("power", formula(f"<m:sSup><m:e>{math('10')}</m:e><m:sup>{math('4')}</m:sup></m:sSup>"), "投入10⁴。"),
    ("power of letters", formula(f"<m:sSup><m:e>{math('2')}</m:e><m:sup>{math('n')}</m:sup></m:sSup>"), "投入2^n。"),
    ("index", formula(f"<m:sSub><m:e>{math('5')}</m:e><m:sub>{math('1')}</m:sub></m:sSub>{math('2')}"), "投入5 1 2。"),
    ("brackets", formula(f"<m:d><m:e>{math('12')}</m:e></m:d>"), "投入(12)。"),
    ("form not understood", alternate(needs="zz", new="<w:t>新</w:t>", old="<w:t>旧</w:t>"), "投入旧。"),
    ("form not understood and no other", alternate(needs="zz", new="<w:t>新</w:t>"), "投入新。"),
    ("tag with properties", f"<w:smartTag><w:smartTagPr><w:x/></w:smartTagPr>{WRAPPED}</w:smartTag>", "投入5.19亿元。"),
    ("comment", f"<w:commentRangeStart/>{WRAPPED}<w:r><w:commentReference/></w:r>", "投入5.19亿元。"),
]  # fmt: skip


@pytest.mark.parametrize(("inside", "wanted"), [case[1:] for case in RARER], ids=[case[0] for case in RARER])
def test_rarer(inside: str, wanted: str) -> None:
    assert text(paragraph("投入", inside, "。")) == wanted


DELETED_END = "<w:rPr><w:del/></w:rPr>"
HIDDEN_END = "<w:rPr><w:vanish/><w:specVanish/></w:rPr>"


@pytest.mark.parametrize("mark", [DELETED_END, HIDDEN_END, "<w:rPr><w:moveFrom/></w:rPr>"])
def test_a_paragraph_without_its_end_goes_on_in_the_next(mark: str) -> None:
    own = '<w:pStyle w:val="1"/>'
    body = paragraph("投入5.", properties=mark) + paragraph("19", properties=mark) + paragraph("亿元", properties=own)
    result = document(docx(body + paragraph("下段。"), styles=STYLES))
    assert result.text == "投入5.19亿元\n下段。"
    assert [block.level for block in result.blocks] == [1, None]


def test_a_paragraph_without_its_end_stays_in_its_cell_and_before_a_table() -> None:
    begun = paragraph("12", properties=DELETED_END)
    assert text(table(row(f"<w:tc>{begun}</w:tc>", "34")), paragraph("后")) == "12\t34\n后"
    assert text(begun, table(row("名", "34")), begun) == "12\n名\t34\n12"


def test_an_automatic_number_counts_a_joined_paragraph_once() -> None:
    levels = numbering(level(0, "decimal", "%1、"))
    own = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    body = [numbered("甲"), paragraph("乙", properties=own + DELETED_END), numbered("丙"), numbered("丁")]
    assert text(*body, numbering=levels) == "1、甲\n2、乙丙\n3、丁"


def test_the_pattern_of_a_number_may_not_be_endless() -> None:
    assert len(text(numbered("甲"), numbering=numbering(level(0, "decimal", "%1" * 100_000)))) < 200


IN_A_BOX = "<w:txbxContent>{0}</w:txbxContent>"
SHAPES = [
    ("vml", f"<w:pict><v:shape xmlns:v='v'><v:textbox>{IN_A_BOX}</v:textbox></v:shape></w:pict>"),
    (
        "wps",
        "<mc:AlternateContent><mc:Choice Requires='wps' xmlns:wps='http://schemas.microsoft.com/office/word/2010/'>"
        f"<w:drawing><wps:txbx>{IN_A_BOX}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{IN_A_BOX}</w:pict></mc:Fallback></mc:AlternateContent>",
    ),
    (
        "drawing",
        "<w:drawing><a:txBody xmlns:a='a'><a:p><a:r><a:t>框内12家。</a:t></a:r></a:p></a:txBody></w:drawing>",
    ),
]


@pytest.mark.parametrize("shape", [case[1] for case in SHAPES], ids=[case[0] for case in SHAPES])
def test_boxes_of_every_kind_once(shape: str) -> None:
    box = f"<w:r>{shape.format(paragraph('框内12家。'))}</w:r>"
    assert text(paragraph("正文", box, "续。"), paragraph("下段。")) == "正文续。\n框内12家。\n下段。"


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<w:altChunk/>", "1 embedded document"),
        (paragraph("<w:r><w:drawing><c:chart xmlns:c='c'/></w:drawing></w:r>") * 2, "2 charts"),
        (paragraph("<w:r><w:drawing><d:relIds xmlns:d='d'/></w:drawing></w:r>"), "1 diagram"),
        (paragraph("<w:r><w:object><o:OLEObject xmlns:o='o'/></w:object></w:r>"), "1 embedded object"),
    ],
)
def test_what_stands_in_other_files_is_named(inside: str, said: str) -> None:
    result = document(docx(paragraph("正文。") + inside))
    assert result.text == "正文。"
    (doubt,) = result.issues
    assert (doubt.code, doubt.fatal) == ("left_out", False)
    assert said in doubt.message
    alone = issue(docx(inside))
    assert alone.code == "empty"
    assert said in alone.message


def test_pictures_alone() -> None:
    picture = paragraph("<w:r><w:drawing><a:blip xmlns:a='a'/></w:drawing></w:r>")
    found = issue(docx(picture * 3))
    assert found.code == "empty"
    assert "3 pictures" in found.message


def test_text_box_follows_its_paragraph_once() -> None:
    box = f"<w:txbxContent>{paragraph('框内12家。')}</w:txbxContent>"
    both = (
        f"<w:r><mc:AlternateContent><mc:Choice><wps:txbx>{box}</wps:txbx></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert text(paragraph("正文", both, "续。"), paragraph("下段。")) == "正文续。\n框内12家。\n下段。"


def test_notes_follow_the_body_once_and_only_those_referred_to() -> None:
    notes = (
        f'<w:footnote w:type="separator" w:id="0">{paragraph("线")}</w:footnote>'
        f'<w:footnote w:id="2">{paragraph("注二12家。")}</w:footnote>'
        f'<w:footnote w:id="3">{paragraph("注三。")}</w:footnote>'
    )
    body = paragraph("正文", '<w:r><w:footnoteReference w:id="3"/></w:r>', '<w:r><w:footnoteReference w:id="2"/></w:r>')
    again = paragraph("又", '<w:r><w:footnoteReference w:id="2"/></w:r>')
    assert text(body, again, footnotes=notes) == "正文\n又\n注三。\n注二12家。"


# --- headings and numbers --------------------------------------------------------------------------------------------

STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/>{more}</w:style>'
    for key, name, more in [
        ("1", "heading 1", ""),
        ("2", "标题 2", ""),
        ("3", "mine", '<w:basedOn w:val="1"/>'),
        ("4", "outlined", '<w:pPr><w:outlineLvl w:val="2"/></w:pPr>'),
        ("5", "Title", ""),
        ("6", "toc 1", ""),
        ("7", "loop", '<w:basedOn w:val="7"/>'),
        ("8", "Normal", ""),
    ]
)


@pytest.mark.parametrize(
    ("properties", "kind", "level"),
    [
        ('<w:pStyle w:val="1"/>', BlockKind.HEADING, 1),
        ('<w:pStyle w:val="2"/>', BlockKind.HEADING, 2),
        ('<w:pStyle w:val="3"/>', BlockKind.HEADING, 1),
        ('<w:pStyle w:val="4"/>', BlockKind.HEADING, 3),
        ('<w:pStyle w:val="5"/>', BlockKind.HEADING, 0),
        ('<w:pStyle w:val="6"/>', BlockKind.FURNITURE, None),
        ('<w:pStyle w:val="7"/>', BlockKind.PARAGRAPH, None),
        ('<w:pStyle w:val="8"/>', BlockKind.PARAGRAPH, None),
        ('<w:pStyle w:val="8"/><w:outlineLvl w:val="0"/>', BlockKind.HEADING, 1),
        ('<w:pStyle w:val="1"/><w:outlineLvl w:val="9"/>', BlockKind.PARAGRAPH, None),
        ("", BlockKind.PARAGRAPH, None),
    ],
)
def test_headings(properties: str, kind: BlockKind, level: int | None) -> None:
    (block,) = document(docx(paragraph("一、工作", properties=properties), styles=STYLES)).blocks
    assert (block.kind, block.level) == (kind, level)


def test_a_whole_paragraph_in_a_heading_style_is_no_heading() -> None:
    (block,) = document(docx(paragraph("长" * 200, properties='<w:pStyle w:val="1"/>'), styles=STYLES)).blocks
    assert block.kind is BlockKind.PARAGRAPH


def level(number: int, number_format: str, shown: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{number_format}"/>{more}'
        f'<w:lvlText w:val="{shown}"/></w:lvl>'
    )


def numbered(words: str, number: int = 1, place: int = 0) -> str:
    return paragraph(words, properties=f'<w:numPr><w:ilvl w:val="{place}"/><w:numId w:val="{number}"/></w:numPr>')


def numbering(*levels: str, nums: str = "") -> str:
    nums = nums or '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    return f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>{nums}'


def test_levels_of_numbers() -> None:
    levels = numbering(
        level(0, "chineseCountingThousand", "%1、"), level(1, "chineseCounting", "(%2)"), level(2, "decimal", "%3.")
    )
    body = [
        numbered("甲"), numbered("子", place=1), numbered("5亿元", place=2), numbered("6亿元", place=2),
        numbered("丑", place=1), numbered("7亿元", place=2), numbered("乙"), numbered("寅", place=1),
    ]  # fmt: skip
    assert text(*body, numbering=levels).split("\n") == [
        "一、甲", "(一)子", "1. 5亿元", "2. 6亿元", "(二)丑", "1. 7亿元", "二、乙", "(一)寅",
    ]  # fmt: skip


def test_numbers_of_several_levels() -> None:
    levels = numbering(level(0, "upperRoman", "%1"), level(1, "decimal", "%1.%2", "<w:isLgl/>"))
    body = [numbered("甲"), numbered("子", place=1), numbered("丑", place=1)]
    assert text(*body, numbering=levels).split("\n") == ["I 甲", "1.1 子", "1.2 丑"]


def test_bullets_and_no_number() -> None:
    levels = numbering(level(0, "bullet", "\uf0a7"), level(1, "none", ""))
    assert text(numbered("甲"), numbered("乙", place=1), numbered("丙", 0), numbering=levels) == "甲\n乙\n丙"


def test_restarted_list() -> None:
    nums = (
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/>'
        "</w:lvlOverride></w:num>"
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num>'
    )
    levels = numbering(level(0, "decimal", "%1、"), nums=nums)
    body = [numbered("甲"), numbered("乙"), numbered("丙", 2), numbered("丁", 2), numbered("戊", 3)]
    assert text(*body, numbering=levels).split("\n") == ["1、甲", "2、乙", "1、丙", "2、丁", "3、戊"]


def test_number_by_style() -> None:
    style = (
        '<w:style w:type="paragraph" w:styleId="N"><w:name w:val="heading 1"/>'
        '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    body = paragraph("总结", properties='<w:pStyle w:val="N"/>') * 2
    assert text(body, styles=style, numbering=numbering(level(0, "chineseCounting", "%1、"))) == "一、总结\n二、总结"


@pytest.mark.parametrize(
    ("number", "number_format", "wanted"),
    [
        (10, "chineseCounting", "十"),
        (11, "chineseCounting", "十一"),
        (20, "chineseCountingThousand", "二十"),
        (21, "chineseCountingThousand", "二十一"),
        (100, "chineseCountingThousand", "一百"),
        (101, "chineseCountingThousand", "一百零一"),
        (110, "chineseCountingThousand", "一百一十"),
        (1001, "chineseCountingThousand", "一千零一"),
        (10, "ideographDigital", "一〇"),
        (3, "chineseLegalSimplified", "叁"),
        (3, "decimalEnclosedCircle", "③"),
        (21, "decimalEnclosedCircle", "21"),
        (2, "ideographTraditional", "乙"),
        (5, "decimalFullWidth", "５"),
        (7, "decimalZero", "07"),
        (28, "lowerLetter", "bb"),
        (1994, "lowerRoman", "mcmxciv"),
        (0, "chineseCounting", "0"),
        (-3, "lowerRoman", "-3"),
    ],
)
def test_number_formats(number: int, number_format: str, wanted: str) -> None:
    assert format_number(number, number_format) == wanted


# --- tables ----------------------------------------------------------------------------------------------------------


def cells(document: Document) -> dict[tuple[int | None, int | None, int | None], tuple[str, Block]]:
    return {
        (block.table, block.row, block.column): (document.text[block.span.start : block.span.end], block)
        for block in document.blocks
        if block.kind is BlockKind.CELL
    }


START, GOES_ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def test_table_with_merged_cells() -> None:
    body = paragraph("各地主要指标") + paragraph("单位：张") + table(
        row(cell("片区", START), cell("地区", START), cell("2022年", '<w:gridSpan w:val="2"/>'), "备注"),
        row(cell("", GOES_ON), cell("", GOES_ON), "床位数", "参合率", ""),
        row(cell("城区", START), "甲市", "1,200", "xx.x%", "好"),
        row(cell("", GOES_ON), "乙市", "1,300", "—", ""),
    )  # fmt: skip
    result = document(docx(body + paragraph("以上。")))
    found = cells(result)
    assert {place[1:]: words for place, (words, _) in found.items()} == {
        (1, 1): "片区", (1, 2): "地区", (1, 3): "2022年", (1, 5): "备注", (2, 3): "床位数", (2, 4): "参合率",
        (3, 1): "城区", (3, 2): "甲市", (3, 3): "1,200", (3, 4): "xx.x%", (3, 5): "好",
        (4, 2): "乙市", (4, 3): "1,300", (4, 4): "—",
    }  # fmt: skip
    block = found[1, 4, 3][1]
    assert (block.row_heading, block.column_heading) == ("城区 乙市", "2022年 床位数")
    assert block.caption == "各地主要指标 单位：张"
    assert "城区\t甲市\t1,200\txx.x%\t好\n" in result.text
    assert result.text.endswith("\n以上。")


def test_serial_numbers_are_no_headings_and_no_header_row_gives_none() -> None:
    body = table(row("序号", "名称", "数量"), row("1", "医院", "12"), row("2", "诊所", "30"))
    assert cells(document(docx(body)))[1, 3, 3][1].row_heading == "诊所"
    body = table(row("医院", "12"), row("诊所", "30"))
    block = cells(document(docx(body)))[1, 2, 2][1]
    assert (block.row_heading, block.column_heading) == ("诊所", "")


TABLES = [
    ("figures with units", ["项目|数量", "义诊|500多场", "讲座|约30场"], (3, 2), "讲座", "数量"),
    ("title and unit inside", ["各乡情况||", "||单位:人", "乡镇|医生|护士", "甲乡|4|5"], (4, 2), "甲乡", "医生"),
    ("columns counted", ["单位|收入|支出", "甲|1|2", "一院|30.5|29"], (3, 2), "一院", "收入"),
    ("sections", ["项目|2023年", "一、医院|", "床位|12", "二、诊所|", "床位|3"], (5, 2), "床位", "2023年"),
    ("cells not merged", ["类别|人次|", "|2022年|2023年", "一院|3|4"], (3, 3), "一院", "人次 2023年"),
    ("two halves", ["指标|数值|指标|数值", "医院|14|诊所|236", "医师|9|护士|12"], (2, 4), "诊所", "数值"),
    ("a form", ["名称|甲院|类别|公立", "床位|260张|职工|412人", "面积|2.6万平方米|门诊|9万人次"], (3, 4), "门诊", ""),
    (
        "serial number inside",
        ["领域|序号|指标|2023年", "健康|1|寿命|79.1", "健康|2|死亡率|3.2"],
        (3, 4),
        "健康 死亡率",
        "2023年",
    ),
    ("ages", ["年龄|男|女", "0—14岁|3.1|2.9", "65岁以上|1.2|1.4"], (3, 2), "65岁以上", "男"),
    ("masked places", ["单位|参合率", "xx县|98%", "xx区|97%"], (2, 2), "xx县", "参合率"),
]


@pytest.mark.parametrize(("rows", "at", "beside", "above"), [t[1:] for t in TABLES], ids=[t[0] for t in TABLES])
def test_headings_of_tables(rows: list[str], at: tuple[int, int], beside: str, above: str) -> None:
    found = cells(document(docx(table(*(row(*(cell(c) for c in line.split("|"))) for line in rows)))))
    block = found[1, *at][1]
    assert (block.row_heading, block.column_heading, block.is_heading) == (beside, above, False)


def test_nested_table_stays_in_its_place() -> None:
    inner = table(row("名称", "数量"), row("医院", "12"))
    result = document(docx(table(row(cell("附", inside=inner + paragraph("注")), "说明"), row("甲", "乙"))))
    assert result.text == "附\n名称\t数量\n医院\t12\n注\t说明\n甲\t乙"
    assert cells(result)[2, 2, 2][1].column_heading == "数量"


def test_frame_of_one_cell_is_no_table() -> None:
    result = document(docx(table(row(cell("第一段。", inside=paragraph("第二段。"))))))
    assert [block.kind for block in result.blocks] == [BlockKind.PARAGRAPH] * 2


def test_rows_and_cells_in_content_controls_and_deleted_rows() -> None:
    wrapped = f"<w:sdt><w:sdtContent>{row('甲', '12')}</w:sdtContent></w:sdt>"
    body = table(row("名", "数"), wrapped, row("乙", "13", properties="<w:del/>"))
    assert text(body) == "名\t数\n甲\t12"


TRACKED = [
    ("inserted row", table(row("名", "数"), row("甲", "12", properties="<w:ins/>")), "名\t数\n甲\t12"),
    ("inserted cell", table(row("名", cell("12", "<w:cellIns/>"))), "名\t12"),
    ("deleted cell", table(row("名", cell("13", "<w:cellDel/>"), "12")), "名\t12"),
    (
        "merged cells",
        table(
            row(cell("名", '<w:cellMerge w:vMerge="rest"/>'), "12"),
            row(cell("旧", '<w:cellMerge w:vMerge="cont"/>'), "13"),
        ),
        "名\t12\n13",
    ),
    ("merge that goes on from nowhere", table(row(cell("名", GOES_ON), "12"), row("乙", "13")), "名\t12\n乙\t13"),
]


@pytest.mark.parametrize(("body", "wanted"), [case[1:] for case in TRACKED], ids=[case[0] for case in TRACKED])
def test_tracked_and_merged_cells(body: str, wanted: str) -> None:
    assert text(body) == wanted


def test_columns_after_cells_that_are_merged_sidewards() -> None:
    body = table(row("名", "甲", "乙"), row(cell("计", '<w:hMerge w:val="restart"/>'), cell("", "<w:hMerge/>"), "12"))
    assert cells(document(docx(body)))[1, 2, 3][1].column_heading == "乙"


def test_a_merge_ends_where_a_row_does_not_go_on_with_it() -> None:
    rows = [
        row("0", cell("甲", START)),
        row("1", cell("", GOES_ON)),
        row(cell("乙", '<w:gridSpan w:val="2"/>')),
        row("3", cell("丙", GOES_ON)),
    ]
    assert text(table(*rows)) == "0\t甲\n1\n乙\n3\t丙"


# --- Word in one XML file ---------------------------------------------------------------------------------------------

PKG = "http://schemas.microsoft.com/office/2006/xmlPackage"
OLD = "http://schemas.microsoft.com/office/word/2003/wordml"


def flat(body: str, **parts: str) -> bytes:
    """A package in one XML file, made of the members of a docx."""
    with zipfile.ZipFile(io.BytesIO(docx(body, **parts))) as archive:
        members = "".join(
            f'<pkg:part pkg:name="/{name}"><pkg:xmlData>{archive.read(name).decode()}</pkg:xmlData></pkg:part>'
            for name in archive.namelist()
        )
    picture = '<pkg:part pkg:name="/word/media/a.png"><pkg:binaryData>QUJD</pkg:binaryData></pkg:part>'
    head = '<?xml version="1.0" standalone="yes"?><?mso-application progid="Word.Document"?>'
    return f'{head}<pkg:package xmlns:pkg="{PKG}">{picture}{members}</pkg:package>'.encode()


def word_2003(body: str, lists: str = "") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><?mso-application progid="Word.Document"?>'
        f'<w:wordDocument xmlns:w="{OLD}" xmlns:wx="wx" xmlns:aml="aml" xmlns:o="o" xml:space="preserve">'
        "<o:DocumentProperties><o:Title>总结</o:Title><o:Author>办公室</o:Author></o:DocumentProperties>"
        f"<w:lists>{lists}</w:lists>"
        '<w:styles><w:style w:type="paragraph" w:default="on" w:styleId="a"><w:name w:val="Normal"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style></w:styles>'
        f"<w:body><wx:sect>{body}<w:sectPr/></wx:sect></w:body></w:wordDocument>"
    ).encode()


def test_a_package_in_one_file_is_read_like_the_docx() -> None:
    own = '<w:pStyle w:val="1"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    body = paragraph("总结", properties=own) + table(row("名", "数"), row("甲", "12"))
    parts = {"styles": STYLES, "numbering": numbering(level(0, "chineseCounting", "%1、"))}
    one, other = document(flat(body, **parts), "report.doc"), document(docx(body, **parts))
    assert one.text == other.text == "一、总结\n名\t数\n甲\t12"
    assert one.blocks == other.blocks
    assert one.format == "wordxml"


def test_word_2003() -> None:
    gone = f'<aml:annotation w:type="Word.Deletion"><aml:content>{run("5亿元")}</aml:content></aml:annotation>'
    kept = f'<aml:annotation w:type="Word.Insertion"><aml:content>{run("5.19亿元")}</aml:content></aml:annotation>'
    note = f"<w:r><w:footnote>{paragraph('注。')}</w:footnote></w:r>"
    body = (
        paragraph(
            "总结", properties='<w:pStyle w:val="1"/><w:listPr><w:ilvl w:val="0"/><wx:t wx:val="一、"/></w:listPr>'
        )
        + paragraph("投入", gone, kept, note, "。", '<w:r><w:br w:type="text-wrapping"/><w:t> 完</w:t></w:r>')
        + table(row(cell("名", '<w:vmerge w:val="restart"/>'), "数"), row(cell("", "<w:vmerge/>"), "12"))
        + "<w:p><w:r><w:pict><w:binData w:name='a.png'>QUJD</w:binData></w:pict></w:r></w:p>"
    )
    result = document(word_2003(body), "report.doc")
    assert result.text == "一、总结\n投入5.19亿元。\n 完\n名\t数\n12\n注。"
    assert (result.blocks[0].level, result.format) == (1, "wordxml")
    assert result.meta == {"title": "总结", "creator": "办公室"}


def test_lists_of_word_2003() -> None:
    lists = (
        '<w:listDef w:listDefId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:nfc w:val="37"/><w:lvlText w:val="%1、"/>'
        '</w:lvl></w:listDef><w:list w:ilfo="3"><w:ilst w:val="0"/></w:list>'
    )
    own = '<w:listPr><w:ilvl w:val="0"/><w:ilfo w:val="3"/></w:listPr>'
    body = paragraph("甲", properties=own) + paragraph("乙", properties=own)
    assert document(word_2003(body, lists)).text == "一、甲\n二、乙"


def test_word_xml_that_cannot_be_read() -> None:
    whole = word_2003(paragraph("正文。" * 300))
    assert issue(whole[: len(whole) // 2]).code == "damaged"
    assert issue(word_2003("<w:p/>")).code == "empty"
    other = f'<?xml version="1.0"?><x xmlns:w="{OLD}"><w:p/></x>'
    assert issue(other.encode()).code == "unsupported"
    entities = whole.decode().replace("<w:wordDocument", f"{BILLION}<w:wordDocument", 1).replace("正文。", "&b;", 1)
    assert issue(entities.encode()).code == "unsafe"


# --- the file --------------------------------------------------------------------------------------------------------


def test_properties() -> None:
    core = (
        '<c:coreProperties xmlns:c="c" xmlns:dc="dc" xmlns:dt="dt"><dc:title>总结</dc:title>'
        "<dc:creator>办公室</dc:creator>"
        "<dt:created>2023-01-01T00:00:00Z</dt:created></c:coreProperties>"
    )
    meta = document(docx(paragraph("正文。"), core=core)).meta
    assert meta == {"title": "总结", "creator": "办公室", "created": "2023-01-01T00:00:00Z"}


def test_named_txt() -> None:
    assert document(docx(paragraph("正文。")), "report.txt").format == "docx"


def test_main_part_elsewhere_and_strict_namespace() -> None:
    assert document(docx(paragraph("正文。"), main="word/document2.xml")).text == "正文。"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", f'<d xmlns="{STRICT}"><body><p><r><t>正文。</t></r></p></body></d>')
    assert document(buffer.getvalue()).text == "正文。"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_damaged(share: float) -> None:
    data = docx(paragraph("正文。" * 500))
    assert issue(data[: int(len(data) * share)]).code == "damaged"


def test_damaged_inside() -> None:
    good = docx("".join(paragraph(f"正文{number}。") for number in range(500)))
    bad = bytearray(good)
    middle = good.index(b"word/document.xml") + 300
    bad[middle : middle + 50] = bytes(50)
    assert issue(bytes(bad)).code == "damaged"
    assert issue(docx("<w:p>")).code == "damaged"


def test_broken_styles_cost_no_text() -> None:
    assert text(paragraph("正文。"), styles="<w:style>") == "正文。"


def test_nothing_in_it() -> None:
    assert issue(docx("<w:p/>")).code == "empty"


BILLION = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("body", "head", "code"),
    [
        (paragraph("&b;"), BILLION, "unsafe"),
        (paragraph("&x;"), '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>', "unsafe"),
        ("<w:p/>" * 250_000, "", "too_large"),
        (paragraph("多" * 5_000_000), "", "too_large"),
        ("<w:sdt>" * 3000 + "</w:sdt>" * 3000, "", "damaged"),
    ],
    ids=["entities", "outside entity", "many paragraphs", "bomb", "deep"],
)
def test_hostile(body: str, head: str, code: str) -> None:
    start = time.monotonic()
    assert issue(docx(body, head=head)).code in (code, "too_large")
    assert time.monotonic() - start < 20


@pytest.mark.parametrize("part", ["styles", "numbering", "footnotes"])
def test_entities_in_any_part(part: str) -> None:
    own = '<w:numPr><w:numId w:val="1"/></w:numPr>'
    good = docx(paragraph("正文", '<w:r><w:footnoteReference w:id="1"/></w:r>', properties=own), **{part: ""})
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[f"word/{part}.xml"] = BILLION.encode() + members[f"word/{part}.xml"]
    assert issue(packed(members)).code == "unsafe"


def packed(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def one_part(content: bytes) -> bytes:
    return packed({"word/document.xml": content})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<r>" + b"<a/>" * 6_000_000 + b"</r>", "too_large"),
        (b"<r>" + b'<a b="" c=""/>' * 1_000_000 + b"</r>", "too_large"),
        (b"<r>" + b"x" * 11_000_000 + b"</r>", "too_large"),
        (('<?xml version="1.0" encoding="IBM037"?>' + "<a/>" * 10).encode("cp037"), "damaged"),
        (b'<?xml version="1.0" encoding="UTF-7"?><a>+ADw-b/+AD4-</a>', "damaged"),
        (b"<w:tbl><w:tr><w:tc>" * 500, "too_large"),
        (b"", "damaged"),
    ],
    ids=["elements", "attributes", "one long text", "another encoding", "UTF-7", "deep", "nothing"],
)
def test_parts_that_would_take_too_much(content: bytes, code: str) -> None:
    content = content.replace(b"<w:tbl>", f'<w:tbl xmlns:w="{W}">'.encode(), 1)
    assert issue(one_part(content)).code == code


BARE = "<w:r><w:t>有12家</w:t></w:r>"


@pytest.mark.parametrize(
    "between",
    [
        f"<!-- <w:rPr> -->{BARE}<!-- </w:rPr> -->",
        f"<?note <w:pPr> ?>{BARE}<?note </w:pPr> ?>",
        f"<w:r><w:t><![CDATA[<w:rPr>]]></w:t></w:r>{BARE}<w:r><w:t><![CDATA[</w:rPr>]]></w:t></w:r>",
        BARE + run("", "<w:b/><w:rPrChange><w:rPr><w:i/></w:rPr></w:rPrChange>"),
        BARE + run("", "<w:b/><w:rPrChange><w:rPr ><w:i/></w:rPr></w:rPrChange>"),
        BARE + run("", "<w:rPrChange><w:rPr/></w:rPrChange><w:b/>"),
        f'<w:bookmarkStart w:name="&lt;w:rPr>"/>{BARE}<w:bookmarkEnd w:name="&lt;/w:rPr>"/>',
    ],
)
def test_properties_that_are_not_looked_at_cost_no_words(between: str) -> None:
    body = paragraph("医院", between, "1,728") + paragraph("张", properties="<w:jc/><w:rPr><w:b/></w:rPr>")
    assert re.sub("</?w:rPr>", "", text(body)) == "医院有12家1,728\n张"


def test_utf16() -> None:
    inside = f'<w:document xmlns:w="{W}"><w:body>{paragraph("正文。")}</w:body></w:document>'
    whole = f'<?xml version="1.0" encoding="UTF-16"?>{inside}'
    assert document(one_part(whole.encode("utf-16"))).text == "正文。"


def test_a_member_that_lies_about_its_size_is_not_unpacked() -> None:
    content = f'<w:document xmlns:w="{W}"/>'.encode() + b" " * 20_000_000
    data = bytearray(packed({"word/document.xml": content}, zipfile.ZIP_DEFLATED))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(mark) + place
        data[at : at + 4] = (1000).to_bytes(4, "little")
    tracemalloc.start()
    assert issue(bytes(data)).code == "damaged"
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_names_of_members() -> None:
    with zipfile.ZipFile(io.BytesIO(docx(paragraph("正文。")))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    strange = {name.replace("/", "\\"): content for name, content in members.items()}
    assert document(packed(strange)).text == "正文。"
    assert document(
        packed(members | {"/etc/x": b"", "../word/document.xml": b"<x/>", "word/glossary/document.xml": b""})
    ).text
    outside = members["_rels/.rels"].replace(b"word/document.xml", b"../../etc/passwd")
    assert document(packed(members | {"_rels/.rels": outside})).text == "正文。"
    assert issue(packed({"[Content_Types].xml": b"", "word/styles.xml": b""})).code == "damaged"


def test_loops_of_styles_lists_and_notes() -> None:
    own = '<w:pStyle w:val="a"/><w:numPr><w:numId w:val="1"/></w:numPr>'
    styles = "".join(f'<w:style w:styleId="{a}"><w:basedOn w:val="{b}"/></w:style>' for a, b in ("ab", "bc", "ca"))
    lists = (
        '<w:abstractNum w:abstractNumId="0"><w:styleLink w:val="a"/><w:numStyleLink w:val="a"/></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    refers = '<w:r><w:footnoteReference w:id="1"/></w:r>'
    notes = f'<w:footnote w:id="1">{paragraph("注", refers)}</w:footnote>'
    body = paragraph("正文", refers * 1000, properties=own)
    assert text(body, styles=styles, numbering=lists, footnotes=notes) == "正文\n注"


def test_wide_rows_lose_nothing() -> None:
    assert text(table(row(*map(str, range(1000))))).split("\t") == [str(n) for n in range(1000)]


def test_too_many_cells_and_tables() -> None:
    assert issue(docx(table(f"<w:tr>{'<w:tc/>' * 100}</w:tr>" * 1100))).code == "too_large"
    assert issue(docx(table("<w:tr><w:tc/></w:tr>") * 10_001)).code == "too_large"


def test_a_list_of_members_without_end() -> None:
    entry = b"PK\x01\x02" + bytes(42)
    data = b"PK\x03\x04" + bytes(26) + entry * 150_000 + b"PK\x05\x06" + bytes(18)
    start = time.monotonic()
    assert issue(data)
    assert time.monotonic() - start < 2


def test_style_sheets_that_word_did_not_write() -> None:
    body = paragraph("总结", properties='<w:pStyle w:val="1"/>')
    for styles in (
        '<w:style w:type="table" w:styleId="t"/>' + STYLES,
        "<!-- " + STYLES + " -->" + STYLES,
        STYLES.replace('"', "'"),
        STYLES.replace("w:style ", "w:style\n"),
    ):
        (block,) = document(docx(body, styles=styles)).blocks
        assert block.level == 1


def test_absurd_table() -> None:
    body = table(row(cell("甲", '<w:gridSpan w:val="250"/>'), "乙") * 20_000)
    start = time.monotonic()
    assert text(body)
    assert time.monotonic() - start < 20


def test_absurd_span() -> None:
    body = table(row(cell("甲", '<w:gridSpan w:val="100000"/>'), "乙"), row("丙", "12"))
    start = time.monotonic()
    assert "丙" in text(body)
    assert time.monotonic() - start < 5


# --- shared fixtures -------------------------------------------------------------------------------------------------


def tight(words: str) -> str:
    return re.sub(r"\s", "", words)


def fixture(name: str) -> tuple[Document, str]:
    result = read(FIXTURES / "docx" / f"{name}.docx")
    assert isinstance(result, Document), result
    truth = "report" if name == "report_lo" else name
    return result, (FIXTURES / "truth" / f"{truth}.txt").read_text("utf-8")


@NEEDS_FIXTURES
@pytest.mark.parametrize("name", ["report", "report_lo", "report_2col", "report_noborder", "report_wqy", "long"])
def test_fixture_text(name: str) -> None:
    result, truth = fixture(name)
    assert tight(result.text) == tight(truth)


@NEEDS_FIXTURES
def test_fixture_features() -> None:
    result, truth = fixture("features")
    flags = json.loads((FIXTURES / "truth" / "features_flags.json").read_text("utf-8"))
    kept = {name for name, words in flags.items() if words in result.text}
    assert kept == set(flags) - {"del", "comment", "hidden"}
    body = result.text
    for words in flags.values():
        assert body.count(words) <= 1
        body = body.replace(words, "")
    # The words around the features are not in the truth; all that is must be there, in its order.
    steps = difflib.SequenceMatcher(None, tight(body), tight(truth), autojunk=False).get_opcodes()
    assert {kind for kind, *_ in steps} <= {"equal", "delete"}
    assert sum(end - start for kind, start, end, *_ in steps if kind == "delete") < 60


@NEEDS_FIXTURES
@pytest.mark.parametrize("name", ["report", "report_lo", "report_noborder", "report_wqy", "long", "features"])
def test_fixture_table(name: str) -> None:
    result, _ = fixture(name)
    truth = json.loads((FIXTURES / "truth" / f"{name.replace('_lo', '')}.json").read_text("utf-8"))
    item = next(item for item in truth if item["type"] == "table")
    rows = [item["top"], item["sub"], *item["rows"]]
    found = {place[1:]: words for place, (words, _) in cells(result).items() if place[0] == 1}
    assert found == {(r, c): words for r, line in enumerate(rows, 1) for c, words in enumerate(line, 1) if words}
    group = ""
    for r, line in enumerate(rows[2:], start=3):
        group = line[0] or group
        for c in range(3, len(line) + 1):
            block = cells(result)[1, r, c][1]
            assert block.row_heading == f"{group} {line[1]}"
            assert block.column_heading == f"{rows[0][2 if c <= 5 else 5]} {rows[1][c - 1]}"
