"""Cuts, flipped bits and absurd numbers in files of every format: no reader fails, hangs or hurts the next file, and
offsets hold.

`python tests/test_fuzz_files.py [MUTANTS] [SEED]` tries as many as one likes and prints what came of them; so does
HREPORT_FUZZ=20000 for the test. A mutant is made from its numbers alone, so that a line of the report names it.
"""

from __future__ import annotations

import io
import os
import random
import re
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import TimeoutError as FutureTimeoutError
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import pytest
from hostile_files import REPORT, SHEET, archive, entry, good_reports, picture
from pebble import ProcessExpired, ProcessPool
from test_readers_doc import STYLES as DOC_STYLES
from test_readers_doc import doc, p
from test_readers_doc import row as doc_row
from test_readers_docx import cell, docx, flat, paragraph, row, table, word_2003
from test_readers_ocr import Word, engine
from test_readers_pdf import grid, lines, pdf
from test_readers_rtf import rtf
from test_readers_sheet import biff, ole
from texts import LEXICON

from hreport import guards
from hreport.analyse import analyse
from hreport.model import Document, Issue
from hreport.pipeline import Work, run
from hreport.readers import ocr, read_bytes, recognise
from hreport.record import mask_rows, observation_rows
from hreport.sources import Source

FIXTURES = Path(__file__).parents[2] / "shared" / "fixtures"
MUTANTS = int(os.environ.get("HREPORT_FUZZ", "2000"))
SEED = 1
LONGEST = 20.0  # seconds of the processor for one mutant
PATIENCE = 6  # times as long by the clock, on a busy machine
FEW = 8  # times fewer mutants are made of a fixture than of a file made here, which is read in no time
NEIGHBOUR_EVERY = 25  # mutants

# --- files to spoil --------------------------------------------------------------------------------------------------


@cache
def own() -> dict[str, bytes]:
    """Small files of every format, with tables, notes, lists and numbers in them."""
    words = [line for line in REPORT.split("\n") if line]
    cells = [["指标", "数值"], ["床位数", "12345"], ["婴儿死亡率", "2.1"]]
    merged = row(cell("指标", '<w:gridSpan w:val="2"/><w:vMerge w:val="restart"/>'), "2023年")
    styles = '<w:style w:type="paragraph" w:styleId="h"><w:name w:val="heading 1"/></w:style>'
    numbering = (
        '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
        '<w:lvlText w:val="%1、"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    listed = '<w:pStyle w:val="h"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    page = f"<html><head><title>总结</title></head><body><h1>总结</h1><p>{words[-1]}</p><table><tr>"
    page += "</tr><tr>".join("".join(f"<td colspan=1>{value}</td>" for value in line) for line in SHEET) + "</table>"
    files = {
        **{name.replace("good", "own"): data for name, data in good_reports().items()},
        "own.doc": doc(p(words[0], style=1), p("共3个"), *doc_row("名", "数"), *doc_row("张", "1"), tables=DOC_STYLES),
        "own.xls": ole(biff([["指标", "数值"], ["床位", 12345.0], ["死亡率", 0.021]], ("0.0%", "@"), [(0, 0, 0, 1)])),
        "own.mhtml": (
            "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b; start=x\r\n\r\n--b\r\n"
            f"Content-Type: text/html; charset=utf-8\r\n\r\n{page}\r\n--b--\r\n"
        ).encode(),
        "own_table.html": page.encode(),
        "own_table.pdf": pdf([*lines(words), *grid(cells, 70, 500)], lines([*words, "- 2 -"])),
        "own_table.docx": docx(
            paragraph("工作情况", properties=listed) + paragraph(words[-1]) + table(merged, row("甲", "乙", "12")),
            styles=styles, numbering=numbering, footnotes='<w:footnote w:id="2"><w:p/></w:footnote>',
        ),
        "own_table.rtf": rtf(r"\trowd\cellx9\cellx99 甲\cell 12\cell\row\pard{\footnote 注3个}" + words[-1] + r"\par"),
        "own_flat.xml": flat(paragraph(words[-1], properties=listed), styles=styles, numbering=numbering),
        "own_2003.xml": word_2003(paragraph(words[-1]) + table(row("名", "数"), row("床位", "12"))),
        "own_utf16.txt": REPORT.encode("utf-16"),
        "own_utf8.txt": REPORT.encode(),
        "own_big5.txt": REPORT.encode("big5", "replace"),
        "own.tsv": "\n".join("\t".join(line) for line in SHEET).encode(),
        **{f"own.{kind.lower()}": picture((220, 220), kind) for kind in ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP")},
    }  # fmt: skip
    return dict(sorted(files.items()))


@cache
def seeds() -> dict[str, bytes]:
    """All files to spoil: those made here, and the shared fixtures where they are at hand."""
    found = {p.relative_to(FIXTURES).as_posix(): p for p in FIXTURES.glob("*/*") if p.parent.name != "truth"}
    return own() | {name: path.read_bytes() for name, path in sorted(found.items())}


def chosen(mutants: int) -> list[tuple[str, int]]:
    """Which files are spoilt how often."""
    shares = {name: 1.0 if name in own() else 1 / FEW for name in seeds()}
    each = mutants / sum(shares.values())
    return [(name, number) for name, share in shares.items() for number in range(-int(-each * share // 1))]


# --- spoiling --------------------------------------------------------------------------------------------------------

ABSURD = (b"0", b"-1", b"1", b"65535", b"65536", b"2147483647", b"4294967295", b"9" * 20, b"1e308", b"nan", b"")
EDGES = (0, 1, 0x7F, 0x80, 0xFF)


def cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def take_out(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    del data[at : at + chance.choice((1, 2, 16, 512, 4096))]


def flip_bits(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 3, 30))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def write_over(data: bytearray, chance: random.Random) -> None:
    at, length = chance.randrange(len(data)), chance.choice((1, 4, 64))
    data[at : at + length] = (
        bytes([chance.choice(EDGES)]) * length if chance.random() < 0.5 else chance.randbytes(length)
    )


def write_twice(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    data[at:at] = data[at : at + chance.choice((4, 64, 1024))] * chance.choice((1, 2, 50))


def absurd_number(data: bytearray, chance: random.Random) -> None:
    numbers = list(re.finditer(rb"\d+", data[:200_000]))
    if numbers:
        data[slice(*chance.choice(numbers).span())] = chance.choice(ABSURD)


def swap(data: bytearray, chance: random.Random) -> None:
    one, other, length = chance.randrange(len(data)), chance.randrange(len(data)), chance.choice((2, 16, 256))
    data[one : one + length], data[other : other + length] = data[other : other + length], data[one : one + length]


DEEDS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    cut, take_out, flip_bits, flip_bits, write_over, write_twice, absurd_number, absurd_number, swap,
)  # fmt: skip


def spoilt(data: bytes, chance: random.Random) -> bytes:
    """A mutant; of a zip often one whose members are spoilt and packed anew, since else its checksums give it away."""
    if data.startswith(b"PK") and chance.random() < 0.7:
        return _repacked(data, chance)
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5))):
        if made:
            chance.choice(DEEDS)(made, chance)
    return bytes(made)


def _repacked(data: bytes, chance: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        parts = [(name, opened.read(name)) for name in opened.namelist()]
    victim = chance.randrange(len(parts))
    name, content = parts[victim]
    if chance.random() < 0.05:
        del parts[victim]
    else:
        parts[victim] = (name, spoilt(content, chance) if content else b"x")
    return archive(entry(name, (content, 1)) for name, content in parts)


def mutant(name: str, number: int, seed: int) -> bytes:
    """The mutant of a file that has this number."""
    return spoilt(seeds()[name], random.Random(f"{seed} {name} {number}"))


# --- what must hold --------------------------------------------------------------------------------------------------


def wrong_with(result: Document | Issue) -> Iterator[str]:
    """Promises that a document or an issue breaks, in words."""
    if isinstance(result, Issue):
        if result.code in ("failed", "internal") or not result.fatal:
            yield f"{result.code}: {result.message}"
        if not result.code.isascii() or "\n" in result.message or ": " not in result.message:
            yield f"an issue that does not say what to do in a line: {result.message!r}"
        return
    end = 0
    for block in result.blocks:
        if not end <= block.span.start < block.span.end <= len(result.text):
            yield f"a block lies wrong: {block.span} behind {end} of {len(result.text)}"
        end = block.span.end
    yield from (f"{i.code} is fatal, and yet there is a document" for i in result.issues if i.fatal)
    found = analyse(result, LEXICON)
    for mention in (*(o.quantity for o in found.observations), *found.masks):
        if result.text[mention.span.start : mention.span.end] != mention.text:
            yield f"{mention.text!r} is not what stands at {mention.span}"
    for line in (*observation_rows(found, "x"), *mask_rows(found, "x")):
        if not 0 <= line["start"] < line["end"] <= len(result.text):
            yield f"a row lies wrong: {line['start']}..{line['end']}"


def tried(data: bytes, name: str, with_ocr: bool = False) -> tuple[str, list[str]]:
    """What came of a file, and which promises were broken."""
    if recognise(data) == "zip":
        outcomes = list(run([Source(name, data, size=len(data))], Work(), here=True))
        codes = [issue.code for outcome in outcomes for issue in outcome.issues]
        return "archive", [code for code in codes if code in ("failed", "internal")]
    result = read_bytes(data, name, ocr=with_ocr)
    return result.code if isinstance(result, Issue) else result.format, list(wrong_with(result))


@cache
def neighbour() -> object:
    """The rows of a good file, as they were when this process began."""
    (outcome,) = run([Source("good.docx", own()["own.docx"])], Work(), here=True)
    assert outcome.rows
    return outcome.rows


def _start() -> None:
    guards.limit_memory()
    # Pictures are unpacked and turned as ever, but what stands in them is always the same.
    ocr._engine = lambda: engine([Word("床位12张", 20, 20), Word("医院3家", 20, 60)])
    ocr.available = lambda: True
    neighbour()


def _try(name: str, number: int, seed: int) -> tuple[str, list[str], float]:
    """In a worker: one mutant, and now and then a good file after it."""
    data = mutant(name, number, seed)
    began = time.process_time()
    came, wrong = tried(data, name, with_ocr=number % 2 == 0)
    seconds = time.process_time() - began
    if seconds > LONGEST:
        wrong.append(f"takes {seconds:.0f} s")
    if number % NEIGHBOUR_EVERY == 0:
        before = neighbour()
        neighbour.cache_clear()
        if neighbour() != before:
            wrong.append("the good file after it has other rows")
    return came, wrong, seconds


def fuzz(mutants: int, seed: int, workers: int = 2) -> tuple[list[str], Counter[str], list[tuple[float, str]]]:
    """Problems in words, how often each outcome came, and the slowest mutants."""
    problems: list[str] = []
    outcomes: Counter[str] = Counter()
    times: list[tuple[float, str]] = []
    work = chosen(mutants)
    random.Random(seed).shuffle(work)
    with ProcessPool(workers, initializer=_start, context=get_context("spawn")) as pool:
        futures = [(name, n, pool.schedule(_try, (name, n, seed), timeout=PATIENCE * LONGEST)) for name, n in work]
        for name, number, future in futures:
            which = f"{name} mutant {number} of seed {seed}"
            try:
                came, wrong, seconds = future.result()
            except FutureTimeoutError:
                came, wrong, seconds = "timeout", ["hangs"], PATIENCE * LONGEST
            except ProcessExpired as error:
                came, wrong, seconds = "crashed", [f"the process died ({error.exitcode})"], 0.0
            except Exception as error:  # what a worker raised
                last = getattr(error, "traceback", "").strip().split("\n")[-4:]
                came, wrong, seconds = "raised", [f"{error!r}: {' | '.join(map(str.strip, last))}"], 0.0
            outcomes[f"{name.rpartition('.')[2]}: {came}"] += 1
            problems += [f"{which}: {line}" for line in wrong]
            times.append((seconds, which))
    return problems, outcomes, sorted(times, reverse=True)[:10]


def test_no_mutant_fails_hangs_or_hurts_its_neighbour() -> None:
    problems, outcomes, _ = fuzz(MUTANTS, SEED)
    assert problems == []
    assert outcomes.total() >= MUTANTS
    assert len(outcomes) > 30, "mutants are read, or refused, in many ways"


@pytest.mark.parametrize("name", seeds())
def test_offsets_hold_of_whole_files(name: str) -> None:
    came, wrong = tried(seeds()[name], name)
    assert wrong == []
    assert came not in ("damaged", "binary", "encoding")


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    began = time.monotonic()
    problems, outcomes, slowest = fuzz(*[*given, *(MUTANTS, SEED)[len(given) :]])
    for line in problems:
        print(line)
    for outcome, times in sorted(outcomes.items()):
        print(f"{times:7,} {outcome}")
    for seconds, which in slowest:
        print(f"{seconds:7.2f} s {which}")
    print(f"{outcomes.total():,} mutants, {len(problems):,} problems, {time.monotonic() - began:.0f} s")
    sys.exit(bool(problems))
