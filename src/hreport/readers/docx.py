"""Word documents (.docx), by a walk over their XML.

Libraries that offer paragraphs and tables lose runs inside smart tags, content controls, tracked insertions and text
boxes, footnotes, and the numbers that Word puts before paragraphs; a walk over the elements keeps them.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath

from lxml import etree

from hreport.model import BlockKind, Document, Issue
from hreport.readers.build import Builder, Cell, Paragraph, Source, Table
from hreport.readers.package import Element, RefusedError, opened, parsed, unpacked

MOST_PARAGRAPHS = 200_000
MOST_COLUMNS = 256
LONGEST_HEADING = 80
TITLE_LEVEL = 0

# Elements whose words are not the document's: what was deleted or moved away, field codes, the reading above a hanzi.
LEFT_OUT = frozenset(
    (
        "del", "moveFrom", "delText", "instrText", "delInstrText", "rt", "pPr", "rPr", "sectPr", "tblPr", "tblGrid",
        "trPr", "tcPr", "sdtPr", "sdtEndPr", "customXmlPr", "smartTagPr", "softHyphen", "annotationRef", "footnoteRef",
        "endnoteRef", "commentReference", "proofErr", "bookmarkStart", "bookmarkEnd", "lastRenderedPageBreak",
    )
)  # fmt: skip
OFF = frozenset(("0", "false", "off"))

_HEADING_NAME = re.compile(r"(?:heading|\u6807\u9898)\s*([1-9])", re.IGNORECASE)
_TITLE_NAME = re.compile(r"title|\u6807\u9898", re.IGNORECASE)
_CONTENTS_NAME = re.compile(r"toc\s*[1-9]", re.IGNORECASE)
_LEVEL_MARK = re.compile(r"%([1-9])")


def read(source: Source) -> Document | Issue:
    """Read body, text boxes and notes of a Word document, with its headings, tables and automatic numbers."""
    try:
        with opened(source.data, "docx") as archive:
            package = _Package(archive)
            walk = _Walk(package)
            walk.body()
            meta = package.properties()
    except RefusedError as refused:
        return source.issue(refused.code, refused.message)
    except RecursionError:
        return source.issue("too_large", "the docx is nested too deeply to be safe: save it anew")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        return source.issue("damaged", "damaged docx: get the file again, it is cut short or broken")
    except RuntimeError:
        return source.issue("encrypted", "encrypted docx: save it without a password")
    except etree.XMLSyntaxError:
        return source.issue("damaged", "damaged docx: its XML is broken: open it in Word and save it anew")
    builder = walk.builder
    if not builder.blocks:
        return source.issue("empty", "the docx holds no text: if its pages are pictures, save it as pdf and use OCR")
    return source.document(builder.text, builder.blocks, "docx", meta)


# --- the zip ----------------------------------------------------------------------------------------------------------


class _Package:
    """The parts of the file, each checked before it is unpacked."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Find the main part."""
        self.archive = archive
        self.members = {member.filename.lower(): member for member in archive.infolist()}
        self.main = self._main_part()
        self.targets = self._relations(self.main)

    def part(self, name: str) -> Element | None:
        """The root element of a part, or None where there is no such part."""
        member = self.members.get(name.lower())
        if member is None:
            return None
        return parsed(unpacked(self.archive, member, "docx"), name, "docx")

    def related(self, kind: str) -> Element | None:
        """The part that the main part names as its `styles`, `numbering`, `footnotes` ..."""
        name = self.targets.get(kind)
        try:
            return self.part(name) if name else None
        except (etree.XMLSyntaxError, zipfile.BadZipFile):
            # A broken style sheet costs headings and numbers, not the text.
            return None

    def properties(self) -> dict[str, str]:
        """Title, creator and date of creation."""
        try:
            root = self.part("docProps/core.xml")
        except (etree.XMLSyntaxError, zipfile.BadZipFile, RefusedError):
            root = None
        found = {_name(child): (child.text or "").strip() for child in root} if root is not None else {}
        return {key: found[key] for key in ("title", "creator", "created") if found.get(key)}

    def _main_part(self) -> str:
        for kind, target in self._relations("").items():
            if kind == "officeDocument" and target.lower() in self.members:
                return target
        return "word/document.xml"

    def _relations(self, part: str) -> dict[str, str]:
        folder = dirname(part)
        root = self.part(join(folder, "_rels", f"{part.rpartition('/')[2]}.rels"))
        targets: dict[str, str] = {}
        for relation in root if root is not None else ():
            if relation.get("TargetMode") != "External":
                kind = relation.get("Type", "").rpartition("/")[2]
                target = relation.get("Target", "")
                place = target[1:] if target.startswith("/") else normpath(join(folder, target))
                targets.setdefault(kind, place)
        return targets


# --- reaching into elements -------------------------------------------------------------------------------------------


def _name(element: Element) -> str:
    """The tag without its namespace: the transitional and the strict one hold the same names."""
    return element.tag.rpartition("}")[2]


def _children(element: Element | None, *names: str) -> Iterator[Element]:
    for child in element if element is not None else ():
        if _name(child) in names:
            yield child


def _child(element: Element | None, *path: str) -> Element | None:
    for name in path:
        element = next(_children(element, name), None)
    return element


def _attribute(element: Element | None, name: str) -> str | None:
    for key, value in element.attrib.items() if element is not None else ():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return None


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
    return None if switch is None else (_attribute(switch, "val") or "1") not in OFF


# --- styles -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Style:
    name: str = ""
    parent: str = ""
    outline: int | None = None
    hidden: bool | None = None
    numbering: str | None = None
    numbering_level: int | None = None


class _Styles:
    """What paragraph and character styles say of headings, hiding and numbers, with what they inherit."""

    def __init__(self, root: Element | None) -> None:
        """Read the style sheet, if there is one."""
        self.styles: dict[str, _Style] = {}
        self.default = ""
        for element in _children(root, "style"):
            key = _attribute(element, "styleId") or ""
            paragraph, run = _child(element, "pPr"), _child(element, "rPr")
            outline = _value(paragraph, "outlineLvl")
            level = _value(paragraph, "numPr", "ilvl")
            self.styles[key] = _Style(
                _value(element, "name") or "",
                _value(element, "basedOn") or "",
                _number(outline, 9) if outline is not None else None,
                _is_on(run, "vanish"),
                _value(paragraph, "numPr", "numId"),
                _number(level, 0) if level is not None else None,
            )
            if _attribute(element, "type") == "paragraph" and _attribute(element, "default") not in (None, *OFF):
                self.default = key

    def chain(self, key: str) -> Iterator[_Style]:
        """The style and those it is based on."""
        seen: set[str] = set()
        while key in self.styles and key not in seen:
            seen.add(key)
            yield self.styles[key]
            key = self.styles[key].parent

    def hides(self, key: str) -> bool:
        """Does the style hide its text?"""
        return next((style.hidden for style in self.chain(key) if style.hidden is not None), False)

    def level(self, key: str) -> int | None:
        """The heading level of the style: 0 for a title, 1 to 9 for headings, None for others."""
        for style in self.chain(key):
            if found := _HEADING_NAME.fullmatch(style.name.strip()):
                return int(found[1])
            if _TITLE_NAME.fullmatch(style.name.strip()):
                return TITLE_LEVEL
            if style.outline is not None:
                return style.outline + 1 if style.outline < 9 else None
        return None

    def is_contents(self, key: str) -> bool:
        """Is it a style for the lines of a table of contents?"""
        return any(_CONTENTS_NAME.fullmatch(style.name.strip()) for style in self.chain(key))

    def numbering(self, key: str) -> tuple[str | None, int | None]:
        """The list that the style puts its paragraphs in, and the level there."""
        numbering = next((style.numbering for style in self.chain(key) if style.numbering is not None), None)
        level = next((style.numbering_level for style in self.chain(key) if style.numbering_level is not None), None)
        return numbering, level


# --- automatic numbers ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Level:
    number_format: str = "decimal"
    text: str = ""
    start: int = 1
    after: str = "tab"
    restart: int | None = None
    legal: bool = False
    style: str = ""


@dataclass(slots=True)
class _List:
    abstract: str
    levels: dict[int, _Level]
    starts: dict[int, int] = field(default_factory=dict)
    begun: bool = False


class _Numbering:
    """Counts the paragraphs of each list and gives the number that Word shows before them."""

    def __init__(self, root: Element | None) -> None:
        """Read the lists and their levels."""
        abstract = {_attribute(element, "abstractNumId") or "": element for element in _children(root, "abstractNum")}
        by_style = {_value(element, "styleLink"): element for element in abstract.values()}
        self.lists: dict[str, _List] = {}
        self.counts: dict[str, dict[int, int]] = {}
        for element in _children(root, "num"):
            key = _value(element, "abstractNumId") or ""
            template = abstract.get(key)
            if link := _value(template, "numStyleLink"):
                template = by_style.get(link, template)
            levels = dict(map(_read_level, _children(template, "lvl")))
            starts: dict[int, int] = {}
            for override in _children(element, "lvlOverride"):
                place = _number(_attribute(override, "ilvl"), 0)
                if (level := _child(override, "lvl")) is not None:
                    levels[place] = _read_level(level)[1]
                if (start := _value(override, "startOverride")) is not None:
                    starts[place] = _number(start, 1)
            self.lists[_attribute(element, "numId") or ""] = _List(key, levels, starts)

    def label(self, key: str | None, place: int | None, style: str) -> str:
        """Count one more paragraph of the list and give its number with what Word puts after it, or ""."""
        numbered = self.lists.get(key or "")
        if numbered is None or key == "0":
            return ""
        if place is None:
            linked = (number for number, level in numbered.levels.items() if style and level.style == style)
            place = next(linked, 0)
        level = numbered.levels.get(place)
        if level is None:
            return ""
        counts = self.counts.setdefault(numbered.abstract, {})
        if not numbered.begun:
            # A list that restarts an earlier one does so where it is first used.
            numbered.begun = True
            for number in numbered.starts:
                counts.pop(number, None)
        counts[place] = counts[place] + 1 if place in counts else self._start(numbered, place)
        for deeper in [number for number in counts if number > place]:
            restart = numbered.levels[deeper].restart if deeper in numbered.levels else None
            if restart is None or (restart and place < restart):
                del counts[deeper]
        return self._show(numbered, level, counts)

    def _start(self, numbered: _List, place: int) -> int:
        level = numbered.levels.get(place)
        return numbered.starts.get(place, level.start if level else 1)

    def _show(self, numbered: _List, level: _Level, counts: dict[int, int]) -> str:
        if level.number_format == "bullet":
            # Most bullets are glyphs of a symbol font, which mean nothing as characters.
            shown = "" if any("\ue000" <= c <= "\uf8ff" for c in level.text) else level.text
        else:

            def numeral(mark: re.Match[str]) -> str:
                place = int(mark[1]) - 1
                other = numbered.levels.get(place, level)
                count = counts.get(place, self._start(numbered, place))
                return format_number(count, "decimal" if level.legal else other.number_format)

            shown = _LEVEL_MARK.sub(numeral, level.text)
        if not shown:
            return ""
        # A space keeps "1." apart from "5.19" where Word leaves a gap; after other signs nothing can run together.
        runs_together = shown[-1].isascii() and (shown[-1].isalnum() or shown[-1] == ".")
        return f"{shown} " if runs_together and level.after != "nothing" else shown


def _read_level(element: Element) -> tuple[int, _Level]:
    restart = _value(element, "lvlRestart")
    hidden = _is_on(_child(element, "rPr"), "vanish")
    number_format = _child(element, "numFmt")
    if number_format is None:
        # Newer formats stand beside an older one: mc:AlternateContent, the choice first.
        number_format = _child(element, "AlternateContent", "Choice", "numFmt")
    return _number(_attribute(element, "ilvl"), 0), _Level(
        _attribute(number_format, "val") or "decimal",
        "" if hidden else _value(element, "lvlText") or "",
        _number(_value(element, "start"), 0),
        _value(element, "suff") or "tab",
        _number(restart, 0) if restart is not None else None,
        bool(_is_on(element, "isLgl")),
        _value(element, "pStyle") or "",
    )


# Digits from nought to nine, then ten, hundred, thousand, ten thousand. Written as escapes: they are formats of Word,
# not words of the reports.
_PLAIN = "\u3007\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d", "\u5341\u767e\u5343\u4e07", "\u96f6"
_PLAIN_TRADITIONAL = _PLAIN[0], "\u5341\u767e\u5343\u842c", "\u96f6"
_LEGAL = "\u96f6\u58f9\u8d30\u53c1\u8086\u4f0d\u9646\u67d2\u634c\u7396", "\u62fe\u4f70\u4edf\u4e07", "\u96f6"
_LEGAL_TRADITIONAL = (
    "\u96f6\u58f9\u8cb3\u53c3\u8086\u4f0d\u9678\u67d2\u634c\u7396",
    "\u62fe\u4f70\u4edf\u842c",
    "\u96f6",
)
_STEMS = "\u7532\u4e59\u4e19\u4e01\u620a\u5df1\u5e9a\u8f9b\u58ec\u7678"
_BRANCHES = "\u5b50\u4e11\u5bc5\u536f\u8fb0\u5df3\u5348\u672a\u7533\u9149\u620c\u4ea5"

_SPELLED = {
    "chineseCounting": _PLAIN,
    "chineseCountingThousand": _PLAIN,
    "taiwaneseCounting": _PLAIN_TRADITIONAL,
    "taiwaneseCountingThousand": _PLAIN_TRADITIONAL,
    "japaneseCounting": _PLAIN,
    "chineseLegalSimplified": _LEGAL,
    "ideographLegalTraditional": _LEGAL_TRADITIONAL,
    "japaneseLegal": _LEGAL_TRADITIONAL,
}
_DIGIT_BY_DIGIT = frozenset(("ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand"))
# Formats of which Unicode has one character for each number: the first character, and how many there are.
_ENCLOSED = {
    "decimalEnclosedCircle": ("\u2460", 20),
    "decimalEnclosedCircleChinese": ("\u2460", 20),
    "decimalEnclosedParen": ("\u2474", 20),
    "decimalEnclosedFullstop": ("\u2488", 20),
    "ideographEnclosedCircle": ("\u3280", 10),
}
_SERIES = {"ideographTraditional": _STEMS, "ideographZodiac": _BRANCHES}
_FULL_WIDTH = str.maketrans("0123456789", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19")
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
    (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def format_number(number: int, number_format: str) -> str:
    """Write a number in one of Word's number formats.

    >>> [format_number(12, name) for name in ("decimal", "chineseCounting", "ideographDigital", "upperRoman")]
    ['12', '十二', '一二', 'XII']
    >>> format_number(105, "chineseCountingThousand"), format_number(27, "lowerLetter"), format_number(3, "unheard-of")
    ('一百零五', 'aa', '3')
    """
    if number_format == "none":
        return ""
    if not 0 < number < 100_000:
        return str(number)
    if number_format in _SPELLED:
        return _spell(number, *_SPELLED[number_format])
    if number_format in _DIGIT_BY_DIGIT:
        return "".join(_PLAIN[0][int(digit)] for digit in str(number))
    if number_format in _ENCLOSED:
        first, length = _ENCLOSED[number_format]
        return chr(ord(first) + number - 1) if number <= length else str(number)
    if number_format in _SERIES:
        series = _SERIES[number_format]
        return series[number - 1] if number <= len(series) else str(number)
    match number_format:
        case "decimalZero":
            return f"{number:02}"
        case "decimalFullWidth" | "decimalFullWidth2":
            return str(number).translate(_FULL_WIDTH)
        case "upperLetter" | "lowerLetter":
            letter = chr(ord("A" if number_format == "upperLetter" else "a") + (number - 1) % 26)
            return letter * ((number - 1) // 26 + 1)
        case "upperRoman" | "lowerRoman":
            roman = _roman(number)
            return roman if number_format == "upperRoman" else roman.lower()
    return str(number)


def _roman(number: int) -> str:
    parts = []
    for value, sign in _ROMAN:
        times, number = divmod(number, value)
        parts.append(sign * times)
    return "".join(parts)


def _spell(number: int, digits: str, powers: str, nought: str) -> str:
    """Spell a number below 100 000 out: 12 has no "one" before its ten, 105 a nought for the empty place."""
    spelled, gap = "", False
    for power in range(4, -1, -1):
        digit = number // 10**power % 10
        if not digit:
            gap = bool(spelled)
            continue
        if gap:
            spelled += nought
        gap = False
        leading_ten = power == 1 and digit == 1 and not spelled
        spelled += ("" if leading_ten else digits[digit]) + (powers[power - 1] if power else "")
    return spelled


# --- the walk ---------------------------------------------------------------------------------------------------------


class _Walk:
    """Goes over the elements of the body in reading order and builds the text."""

    def __init__(self, package: _Package) -> None:
        """Read what the walk needs to know beforehand."""
        self.package = package
        self.styles = _Styles(package.related("styles"))
        self.numbering = _Numbering(package.related("numbering"))
        self.builder = Builder()
        self.paragraphs = 0
        self.notes: list[tuple[str, str]] = []

    def body(self) -> None:
        """Read the body, then the notes it refers to."""
        root = self.package.part(self.package.main)
        if root is None:
            raise RefusedError("damaged", "damaged docx: it has no text part: get the file again")
        for item in self._items(_child(root, "body")):
            self.builder.add(item)
        notes = {
            (kind, _attribute(note, "id") or ""): note
            for kind in ("footnote", "endnote")
            for note in _children(self.package.related(f"{kind}s"), kind)
        }
        # A note may itself refer to notes; each is given once.
        for key in self.notes:
            note = notes.pop(key, None)
            if note is not None:
                for item in self._items(note):
                    self.builder.add(item)

    def _items(self, parent: Element | None) -> Iterator[Paragraph | Table]:
        """The paragraphs and tables in an element, through everything that may be wrapped around them."""
        for child in parent if parent is not None else ():
            name = _name(child)
            if name == "p":
                yield from self._paragraph(child)
            elif name == "tbl":
                yield from self._table(child)
            elif name == "AlternateContent":
                yield from self._items(_preferred(child))
            elif name not in LEFT_OUT:
                yield from self._items(child)

    def _paragraph(self, element: Element) -> Iterator[Paragraph | Table]:
        self.paragraphs += 1
        if self.paragraphs > MOST_PARAGRAPHS:
            raise RefusedError("too_large", f"the docx has more than {MOST_PARAGRAPHS} paragraphs: split it")
        properties = _child(element, "pPr")
        style = _value(properties, "pStyle") or self.styles.default
        boxes: list[Element] = []
        text = "".join(self._words(element, self.styles.hides(style), boxes)).strip("\n")
        label = self._label(properties, style)
        if text.strip():
            level = self._level(properties, style)
            if level is not None and len(text) > LONGEST_HEADING:
                level = None
            kind = BlockKind.PARAGRAPH if level is None else BlockKind.HEADING
            if self.styles.is_contents(style):
                # Its lines are those of the headings, and their numbers those of pages.
                kind, level = BlockKind.FURNITURE, None
            yield Paragraph(label + text, kind, level)
        for box in boxes:
            yield from self._items(box)

    def _label(self, properties: Element | None, style: str) -> str:
        # Word counts and numbers empty paragraphs too.
        numbering, level = self.styles.numbering(style)
        own = _child(properties, "numPr")
        if own is not None:
            place = _value(own, "ilvl")
            numbering = _value(own, "numId") or numbering
            level = _number(place, 0) if place is not None else level
        return self.numbering.label(numbering, level, style)

    def _level(self, properties: Element | None, style: str) -> int | None:
        outline = _value(properties, "outlineLvl")
        if outline is not None:
            return _number(outline, 9) + 1 if _number(outline, 9) < 9 else None
        return self.styles.level(style)

    def _words(self, parent: Element, hidden: bool, boxes: list[Element]) -> Iterator[str]:
        """The words of a paragraph; text boxes anchored in it are put aside in `boxes`."""
        for child in parent:
            name = _name(child)
            if name == "t":
                if not hidden:
                    text = child.text or ""
                    yield text if _attribute(child, "space") == "preserve" else text.strip("\r\n\t ")
            elif name in LEFT_OUT:
                continue
            elif name == "r":
                yield from self._words(child, self._is_hidden(child, hidden), boxes)
            elif name == "txbxContent":
                boxes.append(child)
            elif name == "AlternateContent":
                choice = _preferred(child)
                if choice is not None:
                    yield from self._words(choice, hidden, boxes)
            elif name in ("footnoteReference", "endnoteReference"):
                self.notes.append((name.removesuffix("Reference"), _attribute(child, "id") or ""))
            elif hidden and not len(child):
                continue
            elif name in ("tab", "ptab"):
                yield "\t"
            elif name == "cr" or (name == "br" and _attribute(child, "type") in (None, "textWrapping")):
                yield "\n"
            elif name == "noBreakHyphen":
                yield "-"
            elif name == "sym":
                yield _symbol(child)
            elif len(child):
                yield from self._words(child, hidden, boxes)

    def _is_hidden(self, run: Element, hidden: bool) -> bool:
        properties = _child(run, "rPr")
        if properties is None:
            return hidden
        own = _is_on(properties, "vanish")
        if own is not None:
            return own
        style = _value(properties, "rStyle")
        return hidden or bool(style and self.styles.hides(style))

    def _table(self, element: Element) -> Iterator[Paragraph | Table]:
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
            for box in self._cells(line):
                about = _child(box, "tcPr")
                width = max(1, min(_number(_value(about, "gridSpan"), 1), MOST_COLUMNS))
                merge = _child(about, "vMerge")
                continued = merge is not None and _attribute(merge, "val") != "restart"
                above = open_merges.get(column)
                # What a merged cell holds below its first row is not shown by Word.
                if continued and above is not None:
                    above.row_span = row - above.row + 1
                else:
                    cell = Cell(row, column, list(self._items(box)), column_span=width)
                    table.cells.append(cell)
                    open_merges.pop(column, None)
                    if merge is not None:
                        open_merges[column] = cell
                column += width
                if column > MOST_COLUMNS:
                    break
        if len(table.cells) == 1:
            # A frame around text, not a table.
            yield from table.cells[0].content
        else:
            yield table

    def _rows(self, parent: Element) -> Iterator[Element]:
        for child in parent:
            if _name(child) == "tr":
                if _child(child, "trPr", "del") is None:
                    yield child
            elif _name(child) not in LEFT_OUT:
                yield from self._rows(child)

    def _cells(self, parent: Element) -> Iterator[Element]:
        for child in parent:
            if _name(child) == "tc":
                yield child
            elif _name(child) not in LEFT_OUT:
                yield from self._cells(child)


def _preferred(alternate: Element) -> Element | None:
    """The newer of two forms of the same content; the older one would give it twice."""
    choice = _child(alternate, "Choice")
    return choice if choice is not None else _child(alternate, "Fallback")


def _symbol(element: Element) -> str:
    """The character of a symbol, unless it only means something in its own font."""
    try:
        code = int(_attribute(element, "char") or "", 16)
    except ValueError:
        return ""
    return chr(code) if 0x20 <= code < 0xD800 else ""
