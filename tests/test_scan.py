"""A scanner finds what its pattern finds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hreport import grammar as grammars
from hreport.expressions.scanning import Scanner

SAMPLES = sorted((Path(__file__).parent.parent / "samples").rglob("*.txt"))
TEXT = "\n".join(path.read_bytes().decode("utf-8", errors="replace") for path in SAMPLES[:8])
GRAMMAR = grammars.load()
TABLES = sorted(GRAMMAR.tables.keys() - {"confidence", "roles"})
PATTERNS = [
    r"(?<!第)[二三]十|去年",
    r"a?b|c{0,2}d",
    r"(?:ab|cd)*e",
    r"(?=a)[ab]\d",
    r"^a|b$",
    r"(a)\1|b",
    r"[^a]b|cc",
    r"a{2,}?b",
    r"x*",
    r"(?>ab?)c|(?:a+b)",
    r"(?i:ab)|c",
    r"\s\w|\d\d",
    r"",
    r"(?:(?<=\n)|(?<![\s\S]))(?:ab|(?!b)[\u4e00-\u9fff]{0,3}?去年(?!第))|bb",
    r"(?P<n>\w{1,2}\d)x|[^a]{2}二三|e",
]


def spans(found: object) -> list[tuple[int, int]]:
    return [m.span() for m in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize("pattern", PATTERNS)
@given(text=st.text("abcdex1二三十第去年 \n", max_size=40), start=st.integers(0, 5), end=st.integers(0, 40))
def test_small_patterns(pattern: str, text: str, start: int, end: int) -> None:
    compiled = re.compile(pattern)
    text = text * 200 + "-" * 5_000  # long enough to be worth looking for landmarks
    end = len(text) - end
    assert spans(Scanner(compiled).finditer(text)) == spans(compiled.finditer(text))
    assert spans(Scanner(compiled).finditer(text, start, end)) == spans(compiled.finditer(text, start, end))
    found, wanted = Scanner(compiled).search(text), compiled.search(text)
    assert (found and found.span()) == (wanted and wanted.span())


@pytest.mark.parametrize("table", TABLES)
def test_the_patterns_of_the_grammar(table: str) -> None:
    patterns = [i for i, entry in GRAMMAR.tables[table].items() if hasattr(entry, "pattern")]
    for compiled in GRAMMAR.compiled(table, patterns).values():
        scanner = Scanner(compiled)
        assert spans(scanner.finditer(TEXT)) == spans(compiled.finditer(TEXT)), compiled.pattern


def test_it_skips() -> None:
    """The point of it: where dates may begin is a small part of a text, and where 地区 stands."""
    for table in ("times", "areas"):
        scanner = Scanner(GRAMMAR.regex(table))
        assert scanner.landmarks
        assert sum(1 for m in scanner.landmarks for _ in m.pattern.finditer(TEXT)) < len(TEXT) / 5
