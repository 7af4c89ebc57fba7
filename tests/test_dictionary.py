"""A dictionary finds every place of every word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hreport.expressions.dictionary import Dictionary

WORDS = st.lists(st.text("市县新a\U00020000", min_size=1, max_size=4), max_size=8, unique=True)


@given(words=WORDS, text=st.text("市县新区a\U00020000\ud800\n", max_size=60))
def test_all_places_of_all_words(words: list[str], text: str) -> None:
    """Across and inside each other, in characters, whatever the text holds."""
    every = [(start, start + len(w)) for w in words for start in range(len(text)) if text.startswith(w, start)]
    assert sorted(Dictionary(words).find(text)) == sorted(every)
