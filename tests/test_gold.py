"""The extraction meets gold annotation at least as well as the pinned floors say."""

from __future__ import annotations

import csv
import json
from functools import lru_cache
from typing import Any

import pytest
import scoring
from scoring import FLOORS, GROUPS, LAYERS, Score, at_hand, read_gold, text_of
from texts import LEXICON, ROOT, SHARED, file

from hreport.analyse import analyse
from hreport.model import Report

FLOOR: dict[str, dict[str, float]] = json.loads(FLOORS.read_text("utf-8"))
PINNED = [(group, layer) for group, figures in FLOOR.items() for layer in figures]


@lru_cache
def scored(group: str) -> Score:
    if not at_hand(group):
        pytest.skip("the annotated texts are not at hand")
    return scoring.scored(group)


@pytest.mark.parametrize(("group", "layer"), PINNED, ids=[f"{g}-{layer}" for g, layer in PINNED])
def test_floor(group: str, layer: str) -> None:
    now = scored(group)
    floor = FLOOR[group][layer]
    if layer == "false_alarms":
        assert now.false_alarms <= floor
    elif now.figure(layer) < floor:
        changes = scoring.changes(group, now)
        pytest.fail(f"{layer} of {group} fell to {now.figure(layer):.4f}, below {floor}\n{changes}", pytrace=False)


def test_every_figure_is_pinned() -> None:
    assert {group: sorted(figures) for group, figures in FLOOR.items()} == dict.fromkeys(
        GROUPS, sorted((*LAYERS, "false_alarms"))
    )


@pytest.mark.parametrize("group", GROUPS)
def test_gold_quotes_its_text(group: str) -> None:
    if not at_hand(group):
        pytest.skip("the annotated texts are not at hand")
    text: dict[str, str] = {}
    for row in read_gold(group):
        path = text_of(group, row["file"])
        assert path is not None
        source = text.setdefault(row["file"], file(path).text)
        if row["layer"] != "range":
            assert source[row["start"] : row["end"]] == row["text"], row


# --- the scorer itself -----------------------------------------------------------------------------------------------


def gold_row(**changed: Any) -> dict[str, Any]:
    row = {
        "layer": "quantity", "file": "a.txt", "start": 4, "end": 7, "text": "12家", "role": "metric", "numeral": "12",
        "value": 12, "value_max": None, "unit": "家", "base_unit": "家", "masked": False, "bound": "exact",
        "damage": None, "repaired": None, "indicator": "乡镇卫生院", "accept": [], "measure": "level",
        "direction": None, "status": "actual", "period": None, "area": None,
    }  # fmt: skip
    return row | changed


@pytest.mark.parametrize(
    ("changed", "right"),
    [
        ({}, "record"),
        ({"indicator": "乡镇卫生院的"}, "record"),
        ({"indicator": "村卫生室"}, "value"),
        ({"indicator": "城镇卫生院"}, "value"),
        ({"value": 13}, "span"),
        ({"base_unit": "所"}, "span"),
        ({"masked": True}, "span"),
        ({"status": "target"}, "indicator"),
        ({"bound": "min"}, "indicator"),
        ({"end": 8}, ""),
    ],
)
def test_score_of_one_row(changed: dict[str, Any], right: str) -> None:
    layers = ("span", "value", "indicator", "record")
    found = scoring.score([gold_row()], [gold_row(**changed)])
    reached = layers[: layers.index(right) + 1] if right else ()
    assert {layer: found.figure(layer) for layer in layers} == {layer: float(layer in reached) for layer in layers}


def test_a_masked_row_has_no_value() -> None:
    masked = {"masked": True, "value": None, "numeral": "xx"}
    assert scoring.score([gold_row(**masked)], [gold_row(**masked)]).figure("record") == 1
    assert scoring.score([gold_row(**masked)], [gold_row(**masked | {"value": 10})]).figure("value") == 0
    assert scoring.score([gold_row(**masked)], [gold_row(**masked | {"numeral": "x"})]).figure("value") == 0


def test_inventions_and_optional_rows() -> None:
    twice = scoring.score([gold_row()], [gold_row(), gold_row(start=20, end=23)])
    assert twice.figure("record") == pytest.approx(2 / 3)
    assert scoring.score([gold_row(optional=True), gold_row(start=9, end=12)], [gold_row()]).figure("span") == 0
    outside = [{"layer": "range", "file": "a.txt", "start": 0, "end": 10}, gold_row()]
    assert scoring.score(outside, [gold_row(), gold_row(start=20, end=23)]).figure("span") == 1


# --- five pages as they were found -----------------------------------------------------------------------------------

SEEDS = sorted((SHARED / "seeds").glob("*.txt"))
TOLERANCE = 120  # characters by which the beginning of a report may be off: its title may stand on one of two lines


@pytest.mark.parametrize("path", SEEDS, ids=lambda p: p.name[:3])
def test_seed_quotes_its_text(path: Any) -> None:
    found = analyse(file(path), LEXICON)
    assert found.observations
    for o in found.observations:
        assert found.document.text[o.quantity.span.start : o.quantity.span.end] == o.quantity.text
    for mask in found.masks:
        assert found.document.text[mask.span.start : mask.span.end] == mask.text


@pytest.mark.parametrize("path", SEEDS, ids=lambda p: p.name[:3])
def test_seed_is_cut_into_reports(path: Any) -> None:
    with (SHARED / "gold" / "reports.csv").open(encoding="utf-8", newline="") as lines:
        gold = [row for row in csv.DictReader(lines) if row["file"] == path.name]
    reports: tuple[Report, ...] = analyse(file(path), LEXICON).reports
    assert [r.title for r in reports] == [row["title"] for row in gold]
    for report, row in zip(reports, gold, strict=True):
        assert abs(report.span.start - int(row["start"])) <= TOLERANCE
        assert row["area"] in ("", report.area)
        assert row["year_mask"] in ("", report.year)


def test_the_folder_of_gold_is_complete() -> None:
    assert {p.name for p in (ROOT / "tests" / "gold").iterdir()} == {"samples", "blind", "floors.json", "reached.json"}
