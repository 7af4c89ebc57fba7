"""Zip containers (Word, Excel, archives) and the XML in them, checked before anything is unpacked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias, cast

from lxml import etree

from hreport.messages import Message
from hreport.readers.build import RefusedError as RefusedError

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
SHORTEST_MEMBER = 46  # bytes in the list of a zip's members: what is short need not be counted
_MEMBER = b"PK\x01\x02"  # begins each entry of a zip's list of members

# XML that fetches nothing and expands nothing.
_SAFELY: dict[str, Any] = {
    "resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False, "remove_comments": True,
    "remove_pis": True,
}  # fmt: skip


def opened(data: bytes, what: str) -> zipfile.ZipFile:
    """Open a zip whose declared sizes are safe; `what` names it for the user ("docx").

    RefusedError where they are not, zipfile.BadZipFile where it is none.
    """
    most = 5 * MOST_MEMBERS
    if len(data) > most * SHORTEST_MEMBER and data.count(_MEMBER) > most:
        # The list itself is what is too large. Zips inside that are stored as they are have such entries too.
        raise RefusedError(
            "too_large", Message("the {what} holds more members than is safe: save it anew, or in parts", what=what)
        )
    archive = zipfile.ZipFile(io.BytesIO(data))
    members = archive.infolist()
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_ARCHIVE:
        archive.close()
        raise RefusedError(
            "too_large", Message("the {what} unpacks to more than is safe: save it anew, or in parts", what=what)
        )
    return archive


def unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, what: str) -> bytes:
    """The bytes of a member; RefusedError where it grows to more than is safe."""
    bomb = member.file_size > RATIO_MATTERS and member.file_size > HIGHEST_RATIO * max(1, member.compress_size)
    if member.file_size > LARGEST_PART or bomb:
        message = Message(
            "{name} unpacks to more than is safe: save the {what} anew, or in parts", name=member.filename, what=what
        )
        raise RefusedError("too_large", message)
    with archive.open(member) as stream:
        # With a size, for without one what a member that lies about its own unpacks to is in memory before it is cut.
        return stream.read(member.file_size + 1)


def parsed(data: bytes, name: str, what: str) -> Element:
    """The root element of XML that fetches nothing and expands nothing; RefusedError where it holds a DTD, or where
    its elements would take more memory than is safe, which are told by the signs that stand for one in any encoding
    that such XML may have."""
    if data and (b"<" not in data[:64] or b"utf-7" in data[:200].lower()):
        raise RefusedError(
            "damaged", Message("{name} is no XML that a {what} holds: get the file again", name=name, what=what)
        )
    # What is short cannot hold so many: no need to count.
    counted = len(data) * (NODE + ATTRIBUTE) > LARGEST_TREE
    if counted and NODE * data.count(b"<") + ATTRIBUTE * data.count(b"=") + len(data) > LARGEST_TREE:
        raise RefusedError(
            "too_large",
            Message("{name} holds more elements than is safe: save the {what} in parts", name=name, what=what),
        )
    try:
        root = etree.fromstring(data, etree.XMLParser(**_SAFELY))
    except etree.XMLSyntaxError as error:
        if "XML_PARSE_HUGE" in str(error):
            message = Message(
                "{name} is nested too deeply, or holds too long a text: save the {what} anew, or in parts",
                name=name,
                what=what,
            )
            raise RefusedError("too_large", message) from error
        if b"<!ENTITY" in data:  # so many in one another that the parser gave up before its end
            raise _no_types(name, what) from error
        raise
    if root.getroottree().docinfo.internalDTD is not None:
        raise _no_types(name, what)
    return root


class Target(Protocol):
    """What is told of the elements of XML as they come."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""

    def data(self, text: str) -> None:
        """Words of the element that was begun last."""

    def end(self, tag: str) -> None:
        """An element ends."""


class _Guarded:
    """Hands elements on without their namespaces; RefusedError at a DTD."""

    def __init__(self, target: Target, name: str, what: str) -> None:
        self.name, self.what = name, what
        self._target, self.data = target, target.data

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._target.start(tag.rpartition("}")[2], attributes)

    def end(self, tag: str) -> None:
        self._target.end(tag.rpartition("}")[2])

    def doctype(self, *_: object) -> None:
        raise _no_types(self.name, self.what)

    def close(self) -> None:
        """Nothing is left to do."""


def followed(data: bytes, name: str, what: str, target: Target) -> None:
    """Tell a target of the elements of XML without keeping them, however many there are; RefusedError where it holds a
    DTD."""
    guarded = _Guarded(target, name, what)
    parser = etree.XMLParser(target=cast(Any, guarded), **_SAFELY)
    etree.fromstring(data, parser)


def _no_types(name: str, what: str) -> RefusedError:
    return RefusedError(
        "unsafe",
        Message("{name} holds a document type definition, which no {what} needs: save it anew", name=name, what=what),
    )
