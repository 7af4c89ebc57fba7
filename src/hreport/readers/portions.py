"""Large plain texts: where they are cut, so that each portion is read by itself and memory does not grow with the file.

A text is cut where a report begins, so that portion by portion it reads as a whole does. Where none begins for
long, it is cut at a blank line, else at the end of a line, else behind a full stop; the portion behind such a cut
`continues` a report.
"""

from __future__ import annotations

import hashlib
import os
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from hreport import grammar, openings
from hreport.messages import Message, reason_of
from hreport.model import Document, Issue, Portion
from hreport.readers import txt
from hreport.readers.build import SENTENCE_END, Source
from hreport.readers.encoding import Failure, decode_as, settled
from hreport.split import split
from hreport.text import fold

USUAL = 500_000  # bytes behind which a place to cut is looked for
WINDOW = 64_000  # bytes in which the beginning of a report is looked for at a time
OVERLAP = 8_000  # bytes of the window before, so that a title at its end is seen with its text
SEARCHED = 6 * WINDOW  # bytes in which it is looked for at all
LONGEST = 2_000_000  # bytes of a portion
LARGEST = 999_999_999  # bytes of a file: as many digits have the offsets that corrections name
LONGEST_HEAD = 200  # characters that are kept of each of the first lines
LONGEST_BLANK = 64  # bytes of a line that may be blank

_STOP = re.compile(f"[{SENTENCE_END};\uff1b]")


class UncutError(Exception):
    """A text cannot be read in portions: whoever reads it whole says what is wrong with it."""


def of(path: Path) -> Iterator[Portion]:
    """The portions of a file in order: together they are all of it but its byte order mark.

    Raises:
        UncutError: it is too large, no text, or has no place to cut.
        OSError: it cannot be read.
    """
    with open(path, "rb") as stream:
        status = os.fstat(stream.fileno())
        if status.st_size > LARGEST:
            raise UncutError
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        stream.seek(0)
        encoding, begin = settled(stream)
        stream.seek(begin)
        head = _head(stream.read(WINDOW).decode(encoding, "replace"))
        stream.seek(begin)
        at, characters, continues = begin, 0, False
        for data, opens in _cut(stream, Portion(encoding=encoding, head=head)):
            decoded = decode_as(data, encoding)
            if isinstance(decoded, Failure) and at == begin:
                raise UncutError
            # One that is not read has its place all the same.
            text = data.decode(encoding, "replace") if isinstance(decoded, Failure) else decoded[0]
            until = characters + len(text)
            end = at + len(data)
            last = end == status.st_size
            yield Portion(
                at, end, characters, None if last else until, encoding, sha256, status.st_mtime_ns, head, continues
            )
            at, characters, continues = end, until, not opens


def read(path: Path, name: str, portion: Portion) -> Document | Issue:
    """A portion as a document, or why it is none; `name` is what its file is called in rows."""
    try:
        with open(path, "rb") as stream:
            stamp = os.fstat(stream.fileno()).st_mtime_ns
            stream.seek(portion.start)
            source = Source(name, stream.read(portion.end - portion.start), portion=portion)
    except OSError as error:
        reason = reason_of(error)
        return Issue(
            name, "unreadable", Message("cannot be opened ({reason}): check the name and the disk", reason=reason)
        )
    if stamp != portion.stamp or len(source.data) < portion.end - portion.start:
        return source.issue("unreadable", Message("it has changed while it was read: run again"))
    return txt.read(source)


def _head(text: str) -> tuple[str, ...]:
    """The first lines of a file that are not blank, folded, as `split` knows them."""
    lines = (line.strip() for line in fold(text[: 100 * LONGEST_HEAD]).split("\n"))
    return tuple(line[:LONGEST_HEAD] for line in lines if line)[: openings.ANNOUNCED_LINES]


def _cut(stream: BinaryIO, like: Portion) -> Iterator[tuple[bytes, bool]]:
    """The bytes of each portion, and whether a report begins behind it. `like`: what is known of all of them."""
    buffer = b""
    while True:
        buffer += stream.read(max(0, USUAL + SEARCHED - len(buffer)))
        if len(buffer) < USUAL + SEARCHED:
            break
        at = _opening(buffer, like)
        opens = at is not None
        while at is None and (at := _pause(buffer, like.encoding)) is None:
            more = stream.read(SEARCHED)
            if len(buffer) + len(more) > LONGEST:
                raise UncutError
            if not more:
                break
            buffer += more
        if at is None:
            break
        yield buffer[:at], opens
        buffer = buffer[at:]
    if buffer:
        yield buffer, True


def _opening(buffer: bytes, like: Portion) -> int | None:
    """Where a report begins, in bytes, behind the usual size of a portion."""
    goes_on = replace(like, continues=True)
    for place in range(USUAL, USUAL + SEARCHED, WINDOW):
        ends = _line_ends(buffer, like.encoding, place, place + WINDOW + OVERLAP)
        if len(ends) < 2:
            continue
        text, reports = _reports(buffer[ends[0] : ends[-1]], goes_on)
        breaks = [k for k, character in enumerate(text) if character == "\n"]
        if len(breaks) != len(ends) - 1:
            continue  # it has damaged characters, of which a line break is one
        for start in reports[1:]:
            number = bisect_left(breaks, start)
            line = breaks[number - 1] + 1 if number else 0
            if any(character.isalnum() for character in text[line:start]):
                continue  # the last sentence of another report stands before it
            at = ends[number]
            again, first = _reports(buffer[at : ends[-1]], like)
            if first and "\n" not in again[: first[0]]:
                return at
    return None


def _reports(data: bytes, portion: Portion) -> tuple[str, list[int]]:
    """The text of some lines, and where in it reports begin."""
    document = txt.read(Source("", data, portion=portion))
    if not isinstance(document, Document):
        return "", []
    return document.text, [report.span.start for report in split(document, grammar.load()).reports]


def _pause(buffer: bytes, encoding: str) -> int | None:
    """Where to cut a report, in bytes: behind the first blank line behind the usual size of a portion, else behind the
    first line, else behind the first full stop."""
    ends = _line_ends(buffer, encoding, USUAL, len(buffer))
    for before, after in pairwise(ends):
        if after - before <= LONGEST_BLANK and not buffer[before:after].decode(encoding, "replace").strip():
            return after
    if ends:
        return ends[0]
    try:
        text = buffer.decode(encoding)
    except UnicodeDecodeError as error:  # a character that is cut, or else what is before the damage
        text = buffer[: error.start].decode(encoding)
    for stop in _STOP.finditer(text, len(text) * USUAL // len(buffer)):
        at = len(text[: stop.end()].encode(encoding))
        # In some encodings a character can be written in two ways.
        return at if buffer[:at].decode(encoding, "replace") == text[: stop.end()] else None
    return None


def _line_ends(buffer: bytes, encoding: str, start: int, end: int) -> list[int]:
    """The offsets behind the line breaks between two offsets of bytes that begin with a whole character."""
    mark = "\n".encode(encoding)
    found, at = [], buffer.find(mark, start, end)
    while at >= 0:
        if at % len(mark):
            at = buffer.find(mark, at + 1, end)  # of two characters
            continue
        found.append(at + len(mark))
        at = buffer.find(mark, at + len(mark), end)
    return found
