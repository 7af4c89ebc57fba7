"""The terminal: tables fit, colours and bars go where they may, help is run, shells complete, no console crashes."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from running import hreport
from texts import ROOT
from typer.testing import CliRunner

from hreport import cli
from hreport.cli import app, completion
from hreport.record import EXTRACT, LONG, MASKS, Cell, Column
from hreport.width import breaks, screen_width
from hreport.writers import layout, terminal

pty = pytest.importorskip("pty", reason="no terminals like those of POSIX here")

EXAMPLES = tomllib.loads((ROOT / "src/hreport/data/examples.toml").read_text("utf-8"))
COMMANDS = cli.COMMANDS.keys()
WORDS = st.text("孕产妇住院分娩率，。（）abc xx%.0123ー２\u200f\t", max_size=60)
REPORT = (
    "𠮷林县2023年卫生健康工作总结\n\n全县孕产妇住院分娩率达到99.8%，婴儿死亡率为2.1‰，人均体育场地面积2.9㎡。"
    "😀全县医疗卫生机构床位数达到xx.x万张，孕产妇系统管理率为9652%。\n"
)
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
# Runs several commands in one process, as the program does, with a line between.
SCRIPT = """
import json, os, sys
from hreport.cli import main
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["hreport", *(os.fsdecode(a.encode("utf-8")) for a in arguments)]
    try:
        main()
    except SystemExit as end:
        code = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    print("=====", code, flush=True)
"""


def on_a_screen(width: int, *commands: str, cwd: Path, **environment: str) -> list[str]:
    """What each command writes to a terminal of this width, standard error as well."""
    import fcntl
    import struct
    import termios

    given = json.dumps([shlex.split(c) for c in commands])
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "HREPORT_LANG")}
    running = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, given],
        stdin=follower, stdout=follower, stderr=follower, cwd=cwd,
        env=kept | {"TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": ""} | environment,
    )  # fmt: skip
    os.close(follower)
    said = b""
    while True:
        try:
            part = os.read(leader, 65_536)
        except OSError:  # nobody writes any more
            break
        if not part:
            break
        said += part
    os.close(leader)
    running.wait(60)
    text = said.decode("utf-8", "replace").replace("\r\n", "\n")
    return re.split(r"===== \S+\n", text)[: len(commands)]


def left(text: str) -> list[str]:
    """The lines that stay on a terminal: a carriage return goes back, what is erased is gone."""
    lines, row, column = [""], 0, 0
    for match in re.finditer(r"\x1b\[([0-9;?]*)([A-Za-z])|([^\x1b])", text):
        number, command, character = match.groups()
        if command == "A":
            row = max(0, row - int(number or 1))
        elif command == "K":
            lines[row] = ""
        elif character == "\r":
            column = 0
        elif character == "\n":
            row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
        elif character:
            lines[row] = lines[row][:column].ljust(column) + character + lines[row][column + 1 :]
            column += 1
    return [line.rstrip() for line in lines if line.strip()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a few samples, as the examples want it."""
    path = tmp_path_factory.mktemp("terminal")
    (path / "samples").mkdir()
    (path / "tests/gold/samples").mkdir(parents=True)
    for name in ("doc_b07a5e", "share_20517"):
        shutil.copy(ROOT / f"samples/{name}.txt", path / "samples")
        shutil.copy(ROOT / f"tests/gold/samples/{name}.jsonl", path / "tests/gold/samples")
    shutil.copy(ROOT / "samples/大理州2022年卫生健康工作情况汇报.txt", path / "samples")
    shutil.copy(ROOT / "samples/manifest.csv", path / "samples")
    text = (ROOT / "samples/doc_b07a5e.txt").read_text("utf-8")
    (path / "a.txt").write_text(text, "utf-8")
    (path / "b.txt").write_text(text.replace("892", "xxx"), "utf-8")
    return path


# --- tables -----------------------------------------------------------------------------------------------------------


@given(WORDS, st.integers(2, 40))
def test_a_text_is_broken_into_lines_that_fit(text: str, width: int) -> None:
    starts = [0, *breaks(text, width), len(text)]
    assert starts == sorted(starts)
    lines = [text[a:b] for a, b in pairwise(starts)]
    assert "".join(lines) == text
    assert all(screen_width(line.rstrip()) <= width for line in lines)


def rows_of(words: list[str]) -> list[dict[str, object]]:
    """Rows that any of the tables takes, of words that recur."""
    names = ("indicator", "text", "file", "sentence", "kind", "area")
    return [
        {name: words[(i + n) % len(words)] for n, name in enumerate(names)}
        | {"numeral": words[0], "start": 1234 + i, "measure": "change_rate", "damage": "split" if i % 2 else None,
           "masked": bool(i % 3), "shown": Cell("≥12345.6 ⚠", None, "damaged"), "chosen": True, "value": 31.25}
        for i in range(3)
    ]  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(
    st.lists(WORDS, min_size=1, max_size=6),
    st.sampled_from([40, 60, 80, 120, 200]),
    st.sampled_from(["utf-8", "gbk", "ascii"]),
)
def test_no_line_is_wider_than_the_screen(words: list[str], width: int, encoding: str) -> None:
    pivot = (Column("indicator"), Column("unit"), *(Column(f"{w[:9]}{n}", "mixed") for n, w in enumerate(words * 3)))
    cells = {c.name: Cell("≥43168.25 (2022)") for c in pivot[2:]}
    tables = (
        (EXTRACT, rows_of(words)), (MASKS, rows_of(words)), ((*LONG, Column("shown", "mixed")), rows_of(words)),
        (pivot, [{"indicator": w, "unit": "人次/千人", **cells} for w in words]),
    )  # fmt: skip
    before = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = str(width)
    try:
        for columns, rows in tables:
            target = io.BytesIO()
            terminal.write(rows, columns, target, encoding=encoding)
            lines = target.getvalue().decode(encoding).split("\n")
            assert max(map(cell_len, lines)) <= width
            if columns is pivot:
                assert sum("43168.25" in line for line in lines) >= len(words)  # a figure is never folded
    finally:
        os.environ.pop("COLUMNS")
        if before is not None:
            os.environ["COLUMNS"] = before


def test_every_table_fits_a_real_screen(folder: Path) -> None:
    commands = [
        "extract samples/doc_b07a5e.txt", "masks samples/share_20517.txt", "masks samples --summary -q",
        "compare samples -q --lang zh", "compare samples -q --by report --long",
        "compare samples -q --indicator beds_total --evidence", "check samples/doc_b07a5e.txt -q",
        "align a.txt b.txt -q", "indicators 死亡率", "indicators beds_total", "doctor --lang zh", "doctor",
        "eval tests/gold/samples samples --errors 1 -q",
    ]  # fmt: skip
    narrow = [command for command in commands if "-q" in command and "samples -q" in command]
    for width, some in ((60, narrow), (80, commands)):
        for command, text in zip(some, on_a_screen(width, *some, cwd=folder), strict=True):
            table = [line for line in left(text) if not line.startswith("hreport: ")]
            assert table, command
            assert max(cell_len(line) for line in table) <= width, command
            assert "fault of hreport" not in text
    extract, *_ = on_a_screen(80, "extract samples/doc_b07a5e.txt", cwd=folder)
    assert "254% ⚠" in extract  # damage shows by more than a colour, and what has no room is named
    assert "not shown: " in extract
    assert "next: hreport compare samples/doc_b07a5e.txt -o table.xlsx" in extract
    assert extract.count("next: ") == 1


def test_a_mask_is_shown_where_it_stands_in_its_sentence() -> None:
    sentence = "全县xx家机构，全县xx家医院" + "，其余从略" * 20
    rows = [{"text": "xx", "kind": "number", "sentence": sentence, "file": "a", "start": 100 + at} for at in (2, 10)]
    target = io.BytesIO()
    terminal.write(rows, MASKS, target)
    first, second = (line for line in target.getvalue().decode().split("\n") if "⟨" in line)
    assert "全县⟨xx⟩家机构，全县xx家" in first
    assert "全县xx家机构，全县⟨xx⟩家" in second


def test_a_table_names_what_has_no_room() -> None:
    row = {"indicator": "床位" * 9, "text": "xx张", "sentence": "x", "numeral": "xx"}
    rows = [row | {"file": f"很长的文件名{n}" * 4} for n in range(2)]
    texts = {c.name: [str(r.get(c.name) or "") for r in rows] for c in EXTRACT}
    (panel,), hidden = layout.panels(EXTRACT, rows, texts, 50)
    shown = {c.name for c in panel.columns}
    assert shown >= {"indicator", "text"}
    assert {c.name for c in hidden} == {"numeral", "sentence", "file"} - shown


# --- colours and the bar ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "colours"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colours_go_only_where_they_may(environment: dict[str, str], colours: bool, folder: Path) -> None:
    (text,) = on_a_screen(80, "extract samples/doc_b07a5e.txt -q", cwd=folder, **environment)
    assert bool(re.search(r"\x1b\[[0-9;]*3\dm", text)) == colours


def test_a_pipe_has_no_colours_unless_they_are_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"cell": Cell("100 ⚠", None, "damaged")}]
    for force, colours in (("", False), ("1", True)):
        monkeypatch.setenv("FORCE_COLOR", force) if force else monkeypatch.delenv("FORCE_COLOR", raising=False)
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setenv("TERM", "xterm-256color")
        target = io.BytesIO()
        terminal.write(rows, (Column("cell", "mixed"),), target)
        assert (b"\x1b[" in target.getvalue()) == colours


def test_the_bar_says_pace_and_file_and_leaves_nothing(folder: Path) -> None:
    files = "extract samples nothing -o out.csv"
    full, chinese, quiet = on_a_screen(80, files, f"{files} --lang zh", f"{files} -q", cwd=folder)
    assert left(full) == [
        "hreport: nothing: no such file or folder: check the name",
        "hreport: next: hreport compare out.csv -o table.xlsx, hreport report out.csv -o report.html",
        "3 read, 1 not read: 1 not found",
    ]
    assert "reading" in full
    assert "0/3" in full
    assert "doc_b07a5e.txt" in ESCAPE.sub("", full)
    assert "正在读取" in chinese
    assert "reading" not in quiet
    (dumb,) = on_a_screen(80, files, cwd=folder, TERM="dumb")
    assert "0/3" not in dumb


# --- help -------------------------------------------------------------------------------------------------------------


def test_every_command_has_examples_in_both_languages() -> None:
    assert COMMANDS | {"hreport"} <= EXAMPLES.keys()
    for command, table in EXAMPLES.items():
        assert 2 <= len(table["examples"]) <= 5, command
        for example in table["examples"]:
            assert example["run"].startswith("hreport ")
            assert cell_len(example["run"]) <= 76
            assert example["zh"] != example["en"]


def test_examples_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for table in EXAMPLES.values():
        for example in table["examples"]:
            words = shlex.split(example["run"])[1:]
            if words[0] in COMMANDS:
                result = CliRunner().invoke(app, words)
                assert result.exit_code == 0, f"{example['run']}: {result.stderr}"
                assert result.stdout or "-o" in words, example["run"]


def test_help_shows_the_commands_by_what_they_are_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "82")
    for words, begin in ((["--help"], "Begin here"), (["--lang", "zh", "--help"], "从这里开始")):
        text = CliRunner().invoke(app, words).stdout
        assert begin in text
        assert max(map(cell_len, text.split("\n"))) <= 80
        assert "..." not in text.partition(":\n")[2].replace("]...", "")  # no help is cut
        places = [text.index(f"\n  {name} ") for name in ("extract", "masks", "compare", "check", "indicators", "eval")]
        assert places == sorted(places)
    alone = CliRunner().invoke(app, [])
    assert "Begin here" in alone.output


# --- what is misspelt -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "near"),
    [
        ("extrcat samples", "extract"),
        ("Compare samples", "compare"),
        ("compare samples --indicater x", "--indicator"),
        ("masks samples --sumary", "--summary"),
        ("compare samples --by aera", "area"),
        ("compare samples --by year", "area,year"),
        ("compare samples --status plan", "target"),
        ("compare samples --measure chang", "change"),
        ("compare samples --indicator 婴儿死忘率", "婴儿死亡率"),
        ("compare samples --indicator infant_mortalty", "infant_mortality"),
        ("compare samples --year 二〇二三", "2020-2024"),
        ("check samples --code damagd", "damaged"),
        ("extract samples -f excel", "xlsx"),
        ("extract samples -o x.json", "jsonl"),
        ("extract samples --headers chinese", "zh"),
        ("extract sampels", "samples"),
        ("extract sampels/doc_b07a5e.txt", "samples/doc_b07a5e.txt"),
        ("extract samples/大理", "samples/大理州2022年卫生健康工作情况汇报.txt"),
        ("extract samples/doc_b07a5e", "samples/doc_b07a5e.txt"),
        ("extract", "hreport extract samples/"),
        ("indicators 死亡律", "婴儿死亡率"),
        ("indicators --system HC2017", "HC2018"),
        ("indicators --group helth_level", "health_level"),
        ("eval tests/gold/samples samples --floor recrod=0.9", "record"),
        ("compare samples/doc_b07a5e.txt --area 邹成市", "邹城市"),
    ],
)
def test_the_nearest_right_spelling_is_said(
    command: str, near: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    said = []
    for language in ("en", "zh"):
        monkeypatch.setenv("HREPORT_LANG", language)
        done = hreport(*shlex.split(command))
        assert near in done.said
        assert "Traceback" not in done.said
        said.append(done.said)
    assert re.search("[\u4e00-\u9fff]", said[1])
    assert not re.search(r"\b(Error|Usage|Did you mean|did you mean|not known)\b", said[1])


# --- completion -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("com", {"compare"}),
        ("compare x --by ", {"area", "area,year", "report"}),
        ("compare x --status t", {"target"}),
        ("compare x --measure change", {"change", "change_rate"}),
        ("extract x -f j", {"jsonl"}),
        ("extract x --lang ", {"en", "zh"}),
        ("compare x --indicator beds_", {"beds_total", "beds_per_1000"}),
        ("compare x --indicator 婴儿死", {"婴儿死亡率"}),
        ("indicators infant_m", {"infant_mortality"}),
        ("indicators --system HC2", {"HC2018"}),
        ("indicators --group health", {"health_level"}),
        ("check x --area 绵", {"绵阳市", "绵竹市"}),
        ("check x --code damag", {"damaged"}),
        ("extract --sav", {"--save-text"}),
        ("compare x --indicator nothing_such", set()),
        ("extract x --timeout ", set()),
    ],
)
def test_a_shell_is_offered_what_fits(line: str, offered: set[str]) -> None:
    words = f"hreport {line}"
    environment = {completion.VARIABLE: "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = CliRunner().invoke(app, [], prog_name="hreport", env=environment)
    assert set(done.stdout.split()) == offered
    assert done.stderr == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_every_shell_has_a_script_and_answers(shell: str) -> None:
    script = CliRunner().invoke(app, [], prog_name="hreport", env={completion.VARIABLE: f"source_{shell}"})
    assert completion.VARIABLE in script.stdout or "hreport" in script.stdout
    asked = {
        completion.VARIABLE: f"complete_{shell}", "COMP_WORDS": "hreport mas", "COMP_CWORD": "1",
        "_TYPER_COMPLETE_ARGS": "hreport mas", "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_WORD_TO_COMPLETE": "mas", "HREPORT_LANG": "zh",
    }  # fmt: skip
    done = CliRunner().invoke(app, [], prog_name="hreport", env=asked)
    assert "masks" in done.stdout
    assert shell == "bash" or "遮蔽" in done.stdout


def test_the_catalogue_is_read_whole_for_completion() -> None:
    data = tomllib.loads((ROOT / "src/hreport/data/indicators.toml").read_text("utf-8"))["indicators"]
    text = (ROOT / "src/hreport/data/indicators.toml").read_text("utf-8")
    found = {m[1]: (m[2], m[4]) for m in completion._INDICATOR.finditer(text)}
    assert found == {id_: (entry["name"], entry["group"]) for id_, entry in data.items()}
    areas = {name for name, _ in completion.areas("绵阳")}
    assert areas == {"绵阳市"}


# --- consoles of other encodings --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of names and texts with characters that few encodings have."""
    path = tmp_path_factory.mktemp("odd")
    (path / "in").mkdir()
    (path / "in/样本𠮷.txt").write_text(REPORT, "utf-8")
    with suppress(OSError):  # not every file system takes such names
        (path / os.fsdecode(b"in/\xff\xfe.txt")).write_text(REPORT.replace("99.8", "99.7"), "utf-8")
    return path


ODD = [
    ["extract", "in", "-o", "out.csv"], ["extract", "in", "-o", "out.jsonl", "-q"], ["extract", "in"],
    ["compare", "in", "-f", "table", "--lang", "zh"], ["compare", "in", "-o", "out.md", "--lang", "en"],
    ["compare", "in", "--indicator", "婴儿死亡率", "-q"], ["masks", "in", "-f", "md"], ["extract", "in", "-f", "table"],
    ["check", "in", "-f", "table"], ["show", "in/样本𠮷.txt"], ["indicators", "死亡率", "-f", "table"],
    ["extract", "in/样本.tx", "--lang", "zh"], ["extract", "in", "--save-text", "texts", "-q"],
]  # fmt: skip


def everything_from(encoding: str, odd: Path) -> dict[str, bytes]:
    """The files that the program writes under a console's encoding; what it says can be read in that."""
    settings = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C", "PYTHONIOENCODING": encoding}
    if encoding == "utf-8":
        settings = {"LANG": "C.UTF-8", "LC_ALL": ""}
    for old in odd.glob("out.*"):
        old.unlink()
    shutil.rmtree(odd / "texts", ignore_errors=True)
    kept = {k: v for k, v in os.environ.items() if k != "HREPORT_LANG"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(ODD)], cwd=odd, env=kept | settings, capture_output=True, timeout=120
    )
    said, wrote = done.stderr.decode(encoding), done.stdout.decode(encoding)
    assert "Traceback" not in said
    assert "fault of" not in said
    codes = re.findall(r"===== (\S+)", wrote)
    assert codes == ["1" if "in/样本.tx" in words else "0" for words in ODD], said
    files = {p.relative_to(odd).as_posix(): p.read_bytes() for p in sorted(odd.rglob("*")) if p.is_file()}
    return {ascii(name): data for name, data in files.items() if not name.startswith("in/")}


def test_files_are_the_same_whatever_the_console(odd: Path) -> None:
    plain = everything_from("utf-8", odd)
    assert {"'out.csv'", "'out.jsonl'", "'out.md'"} <= plain.keys()
    assert any(name.startswith("'texts/") for name in plain)
    for encoding in ("gbk", "ascii", "cp1252"):
        assert everything_from(encoding, odd) == plain, encoding


def test_a_pipe_is_utf_8_unless_another_is_asked_for_and_losses_are_said(odd: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONIOENCODING"} | {"LC_ALL": "C", "PYTHONUTF8": "0"}
    for asked, encoding, loss in ((None, "utf-8", False), ("gbk", "gbk", True)):
        settings = environment | ({"PYTHONIOENCODING": asked} if asked else {})
        command = [sys.executable, "-m", "hreport", "extract", "in"]
        done = subprocess.run(command, cwd=odd, env=settings, capture_output=True, timeout=60)
        assert ("𠮷林县" in done.stdout.decode(encoding)) != loss
        assert (b"gbk lacks characters" in done.stderr) == loss


def test_a_narrow_console_gets_an_aligned_table_and_a_word_about_it(odd: Path) -> None:
    (text,) = on_a_screen(80, "compare in -q", cwd=odd, PYTHONIOENCODING="ascii")
    assert "shows no Chinese" in text
    assert "2.1" in text
    lines = [line for line in ESCAPE.sub("", text).split("\n") if re.search(r"99\.|9652|o/oo", line)]
    assert len({len(line) for line in lines[:3]}) == 1  # the rows of the first table


# --- doctor -----------------------------------------------------------------------------------------------------------


def test_doctor_looks_at_the_terminal_and_at_what_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    found = {row["what"]: row for row in hreport("doctor").rows}
    assert {
        "console",
        "width",
        "colours",
        "language",
        "fonts",
        "this folder",
        "completion",
        "vl-convert-python",
    } <= found.keys()
    assert found["completion"]["found"] == "not installed"
    (tmp_path / ".zfunc").mkdir()
    (tmp_path / ".zfunc/_hreport").write_text("#compdef hreport")
    assert {row["what"]: row for row in hreport("doctor").rows}["completion"]["found"] == "installed"
    needs = [Path(tmp_path), "pandas"]
    assert hreport("doctor").code == 0
    from hreport.cli import doctor

    monkeypatch.setattr(doctor, "_version", lambda name: "" if name in needs else "1.0")
    broken = hreport("doctor")
    assert broken.code == 1
    assert {r["what"]: r["advice"] for r in broken.rows}["pandas"] == "install hreport anew"
