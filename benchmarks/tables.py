"""The tables of `run.py`: on a screen, and between the marks of the pages, in English and Chinese.

Words are said in English where they are measured; `words.toml` has their Chinese. Names in backticks, and numbers, are
the same in both.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hreport.messages import Message

# The pages that hold the figures, by language, from the folder of the documentation. The English one is included in
# the site as it stands.
PAGES = {"en": "benchmarks.md", "zh": "zh/project/benchmarks.md"}


@dataclass(frozen=True)
class Table:
    """Rows under headings; `title` stands before them, `note` behind them. Each may be left out."""

    title: str = ""
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    note: str = ""


@cache
def words() -> Mapping[str, str]:
    """The Chinese of each English line, by its template."""
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))["zh"]


def said(line: str, language: str) -> str:
    """A line, heading or cell in a language; what has no Chinese stays as it is."""
    if language == "en":
        return str(line)
    if isinstance(line, Message):
        values = {k: said(v, language) if isinstance(v, str) else v for k, v in line.values.items()}
        return words().get(line.template, line.template).format(**values)
    return words().get(line, line)


def markdown(tables: Sequence[Table], language: str) -> str:
    """The tables, one after the other."""
    parts = []
    for table in tables:
        if table.title:
            parts.append(f"**{said(table.title, language)}**")
        if table.columns:
            parts.append("\n".join(_lines(table, language)))
        if table.note:
            parts.append(said(table.note, language))
    return "\n\n".join(parts) + "\n"


def _lines(table: Table, language: str) -> Iterator[str]:
    """Rows of Markdown; what stands in the first column is words, in the others mostly numbers."""
    rules = ["---", *("---:" for _ in table.columns[1:])]
    for number, row in enumerate((table.columns, rules, *table.rows)):
        cells = row if number == 1 else [said(cell, language).replace("|", "\\|") for cell in row]
        yield "| " + " | ".join(cells) + " |"


def put(part: str, found: Sequence[Table], docs: Path) -> None:
    """Write the tables of a part between its marks in each page.

    LookupError where a page has no marks for it.
    """
    for language, name in PAGES.items():
        path = docs / name
        text = path.read_text("utf-8")
        begin, end = f"<!-- figures: {part} -->\n", "<!-- end of figures -->"
        before, begun, rest = text.partition(begin)
        _, ended, after = rest.partition(end)
        if not (begun and ended):
            raise LookupError(f"{path} has no place for {part}: {begin.strip()} and {end}")
        path.write_text(f"{before}{begin}\n{markdown(found, language)}\n{end}{after}", "utf-8")
