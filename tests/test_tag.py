"""Masks, quantities, times and areas: what is found in a sentence, and what is not."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from texts import GRAMMAR, reading, tagged_areas, tagged_masks, tagged_quantities

from hreport.model import Exact, Masked, Quantity, Range
from hreport.tag import numbers, times, words

# --- masks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        # numbers
        ("门诊量增长x.x%", [("x.x", "number")]),
        ("投入xx.xx亿元、床位xxxx张", [("xx.xx", "number"), ("xxxx", "number")]),
        ("ｘｘ．ｘ％", [("ｘｘ．ｘ", "number")]),
        ("覆盖xx-xx岁妇女", [("xx", "number"), ("xx", "number")]),
        ("分别为xx%xx%以上", [("xx", "number"), ("xx", "number")]),
        ("建成XX座,占XX%", [("XX", "number"), ("XX", "number")]),
        ("抽查201*多份样品", [("201*", "number")]),
        ("接种**万人次", [("**", "number")]),
        ("入托婴幼儿2XX人", [("2XX", "number")]),
        ("第xx批援助队", [("xx", "number")]),
        ("x级医院", [("x", "number")]),
        ("不到xx分钟", [("xx", "number")]),
        ("每xx人一名", [("xx", "number")]),
        # dates
        ("xxxx年xx月xx日", [("xxxx", "date"), ("xx", "date"), ("xx", "date")]),
        ("20xx年、201*年、20_年", [("20xx", "date"), ("201*", "date"), ("20_", "date")]),
        ("201*201*年", [("201*201*", "date")]),
        ("xxxxx月", [("xxxxx", "date")]),
        ("今年xx日上午", [("xx", "date")]),
        ("XX年代", [("XX", "date")]),
        ("x—x年", [("x", "date"), ("x", "date")]),
        ("卫发[201*]28号", [("201*", "date")]),
        ("卫发〔201*〕28号", [("201*", "date")]),
        ("建院xx周年", [("xx", "number")]),
        # places
        ("xx市、XX省XX市", [("xx", "place"), ("XX", "place"), ("XX", "place")]),
        ("主XX县区和XX县区政府", [("XX", "place"), ("XX", "place")]),
        ("_市卫生局与_-_两县", [("_", "place"), ("_", "place"), ("_", "place")]),
        ("**市×××县", [("**", "place"), ("×××", "place")]),
        ("某县医院、B省、以X市为例", [("某", "place"), ("B", "place"), ("X", "place")]),
        ("健康xx建设", [("xx", "place")]),
        ("xx医院、xx大学", [("xx", "place"), ("xx", "place")]),
        ("xx加快发展", [("xx", "place")]),
        # persons, organisations, others
        ("C总书记", [("C", "person")]),
        ("王xx同志、主任xx,", [("xx", "person"), ("xx", "person")]),
        ("记者xx报道", [("xx", "person")]),
        ("市xx小学", [("xx", "org")]),
        ("健康xx行动", [("xx", "other")]),
        ("“xx+x”模式", [("xx", "other"), ("x", "other")]),
        ("乘坐G×××次", [("×××", "other")]),
        # no masks
        ("4×100米接力", []),
        ("www.xx.com", []),
        ("二○○九年", []),
        ("N95口罩、CT室、A区大厅", []),
        ("第XX号令", []),
        ("某些县、某项工作", []),
        ("**重点**", []),
        ("姓名________", []),
        ("购置X光机12台", []),
        ("补充Vitamin X", []),
    ],
)
def test_masks(sentence: str, expected: list[tuple[str, str]]) -> None:
    assert [(m.text, m.kind) for m in tagged_masks(sentence)] == expected


# --- quantities ------------------------------------------------------------------------------------------------------


def value_of(quantity: Quantity) -> str:
    match quantity.value:
        case Exact(number):
            return f"{number.normalize():f}"
        case Range(low, high):
            return f"{low.normalize():f}~{high.normalize():f}"
        case Masked():
            return "?"


def shown(sentence: str) -> list[tuple[str, str, str, str, str, str]]:
    """Text, value, base unit, bound, damage and repair of each quantity of a sentence."""
    return [
        (q.text, value_of(q), q.base_unit, q.bound, q.damage or "", "" if q.repaired is None else f"{q.repaired:f}")
        for q, _, _ in tagged_quantities(sentence)
    ]


SOUND = [
    # text, value, base unit, bound
    ("投入3.27亿元。", "3.27亿元", "327000000", "元", "exact"),
    ("床位1,860张。", "1,860张", "1860", "张", "exact"),
    ("补助5，000元。", "5，000元", "5000", "元", "exact"),
    ("诊疗42.6万人次。", "42.6万人次", "426000", "人次", "exact"),
    ("共有床位３３．５万张。", "３３．５万张", "335000", "张", "exact"),
    ("经费33.5万亿元。", "33.5万亿元", "33500000000000", "元", "exact"),
    ("接待40余批次。", "40余批次", "40", "批次", "approx"),
    ("惠及6.8万余户。", "6.8万余户", "68000", "户", "approx"),
    ("达到3千余人。", "3千余人", "3000", "人", "approx"),
    ("约300万元。", "300万元", "3000000", "元", "approx"),
    ("近5万人。", "5万人", "50000", "人", "approx"),
    ("1.5万人左右。", "1.5万人", "15000", "人", "approx"),
    ("超过90%。", "90%", "90", "%", "min"),
    ("不低于95%。", "95%", "95", "%", "min"),
    ("95%以上。", "95%", "95", "%", "min"),
    ("至少2次。", "2次", "2", "次", "min"),
    ("5‰以下。", "5‰", "5", "‰", "max"),
    ("不超过3天。", "3天", "3", "天", "max"),
    ("不到1%。", "1%", "1", "%", "max"),
    ("达到2~4家。", "2~4家", "2~4", "家", "range"),
    ("提高3至5个百分点。", "3至5个百分点", "3~5", "百分点", "range"),
    ("下降12—15项。", "12—15项", "12~15", "项", "range"),
    ("增长60%-70%。", "60%-70%", "60~70", "%", "range"),
    ("增长60-70%。", "60-70%", "60~70", "%", "range"),
    ("百分之八十六。", "百分之八十六", "86", "%", "exact"),
    ("百分之九十二点五。", "百分之九十二点五", "92.5", "%", "exact"),
    ("千分之三。", "千分之三", "3", "‰", "exact"),
    ("四成以上。", "四成", "40", "%", "min"),
    ("9成。", "9成", "90", "%", "exact"),
    ("收入翻一番。", "翻一番", "2", "倍", "exact"),
    ("收入翻两番。", "翻两番", "4", "倍", "exact"),
    ("增长2.3倍。", "2.3倍", "2.3", "倍", "exact"),
    ("增长3倍多。", "3倍", "3", "倍", "approx"),
    ("二十万人参加。", "二十万人", "200000", "人", "exact"),
    ("一千二百名医师。", "一千二百名", "1200", "名", "exact"),
    ("二百八十三个村。", "二百八十三个", "283", "个", "exact"),
    ("两百余场讲座。", "两百余场", "200", "场", "approx"),
    ("五十六万元。", "五十六万元", "560000", "元", "exact"),
    ("15.6/10万。", "15.6/10万", "15.6", "1/10万", "exact"),
    ("25微克/立方米。", "25微克/立方米", "25", "微克/立方米", "exact"),
    ("7.3张/千人口。", "7.3张/千人口", "7.3", "张/千人口", "exact"),
    ("12千瓦。", "12千瓦", "12", "千瓦", "exact"),
    ("300㎡。", "300㎡", "300", "㎡", "exact"),
    ("6.2万亩。", "6.2万亩", "62000", "亩", "exact"),
    ("死亡0例。", "0例", "0", "例", "exact"),
    ("位居全省第二。", "第二", "2", "第", "exact"),
    ("列全市前3位。", "前3位", "3", "第", "max"),
    ("总人口43万。", "43万", "430000", "", "exact"),
    ("增长x.x%。", "x.x%", "?", "%", "exact"),
    ("资金xxx万元。", "xxx万元", "?", "元", "exact"),
    ("走访x.x万余户。", "x.x万余户", "?", "户", "approx"),
    ("抽调x-xx家。", "x-xx家", "?", "家", "range"),
    ("处置201*人。", "201*人", "?", "人", "exact"),
    ("建成两三家。", "两三家", "2~3", "家", "range"),
    ("走访三四百户。", "三四百户", "300~400", "户", "range"),
    ("建成十几家。", "十几家", "10", "家", "approx"),
    ("占三成五。", "三成五", "35", "%", "exact"),
    ("投入3万5千元。", "3万5千元", "35000", "元", "exact"),
    ("服务3000+人。", "3000+人", "3000", "人", "min"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "text", "value", "unit", "bound"), SOUND)
def test_sound_quantity(sentence: str, text: str, value: str, unit: str, bound: str) -> None:
    found = shown(sentence)
    year_scrub = "201*" in text
    assert found == [(text, value, unit, bound, "year_scrub" if year_scrub else "", "")]


DAMAGED = [
    # text, value, base unit, damage, repaired
    ("覆盖率达20230%。", "20230%", "20230", "%", "year_scrub", "100"),
    ("覆盖率达20230%。中心12023家。", "12023家", "12023", "家", "year_scrub", ""),
    ("覆盖率达20230%。下降2023%。", "2023%", "2023", "%", "year_scrub", ""),
    ("参合率为%。", "%", "?", "%", "deleted", ""),
    ("收入增长 %。", "%", "?", "%", "deleted", ""),
    ("增长8.6;", "8.6", "8.6", "%", "lost_unit", "8.6"),
    ("达到85以上,", "85", "85", "%", "lost_unit", "85"),
    ("占97.3 %。", "97.3 %", "97.3", "%", "spaced", "97.3"),
    ("共有12 张。", "12 张", "12", "张", "spaced", "12"),
    ("人均12 580元。", "12 580元", "12580", "元", "spaced", "12580"),
    ("投入1.2万 元。", "1.2万 元", "12000", "元", "spaced", "12000"),
    ("占36。5%。", "36。5%", "36.5", "%", "lost_point", "36.5"),
    ("参合率达2023%。", "2023%", "2023", "%", "year_scrub", ""),
    ("生产总值 亿元。", "亿元", "?", "元", "deleted", ""),
    (
        "投入1.2 万元。",
        "1.2 万元",
        "12000",
        "元",
        "spaced",
        "12000",
    ),
    ("占96. 5%。", "96. 5%", "96.5", "%", "spaced", "96.5"),
]


@pytest.mark.parametrize(("sentence", "text", "value", "unit", "damage", "repaired"), DAMAGED)
def test_damaged_quantity(sentence: str, text: str, value: str, unit: str, damage: str, repaired: str) -> None:
    found = [(t, v, u, d, float(r) if r else None) for t, v, u, _, d, r in shown(sentence)]
    assert found[-1] == (text, value, unit, damage, float(repaired) if repaired else None)


def test_lost_comma_between_shares() -> None:
    assert [(t, b, d) for t, _, _, b, d, _ in shown("分别达xx%xx%以上")] == [
        ("xx%", "exact", "lost_char"),
        ("xx%", "min", "lost_char"),
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "2型糖尿病",
        "时速12:30",
        "二○一○年",
        "十四五",
        "进一步统一十分重视",
        "千方百计",
        "半年",
        "3/4",
        "1:5",
        "零支付",
        "成倍",
        "三甲",
    ],
)
def test_no_quantity(sentence: str) -> None:
    assert shown(sentence) == []


@pytest.mark.parametrize("sentence", ["工作单位2个", "1个", "共有 5 家。设有 3 处。还有 8 个。", "增长8.5%"])
def test_undamaged(sentence: str) -> None:
    assert {damage for *_, damage, _ in shown(sentence)} == {""}


def test_a_minus_before_the_number_is_not_lost() -> None:
    assert shown("增长-3.2%")[0][1] == "3.2"  # the sign stands outside; `link` turns the direction


def test_digit_by_digit_masks_give_an_interval() -> None:
    found = [q.value for q, _, _ in tagged_quantities("增长x.x%,达到xxx万人,占xx.x%")]
    assert [(v.low, v.high) for v in found if isinstance(v, Masked)] == [
        (Decimal("0.0"), Decimal("9.9")),
        (Decimal(1000000), Decimal(9990000)),
        (Decimal("10.0"), Decimal("99.9")),
    ]


def test_fixed_masks_give_none() -> None:
    found = [q.value for q, _, _ in tagged_quantities("建成XX座,占XX%,共XX人")]
    assert [(v.low, v.high) for v in found if isinstance(v, Masked)] == [(None, None)] * 3


def test_crosses_give_none_even_where_each_stands_for_a_digit() -> None:
    found = [q.value for q, _, _ in tagged_quantities("增长x.x%,建成××座")]
    assert [(v.low, v.high) for v in found if isinstance(v, Masked)][1:] == [(None, None)]


def test_no_two_masks_are_equal() -> None:
    one, two = (q.value for q, _, _ in tagged_quantities("xx%、xx%"))
    assert one != two
    assert one == one


# --- roles -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("60岁以上老年人健康管理率75.2%", ["qualifier", "metric"]),
        ("建成15分钟就医圈", ["qualifier"]),
        ("24小时值守", ["qualifier"]),
        ("每学期2次", ["qualifier"]),
        ("每学期不少于2次", ["metric"]),
        ("每10万人", ["qualifier"]),
        ("人均预期寿命78.2岁", ["metric"]),
        ("平均住院日8.2天", ["metric"]),
        ("第二人民医院", ["ordinal"]),
        ("居全省第一。", ["metric"]),
        ("建设5G基站120个", ["name", "metric"]),
        ("交出三张答卷", ["count_word"]),
        ("做到四个坚持", ["count_word"]),
        ("实施五大工程", ["count_word"]),
        ("抽调18个部门", ["metric"]),
        ("配备一名医生", ["metric"]),
        ("开展“百日千场”行动3次", ["name", "name", "metric"]),
        ("2级以上医院", ["qualifier"]),
        ("投资10亿元以上项目6个", ["qualifier", "metric"]),
        ("配备全科医生两名", ["metric"]),
        ("参加义诊逾千人", ["metric"]),
    ],
)
def test_roles(sentence: str, expected: list[str]) -> None:
    assert [role for _, role, _ in tagged_quantities(sentence)] == expected


# --- times and areas -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("2023年上半年,共接诊", [("2023年上半年", "year")]),
        ("截至6月底", [("截至6月底", "month")]),
        ("xxxx年xx月", [("xxxx年xx月", "year")]),
        ("202223年", [("202223年", "year")]),
        ("“十四五”期间", [("“十四五”期间", "plan")]),
        ("去年同期", [("去年同期", "relative")]),
        ("每年投入", [("每年", "every")]),
        ("目前,全县", [("目前", "now")]),
        ("五年来", [("五年来", "now")]),
        ("3月龄", []),
        ("11年级", []),
        ("2-3岁", []),
    ],
)
def test_times(sentence: str, expected: list[tuple[str, str]]) -> None:
    assert [(t.text, t.kind) for t in times.tag(reading(sentence), GRAMMAR)] == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("全市共有", ["全市"]),
        ("我省居民", ["我省"]),
        ("XX县区医院", ["XX县区"]),
        ("浙江省义乌市的做法", ["浙江省", "义乌市"]),
        ("某县、_市", ["某县", "_市"]),
        ("增强安全感", []),
        ("x个市场", []),
        ("安全市民", []),
    ],
)
def test_areas(sentence: str, expected: list[str]) -> None:
    assert [a.text for a in tagged_areas(sentence) if a.kind != "part"] == expected


# --- words -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def own_words(tmp_path: Path) -> Iterator[None]:
    """A user's word in force for one test."""
    file = tmp_path / "words.txt"
    file.write_text("健康乐游村 20 n\n", encoding="utf-8")
    words.load_userdict(file)
    yield
    words._added.clear()
    words._cutter.cache_clear()


def test_words_joined_are_the_text() -> None:
    assert "".join(words.cut("全市 新增,健康乐游村x个。")) == "全市 新增,健康乐游村x个。"


def test_own_word_with_jieba(own_words: None) -> None:
    assert words.jieba_cutter()("全市健康乐游村") == ["全市", "健康乐游村"]


def test_own_word_with_rjieba(own_words: None) -> None:
    pytest.importorskip("rjieba")
    assert words.cut("全市健康乐游村") == ["全市", "健康乐游村"]


# --- numerals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [*range(1, 400), 1000, 1001, 1010, 1100, 9999, 10000, 10001, 100200, 2300000, 10**8])
def test_chinese_numerals(number: int) -> None:
    assert numbers.chinese(in_words(number)) == number


def in_words(number: int) -> str:
    """A number as it is written in Chinese."""
    for unit, sign in ((10**8, "亿"), (10**4, "万")):
        if number >= unit:
            rest = number % unit
            gap = "零" if 0 < rest < unit // 10 else ""
            return in_words(number // unit) + sign + gap + (in_words(rest) if rest else "")
    out = ""
    for unit, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            out += "一二三四五六七八九"[digit - 1] + sign
        elif out and number and not out.endswith("零"):
            out += "零"
    return out


@pytest.mark.parametrize("text", ["", "abc", "x", "十x", "健康"])
def test_no_chinese_numeral(text: str) -> None:
    assert numbers.chinese(text) is None


@pytest.mark.parametrize("text", ["", "1.2.3", "x", "1,2x"])
def test_no_arabic_numeral(text: str) -> None:
    assert numbers.arabic(text) is None
