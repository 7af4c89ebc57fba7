"""An installed Chromium, driven by Playwright, for the tests of the pages; nothing is ever downloaded.

A test asks for `opened` and gets pages that are watched: whatever they say in the console as a warning or an error,
whatever fails in their scripts, every dialog, and everything that they ask of the network or the disk is a fault at the
test's end.
Where there is no browser the tests are skipped, or fail if HREPORT_BROWSER says that one is required.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge")
REQUIRED = os.environ.get("HREPORT_BROWSER") == "required"
# A browser that stays quiet: no sandbox (tests may run as root), and nothing of its own that asks the network.
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-component-update",
    "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
SIZES: Mapping[str, Mapping[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {
        "viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2,
    },
}  # fmt: skip
INSIDE = ("data:", "blob:", "about:")  # what a page may ask for beside itself
LONGEST = 15_000  # milliseconds that anything may take, on a busy machine
SERIOUS = ("serious", "critical")  # impacts of what axe finds that are faults

Open: TypeAlias = "Callable[..., Page]"


def why_not() -> str:
    """Why there is no browser to test in, empty where there is one."""
    if find_spec("playwright") is None:
        return "playwright is not installed: pip install '.[dev]'"
    if installed() is None:
        return f"no browser is installed (looked for {', '.join(NAMES)}): apt-get install chromium"
    return ""


def installed() -> str | None:
    """Where the browser is."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def running() -> Iterator[Browser]:
    """The browser, started; ended when this is left."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=installed(), args=list(ARGUMENTS))
        try:
            yield program
        finally:
            program.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a file, which need none of another's."""
    if reason := why_not():
        if REQUIRED:
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with running() as program:
        yield program


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """How to open a file of the disk: `opened(path, size="phone", dark=True)` gives its watched page. What such a page
    must not do fails the test when it ends."""
    faults: list[str] = []
    pages: list[Page] = []

    def open_(path: Path, **how: Any) -> Page:
        pages.append(open_page(browser, path, faults, **how))
        return pages[-1]

    yield open_
    for page in pages:
        page.context.close()
    assert faults == []


def open_page(
    browser: Browser,
    path: Path,
    faults: list[str],
    *,
    size: str = "desktop",
    dark: bool = False,
    at: str = "",
    script: str = "",
) -> Page:
    """Open a file of the disk, behind its name perhaps `#...`, in a context of its own without a network, and note its
    faults; a script may run before those of the page."""
    context = browser.new_context(**SIZES[size], color_scheme="dark" if dark else "light", offline=True)
    context.set_default_timeout(LONGEST)
    if script:
        context.add_init_script(script)
    page = context.new_page()
    watch(page, faults)
    page.goto(path.resolve().as_uri() + at)
    return page


def watch(page: Page, faults: list[str]) -> None:
    """Note every fault of a page."""

    def asked(request: Request) -> None:
        if not request.url.startswith(INSIDE) and not request.is_navigation_request():
            faults.append(f"asks for another file: {request.url[:200]}")

    def asked_back(dialog: Any) -> None:
        faults.append(f"opens a dialog of the browser: {dialog.message[:200]}")
        dialog.dismiss()

    page.on("console", lambda m: faults.append(f"{m.type}: {m.text[:500]}") if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(f"fails: {str(error)[:500]}"))
    page.on("request", asked)
    page.on("websocket", lambda socket: faults.append(f"asks the network: {socket.url[:200]}"))
    page.on("dialog", asked_back)
    page.on("popup", lambda other: faults.append(f"opens a window: {other.url[:200]}"))


def violations(page: Page) -> list[str]:
    """What axe-core finds on a page as it is now, that keeps people out: a line for each element."""
    source = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(source)
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['impact']} {one['id']}: {one['help']}: {node['html'][:160]} ({node['failureSummary'][:300]})"
        for one in found["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


def painted(page: Page) -> None:
    """Wait until what has been asked of the page is on the screen."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def printed(page: Page) -> str:
    """The text of the page on paper."""
    import pypdfium2

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.pdf"
        page.pdf(path=path, prefer_css_page_size=True)
        document = pypdfium2.PdfDocument(path)
        try:
            return "\n".join(sheet.get_textpage().get_text_range() for sheet in document)
        finally:
            document.close()
