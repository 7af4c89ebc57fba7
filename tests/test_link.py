"""Which number belongs to which indicator, and how: cases, and what holds for every text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from texts import SAMPLES, document, extract, file

from hreport.analyse import analyse
from hreport.lexicon import load
from hreport.model import Block, BlockKind, Document, Exact, Extraction, Masked, Observation, Range, Span

LEAD = (
    "卫生健康系统广大干部职工坚持以人民健康为中心,扎实推进各项重点改革任务,服务能力稳步提升,"
    "人民群众看病就医更加方便,健康水平持续提高。"
)


def observed(sentence: str, title: str = "卫生健康工作总结") -> list[Observation]:
    """The observations of a sentence in a report."""
    found = extract(f"{title}\n\n    {LEAD}\n    {sentence}\n").observations
    return [o for o in found if o.quantity.text in sentence]


def value_of(o: Observation) -> str:
    match o.quantity.value:
        case Exact(number):
            return f"{number.normalize():f}"
        case Range(low, high):
            return f"{low.normalize():f}~{high.normalize():f}"
        case Masked():
            return "?"


SHOWN = {
    "value": value_of,
    "unit": lambda o: o.quantity.base_unit,
    "bound": lambda o: o.quantity.bound,
    "damage": lambda o: o.quantity.damage or "",
    "indicator": lambda o: o.indicator,
    "measure": lambda o: o.measure,
    "direction": lambda o: o.direction or "",
    "basis": lambda o: o.basis or "",
    "status": lambda o: o.status,
    "period": lambda o: o.period,
    "area": lambda o: o.area,
}
ALWAYS = {"bound": "exact", "damage": "", "measure": "level", "direction": "", "status": "actual"}


def row(text: str, value: str, unit: str, indicator: str, **more: str) -> dict[str, str]:
    """What is expected of an observation. What is not said is `ALWAYS`; basis, period and area count where said.
    `indicator` may offer several wordings, parted by |."""
    return {**ALWAYS, "text": text, "value": value, "unit": unit, "indicator": indicator, **more}


def check(sentence: str, expected: list[dict[str, str]], title: str = "卫生健康工作总结") -> None:
    """Compare the observations of a sentence with what is expected."""
    found = observed(sentence, title)
    given_rows, wanted = [], []
    for k, want in enumerate(expected):
        wanted.append(want)
        if k >= len(found):
            continue
        said = {"text": found[k].quantity.text, **{name: SHOWN[name](found[k]) for name in want if name != "text"}}
        if said["indicator"] in want["indicator"].split("|"):
            said["indicator"] = want["indicator"]
        given_rows.append(said)
    assert given_rows == wanted
    assert len(found) == len(expected), [o.quantity.text for o in found]


UP, DOWN = {"direction": "up"}, {"direction": "down"}
RATE_UP, RATE_DOWN = {"measure": "change_rate", **UP}, {"measure": "change_rate", **DOWN}
CHANGE_UP, CHANGE_DOWN = {"measure": "change", **UP}, {"measure": "change", **DOWN}
TARGET = {"status": "target"}


# Sentences that are not read rightly yet, and why. Strict: mend one and its line must go.
KNOWN: dict[str, str] = {
    "配备执法车辆各1辆。": "各 behind the noun",
    "中心卫生院共有医护人员326人,平均每院23.3人。": "on average for each",
    "每天锻炼一小时的学生占85%。": "每天 of a habit is no period",
    "全年完成诊疗86.2万人次比上年增长5.3%住院病人3.6万人次病床使用率78.5%。": "no commas: the indicator is 增长",
    "总投资3.6亿元的妇幼保健院新院投入使用。": "总投资 before money of something",
}


def named(cases: Iterable[tuple[str, str, list[dict[str, str]]]]) -> list[Any]:
    """Cases of a name, a sentence and what is expected; those of `KNOWN` are expected to fail."""
    marks = {name: [pytest.mark.xfail(reason=why, strict=True)] for name, why in KNOWN.items()}
    return [pytest.param(sentence, rows, marks=marks.get(name, []), id=name) for name, sentence, rows in cases]


# --- the hard cases of the contract, each with sentences of its own --------------------------------------------------

CASES: dict[str, tuple[str, list[dict[str, str]]]] = {
    "two units of one thing": (
        "全年发放护理补贴1.6万户、2.3万人。",
        [
            row("1.6万户", "16000", "户", "护理补贴", period="全年"),
            row("2.3万人", "23000", "人", "护理补贴", period="全年"),
        ],
    ),
    "a level and its growth": (
        "市本级卫生经费支出为3.27亿元,较上年增幅为12.4%。",
        [
            row("3.27亿元", "327000000", "元", "市本级卫生经费支出|本级卫生经费支出|卫生经费支出"),
            row("12.4%", "12.4", "%", "市本级卫生经费支出|本级卫生经费支出|卫生经费支出", basis="yoy", **RATE_UP),
        ],
    ),
    "above what is required": (
        "儿童免疫规划疫苗接种率达98.6%,高于国家要求8.6个百分点。",
        [
            row("98.6%", "98.6", "%", "儿童免疫规划疫苗接种率"),
            row("8.6个百分点", "8.6", "百分点", "儿童免疫规划疫苗接种率", **CHANGE_UP),
        ],
    ),
    "below the average": (
        "婴儿死亡率3.1‰,低于全省平均水平1.2个百分点。",
        [row("3.1‰", "3.1", "‰", "婴儿死亡率"), row("1.2个百分点", "1.2", "百分点", "婴儿死亡率", **CHANGE_DOWN)],
    ),
    "higher than the average": (
        "卫生厕所普及率为91.2%,比全省平均水平高4.1个百分点。",
        [
            row("91.2%", "91.2", "%", "卫生厕所普及率"),
            row("4.1个百分点", "4.1", "百分点", "卫生厕所普及率", **CHANGE_UP),
        ],
    ),
    "each its own": (
        "孕产妇死亡率、婴儿死亡率分别降至5.2/10万、2.1‰以下。",
        [
            row("5.2/10万", "5.2", "1/10万", "孕产妇死亡率", bound="max"),
            row("2.1‰", "2.1", "‰", "婴儿死亡率", bound="max"),
        ],
    ),
    "all the same": (
        "住院分娩率、产后访视率均达到99.5%。",
        [row("99.5%", "99.5", "%", "住院分娩率、产后访视率|住院分娩率|产后访视率")],
    ),
    "for each thousand": (
        "每千人口拥有执业医师数3.12名。",
        [row("3.12名", "3.12", "名", "每千人口拥有执业医师数")],
    ),
    "a lost comma": (
        "产前筛查率、产后访视率分别达到xx%xx%以上。",
        [
            row("xx%", "?", "%", "产前筛查率", bound="min", damage="lost_char"),
            row("xx%", "?", "%", "产后访视率", bound="min", damage="lost_char"),
        ],
    ),
    "ten became a year": (
        "全县村卫生室共12023家,健康教育覆盖率达20230%。",
        [
            row("12023家", "12023", "家", "村卫生室", damage="year_scrub"),
            row("20230%", "20230", "%", "健康教育覆盖率", damage="year_scrub"),
        ],
    ),
    "down by and down to": (
        "次均费用下降18.6%,药品收入占比降至26.5%。",
        [row("18.6%", "18.6", "%", "次均费用", **RATE_DOWN), row("26.5%", "26.5", "%", "药品收入占比")],
    ),
    "from and to": (
        "监测点由1860个扩充至2.4万个。",
        [row("1860个", "1860", "个", "监测点", period=""), row("2.4万个", "24000", "个", "监测点")],
    ),
    "a mask and a measure word": ("建成发热哨点x家。", [row("x家", "?", "家", "发热哨点")]),
    "money for something": (
        "对示范社区给予2万元的奖励。",
        [row("2万元", "20000", "元", "奖励|示范社区的奖励|对示范社区的奖励")],
    ),
    "more than": (
        "走访困难群众6万余户,免费体检3.8万余人。",
        [
            row("6万余户", "60000", "户", "困难群众|走访困难群众", bound="approx"),
            row("3.8万余人", "38000", "人", "免费体检|体检", bound="approx"),
        ],
    ),
    "ranks": (
        "综合考核名列全省第二,位居西部第一、全国第五。",
        [
            row("第二", "2", "第", "综合考核", measure="rank", area="全省"),
            row("第一", "1", "第", "综合考核", measure="rank"),
            row("第五", "5", "第", "综合考核", measure="rank", area="全国"),
        ],
    ),
    "among the first": (
        "群众满意度稳居全市前3位。",
        [row("前3位", "3", "第", "群众满意度", measure="rank", bound="max")],
    ),
    "shares in words": (
        "基层诊疗量占三成以上,患者满意度达百分之九十六。",
        [row("三成", "30", "%", "基层诊疗量", bound="min"), row("百分之九十六", "96", "%", "患者满意度")],
    ),
    "twice as much": (
        "居民收入比2010年翻一番。",
        [row("翻一番", "2", "倍", "居民收入", measure="multiple", **UP)],
    ),
    "multiples": ("门诊量增长2倍。", [row("2倍", "2", "倍", "门诊量", measure="multiple", **UP)]),
}


@pytest.mark.parametrize(("sentence", "expected"), named((name, *case) for name, case in CASES.items()))
def test_hard_case(sentence: str, expected: list[dict[str, str]]) -> None:
    check(sentence, expected)


# --- more ways of saying it ------------------------------------------------------------------------------------------

MORE: list[tuple[str, list[dict[str, str]]]] = [
    (
        "新增床位320张,增设发热门诊5个。",
        [row("320张", "320", "张", "床位", **CHANGE_UP), row("5个", "5", "个", "发热门诊", **CHANGE_UP)],
    ),
    ("核减编制12名。", [row("12名", "12", "名", "编制", **CHANGE_DOWN)]),
    (
        "全年完成健康体检26.4万人次,同比增长8.7%,环比下降2.1%。",
        [
            row("26.4万人次", "264000", "人次", "健康体检", period="全年"),
            row("8.7%", "8.7", "%", "健康体检", basis="yoy", **RATE_UP),
            row("2.1%", "2.1", "%", "健康体检", basis="qoq", **RATE_DOWN),
        ],
    ),
    (
        "我市新农合参合率为%,同比增长 %。",
        [
            row("%", "?", "%", "新农合参合率", damage="deleted", area="我市"),
            row("%", "?", "%", "新农合参合率", damage="deleted", area="我市", **RATE_UP),
        ],
    ),
    (
        "财政投入增长12.5;参保率达到96.8以上。",
        [
            row("12.5", "12.5", "%", "财政投入", damage="lost_unit", **RATE_UP),
            row("96.8", "96.8", "%", "参保率", damage="lost_unit", bound="min"),
        ],
    ),
    ("系统管理率为954%。", [row("954%", "954", "%", "系统管理率", damage="lost_point")]),
    (
        "5岁以下儿童死亡率为4.3‰,60岁以上老年人健康管理率75.2%。",
        [row("4.3‰", "4.3", "‰", "5岁以下儿童死亡率"), row("75.2%", "75.2", "%", "60岁以上老年人健康管理率")],
    ),
    (
        "举办培训班24期(场),培训1200余人次。",
        [row("24期", "24", "期", "培训班"), row("1200余人次", "1200", "人次", "培训", bound="approx")],
    ),
    (
        "全市共有医疗卫生机构1286个,其中医院48个、乡镇卫生院102个、村卫生室1136个。",
        [
            row("1286个", "1286", "个", "医疗卫生机构", area="全市"),
            row("48个", "48", "个", "医院", area="全市"),
            row("102个", "102", "个", "乡镇卫生院"),
            row("1136个", "1136", "个", "村卫生室"),
        ],
    ),
    (
        "城镇居民人均可支配收入31250元,农村居民人均纯收入12680元,分别增长8.2%和9.6%。",
        [
            row("31250元", "31250", "元", "城镇居民人均可支配收入"),
            row("12680元", "12680", "元", "农村居民人均纯收入"),
            row("8.2%", "8.2", "%", "城镇居民人均可支配收入", **RATE_UP),
            row("9.6%", "9.6", "%", "农村居民人均纯收入", **RATE_UP),
        ],
    ),
    ("总投资3.6亿元的妇幼保健院新院投入使用。", [row("3.6亿元", "360000000", "元", "总投资")]),
    (
        "全县现有中医医院3家(三级1家、二级2家)。",
        [
            row("3家", "3", "家", "中医医院", area="全县"),
            row("1家", "1", "家", "三级|三级中医医院"),
            row("2家", "2", "家", "二级|二级中医医院"),
        ],
    ),
    (
        "筹集资金6000万,总人口43万。",
        [row("6000万", "60000000", "元", "资金|筹集资金"), row("43万", "430000", "人", "总人口")],
    ),
    (
        "设有床位1,860张,占床位总数的23.5%。",
        [
            row("1,860张", "1860", "张", "床位"),
            row("23.5%", "23.5", "%", "占床位总数|占床位总数的|床位|床位占床位总数"),
        ],
    ),
    (
        "每千常住人口床位数由5.8张提高到6.4张。",
        [row("5.8张", "5.8", "张", "每千常住人口床位数"), row("6.4张", "6.4", "张", "每千常住人口床位数")],
    ),
    (
        "手术量增加到1.2万台,增长15%—18%。",
        [row("1.2万台", "12000", "台", "手术量"), row("15%—18%", "15~18", "%", "手术量", bound="range", **RATE_UP)],
    ),
    (
        "累计报告病例12例,治愈11例,死亡0例。",
        [
            row("12例", "12", "例", "病例|报告病例"),
            row("11例", "11", "例", "治愈|治愈病例"),
            row("0例", "0", "例", "死亡|死亡病例"),
        ],
    ),
    (
        "PM2.5平均浓度为28微克/立方米,优良天数比例为92.3%,提高1.5个百分点。",
        [
            row("28微克/立方米", "28", "微克/立方米", "PM2.5平均浓度"),
            row("92.3%", "92.3", "%", "优良天数比例"),
            row("1.5个百分点", "1.5", "百分点", "优良天数比例", **CHANGE_UP),
        ],
    ),
    (
        "争取上级资金x.xx亿元,同比增长xx.x%。",
        [row("x.xx亿元", "?", "元", "上级资金"), row("xx.x%", "?", "%", "上级资金", **RATE_UP)],
    ),
    (
        "截至6月底,全县建立居民健康档案xx.x万份,建档率达xx.x%。",
        [
            row("xx.x万份", "?", "份", "居民健康档案", period="截至6月底", area="全县"),
            row("xx.x%", "?", "%", "建档率", period="截至6月底", area="全县"),
        ],
    ),
    ("抽调18个部门组成6个督查组。", [row("18个", "18", "个", "部门"), row("6个", "6", "个", "督查组")]),
    ("生产总值突破800亿元大关。", [row("800亿元", "80000000000", "元", "生产总值", bound="min")]),
    (
        "药占比控制在30%以内,平均住院日缩短至8.2天。",
        [row("30%", "30", "%", "药占比", bound="max"), row("8.2天", "8.2", "天", "平均住院日")],
    ),
    (
        "去年,全区发现乱收费行为36起,查处率100%。",
        [
            row("36起", "36", "起", "乱收费行为", period="去年", area="全区"),
            row("100%", "100", "%", "查处率", period="去年", area="全区"),
        ],
    ),
    (
        "接诊发热病人x人次,转诊x人。",
        [row("x人次", "?", "人次", "发热病人|接诊发热病人"), row("x人", "?", "人", "转诊|转诊发热病人")],
    ),
    ("为65岁以上老年人免费体检4.6万人次。", [row("4.6万人次", "46000", "人次", "65岁以上老年人免费体检|免费体检")]),
    ("全县120急救平均反应时间为9分钟。", [row("9分钟", "9", "分钟", "120急救平均反应时间", area="全县")]),
    ("推进“三个一”工程,开展“十百千”行动。", []),
    ("每村配备1名公共卫生联络员。", [row("1名", "1", "名", "公共卫生联络员|每村公共卫生联络员")]),
    (
        "国内生产总值达到35.6万亿元,年均增长7.2%。",
        [
            row("35.6万亿元", "35600000000000", "元", "国内生产总值"),
            row("7.2%", "7.2", "%", "国内生产总值", basis="annual_average", **RATE_UP),
        ],
    ),
    (
        "药品零差率销售让利1.3亿元,门诊次均费用降低12.6元。",
        [
            row("1.3亿元", "130000000", "元", "药品零差率销售让利|让利"),
            row("12.6元", "12.6", "元", "门诊次均费用", **CHANGE_DOWN),
        ],
    ),
    (
        "截至2023年末,在册医师达1.2万名,护士1.5万名。",
        [
            row("1.2万名", "12000", "名", "在册医师", period="截至2023年末"),
            row("1.5万名", "15000", "名", "护士", period="截至2023年末"),
        ],
    ),
    (
        "参合人数38.6万人,人均筹资标准提高到650元,报销比例达75%左右。",
        [
            row("38.6万人", "386000", "人", "参合人数"),
            row("650元", "650", "元", "人均筹资标准"),
            row("75%", "75", "%", "报销比例", bound="approx"),
        ],
    ),
    ("食品抽检合格率98%。", [row("98%", "98", "%", "食品抽检合格率")]),
    (
        "其中财政补助3800万元、自筹1200万元。",
        [row("3800万元", "38000000", "元", "财政补助"), row("1200万元", "12000000", "元", "自筹|自筹资金")],
    ),
    ("诊疗收入增长 8.5 %。", [row("8.5 %", "8.5", "%", "诊疗收入", damage="spaced", **RATE_UP)]),
    (
        "实现地区生产总值 1204.5 亿元,增长 8.2%。",
        [
            row("1204.5 亿元", "120450000000", "元", "地区生产总值", damage="spaced"),
            row("8.2%", "8.2", "%", "地区生产总值", **RATE_UP),
        ],
    ),
    ("工业增加值增长-3.2%。", [row("3.2%", "3.2", "%", "工业增加值", **RATE_DOWN)]),
    ("县医院净利润为-3.2 亿元。", [row("3.2 亿元", "-320000000", "元", "县医院净利润|净利润", damage="spaced")]),
    ("义诊服务群众12万+人次。", [row("12万+人次", "120000", "人次", "群众|服务群众|义诊服务群众", bound="min")]),
    ("共投入3万5千元。", [row("3万5千元", "35000", "元", "投入")]),
    ("参合率达2023%。", [row("2023%", "2023", "%", "参合率", damage="year_scrub")]),
    (
        "接种率、建档率分别达到xx%、xx%以上。",
        [row("xx%", "?", "%", "接种率", bound="min"), row("xx%", "?", "%", "建档率", bound="min")],
    ),
    (
        "孕前检查、产前筛查分别完成1.2万、0.8万人次。",
        [row("1.2万", "12000", "人次", "孕前检查"), row("0.8万人次", "8000", "人次", "产前筛查")],
    ),
    (
        "配备全科医生两名,印制宣传手册5万册。",
        [row("两名", "2", "名", "全科医生|配备全科医生"), row("5万册", "50000", "册", "宣传手册")],
    ),
    ("参加义诊逾千人。", [row("千人", "1000", "人", "义诊|参加义诊", bound="min")]),
    (
        "预算执行率为96.5%,超计划1.5个百分点。",
        [row("96.5%", "96.5", "%", "预算执行率"), row("1.5个百分点", "1.5", "百分点", "预算执行率", **CHANGE_UP)],
    ),
    ("配备执法车辆各1辆。", [row("1辆", "1", "辆", "执法车辆")]),
    (
        "中心卫生院共有医护人员326人,平均每院23.3人。",
        [row("326人", "326", "人", "医护人员"), row("23.3人", "23.3", "人", "医护人员|每院医护人员|平均每院医护人员")],
    ),
    ("每天锻炼一小时的学生占85%。", [row("85%", "85", "%", "每天锻炼一小时的学生|学生|锻炼一小时的学生", period="")]),
    (
        "全年完成诊疗86.2万人次比上年增长5.3%住院病人3.6万人次病床使用率78.5%。",
        [
            row("86.2万人次", "862000", "人次", "诊疗|完成诊疗"),
            row("5.3%", "5.3", "%", "诊疗|完成诊疗", **RATE_UP),
            row("3.6万人次", "36000", "人次", "住院病人"),
            row("78.5%", "78.5", "%", "病床使用率"),
        ],
    ),
]


@pytest.mark.parametrize(("sentence", "expected"), named((case[0], *case) for case in MORE))
def test_sentence(sentence: str, expected: list[dict[str, str]]) -> None:
    check(sentence, expected)


# --- status ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("全年新增床位320张。", "actual"),
        ("到2025年,人均预期寿命达到79.5岁。", "target"),
        ("力争明年电子病历应用率达到90%以上。", "target"),
        ("计划新建社区卫生服务站12个。", "target"),
        ("拟投入3.2亿元改造病房。", "target"),
        ("确保接种率不低于95%。", "target"),
        ("我们将新建卫生院2所。", "target"),
        ("全国平均水平为6.5‰。", "reference"),
        ("国家要求达到90%。", "reference"),
        ("今年预计完成诊疗45万人次。", "actual"),
        ("去年新增床位320张。", "actual"),
        ("已建成卫生院3所。", "actual"),
    ],
)
def test_status(sentence: str, status: str) -> None:
    assert {o.status for o in observed(sentence)} == {status}


@pytest.mark.parametrize(
    ("heading", "status"),
    [
        ("一、2023年工作总结", "actual"),
        ("一、取得的成效", "actual"),
        ("二、2024年工作计划", "target"),
        ("二、下一步打算", "target"),
        ("三、主要目标任务", "target"),
        ("三、存在的问题和不足", "actual"),
    ],
)
def test_status_of_a_section(heading: str, status: str) -> None:
    assert {o.status for o in observed(f"{heading}\n    改造卫生厕所2.1万座,培训乡村医生300名。")} == {status}


@pytest.mark.parametrize(
    ("title", "status"),
    [("2023年卫生健康工作总结", "actual"), ("2024年卫生健康工作要点", "target"), ("健康城市建设实施方案", "target")],
)
def test_status_of_a_report(title: str, status: str) -> None:
    assert {o.status for o in observed("改造卫生厕所2.1万座,培训乡村医生300名。", title)} == {status}


# --- what always holds -----------------------------------------------------------------------------------------------

MEASURES = {"level", "change", "change_rate", "multiple", "rank"}


def holds(found: Extraction) -> None:
    """What is true of every extraction."""
    source = found.document.text
    reports = {r.number: r for r in found.reports}
    assert len(reports) == len(found.reports)
    spans = [m.span for m in found.masks]
    assert spans == sorted(spans)
    for mask in found.masks:
        assert source[mask.span.start : mask.span.end] == mask.text
        assert mask.text
    seen = set()
    for o in found.observations:
        quantity = o.quantity
        assert source[quantity.span.start : quantity.span.end] == quantity.text
        assert quantity.text
        assert quantity.span not in seen
        seen.add(quantity.span)
        assert quantity.span.start >= reports[o.report].span.start
        assert quantity.span.start < reports[o.report].span.end
        assert o.sentence.start <= quantity.span.start
        assert quantity.span.end <= o.sentence.end <= len(source)
        assert o.measure in MEASURES
        assert (o.direction is None) == (o.measure in ("level", "rank"))
        assert o.status in ("actual", "target", "reference")
        assert "\n" not in o.indicator.strip()
        if isinstance(quantity.value, Masked):
            assert quantity.repaired is None
        if isinstance(quantity.value, Range):
            assert quantity.bound == "range"
        if quantity.damage == "deleted":
            assert quantity.numeral == ""
            assert isinstance(quantity.value, Masked)
        elif not isinstance(quantity.value, Masked):
            assert not set(quantity.numeral) & set("xX*_")


WORDS = """
全市 我县 XX县区 xx市 2023年 201*年 20_年 今年x月 去年 到2025年 截至6月底 新增 新建 达到 增长 同比增长 下降 降至 由
扩充至 高于 分别 均 约 近 超过 以上 以下 左右 占 其中 每千人口 力争 计划 预计 床位 乡镇卫生院 婴儿死亡率 参合率
覆盖率 总投资 财政投入 人均收入 人次 亿元 万人 家 张 % ‰ 个百分点 /10万 倍 成 天 翻一番 第一 前3位 百分之九十五
三成 二十万 两 几百 十余 xx.x xxx x XX ** _ 201* 20230% 12023家 254% 5.19 1,203 0 100 99999999999999999999 3.27
1~2 60-70 12。5 45 860元 &permil &permil; 一、 (一) 1、 2、 第7页 共7页 《 》 “ ” ( ) [ ] , 、 。 ; : ! ? — - ~ + = .
， ． ％ （ ） http://a.cn/1家 A省 X光 年 月 日 的 了 和 与 等 𠀀 é
""".split()  # noqa: SIM905
SPACES = ["\n", "\n\n", "\r\n", "\t", " ", "\u3000", "\xa0", "\u200b", "\ufeff", "\x00", "\U0001f3e5"]
FRAGMENTS = st.one_of(st.sampled_from(WORDS), st.sampled_from(WORDS), st.sampled_from(SPACES), st.text(max_size=3))
TEXTS = st.lists(FRAGMENTS, max_size=40).map("".join)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_any_text(text: str) -> None:
    holds(extract(text))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS, TEXTS)
def test_any_text_in_a_report(before: str, after: str) -> None:
    holds(
        extract(
            f"2023年卫生健康工作总结\n\n{LEAD}{before}\n二、下一步打算\n{after}{LEAD}\n扩展阅读:x市工作总结\n{LEAD}{before}"
        )
    )


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
def test_any_sample(path: Any) -> None:
    holds(analyse(file(path), load()))


@pytest.mark.parametrize("path", [p for p in SAMPLES if p.suffix == ".txt"], ids=lambda p: p.name)
@pytest.mark.parametrize("change", ["reversed", "without commas", "without breaks", "cut", "doubled"])
def test_a_sample_that_was_damaged_further(path: Any, change: str) -> None:
    text = file(path).text
    changed = {
        "reversed": text[::-1],
        "without commas": text.replace("，", "").replace(",", ""),
        "without breaks": text.replace("\n", ""),
        "cut": text[: len(text) // 3],
        "doubled": text + text,
    }[change]
    holds(analyse(document(changed), load()))


@pytest.mark.parametrize(
    ("heading", "cell", "value", "direction"),
    [("2022年", "-3.2", "-3.2", ""), ("2022年", "3.2", "3.2", ""), ("比上年增长(%)", "-3.2", "3.2", "down")],
)
def test_the_sign_of_a_cell(heading: str, cell: str, value: str, direction: str) -> None:
    text = f"卫生健康工作总结\n净利润\t{cell}"
    at = text.index(cell)
    block = Block(
        BlockKind.CELL, Span(at, at + len(cell)), table=1, row=2, column=2,
        row_heading="净利润", column_heading=heading, caption="单位:亿元",
    )  # fmt: skip
    [found] = analyse(Document("x.docx", text, (block,), "docx", ""), load()).observations
    shown = "320000000" if found.measure == "level" else "3.2"
    assert value_of(found) == ("-" if value.startswith("-") else "") + shown
    assert (found.direction or "") == direction
