"""Compiling many regular expressions that hold the same character classes.

The grammar compiles some 500 when the first text is read, and that is a third of the time that a short text takes. More
than half of it went to character classes, each worked out anew wherever it stands: a class of hanzi by filling a map of
65,536 characters. The units alone have a hundred, and stand in twenty expressions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

_compiler: Any
try:
    _compiler = import_module("re._compiler")
    _work_out = _compiler._optimize_charset
except (ImportError, AttributeError):  # another Python: slower, and the same expressions
    _compiler = _work_out = None

_known: dict[tuple[Any, ...], Any] = {}


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
