"""Masks and damage that were done to clean texts on purpose are found, and the rest of the text is left in peace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import mangler
import pytest
from mangler import RULES, Clean, Rule
from texts import SHARED, extract

LEAST = 0.95  # of the hits that the text shows: flagged, or read as they were
KINDS = 0.97  # of the placeholders: found, and of the right kind
ALARMS = 0.005  # of the rows that were not touched
MANY = 200  # untouched rows, below which a share of them says nothing
# What does not reach `LEAST`, with the reason.
FLOORS = {
    "number blank light": 0.88,  # one measure word behind a space is no proof
    "number deleted light": 0.80,  # nor is one deleted number, but of a share or of money
    "cut at 1/4": 0.90,  # a number in a table, at the beginning of a line
    "cut at 3/4": 0.90,
    "cut at the end": 0.80,  # 2个, for 2个百分点
}
WORDS = 0.02  # of the rows: lost or invented where only words were changed
LOST = {
    "commas deleted": 0.04,  # 第4位省外: what follows makes another word of a unit, or a rank no rank
    "numeral to digit": 0.04,  # 3次会议 may have been 三次
}
SOUND = 0.01  # of the hits that the text shows: read as a sound number that is another
FOLDERS = {"work_reports_2026_txt": 13, "work_reports_docx": 20, "national_gb18030_txt": 12, "notices_txt": 69}


@lru_cache
def samples() -> list[Clean]:
    return mangler.clean_samples()


@lru_cache
def corpus() -> list[Clean]:
    """A few texts of the shared corpus."""
    if not (SHARED / "corpus").is_dir():
        pytest.skip("the corpus is not at hand")
    return [text for folder, every in FOLDERS.items() for text in mangler.corpus(folder, every)[:1]]


def check(rule: Rule, dose: str, texts: Sequence[Clean]) -> None:
    """Every requirement on a rule; the examples of what is wrong are shown."""
    tallies = mangler.tallied(rule, dose, texts)
    n, shown = tallies[True].n, tallies[True].examples
    assert [t.examples["wrong"] for t in tallies.values() if t.n["wrong"]] == []
    floor = FLOORS.get(f"{rule.name} {dose}", FLOORS.get(rule.name, LEAST))
    # One may be missed however few there are.
    assert n["flagged"] + n["same"] + 1 >= floor * n["hits"], {what: shown.get(what) for what in ("sound", "vanished")}
    assert n["sound"] <= max(1, SOUND * n["hits"]), shown["sound"]
    assert n["rest"] < MANY or n["alarms"] <= ALARMS * n["rest"], shown["alarms"]
    assert n["changed"] <= ALARMS * max(n["untouched"], MANY), shown["changed"]
    assert n["mask_right"] >= KINDS * n["masks"], (shown.get("mask_missed"), shown.get("mask_kind"))
    if rule.kind == "words":
        assert n["invented"] <= WORDS * n["rest"], shown["invented"]
        assert n["lost"] <= LOST.get(rule.name, WORDS) * n["rest"], shown["lost"]


CASES = [(rule, dose) for rule in RULES for dose in mangler.doses(rule)]
# A light dose is tried where the program looks for a family in the whole document.
FAMILIES = ("number blank", "number deleted", "10 is 2023", "year in count", "% lost", "point lost", "space inside")
CHOSEN = [(r, d) for r, d in CASES if d == "full" or r.name in FAMILIES]
# Corpus texts are long: what depends on the sentence alone is tried on the samples.
LONG = [(r, d) for r, d in CHOSEN if d == "full" and not r.name.startswith(("place", "year 20"))]


@pytest.mark.parametrize(("rule", "dose"), CHOSEN, ids=[f"{r.name} {d}" for r, d in CHOSEN])
def test_samples(rule: Rule, dose: str) -> None:
    check(rule, dose, samples())


@pytest.mark.parametrize(("rule", "dose"), LONG, ids=[f"{r.name} {d}" for r, d in LONG])
def test_corpus(rule: Rule, dose: str) -> None:
    check(rule, dose, corpus())


def test_clean_texts_are_not_flagged() -> None:
    rows = [o.quantity for text in corpus() for o in text.found.observations]
    assert [q.text for q in rows if q.damage][: len(rows) // 500] == [q.text for q in rows if q.damage]


def test_years_of_a_spun_document_are_not_read() -> None:
    rule = next(r for r in RULES if r.name == "spun document")
    assert mangler.tallied(rule, "full", samples())[True].n["false_years"] == 0


# --- the mangler itself ----------------------------------------------------------------------------------------------

TEXT = "卫生工作总结\n2022年，全市共有医院110家，床位3.5万张，签约率95.2%，比2021年提高2~3个百分点。"


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_the_mangler_knows_what_it_changed(rule: Rule) -> None:
    for clean in (Clean("text", TEXT), *samples()[:2]):
        mangled = mangler.apply(rule, clean, "full")
        if mangled is None:
            continue
        at = 0
        for edit in mangled.edits:  # what stands between the edits is as it was
            assert at <= edit.start <= edit.end
            start, end = mangled.moved(at, edit.start) if edit.start > at else (0, 0)
            assert mangled.text[start:end] == clean.text[at : edit.start] * (edit.start > at)
            at = edit.end
        placed = [e.new[a:b] for e in mangled.edits for a, b, _ in e.masks]
        assert [mangled.text[start:end] for start, end, _ in mangled.masks] == placed


def test_the_mangler_does_the_same_each_time() -> None:
    texts = [[m.text for r in RULES if (m := mangler.apply(r, Clean("a", TEXT), "full"))] for _ in range(2)]
    assert texts[0] == texts[1]


def test_what_a_rule_makes_of_a_sentence() -> None:
    def made(name: str) -> str:
        mangled = mangler.apply(next(r for r in RULES if r.name == name), Clean("a", TEXT), "full")
        return mangled.text.partition("\n")[2] if mangled else ""

    assert made("number xx.x") == "xxxx年，全市共有医院xxx家，床位x.x万张，签约率xx.x%，比xxxx年提高x~x个百分点。"
    assert made("number deleted") == "2022年，全市共有医院家，床位万张，签约率%，比2021年提高2~3个百分点。"
    assert made("point is 。") == "2022年，全市共有医院110家，床位3。5万张，签约率95。2%，比2021年提高2~3个百分点。"
    assert "2023" in made("10 is 2023").partition("医院")[2]


@pytest.mark.parametrize(
    ("damage", "tallied"),
    [("", "sound"), ("year_scrub", "flagged")],
)
def test_the_judge_tells_flagged_from_sound(damage: str, tallied: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clean = Clean("a", TEXT)
    rule = next(r for r in RULES if r.name == "10 is 2023")
    mangled = mangler.apply(rule, clean, "full")
    assert mangled is not None
    found = extract(mangled.text)
    rows = [o._replace(quantity=o.quantity._replace(damage=damage or None, repaired=None)) for o in found.observations]
    monkeypatch.setattr(mangler, "extract", lambda text, path: replace(found, observations=tuple(rows)))
    n = mangler.judge(mangled)[True].n
    assert n[tallied] == n["hits"] > 0
