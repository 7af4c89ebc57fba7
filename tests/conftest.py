"""What holds for all tests: they read English, whatever the developer's locale is, and share one kind of browser."""

import os
from pathlib import Path
from typing import Any

import pytest
from browser import browser, opened

__all__ = ["browser", "opened"]

os.environ["HREPORT_LANG"] = "en"


@pytest.fixture(scope="session")
def samples_read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what comes of reading the samples, so that examples share it."""
    return tmp_path_factory.mktemp("samples")


@pytest.fixture(scope="session")
def samples_page(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """A folder with the page of the samples (`page.html`) and a table of the rows that it was made of (`rows.csv`), and
    these rows: the samples are read once for all who look at them."""
    from running import hreport

    from hreport.pages import report as pages
    from hreport.record import EXTRACT
    from hreport.writers import save

    at = tmp_path_factory.mktemp("samples")
    samples = Path(__file__).parents[1] / "samples"
    rows: list[dict[str, Any]] = []
    page = pages.page

    def listening(given: Any, *arguments: Any, **options: Any) -> Any:
        rows.extend(row for row in given.rows if row["layer"] == "quantity")
        return page(given, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "page", listening)
        manifest = ("--manifest", str(samples / "manifest.csv"))
        done = hreport("report", str(samples), *manifest, "-o", str(at / "page.html"), "-q")
    assert done.code == 0, done.said
    save(rows, EXTRACT, at / "rows.csv", "csv")
    return at, rows
