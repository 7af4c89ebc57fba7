"""Expressions compiled with the classes of others are those that `re` compiles by itself."""

from __future__ import annotations

import re
import re._compiler as compiler  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]

import pytest

from hreport.expressions.compiling import alike_once, when_used
from hreport.grammar import load


def expressions() -> list[str]:
    grammar = load()
    found = []
    for rows in grammar.tables.values():
        for row in rows.values():
            parts = (getattr(row, name, "") for name in ("pattern", "before", "text", "after"))
            found += [grammar.expand(part) for part in parts if part]
    return found


def code(expression: str, flags: int = 0) -> list[int]:
    return list(compiler._code(parser.parse(expression, flags), flags))


def test_every_expression_is_compiled_to_the_same_code() -> None:
    for flags in (0, re.IGNORECASE, re.ASCII | re.IGNORECASE):
        alone = [code(e, flags) for e in expressions()]
        for _ in range(2):  # the second time from what is known
            with alike_once():
                assert [code(e, flags) for e in expressions()] == alone


def test_nothing_is_left_behind() -> None:
    before = compiler._optimize_charset
    with alike_once(), alike_once():
        assert re.compile("[一二三五七]{2}.[^甲-癸]").search("二三四五")
    assert compiler._optimize_charset is before


def test_an_expression_that_is_compiled_when_used_is_as_any_other() -> None:
    lazy, compiled = when_used(r"(?P<n>\d+)张", re.ASCII), re.compile(r"(?P<n>\d+)张", re.ASCII)
    assert lazy.pattern == compiled.pattern
    for _ in range(2):
        assert (lazy.flags, lazy.groups, dict(lazy.groupindex)) == (compiled.flags, compiled.groups, {"n": 1})
        assert [m["n"] for m in lazy.finditer("5张床、12张床")] == ["5", "12"]
        assert lazy.sub("x", "5张") == "x"
        assert lazy.match("x5张") is None
    with pytest.raises(AttributeError):
        lazy.missing  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(re.error):
        when_used("(").search("")
