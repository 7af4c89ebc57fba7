"""The scripts and styles of the page of `hreport report`, read as text: every word that they ask for is there, none is
left over, and nothing of a document can become markup. What they do is tested in a browser."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from hreport.pages.words import words
from hreport.record import MEASURES, STATUSES

ASSETS = files("hreport") / "pages" / "assets"
SCRIPTS = re.findall(r'<script src="([\w.]+)">', (ASSETS / "report.html").read_text(encoding="utf-8"))
FILES = ("report.html", "common.css", "report.css", *SCRIPTS)

# Keys that are put together: word(`fact_${name}`). Of these every one that begins so is asked for.
PIECED = re.compile(r"word\(`(\w+_)\$\{")


def text(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def asked() -> set[str]:
    """The keys that stand in the template and the scripts."""
    named = re.findall(r'data-word(?:-label|-placeholder)?="(\w+)"', text("report.html"))
    named += re.findall(r"\{\{words\.(\w+)\}\}", text("report.html"))
    for script in SCRIPTS:
        named += re.findall(r'\bword\("(\w+)"', text(script))
        for condition in re.findall(r"\bword\((\w[^()`]*\?[^()`]*)\)", text(script)):  # word(across ? "places" : "x")
            named += re.findall(r'"(\w+)"', condition)
    return set(named)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_word_that_the_page_asks_for_is_there(language: str) -> None:
    known = {key for key, value in words()[language].items() if isinstance(value, str)}
    assert asked() - known == set()
    beginnings = {start for script in SCRIPTS for start in PIECED.findall(text(script))}
    assert {b for b in beginnings if not any(key.startswith(b) for key in known)} == set()
    left = {key for key in known - asked() if not any(key.startswith(b) for b in beginnings)}
    assert left <= {key for key in known if any(f'"{key}"' in text(script) for script in SCRIPTS)}


@pytest.mark.parametrize("name", FILES)
def test_no_word_stands_in_the_code(name: str) -> None:
    assert not re.search("[\u4e00-\u9fff]", text(name))


@pytest.mark.parametrize("name", SCRIPTS)
def test_text_of_documents_never_becomes_markup(name: str) -> None:
    assert not re.search(r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|DOMParser)\b", text(name))


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_asked_of_a_network(name: str) -> None:
    assert not re.search(r"https?://\w|\bfetch\(|XMLHttpRequest|@import|url\(", text(name))


def test_the_page_offers_every_status_and_measure() -> None:
    state = text("state.js")
    for constant, known in (("STATUSES", STATUSES), ("MEASURES", MEASURES)):
        listed = re.search(rf"const {constant} = \[(.*?)\];", state)
        assert listed is not None
        assert re.findall(r'"(\w+)"', listed[1]) == list(known)
