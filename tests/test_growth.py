"""Growth between years beside the growth that reports claim."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from texts import LEXICON, document
from typer.testing import CliRunner, Result

from hreport.analyse import analyse
from hreport.cli import app
from hreport.figures import Selection
from hreport.growth import growth
from hreport.record import Row, observation_rows


def rows(*texts: str) -> list[Row]:
    return [r for n, text in enumerate(texts) for r in observation_rows(analyse(document(text), LEXICON), f"{n}.txt")]


def one(*texts: str) -> Row:
    (found,) = growth(rows(*texts), LEXICON, Selection())
    return found


def told(year: int, sentence: str) -> str:
    return f"青州市{year}年卫生健康工作总结\n{sentence}"


@pytest.mark.parametrize(
    ("before", "after", "agrees"),
    [
        ("全市总诊疗人次512万人次。", "全市总诊疗人次537.6万人次，增长5%。", "yes"),
        ("全市总诊疗人次512万人次。", "全市总诊疗人次537.6万人次，增长5.4%。", "no"),
        ("全市地区生产总值500亿元。", "全市地区生产总值525亿元，增长6.2%。", "incomparable"),
        ("全市总诊疗人次xxx万人次。", "全市总诊疗人次537.6万人次，增长5%。", None),
    ],
)
def test_a_claim_is_held_against_the_levels(before: str, after: str, agrees: str | None) -> None:
    found = one(told(2022, before), told(2023, after))
    assert found.get("agrees") == agrees


def test_digits_that_were_rounded_leave_room() -> None:
    found = one(told(2022, "全市总诊疗人次500.4万人次。"), told(2023, "全市总诊疗人次525.0万人次，增长4.9%。"))
    assert found["growth_low"] < found["growth"] < found["growth_high"]
    assert (found["level_before"], found["level"], found["claimed"]) == (500.4, 525, 4.9)


def test_a_claim_alone_implies_the_level_before() -> None:
    found = one(told(2023, "全市卫生健康支出5.19亿元，增长35.2%。"))
    assert found["implied_low"] < 3.84 < found["implied_high"]
    assert found.get("growth") is None


def test_every_number_says_where_it_stands() -> None:
    found = one(told(2022, "全市总诊疗人次512万人次。"), told(2023, "全市总诊疗人次537.6万人次，增长5%。"))
    assert found["level_before_source"].startswith("0.txt#1:")
    assert found["level_source"].endswith(" 537.6万人次")
    assert found["claimed_source"].endswith(" 5%")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text(told(2022, "全市总诊疗人次512万人次。"), "utf-8")
    Path("b.txt").write_text(told(2023, "全市总诊疗人次537.6万人次，增长5%。"), "utf-8")
    return lambda *given: CliRunner().invoke(app, ["compare", *given])


def test_the_command(run: Callable[..., Result]) -> None:
    out = run("a.txt", "b.txt", "--growth", "-f", "csv").stdout
    assert ",512.0,537.6,5.0," in out
    assert ",yes," in out
    assert "two years in a row" in run("a.txt", "--growth").stderr
