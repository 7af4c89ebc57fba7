"""Plain text and Markdown, in whatever encoding Chinese texts come."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hreport.messages import Message
from hreport.model import Block, BlockKind, Document, Issue, Span
from hreport.readers import markdown
from hreport.readers.build import Source
from hreport.readers.encoding import text_of

_LINE = re.compile(r"[^\r\n]+")


def read(source: Source) -> Document | Issue:
    """Decode a text; one block for each line that is not blank."""
    decoded = text_of(source)
    if isinstance(decoded, Issue):
        return decoded
    text, doubt = decoded
    if not text.strip():
        return source.issue("empty", Message("the file holds nothing but white space: nothing to read"))
    structure = markdown.read(text)
    issues = [source.issue("encoding", doubt, fatal=False)] if doubt else []
    if structure is None:
        return source.document(text, _blocks(text), "txt", issues=issues)
    return source.document(text, structure.blocks, "txt", issues=issues, marks=structure.marks)


def _blocks(text: str) -> Iterator[Block]:
    for line in _LINE.finditer(text):
        if line.group().strip():
            yield Block(BlockKind.PARAGRAPH, Span(*line.span()))
