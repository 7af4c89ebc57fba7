"""`hreport doctor`: what is installed here, which documents can be read, and by what a run is protected."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from hreport import __version__, guards
from hreport.cli import options
from hreport.cli.run import Run
from hreport.messages import Message
from hreport.record import DOCTOR, Row

WORDS, STORE, SCANS = Message("words"), Message("the store"), Message("scans and pictures")
# What each library is for; those of an extra are missing where it was not asked for.
LIBRARIES = (
    ("pypdfium2", "pdf", ""), ("lxml", "docx, html, xlsx", ""),
    ("olefile", "doc, wps", ""), ("openpyxl", "xlsx", ""), ("xlrd", "xls", ""), ("jieba", WORDS, ""),
    ("rjieba", Message("words, faster"), "fast"),
    ("pebble", Message("worker processes"), ""), ("duckdb", STORE, ""), ("pyarrow", "parquet", ""),
    ("rapidocr", SCANS, "ocr"), ("onnxruntime", SCANS, "ocr"),
)  # fmt: skip
HELD = {"kernel": Message("by the kernel"), "watch": Message("by a watching thread"), "": Message("none")}


def doctor(
    output: options.Output = None,
    form: options.Format = None,
    headers: options.Headers = None,
    lang: options.Lang = None,
) -> None:
    """What is installed, which documents can be read, and which guards this system has."""
    run = Run(["-"], output, form, headers=headers, quiet=True)
    run.write(findings(), DOCTOR)
    run.end()


def findings() -> Iterator[Row]:
    """One row for each thing looked at: what it is, how it is, what to do."""
    yield _row("hreport", __version__)
    yield _row("python", platform.python_version())
    yield _row(Message("system"), f"{platform.system()} {platform.release()} {platform.machine()}")
    for name, use, extra in LIBRARIES:
        found = _version(name)
        missing = f"pip install 'hreport[{extra}]'" if extra else Message("install hreport anew")
        yield _row(name, found or Message("not installed"), use, "" if found else missing)
    yield from _formats()
    seconds = Message("{seconds:g} s a file", seconds=guards.TIME_LIMIT)
    change = Message("--timeout changes it")
    yield _row(Message("time limit"), seconds, Message("a hanging file is given up"), change)
    by = guards.memory_guard()
    size = Message("{size:,} MB a worker, {held}", size=guards.MOST_MEMORY // 2**20, held=HELD[by])
    advice = "" if by else "pip install psutil"
    yield _row(Message("memory limit"), size, Message("a bomb ends alone"), advice)
    count = str(os.cpu_count() or 1)
    yield _row(Message("worker processes"), count, Message("one for each core"), Message("-j changes it"))
    encoding = getattr(sys.stdout, "encoding", None) or Message("none")
    yield _row(Message("console"), encoding, Message("what a table on the screen is written in"))


def _formats() -> Iterator[Row]:
    from hreport.pipeline import can_recognise
    from hreport.readers import READERS, UNSUPPORTED

    formats = " ".join(sorted({*READERS, "zip"} - {"image"}))
    yield _row(Message("read"), formats, Message("told by content, never by name"))
    if can_recognise():
        yield _row(SCANS, Message("read"))
    else:
        yield _row(SCANS, Message("not read"), advice="pip install 'hreport[ocr]'")
    known = " ".join(sorted(set(UNSUPPORTED) - {"zip"}))
    yield _row(Message("known, not read"), known, advice=Message("the message on such a file says what to do"))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _row(what: str, found: str, use: str = "", advice: str = "") -> Row:
    return {"what": what, "found": found, "use": use, "advice": advice}
