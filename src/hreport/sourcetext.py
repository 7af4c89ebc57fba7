"""The source text of a document, saved as it was read: what the offsets of every row point into."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from hreport import record
from hreport.messages import Message, reason_of
from hreport.model import Document, Issue
from hreport.record import Row
from hreport.writers import replacing
from hreport.writers import save as save_rows

# Of one part of a path, to which an ending is added: systems take 255 bytes, which are 85 hanzi.
LONGEST_NAME = 220  # bytes
KEPT = 50  # characters of a longer one
# What a path may not hold on one system or another, and what leads out of the folder.
_UNSAFE = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')


def save(path: str, documents: Iterable[Document], folder: Path) -> list[Issue]:
    """Write `FILE.txt` (UTF-8, not a character changed) and `FILE.blocks.csv` (which stretch of it stands on which
    page, in which cell of which table) into the folder, of a document or of all portions of one in order; an issue
    where that cannot be done."""
    name = place(path)
    target = folder / f"{name}.txt"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as stream:
            save_rows(_written(documents, stream), record.BLOCKS, folder / f"{name}.blocks.csv", "csv")
    except OSError as error:
        message = Message(
            "its text cannot be saved as {target} ({reason}): check the folder", target=target, reason=reason_of(error)
        )
        return [Issue(path, "not_saved", message, fatal=False)]
    return []


def _written(documents: Iterable[Document], stream: BinaryIO) -> Iterator[Row]:
    """Write the texts, and give the rows of their blocks."""
    characters = tables = 0
    for document in documents:
        stream.write(record.encodable(document.text).encode("utf-8"))
        yield from (record.moved(row, characters, tables=tables) for row in _blocks(document))
        characters += len(document.text)
        tables += max((b.table for b in document.blocks if b.table), default=0)


def place(path: str) -> str:
    """Where in the folder the text of a document goes: its own path, without what leads elsewhere.

    >>> place("../reports/a.zip/b.docx")
    'up/reports/a.zip/b.docx'
    """
    parts = []
    for part in path.replace("\\", "/").split("/"):
        if part in ("", "."):
            continue
        safe = _UNSAFE.sub("_", "up" if part == ".." else part).rstrip(". ") or "_"
        if (safe != part and part != "..") or len(safe.encode("utf-8", "backslashreplace")) > LONGEST_NAME:
            # Two names must not become one.
            safe = f"{safe[:KEPT]}-{hashlib.sha256(part.encode('utf-8', 'backslashreplace')).hexdigest()[:8]}"
        parts.append(safe)
    name = "/".join(parts) if parts != ["-"] else "standard input"
    if sys.getfilesystemencoding() == "utf-8":
        return name
    return os.fsdecode(name.encode("utf-8", "surrogateescape"))  # the same bytes, whatever Python takes the system for


def _blocks(document: Document) -> list[Row]:
    return [
        {
            "start": b.span.start, "end": b.span.end, "block": str(b.kind), "page": b.page, "level": b.level,
            "table": b.table, "row": b.row, "column": b.column, "row_heading": b.row_heading,
            "column_heading": b.column_heading, "caption": b.caption, "score": b.score,
        }
        for b in document.blocks
    ]  # fmt: skip
