"""Observations get the ids that annotation gives them, at least as often as the pinned floors say."""

from __future__ import annotations

import pytest
from ids import GROUPS, NONE, Judged, annotation, at_hand, figures
from scoring import read_gold
from texts import LEXICON

# What is reached, in %: `right` rounded down, `wrong` and `invented` rounded up. Aim: 95 right, 1 wrong.
FLOORS = {"seeds": 95, "shared": 96, "samples": 95, "corpus": 94}
CEILINGS = {group: {"wrong": 0.0, "invented": 0.0} for group in FLOORS}


@pytest.mark.parametrize("group", GROUPS)
def test_floor(group: str) -> None:
    if not at_hand(group):
        pytest.skip("the annotated texts are not at hand")
    now = figures(group)
    assert now["right"] >= FLOORS[group], now
    for name, ceiling in CEILINGS[group].items():
        assert now[name] <= ceiling, now


@pytest.mark.parametrize(
    ("answers", "found", "verdict", "strict"),
    [
        (("beds_total",), "beds_total", "right", "right"),
        (("beds_total",), "open_beds", "wrong", "wrong"),
        (("beds_total",), "", "missing", "missing"),
        (("beds_total",), None, "missing", "missing"),
        (("beds_total", "new_beds"), "new_beds", "right", "wrong"),
        (("beds_total", ""), "", "silent", "missing"),
        (("beds_total", ""), "open_beds", "invented", "wrong"),
        (("", "beds_total"), "beds_total", "right", "invented"),
        (("",), "beds_total", "invented", "invented"),
        (("",), None, "silent", "silent"),
    ],
)
def test_verdict(answers: tuple[str, ...], found: str | None, verdict: str, strict: str) -> None:
    row = Judged("text.txt", 0, 2, "", answers, found)
    assert (row.verdict(), row.verdict(strict=True)) == (verdict, strict)


@pytest.mark.parametrize("group", GROUPS)
def test_annotation_names_indicators(group: str) -> None:
    known = {*LEXICON.indicators, ""}
    for row in annotation(group):
        also = row["also"].split()
        assert row["indicator_id"] in known, row
        assert {*also} <= known | {NONE}, row
        assert row["indicator_id"] not in also, row
        assert row["indicator_id"] or NONE not in also, row


def spans(rows: list[dict[str, str]]) -> set[tuple[str, int, int]]:
    """Where annotated rows lie."""
    return {(row["file"], int(row["start"]), int(row["end"])) for row in rows}


def observations(group: str) -> list[tuple[str, int, int]]:
    """Where the observations of a group of gold lie."""
    return [
        (row["file"], row["start"], row["end"])
        for row in read_gold(group)
        if row["layer"] == "quantity" and row["role"] == "metric" and not row.get("optional")
    ]


def test_annotation_covers_every_third_sample() -> None:
    assert spans(annotation("samples")) == {*observations("samples")[::3]}


def test_annotation_covers_all_outside_gold() -> None:
    if not at_hand("shared"):
        pytest.skip("the annotated texts are not at hand")
    assert spans(annotation("shared")) == {*observations("shared")}
