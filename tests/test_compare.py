"""The comparison: what shares a cell, what is shown in it, and what must never stand side by side."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hreport import cells, comparison
from hreport.comparison import compare
from hreport.figures import Selection
from hreport.lexicon import Indicator
from hreport.readback import TableError, read_table
from hreport.record import EXTRACT, Cell, Row
from hreport.writers import save

CATALOGUE = {
    i.id: i
    for i in (
        Indicator("cover", "覆盖率", "Coverage", "service", "%", "rate", low=0, high=100, aliases=("参保率",)),
        Indicator("beds", "床位数", "Beds", "resources", "张", "count"),
        Indicator("money", "卫生投入", "Spending", "money", "亿元", "money"),
        Indicator("jobs", "城镇新增就业", "New jobs", "people", "人", "count", flow=True),
    )
}


def convert(value: Decimal, base: str, unit: str) -> Decimal | None:
    if base == unit:
        return value
    return value / 10**8 if (base, unit) == ("元", "亿元") else None


def row(**given: Any) -> Row:
    values: Row = {c.name: None for c in EXTRACT}
    values |= {
        "file": "a.txt", "report": 1, "start": 10, "end": 15, "text": "95.3%", "numeral": "95.3", "value": 95.3,
        "unit": "%",
        "base_unit": "%", "masked": False, "bound": "exact", "indicator": "覆盖率", "measure": "level", "real": False,
        "status": "actual", "sentence": "s", "area_name": "杭州市", "area_id": "330100", "year": 2024,
        "indicator_id": "cover",
    }  # fmt: skip
    values |= given
    if "obs_value" not in given:
        sound = not values["masked"] and not values["damage"]
        values["obs_value"] = (
            values["repaired"] if values["repaired"] is not None else values["value"] if sound else None
        )
    return values


def masked(text: str = "xx.x%", **given: Any) -> Row:
    return row(text=text, numeral=text.rstrip("%张"), value=None, masked=True, **given)


def made(*rows: Row, **selection: Any) -> comparison.Comparison:
    return compare(rows, CATALOGUE, convert, Selection(**selection))


def places(result: comparison.Comparison) -> list[str]:
    return [c.name for c in result.columns if c.kind == "mixed"]


def shown(result: comparison.Comparison) -> list[list[str]]:
    return [["" if r.get(p) is None else str(r[p]) for p in places(result)] for r in result.rows]


NINGBO = {"area_name": "宁波市", "area_id": "330200", "file": "b.txt"}


def test_places_side_by_side_in_the_unit_of_the_catalogue() -> None:
    result = made(
        row(),
        row(**NINGBO, value=90),
        row(indicator_id="money", value=519000000, unit="亿元", base_unit="元", start=20),
    )
    assert places(result) == ["杭州市", "宁波市"]
    assert [r["indicator_id"] for r in result.rows] == ["cover", "money"]
    assert shown(result) == [["95.3", "90"], ["5.19", ""]]
    assert result.rows[0]["杭州市"] == Cell("95.3", 95.3)
    assert result.rows[1]["unit"] == "亿元"
    assert (result.rows[1]["stated"], result.rows[1]["usable"]) == (1, 1)


def test_an_incompatible_unit_is_left_out_with_a_reason() -> None:
    result = made(row(), row(base_unit="张", unit="张", text="3张", start=30))
    assert shown(result) == [["95.3"]]
    assert [(i.code, i.fatal) for i in result.issues] == [("unit", False)]
    assert "3张" in result.issues[0].message


def test_a_mask_is_neither_missing_nor_zero() -> None:
    result = made(row(), masked(**NINGBO))
    assert shown(result) == [["95.3", "xx.x%"]]
    assert (result.rows[0]["stated"], result.rows[0]["usable"]) == (2, 1)
    assert result.long[1]["obs_value"] is None
    assert result.long[1]["masked"] is True


def test_a_masked_place_is_a_place_of_its_own_in_each_report() -> None:
    unknown = {"area_name": "xx市", "area_id": None}
    result = made(row(**unknown), row(**unknown, file="b.txt", value=90), row(**unknown, report=2, value=80))
    assert places(result) == ["xx市 (a.txt#1)", "xx市 (a.txt#2)", "xx市 (b.txt#1)"]
    assert len({r["area"] for r in result.long}) == 3


def test_a_masked_year_is_a_year_of_its_own_in_each_report() -> None:
    one, two = row(year=None, period="201*年"), row(year=None, period="201*年", file="b.txt", value=90)
    result = made(one, two, row(year=2020, start=50), by="area,year")
    assert places(result) == ["杭州市 2020", "杭州市 201*年 (a.txt#1)", "杭州市 201*年 (b.txt#1)"]


def test_no_place_at_all() -> None:
    assert places(made(row(area_name=None, area_id=None))) == ["? (a.txt#1)"]
    assert places(made(row(area_name="全市", area_id=None))) == ["全市 (a.txt#1)"]
    assert places(made(row(area_name="市区", area_id=None))) == ["市区 (a.txt#1)"]
    assert places(made(row(area_name="本溪市", area_id=None))) == ["本溪市"]


def test_a_place_with_and_without_code_is_one() -> None:
    assert places(made(row(), row(area_id=None, start=99))) == ["杭州市"]


def test_targets_and_references_stand_apart() -> None:
    rows = (row(), row(status="target", value=99, start=20), row(status="reference", value=80, start=30))
    assert shown(made(*rows)) == [["95.3"]]
    assert shown(made(*rows, status="target")) == [["99"]]
    result = made(*rows, status="all")
    assert [(r["status"], str(r["杭州市"])) for r in result.rows] == [
        ("actual", "95.3"), ("target", "99"), ("reference", "80"),
    ]  # fmt: skip


def test_a_change_is_no_level_and_a_fall_is_negative() -> None:
    fall = row(measure="change", direction="down", value=1.2, unit="个百分点", base_unit="百分点", start=20)
    assert shown(made(row(), fall)) == [["95.3"]]
    result = made(row(), fall, measure="change")
    assert shown(result) == [["-1.2"]]
    assert result.rows[0]["unit"] == "百分点"
    assert result.long[0]["value"] == -1.2


def test_growths_on_other_bases_are_other_rows() -> None:
    rate = {"measure": "change_rate", "direction": "up", "indicator_id": "money"}
    result = made(
        row(**rate, basis="yoy", value=5), row(**rate, basis="annual_average", value=7, start=20),
        row(**rate, real=True, value=9, start=30), measure="change_rate",
    )  # fmt: skip
    assert sorted(str(r["杭州市"]) for r in result.rows) == ["5", "7", "9"]


def test_a_rise_of_a_flow_is_its_level() -> None:
    jobs = {"indicator_id": "jobs", "measure": "change", "value": 12000, "unit": "人", "base_unit": "人"}
    result = made(row(**jobs, direction="up"), row(**jobs, direction="down", start=50))
    assert shown(result) == [["12000"]]
    assert result.long[0]["measure"] == "level"


@pytest.mark.parametrize(
    ("better", "worse", "cell"),
    [
        ({}, {"masked": True, "value": None, "text": "xx%"}, "95.3 *"),
        ({}, {"damage": "lost_point", "value": 953}, "95.3 *"),
        ({}, {"value": 120}, "95.3 *"),
        ({"value": 99}, {"confidence": 0.2}, "99 *"),
        ({"area": "全市"}, {"area": "市区", "value": 97}, "95.3 *"),
        ({"area": "杭州市"}, {"area": "农村", "value": 97}, "95.3 *"),
        ({"period": "2024年"}, {"period": "上半年", "value": 97}, "95.3 *"),
        ({"period": "2024年底"}, {"period": "十三五期间", "value": 97}, "95.3 *"),
        ({}, {"bound": "min", "value": 95}, "95.3"),
        ({}, {"bound": "min", "value": 96}, "95.3 *"),
        ({}, {"bound": "max", "value": 96}, "95.3"),
        ({}, {"bound": "approx", "value": 95}, "95.3 *"),
        ({}, {"year": 2023, "value": 90}, "95.3"),
        ({}, {"value": 96, "start": 99}, "95.3 *"),
        ({}, {"value": 95.3, "start": 99}, "95.3"),
    ],
)
def test_the_order_of_choice(better: dict[str, Any], worse: dict[str, Any], cell: str) -> None:
    first, second = row(start=50, **better), row(**{"start": 1, **worse})
    assert shown(made(first, second)) == [[cell]]
    assert shown(made(second, first)) == [[cell]]
    chosen = [r["start"] for r in made(first, second).long if r["chosen"]]
    assert chosen == [50]


def test_a_later_year_passed_over_is_marked() -> None:
    assert shown(made(row(year=2023), masked(year=2024, start=20))) == [["95.3 *"]]


@pytest.mark.parametrize(
    ("given", "cell"),
    [
        ({"bound": "min", "value": 80}, "≥80"),
        ({"bound": "max", "value": 5}, "≤5"),
        ({"bound": "approx", "value": 20}, "≈20"),
        ({"bound": "range", "value": 1, "value_max": 2}, "1~2"),
        ({"damage": "year_scrub", "value": 20230, "repaired": 100}, "100 †"),
        ({"damage": "year_scrub", "value": 20230}, "20230 ⚠"),
        ({"value": 254}, "254 ⚠"),
        ({"masked": True, "value": None, "text": "xx%", "bound": "min"}, "≥xx%"),
        ({"masked": True, "value": None, "numeral": "", "text": "%", "damage": "deleted"}, "?%"),
        ({"area": "市区"}, "95.3 ‡"),
        ({"period": "上半年"}, "95.3 ‡"),
    ],
)
def test_what_a_cell_shows(given: dict[str, Any], cell: str) -> None:
    result = made(row(**given))
    assert shown(result) == [[cell]]
    assert result.rows[0]["杭州市"].number is None


def test_a_damaged_number_is_nothing_to_compute_with() -> None:
    result = made(row(damage="lost_point", value=953))
    assert result.rows[0]["usable"] == 0
    assert result.long[0]["obs_value"] is None
    assert result.long[0]["doubt"] == "damaged implausible"


def test_years_of_places() -> None:
    result = made(
        row(), row(indicator_id="beds", base_unit="张", value=7, year=2022, start=20), row(**NINGBO, year=2021),
        row(area_name="温州市", area_id="330300", file="c.txt"),
    )  # fmt: skip
    assert places(result) == ["杭州市", "宁波市 2021", "温州市"]
    assert str(result.rows[1]["杭州市"]) == "7 (2022)"
    assert "2024" in result.legend[0]


def test_unknown_years_are_marked() -> None:
    beds = {"indicator_id": "beds", "base_unit": "张"}
    unknown = {"year": None, "period": "201*年"}
    wenzhou = {"area_name": "温州市", "area_id": "330300", "file": "c.txt"}
    result = made(
        row(), row(**beds, **unknown, value=7, start=20),
        row(**NINGBO, **unknown), row(**NINGBO, **beds, **unknown, start=20),
        row(**NINGBO, indicator_id="money", base_unit="亿元", start=30),
        row(**wenzhou), row(**wenzhou, **beds, start=20),
    )  # fmt: skip
    assert places(result) == ["杭州市", "宁波市 ?", "温州市"]
    assert shown(result) == [["95.3", "95.3", "95.3"], ["7 (?)", "95.3", "95.3"], ["", "95.3 (2024)", ""]]
    assert result.rows[1]["杭州市"].number is None
    assert result.legend == (
        "Figures are of 2024 unless a year stands beside them.",
        "?  after a place, (?) after a figure: of a year that is not known",
    )
    chinese = compare([row(**unknown)], CATALOGUE, convert, Selection(), language="zh")
    assert places(chinese) == ["杭州市 ?"]
    assert chinese.legend == ("?  在地区名后、(?) 在数字后：年份不明",)
    assert places(made(row(**unknown), by="report")) == ["a.txt#1"]
    assert made(row(**unknown), by="report").legend == ()


BEFORE = {"rule": "link.state_before", "year": None, "start": 1, "value": 61}


@pytest.mark.parametrize(
    "other",
    [{}, {"area": "市区"}, {"period": "上半年"}, {"bound": "min"}, {"value": 254}, {"damage": "lost_point"},
     {"masked": True, "value": None, "text": "xx%"}, {"year": None}, {"year": 2019}],
)  # fmt: skip
@pytest.mark.parametrize("by", ["area", "report"])
def test_how_it_was_before_loses_against_any_other_figure(other: dict[str, Any], by: str) -> None:
    alone = made(row(**other), by=by)
    for was in (row(**BEFORE), row(**BEFORE | {"year": 2018})):
        result = made(was, row(**other), by=by)
        assert places(result) == places(alone)
        assert shown(result) == shown(alone)
        assert [(r["start"], r["chosen"]) for r in result.long if r["chosen"]] == [(10, True)]


def test_how_it_was_before_alone_is_of_an_unknown_year() -> None:
    beds = row(indicator_id="beds", base_unit="张", value=7, start=20)
    result = made(row(**BEFORE), beds, row(**NINGBO, **BEFORE | {"indicator_id": "beds", "base_unit": "张"}))
    assert places(result) == ["杭州市", "宁波市 ?"]
    assert shown(result) == [["61 (?)", ""], ["7", "61"]]
    assert shown(made(row(**BEFORE), beds, by="report")) == [["61 (?)"], ["7"]]
    assert shown(made(row(**BEFORE | {"year": 2020}), beds)) == [["61 (2020)"], ["7"]]
    assert places(made(row(**BEFORE), by="area,year")) == ["杭州市 ? (a.txt#1)"]


def test_a_later_year_of_what_was_before_is_a_passed_over_one() -> None:
    assert shown(made(row(year=2019), row(**BEFORE | {"year": 2020}))) == [["95.3 *"]]


def test_by_report_keeps_to_the_place_of_the_report() -> None:
    home = [row(start=n, indicator_id=i, value=50, base_unit=u) for n, i, u in ((1, "cover", "%"), (2, "beds", "张"))]
    other = row(**{**NINGBO, "file": "a.txt"}, start=0, value=60)
    result = made(*home, other, by="report")
    assert places(result) == ["a.txt#1"]
    assert shown(result) == [["50 *"], ["50"]]


def test_two_files_of_one_name() -> None:
    result = made(row(file="x/a.txt"), row(file="y/a.txt", value=1), by="report")
    assert places(result) == ["a.txt#1", "a.txt#1 [2]"]


def test_selection() -> None:
    rows = (row(), row(**NINGBO, year=2020), row(indicator_id="beds", base_unit="张", start=20))
    assert places(made(*rows, areas=("宁波",))) == ["宁波市"]
    assert places(made(*rows, areas=("330200",))) == ["宁波市"]
    assert places(made(*rows, years=(2020,))) == ["宁波市"]
    assert [r["indicator_id"] for r in made(*rows, indicators=("beds",)).rows] == ["beds"]
    assert made(*rows, years=(1999,)).rows == []


def test_the_same_row_twice_counts_once() -> None:
    assert len(made(row(), row()).long) == 1


def test_evidence_stands_beneath() -> None:
    result = compare([row(sentence="全市覆盖率95.3%。")], CATALOGUE, convert, Selection(), evidence=True)
    assert [r["line"] for r in result.rows] == ["figure", "sentence", "source"]
    assert str(result.rows[1]["杭州市"]) == "全市覆盖率95.3%。"
    assert str(result.rows[2]["杭州市"]) == "a.txt#1:10-15"


def test_legend_speaks_only_of_what_is_there() -> None:
    assert made(row()).legend == ("Figures are of 2024 unless a year stands beside them.",)
    assert len(made(masked(), row(**NINGBO, bound="min")).legend) == 3
    deleted = row(**NINGBO, masked=True, value=None, numeral="", text="%", damage="deleted")
    said = "?%  the number was deleted from the text, only its unit is left"
    assert made(deleted).legend[1:] == (said,)
    assert made(masked(), deleted).legend[2:] == (said,)


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_extract_tables_are_read_back(form: str, tmp_path: Path) -> None:
    rows = [
        row(),
        masked(low=10.0, high=99.9, start=20),
        row(value=519000000, start=30, sentence='=1+1\r\n"x"', page=3),
    ]
    path = tmp_path / f"a.{form}"
    save(rows, EXTRACT, path, form)
    assert read_table(path) == rows


def test_a_table_with_chinese_headings_or_saved_by_a_spreadsheet_is_read_back(tmp_path: Path) -> None:
    from hreport.record import headed

    for form in ("csv", "parquet"):
        path = tmp_path / f"a.{form}"
        save([row()], headed(EXTRACT, "zh"), path, form)
        assert read_table(path) == [row()]
    text = (tmp_path / "a.csv").read_text("utf-8-sig").replace("false", "FALSE").replace("\n", "\r\n")
    path.with_suffix(".csv").write_bytes(text.encode("gb18030"))
    assert read_table(tmp_path / "a.csv") == [row()]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.csv", b"city,beds\nx,1\n", "no column file"),
        ("a.csv", b"", "no column file"),
        ("a.csv", b"\xff\xfe\x00\x80\xff", "neither UTF-8"),
        ("a.jsonl", b"{broken", "line 1: not JSON"),
        ("a.jsonl", b'{"a": 1}\n', "no column file"),
        ("a.parquet", b"PAR1nonsense", "not a Parquet file"),
    ],
)
def test_what_is_not_a_table_of_ours(name: str, data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(TableError, match=said):
        read_table(tmp_path / name)


def test_a_cell_of_the_wrong_kind_is_named(tmp_path: Path) -> None:
    save([row()], EXTRACT, tmp_path / "a.csv", "csv")
    text = (tmp_path / "a.csv").read_text("utf-8-sig").replace(",95.3,", ",many,", 1)
    (tmp_path / "a.csv").write_text(text.replace(",95.3,", ",many,"), encoding="utf-8")
    with pytest.raises(TableError, match=r"line 2: .*'many' is not a number"):
        read_table(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("value", "text"),
    [("5.190", "5.19"), ("33.33333", "33.3333"), ("0.00012345", "0.0001234"), ("1E+6", "1000000"), ("-3", "-3"),
     ("0", "0"), ("1234567.891", "1234567.891"), ("98765432109", "98765432109")],
)  # fmt: skip
def test_numbers_as_cells_show_them(value: str, text: str) -> None:
    assert cells.shown(Decimal(value)) == text


@pytest.mark.parametrize(
    ("period", "part"),
    [
        ("近3年", True), ("九年", True), ("5年", True), ("10年", True), ("近几年", True), ("十五年", True),
        ("2年多来", True), ("2020年到2025年", True), ("2021—2023年", True), ("１９５０年到１９９７年", True),
        ("2022年以来", True), ("十二月", True), ("前5个月", True), ("连续三个月", True), ("6月底", True),
        ("11-12月", True), ("9月到12月", True),
        ("", False), ("2025年", False), ("2025 年", False), ("二〇二五年", False), ("一九九五年", False),
        ("201*年", False), ("一年来", False), ("1年", False), ("第五年", False), ("12月底", False), ("十二月底", False),
        ("1-12月", False), ("一至十二月", False), ("全年", False),
    ],
)  # fmt: skip
def test_more_and_less_than_a_year_are_marked(period: str, part: bool) -> None:
    growth = row(period=period, measure="change_rate", direction="up")
    found = made(growth, measure="change_rate")
    assert [r["doubt"] for r in found.long] == ["part_year" if part else None]
    assert str(found.rows[0]["杭州市"]) == ("95.3 \u2021" if part else "95.3")


def test_a_growth_over_years_is_no_row_of_that_of_a_year() -> None:
    yearly = row(measure="change_rate", direction="up", basis="yoy")
    over_years = row(measure="change_rate", direction="up", period="5年", year=None, **NINGBO)
    assert [r["stated"] for r in made(yearly, over_years, measure="change_rate").rows] == [1, 1]


@pytest.mark.parametrize(
    ("bound", "sign", "turned"), [("min", "\u2264", "max"), ("max", "\u2265", "min"), ("approx", "\u2248", "approx")]
)
def test_a_fall_by_at_least_is_a_most(bound: str, sign: str, turned: str) -> None:
    fall = row(measure="change_rate", direction="down", value=5, numeral="5", text="5%", bound=bound)
    found = made(fall, measure="change_rate")
    assert str(found.rows[0]["杭州市"]) == f"{sign}-5"
    assert (found.long[0]["value"], found.long[0]["bound"]) == (-5, turned)
    hidden = masked("xx%", measure="change_rate", direction="down", bound=bound)
    assert str(made(hidden, measure="change_rate").rows[0]["杭州市"]) == f"{sign}-xx%"


def test_a_fall_within_its_bound_is_no_contradiction() -> None:
    least = row(measure="change_rate", direction="down", value=5, numeral="5", bound="min")
    exact = row(measure="change_rate", direction="down", value=6.2, numeral="6.2", start=40, end=45)
    less = {**exact, "value": 4.2, "numeral": "4.2", "obs_value": 4.2}
    assert [r["doubt"] for r in made(least, exact, measure="change_rate").long] == [None, None]
    assert "several" in {r["doubt"] for r in made(least, less, measure="change_rate").long}
