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
from hreport.record import DOCTOR, Row

# What each library is for; those of an extra are missing where it was not asked for.
LIBRARIES = (
    ("pypdfium2", "pdf", ""), ("lxml", "docx, html, xlsx", ""),
    ("olefile", "doc, wps", ""), ("openpyxl", "xlsx", ""), ("xlrd", "xls", ""), ("jieba", "words", ""),
    ("rjieba", "words, faster", "fast"),
    ("pebble", "worker processes", ""), ("duckdb", "the store", ""), ("pyarrow", "parquet", ""),
    ("rapidocr", "scans and pictures", "ocr"), ("onnxruntime", "scans and pictures", "ocr"),
)  # fmt: skip


def doctor(output: options.Output = None, form: options.Format = None, headers: options.Headers = "en") -> None:
    """What is installed, which documents can be read, and which guards this system has."""
    run = Run(["-"], output, form, headers=headers, quiet=True)
    run.write(findings(), DOCTOR)
    run.end()


def findings() -> Iterator[Row]:
    """One row for each thing looked at: what it is, how it is, what to do."""
    yield _row("hreport", __version__)
    yield _row("python", platform.python_version())
    yield _row("system", f"{platform.system()} {platform.release()} {platform.machine()}")
    for name, use, extra in LIBRARIES:
        found = _version(name)
        missing = f"pip install 'hreport[{extra}]'" if extra else "install hreport anew"
        yield _row(name, found or "not installed", use, "" if found else missing)
    yield from _formats()
    yield _row("time limit", f"{guards.TIME_LIMIT:g} s a file", "a hanging file is given up", "--timeout changes it")
    by = guards.memory_guard()
    held = {"kernel": "by the kernel", "watch": "by a watching thread", "": "none"}[by]
    advice = "" if by else "pip install psutil"
    yield _row("memory limit", f"{guards.MOST_MEMORY // 2**20:,} MB a worker, {held}", "a bomb ends alone", advice)
    yield _row("worker processes", str(os.cpu_count() or 1), "one for each core", "-j changes it")
    encoding = getattr(sys.stdout, "encoding", None) or "none"
    yield _row("console", encoding, "what a table on the screen is written in")


def _formats() -> Iterator[Row]:
    from hreport.pipeline import can_recognise
    from hreport.readers import READERS, UNSUPPORTED

    yield _row("read", " ".join(sorted({*READERS, "zip"} - {"image"})), "told by content, never by name")
    scans = can_recognise()
    yield _row("scans and pictures", "read" if scans else "not read", "", "" if scans else "pip install 'hreport[ocr]'")
    known = sorted(set(UNSUPPORTED) - {"zip"})
    yield _row("known, not read", " ".join(known), "", "the message on such a file says what to do")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _row(what: str, found: str, use: str = "", advice: str = "") -> Row:
    return {"what": what, "found": found, "use": use, "advice": advice}
