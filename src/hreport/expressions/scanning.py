"""Where a regular expression matches, found from its first characters.

`re` tries a pattern with many alternatives, or one that begins with a look-behind, at every character of a text. What a
match can begin with is far rarer: it is read off the parsed pattern once, looked for as a character class, which `re`
does some hundred times as fast, and the pattern is tried only there. Of what may begin with any hanzi, as
[一-鿿]{2,4}地区, the first rarer characters inside it are looked for, and the pattern is tried so far before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from hreport.expressions.parsing import CODES, parsed

# One character of a match: pieces of a character class, or None for any character at all.
_Set = frozenset[str] | None
_MOST = 2_000  # beginnings of one pattern: more are not worth telling apart
_GROUPS = 24  # alternatives of the look-ahead
_SHORT = 5_000  # characters: up to so many, the pattern is tried everywhere before its beginning is read off
_WIDE = 1_000  # characters of a class that begins a match: more tell nothing of where to try
_FARTHEST = 20  # characters from the beginning of a match to what is looked for inside it


class _Landmark(NamedTuple):
    """A character that every match, or every one of some alternatives, holds: `near` to `far` behind its beginning."""

    pattern: re.Pattern[str]
    near: int
    far: int


class Scanner:
    """A compiled pattern that is searched for in long texts.

    >>> [m[0] for m in Scanner(re.compile(r"(?<!第)[二三]十|去年")).finditer("去年，第二十，三十")]
    ['去年', '三十']
    """

    def __init__(self, pattern: re.Pattern[str]) -> None:
        """Wrap a pattern."""
        self.pattern = pattern
        self._seen = 0  # characters so far

    @cached_property
    def landmarks(self) -> tuple[_Landmark, ...]:
        """What of a match is looked for: in each match stands one of these; none where nothing is known."""
        return _landmarks(self.pattern)

    def finditer(self, text: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
        """What `pattern.finditer` gives."""
        end = len(text) if end is None else end
        self._seen += max(end - start, 0)
        if self._seen < _SHORT or not self.landmarks:
            yield from self.pattern.finditer(text, start, end)
            return
        match, at = self.pattern.match, start
        for begin in self._beginnings(text, start, end):
            if begin >= at and (found := match(text, begin, end)):
                at = found.end()
                yield found

    def _beginnings(self, text: str, start: int, end: int) -> Iterable[int]:
        """Where a match may begin, in order."""
        if len(self.landmarks) == 1 and not self.landmarks[0].far:
            return (m.start() for m in self.landmarks[0].pattern.finditer(text, start, end))
        return sorted(
            {
                m.start() - back
                for pattern, near, far in self.landmarks
                for m in pattern.finditer(text, start + near, end)
                for back in range(near, min(far, m.start() - start) + 1)
            }
        )

    def search(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        """What `pattern.search` gives."""
        return next(self.finditer(text, start, end), None)


def _landmarks(pattern: re.Pattern[str]) -> tuple[_Landmark, ...]:
    sequence = parsed(pattern.pattern, pattern.flags)
    if sequence is None or pattern.flags & re.IGNORECASE:
        return ()
    found: dict[tuple[int, int], set[tuple[_Set, ...]]] = {}
    try:
        for alternative in _alternatives(sequence):
            near, far, prefixes = _rarest(alternative)
            found.setdefault((near, far), set()).update(prefixes)
    except _UnknownError:
        return ()
    return tuple(_Landmark(_class_of(prefixes, pattern.flags), *where) for where, prefixes in sorted(found.items()))


def _alternatives(sequence: Any) -> Iterator[Any]:
    """The sequences that the beginning of one consists of, where it begins with alternatives."""
    for k in range(len(sequence)):
        op, argument = sequence[k]
        branches = argument[1] if op is CODES.BRANCH else [argument[3]] if _is_group(op, argument) else []
        if branches:
            for branch in branches:
                flat = sequence[:k]
                flat.data = [*flat.data, *branch.data, *sequence[k + 1 :].data]
                yield from _alternatives(flat)
            return
        if sequence[k : k + 1].getwidth()[1]:
            break
    yield sequence


def _is_group(op: Any, argument: Any) -> bool:
    return op is CODES.SUBPATTERN and not argument[1] and not argument[2]  # without flags of its own


def _rarest(sequence: Any) -> tuple[int, int, set[tuple[_Set, ...]]]:
    """The first characters of a sequence that are not wide: the least and the most that stands before them in it, and
    what they and those behind them may be."""
    for k in range(len(sequence)):
        near, far = sequence[:k].getwidth()
        if far > _FARTHEST:
            break
        prefixes = _prefixes(sequence[k:])
        if () in prefixes:
            break
        if not any(_is_wide(prefix[0]) for prefix in prefixes):
            return near, far, prefixes
    raise _UnknownError


def _is_wide(pieces: _Set) -> bool:
    if pieces is None or r"\w" in pieces:
        return True
    ranges = ([int(code.lstrip("\\U"), 16) for code in piece.split("-")] for piece in pieces if piece.startswith("\\U"))
    return sum(r[-1] - r[0] + 1 for r in ranges) > _WIDE


def _class_of(found: set[tuple[_Set, ...]], flags: int) -> re.Pattern[str]:
    """Matches one character wherever these stand."""
    following: dict[str, set[str] | None] = {}
    for prefix in found:
        second = prefix[1] if len(prefix) > 1 else None
        for first in prefix[0] or ():
            known = following.setdefault(first, set())
            following[first] = None if second is None or known is None else known | second
    groups: dict[frozenset[str] | None, set[str]] = {}
    for first, seconds in following.items():
        groups.setdefault(None if seconds is None else frozenset(seconds), set()).add(first)
    anything = groups.pop(None, set())
    told = sorted(groups.items(), key=lambda item: (-len(item[1]), sorted(item[1])))
    rest = told[_GROUPS:]
    told = told[:_GROUPS]
    if rest:
        told.append((frozenset().union(*(s for s, _ in rest if s is not None)), set().union(*(f for _, f in rest))))
    checks = [f"(?<={_class(anything)})"] if anything else []
    checks += [f"(?<={_class(firsts)})(?={_class(seconds)})" for seconds, firsts in told if seconds is not None]
    # `re` skips fast to what begins with a class; look-arounds come after, first the one that most others fail at.
    any_second = f"(?={_class(frozenset().union(*(s or () for s in following.values())))})" if not anything else ""
    return re.compile(f"{_class(following)}{any_second}(?:{'|'.join(checks)})", flags & re.ASCII)


def _class(pieces: Any) -> str:
    return f"[{''.join(sorted(pieces))}]"


class _UnknownError(Exception):
    """The pattern holds something of which no beginning is told."""


def _prefixes(sequence: Any) -> set[tuple[_Set, ...]]:
    """What the first two characters of a match may be; fewer where the sequence may be shorter."""
    found: set[tuple[_Set, ...]] = {()}
    for op, argument in sequence:
        if all(len(p) >= 2 for p in found):
            break
        found = _joined(found, _of_one(op, argument))
    return found


def _joined(heads: set[tuple[_Set, ...]], tails: set[tuple[_Set, ...]]) -> set[tuple[_Set, ...]]:
    if len(heads) * len(tails) > _MOST:
        tails = {(None, None)} if () not in tails else {(), (None, None)}
    return {(h + t)[:2] for h in heads for t in (tails if len(h) < 2 else ((),))}


def _of_one(op: Any, argument: Any) -> set[tuple[_Set, ...]]:
    c = CODES
    if op in (c.LITERAL, c.IN):
        return {(_set(argument if op is c.IN else [(op, argument)]),)}
    if op in (c.ANY, c.NOT_LITERAL):
        return {(None,)}
    if op in (c.AT, c.ASSERT, c.ASSERT_NOT):
        return {()}
    if op is c.BRANCH:
        return set().union(*(_prefixes(branch) for branch in argument[1]))
    if op is c.SUBPATTERN:
        if argument[1] or argument[2]:
            raise _UnknownError  # flags of its own
        return _prefixes(argument[3])
    if op is c.ATOMIC_GROUP:
        return _prefixes(argument)
    if op in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
        least, most, item = argument
        one = _prefixes(item)
        found: set[tuple[_Set, ...]] = {()} if least == 0 else set()
        if most and least < 2:
            found |= one
        if most > 1:
            found |= _joined(one, one)
        return found
    raise _UnknownError


def _set(items: Any) -> _Set:
    c = CODES
    pieces = set()
    for op, argument in items:
        if op is c.LITERAL:
            pieces.add(_escaped(argument))
        elif op is c.RANGE:
            pieces.add(f"{_escaped(argument[0])}-{_escaped(argument[1])}")
        elif op is c.CATEGORY and argument in _CATEGORIES:
            pieces.add(_CATEGORIES[argument])
        else:
            return None
    return frozenset(pieces)


def _escaped(code: int) -> str:
    return f"\\U{code:08x}"


_CATEGORIES: dict[Any, str] = (
    {
        CODES.CATEGORY_DIGIT: r"\d",
        CODES.CATEGORY_SPACE: r"\s",
        CODES.CATEGORY_WORD: r"\w",
    }
    if CODES
    else {}
)
