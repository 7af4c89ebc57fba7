"""The words of pages: what they say in each language, and what they call codes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from hreport.messages import LANGUAGES
from hreport.record import wording


@lru_cache(maxsize=1)
def words() -> Mapping[str, Any]:
    """All words of pages by language: those of `data/pages.toml`, and those that tables have for codes."""
    made = tomllib.loads((files("hreport") / "data" / "pages.toml").read_text(encoding="utf-8"))
    for column, codes in {**wording()["codes"], "part": wording()["parts"]}.items():
        if column in made["en"]["codes"]:
            made["zh"]["codes"][column] = {**made["zh"]["codes"].get(column, {}), **codes}
    for language in LANGUAGES:
        made[language]["codes"]["state"] = wording()["states"][language]
    return {language: made[language] for language in LANGUAGES}
