"""Regular expressions by the hundred, of which a short text needs few: compiled when they are first used, and their
character classes once.

The grammar has some 500, and compiling them was a third of the time that a short text takes. More than half of that
went to character classes, each worked out anew wherever it stands: a class of hanzi by filling a map of 65,536
characters. The units alone have a hundred, and stand in twenty expressions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, cast

_compiler: Any
try:
    _compiler = import_module("re._compiler")
    _work_out = _compiler._optimize_charset
except (ImportError, AttributeError):  # another Python: slower, and the same expressions
    _compiler = _work_out = None

_known: dict[tuple[Any, ...], Any] = {}


def when_used(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` gives, compiled when it is first used; a mistake in it is said then.

    >>> when_used("[一二三]+").findall("第一百二十三条")
    ['一', '二', '三']
    """
    return cast(re.Pattern[str], _Expression(pattern, flags))


class _Expression:
    """Stands for a compiled pattern, and becomes one that has all its methods when it is first asked for one."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern, self._flags = pattern, flags

    def __getattr__(self, name: str) -> Any:
        if name not in _OFFERED:
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self._flags)
        self.__dict__.update((offered, getattr(compiled, offered)) for offered in _OFFERED)
        self.__class__ = _Compiled  # type: ignore[assignment]  # without this method, which would make each look-up slower
        return getattr(compiled, name)


class _Compiled:
    """An expression that has been used: the methods of its pattern stand in it."""


_OFFERED = frozenset(name for name in dir(re.Pattern) if not name.startswith("_")) - {"pattern"}


@contextmanager
def alike_once() -> Iterator[None]:
    """Within it, `re` works out a character class once, however many expressions hold it.

    What it gives is the same: the function is pure, and nobody changes its results. A thread that compiles meanwhile
    has the same from it.
    """
    if _compiler is None:
        yield
        return
    _compiler._optimize_charset = _once
    try:
        yield
    finally:
        _compiler._optimize_charset = _work_out


def _once(charset: list[Any], iscased: Any = None, fixup: Any = None, fixes: Any = None) -> Any:
    """What `re` makes of a class; those that disregard case are left to it."""
    if fixup is not None or fixes is not None:
        return _work_out(charset, iscased, fixup, fixes)
    key = tuple(charset)
    if key not in _known:
        _known[key] = _work_out(charset)
    return _known[key]
