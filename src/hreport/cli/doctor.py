"""`hreport doctor`: what is installed here, which documents can be read, by what a run is protected, and what the
terminal can show."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from hreport import __version__, guards
from hreport.cli import language, options
from hreport.cli.console import is_screen
from hreport.cli.run import Run
from hreport.messages import Message, reason_of
from hreport.record import DOCTOR, Row
from hreport.writers import can_write

WORDS, STORE, SCANS = Message("words"), Message("the store"), Message("scans and pictures")
TABLES, COMMANDS, PICTURES = Message("tables"), Message("the command line"), Message("pictures of comparisons")
# What each library is for; those of an extra are missing where it was not asked for.
LIBRARIES = (
    ("pypdfium2", "pdf", ""), ("lxml", "docx, html, xlsx", ""),
    ("olefile", "doc, wps", ""), ("openpyxl", "xlsx", ""), ("xlrd", "xls", ""), ("jieba", WORDS, ""),
    ("rjieba", Message("words, faster"), "fast"), ("pypinyin", Message("search by pinyin"), ""),
    ("ahocorasick-rs", Message("names of places"), ""),
    ("rapidfuzz", Message("copies side by side"), ""), ("rensa", Message("copies of one text"), ""),
    ("pebble", Message("worker processes"), ""), ("duckdb", STORE, ""), ("pyarrow", "parquet", ""),
    ("pandas", TABLES, ""), ("numpy", TABLES, ""), ("pillow", PICTURES, ""), ("vl-convert-python", PICTURES, ""),
    ("rich", Message("the screen"), ""), ("typer", COMMANDS, ""),
    ("rapidocr", SCANS, "ocr"), ("onnxruntime", SCANS, "ocr"),
    ("distributed", Message("clusters"), "dask"), ("fsspec", Message("files at addresses"), "dask"),
)  # fmt: skip
HELD = {"kernel": Message("by the kernel"), "watch": Message("by a watching thread"), "": Message("none")}
# Where typer puts what makes a shell complete commands.
COMPLETIONS = (
    ".bash_completions/hreport.sh", ".zfunc/_hreport", ".config/fish/completions/hreport.fish",
    ".config/powershell/Microsoft.PowerShell_profile.ps1",
    "Documents/PowerShell/Microsoft.PowerShell_profile.ps1",
    "Documents/WindowsPowerShell/Microsoft.PowerShell_profile.ps1",
)  # fmt: skip


def doctor(
    output: options.Output = None,
    form: options.Format = None,
    headers: options.Headers = None,
    lang: options.Lang = None,
) -> None:
    """What is installed, which documents can be read, and which guards this system has."""
    run = Run(["-"], output, form, headers=headers, quiet=True)
    rows = list(findings())
    run.write(rows, DOCTOR)
    run.end(failed=any(row["broken"] for row in rows))


def findings() -> Iterator[Row]:
    """One row for each thing looked at: what it is, how it is, what to do, and whether something needed is broken."""
    yield _row("hreport", __version__)
    yield _row("python", platform.python_version())
    yield _row(Message("system"), f"{platform.system()} {platform.release()} {platform.machine()}")
    for name, use, extra in LIBRARIES:
        found = _version(name)
        missing = f"pip install 'hreport[{extra}]'" if extra else Message("install hreport anew")
        yield _row(name, found or Message("not installed"), use, "" if found else missing, not found and not extra)
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
    yield from _screen()
    yield from _fonts()
    yield from _system()


def _screen() -> Iterator[Row]:
    """What a table on the screen is written in, and how it looks there."""
    encoding = getattr(sys.stdout, "encoding", None) or ""
    use = Message("what a table on the screen is written in")
    if not encoding:
        yield _row(Message("console"), Message("none"), use)
    elif can_write(encoding, language.SAMPLE):
        yield _row(Message("console"), Message("{encoding}, shows Chinese", encoding=encoding), use)
    else:
        no = Message("{encoding}, shows no Chinese", encoding=encoding)
        yield _row(Message("console"), no, use, Message("PYTHONIOENCODING=utf-8, or -o FILE: files are whole"))
    shown = is_screen(sys.stdout)
    width = str(shutil.get_terminal_size().columns) if shown else Message("no screen")
    yield _row(Message("width"), width, Message("columns of a table on the screen"), Message("COLUMNS changes it"))
    why = _no_colours(os.environ, shown)
    advice = "" if why else Message("NO_COLOR=1 turns them off")
    yield _row(Message("colours"), why or Message("yes"), Message("states have marks as well"), advice)
    spoken = language.current()
    given = next((n for n in (language.VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(n)), "")
    by = f"{given}={os.environ[given]}" if given else Message("the system")
    if spoken != language.wanted([], os.environ):
        by = language.OPTION
    yield _row(Message("language"), spoken, by, Message("--lang or {variable} changes it", variable=language.VARIABLE))


def _no_colours(environment: Mapping[str, str], shown: bool) -> str:
    """Why there are no colours; empty where there are."""
    if environment.get("NO_COLOR"):
        return "NO_COLOR"
    if environment.get("TERM") in ("dumb", "unknown"):
        return f"TERM={environment['TERM']}"
    return "" if shown or environment.get("FORCE_COLOR") else Message("no screen")


def _fonts() -> Iterator[Row]:
    """Can pictures show Chinese?"""
    from hreport import pictures

    what, use = Message("fonts"), Message("Chinese in pictures")
    if not _version("vl-convert-python"):
        yield _row(what, Message("not known"), use, Message("install hreport anew"))
        return
    if pictures.can_draw_chinese():
        font = pictures.font()
        yield _row(what, font.family if font else Message("yes"), use)
    else:
        yield _row(what, Message("none"), use, pictures.why_no_chinese())


def _system() -> Iterator[Row]:
    """What a run needs of the system: folders to write to, and what makes typing easy."""
    for what, folder, use in (
        (Message("this folder"), Path.cwd(), Message("outputs and stores without a folder")),
        (Message("temporary folder"), Path(tempfile.gettempdir()), Message("while documents are read")),
    ):
        why = _why_not_written(folder)
        advice = Message("give a folder that can be written, such as -o ~/FILE") if why else ""
        yield _row(what, why or Message("can be written"), use, advice)
    done = any((Path.home() / place).is_file() and _names_us(Path.home() / place) for place in COMPLETIONS)
    found = Message("installed") if done else Message("not installed")
    yield _row(Message("completion"), found, Message("the tab key"), "" if done else "hreport --install-completion")


def _names_us(path: Path) -> bool:
    try:
        return b"hreport" in path.read_bytes()
    except OSError:
        return False


def _why_not_written(folder: Path) -> str:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return reason_of(error)


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


def _row(what: str, found: str, use: str = "", advice: str = "", broken: bool = False) -> Row:
    return {"what": what, "found": found, "use": use, "advice": advice, "broken": broken}
