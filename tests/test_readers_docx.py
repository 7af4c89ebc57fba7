"""The docx reader, on small files made here and on the shared fixtures where they are at hand."""

from __future__ import annotations

import difflib
import io
import json
import re
import time
import zipfile
from pathlib import Path

import pytest

from hreport.model import Block, BlockKind, Document, Issue
from hreport.readers import read, read_bytes
from hreport.readers.docx import format_number

FIXTURES = Path(__file__).parents[2] / "shared" / "fixtures"
NEEDS_FIXTURES = pytest.mark.skipif(not FIXTURES.is_dir(), reason="shared fixtures are not here")

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
NAMESPACES = f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="wps"'
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
    result = read_bytes(data, name)
    assert isinstance(result, Document), result
    end = 0
    for block in result.blocks:
        assert end <= block.span.start < block.span.end <= len(result.text)
        end = block.span.end
    return result


def issue(data: bytes) -> Issue:
    result = read_bytes(data, "report.docx")
    assert isinstance(result, Issue), result.text[:100]
    assert result.fatal
    assert "\n" not in result.message
    return result


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
