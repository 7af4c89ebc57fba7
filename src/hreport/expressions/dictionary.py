"""Where the words of a long list stand in a text, found in one pass whatever their number."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any


class Dictionary:
    """Words to be found in texts, by the algorithm of Aho and Corasick.

    >>> sorted(Dictionary(["新区", "浦东新区", "上海"]).find("上海浦东新区"))
    [(0, 2), (2, 6), (4, 6)]
    """

    def __init__(self, words: Iterable[str]) -> None:
        """The automaton is made when it is first asked."""
        self._words = tuple(words)

    @cached_property
    def _automaton(self) -> Any:
        from ahocorasick_rs import AhoCorasick

        return AhoCorasick(self._words, store_patterns=False)

    def find(self, text: str) -> list[tuple[int, int]]:
        """All places of all words as (start, end), also inside and across each other, in the order of their ends."""
        try:
            found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:  # halves of surrogate pairs, which no word holds
            return self.find(text.encode(errors="replace").decode())
        return [(start, end) for _, start, end in found]
