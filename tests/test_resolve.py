"""Wordings, units, places and years: tables of cases, most of them near twins and traps."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hreport.lexicon import load, unit
from hreport.model import Earlier, Surroundings
from hreport.resolve import (
    area,
    convert,
    find_areas,
    find_short_areas,
    identify,
    indicator_id,
    named,
    year,
    year_of_prose,
)

LEXICON = load()

LEVELS = [
    # plain, with place, total, verb and bound words
    ("全市孕产妇住院分娩率", "%", "hospital_delivery_rate"),
    ("我市婴儿死亡率", "‰", "infant_mortality"),
    ("婴儿死亡率控制在", "‰", "infant_mortality"),
    ("全省人均预期寿命提高到", "岁", "life_expectancy"),
    ("截至目前共有乡镇卫生院", "所", "township_centers"),
    ("各级各类医疗卫生机构", "个", "health_institutions"),
    ("医疗卫生机构总数", "家", "health_institutions"),
    ("全年累计完成固定资产投资", "元", "fixed_investment"),
    ("张家港市居民健康素养水平", "%", "health_literacy"),
    ("江苏省张家港市常住人口", "人", "resident_population"),
    ("居民的健康素养水平", "%", "health_literacy"),
    ("“两癌”筛查", "人", "two_cancer_screened"),
    ("执业（助理）医师", "人", "physicians"),
    ("乡(镇)卫生院", "个", "township_centers"),
    ("ＰＭ２．５平均浓度", "微克/立方米", "pm25"),
    ("PM2.5平均浓度", "微克", "pm25"),
    ("五岁以下儿童死亡率", "‰", "under5_mortality"),
    ("0～6岁儿童健康管理率", "%", "child_health_mgmt_rate"),
    ("公立医院药占比(不含中药饮片)", "%", "drug_share"),
    ("社区卫生服务中心(不含站)", "家", "chc"),
    # spun
    ("社区卫生效劳中心", "家", "chc"),
    ("根本医疗保险参保率", "%", "basic_insurance_coverage"),
    ("高血压患者标准管理率", "%", "htn_standard_rate"),
    ("方案免疫接种率", "%", "epi_coverage"),
    ("卫生根底设施建设工程", "个", "health_project_count"),
    ("甲乙类传染病报揭发病率", "1/10万", "notifiable_incidence_ab"),
    ("儿童营养改善工程惠及儿童", "人", "child_nutrition_beneficiaries"),
    ("标准化村卫生室", "个", "standard_village_clinics"),  # 标准 is an ordinary word here
    # per head, however it is said
    ("每千人口拥有床位数", "个", "beds_per_1000"),
    ("千人口床位", "张", "beds_per_1000"),
    ("每千常住人口医疗卫生机构床位数", "张/千人", "beds_per_1000"),
    ("每万名居民拥有全科医生", "名", "gp_per_10000"),
    ("每千人拥有执业医师", "人", "physicians_per_1000"),
    ("每千名老年人拥有养老床位数", "张", "elderly_beds_per_1000"),
    ("千人口托位数", "个", "nursery_per_1000"),
    ("每千户籍人口床位数", "张", ""),
    ("每千人口", "张", ""),
    # near twins
    ("高血压患者管理率", "%", "htn_mgmt_rate"),
    ("高血压患者规范管理率", "%", "htn_standard_rate"),
    ("高血压患者血压控制率", "%", "htn_control_rate"),
    ("高血压、糖尿病患者规范管理率", "%", "chronic_standard_rate"),
    ("规范管理率", "%", ""),
    ("居民健康档案建档率", "%", "health_record_rate"),
    ("居民电子健康档案建档率", "%", "e_health_record_rate"),
    ("规范化电子健康档案覆盖率", "%", "standard_e_record_rate"),
    ("农村卫生厕所普及率", "%", "rural_toilet_rate"),
    ("农村无害化卫生厕所普及率", "%", "harmless_toilet_rate"),
    ("城市生活污水集中收集率", "%", "sewage_collection_rate"),
    ("城镇生活污水处理率", "%", "sewage_treatment_rate"),
    ("农村生活污水治理率", "%", "rural_sewage_rate"),
    ("政策范围内住院费用报销比例", "%", "inpatient_policy_reimb"),
    ("住院费用实际报销比例", "%", "inpatient_actual_reimb"),
    ("报销比例", "%", ""),
    ("空气质量优良天数", "天", "aqi_good_days"),
    ("空气质量优良天数比率", "%", "aqi_good_ratio"),
    ("甲乙类传染病发病率", "1/10万", "notifiable_incidence_ab"),
    ("传染病发病率", "1/10万", "notifiable_incidence_all"),
    ("民营医院", "家", "private_hospitals"),
    ("民营医疗机构", "家", "private_institutions"),
    ("医护比", "", "doctor_nurse_ratio"),
    ("床护比", "", ""),
    ("编制床位", "张", "authorised_beds"),
    ("实有床位", "张", "beds_total"),
    ("开放床位", "张", "open_beds"),
    ("总诊疗人次", "人次", "total_visits"),
    ("门急诊人次", "人次", "outpatient_emergency_visits"),
    ("三、四级手术占比", "%", "grade34_surgery_share"),
    ("四级手术占比", "%", "grade4_surgery_share"),
    ("人均健康预期寿命", "岁", "healthy_life_expectancy"),
    ("新农合参合率", "%", "ncms_participation"),
    ("基本医疗保险参保率", "%", "basic_insurance_coverage"),
    ("基本养老保险参保率", "%", "pension_rate"),
    ("城镇居民人均可支配收入", "元", "urban_income"),
    ("农村居民人均可支配收入", "元", "rural_income"),
    ("全体居民人均可支配收入", "元", "disposable_income"),
    ("农村居民人均纯收入", "元", "rural_net_income"),
    ("常住人口城镇化率", "%", "urbanization_rate"),
    ("户籍人口城镇化率", "%", "registered_urbanization_rate"),
    ("城镇登记失业率", "%", "registered_unemployment"),
    ("研发投入强度", "%", "rd_intensity"),
    ("全社会研发投入", "元", "rd_expenditure"),
    ("规模以上工业增加值", "元", "industrial_value"),
    ("全部工业增加值", "元", "total_industrial_value"),
    ("人均地区生产总值", "元", "gdp_per_capita"),
    ("地区生产总值（GDP）", "元", "gdp"),
    ("数字经济核心产业增加值占GDP比重", "%", "digital_core_share"),
    # another modifier, another thing
    ("市级新医院", "家", ""),
    ("农村孕产妇住院分娩率", "%", ""),
    ("专科医院平均住院日", "天", ""),
    ("民营妇幼保健机构", "家", ""),
    ("县城建成区面积", "平方公里", ""),
    ("夏粮产量", "吨", ""),
    ("贫困村标准化村卫生室", "个", ""),
    ("乡镇卫生院和社区卫生服务中心", "个", ""),
    ("孕产妇产后访视率和新生儿访视率", "%", ""),
    ("“三新”产品出口", "元", ""),
    ("市属国企固定资产投资", "元", ""),
    ("留守儿童健康管理率", "%", ""),
    # newly made is no stock
    ("新建村卫生室", "个", ""),
    ("新建县医院", "家", ""),
    ("新增互联网医院", "家", ""),
    ("改造乡镇卫生院", "家", ""),
    ("新增床位", "张", "new_beds"),
    ("新建高标准农田", "亩", "new_high_standard_farmland"),
    ("高标准农田", "亩", ""),
    # heads that say too little
    ("签约率", "%", ""),
    ("覆盖率", "%", ""),
    ("完成率", "%", ""),
    ("总投资", "元", ""),
    ("建筑面积", "平方米", ""),
    ("受益人群", "人", ""),
    ("床位", "张", "beds_total"),
    ("死亡率", "‰", ""),
    ("群众满意度", "%", ""),
    ("达到", "%", ""),
    ("", "%", ""),
    # the unit decides
    ("家庭医生签约", "人", "family_doctor_signed"),
    ("家庭医生签约", "%", ""),
    ("婴儿死亡率", "%", ""),
    ("婴儿死亡率", "1/10万", "infant_mortality"),
    ("孕产妇死亡率", "%", ""),
    ("常住人口", "人次", ""),
    ("社区卫生服务中心", "人", ""),
    ("地区生产总值", "美元", ""),
    ("实际使用外资", "元", ""),
    ("实际使用外资", "美元", "fdi"),
    ("粮食产量", "斤", "grain_output"),
    ("专精特新中小企业", "户", "specialized_sme"),
    ("甲乙类传染病发病率下降", "%", ""),
]


@pytest.mark.parametrize(("wording", "written", "expected"), LEVELS, ids=[f"{w}-{u}" for w, u, _ in LEVELS])
def test_level(wording: str, written: str, expected: str) -> None:
    assert indicator_id(wording, written, LEXICON) == expected


@pytest.mark.parametrize(
    ("wording", "written", "measure", "expected"),
    [
        ("城镇居民人均可支配收入实际增长", "%", "change_rate", "urban_income"),
        ("社会消费品零售总额同比增长", "%", "change_rate", "retail_sales"),
        ("门诊次均费用增幅", "%", "change_rate", "outpatient_cost"),
        ("卫生人员总数", "%", "change_rate", "health_personnel"),
        ("居民消费价格涨幅", "%", "change_rate", "cpi"),
        ("居民消费价格", "%", "level", "cpi"),
        ("中选药品平均降幅", "%", "change_rate", "procurement_price_cut"),
        ("规模工业增加值", "%", "change_rate", "industrial_value"),
        ("地区生产总值", "元", "change_rate", ""),
        ("城镇新增就业", "人", "change", "urban_new_jobs"),
        ("城镇新增就业", "人", "level", "urban_new_jobs"),
        ("床位", "张", "change", "new_beds"),
        ("公办园托位", "个", "change", "new_nursery_places"),
        ("基础教育学位", "个", "change", "new_school_places"),
        ("护理型养老床位", "张", "change", "new_nursing_beds"),
        ("高铁运营里程", "公里", "change", "new_hsr"),
        ("各类经营主体", "户", "change", "new_market_entities"),
        ("卫生人员总数", "人", "change", "health_personnel"),
        ("互联网医院", "家", "change", "internet_hospitals"),
        ("地区生产总值", "元", "change", "gdp"),
        ("地区生产总值", "%", "change", ""),
        ("居民健康素养水平", "百分点", "change", "health_literacy"),
        ("居民健康素养水平", "%", "change", ""),
        ("卫生人员总数", "百分点", "change", ""),
        ("居民健康素养水平", "第", "rank", "health_literacy"),
        ("第一产业增加值增速", "第", "rank", ""),
        ("高新技术企业数量", "倍", "multiple", "high_tech_enterprises"),
    ],
)
def test_measures(wording: str, written: str, measure: str, expected: str) -> None:
    assert indicator_id(wording, written, LEXICON, measure) == expected  # type: ignore[arg-type]


def test_beds_that_went_are_no_new_beds() -> None:
    assert indicator_id("床位", "张", LEXICON, "change", direction="down") == "beds_total"


@pytest.mark.parametrize(
    ("before", "wording", "written", "expected"),
    [
        ("培训", "乡村医生", "名", "village_doctors_trained"),
        ("选派", "乡村医生", "名", ""),
        ("已创建", "省级卫生乡镇", "个", "sanitary_towns_provincial"),
        ("组建", "家庭医生团队", "个", "family_doctor_teams"),
        ("新组建", "家庭医生团队", "个", ""),
        ("建成", "乡镇卫生院", "家", ""),
        ("全市共有", "乡村医生", "名", "village_doctors"),
        ("推荐申报了", "健康社区", "个", ""),
        ("新建", "高标准农田", "亩", "new_high_standard_farmland"),
        ("今年将改造", "老旧小区", "个", "old_communities_renovated"),
        ("新增", "床位", "张", "new_beds"),
        ("建成后", "居民健康素养水平", "%", "health_literacy"),
        ("新建成", "居民健康素养水平", "%", "health_literacy"),  # a rate is the same rate after any verb
    ],
)
def test_words_before(before: str, wording: str, written: str, expected: str) -> None:
    assert indicator_id(wording, written, LEXICON, before=before) == expected


def after(*earlier: tuple[str, str], **around: str) -> Surroundings:
    """What stands around a wording; `earlier` are the figures before it, the nearest first."""
    return Surroundings(earlier=tuple(Earlier(*pair) for pair in earlier), **around)  # type: ignore[arg-type]


AREA = ("粮食播种面积", "粮食播种面积12万亩、")
SIGNED = ("家庭医生签约", "家庭医生签约16万人,")
PARTS = [
    # what the clause says of a noun
    ("卫生院", "所", "level", after(after="开展安宁疗护试点"), ""),
    ("乡镇卫生院", "所", "level", after(after="均达到国家标准"), "township_centers"),
    ("乡镇卫生院", "所", "level", after(after="、村卫生室30个"), "township_centers"),
    ("互联网医院", "家", "level", after(after="获批"), "internet_hospitals"),
    ("综合医院", "家", "level", after(after="设立老年医学科"), "geriatric_dept_hospitals"),
    ("综合医院", "家", "level", after(after="设立发热门诊"), ""),
    ("农村危房", "户", "level", after(after="得到改造"), "rural_housing_renovated"),
    ("村庄已基本完成整治任务", "个", "level", after(), "renovated_villages"),
    ("行政村都建立了卫生室", "个", "level", after(), "admin_villages"),
    ("医务骨干", "名", "level", after(verb="选派", after="赴省城进修学习"), "further_study"),
    ("乡镇", "个", "level", after(after="获评国家卫生乡镇"), "sanitary_towns_national"),
    ("乡镇", "个", "level", after(after="获评国家卫生乡镇候选名单"), ""),
    ("行政村", "个", "level", after(after="建成村卫生室"), ""),
    # words in front
    ("外资企业", "%", "change_rate", after(before="新设"), "new_foreign_enterprises"),
    ("农村公路", "公里", "level", after(before="新建和改造"), "rural_roads_built"),
    ("重点实验室", "家", "level", after(before="优化重组全国"), "key_laboratories"),
    ("卫生乡镇", "个", "level", after(before="全省"), ""),  # 省卫生乡镇 begins inside a word
    ("患者医药负担", "元", "change", after(before="减轻"), "procurement_savings"),
    ("乡村医生", "名", "level", after(("选派骨干医生", "选派骨干医生3名"), left="、乡村医生"), ""),
    ("老旧小区", "个", "level", after(verb="改造", left="、老旧小区"), "old_communities_renovated"),
    ("智能工厂", "家", "level", after(verb="培育", front="新培育"), ""),
    ("服务旅游收入", "元", "level", after(), ""),
    ("建设国家临床重点专科", "个", "level", after(verb="获批"), "key_specialties_national"),
    # bare heads
    ("产量", "吨", "level", after(AREA), "grain_output"),
    ("产量", "元", "level", after(AREA), ""),
    ("产量", "吨", "level", after(("中药材种植面积", "中药材种植面积3万亩、"), AREA), ""),
    ("总产", "斤", "level", after(("产量", "产量3吨、"), AREA), "grain_output"),
    ("产量", "立方米", "level", after(("", "合成天然气方面,加快增储上产,")), ""),
    ("签约率", "%", "level", after(SIGNED), "family_doctor_sign_rate"),
    ("签约", "户", "level", after(("", "组建家庭医生服务团队,")), "family_doctor_signed_households"),
    ("开课率", "%", "level", after(("", "中小学按开设健康教育课的要求,")), "health_course_rate"),
    ("讲座", "场", "level", after(("", "上半年,"), heading="三、健康教育"), "health_lectures"),
    ("参保率", "%", "level", after(("", "分别纳入医疗保险和新农合,"), left="参保率均"), ""),
    ("重点人群", "%", "level", after(("家庭医生签约率", "家庭医生签约率51%,")), "family_doctor_key_rate"),
    ("省级", "个", "level", after(("临床重点专科国家级", "建成临床重点专科国家级1个、")), "key_specialties_provincial"),
    ("投入", "元", "level", after(("", "设立中医药传承创新专项资金,")), "tcm_fund"),
    ("投入", "元", "level", after(("", "重视中医药工作,")), ""),
    # other units, per head and per day, falls, masks
    ("义诊", "场", "level", after(), "free_clinics"),
    ("义诊", "人次", "level", after(), "free_clinic_visits"),
    ("健康城市建设专项经费", "元", "level", after(left="人均达到"), ""),
    ("新增市场主体", "户", "level", after(left="每天新增市场主体"), ""),
    ("COD", "%", "change_rate", after(), "cod_reduction"),
    ("x岁以下婴幼儿托位数", "个", "level", after(), "nursery_places"),
    ("xx岁以上人口占比", "%", "level", after(), ""),  # of 60 or of 65 years
    ("高速公路新建通车", "公里", "level", after(), "new_expressway"),
    ("生产许可证年审率、重点企业巡查率", "%", "level", after(), "food_enterprise_review_rate"),
]


@pytest.mark.parametrize(("wording", "written", "measure", "around", "expected"), PARTS)
def test_surroundings(wording: str, written: str, measure: str, around: Surroundings, expected: str) -> None:
    direction = "down" if measure != "level" else ""
    assert identify(wording, written, LEXICON, measure, direction, around) == expected  # type: ignore[arg-type]


@given(st.text(max_size=12), st.sampled_from(["%", "家", "元", "", "第", "?"]))
def test_any_text_resolves_to_an_id_or_nothing(text: str, written: str) -> None:
    assert indicator_id(text, written, LEXICON) in {"", *LEXICON.indicators}


@given(st.sampled_from(sorted(LEXICON.indicators)), st.sampled_from(["市级", "标杆", "农村", "重点人群", "某"]))
def test_a_word_in_front_makes_another_indicator(key: str, modifier: str) -> None:
    indicator = LEXICON.indicators[key]
    assert indicator_id(modifier + indicator.name, indicator.unit, LEXICON) != key


# --- units -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "base", "target", "expected"),
    [
        ("519000000", "元", "亿元", "5.19"),
        ("194", "万元", "元", "1940000"),
        ("33.5", "万亿元", "亿元", "335000"),
        ("4680000", "人", "万人", "468"),
        ("4680000", "名", "万人", "468"),
        ("12", "万人次", "人次", "120000"),
        ("12", "人次", "人", None),
        ("0.91", "%", "‰", "9.1"),
        ("9.1", "‰", "1/10万", "910"),
        ("5", "1/万", "1/10万", "50"),
        ("3", "成", "%", "30"),
        ("15", "亩", "公顷", "1"),
        ("3", "亩", "平方米", "2000"),
        ("1", "平方公里", "亩", "1500"),
        ("1500", "万亩", "万公顷", "100"),
        ("6", "里", "公里", "3"),
        ("6", "千米", "公里", "6"),
        ("615", "亿斤", "万吨", "3075"),
        ("2", "公斤", "斤", "4"),
        ("53082", "万吨", "吨", "530820000"),
        ("2617", "万千瓦", "千瓦", "26170000"),
        ("60", "分钟", "小时", "1"),
        ("6.5", "张", "张/千人", "6.5"),
        ("65", "张/万人", "张/千人", "6.5"),
        ("6.5", "个", "张/千人", "6.5"),
        ("35", "微克", "μg/m³", "35"),
        ("0.035", "毫克/立方米", "μg/m³", "35"),
        ("12", "所", "家", "12"),
        ("12", "户", "家", "12"),
        ("12", "家", "户", None),
        ("12", "座", "家", "12"),
        ("300", "个", "张", "300"),
        ("300", "张", "个", None),
        ("1", "万元", "亩", None),
        ("1", "美元", "元", None),
        ("1", "百分点", "%", None),
        ("1", "万", "人", None),
        ("1", "怪", "怪", None),
        ("1.2", "", "倍", "1.2"),
        ("1", "", "家", None),
        ("0", "人", "万人", "0"),
        ("-3", "万元", "元", "-30000"),
    ],
)
def test_convert(value: str, base: str, target: str, expected: str | None) -> None:
    found = convert(Decimal(value), base, target, LEXICON)
    assert (None if found is None else str(found)) == expected


UNITS = sorted(u for u, c in LEXICON.conversions.items() if c.dimension != "multiplier")


@given(st.decimals(-(10**9), 10**9, places=3), st.sampled_from(UNITS), st.sampled_from(UNITS))
def test_there_and_back(value: Decimal, base: str, target: str) -> None:
    there = convert(value, base, target, LEXICON)
    back = None if there is None else convert(there, target, base, LEXICON)
    if back is not None:
        assert abs(back - value) <= abs(value) * Decimal("1e-20")


@given(st.sampled_from(UNITS), st.text(alphabet="十百千万亿", max_size=3))
def test_multipliers_stand_before_any_unit(base: str, multipliers: str) -> None:
    found = unit(multipliers + base, LEXICON.conversions)
    assert found is not None or base == ""


# --- places ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("张家港市201*年上半年度建设健康城市工作总结", "320582"),
        ("义乌市201*年度建设健康城市工作总结及201*年度工作思路", "330782"),
        ("2025年云南省政府工作报告.docx", "530000"),
        ("2026_内蒙古自治区_政府工作报告.txt", "150000"),
        ("2025年广西政府工作报告.docx", "450000"),
        ("2025年宁夏政府工作报告", "640000"),
        ("2025年西藏政府工作报告", "540000"),
        ("新疆2024年卫生健康工作总结", "650000"),
        ("成都市2023年国民经济和社会发展统计公报", "510100"),
        ("成都2023年工作总结", "510100"),
        ("宜昌卫生健康工作情况", "420500"),
        ("大理州2022年卫生健康工作情况汇报", "532900"),
        ("恩施土家族苗族自治州政府工作报告", "422800"),
        ("恩施州政府工作报告", "422800"),
        ("江苏省张家港市工作报告", "320582"),
        ("长春市朝阳区2023年工作总结", "220104"),
        ("北京市朝阳区2023年工作总结", "110105"),
        ("朝阳区2023年工作总结(北京市卫生健康委)", "110105"),
        ("吉林市2023年政府工作报告", "220200"),
        ("吉林省2023年政府工作报告", "220000"),
        ("海南藏族自治州政府工作报告", "632500"),
        ("海南省政府工作报告", "460000"),
        ("河南蒙古族自治县政府工作报告", "632324"),
        ("重庆市2025年政府工作报告", "500000"),
        ("上海市浦东新区卫生健康工作总结", "310115"),
        ("雄安新区工作报告", "133100"),
        ("莱芜市2015年政府工作报告", "371200"),
        ("2010年国务院政府工作报告", "100000"),
        ("香港特别行政区", "810000"),
    ],
)
def test_area_of_a_title(text: str, code: str) -> None:
    found = area(text, LEXICON)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("text", ["朝阳区2023年工作总结", "鼓楼区卫生工作汇报", "江北区2020年总结"])
def test_a_name_of_several_divisions_has_no_code(text: str) -> None:
    found = area(text, LEXICON)
    assert found is not None
    assert found.code == ""
    assert found.name == text[:3]


@pytest.mark.parametrize(
    "text",
    [
        "城市健康服务工作汇报", "全市卫生健康工作总结", "XX县区卫生局工作汇报", "市中区医院", "新城区建设情况",
        "合作医疗工作总结", "东方卫生工作", "加强合作与交流", "山区群众就医",
        "xx市卫生健康委", "城区面积", "全力推进健康中国建设", "xx市创建国家卫生城市工作总结",
         "和平发展工作报告", "",
    ],
)  # fmt: skip
def test_no_area(text: str) -> None:
    assert area(text, LEXICON) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("接待常州武进区、太仓市等兄弟县市", [("武进区", "320412"), ("太仓市", "320585")]),
        ("长沙市区居民", [("长沙市", "430100")]),
        ("全市和县城、各市县、外县", []),
        ("义乌市场监管、中山区域、旗帜", []),
        ("大青山区医院和乌蒙山区", []),
        (
            "包头市青山区、武汉青山区和在青山区",
            [("包头市", "150200"), ("青山区", "150204"), ("青山区", "420107"), ("青山区", "")],
        ),
        ("全市中区、全市北区", []),
        ("济南市市中区和市北区", [("济南市", "370100"), ("市中区", "370103"), ("市北区", "370203")]),
        ("西宁市、城北区、兴海县", [("西宁市", "630100"), ("城北区", ""), ("兴海县", "632524")]),
        ("新增城市公园、推进南昌都市圈、湖南山区、湘西山区、川西山区", []),
        (
            "深圳南山区、支持西山区、昆明市西山区",
            [("南山区", "440305"), ("西山区", "530112"), ("昆明市", "530100"), ("西山区", "530112")],
        ),
        ("沿海城区、山东城区、我省南部县、革命解放区、与合作市场", []),
        (
            "焦作市解放区、甘南州合作市",
            [("焦作市", "410800"), ("解放区", "410802"), ("甘南州", "623000"), ("合作市", "623001")],
        ),
        ("云南省昆明市", [("云南省", "530000"), ("昆明市", "530100")]),
        ("阿坝州、甘孜州", [("阿坝州", "513200"), ("甘孜州", "513300")]),
        ("在安县", []),
        ("和县2020年报告", [("和县", "340523")]),
        ("马鞍山市和县", [("马鞍山市", "340500"), ("和县", "340523")]),
        ("建成县级医院", []),
        ("沿海城市和适应城市发展", []),
        ("海城市和应城市", [("海城市", "210381"), ("应城市", "420981")]),
        ("支持中南部县城发展", []),
        ("“二次创业”和县乡振兴", []),
        ("罗浮山县镇村", []),
        ("礼县、西和县", [("礼县", "621226"), ("西和县", "621225")]),
        ("锡林郭勒盟和鄂托克旗", [("锡林郭勒盟", "152500"), ("鄂托克旗", "150624")]),
        ("朝阳区", [("朝阳区", "")]),
        ("北京市朝阳区", [("北京市", "110000"), ("朝阳区", "110105")]),
    ],
)
def test_areas_in_a_sentence(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(name, code) for _, _, name, code in find_areas(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("浙江义乌", ["浙江:330000", "义乌:330782"]),
        ("重庆石柱和江苏省张家港", ["重庆:500000", "石柱:500240", "张家港:320582"]),
        ("四川绵阳江油", ["四川:510000", "绵阳:510700", "江油:510781"]),
        ("凉州、陇西、康县3县区", ["凉州:620602", "陇西:621122"]),
        ("张掖、武威、酒泉发展", ["张掖:620700", "武威:620600", "酒泉:620900"]),
        ("落户宁夏，驰援湖北。", ["宁夏:640000", "湖北:420000"]),
        # ordinary words, parts of longer names, and names that nothing shows to be places
        ("广西资源丰富、湖北公安机关、甘肃建设", []),
        ("推进平安、健康、合作、友好、和谐建设", []),
        ("上海港、重庆大学、黄山路", []),
        ("杭州模式和义乌经验", []),
        ("平安吉安，吉安全面发展", []),
        ("大同小异、白银产量、日照时数", []),
        ("浙江大学、云南白药", []),
        ("开封市古城保护，喀什古城", []),
    ],
)
def test_names_without_suffix(text: str, expected: list[str]) -> None:
    assert [f"{name}:{code}" for _, _, name, code in find_short_areas(text, find_areas(text))] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("重庆经通道货运量、货运值分别增长41%、67%", ["重庆"]),
        ("卫星导航系统在重庆全面落地应用", ["重庆"]),
        ("对在重庆居住的人口", ["重庆"]),
        ("重庆港、重庆大学、重庆枢纽港产业园、重庆经济", []),
        ("平安重庆建设，美丽重庆，“重庆造”", []),
    ],
)
def test_the_reports_own_name_without_suffix(text: str, expected: list[str]) -> None:
    own = area("重庆市政府工作报告", LEXICON)
    assert [name for _, _, name, _ in find_short_areas(text, [], own)] == expected


@pytest.mark.parametrize(
    ("text", "inside", "code"),
    [
        ("柳州", "", "450200"),
        ("义乌市", "", "330782"),
        ("朝阳区", "", ""),
        ("朝阳区", "110000", "110105"),
        ("鼓楼区", "320100", "320106"),
        ("彭水县", "", "500243"),
        ("张家港保税区", "", None),
    ],
)
def test_a_name_by_itself(text: str, inside: str, code: str | None) -> None:
    found = named(text, inside)
    assert (found.code if found else None) == code


@given(st.text(alphabet="江苏省张家港市朝阳区和县城的年2", max_size=30))
def test_spots_lie_in_order_and_quote_the_text(text: str) -> None:
    last = 0
    for start, end, name, _ in find_areas(text):
        assert last <= start < end
        assert text[start:end] == name
        last = end


# --- years -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025年云南省政府工作报告", "2025"),
        ("2026_江西省_政府工作报告.txt", "2026"),
        ("张家港市201*年上半年度", "201*"),
        ("义乌市201*年度总结及201*年度工作思路", "201*"),
        ("20XX年工作总结", "20XX"),
        ("二〇一二年工作报告", "2012"),
        ("二○○九年工作报告", "2009"),
        ("２０２４年工作总结", "2024"),
        ("001_2026-05-27_通知", "2026"),
        ("工作总结2023", "2023"),
        ("000_0f2e23b12d7acd9b.txt", ""),
        ("健康城市工作汇报", ""),
        ("发放20230份资料", ""),
        ("", ""),
    ],
)
def test_year(text: str, expected: str) -> None:
    assert year(text, LEXICON) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("公共卫生支出由2020年的3.8亿元增至2023年的6.1亿元。", "2023"),
        ("床位由2020年的3万张增加到2023年的5万张。", "2023"),
        ("从2020年到2023年，投入逐年增加。", "2023"),
        ("截至2022年底，全市有医院5家，到2025年达到8家。", "2022"),
        ("2022年以来成效明显，力争2025年全面建成，2030年前达峰。", "2022"),
        ("按照《健康城市2030年远景规划》，2021年新建医院3家。", "2021"),
        ("到2025年，全市建成医院8家。", ""),
        ("201*年以来，全市有医院5家。", "201*"),
        ("二〇一二年，全市有医院5家。", "2012"),
        ("记者 2011-03-11 报道", "2011"),
        ("发放资料2003份。", ""),
        ("", ""),
    ],
)
def test_year_of_prose(text: str, expected: str) -> None:
    assert year_of_prose(text, LEXICON) == expected
