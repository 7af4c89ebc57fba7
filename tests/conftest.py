"""What holds for all tests: they read English, whatever the developer's locale is, and share one kind of browser."""

import os
from pathlib import Path

import pytest
from browser import browser, opened

__all__ = ["browser", "opened"]

os.environ["HREPORT_LANG"] = "en"


@pytest.fixture(scope="session")
def samples_read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what comes of reading the samples, so that examples share it."""
    return tmp_path_factory.mktemp("samples")
