"""Draws the pictures of the READMEs and of the documentation: `python docs/pictures.py` writes them to `docs/images`.

For each language the page of `hreport report` on the samples, as a browser shows it; what a click on a damaged figure
opens there; and a chart of `hreport compare --png`. Needs `.[dev]`, Chromium and a font with hanzi.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from typer.testing import CliRunner

from hreport.cli import app
from hreport.messages import LANGUAGES

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
sys.path.insert(0, str(ROOT / "tests"))
from browser import running  # noqa: E402

READ = ["samples/", "--manifest", "samples/manifest.csv"]
INDICATORS = (
    "infant_mortality", "maternal_mortality", "health_literacy", "epi_coverage", "maternal_system_mgmt_rate",
    "child_system_mgmt_u3", "htn_standard_rate", "beds_per_1000", "e_health_record_rate", "life_expectancy",
)  # fmt: skip
AREAS = ("宜兴", "青州", "邹城", "丽水", "绵阳", "福清", "广元", "XX市")
CHART = [*READ, "--indicator", "婴儿死亡率"]
SIZE = {"width": 1180, "height": 940}
CHART_WIDTH = 1200  # pixels; at 300 dpi a chart is larger than a README shows it
COLORS = 128


def run(*arguments: str) -> None:
    """Run a command of hreport; SystemExit with what it says if it fails."""
    result = CliRunner().invoke(app, list(arguments))
    if result.exit_code:
        sys.exit(result.output)


def save(picture: Image.Image, name: str) -> None:
    """Save a picture small."""
    IMAGES.mkdir(exist_ok=True)
    few = picture.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
    few.save(IMAGES / name, optimize=True)
    print(IMAGES / name, (IMAGES / name).stat().st_size)


def pictures(path: Path) -> dict[str, Image.Image]:
    """What a browser shows of a page, and of a damaged figure after a click on it, by the names of the pictures."""
    with running() as browser:
        shown = browser.new_page(viewport=SIZE)
        shown.goto(path.as_uri())
        shown.locator("#filters[open] > summary").click()
        table = shown.screenshot()
        shown.locator("#heat td[data-state=damaged]").first.click()
        shown.wait_for_selector("#detail-sentence mark")
        words = shown.locator("#detail").screenshot()
    return {name: Image.open(BytesIO(drawn)) for name, drawn in (("report", table), ("words", words))}


def main() -> None:
    """Draw all of them."""
    with TemporaryDirectory() as folder:
        for language in LANGUAGES:
            report, chart = Path(folder, "report.html"), Path(folder, "chart.png")
            chosen = [word for name in INDICATORS for word in ("--indicator", name)]
            chosen += [word for name in AREAS for word in ("--area", name)]
            run("report", *READ, *chosen, "-o", str(report), "--lang", language, "-q")
            for name, picture in pictures(report).items():
                save(picture, f"{name}.{language}.png")
            run("compare", *CHART, "--png", str(chart), "--lang", language, "-q")
            drawn = Image.open(chart)
            save(drawn.resize((CHART_WIDTH, round(drawn.height * CHART_WIDTH / drawn.width))), f"chart.{language}.png")


if __name__ == "__main__":
    main()
