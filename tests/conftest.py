"""What holds for all tests: they read English, whatever the developer's locale is, and share one kind of browser."""

import os

from browser import browser, opened

__all__ = ["browser", "opened"]

os.environ["HREPORT_LANG"] = "en"
