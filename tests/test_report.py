"""The page of many reports: its data say what the comparison says, every figure has its words, and nothing gets out."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from running import hreport
from texts import GRAMMAR, LEXICON

from hreport import checks
from hreport.comparison import Comparison, compare
from hreport.figures import Selection
from hreport.messages import LANGUAGES
from hreport.pages import html
from hreport.pages.board import MOST_AGAINST
from hreport.pages.excerpts import Excerpts
from hreport.pages.report import Given, file_of, page
from hreport.pages.words import words
from hreport.record import Row
from hreport.resolve import convert

REPORT = (
    "杭州市2024年卫生健康工作总结\n\n一、工作情况\n全市孕产妇住院分娩率达到99.8%,婴儿死亡率为2.1‰。"
    "全市医疗卫生机构床位数达到6.12万张,家庭医生签约服务覆盖率达到xx%。\n"
)


class Scripts(HTMLParser):
    """The script elements of a page, as a browser finds them: attributes and content."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[dict[str, str | None], str]] = []
        self.links: list[str] = []
        self.policy = ""
        self.title = ""
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._open = tag
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag == "script":
            self.found.append((given, ""))
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""

    def handle_data(self, data: str) -> None:
        if self._open == "script":
            given, before = self.found[-1]
            self.found[-1] = (given, before + data)
        if self._open == "title":
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def block(self, name: str) -> str:
        """The content of a block of data."""
        return next(content for given, content in self.found if given.get("id") == name)


class Opened:
    """A page that was read as a browser reads it: its data with the shared texts in place, and its texts."""

    def __init__(self, file: bytes) -> None:
        self.scripts = Scripts(file.decode("utf-8"))
        self.data = json.loads(self.scripts.block("data"))
        self.texts = json.loads(gzip.decompress(base64.b64decode(self.scripts.block("texts"))))
        strings = self.data["strings"]
        for table, names in self.data["coded"].items():
            for name in names:
                coded = self.data[table][name]
                self.data[table][name] = [None if n is None else strings[n] for n in coded]

    @property
    def figures(self) -> list[dict[str, Any]]:
        """The figures, one after another."""
        table = self.data["figures"]
        return [
            dict(zip(table, values, strict=True), n=n) for n, values in enumerate(zip(*table.values(), strict=True))
        ]

    def text(self, report: int) -> list[tuple[int, str]]:
        """What the page has of the document of a report, with its offsets."""
        number = self.data["reports"][report]["text"]
        return [] if number is None else self.texts[number]

    def cut(self, report: int, start: int, end: int) -> str | None:
        """The text from one offset to another in the document of a report, None where it is not in the page."""
        for offset, text in self.text(report):
            if offset <= start and end <= offset + len(text):
                return str(text[start - offset : end - offset])
        return None


def made(tmp_path: Path, *arguments: str) -> Opened:
    target = tmp_path / "page.html"
    done = hreport("report", *arguments, "-o", str(target), "-q")
    assert done.code == 0, done.said
    return Opened(target.read_bytes())


@dataclass
class Samples:
    """The page of the samples, and the rows that extract finds in them."""

    page: Opened
    rows: list[Row]

    def compared(self, by: str, status: str = "actual", measure: str = "level") -> Comparison:
        """The comparison of the same figures."""
        selection = Selection(by, status=status, measure=measure)
        against = checks.contradicted(self.rows, LEXICON)
        same_unit = partial(convert, lexicon=LEXICON)
        return compare(self.rows, LEXICON.indicators, same_unit, selection, contradicted=against)


@pytest.fixture(scope="module")
def samples(samples_page: tuple[Path, list[Row]]) -> Samples:
    at, rows = samples_page
    return Samples(Opened((at / "page.html").read_bytes()), rows)


# --- the same as the comparison --------------------------------------------------------------------------------------


def cells(opened: Opened, by: str, status: str, measure: str) -> Iterator[tuple[int, tuple[Any, ...], str, str]]:
    """The cells of a page by the rules of its contract: line, key of the column, what is shown but a year, state."""
    lines = opened.data["lines"]
    passing = [
        f for f in opened.figures
        if f["line"] is not None and (by == "report" or f["stands"])
        and status in ("all", lines[f["line"]]["status"]) and measure in ("all", lines[f["line"]]["measure"])
    ]  # fmt: skip
    homes: dict[int, Counter[int]] = defaultdict(Counter)
    for f in passing:
        homes[f["report"]][f["area"]] += 1
    grouped: dict[tuple[int, tuple[Any, ...]], list[dict[str, Any]]] = defaultdict(list)
    for f in passing:
        key: tuple[Any, ...] = (f["area"],)
        if by == "report":
            key = (f["report"],)
        elif by == "area,year":
            key = (f["area"], f["year"]) if f["year"] is not None else (f["area"], None, f["report"], f["period"])
        grouped[f["line"], key].append(f)
    for (line, key), members in sorted(grouped.items(), key=lambda item: (item[0][0], str(item[0][1]))):
        home = homes[members[0]["report"]].most_common(1)[0][0] if by == "report" else None
        first = min(members, key=lambda f: (home is not None and f["area"] != home, f["order"]))
        numbers = {f["n"] for f in members}
        later = first["year"] is not None and any((f["year"] or 0) > first["year"] for f in members)
        several = later or bool(numbers & set(first["against"]))
        marks = [mark for mark in (first["marks"] or "").split() if not (by == "report" and mark == "\u00a7")]
        shown = " ".join([first["shown"], *(["*"] if several else []), *marks])
        graver = first["state"] if first["state"] not in ("plain", "doubt") else ""
        yield line, key, shown, graver or ("doubt" if several or marks else "plain")


def without_year(cell: object) -> str:
    return re.sub(r" \((?:\d{4}|\?)\)$", "", str(cell))


@pytest.mark.parametrize(
    ("by", "status", "measure"),
    [("area", "actual", "level"), ("area,year", "actual", "level"), ("report", "actual", "level"),
     ("area", "target", "all"), ("area", "all", "change_rate")],
)  # fmt: skip
def test_the_cells_are_those_of_compare(samples: Samples, by: str, status: str, measure: str) -> None:
    data = samples.page.data
    result = samples.compared(by, status, measure)
    places = [column.name for column in result.columns if column.kind == "mixed"]
    expected = [
        (row["indicator"], sorted((without_year(row[p]), row[p].state) for p in places if row.get(p) is not None))
        for row in result.rows
    ]
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for line, _, shown, state in cells(samples.page, by, status, measure):
        found[line].append((shown, state))
    names = {line: data["indicators"][data["lines"][line]["indicator"]]["name"] for line in found}
    assert [(names[line], sorted(found[line])) for line in sorted(found)] == expected
    assert len(expected) > 5


def test_the_columns_are_those_of_compare_in_its_order(samples: Samples) -> None:
    shown = {key[0] for _, key, *_ in cells(samples.page, "area", "actual", "level")}
    names = [area["name"] for n, area in enumerate(samples.page.data["areas"]) if n in shown]
    columns = [column.name for column in samples.compared("area").columns if column.kind == "mixed"]
    assert [re.sub(r" (?:\d{4}|\?)$", "", name) for name in columns] == names
    assert any(area["unknown"] for area in samples.page.data["areas"])


def test_numbers_are_those_to_compute_with(samples: Samples) -> None:
    by_place = {(row["file"], row["report"], row["start"], row["end"], row["indicator_id"]): row for row in
                samples.compared("report", "all", "all").long}  # fmt: skip
    data = samples.page.data
    met = 0
    for f in samples.page.figures:
        if f["line"] is None:
            assert f["number"] is f["low"] is f["order"] is None
            continue
        report = data["reports"][f["report"]]
        line = data["lines"][f["line"]]
        id_ = data["indicators"][line["indicator"]]["id"]
        row = by_place[report["file"], report["report"], f["start"], f["end"], id_]
        assert (f["number"], f["low"], f["high"], f["number_max"]) == (
            row["obs_value"], row["low"], row["high"], row["value_max"]
        )  # fmt: skip
        assert (line["measure"], line["status"], line["unit"], f["bound"] if row["bound"] else None) == (
            row["measure"], row["status"], row["unit"], row["bound"]
        )  # fmt: skip
        assert f["number"] is None or f["state"] != "masked"
        met += 1
    assert met == len(by_place) > 500


def test_every_observation_is_in_and_every_report(samples: Samples) -> None:
    data = samples.page.data
    assert len(samples.page.figures) == len(samples.rows)
    assert [f["text"] for f in samples.page.figures] == [
        row["text"] for row in sorted(samples.rows, key=lambda r: (r["file"], r["report"], r["start"], r["end"]))
    ]
    assert sum(r["figures"] for r in data["reports"]) == len(samples.rows)
    assert sum(r["masked"] for r in data["reports"]) == sum(row["masked"] for row in samples.rows)
    assert sum(sum(r["masks"].values()) for r in data["reports"]) == len(data["masks"]["kind"]) > 50
    assert {r["format"] for r in data["reports"]} == {"txt", "docx", "pdf"}
    places = {(r["file"], r["report"]) for r in data["reports"]}
    assert len(places) == len(data["reports"]) == 22  # 18 files; one of them holds five


def test_findings_name_the_figures_that_check_names(samples: Samples) -> None:
    data = samples.page.data
    expected = checks.check(samples.rows, LEXICON)
    assert len(data["findings"]) == len(expected) > 10
    for finding, known in zip(data["findings"], expected, strict=True):
        assert (finding["code"], finding["sure"], finding["message"]["en"]) == (known.code, known.sure, known.message)
        named = [samples.page.data["figures"]["text"][part["figure"]] for part in finding["parts"]]
        assert named == [part.stated.row["text"] for part in known.parts]
    assert any(re.search("[\u4e00-\u9fff]", f["message"]["zh"]) for f in data["findings"])


# --- the words behind a figure ---------------------------------------------------------------------------------------


def has_its_words(opened: Opened, one: dict[str, Any]) -> bool:
    """Do the texts hold a figure or mask as it is written, inside of its sentence?"""
    inside = one["sentence_start"] <= one["start"] < one["end"] <= one["sentence_end"]
    sentence = opened.cut(one["report"], one["sentence_start"], one["sentence_end"])
    return inside and bool(sentence) and opened.cut(one["report"], one["start"], one["end"]) == one["text"]


def test_every_figure_and_every_mask_has_its_words(samples: Samples) -> None:
    masks = samples.page.data["masks"]
    for one in samples.page.figures:
        assert has_its_words(samples.page, one), one
    for values in zip(*masks.values(), strict=True):
        assert has_its_words(samples.page, dict(zip(masks, values, strict=True)))
    sentences = {(r["file"], r["start"]): r["sentence"] for r in samples.rows}
    for f in samples.page.figures:
        file = samples.page.data["reports"][f["report"]]["file"]
        said = samples.page.cut(f["report"], f["sentence_start"], f["sentence_end"])
        assert said == sentences[file, f["start"]]


def test_offsets_count_characters_not_what_javascript_counts(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        REPORT.replace("一、", "\U0001f600\U00020bb7一、").replace("婴儿", "\U0001f3e5婴儿"), "utf-8"
    )
    opened = made(tmp_path, str(tmp_path / "a.txt"))
    assert [f["text"] for f in opened.figures] == ["99.8%", "2.1‰", "6.12万张", "xx%"]
    assert all(has_its_words(opened, f) for f in opened.figures)
    before = opened.text(0)[0][1]
    assert "\U0001f600" in before


@pytest.mark.skipif(os.name != "posix", reason="names of other systems are text")
def test_files_whose_names_are_no_text_keep_their_own_words(tmp_path: Path) -> None:
    for end, figure in ((b"\xff", "99.8%"), (b"\xfe", "71.5%")):
        name = os.fsencode(tmp_path) + b"/a" + end + b".txt"
        try:
            with open(name, "w", encoding="utf-8") as target:
                target.write(REPORT.replace("99.8%", figure))
        except OSError:
            pytest.skip("no such names here")
    opened = made(tmp_path, str(tmp_path))
    assert {"99.8%", "71.5%"} <= {f["text"] for f in opened.figures}
    assert all(has_its_words(opened, f) for f in opened.figures)


def test_a_line_before_and_one_behind_come_with_a_sentence() -> None:
    text = "far\n" + "x" * 10 + "\n\nit is 5% here. more\n\nnext\nfar"
    row = {"file": "a", "report": 1, "start": 22, "end": 24, "text": "5%", "sentence": "it is 5% here."}
    found = Excerpts.of([row], lambda file: text)
    assert found.segments == {"a": [(4, "x" * 10 + "\n\nit is 5% here. more\n\nnext")]}
    assert found.spans == {id(row): (16, 30)}


def test_of_a_table_the_sentences_are_what_there_is() -> None:
    words_of = "rose 5%, fell 5%, 7 left"
    rows = [
        {"file": "a", "report": 1, "start": start, "end": start + len(text), "text": text, "sentence": words_of}
        for start, text in ((105, "5%"), (114, "5%"), (118, "7"))
    ]
    found = Excerpts.of(rows, lambda file: None)
    assert found.segments == {"a": [(100, words_of)]}
    assert set(found.spans.values()) == {(100, 124)}
    # Where it can stand in two places, none is guessed.
    alone = Excerpts.of(rows[:1], lambda file: None)
    assert (alone.segments, alone.spans) == ({}, {})


# --- tables ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet", "duckdb"])
def test_tables_give_the_page_of_their_reports(tmp_path: Path, suffix: str) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.txt").write_text(REPORT, "utf-8")
    (source / "b.txt").write_text(REPORT.replace("杭州", "宁波").replace("99.8", "97.2"), "utf-8")
    table = tmp_path / f"table.{suffix}"
    assert hreport("extract", str(source), "-o", str(table), "-q").code == 0
    read, again = made(tmp_path, str(source)), made(tmp_path, str(table))
    apart = ("sentence_start", "sentence_end", "sentence")
    for table_of in (read, again):
        for name in apart:
            table_of.data["figures"].pop(name)
    assert again.figures == read.figures
    assert [r["from_table"] for r in again.data["reports"]] == [True, True]
    assert len(again.data["masks"]["kind"]) == (2 if suffix == "duckdb" else 0)
    words_of = again.text(0)
    assert any("99.8%" in text for _, text in words_of)


def test_a_table_of_masks_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(REPORT, "utf-8")
    hreport("masks", str(tmp_path / "a.txt"), "-o", str(tmp_path / "masks.csv"), "-q")
    done = hreport("report", str(tmp_path / "masks.csv"), "-o", str(tmp_path / "page.html"))
    assert done.code == 1
    assert "not a table of hreport extract" in done.said


# --- what is hostile -------------------------------------------------------------------------------------------------

HOSTILE = "</script><script>alert(1)</script><!--<script>\u2028\u2029\u202e\ud800\x1b[31m\"'&{{title}}</textarea>"


def test_hostile_words_stay_text(samples: Samples) -> None:
    rows = [dict(row) for row in samples.rows[:40]]
    for row in rows:
        row |= {"file": HOSTILE, "title": HOSTILE, "sentence": f"{HOSTILE}{row['sentence']}", "area_name": HOSTILE,
                "area_id": None, "indicator": HOSTILE, "section": HOSTILE}  # fmt: skip
    opened = Opened(file_of(page(Given(rows), LEXICON, Selection(), title=HOSTILE)))
    plain = Opened(file_of(page(Given(samples.rows[:40]), LEXICON, Selection())))
    assert [given for given, _ in opened.scripts.found] == [given for given, _ in plain.scripts.found]
    assert opened.scripts.policy == plain.scripts.policy
    said = HOSTILE.replace("\ud800", "?")
    assert opened.data["reports"][0]["title"] == opened.data["title"] == opened.scripts.title == said
    assert opened.figures[0]["section"] == said


def test_json_comes_back_as_it_was() -> None:
    data = {"a": [HOSTILE.replace("\ud800", ""), None, 1.5, "\u2028"], "<b>": "\\u003c"}
    text = html.json_of(data)
    assert json.loads(text) == data
    assert not set("<\u2028\u2029") & set(text)
    assert json.loads(gzip.decompress(base64.b64decode(html.packed(data)))) == data


def test_the_policy_lets_only_scripts_of_the_page_run(samples: Samples) -> None:
    scripts = samples.page.scripts
    assert [link for link in scripts.links if not link.startswith("#")] == []
    assert "default-src 'none'" in scripts.policy
    assert "unsafe-eval" not in scripts.policy
    runs = [code for given, code in scripts.found if given.get("type") in (None, "module")] + [scripts.block("vega")]
    digests = {base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in runs}
    assert set(re.findall("'sha256-([^']+)'", scripts.policy)) == digests
    assert re.findall("script-src[^;]*(?:unsafe|http|data)", scripts.policy) == []


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_same_bytes_whatever_the_jobs(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.txt").write_text(REPORT.replace("99.8", f"9{len(name)}.8"), "utf-8")
    reports = [str(tmp_path / f"{name}.txt") for name in "abc"]
    pages = []
    for jobs in ((), ("-j", "2"), ()):
        assert hreport("report", *reports, *jobs, "-o", str(tmp_path / "x.html"), "-q").code == 0
        pages.append((tmp_path / "x.html").read_bytes())
    assert pages[0] == pages[1] == pages[2]


def test_it_begins_with_what_is_selected_and_leaves_nothing_out(tmp_path: Path) -> None:
    for place in ("杭州", "宁波"):
        (tmp_path / f"{place}.txt").write_text(REPORT.replace("杭州", place), "utf-8")
    asked = ("--indicator", "婴儿死亡率", "--year", "2023-2024", "--area", "宁波", "--status", "all", "--by", "report")
    opened = made(tmp_path, str(tmp_path), *asked, "--title", "两市 <对比>", "--lang", "zh")
    selection = opened.data["selection"]
    assert (selection["indicators"], selection["years"], selection["status"], selection["by"]) == (
        ["infant_mortality"], [2023, 2024], "all", "report"
    )  # fmt: skip
    assert [opened.data["areas"][n]["name"] for n in selection["areas"]] == ["宁波市"]
    assert (opened.scripts.title, opened.data["language"]) == ("两市 <对比>", "zh")
    assert len(opened.figures) == 8


def test_what_was_not_read_is_in_the_page(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(REPORT, "utf-8")
    (tmp_path / "c.txt").write_text("没有数字的一段话。\n", "utf-8")
    page_file, issues_file = tmp_path / "x.html", tmp_path / "i.csv"
    done = hreport("report", str(tmp_path), "nowhere", "-o", str(page_file), "--issues", str(issues_file))
    assert done.code == 1
    opened = Opened(page_file.read_bytes())
    assert [(i["file"], i["code"], i["fatal"]) for i in opened.data["issues"]] == [("nowhere", "not_found", True)]
    assert re.search("[\u4e00-\u9fff]", opened.data["issues"][0]["message"]["zh"])
    assert [Path(r["file"]).name for r in opened.data["reports"]] == ["a.txt", "c.txt"]
    assert opened.data["reports"][1]["figures"] == 0
    assert "x.html: a page of" in done.said
    assert (tmp_path / "i.csv").is_file()


def test_nothing_to_read_and_nothing_to_compare(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = hreport("report", str(tmp_path / "empty"), "-o", str(tmp_path / "x.html"))
    assert "not written, since there is nothing to read" in done.said
    assert not (tmp_path / "x.html").exists()
    (tmp_path / "a.txt").write_text("全市修剪行道树3120棵。\n", "utf-8")
    done = hreport("report", str(tmp_path / "a.txt"), "-o", str(tmp_path / "x.html"))
    assert done.code == 0
    assert "nothing to compare: none of the 1 figures" in done.said
    opened = Opened((tmp_path / "x.html").read_bytes())
    assert [(f["line"], f["text"], f["state"]) for f in opened.figures] == [(None, "3120棵", "plain")]
    assert all(has_its_words(opened, f) for f in opened.figures)


@pytest.mark.parametrize("output", [(), ("-o", "page.txt"), ("-o", "-"), ("-o", "page")])
def test_a_page_needs_a_file_of_its_kind(tmp_path: Path, output: tuple[str, ...]) -> None:
    (tmp_path / "a.txt").write_text(REPORT, "utf-8")
    done = hreport("report", str(tmp_path / "a.txt"), *output)
    assert (done.code, done.said) == (2, "hreport: a page is one file: give -o FILE.html\n")


def test_a_word_that_is_not_known_is_misuse(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(REPORT, "utf-8")
    done = hreport("report", str(tmp_path / "a.txt"), "--indicator", "婴儿死王率", "-o", str(tmp_path / "x.html"))
    assert done.code == 2
    assert "婴儿死亡率" in done.said
    assert not (tmp_path / "x.html").exists()


def test_help_in_both_languages() -> None:
    assert "Begin with these years" in hreport("report", "--help").out
    chinese = hreport("report", "--help", "--lang", "zh").out
    assert "打开时只看这些年份" in chinese
    assert not re.search("Begin|page", chinese)


# --- words -----------------------------------------------------------------------------------------------------------


def keys(table: dict[str, Any], before: str = "") -> set[str]:
    found = set()
    for key, value in table.items():
        found |= keys(value, f"{before}{key}.") if isinstance(value, dict) else {f"{before}{key}"}
    return found


def test_both_languages_have_the_same_words_with_the_same_fields() -> None:
    english, chinese = (words()[language] for language in LANGUAGES)
    assert keys(english) == keys(chinese)
    for key in keys(english):
        found = []
        for language in (english, chinese):
            value: Any = language
            for part in key.split("."):
                value = value[part]
            found.append(value)
        assert set(re.findall(r"\{\w*\}", found[0])) == set(re.findall(r"\{\w*\}", found[1])), key
        assert not re.search("[\u4e00-\u9fff]", found[0]) or "language" in key or key.endswith(".zh"), key


def test_every_code_of_a_page_has_a_word(samples: Samples) -> None:
    codes = words()["en"]["codes"]
    assert codes["finding"].keys() == set(checks.codes(LEXICON))
    assert codes["reasons"].keys() == {w.id for w in GRAMMAR.tables["confidence"].values() if w.weight < 0}
    assert words()["en"]["groups"].keys() == {i.group for i in LEXICON.indicators.values()} | {"own"}
    met = 0
    for name in ("state", "status", "measure", "damage", "bound", "doubts", "reasons", "basis"):
        for value in set(samples.page.data["figures"][name]) - {None}:
            assert set(value.split()) <= codes[name].keys(), name
            met += 1
    assert met > 40


def test_a_number_that_no_browser_holds_is_none(samples: Samples) -> None:
    example = next(r for r in samples.rows if r["indicator_id"] == "infant_mortality" and not r["masked"])
    huge = {**example, "value": 10**350, "obs_value": 10**350}
    figures = page(Given([huge]), LEXICON, Selection()).data["figures"]
    assert figures["number"] == [None]


# --- many that contradict each other ---------------------------------------------------------------------------------


def test_of_very_many_that_contradict_the_surest_are_named(samples: Samples) -> None:
    example = next(r for r in samples.rows if r["indicator_id"] == "infant_mortality" and not r["masked"])
    rows = []
    for n in range(200):
        number = 1 + n / 100
        words_of = {"numeral": f"{number:.2f}", "text": f"{number:.2f}‰", "sentence": f"婴儿死亡率{number:.2f}‰"}
        about = {"file": f"{n:03}.txt", "value": number, "obs_value": number, "confidence": (n % 50) / 50}
        rows.append({**example, **words_of, **about})
    made_page = page(Given(rows), LEXICON, Selection())
    table = made_page.data["figures"]
    assert all(MOST_AGAINST <= len(others) <= MOST_AGAINST + 1 for others in table["against"])
    for n, others in enumerate(table["against"]):
        assert n not in others
        assert min(table["confidence"][k] for k in others) >= 0.9
