"""A folder kept in a store: what is read again and what is not, what another run may do, what a kill leaves."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from hreport import database
from hreport.cli import main
from hreport.readback import TableError, read_table

Run = Callable[..., tuple[int, str]]
ROOT = Path(__file__).parent.parent


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the program in the folder; exit code and what it said."""
    monkeypatch.chdir(tmp_path)

    def hreport(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["hreport", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().err

    return hreport


def report(beds: str) -> bytes:
    return f"2023年工作总结\n全市开放床位{beds}张，婴儿死亡率2.1‰。\n".encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "reports"
    place.mkdir()
    for name, beds in (("a", "1200"), ("b", "xxx"), ("c", "20230%")):
        (place / f"{name}.txt").write_bytes(report(beds))
    return place


def ask(query: str, path: str = "s.duckdb") -> list[tuple[object, ...]]:
    connection = duckdb.connect(path, read_only=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_the_next_run_reads_only_what_is_new_or_changed(run: Run, folder: Path) -> None:
    assert run("extract", "reports", "-o", "s.duckdb") == (0, "3 read\n")
    assert run("extract", "reports", "-o", "s.duckdb") == (0, "0 read, 3 unchanged\n")
    (folder / "a.txt").write_bytes(report("1300"))
    (folder / "d.txt").write_bytes(report("99"))
    assert run("extract", "reports", "-o", "s.duckdb") == (0, "2 read, 2 unchanged\n")
    found = ask("SELECT file, text FROM observations WHERE unit = '张' ORDER BY file")
    assert [text for _, text in found][:2] == ["1300张", "xxx张"]
    assert ask("SELECT count(*) FROM files") == [(4,)]
    assert ask("SELECT run, read, unchanged FROM runs ORDER BY run") == [(1, 3, 0), (2, 0, 3), (3, 2, 2)]


def test_an_unchanged_folder_waits_for_nothing_that_reading_needs(run: Run, folder: Path) -> None:
    run("extract", "reports", "-o", "s.duckdb")
    script = (
        "import sys\nsys.argv = ['hreport', 'extract', 'reports', '-o', 's.duckdb']\nfrom hreport.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'numpy', 'pyarrow', 'pebble', 'jieba', 'rjieba', 'hreport.analyse'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, timeout=60, text=True)
    assert done.stderr.splitlines() == ["0 read, 3 unchanged", "[]"]


def test_other_words_of_the_same_length_and_time_are_read(run: Run, folder: Path) -> None:
    run("extract", "reports", "-o", "s.duckdb")
    before = (folder / "a.txt").stat()
    (folder / "a.txt").write_bytes(report("1300"))
    os.utime(folder / "a.txt", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (folder / "a.txt").stat().st_size == before.st_size
    assert run("extract", "reports", "-o", "s.duckdb") == (0, "1 read, 2 unchanged\n")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_file_has_one_place_whatever_leads_to_it(run: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "er").symlink_to(folder)
    (tmp_path / "one.txt").symlink_to(folder / "a.txt")
    assert run("extract", "reports", "-o", "s.duckdb") == (0, "3 read\n")
    for path, count in (("./reports", 3), ("deep", 3), ("one.txt", 1), ("deep/er/b.txt", 1), ("reports/../reports", 3)):
        assert run("extract", path, "-o", "s.duckdb") == (0, f"0 read, {count} unchanged\n")


def test_the_store_holds_what_extract_and_masks_write(run: Run, folder: Path) -> None:
    run("masks", "reports", "-o", "s.duckdb")
    for command in ("extract", "masks"):
        run(command, "reports", "-o", f"{command}.jsonl")
    rows = read_table(Path("s.duckdb"), layers=True)
    lines = Path("extract.jsonl").read_text("utf-8") + Path("masks.jsonl").read_text("utf-8")
    written = [json.loads(line) for line in lines.splitlines()]
    assert rows == written
    assert len(rows) > 6


def test_compare_of_a_store_is_compare_of_its_folder(run: Run, folder: Path) -> None:
    run("extract", "reports", "-o", "s.duckdb")
    assert run("compare", "s.duckdb", "-o", "a.csv")[0] == 0
    assert run("compare", "reports", "-o", "b.csv")[0] == 0
    assert Path("a.csv").read_bytes() == Path("b.csv").read_bytes()


def test_what_is_gone_is_said_and_dropped_with_prune(run: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "z.txt").write_bytes(report("5"))
    run("extract", "reports", "other", "-o", "s.duckdb")
    (folder / "a.txt").unlink()
    said = run("extract", "reports", "-o", "s.duckdb")[1]
    assert said.splitlines()[0] == "hreport: 1 that are gone from the folder are kept in the store: --prune drops them"
    run("extract", "reports", "-o", "s.duckdb", "--prune")
    # Of the folder that this run did not look at, nothing is dropped.
    assert ask("SELECT file FROM files ORDER BY file") == [("other/z.txt",), ("reports/b.txt",), ("reports/c.txt",)]
    assert ask("SELECT DISTINCT file FROM observations ORDER BY file") == ask("SELECT file FROM files ORDER BY file")


def test_a_store_and_its_folder_may_be_moved_and_named_otherwise(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("extract", "reports", "-o", "s.duckdb")
    moved = tmp_path / "moved"
    moved.mkdir()
    (tmp_path / "s.duckdb").rename(moved / "s.duckdb")
    folder.rename(moved / "reports")
    assert run("extract", "moved/reports/", "-o", "moved/s.duckdb") == (0, "0 read, 3 unchanged\n")
    monkeypatch.chdir(moved / "reports")
    assert run("extract", ".", "-o", "../s.duckdb") == (0, "0 read, 3 unchanged\n")


def test_a_manifest_changes_what_it_speaks_of(run: Run, folder: Path) -> None:
    run("extract", "reports", "-o", "s.duckdb")
    Path("m.csv").write_text("file,area\na.txt,杭州市\n", encoding="utf-8")
    assert run("extract", "reports", "-o", "s.duckdb", "--manifest", "m.csv") == (0, "1 read, 2 unchanged\n")
    assert ask("SELECT DISTINCT area_name FROM observations WHERE file = 'reports/a.txt'") == [("杭州市",)]


def test_another_catalogue_changes_everything(run: Run, folder: Path) -> None:
    run("extract", "reports", "-o", "s.duckdb")
    Path("own.toml").write_text(
        '[indicators]\nown_beds = { name = "开放床位数量", unit = "张", kind = "count", aliases = ["自有床位"] }\n',
        encoding="utf-8",
    )
    code, said = run("extract", "reports", "-o", "s.duckdb", "--catalog", "own.toml")
    assert said.startswith("3 read") or code == 2, said


def test_what_could_not_be_read_is_said_again_and_tried_with_new_means(run: Run, folder: Path) -> None:
    (folder / "empty.txt").write_bytes(b"")
    first = run("extract", "reports", "-o", "s.duckdb")
    assert first == (1, "hreport: reports/empty.txt: the file is empty: nothing to read\n3 read, 1 not read: 1 empty\n")
    again = run("extract", "reports", "-o", "s.duckdb")
    assert again[1].splitlines()[1] == "0 read, 3 unchanged, 1 not read: 1 empty"
    run("extract", "reports", "-o", "s.duckdb", "--timeout", "30")
    assert ask("SELECT not_read FROM runs ORDER BY run") == [(1,), (0,), (1,)]
    assert ask("SELECT * FROM unread") == [("reports/empty.txt", "empty", "the file is empty: nothing to read")]


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.txt", data)
    return stream.getvalue()


def test_an_archive_is_its_members(run: Run, folder: Path) -> None:
    (folder / "z.zip").write_bytes(zipped(one=report("7"), two=report("8"), three=b""))
    assert run("extract", "reports", "-o", "s.duckdb")[1].splitlines()[-1] == "5 read, 1 not read: 1 empty"
    assert run("extract", "reports", "-o", "s.duckdb")[1].splitlines()[-1] == "0 read, 5 unchanged, 1 not read: 1 empty"
    (folder / "z.zip").write_bytes(zipped(one=report("9")))
    assert run("extract", "reports", "-o", "s.duckdb") == (0, "1 read, 3 unchanged\n")
    members = ask("SELECT file, state FROM files WHERE file LIKE '%zip%' ORDER BY file")
    assert members == [("reports/z.zip", "archive"), ("reports/z.zip/one.txt", "read")]
    assert ask("SELECT text FROM observations WHERE file = 'reports/z.zip/one.txt' LIMIT 1") == [("9张",)]
    (folder / "z.zip").write_bytes(report("no archive any more "))
    run("extract", "reports", "-o", "s.duckdb")
    assert ask("SELECT file FROM files WHERE file LIKE '%zip%'") == [("reports/z.zip",)]


def test_two_runs_at_once(run: Run, folder: Path) -> None:
    run("extract", "reports", "-o", "s.duckdb")
    holding = "import duckdb, sys; c = duckdb.connect('s.duckdb'); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", holding], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"held"
        code, said = run("extract", "reports", "-o", "s.duckdb")
        assert (code, said) == (
            2,
            "hreport: s.duckdb: in use by another run or program: wait until that has ended, or close it\n",
        )
        code, said = run("compare", "s.duckdb")
        assert "in use by another run" in said
        other.kill()
    assert run("extract", "reports", "-o", "s.duckdb") == (0, "0 read, 3 unchanged\n")


def test_what_is_no_store(run: Run, folder: Path) -> None:
    Path("no.duckdb").write_bytes(b"nothing of the kind" * 300)
    assert run("extract", "reports", "-o", "no.duckdb") == (
        2,
        "hreport: no.duckdb: not a DuckDB database: give another name\n",
    )
    with duckdb.connect("other.duckdb") as other:
        other.execute("CREATE TABLE mine (a INTEGER)")
    code, said = run("extract", "reports", "-o", "other.duckdb")
    assert (code, said) == (
        2,
        "hreport: other.duckdb: a DuckDB database that hreport did not make: give another name\n",
    )
    with pytest.raises(TableError, match="did not make"):
        read_table(Path("other.duckdb"))
    with duckdb.connect("new.duckdb") as new:
        new.execute("CREATE TABLE meta (key VARCHAR, value VARCHAR)")
        new.execute("INSERT INTO meta VALUES ('schema', '999')")
    assert "made by another version" in run("extract", "reports", "-o", "new.duckdb")[1]
    assert "no such file" in run("compare", "nope.duckdb")[1]


def test_misuse_of_a_store(run: Run, folder: Path) -> None:
    assert run("extract", "reports", "-f", "duckdb")[0] == 2
    assert run("masks", "reports", "--summary", "-o", "x.duckdb")[0] == 2
    assert "a store keeps every figure" in run("extract", "reports", "-o", "x.duckdb", "--min-confidence", "0.9")[1]
    assert not Path("x.duckdb").exists()


def test_its_tables_and_views_say_what_they_are(run: Run, folder: Path) -> None:
    run("extract", "reports", "-o", "s.duckdb")
    tables = ask("SELECT table_name, comment FROM duckdb_tables()")
    assert {name for name, comment in tables if comment} == set(database.TABLES)
    views = dict(ask("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal"))
    assert {name for name, comment in views.items() if comment} == set(database.VIEWS)
    for name in database.VIEWS:
        ask(f"SELECT * FROM {name}")
    ((figures, masked),) = ask("SELECT sum(figures), sum(masked) FROM coverage")
    assert (figures, masked) == (6, 1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_run_may_be_killed_at_any_moment() -> None:
    kills = os.environ.get("HREPORT_KILLS", "8")
    done = subprocess.run([sys.executable, ROOT / "tests" / "kills.py", kills], capture_output=True, timeout=1200)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    told = json.loads(done.stdout)
    assert told["problems"] == []
    assert max(told["documents after each"]) > 0  # it did hit runs that had begun to write
