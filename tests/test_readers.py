"""What every reader promises, texts in all encodings, and what cannot be read."""

from __future__ import annotations

import csv
import io
import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hreport.model import BlockKind, Document, Issue
from hreport.readers import read, read_bytes, recognise

SHARED = Path(__file__).parents[2] / "shared"
NEEDS_SHARED = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared files are not here")

SENTENCE = "今年全市新增床位1,728张，增长5.2%；婴儿死亡率为3.05‰。\r\n我们继续做好各项工作。\r\n"
TRADITIONAL = "今年全市新增床位1,728張，增長5.2%。\n我們繼續做好各項工作。\n"


def document(data: bytes, name: str = "report.txt") -> Document:
    result = read_bytes(data, name)
    assert isinstance(result, Document), result
    check(result)
    return result


def issue(data: bytes, name: str = "report.txt") -> Issue:
    result = read_bytes(data, name)
    assert isinstance(result, Issue), result.text[:100]
    assert result.fatal
    assert result.code.isascii()
    assert "\n" not in result.message
    return result


def check(document: Document) -> None:
    """Blocks lie in the text, in order, never over one another, and are never blank."""
    end = 0
    for block in document.blocks:
        assert end <= block.span.start < block.span.end <= len(document.text)
        assert document.text[block.span.start : block.span.end].strip()
        end = block.span.end


# --- encodings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_encodings(encoding: str) -> None:
    result = document(SENTENCE.encode(encoding))
    assert result.text == SENTENCE
    assert result.issues == ()
    assert result.format == "txt"


@pytest.mark.parametrize("encoding", ["utf-8", "big5", "cp950", "gb18030", "utf-16-le"])
def test_traditional_script(encoding: str) -> None:
    assert document(TRADITIONAL.encode(encoding)).text == TRADITIONAL


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-16-le"])
@pytest.mark.parametrize("words", ["工作", "医院12家", "全市有床位", "2021年工作报告"])
def test_short_texts(encoding: str, words: str) -> None:
    words = words.replace("医", "醫") if encoding == "big5" else words
    words = words.replace("报", "報") if encoding == "big5" else words
    assert document(words.encode(encoding)).text == words


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le"])
def test_cut_in_the_last_character(encoding: str) -> None:
    whole = SENTENCE.strip()
    result = document(whole.encode(encoding)[:-1])
    assert result.text == whole[:-1]
    assert [(one.code, one.fatal) for one in result.issues] == [("encoding", False)]


def test_mixed_encodings_are_read_line_by_line() -> None:
    lines = SENTENCE.splitlines(keepends=True)
    result = document(lines[0].encode("gb18030") * 3 + lines[1].encode("utf-8") + lines[0].encode("gb18030"))
    assert result.text == lines[0] * 3 + lines[1] + lines[0]
    assert [(one.code, one.fatal) for one in result.issues] == [("encoding", False)]


def test_a_few_bad_bytes_in_utf8() -> None:
    data = bytearray((SENTENCE * 20).encode())
    data[100] = 0xFF
    result = document(bytes(data))
    assert result.text.count("\ufffd") <= 3
    assert result.text.endswith(SENTENCE)
    assert [one.code for one in result.issues] == ["encoding"]


def test_text_is_untouched_and_lines_are_blocks() -> None:
    text = "　　一、工作\r\n\r\n \t\r\n二、计划  \n末行"
    result = document(text.encode())
    assert result.text == text
    assert [text[block.span.start : block.span.end] for block in result.blocks] == [
        "　　一、工作",
        "二、计划  ",
        "末行",
    ]
    assert {block.kind for block in result.blocks} == {BlockKind.PARAGRAPH}


def test_markdown_is_text() -> None:
    assert document("# 标题\n\n正文12家。\n".encode(), "report.md").format == "txt"


def test_prose_with_halfwidth_commas_is_no_table() -> None:
    document("今年,我市工作取得成绩。\n新增床位,共有300张。\n下一步,继续努力。\n".encode())


# --- what cannot be read ---------------------------------------------------------------------------------------------


def zipped(**members: str | bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return buffer.getvalue()


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + stream.encode("utf-16-le") + bytes(500)


NOT_READ = [
    ("empty", b"", "empty"),
    ("blank", b" \r\n\t\n", "empty"),
    ("mark only", b"\xef\xbb\xbf", "empty"),
    ("zeros", bytes(5000), "binary"),
    ("controls", bytes(range(32)) * 100, "binary"),
    ("noise", random.Random(1).randbytes(5000), "binary"),
    ("page without words", b"<!DOCTYPE html><html><body><p> </p></body></html>", "empty"),
    ("web archive without a page", b"MIME-Version: 1.0\nContent-Type: multipart/related;\n", "empty"),
    ("rtf", b"{\\rtf1\\ansi}", "empty"),
    ("broken doc", ole("WordDocument"), "damaged"),
    ("xls without a book", ole("Workbook"), "damaged"),
    ("unknown ole", ole("Other"), "damaged"),
    ("encrypted docx", ole("EncryptedPackage"), "encrypted"),
    ("xlsx without sheets", zipped(xl__workbook_xml="<x/>"), "empty"),
    ("xlsb", zipped(**{"xl__workbook.bin": "x"}), "unsupported"),
    ("ods", zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet", content_xml="<x/>"), "unsupported"),
    ("plain zip", zipped(a="b"), "unsupported"),
    ("cut zip", zipped(a="b" * 1000)[:60], "damaged"),
    ("png", b"\x89PNG\r\n\x1a\n" + bytes(20), "damaged"),
    ("rar", b"Rar!\x1a\x07\x00" + bytes(20), "unsupported"),
    ("json", b'{"file": "a.txt"}', "unsupported"),
    ("parquet", b"PAR1" + bytes(20), "unsupported"),
    ("xml", b"<?xml version='1.0'?><a><b/></a>", "unsupported"),
    ("own table", b"file,report,title,section,page,text\n", "table"),
]


@pytest.mark.parametrize(("data", "code"), [case[1:] for case in NOT_READ], ids=[case[0] for case in NOT_READ])
def test_not_read(data: bytes, code: str) -> None:
    assert issue(data).code == code


def test_message_names_what_it_is_and_what_to_do() -> None:
    message = issue(zipped(content_xml="<x/>"), "report.doc").message
    assert message == "it is an OpenDocument text named .doc: save it as .docx"


def test_files_that_are_not_there_or_not_files(tmp_path: Path) -> None:
    def code(path: Path) -> str:
        result = read(path)
        assert isinstance(result, Issue)
        assert result.path == str(path)
        return result.code

    assert code(tmp_path / "none.txt") == "not_found"
    assert code(tmp_path) == "not_a_file"
    assert code(Path("bad\0name")) == "unreadable"
    assert code(Path("/".join(["x" * 300] * 2))) == "unreadable"
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    assert code(loop) == "unreadable"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert code(pipe) == "not_a_file"
    if os.geteuid():
        locked = tmp_path / "locked.txt"
        locked.write_text("x")
        locked.chmod(0)
        assert code(locked) == "unreadable"


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.txt"
    path.write_text("工作", "utf-8")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    result = read(path)
    assert isinstance(result, Issue)
    assert result.code == "unreadable"


def test_path_and_hash(tmp_path: Path) -> None:
    path = tmp_path / "报告.docx"
    path.write_bytes("全市有医院12家。".encode("gb18030"))
    result = read(path)
    assert isinstance(result, Document)
    assert result.path == str(path)
    assert result.format == "txt"
    assert len(result.sha256) == 64


def test_a_failing_reader_is_an_issue(monkeypatch: pytest.MonkeyPatch) -> None:
    import hreport.readers.txt

    def fail(source: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(hreport.readers.txt, "read", fail)
    assert issue("工作".encode()).code == "failed"


def test_a_text_does_not_wait_for_the_libraries_of_other_formats() -> None:
    program = (
        "import sys; from hreport.readers import read_bytes; read_bytes('工作'.encode(), 'a.txt'); "
        "sys.exit(any(name in sys.modules for name in ('lxml', 'pypdfium2', 'olefile')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


MARKS = [
    b"",
    b"%PDF-1.4\n",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"<html>",
]


@given(st.sampled_from(MARKS), st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_nothing_escapes(mark: bytes, data: bytes) -> None:
    result = read_bytes(mark + data, "any")
    if isinstance(result, Document):
        check(result)
    else:
        assert "\n" not in result.message


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=50))
@settings(max_examples=100, deadline=None)
def test_utf8_is_always_read_as_it_is(words: str) -> None:
    assert document(words.encode()).text == words


# --- shared files ----------------------------------------------------------------------------------------------------


@NEEDS_SHARED
def test_fixture_encodings() -> None:
    fixtures = SHARED / "fixtures"
    with open(fixtures / "truth" / "map.csv", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["file"].startswith("txt/") and row["truth"]]
    assert len(rows) > 5
    for row in rows:
        result = read(fixtures / row["file"])
        assert isinstance(result, Document), row["file"]
        assert result.text == (fixtures / "truth" / row["truth"]).read_bytes().decode("utf-8"), row["file"]
        assert result.issues == (), row["file"]


@NEEDS_SHARED
def test_short_fixtures() -> None:
    fixtures = SHARED / "fixtures" / "txt"
    simplified = (fixtures / "short.utf-8.txt").read_bytes().decode("utf-8")
    traditional = (fixtures / "short.trad.utf-8.txt").read_bytes().decode("utf-8")
    for path in fixtures.glob("short.*"):
        result = read(path)
        assert isinstance(result, Document), path.name
        wanted = traditional if "trad" in path.name or "big5" in path.name else simplified
        # One hanzi was lost when the Big5 file was made.
        assert len(result.text) == len(wanted), path.name
        assert all(a == b or a == "?" for a, b in zip(result.text, wanted, strict=True)), path.name


@NEEDS_SHARED
def test_everything_shared_is_read_or_explained() -> None:
    unread: set[str] = set()
    for folder in ("seeds", "corpus", "fixtures"):
        for path in (SHARED / folder).rglob("*"):
            if path.is_file() and "truth" not in path.parts:
                result = read(path)
                if isinstance(result, Document):
                    check(result)
                else:
                    unread.add(result.code)
    assert unread <= {"unsupported", "scanned", "no_tounicode"}


@pytest.mark.parametrize(("start", "file_format"), [(b"%PDF-1.4", "pdf"), ("工作".encode(), "txt"), (b"{\\rtf", "rtf")])
def test_recognise(start: bytes, file_format: str) -> None:
    assert recognise(start) == file_format
