"""Excel workbooks (.xlsx), by a walk over their XML.

Libraries that load a workbook fail on styles and filters that other programs write badly, tell a formula's result or
the formula but not that a result is missing, and hold the whole sheet as objects; a walk over the elements does none of
that, and sees a number, its format and its result at once.
"""

from __future__ import annotations

import math
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath

from lxml import etree

from hreport.messages import Message
from hreport.model import Document, Issue
from hreport.readers import build, grid
from hreport.readers.build import Source
from hreport.readers.grid import Box, Doubts, Sheet
from hreport.readers.numberformat import BUILT_IN, GENERAL
from hreport.readers.package import Element, RefusedError, followed, opened, parsed, unpacked

LARGEST_SMALL_PART = 30 * 1024 * 1024  # of parts that are kept whole: the list of sheets, the styles
MOST_STRINGS = 2_000_000
LONGEST_STRINGS = 20 * build.LONGEST_DOCUMENT
MOST_MERGES = 200_000

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
HIDDEN = ("hidden", "veryHidden")
ON = ("1", "true", "on")


def read(source: Source) -> Document | Issue:
    """Read the cells of all sheets as they are shown, with formats, merged cells and results of formulas."""
    doubts = Doubts()
    try:
        with opened(source.data, "xlsx") as archive:
            sheets = list(_Workbook(archive, doubts).sheets())
    except RefusedError as refused:
        return source.issue(refused.code, refused.message)
    except RecursionError:
        return source.issue("too_large", Message("the xlsx is nested too deeply to be safe: save it anew"))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        return source.issue("damaged", Message("damaged xlsx: get the file again, it is cut short or broken"))
    except RuntimeError:
        return source.issue("encrypted", Message("encrypted xlsx: save it without a password"))
    except etree.XMLSyntaxError:
        return source.issue("damaged", Message("damaged xlsx: its XML is broken: open it in Excel and save it anew"))
    return grid.document(sheets, doubts, source, "xlsx")


class _Workbook:
    """The sheets of a workbook, with the strings and formats that they share."""

    def __init__(self, archive: zipfile.ZipFile, doubts: Doubts) -> None:
        """Read what the sheets need to know beforehand."""
        self.archive, self.doubts = archive, doubts
        self.members = {member.filename.lower().replace("\\", "/"): member for member in archive.infolist()}
        self.main = next((t for k, t in self._relations("").values() if k == "officeDocument"), "xl/workbook.xml")
        root = self._part(self.main)
        if root is None:
            raise RefusedError("damaged", Message("damaged xlsx: it has no list of sheets: get the file again"))
        self.root = root
        self.targets = self._relations(self.main)
        self.from_1904 = _attribute(_child(root, "workbookPr"), "date1904") in ON
        self.strings = self._strings()
        self.formats = self._formats()

    def sheets(self) -> list[Sheet]:
        """The visible sheets in their order; `page` counts the hidden ones too."""
        found = []
        size = 0
        for number, entry in enumerate(_children(_child(self.root, "sheets"), "sheet"), start=1):
            kind, target = self.targets.get(_attribute(entry, "id"), ("", ""))
            member = self.members.get(target.lower())
            if kind != "worksheet" or member is None:
                continue  # a sheet that is a chart
            if _attribute(entry, "state") in HIDDEN:
                self.doubts.hidden_sheets += 1
                continue
            sheet = Sheet(_attribute(entry, "name"), number)
            reader = _Reader(sheet, self, size)
            data = unpacked(self.archive, member, "xlsx")
            grid.check_cells(data.count(b"<v>"))  # each of them holds a number, so that nothing need be parsed
            followed(data, member.filename, "xlsx", reader)
            reader.count_hidden()
            size = reader.size
            found.append(sheet)
        return found

    def _part(self, name: str) -> Element | None:
        member = self.members.get(name.lower())
        if member is None:
            return None
        if member.file_size > LARGEST_SMALL_PART:
            raise RefusedError(
                "too_large", Message("{name} is larger than any workbook needs: save it anew", name=name)
            )
        return parsed(unpacked(self.archive, member, "xlsx"), name, "xlsx")

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """What a part refers to: kind and name of each, by id."""
        folder = dirname(part)
        root = self._part(join(folder, "_rels", f"{part.rpartition('/')[2]}.rels"))
        targets: dict[str, tuple[str, str]] = {}
        for relation in root if root is not None else ():
            target = relation.get("Target", "").replace("\\", "/")
            place = target[1:] if target.startswith("/") else normpath(join(folder, target))
            targets[relation.get("Id", "")] = (relation.get("Type", "").rpartition("/")[2], place)
        return targets

    def _related(self, kind: str) -> str:
        return next((target for k, target in self.targets.values() if k == kind), "")

    def _strings(self) -> list[str]:
        member = self.members.get((self._related("sharedStrings") or "xl/sharedStrings.xml").lower())
        reader = _Strings()
        if member is not None:
            followed(unpacked(self.archive, member, "xlsx"), member.filename, "xlsx", reader)
        return reader.strings

    def _formats(self) -> list[tuple[str, int]]:
        """Number format and indent of each style that cells refer to."""
        try:
            root = self._part(self._related("styles") or "xl/styles.xml")
        except etree.XMLSyntaxError:
            # Broken styles cost the look of numbers, not the numbers.
            self.doubts.unknown_styles = True
            return []
        codes = dict(BUILT_IN)
        for entry in _children(_child(root, "numFmts"), "numFmt"):
            codes[_number(_attribute(entry, "numFmtId"))] = _attribute(entry, "formatCode")
        return [
            (
                codes.get(_number(_attribute(style, "numFmtId")), GENERAL),
                _number(_attribute(_child(style, "alignment"), "indent")),
            )
            for style in _children(_child(root, "cellXfs"), "xf")
        ]


# --- reaching into elements -------------------------------------------------------------------------------------------


def _children(element: Element | None, name: str) -> list[Element]:
    return [child for child in element if child.tag.rpartition("}")[2] == name] if element is not None else []


def _child(element: Element | None, name: str) -> Element | None:
    return next(iter(_children(element, name)), None)


def _attribute(element: Element | None, name: str) -> str:
    for key, value in element.attrib.items() if element is not None else ():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return ""


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


# --- strings and cells as they come -----------------------------------------------------------------------------------


def _unescaped(text: str) -> str:
    """The characters of a string that XML could not hold as they are, and line feeds as line feeds."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda mark: _character(int(mark[1], 16)) or mark[0], text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _character(code: int) -> str:
    return chr(code) if code in (0x09, 0x0A, 0x0D, 0x5F) or 0x20 <= code < 0xD800 else ""


@dataclass(slots=True)
class _Words:
    """Collects the words of elements, without those that only say how hanzi are read aloud."""

    parts: list[str] = field(default_factory=list)
    open: bool = False
    aloud: int = 0

    def begin(self) -> None:
        self.parts.clear()
        self.open = False

    def take(self) -> str:
        return "".join(self.parts)


class _Strings:
    """The strings that cells share."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self.length = 0
        self._words = _Words()

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "si":
            self._words.begin()
        elif tag == "rPh":
            self._words.aloud += 1
        self._words.open = tag == "t" and not self._words.aloud

    def data(self, text: str) -> None:
        if self._words.open:
            self._words.parts.append(text)
            self.length += len(text)
            if self.length > LONGEST_STRINGS:
                raise RefusedError("too_large", Message("the xlsx holds more text than is safe: split it"))

    def end(self, tag: str) -> None:
        self._words.open = False
        if tag == "rPh":
            self._words.aloud -= 1
        elif tag == "si":
            self.strings.append(_unescaped(self._words.take()))
            if len(self.strings) > MOST_STRINGS:
                raise RefusedError(
                    "too_large", Message("the xlsx has more than {limit:,} strings: split it", limit=MOST_STRINGS)
                )


class _Reader:
    """The cells of one sheet. `size`: the characters of all sheets so far."""

    def __init__(self, sheet: Sheet, book: _Workbook, size: int) -> None:
        self.sheet, self.book, self.size = sheet, book, size
        self._row = self._column = 0
        self._kind = self._style = ""
        self._formula = False
        self._words = _Words()
        self._hidden_rows: set[int] = set()
        self._hidden_columns: list[tuple[int, int]] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        words = self._words
        if tag == "c":
            found = _REFERENCE.fullmatch(attributes.get("r", ""))
            self._column = _column(found[1]) if found else self._column + 1
            self._row = int(found[2]) if found else self._row
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._formula = False
            words.begin()
        elif tag == "row":
            self._row = _number(attributes.get("r")) or self._row + 1
            self._column = 0
            if attributes.get("hidden") in ON:
                self._hidden_rows.add(self._row)
        elif tag == "rPh":
            words.aloud += 1
        elif tag == "f":
            self._formula = True
        elif tag == "mergeCell" and (box := _box(attributes.get("ref", ""))):
            self.sheet.merged.append(box)
            if len(self.sheet.merged) > MOST_MERGES:
                raise RefusedError(
                    "too_large", Message("the xlsx has more than {limit:,} merged cells: split it", limit=MOST_MERGES)
                )
        elif tag == "col" and attributes.get("hidden") in ON:
            self._hidden_columns.append((_number(attributes.get("min")), _number(attributes.get("max"))))
        words.open = tag in ("v", "t") and not words.aloud

    def data(self, text: str) -> None:
        if self._words.open:
            self._words.parts.append(text)

    def end(self, tag: str) -> None:
        self._words.open = False
        if tag == "rPh":
            self._words.aloud -= 1
        elif tag == "c":
            self._cell()
            self._words.begin()

    def _cell(self) -> None:
        stored = self._words.take()
        if not stored:
            self.book.doubts.without_result += self._formula
            return
        code, indent = GENERAL, 0
        if self._style and (place := _number(self._style)) < len(self.book.formats):
            code, indent = self.book.formats[place]
        text = self._text(stored, code)
        if text.strip():
            self.size += len(text) + 1
            grid.check(self.size, self.sheet)
            self.sheet.cells[self._row, self._column] = text
            if indent:
                self.sheet.indents[self._row, self._column] = indent

    def _text(self, stored: str, code: str) -> str:
        if self._kind == "s":
            place = _number(stored.strip())
            return self.book.strings[place] if place < len(self.book.strings) else ""
        if self._kind == "b":
            return "TRUE" if stored.strip() in ON else "FALSE"
        if self._kind != "n":
            return _unescaped(stored)
        try:
            number = float(stored)
        except ValueError:
            return stored
        return self.book.doubts.shown(number, code, self.book.from_1904) if math.isfinite(number) else stored

    def count_hidden(self) -> None:
        """Count the filled cells that stand in hidden rows and columns."""
        columns = {k for low, high in self._hidden_columns for k in range(low, min(high, grid.MOST_COLUMNS) + 1)}
        self.book.doubts.hidden_cells += sum(
            row in self._hidden_rows or column in columns for row, column in self.sheet.cells
        )


def _column(letters: str) -> int:
    """The number of a column.

    >>> _column("A"), _column("AB")
    (1, 28)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _box(reference: str) -> Box | None:
    ends = [_REFERENCE.fullmatch(part) for part in reference.split(":")]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return None
    return int(ends[0][2]), _column(ends[0][1]), int(ends[1][2]), _column(ends[1][1])
