"""Where and when: the area and year of reports, and what they mean for each figure."""

from __future__ import annotations

from texts import LEXICON, document

from hreport.analyse import analyse
from hreport.model import Extraction


def read(text: str, hints: dict[int, dict[str, str]] | None = None) -> Extraction:
    return analyse(document(text), LEXICON, hints)


# --- places ----------------------------------------------------------------------------------------------------------


def test_the_reports_own_name_is_its_area() -> None:
    found = read("重庆市2024年工作总结\n全市平稳运行。覆盖5个国家，重庆经通道货运量增长41%。重庆港完成5亿吨。")
    assert [(o.area, o.area_name, o.area_id) for o in found.observations][1:] == [
        ("重庆", "重庆市", "500000"),
        ("全市", "重庆市", "500000"),
    ]


def test_a_name_of_several_divisions_is_the_one_in_the_reports_place() -> None:
    found = read("吉林省2024年工作总结\n朝阳区新建医院5家。")
    assert [(o.area, o.area_id) for o in found.observations] == [("朝阳区", "220104")]


# --- years -----------------------------------------------------------------------------------------------------------


def test_a_year_later_than_the_reports_own_is_aimed_at() -> None:
    titled = read("2022年卫生工作总结\n公共卫生支出由2020年的3.8亿元增至2023年的6.1亿元。")
    assert [(o.year, o.status) for o in titled.observations] == [("2020", "actual"), ("2023", "target")]


def test_the_first_lines_do_not_say_which_years_lie_ahead() -> None:
    found = read("公共卫生支出由2020年的3.8亿元增至2023年的6.1亿元，到2025年达到7亿元。\n\n\n2024年达到6.5亿元。")
    assert found.reports[0].year == "2023"
    assert [o.status for o in found.observations] == ["actual", "actual", "target", "actual"]


SCRUBBED = (
    "2023年卫生工作总结\n参保率达到20230%，覆盖率达到20230%。全市有医院12023家。全市有学校35家。2023年建成医院5家。"
)


def test_the_years_of_a_scrubbed_document_are_damage() -> None:
    found = read(SCRUBBED)
    assert found.reports[0].year == ""
    assert {o.year for o in found.observations} == {""}


def test_the_year_of_the_manifest_holds_for_a_scrubbed_document() -> None:
    found = read(SCRUBBED, {1: {"year": "2008"}})
    assert found.reports[0].year == "2008"
    assert [o.year for o in found.observations if not o.period] == ["2008"] * 4
    assert [o.year for o in found.observations if o.period] == [""]


def test_a_state_that_years_led_to_is_of_their_last() -> None:
    text = "2026年浙江省政府工作报告\n"
    text += "五年来，全省人均预期寿命提高到82.5岁，新增床位12万张。“十五五”时期，人均预期寿命达到83岁。"
    found = read(text)
    assert [(o.quantity.text, o.year, o.status) for o in found.observations] == [
        ("82.5岁", "2025", "actual"),
        ("12万张", "", "actual"),
        ("83岁", "2030", "target"),
    ]


def test_a_plan_that_still_runs_has_led_to_the_year_under_review() -> None:
    found = read("某市2023年工作总结\n“十四五”以来，人均预期寿命提高到80.5岁。")
    assert [(o.quantity.text, o.year) for o in found.observations] == [("80.5岁", "2023")]


def test_a_rank_is_of_the_place_that_has_it_and_not_of_those_it_is_among() -> None:
    found = read("四川省2024年政府工作报告\n经济总量居全国第5位，清洁能源装机居西部第一位。")
    assert [(o.area, o.area_name) for o in found.observations] == [
        ("全国", "四川省"),
        ("西部", "四川省"),
    ]
