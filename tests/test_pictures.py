"""Charts and pictures: what is drawn of a mask, of damage and of a target; in hanzi, and offline."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import vl_convert
from PIL import Image
from running import hreport
from test_compare import made, masked, row

from hreport import charts, pictures
from hreport.record import EXTRACT, Row
from hreport.writers import save

has_font = pytest.mark.skipif(not pictures.can_draw_chinese(), reason="no font here draws Chinese: fonts-noto-cjk")


def figure(area: str, number: float | None = None, **given: Any) -> Row:
    record = {"area": area, "year": 2023, "number": number, "number_max": None, "low": None, "high": None,
              "shown": str(number), "state": "plain", "status": "actual", "bound": "exact", "text": None}  # fmt: skip
    return record | given


FIGURES = [
    figure("甲市", 49.8),
    figure("乙市", 51.6, shown="51.6 †", state="repaired"),
    figure("丙市", shown="xx.x%", state="masked", low=10, high=99.9),
    figure("丁市", shown="XX%", state="masked"),
    figure("戊市", 9618, shown="9618 ⚠", state="damaged", text="9618%"),
    figure("己市", 45, shown="≥45", bound="min"),
    figure("甲市", 55, shown="≥55", status="target", bound="min"),
    figure("甲市", 44, shown="44", status="reference"),
    figure("庚市", 40, number_max=44, shown="40~44", bound="range"),
]
OVER_YEARS = [
    figure("甲市", 90.1, year=2019), figure("甲市", 90.5, year=2020), figure("甲市", 91.5, year=2022),
    figure("甲市", 91.9, year=2023), figure("乙市", 88.0, year=2019),
    figure("乙市", year=2020, shown="xx.x%", state="masked", low=10, high=99.9),
    figure("乙市", 89.0, year=2021), figure("乙市", 95, year=2024, status="target", shown="95"),
    figure("丙市", 9618, year=2020, shown="9618 ⚠", state="damaged", text="9618%"),
    figure("丙市", 87.5, year=None, shown="87.5"),
]  # fmt: skip


def drawn(spec: charts.Spec, figures: list[Row], theme: str = "light") -> str:
    whole = {**spec, "datasets": {"figures": figures}}
    svg: str = vl_convert.vegalite_to_svg(whole, config=charts.config(theme), show_warnings=True, allowed_base_urls=[])
    return svg


def texts(svg: str) -> list[str]:
    """The texts of a drawing, in its order."""
    root = ElementTree.fromstring(svg)
    return ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]


def marks(svg: str, sort: str) -> int:
    return len(re.findall(f'aria-roledescription="{sort}"', svg))


@pytest.mark.parametrize("theme", charts.THEMES)
def test_bars_say_what_is_known_and_what_is_not(theme: str, capfd: pytest.CaptureFixture[str]) -> None:
    svg = drawn(charts.bars("zh", title="覆盖率", unit="%"), FIGURES, theme)
    assert "WARN" not in "".join(capfd.readouterr())
    said = texts(svg)
    for words in (
        "覆盖率",
        "%",
        "51.6 †",
        "xx.x% (10–99.9)",
        "XX%",
        "⚠ 9618%",
        "≥45",
        "49.8 · 目标 ≥55 · 参考值 44",
        "40~44",
    ):
        assert words in said
    assert not [words for words in said if "," in words]  # no axis reaches to what is damaged
    # The known ones, the rest of the range and the frame of the hatch: what is masked whole or damaged is no bar.
    assert marks(svg, "bar") == 4 + 1 + 1
    assert marks(svg, "rule mark") > 20  # the hatch


def test_bars_stand_by_size_and_the_unknown_last() -> None:
    said = texts(drawn(charts.bars("en"), FIGURES))
    names = [words for words in said if re.fullmatch(r".市", words)]
    assert names == ["乙市", "甲市", "己市", "庚市", "丙市", "丁市", "戊市"]


def test_an_interval_does_not_press_the_bars_together() -> None:
    wide = figure("癸市", shown="xxxxxxx", state="masked", low=1_000_000, high=9_999_999)
    said = texts(drawn(charts.bars("en"), [figure("甲市", 40), wide]))
    assert "xxxxxxx (1,000,000–9,999,999)" in said
    assert max(float(words) for words in said if re.fullmatch(r"\d+", words)) == 80


def test_lines_break_at_gaps_masks_and_damage(capfd: pytest.CaptureFixture[str]) -> None:
    svg = drawn(charts.lines("zh", title="管理率", unit="%"), OVER_YEARS)
    assert "WARN" not in "".join(capfd.readouterr())
    # 2019-2020 and 2022-2023 of one place, and the interval of a mask: nothing is drawn across the rest.
    assert marks(svg, "rule mark") == 3
    said = texts(svg)
    assert {"xx.x%", "⚠ 9618%", "?", "甲市", "乙市", "丙市"} <= set(said)
    assert "10,000" not in said


def test_panels_hold_every_place(capfd: pytest.CaptureFixture[str]) -> None:
    many = [figure(f"第{n}市", n, year=year) for n in range(12) for year in (2021, 2022)]
    svg = drawn(charts.panels("zh", unit="%"), many)
    assert "WARN" not in "".join(capfd.readouterr())
    assert {f"第{n}市" for n in range(12)} <= set(texts(svg))
    assert marks(svg, "rule mark") == 12


def test_the_page_gets_plain_data() -> None:
    kept = charts.for_page()
    assert json.loads(json.dumps(kept, ensure_ascii=False)) == kept
    assert "http" not in json.dumps(kept)
    assert set(kept) == {"en", "zh", "kinds", "config"}


def places(count: int) -> list[Row]:
    return [
        row(area_name=f"第{n}市", area_id="", value=50 + n / 10, text=f"{50 + n / 10}%", start=n * 20, end=n * 20 + 5)
        for n in range(count)
    ]


COMPARED = (
    row(),
    row(area_name="宁波市", area_id="330200", value=90, text="90%", file="b.txt"),
    masked(area_name="温州市", area_id="330300", low=10, high=99.9, file="c.txt"),
    row(area_name="丽水市", area_id="331100", value=None, text="9.%", damage="cut", file="d.txt"),
    row(indicator_id="beds", base_unit="张", unit="张", text="800张", value=800, start=30, end=35),
)


def test_cells_are_those_of_the_pivot() -> None:
    found = made(*COMPARED)
    shown = {(c["line"], c["place"]): c["shown"] for c in found.cells}
    pivot = {
        (n, name): str(value)
        for n, line in enumerate(found.rows)
        for name, value in line.items()
        if name in {c["place"] for c in found.cells}
    }
    assert shown == pivot
    damaged = next(c for c in found.cells if c["state"] == "damaged")
    assert damaged["number"] is None


def test_a_heat_table_has_the_text_of_every_cell() -> None:
    found = made(*COMPARED)
    svg = pictures.svg(pictures.chart_of(found, "zh", one=False, over_years=False))
    said = texts(svg)
    assert all(c["shown"] in said for c in found.cells)
    assert {"覆盖率 (%)", "床位数 (张)", "杭州市", "各地指标对比"} <= set(said)
    outside = re.sub(r'xmlns(:\w+)?="[^"]*"', "", svg)
    assert "http" not in outside
    assert svg.count("font-family") == 1  # said once, and as a list that others have something of
    assert "Microsoft YaHei" in svg


def test_a_picture_has_limits_and_says_so() -> None:
    found = made(*places(70))
    heat = pictures.chart_of(found, "en", one=False, over_years=False)
    assert heat.left_out[0].values == {"count": 70 - pictures.MOST_PLACES, "most": pictures.MOST_PLACES}
    bars = pictures.chart_of(found, "en", one=True, over_years=False)
    assert bars.left_out[0].values["count"] == 70 - pictures.MOST_BARS
    assert len(bars.spec["datasets"]["figures"]) == pictures.MOST_BARS


def test_two_places_of_one_name_have_lines_of_their_own() -> None:
    both = [row(area_name="鼓楼区", area_id=code, year=year, start=int(code) + year, end=int(code) + year + 1)
            for code in ("320106", "350102") for year in (2023, 2024)]  # fmt: skip
    chart = pictures.chart_of(made(*both, by="area,year"), "zh", one=True, over_years=True)
    assert {r["area"] for r in chart.spec["datasets"]["figures"]} == {"鼓楼区 320106", "鼓楼区 350102"}


def test_what_no_drawing_may_hold_is_replaced() -> None:
    """A control character would end the drawing library, and with it the program; half a hanzi, too."""
    found = made(row(area_name="<b>\x1b[31m\u202e\x00市", area_id="", text="xx", masked=True, value=None, numeral="xx"),
                 row(area_name="𠮷" * 60, area_id="", file="b.txt"))  # fmt: skip
    for one in (True, False):
        svg = pictures.svg(pictures.chart_of(found, "zh", one=one, over_years=False))
        assert "\x1b" not in svg
        assert "\u202e" not in svg
        assert any(words.startswith("<b>\ufffd") for words in texts(svg))


@has_font
def test_hanzi_are_drawn_and_no_boxes() -> None:
    assert pictures._boxes("测国繁体\u0378") == {"\u0378"}
    font = pictures.font()
    assert font is not None
    assert font.path.is_file()


@has_font
def test_signs_without_a_glyph_have_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_boxes", lambda characters: set(characters) & set("⚠𠮷"))
    assert pictures.without_boxes("<text>9 ⚠ 𠮷市</text>") == ("<text>9 (!) 〓市</text>", ["𠮷"])


@has_font
def test_the_same_bytes_twice_at_300_dots_an_inch() -> None:
    found = made(*COMPARED)
    chart = pictures.chart_of(found, "zh", one=True, over_years=False)
    first, second = (pictures.png(pictures.svg(chart)) for _ in range(2))
    assert first == second
    image = Image.open(io.BytesIO(first))
    assert [round(x) for x in image.info["dpi"]] == [300, 300]
    assert image.width > 1500


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = [row(indicator_id=name, file="a.txt", start=n, end=n + 4, value=35, text="35%")
            for n, name in enumerate(("infant_mortality", "health_literacy"))]  # fmt: skip
    rows.append(row(indicator_id="health_literacy", year=2023, value=30, text="30%", start=50, end=54))
    save(rows, EXTRACT, Path("rows.csv"), "csv")
    return tmp_path


@has_font
def test_compare_draws(folder: Path) -> None:
    done = hreport("compare", "rows.csv", "--png", "a.png", "--svg", "a.svg", "--lang", "zh")
    assert done.code == 0
    assert done.rows
    assert "a.png" in done.said
    assert "a.svg" in done.said
    assert "居民健康素养水平 (%)" in texts(Path("a.svg").read_text(encoding="utf-8"))
    assert Image.open("a.png").format == "PNG"
    before = Path("a.svg").read_bytes()
    again = hreport("compare", ".", "--png", "a.png", "--svg", "a.svg", "--lang", "zh", "-q")
    assert again.code == 0  # neither picture is read
    assert Path("a.svg").read_bytes() == before


def test_one_indicator_over_years_is_drawn_as_lines(folder: Path) -> None:
    asked = ("compare", "rows.csv", "--indicator", "health_literacy", "--svg", "a.svg", "-q", "--headers", "zh")
    assert hreport(*asked, "--by", "area,year").code == 0
    lines = Path("a.svg").read_text(encoding="utf-8")
    assert marks(lines, "rule mark") == 1
    assert {"2023", "2024", "居民健康素养水平"} <= set(texts(lines))
    assert hreport(*asked).code == 0
    assert marks(Path("a.svg").read_text(encoding="utf-8"), "bar") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "x.png"), "give --png x.png"),
        (("-o", "x.svg"), "give --svg x.svg"),
        (("--png", "x.png", "--suggest"), "without --suggest"),
        (("--svg", "x.svg", "-f", "sdmx"), "sdmx"),
        (("--png", "x.png", "--svg", "x.png"), "--png and --svg are the same file"),
        (("--svg", "rows.csv"), "one of the files to read: give another --svg"),
    ],
)
def test_misuse_is_said_at_once(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    done = hreport("compare", "rows.csv", *arguments)
    assert done.code == 2
    assert said in done.said
    assert sorted(p.name for p in folder.iterdir()) == ["rows.csv"]


def test_nothing_to_draw_is_said(folder: Path) -> None:
    done = hreport("compare", "rows.csv", "--svg", "x.svg", "--year", "1999")
    assert "x.svg: not written" in done.said
    assert not Path("x.svg").exists()


def test_without_a_font_a_png_is_refused_and_a_svg_is_drawn(folder: Path) -> None:
    """In a process of its own that sees no fonts: no picture is full of boxes."""
    Path("fonts.conf").write_text(f"<fontconfig><dir>{folder}/none</dir></fontconfig>", encoding="utf-8")
    program = (
        "from hreport import pictures; pictures._font_folders = lambda: iter(()); from hreport.cli import main; main()"
    )
    environment = {**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", program, "compare", "rows.csv", "--lang", "en", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)

    if sys.platform == "linux":  # elsewhere the drawing library looks into the system's own folders
        refused = run("--png", "x.png")
        assert refused.returncode == 2
        assert "no font here draws Chinese" in refused.stderr
        assert "fonts-noto-cjk" in refused.stderr
        assert not Path("x.png").exists()
    assert run("--svg", "x.svg").returncode == 0
    assert "杭州市" in texts(Path("x.svg").read_text(encoding="utf-8"))


@has_font
def test_fonts_that_only_the_folders_know_are_used(folder: Path) -> None:
    """Where fontconfig lists nothing (a container, a Mac), fonts are found in the usual folders and registered."""
    Path("fonts.conf").write_text(f"<fontconfig><dir>{folder}/none</dir></fontconfig>", encoding="utf-8")
    font = pictures.font()
    assert font is not None
    program = (
        "import sys; from pathlib import Path; from hreport import pictures; "
        "pictures._font_folders = lambda: iter([Path(sys.argv[1])]); "
        "assert pictures.can_draw_chinese(); print(len(pictures.fonts()))"
    )
    environment = {**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")}
    command = [sys.executable, "-c", program, str(font.path.parent)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 1
