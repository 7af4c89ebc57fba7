"""Readers of xlsx, xls and separated values: what a person sees in the cells, cut into tables with their captions."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest
from sheets import CASES, put, workbook, wrong
from texts import LEXICON, opened, refused

from hreport.analyse import analyse
from hreport.lexicon import load
from hreport.model import Block, BlockKind, Document, Issue, Masked
from hreport.pipeline import Source, Work, process
from hreport.readers import recognise
from hreport.readers.csv import delimiter
from hreport.readers.numberformat import general, shown


def document(data: bytes, name: str = "book.xlsx") -> Document:
    return opened(data, name)


def issue(data: bytes, name: str = "book.xlsx") -> Issue:
    return refused(data, name)


def book(*rows: Sequence[Any], **sheets: Sequence[Sequence[Any]]) -> bytes:
    """A workbook of one sheet with these rows, and of others by name."""

    def fill(made: openpyxl.Workbook) -> None:
        put(made.active, rows)
        for name, others in sheets.items():
            put(made.create_sheet(name), others)

    return workbook(fill)


def lines(found: Document) -> list[str]:
    return found.text.split("\n")


def words(found: Document, block: Block) -> str:
    return found.text[block.span.start : block.span.end]


def cells(found: Document) -> dict[tuple[int, int], Block]:
    return {(b.row or 0, b.column or 0): b for b in found.blocks if b.kind is BlockKind.CELL}


# --- what the cells hold ----------------------------------------------------------------------------------------------


def test_a_sheet_is_a_page_with_lines_a_table_and_notes() -> None:
    found = document(
        book(
            ["表1 各市床位数"], [None, None, "单位:张"], ["地区", 2022, 2023], ["杭州市", 98765, 99876],
            ["宁波市", 54321, 55432], ["注:2023年为快报数。"],
        )
    )  # fmt: skip
    assert found.format == "xlsx"
    assert lines(found) == [
        "表1 各市床位数", "单位:张", "地区\t2022\t2023", "杭州市\t98765\t99876", "宁波市\t54321\t55432",
        "注:2023年为快报数。",
    ]  # fmt: skip
    assert [b.kind for b in found.blocks if b.kind is not BlockKind.CELL] == [BlockKind.PARAGRAPH] * 3
    cell = cells(found)[5, 3]
    assert (words(found, cell), cell.row_heading, cell.column_heading) == ("55432", "宁波市", "2023")
    assert (cell.page, cell.table, cell.caption) == (1, 1, "表1 各市床位数 单位:张")


def test_cells_know_their_place_in_the_sheet() -> None:
    def fill(made: openpyxl.Workbook) -> None:
        put(made.active, [["地区", "床位数"], ["甲县", 12], [], ["乙县", 34]], (7, 3))

    found = document(workbook(fill))
    assert sorted(cells(found)) == [(7, 3), (7, 4), (8, 3), (8, 4), (10, 3), (10, 4)]
    assert {b.table for b in cells(found).values()} == {1}
    assert cells(found)[10, 4].row_heading == "乙县"


def test_merged_cells_are_one_and_head_all_that_they_cover() -> None:
    def fill(made: openpyxl.Workbook) -> None:
        put(
            made.active,
            [["地区", "2022年", None, "2023年"], [None, "医院", "床位", "医院", "床位"], ["甲县", 15, 26, 37, 48]],
        )
        for merged in ("A1:A2", "B1:C1", "D1:E1"):
            made.active.merge_cells(merged)

    found = document(workbook(fill))
    assert cells(found)[3, 3].column_heading == "2022年 床位"
    assert cells(found)[3, 4].column_heading == "2023年 医院"
    assert cells(found)[3, 5].row_heading == "甲县"


@pytest.mark.parametrize(
    ("number", "code", "text"),
    [
        (0.352, "0.0%", "35.2%"), (12345.678, "#,##0.00", "12,345.68"), (0.1 + 0.2, "General", "0.3"),
        (5.19, '0.0"亿元"', "5.2亿元"), (5.19, "0.0亿元", "5.2亿元"), (1.005, "0.00", "1.01"), (2.5, "0", "3"),
        (-1234, "#,##0;-#,##0", "-1,234"), (-5, "0.00_);(0.00)", "-5.00"), (-3.2, "0.0;[Red]0.0", "-3.2"),
        (-3.2, "0.0;[红色]0.0", "-3.2"), (-1234, '0;"▲"0', "▲1234"), (12345, "0.0,", "12.3"),
        (123456, '0!.0,"万"', "12.3万"), (1234567, "#,##0,", "1,235"), (7, "000", "007"),
        (13800001234, "000-0000-0000", "138-0000-1234"), (0, "#", ""), (5, "0.##", "5"), (12, ";;;", ""),
        (0, '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', "-"), (12, '"xx.x"', "xx.x"), (0.5, ".00", ".50"),
        (1e6, '[>=10000]0!.0,"万";0', "100.0万"), (99, '[>=10000]0!.0,"万";0', "99"),
        (1234.5, "[$¥-804]#,##0", "¥1,235"),
        (123, "00,000", "00,123"), (45047, "yyyy-mm-dd", "2023-05-01"), (45047, 'yyyy"年"m"月"', "2023年5月"),
        (45047.5, "yyyy/m/d h:mm", "2023/5/1 12:00"), (45047.75, "h:mm AM/PM", "6:00 PM"), (1.5, "[h]:mm", "36:00"),
        (3, "[DBNum1]0", None), (1.5, "# ?/?", None), (123456, "0.00E+00", None), (5, "0.0.0" * 60, None),
        (-1, "yyyy-mm-dd", None), (1e300, "yyyy", None),
    ],
)  # fmt: skip
def test_number_formats(number: float, code: str, text: str | None) -> None:
    assert shown(number, code) == text


def test_general_is_without_noise_and_without_exponent() -> None:
    numbers = (1 / 3, 1234567890.12, 1e-5, 1e21, 12.0, 35.199999999999996, 5.2345678901234, -0.5, 0.0)
    assert [general(n) for n in numbers] == [
        "0.333333333", "1234567890.12", "0.00001", "1000000000000000000000", "12", "35.2", "5.2345678901234", "-0.5",
        "0",
    ]  # fmt: skip


def test_dates_of_1904() -> None:
    assert shown(0, "yyyy-mm-dd", from_1904=True) == "1904-01-01"
    assert shown(1, "yyyy-mm-dd") is None  # days of 1900, which Excel counts wrongly


def raw(sheet: str, strings: str = "", styles: str = "", about: str = "", name: str = "Sheet1") -> bytes:
    """A workbook of one sheet, of its XML."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = f'<sheet name="{name}" sheetId="1" r:id="r1" {about}/>'
        archive.writestr("xl/workbook.xml", f'<workbook xmlns:r="r"><sheets>{entry}</sheets></workbook>')
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="/xl/worksheets/a.xml"/></Relationships>',
        )
        archive.writestr("xl/worksheets/a.xml", sheet)
        for part, content in (("sharedStrings", strings), ("styles", styles)):
            if content:
                archive.writestr(f"xl/{part}.xml", content)
    return stream.getvalue()


def data_of(*rows: str, after: str = "") -> str:
    made = "".join(f"<row>{row}</row>" for row in rows)
    return f'<worksheet xmlns="main"><sheetData>{made}</sheetData>{after}</worksheet>'


def text(words: str) -> str:
    return f'<c t="inlineStr"><is><t>{words}</t></is></c>'


def test_strings_formulas_errors_and_truths() -> None:
    strings = "<sst><si><r><t>卫生</t></r><r><t>院_x000A_(所)</t></r><rPh><t>weisheng</t></rPh></si></sst>"
    found = document(
        raw(
            data_of(
                f"{text('机构')}{text('数量')}",
                '<c t="s"><v>0</v></c><c><f>1+1</f><v>0.30000000000000004</v></c>',
                f'{text("医院")}<c t="e"><v>#DIV/0!</v></c><c t="b"><v>1</v></c><c t="str"><f>A1</f><v>12家</v></c>',
                f"{text('诊所')}<c><f>SUM(B1:B2)</f></c><c><v>abc</v></c>",
            ),
            strings,
        )
    )
    assert found.text == "机构\t数量\n卫生院\n(所)\t0.3\n医院\t#DIV/0!\tTRUE\t12家\n诊所\tabc"
    assert [(i.code, i.fatal) for i in found.issues] == [("formula", False)]
    assert found.issues[0].message.startswith("1 formulas have no result")


def test_what_is_hidden_is_said() -> None:
    def fill(made: openpyxl.Workbook) -> None:
        sheet = made.active
        put(sheet, [["地区", "床位", "人员"], ["甲县", 1, 2], ["乙县", 3, 4]])
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["B"].hidden = True
        sheet["C2"].number_format = ";;;"
        sheet["C3"].number_format = "# ??/??"
        put(made.create_sheet("底稿"), [["草稿", 99]])
        made["底稿"].sheet_state = "hidden"

    found = document(workbook(fill))
    assert found.text == "地区\t床位\t人员\n甲县\t1\n乙县\t3\t4"
    assert [(i.code, i.message.split(" ")[0]) for i in found.issues] == [
        ("hidden", "1"), ("hidden", "5"), ("format", "1"), ("format", "1")
    ]  # fmt: skip


def test_broken_styles_cost_the_look_only() -> None:
    found = document(raw(data_of(f'{text("床位")}<c s="3"><v>12.5</v></c>'), styles="<styleSheet><numFmts>"))
    assert found.text == "床位\t12.5"
    assert [i.code for i in found.issues] == ["format"]


# --- cutting a sheet into tables --------------------------------------------------------------------------------------


def tables(found: Document) -> list[list[str]]:
    made: dict[int, list[str]] = {}
    for block in found.blocks:
        if block.table:
            made.setdefault(block.table, []).append(words(found, block))
    return list(made.values())


def test_empty_rows_part_tables_with_headings_and_give_others_air() -> None:
    rows: list[list[Any]] = [
        ["指标", "2023年"], [], ["床位", 1], [], ["医师", 2], [], ["地区", "人口"], ["甲县", 3],
    ]  # fmt: skip
    assert tables(document(book(*rows))) == [
        ["指标", "2023年", "床位", "1", "医师", "2"], ["地区", "人口", "甲县", "3"]
    ]  # fmt: skip


def test_empty_columns_part_tables_with_headings_of_rows() -> None:
    rows: list[list[Any]] = [
        ["地区", "人口", None, "年份", "人口"], ["甲县", 3, None, "2022", 5], ["乙县", 4, None, "2023", 6]
    ]  # fmt: skip
    assert len(tables(document(book(*rows)))) == 2
    spaced: list[list[Any]] = [["地区", "人口", None, "床位"], ["甲县", 3, None, 5], ["乙县", 4, None, 6]]
    assert len(tables(document(book(*spaced)))) == 1


def test_a_line_with_a_number_begins_a_table_and_one_that_goes_on_keeps_its_caption() -> None:
    rows: list[list[Any]] = [
        ["表1 人口(万人)"], ["地区", "人口"], ["甲县", 3], ["表2 床位(张)"], ["地区", "床位"], ["乙县", 4], [],
        ["续表"], ["地区", "床位"], ["丙县", 5],
    ]  # fmt: skip
    found = document(book(*rows))
    assert list(dict.fromkeys(b.caption for b in found.blocks if b.table)) == ["表1 人口(万人)", "表2 床位(张)"]
    assert len(tables(found)) == 3


def test_names_of_sheets_that_say_something_are_headings() -> None:
    found = document(
        book(["说明"], **{"2023年": [["地区", "床位"], ["甲县", 4]], "Sheet7": [["地区", "人口"], ["甲县", 5]]})
    )
    assert [words(found, b) for b in found.blocks if b.kind is BlockKind.HEADING] == ["2023年"]
    assert [(b.page, b.caption) for b in found.blocks if b.is_heading][::3] == [(2, "2023年"), (3, "")]


def test_how_far_words_are_moved_in_is_kept() -> None:
    found = document(book(["指标", "2023年"], ["机构数(个)", 3], ["\u3000医院", 1], ["    综合医院", 1]))
    assert [cells(found)[row, 1].level for row in (2, 3, 4)] == [None, 2, 4]


# --- separated values -------------------------------------------------------------------------------------------------

ROWS = [["地区", "2022年", "2023年"], ["甲市", "92.4%", "1,203"], ["乙市", "90.6%", "xx.x"]]


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_separated_values(mark: str, encoding: str) -> None:
    quoted = [[f'"{v}"' if mark in v else v for v in row] for row in ROWS]
    found = document("\r\n".join(mark.join(row) for row in quoted).encode(encoding), "a.csv")
    assert found.format == "csv"
    assert found.text == "\n".join("\t".join(row) for row in ROWS)
    assert cells(found)[3, 3].row_heading == "乙市"


def test_markdown_tables_guards_and_ragged_rows() -> None:
    found = document("| 地区 | 床位 |\n| 甲市 | 12 |\n|----|----|\n| 乙市 | 13 |\n| 丙市 | 14 |\n".encode(), "a.md")
    assert found.format == "txt"  # a table of Markdown, whose text stays as it is
    drawn = document("|地区|床位|\n|甲市|12|\n|乙市|13|\n|----|----|\n|合计|25|\n".encode(), "a.csv")
    assert drawn.text == "地区\t床位\n甲市\t12\n乙市\t13\n合计\t25"
    ragged = '各市床位\n地区,区号,床位\n甲市,="0571",12\n乙市,\'0572,13\n丙市,0573,14\n丁市,0574,15\n注:快报数\n'
    found = document(ragged.encode(), "a.csv")
    assert lines(found)[0] == "各市床位"
    assert lines(found)[2] == "甲市\t0571\t12"
    assert found.blocks[-1].kind is BlockKind.PARAGRAPH


@pytest.mark.parametrize(
    "prose",
    [
        "今年,我市工作取得成绩。\n新增床位,共有300张。\n下一步,继续努力。\n",
        "一是投入加大,服务改善\n二是新增床位,共300张\n",
        "2023年工作总结\n全市医院12家，床位1,728张，医师3,201人。\n护士2,100人，床护比1:0.6。",
        "标题\n\n单独一行",
    ],
)
def test_prose_is_no_table(prose: str) -> None:
    assert delimiter(prose) is None
    assert recognise(prose.encode()) == "txt"


OWN = [
    "file,report,title,start,end,text,numeral\na.txt,1,总结,1,2,12,12\n",
    "文件,报告序号,标题,起点,终点,原文,数字原文\na.txt,1,总结,1,2,12,12\n",
    "indicator_id,indicator,unit,stated,usable,杭州市\nbeds,床位,张,1,1,2.1\n",
    "指标编号,指标,单位,有数地区数,可用地区数,杭州市\nbeds,床位,张,1,1,2.1\n",
]


@pytest.mark.parametrize("table", OWN)
def test_tables_of_ours_are_not_read_as_reports(table: str) -> None:
    assert issue(table.encode(), "a.csv").code == "table"
    assert issue(book(*(line.split(",") for line in table.splitlines()))).code == "table"


def test_tables_of_others_in_english_are_read() -> None:
    assert document(b"area,year,indicator,value,unit\nA,2022,beds,12,x\nB,2023,beds,13,x\n", "a.csv").format == "csv"


# --- old workbooks ----------------------------------------------------------------------------------------------------


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def biff(rows: Sequence[Sequence[Any]], formats: Sequence[str], merged: Sequence[tuple[int, int, int, int]]) -> bytes:
    """A workbook stream (BIFF8) of one sheet; a pair of a number and k is a number in format k."""
    begin = struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0)
    codes = [
        record(0x041E, struct.pack("<HHB", 164 + k, len(code), 1) + code.encode("utf-16-le"))
        for k, code in enumerate(formats)
    ]
    styles = [
        record(0xE0, struct.pack("<HHHBBB", 0, n, 1, 0, 0, 0) + bytes(11)) for n in [0, *range(164, 164 + len(codes))]
    ]
    head = record(0x0809, begin) + record(0x42, struct.pack("<H", 1200)) + b"".join(codes + styles)
    name = "床位".encode("utf-16-le")
    place = len(head) + 4 + 8 + len(name) + 4
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0))
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            if isinstance(value, str):
                written = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
                sheet += record(0x0204, struct.pack("<HHH", i, j, 0) + written)
            elif value is not None:
                number, style = value if isinstance(value, tuple) else (value, 0)
                sheet += record(0x0203, struct.pack("<HHHd", i, j, style, number))
    boxes = b"".join(struct.pack("<HHHH", top, bottom, left, right) for top, left, bottom, right in merged)
    sheet += record(0xE5, struct.pack("<H", len(merged)) + boxes) + record(0x0A, b"")
    return head + record(0x85, struct.pack("<IHBB", place, 0, 2, 1) + name) + record(0x0A, b"") + sheet


def ole(stream: bytes) -> bytes:
    """The old Office container with one stream."""
    size = max(4096, -(-len(stream) // 512) * 512)
    count = size // 512
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    chain = [table, end, *range(3, 2 + count), end]
    fat = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))

    def entry(name: str, kind: int, child: int, first: int, length: int) -> bytes:
        encoded = (name + "\0").encode("utf-16-le")
        return (
            encoded.ljust(64, b"\0") + struct.pack("<HBBIII", len(encoded), kind, 1, free, free, child)
            + bytes(36) + struct.pack("<IQ", first, length)
        )  # fmt: skip

    folder = entry("Root Entry", 5, 1, end, 0) + entry("Workbook", 2, free, 2, size) + bytes(256)
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
        + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)
    )  # fmt: skip
    return header + fat + folder + stream.ljust(size, b"\0")


def test_old_workbooks() -> None:
    rows: list[list[Any]] = [
        ["各市床位情况(张)"], ["地区", "2022年", "2023年", "使用率", "日期"],
        ["杭州市", 98765.0, (99876, 1), (0.8123, 2), (45047, 3)],
    ]  # fmt: skip
    found = document(ole(biff(rows, ("#,##0", "0.0%", "yyyy-mm-dd"), [(0, 0, 0, 4)])), "a.xls")
    assert found.format == "xls"
    assert lines(found)[:2] == ["各市床位情况(张)", "地区\t2022年\t2023年\t使用率\t日期"]
    assert lines(found)[-1] == "杭州市\t98765\t99,876\t81.2%\t2023-05-01"
    assert cells(found)[3, 3].column_heading == "2023年"


def test_old_workbooks_that_are_cut() -> None:
    whole = ole(biff([["地区", "床位"], ["甲县", 3.0]], (), []))
    assert issue(whole[:1600], "a.xls").code == "damaged"
    assert issue(whole[:512] + bytes(len(whole) - 512) + "Workbook".encode("utf-16-le"), "a.xls").code == "damaged"


# --- what would do harm -----------------------------------------------------------------------------------------------

TYPES = '<!DOCTYPE a [<!ENTITY x "y">]>'
FAR = '<row r="1048576"><c r="XFD1048576"><v>5</v></c></row>'
LONG = "字" * 3000
SHARED = '<c t="s"><v>0</v></c>'
HOSTILE = [
    ("types in a sheet", lambda: raw(TYPES + data_of(text("&x;"))), "unsafe"),
    ("types in strings", lambda: raw(data_of(SHARED), f"{TYPES}<sst><si><t>&x;</t></si></sst>"), "unsafe"),
    ("one string for all", lambda: raw(data_of(SHARED * 2000), f"<sst><si><t>{LONG}</t></si></sst>"), "too_long"),
    ("a bomb", lambda: raw(data_of(), "<sst>" + " " * 40_000_000 + "</sst>"), "too_large"),
    ("deep", lambda: raw("<a>" * 5000 + "</a>" * 5000), "damaged"),
    ("cut XML", lambda: raw("<worksheet><sheetData><row>"), "damaged"),
    ("nothing", lambda: raw(data_of()), "empty"),
    ("all hidden", lambda: raw(data_of(text("床位")), about='state="hidden"'), "empty"),
    ("cut csv", lambda: b"1,2\n" * 20 + b'"' + b"1,2\n" * 40_000, "damaged"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "code"), [h[1:] for h in HOSTILE], ids=[h[0] for h in HOSTILE])
def test_hostile_files_are_refused(make: Any, code: str) -> None:
    assert issue(make()).code == code


def test_far_cells_and_great_merges_are_no_burden() -> None:
    begun = time.perf_counter()
    one = document(raw(f'<worksheet><dimension ref="A1:XFD1048576"/><sheetData>{FAR}</sheetData></worksheet>'))
    assert [(b.row, b.column) for b in one.blocks if b.table] == [(1048576, 16384)]
    sheet = f'<row r="1"><c r="A1"><v>1</v></c></row>{FAR}'
    merges = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    document(raw(f"<worksheet><sheetData>{sheet}</sheetData>{merges}</worksheet>"))
    over = '<mergeCell ref="A1:Z900"/>' * 5000
    document(raw(data_of('<c r="A1"><v>1</v></c><c r="Z900"><v>2</v></c>', after=f"<mergeCells>{over}</mergeCells>")))
    assert time.perf_counter() - begun < 10


def test_too_many_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hreport.readers.grid.MOST_CELLS", 100)
    assert issue(raw(data_of("<c><v>1</v></c>" * 110))).code == "too_large"
    assert issue(("1,2\n" * 100).encode(), "a.csv").code == "too_large"


# --- from file to figures ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_every_figure_of_our_tables(make: Any) -> None:
    case = make()
    right, bad = wrong(case)
    assert bad == []
    assert right == len(case.expected)


def test_masks_in_cells_are_values() -> None:
    found = analyse(
        document(book(["病床使用率"], ["地区", "2023年"], ["甲县", "xx.x%"], ["乙县", "***"], ["丙县", 12.5])), LEXICON
    )
    values = [o.quantity.value for o in found.observations]
    assert [isinstance(v, Masked) for v in values] == [True, True, False]


def test_errors_codes_dates_and_marks_for_nothing_are_no_figures() -> None:
    rows: list[list[Any]] = [
        ["地区", "地区代码", "联系电话", "床位数(张)", "成立日期"],
        ["甲县", 330100, 13800001234, "#N/A", "2020-05-01"],
        ["乙县", 330200, "0571-88661234", "…", "2021-05-01"],
        ["丙县", 330300, "400-800-1234", "-", "2021年5月"],
        ["丁县", 330400, 57188661234, 12, 2019],
    ]
    assert [o.quantity.text for o in analyse(document(book(*rows)), LEXICON).observations] == ["12"]


def test_the_number_of_a_table_is_no_figure() -> None:
    rows = [["3-5  分地区一般公共预算支出(2023年)"], ["单位:万元"], ["地区", "合  计", "#教育支出"], ["黄岩区", 12, 3]]
    found = analyse(document(book(*rows, ["温岭市", 34, 5])), LEXICON).observations
    assert [(o.quantity.text, o.indicator, o.quantity.unit, o.area) for o in found] == [
        ("12", "合计", "万元", "黄岩区"), ("3", "教育支出", "万元", "黄岩区"),
        ("34", "合计", "万元", "温岭市"), ("5", "教育支出", "万元", "温岭市"),
    ]  # fmt: skip


def test_each_sheet_is_a_report() -> None:
    sheet = [["地区", "床位数"], ["甲县", 4]]
    found = analyse(document(book(a=[["2022年杭州市床位"], *sheet], b=[["2023年宁波市床位"], *sheet])), LEXICON)
    assert [(r.title, r.area, r.year) for r in found.reports] == [
        ("2022年杭州市床位", "杭州市", "2022"), ("2023年宁波市床位", "宁波市", "2023")
    ]  # fmt: skip
    assert [(o.page, o.year) for o in found.observations] == [(2, "2022"), (3, "2023")]


def test_the_whole_path(tmp_path: Any) -> None:
    path = tmp_path / "2023年统计.xlsx"
    path.write_bytes(book(["地区", "床位数(张)"], ["杭州市", 4], ["宁波市", 5]))
    done = process(Source(str(path), None, False, path.stat().st_size), Work(), load())
    assert done.issues == ()
    assert done.read
