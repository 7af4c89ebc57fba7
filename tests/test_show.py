"""`hreport show`: what is marked in the words of a document, on a screen, in a pipe and on a page."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from running import Done, hreport
from texts import LEXICON, ROOT, SAMPLES, file

from hreport import pipeline
from hreport.cli import main
from hreport.marking import Mark, Marked, amount, counts, lines, marked, parts, steps
from hreport.pages import document
from hreport.pages.words import words
from hreport.record import Row, legible
from hreport.sources import find
from hreport.writers import Shown, write_documents
from hreport.writers.document import SIGNS

TEXT = "2023年工作总结\n全市开放床位1200张，[b]健康素养[/b]xx.x%，住院分娩率20230%。\n居民健康素养水平254%。\x1b[31m\n"
HOSTILE = (
    "2023年工作总结\n一、<script>alert(1)</script></textarea>\"'&amp;\u202e\n"
    "宜兴市<b>开放</b>床位1200张，\x1b[31m健康素养xx.x%，</mark></p>住院分娩率20230%。\u2066\n"
)
BRACKETS = "|".join(
    re.escape(sign) for sign in sorted({s for pair in SIGNS.values() for s in pair if s}, key=len)[::-1]
)


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows_of(path: Path) -> tuple[str, list[Row]]:
    """The text of a document, and all that there is to see in it."""
    work = pipeline.Work(want="marks")
    (source,) = find([str(path)], None, []).sources
    return file(path).text, list(pipeline.process(source, work, LEXICON).rows)


def seen(path: Path) -> Marked:
    text, rows = rows_of(path)
    return marked(path.name, text, rows, LEXICON)


@lru_cache
def of_sample(path: Path) -> Marked:
    return seen(path)


def body(said: str) -> list[str]:
    """What was printed of the text: without the legend and the lines before reports."""
    return [line for line in said.split("\n")[1:-1] if not line.startswith("\u2501\u2501 ")]


def bare(line: str) -> str:
    """A line without what `show` put into it."""
    return re.sub(BRACKETS, "", re.sub("\u2192[^\u27e7]*(?=\u27e7)", "", line))


# --- in a pipe -------------------------------------------------------------------------------------------------------


def test_what_was_found_is_marked_in_its_own_words(shown: Path) -> None:
    done = hreport("show", "a.txt")
    assert (done.code, done.said) == (0, "1 read\n")
    assert body(done.out)[1] == ("«全市»开放床位⟦1200张⟧，[b]健康素养[/b]⟦⟨xx.x⟩%⟧，住院分娩率†⟦20230%→100%⟧。")
    assert "\x1b" not in done.out
    assert done.out.startswith("⟦4 figures⟧  ⚠⟦1 damaged⟧  †⟦1 repaired⟧  ⟨1 masks⟩  {1 dates}  «1 places»\n")
    assert hreport("show", "a.txt", "--lang", "zh").out.startswith("⟦数据 4⟧  ⚠⟦损坏 1⟧  †⟦修复 1⟧  ⟨遮蔽 1⟩")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_without_the_signs_it_is_the_text(path: Path) -> None:
    found = of_sample(path)
    with io.BytesIO() as target:
        write_documents([Shown(found, [(0, len(found.text))])], target)
        said = target.getvalue().decode("utf-8").split("\n")[:-1]
    assert [bare(line) for line in said] == [legible(found.text[a:b]) for a, b in lines(found.text)]
    assert "".join(said).count("\u27e6") == counts(found.marks)["figures"]


def test_the_legend_counts_what_extract_and_masks_give() -> None:
    for path in SAMPLES[1:3]:
        said = hreport("show", str(path)).out.split("\n")[0]
        figures, masks = hreport("extract", str(path)).rows, hreport("masks", str(path)).rows
        damaged = sum(bool(r["damage"]) and not r["repaired"] for r in figures)
        assert f"⟦{len(figures)} figures⟧  ⚠⟦{damaged} damaged⟧" in said
        assert f"⟨{len(masks)} masks⟩" in said


def test_only_some_kinds(shown: Path) -> None:
    def line(*only: str) -> str:
        return body(hreport("show", "a.txt", *(word for kind in only for word in ("--only", kind))).out)[1]

    assert line("masks") == "全市开放床位1200张，[b]健康素养[/b]⟨xx.x⟩%，住院分娩率20230%。"
    assert line("areas") == "«全市»开放床位1200张，[b]健康素养[/b]xx.x%，住院分娩率20230%。"
    assert line("damage") == "全市开放床位1200张，[b]健康素养[/b]xx.x%，住院分娩率†⟦20230%→100%⟧。"
    assert line("figures", "masks") == "全市开放床位⟦1200张⟧，[b]健康素养[/b]⟦⟨xx.x⟩%⟧，住院分娩率†⟦20230%→100%⟧。"
    assert body(hreport("show", "a.txt", "--only", "dates").out)[0] == "{2023年}工作总结"
    assert hreport("show", "a.txt", "--only", "damage").out.startswith("⚠⟦1 damaged⟧  †⟦1 repaired⟧\n")
    assert hreport("show", "a.txt", "--only", "date").code == 2


def test_at_a_place_that_a_row_names(shown: Path) -> None:
    (row,) = [r for r in hreport("extract", "a.txt").rows if r["masked"] == "true"]
    done = hreport("show", "a.txt", "--at", f"{row['start']}-{row['end']}", "-q")
    assert done.out == "«全市»开放床位⟦1200张⟧，[b]健康素养[/b]⟦⟨xx.x⟩%⟧，住院分娩率†⟦20230%→100%⟧。\n"
    for place in ("x", "5-5", "9-3"):
        assert hreport("show", "a.txt", "--at", place).code == 2
    done = hreport("show", "a.txt", "--at", "5000-5001")
    assert (done.code, f"--at: the text has {len(TEXT)} characters" in done.said) == (2, True)


def test_one_of_several_reports() -> None:
    path = next(p for p in SAMPLES if len(of_sample(p).reports) > 1)
    reports = of_sample(path).reports
    said = hreport("show", str(path), "--report", "2").out.split("\n")
    assert said[1].startswith(f"\u2501\u2501 2/{len(reports)} {reports[1]['title']}  [{reports[1]['area']}, ")
    text = file(path).text[reports[1]["start"] : reports[1]["end"]]
    assert [bare(line) for line in said[2:-1]] == [text[start:end] for start, end in lines(text)]
    done = hreport("show", str(path), "--report", "99")
    assert (done.code, f"has {len(reports)} reports" in done.said) == (2, True)


def test_of_an_archive_and_of_nothing(shown: Path) -> None:
    with zipfile.ZipFile("a.zip", "w") as archive:
        archive.write("a.txt", "x/one.txt")
        archive.write("a.txt", "two.txt")
    said = hreport("show", "a.zip").out.splitlines()
    titles = [line for line in said if line.startswith("a.zip")]
    assert titles == [f"a.zip/{name}  txt  {len(TEXT)} characters  reports: 1" for name in ("two.txt", "x/one.txt")]
    assert hreport("show", "a.zip", "--at", "1-2").code == 2
    assert hreport("show", "a.zip", "--report", "1").code == 2
    assert hreport("show", "nope.txt").code == 1


def test_what_was_put_right_by_hand(shown: Path) -> None:
    row = hreport("extract", "a.txt").rows[0]
    Path("c.csv").write_text(
        f"file_hash,start,end,field,value\n{row['file_hash']},{row['start']},{row['end']},value,1300张\n", "utf-8"
    )
    done = hreport("show", "a.txt", "--corrections", "c.csv")
    assert "开放床位✎⟦1200张→1300张⟧" in done.out
    assert "✎⟦1 corrected⟧" in done.out


def test_what_a_manifest_says_stands_before_a_report(shown: Path) -> None:
    Path("m.csv").write_text("file,area,year,title\na.txt,宜兴市,2022,总结\n", "utf-8")
    assert "\u2501\u2501 1/1 总结  [宜兴市, 2022]" in hreport("show", "a.txt", "--manifest", "m.csv").out


# --- what times and places mean --------------------------------------------------------------------------------------


def test_times_and_places_say_what_they_mean(tmp_path: Path) -> None:
    text = (
        "宜兴市2023年卫生健康工作总结\n"
        "去年全市床位1200张。“十四五”以来，XX县建成5家。2019—21年累计3家，2021年3月11日、近年来、每年2家。\n"
        "今年绵阳市有4家，明年全省5家。\n"
    )
    (tmp_path / "a.txt").write_text(text, "utf-8")
    found = [r for r in rows_of(tmp_path / "a.txt")[1] if r["layer"] in ("time", "area")]
    meant = {r["text"]: (r["means"], r["area_id"]) for r in found}
    times = {r["text"]: r["means"] for r in found if r["layer"] == "time"}
    assert times == {
        "2023年": "2023", "去年": "2022", "“十四五”以来": "2021–2025", "2019—21年": "2019–2021",
        "2021年3月11日": "2021", "近年来": None, "每年": None, "今年": "2023", "明年": "2024",
    }  # fmt: skip
    assert meant["全市"] == ("宜兴市", "320282")
    assert meant["全省"] == ("江苏省", "320000")
    assert meant["绵阳市"] == ("绵阳市", "510700")
    assert meant["XX县"] == (None, None)
    assert all(text[r["start"] : r["end"]] == r["text"] for r in found)


# --- nesting ---------------------------------------------------------------------------------------------------------


def made(spans: list[tuple[int, int]]) -> list[Mark]:
    spans = sorted(spans, key=lambda s: (s[0], -s[1]))
    return [Mark(n, start, end, "figure", "figure", {}) for n, (start, end) in enumerate(spans, 1)]


SPANS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 12)).map(lambda s: (s[0], min(s[0] + s[1], 40))), max_size=8
)


@settings(max_examples=80, deadline=None)
@given(text=st.text("ab\n", min_size=40, max_size=40), spans=SPANS)
def test_marks_nest_whatever_they_cross(text: str, spans: list[tuple[int, int]]) -> None:
    marks = made(spans)
    words: dict[int, str] = {m.number: "" for m in marks}
    begun: list[int] = []
    ended: list[int] = []
    whole = ""
    for start, end, way in steps(marks, list(lines(text))):
        inside: list[Mark] = []
        for step in way:
            if step.act == "text":
                assert start <= step.start < step.end <= end
                whole += text[step.start : step.end]
                for mark in inside:
                    words[mark.number] += text[step.start : step.end]
            elif step.act == "open":
                inside.append(step.mark)
                begun += [step.mark.number] * step.whole
            else:
                assert inside.pop() is step.mark
                ended += [step.mark.number] * step.whole
        assert inside == []
    assert whole == text.replace("\n", "")
    for mark in marks:
        assert words[mark.number] == text[mark.start : mark.end].replace("\n", "")
        if words[mark.number]:
            assert (begun.count(mark.number), ended.count(mark.number)) == (1, 1)


def test_a_long_line_falls_into_parts_at_the_end_of_sentences() -> None:
    text = "一二三。四五六七八九十。" * 50
    found = list(parts(text, 0, len(text), 30))
    assert "".join(text[start:end] for start, end in found) == text
    assert all(end - start <= 30 and text[end - 1] == "。" for start, end in found)


# --- on a screen -----------------------------------------------------------------------------------------------------

pty = pytest.importorskip("pty") if sys.platform != "win32" else None


def on_a_screen(*arguments: str, **environment: str) -> str:
    """What the program prints on a terminal of 60 columns and 20 lines."""
    import fcntl
    import struct
    import termios

    pid, screen = pty.fork()
    if not pid:  # this process goes on as the program, which has all that it needs in memory
        try:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 60, 0, 0))
            for name in ("NO_COLOR", "PAGER", "LESS", "COLUMNS", "LINES"):
                os.environ.pop(name, None)
            os.environ.update({"TERM": "xterm-256color", "HREPORT_LANG": "en", **environment})
            sys.stdin, sys.stdout, sys.stderr = (os.fdopen(n, mode, encoding="utf-8") for n, mode in enumerate("rww"))
            sys.argv = ["hreport", *arguments]
            main()
        finally:
            os._exit(0)
    said = b""
    while True:
        try:
            piece = os.read(screen, 65536)
        except OSError:
            break
        if not piece:
            break
        said += piece
    os.waitpid(pid, 0)
    os.close(screen)
    return said.decode("utf-8").replace("\r\n", "\n")


needs_screen = pytest.mark.skipif(pty is None, reason="no pseudo-terminals on this system")


@needs_screen
def test_colours_on_a_screen_and_none_with_no_color(shown: Path) -> None:
    said = on_a_screen("show", "a.txt")
    assert "\x1b[1;36m⟦" in said
    assert "\x1b[1;31m⚠⟦" in said
    assert "\x1b[31m\n" not in said  # that of the document
    quiet = on_a_screen("show", "a.txt", NO_COLOR="1")
    assert "⟦" in quiet
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", quiet)


@needs_screen
def test_a_screen_is_wrapped_and_a_pipe_is_not(shown: Path) -> None:
    from hreport.width import screen_width

    Path("b.txt").write_text("2023年工作总结\n" + "全市开放床位1200张，卫生人员3500人。" * 12, "utf-8")
    rows = re.sub(r"\x1b\[[0-9;]*m", "", on_a_screen("show", "b.txt", "--no-pager")).split("\n")
    assert max(map(screen_width, rows)) <= 60
    assert not any(row.startswith(("。", "，", "⟧")) for row in rows)
    assert len(body(hreport("show", "b.txt").out)) == 2


@needs_screen
def test_a_pager_only_where_the_text_is_longer_than_the_screen(shown: Path) -> None:
    Path("b.txt").write_text("2023年工作总结\n" + "全市开放床位1200张。\n" * 40, "utf-8")
    pager = f'{sys.executable} -c "import sys; print(len(sys.stdin.readlines()), chr(112) + chr(97) + chr(103))"'
    assert re.search(r"4\d pag", on_a_screen("show", "b.txt", PAGER=pager))
    assert "pag" not in on_a_screen("show", "b.txt", "--no-pager", PAGER=pager)
    assert "pag" not in on_a_screen("show", "a.txt", PAGER=pager)
    for none in ("", "no-such-pager"):
        assert on_a_screen("show", "b.txt", PAGER=none, NO_COLOR="1").count("1200") == 40
    # Left at once, with more still to come than a pipe holds.
    Path("b.txt").write_text("2023年工作总结\n" + "全市开放床位充足。\n" * 4000, "utf-8")
    leaving = on_a_screen("show", "b.txt", PAGER=f'{sys.executable} -c "print(1)"')
    assert leaving.endswith("1\n1 read\n")


def test_on_a_console_that_lacks_the_signs(shown: Path) -> None:
    import subprocess

    def said(encoding: str) -> bytes:
        own = {"PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT / "src")}
        run = [sys.executable, "-m", "hreport", "show", "a.txt"]
        return subprocess.run(run, capture_output=True, check=True, env={**os.environ, **own}).stdout

    assert "|全市|开放床位[1200张]" in said("gbk").decode("gbk")
    assert "<xx.x>%" in said("ascii").decode("ascii")


# --- the page --------------------------------------------------------------------------------------------------------


def page_of(path: Path, language: str = "en") -> tuple[Any, Marked]:
    found = of_sample(path) if path in SAMPLES else seen(path)
    return html.document_fromstring(document.page([found], LEXICON, language).decode("utf-8")), found


def text_of(element: Any) -> str:
    return "".join(element.itertext())


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_every_mark_holds_its_words_and_every_row_leads_to_one(path: Path) -> None:
    page, found = page_of(path)
    text = page.get_element_by_id("text")
    shown = [m for m in found.marks if m.kind != "heading"]
    for number, mark in enumerate(shown, 1):
        pieces = [text.xpath(f'.//mark[@id="m{number}"]')[0], *text.xpath(f'.//mark[@data-of="{number}"]')]
        said = document.visible(re.sub("\r?\n", "", found.text[mark.start : mark.end]))
        assert "".join(map(text_of, pieces)) == said
        assert all(piece.get("title") and piece.get("class") == mark.look for piece in pieces)
    rows = page.get_element_by_id("list").xpath(".//tbody/tr")
    listed = [n for n, m in enumerate(shown, 1) if m.kind in ("figure", "mask")]
    assert [row.get("id") for row in rows] == [f"t{n}" for n in listed]
    for row in rows:
        (link,) = row.xpath(".//a")
        mark = page.get_element_by_id(link.get("href")[1:])
        pieces = [mark, *text.xpath(f'.//mark[@data-of="{mark.get("id")[1:]}"]')]
        assert "".join(text_of(link).split()) == "".join("".join(map(text_of, pieces)).split())
    ids = page.xpath("//@id")
    assert len(set(ids)) == len(ids)
    assert {link[1:] for link in page.xpath("//a/@href")} <= set(ids)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
def test_the_whole_text_stands_on_the_page(path: Path) -> None:
    page, found = page_of(path)
    shown = page.get_element_by_id("text")
    for title in shown.xpath('.//h2 | .//h3[contains(@class, "title")]'):
        title.drop_tree()
    # A report may begin inside a line: it is a paragraph of its own then.
    said = "".join(line for line in text_of(shown).split("\n") if line.strip())
    assert said == "".join(found.text[a:b] for a, b in lines(found.text) if found.text[a:b].strip())


def test_the_legend_of_the_page_counts_what_is_marked() -> None:
    page, found = page_of(SAMPLES[1])
    number = counts(found.marks)
    for box in page.xpath("//fieldset//label"):
        look = box.xpath("./input/@value")[0]
        assert text_of(box.xpath("./b")[0]) == f"{number['figures' if look == 'figure' else look]:,}"


def test_what_a_document_holds_is_text_on_the_page(tmp_path: Path) -> None:
    path = tmp_path / "<img src=x onerror=alert(1)>.txt"
    path.write_text(HOSTILE, "utf-8")
    raw = document.page([seen(path)], LEXICON, "en").decode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", raw)
    page = html.document_fromstring(raw)
    assert page.xpath("//img | //textarea | //*[@id='text']//script | //*[@onerror]") == []
    assert len(page.xpath("//script")) == 2
    assert "<script>alert(1)</script></textarea>\"'&amp;\ufffd" in text_of(page.get_element_by_id("text"))
    assert "default-src 'none'" in page.xpath("//meta[@http-equiv]/@content")[0]
    assert page.xpath("//@src | //link | //a/@href[not(starts-with(., '#'))]") == []


def test_hostile_text_reaches_no_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(HOSTILE, "utf-8")
    assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]", hreport("show", str(path)).out)


def test_the_page_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    pages = {language: page_of(tmp_path / "a.txt", language)[0] for language in ("en", "zh")}
    data = json.loads(text_of(pages["en"].get_element_by_id("data")))
    for language, page in pages.items():
        assert page.get("lang") == language
        for element in page.xpath("//*[@data-word]"):
            assert text_of(element) == data["words"][language][element.get("data-word")]
        titles = page.get_element_by_id("text").xpath(".//mark/@title")
        labels = data["labels"][language]
        assert titles == [labels[said] if isinstance(said, int) else said for said in labels]
    assert data["words"]["en"].keys() == data["words"]["zh"].keys()
    assert words()["en"]["document"].keys() == words()["zh"]["document"].keys()
    assert "repaired figure · 住院分娩率 · 100%" in " ".join(pages["en"].xpath("//mark/@title"))
    assert "修复的数据 · 住院分娩率 · 100%" in " ".join(pages["zh"].xpath("//mark/@title"))


def test_a_damaged_number_is_never_shown_as_sound(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("2023年工作总结\n全市居民健康素养水平254%，签约率达 %。\n", "utf-8")
    page, found = page_of(tmp_path / "a.txt")
    assert {m.look for m in found.marks if m.kind == "figure"} == {"damaged"}
    numbers = [text_of(cell) for cell in page.xpath('//*[@id="list"]//td[@class="number"]')]
    assert set(numbers) == {"not to be computed with"}


def test_numbers_are_said_in_the_unit_of_the_text() -> None:
    row = {"obs_value": 7.1, "value_max": None, "unit": "1/10万", "base_unit": "1/10万"}
    assert amount(row, LEXICON) == "7.1/10万"
    assert (
        amount({**row, "obs_value": 15000, "value_max": 20000, "unit": "万元", "base_unit": "元"}, LEXICON)
        == "1.5–2万元"
    )
    assert amount({**row, "obs_value": None}, LEXICON) == ""


def written(*arguments: str) -> Done:
    return hreport("show", *arguments)


def test_the_page_is_written_to_a_file_or_a_pipe(shown: Path) -> None:
    done = written("a.txt", "-o", "a.html")
    assert (done.code, "a.html: a page of" in done.said) == (0, True)
    raw = Path("a.html").read_text("utf-8")
    assert written("a.txt", "--html").out == raw
    assert written("a.txt", "-o", "b.htm", "-q").code == 0
    assert Path("b.htm").read_text("utf-8") == raw
    assert written("a.txt", "-o", "a.csv").code == 2
    assert written("a.txt", "--html", "--at", "1-2").code == 2


def test_several_documents_are_one_page(shown: Path) -> None:
    with zipfile.ZipFile("a.zip", "w") as archive:
        archive.write("a.txt", "one.txt")
        archive.write("a.txt", "two.txt")
    page = html.document_fromstring(written("a.zip", "--html").out)
    assert [text_of(h) for h in page.xpath("//article/h2")] == ["a.zip/one.txt", "a.zip/two.txt"]
    assert len(page.xpath('//*[@id="text"]//mark[@id]')) == 2 * len(seen(Path("a.txt")).marks)
    assert page.findtext(".//title") == "2 documents"


def test_cells_of_a_table_stand_in_a_table() -> None:
    path = next((ROOT / "samples").glob("*.docx"))
    page = html.document_fromstring(written(str(path), "--html").out)
    (table, *_) = page.xpath('//table[@class="cells"]')
    rows = [[text_of(cell).strip() for cell in row] for row in table.xpath(".//tr")]
    assert rows[0] == ["指标", "单位", "2021年", "2022年", "2023年"]
    assert {len(row) for row in rows} == {5}
