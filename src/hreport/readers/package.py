"""Zip containers (Word, Excel, archives) and the XML in them, checked before anything is unpacked."""

from __future__ import annotations

import io
import zipfile
from typing import TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element

MOST_MEMBERS = 20_000
LARGEST_ARCHIVE = 300 * 1024 * 1024
LARGEST_PART = 150 * 1024 * 1024
# Word's own XML shrinks to a fiftieth at most; a bomb, to a thousandth.
HIGHEST_RATIO = 250
RATIO_MATTERS = 10 * 1024 * 1024


class RefusedError(Exception):
    """Why a file is not read: a stable code and a line for the user."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the two apart."""
        super().__init__(message)
        self.code = code
        self.message = message


def opened(data: bytes, what: str) -> zipfile.ZipFile:
    """Open a zip whose declared sizes are safe; `what` names it for the user ("docx").

    RefusedError where they are not, zipfile.BadZipFile where it is none.
    """
    archive = zipfile.ZipFile(io.BytesIO(data))
    members = archive.infolist()
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_ARCHIVE:
        archive.close()
        raise RefusedError("too_large", f"the {what} unpacks to more than is safe: save it anew, or in parts")
    return archive


def unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, what: str) -> bytes:
    """The bytes of a member; RefusedError where it grows to more than is safe."""
    bomb = member.file_size > RATIO_MATTERS and member.file_size > HIGHEST_RATIO * max(1, member.compress_size)
    if member.file_size > LARGEST_PART or bomb:
        message = f"{member.filename} unpacks to more than is safe: save the {what} anew, or in parts"
        raise RefusedError("too_large", message)
    return archive.read(member)


def parsed(data: bytes, name: str, what: str) -> Element:
    """The root element of XML that fetches nothing and expands nothing; RefusedError where it holds a DTD."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    root = etree.fromstring(data, parser)
    if root.getroottree().docinfo.internalDTD is not None:
        raise RefusedError("unsafe", f"{name} holds a document type definition, which no {what} needs: save it anew")
    return root
