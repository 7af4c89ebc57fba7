"""Statistics tables of our own, modelled on yearbooks and bulletins, with what must be read in each of their cells.

python tests/sheets.py [NAME ...] [--rows]
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import openpyxl
from openpyxl.styles import Alignment
from texts import LEXICON

from hreport.analyse import analyse
from hreport.model import Document, Observation
from hreport.readers import read_bytes

Said = tuple[str, str, str, str, str]  # indicator (several with |), numeral, unit, year, area
Place = tuple[int | None, int, int]  # sheet, row, column


@dataclass
class Case:
    """A file and what each of its figures says, by place."""

    name: str
    data: bytes
    expected: dict[Place, Said] = field(default_factory=dict)


def workbook(fill: Callable[[openpyxl.Workbook], None]) -> bytes:
    """A workbook as bytes."""
    book = openpyxl.Workbook()
    fill(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def put(sheet: Any, rows: Sequence[Sequence[Any]], at: tuple[int, int] = (1, 1)) -> None:
    """Write rows of values; None leaves a cell empty."""
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            if value is not None:
                sheet.cell(at[0] + i, at[1] + j, value)


def look(sheet: Any, cells: str, number_format: str) -> None:
    """Give the cells of a range a number format."""
    for row in sheet[cells]:
        for cell in row:
            cell.number_format = number_format


def by_areas() -> Case:
    """Places by indicators, two rows of headings, merged; a total, percentages, thousands."""
    rows = [
        ["全省", 36120, 1386, 412345, 0.8123, 5.6], ["杭州市", 5890, 366, 98765, 0.8456, 7.9],
        ["宁波市", 4876, 181, 54321, 0.7901, 6.1], ["温州市", 5932, 160, 51234, 0.766, 5.2],
        ["嘉兴市", 2011, 88, 30456, 0.8012, 5.8], ["湖州市", 1588, 67, 21345, 0.7777, 6.3],
    ]  # fmt: skip

    def fill(book: openpyxl.Workbook) -> None:
        sheet = book.active
        sheet.title = "20-3"
        put(sheet, [["20-3 各市医疗卫生机构、床位情况(2023年)"], [None] * 5 + ["单位:个、张"],
                    ["地区", "机构数", None, "床位数", "病床使用率(%)", "每千人口床位数(张)"],
                    [None, "合计", "#医院"], *rows, ["注:2023年数据为快报数。"]])  # fmt: skip
        for merged in ("A1:F1", "A3:A4", "B3:C3", "D3:D4", "E3:E4", "F3:F4"):
            sheet.merge_cells(merged)
        look(sheet, "D5:D10", "#,##0")
        look(sheet, "E5:E10", "0.0%")
        look(sheet, "F5:F10", "0.0")

    case = Case("by_areas", workbook(fill))
    for i, (area, *_) in enumerate(rows, start=5):
        a, b, c, d, e = rows[i - 5][1:]
        area = "浙江省|全省" if area == "全省" else area
        told = (
            ("机构数", str(a), "个"), ("医院机构数|机构数医院|医院", str(b), "个"), ("床位数", f"{c:,}", "张"),
            ("病床使用率", f"{d * 100:.1f}", "%"), ("每千人口床位数", f"{e}", "张"),
        )  # fmt: skip
        for j, (name, numeral, unit) in enumerate(told, start=2):
            case.expected[1, i, j] = (name, numeral, unit, "2023", area)
    return case


def by_years() -> Case:
    """Places by years, as separated values with title, unit and source; the caption says what is measured."""
    years = [2018, 2019, 2020, 2021, 2022, 2023]
    areas = ["杭州市", "宁波市", "温州市", "绍兴市", "丽水市"]
    figures = [[f"{(i + 2) * 17.3 + k * 4.7:.2f}" for k in range(6)] for i in range(5)]
    lines = ["各市卫生健康支出,,,,,,", ",,,,,,单位:亿元", "地区," + ",".join(map(str, years))]
    lines += [f"{area}," + ",".join(row) for area, row in zip(areas, figures, strict=True)]
    lines += ["数据来源:财政决算。,,,,,,"]
    case = Case("by_years", "\r\n".join(lines).encode("gb18030"))
    for i, area in enumerate(areas):
        for k, year in enumerate(years):
            case.expected[None, 4 + i, 2 + k] = ("卫生健康支出", figures[i][k], "亿元", str(year), area)
    return case


def tidy() -> Case:
    """One figure a row; indicator, unit, year and place stand before and behind it; codes."""
    lines = ["地区代码,地区,年份,指标,数值,单位"]
    case = Case("tidy", b"")
    told = (("常住人口", "万人"), ("婴儿死亡率", "‰"), ("卫生机构床位数", "张"))
    for i, (code, area) in enumerate((("330100", "杭州市"), ("330200", "宁波市"), ("330300", "温州市"))):
        for year in (2022, 2023):
            for name, unit in told:
                number = f"{(i + 1) * 3.17 + year % 100:.2f}" if unit != "张" else str(12340 + i * 100 + year % 100)
                lines.append(f"{code},{area},{year},{name},{number},{unit}")
                case.expected[None, len(lines), 5] = (name, number, unit, str(year), area)
    case.data = "\n".join(lines).encode("utf-8-sig")
    return case


def tidy_value_first() -> Case:
    """One figure a row, with year and place to the right of it."""
    rows = [["指标名称", "指标值", "计量单位", "年度", "地市"]]
    case = Case("tidy_value_first", b"")
    for i, area in enumerate(("合肥市", "芜湖市", "蚌埠市")):
        for year in ("2021年", "2022年", "2023年"):
            for name, unit in (("医疗卫生机构数", "个"), ("孕产妇死亡率", "1/10万")):
                number = str(2100 + i * 30 + int(year[:4]) % 100) if unit == "个" else f"{6.1 + i}"
                rows.append([name, number, unit, year, area])
                case.expected[None, len(rows), 2] = (name, number, unit, year[:4], area)
    case.data = "\n".join("\t".join(row) for row in rows).encode("utf-16")
    return case


def yearbook() -> Case:
    """Indicators by years in two languages, units in brackets, parts moved in, years as numbers."""
    years = [2019, 2020, 2021, 2022, 2023]
    rows = [
        (0, "年末常住人口(万人)", "Permanent Population (10 000 persons)", "年末常住人口|常住人口", "万人"),
        (1, "城镇人口", "Urban", "城镇人口", "万人"),
        (1, "乡村人口", "Rural", "乡村人口", "万人"),
        (0, "地区生产总值(亿元)", "Gross Regional Product (100 million yuan)", "地区生产总值", "亿元"),
        (1, "第一产业", "Primary Industry", "第一产业|第一产业地区生产总值", "亿元"),
        (1, "第二产业", "Secondary Industry", "第二产业|第二产业地区生产总值", "亿元"),
        (2, "#工业", "Industry", "工业|工业地区生产总值", "亿元"),
        (0, "人均地区生产总值(元)", "Per Capita GRP (yuan)", "人均地区生产总值", "元"),
        (0, "R&D经费支出(亿元)", "Expenditure on R&D", "R&D经费支出", "亿元"),
        (0, "卫生技术人员(人)", "Medical Technical Personnel (person)", "卫生技术人员", "人"),
    ]

    def fill(book: openpyxl.Workbook) -> None:
        sheet = book.active
        put(sheet, [["1-2 衢州市国民经济和社会发展主要指标"], ["Main Indicators of National Economy"],
                    ["指标\nItem", *years]])  # fmt: skip
        sheet.merge_cells("A1:F1")
        sheet.merge_cells("A2:F2")
        for i, (indent, words, english, *_) in enumerate(rows, start=4):
            put(sheet, [["\u3000" * indent + words + "\n" + english, *(figure(i, k) for k in range(5))]], (i, 1))
        look(sheet, "B4:F13", "0.00_ ")

    def figure(i: int, k: int) -> float:
        return round(i * 31.257 + k * 1.113, 3)

    case = Case("yearbook", workbook(fill))
    for i, (_, _, _, name, unit) in enumerate(rows, start=4):
        for k, year in enumerate(years):
            case.expected[1, i, 2 + k] = (
                name,
                f"{Decimal(str(figure(i, k))).quantize(Decimal('0.01'), ROUND_HALF_UP)}",
                unit,
                str(year),
                "衢州市",
            )
    return case


def bulletin() -> Case:
    """Kinds of institutions, moved in by the format, under two rows of headings of which the upper is merged."""
    rows = [
        (0, "总计", 12345, 12567, 98765, 99876), (0, "医院", 366, 371, 81234, 82345),
        (1, "综合医院", 201, 203, 51234, 51999), (1, "中医医院", 66, 68, 9876, 9999),
        (0, "基层医疗卫生机构", 11800, 12010, 15678, 15789), (1, "社区卫生服务中心(站)", 1210, 1222, 2345, 2399),
        (1, "乡镇卫生院", 188, 187, 3456, 3444), (0, "专业公共卫生机构", 140, 139, 1234, 1299),
    ]  # fmt: skip

    def fill(book: openpyxl.Workbook) -> None:
        sheet = book.active
        put(sheet, [["表1 全市医疗卫生机构及床位数"], ["机构类别", "机构数(个)", None, "床位数(张)"],
                    [None, "2022年", "2023年", "2022年", "2023年"], *([r[1], *r[2:]] for r in rows)])  # fmt: skip
        for merged in ("A1:E1", "A2:A3", "B2:C2", "D2:E2"):
            sheet.merge_cells(merged)
        for i, row in enumerate(rows, start=4):
            sheet.cell(i, 1).alignment = Alignment(indent=row[0])

    case = Case("bulletin", workbook(fill))
    for i, (_, kind, *numbers) in enumerate(rows, start=4):
        for j, number in enumerate(numbers):
            measured, unit = (("机构数", "个"), ("床位数", "张"))[j // 2]
            name = f"{measured}|总计{measured}" if kind == "总计" else f"{kind}{measured}"
            case.expected[1, i, j + 2] = (name, str(number), unit, ("2022", "2023")[j % 2], "全市")
    return case


def growth() -> Case:
    """A column of units, this year and the year before and growth; sections, and empty rows between them."""
    rows: list[list[Any]] = [
        ["指标", "计量单位", "2023年", "2022年", "比上年增长(%)"],
        ["一、医疗资源"],
        ["医疗卫生机构数", "个", 1588, 1569, 1.2],
        ["床位数", "张", 21345, 20888, 2.2],
        ["每千人口执业(助理)医师数", "人", 3.52, 3.41, 3.2],
        [],
        ["二、医疗服务"],
        ["总诊疗人次", "万人次", 3456.7, 3201.4, 8],
        ["出院人数", "万人", 61.2, 55.9, 9.5],
        ["病床使用率", "%", 78.9, 72.3, None],
        [],
        ["三、卫生费用"],
        ["卫生总费用", "亿元", 221.34, 201.9, 9.6],
        ["次均门诊费用", "元", 231.5, 236.1, -1.9],
    ]

    def fill(book: openpyxl.Workbook) -> None:
        sheet = book.active
        sheet.title = "主要指标"
        put(sheet, [["2023年台州市卫生健康事业发展主要指标"], *rows])
        look(sheet, "E3:E20", "0.0_);[Red]\\(0.0\\)")

    case = Case("growth", workbook(fill))
    for i, row in enumerate(rows, start=2):
        if len(row) < 5 or i == 2:
            continue
        name, unit, *numbers = row
        for j, number in enumerate(numbers, start=3):
            if number is not None:
                numeral = str(abs(number)) if j < 5 else f"{abs(number):.1f}"
                year = "2022" if j == 4 else "2023"
                case.expected[1, i, j] = (name, numeral, unit if j < 5 else "%", year, "台州市")
    return case


def side_by_side() -> Case:
    """Two tables beside each other under one title, with lines of their own."""
    left = [["杭州市", 366, 5.1], ["宁波市", 181, 4.2], ["温州市", 160, 3.9], ["嘉兴市", 88, 4.4]]
    right = [["2021", 1201, 33.4], ["2022", 1288, 34.5], ["2023", 1386, 36.1]]

    def fill(book: openpyxl.Workbook) -> None:
        sheet = book.active
        put(sheet, [["表3 2023年各市医院情况", None, None, None, "表4 全省医院情况"]])
        put(sheet, [["地区", "医院数(个)", "卫生人员(万人)"], *left], (2, 1))
        put(sheet, [["年份", "医院数(个)", "卫生人员(万人)"], *right], (2, 5))

    case = Case("side_by_side", workbook(fill))
    for k, (name, unit) in enumerate((("医院数", "个"), ("卫生人员", "万人")), start=1):
        for i, row in enumerate(left, start=3):
            case.expected[1, i, 1 + k] = (name, str(row[k]), unit, "2023", row[0])
        for i, row in enumerate(right, start=3):
            case.expected[1, i, 5 + k] = (name, str(row[k]), unit, row[0], "全省|浙江省")
    return case


def stacked() -> Case:
    """Tables below each other, with and without an empty row between, units of their own, notes, one that goes on."""
    rows: list[list[Any]] = [
        ["表1 2022年各县(市)卫生人员数(单位:人)"],
        ["地区", "卫生人员", "执业(助理)医师", "注册护士"],
        ["青山县", 3201, 1180, 1321],
        ["白水县", 2788, 1002, 1133],
        ["注:不含村卫生室。"],
        ["表2 2022年各县(市)住院费用(单位:万元)"],
        ["地区", "住院费用", "医保支付"],
        ["青山县", 10234.5, 7012.3],
        ["白水县", 8790.1, 6001.2],
        [],
        ["续表"],
        ["地区", "住院费用", "医保支付"],
        ["绿水县", 15678.9, 11234.5],
        ["注:1.住院费用为二级及以上医院住院费用。2.医保支付为统筹基金支付部分,不含个人账户支付。"],
    ]

    def fill(book: openpyxl.Workbook) -> None:
        put(book.active, rows)

    case = Case("stacked", workbook(fill))
    for i, row in enumerate(rows, start=1):
        if len(row) < 3 or row[0] == "地区":
            continue
        first = i < 6
        for j, number in enumerate(row[1:], start=2):
            name = rows[1][j - 1] if first else rows[6][j - 1]
            case.expected[1, i, j] = (name, str(number), "人" if first else "万元", "2022", row[0])
    return case


def monthly() -> Case:
    """Months of a year, masks and marks for nothing."""
    rows: list[list[Any]] = [
        ["指标", "1月", "2月", "3月", "4月", "5月", "6月"],
        ["总诊疗人次(万人次)", 301.2, 266.8, 312.5, "xxx.x", 333.1, 328],
        ["出院人数(人)", 51234, "*", 52345, 53456, "…", 54321],
        ["门诊次均费用(元)", 231.5, 229.9, "-", 240.1, 238.8, 237],
    ]

    def fill(book: openpyxl.Workbook) -> None:
        put(book.active, [["2024年上半年全市医疗服务情况"], *rows])

    case = Case("monthly", workbook(fill))
    for i, (head, *numbers) in enumerate(rows[1:], start=3):
        name, _, unit = head.rstrip(")").rpartition("(")
        for j, number in enumerate(numbers, start=2):
            if number not in ("…", "-"):
                case.expected[1, i, j] = (name, str(number), unit, "2024", "全市")
    return case


def institutions() -> Case:
    """A list of institutions with serial numbers, codes, telephones and dates that are no figures."""
    rows: list[list[Any]] = [
        ["序号", "机构名称", "机构代码", "等级", "联系电话", "开业日期", "编制床位(张)", "在岗职工(人)"],
        [1, "市第一人民医院", 470012345, "三级甲等", "0571-88661234", 20000, 1500, 2301],
        [2, "市中医院", 470012346, "三级乙等", 57188662345, 21000, 800, 1102],
        [3, "市妇幼保健院", 470012347, "三级甲等", 13800001234, 22000, 600, 903],
        [4, "城东社区卫生服务中心", 470012348, "未定级", "057188661111", 23000, 45, 88],
    ]

    def fill(book: openpyxl.Workbook) -> None:
        put(book.active, [["2023年市直医疗机构基本情况一览表"], *rows])
        look(book.active, "F3:F6", "yyyy-mm-dd")

    case = Case("institutions", workbook(fill))
    for i, row in enumerate(rows[1:], start=3):
        beds, people = (f"{row[1]}编制床位", f"{row[1]}在岗职工")
        case.expected[1, i, 7] = (beds, str(row[6]), "张", "2023", "")
        case.expected[1, i, 8] = (people, str(row[7]), "人", "2023", "")
    return case


def sheets_of_years() -> Case:
    """A sheet for each year, named by it; age groups by sex."""
    groups = ["0-14岁", "15-59岁", "60岁及以上", "#65岁及以上"]

    def fill(book: openpyxl.Workbook) -> None:
        for k, year in enumerate((2022, 2023)):
            sheet = book.create_sheet(f"{year}年")
            put(sheet, [["宁州市分年龄性别人口"], ["年龄组", "合计(万人)", "男(万人)", "女(万人)", "比重(%)"]])
            for i, group in enumerate(groups, start=3):
                put(sheet, [[group, *(number(i, k, j) for j in range(3)), 0.1 * i + k / 100]], (i, 1))
            look(sheet, "E3:E6", "0.0%")
        del book[book.sheetnames[0]]

    def number(i: int, k: int, j: int) -> float:
        return round((i * 11.3 + k) * (1, 0.51, 0.49)[j], 2)

    case = Case("sheets_of_years", workbook(fill))
    for k, year in enumerate(("2022", "2023")):
        for i, group in enumerate(groups, start=3):
            group = group.strip("#")
            for j, sex in enumerate(("", "男", "女")):
                about = "人口"
                names = (f"{group}{sex}", f"{group}{sex}{about}", f"{sex}{group}", f"{sex}{group}{about}",
                         f"{group}合计", f"{group}合计{about}")  # fmt: skip
                case.expected[k + 1, i, j + 2] = ("|".join(names), f"{number(i, k, j):g}", "万人", year, "宁州市")
            share = (f"{group}比重", f"{group}人口比重", f"{group}合计比重")
            case.expected[k + 1, i, 5] = ("|".join(share), f"{10 * i + k:.1f}", "%", year, "宁州市")
    return case


def sheets_of_areas() -> Case:
    """A sheet for each place, named by it; an English column, an average of the province."""
    rows = [("居民人均可支配收入", "元", "Per Capita Disposable Income"), ("城镇化率", "%", "Urbanization Rate"),
            ("人均预期寿命", "岁", "Life Expectancy")]  # fmt: skip

    def fill(book: openpyxl.Workbook) -> None:
        for k, area in enumerate(("嘉兴市", "湖州市", "舟山市")):
            sheet = book.create_sheet(area)
            put(sheet, [["指标", "Item", "单位", 2021, 2022, 2023]])
            for i, (name, unit, english) in enumerate(rows, start=2):
                put(sheet, [[name, english, unit, *(number(i, k, j) for j in range(3))]], (i, 1))
        del book[book.sheetnames[0]]

    def number(i: int, k: int, j: int) -> float:
        return round(60 + i * 3.1 + k + j / 10, 1)

    case = Case("sheets_of_areas", workbook(fill))
    for k, area in enumerate(("嘉兴市", "湖州市", "舟山市")):
        for i, (name, unit, _) in enumerate(rows, start=2):
            for j in range(3):
                case.expected[k + 1, i, j + 4] = (name, f"{number(i, k, j):g}", unit, str(2021 + j), area)
    return case


def simple(name: str, rows: Sequence[Sequence[Any]], says: Callable[[int, int], Said | None], **looks: str) -> Case:
    """A workbook of one sheet; `says` gives what a cell says, by row and column."""

    def fill(book: openpyxl.Workbook) -> None:
        put(book.active, rows)
        for cells, code in looks.items():
            look(book.active, cells.replace("_", ":"), code)

    case = Case(name, workbook(fill))
    for i, row in enumerate(rows, start=1):
        for j in range(1, len(row) + 1):
            if row[j - 1] is not None and (said := says(i, j)):
                case.expected[1, i, j] = said
    return case


def hospitals_by_kind() -> Case:
    """Years down, indicators across, three rows of headings without merged cells; a total in the first column."""
    rows = [
        ["2-1 历年医疗卫生机构、床位、人员数"],
        ["年份", "机构数(个)", None, None, "床位数(张)", None, "卫生人员(人)"],
        [None, "合计", "医院", "卫生院", "合计", "医院", None],
        [1990, 5012, 301, 2890, 70123, 41234, 123456],
        [2000, 5890, 355, 2011, 81234, 52345, 145678],
        ["2010年", 6011, 380, 1678, 90123, 63456, 178901],
        ["2020", 7012, 412, 1388, 101234, 74567, 212345],
    ]
    heads = [("机构数|机构数合计", "个"), ("医院机构数|机构数医院", "个"), ("卫生院机构数|机构数卫生院", "个"),
             ("床位数|床位数合计", "张"), ("医院床位数|床位数医院", "张"), ("卫生人员", "人")]  # fmt: skip

    def says(i: int, j: int) -> Said | None:
        if i < 4 or j < 2:
            return None
        return (heads[j - 2][0], str(rows[i - 1][j - 1]), heads[j - 2][1], str(rows[i - 1][0])[:4], "")

    return simple("hospitals_by_kind", rows, says)


def diseases() -> Case:
    """Diseases with codes of letters, cases and rates, a rank and a share."""
    rows = [
        ["2023年全市居民主要死因构成"],
        ["顺位", "ICD-10编码", "死因", "死亡人数(人)", "死亡率(1/10万)", "构成比(%)"],
        [1, "I00-I99", "心脏病", 1203, 141.52, 0.2431],
        [2, "C00-C97", "恶性肿瘤", 1190, 139.99, 0.2405],
        [3, "I60-I69", "脑血管病", 1002, 117.87, 0.2025],
        [4, "J00-J99", "呼吸系统疾病", 498, 58.58, 0.1006],
    ]

    def says(i: int, j: int) -> Said | None:
        if i < 3 or j < 4:
            return None
        name = rows[i - 1][2]
        measured, unit = (("死亡人数", "人"), ("死亡率", "1/10万"), ("构成比|死亡率构成比|死亡人数构成比", "%"))[j - 4]
        value = rows[i - 1][j - 1]
        numeral = f"{value * 100:.2f}" if j == 6 else str(value)
        names = "|".join(x for m in measured.split("|") for x in (f"{name}{m}", f"{m}{name}"))
        return (names, numeral, unit, "2023", "全市")

    return simple("diseases", rows, says, F3_F6="0.00%")


def budget() -> Case:
    """Budget and final accounts in thousands by format, negative numbers by brackets, unit over the table."""
    rows = [
        ["某市卫生健康委员会2023年度收支决算表"],
        ["编制单位:某市卫生健康委员会", None, None, "金额单位:万元"],
        ["项目", "年初预算数", "决算数", "增减额"],
        ["一、财政拨款收入", 12345678, 13456789, 1111111],
        ["二、事业收入", 2345678, 2222222, -123456],
        ["三、其他收入", 345678, 345678, 0],
        ["收入合计", 15037034, 16024689, 987655],
        ["填表人:张某", None, "审核人:李某"],
    ]

    def says(i: int, j: int) -> Said | None:
        if not 4 <= i <= 7 or j < 2:
            return None
        name = ("财政拨款收入", "事业收入", "其他收入", "收入合计|收入")[i - 4]
        value = abs(rows[i - 1][j - 1])
        return (name, f"{value / 10000:,.2f}", "万元", "2023", "某市")

    cents = [[v / 10000 if isinstance(v, int) else v for v in row] for row in rows]
    return simple("budget", cents, says, B4_D7="#,##0.00_);[Red](#,##0.00)")


def counties() -> Case:
    """Areas without their suffix under a heading of places, a total, English in a row of its own, ranks."""
    rows = [
        ["各县(市、区)常住人口和城镇化率"],
        ["Resident Population and Urbanization Rate by County"],
        ["(2022年末)"],
        ["地  区", "常住人口(万人)", "城镇化率(%)", "位次"],
        ["Region", "Resident Population", "Urbanization Rate", "Rank"],
        ["全  市", 310.5, 70.1, None],
        ["越城区", 101.2, 80.5, 1],
        ["上虞区", 83.7, 68.8, 2],
        ["嵊  州", 67.4, 61.2, 4],
        ["新  昌", 41.8, 62.1, 3],
    ]

    def says(i: int, j: int) -> Said | None:
        if i < 6 or j < 2:
            return None
        area = {"全  市": "全市|绍兴市", "嵊  州": "嵊州|嵊州市", "新  昌": "新昌|新昌县"}.get(
            rows[i - 1][0], rows[i - 1][0]
        )
        name, unit = (("常住人口", "万人"), ("城镇化率", "%"), ("城镇化率", "第"))[j - 2]
        return (name, str(rows[i - 1][j - 1]), unit, "2022", area)

    return simple("counties", rows, says)


def quarters() -> Case:
    """Tidy, with months as numbers, a kind and a sex beside the indicator, and a column of notes."""
    rows = [["年份", "月份", "地区", "指标", "性别", "数值", "单位", "备注"]]
    names = ("出院人数", "住院病死率")
    for year in (2022, 2023):
        for month in (1, 12):
            for area in ("宁波市", "绍兴市"):
                for name in names:
                    for sex in ("男", "女"):
                        value = 1200 + len(rows) if name == names[0] else round(0.5 + len(rows) / 100, 2)
                        rows.append([year, month, area, name, sex, value, "人" if name == names[0] else "%", None])

    def says(i: int, j: int) -> Said | None:
        if i < 2 or j != 6:
            return None
        r = rows[i - 1]
        return (f"{r[3]}{r[4]}|{r[4]}{r[3]}|{r[4]}性{r[3]}", str(r[5]), r[6], str(r[0]), r[2])

    return simple("quarters", rows, says)


def targets() -> Case:
    """A plan: base year, target, nature; units in a column, bounds in the cells."""
    rows = [
        ["表1 “十四五”卫生健康主要指标"],
        ["领域", "序号", "指标", "单位", "2020年", "2025年目标", "属性"],
        ["健康水平", 1, "人均预期寿命", "岁", 79.47, "80以上", "预期性"],
        [None, 2, "婴儿死亡率", "‰", 2.21, "<5", "预期性"],
        ["健康服务", 3, "每千人口注册护士数", "人", 3.71, 4.5, "预期性"],
        [None, 4, "病床使用率", "%", 75.6, "≥80", "约束性"],
    ]

    def says(i: int, j: int) -> Said | None:
        if i < 3 or j not in (5, 6):
            return None
        r = rows[i - 1]
        numeral = "".join(c for c in str(r[j - 1]) if c.isdigit() or c == ".")
        return (r[2], numeral, r[3], "2020" if j == 5 else "2025", "")

    return simple("targets", rows, says)


def wide_years() -> Case:
    """Groups of years over indicators; an empty column between groups; blank cells and errors."""
    rows = [
        ["指标", None, "2021年", None, None, "2022年", None, None, "2023年"],
        [
            "地区",
            None,
            "门诊量(万人次)",
            "住院量(万人次)",
            None,
            "门诊量(万人次)",
            "住院量(万人次)",
            None,
            "门诊量(万人次)",
            "住院量(万人次)",
        ],
        ["海曙区", None, 812.1, 21.3, None, 833.4, 22.5, None, 901.2, 24],
        ["江北区", None, 312.1, 8.3, None, 333.4, "#N/A", None, "-", 9.1],
        ["镇海区", None, 212.1, 5.3, None, None, 6.5, None, 301.2, 7],
    ]

    def says(i: int, j: int) -> Said | None:
        if i < 3 or j < 3 or rows[i - 1][j - 1] in ("#N/A", "-"):
            return None
        name = ("门诊量", "住院量")[j % 3 == 1]
        return (name, str(rows[i - 1][j - 1]), "万人次", str(2021 + (j - 3) // 3), rows[i - 1][0])

    return simple("wide_years", rows, says)


def children() -> Case:
    """Parts of an indicator by 其中 and by indent without units of their own, growth, a period in the title."""
    rows = [
        ["2024年1-9月全省医疗服务情况"],
        ["指标名称", "本期数", "上年同期", "同比增长(%)"],
        ["诊疗人次(万人次)", 21345.6, 20111.2, 6.1],
        ["  其中:医院", 9876.5, 9345.6, 5.7],
        ["      公立医院", 8012.3, 7777.7, 3],
        ["  其中:基层医疗卫生机构", 10345.6, 9999.9, 3.5],
        ["出院人次(万人次)", 912.3, 880.1, 3.7],
        ["平均住院日(天)", 7.1, 7.5, -5.3],
    ]
    names = (
        "诊疗人次",
        "医院|医院诊疗人次",
        "公立医院|公立医院诊疗人次",
        "基层医疗卫生机构|基层医疗卫生机构诊疗人次",
        "出院人次",
        "平均住院日",
    )

    def says(i: int, j: int) -> Said | None:
        if i < 3 or j < 2:
            return None
        unit = "%" if j == 4 else "天" if i == 8 else "万人次"
        year = "2023" if j == 3 else "2024"
        return (names[i - 3], str(abs(rows[i - 1][j - 1])), unit, year, "全省")

    return simple("children", rows, says)


CASES = (
    by_areas, by_years, tidy, tidy_value_first, yearbook, bulletin, growth, side_by_side, stacked, monthly,
    institutions, sheets_of_years, sheets_of_areas, hospitals_by_kind, diseases, budget, counties, quarters, targets,
    wide_years, children,
)  # fmt: skip


def told(o: Observation) -> Said:
    """What an observation says, as it is expected."""
    return (o.indicator, o.quantity.numeral, o.quantity.unit, str(o.year), o.area_name or o.area)


def wrong(case: Case) -> tuple[int, list[str]]:
    """How many cells of a case are right, and what is wrong with the others."""
    document = read_bytes(case.data, case.name)
    assert isinstance(document, Document), document
    found = {(o.page, o.row or 0, o.column or 0): told(o) for o in analyse(document, LEXICON).observations}
    bad = [f"{place}: not expected: {said}" for place, said in found.items() if place not in case.expected]
    right = 0
    for place, expected in case.expected.items():
        said = found.get(place)
        if said is not None and all(f in e.split("|") for f, e in zip(said, expected, strict=True)):
            right += 1
        else:
            bad.append(f"{place}: {expected} read as {said}")
    return right, bad


def main() -> None:
    """Print the share of cells that are right, and what is wrong with the others."""
    parser = argparse.ArgumentParser(description="Score the extraction against our own statistics tables.")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    total = rights = 0
    for make in CASES:
        if arguments.names and make.__name__ not in arguments.names:
            continue
        case = make()
        right, bad = wrong(case)
        total += len(case.expected)
        rights += right
        print(f"{case.name:20}{right:5} of {len(case.expected)}, wrong or too much: {len(bad)}")
        print("".join(f"    {line}\n" for line in bad), end="")
    print(f"{'all':20}{rights:5} of {total}: {rights / total:.3f}")


if __name__ == "__main__":
    main()
