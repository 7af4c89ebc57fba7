"""The pdf reader, on small files made here and on the shared fixtures where they are at hand."""

from __future__ import annotations

import hashlib
import json
import random
import re
import sys
import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hreport.model import BlockKind, Document, Issue
from hreport.readers import ocr, read, read_bytes

FIXTURES = Path(__file__).parents[2] / "shared" / "fixtures"
NEEDS_FIXTURES = pytest.mark.skipif(not FIXTURES.is_dir(), reason="shared fixtures are not here")

Text = tuple[float, float, float, str]  # left, baseline, size, words
Rule = tuple[float, float, float, float]  # from x, y to x, y


def text(x: float, y: float, words: str, size: float = 12, matrix: str = "1 0 0 1") -> str:
    return f"BT /F1 {size} Tf {matrix} {x} {y} Tm <{words.encode('utf-16-be').hex()}> Tj ET"


def rule(x0: float, y0: float, x1: float, y1: float) -> str:
    return f"0.5 w {x0} {y0} m {x1} {y1} l S"


def lines(words: list[str], top: float = 740, left: float = 70, size: float = 12) -> list[str]:
    return [text(left, top - 20 * n, line, size) for n, line in enumerate(words)]


def grid(rows: list[list[str]], left: float, top: float, width: float = 90, height: float = 20) -> list[str]:
    """A ruled table; a cell of None goes on from the one to its left."""
    columns, bottom = len(rows[0]), top - height * len(rows)
    drawn = [rule(left, top - height * n, left + width * columns, top - height * n) for n in range(len(rows) + 1)]
    for column in range(columns + 1):
        for row in range(len(rows)):
            if column in (0, columns) or rows[row][column] is not None:
                x, y = left + width * column, top - height * row
                drawn.append(rule(x, y, x, y - height))
    for row, cells in enumerate(rows):
        for column, words in enumerate(cells):
            if words:
                drawn.append(text(left + width * column + 4, top - height * (row + 1) + 6, words, 10))
    assert bottom > 0
    return drawn


def rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


PAD = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def pdf(*pages: list[str], password: str = "", rotate: int = 0, image: bool = False) -> bytes:
    """A small pdf; each page is a list of drawing operators. With a password: RC4, 40 bits."""
    identity = b"0123456789abcdef"
    key = b""
    encryption = ""
    if password:
        padded = (password.encode() + PAD)[:32]
        owner = rc4(hashlib.md5(padded).digest()[:5], padded)
        key = hashlib.md5(padded + owner + (-4).to_bytes(4, "little", signed=True) + identity).digest()[:5]
        encryption = f"<</Filter/Standard/V 1/R 2/P -4/O<{owner.hex()}>/U<{rc4(key, PAD).hex()}>>>"
    objects: list[tuple[str, bytes | None]] = [
        ("<</Type/Catalog/Pages 2 0 R>>", None),
        (
            f"<</Type/Pages/Count {len(pages)}/Kids[{' '.join(f'{7 + 2 * n} 0 R' for n in range(len(pages)))}]>>",
            None,
        ),
        ("<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>", None),
        (
            "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/W[1[207 270 342] 4 95 500]"
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 0>>/FontDescriptor 5 0 R>>",
            None,
        ),
        (
            "<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0"
            "/Ascent 752/Descent -271/CapHeight 737/StemV 58>>",
            None,
        ),
        ("<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8", b"\x80"),
    ]
    width, height = (842, 595) if rotate in (90, 270) else (595, 842)
    for n, operators in enumerate(pages):
        drawn = list(operators)
        if image:
            drawn.append(f"q {width} 0 0 {height} 0 0 cm /I1 Do Q")
        objects.append(
            (
                f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Rotate {rotate}/Contents {8 + 2 * n} 0 R"
                "/Resources<</Font<</F1 3 0 R>>/XObject<</I1 6 0 R>>>>>>",
                None,
            )
        )
        objects.append(("<<", "\n".join(drawn).encode()))
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, (head, stream) in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{head}".encode()
        if stream is not None:
            if key:
                stream = rc4(hashlib.md5(key + number.to_bytes(3, "little") + b"\0\0").digest()[:10], stream)
            out += f"/Length {len(stream)}>>\nstream\n".encode() + stream + b"\nendstream"
        out += b"\nendobj\n"
    if encryption:
        offsets.append(len(out))
        out += f"{len(offsets)} 0 obj\n{encryption}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(offsets) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    extra = f"/Encrypt {len(offsets)} 0 R/ID[<{identity.hex()}><{identity.hex()}>]" if encryption else ""
    out += f"trailer<</Size {len(offsets) + 1}/Root 1 0 R{extra}>>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def document(data: bytes, password: str | None = None) -> Document:
    result = read_bytes(data, "report.pdf", password)
    assert isinstance(result, Document), result
    return result


def issue(data: bytes, password: str | None = None) -> Issue:
    result = read_bytes(data, "report.pdf", password)
    assert isinstance(result, Issue), result.text
    assert result.fatal
    assert "\n" not in result.message
    return result


def words(document: Document, kind: BlockKind) -> list[str]:
    return [document.text[block.span.start : block.span.end] for block in document.blocks if block.kind is kind]


FULL = "全市医疗卫生机构总数增加到一千二百家床位数和人员数都比上年有所增长服务"  # 35 hanzi: a full line


def test_lines_become_paragraphs() -> None:
    page = [
        text(94, 740, FULL[:33]),
        text(70, 720, "达到5.2"),
        text(94, 700, "第二段另起一行。"),
        text(94, 680, FULL[:33]),
        text(70, 660, FULL),
        text(70, 640, "结束。"),
    ]
    found = words(document(pdf(page)), BlockKind.PARAGRAPH)
    assert found == [FULL[:33] + "达到5.2", "第二段另起一行。", FULL[:33] + FULL + "结束。"]


def test_paragraph_goes_on_over_the_page_and_furniture_follows_it() -> None:
    pages = []
    for number in range(1, 5):
        page = [text(70, 800, "某市卫生健康委员会工作报告"), text(290, 30, f"- {number} -")]
        page += [text(70, 740 - 20 * n, FULL[n + number :] + FULL[: n + number]) for n in range(5)]
        pages.append(page)
    result = document(pdf(*pages))
    assert [len(paragraph) for paragraph in words(result, BlockKind.PARAGRAPH)] == [20 * len(FULL)]
    furniture = words(result, BlockKind.FURNITURE)
    assert furniture.count("某市卫生健康委员会工作报告") == 4
    assert "- 3 -" in furniture
    assert [block.page for block in result.blocks if block.kind is BlockKind.PARAGRAPH] == [1]


def test_page_number_of_a_single_page_is_furniture_but_its_title_is_not() -> None:
    page = [text(200, 800, "工作总结"), *lines(["一、基本情况", "全市有医院12家。"]), text(290, 30, "1")]
    result = document(pdf(page))
    assert words(result, BlockKind.FURNITURE) == ["1"]
    assert words(result, BlockKind.PARAGRAPH)[0] == "工作总结"


def test_spaces_between_hanzi_and_digits_are_layout() -> None:
    result = document(pdf(lines(["新增床位 1,728 张，增长 5.2%。"])))
    assert result.text == "新增床位1,728张，增长5.2%。"


def test_line_end_hyphen_stays() -> None:
    result = document(
        pdf([text(94, 740, "计划期为二〇一九年至二〇二三年共计五年总投资约为2019-"), text(70, 720, "2023年五亿元。")])
    )
    assert "2019-" in result.text


def test_drawn_out_of_order_is_read_from_the_top() -> None:
    page = lines(["第一行。", "第二行。", "第三行。"])
    assert document(pdf(page[::-1])).text == "第一行。\n第二行。\n第三行。"


def test_two_columns_are_read_one_after_the_other() -> None:
    left = lines(["左栏第一行。", "左栏第二行。"], left=70)
    right = lines(["右栏第一行。", "右栏第二行。"], left=320)
    assert document(pdf(left + right)).text.split("\n") == [
        "左栏第一行。",
        "左栏第二行。",
        "右栏第一行。",
        "右栏第二行。",
    ]


def test_slanted_watermark_is_furniture() -> None:
    mark = text(150, 300, "内部资料请勿外传", 40, "0.7071 0.7071 -0.7071 0.7071")
    result = document(pdf([*lines(["全市有医院12家。", "新增床位300张。"]), mark]))
    assert words(result, BlockKind.FURNITURE) == ["内部资料请勿外传"]
    assert words(result, BlockKind.PARAGRAPH) == ["全市有医院12家。", "新增床位300张。"]


TABLE = [
    ["地区", "2022年", None, "2023年", None],
    ["", "参合率", "床位数", "参合率", "床位数"],
    ["甲市", "92.4%", "13,022", "99.1%", "19,933"],
    ["乙市", "90.6%", "16,275", "xx.x%", "16,309"],
]


def test_ruled_table_is_given_once_with_its_headings() -> None:
    page = [*lines(["情况如下。", "表1 主要指标"]), *grid(TABLE, 70, 700), text(70, 580, "以上为主要指标。")]
    result = document(pdf(page))
    cells = {(block.row, block.column): block for block in result.blocks if block.kind is BlockKind.CELL}
    masked = cells[4, 4]
    assert result.text[masked.span.start : masked.span.end] == "xx.x%"
    assert (masked.row_heading, masked.column_heading) == ("乙市", "2023年 参合率")
    assert masked.caption.startswith("表")
    assert masked.page == 1
    assert cells[3, 3].column_heading == "2022年 床位数"
    assert result.text.count("13,022") == 1
    assert "13,022\t99.1%" in result.text
    assert result.text.index("主要指标") < result.text.index("92.4%") < result.text.index("以上为")


def test_table_goes_on_over_the_page_with_its_headings_repeated() -> None:
    head = [["地区", "床位数", "参合率"]]
    first = head + [[f"{name}市", f"{number},022", "92.4%"] for number, name in enumerate("甲乙丙丁戊", start=1)]
    second = head + [[f"{name}市", f"{number},022", "90.6%"] for number, name in enumerate("己庚辛", start=6)]
    result = document(pdf([*lines(["表1 主要指标"]), *grid(first, 70, 700)], grid(second, 70, 780)))
    cells = [block for block in result.blocks if block.kind is BlockKind.CELL]
    assert {block.table for block in cells} == {1}
    last = cells[-1]
    assert (last.row, last.column, last.page) == (9, 3, 2)
    assert (last.row_heading, last.column_heading) == ("辛市", "参合率")
    assert words(result, BlockKind.FURNITURE) == ["地区\t床位数\t参合率"]


def test_table_over_many_pages() -> None:
    head = [["地区", "床位数", "参合率"]]
    pages = [grid(head + [[f"甲{n}区", f"{n},{k:03}", "90.6%"] for k in range(25)], 70, 780) for n in range(30)]
    result = document(pdf(*pages))
    cells = [block for block in result.blocks if block.kind is BlockKind.CELL]
    assert len(cells) == 3 + 30 * 25 * 3
    assert (cells[-1].table, cells[-1].row, cells[-1].page) == (1, 751, 30)
    assert cells[-1].row_heading == "甲29区"


def test_frame_around_text_is_no_table() -> None:
    frame = [rule(60, 760, 530, 760), rule(60, 700, 530, 700), rule(60, 700, 60, 760), rule(530, 700, 530, 760)]
    result = document(pdf(lines(["全市有医院12家。", "新增床位300张。"]) + frame))
    assert not words(result, BlockKind.CELL)
    assert words(result, BlockKind.PARAGRAPH) == ["全市有医院12家。", "新增床位300张。"]


def test_columns_without_rules_stay_lines() -> None:
    page = lines(["表1 主要指标"])
    for row, (name, *figures) in enumerate([("甲市", "92.4%", "13,022"), ("乙市", "90.6%", "16,275")]):
        y = 700 - 20 * row
        page += [text(70, y, name), text(250, y, figures[0]), text(430, y, figures[1])]
    assert document(pdf(page)).text.split("\n")[1:] == ["甲市\t92.4%\t13,022", "乙市\t90.6%\t16,275"]


def columns(rows: list[list[str]], top: float = 700, step: float = 25) -> list[str]:
    """Rows of words without rules, a column every 90 points; a line feed in a cell goes on 14 points below."""
    return [
        text(70 + 90 * column, top - step * row - 14 * n, line, 10)
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
        for n, line in enumerate(cell.split("\n"))
        if line
    ]


TWO_YEARS = [
    ["地区", "2022年", "", "2023年", ""],
    ["", "床位数", "参合率", "床位数", "参合率"],
    ["甲县", "13,022", "92.4%", "14,100", "93.0%"],
    ["乙县", "16,275", "90.6%", "16,300", "xx.x%"],
]


def test_columns_without_rules_are_a_table_under_their_headings() -> None:
    result = document(pdf(lines(["表1 主要指标"]) + columns(TWO_YEARS)))
    cells = {result.text[b.span.start : b.span.end]: b for b in result.blocks if b.table}
    assert (cells["14,100"].row_heading, cells["14,100"].column_heading) == ("甲县", "2023年 床位数")
    assert (cells["90.6%"].row_heading, cells["90.6%"].column_heading) == ("乙县", "2022年 参合率")
    assert cells["xx.x%"].column_heading == "2023年 参合率"
    assert not result.issues


def test_columns_without_rules_over_the_page_with_their_headings_repeated() -> None:
    more = [*TWO_YEARS[:2], ["丙县", "865", "88.1%", "900", "88.2%"]]
    result = document(pdf(lines([FULL]) + columns(TWO_YEARS, 600), columns(more)))
    assert {b.table for b in result.blocks if b.table} == {1}
    last = result.blocks[-1]
    assert (last.row_heading, last.column_heading) == ("丙县", "2023年 参合率")


def test_cells_without_rules_that_go_on_in_the_next_line_are_one() -> None:
    rows = [["指标", "单位", "2023年"], ["规模以上\n工业增加值", "亿元", "210.3"], ["收入", "亿元", "186.2"],
            ["进出口总额", "亿元", "99.1"]]  # fmt: skip
    drawn = columns(rows[:1]) + columns(rows[1:2], 675) + columns(rows[2:], 636)
    result = document(pdf(drawn))
    assert words(result, BlockKind.CELL)[3] == "规模以上工业增加值"
    assert [b.row_heading for b in result.blocks if b.column == 3][1:] == [
        "规模以上工业增加值 亿元",
        "收入 亿元",
        "进出口总额 亿元",
    ]


def test_no_figures_are_taken_from_columns_whose_headings_are_not_certain() -> None:
    result = document(pdf(columns([["地区", "2022年", "", "2023年"], *TWO_YEARS[2:]])))
    assert not words(result, BlockKind.CELL)
    assert len(words(result, BlockKind.FURNITURE)) == 3
    assert [one.code for one in result.issues] == ["tables"]


def test_contents_with_page_numbers_are_no_table() -> None:
    result = document(pdf(columns([["一、总体情况", "3"], ["二、主要工作", "9"], ["三、存在问题", "12"]])))
    assert not words(result, BlockKind.CELL)
    assert len(words(result, BlockKind.PARAGRAPH)) == 3


def test_a_character_drawn_behind_others_stands_where_it_is_seen() -> None:
    page = [text(70, 740, "婴儿死亡率为3.05"), text(172, 740, "，低于全省。"), text(160, 740, "‰")]
    assert document(pdf(page)).text == "婴儿死亡率为3.05‰，低于全省。"


@pytest.mark.parametrize("rotate", [90, 270])
def test_rotated_page(rotate: int) -> None:
    # Not quite upright: pdfium leaves text without any width out, as it is where the font is not embedded.
    turn = "0.005 1 -1 0.005" if rotate == 90 else "0.005 -1 1 0.005"
    places = [(100, 70), (120, 70)] if rotate == 90 else [(500, 800), (480, 800)]
    page = [text(x, y, line, matrix=turn) for (x, y), line in zip(places, ["第一行。", "第二行。"], strict=True)]
    result = document(pdf(page, rotate=rotate))
    assert result.text == "第一行。\n第二行。"
    assert not words(result, BlockKind.FURNITURE)


def test_password() -> None:
    data = pdf(lines(["全市有医院12家。"]), password="secret")
    assert issue(data).code == "encrypted"
    assert issue(data).message == "encrypted pdf: give --password"
    assert issue(data, "wrong").code == "encrypted"
    assert document(data, "secret").text == "全市有医院12家。"


def test_table_in_a_file_with_a_password() -> None:
    data = pdf(grid(TABLE, 70, 700), password="secret")
    assert len(words(document(data, "secret"), BlockKind.CELL)) == 17


def test_no_text_layer() -> None:
    found = issue(pdf([], [], image=True))
    assert (found.code, found.pages) == ("scanned", 2)
    assert found.message.startswith("scanned pdf: ")


def test_some_pages_are_scanned() -> None:
    data = pdf(lines([FULL]), lines([FULL[::-1]]), ["q 595 0 0 842 0 0 cm /I1 Do Q"])
    result = document(data)
    assert [(one.code, one.fatal, one.pages) for one in result.issues] == [("scanned", False, 1)]
    assert result.issues[0].message.startswith("no text layer on page 3: ")


def test_an_emblem_is_no_scan() -> None:
    cover = [text(200, 600, "工作总结"), "q 100 0 0 100 250 650 cm /I1 Do Q"]
    assert document(pdf(cover, lines([FULL]))).issues == ()


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
def test_cut_file(share: float) -> None:
    data = pdf(*[lines([FULL] * 20)] * 6)
    result = read_bytes(data[: int(len(data) * share)], "report.pdf")
    if isinstance(result, Issue):
        assert result.code == "damaged"
    else:
        assert [one.code for one in result.issues] == ["damaged"]


def test_not_really_a_pdf() -> None:
    assert issue(b"%PDF-1.7\nnothing else").code == "damaged"


def test_blank_pages_are_no_scan() -> None:
    assert issue(pdf([], [])).code == "empty"


def test_words_drawn_as_outlines_are_as_good_as_a_picture() -> None:
    strokes = [f"{x} 700 m {x + 5} 712 l {x + 9} 700 l f" for x in range(70, 500, 6)]
    assert issue(pdf(strokes)).code == "scanned"


# --- a text layer that was made by text recognition ------------------------------------------------------------------

PICTURE = "q 595 0 0 842 0 0 cm /I1 Do Q"


def test_invisible_text_over_a_picture_is_doubted() -> None:
    result = document(pdf([PICTURE, "3 Tr", *lines([FULL] * 3)]))
    assert [one.code for one in result.issues] == ["ocr_layer"]
    assert not result.issues[0].fatal
    assert FULL in result.text


def test_text_under_a_picture_is_doubted() -> None:
    assert [one.code for one in document(pdf([*lines([FULL] * 3), PICTURE])).issues] == ["ocr_layer"]


def test_text_over_a_background_is_not() -> None:
    assert document(pdf([PICTURE, *lines([FULL] * 3)])).issues == ()


# --- text recognition ------------------------------------------------------------------------------------------------


@dataclass
class Found:
    text: str
    box: tuple[float, float, float, float]
    score: float
    cells: tuple[Found, ...] = ()

    @property
    def size(self) -> float:
        return 0.8 * (self.box[3] - self.box[1])


class Recogniser(ModuleType):
    """Stands for hreport.readers.ocr: gives each page the same lines, or none."""

    def __init__(self, *found: Found, installed: bool = True) -> None:
        super().__init__("hreport.readers.ocr")
        self.found = list(found)
        self.shapes: list[tuple[int, ...]] = []
        self.installed = installed
        self.items = ocr.items
        self.RESOLUTION = ocr.RESOLUTION

    def available(self) -> bool:
        return self.installed

    def trouble(self) -> str:
        return ""

    def recognise(self, image: Any) -> list[Found]:
        assert str(image.dtype) == "uint8"
        self.shapes.append(image.shape)
        return self.found


def recognised(monkeypatch: pytest.MonkeyPatch, ocr: Recogniser, data: bytes) -> Document | Issue:
    monkeypatch.setitem(sys.modules, "hreport.readers.ocr", ocr)
    return read_bytes(data, "scan.pdf", ocr=True)


def seen(words: str, left: float, top: float, score: float = 0.99) -> Found:
    """A line of 29 pixels for an em, as a page of 150 dots per inch has it; tabs are gaps between cells."""
    cells = []
    for number, word in enumerate(words.split("\t")):
        x = left + 300 * number
        cells.append(Found(word, (x, top, x + 29 * len(word), top + 33), score))
    box = (left, top, cells[-1].box[2], top + 33)
    return Found(words, box, score, tuple(cells) if len(cells) > 1 else ())


def test_scans_are_read_where_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    ocr = Recogniser(
        seen(FULL, 148, 300, 0.97),
        seen("结束。", 100, 340, 0.81),
        seen("第二段。", 148, 380),
        seen(FULL[::-1], 148, 420),
        seen("地区\t床位数", 100, 500),
        seen("杭州市\t13,022", 100, 540, 0.5),
    )
    result = recognised(monkeypatch, ocr, pdf([PICTURE]))
    assert isinstance(result, Document)
    assert ocr.shapes == [(1755, 1240, 3)]
    assert [(one.code, one.fatal) for one in result.issues] == [("recognised", False)]
    assert result.issues[0].message.startswith("page 1 was read by text recognition: check figures")
    found = [
        (result.text[block.span.start : block.span.end], block.page, block.score)
        for block in result.blocks
        if block.page == 1
    ]
    assert found[0] == (FULL + "结束。", 1, 0.81)
    assert found[-1] == ("13,022", 1, 0.5)
    assert (result.blocks[-1].row_heading, result.blocks[-1].column_heading) == ("杭州市", "床位数")


def test_no_figures_are_taken_from_rows_whose_columns_are_not_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [seen(FULL, 148, 200), seen("92.4%\t7.90%0\t13,022", 100, 500), seen("90.6%\t3.12%", 100, 540)]
    result = recognised(monkeypatch, Recogniser(*rows, seen(FULL, 148, 600)), pdf([PICTURE]))
    assert isinstance(result, Document)
    kinds = {result.text[b.span.start : b.span.end]: b.kind for b in result.blocks}
    assert kinds["92.4%\t7.90%0\t13,022"] == kinds["90.6%\t3.12%"] == BlockKind.FURNITURE
    assert [one.code for one in result.issues] == ["recognised", "tables"]


def test_only_pages_without_text_are_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    ocr = Recogniser(seen("新增床位300张。", 100, 300))
    data = pdf(lines([FULL, FULL[:9] + "。"]), [PICTURE])
    result = recognised(monkeypatch, ocr, data)
    assert isinstance(result, Document)
    assert len(ocr.shapes) == 1
    assert [one.message for one in result.issues] == [
        "page 2 was read by text recognition: check figures against the picture"
    ]
    assert {(block.page, block.score) for block in result.blocks} == {(1, None), (2, 0.99)}
    monkeypatch.setitem(sys.modules, "hreport.readers.ocr", Recogniser(installed=False))
    without = document(data)
    assert [(one.code, one.pages) for one in without.issues] == [("scanned", 1)]
    assert without.issues[0].message.endswith("install hreport[ocr]")


@pytest.mark.parametrize("installed", [True, False])
def test_a_scan_says_what_to_do(monkeypatch: pytest.MonkeyPatch, installed: bool) -> None:
    monkeypatch.setitem(sys.modules, "hreport.readers.ocr", Recogniser(installed=installed))
    found = issue(pdf([PICTURE], [PICTURE]))
    assert (found.code, found.pages) == ("scanned", 2)
    wanted = "have it read by text recognition (ocr=True)" if installed else "install hreport[ocr]"
    assert found.message == f"scanned pdf: {wanted}"


def test_a_scan_without_words_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    found = recognised(monkeypatch, Recogniser(), pdf([PICTURE]))
    assert isinstance(found, Issue)
    assert found.code == "empty"


def test_a_page_is_drawn_with_no_more_pixels_than_are_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    ocr = Recogniser(seen("新增床位300张。", 100, 300))
    data = pdf(["q 14000 0 0 14000 0 0 cm /I1 Do Q"]).replace(b"[0 0 595 842]", b"[0 0 14e3 14e3]")
    assert isinstance(recognised(monkeypatch, ocr, data), Document)
    assert ocr.shapes[0][0] * ocr.shapes[0][1] <= 25_100_000


@NEEDS_FIXTURES
def test_garbage_is_recognised_too(monkeypatch: pytest.MonkeyPatch) -> None:
    data = (FIXTURES / "pdf" / "no_tounicode.pdf").read_bytes()
    result = recognised(monkeypatch, Recogniser(seen("新增床位300张。", 100, 300)), data)
    assert isinstance(result, Document)
    assert [one.code for one in result.issues] == ["recognised"]
    assert issue(data).pages == 6


# --- what is bad on purpose ------------------------------------------------------------------------------------------


def stream(data: bytes, head: str = "") -> bytes:
    return f"<<{head}/Length {len(data)}>>\nstream\n".encode() + data + b"\nendstream"


def crafted(*objects: bytes) -> bytes:
    """A pdf of these objects, from number 1, which is its catalogue; pdfium finds them without a table."""
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, one) for number, one in enumerate(objects, start=1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R/Size 9>>\nstartxref\n0\n%%EOF\n"


def one_page(content: bytes, *more: bytes, box: str = "[0 0 595 842]") -> bytes:
    """A page that is drawn by object 4, with the font F1 and the form X0, which is the first of `more`."""
    return crafted(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox{box}/Contents 4 0 R"
        "/Resources<</Font<</F1 5 0 R>>/XObject<</X0 6 0 R>>>>>>".encode(),
        content,
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *more,
    )


def form(content: bytes, inner: int) -> bytes:
    return stream(content, f"/Type/XObject/Subtype/Form/BBox[0 0 99 99]/Resources<</XObject<</X {inner} 0 R>>>>")


def timed(data: bytes) -> Document | Issue:
    begin = time.perf_counter()
    result = read_bytes(data, "hostile.pdf")
    assert time.perf_counter() - begin < 10
    assert isinstance(result, Document) or result.code != "failed", result
    return result


HELLO = b"BT /F1 12 Tf 50 700 Td (hello world) Tj ET"


def deflated(pieces: int) -> bytes:
    """So many megabytes of spaces."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(b" " * 2**20) for _ in range(pieces)) + packer.flush()


def test_bombs_are_refused_before_they_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hreport.readers.pdf.bombs.LARGEST", 30 * 2**20)
    small = deflated(31)
    for content in (
        stream(small, "/Filter/FlateDecode"),
        stream(zlib.compress(small, 9), "/Filter[/FlateDecode /FlateDecode]"),
    ):
        result = timed(one_page(content))
        assert isinstance(result, Issue)
        assert result.code == "too_large"
    # What repeats, but within reason, is no bomb.
    assert isinstance(timed(one_page(stream(zlib.compress(HELLO + b" " * 2**24), "/Filter/FlateDecode"))), Document)


@pytest.mark.parametrize("box", ["[0 0 1e30 1e30]", "[0 0 nan inf]", "[0 0 -5 -5]", "[0 0 0 0]"])
def test_pages_without_measure(box: str) -> None:
    result = timed(one_page(stream(HELLO), box=box))
    assert isinstance(result, Document)
    assert result.text == "hello world"


@pytest.mark.parametrize(
    "content",
    [
        b"BT /F1 12 Tf 1e38 1e38 1e38 1e38 1e38 1e38 Tm (hello) Tj 1e38 0 Td (x y) Tj ET",
        b"BT /F1 1e38 Tf 50 700 Td (hello world) Tj ET BT /F1 0 Tf 50 600 Td (zero) Tj ET",
        b"1e38 1e38 m -1e38 1e38 l 0 0 m 1e38 0 l S 0 0 1e38 1e38 re S",
    ],
)
def test_places_without_measure(content: bytes) -> None:
    timed(one_page(stream(content + b" " + HELLO)))


def test_trees_that_loop() -> None:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents[4 0 R 4 0 R]>>"
    timed(
        crafted(
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 9/Kids[2 0 R 2 0 R 3 0 R]>>",
            b"<</Type/Pages/Count 5/Parent 2 0 R/Kids[2 0 R 3 0 R]>>",
        )
    )
    timed(crafted(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page, b"[4 0 R 3 0 R]"))
    timed(one_page(stream(b"/X0 Do " + HELLO), form(b"/X Do", 6)))


def test_object_streams_that_loop() -> None:
    timed(
        b"%PDF-1.5\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"5 0 obj<</Type/ObjStm/N 1/First 4/Length 24/Extends 5 0 R>>stream\n2 0 <</Type/Pages/Kids[]>>\n"
        b"endstream endobj\n6 0 obj<</Type/XRef/Size 7/W[1 1 1]/Root 1 0 R/Prev 148/Length 21>>stream\n"
        b"\0\0\0\1\x09\0\2\5\0\2\5\0\2\6\0\2\5\0\1\x94\0\nendstream endobj\nstartxref\n148\n%%EOF"
    )


def test_forms_in_forms() -> None:
    deep = [form(b"/X Do", 7 + n) for n in range(2000)]
    timed(one_page(stream(b"/X0 Do " + HELLO), *deep, stream(HELLO)))
    wide = [form(b"/X Do " * 10, 7 + n) for n in range(4)]
    timed(one_page(stream(b"/X0 Do " + HELLO), *wide, form(b"0 0 m 9 9 l S", 6)))


def test_ten_thousand_pages() -> None:
    kids = b"3 0 R " * 10_000
    data = one_page(stream(HELLO)).replace(b"/Count 1/Kids[3 0 R]", b"/Count 10000/Kids[" + kids + b"]")
    result = timed(data)
    assert isinstance(result, Document)
    assert result.issues[0].message == "only the first 5000 of 10000 pages were read: split the pdf"
    assert result.text.count("hello") == 5000


def test_more_pages_declared_than_there_are() -> None:
    result = timed(one_page(stream(HELLO)).replace(b"/Count 1/", b"/Count 50000/"))
    assert isinstance(result, Document)
    assert result.text == "hello world"
    assert {one.code for one in result.issues} == {"too_large", "damaged"}


def test_a_page_of_a_million_characters() -> None:
    line = b"BT /F1 1 Tf 1 0 0 1 50 %d Tm (" + b"abcdefghij" * 2000 + b") Tj ET\n"
    result = timed(one_page(stream(b"".join(line % y for y in range(50)))))
    assert isinstance(result, Document)
    assert len(result.text) > 990_000


def test_a_page_of_too_many_lines_says_so() -> None:
    content = b"".join(
        b"BT /F1 %d Tf 1 0 0 1 %d %d Tm (hello) Tj ET\n" % (5 + n % 7, n * 37 % 5000, n * 91 % 5000)
        for n in range(11_000)
    )
    result = timed(one_page(stream(content)))
    assert isinstance(result, Document)
    assert "too_large" in {one.code for one in result.issues}


@pytest.mark.parametrize(
    "content",
    [
        b"0 0 m " + b"".join(b"%d %d l " % (n % 500, n * 7 % 800) for n in range(300_000)) + b"S ",
        b"".join(b"%d %d m %d %d l S " % (n % 500, n % 800, n * 3 % 500, n % 800) for n in range(60_000)),
        # Rules that cross and enclose nothing.
        b"".join(b"%g %d m %g %d l S " % (j * 6, n * 8, j * 6 + 3.5, n * 8) for n in range(50) for j in range(49))
        + b"".join(b"%d 0 m %d 800 l S " % (n * 6, n * 6) for n in range(90)),
    ],
)
def test_pages_full_of_rules(content: bytes) -> None:
    result = timed(one_page(stream(content + HELLO)))
    assert isinstance(result, Document)
    assert result.text == "hello world"


def test_cut_and_damaged_bytes() -> None:
    whole = pdf([*lines([FULL] * 3), *grid(TABLE, 70, 600)], lines([FULL]))
    for tenth in range(10):
        timed(whole[: len(whole) * tenth // 10 + 9])
    chance = random.Random(7)
    for _ in range(200):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 5, 40))):
            data[chance.randrange(9, len(data))] ^= 1 << chance.randrange(8)
        timed(bytes(data))


# --- how reports are laid out ----------------------------------------------------------------------------------------


def test_a_table_drawn_as_one_path() -> None:
    rules = [one for one in grid(TABLE, 70, 700) if one.endswith(" S")]
    others = [one for one in grid(TABLE, 70, 700) if not one.endswith(" S")]
    path = " ".join(one.removeprefix("0.5 w ").removesuffix(" S") for one in rules) + " S"
    assert words(document(pdf([path, *others])), BlockKind.CELL) == words(
        document(pdf(grid(TABLE, 70, 700))), BlockKind.CELL
    )


def test_two_tables_on_a_page_are_two() -> None:
    page = [*grid(TABLE, 70, 780), text(70, 600, "以下为另一张表。"), *grid(TABLE[1:], 70, 560)]
    assert {block.table for block in document(pdf(page)).blocks} == {None, 1, 2}


def test_rare_hanzi_stay() -> None:
    # Beyond the first plane; the text in one piece leaves them out.
    name = "全市" + "\U00020bb7" + "家医院12家。"
    assert document(mapped(name)).text == name


def mapped(words: str) -> bytes:
    """A page in a font whose glyphs are numbered from 1 and mapped to these characters."""
    pairs = "\n".join(f"<{n:04x}> <{c.encode('utf-16-be').hex()}>" for n, c in enumerate(words, start=1))
    head = "begincmap /CMapName/X def 1 begincodespacerange <0000> <ffff> endcodespacerange"
    to_unicode = f"{head} {len(words)} beginbfchar {pairs} endbfchar endcmap"
    shown = "".join(f"{n:04x}" for n in range(1, len(words) + 1))
    data = one_page(
        stream(f"BT /F2 12 Tf 50 700 Td <{shown}> Tj ET".encode()),
        b"<<>>",
        b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[8 0 R]/ToUnicode 9 0 R>>",
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/X/DW 1000"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>",
        stream(to_unicode.encode()),
    )
    return data.replace(b"/F1 5 0 R", b"/F1 5 0 R/F2 7 0 R")


@pytest.mark.parametrize("blanks", [0, 1, 3])
def test_a_table_that_a_form_draws_is_a_table(blanks: int) -> None:
    """A page with fewer objects than pieces of text is not all text: one of them may be a form."""
    rules = (
        b" ".join(b"50 %d m 350 %d l S" % (y, y) for y in (600, 630, 660))
        + b" "
        + b" ".join(b"%d 600 m %d 660 l S" % (x, x) for x in (50, 150, 250, 350))
    )
    cells = b" ".join(b"BT /F1 12 Tf %d %d Td (%d) Tj ET" % (x, y, x + y) for x in (60, 160, 260) for y in (610, 640))
    drawn = rules + b" " + cells
    head = "/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>"
    after = b" BT /F1 12 Tf 60 500 Td ( ) Tj ET" * blanks
    in_form = document(one_page(stream(b"/X0 Do" + after), stream(drawn, head)))
    on_page = document(one_page(stream(drawn + after), b"<<>>"))
    assert len(words(on_page, BlockKind.CELL)) == 6
    assert words(in_form, BlockKind.CELL) == words(on_page, BlockKind.CELL)


def test_what_was_typed_into_a_form_is_text() -> None:
    def shown(words: bytes) -> bytes:
        head = "/Type/XObject/Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</F1 5 0 R>>>>"
        return stream(b"BT /F1 12 Tf 2 4 Td (" + words + b") Tj ET", head)

    data = one_page(
        stream(HELLO),
        b"<<>>",
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(1,728)/Rect[100 600 300 620]/AP<</N 9 0 R>>>>",
        b"<</Type/Annot/Subtype/FreeText/Contents(92.4%)/Rect[100 500 300 520]/F 4/AP<</N 10 0 R>>>>",
        shown(b"1,728"),
        shown(b"92.4%"),
    )
    data = data.replace(b"/Contents 4 0 R", b"/Contents 4 0 R/Annots[7 0 R 8 0 R]")
    assert document(data).text.split("\n") == ["hello world", "1,728", "92.4%"]


def test_fake_bold_is_read_once() -> None:
    page = lines(["全市有医院12家。", "新增床位300张。"])
    assert document(pdf([*page, *lines(["全市有医院12家。"], left=70.3)])).text.count("医院") == 1


@pytest.mark.parametrize("crop", ["/CropBox[60 100 500 800]", "/CropBox[0 0 595 842]"])
def test_cropped_page(crop: str) -> None:
    page = [*lines(["情况如下。"]), *grid(TABLE, 70, 700)]
    data = pdf(page).replace(b"/MediaBox[0 0 595 842]", b"/MediaBox[0 0 595 842]" + crop.encode())
    assert len(words(document(data), BlockKind.CELL)) == 17


# --- shared fixtures -------------------------------------------------------------------------------------------------


def tight(text: str) -> str:
    return re.sub(r"\s", "", text)


def fixture(name: str) -> tuple[Document, list[dict[str, object]], str]:
    result = read(FIXTURES / "pdf" / f"{name}.pdf")
    assert isinstance(result, Document), result
    truth = json.loads((FIXTURES / "truth" / f"{name}.json").read_text("utf-8"))
    return result, truth, (FIXTURES / "truth" / f"{name}.txt").read_text("utf-8")


NAMES = ["report", "report_2col", "report_noborder", "report_wqy", "long", "stsong", "fakebold", "watermark"]


@NEEDS_FIXTURES
@pytest.mark.parametrize("name", NAMES)
def test_fixture_text(name: str) -> None:
    result, _, truth = fixture(name)
    body = "".join(
        result.text[block.span.start : block.span.end]
        for block in result.blocks
        if block.kind is not BlockKind.FURNITURE
    )
    assert tight(body) == tight(truth)


@NEEDS_FIXTURES
@pytest.mark.parametrize("name", NAMES)
def test_fixture_paragraphs_are_whole(name: str) -> None:
    result, truth, _ = fixture(name)
    found = {tight(line) for line in words(result, BlockKind.PARAGRAPH)}
    wanted = [tight(str(item["text"])) for item in truth if item["type"] in ("p", "title", "h1", "h2", "h3")]
    assert [item[:40] for item in wanted if item not in found] == []


@NEEDS_FIXTURES
@pytest.mark.parametrize("name", ["report", "report_wqy", "long"])
def test_fixture_table(name: str) -> None:
    result, truth, _ = fixture(name)
    assert_table(result, truth)


def assert_table(result: Document, truth: list[dict[str, object]]) -> None:
    """Every cell of the first table stands at its row and column, under its headings."""
    table = next(item for item in truth if item["type"] == "table")
    cells = {
        (block.row, block.column): (
            result.text[block.span.start : block.span.end],
            block.row_heading,
            block.column_heading,
        )
        for block in result.blocks
        if block.table == 1
    }
    rows = [table["top"], table["sub"], *table["rows"]]  # type: ignore[misc]
    wanted = {(r, c): text for r, row in enumerate(rows, 1) for c, text in enumerate(row, 1) if text}
    assert {place: cell[0] for place, cell in cells.items()} == wanted
    group = ""
    for r, row in enumerate(rows[2:], start=3):
        group = row[0] or group
        for c in range(3, len(row) + 1):
            above = rows[0][2] if c <= 5 else rows[0][5]
            assert cells[r, c][1:] == (f"{group} {row[1]}", f"{above} {rows[1][c - 1]}")


@NEEDS_FIXTURES
def test_fixture_without_unicode_map() -> None:
    result = read(FIXTURES / "pdf" / "no_tounicode.pdf")
    assert isinstance(result, Issue)
    assert result.code == "no_tounicode"


@NEEDS_FIXTURES
@pytest.mark.parametrize("name", ["scan110", "scan200"])
def test_fixture_scans(name: str) -> None:
    result = read(FIXTURES / "scan" / f"{name}.pdf")
    assert isinstance(result, Issue)
    assert result.code == "scanned"
