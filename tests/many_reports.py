"""Writes a folder of reports, as many as wanted, that look like those of samples/: for the speed of a page.

`python tests/many_reports.py FOLDER [COUNT]`. Places, years and figures are invented but for the names of cities; the
same call gives the same files. Of every ten reports seven are clean, one has every digit masked, one masks of two
characters and no place, and one was damaged by a mirror.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from random import Random

COUNT = 300
MISSING = 0.06  # of the sentences of a report
YEARS = (2019, 2020, 2021, 2022, 2023)
NAMES = (
    "宜兴市 青州市 丽水市 绵阳市 瑞安市 广元市 衢州市 台州市 湖州市 嘉兴市 金华市 舟山市 扬州市 泰州市 盐城市 淮安市 "
    "镇江市 芜湖市 蚌埠市 淮南市 安庆市 滁州市 六安市 宣城市 莆田市 三明市 漳州市 南平市 龙岩市 宁德市 九江市 赣州市 "
    "吉安市 宜春市 上饶市 淄博市 枣庄市 东营市 烟台市 潍坊市 济宁市 泰安市 威海市 日照市 临沂市 德州市 聊城市 滨州市 "
    "开封市 洛阳市 平顶山市 安阳市 鹤壁市 新乡市 焦作市 濮阳市 许昌市 漯河市 南阳市 商丘市"
)
CITIES = NAMES.split()

# `{10-99}` is a number between the two, with as many decimals as they have.
SECTIONS = {
    "综合": """
        全市实现地区生产总值{420.0-3900.0}亿元，增长{2.1-8.9}%，其中一般公共预算收入{35.0-290.0}亿元，增长{1.1-9.9}%。
        年末常住人口{82.0-690.0}万人，城镇化率{45.0-78.0}%，城镇新增就业{1.20-8.90}万人，城镇登记失业率{1.80-3.90}%。
        城镇居民人均可支配收入{32000-59000}元，增长{3.1-8.6}%；农村居民人均可支配收入{16000-34000}元，增长{4.2-9.8}%。
        固定资产投资增长{1.5-12.9}%，社会消费品零售总额{180.0-1600.0}亿元，增长{2.3-11.6}%。
        """,
    "医疗卫生资源": """
        全市有医疗卫生机构{820-4900}家，其中医院{25-160}家、乡镇卫生院{18-210}家、社区卫生服务中心{6-70}家、村卫生室{350-3900}家。
        医疗卫生机构床位{5100-42000}张，比上年增加{60-990}张，增长{0.9-6.8}%，每千人口床位数{4.20-8.60}张。
        卫生技术人员{6100-49000}人，其中执业（助理）医师{2300-18000}人、注册护士{2700-22000}人。
        每千人口执业（助理）医师{2.10-4.20}人，每千人口注册护士{2.30-4.90}人，每万人口全科医生{1.80-4.80}人。
        新增三级医院{1-4}家，省级临床重点专科{3-28}个，引进高层次医学人才{12-190}人。
        """,
    "医疗服务": """
        总诊疗{390.0-3300.0}万人次，增长{1.2-9.7}%；出院{11.0-99.0}万人次，增长{0.8-9.1}%。
        病床使用率{61.0-93.0}%，平均住院日{6.1-9.6}天，县域内就诊率{82.0-96.0}%，基层诊疗量占比{45.0-68.0}%。
        门诊患者满意度{85.0-98.9}%，住院患者满意度{86.0-99.2}%。
        家庭医生签约{21.0-280.0}万人，签约率{31.0-62.0}%，重点人群签约率{68.0-96.0}%，组建家庭医生团队{120-1900}个。
        """,
    "公共卫生": """
        居民电子健康档案建档率{85.0-98.0}%，65岁及以上老年人健康管理率{62.0-84.0}%，人均基本公共卫生服务经费标准{60-94}元。
        管理高血压患者{4.1-61.0}万人，规范管理率{62.0-88.0}%；管理糖尿病患者{1.2-21.0}万人，规范管理率{60.0-87.0}%。
        适龄儿童免疫规划疫苗接种率{93.0-99.9}%，肺结核患者规范管理率{90.0-99.9}%，严重精神障碍患者规范管理率{86.0-98.0}%。
        甲乙类传染病报告发病率{98.0-240.0}/10万，下降{1.1-12.9}%。
        人均预期寿命{76.10-82.90}岁，居民健康素养水平{18.0-38.0}%，经常参加体育锻炼人数比例{32.0-46.0}%。
        """,
    "妇幼健康": """
        孕产妇死亡率{2.10-12.90}/10万，婴儿死亡率{1.20-4.90}‰，5岁以下儿童死亡率{2.10-6.90}‰。
        孕产妇系统管理率{91.0-98.9}%，3岁以下儿童系统管理率{90.0-98.0}%，住院分娩率{99.50-99.99}%。
        完成适龄妇女“两癌”检查{1.1-19.0}万人，新生儿听力筛查率{95.0-99.9}%，每千人口托位数{1.80-4.80}个。
        """,
    "爱国卫生与环境": """
        建成国家卫生乡镇{2-29}个、省级卫生村{90-1900}个，卫生户厕普及率{83.0-99.5}%，生活垃圾无害化处理率达到100%。
        空气质量优良天数{251-349}天，优良天数比例{70.0-95.0}%，PM2.5平均浓度{19.0-48.0}微克/立方米，下降{0.9-9.9}%。
        建成区绿化覆盖率{36.0-46.0}%，人均公园绿地面积{10.10-17.90}平方米，城市污水集中处理率{90.0-99.0}%。
        新建改造公厕{12-190}座、农贸市场{5-60}个，发放宣传资料{3.0-48.0}万份，培训{21-190}场次。
        """,
    "医疗保障与养老": """
        基本医疗保险参保{78.0-660.0}万人，参保率{95.0-99.5}%，政策范围内住院费用报销比例{68.0-83.0}%。
        医疗救助{2.1-39.0}万人次，支出{1900-29000}万元，异地就医直接结算率{61.0-92.0}%。
        养老机构护理型床位占比{42.0-66.0}%，每千名老年人养老床位{28.0-46.0}张，建成社区居家养老服务中心{20-390}个。
        """,
    "基层建设": """
        投入{1200-38000}万元改造乡镇卫生院{3-49}家、村卫生室{21-480}个，标准化率达到{82.0-99.0}%，设置中医馆{12-160}个。
        卫生健康支出{8.1-76.0}亿元，增长{2.1-13.9}%，占一般公共预算支出的{7.1-11.9}%。
        招聘乡镇卫生人员{31-390}名，订单定向培养{11-160}名，培训乡村医生{290-3900}人次。
        完成重点项目{6-39}个，总投资{3.1-48.0}亿元，完成投资{1.1-19.0}亿元，占年度计划的{81.0-119.0}%。
        """,
    "下一年工作目标": """
        {next}年，人均预期寿命达到{79.0-83.5}岁，居民健康素养水平达到{28-42}%以上，家庭医生签约率达到{45-70}%以上。
        孕产妇死亡率控制在{6.0-12.0}/10万以下，婴儿死亡率控制在{2.5-5.0}‰以内，县域内就诊率稳定在{90-95}%以上。
        新增床位{200-1900}张，改造村卫生室{20-260}个，建成省级卫生村{20-190}个。
        """,
}
ORDINALS = "一二三四五六七八九"
SLOT = re.compile(r"\{([\d.]+)-([\d.]+)\}")


def number(low: str, high: str, chance: Random) -> str:
    """A number between two, written as they are."""
    decimals = len(low.partition(".")[2])
    return f"{chance.uniform(float(low), float(high)):.{decimals}f}"


def report(city: str, year: int, chance: Random) -> str:
    """A clean report; some sentences are missing, and their order is its own, or it would be taken for a copy."""
    parts = [f"{city}{year}年卫生健康工作总结", "", f"{year}年，全市卫生健康系统围绕重点任务扎实工作，现总结如下。"]
    for place, (heading, sentences) in enumerate(SECTIONS.items()):
        lines = [line.strip().replace("{next}", str(year + 1)) for line in sentences.strip().splitlines()]
        if place + 1 < len(SECTIONS):
            chance.shuffle(lines)
            lines = [line for line in lines if chance.random() > MISSING]
        parts += ["", f"{ORDINALS[place]}、{heading}"]
        parts.append(SLOT.sub(lambda m: number(m[1], m[2], chance), "".join(lines)))
    return "\n".join(parts) + "\n"


def masked(text: str, city: str) -> str:
    """Every digit as x, and the place as xx."""
    return re.sub(r"\d", "x", text).replace(city, "xx市")


def hidden(text: str, city: str) -> str:
    """Every second number as XX, the years as 20XX, and the place as XX."""
    turns = iter(range(len(text)))
    text = re.sub(r"20\d\d(?=年)", "20XX", text).replace(city, "XX市")
    return re.sub(r"(?<![\d.X/])\d+(?:\.\d+)?(?![\d.X/]|岁|-)", lambda m: "XX" if next(turns) % 2 else m[0], text)


def damaged(text: str, chance: Random) -> str:
    """What mirrors do to numbers: a ten made a year, a space in a number, a numeral that is gone."""
    text = text.replace("100%", "20230%")

    def worn(match: re.Match[str]) -> str:
        kind = chance.randrange(12)
        if kind == 0:
            return f"{match[1]}. {match[2]}%"
        return " %" if kind == 1 else match[0]

    return re.sub(r"(\d+)\.(\d+)%", worn, text)


def write(folder: Path, count: int = COUNT) -> list[Path]:
    """Write the reports into a folder, which is made; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for k in range(count):
        city, year = CITIES[k % len(CITIES)], YEARS[k // len(CITIES) % len(YEARS)]
        chance = Random(k)
        text, kind = report(city, year, chance), (k % len(CITIES) + k // len(CITIES)) % 10
        name = f"{city}{year}年卫生健康工作总结.txt"
        if kind == 7:
            text, name = masked(text, city), f"wk_{k:04}.txt"
        elif kind == 8:
            text, name = hidden(text, city), f"share_{k:04}.txt"
        elif kind == 9:
            text = damaged(text, chance)
        path = folder / name
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


if __name__ == "__main__":
    print(len(write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else COUNT)))
