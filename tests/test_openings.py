"""Where reports begin in files that hold several, and in files that hold one. All texts are invented."""

from __future__ import annotations

import pytest
from texts import GRAMMAR, document

from hreport.split import split

START = "¶"  # stands where a report begins; taken out of the text before it is read

PROSE = (
    "全县各级医疗卫生机构坚持预防为主、防治结合,健全服务网络,落实各项惠民政策,全年诊疗门急诊病人42.6万人次,群众看病就医更加方便。",
    "县级公立医院综合改革稳步推进,药品零差率销售全面实行,以药补医机制得到破除,医疗费用不合理增长得到控制,次均费用下降3.2%。",
    "乡镇卫生院和村卫生室标准化建设持续加强,达标率分别为96%和91%,基本形成覆盖城乡、功能完善、运转有序的基层医疗卫生服务体系。",
    "卫生人才队伍结构逐步优化,全科医生培养和乡村医生培训力度不断加大,新增全科医生128名,服务能力和服务水平得到明显提升。",
    "家庭医生签约服务做实做细,重点人群签约率达到75.3%,慢性病患者在家门口就能配到常用药,居民健康档案建档率达到92.3%。",
    "爱国卫生运动深入城乡,全年改厕2.1万座,清运垃圾18万吨,农村饮水安全工程受益26万人,城乡环境面貌有了新的变化。",
    "妇幼健康服务不断加强,免费婚检率达到88%,孕产妇系统管理率达到95.6%,适龄妇女两癌筛查1.6万人,出生缺陷得到有效控制。",
    "托育服务体系逐步健全,新增托位620个,普惠托位占比超过六成,带不动孩子的年轻父母有了新的选择,社会反响良好。",
)
ENDING = "下一步,我们将继续把人民健康放在优先发展的战略位置,补短板、强弱项,努力为群众提供更加优质高效的服务。"


def prose(*which: int) -> list[str]:
    """Some paragraphs, from the first to the eighth."""
    return [PROSE[k % len(PROSE)] for k in which]


def lines(*parts: str | list[str], indent: str = "", gap: str = "\n\n") -> str:
    """Paragraphs as a text."""
    flat = [p for part in parts for p in (part if isinstance(part, list) else [part])]
    return gap.join(p if p.startswith((START, "=")) else indent + p for p in flat).replace("=", "")


def numbered(n: int) -> list[str]:
    """Three chapters of a report."""
    names = (("基本情况", "主要做法", "下一步打算"), ("工作成效", "存在问题", "工作计划"))[n % 2]
    return [t for k, name in enumerate(names) for t in (f"{'一二三'[k]}、{name}", PROSE[(n + k) % len(PROSE)])]


TOWNS = (
    "安吉县",
    "德清县",
    "长兴县",
    "桐庐县",
    "淳安县",
    "建德市",
    "临安区",
    "富阳区",
    "海盐县",
    "平湖市",
    "嘉善县",
    "桐乡市",
)


def report(n: int, mark: str = "") -> list[str]:
    """A whole report with numbered chapters, its title first."""
    return [f"{START}{mark}{TOWNS[n]}2022年卫生健康工作总结", PROSE[n % len(PROSE)], *numbered(n), ENDING]


def slogan(n: int) -> str:
    """The title of an article, as collections have them."""
    return (
        "三项机制激活基层卫生健康服务末梢",
        "让山区群众在家门口看上好医生",
        "以小托位撬动普惠托育大民生",
        "用心用情守护全生命周期健康",
        "织密扎牢村级公共卫生防护网络",
        "数字赋能推动县域医共体提质增效",
        "打好爱国卫生运动持久战",
        "推动中医药服务进村入户",
    )[n]


COLLECTIONS = {
    # Numbered parts, with a colon, in brackets, alone on a line, from 2 to 12 of them.
    "parts with a colon": lines("卫生健康工作总结(3篇)", *[report(n, f"篇{'一二三'[n]}:") for n in range(3)]),
    "parts in brackets": lines(
        "2022年卫生健康工作总结范文 5篇", *[report(n, f"【第{'一二三四五'[n]}篇】") for n in range(5)], gap="\n"
    ),
    "parts on lines of their own": lines(
        "医院工作总结精选范文", *[[f"{START}范文{'一二三四'[n]}", *report(n)] for n in range(4)]
    )
    .replace(f"\n\n{START}", "\n\n=\n")
    .replace("=\n范", f"{START}范")
    .replace("=\n", ""),
    "twelve parts": lines(*[report(n, f"第{n + 1}篇:") for n in range(12)], gap="\n"),
    "parts after a lead of the site": lines(
        "卫生健康工作汇报材料",
        "工作汇报是向上级反映情况的重要形式。下面是小编为大家整理的卫生健康工作汇报,欢迎阅读,希望对您有所帮助!",
        *[report(n, f"篇{n + 1}:") for n in range(2)],
    ),
    "a part in the middle of a line": lines(report(0, "第一篇:"), gap="\n")
    + f"{START}第二篇:德清县2022年卫生健康工作总结\n"
    + lines(PROSE[1], numbered(1), gap="\n"),
    # A list of contents.
    "contents": lines(
        "卫生健康经验材料汇编",
        "目录",
        *[f"{n + 1}.{slogan(n)}……{3 * n + 1}" for n in range(4)],
        *[[START + slogan(n), *prose(n, n + 1, n + 2, n + 3)] for n in range(4)],
        gap="\n",
    ),
    "contents of a file that does not say what it is": lines(
        "目录",
        *[f"{TOWNS[n]}卫生健康工作情况汇报" for n in range(3)],
        *[[f"{START}{TOWNS[n]}卫生健康工作情况汇报", *prose(n, n + 1, n + 2, n + 3)] for n in range(3)],
    ),
    # Numbers.
    "numbers alone": lines(
        "(6篇)卫生健康工作信息汇编", *[[f"{n + 1}", START + slogan(n), *prose(n, n + 2, n + 4)] for n in range(6)]
    ),
    "numbered titles, as many as announced": lines(
        "县域卫生健康工作经验材料(4篇)",
        *[[f"{START}{'一二三四'[n]}、{TOWNS[n]}:{slogan(n)}", *prose(n, n + 2, n + 4)] for n in range(4)],
    ),
    # Titles that stand out.
    "titles without indent": lines(
        "卫生健康工作经验交流材料汇编(5篇)",
        *[
            [
                START + slogan(n),
                *prose(n, n + 1),
                "强化组织领导",
                *prose(n + 2, n + 3),
                "夯实网底功能",
                *prose(n + 4),
                "健全长效机制",
                *prose(n + 5),
            ]
            for n in range(5)
        ],
        indent="\u3000\u3000",
    ),
    "titles after wide gaps": lines(
        "卫生健康信息七则", *[["=\n\n" + START + slogan(n), *prose(n, n + 1, n + 2, n + 3)] for n in range(7)]
    ).replace("\n\n\n\n" + START, "\n\n\n\n" + START),
    "news": lines(
        "卫生健康政务信息汇编(4篇)",
        *[
            [
                START + slogan(n),
                ("近年来,", "今年以来,", "近日,", "xxxx年,")[n] + "xx市卫健委聚焦群众期盼," + PROSE[n],
                *prose(n + 1, n + 2, n + 3, n + 4),
            ]
            for n in range(4)
        ],
        gap="\n",
    ),
    "articles with series of headings": lines(
        "卫生健康工作经验汇编(3篇)",
        *[
            [
                START + slogan(n),
                PROSE[n],
                *[
                    t
                    for k, h in enumerate(
                        (
                            ("建强一支队伍", "织密一张网络", "守住一条底线"),
                            ("服务送到村口", "药品配到家门", "健康讲到炕头"),
                            ("学习为先", "服务为本", "健康为大"),
                        )[n]
                    )
                    for t in (h, PROSE[(n + k + 1) % 8], PROSE[(n + k + 2) % 8])
                ],
            ]
            for n in range(3)
        ],
    ),
    "articles with bylines": lines(
        "全市卫生健康工作会议交流材料汇编",
        *[[START + slogan(n), f"{TOWNS[n]}卫生健康局", *prose(n, n + 1, n + 2, n + 3)] for n in range(3)],
    ),
    "masked places": lines(
        "卫生健康系统典型经验材料(3篇)",
        *[
            [
                START + ("xx加快优质医疗资源下沉", "xx县“三个一”守护妇幼健康", "xx市卫生健康委推进健康细胞建设")[n],
                "近年来,xx市坚持以人民健康为中心," + PROSE[n],
                *prose(n + 1, n + 2, n + 3),
            ]
            for n in range(3)
        ],
        indent="  ",
    ),
    # Files that do not say what they are.
    "one after another": lines(*[report(n) for n in range(4)]),
    "pages with their dates and sources": lines(
        *[
            [
                START + slogan(n),
                "来源:卫生信息网",
                f"发布时间:2023-0{n + 1}-12",
                *prose(n, n + 1, n + 2),
                "上一篇:2021年工作思路",
                "打印 关闭",
            ]
            for n in range(4)
        ],
        gap="\n",
    ),
    "further reading": lines(report(0), report(1, "扩展阅读:")),
    "notices": lines(
        *[
            [
                f"{START}关于做好2023年{('爱国卫生', '妇幼健康', '老龄健康')[n]}工作的通知",
                f"卫发〔2023〕{n + 4}号",
                "各乡镇人民政府,县直有关单位:",
                *prose(n, n + 1, n + 2),
                "县卫生健康局",
                "2023年3月1日",
            ]
            for n in range(3)
        ],
    ),
    "work reports of two years": lines(
        *[
            [
                f"{START}政府工作报告",
                f"——202{n + 2}年1月{n + 7}日在安吉县第十七届人民代表大会第{'一二'[n]}次会议上",
                "县长 李某某",
                "各位代表:",
                "现在,我代表县人民政府向大会报告工作,请予审议,并请县政协各位委员和其他列席人员提出意见。",
                *numbered(n),
                *prose(n, n + 1),
            ]
            for n in range(2)
        ],
        gap="\n",
    ),
    "glued to the line before": lines(report(0), gap="\n")
    + f"{START}德清县2022年卫生健康工作总结 一年来,{PROSE[1]}\n"
    + PROSE[2]
    + "\n"
    + PROSE[3],
    "a paragraph that begins with its title": lines(
        *[[f"{START}{TOWNS[n]}2022年卫生健康工作总结 2022年,{PROSE[n]}", *prose(n + 1, n + 2, n + 3)] for n in range(3)]
    ),
    "years masked": lines(
        *[[f"{START}{TOWNS[n]}201*年度建设健康城市工作总结", *prose(n, n + 1), *numbered(n)] for n in range(3)],
        gap="\n",
    ),
}

SINGLE = {
    "headings between paragraphs": lines(
        "安吉县2022年卫生健康工作总结",
        PROSE[0],
        "公立医院改革取得突破",
        *prose(1, 2, 3, 4),
        "基层服务能力全面提升",
        *prose(2, 3, 4, 5),
        "群众健康水平稳步提高",
        *prose(3, 4, 5, 6),
        "存在的困难和问题",
        *prose(4, 5, 6, 7),
        "2023年工作打算",
        *prose(5, 6, 7, 8),
    ),
    "many short headings": lines(
        "健康城市建设工作汇报",
        *[
            t
            for k in range(24)
            for t in ("健康" + "环境社会服务人群文化产业"[k % 6 * 2 : k % 6 * 2 + 2] + f"建设第{k}项", PROSE[k % 8])
        ],
        gap="\n",
    ),
    "slogans": lines(
        "2022年安吉县政府工作报告",
        "各位代表:",
        PROSE[0],
        "一、2022年工作回顾",
        *prose(1, 2),
        "抓改革、促发展,发展动能更加强劲",
        *prose(3, 4, 5),
        "惠民生、增福祉,群众生活更加殷实",
        *prose(4, 5, 6),
        "各位代表!",
        *prose(6, 7),
        "二、2023年政府工作",
        "稳增长、扩内需、提信心",
        *prose(0, 1, 2, 3),
        gap="\n",
    ),
    "chapters of a law": lines(
        "安吉县爱国卫生管理办法",
        "第一章 总则",
        "第一条 为了加强爱国卫生工作,改善城乡环境,提高人民健康水平,根据有关法律、法规,结合本县实际,制定本办法。",
        "第二章 职责",
        "第二条 县人民政府统一领导本行政区域内的爱国卫生工作,将其纳入国民经济和社会发展规划,经费列入同级财政预算。",
        "第三章 附则",
        "第三条 本办法自2023年1月1日起施行,原有规定与本办法不一致的,以本办法为准,由县爱卫会办公室负责解释。",
    ),
    "parts of a plan": lines(
        "安吉县国民经济和社会发展第十四个五年规划纲要",
        PROSE[0],
        "第一篇 开启现代化建设新征程",
        "第一章 发展基础",
        *prose(1, 2, 3),
        "第二章 总体要求",
        *prose(2, 3, 4),
        "第二篇 建设健康安吉",
        "第三章 医疗服务",
        *prose(3, 4, 5),
        "第三篇 保障规划实施",
        "第四章 组织领导",
        *prose(5, 6, 7),
        gap="\n",
    ),
    "a notice and what it issues": lines(
        "关于印发安吉县健康县城建设三年行动方案的通知",
        "安卫发〔2023〕12号",
        "各乡镇人民政府,县直有关单位:",
        *prose(0, 1),
        "县卫生健康局",
        "2023年3月1日",
        "附件",
        "安吉县健康县城建设三年行动方案(2023—2025年)",
        *prose(2, 3),
        *numbered(0),
        *prose(4, 5, 6),
    ),
    "a summary and a plan": lines(
        "安吉县2022年卫生健康工作总结和2023年工作计划",
        *prose(0, 1, 2, 3, 4),
        "2023年工作计划",
        *prose(4, 5, 6, 7),
    ),
    "contents of one report": lines(
        "安吉县健康城市建设工作报告",
        "目录",
        "总体情况",
        "主要工作",
        "存在问题",
        "总体情况",
        *prose(0, 1, 2, 3),
        "主要工作",
        *prose(2, 3, 4, 5),
        "存在问题",
        *prose(4, 5, 6, 7),
        gap="\n",
    ),
    "its title again and again": lines(
        "公文网 首页",
        "安吉县2022年卫生健康工作总结",
        "时间:2023-02-11 21:51:44",
        "安吉县2022年卫生健康工作总结",
        *prose(0, 1, 2, 3, 4, 5),
        "安吉县2022年卫生健康工作总结",
        "由网友整理提供,转载请保留出处",
        "相关阅读",
        "德清县2021年卫生健康工作总结",
        "长兴县2021年卫生健康工作总结",
    ),
    "headings in a line": PROSE[0] + "一、主要做法。" + "".join(PROSE[1:4]) + "二、下步打算。" + "".join(PROSE[4:7]),
}


def found(text: str) -> list[tuple[int, str]]:
    """Where reports begin in a text, and their titles."""
    return [(r.span.start, r.title) for r in split(document(text), GRAMMAR).reports]


def marked(text: str) -> tuple[str, list[int]]:
    """A text without its marks, and where they stood."""
    starts = [at - k for k, at in enumerate(i for i, c in enumerate(text) if c == START)]
    return text.replace(START, ""), starts


@pytest.mark.parametrize("text", COLLECTIONS.values(), ids=COLLECTIONS)
def test_each_report_of_a_collection_is_found(text: str) -> None:
    plain, starts = marked(text)
    assert len(starts) > 1
    reports = found(plain)
    assert [at for at, _ in reports] == starts
    for at, title in reports:
        assert title
        assert title in plain[at : at + 80]


@pytest.mark.parametrize("text", SINGLE.values(), ids=SINGLE)
def test_one_report_is_not_cut(text: str) -> None:
    assert len(found(text)) == 1


def test_titles_are_those_of_the_articles() -> None:
    for name in ("contents", "titles without indent", "titles after wide gaps", "news", "articles with bylines"):
        plain, starts = marked(COLLECTIONS[name])
        assert [title for _, title in found(plain)] == [slogan(n) for n in range(len(starts))], name
    for name in ("parts with a colon", "parts in brackets", "twelve parts", "one after another", "further reading"):
        plain, starts = marked(COLLECTIONS[name])
        wanted = [f"{TOWNS[n]}2022年卫生健康工作总结" for n in range(len(starts))]
        assert [title for _, title in found(plain)] == wanted, name
