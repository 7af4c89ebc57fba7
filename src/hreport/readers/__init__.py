"""Reads a file by what it holds, never by its name: `read(path)` gives a `Document`, or the `Issue` that prevents it.

A new format is one file in this folder and one line in `READERS`, with the mark by which `recognise` knows it.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from importlib import import_module
from pathlib import Path

from hreport.messages import Message, reason_of
from hreport.model import Document, Issue
from hreport.readers import build
from hreport.readers.build import Source

LARGEST_FILE = 512 * 1024 * 1024
LONGEST_KIND = 100  # bytes in which an OpenDocument file says what it is
MOST_MEMBERS = 100_000  # of a zip
SHORTEST_MEMBER = 46  # bytes in the list of a zip's members: what is short need not be counted

# Imported only when such a file is met, so that a text does not wait for a pdf library.
READERS = {
    "txt": "hreport.readers.txt",
    "docx": "hreport.readers.docx",
    "pdf": "hreport.readers.pdf",
    "html": "hreport.readers.html",
    "mhtml": "hreport.readers.html",
    "doc": "hreport.readers.doc",
    "rtf": "hreport.readers.rtf",
    "xlsx": "hreport.readers.xlsx",
    "xls": "hreport.readers.xls",
    "csv": "hreport.readers.csv",
    "wordxml": "hreport.readers.docx",
    "image": "hreport.readers.image",
}

# What is known but not read: what it is called, and what to do.
UNSUPPORTED = {
    "odt": (Message("an OpenDocument text"), Message("save it as .docx")),
    "ofd": (Message("an OFD file"), Message("save it as .pdf")),
    "epub": (Message("an e-book"), Message("save it as .txt")),
    "xlsb": (Message("a binary Excel file"), Message("save it as .xlsx")),
    "ods": (Message("an OpenDocument table"), Message("save it as .xlsx")),
    "ppt": (Message("an old PowerPoint file"), Message("save its text as .txt")),
    "pptx": (Message("a PowerPoint file"), Message("save its text as .txt")),
    "ole": (Message("an old Office file"), Message("save it as .docx")),
    "zip": (Message("a zip archive"), Message("unpack it and give the files inside")),
    "rar": (Message("a RAR archive"), Message("unpack it and give the files inside")),
    "7z": (Message("a 7-Zip archive"), Message("unpack it and give the files inside")),
    "gzip": (Message("a gzip archive"), Message("unpack it and give the file inside")),
    "json": (Message("a JSON file"), Message("give the report itself, or a table that hreport extract wrote")),
    "parquet": (Message("a Parquet file"), Message("give the report itself, or a table that hreport extract wrote")),
    "duckdb": (Message("a DuckDB database"), Message("give the report itself, or a table that hreport extract wrote")),
    "xml": (Message("an XML file"), Message("save it as .txt or .docx")),
}

MAGIC = (
    (b"{\\rtf", "rtf"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"\x89PNG\r\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"II+\x00", "image"),  # BigTIFF
    (b"MM\x00+", "image"),
    (b"PAR1", "parquet"),
    (b'{"', "json"),
)

BITMAP_HEADERS = tuple(size.to_bytes(4, "little") for size in (12, 16, 40, 52, 56, 64, 108, 124))

# Streams of the old Office container, by their names in its directory.
OLE_STREAMS = (
    ("EncryptedPackage", "encrypted"),
    ("WordDocument", "doc"),
    ("Workbook", "xls"),
    ("PowerPoint Document", "ppt"),
    ("Book", "xls"),
)

ZIP_MEMBERS = (
    ("xl/workbook.bin", "xlsb"),
    ("xl/", "xlsx"),
    ("ppt/", "pptx"),
    ("OFD.xml", "ofd"),
    ("META-INF/container.xml", "epub"),
    ("content.xml", "odt"),
)

# In XML, what tells that it is of Word: the program that it names, and the names of its elements.
WORD_XML = (b"word.document", b"office/word/2003/wordml", b"wordprocessingml", b'name="/word/')

_TAG = re.compile(
    rb"</?(?:html|head|body|meta|title|div|p|br|span|a|table|tr|td|script|style|link|font|img)\b[^<>]{0,2000}>"
)


def read(path: Path, password: str | None = None, ocr: bool = False) -> Document | Issue:
    """Read a file; whatever is wrong with it comes back as a fatal `Issue`, never as an exception."""
    data = load(path)
    return data if isinstance(data, Issue) else read_bytes(data, str(path), password, ocr)


def load(path: Path) -> bytes | Issue:
    """The bytes of a file, or why they cannot be had."""
    name = str(path)
    try:
        status = path.stat()
        # Looked at before opening: a named pipe would wait for ever.
        if not stat.S_ISREG(status.st_mode):
            kind = Message("a folder") if stat.S_ISDIR(status.st_mode) else Message("a pipe or device")
            return Issue(name, "not_a_file", Message("{kind}, not a file: give a file", kind=kind))
        if status.st_size > LARGEST_FILE:
            return Issue(name, "too_large", Message("larger than {size} MB: split it", size=LARGEST_FILE // 2**20))
        return path.read_bytes()
    except FileNotFoundError:
        return Issue(name, "not_found", Message("no such file: check the name"))
    except PermissionError:
        return Issue(name, "unreadable", Message("no permission to read it: change its permissions"))
    except (OSError, ValueError) as error:
        message = Message("cannot be opened ({reason}): check the name and the disk", reason=reason_of(error))
        return Issue(name, "unreadable", message)


def read_bytes(
    data: bytes, name: str, password: str | None = None, ocr: bool = False, file_format: str = ""
) -> Document | Issue:
    """Read bytes that are already at hand (standard input); `name` only says where they came from, `file_format` what
    `recognise` said of them, where it was asked."""
    source = Source(name, data, password, ocr)
    if not data:
        return source.issue("empty", Message("the file is empty: nothing to read"))
    file_format = file_format or recognise(data)
    if file_format == "encrypted":
        return source.issue("encrypted", Message("encrypted Office file: save it without a password"))
    if file_format == "damaged zip":
        return source.issue("damaged", Message("damaged docx or zip: get the file again, it is cut short or broken"))
    if file_format == "damaged ole":
        return source.issue("damaged", Message("damaged Office file: get the file again, it is cut short or broken"))
    if file_format in UNSUPPORTED:
        what, advice = UNSUPPORTED[file_format]
        suffix = Path(name).suffix.lower()
        is_telling = suffix.isascii() and suffix.isprintable() and 1 < len(suffix) <= 6
        message = Message("it is {what}: {advice}", what=what, advice=advice)
        if is_telling:
            message = Message("it is {what} named {suffix}: {advice}", what=what, suffix=suffix, advice=advice)
        return source.issue("unsupported", message)
    try:
        result: Document | Issue = import_module(READERS[file_format]).read(source)
    except MemoryError:  # the limit of the process: said by who set it
        raise
    except Exception as error:  # a reader meets files that nobody foresaw: one file must not stop the others
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        message = Message(
            "the {format} reader failed ({reason}): save it as .txt, and report it", format=file_format, reason=reason
        )
        return source.issue("failed", message)
    if isinstance(result, Document) and len(result.text) > build.LONGEST_DOCUMENT:
        return source.too_long(len(result.text))
    return result


def recognise(data: bytes) -> str:
    """Say what format the content is.

    >>> recognise(b"%PDF-1.7 ...")
    'pdf'
    >>> recognise("工作总结".encode("gb18030"))
    'txt'
    """
    start = data[:1024].lstrip(b"\xef\xbb\xbf\x00\t\r\n ")
    if b"%PDF-" in data[:1024] and not start.startswith(b"<"):
        return "pdf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _recognise_zip(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _recognise_ole(data)
    for mark, file_format in MAGIC:
        if start.startswith(mark):
            return file_format
    if data[8:12] == b"DUCK":
        return "duckdb"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image"
    # BM alone may begin a text: the length of the header stands behind the file's.
    if data[:2] == b"BM" and data[14:18] in BITMAP_HEADERS:
        return "image"
    return _recognise_markup(data)


def _recognise_zip(data: bytes) -> str:
    if len(data) > MOST_MEMBERS * SHORTEST_MEMBER and data.count(b"PK\x01\x02") > MOST_MEMBERS:
        return "zip"  # whatever it is, the list of its members alone is too large
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {name.replace("\\", "/") for name in archive.namelist()}
            kind = archive.open("mimetype").read(LONGEST_KIND) if "mimetype" in archive.namelist() else b""
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
        return "damaged zip"
    if "[Content_Types].xml" in names and any(name.startswith("word/") for name in names):
        return "docx"
    if "word/document.xml" in names:
        return "docx"
    if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "ods"
    for mark, file_format in ZIP_MEMBERS:
        if any(name.startswith(mark) for name in names):
            return file_format
    return "zip"


def _recognise_ole(data: bytes) -> str:
    from hreport.readers import ole  # its library is for these files only

    names: frozenset[str] = frozenset()
    is_doubtful = True
    try:
        container = ole.Container(data)
        names, is_doubtful = container.names, container.is_doubtful
    except ole.BrokenError:
        pass
    if is_doubtful and names.isdisjoint(stream for stream, _ in OLE_STREAMS):
        # The directory is gone, but what it said of the file may still stand somewhere.
        names = frozenset(stream for stream, _ in OLE_STREAMS if stream.encode("utf-16-le") in data)
    unknown = "damaged ole" if is_doubtful else "ole"
    return next((file_format for stream, file_format in OLE_STREAMS if stream in names), unknown)


def _recognise_markup(data: bytes) -> str:
    # Pages in UTF-16 show their tags once the zero bytes are gone.
    head = data[:16384].replace(b"\x00", b"").lower()
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe\t\r\n ")
    if b"mime-version:" in head[:2048] and b"multipart/related" in head[:4096]:
        return "mhtml"
    if b"<!doctype html" in head[:4096] or b"<html" in head[:4096]:
        return "html"
    if start.startswith((b"<?xml", b"<pkg:package", b"<w:worddocument")) and any(mark in head for mark in WORD_XML):
        return "wordxml"
    tags = len(_TAG.findall(head))
    if (start.startswith(b"<") and tags >= 3) or tags >= 30:
        return "html"
    if start.startswith(b"<?xml"):
        return "xml"
    return "csv" if import_module(READERS["csv"]).is_table(data) else "txt"
