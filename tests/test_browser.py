"""The watch over pages sees what it is there to see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browser import SIZES, open_page, printed, violations

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>试</title>
<main><h1>医院12家</h1>{body}</main></html>"""
BAD = {
    "console": ("<script>console.error('bad')</script>", "error: bad"),
    "a warning": ("<script>console.warn('hm')</script>", "warning: hm"),
    "a script that fails": ("<script>setTimeout(() => {{ throw new Error('boom') }})</script>", "fails: boom"),
    "a picture of the network": ("<img alt='' src='https://example.org/x.png'>", "asks for another file: https://"),
    "another file": ("<img alt='' src='x.png'>", "asks for another file: file://"),
    "a socket": ("<script>new WebSocket('wss://example.org/')</script>", "asks the network: wss://"),
    "a dialog": ("<script>alert(1)</script>", "opens a dialog of the browser: 1"),
    "a window": ("<script>open('about:blank')</script>", "opens a window"),
}


def faults_of(browser: Any, path: Path, body: str) -> tuple[Any, list[str]]:
    path.write_text(PAGE.replace("{body}", body.replace("{{", "{").replace("}}", "}")), encoding="utf-8")
    faults: list[str] = []
    page = open_page(browser, path, faults)
    page.wait_for_timeout(100)
    return page, faults


@pytest.mark.parametrize("case", BAD)
def test_what_a_page_must_not_do_is_noted(browser: Any, tmp_path: Path, case: str) -> None:
    body, expected = BAD[case]
    page, faults = faults_of(browser, tmp_path / "page.html", body)
    page.context.close()
    assert any(expected in fault for fault in faults), faults


def test_a_good_page_has_no_faults(browser: Any, tmp_path: Path) -> None:
    page, faults = faults_of(browser, tmp_path / "page.html", "<p>床位1234张</p><script>console.log(1)</script>")
    assert faults == []
    assert violations(page) == []
    assert "床位1234张" in printed(page)
    page.context.close()


def test_axe_finds_what_keeps_people_out(browser: Any, tmp_path: Path) -> None:
    page, _ = faults_of(browser, tmp_path / "page.html", "<input><p style='color:#ddd'>faint</p>")
    found = "\n".join(violations(page))
    page.context.close()
    assert "label" in found
    assert "color-contrast" in found


@pytest.mark.parametrize("size", SIZES)
def test_pages_have_the_size_that_is_asked_for(browser: Any, tmp_path: Path, size: str) -> None:
    (tmp_path / "page.html").write_text(PAGE.replace("{body}", ""), encoding="utf-8")
    page = open_page(browser, tmp_path / "page.html", [], size=size)
    assert page.evaluate("innerWidth") == SIZES[size]["viewport"]["width"]
    page.context.close()
