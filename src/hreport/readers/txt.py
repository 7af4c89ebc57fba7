"""Plain text and Markdown, in whatever encoding Chinese texts come."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from hreport.model import Block, BlockKind, Document, Issue, Span
from hreport.readers import build
from hreport.readers.build import Source
from hreport.readers.encoding import LONGEST_CHARACTER, Failure, decode

SAMPLE = 200_000  # characters that tell whether it is a table

_LINE = re.compile(r"[^\r\n]+")
_COLUMN_NAMES = re.compile(r"[a-z][a-z0-9_]*(?:[,\t][a-z][a-z0-9_]*){4,}\s*")


def read(source: Source) -> Document | Issue:
    """Decode a text; one block for each line that is not blank."""
    if len(source.data) > LONGEST_CHARACTER * build.LONGEST_DOCUMENT:
        return source.too_long(len(source.data) // LONGEST_CHARACTER)
    decoded = decode(source.data)
    if isinstance(decoded, Failure):
        return source.issue(decoded.code, decoded.message)
    text, doubt = decoded
    if len(text) > build.LONGEST_DOCUMENT:
        return source.too_long(len(text))
    if not text.strip():
        return source.issue("empty", "the file holds nothing but white space: nothing to read")
    if looks_like_table(text):
        return source.issue(
            "table", "tables are not read yet: give the report itself, or a table that hreport extract wrote"
        )
    issues = [source.issue("encoding", doubt, fatal=False)] if doubt else []
    return source.document(text, _blocks(text), "txt", issues=issues)


def _blocks(text: str) -> Iterator[Block]:
    for line in _LINE.finditer(text):
        if line.group().strip():
            yield Block(BlockKind.PARAGRAPH, Span(*line.span()))


def looks_like_table(text: str) -> bool:
    """Is this not prose but rows of separated values?

    >>> looks_like_table("地区,2022年,2023年\\n杭州市,92.4%,99.1%\\n宁波市,90.6%,92.6%")
    True
    >>> looks_like_table("今年,我市工作取得成绩。\\n一是投入加大,服务改善。")
    False
    """
    lines = [line for line in text[:SAMPLE].splitlines()[:50] if line.strip()]
    if lines and _COLUMN_NAMES.fullmatch(lines[0]):
        return True
    if len(lines) < 3 or any(line.rstrip().endswith("\u3002") for line in lines):
        return False
    for delimiter in ",\t;|":
        if delimiter not in lines[0]:
            continue
        try:
            rows = list(csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            continue
        cells = [cell for row in rows for cell in row]
        same_width = len({len(row) for row in rows}) == 1
        if same_width and len(rows[0]) > 1 and sum(map(len, cells)) <= 30 * len(cells):
            return True
    return False
