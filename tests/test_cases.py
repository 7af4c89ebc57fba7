"""Our own cases, kind by kind, are read at least as well as the pinned floors say."""

from __future__ import annotations

import json
from functools import lru_cache

import cases
import pytest
from cases import FLOORS, KINDS, LAYERS, read_cases, scored
from scoring import main_figure

from hreport.evaluate import Score, errors

FLOOR: dict[str, dict[str, float]] = json.loads(FLOORS.read_text("utf-8"))
LEAST = 30  # cases of each kind


@lru_cache(maxsize=32)
def score_of(kind: str) -> Score:
    return scored(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_floors(kind: str) -> None:
    now = score_of(kind)
    figures = {layer: main_figure(now, layer) for layer in LAYERS}
    fallen = {
        layer: (round(figures[layer], 4), FLOOR[kind][layer]) for layer in LAYERS if figures[layer] < FLOOR[kind][layer]
    }
    if fallen:
        wrong = "\n".join(cases.shown(case) for case in errors(now) if case["case"] not in ("period", "area"))
        pytest.fail(f"{kind}: {fallen}\n{wrong[:4000]}", pytrace=False)
    assert (now.figures["damage"].false_alarms or 0) <= FLOOR[kind]["false_alarms"]


def test_every_kind_is_pinned() -> None:
    assert sorted(FLOOR) == sorted(KINDS)


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "tables_more"])
def test_there_are_enough(kind: str) -> None:
    found = read_cases(kind)
    assert len(found) >= LEAST
    assert len({case["id"] for case in found}) == len(found)


def test_each_damage_has_its_own() -> None:
    codes = [row["damage"] for case in read_cases("damage") for row in case["rows"] if row.get("damage")]
    assert {code for code in codes if codes.count(code) >= 10} == {
        "year_scrub", "split", "lost_char", "lost_unit", "lost_point", "deleted", "cut", "spaced"
    }  # fmt: skip
