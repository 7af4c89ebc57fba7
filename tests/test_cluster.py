"""A Dask cluster reads what one machine reads: the same rows, whatever dies, goes on or is in the way."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from running import Done, hreport

from hreport import dataset, gather
from hreport.readback import read_table
from hreport.record import EXTRACT
from hreport.remote import Folder, entries
from hreport.sources import is_noise
from hreport.writers import save

distributed = pytest.importorskip("distributed", reason="Dask is not installed: pip install 'hreport[dask]'")
from hreport import cluster  # noqa: E402 - needs Dask to be tested

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by signals")
WORKERS = 2


def report(number: int, times: int = 1) -> str:
    lines = (
        f"全市开放床位{1000 + number}张，婴儿死亡率{number % 9}.{number % 10}‰，比上年下降0.{number % 7}个千分点。\n"
    )
    return f"2023年卫生健康工作总结\n{lines * times}"


def folder_of_reports(folder: Path, count: int, times: int = 1) -> Path:
    """Reports, an archive among them, and one that is no text at all."""
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:03}.txt").write_text(report(number, times), "utf-8")
    with zipfile.ZipFile(folder / "010.zip", "w") as archive:
        for number in (50, 51):
            archive.writestr(f"{number}.txt", report(number))
    (folder / "empty.txt").write_bytes(b"")
    (folder / "README.md").write_text("about the folder", "utf-8")
    return folder


@pytest.fixture(scope="module")
def workers() -> Iterator[Any]:
    """A cluster of worker processes, as somebody else has started it."""
    import dask

    preload = str(Path(__file__).with_name("deadly.py"))
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        distributed.LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, dashboard_address=":0", silence_logs=100, preload=preload
        ) as started,
    ):
        yield started


@pytest.fixture(scope="module")
def threads() -> Iterator[Any]:
    """A cluster in this process: it sees `memory://` as we do."""
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=":0", silence_logs=100
    ) as started:
        yield started


def of_one_machine(*paths: str, options: tuple[str, ...] = ()) -> pa.Table:
    done = hreport("extract", *paths, "-o", "one.parquet", "-q", *options)
    assert done.code in (0, 1), done.said
    return pq.read_table("one.parquet")


def on_cluster(address: Any, *paths: str, into: str = "set", options: tuple[str, ...] = ()) -> Done:
    address = address if isinstance(address, str) else address.scheduler_address
    return hreport("extract", *paths, "--cluster", address, "-o", into, *options)


def rows_of(into: str = "set") -> pa.Table:
    """The rows of the parts that the manifest names: these, and no others, are there; in the order of their names."""
    folder = Folder(into)
    manifest = dataset.manifest_of(folder)
    assert manifest is not None
    assert manifest.finished
    names = [p.name for p in manifest.parts]
    assert names == sorted(names)
    assert folder.names() == [dataset.MANIFEST, *names]
    tables = [pq.read_table(pa.BufferReader(folder.read(name))) for name in names]
    assert [t.num_rows for t in tables] == [p.rows for p in manifest.parts]
    return pa.concat_tables(tables).replace_schema_metadata(None)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# --- the same rows ---------------------------------------------------------------------------------------------------


def test_a_cluster_gives_the_rows_of_one_machine_and_reads_only_what_is_new(workers: Any) -> None:
    folder = folder_of_reports(Path("reports"), 12)
    Path("manifest.csv").write_text("file,area,year\n003.txt,杭州市,2021\nnowhere.txt,杭州市,2021\n", "utf-8")
    options = ("--manifest", "manifest.csv")
    one = of_one_machine("reports", options=options)
    done = on_cluster(workers, "reports", options=(*options, "--issues", "issues.csv"))
    assert (done.code, done.said.splitlines()[-1]) == (1, "14 read, 1 not read: 1 empty")
    assert "nowhere.txt is not among the files" in done.said
    assert "empty.txt" in Path("issues.csv").read_text("utf-8-sig")
    assert one.num_rows > 40
    assert rows_of() == one
    # again: nothing is read
    before = {name: os.stat(f"set/{name}").st_mtime_ns for name in Folder("set").names() if name[0] == "p"}
    done = on_cluster(workers, "reports", options=options)
    assert done.said.splitlines()[-1] == "0 read, 14 unchanged, 1 not read: 1 empty"
    assert "nowhere.txt is not among the files" in done.said
    assert {name: os.stat(f"set/{name}").st_mtime_ns for name in before} == before
    # a changed file, a new one, and one that is gone
    (folder / "004.txt").write_text(report(99), "utf-8")
    (folder / "0045.txt").write_text(report(98), "utf-8")
    (folder / "007.txt").unlink()
    done = on_cluster(workers, "reports", options=options)
    assert done.said.splitlines()[-1] == "2 read, 12 unchanged, 1 not read: 1 empty"
    assert rows_of() == of_one_machine("reports", options=options)


def test_files_of_a_part_that_are_as_they_were_are_taken_over(threads: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "FEWEST_PARTS", 2)  # so that each part has several
    folder = folder_of_reports(Path("reports"), 16)
    on_cluster(threads, "reports")
    assert len(Folder("set").names()) < 12
    (folder / "005.txt").write_text(report(77), "utf-8")
    (folder / "empty.txt").write_text(report(76), "utf-8")
    assert on_cluster(threads, "reports").said == "2 read, 17 unchanged\n"
    assert rows_of() == of_one_machine("reports")
    # what a manifest says of one file is read again for that file, and for archives
    Path("manifest.csv").write_text("file,area\n003.txt,杭州市\n", "utf-8")
    options = ("--manifest", "manifest.csv")
    assert on_cluster(threads, "reports", options=options).said == "3 read, 16 unchanged\n"
    assert rows_of() == of_one_machine("reports", options=options)


def test_a_cluster_of_our_own_is_one_word() -> None:
    folder_of_reports(Path("reports"), 3)
    Path("reports/own.txt").write_text("2023年工作总结\n全市婴儿夭折水平为3.3‰。\n", "utf-8")
    Path("own.toml").write_text('[indicators]\ninfant_mortality = { add_aliases = ["婴儿夭折水平"] }\n', "utf-8")
    options = ("--catalog", "own.toml")
    one = of_one_machine("reports", options=options)
    assert ("reports/own.txt", "infant_mortality") in zip(
        one["file"].to_pylist(), one["indicator_id"].to_pylist(), strict=True
    )
    done = on_cluster("local:2", "reports", options=options)
    assert done.said.splitlines()[-1] == "6 read, 1 not read: 1 empty"
    assert rows_of() == one


# --- addresses -------------------------------------------------------------------------------------------------------


def test_files_at_addresses_are_read_by_the_workers(threads: Any) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    folder_of_reports(Path("reports"), 4)
    memory.put("reports", "/crawl", recursive=True)
    memory.pipe("/crawl/list.csv", "file,area\n001.txt,杭州市\n".encode())
    done = on_cluster(threads, "memory://crawl", into="memory://out/set", options=("-v",))
    assert done.said.splitlines()[-1] == "6 read, 1 not read: 1 empty"
    assert "list.csv: a manifest: give it with --manifest" in done.said
    one = of_one_machine("reports")
    names = [f"memory:///crawl{name.removeprefix('reports')}" for name in one["file"].to_pylist()]
    found = rows_of("memory://out/set")
    assert found.set_column(0, "file", one["file"]) == one
    assert found["file"].to_pylist() == names
    # a comparison reads the set where it is
    there = hreport("compare", "memory://out/set", "--long", "-f", "csv")
    here = hreport("compare", "one.parquet", "--long", "-f", "csv")
    assert [{**r, "file": ""} for r in there.rows] == [{**r, "file": ""} for r in here.rows]
    assert len(here.rows) > 5


def test_files_in_an_archive_are_a_folder_to_fsspec(threads: Any) -> None:
    folder_of_reports(Path("reports"), 4)
    with zipfile.ZipFile("crawl.zip", "w") as archive:
        for path in sorted(Path("reports").iterdir()):
            archive.write(path, path.as_posix())
    address = f"zip://reports::{Path('crawl.zip').resolve().as_uri()}"
    found = entries(address, is_noise)
    assert [e.address.partition("::")[0] for e in found][-1] == "zip://reports/empty.txt"
    assert len(found) == 6
    assert on_cluster(threads, address).said.splitlines()[-1] == "6 read, 1 not read: 1 empty"
    assert rows_of().drop_columns(["file"]) == of_one_machine("reports").drop_columns(["file"])
    with zipfile.ZipFile("crawl.zip", "a") as archive:  # it is looked at anew
        archive.writestr("reports/new.txt", report(80))
    done = on_cluster(threads, address)
    assert done.said.splitlines()[-1] == "1 read, 6 unchanged, 1 not read: 1 empty"


# --- deaths ----------------------------------------------------------------------------------------------------------


def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(workers: Any) -> None:
    folder_of_reports(Path("reports"), 24, times=60)
    killed: list[int] = []

    def kill() -> None:
        """Kill a worker when some parts are there and others are not."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if Path("set").is_dir() and sum(n.endswith(".parquet") for n in os.listdir("set")) >= 3:
                pid = next(iter(workers.workers.values())).pid
                os.kill(pid, signal.SIGKILL)
                manifest = dataset.manifest_of(Folder("set"))
                assert manifest is not None
                assert not manifest.finished
                killed.append(pid)
                return
            time.sleep(0.01)

    killer = threading.Thread(target=kill)
    killer.start()
    done = on_cluster(workers, "reports")
    killer.join()
    assert killed
    assert done.said.splitlines()[-1] == "26 read, 1 not read: 1 empty"
    assert rows_of() == of_one_machine("reports")


def test_a_run_that_was_interrupted_goes_on(workers: Any) -> None:
    folder_of_reports(Path("reports"), 12)
    work = gather.work_of("observations")
    parts = cluster.run(cluster.plan(["reports"], "set", work), workers.scheduler_address)
    some = [next(parts) for _ in range(5)]
    parts.close()  # type: ignore[attr-defined]
    read = sum(done.read for done in some)
    # what is there is no set yet
    done = hreport("compare", "set")
    assert done.code == 1
    assert "set: the data set is not finished: give the same hreport extract again to go on" in done.said
    (Path("set") / ".part-000001-0123456789abcdef.parquet.00000000.part").write_bytes(b"half")
    said = on_cluster(workers, "reports").said.splitlines()[-1]
    assert said.endswith("unchanged, 1 not read: 1 empty")
    anew, unchanged = (int(word.split()[0]) for word in said.split(", ")[:2])
    assert unchanged >= read >= 4
    assert anew + unchanged == 14
    assert rows_of() == of_one_machine("reports")


def test_a_file_that_kills_its_workers_is_an_issue_and_loses_nothing_else(
    workers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import deadly  # noqa: F401 - registers the protocol here

    monkeypatch.setattr(cluster, "FEWEST_PARTS", 1)  # so that good files share a part with it
    Path("reports").mkdir()
    for number in range(5):
        Path(f"reports/{number}.txt").write_text(report(number), "utf-8")
    Path("reports/2-poison.txt").write_text(report(9), "utf-8")
    address = f"deadly://{Path('reports').resolve()}"
    monkeypatch.setattr(cluster, "_cut", lambda files, _: iter([(0, len(files))]))
    done = on_cluster(workers, address)
    assert done.said.splitlines()[-1] == "5 read, 1 not read: 1 crashed"
    assert "2-poison.txt: every worker of the cluster that read it died" in done.said
    Path("reports/2-poison.txt").unlink()
    assert rows_of().drop_columns(["file"]) == of_one_machine("reports").drop_columns(["file"])


def test_a_file_that_takes_too_long_is_an_issue_and_is_tried_again_with_more_time(threads: Any) -> None:
    Path("long.txt").write_text(report(1, times=1500), "utf-8")
    assert on_cluster(threads, "long.txt", options=("--timeout", "0.1")).said.endswith(
        "0 read, 1 not read: 1 timeout\n"
    )
    assert on_cluster(threads, "long.txt", options=("--timeout", "0.1")).said.endswith(
        "0 read, 1 not read: 1 timeout\n"
    )
    assert on_cluster(threads, "long.txt").said == "1 read\n"
    assert rows_of().num_rows > 1500


# --- reading the set -------------------------------------------------------------------------------------------------


@pytest.fixture
def both(samples_page: tuple[Path, list[dict[str, Any]]]) -> None:
    """The samples as a table and as a data set, made without a cluster."""
    _, rows = samples_page
    save(rows, EXTRACT, Path("one.parquet"), "parquet")
    folder, parts = Folder("set"), []
    for number, file in enumerate(sorted({row["file"] for row in rows}), 1):
        own = [row for row in rows if row["file"] == file]
        name = dataset.name_of(f"{number:06}", f"{number:016x}")
        folder.write(name, dataset.packed([dataset.batch(own)], [dataset.Told(file, "", len(own))]))
        parts.append(dataset.Part(name, file, 1, len(own)))
    folder.write(dataset.MANIFEST, dataset.written(dataset.Manifest(("samples",), 1, "0", True, tuple(parts))))


CHOICES = [
    (),
    ("--by", "report"),
    ("--indicator", "婴儿死亡率"),
    ("--indicator", "婴儿死亡率", "--keep-copies"),
    ("--indicator", "beds_total", "--by", "area,year", "--measure", "all", "--status", "all"),
    (
        "--area",
        "绵阳",
        "--year",
        "2020-2023",
        "--indicator",
        "beds_total",
        "--indicator",
        "infant_mortality",
        "--keep-copies",
    ),
]


@pytest.mark.usefixtures("both")
def test_compare_and_check_read_a_set_as_they_read_a_table() -> None:
    assert dataset.rows("set") == read_table(Path("one.parquet"))
    for choice in CHOICES:
        of_set, of_table = (hreport("compare", path, *choice, "--long", "-f", "csv") for path in ("set", "one.parquet"))
        assert of_set == of_table, choice
        assert len(of_set.rows) > 2, choice
    of_set, of_table = (hreport("check", path, "-f", "csv") for path in ("set", "one.parquet"))
    assert of_set == of_table


@pytest.mark.usefixtures("both")
def test_of_a_few_indicators_few_rows_are_read() -> None:
    every = dataset.rows("set")
    few = dataset.rows("set", dataset.Wanted(frozenset({"infant_mortality"}), reports=False))
    named = [row for row in few if row["indicator"] is not None]
    assert {row["indicator_id"] for row in every} > {row["indicator_id"] for row in named} >= {"infant_mortality"}
    assert len(named) < len(every) / 5
    reports = dataset.rows("set", dataset.Wanted(frozenset({"infant_mortality"})))
    assert len(named) < len([row for row in reports if row["indicator"]]) < len(every)


@pytest.mark.usefixtures("both")
def test_a_set_in_a_folder_is_a_table_there_and_duckdb_reads_it() -> None:
    Path("reports").mkdir()
    os.rename("set", "reports/set")
    Path("reports/a.txt").write_text(report(1), "utf-8")
    done = hreport("extract", "reports", "-v", "-f", "csv")
    assert {row["file"] for row in done.rows} == {"reports/a.txt"}
    assert "reports/set: a table, not a report: left out of the folder (name it to compare it)" in done.said
    count = duckdb.sql("SELECT count(*) FROM 'reports/set/*.parquet'").fetchall()
    assert count == [(len(read_table(Path("one.parquet"))),)]


@pytest.mark.usefixtures("both")
def test_a_set_that_is_too_large_or_lacks_a_part_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset, "MOST_ROWS", 500)
    done = hreport("compare", "set")
    assert "figures are more than 500, which can be compared at once: give --indicator, and --keep-copies" in done.said
    assert hreport("compare", "set", "--indicator", "婴儿死亡率", "--keep-copies").code == 0
    os.unlink(f"set/{Folder('set').names()[3]}")
    assert "is missing: give the same hreport extract again" in hreport("compare", "set").said


# --- what cannot be --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--cluster", "local"), "--cluster writes a data set: give -o FOLDER"),
        (("--cluster", "local", "-o", "set", "-f", "csv"), "--cluster writes Parquet"),
        (("--cluster", "local", "-o", "set", "-j", "2"), "--cluster: -j is for one machine: leave it out"),
        (("--cluster", "local", "-o", "set", "--prune"), "--cluster: --prune is for one machine"),
        (("--cluster", "local", "-o", "set", "-"), "standard input is read on one machine"),
        (("--cluster", "local:many", "-o", "set"), "'many' is no number of workers: such as local:4"),
        (("--cluster", "local", "-o", "a.txt"), "a.txt is a file: a data set is a folder"),
        (("--cluster", "local", "-o", "full"), "full holds other files: give a new or empty folder"),
        (("--cluster", "local", "-o", "old"), "old holds the figures of other paths (elsewhere): give another folder"),
        (("--cluster", "local", "-o", "nosuch://set"), "nosuch://set: no such address (Protocol not known: nosuch)"),
        (("--cluster", "tcp://127.0.0.1:9", "-o", "set"), "tcp://127.0.0.1:9: no Dask scheduler answers"),
        (("--cluster", "so what", "-o", "set"), "so what: no Dask scheduler answers"),
    ],
)
def test_misuse_is_one_line(options: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT", 1)
    Path("a.txt").write_text(report(1), "utf-8")
    Path("full").mkdir()
    Path("full/other").touch()
    Folder("old").write(dataset.MANIFEST, dataset.written(dataset.Manifest(("elsewhere",), 1, "0")))
    done = hreport("extract", "a.txt", *options)
    assert done.code == 2
    assert said in done.said
    assert len(done.said.splitlines()) == 1


def test_an_address_that_leads_nowhere_is_an_issue(threads: Any) -> None:
    Path("a.txt").write_text(report(1), "utf-8")
    done = on_cluster(threads, "a.txt", "memory://nowhere", "nosuch://b", "missing.txt")
    assert done.said.splitlines()[-1] == "1 read, 3 not read: 3 not found"
    assert "memory://nowhere: no file there: check the address" in done.said
    assert hreport("extract", "memory://nowhere").said.startswith(
        "hreport: memory://nowhere: no data set of hreport is there: reports at an address are read with extract --clus"
    )


def test_workers_must_run_the_same_program(workers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.txt").write_text(report(1), "utf-8")
    monkeypatch.setattr(cluster, "_engine", lambda: "another")
    done = on_cluster(workers, "a.txt")
    assert done.code == 2
    assert "with other code, data or libraries than this machine" in done.said


def test_without_dask_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    Path("a.txt").write_text(report(1), "utf-8")
    done = on_cluster("local", "a.txt")
    assert (done.code, done.said) == (
        2,
        "hreport: --cluster needs Dask, which is not installed: pip install 'hreport[dask]'\n",
    )


# --- parts -----------------------------------------------------------------------------------------------------------


def test_cuts_stay_where_they_are_when_files_come_and_go() -> None:
    def cut(names: list[str], per_part: int = 16) -> set[tuple[str, ...]]:
        files = [cluster.File(name, name, 1000, "") for name in names]
        spans = list(cluster._cut(files, per_part))
        assert [start for start, _ in spans] == [0, *(end for _, end in spans[:-1])]
        assert all(end - start <= 2 * per_part for start, end in spans)
        return {tuple(names[start:end]) for start, end in spans}

    names = [f"reports/{number:05}.txt" for number in range(2000)]
    before = cut(names)
    after = cut([*names[:700], "reports/00699a.txt", *names[700:]])
    assert 60 < len(before) < 250
    assert len(after - before) <= 4
    large = [cluster.File(name, name, cluster.MOST_BYTES // 2, "") for name in names[:9]]
    assert all(end - start <= 2 for start, end in cluster._cut(large, 128))


def test_labels_stand_between_those_that_are_there() -> None:
    known: list[str | None] = ["000001", None, "00000105", *[None] * 200, "000002", None]
    made = dataset.labels(known)
    names = [dataset.name_of(label, "0" * 16) for label in made]
    assert names == sorted(names)
    assert len(set(made)) == len(made)
    assert all(old in (None, new) for old, new in zip(known, made, strict=True))


def test_a_part_is_the_same_file_whoever_makes_it_and_when() -> None:
    row = {c.name: None for c in EXTRACT} | {"file": "a.txt", "report": 1, "masked": False}
    told = dataset.Told("a.txt", "key", 1, 1, (("a.txt", "00"),))
    once, again = (dataset.packed([dataset.batch([row])], [told]) for _ in range(2))
    assert once == again
    assert dataset.Earlier(once).told == {"a.txt": told}


def test_one_machine_waits_for_no_library_of_clusters() -> None:
    import subprocess

    code = "import sys, hreport.cli, hreport.gather, hreport.store, hreport.cli.extract;"
    code += "print([m for m in ('dask', 'distributed', 'fsspec') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
