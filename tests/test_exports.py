"""What a comparison is exported to, opened by what it is for."""

from __future__ import annotations

import csv
import io
import logging
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from hreport import sdmx
from hreport.cli import app
from hreport.figures import Selection, figures
from hreport.lexicon import load
from hreport.record import EXTRACT, LONG, Row, guarded
from hreport.writers import save

LEXICON = load()
REPORT = (
    "杭州市2024年卫生健康工作总结\n\n一、工作情况\n全市孕产妇住院分娩率达到99.8%,婴儿死亡率为2.1‰。"
    "全市医疗卫生机构床位数达到6.12万张,家庭医生签约服务覆盖率达到xx%。农村卫生厕所普及率达到99%以上。\n"
)
# Long enough to be known again in a copy.
LONGER = REPORT + (
    "全市共有各类医疗卫生机构6318个,其中医院418家,社区卫生服务中心206家,乡镇卫生院112家。"
    "全年总诊疗人次达到15230万人次,出院人数201.4万人,平均住院日7.1天。适龄儿童免疫规划疫苗接种率达到98.6%。"
    "新建改建标准化村卫生室76个,培训基层医务人员4120人次,组织义诊活动312场。\n"
)
EVIL = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\uff1d1+1", "\uff0b1", "=cmd|' /C calc'!A0"]
EXPORTS = ("csv", "xlsx", "jsonl", "parquet", "md", "html", "duckdb", "sdmx.csv")


def row(**given: Any) -> Row:
    values: Row = {c.name: None for c in EXTRACT}
    values |= {
        "file": "a.txt", "report": 1, "start": 10, "end": 15, "text": "95.3%", "numeral": "95.3", "value": 95.3,
        "unit": "%", "base_unit": "%", "masked": False, "bound": "exact", "indicator": "分娩率", "measure": "level",
        "real": False, "status": "actual", "sentence": "全市住院分娩率达到95.3%。", "area_name": "杭州市",
        "area_id": "330100", "year": 2024, "indicator_id": "hospital_delivery_rate", "confidence": 0.9,
    }  # fmt: skip
    values |= given
    if "obs_value" not in given:
        sound = not values["masked"] and not values["damage"]
        repaired = values["repaired"]
        values["obs_value"] = repaired if repaired is not None else values["value"] if sound else None
    return values


def observed(*rows: Row, **selection: Any) -> list[Row]:
    from hreport.resolve import convert

    found, _ = figures(rows, LEXICON.indicators, lambda v, b, u: convert(v, b, u, LEXICON), Selection(**selection))
    return sdmx.observations(found, LEXICON.conversions)[0]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    Path("in/hz.txt").write_text(REPORT, encoding="utf-8")
    yield lambda *arguments: CliRunner().invoke(app, list(arguments))
    logging.disable(logging.NOTSET)


# --- SDMX-CSV 2.0 -----------------------------------------------------------------------------------------------------


def test_sdmx_columns_are_in_the_order_of_the_standard(run: Callable[..., Any]) -> None:
    """SDMX-CSV 2.0 field guide: structure, its id, action; dimensions, measure, attributes; RFC 4180."""
    assert run("compare", "in", "-o", "c.sdmx.csv").exit_code == 0
    data = Path("c.sdmx.csv").read_bytes()
    assert data.startswith(b"STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,INDICATOR,")
    lines = list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))
    assert data.count(b"\r\n") == len(lines) + 1
    names = list(lines[0])
    assert names[3 : 3 + len(sdmx.DIMENSIONS)] == list(sdmx.DIMENSIONS)
    assert names[3 + len(sdmx.DIMENSIONS)] == "OBS_VALUE"
    for line in lines:
        assert (line["STRUCTURE"], line["STRUCTURE_ID"], line["ACTION"]) == ("dataflow", sdmx.STRUCTURE_ID, "I")
        for name in sdmx.DIMENSIONS[:-1]:
            assert re.fullmatch(r"[A-Za-z0-9_@$-]+", line[name]), (name, line[name])
        assert re.fullmatch(r"\d{4}(-(S[12]|Q[1-4]|\d\d)|-01-01/P\d+[MY])?", line["TIME_PERIOD"])
        assert re.fullmatch(r"(-?\d+(\.\d+)?)?", line["OBS_VALUE"])
        assert (line["OBS_STATUS"] in "OQ") == (line["OBS_VALUE"] == "")
    found = {line["INDICATOR"]: line for line in lines}
    assert found["hospital_delivery_rate"]["OBS_VALUE"] == "99.8"
    masked = next(line for line in lines if line["OBS_STATUS"] == "Q")
    assert (masked["OBS_VALUE"], masked["AS_WRITTEN"], masked["REF_AREA"]) == ("", "xx%", "330100")
    assert re.fullmatch(r"in/hz\.txt#1:\d+-\d+", masked["COMMENT_OBS"])
    piped = run("compare", "in", "-f", "sdmx")
    assert piped.stdout_bytes == data
    assert run("compare", "in", "-f", "sdmx", "-o", "plain.csv").exit_code == 0
    assert Path("plain.csv").read_bytes() == data


def test_sdmx_is_read_by_a_library_for_it(run: Callable[..., Any]) -> None:
    io_ = pytest.importorskip("pysdmx.io")
    run("compare", "in", "-o", "c.sdmx.csv")
    (data,) = io_.read_sdmx(Path("c.sdmx.csv")).data
    assert data.short_urn == "Dataflow=HREPORT:COMPARISON(1.0.0)"
    assert list(data.data.columns) == [c.name for c in sdmx.COLUMNS[3:]]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, {"OBS_VALUE": "95.3", "OBS_STATUS": "A", "DECIMALS": 1, "UNIT_MEASURE": "PERCENT", "UNIT_MULT": 0}),
        ({"masked": True, "value": None, "text": "xx.x%", "low": 10.0, "high": 99.9},
         {"OBS_VALUE": None, "OBS_STATUS": "Q", "LOWER_BOUND": "10", "UPPER_BOUND": "99.9", "AS_WRITTEN": "xx.x%"}),
        ({"damage": "year_scrub", "value": 20230},
         {"OBS_VALUE": None, "OBS_STATUS": "O", "DOUBT": "damaged implausible"}),
        ({"damage": "year_scrub", "value": 20230, "repaired": 100}, {"OBS_VALUE": "100", "OBS_STATUS": "E"}),
        ({"value": 254}, {"OBS_VALUE": "254", "OBS_STATUS": "U"}),
        ({"confidence": 0.2}, {"OBS_STATUS": "U"}),
        ({"bound": "min"}, {"OBS_STATUS": "E", "LOWER_BOUND": "95.3", "UPPER_BOUND": None}),
        ({"bound": "max"}, {"OBS_STATUS": "E", "LOWER_BOUND": None, "UPPER_BOUND": "95.3"}),
        ({"bound": "approx"}, {"OBS_STATUS": "E", "LOWER_BOUND": None, "UPPER_BOUND": None}),
        ({"bound": "range", "value": 1, "value_max": 2}, {"LOWER_BOUND": "1", "UPPER_BOUND": "2"}),
        ({"bound": "min", "damage": "lost_point", "value": 953}, {"OBS_STATUS": "O", "LOWER_BOUND": None}),
        ({"area": "市区"}, {"OBS_STATUS": "D", "DOUBT": "part_area"}),
        ({"period": "上半年"}, {"FREQ": "S", "TIME_PERIOD": "2024-S1", "OBS_STATUS": "A"}),
        ({"period": "66年"}, {"FREQ": "_O", "TIME_PERIOD": "2024", "OBS_STATUS": "D", "DOUBT": "part_year"}),
        ({"period": "五年来"}, {"FREQ": "A", "TIME_PERIOD": "2024", "OBS_STATUS": "A", "DOUBT": None}),
        ({"corrected": "value", "damage": "cut", "obs_value": 95.3}, {"OBS_STATUS": "I", "DOUBT": "corrected"}),
        ({"corrected": "year"}, {"OBS_STATUS": "A", "DOUBT": "corrected"}),
        ({"corrected": "value", "repaired": 953, "damage": "lost_point", "obs_value": 95.3},
         {"OBS_STATUS": "I", "OBS_VALUE": "95.3"}),
        ({"url": "https://a.cn", "publisher": "b"}, {"COMMENT_OBS": "a.txt#1:10-15 (b, https://a.cn)"}),
        ({"period": "2024年", "basis": "cumulative"}, {"FREQ": "A", "OBS_STATUS": "D"}),
        ({"area_id": None, "area_name": "本溪市"}, {"REF_AREA_NAME": "本溪市"}),
    ],
)  # fmt: skip
def test_what_sdmx_says_of_a_figure(given: dict[str, Any], said: dict[str, Any]) -> None:
    (found,) = observed(row(**given))
    assert {name: found[name] for name in said} == said


def test_sdmx_units_have_their_multipliers() -> None:
    (money,) = observed(row(indicator_id="gdp", value=519000000, base_unit="元", unit="亿元"))
    assert (money["OBS_VALUE"], money["UNIT_MEASURE"], money["UNIT_MULT"], money["UNIT_NAME"]) == (
        "5.19", "CNY", 8, "亿元",
    )  # fmt: skip
    made = [i.unit for i in LEXICON.indicators.values() if sdmx._unit(i.unit, LEXICON.conversions)[0].startswith("X")]
    assert made == []


def test_a_fall_by_at_least_is_a_most() -> None:
    fall = row(measure="change", direction="down", value=5, base_unit="百分点", bound="min")
    (found,) = observed(fall, measure="change")
    assert (found["OBS_VALUE"], found["LOWER_BOUND"], found["UPPER_BOUND"]) == ("-5", None, "-5")


def test_sdmx_keys_are_unique_and_the_soundest_is_taken() -> None:
    rows = [row(start=1, masked=True, value=None, text="xx%"), row(start=2), row(start=3, value=96), row(year=2023)]
    found = observed(*rows)
    assert [(f["TIME_PERIOD"], f["OBS_VALUE"], f["OBS_STATUS"]) for f in found] == [
        ("2023", "95.3", "A"), ("2024", "95.3", "V"),
    ]  # fmt: skip
    assert found[1]["DOUBT"] == "several"


def test_masked_places_have_codes_of_their_own() -> None:
    unknown = {"area_name": "xx市", "area_id": None}
    found = observed(row(**unknown), row(**unknown, report=2), row(**unknown, file="b/a.txt"))
    codes = [f["REF_AREA"] for f in found]
    assert len(set(codes)) == 3
    assert all(re.fullmatch(r"X[0-9A-F]{12}", code) for code in codes)
    assert sorted(codes) == sorted(f["REF_AREA"] for f in observed(row(**unknown, report=2, start=7), row(**unknown),
                                                                  row(**unknown, file="b/a.txt")))  # fmt: skip


@pytest.mark.parametrize(
    ("words", "freq", "period"),
    [("", "A", "2024"), ("2024年", "A", "2024"), ("201*年度", "A", "2024"), ("全年", "A", "2024"),
     ("今年", "A", "2024"),
     ("截至2024年底", "A", "2024"), ("1-12月", "A", "2024"), ("下半年", "S", "2024-S2"),
     ("2024年上半年", "S", "2024-S1"),
     ("1-6月", "S", "2024-S1"), ("一季度", "Q", "2024-Q1"), ("第3季度", "Q", "2024-Q3"),
     ("前三季度", "_O", "2024-01-01/P9M"), ("1—10月", "_O", "2024-01-01/P10M"), ("前5个月", "_O", "2024-01-01/P5M"),
     ("3月", "M", "2024-03"), ("“十四五”时期", "_O", "2021-01-01/P5Y"), ("近3年", "_O", "2024"), ("目前", "_O", "2024"),
     ("十二月", "_O", "2024"), ("2020年到2025年", "_O", "2024"), ("12月底", "A", "2024"), ("6月底", "_O", "2024")],
)  # fmt: skip
def test_periods(words: str, freq: str, period: str) -> None:
    found = sdmx.time_period(words, 2024)
    assert found is not None
    assert found[:2] == (freq, period)


def test_a_copy_is_no_observation_of_its_own(run: Callable[..., Any]) -> None:
    Path("in/mirror.txt").write_text(LONGER.replace("2.1‰", "2.9‰"), encoding="utf-8")
    Path("in/hz.txt").write_text(LONGER.replace("99.8%", "xx.x%"), encoding="utf-8")

    def lines(*options: str) -> dict[str, dict[str, str]]:
        done = run("compare", "in", "--by", "report", "-f", "sdmx", *options)
        assert ("is a copy of" in done.stderr) == (not options)
        return {line["INDICATOR"]: line for line in csv.DictReader(io.StringIO(done.stdout, newline=""))}

    found = lines()
    shown = found["hospital_delivery_rate"]
    assert (shown["OBS_VALUE"], shown["OBS_STATUS"], shown["DOUBT"]) == ("99.8", "A", "from_copy")
    assert shown["COMMENT_OBS"].startswith("in/mirror.txt#1:")
    assert found["beds_total"]["OBS_STATUS"] == "A"
    assert found["infant_mortality"]["OBS_STATUS"] == "V"
    assert lines("--keep-copies")["hospital_delivery_rate"]["DOUBT"] == "several"


def test_what_sdmx_has_no_place_for_is_said(run: Callable[..., Any]) -> None:
    save([row(year=None, start=3), row()], EXTRACT, Path("r.csv"), "csv")
    done = run("compare", "r.csv", "-o", "c.sdmx.csv", "--issues", "i.csv")
    assert "1 figures without a known year are left out" in done.stderr
    assert "its year is not known" in Path("i.csv").read_text("utf-8-sig")
    assert len(Path("c.sdmx.csv").read_text("utf-8").splitlines()) == 2
    for arguments in (
        ["extract", "in"],
        ["masks", "in"],
        ["compare", "in", "--suggest"],
        ["compare", "in", "--growth"],
        ["indicators"],
    ):
        done = run(*arguments, "-f", "sdmx")
        assert (done.exit_code, done.stdout) == (2, "")
        assert "it is for compare" in done.stderr


# --- workbook ---------------------------------------------------------------------------------------------------------


def test_workbook_for_people(run: Callable[..., Any]) -> None:
    assert run("compare", "in", "-o", "c.xlsx").exit_code == 0
    book = openpyxl.load_workbook("c.xlsx")
    assert book.sheetnames == ["comparison", "long", "notes"]
    sheet = book["comparison"]
    assert sheet.freeze_panes == "D2"
    assert [c.value for c in sheet[1]][:3] == ["indicator_id", "indicator", "unit"]
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"
    cells = {line[0].value: line[5] for line in sheet.iter_rows(min_row=2)}
    rate, beds = cells["hospital_delivery_rate"], cells["beds_total"]
    assert (rate.value, rate.number_format) == (99.8, "#,##0.0")
    assert (beds.value, beds.number_format) == (61200, "#,##0")
    assert "全市孕产妇住院分娩率达到99.8%" in rate.comment.text
    assert re.search(r"in/hz\.txt#1:\d+-\d+$", rate.comment.text)
    masked = next(c for c in cells.values() if c.value == "xx%")
    assert masked.data_type in ("s", "inlineStr")
    assert masked.font.italic
    assert masked.fill.patternType == "lightUp"
    assert [c.value for c in book["long"][1]] == [c.name for c in LONG]
    years = [line[2] for line in book["long"].iter_rows(min_row=2)]
    assert {(c.value, c.number_format) for c in years} == {(2024, "General")}
    notes = {line[0]: line[1] for line in book["notes"].iter_rows(values_only=True)}
    assert notes["selection"] == "--by area --status actual --measure level"
    assert notes["reports"] == "1 read"
    assert notes["of them masked"] == "1"
    assert run("compare", "in", "-o", "zh.xlsx", "--headers", "zh").exit_code == 0
    assert openpyxl.load_workbook("zh.xlsx").sheetnames == ["对比", "全部数据", "说明"]
    run("compare", "in", "-o", "long.xlsx", "--long")
    assert openpyxl.load_workbook("long.xlsx").sheetnames == ["long", "notes"]


def test_statistics_are_plain_numbers_and_coverage_is_the_last_line(run: Callable[..., Any]) -> None:
    Path("in/nb.txt").write_text(REPORT.replace("杭州", "宁波").replace("99.8", "99.1"), encoding="utf-8")
    assert run("compare", "in", "-o", "c.xlsx", "--ranks", "--headers", "zh").exit_code == 0
    book = openpyxl.load_workbook("c.xlsx")
    lines = [[c.value for c in line] for line in book["对比"].iter_rows()]
    assert lines[0][-6:] == ["可比地区数", "最小值", "中位数", "最大值", "遮蔽格数", "存疑格数"]
    first = next(k for k, line in enumerate(lines) if line[1] == "hospital_delivery_rate")
    assert lines[first][-8:] == [99.8, 99.1, 2, 99.1, 99.45, 99.8, 0, 0]
    assert book["对比"].cell(first + 1, len(lines[0]) - 3).number_format == "#,##0.00"
    assert lines[first + 1][-8:-6] == [1, 2]
    assert (lines[-1][0], lines[-1][2], lines[-1][-8:-6]) == ("coverage", "有数（共5行）", [5, 5])
    assert dict(book["说明"].iter_rows(values_only=True))["其中被遮蔽"] == "2"


def test_what_a_person_put_right_is_marked_in_the_workbook(run: Callable[..., Any]) -> None:
    (found,) = [r for r in csv.DictReader(io.StringIO(run("extract", "in").stdout)) if r["text"] == "xx%"]
    line = f"{found['file_hash']},{found['start']},{found['end']},value,81.5%\n"
    Path("right.csv").write_text(f"file_hash,start,end,field,value\n{line}", encoding="utf-8")
    assert run("compare", "in", "-o", "c.xlsx", "--corrections", "right.csv").exit_code == 0
    book = openpyxl.load_workbook("c.xlsx")
    cell = next(c for line in book["comparison"].iter_rows() for c in line if str(c.value).startswith("81.5"))
    assert (cell.value, cell.font.color.rgb) == ("81.5 \u270e", "00006100")
    notes = dict(book["notes"].iter_rows(values_only=True))
    assert notes["of them corrected by hand"] == "1"
    assert notes["selection"].endswith("--corrections right.csv")


def test_the_same_workbook_every_day(run: Callable[..., Any]) -> None:
    run("compare", "in", "-o", "a.xlsx")
    run("compare", "in", "-o", "b.xlsx")
    assert Path("a.xlsx").read_bytes() == Path("b.xlsx").read_bytes()


# --- DuckDB and Parquet -----------------------------------------------------------------------------------------------


def test_database_of_a_comparison(run: Callable[..., Any]) -> None:
    for _ in range(2):  # an earlier export is replaced
        done = run("compare", "in", "-o", "c.duckdb")
        assert done.exit_code == 0, done.stderr
    connection = duckdb.connect("c.duckdb", read_only=True)
    types = dict(connection.execute("SELECT column_name, column_type FROM (DESCRIBE comparison)").fetchall())
    assert [types[n] for n in ("year", "value", "masked", "area_id")] == ["BIGINT", "DOUBLE", "BOOLEAN", "VARCHAR"]
    assert connection.execute("SELECT count(*) FROM comparison WHERE masked AND obs_value IS NULL").fetchall() == [(1,)]
    assert connection.execute("SELECT 杭州市 FROM wide WHERE indicator_id = 'beds_total'").fetchall() == [("61200",)]
    assert ("selection", "--by area --status actual --measure level") in connection.execute("FROM notes").fetchall()
    connection.close()
    assert [p.name for p in Path().iterdir() if "part" in p.name or "wal" in p.name] == []


def test_a_store_is_not_overwritten(run: Callable[..., Any]) -> None:
    assert run("extract", "in", "-o", "store.duckdb").exit_code == 0
    before = Path("store.duckdb").read_bytes()
    Path("other.duckdb").write_bytes(b"text")
    duckdb.connect("foreign.duckdb").execute("CREATE TABLE t (a INT)").close()
    for name in ("store", "other", "foreign"):
        done = run("compare", "in", "-o", f"{name}.duckdb")
        assert done.exit_code == 2, name
        assert "give another name" in done.stderr
    assert Path("store.duckdb").read_bytes() == before
    run("compare", "in", "-o", "c.duckdb")
    done = run("extract", "in", "-o", "c.duckdb")
    assert (done.exit_code, "tables of hreport compare" in done.stderr) == (2, True)
    assert "tables of hreport compare" in run("compare", "c.duckdb").stderr


def test_parquet_is_typed(run: Callable[..., Any]) -> None:
    run("compare", "in", "-o", "long.parquet", "--long")
    types = pd.read_parquet("long.parquet", dtype_backend="numpy_nullable").dtypes.astype(str)
    assert types[["year", "value", "masked", "area_id"]].to_list() == ["Int64", "Float64", "boolean", "string"]
    assert duckdb.sql("SELECT sum(obs_value) FROM 'long.parquet' WHERE masked").fetchall() == [(None,)]
    run("compare", "in", "-o", "pivot.parquet")
    assert b"masked by the publisher" in pq.read_schema("pivot.parquet").metadata[b"notes"]


# --- formulas ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def evil(run: Callable[..., Any]) -> Callable[..., Any]:
    rows = [
        row(start=n, text=text, sentence=text, title=text, area_name=f"{text}市", area_id=None, area=text)
        for n, text in enumerate(EVIL)
    ]
    save(rows, EXTRACT, Path("evil.jsonl"), "jsonl")
    for form in EXPORTS:
        assert run("compare", "evil.jsonl", "-o", f"e.{form}").exit_code == 0
        assert run("compare", "evil.jsonl", "--long", "-o", f"l.{form}").exit_code == 0
    return run


def test_no_export_runs_a_formula(evil: Callable[..., Any]) -> None:
    for name in ("e.csv", "l.csv", "e.sdmx.csv"):
        text = Path(name).read_text("utf-8-sig")
        for line in csv.reader(io.StringIO(text, newline="")):
            for cell in line:
                assert guarded(cell) == cell or cell.startswith("'"), cell
    for name in ("e.xlsx", "l.xlsx"):
        with zipfile.ZipFile(name) as archive:
            assert not any(b"<f>" in archive.read(n) for n in archive.namelist())
        for sheet in openpyxl.load_workbook(name):
            assert all(c.data_type != "f" for line in sheet.iter_rows() for c in line)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_them(evil: Callable[..., Any], tmp_path: Path) -> None:
    evil("compare", "in", "-o", "good.xlsx")
    Path("good.csv").write_bytes(evil("compare", "in").stdout_bytes)
    Path("e.csv").rename("evil.csv")
    for name in ("good.xlsx", "evil.csv"):
        done = subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "fods", name],
            capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        if not Path(name).with_suffix(".fods").exists():
            pytest.skip(f"LibreOffice has no spreadsheet here: {done.stderr.decode()[:100]}")
    text = Path("good.fods").read_text("utf-8")
    assert "孕产妇住院分娩率" in text
    assert 'office:value="99.8"' in text
    assert "全市孕产妇住院分娩率达到99.8%" in text  # in a comment
    assert "table:formula" not in Path("evil.fods").read_text("utf-8")
