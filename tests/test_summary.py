"""What a row of the comparison says as a whole: minimum, median, maximum, ranks, and what was left out of them."""

from __future__ import annotations

from typing import Any

import pytest
from test_compare import made, masked, row

from hreport.record import Row


def place(code: str, name: str, **given: Any) -> Row:
    return row(file=f"{code}.txt", area_id=code, area_name=name, **given)


def first(*rows: Row, **selection: Any) -> Row:
    return made(*rows, **selection).rows[0]


def test_only_what_can_be_compared_is_summed_up() -> None:
    found = first(
        place("330100", "杭州市", value=95, numeral="95"),
        place("330200", "宁波市", value=97, numeral="97"),
        place("330300", "温州市", value=90, numeral="90"),
        place("330400", "嘉兴市", value=99, numeral="99", bound="min"),
        masked(file="330500.txt", area_id="330500", area_name="湖州市"),
        place("330600", "绍兴市", value=20230, numeral="20230", damage="year_scrub"),
        place("330000", "浙江省", value=50, numeral="50"),
        place("330700", "金华市", value=10, numeral="10", year=2021),
    )
    figures = {n: found[n] for n in ("stated", "usable", "comparable", "minimum", "median", "maximum")}
    assert figures == {"stated": 8, "usable": 6, "comparable": 3, "minimum": 90, "median": 95, "maximum": 97}
    assert (found["masked_cells"], found["doubtful_cells"]) == (1, 1)


def test_one_figure_is_no_comparison() -> None:
    found = first(place("330100", "杭州市", value=95, numeral="95"))
    assert (found["comparable"], found["minimum"], found["median"]) == (1, None, None)


@pytest.mark.parametrize(("measure", "ranks"), [("level", [2, 1, 2]), ("rank", [1, 3, 1])])
def test_ranks_are_of_the_best_first_and_equal_ones_share(measure: str, ranks: list[int]) -> None:
    values = (95, 97, 95)
    rows = [
        place(f"33{n}00", f"{n}市", value=v, numeral=str(v), measure=measure)
        for n, v in zip("123", values, strict=True)
    ]
    long = made(*rows, measure=measure).long
    assert [r["rank"] for r in long] == ranks


def test_ranks_stand_under_their_figures() -> None:
    from test_compare import CATALOGUE, convert

    from hreport.comparison import compare
    from hreport.figures import Selection

    rows = [place("330100", "杭州市"), place("330200", "宁波市", value=90, numeral="90")]
    result = compare(rows, CATALOGUE, convert, Selection(), ranks=True, coverage=True)
    lines = [(r["line"], str(r.get("杭州市")), str(r.get("宁波市"))) for r in result.rows]
    assert lines == [("figure", "95.3", "90"), ("rank", "1", "2"), ("coverage", "1", "1")]


def test_a_growth_without_basis_stands_beside_one_on_the_year_before() -> None:
    rows = [
        place("330100", "杭州市", measure="change_rate", direction="up", basis="yoy"),
        place("330200", "宁波市", measure="change_rate", direction="up"),
        place("330300", "温州市", measure="change_rate", direction="up", basis="annual_average"),
    ]
    assert [r["stated"] for r in made(*rows, measure="change_rate").rows] == [2, 1]


def test_one_number_may_be_the_other_one_rounded() -> None:
    exact = row(value=95.34, numeral="95.34", start=50, end=55, text="95.34%")
    shown = made(row(value=95.3, numeral="95.3"), exact)
    assert [(r["value"], r["chosen"], r["doubt"]) for r in shown.long] == [(95.34, True, None), (95.3, False, None)]
    other = made(row(value=95.3, numeral="95.3"), {**exact, "value": 95.36, "numeral": "95.36", "obs_value": 95.36})
    assert [r["doubt"] for r in other.long if r["chosen"]] == ["several"]


def test_a_state_that_years_led_to_is_no_part_of_a_year() -> None:
    assert made(row(period="五年来", year=2025)).long[0]["doubt"] is None
    assert made(row(period="五年来", year=None)).long[0]["doubt"] == "part_year"
    assert made(row(period="2025年上半年", year=2025)).long[0]["doubt"] == "part_year"


def test_a_figure_that_others_speak_against_is_marked_and_left_out() -> None:
    from test_compare import CATALOGUE, convert

    from hreport.comparison import compare
    from hreport.figures import Selection

    rows = [place("330100", "杭州市"), place("330200", "宁波市", value=90, numeral="90"), place("330300", "温州市")]
    result = compare(rows, CATALOGUE, convert, Selection(), contradicted={("330100.txt", 10, 15)})
    assert str(result.rows[0]["杭州市"]) == "95.3 \u203c"
    assert (result.rows[0]["comparable"], result.rows[0]["doubtful_cells"]) == (2, 1)
    assert any(line.startswith("\u203c") for line in result.legend)


def test_a_rate_of_today_is_no_part_of_a_year_and_a_count_may_be() -> None:
    assert made(row(period="目前")).long[0]["doubt"] is None
    beds = row(period="目前", indicator_id="beds", base_unit="张", unit="张", value=20, numeral="20", obs_value=20)
    assert made(beds).long[0]["doubt"] == "part_year"


def test_what_was_added_up_is_marked() -> None:
    money = {"indicator_id": "money", "base_unit": "元", "unit": "亿元", "numeral": "260", "text": "260亿元"}
    money |= {"value": 26 * 10**9, "obs_value": 26 * 10**9}
    assert made(row(**money, sentence="卫生投入累计达260亿元。")).long[0]["doubt"] == "part_year"
    assert made(row(**money, sentence="卫生投入达260亿元。")).long[0]["doubt"] is None
