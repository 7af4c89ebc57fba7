"""The command line from the outside: small real files, every kind of trouble, exit codes."""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from hreport import __version__, cli
from hreport.cli import app
from hreport.record import EXTRACT, MASKS, headed

PROGRAM = [sys.executable, "-c", "from hreport.cli import main; main()"]
REPORT = (
    "杭州市2024年卫生健康工作总结\n\n一、工作情况\n全市孕产妇住院分娩率达到99.8%,婴儿死亡率为2.1‰。"
    "全市医疗卫生机构床位数达到xx.x万张,家庭医生签约率达到xx%。\n"
)
OTHER = "宁波市2024年卫生健康工作总结\n\n一、工作情况\n全市孕产妇住院分娩率达到99.5%,婴儿死亡率为1.9‰。\n"


def hreport(
    *arguments: str | Path, cwd: Path | None = None, stdin: bytes = b"", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        timeout=120,
        check=False,
        env={**os.environ, "COLUMNS": "120", **(env or {})},
    )


@dataclass
class Done:
    """What a run in this process left: quicker than a process of its own."""

    returncode: int
    stdout: bytes
    stderr: bytes


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Done]]:
    monkeypatch.chdir(folder)

    def run(*arguments: str) -> Done:
        result = CliRunner().invoke(app, list(arguments))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Done(result.exit_code, result.stdout_bytes, result.stderr_bytes)

    yield run
    logging.disable(logging.NOTSET)


def no_traceback(done: subprocess.CompletedProcess[bytes] | Done) -> None:
    assert b"Traceback" not in done.stderr
    assert b"fault of hreport" not in done.stderr, done.stderr.decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/hz.txt").write_text(REPORT, encoding="utf-8")
    (tmp_path / "in/nb.txt").write_text(OTHER, encoding="gb18030")
    return tmp_path


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


# --- help, version, what is loaded ------------------------------------------------------------------------------------


def test_version_and_help() -> None:
    assert hreport("--version").stdout.startswith(b"hreport 0.")
    for command in ((), ("extract",), ("masks",), ("compare",), ("eval",), ("indicators",)):
        done = hreport(*command, "--help")
        assert done.returncode == 0
        assert b"Usage" in done.stdout


def loaded(cwd: Path, *arguments: str) -> set[str]:
    """The modules that a run of the program has imported at its end."""
    script = (
        "import sys\nfrom hreport.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, check=True, timeout=60)
    return set(done.stderr.decode().splitlines()[-1].split())


# What takes time to import, and no plain text needs.
HEAVY = {
    "duckdb", "lxml", "numpy", "olefile", "openpyxl", "pandas", "pebble", "PIL", "pyarrow", "pypdfium2", "pypinyin",
    "rapidfuzz", "rensa", "rich", "vl_convert", "xlrd",
}  # fmt: skip


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    for language in ("en", "zh"):
        found = loaded(tmp_path, "--help", "--lang", language)
        assert found & (HEAVY | {"jieba", "rjieba"}) == set()
        ours = {name.removeprefix("hreport.") for name in found if name.startswith("hreport.")}
        assert ours == {
            "cli",
            "cli.completion",
            "cli.language",
            "cli.options",
            "guards",
            "messages",
            "width",
            "writers",
        }


def test_a_command_is_imported_when_it_is_asked_for(tmp_path: Path) -> None:
    assert {f"hreport.cli.{function}" for function, _ in cli.COMMANDS.values()} & loaded(tmp_path, "masks", "-h") == {
        "hreport.cli.masks"
    }


def test_one_plain_text_loads_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("全市婴儿死亡率为2.1‰，床位数达到xx张。\n", encoding="utf-8")
    for output in ((), ("-o", "a.csv")):
        found = loaded(tmp_path, "extract", "a.txt", *output)
        assert found & HEAVY == set()


def test_the_list_of_commands_says_what_they_say_of_themselves() -> None:
    for name, (function, help_) in cli.COMMANDS.items():
        own = getattr(import_module(f"hreport.cli.{function}"), function).__doc__ or ""
        assert " ".join(own.split()) == help_, name


# --- outputs ----------------------------------------------------------------------------------------------------------


def test_extract_to_a_pipe_is_csv_without_mark(folder: Path) -> None:
    done = hreport("extract", "in", cwd=folder)
    assert done.returncode == 0
    assert done.stdout.decode("utf-8").split("\n")[0] == ",".join(c.name for c in EXTRACT)
    assert done.stderr.decode().splitlines() == ["2 read"]
    assert {r["file"] for r in rows(done.stdout)} <= {"in/hz.txt", "in/nb.txt"}


@pytest.mark.parametrize("command", ["extract", "masks"])
def test_every_format_holds_the_same_rows(command: str, folder: Path, here: Callable[..., Done]) -> None:
    for form in ("csv", "jsonl", "xlsx", "parquet", "md", "html"):
        done = here(command, "in", "-o", f"out.{form}")
        assert done.returncode == 0, done.stderr.decode()
        assert done.stdout == b""
    names = [c.name for c in (EXTRACT if command == "extract" else MASKS)]
    data = (folder / "out.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    count = len(rows(data))
    lines = [json.loads(line) for line in (folder / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    layer = "quantity" if command == "extract" else "mask"
    assert len(lines) == count
    assert all(list(line) == ["layer", "role", *names] and line["layer"] == layer for line in lines)
    table = pq.read_table(folder / "out.parquet")
    assert table.column_names == names
    assert table.num_rows == count
    sheet = openpyxl.load_workbook(folder / "out.xlsx")["rows"]
    assert [c.value for c in sheet[1]] == names
    assert sheet.max_row == count + 1
    assert len((folder / "out.md").read_text(encoding="utf-8").splitlines()) == count + 2


def test_format_overrides_the_suffix(folder: Path) -> None:
    hreport("extract", "in", "-o", "out.txt", "-f", "csv", cwd=folder)
    assert (folder / "out.txt").read_bytes().startswith(b"\xef\xbb\xbffile,")


def test_chinese_headings(folder: Path) -> None:
    done = hreport("extract", "in", "--headers", "zh", cwd=folder)
    assert done.stdout.decode().split("\n")[0] == ",".join(c.title for c in headed(EXTRACT, "zh"))
    done = hreport("extract", "in", "--headers", "zh", "-f", "jsonl", cwd=folder)
    assert all("indicator" in json.loads(line) for line in done.stdout.decode().splitlines())


def test_standard_input(folder: Path) -> None:
    done = hreport("extract", "-", stdin=REPORT.encode("gb18030"))
    assert done.returncode == 0
    assert {r["file"] for r in rows(done.stdout)} <= {"-"}
    assert hreport("extract", "-").returncode == 1


def test_output_to_standard_output_by_name(folder: Path) -> None:
    assert hreport("extract", "in", "-o", "-", cwd=folder).stdout.startswith(b"file,")
    assert not (folder / "-").exists()


def test_a_binary_format_to_a_pipe(folder: Path) -> None:
    done = hreport("extract", "in", "-f", "xlsx", cwd=folder)
    assert openpyxl.load_workbook(io.BytesIO(done.stdout))["rows"]["A1"].value == "file"


def test_a_table_fits_the_screen(folder: Path) -> None:
    done = hreport("extract", "in", "-f", "table", cwd=folder)
    assert done.returncode == 0
    assert b"\x1b[" not in done.stdout


@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
@pytest.mark.parametrize("form", ["csv", "table", "jsonl"])
def test_other_consoles(encoding: str, form: str, folder: Path) -> None:
    (folder / "in/\u00e9\U0001f600.txt").write_text(REPORT, encoding="utf-8")
    for command in ("extract", "compare"):
        done = hreport(command, "in", "nope", "-f", form, cwd=folder, env={"PYTHONIOENCODING": encoding})
        no_traceback(done)
        assert done.returncode == 1
        done.stdout.decode(encoding)


def test_nobody_reads_the_output(folder: Path) -> None:
    script = f"{sys.executable} -c 'from hreport.cli import main; main()' extract in | true; echo ${{PIPESTATUS[0]}}"
    if os.name == "nt":
        pytest.skip("bash")
    done = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, timeout=60, check=False)
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr


def test_quiet_and_verbose(folder: Path) -> None:
    assert hreport("extract", "in", "-q", cwd=folder).stderr == b""
    assert hreport("extract", "in", "-v", cwd=folder).returncode == 0


def test_issues_file(folder: Path) -> None:
    (folder / "in/empty.txt").write_bytes(b"")
    done = hreport("extract", "in", "nope.txt", "--issues", "issues.csv", cwd=folder)
    assert done.returncode == 1
    found = rows((folder / "issues.csv").read_bytes())
    assert {(r["file"], r["code"], r["fatal"]) for r in found} >= {
        ("nope.txt", "not_found", "true"),
        ("in/empty.txt", "empty", "true"),
    }
    hreport("extract", "in/hz.txt", "--issues", "issues.csv", cwd=folder)
    assert [r for r in rows((folder / "issues.csv").read_bytes()) if r["fatal"] == "true"] == []


# --- trouble ----------------------------------------------------------------------------------------------------------


def trouble(folder: Path) -> dict[str, bytes]:
    docx = io.BytesIO()
    with zipfile.ZipFile(docx, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
    return {
        "empty.txt": b"",
        "cut.docx": docx.getvalue()[:-40],
        "broken.docx": docx.getvalue(),
        "cut.pdf": b"%PDF-1.7\n1 0 obj\n<< /Type /Cat",
        "image.png": b"\x89PNG\r\n\x1a\n" + bytes(64),
        "old.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "noise.txt": bytes(range(128, 256)) * 7,
    }


def test_each_trouble_is_a_line_and_the_rest_is_read(folder: Path) -> None:
    for name, data in trouble(folder).items():
        (folder / "in" / name).write_bytes(data)
    for command in ("extract", "masks", "compare"):
        done = hreport(command, "in", cwd=folder)
        no_traceback(done)
        lines = done.stderr.decode().splitlines()
        assert done.returncode == 1
        for name in ("empty.txt", "cut.docx", "cut.pdf", "image.png", "old.doc"):
            (line,) = [x for x in lines if f"in/{name}:" in x]
            assert line.startswith(f"hreport: in/{name}: ")
            assert line.count(":") >= 3, line
        assert lines[-1].split(" read, ")[0].isdigit()
        assert "not read: " in lines[-1]


def test_what_a_file_is_not_what_it_is_called(folder: Path) -> None:
    import docx

    document = docx.Document()
    document.add_paragraph("全市床位数达到4200张。")
    document.save(str(folder / "in/word.txt"))
    done = hreport("extract", "in/word.txt", cwd=folder)
    assert (done.returncode, done.stderr.decode().splitlines()[-1]) == (0, "1 read")


def test_missing_paths(folder: Path) -> None:
    done = hreport("extract", "in/hz.tx", cwd=folder)
    assert done.returncode == 1
    assert "did you mean in/hz.txt?" in done.stderr.decode()
    assert done.stderr.decode().splitlines()[-1] == "0 read, 1 not read: 1 not found"
    (folder / "void").mkdir()
    done = hreport("extract", "void", "in", cwd=folder)
    assert done.returncode == 1
    assert "void: no files in this folder" in done.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("extract",), "PATH"),
        (("extrat", "in"), "extract"),
        (("extract", "in", "-f", "xslx"), "Did you mean xlsx?"),
        (("extract", "in", "-f", "nonsense"), "csv, jsonl"),
        (("extract", "in", "-o", "out.xsl"), "Known: csv"),
        (("extract", "in", "-o", "out"), "no suffix"),
        (("extract", "in", "-o", "in"), "is a folder"),
        (("extract", "in", "-o", "no/such/out.csv"), "no folder"),
        (("extract", "in/hz.txt", "-o", "in/hz.txt", "-f", "csv"), "one of the files to read"),
        (("extract", "in", "-j", "0"), "-j"),
        (("extract", "in", "-j", "two"), "-j"),
        (("extract", "in", "--headers", "de"), "Known: en, zh"),
        (("extract", "in", "--min-confidence", "2"), "--min-confidence"),
        (("extract", "in", "--manifest", "nope.csv"), "no file nope.csv"),
        (("extract", "in", "--catalog", "nope.toml"), "no file nope.toml"),
        (("extract", "in", "--catalog", "in/hz.txt"), "hz.txt"),
        (("extract", "in", "--manifest", "in/hz.txt"), "unknown column"),
        (("compare", "in", "--by", "region"), "Known: area"),
        (("compare", "in", "--status", "actul"), "Did you mean actual?"),
        (("compare", "in", "--measure", "levels"), "Did you mean level?"),
        (("compare", "in", "--year", "24"), "2020-2024"),
        (("compare", "in", "--indicator", "nonsense_indicator"), "not known"),
    ],
)
def test_misuse_is_a_clear_line_and_two(arguments: tuple[str, ...], said: str, here: Callable[..., Done]) -> None:
    done = here(*arguments)
    no_traceback(done)
    assert done.returncode == 2, done.stderr.decode()
    assert said in done.stderr.decode()
    assert done.stdout == b""


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may do anything")
def test_no_rights(folder: Path) -> None:
    (folder / "in/hz.txt").chmod(0)
    assert hreport("extract", "in", cwd=folder).returncode == 1


def test_full_disk_is_a_line(folder: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    done = hreport("extract", "in", "-f", "csv", "-o", "/dev/full", cwd=folder)
    no_traceback(done)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr.decode()


# --- the same again ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [("extract", "csv"), ("extract", "xlsx"), ("extract", "parquet"), ("masks", "jsonl"), ("compare", "csv", "--long")],
)
def test_the_same_bytes_whatever_the_workers_and_the_seed(arguments: tuple[str, ...], folder: Path) -> None:
    for n in range(3):
        (folder / f"in/{n}.txt").write_text(REPORT.replace("99.8", f"9{n}.8"), encoding="utf-8")
    command, form, *options = arguments
    seen = set()
    for jobs, seed in (("1", "1"), ("2", "2")):
        done = hreport(
            command, "in", *options, "-j", jobs, "-o", f"out.{form}", cwd=folder, env={"PYTHONHASHSEED": seed}
        )
        assert done.returncode == 0, done.stderr.decode()
        seen.add((folder / f"out.{form}").read_bytes())
    assert len(seen) == 1


def test_the_order_of_arguments_does_not_matter(folder: Path) -> None:
    one = hreport("extract", "in/hz.txt", "in/nb.txt", cwd=folder)
    other = hreport("extract", "in/nb.txt", "in", cwd=folder)
    assert one.stdout == other.stdout


def test_an_output_in_the_folder_is_not_read(folder: Path) -> None:
    first = hreport("extract", "in", "-o", "in/out.csv", "--issues", "in/issues.csv", cwd=folder)
    before = (folder / "in/out.csv").read_bytes()
    second = hreport("extract", "in", "-o", "in/out.csv", "--issues", "in/issues.csv", cwd=folder)
    assert (first.stderr, first.returncode) == (second.stderr, second.returncode)
    assert (folder / "in/out.csv").read_bytes() == before


# --- compare ----------------------------------------------------------------------------------------------------------


def test_compare_takes_reports_and_their_table_alike(folder: Path) -> None:
    fresh = hreport("compare", "in", cwd=folder)
    for form in ("csv", "jsonl", "parquet"):
        hreport("extract", "in", "-o", f"out.{form}", cwd=folder)
        again = hreport("compare", f"out.{form}", cwd=folder)
        assert again.stdout == fresh.stdout, form
        assert again.returncode == 0
    piped = hreport("compare", "-", cwd=folder, stdin=(folder / "out.csv").read_bytes())
    assert piped.stdout == fresh.stdout


def test_compare_of_nothing_says_why(folder: Path) -> None:
    (folder / "plain.txt").write_text("没有数字。", encoding="utf-8")
    done = hreport("compare", "plain.txt", cwd=folder)
    assert done.returncode == 0
    assert "nothing to compare: no figures were found" in done.stderr.decode()
    assert hreport("compare", "in", "--year", "1950", "-f", "table", cwd=folder).returncode == 0


def test_compare_of_what_is_no_table_of_ours(folder: Path) -> None:
    (folder / "beds.jsonl").write_text('{"city": "x", "beds": 1}\n')
    done = hreport("compare", "beds.jsonl", cwd=folder)
    assert done.returncode == 1
    assert "hreport: beds.jsonl: not a table of hreport extract: no column file" in done.stderr.decode()


def test_extract_of_a_table_of_ours(folder: Path) -> None:
    hreport("extract", "in", "-o", "out.csv", cwd=folder)
    done = hreport("extract", "out.csv", cwd=folder)
    assert done.returncode == 1
    assert "give it to hreport compare" in done.stderr.decode()


@pytest.mark.parametrize("options", [[], ["--by", "area,year"], ["--by", "report"], ["--long"], ["--evidence"],
                                     ["--suggest"], ["--status", "all", "--measure", "all"]])  # fmt: skip
@pytest.mark.parametrize("form", ["csv", "table", "md", "jsonl"])
def test_compare_in_all_its_shapes(options: list[str], form: str, here: Callable[..., Done]) -> None:
    done = here("compare", "in", *options, "-f", form, "--headers", "zh")
    no_traceback(done)
    assert done.returncode == 0


# --- manifest ---------------------------------------------------------------------------------------------------------


def test_manifest(folder: Path) -> None:
    (folder / "m.csv").write_text("file,title,url\nhz.txt,Given,http://x/=1\nother.txt,x,\n", encoding="utf-8")
    done = hreport("extract", "in", "--manifest", "m.csv", cwd=folder)
    assert done.returncode == 0
    assert "m.csv: line 3: other.txt is not among the files" in done.stderr.decode()
    for row in rows(done.stdout):
        assert (row["url"] == "http://x/=1") == (row["file"] == "in/hz.txt")


@pytest.mark.parametrize("command", ["extract", "masks", "compare"])
def test_a_manifest_beside_the_reports(command: str, folder: Path, here: Callable[..., Done]) -> None:
    (folder / "in/manifest.csv").write_text("file,area\nhz.txt,宁波市\n", encoding="utf-8")
    (folder / "in/README.md").write_text("全市床位数达到4200张。", encoding="utf-8")
    done = here(command, "in", "--issues", "issues.csv")
    assert (done.returncode, done.stderr.decode()) == (0, "2 read\n")
    (found,) = [r for r in rows((folder / "issues.csv").read_bytes()) if r["code"] == "manifest_file"]
    assert (found["file"], found["fatal"]) == ("in/manifest.csv", "false")
    line = "hreport: in/manifest.csv: a manifest: give it with --manifest"
    assert line in here(command, "in", "-v").stderr.decode().splitlines()
    assert "manifest" not in here(command, "in", "-v", "--manifest", "in/manifest.csv").stderr.decode()
    done = here(command, "in/manifest.csv")
    assert (done.returncode, done.stderr.decode().splitlines()[0]) == (1, line)


def test_manifest_title(folder: Path) -> None:
    (folder / "m.csv").write_text("file,title\nhz.txt,Given\n", encoding="utf-8")
    done = hreport("extract", "in", "--manifest", "m.csv", cwd=folder)
    assert {r["title"] for r in rows(done.stdout) if r["file"] == "in/hz.txt"} == {"Given"}


def test_indicators(folder: Path) -> None:
    everything = rows(hreport("indicators").stdout)
    assert len(everything) > 100
    some = rows(hreport("indicators", "床位").stdout)
    assert 0 < len(some) < len(everything)
    assert hreport("indicators", "nonsense").returncode == 1


# --- doctor -----------------------------------------------------------------------------------------------------------


def test_doctor_says_what_is_there_and_what_to_do(tmp_path: Path) -> None:
    found = {r["what"]: r for r in rows(hreport("doctor", cwd=tmp_path).stdout)}
    assert found["hreport"]["found"] == __version__
    assert {"docx", "pdf", "html", "xlsx", "zip", "txt"} <= set(found["read"]["found"].split())
    assert "rar" in found["known, not read"]["found"].split()
    missing = [r for r in found.values() if r["found"] in ("not installed", "not read")]
    assert all(r["advice"].startswith(("pip install", "hreport --install-completion")) for r in missing)
    assert found["memory limit"]["found"].startswith("1,900 MB")


def test_texts_are_saved_beside_the_rows(tmp_path: Path) -> None:
    shown = tmp_path
    (shown / "a.txt").write_text("2023年工作总结\n全市开放床位1200张，健康素养xx.x%。\n", encoding="utf-8")
    done = hreport("extract", "a.txt", "--save-text", "texts", cwd=shown)
    text = (shown / "texts" / "a.txt.txt").read_bytes().decode("utf-8")
    assert [text[int(r["start"]) : int(r["end"])] for r in rows(done.stdout)] == [r["text"] for r in rows(done.stdout)]
    assert rows((shown / "texts" / "a.txt.blocks.csv").read_bytes())[0]["block"] == "paragraph"
    (shown / "file").write_text("x")
    assert hreport("extract", "a.txt", "--save-text", "file", cwd=shown).returncode == 2


# --- being told to stop -----------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_a_run_that_is_told_to_stop_leaves_nothing_behind(number: int, code: int, tmp_path: Path) -> None:
    psutil = pytest.importorskip("psutil")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "0.txt").write_text(REPORT * 60, encoding="utf-8")
    for n in range(1, 4000):  # more than are read in a second
        os.link(tmp_path / "in" / "0.txt", tmp_path / "in" / f"{n}.txt")
    arguments = [*PROGRAM, "extract", "in", "-j", "2", "-o", "out.csv"]
    # Python itself ignores SIGINT in a process that was begun with it ignored, as a shell's background jobs are.
    with subprocess.Popen(arguments, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        deadline = time.monotonic() + 60
        workers: list[object] = []
        while len(workers) < 2 and time.monotonic() < deadline:
            workers = [p for p in psutil.Process(run.pid).children(recursive=True) if "spawn_main" in str(p.cmdline())]
            time.sleep(0.05)
        time.sleep(1)
        run.send_signal(number)
        said = run.communicate(timeout=30)[1].decode()
    assert run.returncode == code
    assert "Traceback" not in said
    assert psutil.wait_procs(workers, timeout=10)[1] == []
    assert not (tmp_path / "out.csv").exists()
    if number != signal.SIGKILL:
        assert [p.name for p in tmp_path.iterdir()] == ["in"]
