"""The commands that the READMEs show give what stands below them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from examples import ROOT, prepared, shown

READMES = ("README.md", "README.zh.md")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", READMES)
def test_what_is_shown_is_what_is_said(name: str, samples_read: Path, tmp_path: Path) -> None:
    assert prepared(tmp_path, samples_read).failures(text(name)) == []


@pytest.mark.parametrize("name", READMES)
def test_there_are_examples(name: str) -> None:
    assert len([command for command, _ in shown(text(name)) if "hreport " in command]) > 5


def test_both_show_the_same_commands() -> None:
    language = re.compile(r" --(?:headers|lang) zh")
    mine, theirs = ([language.sub("", command) for command, _ in shown(text(name))] for name in READMES)
    assert mine == theirs
