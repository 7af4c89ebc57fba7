"""`compare --suggest`: wordings that no indicator claims, and lines that may be pasted into an own catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hreport.lexicon import load
from hreport.record import EXTRACT, SUGGEST, Row
from hreport.resolve import indicator_id
from hreport.suggest import suggest

LEXICON = load()


def row(indicator: str, **given: Any) -> Row:
    values: Row = {c.name: None for c in EXTRACT}
    return values | {
        "file": "a.txt", "report": 1, "start": 10, "end": 15, "value": 5, "unit": "万人次", "base_unit": "人次",
        "masked": False, "indicator": indicator, "measure": "level", "status": "actual", "sentence": "s。",
    } | given  # fmt: skip


def found(*rows: Row, **options: str) -> list[Row]:
    return list(suggest(rows, LEXICON, **options))


def test_wordings_that_are_read_alike_are_one() -> None:
    rows = [row("全市图书馆到馆人次", file=f"{n}.txt") for n in range(2)]
    rows += [
        row("累计图书馆到馆人次", file="2.txt"),
        row("图书馆到馆人次达到", file="3.txt"),
        row("图书馆到馆人次", file="3.txt"),
    ]
    (one,) = found(*rows)
    assert (one["wording"], one["reports"], one["figures"], one["unit"]) == ("图书馆到馆人次", 4, 5, "万人次")
    assert one["variants"].split("|")[0] == "全市图书馆到馆人次"
    assert one["example"] == "s。"
    assert list(one) == [c.name for c in SUGGEST]


def test_other_measures_and_units_stand_apart() -> None:
    rows = [row("图书馆"), row("图书馆", unit="家", base_unit="家"), row("图书馆", unit="个", base_unit="个")]
    assert sorted((r["unit"], r["figures"]) for r in found(*rows)) == [("万人次", 1), ("个", 2)]
    growth = row("图书馆", measure="change_rate", unit="%", base_unit="%")
    assert len(found(row("图书馆"), growth)) == 1
    assert len(found(row("图书馆"), growth, measure="all")) == 2


def test_those_of_most_reports_come_first_and_what_names_nothing_last() -> None:
    rows = [row("甲事", file=f"{n}.txt") for n in range(2)] + [row("乙事", start=n) for n in range(5)]
    rows += [row("措施", file=f"{n}.txt", unit="项", base_unit="项") for n in range(9)]
    assert [r["wording"] for r in found(*rows)] == ["甲事", "乙事", "措施"]


def test_known_figures_and_those_of_another_status_are_left_out() -> None:
    assert found(row("床位", indicator_id="beds_total"), row("甲事", status="target")) == []


def test_the_nearest_indicator_must_fit_the_unit() -> None:
    rate = {"unit": "‰", "base_unit": "‰"}
    (near,) = found(row("农村婴儿死亡率", **rate))
    assert (near["nearest"], near["nearest_name"]) == ("infant_mortality", "婴儿死亡率")
    assert near["alias_entry"] == 'infant_mortality = { add_aliases = ["农村婴儿死亡率"] }'
    (none,) = found(row("农村婴儿死亡率", unit="亿元", base_unit="元"))
    assert none["nearest"] is none["alias_entry"] is None


def test_both_lines_can_be_pasted(tmp_path: Path) -> None:
    rows = [
        row("图书馆到馆人次"),
        row('带"引号"的5G站', unit="个", base_unit="个"),
        row("农村婴儿死亡率", unit="‰", base_unit="‰"),
        row("图书馆到馆", unit="万次", base_unit="次"),
    ]
    suggested = found(*rows)
    own = tmp_path / "own.toml"
    own.write_text("[indicators]\n" + "\n".join(r["entry"] for r in suggested), "utf-8")
    lexicon = load(own)
    assert len(lexicon.indicators) == len(LEXICON.indicators) + 4
    assert indicator_id("全市图书馆到馆人次", "人次", lexicon) == "tu_shu_guan_dao_guan_ren_ci"
    own_aliases = tmp_path / "aliases.toml"
    own_aliases.write_text("\n".join(r["alias_entry"] for r in suggested if r["alias_entry"]), "utf-8")
    assert indicator_id("农村婴儿死亡率", "‰", load(own_aliases)) == "infant_mortality"


def test_what_was_added_makes_an_indicator_that_counts_it(tmp_path: Path) -> None:
    (one,) = found(row("图书馆", measure="change", direction="up", unit="家", base_unit="家"), measure="change")
    assert one["entry"].endswith('{ name = "新增图书馆", unit = "家", flow = true }')
    own = tmp_path / "own.toml"
    own.write_text(one["entry"], "utf-8")
    assert indicator_id("图书馆", "家", load(own), "change", "", "up") == "xin_zeng_tu_shu_guan"


def test_a_unit_that_is_not_known_makes_no_line() -> None:
    (one,) = found(row("甲事", unit="桌", base_unit="桌"))
    assert (one["unit"], one["entry"]) == ("桌", None)
    assert (
        found(row("甲率", measure="change", unit="个百分点", base_unit="百分点"), measure="change")[0]["entry"] is None
    )
