"""What the expressions of the data need: no match without it."""

from __future__ import annotations

import re

import pytest

from hreport import grammar as grammars
from hreport.expressions.needles import haystack, needles
from hreport.grammar import Pattern
from hreport.lexicon import load

GRAMMAR = grammars.load()
PATTERNS = [
    (row, text)
    for rows in GRAMMAR.tables.values()
    for row in rows.values()
    if isinstance(row, Pattern)
    for text in row.match
]


@pytest.mark.parametrize(("row", "text"), PATTERNS, ids=[row.id for row, _ in PATTERNS])
def test_each_match_of_the_grammar_holds_a_needle(row: Pattern, text: str) -> None:
    pattern = GRAMMAR.expand(row.pattern)
    found = needles(pattern)
    if found and re.search(pattern, text):
        assert any(word in text for word in found)
        hay = haystack([pattern])
        assert hay.search(text)


def test_folds_leave_alone_what_holds_none_of_their_needles() -> None:
    lexicon = load()
    hay = haystack(fold.pattern for fold in lexicon.folds.values())
    assert not hay.search("")
    for key in lexicon.names:
        for fold in lexicon.folds.values():
            if re.search(fold.pattern, key):
                assert hay.search(key), (key, fold.id)
                assert any(word in key for word in needles(fold.pattern)), (key, fold.id)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("ab?c+", {"a"}),
        ("(?:ab|cd)(?=x)", {"ab", "cd"}),
        ("(?:ab|c?)x", {"x"}),
        ("(?<!no)yes$", {"yes"}),
        ("[ab]c*", {"a", "b"}),
        ("[a-z]+", set()),
        ("(?i:ab)", set()),
        ("(?i)ab", set()),
        ("(?:ab){0,2}", set()),
        ("", set()),
    ],
)
def test_needles(pattern: str, found: set[str]) -> None:
    assert needles(pattern) == found


def test_nothing_is_known_where_one_pattern_may_match_anything() -> None:
    assert haystack(["ab", ".+"]).search("c")
