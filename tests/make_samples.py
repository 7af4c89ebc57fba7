#!/usr/bin/env python3
"""Builds the samples that are not plain UTF-8 text: a docx, a pdf and two files in GB18030.

    python tests/make_samples.py [FOLDER]      (default: samples/)

Needs python-docx and reportlab. The output is committed and the same on every run; run it again only after changing the
texts below. All figures are invented.
"""

from __future__ import annotations

import datetime
import io
import re
import sys
import zipfile
from pathlib import Path

QINGZHOU = """\
青州市2023年卫生健康事业发展情况

2023年，青州市卫生健康系统紧扣“健康青州”建设目标，抓重点、破难点、创亮点，各项工作实现新突破。全市实现地区生产总值722.4亿元，按不变价格计算，比上年增长5.6%；一般公共预算收入55.1亿元，同比增长5.2%；城镇新增就业9100人；城镇居民人均可支配收入48520元，增长5.0%；农村居民人均可支配收入27732元，增长7.2%，为卫生健康事业发展提供了坚实支撑。

一、医疗资源更加充足
全市各类医疗卫生机构达到1041个，其中医院29个（三级2个、二级6个）、卫生院20个、村卫生室728个。床位总数6271张，较2022年增加207张，增长3.4%；每千常住人口医疗卫生机构床位数由6.35张增至6.58张，执业（助理）医师数由3.06人增至3.21人。全年总诊疗人次541.2万，比上年增长11.3%；出院患者20.4万人次，增长16.8%。公立医院医疗服务收入占比达33.6%，提升1.4个百分点。

二、公共卫生更加均等
人均基本公共卫生服务经费补助标准达到89元，其中新增5元。签约家庭医生53.7万人，签约率56.3%，65岁及以上老年人签约率90.1%。管理高血压患者9.8万人、糖尿病患者3.9万人，规范管理率分别达到75.8%、74.2%。规范化电子健康档案建档率92.8%，孕产妇系统管理率96.37%，国家免疫规划疫苗接种率98.9%。居民健康素养水平31.4%，提前两年完成“十四五”规划30%的目标。

三、健康水平更加提升
全市人均期望寿命80.13岁，首次突破80岁大关。孕产妇死亡率14.5/10万，婴儿死亡率2.17‰，5岁以下儿童死亡率3.34‰，均低于山东省平均水平。重大慢性病过早死亡率14.2%，同比下降0.6个百分点。

四、城乡环境更加宜居
全年空气质量优良天数265天，空气质量优良天数比率72.6%；PM2.5平均浓度36微克/立方米，同比下降5.3%。城乡生活垃圾无害化处理率保持100%。新创国家卫生镇1个，总数达到6个，占镇总数的75%。评选健康家庭5000户，创建健康细胞示范单位120余家，是2020年的2.4倍。

五、2024年工作打算
2024年，我市将坚持“一条主线、两翼齐飞、三医联动、四轮驱动”，力争居民健康素养水平达到33%，家庭医生签约率稳定在57%以上，孕产妇系统管理率、国家免疫规划疫苗接种率均保持在95%以上，空气质量优良天数比率不低于73%。拟投资2.6亿元实施市妇幼保健院扩建等项目5个，增加床位200张左右；招引医学人才150名以上；创建山东省健康企业2~3家。
"""

MIANYANG_2022 = """\
绵阳市2022年经济社会发展主要情况

一、综合
初步核算，2022年全市实现地区生产总值3626.9亿元，按可比价格计算，比上年增长5.0%，增速比全国、全省分别高2.0个和2.1个百分点，经济总量居全省第二。年末常住人口489.8万人，城镇化率54.1%。全年城镇新增就业5.03万人，完成目标任务的118%。居民消费价格比上年上涨1.9%。

二、财政和居民收入
地方一般公共预算收入160.6亿元，同口径增长10.4%；一般公共预算支出502.7亿元，其中卫生健康支出占10.3%。城镇居民人均可支配收入44106元，增长4.9%；农村居民人均可支配收入22871元，增长6.6%。

三、卫生健康
年末共有医疗卫生机构4416个，其中医院126个，基层医疗卫生机构4243个，专业公共卫生机构41个，其他机构6个。医疗卫生机构实有床位41976张，每千人口床位8.57张，比上年增加0.19张；卫生技术人员4.07万人，其中执业（助理）医师14302人、注册护士18645人，每千人口执业（助理）医师2.92人。全年总诊疗3318.7万人次，下降1.8%；入院101.3万人次，下降3.5%。

居民健康素养水平24.31%，比上年提高2.74个百分点；人均预期寿命78.15岁。孕产妇死亡率6.7/10万，婴儿死亡率2.96‰，5岁以下儿童死亡率4.46‰。孕产妇系统管理率95.73%，3岁以下儿童系统管理率96.05%。适龄儿童国家免疫规划疫苗接种率97.46%。家庭医生签约203.3万人，签约率41.5%。居民电子健康档案建档率90.7%。高血压患者规范管理率76.81%，2型糖尿病患者规范管理率75.94%。

四、生态环境
中心城区空气质量优良天数326天，优良天数比率89.3%，较上年下降1.1个百分点；细颗粒物（PM2.5）年均浓度34.5微克/立方米。城市生活垃圾无害化处理率100%，城市污水处理率98.2%。建成国家卫生县城5个、国家卫生乡镇24个。

五、2023年主要预期目标
地区生产总值增长7.5%左右，地方一般公共预算收入增长8%，城镇新增就业4.5万人以上，居民人均可支配收入增长6%以上。居民健康素养水平达到26%，每千人口床位数稳定在8.5张以上，家庭医生签约率达到45%，国家卫生乡镇总数突破30个。

注：部分数据因四舍五入，存在分项与合计不等的情况。
"""

LISHUI_TITLE = "丽水市2023年卫生健康事业发展情况"
LISHUI: list[tuple[str, str]] = [
    (
        "p",
        "2023年，全市卫生健康系统以群众健康获得感为导向，深化医改、补强基层、提升服务，各项工作取得新进展。现将有关情况公布如下。",
    ),
    ("h1", "一、总体情况"),
    (
        "p",
        "截至2023年底，全市共有医疗卫生机构2003个，开放床位16734张，卫生人员2.61万人。全年总诊疗2389.1万人次，比上年增长7.8%；"
        "入院病人38.4万人次，增长12.6%；病床使用率78.3%，平均住院日8.1天。居民主要健康指标见表1。",
    ),
    ("table", "health"),
    ("h1", "二、服务能力"),
    ("h2", "（一）医疗服务"),
    (
        "p",
        "三级医院增至9家，其中三级甲等4家。县域就诊率90.9%，基层就诊率69.7%。建成县级急救分站86个，120急救平均反应时间11.2分钟，"
        "比上年缩短1.4分钟。“互联网+”护理服务上门1.9万余人次，满意率达99%以上。",
    ),
    ("h2", "（二）公共卫生服务"),
    (
        "p",
        "免疫规划疫苗接种率保持在98%以上，报告甲、乙类传染病发病率212.6/10万。完成重点人群结直肠癌筛查11.3万人，"
        "发现早期病变2460例。60岁以上老年人免费接种流感疫苗21.7万剂次，接种率56.8%。",
    ),
    ("table", "economy"),
    ("h1", "三、2024年目标"),
    (
        "p",
        "到2024年底，力争居民健康素养水平达到42%，家庭医生签约服务率达到49%，国家卫生乡镇达到60个；婴儿死亡率控制在3‰以内，"
        "孕产妇死亡率控制在8/10万以内；新增托位1200个，新建社区卫生服务站6家、村卫生室30家。",
    ),
]
LISHUI_TABLES = {
    "health": (
        "表1 居民主要健康指标",
        ["指标", "单位", "2021年", "2022年", "2023年"],
        [
            ["居民健康素养水平", "%", "35.18", "38.24", "40.71"],
            ["人均期望寿命", "岁", "81.73", "82.06", "82.35"],
            ["孕产妇死亡率", "1/10万", "7.0", "7.1", "0"],
            ["婴儿死亡率", "‰", "1.91", "1.73", "1.58"],
            ["5岁以下儿童死亡率", "‰", "2.84", "2.67", "2.43"],
            ["每千人口床位数", "张", "6.22", "6.41", "6.63"],
            ["每千人口执业（助理）医师数", "人", "3.55", "3.71", "3.86"],
            ["家庭医生签约服务率", "%", "42.3", "44.9", "47.6"],
            ["高血压患者规范管理率", "%", "69.82", "71.46", "73.95"],
            ["孕产妇系统管理率", "%", "96.4", "96.9", "97.15"],
            ["适龄儿童免疫规划疫苗接种率", "%", "98.02", "98.17", "98.5"],
            ["电子健康档案建档率", "%", "90.8", "92.36", "93.4"],
            ["空气质量优良天数比率", "%", "99.1", "98.4", "98.9"],
            ["生活垃圾无害化处理率", "%", "100", "100", "100"],
            ["国家卫生乡镇", "个", "32", "41", "52"],
        ],
    ),
    "economy": (
        "表2 经济和财政支撑 单位：亿元",
        ["指标", "2022年", "2023年"],
        [
            ["地区生产总值", "1830.9", "1964.4"],
            ["一般公共预算收入", "167.3", "181.9"],
            ["卫生健康支出", "52.6", "56.3"],
        ],
    ),
}

MIANYANG_HEADER = "绵阳市2023年卫生健康事业发展报告"
MIANYANG_PAGES: list[list[tuple[str, str]]] = [
    [
        ("title", "绵阳市2023年卫生健康事业发展报告"),
        (
            "p",
            "2023年，绵阳市卫生健康系统聚力建设川西北区域医疗卫生中心，全年总诊疗3642.4万人次，比上年增长9.8%，"
            "高质量发展迈出坚实步伐。",
        ),
        ("h", "一、资源总量"),
        (
            "p",
            "年末全市共有医疗卫生机构4402个，比上年减少14个，其中医院131个、乡镇卫生院153个、村卫生室2386个。"
            "实有床位43168张，每千人口床位8.79张。卫生技术人员4.24万人，每千人口执业（助理）医师3.05人、注册护士3.92人。"
            "三级甲等医院10家，国家临床重点专科6个，数量均居全省市州第一。",
        ),
        ("h", "二、健康水平"),
        (
            "p",
            "人均预期寿命78.43岁，居民健康素养水平27.05%，比上年提高2.74个百分点。孕产妇死亡率降至6.3/10万，"
            "婴儿死亡率2.71‰，5岁以下儿童死亡率4.08‰，连续五年低于全省平均水平。",
        ),
        ("h", "三、公共卫生"),
        (
            "p",
            "适龄儿童国家免疫规划疫苗接种率97.93%，孕产妇系统管理率96.2%，居民电子健康档案建档率92.05%。高血压患者规范管理率78.42%，"
            "2型糖尿病患者规范管理率77.3%。家庭医生签约224.9万人，签约率45.8%，重点人群签约率达到八成以上。",
        ),
    ],
    [
        ("h", "四、健康环境"),
        (
            "p",
            "中心城区空气质量优良天数332天，优良天数比率91.0%，较上年上升1.7个百分点。城市生活垃圾无害化处理率100%。"
            "国家卫生乡镇达到31个，新增7个，国家卫生县城实现全覆盖。",
        ),
        ("h", "五、发展支撑"),
        (
            "p",
            "全市地区生产总值4038.7亿元，增长8.0%；地方一般公共预算收入178.2亿元，增长11.0%；城镇新增就业5.26万人；"
            "城镇、农村居民人均可支配收入分别为46268元和24335元，增长4.9%和6.4%。全年卫生健康固定资产投资28.4亿元，是2020年的1.8倍。",
        ),
        ("h", "六、2024年工作目标"),
        (
            "p",
            "2024年，力争居民健康素养水平达到29%以上，家庭医生签约率达到48%，孕产妇系统管理率不低于96%，"
            "婴儿死亡率控制在3.5‰以内。启动建设重点项目26个，总投资约74亿元；新增县域医疗次中心4至6个，引进博士30名左右。",
        ),
    ],
]
FONT, SIZE = "STSong-Light", 14
LEFT, TOP, WIDTH = 85, 742, 425  # points


def docx(path: Path) -> None:
    """Headings, paragraphs and tables; fixed dates, so that the file is the same on every run."""
    from docx import Document
    from docx.oxml.ns import qn

    doc = Document()
    style = doc.styles["Normal"]
    style.font.name = "SimSun"
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "SimSun")
    doc.core_properties.title = LISHUI_TITLE
    doc.core_properties.author = ""
    doc.core_properties.created = doc.core_properties.modified = datetime.datetime(2024, 2, 5)
    doc.add_heading(LISHUI_TITLE, level=0)
    for kind, text in LISHUI:
        if kind == "p":
            doc.add_paragraph(text)
        elif kind == "table":
            caption, head, rows = LISHUI_TABLES[text]
            doc.add_paragraph(caption)
            table = doc.add_table(rows=0, cols=len(head))
            table.style = "Table Grid"
            for row in [head, *rows]:
                for cell, value in zip(table.add_row().cells, row, strict=True):
                    cell.text = value
            doc.add_paragraph("")
        else:
            doc.add_heading(text, level=int(kind[1]))
    raw = io.BytesIO()
    doc.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, (2024, 2, 5, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))


def lines(text: str) -> list[str]:
    """A paragraph as lines, the first one indented; numbers stay whole, a line never begins with a closing mark."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    out, line = [], "　　"
    for piece in re.findall(r"[0-9A-Za-z./%‰]+|.", text):
        if stringWidth(line + piece, FONT, SIZE) > WIDTH and piece not in "，。；、）”":
            out.append(line)
            line = ""
        line += piece
    return [*out, line]


def pdf(path: Path) -> None:
    """Two pages with a text layer, a running header and page numbers."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    page = Canvas(str(path), pagesize=A4, invariant=1)
    page.setTitle(MIANYANG_HEADER)
    middle = A4[0] / 2
    for number, blocks in enumerate(MIANYANG_PAGES, 1):
        page.setFont(FONT, 9)
        page.drawCentredString(middle, 795, MIANYANG_HEADER)
        page.drawCentredString(middle, 45, f"第 {number} 页 共 {len(MIANYANG_PAGES)} 页")
        y = TOP
        for kind, text in blocks:
            if kind == "title":
                page.setFont(FONT, 18)
                page.drawCentredString(middle, y, text)
                y -= 40
                continue
            page.setFont(FONT, 16 if kind == "h" else SIZE)
            for line in [text] if kind == "h" else lines(text):
                page.drawString(LEFT, y, line)
                y -= 26
        page.showPage()
    page.save()


def main(folder: Path) -> None:
    """Write all four."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "qz_wjj_2023.txt").write_bytes(QINGZHOU.replace("\n", "\r\n").encode("gb18030"))
    (folder / "绵阳市2022年经济社会发展主要情况.txt").write_bytes(MIANYANG_2022.encode("gb18030"))
    docx(folder / "丽水市2023年卫生健康事业发展情况.docx")
    pdf(folder / "绵阳市2023年卫生健康事业发展报告.pdf")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "samples")
