"""Where reports and sections begin, and what is noise."""

from __future__ import annotations

from typing import Any

import pytest
from texts import GRAMMAR, SAMPLES, document, extract, file

from hreport.model import Document
from hreport.split import Layout, split
from hreport.text import Reading

SERVICES = "全县各级医疗卫生机构坚持预防为主、防治结合,健全服务网络,落实各项惠民政策,群众看病就医更加方便"
HOSPITALS = "县级公立医院综合改革稳步推进,药品零差率销售全面实行,以药补医机制得到破除,医疗费用不合理增长得到控制"
NETWORK = "乡镇卫生院和村卫生室标准化建设持续加强,基本形成覆盖城乡、功能完善、运转有序的基层医疗卫生服务体系"
PEOPLE = "卫生人才队伍结构逐步优化,全科医生培养和乡村医生培训力度不断加大,服务能力和服务水平得到明显提升"


def layout(text: str) -> Layout:
    return split(document(text), GRAMMAR)


def numbers(text: str) -> list[tuple[str, str | None, str]]:
    """Value, damage and indicator of each observation of a text."""
    found = []
    for o in extract(text).observations:
        number = getattr(o.quantity.value, "number", None)
        found.append(("?" if number is None else f"{number.normalize():f}", o.quantity.damage, o.indicator))
    return found


# --- page markers ----------------------------------------------------------------------------------------------------

MARKED = f"""1、卫生健康工作总结
    {SERVICES}。全年卫生事业投入达1.
2、86亿元,比上年增长11.2%。{HOSPITALS},出生缺陷发生率为8.7&permil
3、;,农村改水受益人口达26.4万人。{NETWORK},城乡居民健康档案建档率达到9
4、3.5%。{PEOPLE}。"""


def test_page_markers_inside_numbers() -> None:
    assert numbers(MARKED) == [
        ("186000000", "split", "卫生事业投入"),
        ("11.2", None, "卫生事业投入"),
        ("8.7", "split", "出生缺陷发生率"),
        ("264000", None, "农村改水受益人口"),
        ("93.5", "split", "城乡居民健康档案建档率"),
    ]


def test_page_markers_are_in_the_quoted_text_and_repaired() -> None:
    first = extract(MARKED).observations[0].quantity
    assert first.text == "1.\n2、86亿元"
    assert (first.numeral, f"{first.repaired:f}") == ("1.86", "186000000.00")


def test_a_list_is_no_page_marker() -> None:
    points = "1、大力推进改厕。全年改厕2.1万座。\n2、大力推进改水。受益26万人。\n3、绿化。新增35公顷。"
    text = f"卫生健康工作总结\n{SERVICES}。\n{points}"
    assert layout(text).reading.raw == text
    assert [s.heading for s in layout(text).reports[0].sections] == ["1、大力推进改厕", "2、大力推进改水", "3、绿化"]


def test_the_marker_is_no_part_of_the_title() -> None:
    assert layout(MARKED).reports[0].title == "卫生健康工作总结"


# --- wrapped lines ---------------------------------------------------------------------------------------------------

BODY = (
    "全县各级医疗卫生机构坚持预防为主、防治结合,健全服务网络,全年共诊疗门急诊病人42.6万人次,同比增长8.7%,住院病人3.2万人次,"
    "床位使用率达到82.5%,群众满意度继续提高。乡镇卫生院标准化建设达标率为96%,村卫生室覆盖率达到100%,新增全科医生128名,"
    "家庭医生签约服务覆盖人口21.6万人,重点人群签约率为75.3%。"
)


def wrapped(text: str, width: int) -> str:
    """A text cut into lines of one width."""
    return "\n".join(text[i : i + width] for i in range(0, len(text), width))


@pytest.mark.parametrize("width", [30, 34, 38, 40, 50, 60, 70, 80, 100])
def test_line_breaks_inside_sentences(width: int) -> None:
    title = "卫生健康工作总结\n\n"
    expected = [(value, indicator) for value, _, indicator in numbers(title + BODY)]
    assert [(value, indicator) for value, _, indicator in numbers(title + wrapped(BODY, width))] == expected
    assert len(expected) == 9


@pytest.mark.parametrize(
    "text",
    [
        f"卫生健康工作总结\n\n{SERVICES}。\n{HOSPITALS}。",
        f"卫生健康工作总结\n\n一、主要做法\n{SERVICES}。\n二、存在问题\n{HOSPITALS}。",
        f"卫生健康工作总结\n\n{SERVICES}:\n(一){HOSPITALS}。\n(二){NETWORK}。",
    ],
)
def test_a_new_paragraph_is_no_wrapped_line(text: str) -> None:
    assert layout(text).reading.raw == text


# --- repeated leads --------------------------------------------------------------------------------------------------


def test_a_repeated_lead_is_counted_once() -> None:
    lead = "近年来,我县坚持把人民健康放在优先发展的战略位置,全年投入卫生事业经费3.2亿元,新建村卫生室126所,"
    text = f"卫生健康工作总结\n\n    {lead}{lead}{SERVICES}。"
    found = extract(text).observations
    assert [o.quantity.text for o in found] == ["3.2亿元", "126所"]
    assert all(o.quantity.span.start > text.index(lead) + len(lead) for o in found)


# --- site text -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "发布时间:2023-05-06 12:30:45 来源:卫生信息网 阅读次数:1256次",
        "ID:20458 大小:35KB 页数:7页",
        "- 12 -",
        "第3页 共12页",
        "http://www.example.com/a/12300家.html",
        "下载文档 收藏 126人已下载",
        "相关阅读",
        "2023-05-06 09:30",
        "上一篇:2022年工作总结",
        "一键复制 打印 关闭",
        "加大 还原 减小 】",
        "扫一扫在手机打开当前页",
    ],
)
def test_site_text_holds_no_figures_and_no_sections(line: str) -> None:
    text = f"卫生健康工作总结\n{line}\n{SERVICES},新增床位260张。\n{line}\n{NETWORK}。"
    found = layout(text)
    assert [o.quantity.text for o in extract(text).observations] == ["260张"]
    assert [s.heading for r in found.reports for s in r.sections] == []
    for at in range(len(text)):
        if text.startswith(line, at):
            index = found.reading.index(at)
            assert found.is_quiet(index) or found.reading.origin(index) != at


def test_page_numbers_inside_a_line_are_noise() -> None:
    text = f"卫生健康工作总结\n{SERVICES},新增床位260张。第2页 共13页{NETWORK}。"
    assert [o.quantity.text for o in extract(text).observations] == ["260张"]
    assert "共13页" not in layout(text).reading.raw


# --- several reports in one file -------------------------------------------------------------------------------------

ONE, TWO = "安吉县2022年卫生健康工作总结", "德清县2022年卫生健康工作总结"


def article(title: str, hospitals: int) -> str:
    return (
        f"{title}\n\n    {SERVICES}。{HOSPITALS}。\n"
        f"    一、基本情况\n    现有乡镇卫生院{hospitals}所,床位1260张。{PEOPLE}。\n"
        f"    二、主要做法\n    {NETWORK},居民健康档案建档率达到92.3%,老年人免费体检2.6万人。\n"
        "    三、下一步打算\n    新增托位20个,建成医养结合机构3家。\n"
    )


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        (article(ONE, 12), [ONE]),
        (article(ONE, 12) + "\n扩展阅读:" + article(TWO, 15), [ONE, TWO]),
        (article(ONE, 12) + "\n" + article(TWO, 15), [ONE, TWO]),
        ("第一篇 " + article(ONE, 12) + "\n第二篇 " + article(TWO, 15), [ONE, TWO]),
    ],
    ids=["one", "more", "after one another", "numbered"],
)
def test_reports_of_a_file(text: str, titles: list[str]) -> None:
    found = extract(text)
    assert [r.title for r in found.reports] == titles
    assert [o.report for o in found.observations] == [r.number for r in found.reports for _ in range(6)]
    firsts = [next(o for o in found.observations if o.report == r.number) for r in found.reports]
    assert [o.quantity.text for o in firsts] == ["12所", "15所"][: len(titles)]
    assert [r.area for r in found.reports] == [t[:3] for t in titles]
    assert {r.year for r in found.reports} == {"2022"}


def test_sections_have_levels_and_say_what_is_planned() -> None:
    found = extract(article(ONE, 12))
    assert [(s.heading, s.level) for s in found.reports[0].sections] == [
        ("一、基本情况", 1),
        ("二、主要做法", 1),
        ("三、下一步打算", 1),
    ]
    assert [o.status for o in found.observations] == ["actual"] * 4 + ["target"] * 2
    assert [o.section for o in found.observations][-1] == "三、下一步打算"


def test_headings_inside_a_line() -> None:
    text = f"卫生健康工作总结\n{SERVICES}。一、主要做法 {HOSPITALS}。二、存在的问题 {NETWORK}。(一)人才不足。{PEOPLE}。"
    headings = [(s.heading[:4], s.level) for s in layout(text).reports[0].sections]
    assert headings == [("一、主要", 1), ("二、存在", 1), ("(一)人", 2)]


# --- what always holds -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "\n\n", " ", "12", "全市", "。", "一、", "1、\n2、\n3、", "\ufeff", "x" * 500, "\r\n\r\n"]
)
def test_odd_documents(text: str) -> None:
    found = layout(text)
    assert len(found.reports) == 1
    assert 0 <= found.reports[0].span.start <= found.reports[0].span.end <= len(text)


def holds(found: Layout) -> None:
    """What is true of every layout."""
    source = found.document.text
    assert found.reading.source == source
    assert isinstance(found.reading, Reading)
    assert found.reports
    assert [r.number for r in found.reports] == list(range(1, len(found.reports) + 1))
    for before, after in zip(found.reports, found.reports[1:], strict=False):
        assert before.span.end <= after.span.start
    for report in found.reports:
        for section in report.sections:
            assert section.span.within(report.span)
            assert section.level in (1, 2, 3, 4)
    for (_, end), (start, _) in zip(found.quiet, found.quiet[1:], strict=False):
        assert end <= start


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
def test_layout_of_a_sample(path: Any) -> None:
    source: Document = file(path)
    holds(split(source, GRAMMAR))


@pytest.mark.parametrize("text", [MARKED, article(ONE, 12) + "\n扩展阅读:" + article(TWO, 15), wrapped(BODY, 40)])
def test_layout_of_a_text(text: str) -> None:
    holds(layout(text))


# --- sections --------------------------------------------------------------------------------------------------------


def sections(*lines: str) -> list[tuple[str, int]]:
    """Heading and level of each section of the first report of a text."""
    return [(s.heading, s.level) for s in layout("\n".join(lines)).reports[0].sections]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            [
                "2023年政府工作报告",
                "——2023年1月9日在第五次会议上",
                "县长 李某某",
                "各位代表:",
                f"{SERVICES}。",
                "一、工作回顾",
                f"{HOSPITALS}。",
            ],
            [("一、工作回顾", 1)],
        ),
        (
            [
                "工作总结",
                f"{SERVICES}。",
                "二、主要做法",
                f"{NETWORK}。",
                "安吉县卫生健康局",
                "2023年1月9日",
                "(此件公开发布)",
            ],
            [("二、主要做法", 1)],
        ),
        (
            ["工作总结", f"{SERVICES}。", "主要做法", f"{NETWORK}。", "四川干部群众热议工作总结", "返回列表"],
            [("主要做法", 4)],
        ),
        (
            [
                "# 健康条例",
                "## 第一章 总则",
                f"第一条 {SERVICES},下列机构适用:",
                "(一)乡镇卫生院;",
                "(二)村卫生室。",
                "## 第二章 服务",
                f"{NETWORK}。",
            ],
            [("第一章 总则", 1), ("第二章 服务", 1)],
        ),
        (
            [
                "健康规划",
                f"{SERVICES}。",
                "第一篇 基础",
                "第一章 现状",
                "一、成效",
                f"{NETWORK}。",
                "第二章 目标",
                f"{PEOPLE}。",
                "第二篇 任务",
                f"{HOSPITALS}。",
            ],
            [("第一篇 基础", 1), ("第一章 现状", 2), ("一、成效", 3), ("第二章 目标", 2), ("第二篇 任务", 1)],
        ),
        (
            [
                "工作总结",
                f"{SERVICES}。",
                "大力推进改水",
                f"{NETWORK}。",
                "是新一轮工程。为进一步强化法",
                f"{PEOPLE}。",
            ],
            [("大力推进改水", 4)],
        ),
    ],
    ids=[
        "who speaks when",
        "who signs when",
        "links behind the text",
        "items of a list",
        "parts and chapters",
        "lines",
    ],
)
def test_what_is_a_heading(lines: list[str], expected: list[tuple[str, int]]) -> None:
    assert sections(*lines) == expected
