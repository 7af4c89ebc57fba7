"""The page of many reports: its data say what the comparison says, every figure has its words, and nothing gets out."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from running import hreport
from texts import ROOT

SAMPLES = (str(ROOT / "samples"), "--manifest", str(ROOT / "samples" / "manifest.csv"))
REPORT = (
    "杭州市2024年卫生健康工作总结\n\n一、工作情况\n全市孕产妇住院分娩率达到99.8%,婴儿死亡率为2.1‰。"
    "全市医疗卫生机构床位数达到6.12万张,家庭医生签约服务覆盖率达到xx%。\n"
)


class Scripts(HTMLParser):
    """The script elements of a page, as a browser finds them: attributes and content."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[dict[str, str | None], str]] = []
        self.links: list[str] = []
        self.policy = ""
        self.title = ""
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._open = tag
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag == "script":
            self.found.append((given, ""))
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""

    def handle_data(self, data: str) -> None:
        if self._open == "script":
            given, before = self.found[-1]
            self.found[-1] = (given, before + data)
        if self._open == "title":
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def block(self, name: str) -> str:
        """The content of a block of data."""
        return next(content for given, content in self.found if given.get("id") == name)


class Opened:
    """A page that was read as a browser reads it: its data with the shared texts in place, and its texts."""

    def __init__(self, file: bytes) -> None:
        self.scripts = Scripts(file.decode("utf-8"))
        self.data = json.loads(self.scripts.block("data"))
        self.texts = json.loads(gzip.decompress(base64.b64decode(self.scripts.block("texts"))))
        strings = self.data["strings"]
        for table, names in self.data["coded"].items():
            for name in names:
                coded = self.data[table][name]
                self.data[table][name] = [None if n is None else strings[n] for n in coded]

    @property
    def figures(self) -> list[dict[str, Any]]:
        """The figures, one after another."""
        table = self.data["figures"]
        return [
            dict(zip(table, values, strict=True), n=n) for n, values in enumerate(zip(*table.values(), strict=True))
        ]

    def cut(self, report: int, start: int, end: int) -> str | None:
        """The text from one offset to another in the document of a report, None where it is not in the page."""
        for offset, text in self.texts.get(self.data["reports"][report]["file"], []):
            if offset <= start and end <= offset + len(text):
                return str(text[start - offset : end - offset])
        return None


def made(tmp_path: Path, *arguments: str) -> Opened:
    target = tmp_path / "page.html"
    done = hreport("report", *arguments, "-o", str(target), "-q")
    assert done.code == 0, done.said
    return Opened(target.read_bytes())


@lru_cache(maxsize=1)
def of_samples() -> Opened:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return made(Path(folder), *SAMPLES)


# --- the same as the comparison --------------------------------------------------------------------------------------


def cells(opened: Opened, by: str, status: str, measure: str) -> Iterator[tuple[int, tuple[Any, ...], str, str]]:
    """The cells of a page by the rules of its contract: line, key of the column, what is shown, state; without a year."""
    lines = opened.data["lines"]
    passing = [
        f for f in opened.figures
        if f["line"] is not None and (by == "report" or f["stands"])
        and status in ("all", lines[f["line"]]["status"]) and measure in ("all", lines[f["line"]]["measure"])
    ]  # fmt: skip
    homes: dict[int, Counter[int]] = defaultdict(Counter)
    for f in passing:
        homes[f["report"]][f["area"]] += 1
    grouped: dict[tuple[int, tuple[Any, ...]], list[dict[str, Any]]] = defaultdict(list)
    for f in passing:
        key: tuple[Any, ...] = (f["area"],)
        if by == "report":
            key = (f["report"],)
        elif by == "area,year":
            key = (f["area"], f["year"]) if f["year"] is not None else (f["area"], None, f["report"], f["period"])
        grouped[f["line"], key].append(f)
    for (line, key), members in sorted(grouped.items(), key=lambda item: (item[0][0], str(item[0][1]))):
        home = homes[members[0]["report"]].most_common(1)[0][0] if by == "report" else None
        first = min(members, key=lambda f: (home is not None and f["area"] != home, f["order"]))
        numbers = {f["n"] for f in members}
        later = first["year"] is not None and any((f["year"] or 0) > first["year"] for f in members)
        several = later or bool(numbers & set(first["against"]))
        marks = [mark for mark in (first["marks"] or "").split() if not (by == "report" and mark == "\u00a7")]
        shown = " ".join([first["shown"], *(["*"] if several else []), *marks])
        yield line, key, shown, "doubt" if several and first["state"] == "plain" else first["state"]


def compared(*arguments: str) -> list[list[tuple[str, str]]]:
    """Of each row of a comparison the indicator, then what its cells show without a year, empty ones left out."""
    import csv
    import io

    done = hreport("compare", *arguments, "-f", "csv", "-q")
    reader = csv.reader(io.StringIO(done.out.lstrip("\ufeff")))
    names = next(reader)
    first, last = names.index("usable") + 1, names.index("comparable")
    return [
        [(names[1], row[1])]
        + [
            (name, re.sub(r" \((?:\d{4}|\?)\)$", "", cell))
            for name, cell in zip(names[first:last], row[first:last], strict=True)
            if cell
        ]
        for row in reader
    ]


@pytest.mark.parametrize(
    ("by", "status", "measure"),
    [("area", "actual", "level"), ("area,year", "actual", "level"), ("report", "actual", "level"),
     ("area", "target", "all"), ("area", "all", "change_rate")],
)  # fmt: skip
def test_the_cells_are_those_of_compare(by: str, status: str, measure: str) -> None:
    opened = of_samples()
    expected = compared(*SAMPLES, "--by", by, "--status", status, "--measure", measure)
    rows: dict[int, list[str]] = defaultdict(list)
    for line, _, shown, _ in cells(opened, by, status, measure):
        rows[line].append(shown)
    names = [opened.data["indicators"][opened.data["lines"][line]["indicator"]]["name"] for line in sorted(rows)]
    assert names == [row[0][1] for row in expected]
    assert [sorted(rows[line]) for line in sorted(rows)] == [sorted(shown for _, shown in row[1:]) for row in expected]
    assert len(rows) > 5


def test_the_columns_are_those_of_compare_in_its_order() -> None:
    opened = of_samples()
    shown = {key[0] for _, key, *_ in cells(opened, "area", "actual", "level")}
    names = [area["name"] for n, area in enumerate(opened.data["areas"]) if n in shown]
    header = hreport("compare", *SAMPLES, "-f", "csv", "-q").out.lstrip("\ufeff").partition("\n")[0].strip().split(",")
    columns = header[header.index("usable") + 1 : header.index("comparable")]
    assert [re.sub(r" (?:\d{4}|\?)$", "", name) for name in columns] == names
