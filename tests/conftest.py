"""What holds for all tests: they read English, whatever the developer's locale is."""

import os
from pathlib import Path

import pytest

os.environ["HREPORT_LANG"] = "en"


@pytest.fixture(scope="session")
def samples_read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples, read once: a table that `compare` and `check` read as they do the folder."""
    from examples import prepared

    return prepared(tmp_path_factory.mktemp("samples")).read
