"""A folder of hostile files: bombs, loops, lies and odd names, next to a few good reports.

`python tests/hostile_files.py` reads each in a worker of its own and prints what came of it, how long it took and how
much memory the worker had at most. Files are made on the spot, each by a function named by what it is.
"""

from __future__ import annotations

import binascii
import contextlib
import io
import os
import random
import socket
import struct
import sys
import tempfile
import threading
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from test_readers_doc import FAT, container, doc, p, plex
from test_readers_docx import NAMESPACES, cell, docx, paragraph, row, table
from test_readers_pdf import pdf
from test_readers_pdf import text as pdf_text
from test_readers_rtf import rtf

from hreport import pipeline, sources
from hreport.cli.console import printable
from hreport.sources import Source

MB = 2**20
SENTENCE = "全市医疗卫生机构床位12,345张，比上年增长3.2%，婴儿死亡率为2.1‰，家庭医生签约率达到xx%。"
REPORT = f"临川市2023年卫生健康工作总结\n\n一、工作情况\n{SENTENCE}\n全年新建社区卫生服务站17个，投入资金2.6亿元。\n"
SHEET = [["指标", "单位", "2022年", "2023年"], ["床位数", "张", "11960", "12345"], ["婴儿死亡率", "‰", "2.4", "2.1"]]

FILES: dict[str, Callable[[], bytes]] = {}  # by the name under which each stands in the folder


def named(suffix: str) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Put a file into the folder, under the name of the function that makes it."""

    def register(make: Callable[[], bytes]) -> Callable[[], bytes]:
        FILES[f"{make.__name__}.{suffix}"] = make
        return make

    return register


# --- what several are made of ----------------------------------------------------------------------------------------


def deflated(pieces: Iterable[tuple[bytes, int]]) -> tuple[bytes, int, int]:
    """Pieces, each as many times as it says, packed without taking as long as they unpack to; their CRC and length."""
    packed, crc, size = bytearray(), 0, 0
    for piece, times in pieces:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        # Cut off from what stands before it, a packed piece may be written again and again.
        packed += (packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)) * times
        for _ in range(times):
            crc = zlib.crc32(piece, crc)
        size += len(piece) * times
    return bytes(packed) + b"\x03\x00", crc, size


@dataclass
class Entry:
    """A member of a zip, and what its two headers say of it: the truth, or not."""

    name: bytes
    data: bytes
    crc: int
    size: int
    method: int = 8
    flags: int = 0
    shares: bool = False  # the data of the member before it


def entry(name: str | bytes, *pieces: tuple[bytes, int], flags: int = 0) -> Entry:
    """A member of these pieces, under a name that is UTF-8 or bytes of no said encoding."""
    coded = name.encode() if isinstance(name, str) else name
    return Entry(coded, *deflated(pieces), flags=flags | (0x800 if isinstance(name, str) else 0))


def archive(entries: Iterable[Entry]) -> bytes:
    """A zip of these members."""
    out, directory = bytearray(), bytearray()
    count = place = 0
    for one in entries:
        about = struct.pack("<HHHHHIII", 20, one.flags, one.method, 0, 33, one.crc, len(one.data), one.size)
        if not one.shares:
            place = len(out)
            out += b"PK\x03\x04" + about + struct.pack("<HH", len(one.name), 0) + one.name + one.data
        directory += b"PK\x01\x02\x14\0" + about + struct.pack("<HHHHHII", len(one.name), 0, 0, 0, 0, 0, place)
        directory += one.name
        count += 1
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, *[min(count, 65_535)] * 2, len(directory), len(out), 0)
    return bytes(out + directory) + end


def package(*parts: tuple[str, Sequence[tuple[bytes, int]]], stored: bool = False) -> bytes:
    """A zip of these parts; `stored`: not packed, so that no ratio gives it away."""
    if not stored:
        return archive(entry(name, *pieces) for name, pieces in parts)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for name, pieces in parts:
            opened.writestr(name, b"".join(piece * times for piece, times in pieces))
    return buffer.getvalue()


def word(*body: tuple[bytes, int], stored: bool = False) -> bytes:
    """A docx whose body is made of pieces."""
    head, tail = f"<w:document {NAMESPACES}><w:body>".encode(), b"</w:body></w:document>"
    parts = [("[Content_Types].xml", [(b"<Types/>", 1)]), ("word/document.xml", [(head, 1), *body, (tail, 1)])]
    return package(*parts, stored=stored)


def excel(
    *sheet: tuple[bytes, int], strings: Sequence[tuple[bytes, int]] = (), styles: str = "", stored: bool = True
) -> bytes:
    """An xlsx whose sheet and shared strings are made of pieces; not packed, so that no ratio gives it away."""
    book = '<workbook xmlns:r="r"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
    target = '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="/xl/worksheets/a.xml"/></Relationships>'
    parts: list[tuple[str, Sequence[tuple[bytes, int]]]] = [
        ("xl/workbook.xml", [(book.encode(), 1)]),
        ("xl/_rels/workbook.xml.rels", [(target.encode(), 1)]),
        ("xl/worksheets/a.xml", [(b"<worksheet>", 1), *sheet, (b"</worksheet>", 1)]),
        ("xl/styles.xml", [(f"<styleSheet>{styles}</styleSheet>".encode(), 1)]),
    ]
    return package(*parts, *([("xl/sharedStrings.xml", strings)] if strings else []), stored=stored)


SHARED = b'<row><c t="s"><v>0</v></c></row>'
LAUGHS = '<!ENTITY l0 "哈">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def objects(*bodies: str | bytes) -> bytes:
    """A pdf of these objects, numbered from 1; the first is the catalogue."""
    out = bytearray(b"%PDF-1.5\n")
    places = []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + (body.encode() if isinstance(body, str) else body) + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer<</Size {len(places) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def stream(data: bytes, about: str = "") -> bytes:
    """The body of a pdf object that is a stream."""
    return f"<<{about}/Length {len(data)}>>\nstream\n".encode() + data + b"\nendstream"


CATALOG = "<</Type/Catalog/Pages 2 0 R>>"
PAGE = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>"


def page(*bodies: str | bytes) -> bytes:
    """A pdf of one page; the first object given is its contents, the second its form X."""
    return objects(CATALOG, "<</Type/Pages/Count 1/Kids[3 0 R]>>", PAGE, *bodies)


def picture(size: tuple[int, int], kind: str, mode: str = "RGB") -> bytes:
    """A picture of one colour."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, kind)
    return buffer.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    """A part of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", binascii.crc32(name + data))


def png(side: int, colours: int, size: int) -> bytes:
    """A blank PNG; each point takes `size` bytes."""
    head = struct.pack(">IIBBBBB", side, side, 8, colours, 0, 0, 0)
    length = (side * size + 1) * side
    check = (length % 65_521) << 16 | 1  # Adler-32 of so many zeros
    packed = b"\x78\xda" + deflated([(bytes(side * size + 1), side)])[0] + check.to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


# --- good reports ----------------------------------------------------------------------------------------------------


def good_reports() -> dict[str, bytes]:
    """Small reports in eight formats."""
    import openpyxl

    book, raw = openpyxl.Workbook(), io.BytesIO()
    for line in SHEET:
        book.active.append([float(value) if value[0].isdigit() and value[-1] != "年" else value for value in line])
    book.save(raw)
    body = "".join(paragraph(line) for line in REPORT.split("\n") if line)
    lines = [line for line in REPORT.split("\n") if line]
    html = "<html><meta charset=gbk><body>" + "".join(f"<p>{line}</p>" for line in lines) + "</body></html>"
    return {
        "good.csv": "\n".join(",".join(line) for line in SHEET).encode("gb18030"),
        "good.docx": docx(body + table(*(row(*line) for line in SHEET))),
        "good.html": html.encode("gbk"),
        "good.pdf": pdf([pdf_text(70, 740 - 20 * n, line, 9) for n, line in enumerate(lines)]),
        "good.rtf": rtf(r"\par ".join(lines)),
        "good.txt": REPORT.encode("gb18030"),
        "good.xlsx": raw.getvalue(),
        "good.zip": archive([entry("一.txt", (REPORT.encode(), 1)), entry("二.docx", (docx(body), 1))]),
    }


# --- Word ------------------------------------------------------------------------------------------------------------


@named("docx")
def cell_over_100000_columns() -> bytes:
    return docx(table(row(cell(SENTENCE, '<w:gridSpan w:val="100000"/>')), row("甲", "12")))


@named("docx")
def cells_that_each_span_1000_columns_and_all_rows() -> bytes:
    cells = cell("甲", '<w:gridSpan w:val="1000"/><w:vMerge/>') * 20
    return docx(table(*[row(cells)] * 500))


@named("docx")
def paragraphs_1500000() -> bytes:
    return word((paragraph("一").encode() * 1000, 1500))


@named("docx")
def paragraphs_1500000_not_packed() -> bytes:
    return word((b"<w:p><w:r><w:t>1</w:t></w:r></w:p>", 1_500_000), stored=True)


@named("docx")
def text_of_1_gb() -> bytes:
    return word((b"<w:p><w:r><w:t>", 1), ("多".encode() * 349_525, 1024), (b"</w:t></w:r></w:p>", 1))


@named("docx")
def zip_that_lies_about_its_sizes() -> bytes:
    large = entry("word/document.xml", (b"<w:document>", 1), (b" " * MB, 700))
    large.size = 2000
    return archive([entry("[Content_Types].xml", (b"<Types/>", 1)), large])


def _with_types(definition: str, reference: str) -> bytes:
    return docx(paragraph(reference), head=f"<!DOCTYPE d [{definition}]>")


@named("docx")
def billion_laughs_in_word() -> bytes:
    return _with_types(LAUGHS, "&l9;")


@named("docx")
def entity_from_outside() -> bytes:
    return _with_types('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;")


@named("docx")
def nested_100000_deep() -> bytes:
    return docx("<w:sdt>" * 100_000 + "</w:sdt>" * 100_000)


@named("docx")
def tables_80_deep() -> bytes:
    inner = "<w:p/>"
    for _ in range(80):
        inner = f"<w:tbl><w:tr><w:tc>{inner}<w:p><w:r><w:t>12张</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    return docx(inner)


@named("docx")
def styles_based_on_each_other() -> bytes:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="s{n}"><w:basedOn w:val="s{(n + 1) % 5000}"/></w:style>'
        for n in range(5000)
    )
    return docx(paragraph(REPORT, properties='<w:pStyle w:val="s0"/>') * 3, styles=styles)


@named("docx")
def word_file_cut_in_half() -> bytes:
    data = docx(paragraph(SENTENCE) * 50)
    return data[: len(data) // 2]


@named("doc")
def office_file_whose_sectors_loop() -> bytes:
    data = bytearray(doc(p(SENTENCE)))
    struct.pack_into("<128I", data, 512, FAT, *[2] * 127)  # every sector is followed by the third
    return bytes(data)


@named("doc")
def office_file_whose_directory_loops() -> bytes:
    data = bytearray(doc(p(SENTENCE)))
    for at in range(1024, 1536, 128):
        struct.pack_into("<3I", data, at + 68, 0, 0, 0)  # left, right and below lies the root
    return bytes(data)


@named("doc")
def office_file_whose_table_of_tables_loops() -> bytes:
    data = bytearray(doc(p(SENTENCE)))
    struct.pack_into("<2I", data, 68, 1, len(data) // 512)
    struct.pack_into("<I", data, 1024 + 508, 1)
    return bytes(data)


@named("doc")
def office_file_whose_streams_are_2_gb() -> bytes:
    data = bytearray(doc(p(SENTENCE)))
    for at in range(1024 + 128, 1536, 128):
        struct.pack_into("<Q", data, at + 120, 2**31 - 1)
    return bytes(data)


@named("doc")
def pieces_of_2_billion_characters() -> bytes:
    pieces = plex([0, 2**31], [struct.pack("<HIH", 0, 1024, 0)])
    return doc(p(SENTENCE), tables={33: b"\x02" + struct.pack("<I", len(pieces)) + pieces})


@named("doc")
def pieces_that_show_one_place_20000_times() -> bytes:
    words = SENTENCE * 20
    ends = [len(words) * n for n in range(20_001)]
    pieces = plex(ends, [struct.pack("<HIH", 0, 1024, 0)] * 20_000)
    return doc(p(words), tables={33: b"\x02" + struct.pack("<I", len(pieces)) + pieces})


@named("rtf")
def braces_1000000() -> bytes:
    return b"{\\rtf1\\ansi " + b"{" * 1_000_000 + gb(SENTENCE) + b"}" * 1_000_001


@named("rtf")
def binary_of_2_gb_in_rtf() -> bytes:
    return b"{\\rtf1\\ansi{\\pict\\bin2147483647 " + gb(SENTENCE) + b"}}"


@named("rtf")
def rtf_tables_in_tables() -> bytes:
    return rtf(r"\pard\intbl\itap2000000000 甲\nestcell\nestrow\cell\row" * 5000 + r"\trowd" + r"\cellx9" * 100_000)


@named("rtf")
def control_words_20_mb() -> bytes:
    return b"{\\rtf1\\ansi" + b"\\b\\i0" * (4 * MB) + gb(SENTENCE) + b"}"


def gb(words: str) -> bytes:
    """Words as rtf writes them."""
    return "".join(f"\\u{ord(character)}?" for character in words).encode()


# --- Excel -----------------------------------------------------------------------------------------------------------


@named("xlsx")
def sheet_that_declares_17_billion_cells() -> bytes:
    data = '<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1"><v>12</v></c></row><row r="1048576">'
    end = '<c r="XFD1048576"><v>3</v></c></row></sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    return excel(((data + end).encode(), 1))


@named("xlsx")
def cells_2000000() -> bytes:
    return excel((b"<sheetData>", 1), (b"<row>" + b"<c><v>1</v></c>" * 1000 + b"</row>", 2000), (b"</sheetData>", 1))


@named("xlsx")
def string_shown_100000_times() -> bytes:
    strings = f"<sst><si><t>{SENTENCE * 600}</t></si></sst>"
    return excel((b"<sheetData>", 1), (SHARED, 100_000), (b"</sheetData>", 1), strings=[(strings.encode(), 1)])


@named("xlsx")
def shared_strings_of_1_gb() -> bytes:
    strings = [(b"<sst>", 1), (b"<si><t>" + b"1" * MB + b"</t></si>", 1024), (b"</sst>", 1)]
    return excel((b"<sheetData>" + SHARED + b"</sheetData>", 1), strings=strings, stored=False)


@named("xlsx")
def merged_cells_100000() -> bytes:
    merged = "".join(f'<mergeCell ref="A{n}:XFD{n + 20}"/>' for n in range(1, 100_000))
    cells = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 20_000))
    return excel((f"<sheetData>{cells}</sheetData><mergeCells>{merged}</mergeCells>".encode(), 1))


@named("xlsx")
def number_format_of_200000_signs() -> bytes:
    code = "[$-804]0.0#,,%_-*" * 12_000
    styles = f'<numFmts><numFmt numFmtId="164" formatCode="{code}"/></numFmts><cellXfs><xf numFmtId="164"/></cellXfs>'
    return excel((b"<sheetData>" + b'<row><c s="0"><v>12.5</v></c></row>' * 2000 + b"</sheetData>", 1), styles=styles)


@named("xlsx")
def billion_laughs_in_excel() -> bytes:
    strings = f"<!DOCTYPE sst [{LAUGHS}]><sst><si><t>&l9;</t></si></sst>"
    return excel((b"<sheetData>" + SHARED + b"</sheetData>", 1), strings=[(strings.encode(), 1)])


@named("xls")
def old_workbook_of_noise() -> bytes:
    return container(Workbook=b"\x09\x08\x10\x00\x00\x06\x05\x00" + random.Random(1).randbytes(200_000))


@named("csv")
def values_10000000() -> bytes:
    return b"1,2,3,4,5,6,7,8,9,10\n" * 1_000_000


@named("csv")
def quote_that_never_ends() -> bytes:
    return ("指标,数值\n床位,12\n医院,13\n" * 3 + '"' + "甲,12\n" * 400_000).encode()


# --- pdf -------------------------------------------------------------------------------------------------------------


@named("pdf")
def flate_bomb() -> bytes:
    packed = b"\x78\xda" + deflated([(b" " * MB, 1000)])[0] + bytes(4)
    return page(stream(packed, "/Filter/FlateDecode"))


@named("pdf")
def flate_bomb_in_a_flate_bomb() -> bytes:
    inner = b"\x78\xda" + deflated([(b" " * MB, 1000)])[0] + bytes(4)
    return page(stream(zlib.compress(inner, 9), "/Filter[/FlateDecode/FlateDecode]"))


@named("pdf")
def run_length_bomb() -> bytes:
    return page(stream(zlib.compress(b"\x81 " * 4_000_000, 9), "/Filter[/FlateDecode/RunLengthDecode]"))


@named("pdf")
def pages_10000() -> bytes:
    return pdf(*[[pdf_text(70, 700, SENTENCE)]] * 10_000)


@named("pdf")
def page_tree_that_loops() -> bytes:
    return objects(CATALOG, "<</Type/Pages/Count 2/Kids[2 0 R 3 0 R]>>", "<</Type/Pages/Count 2/Kids[2 0 R 3 0 R]>>")


@named("pdf")
def pages_2_billion_declared() -> bytes:
    return objects(CATALOG, "<</Type/Pages/Count 2147483647/Kids[3 0 R]>>", PAGE, stream(b"BT (12) Tj ET"))


@named("pdf")
def page_of_a_billion_points() -> bytes:
    return pdf([pdf_text(70, 700, SENTENCE)]).replace(b"0 0 595 842", b"0 0 1000000000 1000000000")


@named("pdf")
def path_of_1000000_segments() -> bytes:
    segments = "\n".join(f"{n * 7 % 595} {n * 11 % 842} l" for n in range(1_000_000))
    return page(stream(zlib.compress(f"0 0 m\n{segments}\nS".encode(), 1), "/Filter/FlateDecode"))


@named("pdf")
def rules_300000() -> bytes:
    rules = [f"{n % 590} 0 m {n % 590} 800 l S 0 {n % 800} m 590 {n % 800} l S" for n in range(150_000)]
    return pdf([pdf_text(70, 700, SENTENCE), *rules])


@named("pdf")
def words_500000_in_one_line() -> bytes:
    return pdf([pdf_text(n % 500, 700, "医院12家", 8) for n in range(100_000)])


@named("pdf")
def forms_in_forms_in_forms() -> bytes:
    forms = [
        stream(b"/X Do " * 10, f"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X {n} 0 R>>>>")
        for n in range(6, 26)
    ]
    return page(stream(b"/X Do"), *forms, stream(b"0 0 m 9 9 l S", "/Type/XObject/Subtype/Form/BBox[0 0 9 9]"))


@named("pdf")
def drawing_of_itself() -> bytes:
    form = "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>"
    return page(stream(b"/X Do " * 9), stream(b"/X Do " * 9, form))


@named("pdf")
def arrays_1000000_deep() -> bytes:
    return objects(CATALOG, "<</Type/Pages/Count 1/Kids[3 0 R]>>", PAGE + "[" * 1_000_000, stream(b"[" * 1_000_000))


@named("pdf")
def table_of_objects_that_loops() -> bytes:
    data = objects(CATALOG, "<</Type/Pages/Count 1/Kids[3 0 R]>>", PAGE, stream(b"BT (12) Tj ET"))
    return data.replace(b"/Root", b"/Prev %d/Root" % data.rindex(b"xref", 0, data.rindex(b"startxref")))


@named("pdf")
def pdf_with_a_password() -> bytes:
    return pdf([pdf_text(70, 700, SENTENCE)], password="geheim")


# --- pages -----------------------------------------------------------------------------------------------------------


@named("html")
def divs_100000_deep() -> bytes:
    return f"<html><body>{'<div>' * 100_000}{REPORT}{'</div>' * 100_000}".encode()


@named("html")
def tables_10000_deep() -> bytes:
    return f"<html><body>{'<table><tr><td>' * 10_000}{SENTENCE}".encode()


@named("html")
def one_tag_again_for_20_mb() -> bytes:
    return b"<html><body>" + b"<b>" * (20 * MB // 3) + REPORT.encode()


@named("html")
def one_tag_of_20_mb() -> bytes:
    return f"<html><body><p>{SENTENCE}</p>".encode() + b"<p title=" + b"a b=" * (5 * MB)


@named("html")
def entities_in_entities() -> bytes:
    return f"<!DOCTYPE html [{LAUGHS}]><html><body><p>&l9;</p><p>{SENTENCE}</p>".encode()


@named("html")
def ampersands_5000000() -> bytes:
    return f"<html><body><p>{SENTENCE}</p><p>{'&amp;' * 1_000_000}{'&' * 1_000_000}{'&#x' * 500_000}".encode()


@named("html")
def cell_over_a_billion_rows_and_columns() -> bytes:
    cells = "<td colspan=1000000000 rowspan=1000000000>12张</td>" * 100
    return f"<html><body><p>{SENTENCE}</p><table>{f'<tr>{cells}</tr>' * 20}</table>".encode()


@named("html")
def cells_400000() -> bytes:
    return f"<html><body><p>{SENTENCE}</p><table>{('<tr>' + '<td>12' * 400) * 1000}</table>".encode()


@named("mhtml")
def parts_in_parts_in_a_web_archive() -> bytes:
    head = "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b0\r\n\r\n"
    parts = "".join(f"--b{n}\r\nContent-Type: multipart/related; boundary=b{n + 1}\r\n\r\n" for n in range(5000))
    return (head + parts).encode()


# --- pictures --------------------------------------------------------------------------------------------------------


@named("png")
def picture_of_50000_by_50000() -> bytes:
    return png(50_000, 0, 1)


@named("png")
def picture_just_small_enough() -> bytes:
    return png(9_990, 6, 4)


@named("png")
def text_of_1_gb_in_a_picture() -> bytes:
    data = picture((300, 300), "PNG")
    words = b"Comment\0\0\x78\xda" + deflated([(b" " * MB, 1000)])[0] + bytes(4)
    return data[:33] + chunk(b"zTXt", words) + data[33:]


@named("jpg")
def picture_cut_short() -> bytes:
    data = picture((900, 1200), "JPEG")
    return data[: len(data) // 2]


@named("tif")
def picture_whose_pages_loop() -> bytes:
    data = bytearray(picture((300, 300), "TIFF"))
    at = struct.unpack_from("<I", data, 4)[0]
    struct.pack_into("<I", data, at + 2 + 12 * struct.unpack_from("<H", data, at)[0], at)
    return bytes(data)


@named("tif")
def picture_of_2048_colours_a_point() -> bytes:
    data = bytearray(picture((300, 300), "TIFF"))
    at = data.index(struct.pack("<HHI", 277, 3, 1))  # the tag, a short, one of them
    struct.pack_into("<H", data, at + 8, 2048)
    return bytes(data)


@named("gif")
def picture_of_65535_by_65535() -> bytes:
    data = bytearray(picture((300, 300), "GIF", "P"))
    struct.pack_into("<HH", data, 6, 65_535, 65_535)
    return bytes(data)


# --- archives --------------------------------------------------------------------------------------------------------


@named("zip")
def archives_10_deep() -> bytes:
    data = REPORT.encode()
    for n in range(10):
        data = archive([entry("report.txt" if n == 0 else "inner.zip", (data, 1))])
    return data


@named("zip")
def archive_of_2_gb() -> bytes:
    return archive([entry("a.txt", (b"1" * MB, 2000))])


@named("zip")
def members_that_share_their_data() -> bytes:
    first = entry("a.txt", (b"1" * MB, 21))
    others = (Entry(b"%d.txt" % n, first.data, first.crc, first.size, shares=True) for n in range(20_000))
    return archive([first, *others])


@named("zip")
def members_that_share_little_data() -> bytes:
    first = entry("a.txt", (REPORT.encode(), 1))
    others = (Entry(b"%d.txt" % n, first.data, first.crc, first.size, shares=True) for n in range(50))
    return archive([first, *others])


@named("zip")
def members_60000_empty() -> bytes:
    return archive(Entry(b"%d.txt" % n, b"", 0, 0, method=0) for n in range(60_000))


@named("zip")
def members_200000() -> bytes:
    return archive(Entry(b"%d.txt" % n, b"", 0, 0, method=0) for n in range(200_000))


@named("zip")
def members_with_a_password() -> bytes:
    return archive([entry("a.txt", (REPORT.encode(), 1), flags=1), entry("good.txt", (REPORT.encode(), 1))])


MEMBERS = (
    "../../escape.txt", "/absolute.txt", "..\\back\\slash.txt", "C:\\windows.txt", "two\nlines.txt", "[red]b[/b].txt",
    "-rf.txt", "=cmd().txt", "\u202etxt.exe", "n" * 300 + ".txt", "临川市2023年总结.txt".encode("gbk"), b"\xff\xfe.txt",
)  # fmt: skip


@named("zip")
def members_with_odd_names() -> bytes:
    return archive(entry(name, (REPORT.encode(), 1)) for name in MEMBERS)


@named("zip")
def archive_that_lies_about_its_sizes() -> bytes:
    small = entry("a.txt", (b"1" * MB, 800))
    small.size = 100
    return archive([small])


@named("zip")
def archive_cut_in_half() -> bytes:
    data = archive([entry("a.txt", (REPORT.encode(), 1)), entry("b.txt", (REPORT.encode(), 1))])
    return data[: len(data) // 2]


@named("zip")
def archive_of_hostile_files() -> bytes:
    inside = [cell_over_100000_columns, billion_laughs_in_word, page_tree_that_loops, divs_100000_deep]
    files = [entry(f"{make.__name__}.bin", (make(), 1)) for make in inside]
    return archive([*files, entry("good.txt", (REPORT.encode(), 1))])


# --- plain texts -----------------------------------------------------------------------------------------------------


@named("txt")
def line_of_30_mb() -> bytes:
    return ("全市床位12张，" * 1_600_000).encode()


@named("txt")
def figures_in_3_million_characters() -> bytes:
    return ("全市床位12张，" * 370_000).encode("gb18030")


@named("txt")
def hanzi_before_a_rate() -> bytes:
    return ("的一是在不了有和人这" * 600 + "率").encode() * 10 + b"12%"


@named("txt")
def null_bytes() -> bytes:
    return bytes(1000) + REPORT.encode() + bytes(5_000_000)


@named("txt")
def encodings_mixed() -> bytes:
    return b"\n".join(REPORT.encode(encoding, "replace") for encoding in ("gb18030", "utf-8", "big5", "utf-8") * 20)


@named("txt")
def utf_16_cut_in_a_character() -> bytes:
    return REPORT.encode("utf-16")[:-3]


@named("txt")
def noise() -> bytes:
    return random.Random(1).randbytes(3_000_000)


@named("txt")
def controls_and_marks() -> bytes:
    marks = "\u202e\u200b\ufeff\x1b[31m\x07\x00\u0301\ud7ff\ue000\uffff"
    return "".join(marks[n % len(marks)] + character for n, character in enumerate(REPORT * 200)).encode()


# --- names and what is no file ---------------------------------------------------------------------------------------

NAMES: tuple[str | bytes, ...] = (
    "two\nlines.txt", "[red]mark[up].txt", "-rf.txt", "--help", "=cmd().txt", "\u202e\u200ftxt.exe", "名" * 80 + ".txt",
    "n" * 251, "临川市2023年工作总结.txt".encode("gbk"), b"\xff\xfe\x80.txt", "a\tb\x1b[31m.txt", " .txt",
    "'\";$(id).txt",
)  # fmt: skip
VANISHING = "zz_vanishing.txt"


def odd_names(folder: Path) -> Iterator[Path]:
    """Sound reports whose names are odd, so far as the system takes them."""
    for name in NAMES:
        path = folder / os.fsdecode(name)
        with contextlib.suppress(OSError, ValueError):
            path.write_bytes(REPORT.encode())
            yield path


def no_files(folder: Path) -> None:
    """A pipe, a socket, links that lead nowhere, round and round, and to what is there already; what is locked."""
    os.mkfifo(folder / "pipe.txt")
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as made, contextlib.chdir(folder):
        made.bind("socket.txt")  # from inside: its whole path may be too long
    (folder / "link_to_itself.txt").symlink_to("link_to_itself.txt")
    (folder / "link_to_nothing.txt").symlink_to("gone.txt")
    (folder / "loop").mkdir()
    (folder / "loop" / "again").symlink_to(folder, target_is_directory=True)
    (folder / "loop" / "report.txt").write_bytes(REPORT.encode())
    (folder / "linked.txt").write_bytes(REPORT.encode())
    os.link(folder / "linked.txt", folder / "linked_hard.txt")
    (folder / "linked_softly.txt").symlink_to("linked.txt")
    deep = folder / "/".join(["deep"] * 60)
    deep.mkdir(parents=True)
    (deep / "report.txt").write_bytes(REPORT.encode())
    (folder / VANISHING).write_bytes(REPORT.encode())
    if os.geteuid() != 0:  # nothing is locked for root
        (folder / "locked.txt").write_bytes(REPORT.encode())
        (folder / "locked.txt").chmod(0)
        (folder / "locked").mkdir(mode=0)


def fill(folder: Path) -> None:
    """Write everything into a folder."""
    for name, data in good_reports().items():
        (folder / name).write_bytes(data)
    for name, make in FILES.items():
        (folder / name).write_bytes(make())
    list(odd_names(folder))
    no_files(folder)


# --- watching --------------------------------------------------------------------------------------------------------


@dataclass
class Watch:
    """What the processes below one take, looked at again and again until it is left."""

    root: int
    every: float = 0.1  # seconds
    on_first: Callable[[], None] = lambda: None  # what to do when the first child is there
    peaks: dict[psutil.Process, int] = field(default_factory=dict)  # bytes that each process held at most
    largest_tree: int = 0  # bytes that all held together
    _ended: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Watch:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(self.every):
            self.look()

    def look(self) -> None:
        """Look once."""
        total = 0
        with contextlib.suppress(psutil.NoSuchProcess):
            root = psutil.Process(self.root)
            children = root.children(recursive=True)
            if children and all(process == root for process in self.peaks):
                self.on_first()
            for process in (root, *children):
                with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                    held = process.memory_info().rss
                    total += held
                    self.peaks[process] = max(self.peaks.get(process, 0), held)
        self.largest_tree = max(self.largest_tree, total)


def came_of(source: Source, time_limit: float) -> tuple[str, float, int]:
    """What came of a source that a worker of its own read, in words, in how many seconds, and its peak in bytes."""
    codes: Counter[str] = Counter()
    figures = 0
    with Watch(os.getpid(), 0.02) as watch:
        outcomes = pipeline.run([Source("first", REPORT.encode()), source], pipeline.Work(time_limit=time_limit), 1)
        next(outcomes)  # from here on the worker is awake
        began = time.monotonic()
        for outcome in outcomes:
            figures += len(outcome.rows)
            codes.update([i.code for i in outcome.issues if i.fatal] or ["read"] * outcome.read)
        seconds = time.monotonic() - began
    told = ", ".join(code if n == 1 else f"{n:,} {code}" for code, n in codes.items())
    peak = max((held for process, held in watch.peaks.items() if process.pid != os.getpid()), default=0)
    return told + (f", {figures:,} figures" if figures else ""), seconds, peak


def main(time_limit: float = 20.0) -> None:
    """Read each file alone and print what came of it."""
    with tempfile.TemporaryDirectory() as place:
        fill(Path(place))
        os.chdir(place)
        found = sources.find(["."])
        print("| file | outcome | seconds | peak MB |\n|---|---|---|---|")
        for issue in found.issues:
            print(f"| {printable(issue.path)} | {issue.code} | | |")
        for source in found.sources:
            if source.path == VANISHING:
                os.unlink(source.path)
            told, seconds, peak = came_of(source, time_limit)
            name = printable(source.path)
            print(f"| {name[:60]} | {told} | {seconds:.1f} | {peak / MB:.0f} |", flush=True)
        os.chdir("/")


if __name__ == "__main__":
    main(*map(float, sys.argv[1:2]))
