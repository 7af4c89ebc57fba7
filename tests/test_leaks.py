"""Places that leak from reports whose own place is masked: which is offered, with what evidence, and which is not."""

from __future__ import annotations

import pytest
from texts import extract

from hreport.record import observation_rows

HEAD = "卫生健康工作汇报\n我市医疗水平提高，全市共有医院25家，xx区、xx县、xx镇各有一家。\n"


def offered(text: str) -> str:
    """The code, or else the name, of the place that is offered, with its grade."""
    found = extract(text).reports[0].inferred
    return f"{found.area_id or found.name} {found.grade}" if found else ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("开展精神卫生“杭州模式”，创办杭州精神卫生报纸。", "330100 own"),
        ("实施市人民医院住院楼、前锋区人民医院和_区、_县等6个项目。", "511600 own"),  # 全市: the city it lies in
        ("持续推进分宜县县域医共体建设。", "360500 own"),
        ("医改示范项目落地遵义，并获补助。", "520300 named"),
        ("创建河南省卫生乡镇5个。", "410000 within"),
        ("义乌市卫生局被评为先进。义乌市荣获称号。", "330782 own"),
        ("建成奎文区、潍城区、坊子区卫生院。", "370700 own"),
        # compared with, visited, praised, supported
        ("学习杭州经验。", ""),
        ("驰援湖北，支援武汉。", ""),
        ("与四川、青海共建，同重庆签约。", ""),
        ("与上海合作，赴深圳考察，邀请北京专家授课。", ""),
        ("武汉发生疫情后，驻守一线。", ""),
        ("复旦大学、浙江大学附属医院、四川大学华西医院。", ""),
        ("北京、上海、广东等地先行。", ""),
        ("台湾同胞投资企业5家。", ""),
        ("全国平均水平，国家项目。", ""),
        # parts of words
        ("建设美丽江苏路，其中卫生支出，展开封控，重大庆祝活动。", ""),
        # nothing stands out
        ("绍兴市人民医院建成，金华市人民医院开工。", ""),
    ],
)
def test_what_is_offered_for_a_city(text: str, expected: str) -> None:
    assert offered(HEAD + text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("新建XX县区千里山镇中心卫生院，增设千里山镇卫生院。", "千里山镇 own"),
        ("各乡镇卫生院和中心镇卫生院，加强镇卫生院建设。", ""),
        ("XX县区千里山镇中心卫生院和XX县区白石镇中心卫生院。", ""),
    ],
)
def test_a_town_of_a_county(text: str, expected: str) -> None:
    assert offered("XX县区卫生工作汇报\nXX县区共有医院5家，XX县区投入2亿元。\n" + text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "绍兴市2024年卫生工作总结\n全市共有医院25家，全市平稳。持续推进分宜县县域医共体建设。",
        "关于开展试点的通知\n选择杭州市卫生局等10个单位。",
    ],
)
def test_nothing_is_offered_where_the_place_is_known_or_no_place_is_spoken_of(text: str) -> None:
    assert extract(text).reports[0].candidates == ()


def test_rows_keep_the_masked_name_and_show_the_evidence() -> None:
    text = (
        "xx市卫生健康工作汇报\nxx市共有医院25家。全国有医院3万家。\n"
        "全市投入2亿元，持续推进分宜县县域\n医共体建设。全市平稳。"
    )
    rows = list(observation_rows(extract(text), "a.txt"))
    assert [r["area_name"] for r in rows] == ["xx市", "全国", "xx市"]
    assert [r["area_id"] for r in rows] == [None, "100000", None]
    assert [r["area_inferred"] for r in rows] == ["江西省新余市 360500", None, "江西省新余市 360500"]
    at = text.index("分宜县")
    assert rows[0]["area_evidence"] == f'"全市投入2亿元，持续推进分宜县县域" {at}-{at + 3} own 1'
    assert rows[1]["area_evidence"] is None
