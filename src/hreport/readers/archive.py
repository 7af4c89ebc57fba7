"""Zip archives of documents: what lies in them, checked before it is unpacked. Nothing is ever written to the disk."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hreport.messages import Message
from hreport.readers.build import RefusedError

MOST_MEMBERS = 100_000
DEEPEST = 3  # archives in archives
LARGEST_TOTAL = 20 * 1024**3
TOTAL_MATTERS = 1024**3
HIGHEST_TOTAL_RATIO = 200
UTF8_NAMES = 0x800  # the flag of a member whose name is in UTF-8

# Members that speak of the archive, or that a Mac or an office program left there.
_NOISE = re.compile(r"(?:.*/)?(?:\.[^/]*|~\$[^/]*|thumbs\.db|desktop\.ini)|__macosx/.*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Member:
    """A document in an archive: its number in the directory, its name as text, and how many bytes it has, packed or
    not, whichever it says are more."""

    number: int
    name: str
    size: int


def opened(data: bytes | Path) -> zipfile.ZipFile:
    """Open an archive, of bytes or a file; RefusedError where it is broken or unpacks to more than is safe."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data) if isinstance(data, bytes) else data)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise RefusedError("damaged", Message("damaged zip: get the file again, it is cut short or broken")) from None
    members = archive.infolist()
    total, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    bomb = total > TOTAL_MATTERS and total > HIGHEST_TOTAL_RATIO * max(1, packed)
    if len(members) > MOST_MEMBERS or total > LARGEST_TOTAL or bomb:
        archive.close()
        raise RefusedError(
            "too_large", Message("the archive unpacks to more than is safe: unpack it and give the files inside")
        )
    return archive


def members(archive: zipfile.ZipFile) -> list[Member]:
    """The documents in an archive, sorted by name; folders and hidden files are left out."""
    found = []
    for number, member in enumerate(archive.infolist()):
        name = _name(member)
        if not name.endswith("/") and not _NOISE.fullmatch(name):
            size = max(member.file_size, member.compress_size)  # it may lie about either
            found.append(Member(number, name.lstrip("/") or "unnamed", size))
    return sorted(found, key=lambda m: (m.name, m.number))


def member(archive: zipfile.ZipFile, number: int, password: str | None = None) -> bytes:
    """The bytes of a member; RefusedError says why there are none."""
    from hreport.readers.package import unpacked  # brings the library for XML, which texts do not wait for

    entry = archive.infolist()[number]
    if password is not None:
        archive.setpassword(password.encode())
    try:
        return unpacked(archive, entry, "archive")
    except RuntimeError:  # that is what zipfile raises
        wrong = Message("wrong password for this archive: give the right --password")
        raise RefusedError("encrypted", wrong if password else Message("encrypted archive: give --password")) from None
    except NotImplementedError:
        message = Message(
            "it is packed or encrypted in a way that is not known: unpack the archive and give the files inside"
        )
        raise RefusedError("unsupported", message) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, IndexError):
        raise RefusedError("damaged", Message("damaged in its archive: get the archive again")) from None


def _name(member: zipfile.ZipInfo) -> str:
    """A member's name: without the flag for UTF-8 it may be UTF-8 all the same, or GB18030 from a Chinese Windows."""
    name = member.filename
    if not member.flag_bits & UTF8_NAMES:
        for encoding in ("utf-8", "gb18030"):
            with suppress(UnicodeError):
                name = name.encode("cp437").decode(encoding)
                break
    return name.replace("\\", "/")
