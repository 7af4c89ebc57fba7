"""The examples of the READMEs and of the documentation: commands after `$`, Python after `>>>`, what stands below.

`python tests/examples.py PAGE...` runs the examples of pages and writes below each what it gives today.
"""

from __future__ import annotations

import doctest
import io
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import chdir, redirect_stdout
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import typer
from typer.testing import CliRunner

from hreport.cli import app

ROOT = Path(__file__).parents[1]
WIDE = 112  # columns of a block on a page of the documentation
REST = " ..."  # stands for any number of lines
READ = ["extract", "samples/", "--manifest", "samples/manifest.csv", "-o", "figures.parquet"]
TABLES = ("compare", "check", "report")  # commands that read a table as they read the folder that it was made of
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """Language and text of each block of a page."""
    yield from BLOCK.findall(text)


def shown(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command after a $ in a page, its lines joined, with the lines below it that are not empty."""
    for language, block in blocks(text):
        if not language and block.startswith("$ "):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, lines = _parted(part)
                yield command, [line.rstrip() for line in lines if line.strip()]


def _parted(part: str) -> tuple[str, list[str]]:
    """A command, which goes on behind a backslash, and the lines below it."""
    lines = part.split("\n")
    last = next(k for k, line in enumerate(lines) if not line.endswith("\\"))
    return " ".join(line.removesuffix("\\").strip() for line in lines[: last + 1]), lines[last + 1 :]


def is_shown(lines: list[str], found: list[str]) -> bool:
    """Are the lines those that were found, where `...` stands for any others?"""
    if REST not in lines:
        return lines == found
    at = lines.index(REST)
    rest = lines[at + 1 :]
    return lines[:at] == found[:at] and (
        not rest or any(found[k : k + len(rest)] == rest for k in range(at, len(found)))
    )


@dataclass
class Folder:
    """A folder in which examples are run, with the samples in it. Files that a page shows (`# own.toml`, `cat fix.csv`)
    are written to it. `language` is that of the system, `columns` the width of the screen (0: not known).

    `kept` is a folder, shared by many of these, for what comes of reading the samples: that is done once.
    """

    path: Path
    kept: Path
    language: str = "en"
    columns: int = 0

    def run(self, command: str, lines: list[str]) -> str | None:
        """Run a command as on a terminal; what it gave, or None where it only made a file."""
        said = None
        if command.startswith("cat "):
            (self.path / command[4:]).write_text("\n".join(lines) + "\n", encoding="utf-8")
            return None
        if command.startswith("echo "):
            _, said, *words = shlex.split(command)
            said += "\n"
            if words[0] == ">":
                (self.path / words[1]).write_text(said, encoding="utf-8")
                return None
        words = shlex.split(command.partition("| ")[2] if said is not None else command)
        assert words[0] == "hreport", command
        arguments = words[1:]
        if arguments[:2] == READ[:2]:
            return self.read(arguments)
        if arguments[0] in TABLES:
            table = str(self.kept / "_".join(READ).replace("/", "-") / READ[-1])
            arguments = [table if word == "samples/" else word for word in arguments]
        options = (
            {name for p in COMMANDS[arguments[0]].params for name in p.opts} if arguments[0] in COMMANDS else set()
        )
        if "--format" in options and not {"-f", "--format", "-o", "--output"} & set(arguments):
            arguments += ["-f", "table"]  # as on a terminal
        return self._invoked(arguments, said)

    def read(self, arguments: list[str]) -> str:
        """Extract the samples, or give what came of it the last time; the options name files to write."""
        names = [name for option, name in pairwise(arguments) if option in ("-o", "--issues")]
        assert names, arguments
        kept = self.kept / "_".join(arguments).replace("/", "-")
        if not kept.exists():
            self._invoked(arguments, None)
            kept.mkdir()
            for name in names:
                shutil.copy(self.path / name, kept)
        for name in names:
            shutil.copy(kept / name, self.path)
        return ""

    def _invoked(self, arguments: list[str], said: str | None) -> str:
        with chdir(self.path):
            result = CliRunner(env=self._environment()).invoke(app, arguments, input=said)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.stdout

    def _environment(self) -> Mapping[str, str | None]:
        unset = dict.fromkeys(("LC_ALL", "LC_MESSAGES"))
        columns = str(self.columns) if self.columns else None
        return {**unset, "COLUMNS": columns, "LANG": "C.UTF-8", "HREPORT_LANG": self.language}

    def failures(self, text: str) -> list[str]:
        """The examples of a page that do not give what stands below them, each with what it gives."""
        self._write_files(text)
        failed = []
        for command, lines in shown(text):
            gave = self.run(command, lines)
            found = [line.rstrip() for line in (gave or "").splitlines() if line.strip()]
            if gave is not None and not is_shown(lines, found):
                failed.append(f"{command}\n{gave}")
        if said := self._python("\n".join(block for language, block in blocks(text) if language == "pycon")):
            failed.append(said)
        return failed

    def _write_files(self, text: str) -> None:
        for _, block in blocks(text):
            if named := re.match(r"# ([\w.-]+\.(?:toml|txt|csv))\n", block):
                (self.path / named[1]).write_text(block, encoding="utf-8")

    def _python(self, examples: str) -> str:
        """What is wrong with the examples in Python, which go on one from the other ("" if nothing)."""
        test = doctest.DocTestParser().get_doctest(examples, {}, "example", None, 0)
        said = io.StringIO()
        with chdir(self.path), redirect_stdout(said):
            doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test, out=said.write)
        return said.getvalue()

    def filled(self, text: str) -> str:
        """A page with what its commands give today below each of them."""
        self._write_files(text)

        def block(match: re.Match[str]) -> str:
            if match[1] or not match[2].startswith("$ "):
                return match[0]
            parts = []
            for part in re.split(r"^\$ ", match[2], flags=re.MULTILINE)[1:]:
                command, lines = _parted(part)
                gave = self.run(command, [line for line in lines if line.strip()])
                said = part[: len(part) - len("\n".join(lines))].rstrip("\n")
                parts.append(part.rstrip("\n") if gave is None else f"{said}\n{_cut(gave, lines)}".rstrip("\n"))
            # A command that gives something stands apart from the next.
            ends = ["\n\n" if "\n" in part else "\n" for part in parts[:-1]] + ["\n"]
            return "```\n" + "".join(f"$ {part}{end}" for part, end in zip(parts, ends, strict=True)) + "```"

        return BLOCK.sub(block, text)


def _cut(gave: str, lines: list[str]) -> str:
    """What a command gave, cut by `...` where what stood there was."""
    found = [line.rstrip() for line in gave.splitlines()]
    kept = [line.rstrip() for line in lines]
    while kept and not kept[-1]:
        kept.pop()
    if REST not in kept:
        return "\n".join(found)
    at = kept.index(REST)
    rest = len(kept) - at - 1
    return "\n".join([*found[:at], REST, *found[len(found) - rest :]] if rest else [*found[:at], REST])


def prepared(path: Path, kept: Path, language: str = "en", columns: int = 0) -> Folder:
    """A folder with the samples, which are read into `kept` if nobody did before."""
    shutil.copytree(ROOT / "samples", path / "samples")
    shutil.copytree(ROOT / "tests" / "gold" / "samples", path / "tests" / "gold" / "samples")
    folder = Folder(path, kept, language, columns)
    folder.read(READ)
    (path / READ[-1]).unlink()  # a page makes it, or has it not
    return folder


def main(names: list[str]) -> None:
    """Fill the pages."""
    os.environ["HREPORT_LANG"] = "en"
    with TemporaryDirectory() as first:
        for name in names:
            page = Path(name)
            text = page.read_text("utf-8")
            with TemporaryDirectory() as folder:
                language, columns = ("zh" if "zh" in page.parts else "en"), (WIDE if "docs" in page.parts else 0)
                filled = prepared(Path(folder), Path(first), language, columns).filled(text)
            if filled != text:
                page.write_text(filled, "utf-8")
                print(name)


if __name__ == "__main__":
    main(sys.argv[1:])
