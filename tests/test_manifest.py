"""What an analyst says of files and their reports: that it reaches every row, and tables that were written before."""

from __future__ import annotations

import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import Run, hreport

REPORT = (
    "杭州市2024年卫生健康工作总结\n\n一、工作情况\n全市住院分娩率达到99.8%,去年床位数达到x.x万张。"
    "全省婴儿死亡率为2.1‰,到2026年签约率达到80%。\n"
)
TWO = (
    "【第一篇】2023年卫生工作总结\n\n全市住院分娩率达到99.5%,床位数达到x.x万张。各项工作都取得了新的成绩,群众满意。\n\n"
    "【第二篇】2023年卫生工作总结\n\n全市住院分娩率达到98.5%,床位数达到xx万张。各项工作都取得了新的成绩,群众满意。\n"
)
SOURCE = {"url": "https://example.org/1.html", "publisher": "市卫生健康委", "published": "2025-01-20"}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs the program in a folder with a report and a file of two."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in/hz.txt").write_text(REPORT, encoding="utf-8")
    (tmp_path / "in/two.txt").write_text(TWO, encoding="utf-8")
    yield hreport
    logging.disable(logging.NOTSET)


def manifest(*lines: str) -> None:
    """m.csv with these lines."""
    head = "file,report,area,year,title,url,publisher,published"
    Path("m.csv").write_text("\n".join((head, *lines, "")), encoding="utf-8")


CITED = ",".join(SOURCE.values())


@pytest.mark.parametrize("command", [("extract",), ("masks",), ("compare", "--long", "--status", "all")])
def test_one_report_of_several_can_be_cited(run: Run, command: tuple[str, ...]) -> None:
    manifest(f"two.txt,2,某市,2021,第二篇总结,{CITED}")
    rows = run(*command, "in", "--manifest", "m.csv").rows
    named = [r for r in rows if (r["file"], r["report"]) == ("in/two.txt", "2")]
    assert named
    for row in rows:
        assert {n: row[n] for n in SOURCE} == (SOURCE if row in named else dict.fromkeys(SOURCE, ""))
        assert (row["title"] == "第二篇总结") == (row in named)
    if command[0] == "extract":
        assert {(r["area_name"], r["area_id"], r["year"]) for r in named} == {("某市", "", "2021")}


def test_the_evidence_of_a_comparison_cites(run: Run) -> None:
    manifest(f"hz.txt,,,,,{CITED}")
    rows = run("compare", "in/hz.txt", "--manifest", "m.csv", "--evidence").rows
    (own,) = [n for n in rows[0] if n.startswith("杭州市")]
    sources = [r[own] for r in rows if r["line"] == "source" and r[own]]
    assert sources
    assert all(s.endswith("(市卫生健康委, 2025-01-20, https://example.org/1.html)") for s in sources)
    screen = run("compare", "in/hz.txt", "--manifest", "m.csv", "--evidence", "-f", "table").out
    assert "example.org" in screen
    assert "published" not in run("compare", "in/hz.txt", "--evidence", "-f", "table").out


@pytest.mark.parametrize("table", ["e.csv", "e.jsonl", "e.parquet", "e.duckdb"])
@pytest.mark.parametrize(
    "line",
    [
        f"in/hz.txt,,宁波市,2023,,{CITED}",
        "hz.txt,,未来市,,,,,",
        "hz.txt,,,2025,,,,",
        "two.txt,2,浙江省杭州市,,,,,",
        f"two.txt,1,,2021,别的标题,{CITED}",
    ],
)
def test_a_table_takes_a_manifest_as_its_reports_do(run: Run, table: str, line: str) -> None:
    run("extract", "in", "-o", table)
    manifest(line)
    options = ("--manifest", "m.csv", "--long", "--status", "all", "--measure", "all")
    reports, later = run("compare", "in", *options), run("compare", table, *options)
    assert later.out == reports.out != run("compare", table, *options[2:]).out
    assert later.said == "1 read\n"


def test_what_a_table_cannot_tell_is_said(run: Run) -> None:
    run("extract", "in", "-o", "e.csv")
    manifest("hz.txt,,,2026,,,,", "two.txt,3,,2021,,,,", "two.txt,1,,,2020年义乌市工作总结,,,", "none.txt,,,2020,,,,")
    done = run("compare", "e.csv", "--manifest", "m.csv")
    assert done.said.splitlines() == [
        "hreport: e.csv: in/hz.txt: its year is another now, so 1 figures of 2026 may have another status: give the"
        " report itself to have them read again (m.csv line 2)",
        "hreport: e.csv: in/two.txt: it has no figures of report 3 (m.csv line 3)",
        "hreport: e.csv: in/two.txt: its title names a year or a place: give them as year and area, too (m.csv line 4)",
        "hreport: m.csv: line 5: none.txt is not among the files: check its name",
        "1 read",
    ]


def test_what_was_corrected_stands_before_the_manifest(run: Run) -> None:
    rows = run("extract", "in/hz.txt").rows
    where = ",".join(next(r for r in rows if r["text"] == "99.8%")[n] for n in ("file_hash", "start", "end"))
    Path("c.csv").write_text(
        f"file_hash,start,end,field,value\n{where},area,330200\n{where},year,2019\n", encoding="utf-8"
    )
    manifest("hz.txt,,某市,2022,,,,")
    run("extract", "in/hz.txt", "-o", "e.csv", "--corrections", "c.csv")
    for done in (
        run("compare", "in/hz.txt", "--manifest", "m.csv", "--corrections", "c.csv", "--long"),
        run("compare", "e.csv", "--manifest", "m.csv", "--long"),
    ):
        (row,) = [r for r in done.rows if r["numeral"] == "99.8"]
        assert (row["area"], row["year"]) == ("宁波市", "2019")


def test_members_of_an_archive_are_files_too(run: Run) -> None:
    with zipfile.ZipFile("a.zip", "w") as archive:
        archive.write("in/hz.txt", "hz.txt")
    manifest("a.zip/hz.txt,,,2020,,,,", "hz.txt,,,2021,,,,", "none.txt,,,2020,,,,")
    done = run("extract", "a.zip", "--manifest", "m.csv")
    assert done.said == "hreport: m.csv: line 4: none.txt is not among the files: check its name\n1 read\n"
    assert "2020" in {r["year"] for r in done.rows}
    store = run("extract", "a.zip", "-o", "s.duckdb", "--manifest", "m.csv")
    assert store.said == done.said
    again = run("extract", "a.zip", "-o", "s.duckdb", "--manifest", "m.csv")
    assert again.said.splitlines() == [done.said.splitlines()[0], "0 read, 1 unchanged"]


@pytest.mark.parametrize(
    ("given", "words", "name", "code"),
    [
        ("未来市", "全市", "未来市", ""),
        ("杭州", "全市", "杭州市", "330100"),
        ("浙江省杭州市", "全市", "杭州市", "330100"),
        ("全国", "", "全国", "100000"),
        ("朝阳区", "全区", "朝阳区", ""),
        ("杭州市未来县", "全县", "杭州市未来县", ""),  # not the code of the city that it lies in
        ("杭州市未来县", "全市", "", ""),  # the city, which nothing says
        ("北方示范新城", "全市", "北方示范新城", ""),
    ],
)
def test_the_place_that_is_given(run: Run, given: str, words: str, name: str, code: str) -> None:
    Path("in/hz.txt").write_text(f"2024年卫生工作总结\n\n{words}住院分娩率达到99.8%。\n", encoding="utf-8")
    manifest(f"hz.txt,,{given},,,,,")
    for path in ("in/hz.txt", "e.jsonl"):
        rows = run("compare", path, "--manifest", "m.csv", "--long").rows
        own = (name, code) if name else ("? (hz.txt#1)", "")
        assert [(r["area"], r["area_id"]) for r in rows] == [own]
        run("extract", "in/hz.txt", "-o", "e.jsonl")
