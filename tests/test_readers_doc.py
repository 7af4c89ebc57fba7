"""The doc reader, on small files made here and on the shared fixtures where they are at hand."""

from __future__ import annotations

import json
import random
import re
import struct
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from texts import opened, refused

from hreport.model import Block, BlockKind, Document, Issue
from hreport.readers import read, read_bytes, recognise

FIXTURES = Path(__file__).parents[2] / "shared" / "fixtures"
NEEDS_FIXTURES = pytest.mark.skipif(not FIXTURES.is_dir(), reason="shared fixtures are not here")


# --- a small writer of such files ------------------------------------------------------------------------------------

SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def container(**streams: bytes) -> bytes:
    """An old Office file of these streams; `_` before a digit is left out of their names."""
    padded = [
        (name.lstrip("_"), data.ljust(max(4096, -len(data) % SECTOR + len(data)), b"\0"))
        for name, data in streams.items()
    ]
    counts = [len(data) // SECTOR for _, data in padded]
    directory_sectors = -(-(len(padded) + 1) // 4)
    fat_sectors = 1
    while fat_sectors * 128 < fat_sectors + directory_sectors + sum(counts):
        fat_sectors += 1
    fat = [FAT] * fat_sectors
    starts = []
    for count in (directory_sectors, *counts):
        starts.append(len(fat))
        fat += [*range(len(fat) + 1, len(fat) + count), END]
    fat += [FREE] * (fat_sectors * 128 - len(fat))
    directory = entry("Root Entry", 5, END, 0, child=1)
    for number, ((name, data), start) in enumerate(zip(padded, starts[1:], strict=True), start=1):
        directory += entry(name, 2, start, len(data), right=number + 1 if number < len(padded) else FREE)
    directory = directory.ljust(directory_sectors * SECTOR, b"\0")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<9I", fat_sectors, starts[0], 0, 4096, END, 0, END, 0, 0)
    header += struct.pack(f"<{fat_sectors - 1}I", *range(1, fat_sectors))
    return (
        header.ljust(SECTOR, b"\xff") + struct.pack(f"<{len(fat)}I", *fat) + directory + b"".join(d for _, d in padded)
    )


def entry(name: str, kind: int, start: int, size: int, child: int = FREE, right: int = FREE) -> bytes:
    coded = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<3I", FREE, right, child)
    return (
        coded.ljust(64, b"\0")
        + struct.pack("<HBB", len(coded), kind, 1)
        + links
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


@dataclass
class P:
    """A paragraph: runs of words, each with the properties of its characters, its mark and its own properties."""

    runs: list[str | tuple[str, bytes]]
    mark: str = "\r"
    style: int = 0
    sprms: bytes = b""


def sprm(code: int, operand: int | bytes) -> bytes:
    size = (1, 1, 2, 4, 2, 2, 0, 3)[code >> 13]
    if isinstance(operand, bytes):
        return struct.pack("<HB", code, len(operand)) + operand
    return struct.pack("<H", code) + operand.to_bytes(size, "little")


def p(*runs: str | tuple[str, bytes], style: int = 0, sprms: bytes = b"", mark: str = "\r") -> P:
    return P(list(runs), mark, style, sprms)


RAISED = sprm(0x2A48, 1)
DELETED, HIDDEN, SHOWN = sprm(0x0800, 1), sprm(0x083C, 1), sprm(0x083C, 0)
IN_TABLE = sprm(0x2416, 1)
INNER = IN_TABLE + sprm(0x6649, 2)


def row(*cells: str, edges: list[int] | None = None, flags: dict[int, int] | None = None, more: bytes = b"") -> list[P]:
    """A row of a table; `flags` are those of merged cells by number, `edges` the borders between them."""
    edges = edges or list(range(0, 1000 * len(cells) + 1, 1000))
    definition = bytes((len(cells),)) + struct.pack(f"<{len(edges)}h", *edges)
    definition += b"".join(struct.pack("<H", (flags or {}).get(n, 0)) + bytes(18) for n in range(len(cells)))
    layout = struct.pack("<HH", 0xD608, len(definition) + 1) + definition
    marks = [p(words, sprms=IN_TABLE, mark="\x07") for words in cells]
    return [*marks, p(sprms=IN_TABLE + sprm(0x2417, 1) + layout + more, mark="\x07")]


def plex(positions: list[int], things: list[bytes]) -> bytes:
    return struct.pack(f"<{len(positions)}I", *positions) + b"".join(things)


def pages(runs: list[tuple[int, int, bytes]], first: int, size: int) -> tuple[bytes, bytes]:
    """The pages on which properties lie, three to a page, and the table that says where they are."""
    made, edges = [], []
    for number in range(0, len(runs), 3):
        some = runs[number : number + 3]
        page = bytearray(SECTOR)
        struct.pack_into(f"<{len(some) + 1}I", page, 0, *(start for start, _, _ in some), some[-1][1])
        at = SECTOR - 2
        for n, (_, _, stored) in enumerate(some):
            at = (at - len(stored)) // 2 * 2
            page[at : at + len(stored)] = stored
            page[4 * (len(some) + 1) + size * n] = at // 2
        page[-1] = len(some)
        made.append(bytes(page))
        edges.append(some[0][0])
    table = plex([*edges, runs[-1][1]], [struct.pack("<I", first + n) for n in range(len(made))])
    return b"".join(made), table


def doc(
    *main: P,
    notes: tuple[P, ...] = (),
    headers: tuple[P, ...] = (),
    comments: tuple[P, ...] = (),
    boxes: tuple[P, ...] = (),
    tables: dict[int, bytes] | None = None,
    narrow: bool = False,
    piece: int = 0,
    flags: int = 0,
    version: int = 0xC1,
) -> bytes:
    """A doc of these paragraphs; `tables` go into the places of the header by number."""
    lengths = [sum(len(coded(q)) // 2 for q in part) for part in (main, notes, headers, (), comments, (), boxes)]
    width, begin = 1 if narrow else 2, 1024
    text, characters, paragraphs = b"", [], []
    for paragraph in [*main, *notes, *headers, *comments, *boxes]:
        start = begin + len(text)
        for run in [*paragraph.runs, paragraph.mark]:
            words, sprms = run if isinstance(run, tuple) else (run, b"")
            at = begin + len(text)
            text += words.encode("cp1252") if narrow else words.encode("utf-16-le", "surrogatepass")
            if words:
                characters.append((at, begin + len(text), bytes((len(sprms),)) + sprms))
        stored = struct.pack("<H", paragraph.style) + paragraph.sprms
        stored += bytes(len(stored) % 2)
        paragraphs.append((start, begin + len(text), bytes((0, len(stored) // 2)) + stored))
    main_stream = text + bytes(-(begin + len(text)) % SECTOR)
    first = (begin + len(main_stream)) // SECTOR
    character_pages, character_table = pages(characters, first, 1)
    first += len(character_pages) // SECTOR
    paragraph_pages, paragraph_table = pages(paragraphs, first, 13)
    place = (2 * begin) | 0x40000000 if narrow else begin
    pieces = plex([0, len(text) // width], [struct.pack("<HIH", 0, place, piece)])
    found = {12: character_table, 13: paragraph_table, 33: b"\x02" + struct.pack("<I", len(pieces)) + pieces}
    found |= tables or {}
    table, places = b"", [(0, 0)] * 75
    for number, data in found.items():
        places[number] = len(table), len(data)
        table += data + bytes(len(data) % 2)
    head = struct.pack("<4H", 0xA5EC, version, 0, 0x0804).ljust(10, b"\0") + struct.pack("<H", 0x0200 | flags)
    head = head.ljust(32, b"\0") + struct.pack("<H", 14) + bytes(28) + struct.pack("<H", 22)
    head += struct.pack("<22I", 0, 0, 0, *lengths, *([0] * 12)) + struct.pack("<H", len(places))
    head += b"".join(struct.pack("<II", *place) for place in places)
    return container(
        WordDocument=head.ljust(begin, b"\0") + main_stream + character_pages + paragraph_pages, _1Table=table
    )


def coded(paragraph: P) -> bytes:
    words = "".join(run if isinstance(run, str) else run[0] for run in paragraph.runs)
    return (words + paragraph.mark).encode("utf-16-le", "surrogatepass")


def style(name: str, built_in: int = 0xFFE, base: int = 0xFFF, form: bytes = b"", look: bytes = b"") -> bytes:
    data = struct.pack("<5H", built_in, 1 | base << 4, 2, 0, 0)
    data += struct.pack("<H", len(name)) + name.encode("utf-16-le") + b"\0\0"
    for part in (b"\0\0" + form, look):
        data += struct.pack("<H", len(part)) + part + bytes(len(part) % 2)
    return struct.pack("<H", len(data)) + data


def sheet(*styles: bytes) -> dict[int, bytes]:
    return {1: struct.pack("<3H", 4, len(styles), 10) + b"".join(styles)}


def document(data: bytes, name: str = "report.doc") -> Document:
    return opened(data, name)


def issue(data: bytes) -> Issue:
    return refused(data, "report.doc")


def text(*paragraphs: P, **more: object) -> str:
    return document(doc(*paragraphs, **more)).text  # type: ignore[arg-type]


# --- characters ------------------------------------------------------------------------------------------------------

RUNS: list[tuple[str, list[str | tuple[str, bytes]], str]] = [
    ("plain", ["投入5.19亿元"], "投入5.19亿元。"),
    ("deleted", [("5亿元", DELETED)], "。"),
    ("inserted", [("5亿元", sprm(0x0801, 1))], "5亿元。"),
    ("hidden", [("5亿元", HIDDEN)], "。"),
    ("not hidden", [("5亿元", SHOWN)], "5亿元。"),
    ("other way than the style", [("5亿元", sprm(0x083C, 0x81))], "。"),
    ("as the style", [("5亿元", sprm(0x083C, 0x80))], "5亿元。"),
    ("field", ["共\x13 PAGE \x1412\x15页"], "共12页。"),
    ("field in a field", ["\x13 A \x13 B \x145\x15 \x14见\x13 C \x14甲\x15\x15"], "见甲。"),
    ("field without a result", ["甲\x13 TC x \x15乙"], "甲乙。"),
    ("field that never ends", ["甲\x13投入5亿元"], "甲投入5亿元。"),
    ("link over formats", ["\x13 HYPER", ("LINK x ", sprm(0x0835, 1)), "\x14纲要\x15"], "纲要。"),
    ("tab and breaks", ["甲\t乙\x0b丙\x1e丁\x1f戊"], "甲\t乙\n丙-丁戊。"),
    ("page break", ["甲\x0c乙"], "甲\n乙。"),
    ("picture, drawing, note, comment", ["甲\x01\x08\x02\x05乙"], "甲乙。"),
    ("symbol", [("(", sprm(0x6A09, 0x2103 << 16))], "℃。"),
    ("symbol of a font", [("(", sprm(0x6A09, 0xF0A7 << 16))], "。"),
    ("sign of the font Symbol", [("(", sprm(0x6A09, 0xF0B3 << 16 | 1)), "95%"], "≥95%。"),
    ("exponent", ["10", ("4", RAISED), "人,12m", ("2", RAISED)], "10⁴人,12m²。"),
    ("raised words", ["甲", ("1", RAISED), ("注", RAISED)], "甲1注。"),
    ("lowered", ["CO", ("2", sprm(0x2A48, 2))], "CO2。"),
    ("rare hanzi", ["𠮷"], "𠮷。"),
    ("half a hanzi", ["甲\ud842乙"], "甲\ufffd乙。"),
]


@pytest.mark.parametrize(("inside", "wanted"), [case[1:] for case in RUNS], ids=[case[0] for case in RUNS])
def test_runs(inside: list[str | tuple[str, bytes]], wanted: str) -> None:
    # The last section ends far behind the text: page breaks are none.
    fonts = struct.pack("<HH", 2, 0) + b"".join(font(name) for name in ("SimSun", "Symbol"))
    assert text(p(*inside, "。"), tables={6: plex([0, 1000], [bytes(12)]), 15: fonts}) == wanted


def font(name: str) -> bytes:
    coded_name = name.encode("utf-16-le") + b"\0\0"
    return bytes((39 + len(coded_name),)) + bytes(39) + coded_name


@pytest.mark.parametrize("gone", [DELETED, HIDDEN])
def test_paragraph_whose_mark_is_gone_goes_on_in_the_next(gone: bytes) -> None:
    def joined(words: str, more: bytes = b"") -> P:
        return p(words, ("\r", gone), sprms=more, mark="")

    assert text(p("零。"), joined("投入5"), p("亿元。")) == "零。\n投入5亿元。"
    assert text(joined("投入5"), *row("甲", "12"), p("乙"), joined("末")) == "投入5\n甲\t12\n乙\n末"
    inside = [joined("甲", IN_TABLE), *row("市", "12")]
    assert text(*inside) == "甲市\t12"


def test_characters_of_one_byte() -> None:
    assert (
        text(p("5.19% 95\u2030 \u201cA\u201d \xd7\xb1\xb7"), narrow=True) == "5.19% 95\u2030 \u201cA\u201d \xd7\xb1\xb7"
    )


def test_section_ends_a_paragraph() -> None:
    assert [b.kind for b in document(doc(p("甲", mark="\x0c"), p("乙"))).blocks] == [BlockKind.PARAGRAPH] * 2


def test_hidden_and_deleted_by_the_piece_of_a_fast_save() -> None:
    assert issue(doc(p("甲5亿元"), piece=0x5C << 1 | 1 << 8)).code == "empty"
    assert text(p("甲5亿元"), piece=0x5C << 1) == "甲5亿元"


def test_hidden_by_a_style() -> None:
    styles = sheet(style("Normal"), style("mine", look=HIDDEN), style("child", base=1))
    assert text(p("甲", ("乙", SHOWN), style=2), p("丙", style=0), tables=styles) == "乙\n丙"


# --- other texts of the file -----------------------------------------------------------------------------------------


def test_headers_and_comments_are_left_out_and_notes_follow() -> None:
    places = {2: plex([1, 3, 99], [bytes(2)] * 2), 3: plex([0, 4, 8], [])}
    more = {"notes": (p("\x02注一"), p("\x02注二")), "headers": (p("页眉"),), "comments": (p("批注"),)}
    assert text(p("甲\x02乙\x02。"), **more, tables=places) == "甲乙。\n注一\n注二"
    assert text(p("甲", ("\x02", DELETED), "乙\x02。"), **more, tables=places) == "甲乙。\n注二"


def test_text_box_follows_its_paragraph() -> None:
    def shape(number: int) -> bytes:
        return struct.pack("<IIHIII", 1, 0, 0, 0, number, 0)

    def anchor(number: int) -> bytes:
        return struct.pack("<I", number) + bytes(22)

    places = {40: plex([1, 99], [anchor(7)]), 56: plex([0, 4, 8], [shape(7), shape(8)])}
    boxes = (p("框内甲"), p("组内乙"))
    assert text(p("正\x08文。"), p("下段。"), boxes=boxes, tables=places) == "正文。\n框内甲\n下段。\n组内乙"


# --- headings and numbers --------------------------------------------------------------------------------------------

STYLES = sheet(
    style("Normal", 0),
    style("heading 1", 1),
    style("标题 2"),
    style("mine", base=1),
    style("outlined", form=sprm(0x2640, 2)),
    style("Title", 62),
    style("toc 1", 19),
    style("loop", base=7),
)


@pytest.mark.parametrize(
    ("number", "sprms", "kind", "level"),
    [
        (1, b"", BlockKind.HEADING, 1),
        (2, b"", BlockKind.HEADING, 2),
        (3, b"", BlockKind.HEADING, 1),
        (4, b"", BlockKind.HEADING, 3),
        (5, b"", BlockKind.HEADING, 0),
        (6, b"", BlockKind.FURNITURE, None),
        (7, b"", BlockKind.PARAGRAPH, None),
        (0, b"", BlockKind.PARAGRAPH, None),
        (0, sprm(0x2640, 0), BlockKind.HEADING, 1),
        (1, sprm(0x2640, 9), BlockKind.PARAGRAPH, None),
    ],
)
def test_headings(number: int, sprms: bytes, kind: BlockKind, level: int | None) -> None:
    (block,) = document(doc(p("一、工作", style=number, sprms=sprms), tables=STYLES)).blocks
    assert (block.kind, block.level) == (kind, level)


def test_a_whole_paragraph_in_a_heading_style_is_no_heading() -> None:
    (block,) = document(doc(p("长" * 200, style=1), tables=STYLES)).blocks
    assert block.kind is BlockKind.PARAGRAPH


def list_level(number_format: int, shown: str, start: int = 1, flags: int = 0) -> bytes:
    """`shown` holds the levels whose numbers it shows as characters 0 to 8."""
    head = struct.pack("<iBB", start, number_format, flags) + bytes(9) + b"\0" + bytes(12)
    return head + struct.pack("<H", len(shown)) + shown.encode("utf-16-le")


def lists(*levels: bytes, overrides: tuple[bytes, ...] = (b"",)) -> dict[int, bytes]:
    every = [*levels, *[list_level(255, "")] * (9 - len(levels))]
    head = struct.pack("<Hii", 1, 77, 0) + b"\xff\x0f" * 9 + bytes(2)
    templates = struct.pack("<I", len(overrides))
    templates += b"".join(struct.pack("<i", 77) + bytes(8) + bytes((len(o) // 8,)) + bytes(3) for o in overrides)
    templates += b"".join(b"\xff\xff\xff\xff" + o for o in overrides)
    return {74: templates, 73: head, 5: b"".join(every)}


def numbered(words: str, place: int = 0, number: int = 1) -> P:
    return p(words, sprms=sprm(0x260A, place) + sprm(0x460B, number))


def test_levels_of_numbers() -> None:
    levels = lists(
        list_level(39, "\0、"), list_level(37, "(\1)"), list_level(0, "\2."), list_level(0, "\0.\3", flags=4)
    )
    body = [
        numbered("甲"), numbered("子", 1), numbered("5亿元", 2), numbered("6亿元", 2), numbered("丑", 1),
        numbered("7亿元", 2), numbered("乙"), numbered("寅", 1), numbered("卯", 3), numbered("无", number=0),
    ]  # fmt: skip
    assert text(*body, tables=levels).split("\n") == [
        "一、甲", "(一)子", "1. 5亿元", "2. 6亿元", "(二)丑", "1. 7亿元", "二、乙", "(一)寅", "2.1 卯", "无",
    ]  # fmt: skip


def test_bullets_restarted_lists_and_numbers_by_style() -> None:
    assert text(numbered("甲"), tables=lists(list_level(23, "\uf0b7"))) == "甲"
    restart = (b"", struct.pack("<II", 1, 0x10))
    body = [numbered("甲"), numbered("乙"), numbered("丙", number=2), numbered("丁", number=2)]
    assert text(*body, tables=lists(list_level(0, "\0、"), overrides=restart)).split("\n") == [
        "1、甲",
        "2、乙",
        "1、丙",
        "2、丁",
    ]
    styles = sheet(style("Normal", 0), style("heading 1", 1, form=sprm(0x460B, 1)))
    places = styles | lists(list_level(39, "第\0章"))
    assert text(p("总则", style=1), p("附则", style=1), tables=places) == "第一章总则\n第二章附则"


# --- tables ----------------------------------------------------------------------------------------------------------


def cells(result: Document) -> dict[tuple[int | None, int | None, int | None], tuple[str, Block]]:
    return {
        (block.table, block.row, block.column): (result.text[block.span.start : block.span.end], block)
        for block in result.blocks
        if block.kind is BlockKind.CELL
    }


FIRST, NEXT = 3 << 5, 1 << 5


def test_table_with_merged_cells() -> None:
    body = [
        p("各地主要指标"), p("单位：张"),
        *row("片区", "地区", "2022年", "备注", edges=[0, 1000, 2010, 4000, 5000], flags={0: FIRST, 1: FIRST}),
        *row("", "", "床位数", "参合率", "", flags={0: NEXT, 1: NEXT}),
        *row("城区", "甲市", "1,200", "xx.x%", "好", flags={0: FIRST}),
        *row("", "乙市", "1,300", "—", "", edges=[0, 990, 2000, 3000, 4000, 5000], flags={0: NEXT}),
        p("以上。"),
    ]  # fmt: skip
    result = document(doc(*body))
    found = cells(result)
    assert {place[1:]: words for place, (words, _) in found.items()} == {
        (1, 1): "片区", (1, 2): "地区", (1, 3): "2022年", (1, 5): "备注", (2, 3): "床位数", (2, 4): "参合率",
        (3, 1): "城区", (3, 2): "甲市", (3, 3): "1,200", (3, 4): "xx.x%", (3, 5): "好",
        (4, 2): "乙市", (4, 3): "1,300", (4, 4): "—",
    }  # fmt: skip
    block = found[1, 4, 3][1]
    assert (block.row_heading, block.column_heading) == ("城区 乙市", "2022年 床位数")
    assert block.caption == "各地主要指标 单位：张"
    assert result.text.endswith("\n以上。")


def test_cells_merged_side_by_side_by_their_flags() -> None:
    body = [*row("地区", "2022年", "", flags={1: 1, 2: 2}), *row("", "床位", "医师"), *row("甲市", "12", "30")]
    assert cells(document(doc(*body)))[1, 3, 3][1].column_heading == "2022年 医师"


def test_dragged_edges_do_not_make_columns() -> None:
    body = [*row("地区", "床位", "医师"), *row("甲市", "12", "30", edges=[0, 700, 2300, 3000])]
    assert cells(document(doc(*body)))[1, 2, 2][1].column_heading == "床位"


def test_deleted_row_and_declared_heading_rows() -> None:
    body = [*row("地区", "床位", more=sprm(0x3404, 1)), *row("甲市", "12"), *row("乙市", "13")]
    body[-1].mark = ""
    body[-1].runs = [("\x07", DELETED)]
    assert text(*body, p("。")) == "地区\t床位\n甲市\t12\n。"


def test_nested_table_stays_in_its_place() -> None:
    def inner(words: str) -> P:
        return p(words, sprms=INNER + sprm(0x244B, 1))

    ends = p(sprms=INNER + sprm(0x244C, 1))
    body = [
        p("附", sprms=IN_TABLE), inner("名称"), inner("数量"), ends, inner("医院"), inner("12"), ends,
        p("注", sprms=IN_TABLE, mark="\x07"), *row("说明"), *row("甲", "乙"),
    ]  # fmt: skip
    result = document(doc(*body))
    assert result.text == "附\n名称\t数量\n医院\t12\n注\t说明\n甲\t乙"
    assert cells(result)[2, 2, 2][1].column_heading == "数量"


def test_frame_of_one_cell_is_no_table() -> None:
    result = document(doc(p("第一段。", sprms=IN_TABLE), *row("第二段。"), p("第三段。")))
    assert [block.kind for block in result.blocks] == [BlockKind.PARAGRAPH] * 3


def test_properties_that_lie_elsewhere() -> None:
    # A row of many cells is too long for its page.
    body = row(*"甲乙丙丁", edges=[0, 1000, 2000, 3000, 4000])
    long = body[-1].sprms
    body[-1].sprms = sprm(0x6646, 100)
    data = doc(*body, *row("子", "丑", edges=[0, 2000, 4000]), p("。"))
    whole = bytes(100) + struct.pack("<H", len(long)) + long
    streams = {"WordDocument": stream(data, "WordDocument"), "_1Table": stream(data, "1Table"), "Data": whole}
    assert cells(document(container(**streams)))[1, 2, 3][0] == "丑"


def stream(data: bytes, name: str) -> bytes:
    from hreport.readers.ole import Container

    return Container(data).stream(name)


# --- the file --------------------------------------------------------------------------------------------------------


def summary(**values: bytes) -> bytes:
    numbers = {"code_page": 1, "title": 2, "creator": 4, "created": 12}
    places, stored = b"", b""
    for name, value in values.items():
        places += struct.pack("<II", numbers[name], 8 + 8 * len(values) + len(stored))
        stored += value + bytes(-len(value) % 4)
    section = struct.pack("<II", 8 + len(places) + len(stored), len(values)) + places + stored
    return bytes(44) + struct.pack("<I", 48) + section


def with_summary(data: bytes, properties: bytes) -> bytes:
    streams = {"WordDocument": stream(data, "WordDocument"), "_1Table": stream(data, "1Table")}
    return container(**streams, **{"\x05SummaryInformation": properties})


def test_properties() -> None:
    title = "总结".encode("gbk") + b"\0"
    values = {
        "code_page": struct.pack("<IH", 2, 936),
        "title": struct.pack("<II", 30, len(title)) + title,
        "creator": struct.pack("<II", 31, 3) + "办公室".encode("utf-16-le"),
        "created": struct.pack("<IQ", 64, 133170048000000000),
    }
    data = with_summary(doc(p("正文。")), summary(**values))
    assert document(data).meta == {"title": "总结", "creator": "办公室", "created": "2023-01-01T00:00:00Z"}


def test_absurd_properties_cost_only_themselves() -> None:
    absurd = summary(title=struct.pack("<II", 0x1000 | 30, 0xFFFFFFFF), created=struct.pack("<IQ", 64, 2**64 - 1))
    assert document(with_summary(doc(p("正文。")), absurd)).meta == {}


def test_known_by_its_directory_not_by_its_bytes() -> None:
    data = doc(p("正文。"))
    assert recognise(data) == "doc"
    streams = {"WordDocument": stream(data, "WordDocument"), "_1Table": stream(data, "1Table")}
    embedded = "Workbook EncryptedPackage PowerPoint Document".encode("utf-16-le")
    assert document(container(**streams, Data=embedded), "report.wps").format == "doc"
    assert recognise(container(Contents=embedded)) == "ole"
    assert recognise(container(EncryptedPackage=b"x")) == "encrypted"


def test_encrypted() -> None:
    assert issue(doc(p("正文。"), flags=0x0100)).code == "encrypted"


def old(words: bytes, flags: int = 0, language: int = 0x0804) -> bytes:
    """A file of Word 6."""
    head = struct.pack("<4H", 0xA5DC, 104, 0, language) + bytes(2) + struct.pack("<H", flags)
    head = head.ljust(24, b"\0") + struct.pack("<II", 768, 768 + len(words))
    return container(WordDocument=head.ljust(52, b"\0") + struct.pack("<I", len(words)) + bytes(712) + words)


def test_word_6() -> None:
    result = document(old("总结\r投入5亿元\x13 PAGE \x141\x15。\r名\x07数\x07\x07".encode("gbk")))
    assert result.text == "总结\n投入5亿元1。\n名\n数"
    assert [issue.code for issue in result.issues] == ["layout"]
    assert document(old("總結".encode("big5"), language=0x0404)).text == "總結"
    assert issue(old(b"x", flags=4)).code == "unsupported"


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9])
def test_cut_short(share: float) -> None:
    data = doc(*[p(f"正文{number}。") for number in range(500)])
    result = read_bytes(data[: int(len(data) * share)], "report.doc")
    assert isinstance(result, Issue) or result.issues
    assert isinstance(result, Document) or result.code == "damaged"


def test_pieces_that_lie_outside_are_said_to_be_missing() -> None:
    data = doc(p("正文。" * 100))
    moved = data.replace(
        struct.pack("<HIH", 0, 1024, 0), struct.pack("<HIH", 0, len(stream(data, "WordDocument")) - 100, 0)
    )
    assert moved != data
    result = read_bytes(moved, "report.doc")
    assert isinstance(result, Issue) or "missing" in result.issues[0].message


def test_without_properties_the_text_is_there() -> None:
    result = document(doc(p("正文。"), *row("甲", "12"), tables={12: b"", 13: b""}))
    assert result.text.startswith("正文。\n甲\n12")
    assert [issue.code for issue in result.issues] == ["damaged"]


def test_nothing_in_it() -> None:
    assert issue(doc(p("\x01"))).code == "empty"


HOSTILE = [
    ("sectors of the table of sectors", 44, 0xFFFFFFF),
    ("sectors of the small table", 64, 0xFFFFFFF),
    ("sectors of the table of tables", 72, 0xFFFFFFF),
]


@pytest.mark.parametrize(("at", "value"), [case[1:] for case in HOSTILE], ids=[case[0] for case in HOSTILE])
def test_absurd_counts(at: int, value: int) -> None:
    data = bytearray(doc(p("正文。")))
    data[at : at + 4] = struct.pack("<I", value)
    start = time.monotonic()
    assert issue(bytes(data)).code == "damaged"
    assert time.monotonic() - start < 5


def test_hostile_tables() -> None:
    start = time.monotonic()
    pieces = plex([0, 2**31], [struct.pack("<HIH", 0, 1024, 0)])
    assert issue(doc(p("甲"), tables={33: b"\x02" + struct.pack("<I", len(pieces)) + pieces})).code == "damaged"
    assert issue(doc(p("甲"), tables={33: b"\x01\xff\xff"})).code == "damaged"
    assert issue(doc(p("甲"), tables={33: b""})).code == "damaged"
    # As many lists, styles and levels as the numbers can say.
    assert text(p("甲"), tables={73: b"\xff\xff" * 8, 74: b"\xff\xff" * 8, 1: b"\xff\xff" * 8}) == "甲"
    # Fields in fields in fields, and tables likewise.
    assert text(p("\x13" * 30_000 + "甲\x14" + "\x15" * 30_000 + "乙")) == "乙"
    assert text(p("甲", sprms=IN_TABLE + sprm(0x6649, 2**31))) == "甲"
    assert time.monotonic() - start < 10


def test_broken_bytes_never_stop_the_reader() -> None:
    source = random.Random(7)
    levels = lists(list_level(39, "\0、"))
    whole = doc(
        p("总结", style=1), numbered("甲"), *row("名", "数"), *row("医院", "12"), p("。"), tables=STYLES | levels
    )
    start = time.monotonic()
    for number in range(200):
        data = bytearray(whole)
        if number % 2:
            del data[source.randrange(len(data)) :]
        for _ in range(source.choice((1, 10, 100)) if data else 0):
            data[source.randrange(len(data))] = source.randrange(256)
        result = read_bytes(bytes(data), "report.doc")
        assert isinstance(result, Document) or result.code not in ("failed", "internal"), result
    assert time.monotonic() - start < 10


# --- shared fixtures -------------------------------------------------------------------------------------------------


def tight(words: str) -> str:
    return re.sub(r"\s", "", words)


@NEEDS_FIXTURES
def test_fixture_is_the_same_as_the_docx() -> None:
    result, other = read(FIXTURES / "doc" / "report.doc"), read(FIXTURES / "docx" / "report.docx")
    assert isinstance(result, Document)
    assert isinstance(other, Document)
    assert tight(result.text) == tight((FIXTURES / "truth" / "report.txt").read_text("utf-8"))
    assert (result.text, result.blocks) == (other.text, other.blocks)


@NEEDS_FIXTURES
def test_fixture_features() -> None:
    result = read(FIXTURES / "doc" / "features.doc")
    assert isinstance(result, Document)
    flags = json.loads((FIXTURES / "truth" / "features_flags.json").read_text("utf-8"))
    kept = {name for name, words in flags.items() if words in result.text}
    assert kept == set(flags) - {"del", "comment", "hidden"}
    # The program that made the file wrote the words of one content control several times.
    assert {name for name in kept if result.text.count(flags[name]) > 1} <= {"sdt"}
    truth = json.loads((FIXTURES / "truth" / "features.json").read_text("utf-8"))
    item = next(item for item in truth if item["type"] == "table")
    rows = [item["top"], item["sub"], *item["rows"]]
    found = {place[1:]: words for place, (words, _) in cells(result).items() if (place[1] or 0) <= len(rows)}
    assert found == {(r, c): words for r, line in enumerate(rows, 1) for c, words in enumerate(line, 1) if words}
