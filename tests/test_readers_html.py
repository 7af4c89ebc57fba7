"""Pages and web archives: what is text, what is site, tables, encodings, and pages made to do harm."""

from __future__ import annotations

import base64
import csv
import itertools
import quopri
import time
from pathlib import Path

import pytest

from hreport.model import Block, BlockKind, Document, Issue
from hreport.readers import read, read_bytes, recognise

SHARED = Path(__file__).parents[2] / "shared"
NEEDS_SHARED = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared files are not here")

PROSE = [
    "2023年，全市卫生健康系统坚持以人民健康为中心，扎实推进各项工作，取得了新的成效。",
    "全年新增医疗机构12家，新增床位1,728张，市财政投入5.19亿元，较上年增长35.2%。",
    "婴儿死亡率为3.05‰，孕产妇死亡率为7.2/10万，居民电子健康档案建档率达到xx.x%。",
    "各县（市、区）认真履行职责，基层服务能力明显提升，群众满意度进一步提高。",
]
MENU = "".join(f'<li><a href="/{n}">栏目{n}</a></li>' for n in range(8))
LINKS = "".join(
    f'<li><a href="/r{n}">某市202{n}年工作总结及下年计划</a><span>2023-01-1{n}</span></li>' for n in range(9)
)
TEASER = "今年以来，我局紧紧围绕中心工作，狠抓落实，现总结如下，供大家学习第"
TEASERS = "".join(f'<div><a href="/s{n}">工作总结范文{n}</a><p>{TEASER}{n}篇……</p></div>' for n in range(9))
TOP = f'<div class="top"><ul>{MENU}</ul></div>'
FOOTER = (
    "<div><p>主办：某市办公室 网站标识码：3301000001</p><p>版权所有，未经许可不得转载，摘编或以其他方式使用。</p></div>"
)
SITE = ("栏目", "下年计划", "范文", "标识码", "版权")
ROWS = [["地区", "床位数(张)", "出生率(‰)"], ["甲县", "1,728", "7.90"], ["乙县", "865", "xx.x"], ["丙县", "300", "—"]]


def grid(rows: list[list[str]], tag: str = "td") -> str:
    return "".join(f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in row)}</tr>" for row in rows)


NEWS = grid([[f"<a href=/{n}>某市会议{n}</a>"] for n in range(9)])
TABLE = f"<table border=1>{grid(ROWS)}</table>"


def paragraphs(*lines: str) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def page(body: str, title: str = "") -> bytes:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body>{body}</body></html>".encode()


def document(data: bytes, name: str = "report.html") -> Document:
    result = read_bytes(data, name)
    assert isinstance(result, Document), result
    end = 0
    for block in result.blocks:
        assert end <= block.span.start < block.span.end <= len(result.text)
        assert result.text[block.span.start : block.span.end].strip()
        end = block.span.end
    return result


def issue(data: bytes) -> Issue:
    result = read_bytes(data, "report.html")
    assert isinstance(result, Issue), result.text[:100]
    assert result.fatal
    assert "\n" not in result.message
    return result


def text(body: str) -> str:
    return document(page(body)).text


def codes(result: Document) -> list[str]:
    return [one.code for one in result.issues]


def cells(result: Document) -> dict[str, Block]:
    """The cells by what stands in them."""
    return {result.text[b.span.start : b.span.end]: b for b in result.blocks if b.kind is BlockKind.CELL}


# --- lines ------------------------------------------------------------------------------------------------------------

LINES = [
    ("split by tags", "<p>投入<span>5</span><span>.19</span><b>亿</b>元</p>", "投入5.19亿元"),
    ("source lines", "<p>全市\n  新增\n1,728\n张</p>", "全市新增1,728张"),
    ("source lines between figures", "<p>1\n728张</p>", "1 728张"),
    ("spaces", "<p>  甲   乙&nbsp;&nbsp;丙 </p>", "甲 乙\xa0\xa0丙"),
    ("breaks", "甲12家<br>乙13家<br/>丙", "甲12家\n乙13家\n丙"),
    ("entities", "<p>3&permil;，&#8240;&#x2030;，5&times;6，&lt;5%，&amp;lt;，&#150;</p>", "3‰，‰‰，5×6，<5%，&lt;，–"),
    ("bare angle brackets", "<p>率<5%的3家，>6的2家</p>", "率<5%的3家，>6的2家"),
    ("power", "<p>3×10<sup>4</sup>人，10<sup>-3</sup></p>", "3×10⁴人，10⁻³"),
    ("units", "<p>12km<sup>2</sup>，3<sup>rd</sup>，95<sup>%</sup></p>", "12km²，3rd，95%"),
    ("power with letters", "<p>10<sup>4a</sup></p>", "10^4a"),
    ("note", "<p>95.2%<sup>1</sup>，见注<sup>[2]</sup></p>", "95.2%¹，见注[2]"),
    ("lowered", "<p>PM<sub>2.5</sub>，2<sub>10</sub></p>", "PM2.5，2_10"),
    ("hidden", '<p>甲<span style="display: none">5亿<span>元</span>乙</span>丙<i hidden>丁</i>戊</p>', "甲丙戊"),
    ("hidden block", '<p>甲</p><div style="DISPLAY:NONE"><p>乙</p></div><p>丙</p>', "甲\n丙"),
    ("too small to see", '<p>甲<font style="font-size:0px">乱码</font>乙</p>', "甲乙"),
    ("style sheet", "<style>.jam{color:red;display:none}</style><p>甲<font class='a jam'>乱码</font>乙</p>", "甲乙"),
    ("comments", "<p>甲<!-- 5亿元 -->乙<!----><!-->丙</p>", "甲乙丙"),
    ("struck out", "<p>甲<del>5</del><s>6</s><strike>7</strike><ins>8</ins>乙</p>", "甲8乙"),
    ("struck out by style", '<p>甲<span style="text-decoration:line-through">5</span>8</p>', "甲8"),
    ("ruby", "<p>入<ruby>院<rp>(</rp><rt>yuàn</rt><rp>)</rp></ruby>12人</p>", "入院12人"),
    (
        "no text",
        "<p>甲<script>5</script><noscript>6</noscript><template>7</template><button>打印</button>乙</p>",
        "甲乙",
    ),
    ("never closed", "<p>甲</p><noscript><select><p>乙</p>", "甲\n乙"),
    ("unclosed", "<p>甲<b>乙<p>丙<div>丁<ul><li>戊<li>己", "甲乙\n丙\n丁\n戊\n己"),
    ("lists", "<ul><li>甲1家<li>乙2家</ul><ol start=3><li>丙<li><p>丁</p></ol>", "甲1家\n乙2家\n3. 丙\n4. 丁"),
    (
        "numbers that are there",
        "<ol><li>（一）甲<li>5.19亿元</ol><ol style='list-style:none'><li>丙</ol>",
        "（一）甲\n5.19亿元\n丙",
    ),
    ("preformatted", "<pre>甲  12\n  乙  13</pre>", "甲  12\n  乙  13"),
    ("nulls", "<p>甲\x0012\x00家</p>" + paragraphs(*PROSE), "\n".join(["甲12家", *PROSE])),
    ("picture in a line", "<p>投入<img src=5.png>亿元</p><p><img src=b.png>下一步</p>", "投入\ufffc亿元\n下一步"),
    ("stray quotes", '<p align="center" class=a"b width=100%">甲12家</p>', "甲12家"),
    ("angle bracket in a value", '<p title="a>b">甲12家</p>', "甲12家"),
    ("short tag", "<p>甲<br/><o:p/>乙</p>", "甲\n乙"),
]


@pytest.mark.parametrize(("body", "wanted"), [case[1:] for case in LINES], ids=[case[0] for case in LINES])
def test_lines(body: str, wanted: str) -> None:
    assert text(body) == wanted


IGNORED = "<span style='mso-list:Ignore'>1.<span>&nbsp;</span></span>"
BULLET = "<span style='font-family:Wingdings'><span style='mso-list:Ignore'>l</span></span>"
OTHER_FONT = "<span style='font-family:Wingdings'>l<span style='font-family:宋体'>12家</span></span>"
WORD = [
    ("list number", f"<![if !supportLists]>{IGNORED}<![endif]>新增3家", "1.\xa0新增3家"),
    ("list number in comments", f"<!--[if !supportLists]-->{IGNORED}<!--[endif]-->新增3家", "1.\xa0新增3家"),
    ("bullet", f"{BULLET}新增12家", "新增12家"),
    ("bullet in Symbol", "<span style='mso-x:1;font-family:Symbol'>·</span>新增12家", "新增12家"),
    ("sign in Symbol", "达标率<font face=Symbol>&sup3;</font>95%", "达标率≥95%"),
    ("another font inside", OTHER_FONT, "12家"),
    ("for Word only", "甲<!--[if gte mso 9]><xml><w:x>乙</w:x></xml><![endif]-->丙<o:p></o:p>", "甲丙"),
    ("smart tags", "投入<st1:chmetcnv w:st='on' SourceValue='5.19'>5.19亿元</st1:chmetcnv>", "投入5.19亿元"),
    ("hidden text", "甲<span style='mso-hide:all'>乙</span>丙", "甲丙"),
]


@pytest.mark.parametrize(("inside", "wanted"), [case[1:] for case in WORD], ids=[case[0] for case in WORD])
def test_word(inside: str, wanted: str) -> None:
    result = document(page(f"<div class=WordSection1><p class=MsoNormal>{inside}</p></div>"), "report.doc")
    assert result.text == wanted
    assert codes(result) == []


def test_headings_and_title() -> None:
    result = document(page("<h1>工作总结</h1><h3>一、<span>卫生</span></h3><p>正文。</p>", " 工作\n总结&mdash;某市 "))
    assert [(b.kind, b.level) for b in result.blocks] == [
        (BlockKind.HEADING, 1),
        (BlockKind.HEADING, 3),
        (BlockKind.PARAGRAPH, None),
    ]
    assert result.text.splitlines()[1] == "一、卫生"
    assert result.meta == {"title": "工作 总结—某市"}
    assert result.format == "html"


def test_meta() -> None:
    names = '<meta name="ArticleTitle" content="总结"><meta name="PubDate" content="2024-01-05">'
    result = document(page(f"{names}<p>甲</p>", "总结_某市政府"))
    assert result.meta == {"title": "总结", "created": "2024-01-05"}


def test_what_is_hidden_at_length_is_said() -> None:
    result = document(page(f'<p>甲12家。</p><div style="display:none">{paragraphs(*PROSE * 3)}</div>'))
    assert result.text == "甲12家。"
    assert codes(result) == ["hidden"]


def test_pictures_inside_lines_are_said() -> None:
    assert codes(document(page("<p>投入<img src=a>亿元</p>"))) == ["pictures"]


# --- the site around the text -----------------------------------------------------------------------------------------

FULL = "<br>　　".join(PROSE * 2)
TEXT = paragraphs(*PROSE)
PAGES = {
    "portal": f"{TOP}<div><h1>总结</h1><p>字号：<a href=#>大</a></p><div class=TRS>{TEXT}{TABLE}</div></div>",
    "short news": f"{TOP}<div><div><ul>{LINKS}</ul></div><div>{TEXT}{TABLE}</div></div>",
    "tables for layout": (
        f"<table><tr><td>{TOP}</td></tr></table><table><tr><td><table><tr><td>热点</td></tr>{NEWS}</table></td>"
        f"<td><table><tr><td>{FULL}<br>{TABLE}</td></tr></table></td></tr></table>"
    ),
    "share site": (
        f"{TOP}<div class=detail><h1>总结.doc</h1><div class=info>大小：19KB</div>"
        f"<div class=con>{TEXT * 2}{TABLE}</div></div><div class=list>{TEASERS}</div>"
    ),
    "pages of a share site": (
        f"{TOP}<div>{''.join(f'<div class=page>{TEXT}</div>' for _ in range(4))}<div class=page>{TABLE}</div></div>"
        f"<div class=guess><ul>{LINKS}</ul></div>"
    ),
    "comments": f"{TOP}<article>{TEXT}{TABLE}</article><div class=comments>{paragraphs(*['栏目很好！'] * 9)}</div>",
    "table beside the text": f"{TOP}<div><div>{TEXT * 3}</div><div>{TABLE}</div></div>",
    "links in the text": (
        f"{TOP}<div>{''.join(f'<p>{line[:9]}<a href=x>{line[9:15]}</a>{line[15:]}</p>' for line in PROSE)}{TABLE}</div>"
    ),
}


@pytest.mark.parametrize("body", PAGES.values(), ids=PAGES)
def test_the_site_is_left_out_and_the_text_is_not(body: str) -> None:
    result = document(page(body + FOOTER, "总结_某市"))
    for line in PROSE:
        assert line in result.text
    assert [part for part in SITE if part in result.text] == []
    found = cells(result)
    assert (found["1,728"].row_heading, found["1,728"].column_heading) == ("甲县", "床位数(张)")
    assert found["xx.x"].column_heading == "出生率(‰)"
    assert len({block.table for block in found.values()}) == 1


def test_the_title_above_the_text_is_kept() -> None:
    around = f"<div><h1>某市政府</h1><ul>{MENU}</ul></div>"
    body = f"{around}<div><h1>某市2023年工作总结</h1><div>{paragraphs(*PROSE)}</div></div>{FOOTER}"
    result = document(page(body, "某市2023年工作总结_某市政府"))
    assert result.text == "\n".join(["某市2023年工作总结", *PROSE])
    assert (result.blocks[0].kind, result.blocks[0].level) == (BlockKind.HEADING, 1)


def test_nothing_is_left_out_of_a_page_without_a_site() -> None:
    lines = ["附表", "医院", *PROSE, "甲12家", "某市办公室"]
    result = document(page(paragraphs(*lines)))
    assert result.text == "\n".join(lines)
    assert codes(result) == []


def test_a_page_of_short_lines() -> None:
    lines = [f"第{n}医院床位{n}张" for n in range(10, 30)]
    result = document(page(f"<ul>{MENU}</ul><div>{paragraphs(*lines)}</div>{FOOTER}"))
    assert result.text == "\n".join(lines)


def test_a_page_that_is_little_more_than_a_table() -> None:
    result = document(page(f"<ul>{MENU}</ul><div><h1>附表</h1>{TABLE}</div>{FOOTER}", "附表"))
    assert result.text.splitlines() == ["附表", *map("\t".join, ROWS)]


def test_long_text_apart_from_the_main_text_is_kept_and_said() -> None:
    apart = paragraphs("附言：" + PROSE[1], *PROSE * 2)
    body = f"{TOP}<div><div>{paragraphs(*PROSE * 20)}</div><div>{apart}</div></div>"
    result = document(page(body))
    assert "附言" in result.text
    assert codes(result) == ["furniture"]


def test_text_that_is_left_out_is_said() -> None:
    body = f"{TOP}<div><div>{paragraphs(*PROSE * 20)}</div><div class=related>{TEXT * 2}</div></div>"
    result = document(page(body))
    assert len(result.blocks) == 80
    assert codes(result) == ["left_out"]


def test_a_page_without_a_main_text_is_read_whole_and_said() -> None:
    result = document(page(f"<p>通知</p><ul>{MENU}</ul><div>附件</div>"))
    assert result.text == "通知\n附件"
    assert codes(result) == ["furniture"]


def test_sections_and_contents_of_word_are_no_site() -> None:
    contents = paragraphs(*[f'<a href="#_Toc{n}">第{n}章 工作</a>' for n in range(9)])
    body = f"<div class=WordSection1>{contents}{paragraphs(*PROSE * 9)}</div><div class=WordSection2><p>某市</p></div>"
    result = document(page(body))
    assert result.text.startswith("第0章 工作")
    assert result.text.endswith("\n某市")
    assert codes(result) == []


# --- tables -----------------------------------------------------------------------------------------------------------


def test_merged_cells() -> None:
    body = (
        "<p>表1 卫生</p><table><tr><td rowspan=2>地区</td><td colspan=2>2022年</td><td colspan=2>2023年</td></tr>"
        "<tr><td>床位</td><td>医院</td><td>床位</td><td>医院</td></tr>"
        "<tr><td>甲县</td><td>11</td><td>12</td><td>13</td><td>14</td></tr>"
        "<tr><td>乙县</td><td>21</td><td>22</td><td></td><td>24</td></tr></table>"
    )
    found = cells(document(page(body)))
    assert (found["13"].row_heading, found["13"].column_heading) == ("甲县", "2023年 床位")
    assert (found["24"].row, found["24"].column, found["24"].column_heading) == (4, 5, "2023年 医院")
    assert found["24"].caption == "表1 卫生"


def test_header_rows_and_caption() -> None:
    body = (
        "<table><caption>表2 床位</caption><thead><tr><th>年份<th>甲县<th>乙县</thead>"
        "<tbody><tr><td>2022<td>12<td>15<tr><td>2023<td>13<td>16</table>"
    )
    result = document(page(body))
    found = cells(result)
    assert result.text.startswith("表2 床位\n年份\t")
    assert found["年份"].is_heading
    assert (found["13"].row_heading, found["13"].column_heading, found["13"].caption) == ("2023", "甲县", "表2 床位")
    same = cells(
        document(page(f"<table>{grid([['年份', '甲县']], 'th')}{grid([['2022', '12'], ['2023', '13']])}</table>"))
    )
    assert (same["13"].row_heading, same["13"].column_heading) == ("2023", "甲县")


def test_absurd_spans() -> None:
    body = (
        "<table><tr><td rowspan=0>甲县</td><td colspan=99999999 rowspan=-1>12</td></tr><tr><td>13</td></tr>"
        "<tr><td rowspan=65534 colspan=x>14</td></tr></table><p>后</p>"
    )
    result = document(page(body))
    assert result.text == "甲县\t12\n13\n14\n后"
    found = cells(result)
    assert [found[word].column for word in ("12", "13", "14")] == [2, 2, 2]


def test_row_span_ends_with_its_group() -> None:
    body = "<table><tbody><tr><td rowspan=9>甲<td>1<tr><td>2</tbody><tbody><tr><td>乙<td>3</tbody></table>"
    found = cells(document(page(body)))
    assert (found["乙"].column, found["3"].row_heading) == (1, "乙")


def test_nested_tables_are_tables_of_their_own() -> None:
    body = f"<table border=1><tr><th>附件<td>说明</tr><tr><td>甲<td>见下表<table>{grid(ROWS)}</table></tr></table>"
    found = cells(document(page(body)))
    assert found["说明"].table == 1
    assert (found["1,728"].table, found["1,728"].column_heading) == (2, "床位数(张)")


def test_cells_keep_their_lines_and_split_words() -> None:
    body = "<table><tr><td>地区<td>床位<br>（张）</tr><tr><td>甲<b>县</b><td>1,<span>728</span></tr></table>"
    result = document(page(body))
    assert cells(result)["1,728"].column_heading == "床位（张）"


def test_text_between_the_cells_is_kept() -> None:
    result = document(page("<table>表外<tr><td>甲<td>12</tr>行间<tr><td>乙<td>13</tr></table>"))
    assert "表外" in result.text
    assert "行间" in result.text
    assert len(cells(result)) == 4


def test_one_row_or_one_column_is_no_table() -> None:
    assert text("<table><tr><td>甲12家</td><td>乙13家</td></tr></table>") == "甲12家\n乙13家"
    assert text("<table><tr><td>甲12家</td></tr><tr><td>乙13家</td></tr></table>") == "甲12家\n乙13家"


def test_definitions_are_rows() -> None:
    result = document(page("<dl><dt>床位数<dd>1,728张<dt>医院<dd>12家</dl>"))
    assert result.text == "床位数\t1,728张\n医院\t12家"
    assert cells(result)["1,728张"].row_heading == "床位数"
    assert text(f"<dl><dt>一、工作<dd>{PROSE[0] * 2}<dt>二、计划<dd>{PROSE[1] * 2}</dl>").startswith("一、工作\n2023年")


# --- encodings --------------------------------------------------------------------------------------------------------

CHARACTER = "镕"  # in GB 18030 and GBK, not in GB 2312


@pytest.mark.parametrize("declared", ["", "gb2312", "gbk", "utf-8", "utf8", "big5", "iso-8859-1", "nonsense"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_bytes_count_not_what_is_declared(declared: str, encoding: str) -> None:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared else ""
    source = f"<html><head>{meta}</head><body><p>{CHARACTER}{PROSE[1]}</p></body></html>"
    result = document(source.encode(encoding))
    assert result.text == CHARACTER + PROSE[1]
    assert codes(result) == []


def test_traditional_script_in_big5() -> None:
    body = "<html><meta charset=big5><p>全市新增床位1,728張，增長5.2%，我們繼續做好各項工作。</p></html>"
    assert document(body.encode("big5")).text == "全市新增床位1,728張，增長5.2%，我們繼續做好各項工作。"


def test_scripts_before_the_text_do_not_hide_its_encoding() -> None:
    source = f"<html><script>{'var a = 1;' * 30_000}</script><p>{PROSE[1]}</p></html>"
    assert document(source.encode("gb18030")).text == PROSE[1]


# --- web archives -----------------------------------------------------------------------------------------------------


def archive(body: bytes, encoding: str, charset: str = "", more: str = "") -> bytes:
    encoded = quopri.encodestring(body) if encoding == "quoted-printable" else base64.encodebytes(body)
    parameter = f'; charset="{charset}"' if charset else ""
    return (
        b'From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="=b"\r\n'
        b"\r\n--=b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"
        + f"--=b\r\nContent-Type: text/html{parameter}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode()
        + encoded
        + f"\r\n{more}--=b--\r\n".encode()
    )


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
@pytest.mark.parametrize(
    ("charset", "declared"), [("gb18030", "gb2312"), ("utf-8", "utf-8"), ("gb18030", ""), ("utf-8", "gbk")]
)
def test_web_archives(encoding: str, charset: str, declared: str) -> None:
    data = archive(f"<html><p>{CHARACTER}{PROSE[1]}</p>{TABLE}</html>".encode(charset), encoding, declared)
    assert recognise(data) == "mhtml"
    result = document(data, "report.doc")
    assert result.format == "mhtml"
    assert result.text.splitlines()[0] == CHARACTER + PROSE[1]
    assert "1,728" in cells(result)


def test_the_first_page_of_an_archive_that_holds_text() -> None:
    frame = f"--=b\r\nContent-Type: text/html\r\n\r\n<p>{PROSE[0]}</p>\r\n"
    assert document(archive(b"<html><p>first</p></html>", "base64", more=frame)).text == "first"
    assert document(archive(b"<html><script>x</script></html>", "base64", more=frame)).text == PROSE[0]


@pytest.mark.parametrize(
    "data", [b"MIME-Version: 1.0\nContent-Type: multipart/related;\n", archive(b"<html></html>", "base64")]
)
def test_archives_without_text(data: bytes) -> None:
    assert issue(data).code == "empty"


# --- pages made to do harm, or cut ------------------------------------------------------------------------------------

HARM = [
    ("nested", "<div>" * 100_000 + "甲12家。", "甲12家。", ["structure"]),
    ("unclosed", "<p><font><b>甲12家。" * 3000, "甲12家。", []),
    ("unclosed cells", "<table><tr><td><div>甲12家。" * 3000, "甲12家。", ["structure"]),
    ("nested lists", "<ol><li>" * 3000 + "甲12家。", "甲12家。", ["structure"]),
    ("entities", '<!DOCTYPE html [<!ENTITY a "12"><!ENTITY b "&a;&a;">]><p>甲&b;家。', "甲&b;家。", []),
    ("attributes", f"<p {' '.join(f'a{n}=1' for n in range(300_000))}>甲12家。", "甲12家。", []),
    ("data", f'<p>甲12家。<img src="data:image/png;base64,{"A" * 5_000_000}"></p>', "甲12家。", []),
    ("style", f"<p style='{'display ' * 500_000}'>甲12家。", "甲12家。", []),
    ("sheet", f"<style>{'.a{' * 500_000}</style><p>甲12家。", "甲12家。", []),
    ("spans", f"<table>{'<tr><td colspan=1000 rowspan=65534>甲</td><td>12</td></tr>' * 1000}</table>", "甲", []),
    ("quotes", "<p>甲12家。</p>" + '<p a="' * 100_000, "甲12家。", ["cut"]),
    ("tags in tags", "<p>甲12家。</p>" + "<p " * 100_000, "甲12家。", ["cut"]),
    ("blanks", f"<p>{' ' * 3_000_000}甲{' ' * 1_000_000}12家。", "甲 12家。", []),
    ("line ends", "<p>甲12家。" + "\n \t" * 1_000_000 + "乙", "甲12家。乙", []),
    ("cut in a comment", "<p>甲12家。</p><!-- 乙", "甲12家。", ["cut"]),
    ("cut in a script", "<p>甲12家。</p><script>var a", "甲12家。", ["cut"]),
]


@pytest.mark.parametrize(("body", "first", "doubts"), [case[1:] for case in HARM], ids=[case[0] for case in HARM])
def test_harm(body: str, first: str, doubts: list[str]) -> None:
    begin = time.perf_counter()
    result = document(f"<html>{body}".encode())
    assert time.perf_counter() - begin < 10
    assert next(result.text[b.span.start : b.span.end] for b in result.blocks) == first
    assert codes(result) == doubts
    assert result.text.count("甲") == body.count("甲")


REFUSED = [
    ("one tag", "<html>" + "<p>" * 400_000, "too_large"),
    ("comments", "<html>" + "<!--" * 400_000, "too_large"),
    ("long", "<html><p>" + "新增12家。" * 600_000, "too_long"),
    ("entities", "<html><p>" + "&amp;" * 3_100_000, "too_long"),
    ("scripts", "<html><script>document.write('<p>甲</p>')</script></html>", "empty"),
    ("pictures", "<html><body><img src=1.png><img src=2.png></body></html>", "empty"),
    ("nothing", "<html></html>", "empty"),
]


@pytest.mark.parametrize(("source", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused(source: str, code: str) -> None:
    begin = time.perf_counter()
    assert issue(source.encode()).code == code
    assert time.perf_counter() - begin < 10


def test_archives_made_to_do_harm() -> None:
    head = b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b0\n\n"
    nested = b"".join(b"--b%d\nContent-Type: multipart/related; boundary=b%d\n\n" % (n, n + 1) for n in range(5000))
    for data in (head + nested, head + b"\n" * 2_000_000, head + b"--b0\n" * 100_000):
        begin = time.perf_counter()
        assert issue(data).code in ("empty", "too_large")
        assert time.perf_counter() - begin < 10


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hreport.readers.html.LARGEST_PAGE", 1000)
    assert issue(page("甲" * 1000)).code == "too_large"


# --- shared files -----------------------------------------------------------------------------------------------------


@NEEDS_SHARED
def test_fixtures() -> None:
    fixtures = SHARED / "fixtures"
    with open(fixtures / "truth" / "map.csv", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["file"].startswith("html/")]
    assert rows
    for row in rows:
        result = read(fixtures / row["file"])
        assert isinstance(result, Document), row["file"]
        truth = (fixtures / "truth" / row["truth"]).read_text("utf-8")
        assert "".join(result.text.split()) == "".join(truth.split()), row["file"]
        assert codes(result) == []
        assert cells(result)["xx.x%"].column_heading == "2023年 参合率(%)"


@NEEDS_SHARED
def test_pages_of_the_corpus() -> None:
    for path in itertools.islice(sorted((SHARED / "corpus").rglob("*.html")), 0, 200, 10):
        result = read(path)
        assert isinstance(result, Document), path.name
        assert codes(result) == [], path.name
        assert "首页" not in result.text.splitlines()[0], path.name


def test_running_headers_of_a_saved_document_are_no_text() -> None:
    around = '<div title="{}"><p>某市工作报告（内部资料）第7页</p></div>'
    result = document(page(around.format("header") + paragraphs(*PROSE) + around.format("footer")))
    assert result.text.split("\n") == PROSE


def test_a_table_that_goes_on_has_the_caption_of_the_one_before() -> None:
    rest = f"<table border=1>{grid([ROWS[0], ['丁县', '12', '3.1']])}</table>"
    result = document(page(f"<p>表3 床位情况</p><p>单位：张、‰</p>{TABLE}<p>续表3</p>{rest}<p>表4 其他</p>{TABLE}"))
    captions = {block.table: block.caption for block in result.blocks if block.table}
    assert captions == {1: "表3 床位情况 单位：张、‰", 2: "表3 床位情况 单位：张、‰", 3: "表4 其他"}
