"""How wide a text is on a screen, and where its lines may be broken. Help needs it: it imports nothing of ours."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import east_asian_width


def screen_width(text: str) -> int:
    """Columns that a text takes on a screen: two for a wide character.

    >>> screen_width("A：市")
    5
    """
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


_WIDE = "\u2e80-\u2fff\u3004-\u3007\u3012-\u9fff\uff10-\uff19\uff21-\uff3a"
_OPENING, _CLOSING = "\uff08\u201c\u300a\u300c", "\uff0c\u3002\uff1b\uff1a\uff1f\uff01\u3001\uff09\u201d\u300b\u300d"
# What a line may not be broken in: a hanzi or a word, with the brackets and the punctuation that lean on it.
_PIECE = rf"\s+|[{_OPENING}]*(?:[{_WIDE}]|[^\s,{_WIDE}{_OPENING}{_CLOSING}]+)?,*[{_CLOSING}]*"


@lru_cache(maxsize=1)
def _pieces() -> re.Pattern[str]:
    return re.compile(_PIECE)


def breaks(text: str, width: int) -> list[int]:
    """Where the lines of a text begin, without the first, so that none takes more than `width` columns of a screen:
    between words or hanzi, never before a full stop; a word longer than a line is cut.

    >>> breaks("one two three", 8), breaks("表的各列，按什么分", 8)
    ([8], [3, 7])
    """
    if len(text) <= width and text.isascii():
        return []
    found: list[int] = []
    used = 0  # columns of the line so far
    for match in _pieces().finditer(text):
        piece, at = match.group(), match.start()
        wide = screen_width(piece)
        if used + wide <= width or (piece.isspace() and used):  # spaces may hang over the edge
            used = min(used + wide, width)
            continue
        if used:
            found.append(at)
            used = 0
        for offset, character in enumerate(piece):
            more = screen_width(character)
            if used and used + more > width:
                found.append(at + offset)
                used = 0
            used += more
    return found
