"""`hreport eval` on files, then what its figures count."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import logging
import random
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from texts import LEXICON, ROOT, SHARED, file
from typer.testing import CliRunner

from hreport import readback
from hreport.analyse import analyse
from hreport.cli import app
from hreport.evaluate import FIGURES, Score, by_confidence, by_rule, changes, errors, file_of, score
from hreport.record import CASES, EXTRACT, MASKS, SCORES, Row, headed, mask_rows, observation_rows
from hreport.writers import save

GOLD = ROOT / "tests" / "gold" / "samples"
SCORER = SHARED / "tools" / "score.py"


def metric(**changed: Any) -> Row:
    row = {
        "layer": "quantity", "file": "a.txt", "start": 4, "end": 7, "text": "12家", "role": "metric", "numeral": "12",
        "value": 12, "value_max": None, "unit": "家", "base_unit": "家", "masked": False, "bound": "exact",
        "damage": None, "repaired": None, "indicator": "乡镇卫生院", "accept": [], "measure": "level",
        "direction": None, "status": "actual", "period": "2023年", "area": "全市",
    }  # fmt: skip
    return row | changed


def mask(**changed: Any) -> Row:
    return {"layer": "mask", "file": "a.txt", "start": 0, "end": 2, "text": "xx", "kind": "place"} | changed


GOLD_ROWS = [
    mask(),
    metric(),
    metric(start=20, end=24, text="301人", numeral="301", value=301, unit="人", base_unit="人", indicator="村医"),
    metric(file="b.txt", damage="year_scrub", repaired=100, value=20230, text="20230%", unit="%", base_unit="%"),
]


def jsonl(path: Path, rows: list[Row]) -> Path:
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "gold").mkdir()
    jsonl(tmp_path / "gold/a.jsonl", [r for r in GOLD_ROWS if r["file"] == "a.txt"])
    jsonl(tmp_path / "gold/b.jsonl", [r for r in GOLD_ROWS if r["file"] == "b.txt"])
    extract = {"confidence": 0.95, "rule": "link.left", "sentence": "全市有乡镇卫生院12家，村医301人。"}
    found = [{**r, **extract, "file": f"in/{r['file']}"} for r in GOLD_ROWS]
    wrong = [r | ({"value": 302, "confidence": 0.7, "rule": "link.right"} if r["start"] == 20 else {}) for r in found]
    jsonl(tmp_path / "right.jsonl", found)
    jsonl(tmp_path / "wrong.jsonl", wrong)
    for form in ("csv", "parquet"):
        save([r for r in wrong if r["layer"] == "quantity"], EXTRACT, tmp_path / f"wrong.{form}", form)
        save([r for r in wrong if r["layer"] == "mask"], MASKS, tmp_path / f"masks.{form}", form)
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., tuple[int, str, str]]]:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "120")

    def hreport(*arguments: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, ["eval", *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr

    yield hreport
    logging.disable(logging.NOTSET)


Run = Callable[..., tuple[int, str, str]]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


# --- the command ------------------------------------------------------------------------------------------------------


def test_a_pipe_gets_all_figures_in_one_table(run: Run) -> None:
    code, out, err = run("gold", "wrong.jsonl")
    assert (code, err) == (0, "1 read\n")
    assert out.split("\n")[0] == ",".join(c.name for c in SCORES)
    found = rows(out)
    assert [r["figure"] for r in found if r["by"] == "total"] == list(FIGURES)
    record = next(r for r in found if r["by"] == "total" and r["figure"] == "record")
    assert [record[n] for n in ("hit", "gold", "pred")] == ["2", "3", "3"]
    assert float(record["p"]) == float(record["r"]) == 2 / 3
    by_file = {r["name"]: r["f1"] for r in found if r["by"] == "file" and r["figure"] == "record"}
    assert by_file == {"a.txt": "0.5", "b.txt": "1.0"}
    assert [(r["name"], r["hit"], r["pred"]) for r in found if r["by"] == "rule"] == [
        ("link.left", "2", "2"), ("link.right", "0", "1"),
    ]  # fmt: skip
    assert [(r["name"], r["p"]) for r in found if r["by"] == "confidence"] == [(">=0.9", "1.0"), ("0.6-0.8", "0.0")]


def test_all_that_extract_and_masks_write_is_read(run: Run) -> None:
    expected = run("gold", "wrong.jsonl")[1]
    for form in ("csv", "parquet"):
        code, out, _ = run("gold", f"wrong.{form}", f"masks.{form}")
        assert (code, out) == (0, expected), form


def test_reports_are_read_on_the_fly(run: Run, folder: Path) -> None:
    sources = [str(ROOT / "samples" / f"{p.stem}.txt") for p in sorted(GOLD.glob("*.jsonl"))]
    code, out, _ = run(str(GOLD), *sources)
    assert code == 0
    runner = CliRunner()
    for command in ("extract", "masks"):
        runner.invoke(app, [command, *sources, "-o", f"{command}.jsonl", "-q"])
    assert run(str(GOLD), "extract.jsonl", "masks.jsonl")[1] == out


def test_a_screen_gets_tables_and_paragraphs(run: Run) -> None:
    code, out, err = run("gold", "wrong.jsonl", "--before", "right.jsonl", "--errors", "5", "-f", "table")
    assert code == 0
    lines = [line.split() for line in out.splitlines() if line.strip()]
    assert lines[0] == ["figure", "p", "r", "f1", "hit", "gold", "pred", "false_alarms", "before", "lost", "gained"]
    assert ["record", "0.667", "0.667", "0.667", "2", "3", "3", "1.000", "1", "0"] in lines
    assert ["b.txt", *["1.000"] * 8] in lines
    assert ["link.right", "0.000", "0", "1"] in lines
    assert ["0.6-0.8", "0.000", "0", "1"] in lines
    assert "value  a.txt:20-24  301人  村医\n" in out
    assert ["gold", "value:", "301"] in lines
    assert ["found", "value:", "302"] in lines
    assert ["sentence", "全市有乡镇卫生院12家，村医301人。"] in lines
    assert "lost record  a.txt:20-24  301人  村医\n" in out
    assert "hreport: changes: 1 lost record, 1 lost period, 1 lost area\n" in err
    assert "hreport: errors: 1 value\n" in err


def test_errors_and_changes_as_rows(run: Run, folder: Path) -> None:
    _, out, _ = run("gold", "right.jsonl", "--before", "wrong.jsonl")
    assert out.split("\n")[0] == ",".join(c.name for c in CASES)
    assert {r["case"]: (r["gold"], r["before"], r["found"]) for r in rows(out)} == dict.fromkeys(
        ("gained record", "gained period", "gained area"), ("value: 301", "value: 302", "value: 301")
    )
    jsonl(folder / "few.jsonl", [mask(start=9, end=11, text="yy", kind="date", file="a.txt")])
    code, _, err = run("gold", "few.jsonl", "--errors", "1", "-o", "errors.csv")
    found = rows((folder / "errors.csv").read_text("utf-8-sig"))
    assert [(r["case"], r["file"], r["gold"]) for r in found[:3]] == [
        ("mask missed", "a.txt", "kind: place"),
        ("mask invented", "a.txt", ""),
        ("metric missed", "a.txt", "value: 12; base_unit: 家; bound: exact; measure: level; status: actual; "
         "period: 2023年; area: 全市"),
    ]  # fmt: skip
    assert code == 0
    assert "hreport: errors: 1 mask missed, 1 mask invented, 3 metric missed\n" in err


def test_words_of_the_source_where_no_row_has_a_sentence(run: Run, folder: Path) -> None:
    (folder / "in").mkdir()
    (folder / "in/a.txt").write_text("全市有一12家乡镇卫生院。", encoding="utf-8")
    jsonl(folder / "few.jsonl", [mask(file="in/a.txt")])
    _, out, _ = run("gold/a.jsonl", "few.jsonl", "--errors", "9")
    (missed, other) = [r for r in rows(out) if r["case"] == "metric missed"]
    assert missed["sentence"] == "全市有一12家乡镇卫生院。"
    assert other["sentence"] == ""  # the text is another one there


@pytest.mark.parametrize("form", ["csv", "jsonl", "md", "html", "table", "parquet", "xlsx"])
@pytest.mark.parametrize("options", [[], ["--errors", "3"], ["--before", "right.jsonl"]])
def test_every_format(form: str, options: list[str], run: Run, folder: Path) -> None:
    code, out, err = run("gold", "wrong.jsonl", *options, "-o", "out", "-f", form, "-q", "--headers", "zh")
    assert (code, out, err) == (0, "", "")
    assert (folder / "out").stat().st_size > 100


def test_what_pred_does_not_hold_is_said(run: Run, folder: Path) -> None:
    jsonl(folder / "a_only.jsonl", [r for r in GOLD_ROWS if r["file"] == "a.txt" and r["layer"] == "quantity"])
    code, out, err = run("gold", "a_only.jsonl", "-q")
    assert code == 0
    assert err.splitlines() == [
        "hreport: PRED has no row of b.txt: what GOLD has there counts as missed (1)",
        "hreport: PRED holds no masks (hreport masks writes them): those of GOLD count as missed (1)",
    ]
    assert next(r["r"] for r in rows(out) if r["figure"] == "record") == str(2 / 3)
    two = [metric(file=f"{folder}/a.txt") for folder in "xy"]
    assert "several files named a.txt: they are taken for one" in run("gold", str(jsonl(folder / "2.jsonl", two)))[2]


def test_floors(run: Run) -> None:
    code, out, err = run("gold", "wrong.jsonl", "--floor", "record=0.67", "--floor", "damage=1", "--floor", "mask=1.0")
    assert (code, err.splitlines()[0]) == (1, "hreport: record is 0.6666, below its floor 0.67")
    assert len(err.splitlines()) == 2
    assert rows(out)  # all the same
    assert run("gold", "wrong.jsonl", "--floor", "record=.66")[0] == 0
    assert run("gold", "right.jsonl", "--floor", "record=1")[0] == 0
    code, _, err = run("gold/b.jsonl", "right.jsonl", "--floor", "mask=0.5")
    assert (code, err.splitlines()[0]) == (1, "hreport: mask: nothing to measure, so its floor 0.5 is not reached")


def test_min_confidence_leaves_out_what_is_less_sure(run: Run) -> None:
    figure = next(r for r in rows(run("gold", "wrong.jsonl", "--min-confidence", "0.9")[1]) if r["figure"] == "record")
    assert (figure["p"], figure["pred"]) == ("1.0", "2")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "GOLD"),
        (("gold",), "PRED"),
        (("nope", "right.jsonl"), "nope: no such file"),
        (("void", "right.jsonl"), "void: no .jsonl files in this folder"),
        (("empty.jsonl", "right.jsonl"), "empty.jsonl: no annotation in it"),
        (("wrong.csv", "right.jsonl"), "wrong.csv: line 1: not JSON"),
        (("list.jsonl", "right.jsonl"), "list.jsonl: line 1: not an object"),
        (("bytes.jsonl", "right.jsonl"), "bytes.jsonl: not UTF-8"),
        (("no_end.jsonl", "right.jsonl"), "no_end.jsonl: line 2: no end"),
        (("no_kind.jsonl", "right.jsonl"), "no_kind.jsonl: line 1: no kind"),
        (("no_role.jsonl", "right.jsonl"), "no_role.jsonl: a.txt:4-7: no role"),
        (("no_name.jsonl", "right.jsonl"), "no_name.jsonl: a.txt:4-7: a metric without indicator"),
        (("typed.jsonl", "right.jsonl"), "typed.jsonl: line 1: start: '4' is not a whole number"),
        (("gold", "nope.jsonl"), "nope.jsonl: no such file"),
        (("gold", "right.jsonl", "nope.csv"), "nope.csv: no such file"),
        (("gold", "void"), "void: no files in this folder"),
        (("gold", "beds.csv"), "beds.csv: not a table of hreport extract or masks"),
        (("gold", "no_end.jsonl"), "no_end.jsonl: line 2: no end"),
        (("gold", "right.jsonl", "--before", "nope.csv"), "--before cannot be scored"),
        (("gold", "right.jsonl", "--floor", "recrod=1"), "Did you mean record?"),
        (("gold", "right.jsonl", "--floor", "record"), "such as record=0.96"),
        (("gold", "right.jsonl", "--floor", "record=96"), "from 0 to 1"),
        (("gold", "right.jsonl", "--errors", "-1"), "--errors"),
        (("gold", "right.jsonl", "-o", "right.jsonl"), "one of the files to read"),
        (("gold/a.jsonl", "right.jsonl", "-o", "gold/a.jsonl"), "one of the files to read"),
    ],
)
def test_misuse_is_a_clear_line_and_two(arguments: tuple[str, ...], said: str, run: Run, folder: Path) -> None:
    (folder / "void").mkdir()
    (folder / "empty.jsonl").write_text("\n")
    (folder / "list.jsonl").write_text("[1]\n")
    (folder / "bytes.jsonl").write_bytes(b"\xff\xfe\x00")
    (folder / "beds.csv").write_text("city,beds\nx,1\n")
    jsonl(folder / "no_end.jsonl", [mask(), {n: v for n, v in metric().items() if n != "end"}])
    jsonl(folder / "no_kind.jsonl", [{n: v for n, v in mask().items() if n != "kind"}])
    jsonl(folder / "no_role.jsonl", [{n: v for n, v in metric().items() if n != "role"}])
    jsonl(folder / "no_name.jsonl", [metric(indicator="")])
    jsonl(folder / "typed.jsonl", [metric(start="4")])
    before = (folder / "right.jsonl").read_bytes()
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert (folder / "right.jsonl").read_bytes() == before


def test_tables_of_masks_and_annotations_are_no_reports(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    for name in ("masks.csv", "gold/a.jsonl"):
        done = CliRunner().invoke(app, ["extract", name])
        assert done.exit_code == 1
        assert "give it to hreport compare or hreport eval" in done.stderr


# --- the same figures as the scorer of the contract ------------------------------------------------------------------


def contract() -> Any:
    """The scorer of the contract, as a module."""
    if not SCORER.exists():
        pytest.skip("the scorer of the contract is not at hand")
    spec = importlib.util.spec_from_file_location("contract_score", SCORER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def agree(gold: list[Row], found: list[Row]) -> None:
    """Both scorers give the same figures, to the last bit; only where there is nothing to measure we say so."""
    theirs, _ = contract().score(gold, found)
    ours = score(gold, found).figures
    assert list(ours) == [
        "mask",
        "mask+kind",
        "span",
        "overlap",
        "value",
        "damage",
        "indicator",
        "record",
        "period",
        "area",
    ]
    for name, figures in theirs.items():
        mine = ours[name]
        for field, value in figures.items():
            nothing = field in ("p", "r", "f1") and not mine.gold + (mine.pred or 0)
            assert getattr(mine, field) == (None if nothing else value), (name, field)


@lru_cache
def samples() -> tuple[list[Row], list[Row]]:
    """Gold of the samples, and what is found in them."""
    gold = [row for path in sorted(GOLD.glob("*.jsonl")) for row in readback.read_gold(path.read_bytes())]
    found: list[Row] = []
    for name in sorted({row["file"] for row in gold}):
        extraction = analyse(file(ROOT / "samples" / name), LEXICON)
        found += [*mask_rows(extraction, name), *observation_rows(extraction, name)]
    return gold, found


def test_the_figures_are_those_of_the_contract_on_samples() -> None:
    agree(*samples())


def test_the_figures_are_those_of_the_contract_on_shared_gold(run: Run, folder: Path) -> None:
    scorer = contract()
    gold = SHARED / "gold"
    sources = [str(gold / "texts"), str(SHARED / "seeds")]
    for command in ("extract", "masks"):
        CliRunner().invoke(app, [command, *sources, "-o", f"{command}.jsonl", "-q"])
    pred = [str(folder / f"{command}.jsonl") for command in ("extract", "masks")]
    theirs, _ = scorer.score(list(scorer.read(sorted(gold.glob("*.jsonl")))), list(scorer.read(pred)))
    ours = {r["figure"]: r for r in rows(run(str(gold), *pred)[1]) if r["by"] == "total"}
    for name, figures in theirs.items():
        for field, value in figures.items():
            assert float(ours[name][field]) == value, (name, field)


FIELDS = ("start", "end", "value", "value_max", "unit", "base_unit", "numeral", "masked", "indicator", "measure",
          "direction", "status", "bound", "damage", "repaired", "period", "area", "kind")  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_the_figures_are_those_of_the_contract_whatever_is_wrong(seed: int) -> None:
    chance = random.Random(seed)
    gold, right = samples()
    found = [dict(r) for r in right]
    for row in chance.sample(found, len(found) // 2):
        name = chance.choice(FIELDS if row["layer"] == "quantity" else ("start", "end", "kind"))
        other = chance.choice(gold)
        if name in ("start", "end"):
            row[name] += chance.choice([-1, 1, 3])
        elif name == "indicator":
            said = row["indicator"]
            row[name] = chance.choice([said[1:], f"{said}数", f"{said} 的", f"{said}十", other.get(name) or ""])
        elif name == "numeral":
            row[name] = str(other.get(name) or "").upper()
        else:
            row[name] = other.get(name)
    found = chance.sample(found, int(len(found) * chance.random())) + chance.sample(found, 20)
    files = chance.sample(sorted({r["file"] for r in gold}), 4)
    agree([r for r in gold if r["file"] in files], found)


# --- what a figure counts --------------------------------------------------------------------------------------------


def figure(found: Score, name: str) -> float | None:
    return found.figures[name].main


@pytest.mark.parametrize(
    ("changed", "right"),
    [
        ({}, "record"),
        ({"indicator": "乡镇卫生院的"}, "record"),
        ({"indicator": "中心卫生院"}, "value"),
        ({"indicator": "村卫生室"}, "value"),
        ({"indicator": "城镇卫生院"}, "value"),
        ({"value": 12.0}, "record"),
        ({"value": 13}, "span"),
        ({"value_max": 13}, "span"),
        ({"base_unit": "所"}, "span"),
        ({"masked": True}, "span"),
        ({"status": "target"}, "indicator"),
        ({"bound": "min"}, "indicator"),
        ({"direction": "up"}, "indicator"),
        ({"end": 8}, ""),
    ],
)
def test_a_metric(changed: Row, right: str) -> None:
    layers = ("span", "value", "indicator", "record")
    found = score([metric()], [metric(**changed)])
    reached = layers[: layers.index(right) + 1] if right else ()
    assert {layer: figure(found, layer) for layer in layers} == {layer: float(layer in reached) for layer in layers}
    assert figure(found, "overlap") == 1


def test_other_wordings_are_as_good() -> None:
    assert figure(score([metric(accept=["卫生院"])], [metric(indicator="卫生院")]), "record") == 1


def test_a_masked_metric_has_no_value() -> None:
    masked = {"masked": True, "value": None, "numeral": "xx"}
    assert figure(score([metric(**masked)], [metric(**masked)]), "record") == 1
    assert figure(score([metric(**masked)], [metric(**masked | {"numeral": "XX"})]), "record") == 1
    assert figure(score([metric(**masked)], [metric(**masked | {"value": 10})]), "value") == 0
    assert figure(score([metric(**masked)], [metric(**masked | {"numeral": "x"})]), "value") == 0


def test_the_unit_of_a_rank_does_not_count() -> None:
    assert figure(score([metric(measure="rank")], [metric(measure="rank", base_unit="位")]), "record") == 1


@pytest.mark.parametrize(("kind", "right"), [("place", 1), ("org", 1), ("date", 0)])
def test_a_mask(kind: str, right: int) -> None:
    found = score([mask()], [mask(kind=kind)])
    assert (figure(found, "mask"), figure(found, "mask+kind")) == (1, right)


def test_a_second_row_at_a_place_is_wrong() -> None:
    found = score([metric()], [metric(), metric(value=13)]).figures["record"]
    assert (found.hit, found.gold, found.pred, found.p, found.r) == (1, 1, 2, 0.5, 1.0)


def test_what_counts() -> None:
    invented = score([metric()], [metric(), metric(start=20, end=23)])
    assert figure(invented, "record") == pytest.approx(2 / 3)
    assert figure(score([metric(optional=True), metric(start=9, end=12)], [metric()]), "span") == 0
    ranged = [{"layer": "range", "file": "a.txt", "start": 0, "end": 10}, metric()]
    assert figure(score(ranged, [metric(), metric(start=20, end=23)]), "span") == 1
    assert figure(score([metric()], [metric(), metric(file="b.txt")]), "span") == 1
    assert figure(score([metric()], [metric(), metric(start=20, end=23, role="date")]), "span") == 1
    assert figure(score([metric(file="x/a.txt")], [metric(file="y/z/a.txt")]), "record") == 1


@pytest.mark.parametrize(
    ("changed", "hit", "alarms"),
    [({}, 1, 0), ({"repaired": None}, 0, 0), ({"damage": "split"}, 0, 0), ({"damage": None, "repaired": None}, 0, 0)],
)
def test_damage(changed: Row, hit: int, alarms: int) -> None:
    hurt = metric(damage="year_scrub", repaired=100)
    found = score([hurt], [hurt | changed]).figures["damage"]
    assert (found.hit, found.r, found.p, found.f1, found.false_alarms) == (hit, hit, None, None, alarms)
    assert score([metric()], [hurt]).figures["damage"].false_alarms == 1


def test_nothing_to_measure_is_no_figure() -> None:
    assert {name: figure(score([metric(period=None, area=None)], []), name) for name in FIGURES} == {
        **dict.fromkeys(("mask", "mask+kind", "damage", "period", "area")),
        **dict.fromkeys(("span", "overlap", "value", "indicator", "record"), 0.0),
    }


def test_gold_itself_is_right_in_everything() -> None:
    gold, _ = samples()
    found = score(gold, gold)
    assert {name: figure(found, name) for name in FIGURES} == dict.fromkeys(FIGURES, 1.0)
    assert found.figures["damage"].false_alarms == 0
    assert list(errors(found)) == []
    assert list(changes(found, found)) == []


@pytest.mark.parametrize("count", [1, 7, 100])
def test_rows_left_out_lower_recall_and_nothing_else(count: int) -> None:
    gold, _ = samples()
    metrics = [r for r in gold if r["layer"] == "quantity" and r["role"] == "metric" and not r.get("optional")]
    gone = random.Random(count).sample(metrics, count)
    found = score(gold, [r for r in gold if r not in gone])
    for name in ("span", "value", "indicator", "record"):
        assert found.figures[name].r == (len(metrics) - count) / len(metrics)
        assert found.figures[name].p == 1.0
    lost = [c for c in changes(score(gold, gold), found) if c["case"] == "lost record"]
    assert sorted((c["file"], c["start"]) for c in lost) == sorted((file_of(r), r["start"]) for r in gone)
    assert [c["case"] for c in errors(found) if c["case"] == "metric missed"] == ["metric missed"] * count


@pytest.mark.parametrize(
    ("gold", "found", "said"),
    [
        ([mask()], [mask(kind="date")], ("mask kind", "kind: place", "kind: date")),
        ([metric(role="date")], [metric(value=None, masked=True)],
         ("metric invented", "role: date", "numeral: 12; base_unit: 家; bound: exact; measure: level; status: actual; "
          "period: 2023年; area: 全市")),
        ([metric()], [metric(value=13, bound="min")], ("value", "value: 12; bound: exact", "value: 13; bound: min")),
        ([metric()], [metric(indicator="村")], ("indicator", "indicator: 乡镇卫生院", "indicator: 村")),
        ([metric()], [metric(direction="up")], ("record", "direction: none", "direction: up")),
        ([metric()], [metric(area=None)], ("area", "area: 全市", "area: none")),
        ([metric(damage="split", repaired=1)], [metric(damage="split")],
         ("damage", "repaired: 1", "repaired: none")),
    ],
)  # fmt: skip
def test_errors_show_what_differs(gold: list[Row], found: list[Row], said: tuple[str, str, str]) -> None:
    (case,) = errors(score(gold, found))
    assert (case["case"], case["gold"], case["found"]) == said


def test_a_missed_row_has_the_sentence_of_its_neighbour() -> None:
    words = "全市有乡镇卫生院12家，村医301人。"
    gold = [metric(start=8, end=11), metric(start=14, end=18, text="301人")]
    (case,) = errors(score(gold, [metric(start=8, end=11, sentence=words)]))
    assert (case["case"], case["sentence"]) == ("metric missed", words)


def test_rules_and_confidence() -> None:
    found = [
        metric(start=n, end=n + 1, rule=rule, confidence=confidence)
        for n, (rule, confidence) in enumerate(
            [("a", 0.9), ("b", 0.89), ("b", 0.8), ("b", 0.6), ("c", 0.0), ("", None)]
        )
    ]
    result = score([metric(start=n, end=n + 1) for n in (0, 1, 2)], found)
    assert {name: (f.hit, f.pred) for name, f in by_rule(result).items()} == {"b": (2, 3), "a": (1, 1), "c": (0, 1)}
    assert {name: (f.hit, f.pred) for name, f in by_confidence(result).items()} == {
        ">=0.9": (1, 1), "0.8-0.9": (2, 2), "0.6-0.8": (0, 1), "<0.6": (0, 1),
    }  # fmt: skip


def test_every_column_has_a_chinese_heading_of_its_own() -> None:
    for columns in (SCORES, CASES):
        headings = [c.title for c in headed(columns, "zh")]
        assert len(set(headings)) == len(headings)
        assert all(h == "F1" or not h.isascii() for h in headings)
