"""What a report says stays text: on a screen, in a spreadsheet, in Markdown and in what the program says of it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hostile_strings import QUIET, STRINGS, catalogue, folder, manifest
from markdown_it import MarkdownIt
from openpyxl import load_workbook
from running import hreport

# What a terminal obeys, or shows in another order than it stands: control characters of both sets, marks of direction.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# What the program itself says to a terminal: colours, and how its progress bar stays on its line.
OURS = re.compile(r"\x1b\[(?!41|8m)[0-9;]*m|\x1b\[\?25[lh]|\x1b\[(?:1A|2K)|\r")
RUN = re.compile(r"\s*[=+\-@\t\r＝＋－＠]")  # what a spreadsheet takes for a formula
NUMBER = re.compile(r"[+-]?[\d.,]+(?:e[+-]?\d+)?%?|[+-]", re.IGNORECASE)

SHARED = ("--manifest", "manifest.csv", "--catalog", "own.toml")
COMMANDS: dict[str, Sequence[str]] = {
    "extract": ("extract", "in", "--corrections", "corrections.csv", "--verbose", *SHARED),
    "masks": ("masks", "in", *SHARED),
    "masks, counted": ("masks", "in", "--summary", *SHARED),
    "compare": ("compare", "rows.csv", "--verbose", *SHARED),
    "compare by report": ("compare", "rows.csv", "--by", "report", *SHARED),
    "compare by area and year": ("compare", "rows.csv", "--by", "area,year", "--status", "all", *SHARED),
    "compare, long": ("compare", "rows.csv", "--long", *SHARED),
    "compare with evidence": ("compare", "rows.csv", "--evidence", "--ranks", *SHARED),
    "compare, suggesting": ("compare", "rows.csv", "--suggest", *SHARED),
    "check": ("check", "rows.csv", *SHARED),
    "align": ("align", "a.txt", "b.txt"),
    "indicators": ("indicators", "--catalog", "own.toml"),
}
SAID: dict[str, Sequence[str]] = {  # commands that write no table, or say more than one
    "show": ("show", "all.txt"),
    "show of a masked place": ("show", "a.txt", "--at", "0-90"),
    "an indicator": ("indicators", "hospitals", "--catalog", "own.toml"),
    "no such file": ("extract", STRINGS["title of a terminal"]),
    "no such indicator": ("indicators", STRINGS["colour"]),
    "no such option": ("extract", "in", f"--{STRINGS['title of a terminal']}"),
    "no such option, in Chinese": ("extract", "in", f"--{STRINGS['title of a terminal']}", "--lang", "zh"),
    "no such command": (STRINGS["colour"],),
    "no such format": ("extract", "in", "-f", STRINGS["link of a terminal"]),
    "no such place": ("compare", "rows.csv", "--area", STRINGS["colour"], "-f", "table"),
    "no such manifest": ("extract", "in", "--manifest", STRINGS["colour"]),
    "no such catalogue": ("extract", "in", "--catalog", STRINGS["colour"]),
    "an output in no folder": ("extract", "a.txt", "-o", f"{STRINGS['colour']}/x.csv"),
    "a bad place": ("show", "a.txt", "--at", STRINGS["colour"]),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with reports and tables that hold every string everywhere."""
    at = tmp_path_factory.mktemp("hostile")
    paths = folder(at / "in")
    manifest(at / "manifest.csv", paths)
    catalogue(at / "own.toml")
    text = "".join(path.read_bytes().decode("utf-8") for path in paths)
    (at / "all.txt").write_text(text, encoding="utf-8", newline="")
    for name, words in (("a.txt", STRINGS["colour"]), ("b.txt", STRINGS["title of a terminal"])):
        kinds = ("医院", "乡镇卫生院", "村卫生室", "社区卫生服务中心", "妇幼保健机构", "养老机构", "公共厕所")
        numbers = ["xx" if name == "a.txt" and k % 2 else str(100 + k) for k in range(len(kinds))]
        told = "".join(f"{words}全市有{kind}{number}家。" for kind, number in zip(kinds, numbers, strict=True))
        (at / name).write_text(f"{words}市2022年工作总结\n\n{told}\n{QUIET}\n", encoding="utf-8")
    before = Path.cwd()
    os.chdir(at)
    try:
        hreport("extract", "in", "-o", "rows.csv", *SHARED)
        with open("rows.csv", encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
        with open("corrections.csv", "w", encoding="utf-8", newline="") as target:
            lines = csv.writer(target)
            lines.writerow(("file_hash", "start", "end", "field", "value", "note"))
            for row, words in zip((r for r in rows if r["text"].endswith("座")), STRINGS.values(), strict=False):
                plain = words.replace("\0", "")
                lines.writerow((row["file_hash"], row["start"], row["end"], "area", f"{plain}县", plain))
    finally:
        os.chdir(before)
    return at


@pytest.fixture
def here(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder, as the current one."""
    monkeypatch.chdir(place)
    return place


def test_the_strings_are_in_the_rows(here: Path) -> None:
    with open("rows.csv", encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for words in STRINGS.values():
        assert any(words in r["sentence"] or words in r["title"] for r in rows), ascii(words)
    assert {"sentence", "title", "section", "file", "area_name", "url", "publisher"} <= {
        name for r in rows for name, cell in r.items() if "<script>" in cell
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_csv_holds_nothing_that_a_spreadsheet_runs(here: Path, command: str) -> None:
    done = hreport(*COMMANDS[command], "-f", "csv")
    rows = list(csv.reader(io.StringIO(done.out, newline="")))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}
    assert [cell for row in rows for cell in row if RUN.match(cell) and not NUMBER.fullmatch(cell)] == []
    assert OBEYED.findall(done.said) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_xlsx_holds_text_and_numbers_alone(here: Path, command: str) -> None:
    hreport(*COMMANDS[command], "-o", "out.xlsx")
    for sheet in load_workbook("out.xlsx").worksheets:
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n", "b"}
        assert [
            c.hyperlink.target for c in cells if c.hyperlink and not re.match("https?://", c.hyperlink.target)
        ] == []
    with zipfile.ZipFile("out.xlsx") as book:
        for name in book.namelist():
            assert not re.search(rb"<f[ >]|externalLink|TargetMode", book.read(name)), name


@pytest.mark.parametrize("command", COMMANDS)
def test_markdown_shows_each_cell_as_it_is(here: Path, command: str) -> None:
    done = hreport(*COMMANDS[command], "-f", "md")
    assert OBEYED.findall(done.out) == []
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(done.out)
    inside = [child for token in tokens for child in token.children or ()]
    assert {t.type for t in inside} <= {"text", "softbreak"}
    kinds = {t.type for t in tokens}
    assert not kinds & {"html_block", "fence", "code_block", "heading_open", "bullet_list_open", "ordered_list_open"}
    rows = "".join({"tr_open": "\n", "td_open": "|", "th_open": "|"}.get(t.type, "") for t in tokens).split()
    assert len(rows) > 1
    assert len(set(rows)) == 1
    assert sum(t.type == "table_open" for t in tokens) == 1
    shown = "\n".join("".join(c.content for c in t.children or ()) for t in tokens)
    if command == "extract":
        for words in (STRINGS["pipes"], STRINGS["entities"], STRINGS["link"], STRINGS["code"], STRINGS["script end"]):
            assert words in shown


@pytest.mark.parametrize("command", COMMANDS)
def test_json_lines_are_lines(here: Path, command: str) -> None:
    done = hreport(*COMMANDS[command], "-f", "jsonl")
    lines = done.out.split("\n")
    assert lines.pop() == ""
    assert lines
    for line in lines:
        json.loads(line)


RUNNER = """
import json, sys
from hreport.cli import app
for arguments in json.loads(sys.stdin.read()):
    print("[", *map(ascii, arguments), "]", flush=True)
    try:
        app(arguments)
    except SystemExit:
        pass
"""


@pytest.mark.skipif(os.name != "posix", reason="a terminal of its own needs a pty")
def test_a_terminal_is_told_nothing_by_a_report(here: Path) -> None:
    import pty

    commands = [list(words) for words in (*COMMANDS.values(), *SAID.values())]
    commands += [["masks", "in", "-f", form, "--verbose", "--lang", "zh"] for form in ("csv", "md", "jsonl")]
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", RUNNER],
        stdin=subprocess.PIPE,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "PAGER": "cat"},
    ) as process:
        os.close(theirs)
        assert process.stdin is not None
        process.stdin.write(json.dumps(commands).encode())
        process.stdin.close()
        out = b""
        while True:
            try:
                block = os.read(ours, 1 << 16)
            except OSError:  # the other side is closed
                break
            if not block:
                break
            out += block
    os.close(ours)
    assert process.returncode == 0
    text = out.decode("utf-8").replace("\r\n", "\n")
    assert "\x1b[" in text  # it is in colour: it is a terminal
    lines = [OURS.sub("", line) for line in text.split("\n")]
    assert [(m[0], line[max(0, m.start() - 40) : m.end() + 40]) for line in lines for m in OBEYED.finditer(line)] == []
