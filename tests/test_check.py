"""What does not add up: each code both ways, on sentences and tables; the command, on files."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from texts import LEXICON, ROOT, SHARED, extract, file, opened
from typer.testing import CliRunner, Result

import hreport
from hreport import checks
from hreport.analyse import analyse
from hreport.checks import rules
from hreport.cli import app
from hreport.lexicon import DATA, LexiconError
from hreport.record import CHECK, Row, observation_rows, wording

CASES = tomllib.loads((ROOT / "tests" / "check_cases.toml").read_text("utf-8"))["case"]
RULES = rules.load(LEXICON)


def report(text: str, place: str = "杭州市", year: int = 2024) -> str:
    return f"{place}{year}年经济社会发展情况\n\n一、发展情况\n{text}\n"


def rows_of(*reports: str) -> list[Row]:
    return [row for k, text in enumerate(reports, 1) for row in observation_rows(extract(text), f"{k}.txt")]


def findings(*reports: str) -> list[checks.Finding]:
    return checks.check(rows_of(*reports), LEXICON)


def errors(*reports: str) -> dict[str, str]:
    """Messages by code, notes left out."""
    return {f.code: f.message for f in findings(*reports) if not f.note}


def errors_of_table(*lines: str) -> dict[str, str]:
    rows = observation_rows(analyse(opened("\n".join(lines).encode(), "a.csv"), LEXICON), "a.csv")
    return {f.code: f.message for f in checks.check(rows, LEXICON) if not f.note}


# --- each code -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=[f"{c['code']}-{k}" for k, c in enumerate(CASES)])
def test_each_code_both_ways(case: dict[str, str]) -> None:
    before = [report(case["last"], year=2023)] if "last" in case else []
    wrong = errors(*before, report(case["wrong"]))
    assert case["message"] in wrong[case["code"]]
    assert errors(*before, report(case["right"])) == {}


SUMS = [
    ("医疗资源,机构数(个),床位数(张)", "合计,{},1200", "医院,12,800", "卫生院,20,300", "诊所,28,100"),
    ("地区,医院数(个),床位数(张)", "甲县,12,800", "乙县,20,300", "丙县,28,100", "全市,{},1200"),
    ("地区,医院数(个)", "全市,{}", "甲县,12", "乙县,20", "其中:民营,7", "丙县,28"),
]


@pytest.mark.parametrize("lines", SUMS)
def test_total_of_a_table(lines: tuple[str, ...]) -> None:
    wrong, right = ([line.format(n) for line in lines] for n in (61, 60))
    assert "12 + 20 + 28 = 60, not 61" in errors_of_table(*wrong)["table_total"]
    assert errors_of_table(*right) == {}


def test_shares_of_a_table_have_no_total() -> None:
    assert errors_of_table("地区,家庭医生签约率(%)", "全市,48.1", "甲县,51.2", "乙县,44.0", "丙县,46.2") == {}


PLACES = ("杭州市", "宁波市", "温州市", "嘉兴市", "湖州市", "绍兴市", "金华市")


def test_one_place_against_the_others() -> None:
    fine = [report(f"每千人口执业（助理）医师数达3.{k}2人。", place) for k, place in enumerate(PLACES[:6])]
    odd = report("每千人口执业（助理）医师数达0.36人。", PLACES[6])
    assert "the median of 7 places is 3." in errors(*fine, odd)["magnitude"]
    assert "magnitude" not in errors(*fine, report("每千人口执业（助理）医师数达3.6人。", PLACES[6]))
    assert "magnitude" not in errors(*fine[:4], odd)  # five have no median to speak of


def test_a_big_place_is_not_suspicious() -> None:
    fine = [report(f"年末常住人口{n}万人。", place) for n, place in zip((62, 90, 55, 71, 84, 66), PLACES, strict=False)]
    assert errors(*fine, report("年末常住人口1320万人。", PLACES[6])) == {}
    assert "magnitude_amount" in errors(*fine, report("年末常住人口0.132万人。", PLACES[6]))


def test_growth_against_other_places() -> None:
    rates = (4.1, 5, 6.2, 3.9, 5.5)
    fine = [report(f"社会消费品零售总额增长{n}%。", place) for n, place in zip(rates, PLACES, strict=False)]
    fine.append(report("社会消费品零售总额增长15.3%。", PLACES[5]))
    assert "growth of 53 %" in errors(*fine, report("社会消费品零售总额增长53%。", PLACES[6]))["magnitude_growth"]
    assert errors(*fine, report("社会消费品零售总额5年增长53%。", PLACES[6])) == {}


def test_two_reports_of_one_place() -> None:
    first, other = report("居民健康素养水平31.2%。"), "杭州市2024年卫生工作总结\n\n居民健康素养水平38.2%。\n"
    assert "31.2 % here, 38.2 % there" in errors(first, other)["reports_differ"]
    assert errors(first, other.replace("38.2", "31.2")) == {}
    assert errors(first, other.replace("38.2", "31.24")) == {}  # rounded in one of them
    assert errors(first, other.replace("杭州", "宁波")) == {}
    assert errors(first, other.replace("2024", "2023")) == {}


def test_many_copies_say_no_more_than_one() -> None:
    text = (
        "居民健康素养水平31.2%，医保基金收入5.19亿元，增长25.2%。每千人口床位数8.57张，床位41976张，常住人口700万人。"
    )
    rows = rows_of(report("医保基金收入3.84亿元。", year=2023), report(text))
    copies = [{**row, "file": f"{row['file']}{k}"} for k in range(200) for row in rows]
    other = rows_of(report("居民健康素养水平38.2%。"))
    found = [f for f in checks.check([*copies, *other], LEXICON) if f.code != "product"]
    assert sorted(f.code for f in found) == ["growth", "reports_differ"]


def test_relations_across_reports_are_less_sure() -> None:
    one = findings(report("每千人口床位数8.57张，床位41976张，常住人口700万人。"))
    two = findings(report("每千人口床位数8.57张，床位41976张。"), report("年末常住人口700万人。"))
    assert [f.code for f in (*one, *two)] == ["product", "product"]
    assert two[0].sure < one[0].sure


def test_any_figure_that_fits_is_enough() -> None:
    assert "limit" not in errors(report("婴儿死亡率为3.4‰。\n5岁以下儿童死亡率为2.1‰。\n5岁以下儿童死亡率为4.1‰。"))


TARGET = "杭州市2025年政府工作报告\n\n二、2025年重点工作\n今年要实现居民健康素养水平达到{}%。\n"
RESULT = "杭州市2026年政府工作报告\n\n一、2025年工作回顾\n过去一年，居民健康素养水平达到{}%。\n"


@pytest.mark.parametrize(
    ("aim", "result", "code"),
    [("35", "36.2", "target_reached"), ("35", "33.1", "target_missed"), ("35", "3.5", "target_far")],
)
def test_targets_and_what_came_of_them(aim: str, result: str, code: str) -> None:
    found = {f.code: f for f in findings(TARGET.format(aim), RESULT.format(result))}
    assert code in found
    assert found[code].note == (code != "target_far")
    assert not {"target_reached", "target_missed", "target_far"} - {code} & found.keys()


# --- what is no contradiction ----------------------------------------------------------------------------------------

QUIET = [
    # masks that may hold the right number
    "建成社区卫生机构14个，其中中心xx个、站x个。",
    "婴儿死亡率为x.x‰，5岁以下儿童死亡率为2.1‰。",
    "人口出生率9.1‰，人口死亡率x.xx‰，人口自然增长率3.05‰。",
    # bounds and rounding
    "服务群众超过100人，其中老年人135人。",
    "新建道路1.2万公里，其中农村公路8200公里、国道3850公里。",
    "由2.57万元增加到3.52万元，年均增长6.5%。",
    # growth in comparable prices, said or by convention
    "城镇居民人均可支配收入由5.1万元增加到5.6万元，扣除价格因素，增长7.4%。",
    "地区生产总值由9323.1亿元增加到13697.5亿元，增长33.6%。",
    # no wholes
    "居民人均可支配收入3.1万元，其中城镇居民人均可支配收入4.2万元。",
    "两市净流入资金20.7亿元，其中机构净流入30.02亿元。",
    "新增铁路639公里、其中高铁370公里，新增高速公路2600公里。",
    "卫生机构4402个，比上年减少14个，其中医院131个。",
    # another scope, a gap, a rank
    "居民健康素养水平31.2%，高于全国6.1个百分点，比上年提高2.1个百分点。",
    "企业排名由369位上升到235位。",
    "市区居民健康素养水平38.2%。\n全市居民健康素养水平31.2%。",
    "地区生产总值5696亿元。\n地区生产总值跨越5000亿元大关。",
    "地区生产总值60199亿元。\n地区生产总值连跨5万亿元、6万亿元两个台阶。",
    "上半年空气质量优良天数160天。\n全年空气质量优良天数330天。",
    # shares that may
    "建设项目投资完成率129.6%。学前教育毛入园率103%。",
]


@pytest.mark.parametrize("text", QUIET)
def test_no_false_alarm(text: str) -> None:
    assert errors(report(text)) == {}


def test_a_mask_that_cannot_hold_the_right_number() -> None:
    rows = rows_of(report("建成社区卫生机构14个，其中社区卫生服务中心xx个、社区卫生服务站7个、其他机构2个。"))
    for row in rows:
        if row["masked"]:
            row["low"], row["high"] = 10, 99
    found = {f.code: f.message for f in checks.check(rows, LEXICON)}
    assert found["parts_exceed" if "parts_exceed" in found else "parts_sum"] == "xx个 + 7个 + 2个 cannot be 14个"


def test_a_figure_of_unknown_damage_takes_no_part() -> None:
    assert set(errors(report("婴儿死亡率为341‰。\n居民健康素养水平254%。"))) <= {"damaged", "outside", "far_outside"}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the seeds are no part of the repository")
def test_known_facts_of_the_seeds() -> None:
    rows: list[Row] = []
    for path in sorted((SHARED / "seeds").glob("*.txt")):
        rows += observation_rows(analyse(file(path), LEXICON), path.name)
    found = checks.check(rows, LEXICON)
    damaged = {p.stated.text for f in found if f.code == "damaged" for p in f.parts}
    assert {"12023家", "2023%", "320230平方米"} <= damaged
    repaired = [p.stated.value for f in found if f.code == "repaired" for p in f.parts]
    assert repaired.count(100) == 2
    # 14 = 7 + 7; 634 of 2,052; 5.19 after +35.2 %: nothing else is wrong
    assert {f.code for f in found if not f.note} <= {"damaged", "repaired"}


# --- findings, rows, data --------------------------------------------------------------------------------------------


def test_rows_of_a_finding() -> None:
    found = findings(report("建成社区卫生机构14个，其中7个中心、6个站。"))
    rows = list(checks.rows(found))
    assert [(r["finding"], r["part"], r["value"]) for r in rows] == [(1, "total", 14), (1, "part", 7), (1, "part", 6)]
    assert all(r.keys() == {c.name for c in CHECK} for r in rows)
    assert {c.name for c in CHECK} <= wording()["columns"].keys()
    assert rows[0]["message"] == "7 + 6 = 13, not 14 (个)"


def test_order_does_not_depend_on_the_order_of_rows() -> None:
    rows = rows_of(report("婴儿死亡率为3.4‰，5岁以下儿童死亡率为2.1‰。垃圾分类达标率为104%。"), report("出院450天。"))
    there = [(f.code, f.message) for f in checks.check(rows, LEXICON)]
    assert there == [(f.code, f.message) for f in checks.check(rows[::-1], LEXICON)]
    assert [f.sure for f in checks.check(rows, LEXICON)] == sorted(f.sure for f in checks.check(rows, LEXICON))[::-1]


def test_figures_that_a_sure_finding_touches() -> None:
    found = findings(report("婴儿死亡率为3.4‰，5岁以下儿童死亡率为2.1‰。居民健康素养水平31%。"))
    touched = checks.touched(found)
    assert sorted(touched.values()) == [("limit",), ("limit",)]
    assert all(place[0] == "1.txt" for place in touched)
    assert checks.touched(found, least=1.0) == {}


def test_numbers_of_any_length_and_rows_without_a_place() -> None:
    long = f"全市共有医院1{'0' * 400}家，住院分娩率9{'9' * 30}%。"
    rows = rows_of(report(f"{long}婴儿死亡率为3.4‰，5岁以下儿童死亡率为2.1‰。"))
    assert "limit" in {f.code for f in checks.check(rows, LEXICON)}
    for row in rows:
        row["start"] = row["end"] = row["sentence"] = None
    assert "limit" in {f.code for f in checks.check(rows, LEXICON)}


def test_no_rows_no_findings() -> None:
    assert checks.check([], LEXICON) == []


def _tables() -> dict[str, Any]:
    return tomllib.loads(DATA.joinpath("checks.toml").read_text("utf-8"))


def _set(table: str, key: str, value: object) -> Callable[[dict[str, Any]], None]:
    return lambda tables: tables[table].__setitem__(key, value)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_set("limits", "odd", {"smaller": "no_such", "larger": "hospitals"}), "limits.odd: no indicator no_such"),
        (_set("totals", "odd", {"parts": ["chc"]}), "totals.odd: no indicator"),
        (_set("products", "odd", {"product": "gdp"}), "missing factors"),
        (_set("sets", "odd", {"ids": ["gdp", "gpd"]}), "sets.odd: no indicator gpd"),
        (_set("words", "odd", {"pattern": "("}), "words"),
        (lambda tables: tables.pop("words"), "must hold the tables"),
    ],
)
def test_mistakes_in_the_data_are_refused(spoil: Callable[[dict[str, Any]], None], said: str) -> None:
    tables = _tables()
    spoil(tables)
    with pytest.raises(LexiconError, match=re.escape(said)):
        rules.made(tables, LEXICON)


def test_every_code_is_graded_and_tested() -> None:
    tested = {case["code"] for case in CASES}
    elsewhere = {
        "layout", "table_total", "magnitude", "magnitude_amount", "magnitude_growth", "reports_differ", "target_far",
        "target_reached", "target_missed", "negative",
    }  # fmt: skip
    assert set(checks.codes(LEXICON)) == tested | elsewhere


def test_every_part_has_a_chinese_word() -> None:
    source = "".join(p.read_text("utf-8") for p in sorted((ROOT / "src/hreport/checks").glob("*.py")))
    roles = set(re.findall(r'Part\("(\w+)"', source)) | {"product", "factor", "difference", "minuend", "subtrahend"}
    assert roles | {"smaller", "larger"} == wording()["parts"].keys()


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two reports, and the table that extract makes of them."""
    folder = tmp_path_factory.mktemp("reports")
    for place, text in (
        ("杭州市", "婴儿死亡率为3.4‰，5岁以下儿童死亡率为2.1‰。居民健康素养水平254%。"),
        ("宁波市", "建成社区卫生机构14个，其中7个中心、6个站。新生儿访视率99.5 %。"),
    ):
        (folder / f"{place}.txt").write_text(report(text, place), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert CliRunner().invoke(app, ["extract", ".", "-j1", "-o", "all.jsonl"]).exit_code == 0
    return folder


@pytest.fixture
def folder(reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own with the table, which is read quicker, and the reports."""
    for path in reports.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["check", *arguments], env={"HREPORT_LANG": "en"})
    assert result.exit_code == code, result.stderr
    return result


def written(*arguments: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(run(*arguments).stdout)))


def test_check_writes_one_row_for_each_figure(folder: Path) -> None:
    rows = written("all.jsonl")
    assert [r["code"] for r in rows] == ["damaged", "limit", "limit", "parts_near", "parts_near", "parts_near"]
    assert [r["finding"] for r in rows] == ["1", "2", "2", "3", "3", "3"]
    limit = rows[1]
    text = Path(limit["file"]).read_text("utf-8")
    assert text[int(limit["start"]) : int(limit["end"])] == limit["text"] == "3.4‰"


def test_findings_are_no_read_errors(folder: Path) -> None:
    result = run("all.jsonl")
    assert "hreport: found: 1 damaged, 1 limit, 1 parts_near" in result.stderr
    (folder / "c.pdf").write_bytes(b"%PDF-1.4 broken")
    run("c.pdf", "-j1", code=1)


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        (["--code", "limit"], {"limit"}),
        (["--min-sure", "0.65"], {"damaged", "limit"}),
        (["--notes"], {"damaged", "limit", "parts_near", "layout"}),
        (["--code", "layout"], {"layout"}),
        (["--area", "宁波"], {"parts_near"}),
        (["--area", "330100"], {"damaged", "limit"}),
        (["--indicator", "婴儿死亡率"], {"limit"}),
        (["--year", "2020-2023"], set()),
        (["--year", "2024", "--area", "杭州市", "--code", "damaged"], {"damaged"}),
    ],
)
def test_what_to_show(folder: Path, arguments: list[str], codes: set[str]) -> None:
    assert {r["code"] for r in written("all.jsonl", *arguments)} == codes


def test_check_on_a_screen(folder: Path) -> None:
    shown = run("all.jsonl", "-f", "table").stdout
    assert "3  parts_near 0." in shown
    assert "7 + 6 = 13, not 14 (个)" in shown
    assert "建成社区卫生机构⟦14个⟧，其中⟦7个⟧中心、⟦6个⟧站。" in re.sub(r"\s+", "", shown)
    from rich.cells import cell_len

    assert max(cell_len(line) for line in shown.splitlines()) <= 80


def test_check_in_chinese(folder: Path) -> None:
    shown = run("all.jsonl", "-f", "table", "--lang", "zh").stdout
    assert "7 + 6 = 13，不是 14（个）" in shown
    assert "总体: 宁波市" in shown


def test_check_reads_what_extract_wrote(folder: Path) -> None:
    there = written("all.jsonl")
    (folder / "all.jsonl").unlink()
    assert written(".", "-j1") == there


@pytest.mark.parametrize("suffix", ["xlsx", "parquet", "md", "html"])
def test_check_into_files_of_any_form(folder: Path, suffix: str) -> None:
    run("all.jsonl", "-o", f"found.{suffix}", "--headers", "zh")
    assert (folder / f"found.{suffix}").stat().st_size > 0


def test_check_into_a_file(folder: Path) -> None:
    run("all.jsonl", "-o", "found.jsonl")
    rows = [json.loads(line) for line in (folder / "found.jsonl").read_text("utf-8").splitlines()]
    assert {r["code"] for r in rows} == {"damaged", "limit", "parts_near"}


def test_misuse(folder: Path) -> None:
    assert "Did you mean limit?" in run(".", "--code", "limits", code=2).stderr
    assert "hreport indicators lists them" in run(".", "--indicator", "没有这个指标", code=2).stderr
    assert "not a year" in run(".", "--year", "last", code=2).stderr


def test_nothing_found(folder: Path) -> None:
    (folder / "ok").mkdir()
    (folder / "ok" / "a.txt").write_text(report("婴儿死亡率为2.1‰。"), "utf-8")
    result = run("ok", "-j1", "-f", "table")
    assert "nothing found" in result.stderr
    assert result.stdout.strip() == ""


def test_what_others_speak_against_is_marked_in_the_comparison(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = "青州市2023年卫生健康工作总结\n全市共有医院14家，其中公立医院9家、民营医院6家。"
    Path("parts.txt").write_text(said, "utf-8")
    table = CliRunner().invoke(app, ["compare", "parts.txt", "-f", "csv"])
    assert "14 \u203c" in table.stdout
    frame = hreport.check("parts.txt")
    assert {"parts_sum", "parts_exceed", "total"} & set(frame.code)
