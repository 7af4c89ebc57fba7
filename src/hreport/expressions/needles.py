"""What a text must hold for a regular expression to match in it.

Most texts that an expression is tried on hold no match. Words of which every match holds one are read off the parsed
expression; looking for them is many times as fast as trying it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from hreport.expressions.compiling import when_used
from hreport.expressions.parsing import CODES, parsed

_KNOWN = 256  # patterns kept with their needles: several tables are made of the same ones
_MOST = 16  # characters of a class that are looked for one by one


@lru_cache(maxsize=_KNOWN)
def needles(pattern: str) -> frozenset[str]:
    """Words one of which stands in every text that a pattern matches in, empty if none are known.

    >>> sorted(needles("(?:国家)?考核断面|国控(?:河流)?断面$")), needles(r"\\d+")
    (['国控', '考核断面'], frozenset())
    """
    sequence = parsed(pattern)
    return frozenset() if sequence is None or sequence.state.flags & re.IGNORECASE else _needles(sequence)


def haystack(patterns: Iterable[str]) -> re.Pattern[str]:
    """Matches in each text that one of some patterns matches in, and in few others: in all, where nobody knows what one
    of them needs."""
    found = [needles(pattern) for pattern in patterns]
    return when_used("|".join(map(re.escape, sorted(frozenset().union(*found)))) if all(found) else "")


def _needles(sequence: Iterable[Any]) -> frozenset[str]:
    """Of what follows one another in a pattern, the part with the longest and fewest words."""
    parts: list[frozenset[str]] = []
    run = ""
    for op, argument in sequence:
        if op is CODES.LITERAL:
            run += chr(argument)
            continue
        parts += (frozenset({run}), _part(op, argument))
        run = ""
    known = [part for part in (*parts, frozenset({run})) if part and "" not in part]
    return max(known, key=lambda part: (min(map(len, part)), -len(part)), default=frozenset())


def _part(op: Any, argument: Any) -> frozenset[str]:
    c = CODES
    if op is c.IN:
        plain = all(o is c.LITERAL for o, _ in argument) and len(argument) <= _MOST
        return frozenset(chr(a) for _, a in argument) if plain else frozenset()
    if op is c.BRANCH:
        found = [_needles(branch) for branch in argument[1]]
        return frozenset().union(*found) if all(found) else frozenset()
    if op is c.SUBPATTERN:
        return frozenset() if argument[1] or argument[2] else _needles(argument[3])  # flags of its own
    if op is c.ATOMIC_GROUP:
        return _needles(argument)
    if op is c.ASSERT:
        return _needles(argument[1])
    if op in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT) and argument[0]:
        return _needles(argument[2])
    return frozenset()
