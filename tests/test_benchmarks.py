"""The benchmarks run, and write the same figures into both pages. How fast anything is, no test says."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from examples import ROOT

sys.path.append(str(ROOT / "benchmarks"))
import run as benchmarks
import tables
from scaling import slope

CHINESE = re.compile("[\u4e00-\u9fff]")
PART = re.compile(r"<!-- figures: (\w+) -->\n(.*?)<!-- end of figures -->", re.DOTALL)


def parts(folder: Path, language: str) -> dict[str, str]:
    """What stands between the marks of a page."""
    return dict(PART.findall((folder / tables.PAGES[language]).read_text("utf-8")))


def rows(text: str) -> list[list[str]]:
    """The cells of all tables, headings too."""
    return [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.split("\n") if line.startswith("|")]


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages after a quick run of some parts."""
    folder = tmp_path_factory.mktemp("docs")
    for name in tables.PAGES.values():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "docs" / name, folder / name)
    command = [sys.executable, str(ROOT / "benchmarks" / "run.py"), "--quick", "--docs", str(folder)]
    done = subprocess.run([*command, "--only", "extraction,again"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_pages_have_a_place_for_every_part() -> None:
    for language in tables.PAGES:
        assert parts(ROOT / "docs", language).keys() >= {"machine", *benchmarks.PARTS}


def test_what_was_measured_is_written_and_the_rest_stays(docs: Path) -> None:
    for language in tables.PAGES:
        before, after = parts(ROOT / "docs", language), parts(docs, language)
        measured = {"machine", "extraction", "again"}
        assert all(before[part] == after[part] for part in after.keys() - measured)
        assert all(len(rows(after[part])) > 2 for part in measured)
        assert "`jieba.lcut`" in after["extraction"]


def test_both_languages_have_the_same_figures(docs: Path) -> None:
    english, chinese = (parts(docs, language) for language in ("en", "zh"))
    for part in ("machine", "extraction", "again"):
        figures = [
            re.findall(r"\d[\d.,%]*", "".join("|".join(row) for row in rows(text[part]))) for text in (english, chinese)
        ]
        assert figures[0] == figures[1] != []


@pytest.mark.parametrize("part", ["extraction", "again"])
def test_the_chinese_page_is_chinese(docs: Path, part: str) -> None:
    text = parts(docs, "zh")[part]
    cells = [cell for row in rows(text) for cell in row] + [line for line in text.split("\n") if line[:1] != "|"]
    for cell in cells:
        assert CHINESE.search(cell) or not re.search("[a-z]{3}", re.sub("`[^`]*`", "", cell)), cell


def test_mistakes_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--only", "extration"], ["--texts", "ours=nowhere"], ["--peers", "no-python"]):
        with pytest.raises(SystemExit):
            benchmarks.main(arguments)
        assert "Traceback" not in (said := capsys.readouterr().err)
        assert arguments[1].rpartition("=")[2] in said


def test_every_part_is_there() -> None:
    for module, name in benchmarks.PARTS.values():
        assert callable(getattr(import_module(module), name))


def test_a_slope_of_one_is_twice_as_long_for_twice_as_much() -> None:
    assert slope([(1, 3), (10, 30), (100, 300)]) == pytest.approx(1)
    assert slope([(1, 1), (10, 100)]) == pytest.approx(2)
