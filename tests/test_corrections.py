"""Figures that an analyst puts right: from a row of extract to a line of corrections, and back into every table."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running import Run, hreport
from texts import LEXICON

from hreport.corrections import FIELDS, CorrectionsError, correct, read_corrections
from hreport.record import EXTRACT, Row

REPORT = (
    "杭州市2024年卫生健康工作总结\n\n一、工作情况\n全市住院分娩率达到99.8%,婴儿死亡率为2.1‰,比上年下降0.3个千分点。"
    "全市医疗卫生机构床位数达到x.x万张,财政投入卫生事业经费5.19亿元,总人口27万。覆盖率为254%。\n"
)
OTHER = "宁波市2024年卫生健康工作总结\n\n一、工作情况\n全市住院分娩率达到99.5%,医疗卫生机构床位数达到4.3万张。\n"
HEAD = "file_hash,start,end,field,value\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs the program in a folder with two reports."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in/hz.txt").write_text(REPORT, encoding="utf-8")
    (tmp_path / "in/nb.txt").write_text(OTHER, encoding="utf-8")
    yield hreport
    logging.disable(logging.NOTSET)


def place(rows: list[dict[str, str]], text: str) -> str:
    """The first three cells of a correction, as they stand in the row of a figure."""
    (row,) = [r for r in rows if r["text"] == text]
    return f"{row['file_hash']},{row['start']},{row['end']}"


def written(rows: list[dict[str, str]], *lines: str, encoding: str = "utf-8", head: str = HEAD) -> None:
    """c.csv, with lines of a figure's text and what to correct in it."""
    made = [f"{place(rows, text)},{rest}" for text, _, rest in (line.partition(",") for line in lines)]
    Path("c.csv").write_bytes((head + "\n".join(made) + "\n").encode(encoding))


def differing(before: list[dict[str, str]], after: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    """The cells that changed, by the text of their row."""
    assert [(r["file"], r["start"], r["end"], r["text"]) for r in before] == [
        (r["file"], r["start"], r["end"], r["text"]) for r in after
    ]
    changed = {
        old["text"]: {n: new[n] for n in old if old[n] != new[n]} for old, new in zip(before, after, strict=True)
    }
    return {text: cells for text, cells in changed.items() if cells}


# --- as an analyst does it --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_figure_put_right_stays_right_and_is_marked(run: Run, encoding: str) -> None:
    run("extract", "in", "-o", "e.csv")
    rows = list(csv.DictReader(io.StringIO(Path("e.csv").read_text("utf-8-sig"))))
    written(rows, "x.x万张,value,7.85万张", "254%,value,25.4%", encoding=encoding)
    after = run("extract", "in", "--corrections", "c.csv")
    assert (after.code, after.said) == (0, "2 read\n")
    assert differing(run("extract", "in").rows, after.rows) == {
        "x.x万张": {"value": "78500", "obs_value": "78500", "masked": "false", "corrected": "value"},
        "254%": {"value": "25.4", "obs_value": "25.4", "corrected": "value"},
    }
    # What was read stays to be seen.
    (beds,) = [r for r in after.rows if r["text"] == "x.x万张"]
    assert (beds["numeral"], "x.x万张" in beds["sentence"], beds["confidence"]) == ("x.x", True, beds["confidence"])
    table = run("compare", "in", "--corrections", "c.csv", "--headers", "zh").rows
    (shown,) = [r for r in table if "床位" in r["指标"]]
    assert (shown["杭州市"], shown["宁波市"], shown["可用地区数"]) == ("78500 ✎", "43000", "2")
    assert "✎" in run("compare", "in", "--corrections", "c.csv", "-f", "md").out.rpartition("|")[2]
    long = run("compare", "in", "--corrections", "c.csv", "--long").rows
    (beds,) = [r for r in long if r["numeral"] == "x.x"]
    assert (beds["doubt"], beds["corrected"], beds["masked"], beds["obs_value"]) == (
        "corrected", "value", "false", "78500",
    )  # fmt: skip


def test_a_corrected_figure_is_compared_as_any_sound_one(run: Run) -> None:
    written(run("extract", "in").rows, "x.x万张,value,7.85万张")
    ranked = run("compare", "in", "--corrections", "c.csv", "--long", "--indicator", "beds_total").rows
    assert sorted(r["rank"] for r in ranked) == ["1", "2"]


def test_without_corrections_nothing_is_marked(run: Run) -> None:
    assert "✎" not in run("compare", "in", "-f", "md").out
    assert {r["corrected"] for r in run("extract", "in").rows} == {""}


@pytest.mark.parametrize("table", ["e.csv", "e.jsonl", "e.parquet", "e.duckdb"])
def test_tables_that_were_written_before_are_corrected_too(run: Run, table: str) -> None:
    written(run("extract", "in").rows, "x.x万张,value,7.85万张", "254%,drop,true", "99.8%,year,2023")
    reports = run("compare", "in", "--corrections", "c.csv", "--long")
    run("extract", "in", "-o", table)
    later = run("compare", table, "--corrections", "c.csv", "--long")
    assert later.out == reports.out
    assert later.said == "1 read\n"
    # ... and one that was written with them is not changed by them again.
    Path(table).unlink()
    run("extract", "in", "-o", table, "--corrections", "c.csv")
    for options in ((), ("--corrections", "c.csv")):
        again = run("compare", table, *options, "--long")
        assert (again.out, again.said) == (reports.out, "1 read\n")


def test_worker_processes_correct_as_well(run: Run) -> None:
    written(run("extract", "in").rows, "x.x万张,value,7.85万张", "254%,drop,true")
    alone = run("extract", "in", "--corrections", "c.csv")
    assert run("extract", "in", "--corrections", "c.csv", "-j", "1").out == alone.out


# --- fields -----------------------------------------------------------------------------------------------------------

FIELD_CASES = [
    # text of the figure, correction, what becomes of the row
    ("5.19亿元", "value,5.91亿元", {"value": "591000000", "obs_value": "591000000", "corrected": "value"}),
    ("5.19亿元", "value,591000000", {"value": "591000000", "obs_value": "591000000", "corrected": "value"}),
    ("5.19亿元", "value,约６亿元", {"value": "600000000", "obs_value": "600000000", "bound": "approx",
     "corrected": "value"}),
    ("5.19亿元", "value,59100 万元", {"value": "591000000", "obs_value": "591000000", "corrected": "value"}),
    ("5.19亿元", "unit,亿美元", {"unit": "亿美元", "base_unit": "美元", "corrected": "unit"}),
    ("99.8%", "value,-0.5", {"value": "-0.5", "obs_value": "-0.5", "corrected": "value"}),
    ("99.8%", "value,百分之九十五", {"value": "95", "obs_value": "95", "corrected": "value"}),
    ("99.8%", "value,98~99%", {"value": "98", "value_max": "99", "obs_value": "98", "bound": "range",
     "corrected": "value"}),
    ("99.8%", "value_max,100%", {"value_max": "100", "bound": "range", "corrected": "value_max"}),
    ("99.8%", "unit,‰", {"unit": "‰", "base_unit": "‰", "corrected": "unit"}),
    ("99.8%", "unit,万人", {"value": "998000", "obs_value": "998000", "unit": "万人", "base_unit": "人",
     "corrected": "unit"}),
    ("99.8%", "value,3.5‰", {"value": "3.5", "obs_value": "3.5", "unit": "‰", "base_unit": "‰",
     "corrected": "unit value"}),
    ("27万", "unit,万户", {"unit": "万户", "base_unit": "户", "corrected": "unit"}),
    ("27万", "value,28万", {"value": "280000", "obs_value": "280000", "corrected": "value"}),
    ("99.8%", "bound,min", {"bound": "min", "corrected": "bound"}),
    ("99.8%", "masked,true", {"value": "", "obs_value": "", "masked": "true", "corrected": "masked"}),
    ("99.8%", "measure,change_rate", {"measure": "change_rate", "corrected": "measure"}),
    ("99.8%", "direction,up", {"direction": "up", "corrected": "direction"}),
    ("0.3个千分点", "direction,none", {"direction": "", "corrected": "direction"}),
    ("0.3个千分点", "basis,none", {"basis": "", "corrected": "basis"}),
    ("99.8%", "status,target", {"status": "target", "corrected": "status"}),
    ("99.8%", "year,2020", {"year": "2020", "corrected": "year"}),
    ("99.8%", "year,none", {"year": "", "corrected": "year"}),
    ("99.8%", "period,2021年上半年", {"period": "2021年上半年", "year": "2021", "corrected": "period year"}),
    ("99.8%", "period,十三五期间", {"period": "十三五期间", "corrected": "period"}),
    ("99.8%", "area,330200", {"area_name": "宁波市", "area_id": "330200", "corrected": "area"}),
    ("99.8%", "area,浙江省宁波市", {"area_name": "宁波市", "area_id": "330200", "corrected": "area"}),
    ("99.8%", "area,杭州市某县", {"area_name": "杭州市某县", "area_id": "", "corrected": "area"}),
    ("99.8%", "area,全国", {"area_name": "全国", "area_id": "100000", "corrected": "area"}),
    ("99.8%", "indicator,甲状腺随访率", {"indicator": "甲状腺随访率", "indicator_id": "",
     "corrected": "indicator indicator_id"}),
    ("99.8%", "indicator_id,none", {"indicator_id": "", "corrected": "indicator_id"}),
    ("99.8%", "年份,2020", {"year": "2020", "corrected": "year"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "correction", "becomes"), FIELD_CASES, ids=[f"{t} {c}" for t, c, _ in FIELD_CASES])
def test_what_a_correction_changes(run: Run, text: str, correction: str, becomes: dict[str, str]) -> None:
    before = run("extract", "in").rows
    written(before, f"{text},{correction}")
    after = run("extract", "in", "--corrections", "c.csv")
    assert after.said == "2 read\n"
    assert differing(before, after.rows) == {text: becomes}


def test_the_year_that_is_named_stands_before_the_year_of_the_period(run: Run) -> None:
    before = run("extract", "in").rows
    written(before, "99.8%,year,2019", "99.8%,period,2021年")
    after = run("extract", "in", "--corrections", "c.csv").rows
    assert differing(before, after)["99.8%"] == {"period": "2021年", "year": "2019", "corrected": "period year"}


def test_an_indicator_of_ones_own(run: Run) -> None:
    Path("own.toml").write_text('[indicators]\nown_rate = { name = "甲状腺随访率", en = "x", group = "service",'
                                ' unit = "%", kind = "rate" }\n', encoding="utf-8")  # fmt: skip
    written(run("extract", "in").rows, "99.8%,indicator_id,own_rate")
    assert run("extract", "in", "--corrections", "c.csv").code == 2
    table = run("compare", "in", "--corrections", "c.csv", "--catalog", "own.toml").rows
    assert [r["杭州市"] for r in table if r["indicator_id"] == "own_rate"] == ["99.8 ✎"]


def test_what_is_no_figure_is_left_out_and_said_to_whom_asks(run: Run) -> None:
    before = run("extract", "in").rows
    written(before, "254%,drop,true")
    after = run("extract", "in", "--corrections", "c.csv", "--issues", "i.csv")
    assert [r["text"] for r in before if r not in after.rows] == ["254%"]
    assert after.said == "2 read\n"
    (issue,) = csv.DictReader(io.StringIO(Path("i.csv").read_text("utf-8-sig")))
    assert (issue["file"], issue["code"], issue["fatal"]) == ("in/hz.txt", "dropped", "false")
    assert "254% is left out" in issue["message"]


def test_the_kind_of_a_mask(run: Run) -> None:
    Path("in/hz.txt").write_text("杭州市2024年工作总结\n全市床位x.x万张。", encoding="utf-8")
    written(run("masks", "in").rows, "x.x,kind,other")
    after = run("masks", "in", "--corrections", "c.csv")
    assert [(r["kind"], r["corrected"]) for r in after.rows] == [("other", "kind")]
    assert run("extract", "in", "--corrections", "c.csv").said == "2 read\n"


# --- what cannot be ---------------------------------------------------------------------------------------------------

HASH = "0123456789abcdef"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file_hash,start,end,field\n", "no column value"),
        ("file_hash,start,end,field,value,what\n", "unknown column what"),
        (f"{HEAD}0123456,1,2,year,2020\n", "line 2: file_hash: '0123456' is not 8 to 64 hex digits"),
        (f"{HEAD}1.23457E+15,1,2,year,2020\n", "line 2: file_hash"),
        (f"{HEAD}\n{HASH},1,x,year,2020\n", "line 3: end: 'x' is not a whole number"),
        (f"{HEAD}{HASH},2,2,year,2020\n", "line 2: end: 2 is not behind start 2"),
        (f"{HEAD}{HASH},1,2,yaer,2020\n", "line 2: field: 'yaer' is not known. Did you mean year?"),
        (f"{HEAD}{HASH},1,2,year,\n", "line 2: value: nothing is given for year; none empties it"),
        (f"{HEAD}{HASH},1,2,year,201*\n", "line 2: year: '201*' is not a year"),
        (f"{HEAD}{HASH},1,2,value,many\n", "line 2: value: 'many' is no number"),
        (f"{HEAD}{HASH},1,2,value,xx.x%\n", "line 2: value: 'xx.x%' is a mask"),
        (f"{HEAD}{HASH},1,2,unit,亿吨米\n", "line 2: unit: '亿吨米' is no unit"),
        (f"{HEAD}{HASH},1,2,status,planned\n", "line 2: status: 'planned' is not known; known: actual, target"),
        (f"{HEAD}{HASH},1,2,masked,maybe\n", "line 2: masked: 'maybe' is not true or false"),
        (f"{HEAD}{HASH},1,2,drop,false\n", "line 2: drop: 'false' is not true"),
        (f"{HEAD}{HASH},1,2,indicator_id,infant_mortalty\n", "did you mean infant_mortality"),
        (f"{HEAD}{HASH},1,2,area,999999\n", "line 2: area: '999999' is no code"),
        (f"{HEAD}{HASH},1,2,year,2020\n{HASH}ff,1,2,year,2021\n", "line 3: contradicts line 2"),
        (f"{HEAD}{HASH},1,2,value,5\n{HASH},1,2,masked,true\n", "line 3: contradicts line 2"),
        (f"{HEAD}{HASH},1,2,unit,人\n{HASH},1,2,value,5万元\n", "line 3: contradicts line 2"),
    ],
)  # fmt: skip
def test_a_mistake_is_misuse_with_its_line(run: Run, text: str, said: str) -> None:
    Path("c.csv").write_text(text, encoding="utf-8")
    done = run("extract", "in", "--corrections", "c.csv", "-o", "out.csv")
    assert done.code == 2
    assert f"hreport: c.csv: {said}" in done.said or (said in done.said and said.startswith("did")), done.said
    assert not Path("out.csv").exists()


def test_the_same_line_twice_is_no_contradiction(run: Run) -> None:
    written(run("extract", "in").rows, "99.8%,year,2020", "99.8%,year,2020")
    assert run("extract", "in", "--corrections", "c.csv").said == "2 read\n"


@pytest.mark.parametrize(
    ("text", "correction", "said"),
    [
        ("5.19亿元", "value,5.91", "value '5.91': write 5.91亿元 or 5.91元: its unit is not said"),
        ("0.3个千分点", "value,-0.4", "a fall is a positive number with the direction down"),
        ("27万", "unit,户", "27万 is written with 万: name the unit with it"),
        ("99.8%", "value_max,99%", "it is not the upper end of a range"),
        ("99.8%", "bound,range", "a range, and nothing else, has a value_max"),
        ("x.x万张", "masked,false", "a figure that is not masked has a value"),
    ],
)
def test_what_does_not_fit_its_figure_is_said_and_changes_nothing(
    run: Run, text: str, correction: str, said: str
) -> None:
    before = run("extract", "in").rows
    written(before, f"{text},{correction}")
    after = run("extract", "in", "--corrections", "c.csv")
    assert (after.code, after.rows) == (0, before)
    assert said in after.said
    assert "c.csv line 2" in after.said


def test_a_number_that_the_mask_does_not_allow_is_said(run: Run) -> None:
    written(run("extract", "in").rows, "x.x万张,value,78.5万张")
    assert "'78.5万张' is not what x.x万张 allows" in run("extract", "in", "--corrections", "c.csv").said


def test_corrections_that_meet_no_figure(run: Run) -> None:
    rows = run("extract", "in").rows
    file_hash = rows[0]["file_hash"]
    changed = "ffffffffffffffff"
    Path("c.csv").write_text(
        f"file,{HEAD}"
        f"in/hz.txt,{file_hash},1,2,year,2020\n"  # no figure there
        f"somewhere/hz.txt,{changed},37,42,year,2020\n"  # a document that is not among these
        f"hz.txt,{changed},37,42,year,2020\n",  # this one, before it changed
        encoding="utf-8",
    )
    done = run("extract", "in", "--corrections", "c.csv", "--issues", "i.csv")
    assert (done.code, done.rows) == (0, rows)
    assert done.said.splitlines() == [
        "hreport: in/hz.txt: 1-2: nothing that was found begins and ends there: copy start and end from extract"
        " (c.csv line 2)",
        f"hreport: c.csv: line 4: in/hz.txt has changed since (its file_hash is now {file_hash}): look at the figure"
        " again",
        "2 read",
    ]
    codes = [r["code"] for r in csv.DictReader(io.StringIO(Path("i.csv").read_text("utf-8-sig")))]
    assert sorted(codes) == ["correction", "correction", "correction_elsewhere"]
    assert "line 3: its document is not among" in run("extract", "in", "--corrections", "c.csv", "-v").said


def test_words_beside_a_correction_are_checked(run: Run) -> None:
    rows = run("extract", "in").rows
    where = place(rows, "99.8%")
    Path("c.csv").write_text(f"text,note,{HEAD}99.9%,why,{where},year,2020\n", encoding="utf-8")
    done = run("extract", "in", "--corrections", "c.csv")
    assert done.rows == rows
    assert "there stands 99.8%, not 99.9%" in done.said
    Path("c.csv").write_text(f"text,note,{HEAD}99.8%,why,{where},year,2020\n", encoding="utf-8")
    assert run("extract", "in", "--corrections", "c.csv").rows != rows


def test_a_hash_may_be_whole_or_short(run: Run) -> None:
    rows = run("extract", "in").rows
    full = hashlib.sha256(REPORT.encode()).hexdigest()
    assert full.startswith(rows[0]["file_hash"])
    for digits in (full, full[:8], full[:30].upper()):
        written(rows, "99.8%,year,2020")
        Path("c.csv").write_text(Path("c.csv").read_text("utf-8").replace(rows[0]["file_hash"], digits))
        done = run("extract", "in", "--corrections", "c.csv")
        assert (done.said, [r["year"] for r in done.rows if r["corrected"]]) == ("2 read\n", ["2020"])


def test_a_table_without_hashes_says_so(run: Run) -> None:
    run("extract", "in", "-o", "e.jsonl")
    rows = [json.loads(line) for line in Path("e.jsonl").read_text("utf-8").splitlines()]
    written([{n: str(v) for n, v in r.items()} for r in rows], "99.8%,year,2020")
    old = [{n: v for n, v in r.items() if n not in ("file_hash", "corrected")} for r in rows]
    Path("e.jsonl").write_text("\n".join(map(json.dumps, old)), encoding="utf-8")
    assert (
        f"rows without file_hash ({len(rows)}) cannot be corrected"
        in run("compare", "e.jsonl", "--corrections", "c.csv").said
    )


@pytest.mark.parametrize("command", ["extract", "masks", "compare"])
def test_corrections_beside_the_reports_are_no_report(run: Run, command: str) -> None:
    written(run("extract", "in").rows, "99.8%,year,2020")
    Path("c.csv").rename("in/c.csv")
    assert "in/c.csv: corrections: give them with --corrections" in run(command, "in", "-v").said
    assert run(command, "in", "--corrections", "in/c.csv").said == "2 read\n"


def test_a_corrected_figure_is_kept_whatever_the_program_thinks_of_it(run: Run) -> None:
    rows = run("extract", "in").rows
    least = min(rows, key=lambda r: float(r["confidence"]))
    written(rows, f"{least['text']},year,2020")
    kept = run("extract", "in", "--corrections", "c.csv", "--min-confidence", "1").rows
    assert [r["text"] for r in kept] == [least["text"]]


# --- the store --------------------------------------------------------------------------------------------------------


def test_a_store_reads_again_only_what_was_put_right(run: Run) -> None:
    written(run("extract", "in").rows, "x.x万张,value,7.85万张")
    assert run("extract", "in", "-o", "s.duckdb").said == "2 read\n"
    assert run("extract", "in", "-o", "s.duckdb", "--corrections", "c.csv").said == "1 read, 1 unchanged\n"
    assert run("masks", "in", "-o", "s.duckdb", "--corrections", "c.csv").said == "0 read, 2 unchanged\n"
    table = run("compare", "s.duckdb").rows
    assert "78500 ✎" in {r["杭州市"] for r in table}
    written(run("extract", "in").rows, "x.x万张,value,7.95万张")
    assert run("extract", "in", "-o", "s.duckdb", "--corrections", "c.csv").said == "1 read, 1 unchanged\n"
    assert "79500 ✎" in {r["杭州市"] for r in run("compare", "s.duckdb").rows}
    # A correction that is no longer given no longer holds.
    assert run("extract", "in", "-o", "s.duckdb").said == "1 read, 1 unchanged\n"
    assert run("compare", "s.duckdb").out == run("compare", "in").out


def test_a_store_says_what_meets_no_figure_though_nothing_is_read(run: Run) -> None:
    written(run("extract", "in").rows, "99.8%,year,2020", head=HEAD)
    Path("c.csv").write_text(f"file,{HEAD}hz.txt,ffffffffffffffff,37,42,year,2020\n", encoding="utf-8")
    for count in ("2 read", "0 read, 2 unchanged"):
        said = run("extract", "in", "-o", "s.duckdb", "--corrections", "c.csv").said.splitlines()
        assert ["in/hz.txt has changed since" in line for line in said] == [True, False]
        assert said[1] == count


# --- rows -------------------------------------------------------------------------------------------------------------

VALUES = {
    "drop": ["true"], "unit": ["亿元", "%", "万人"], "value": ["5", "1.73亿元", "95.3%", "1~2所", "-3%", "300000000"],
    "value_max": ["7", "9亿元", "100%"], "bound": ["exact", "min", "range"], "masked": ["true", "false"],
    "measure": ["level", "change"], "direction": ["up", "none"], "basis": ["yoy"], "real": ["true"],
    "status": ["target"], "period": ["2021年", "上半年", "none"], "year": ["2020", "none"], "area": ["330200", "某市"],
    "indicator": ["婴儿死亡率", "没有的率"], "indicator_id": ["infant_mortality"], "kind": ["other"],
}  # fmt: skip


def test_every_field_is_tried() -> None:
    assert VALUES.keys() == FIELDS.keys()


def row(start: int, **changes: Any) -> Row:
    values: Row = {c.name: None for c in EXTRACT} | {
        "file": "a.txt", "report": 1, "start": start, "end": start + 5, "text": "95.3%", "numeral": "95.3",
        "value": 95.3, "obs_value": 95.3, "unit": "%", "base_unit": "%", "masked": False, "bound": "exact",
        "indicator": "覆盖率", "measure": "level", "real": False, "status": "actual", "file_hash": HASH,
    }  # fmt: skip
    return values | changes


ROWS = [
    row(0),
    row(10, text="5.19亿元", value=519_000_000, obs_value=519_000_000, unit="亿元", base_unit="元"),
    row(20, text="xx%", numeral="xx", value=None, obs_value=None, masked=True),
    row(30, text="1~2所", value=1, value_max=2, obs_value=1, bound="range", unit="所", base_unit="所"),
    row(40, text="20230%", value=20230, obs_value=100, damage="year_scrub", repaired=100),
    row(0, file="b.txt", file_hash="fedcba9876543210"),
]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    which=st.integers(0, len(ROWS) - 2),
    lines=st.dictionaries(st.sampled_from(sorted(VALUES)), st.integers(0, 5), min_size=1, max_size=4),
)
def test_corrections_change_their_own_row_only_and_once(which: int, lines: dict[str, int], tmp_path: Path) -> None:
    before = ROWS[which]
    text = "".join(
        f"{HASH},{before['start']},{before['end']},{name},{VALUES[name][k % len(VALUES[name])]}\n"
        for name, k in lines.items()
    )
    path = tmp_path / "c.csv"
    path.write_text(HEAD + text, encoding="utf-8")
    try:
        corrections = read_corrections(path, LEXICON)
    except CorrectionsError:
        assert {"value", "unit"} <= lines.keys() or {"value", "masked"} <= lines.keys() or "value_max" in lines
        return
    after, _ = correct(ROWS, corrections, LEXICON, "t.csv", None, ("quantity",))
    rest = ROWS[:which] + ROWS[which + 1 :]
    assert [r for r in after if (r["file"], r["start"]) != (before["file"], before["start"])] == rest
    if "drop" in lines:
        assert len(after) == len(rest)
        return
    new = after[which]
    read = ("file", "start", "end", "text", "numeral", "damage", "sentence", "confidence", "file_hash")
    assert {n: new[n] for n in read} == {n: before[n] for n in read}
    assert (new == before) == (not new["corrected"])
    if new["masked"]:
        assert new["value"] is new["obs_value"] is None
    if new["value_max"] is not None:
        assert new["bound"] == "range"
    assert correct(after, corrections, LEXICON, "t.csv", None, ("quantity",))[0] == after


def test_what_was_put_right_is_no_longer_called_damaged_on_a_screen(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    before = run("extract", "in", "-q", "-f", "table").out
    assert "254% ⚠" in before
    assert "not to be computed with" in before
    written(run("extract", "in", "-q").rows, "254%,value,25.4")
    after = run("extract", "in", "-q", "-f", "table", "--corrections", "c.csv").out
    assert "254% ✎" in after
    assert "put right by hand" in after
    assert "⚠" not in after
