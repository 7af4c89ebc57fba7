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
# What libxml2 takes in memory for an element or a piece of text, and for an attribute, of the shortest kind.
NODE, ATTRIBUTE = 124, 234
LARGEST_TREE = 500 * 1024 * 1024
_MEMBER = b"PK\x01\x02"  # begins each entry of a zip's list of members


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
    if data.count(_MEMBER) > 5 * MOST_MEMBERS:
        # The list itself is what is too large. Zips inside that are stored as they are have such entries too.
        raise RefusedError("too_large", f"the {what} holds more members than is safe: save it anew, or in parts")
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
    with archive.open(member) as stream:
        # With a size, for without one what a member that lies about its own unpacks to is in memory before it is cut.
        return stream.read(member.file_size + 1)


def parsed(data: bytes, name: str, what: str) -> Element:
    """The root element of XML that fetches nothing and expands nothing; RefusedError where it holds a DTD, or where
    its elements would take more memory than is safe, which are told by the signs that stand for one in any encoding
    that such XML may have."""
    if data and (b"<" not in data[:64] or b"utf-7" in data[:200].lower()):
        raise RefusedError("damaged", f"{name} is no XML that a {what} holds: get the file again")
    if NODE * data.count(b"<") + ATTRIBUTE * data.count(b"=") + len(data) > LARGEST_TREE:
        raise RefusedError("too_large", f"{name} holds more elements than is safe: save the {what} in parts")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if "XML_PARSE_HUGE" in str(error):
            message = f"{name} is nested too deeply, or holds too long a text: save the {what} anew, or in parts"
            raise RefusedError("too_large", message) from error
        raise
    if root.getroottree().docinfo.internalDTD is not None:
        raise RefusedError("unsafe", f"{name} holds a document type definition, which no {what} needs: save it anew")
    return root
