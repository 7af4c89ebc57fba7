"""The container of old Office files, checked before it is opened; the document's own properties in it."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import olefile

SMALLEST_SECTOR = 512
SUMMARY = "\x05SummaryInformation"
MOST_PROPERTIES = 64
# Properties by their numbers, and types of values.
CODE_PAGE, TITLE, AUTHOR, CREATED = 1, 2, 4, 12
TEXT, WIDE_TEXT, TIME = 30, 31, 64
CHINESE = 936


class BrokenError(Exception):
    """The container is cut short or broken."""


class Container:
    """The streams of an old Office file by their names; what is embedded in it lies deeper and is not among them."""

    def __init__(self, data: bytes) -> None:
        """Read the directory; BrokenError where that cannot be."""
        # Counts of sectors that no file of this size has would keep the library busy for ever.
        sectors = len(data) // SMALLEST_SECTOR
        if any(unsigned(data, at) > sectors for at in (44, 64, 72)):
            raise BrokenError
        self._size = len(data)
        try:
            self._container = olefile.OleFileIO(io.BytesIO(data))
            paths = self._container.listdir()
        except Exception as error:  # the library raises whatever it stumbles over
            raise BrokenError from error
        self.is_doubtful = bool(self._container.parsing_issues)
        self.names = frozenset(path[0] for path in paths if len(path) == 1)
        if not self.names or self._container.root.size > self._size:
            raise BrokenError

    def stream(self, name: str) -> bytes:
        """What a stream holds; nothing where there is none of this name."""
        if name not in self.names:
            return b""
        try:
            if self._container.get_size(name) > self._size:
                raise BrokenError
            found = bytes(self._container.openstream(name).read())
            if self._goes_round(name):
                raise BrokenError
        except Exception as error:
            raise BrokenError from error
        return found

    def _goes_round(self, name: str) -> bool:
        """Does a sector of an open stream come twice, so that what it seems to hold is not what was written?"""
        entry = next(entry for entry in self._container.root.kids if entry.name == name)
        small = entry.is_minifat
        table = self._container.minifat if small else self._container.fat
        size = self._container.mini_sector_size if small else self._container.sector_size
        sector, seen = entry.isectStart, set()
        for _ in range(-(-entry.size // size)):
            if sector >= len(table):
                return False
            if sector in seen:
                return True
            seen.add(sector)
            sector = table[sector]
        return False

    def properties(self) -> dict[str, str]:
        """Title, creator and date of creation."""
        try:
            return _properties(self.stream(SUMMARY))
        except (BrokenError, LookupError, ValueError, OverflowError):
            return {}


def unsigned(data: bytes, at: int, size: int = 4) -> int:
    """A number of some bytes, the low one first; 0 where the data ends before it."""
    return int.from_bytes(data[at : at + size], "little")


def _properties(data: bytes) -> dict[str, str]:
    begin = unsigned(data, 44)
    places = {
        unsigned(data, at): begin + unsigned(data, at + 4)
        for at in range(begin + 8, begin + 8 + 8 * min(unsigned(data, begin + 4), MOST_PROPERTIES), 8)
    }
    code_page = unsigned(data, places[CODE_PAGE] + 4, 2) if CODE_PAGE in places else CHINESE
    encoding = {65001: "utf-8", 1200: "utf-16-le"}.get(code_page, f"cp{code_page}")
    found = {}
    for key, property_number in (("title", TITLE), ("creator", AUTHOR)):
        at = places.get(property_number, len(data))
        length = unsigned(data, at + 4)
        if unsigned(data, at) == TEXT:
            found[key] = data[at + 8 : at + 8 + length].decode(encoding, "replace")
        elif unsigned(data, at) == WIDE_TEXT:
            found[key] = data[at + 8 : at + 8 + 2 * length].decode("utf-16-le", "replace")
    at = places.get(CREATED, len(data))
    if unsigned(data, at) == TIME and unsigned(data, at + 4, 8):
        # Counted in tenths of a microsecond since 1601.
        created = datetime(1601, 1, 1) + timedelta(microseconds=unsigned(data, at + 4, 8) // 10)
        found["created"] = f"{created.isoformat(timespec='seconds')}Z" if created.year > 1601 else ""
    found = {key: value.partition("\0")[0].strip() for key, value in found.items()}
    return {key: value for key, value in found.items() if value}
