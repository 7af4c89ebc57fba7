"""Streams of a pdf that unpack to far more than any report holds, found before pdfium unpacks them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

LARGEST = 150 * 1024 * 1024  # bytes of all suspicious streams together, unpacked
SMALLEST = 16 * 1024  # no stream of this length or less grows to more than 16 MB
SAMPLE = 1024
SAMPLE_EVERY = 64 * 1024
PIECE = 1024 * 1024
LONGEST_HEAD = 400  # bytes before a stream that are searched for its filters
MOST_LAYERS = 8

_STREAM = re.compile(rb"stream\r?\n")
_DEFLATED_AGAIN = re.compile(rb"(?:/Fl(?:ateDecode)?\b\s*){2,}")


def is_bomb(data: bytes) -> bool:
    """Do the streams of this pdf unpack to more than is safe?

    What is encrypted looks like noise, and a stream that is used many times counts once.
    """
    return sum(_sizes(data)) > LARGEST


def _sizes(data: bytes) -> Iterator[int]:
    """The lengths, unpacked, of the streams that may be bombs; those over the limit are cut there."""
    end = 0
    for match in _STREAM.finditer(data):
        begin = match.end()
        if begin < end:
            continue
        end = data.find(b"endstream", begin)
        end = len(data) if end < 0 else end
        again = _DEFLATED_AGAIN.search(data, max(0, match.start() - LONGEST_HEAD), begin)
        if again or (end - begin > SMALLEST and _is_suspicious(data, begin, end)):
            yield _grown(data[begin:end], min(again[0].count(b"/"), MOST_LAYERS) if again else 1)


def _is_suspicious(data: bytes, begin: int, end: int) -> bool:
    """Is the stream packed so much that what is packed could be packed again?"""
    if data[begin] & 0x0F != 8:  # the method of every stream that zlib wrote
        return False
    places = range(begin + min(SAMPLE_EVERY, end - begin) // 2, end - SAMPLE, SAMPLE_EVERY)
    return any(len(zlib.compress(data[place : place + SAMPLE], 1)) < SAMPLE / 3 for place in places)


def _grown(data: bytes, layers: int) -> int:
    """How long the stream is once unpacked, without keeping it; a little more than the limit where it is longer."""
    pieces = iter([data])
    for _ in range(layers):
        pieces = _unpacked(pieces)
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > LARGEST:
            break
    return size


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj()
    for data in pieces:
        while data and not unpacker.eof:
            try:
                piece = unpacker.decompress(data, PIECE)
            except zlib.error:
                return  # not packed, or damaged: pdfium will not unpack more of it
            yield piece
            data = unpacker.unconsumed_tail
