"""Tables as text: values separated by commas, tabs, semicolons or bars."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from hreport.messages import Message, reason_of
from hreport.model import Document, Issue
from hreport.readers import grid
from hreport.readers.build import RefusedError, Source, is_figure
from hreport.readers.encoding import Failure, decode, text_of
from hreport.readers.grid import Doubts, Sheet

DELIMITERS = ",\t;|\uff0c"
SAMPLE = 20_000  # bytes, or characters, that are looked at
SAMPLE_LINES = 50
ALIKE = 0.6  # of the lines have as many values as most of them have
WORDY = 30  # characters: the values of a table are shorter on average
FULL_STOP = "\u3002"

_RULE = re.compile(r"[\s|:+-]*-{2,}[\s|:+-]*")
# The line under the headings of a table in Markdown.
_IN_MARKDOWN = re.compile(r"(?=[^-]*-)(?=[^|]*\|)[ \t|:-]++")
_GUARD = re.compile(r"=\"([^\"]*)\"|'(?=[-+=@\d])")


def read(source: Source) -> Document | Issue:
    """Decode and read the rows; they are one sheet."""
    decoded = text_of(source)
    if isinstance(decoded, Issue):
        return decoded
    text, doubt = decoded
    sheet = Sheet()
    try:
        for row, values in enumerate(_rows(text, delimiter(text) or ","), start=1):
            for column, value in enumerate(values, start=1):
                if shown := _unguarded(value):
                    sheet.cells[row, column] = shown
            grid.check(0, sheet)
    except RefusedError as refused:
        return source.issue(refused.code, refused.message)
    except csv.Error as error:
        return source.issue("damaged", Message("not a sound table ({error}): save it anew", error=reason_of(error)))
    found = grid.document([sheet], Doubts(), source, "csv")
    if doubt and isinstance(found, Document):
        return source.document(found.text, found.blocks, "csv", issues=[source.issue("encoding", doubt, fatal=False)])
    return found


def is_table(data: bytes) -> bool:
    """Are these the bytes of such a table?"""
    decoded = decode(data[:SAMPLE])
    return not isinstance(decoded, Failure) and looks_like_table(decoded[0])


def looks_like_table(text: str) -> bool:
    """Is this not prose but rows of separated values?

    >>> looks_like_table("地区,2022年,2023年\\n杭州市,92.4%,99.1%\\n宁波市,90.6%,92.6%")
    True
    >>> looks_like_table("今年,我市工作取得成绩。\\n一是投入加大,服务改善。")
    False
    """
    return delimiter(text) is not None


def delimiter(text: str) -> str | None:
    """What separates the values of a table, None where the text is none."""
    sample = text[:SAMPLE]
    lines = [line for line in sample.splitlines()[:SAMPLE_LINES] if line.strip()]
    if len(text) > SAMPLE // 4 and len(lines) > 1 and len(lines) < SAMPLE_LINES:
        lines = lines[:-1]  # the last was cut
    if lines and grid.is_own(next(csv.reader(lines[:1]), [])):
        return ","
    for mark in DELIMITERS:
        if mark == "|" and any(_IN_MARKDOWN.fullmatch(line) for line in lines[1:3]):
            continue  # a table in a text, which stays as it is
        if sum(mark in line for line in lines) > 1 and _are_rows(lines, mark):
            return mark
    return None


def _are_rows(lines: Sequence[str], mark: str) -> bool:
    try:
        rows = [row for row in _rows("\n".join(lines), mark) if any(value.strip() for value in row)]
    except csv.Error:
        return False
    width, alike = Counter(map(len, rows)).most_common(1)[0] if rows else (0, 0)
    usual = [row for row in rows if len(row) == width]
    values = [value.strip() for row in usual for value in row]
    prose = sum(row[-1].rstrip().endswith(FULL_STOP) and len(row[-1]) > 1 for row in usual)
    if width < 2 or len(usual) < 2 or prose > len(usual) / 10 or sum(map(len, values)) > WORDY * len(values):
        return False
    if len(usual) > 2 and (alike == len(rows) or alike < ALIKE * len(rows)):
        return alike == len(rows)
    figures = sum(is_figure(value) for value in values if value)
    return figures >= width - 1 if len(usual) == 2 else figures > len(values) / 10


def _rows(text: str, mark: str) -> Iterator[list[str]]:
    """The rows; of a table drawn with bars without its rules and its outer bars."""
    for row in csv.reader(text.splitlines(keepends=True), delimiter=mark):
        if mark != "|":
            yield row
        elif not all(_RULE.fullmatch(value) or not value for value in row):
            yield row[not row[0].strip() : len(row) - (not row[-1].strip())]


def _unguarded(value: str) -> str:
    """A value without what keeps a spreadsheet from changing it: ="0571", '0571."""
    value = value.strip("\ufeff\x00").rstrip()
    found = _GUARD.match(value)
    return value if found is None else (found[1] if found[1] is not None else value[1:]).strip()
