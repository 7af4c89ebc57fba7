"""Plain text and Markdown, in whatever encoding Chinese texts come."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hreport.model import Block, BlockKind, Document, Issue, Span
from hreport.readers import build, markdown
from hreport.readers.build import Source
from hreport.readers.encoding import LONGEST_CHARACTER, Failure, decode

_LINE = re.compile(r"[^\r\n]+")


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
    structure = markdown.read(text)
    issues = [source.issue("encoding", doubt, fatal=False)] if doubt else []
    if structure is None:
        return source.document(text, _blocks(text), "txt", issues=issues)
    return source.document(text, structure.blocks, "txt", issues=issues, marks=structure.marks)


def _blocks(text: str) -> Iterator[Block]:
    for line in _LINE.finditer(text):
        if line.group().strip():
            yield Block(BlockKind.PARAGRAPH, Span(*line.span()))
