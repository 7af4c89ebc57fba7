"""Two copies of one text: what one shows where the other hides it; nothing that does not fit, nothing silently."""

from __future__ import annotations

import csv
import json
import time
from collections import Counter
from functools import lru_cache
from pathlib import Path
from random import Random

import mangler
import mirroring
import pytest
from mangler import Clean, clean_samples
from mirroring import ALL_OF_IT, HIDING, hidden, judged, reordered, side
from texts import SAMPLES, file
from typer.testing import CliRunner

from hreport.align import Side, align, counted
from hreport.cli import app
from hreport.record import ALIGN, Row

NAME = "丽水市2022年健康丽水建设工作总结.txt"
FEW = [c.name for c in clean_samples()[:6]]


@lru_cache
def clean(name: str = NAME) -> Clean:
    return next(c for c in clean_samples() if c.name == name)


@lru_cache
def clear(name: str = NAME) -> Side:
    return side(clean(name).text, "clear.txt")


def pairs(a: str, b: str) -> list[Row]:
    """The pairs of two short texts: each stands in a longer one that both share."""
    before = "全市卫生健康系统坚持以人民健康为中心，深化医药卫生体制改革，各项工作取得新的进展。\n"
    after = "\n下一步，我们将继续完善分级诊疗制度，提升基层医疗卫生机构服务能力，办好人民满意的卫生健康事业。"
    return align(*(side(before + text + after, name) for text, name in ((a, "a.txt"), (b, "b.txt")))).rows


# --- known pairs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FEW)
def test_each_mask_is_paired_with_what_stood_there(name: str) -> None:
    total = mirroring.Found()
    for rules in [*((rule,) for rule in HIDING[:: 1 + len(FEW) // 3]), *ALL_OF_IT[::2]]:
        copy = hidden(clean(name), *rules)
        if copy.known:
            total.merge(judged(clear(name), side(copy.text, "b.txt"), copy.known))
    assert total.n["known"] > 50
    assert total.n["right"] >= total.n["known"] - 2, total.examples
    assert total.n["wrong"] == total.n["sure_wrong"] == 0, total.examples


def test_each_mask_of_a_re_ordered_copy_is_paired_or_left() -> None:
    copy = reordered(hidden(clean(), *ALL_OF_IT[0]), Random(3))
    found = judged(clear(), side(copy.text, "b.txt"), copy.known)
    assert found.n["right"] >= 0.95 * found.n["known"], found.examples
    assert found.n["sure_wrong"] == 0


@pytest.mark.parametrize("rules", ALL_OF_IT, ids=" ".join)
def test_offsets_are_of_the_two_texts(rules: tuple[str, ...]) -> None:
    b = side(hidden(clean(), *rules, share=0.5).text, "b.txt")
    rows = align(clear(), b).rows
    assert rows
    for row in rows:
        for one, name in ((clear(), "a"), (b, "b")):
            start, end = row[f"start_{name}"], row[f"end_{name}"]
            assert one.text[start:end] == row[f"text_{name}"]
            assert row[f"text_{name}"] in row[f"sentence_{name}"]
        assert set(row) == {c.name for c in ALIGN}


SWAPPED = {"filled_in_a": "filled_in_b", "repaired_in_a": "repaired_in_b"}
SWAPPED |= {b: a for a, b in SWAPPED.items()}


@pytest.mark.parametrize("rules", ALL_OF_IT, ids=" ".join)
def test_the_same_pairs_from_either_side(rules: tuple[str, ...]) -> None:
    b = side(hidden(clean(), *rules, share=0.5).text, "b.txt")

    def turned(row: Row) -> Row:
        swap = {name: f"{name[:-1]}{'ab'['ba'.index(name[-1])]}" for name in row if name[-2:] in ("_a", "_b")}
        return {swap.get(n, n): v for n, v in row.items()} | {"kind": SWAPPED.get(row["kind"], row["kind"])}

    there, back = align(clear(), b).rows, align(b, clear()).rows
    assert Counter(json.dumps(turned(r), sort_keys=True) for r in there) == Counter(
        json.dumps(r, sort_keys=True) for r in back
    )


def test_a_text_and_itself_have_no_pairs() -> None:
    for path in SAMPLES:
        one = side(file(path).text, path.name)
        result = align(one, one)
        assert result.are_copies
        assert result.rows == []


# --- kinds -----------------------------------------------------------------------------------------------------------

CASES = [
    (
        "签约率达到95.3%，上升2.1个百分点。",
        "签约率达到xx.x%，上升x.x个百分点。",
        [("filled_in_b", "95.3"), ("filled_in_b", "2.1")],
    ),
    (
        "签约率达到95.3%，上升x.x个百分点。",
        "签约率达到xx.x%，上升2.1个百分点。",
        [("filled_in_b", "95.3"), ("filled_in_a", "x.x")],
    ),
    # a number that does not fit its mask is no fill
    (
        "签约率达到5.3%，上升2.1个百分点。",
        "签约率达到xx.x%，上升x.x个百分点。",
        [("differs", "5.3"), ("filled_in_b", "2.1")],
    ),
    # masked in both, in two ways; alike
    ("签约率达到XX%，建成xx家。", "签约率达到xx.x%，建成xx家。", [("both_masked", "XX")]),
    # legible in both
    ("签约率达到95.3%，建成12家。", "签约率达到93.5%，建成12家。", [("differs", "95.3")]),
    ("服务人口1,203人，建成十二家。", "服务人口1203人，建成12家。", []),
    # damage is visible
    ("建档率达到20230%，建成12家。", "建档率达到100%，建成12家。", [("repaired_in_a", "20230")]),
    # deleted
    ("签约率达到95.3%，建成12家。", "签约率达到%，建成12家。", [("filled_in_b", "95.3")]),
    # places, years, and dates whose marks are lost
    ("推广杭州市的经验，建成12家。", "推广xx市的经验，建成12家。", [("filled_in_b", "杭州")]),
    ("2022年5月建成12家机构。", "20xx年x月建成12家机构。", [("filled_in_b", "2022"), ("filled_in_b", "5")]),
    ("2022年5月建成12家机构。", "xxxxx月建成12家机构。", [("filled_in_b", "2022年5")]),
    (
        "为6-36月龄儿童提供服务，管理率达到95.3%。",
        "为xxx月龄儿童提供服务，管理率达到xx.x%。",
        [("filled_in_b", "6-36"), ("filled_in_b", "95.3")],
    ),
    # no figure: page markers, list numbers, words
    ("坚持以人民健康为\n3、中心，建成12家。", "坚持以人民健康为中心，建成12家。", []),
    ("进1步推进改革，建成12家。", "进一步推进改革，建成12家。", []),
]


@pytest.mark.parametrize(("a", "b", "expected"), CASES, ids=[case[1][:12] for case in CASES])
def test_kinds(a: str, b: str, expected: list[tuple[str, str]]) -> None:
    assert [(row["kind"], row["text_a"]) for row in pairs(a, b)] == expected


def test_a_fill_has_its_number_unit_and_indicator_and_says_how_sure_it_is() -> None:
    rows = align(clear(), side(hidden(clean(), "number xx.x", "place xx").text, "b.txt")).rows
    row = next(row for row in rows if row["text_a"] == "82.06")
    assert (row["text_b"], row["value"], row["unit"], row["mask"]) == ("xx.xx", 82.06, "岁", "number")
    assert row["indicator_id"] == "life_expectancy"
    assert row["sure"] is True
    fixed = align(clear(), side(hidden(clean(), "number XX").text, "b.txt")).rows
    assert {row["sure"] for row in fixed} == {False}  # XX may be any number


def test_a_number_with_a_page_marker_inside_is_told_by_the_other() -> None:
    rule = mirroring.BY_NAME["page inside"]
    mangled = mangler.mangle(clean(), rule.make(clean(), clean().random(rule.name)))
    rows = align(clear(), side(mangled.text, "b.txt")).rows
    torn = [c.figure for c in mangled.changes if c.figure is not None]
    assert torn
    assert {row["kind"] for row in rows} == {"repaired_in_b"}
    # A marker between number and unit leaves the number whole.
    assert 0 < len(rows) <= len(torn)
    assert all(any(q.span.start == row["start_a"] for q in torn) for row in rows)


def test_a_place_mask_is_surely_filled_by_a_division_only() -> None:
    rows = pairs("推广杭州市和幸福社区的经验，效果良好。", "推广xx市和xx社区的经验，效果良好。")
    assert [(r["text_a"], r["mask"], r["sure"]) for r in rows] == [("杭州", "place", True), ("幸福", "place", False)]


def test_other_years_and_other_places_are_no_copies() -> None:
    texts = {p.name: file(p).text for p in SAMPLES if p.name.startswith("绵阳")}
    one, two = (side(text, name) for name, text in texts.items())
    result = align(one, two)
    assert not result.are_copies
    assert result.rows == []
    assert result.numbers.agreed < 0.3 * result.numbers.legible


def test_one_report_of_several() -> None:
    other = clean(FEW[0])
    copy = mirroring.glued(hidden(clean(), "number xx.x"), other.text + "\n", "")
    b = mirroring.rows_of(copy.text, "b.txt")
    number = next(r["report"] for r in reversed(b))
    assert number > 1
    chosen = align(clear(), Side("b.txt", copy.text, b, number))
    assert chosen.shared > 0.95
    assert {row["kind"] for row in chosen.rows} == {"filled_in_b"}
    assert not align(clear(), Side("b.txt", copy.text, b, 1)).are_copies


def test_forty_thousand_characters_in_seconds() -> None:
    lines = [line for c in clean_samples() for line in c.text.split("\n")]
    random = Random(1)
    text = "\n".join("".join(random.sample(line, len(line))) for line in lines * 2)[:40_000]
    other = "".join(c if random.random() < 0.98 else "x" if c.isdigit() else "某" for c in text)
    one, two = Side("a", text, []), Side("b", other[20_000:] + other[:20_000], [])
    start = time.process_time()
    result = align(one, two)
    assert time.process_time() - start < 5
    assert result.shared > 0.8


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text(clean().text, "utf-8")
    Path("b.txt").write_text(hidden(clean(), *ALL_OF_IT[0]).text, "utf-8")
    Path("c.txt").write_text(clean(FEW[0]).text, "utf-8")
    return tmp_path


def test_the_command_writes_every_pair(folder: Path) -> None:
    done = CliRunner().invoke(app, ["align", "a.txt", "b.txt"])
    assert done.exit_code == 0, done.stderr
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert list(rows[0]) == [c.name for c in ALIGN]
    found = align(clear(), side(Path("b.txt").read_text("utf-8"), "b.txt"))
    assert len(rows) == len(found.rows)
    assert {r["file_a"] for r in rows} == {"a.txt"}
    assert f"{counted(found.rows)['filled_in_b']:,} filled in b" in done.stderr
    assert Path("b.txt").read_text("utf-8") == hidden(clean(), *ALL_OF_IT[0]).text  # no document is changed


def test_the_screen_shows_the_words_around(folder: Path) -> None:
    done = CliRunner().invoke(app, ["align", "a.txt", "b.txt", "-f", "table"], env={"COLUMNS": "150"})
    assert done.exit_code == 0
    assert "⟦82.06⟧岁" in done.stdout
    assert "⟦xx.xx⟧岁" in done.stdout
    assert "of them sure" in done.stdout.splitlines()[-1]


def test_other_formats_and_headings(folder: Path) -> None:
    run = CliRunner()
    for name in ("p.xlsx", "p.jsonl", "p.parquet", "p.md"):
        assert run.invoke(app, ["align", "a.txt", "b.txt", "-o", name]).exit_code == 0
        assert Path(name).stat().st_size > 1000
    done = run.invoke(app, ["align", "a.txt", "b.txt", "--headers", "zh", "-f", "csv"])
    head = done.stdout.splitlines()[0].split(",")
    assert len(head) == len(ALIGN)
    assert not any(name.isascii() for name in head)


def test_no_copies_is_said_with_exit_code_1(folder: Path) -> None:
    done = CliRunner().invoke(app, ["align", "a.txt", "c.txt"])
    assert done.exit_code == 1
    assert done.stdout == ""
    assert "no copies of one text: " in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("a.txt", "a.txt"), 2, "the same file"),
        (("a.txt", "b.txt", "--report-b", "7"), 2, "has no report 7"),
        (("a.txt", "none.txt"), 1, "none.txt"),
        (("a.txt", "."), 2, "give one document"),
    ],
)
def test_misuse(folder: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = CliRunner().invoke(app, ["align", *arguments])
    assert (done.exit_code, done.stdout) == (code, "")
    assert said in done.stderr
