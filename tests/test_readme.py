"""The commands that the READMEs show give what stands below them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hreport.cli import app

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh.md")
REST = " ..."  # stands for any number of lines


def blocks(name: str) -> Iterator[tuple[str, str]]:
    """Language and text of each block."""
    text = (ROOT / name).read_text(encoding="utf-8")
    yield from re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def shown(name: str) -> Iterator[tuple[str, list[str]]]:
    """Each command after a $, with the lines below it that are not empty."""
    for language, block in blocks(name):
        if not language and block.startswith("$ "):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, *lines = part.split("\n")
                yield command, [line.rstrip() for line in lines if line.strip()]


def is_shown(lines: list[str], found: list[str]) -> bool:
    """Are the lines those that were found, where `...` stands for any others?"""
    if REST not in lines:
        return lines == found
    at = lines.index(REST)
    rest = lines[at + 1 :]
    return lines[:at] == found[:at] and (
        not rest or any(found[k : k + len(rest)] == rest for k in range(at, len(found)))
    )


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples, read once: a table that compare reads as it does the folder."""
    table = tmp_path_factory.mktemp("readme") / "figures.parquet"
    given = [str(ROOT / "samples"), "--manifest", str(ROOT / "samples" / "manifest.csv")]
    result = CliRunner().invoke(app, ["extract", *given, "-q", "-o", str(table)])
    assert result.exit_code == 0, result.output
    return table


@pytest.mark.parametrize("name", READMES)
def test_what_is_shown_is_what_is_said(
    name: str, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    for variable in ("COLUMNS", "HREPORT_LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    for language, block in blocks(name):
        if language == "toml" and block.startswith("# own.toml"):
            (tmp_path / "own.toml").write_text(block, encoding="utf-8")
    ran = 0
    for command, lines in shown(name):
        said = None
        if command.startswith("cat "):
            (tmp_path / command[4:]).write_text("\n".join(lines) + "\n", encoding="utf-8")
            continue
        if command.startswith("echo "):
            _, said, *words = shlex.split(command)
            said += "\n"
            if words[0] == ">":
                (tmp_path / words[1]).write_text(said, encoding="utf-8")
                continue
        words = shlex.split(command.partition("| ")[2] if said is not None else command)
        assert words[0] == "hreport", command
        instead = {"samples/": str(samples)} | {file.name: str(file) for file in tmp_path.iterdir()}
        arguments = [instead.get(word, word) for word in words[1:]]
        result = CliRunner().invoke(app, arguments, input=said)
        found = [line.rstrip() for line in result.stdout.splitlines() if line.strip()]
        assert is_shown(lines, found), f"{command}\n{result.stdout}"
        ran += 1
    assert ran > 5


def test_both_show_the_same_commands() -> None:
    language = re.compile(r" --(?:headers|lang) zh")
    mine, theirs = ([language.sub("", command) for command, _ in shown(name)] for name in READMES)
    assert mine == theirs
