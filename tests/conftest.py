"""What holds for all tests: they read English, whatever the developer's locale is."""

import os

os.environ["HREPORT_LANG"] = "en"
