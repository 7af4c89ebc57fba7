"""Rules that the source keeps: everything Chinese is data, everything public is described, imports point one way."""

from __future__ import annotations

import ast
import io
import json
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from texts import LEXICON, ROOT, SAMPLES, file

import hreport
from hreport.analyse import analyse
from hreport.record import mask_rows, observation_rows
from hreport.tag import words

SOURCES = sorted((ROOT / "src" / "hreport").rglob("*.py"))
IDS = [p.relative_to(ROOT / "src" / "hreport").as_posix() for p in SOURCES]
# Ideographs; punctuation is no word.
CHINESE = re.compile("[\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def docstring(node: ast.AST) -> ast.Constant | None:
    """The node of a docstring, if there is one."""
    body = getattr(node, "body", None)
    if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        return body[0].value if isinstance(body[0].value.value, str) else None
    return None


def chinese_outside_docstrings(source: str) -> Iterator[str]:
    """Each token of Python source, docstrings and comments aside, that holds a Chinese character."""
    lines: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if found := docstring(node):
            lines |= set(range(found.lineno, (found.end_lineno or found.lineno) + 1))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT and token.start[0] not in lines and CHINESE.search(token.string):
            yield f"line {token.start[0]}: {token.string}"


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_everything_chinese_is_data(path: Path) -> None:
    assert list(chinese_outside_docstrings(path.read_text("utf-8"))) == []


def test_the_guard_sees_what_it_should() -> None:
    source = '"""全市"""\n# 全省\nA = "\\u5168"\nB = "全县"\ndef f():\n    """我国"""\n    return f"{A}我区"\n'
    assert [line.split(":")[0] for line in chinese_outside_docstrings(source)] == ["line 4", "line 7"]


def test_no_file_for_everything() -> None:
    assert [p.name for p in SOURCES if p.stem in ("utils", "util", "helpers", "common", "misc")] == []


def undescribed(path: Path) -> Iterator[str]:
    """Public modules, classes and functions without a docstring."""
    tree = ast.parse(path.read_text("utf-8"))
    if tree.body and docstring(tree) is None:
        yield path.name
    public = [n for n in tree.body if isinstance(n, ast.ClassDef | ast.FunctionDef) and not n.name.startswith("_")]
    for node in public:
        if docstring(node) is None:
            yield node.name
        for method in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(method, ast.FunctionDef) and not method.name.startswith("_") and docstring(method) is None:
                yield f"{node.name}.{method.name}"


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_everything_public_is_described(path: Path) -> None:
    assert list(undescribed(path)) == []


def test_the_version_stands_in_one_place() -> None:
    with (ROOT / "pyproject.toml").open("rb") as handle:
        project = tomllib.load(handle)["project"]
    assert "version" not in project
    assert project["dynamic"] == ["version"]
    assert version("hreport") == hreport.__version__
    said = [p.name for p in SOURCES if re.search(r"^__version__\s*=", p.read_text("utf-8"), re.MULTILINE)]
    assert said == ["__init__.py"]


def test_imports_point_one_way() -> None:
    run = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    done = subprocess.run([*run, "--no-cache"], cwd=ROOT, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()


def everything() -> str:
    """All rows of all samples."""
    rows = []
    for path in SAMPLES:
        found = analyse(file(path), LEXICON)
        rows += [*mask_rows(found, path.name), *observation_rows(found, path.name)]
    return json.dumps(rows, ensure_ascii=False, default=str)


def test_both_cutters_give_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rjieba")
    as_installed = everything()
    cutter = words.jieba_cutter()
    monkeypatch.setattr(words, "_cutter", lambda: cutter)
    assert everything() == as_installed


def test_two_runs_give_the_same_rows() -> None:
    assert everything() == everything()
