"""Text for a screen, of which nothing is obeyed."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from typing import BinaryIO

from hreport.record import legible


class Legible:
    """A screen on which bytes of text are written; what it would obey is no longer in them."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        """Write to the stream, whose encoding is given."""
        self._stream, self._encoding = stream, encoding
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")

    def write(self, data: bytes) -> int:
        """Write some bytes, of which a character may be cut in two."""
        self._stream.write(legible(self._decoder.decode(data), lines=True).encode(self._encoding, "replace"))
        return len(data)

    def writelines(self, lines: Iterable[bytes]) -> None:
        """Write lines as they come."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Show what has been written."""
        self._stream.flush()
