"""Word documents (.docx) by a walk over their XML; and Word in one XML file, of either kind: the elements are the same.

Libraries that offer paragraphs and tables lose runs inside smart tags, content controls, tracked insertions and text
boxes, footnotes, and the numbers that Word puts before paragraphs; a walk over the elements keeps them. It is also
faster, since it asks for nothing twice: what a style means is worked out once, and what a run looks like is not asked
where no run of the part is hidden or raised.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from posixpath import dirname, join, normpath
from typing import Protocol

from lxml import etree

from hreport.messages import Message, listed
from hreport.model import BlockKind, Document, Issue
from hreport.readers.build import Builder, Cell, Paragraph, Source, Table
from hreport.readers.package import Element, RefusedError, opened, parsed, unpacked
from hreport.readers.word import (
    EXPONENT,
    LONGEST_HEADING,
    LONGEST_LABEL,
    MOST_COLUMNS,
    MOST_PARAGRAPHS,
    NUMBER_FORMATS,
    RAISED_DIGITS,
    Level,
    NumberedList,
    Numbering,
    heading_level,
    is_contents,
    label_text,
    symbol,
)

MOST_CELLS = 100_000
MOST_TABLES = 10_000
LONGEST_CHAIN = 50  # of styles that are based on one another
LARGEST_STRIPPED = 8 * 1024 * 1024  # bytes of a part that is cut in pieces, which takes several times its memory

# Elements whose words are not the document's: what was deleted or moved away, field codes, the reading above a hanzi.
LEFT_OUT = frozenset(
    (
        "del", "moveFrom", "delText", "instrText", "delInstrText", "rt", "pPr", "rPr", "sectPr", "tblPr", "tblGrid",
        "trPr", "tcPr", "sdtPr", "sdtEndPr", "customXmlPr", "smartTagPr", "softHyphen", "annotationRef", "footnoteRef",
        "endnoteRef", "commentReference", "proofErr", "bookmarkStart", "bookmarkEnd", "lastRenderedPageBreak",
    )
)  # fmt: skip
OFF = frozenset(("0", "false", "off"))
# What a document may hold that has words or figures of its own, which stand in other files: how the user is told.
ELSEWHERE = {
    "altChunk": Message("embedded document"),
    "chart": Message("chart"),
    "relIds": Message("diagram"),
    "OLEObject": Message("embedded object"),
}

_HOLDING = frozenset(("r", "p", "tc"))  # elements that hold words, behind the properties
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_BLANKS = "\r\n\t "
_STYLES_TAG = re.compile(rb"<w:styles\b[^<>]*>")
_STYLE_ID = re.compile(rb'\sw:styleId="([^"&]+)"')
_DEFAULT = re.compile(rb'\sw:default="(\w+)"')
_COMMENT = re.compile(b"<[!?]")  # in what so begins, what looks like an element may be none
# What the walk asks of the properties of cells, of paragraphs (and of their ends) and of runs: all else that they hold
# is only how words look, unless a change of them was tracked, in which they stand again.
_TELLING = {
    b"tcPr": re.compile(b"gridSpan|[vh][Mm]erge|cellMerge|cellDel|Change"),
    b"pPr": re.compile(b"pStyle|numPr|listPr|outlineLvl|vanish|del|moveFrom|Change"),
    b"rPr": re.compile(b"vanish|vertAlign|rStyle|del|moveFrom|Change"),
}


def read(source: Source) -> Document | Issue:
    """Read body, text boxes and notes of a Word document, with its headings, tables and automatic numbers."""
    zipped = source.data.startswith(b"PK")
    what = "docx" if zipped else Message("Word XML file")
    try:
        if zipped:
            with opened(source.data, what) as archive:
                walk = _Walk(_Zipped(archive))
                walk.body()
        else:
            walk = _Walk(_unzipped(source.data))
            walk.body()
    except RefusedError as refused:
        return source.issue(refused.code, refused.message)
    except RecursionError:
        return source.issue("too_large", Message("the {what} is nested too deeply to be safe: save it anew", what=what))
    except etree.XMLSyntaxError:
        return source.issue(
            "damaged", Message("damaged {what}: its XML is broken: open it in Word and save it anew", what=what)
        )
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        return source.issue(
            "damaged", Message("damaged {what}: get the file again, it is cut short or broken", what=what)
        )
    except RuntimeError:
        return source.issue("encrypted", Message("encrypted docx: save it without a password"))
    builder = walk.builder
    left_out = walk.left_out()
    if not builder.blocks:
        held = left_out or walk.pictures()
        advice = Message("open it in Word and save it as pdf") if held else Message("nothing to read")
        but = Message(" but {held}", held=held) if held else ""
        return source.issue(
            "empty", Message("the {what} holds no text{but}: {advice}", what=what, but=but, advice=advice)
        )
    message = Message(
        "left out: {left_out}, whose words and figures are not in the text: see them in Word", left_out=left_out
    )
    issues = [source.issue("left_out", message, fatal=False)] if left_out else []
    return source.document(builder.text, builder.blocks, "docx" if zipped else "wordxml", walk.meta, issues)


# --- the parts --------------------------------------------------------------------------------------------------------


class _Package(Protocol):
    """Where the parts of a document are."""

    def main(self) -> Element | None:
        """The root element of the text."""

    def related(self, kind: str) -> Element | None:
        """The root element of the document's `styles`, `numbering`, `footnotes` ..., where it has such a part."""

    def sheet(self) -> _Sheet:
        """The document's styles."""

    def properties(self) -> Element | None:
        """The element that holds title, creator and date."""


class _Parts:
    """The parts of a package by their names, as relations between them tell."""

    def main(self) -> Element | None:
        """The part that the package names as its text."""
        place = self._targets("").get("officeDocument", "")
        # A part by the usual name, where the package does not say, or names one that is not there.
        self.place = place if self.has(place) else "word/document.xml"
        return self.part(self.place)

    @cached_property
    def targets(self) -> dict[str, str]:
        """What the main part names."""
        return self._targets(self.place)

    def related(self, kind: str) -> Element | None:
        """The part that the main part names as its `styles`, `numbering`, `footnotes` ..."""
        name = self.targets.get(kind)
        return self._sound(name) if name else None

    def sheet(self) -> _Sheet:
        """The styles, where there are any."""
        return _sheet(self.related("styles"))

    def properties(self) -> Element | None:
        """Title, creator and date of creation."""
        return self._sound("docProps/core.xml")

    def _sound(self, name: str) -> Element | None:
        try:
            return self.part(name)
        except (etree.XMLSyntaxError, zipfile.BadZipFile, zlib.error):
            # A broken style sheet costs headings and numbers, not the text.
            return None

    def _targets(self, part: str) -> dict[str, str]:
        folder = dirname(part)
        root = self._sound(join(folder, "_rels", f"{part.rpartition('/')[2]}.rels"))
        targets: dict[str, str] = {}
        for relation in root if root is not None else ():
            if relation.get("TargetMode") != "External":
                kind = relation.get("Type", "").rpartition("/")[2]
                target = relation.get("Target", "")
                place = target[1:] if target.startswith("/") else normpath(join(folder, target))
                targets.setdefault(kind, place)
        return targets

    def has(self, name: str) -> bool:
        """Is there such a part?"""
        raise NotImplementedError

    def part(self, name: str) -> Element | None:
        """The root element of a part, or None where there is no such part."""
        raise NotImplementedError


class _Zipped(_Parts):
    """The parts of a docx, each checked before it is unpacked."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """List the members; of two by one name the last counts, as for Word."""
        self.archive = archive
        self.members = {member.filename.replace("\\", "/").lower(): member for member in archive.infolist()}

    def has(self, name: str) -> bool:
        return name.lower() in self.members

    def part(self, name: str) -> Element | None:
        member = self.members.get(name.lower())
        if member is None:
            return None
        return parsed(_without_looks(unpacked(self.archive, member, "docx")), name, "docx")

    def sheet(self) -> _Sheet:
        member = self.members.get(self.targets.get("styles", "").lower())
        data = unpacked(self.archive, member, "docx") if member is not None else b""
        return _sheet_in_pieces(data) or _sheet(self.related("styles"))


class _Flat(_Parts):
    """The parts of a package in one XML file ("flat OPC")."""

    def __init__(self, root: Element) -> None:
        """List the parts."""
        found = ((_attribute(part, "name") or "", _child(part, "xmlData")) for part in _children(root, "part"))
        self.parts = {name.lstrip("/").lower(): data[0] for name, data in found if data is not None and len(data)}

    def has(self, name: str) -> bool:
        return name.lower() in self.parts

    def part(self, name: str) -> Element | None:
        return self.parts.get(name.lower())


class _Word2003:
    """The one element of Word 2003 XML, in which everything stands."""

    def __init__(self, root: Element) -> None:
        """Keep it."""
        self.root = root

    def main(self) -> Element | None:
        return self.root

    def related(self, kind: str) -> Element | None:
        return _child(self.root, "lists" if kind == "numbering" else kind)

    def sheet(self) -> _Sheet:
        return _sheet(self.related("styles"))

    def properties(self) -> Element | None:
        return _child(self.root, "DocumentProperties")


def _unzipped(data: bytes) -> _Package:
    """The parts of a document in one XML file, of either form; pictures are left out before it is parsed."""
    for begin, end in ((b"<pkg:binaryData>", b"</pkg:binaryData>"), (b"<w:binData", b"</w:binData>")):
        data = _without(data, begin, end)
    root = parsed(data, Message("the file"), Message("Word XML file"))
    if _name(root) == "package":
        return _Flat(root)
    if _name(root) == "wordDocument":
        return _Word2003(root)
    raise RefusedError("unsupported", Message("an XML file that is not of Word: save it as .txt or .docx"))


def _without(data: bytes, begin: bytes, end: bytes) -> bytes:
    """XML without the elements that open with `begin`, none of which holds another."""
    if begin not in data or b"<!" in data:
        return data
    *pieces, rest = data.split(end)
    return b"".join((*(piece[: piece.rfind(begin)] if begin in piece else piece + end for piece in pieces), rest))


def _without_looks(data: bytes) -> bytes:
    """XML of Word without the properties that only say how words look: half of all that a report is made of.

    >>> _without_looks(b"<w:r><w:rPr><w:b/></w:rPr>1</w:r><w:r><w:rPr><w:vanish/></w:rPr>2</w:r>")
    b'<w:r>1</w:r><w:r><w:rPr><w:vanish/></w:rPr>2</w:r>'
    """
    if len(data) > LARGEST_STRIPPED or _COMMENT.search(data, len(b"<?xml")):
        return data
    for name, telling in _TELLING.items():
        begin, end = b"<w:%s>" % name, b"</w:%s>" % name
        first, *rest = data.split(begin)
        pieces = [first]
        kept: dict[bytes, bool] = {}
        for piece in rest:
            properties, found, after = piece.partition(end)
            if properties not in kept:
                kept[properties] = not found or telling.search(properties) is not None
            pieces.append(begin + piece if kept[properties] else after)
        data = b"".join(pieces)
    return data


# --- reaching into elements -------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _local(tag: str) -> str:
    """A tag without its namespace: the transitional and the strict one hold the same names."""
    return tag.rpartition("}")[2]


def _counted(number: int, thing: str) -> str:
    if number > 1:
        return Message("{number} {thing}s", number=number, thing=thing)
    return Message("{number} {thing}", number=number, thing=thing)


def _name(element: Element) -> str:
    return _local(element.tag)


def _children(element: Element | None, name: str) -> Iterator[Element]:
    for child in element if element is not None else ():
        if _local(child.tag) == name:
            yield child


def _child(element: Element | None, *path: str) -> Element | None:
    for name in path:
        for child in element if element is not None else ():
            if _local(child.tag) == name:
                element = child
                break
        else:
            return None
    return element


def _by_name(element: Element | None) -> dict[str, Element]:
    """What stands directly in an element, by name: cheaper than to look for each of several."""
    return {_local(child.tag): child for child in reversed(element)} if element is not None else {}


def _properties(element: Element, name: str) -> dict[str, Element]:
    """The properties of a paragraph, row or cell by name, which stand before what it holds."""
    for child in element:
        found = _local(child.tag)
        if found == name:
            return _by_name(child)
        if found in _HOLDING:
            break
    return {}


def _attribute(element: Element | None, name: str) -> str | None:
    for key, value in element.items() if element is not None else ():
        if _local(str(key)) == name:
            return str(value)
    return None


def _holds(root: Element, *names: str) -> bool:
    """Is an element of one of these names anywhere in the part? It costs next to nothing where there is none."""
    return any(next(root.iter(f"{{*}}{name}"), None) is not None for name in names)


def _value(element: Element | None, *path: str) -> str | None:
    return _attribute(_child(element, *path), "val")


def _number(text: str | None, default: int) -> int:
    try:
        return int(text) if text else default
    except ValueError:
        return default


def _is_on(element: Element | None, name: str) -> bool | None:
    """Is this switch on? None where it is not there."""
    switch = _child(element, name)
    return None if switch is None else _switch(switch)


def _switch(element: Element) -> bool:
    return (_attribute(element, "val") or "1") not in OFF


# --- styles -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Style:
    name: str = ""
    parent: str = ""
    outline: int | None = None
    hidden: bool | None = None
    numbering: str | None = None
    numbering_level: int | None = None


@dataclass(frozen=True, slots=True)
class _Look:
    """What a style says with all that it inherits: the level of a heading is 0 for a title, 1 to 9, None for no
    heading."""

    hidden: bool
    level: int | None
    contents: bool
    numbering: str | None
    numbering_level: int | None


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A style sheet: its styles by their ids, as elements or as XML that is not parsed yet (and needs `head` before
    it); the id of the style that paragraphs have which name none; does any style hide text?"""

    styles: Mapping[str, Element | bytes]
    default: str
    hiding: bool
    head: bytes = b""


def _sheet(root: Element | None) -> _Sheet:
    styles: dict[str, Element | bytes] = {}
    default = ""
    for element in _children(root, "style"):
        about = {_local(str(key)): str(value) for key, value in element.items()}
        key = about.get("styleId", "")
        styles[key] = element
        if about.get("type") == "paragraph" and about.get("default", "0") not in OFF:
            default = key
    return _Sheet(styles, default, root is not None and _holds(root, "vanish"))


def _sheet_in_pieces(data: bytes) -> _Sheet | None:
    """The style sheet of Word itself, cut where styles begin and end: it has hundreds, of which a document uses ten,
    and to parse them all takes longer than to parse the document. None where the bytes are not what Word writes.
    """
    root = _STYLES_TAG.search(data)
    if root is None or (b"!" in data and b"<!" in data):
        return None
    styles: dict[str, Element | bytes] = {}
    default = ""
    for piece in data[root.end() :].split(b"</w:style>")[:-1]:
        at = piece.find(b"<w:style ")
        opening = piece[at : piece.find(b">", at)] if at >= 0 else b""
        name = _STYLE_ID.search(opening)
        if not name or opening.endswith(b"/"):
            return None
        key = name[1].decode("utf-8", "replace")
        styles[key] = piece[at:]
        switch = _DEFAULT.search(opening)
        if switch and b'w:type="paragraph"' in opening and switch[1].decode("utf-8", "replace") not in OFF:
            default = key
    return _Sheet(styles, default, b"<w:vanish" in data, data[: root.end()])


class _Styles:
    """What paragraph and character styles say of headings, hiding and numbers, with what they inherit."""

    def __init__(self, sheet: _Sheet) -> None:
        """Styles are read when they are met."""
        self.sheet = sheet
        self.styles: dict[str, _Style] = {}
        self.looks: dict[str, _Look] = {}

    def look(self, key: str) -> _Look:
        """What the style and those it is based on say."""
        if key not in self.looks:
            chain = list(self._chain(key))
            self.looks[key] = _Look(
                next((style.hidden for style in chain if style.hidden is not None), False),
                _level(chain),
                any(is_contents(style.name) for style in chain),
                next((style.numbering for style in chain if style.numbering is not None), None),
                next((style.numbering_level for style in chain if style.numbering_level is not None), None),
            )
        return self.looks[key]

    def _chain(self, key: str) -> Iterator[_Style]:
        seen: set[str] = set()
        while key in self.sheet.styles and key not in seen and len(seen) < LONGEST_CHAIN:
            seen.add(key)
            if key not in self.styles:
                self.styles[key] = _read_style(self._element(key))
            yield self.styles[key]
            key = self.styles[key].parent

    def _element(self, key: str) -> Element | None:
        style = self.sheet.styles[key]
        if not isinstance(style, bytes):
            return style
        try:
            return parsed(self.sheet.head + style + b"</w:style></w:styles>", "styles", "docx")[0]
        except etree.XMLSyntaxError:
            return None


def _read_style(element: Element | None) -> _Style:
    about = _by_name(element)
    paragraph = _by_name(about.get("pPr"))
    outline = _attribute(paragraph.get("outlineLvl"), "val")
    numbering = _by_name(paragraph.get("numPr", paragraph.get("listPr")))
    level = _attribute(numbering.get("ilvl"), "val")
    return _Style(
        _attribute(about.get("name"), "val") or "",
        _attribute(about.get("basedOn"), "val") or "",
        _number(outline, 9) if outline is not None else None,
        _is_on(about.get("rPr"), "vanish"),
        _attribute(numbering.get("numId", numbering.get("ilfo")), "val"),
        _number(level, 0) if level is not None else None,
    )


def _level(chain: list[_Style]) -> int | None:
    for style in chain:
        if (level := heading_level(style.name)) is not None:
            return level
        if style.outline is not None:
            return style.outline + 1 if style.outline < 9 else None
    return None


# --- automatic numbers ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Names:
    """What the elements and attributes of lists are called."""

    abstract: str
    key: str
    list: str
    list_key: str
    of: str


_NAMES = _Names("abstractNum", "abstractNumId", "num", "numId", "abstractNumId")
_NAMES_2003 = _Names("listDef", "listDefId", "list", "ilfo", "ilst")


class _Lists:
    """The lists of a document, each read when it is first met."""

    def __init__(self, root: Element | None) -> None:
        """Read the lists and their levels."""
        names = _NAMES_2003 if root is not None and _name(root) == "lists" else _NAMES
        abstract = {_attribute(element, names.key) or "": element for element in _children(root, names.abstract)}
        by_style = {_value(element, "styleLink"): element for element in abstract.values()}
        self.names, self.abstract, self.by_style = names, abstract, by_style
        self.found = {_attribute(element, names.list_key) or "": element for element in _children(root, names.list)}
        self.lists: dict[str, NumberedList] = {}

    def get(self, key: str, /) -> NumberedList | None:
        """The list, where there is one."""
        element = self.found.get(key)
        if element is None or key in self.lists:
            return self.lists.get(key)
        template_key = _value(element, self.names.of) or ""
        template = self.abstract.get(template_key)
        if link := _value(template, "numStyleLink"):
            template = self.by_style.get(link, template)
        levels = dict(map(_read_level, _children(template, "lvl")))
        starts: dict[int, int] = {}
        for override in _children(element, "lvlOverride"):
            place = _number(_attribute(override, "ilvl"), 0)
            if (level := _child(override, "lvl")) is not None:
                levels[place] = _read_level(level)[1]
            if (start := _value(override, "startOverride")) is not None:
                starts[place] = _number(start, 1)
        self.lists[key] = NumberedList(template_key, levels, starts)
        return self.lists[key]


def _read_level(element: Element) -> tuple[int, Level]:
    restart = _value(element, "lvlRestart")
    hidden = _is_on(_child(element, "rPr"), "vanish")
    number_format = _child(element, "numFmt")
    if number_format is None:
        # Newer formats stand beside an older one: mc:AlternateContent, the choice first.
        number_format = _child(element, "AlternateContent", "Choice", "numFmt")
    code = _value(element, "nfc")
    return _number(_attribute(element, "ilvl"), 0), Level(
        _attribute(number_format, "val") or NUMBER_FORMATS.get(_number(code, 0), "decimal"),
        "" if hidden else (_value(element, "lvlText") or "")[:LONGEST_LABEL],
        _number(_value(element, "start"), 0),
        (_value(element, "suff") or "").lower() != "nothing",
        _number(restart, 0) if restart is not None else None,
        bool(_is_on(element, "isLgl")),
        _value(element, "pStyle") or "",
    )


# --- the walk ---------------------------------------------------------------------------------------------------------

# Makers whose newer forms of content are walked like Word's own.
_UNDERSTOOD = ("http://schemas.microsoft.com/office/", "http://schemas.openxmlformats.org/", "http://purl.oclc.org/")
_GONE = frozenset(("Word.Deletion", "Word.Comment"))  # what an annotation of Word 2003 may be


@dataclass(slots=True)
class _Begun:
    """A paragraph whose end was deleted or hidden: the next one goes on in it."""

    words: list[str]
    boxes: list[Element]


class _Walk:
    """Goes over the elements of the body in reading order and builds the text."""

    def __init__(self, package: _Package) -> None:
        """Read what the walk needs to know beforehand."""
        self.package = package
        root = package.main()
        if root is None:
            raise RefusedError("damaged", Message("damaged docx: it has no text part: get the file again"))
        self.root = root
        self.styles = _Styles(package.sheet())
        self.builder = Builder()
        self.paragraphs = self.tables = self.cells = 0
        self.notes: list[Element | tuple[str, str]] = []
        self.elsewhere: Counter[str] = Counter()
        self.begun: _Begun | None = None
        self.meta = self._meta()
        self._enter(root)

    @cached_property
    def numbering(self) -> Numbering:
        """The lists, which few documents use."""
        return Numbering(_Lists(self.package.related("numbering")))

    def _meta(self) -> dict[str, str]:
        """Title, creator and date of creation."""
        names = {"title": "title", "creator": "creator", "author": "creator", "created": "created"}
        found = {
            names[_name(child).lower()]: (child.text or "").strip()
            for child in reversed(_elements(self.package.properties()))
            if _name(child).lower() in names
        }
        return {key: found[key] for key in ("title", "creator", "created") if found.get(key)}

    def left_out(self) -> str:
        """What the document holds beside its text, in words."""
        return listed([_counted(number, ELSEWHERE[name]) for name, number in sorted(self.elsewhere.items())])

    def pictures(self) -> str:
        """How many pictures the main part shows, in words."""
        number = sum(1 for _ in self.root.iter("{*}blip", "{*}imagedata"))
        return _counted(number, Message("picture")) if number else ""

    def body(self) -> None:
        """Read the body, then the notes it refers to."""
        for item in self._content(_child(self.root, "body")):
            self.builder.add(item)
        notes: dict[tuple[str, str], Element] = {}
        for kind in {key[0] for key in self.notes if isinstance(key, tuple)}:
            part = self.package.related(f"{kind}s")
            if part is not None:
                self._enter(part)
                notes |= {(kind, _attribute(note, "id") or ""): note for note in _children(part, kind)}
        # A note may itself refer to notes; each is given once.
        for key in self.notes:
            note = notes.pop(key, None) if isinstance(key, tuple) else key
            for item in self._content(note):
                self.builder.add(item)

    def _enter(self, part: Element) -> None:
        """Note what runs and paragraphs of a part may be, so that each need not be asked."""
        known = self.__dict__
        self.may_hide = known.get("may_hide", self.styles.sheet.hiding) or _holds(part, "vanish")
        self.may_raise = known.get("may_raise", False) or _holds(part, "vertAlign")
        self.may_join = known.get("may_join", False) or self.may_hide or _holds(part, "del", "moveFrom")
        self.preserves = part.get(XML_SPACE) == "preserve"

    def _content(self, parent: Element | None) -> list[Paragraph | Table]:
        """All that a body, a cell, a text box or a note holds."""
        found: list[Paragraph | Table] = []
        outside, self.begun = self.begun, None
        self._items(parent, found)
        self._finish(found)
        self.begun = outside
        return found

    def _items(self, parent: Element | None, found: list[Paragraph | Table]) -> None:
        """Add the paragraphs and tables in an element, through everything that may be wrapped around them."""
        for child in parent if parent is not None else ():
            name = _local(child.tag)
            if name == "p":
                self._paragraph(child, found)
            elif name == "tbl":
                self._finish(found)
                found += self._table(child)
            elif name == "AlternateContent":
                self._items(_preferred(child), found)
            elif name in ELSEWHERE:
                self.elsewhere[name] += 1
            elif name not in LEFT_OUT and not _is_gone(name, child):
                self._items(child, found)

    def _finish(self, found: list[Paragraph | Table]) -> None:
        """Add what was begun and has no next paragraph to go on in."""
        if self.begun is not None:
            begun, self.begun = self.begun, None
            if (text := "".join(begun.words)).strip():
                found.append(Paragraph(text.strip("\n")))
            for box in begun.boxes:
                found += self._content(box)

    def _paragraph(self, element: Element, found: list[Paragraph | Table]) -> None:
        self.paragraphs += 1
        if self.paragraphs > MOST_PARAGRAPHS:
            raise RefusedError(
                "too_large", Message("the document has more than {limit} paragraphs: split it", limit=MOST_PARAGRAPHS)
            )
        about = _properties(element, "pPr")
        style = _attribute(about.get("pStyle"), "val") or self.styles.sheet.default
        look = self.styles.look(style)
        begun, self.begun = self.begun or _Begun([], []), None
        words, boxes = begun.words, begun.boxes
        self.codes: list[int] = []  # how many words stood before each field that was begun
        self._words(element, look.hidden, words, boxes)
        if self.may_join and _ends_in_next(about.get("rPr")):
            self.begun = begun
            return
        text = "".join(words).strip("\n")
        own = about.get("numPr", about.get("listPr"))
        # Word counts and numbers empty paragraphs too.
        label = self._label(own, look, style) if own is not None or look.numbering else ""
        if text and not text.isspace():
            outline = _attribute(about.get("outlineLvl"), "val") if "outlineLvl" in about else None
            level = look.level if outline is None else _outline_level(outline)
            if level is not None and len(text) > LONGEST_HEADING:
                level = None
            kind = BlockKind.PARAGRAPH if level is None else BlockKind.HEADING
            if look.contents:
                # Its lines are those of the headings, and their numbers those of pages.
                kind, level = BlockKind.FURNITURE, None
            found.append(Paragraph(label + text, kind, level))
        for box in boxes:
            found += self._content(box)

    def _label(self, own: Element | None, look: _Look, style: str) -> str:
        numbering, level = look.numbering, look.numbering_level
        if own is not None:
            about = _by_name(own)
            if "t" in about:
                # Word 2003 says what it showed.
                shown = (_attribute(about["t"], "val") or "").strip()
                return label_text(shown)
            place = _attribute(about.get("ilvl"), "val")
            numbering = _attribute(about.get("numId", about.get("ilfo")), "val") or numbering
            level = _number(place, 0) if place is not None else level
        return self.numbering.label(numbering, level, style) if numbering else ""

    def _words(self, parent: Element, hidden: bool, words: list[str], boxes: list[Element]) -> None:
        """Add the words of a paragraph to `words`; text boxes anchored in it are put aside in `boxes`."""
        for child in parent:
            name = _local(child.tag)
            if name == "t":
                if not hidden and (text := child.text):
                    spaced = text[0] in _BLANKS or text[-1] in _BLANKS
                    if spaced and not self.preserves and child.get(XML_SPACE) != "preserve":
                        text = text.strip(_BLANKS)
                    if text:
                        words.append(text)
            elif name == "r":
                if self.may_raise and not hidden and _value(child, "rPr", "vertAlign") == "superscript":
                    self._raised(child, words, boxes)
                else:
                    self._words(child, self._is_hidden(child, hidden) if self.may_hide else hidden, words, boxes)
            elif name not in LEFT_OUT:
                self._rarer(name, child, hidden, words, boxes)

    def _rarer(self, name: str, child: Element, hidden: bool, words: list[str], boxes: list[Element]) -> None:
        """The same for what stands in few paragraphs."""
        if name in ("txbxContent", "txBody"):
            boxes.append(child)
        elif name == "AlternateContent":
            choice = _preferred(child)
            if choice is not None:
                self._words(choice, hidden, words, boxes)
        elif name in ("footnoteReference", "endnoteReference"):
            self.notes.append((name.removesuffix("Reference"), _attribute(child, "id") or ""))
        elif name in ("footnote", "endnote"):
            self.notes.append(child)
        elif name in ELSEWHERE:
            self.elsewhere[name] += 1
        elif name == "oMath":
            if not hidden:
                _set_apart(_formula(child), words)
                if _is_alphanumeric(_text_after(child)[:1]):
                    words.append(" ")
        elif name == "fldChar":
            self._field(_attribute(child, "fldCharType"), words)
        elif hidden and not len(child):
            return
        elif name in ("tab", "ptab"):
            words.append("\t")
        elif name == "cr" or (name == "br" and _attribute(child, "type") in (None, "textWrapping", "text-wrapping")):
            words.append("\n")
        elif name == "noBreakHyphen":
            words.append("-")
        elif name == "sym":
            if symbol := _symbol(child):
                words.append(symbol)
        elif len(child) and not _is_gone(name, child):
            self._words(child, hidden, words, boxes)

    def _is_hidden(self, run: Element, hidden: bool) -> bool:
        properties = _by_name(_child(run, "rPr"))
        if "vanish" in properties:
            return _switch(properties["vanish"])
        style = _attribute(properties.get("rStyle"), "val")
        return hidden or bool(style and self.styles.look(style).hidden)

    def _raised(self, run: Element, words: list[str], boxes: list[Element]) -> None:
        """A raised run: digits behind a digit or a letter are an exponent, other words are as they are."""
        start = len(words)
        self._words(run, self.may_hide and self._is_hidden(run, False), words, boxes)
        text = "".join(words[start:])
        if start and EXPONENT.fullmatch(text) and _is_alphanumeric(words[start - 1][-1]):
            words[start:] = [text.translate(RAISED_DIGITS)]

    def _field(self, kind: str | None, words: list[str]) -> None:
        """Of a field the result is kept; what stands before it is code, though fields inside it have results too."""
        if kind == "begin":
            self.codes.append(len(words))
        elif kind == "separate" and self.codes:
            del words[self.codes[-1] :]
        elif kind == "end" and self.codes:
            self.codes.pop()

    def _table(self, element: Element) -> list[Paragraph | Table]:
        self.tables += 1
        if self.tables > MOST_TABLES:
            raise RefusedError(
                "too_large", Message("the document has more than {limit} tables: split it", limit=MOST_TABLES)
            )
        table = Table()
        open_merges: dict[int, Cell] = {}
        leading_headers = True
        for row, line in enumerate(self._rows(element), start=1):
            properties = _child(line, "trPr")
            if leading_headers and _is_on(properties, "tblHeader"):
                table.header_rows = row
            else:
                leading_headers = False
            column = 1 + min(_number(_value(properties, "gridBefore"), 0), MOST_COLUMNS)
            before: Cell | None = None
            for box in self._cells(line):
                about = _properties(box, "tcPr")
                if "cellDel" in about:
                    continue
                if column > MOST_COLUMNS:
                    # A row that is wider than any row may be still loses nothing: the rest stands in the last column.
                    column = MOST_COLUMNS
                width = min(_width(about), MOST_COLUMNS - column + 1)
                merge = _merge(about)
                above = open_merges.get(column)
                # What a merged cell holds below its first row, or right of its first column, is not shown by Word.
                if merge == "continue" and above is not None and above.row + above.row_span == row:
                    above.row_span += 1
                elif before is not None and _is_joined_to_the_left(about):
                    before.column_span += width
                else:
                    before = self._cell(row, column, width, box)
                    table.cells.append(before)
                    open_merges.pop(column, None)
                    if merge:
                        open_merges[column] = before
                column += width
        # A single cell is a frame around text, not a table.
        return table.cells[0].content if len(table.cells) == 1 else [table]

    def _cell(self, row: int, column: int, width: int, box: Element) -> Cell:
        self.cells += 1
        if self.cells > MOST_CELLS:
            raise RefusedError(
                "too_large", Message("the document has more than {limit} table cells: split it", limit=MOST_CELLS)
            )
        return Cell(row, column, self._content(box), column_span=width)

    def _rows(self, parent: Element) -> Iterator[Element]:
        for child in parent:
            name = _local(child.tag)
            if name == "tr":
                if _child(child, "trPr", "del") is None:
                    yield child
            elif name not in LEFT_OUT and not _is_gone(name, child):
                yield from self._rows(child)

    def _cells(self, parent: Element) -> Iterator[Element]:
        for child in parent:
            name = _local(child.tag)
            if name == "tc":
                yield child
            elif name not in LEFT_OUT and not _is_gone(name, child):
                yield from self._cells(child)


def _elements(parent: Element | None) -> list[Element]:
    return list(parent) if parent is not None else []


def _is_gone(name: str, element: Element) -> bool:
    """Is this a deletion or a comment of Word 2003?"""
    return name == "annotation" and _attribute(element, "type") in _GONE


def _outline_level(outline: str) -> int | None:
    return _number(outline, 9) + 1 if _number(outline, 9) < 9 else None


def _ends_in_next(mark: Element | None) -> bool:
    """Does a paragraph with such a mark at its end run on into the next, since the mark was deleted or is hidden?"""
    about = _by_name(mark)
    return "del" in about or "moveFrom" in about or ("vanish" in about and _switch(about["vanish"]))


def _width(about: dict[str, Element]) -> int:
    """How many columns of the grid a cell spans."""
    return max(1, _number(_attribute(about["gridSpan"], "val"), 1)) if "gridSpan" in about else 1


def _merge(about: dict[str, Element]) -> str:
    """How a cell is merged with those above and below: "restart", "continue" or not at all (""). A merge that is
    tracked counts as made."""
    element = about.get("vMerge", about.get("vmerge"))
    if element is not None:
        return "restart" if _attribute(element, "val") == "restart" else "continue"
    if "cellMerge" not in about:
        return ""
    return {"rest": "restart", "cont": "continue"}.get(_attribute(about["cellMerge"], "vMerge") or "", "")


def _is_joined_to_the_left(about: dict[str, Element]) -> bool:
    element = about.get("hMerge", about.get("hmerge"))
    return element is not None and _attribute(element, "val") != "restart"


def _preferred(alternate: Element) -> Element | None:
    """The first form of the same content that is understood; the others would give it again."""
    for choice in _children(alternate, "Choice"):
        needed = (choice.get("Requires") or "").split()
        if all((choice.nsmap.get(prefix) or "").startswith(_UNDERSTOOD) for prefix in needed):
            return choice
    fallback = _child(alternate, "Fallback")
    return fallback if fallback is not None else _child(alternate, "Choice")


def _symbol(element: Element) -> str:
    """The character of a symbol, unless it only means something in its own font."""
    try:
        code = int(_attribute(element, "char") or "", 16)
    except ValueError:
        return ""
    return symbol(code, _attribute(element, "font") or "")


def _is_alphanumeric(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _set_apart(text: str, words: list[str]) -> None:
    """Add what must not run into the letters or digits before it."""
    if words and _is_alphanumeric(words[-1][-1]) and _is_alphanumeric(text[:1]):
        words.append(" ")
    if text:
        words.append(text)


def _text_after(element: Element) -> str:
    following = element.getnext()
    first = next(following.iter("{*}t"), None) if following is not None else None
    return (first.text if first is not None else "") or ""


def _formula(element: Element) -> str:
    """A formula on one line, in which no two of its numbers run together: 1/2, 10\u2074, (a b)."""
    words: list[str] = []
    runs = True
    for child in element:
        name = _local(child.tag)
        if name == "t":
            words += [child.text] if child.text else []
        elif name == "r" and runs:
            words += [text] if (text := _formula(child)) else []
        elif name not in LEFT_OUT and not name.endswith("Pr"):
            parts = [_formula(part) for part in child if not _local(part.tag).endswith("Pr")]
            _set_apart(_structure(name, parts) if name in _STRUCTURES else _formula(child), words)
            runs = name == "r"
    return "".join(words)


_STRUCTURES = frozenset(("f", "sSup", "d"))


def _structure(name: str, parts: list[str]) -> str:
    if name == "d":
        return f"({','.join(parts)})"
    if name == "sSup" and len(parts) == 2 and EXPONENT.fullmatch(parts[1]):
        return parts[0] + parts[1].translate(RAISED_DIGITS)
    return ("/" if name == "f" else "^").join(parts)
