"""Rich Text Format (.rtf, often named .doc): one pass over its groups and control words.

Text stands in it as bytes of the code page of its font, two for a hanzi, or as numbers of Unicode with such bytes
behind them for old programs; what is no text of the document stands in groups that begin with the name of what they
hold.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field

from hreport.messages import Message
from hreport.model import BlockKind, Document, Issue
from hreport.readers import build
from hreport.readers.build import Builder, Paragraph, Source, Table
from hreport.readers.word import (
    LONGEST_HEADING,
    LOWER,
    MOST_COLUMNS,
    MOST_PARAGRAPHS,
    RAISE,
    Flow,
    Row,
    Slot,
    exponents,
    heading_level,
    is_contents,
    label_text,
    symbol,
)

DEEPEST_GROUP = 2000
MOST_MARKS = 5_000_000  # control words and signs: as many as a million hanzi have in the longest way to write them
MOST_STYLES = 4096

# What a group holds: text of the document, the number of a list, nothing to be read ...
BODY, LABEL, NOTHING, FONTS, STYLES, ABOUT, CREATED = "body", "label", "nothing", "fonts", "styles", "about", "created"
PROPERTIES = {"title": "title", "author": "creator"}

# Groups whose text is not the document's.
LEFT_OUT = frozenset(
    (
        "aftncn", "aftnsep", "aftnsepc", "annotation", "atnauthor", "atndate", "atnicn", "atnid", "atnparent",
        "atnref", "atntime", "colortbl", "comment", "datafield", "datastore", "falt", "fldinst", "fontemb", "footer",
        "footerf", "footerl", "footerr", "ftncn", "ftnsep", "ftnsepc", "header", "headerf", "headerl", "headerr",
        "listoverridetable", "listtable", "mmathPict", "nonesttables", "nonshppict", "objclass", "objdata", "objname",
        "pict", "pn", "pntxta", "pntxtb", "private1", "revtbl", "rxe", "shprslt", "sn", "sv", "tc", "template",
        "themedata", "txe", "xe",
    )
)  # fmt: skip
# Groups that are not read themselves, but may hold one that is: a text box, what an object shows, text in Unicode.
WRAPPERS = frozenset(("do", "object", "shp", "shpinst", "upr"))
WRAPPED = frozenset(("dptxbxtext", "result", "shptxt", "ud"))
FLOWS = frozenset(("dptxbxtext", "footnote", "shptxt"))
# Groups that old programs may skip, and we do not.
KNOWN = frozenset(("footnote", "moMath", "nesttableprops")) | WRAPPERS | WRAPPED

SIGNS = {
    "tab": "\t", "line": "\n", "lbr": "\n", "page": "\n", "column": "\n", "softline": "\n", "softpage": "",
    "emdash": "\u2014", "endash": "\u2013", "emspace": "\u2003", "enspace": "\u2002", "qmspace": "\u2005",
    "bullet": "\u2022", "lquote": "\u2018", "rquote": "\u2019", "ldblquote": "\u201c", "rdblquote": "\u201d",
}  # fmt: skip
TYPOGRAPHIC = frozenset(SIGNS) - {"tab", "line", "lbr", "page", "column", "softline", "softpage"}
SYMBOLS = {"~": "\xa0", "_": "-", "\\": "\\", "{": "{", "}": "}", "\t": "\t"}

SYMBOL_FONT = 2
CHARSETS = {
    0: "cp1252", 77: "mac-roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "cp950", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250", 255: "cp437",
}  # fmt: skip
# Encodings of Chinese, Japanese and Korean: a system that writes one of them uses it for fonts of no language too.
WIDE = {932: "cp932", 936: "gbk", 949: "cp949", 950: "cp950", 54936: "gb18030"}

_TOKEN = re.compile(
    rb"\\(?P<word>[A-Za-z]+)(?P<number>-?[0-9]+)? ?|(?P<codes>(?:\\'[0-9A-Fa-f]{2})+)|\\(?P<symbol>[^A-Za-z])"
    rb"|(?P<open>\{)|(?P<close>\})|(?P<text>[^\\{}\r\n]+)|[\r\n]+|\\",
    re.DOTALL,
)
_HALF = re.compile("[\ud800-\udfff]")
_CONTROLS = {code: None for code in range(0x20) if code not in (0x09, 0x0A)}


def read(source: Source) -> Document | Issue:
    """Read text, notes and text boxes of an RTF file, with its headings, tables and the numbers of its lists."""
    if source.data.count(b"\\") > MOST_MARKS:
        return source.issue(
            "too_large",
            Message("the rtf has more than {limit:,} control words: save it as .docx, in parts", limit=MOST_MARKS),
        )
    walk = _Walk(source.data)
    refusal = walk.everything()
    if refusal == "too_long":
        return source.too_long(walk.length)
    if refusal:
        return source.issue("too_large", Message("{refusal}: open it in Word and save it as .docx", refusal=refusal))
    builder = Builder()
    for item in walk.items():
        builder.add(item)
    if not builder.blocks:
        if walk.groups:
            return source.issue("damaged", Message("damaged rtf: it is cut short before its text: get the file again"))
        return source.issue(
            "empty", Message("the rtf holds no text: if its pages are pictures, save it as pdf and use OCR")
        )
    doubts = []
    if walk.groups:
        doubts.append(
            source.issue("damaged", Message("the rtf is cut short, its end is missing: get it again"), fatal=False)
        )
    elif walk.more:
        message = Message(
            "there is more behind the end of the rtf, which is not read: open it in Word and save it as .docx"
        )
        doubts.append(source.issue("damaged", message, fatal=False))
    if "\ufffd" in builder.text:
        message = Message("some characters could not be decoded: they stand as \ufffd")
        doubts.append(source.issue("encoding", message, fatal=False))
    return source.document(builder.text, builder.blocks, "rtf", walk.meta, doubts)


@dataclass(slots=True)
class _Group:
    """What holds until the end of a group: where its text goes, and its properties."""

    holds: str = BODY
    wrapped: str = ""  # where the text of a group goes that stands inside one which is not read
    flow: bool = False
    nested: bool = False
    hidden: bool = False
    deleted: bool = False
    raised: bool = False
    font: int | None = None
    fallback: int = 1
    in_table: bool = False
    depth: int = 0
    style: int = 0
    outline: int | None = None


@dataclass(slots=True)
class _Font:
    encoding: str = ""
    is_symbol: bool = False
    name: str = ""


@dataclass(slots=True)
class _Style:
    name: str = ""
    base: int = -1
    outline: int | None = None


@dataclass(slots=True)
class _Stream:
    """Paragraphs on their way: those of the body, of a note or of a text box."""

    flow: Flow = field(default_factory=Flow)
    words: list[str] = field(default_factory=list)
    label: list[str] = field(default_factory=list)
    boxes: list[Paragraph | Table] = field(default_factory=list)
    row_begun: bool = False
    is_note: bool = False


class _Walk:
    """Goes over the file once."""

    def __init__(self, data: bytes) -> None:
        """Start before the first group."""
        self.data = data
        self.at = 0
        self.group = _Group()
        self.groups: list[_Group] = []
        self.streams = [_Stream()]
        self.notes: list[Paragraph | Table] = []
        self.fonts: dict[int, _Font] = {}
        self.styles: dict[int, _Style] = {}
        self.style = _Style()
        self.style_number = 0
        self.system = "cp1252"
        self.default_font: int | None = None
        self.row, self.nested_row = Row(), Row()
        self.slot = Slot(0)
        self.starred = False
        self.skip = 0
        self.hanzi_before = False
        # Bytes that wait for the second half of a hanzi, which other control words may part from the first.
        self.waiting = bytearray()
        self.waiting_for: tuple[str, int | None] = (BODY, None)
        self.raised_before = False
        self.paragraphs = 0
        self.length = 0
        self.more = False
        self.meta: dict[str, str] = {}
        self.created: dict[str, int] = {}

    def everything(self) -> str:
        """Read to the end; gives what forbids to, or ""."""
        data, match = self.data, _TOKEN.match
        self.at = max(0, data.find(b"{"))
        while (token := match(data, self.at)) is not None:
            self.at = token.end()
            kind = token.lastgroup
            if kind == "text":
                self._bytes(token["text"])
            elif kind == "codes":
                self._bytes(bytes.fromhex(token["codes"].replace(b"\\'", b"").decode("ascii")), by_code=True)
            elif kind in ("word", "number"):
                number = token["number"]
                self._word(token["word"].decode("ascii"), None if number is None else int(number[:10]))
            elif kind == "open":
                if len(self.groups) >= DEEPEST_GROUP:
                    return Message("the rtf is nested too deeply to be safe")
                self.groups.append(copy(self.group))
                self.skip = 0
                self.starred = False
            elif kind == "close":
                self._end_group()
                if not self.groups:
                    self.more = bool(data[self.at :].strip(b"\0\r\n\t \x1a"))
                    break
            elif kind == "symbol":
                self._symbol(token["symbol"])
            if self.length > build.LONGEST_DOCUMENT:
                return "too_long"
            if self.paragraphs > MOST_PARAGRAPHS:
                return Message("the rtf has more than {limit} paragraphs", limit=MOST_PARAGRAPHS)
        self._flush()
        while len(self.streams) > 1:
            self._end_flow()
        self._end_paragraph(self._depth())
        if self.created.get("yr"):
            year, month, day = (self.created.get(key, 1) for key in ("yr", "mo", "dy"))
            hour, minute = (self.created.get(key, 0) for key in ("hr", "min"))
            self.meta["created"] = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00"
        return ""

    def items(self) -> list[Paragraph | Table]:
        """Paragraphs and tables in reading order, notes behind the others."""
        return [*self.streams[0].flow.finish(), *self.notes]

    # --- groups -------------------------------------------------------------------------------------------------------

    def _end_group(self) -> None:
        ended = self.group
        if ended.holds != BODY:
            self._flush()
        self.skip = 0
        self.starred = False
        if ended.holds == STYLES:
            self._end_style()
        self.group = self.groups.pop() if self.groups else _Group()
        if ended.flow and not self.group.flow:
            self._flush()
            self._end_flow()

    def _begin_flow(self, word: str) -> None:
        self._flush()
        self.group.flow = True
        self.streams.append(_Stream(is_note=word == "footnote"))
        for name, value in (("in_table", False), ("depth", 0), ("style", 0), ("outline", None)):
            setattr(self.group, name, value)

    def _end_flow(self) -> None:
        self._end_paragraph(0)
        ended = self.streams.pop()
        (self.notes if ended.is_note else self.streams[-1].boxes).extend(ended.flow.finish())

    def _end_style(self) -> None:
        name = self.style.name.strip().rstrip(";")
        if name and len(self.styles) < MOST_STYLES:
            self.style.name = name
            self.styles[self.style_number] = self.style
        self.style, self.style_number = _Style(), 0

    def _begin(self, word: str) -> bool:
        """Is this the name of what the group holds?"""
        group = self.group
        starred, self.starred = self.starred, False
        if len(self.groups) < 2:
            return False  # the outermost group holds the document, whatever stands in it
        if group.holds == NOTHING:
            if word in WRAPPED and group.wrapped:
                group.holds, group.wrapped = group.wrapped, ""
                if word in FLOWS:
                    self._begin_flow(word)
            return True
        if word in WRAPPERS:
            if word != "shp":
                group.holds, group.wrapped = NOTHING, group.holds
        elif word in LEFT_OUT or (starred and word not in KNOWN):
            group.holds, group.wrapped = NOTHING, ""
        elif word == "footnote":
            if group.hidden or group.deleted:
                group.holds = NOTHING
            else:
                self._begin_flow(word)
        elif word in ("listtext", "pntext"):
            group.holds = LABEL
        elif word == "nesttableprops":
            group.nested = True
        elif word == "fonttbl":
            group.holds = FONTS
        elif word == "stylesheet":
            group.holds = STYLES
        elif word == "info":
            group.holds = ABOUT
        elif group.holds == ABOUT and word in PROPERTIES:
            group.holds = PROPERTIES[word]
        elif group.holds == ABOUT and word == "creatim":
            group.holds = CREATED
        else:
            return False
        return True

    # --- control words ------------------------------------------------------------------------------------------------

    def _word(self, word: str, number: int | None) -> None:
        if word == "bin":
            self.at = min(len(self.data), self.at + max(0, number or 0))
            return
        if self.skip and word in TYPOGRAPHIC:
            self.skip -= 1
            return
        self.skip = 0
        if self._begin(word) or self.group.holds == NOTHING:
            return
        value = 0 if number is None else number
        if word == "u":
            self._unicode(value)
        elif word in SIGNS:
            self._sign(SIGNS[word])
        elif (act := ACTIONS.get(word)) is not None:
            act(self, 1 if number is None else number)
        elif self.group.holds == CREATED:
            self.created[word] = max(0, min(value, 9999))

    def _symbol(self, symbol: bytes) -> None:
        sign = symbol.decode("latin-1")
        if sign == "*":
            self.starred = True
        elif self.skip:
            self.skip -= 1
        elif sign in "\r\n":
            if self.group.holds == BODY:
                self._paragraph_mark()
        elif sign in SYMBOLS:
            self._sign(SYMBOLS[sign])

    def _unicode(self, number: int) -> None:
        self.skip = self.group.fallback
        self.hanzi_before = 0x2E80 <= number & 0xFFFF < 0xFF00
        number = number if 0xFFFF < number < 0x110000 else number & 0xFFFF
        font = self.fonts.get(-1 if self.group.font is None else self.group.font)
        is_symbol = font is not None and font.is_symbol and 0xE000 <= number <= 0xF8FF
        self._sign(symbol(number, font.name.strip().rstrip(";")) if font is not None and is_symbol else chr(number))

    # --- text ---------------------------------------------------------------------------------------------------------

    def _bytes(self, data: bytes, by_code: bool = False) -> None:
        self.starred = False
        if self.skip:
            # Some programs leave out what others shall show instead of a hanzi: a digit is none of that.
            missing = self.hanzi_before and not by_code and data[:1].isdigit()
            skipped = 0 if missing else min(self.skip, len(data))
            if missing:
                self.skip = 0
            self.skip -= skipped
            data = data[skipped:]
        group = self.group
        if not data or group.holds == NOTHING:
            return
        holds, font = self.waiting_for
        same = font == group.font or (self._encoding(font) == self._encoding(group.font) != "")
        if self.waiting and not (same and holds == group.holds):
            self._flush()
        self.waiting_for = group.holds, group.font
        if self.raised_before != group.raised:
            self._flush()
            self.raised_before = group.raised
        if not (group.hidden or group.deleted):
            self.waiting += data

    def _sign(self, sign: str) -> None:
        self._flush()
        self.raised_before = self.group.raised
        if not (self.group.hidden or self.group.deleted):
            self._write(sign, self.group.holds, self.group.font)

    def _encoding(self, number: int | None) -> str:
        """The encoding of a font; "" for symbols."""
        font = self.fonts.get(-1 if number is None else number)
        if font is None or (not font.encoding and not font.is_symbol):
            return self.system
        return font.encoding

    def _flush(self) -> None:
        """Decode the bytes that wait."""
        if not self.waiting:
            return
        data, (holds, number) = bytes(self.waiting), self.waiting_for
        self.waiting.clear()
        font = self.fonts.get(-1 if number is None else number)
        if font is not None and font.is_symbol and holds in (BODY, LABEL):
            name = font.name.strip().rstrip(";")
            self._write("".join(symbol(0xF000 + code, name) for code in data) if holds == BODY else "", holds, number)
            return
        encoding = self._encoding(number) or self.system
        if encoding == "cp1252" and self.system in WIDE.values():
            encoding = self.system if _is_valid(data, self.system) else encoding
        self._write(data.decode(encoding, "replace"), holds, number)

    def _write(self, words: str, holds: str, font: int | None) -> None:
        if holds == BODY:
            self.streams[-1].words.append(f"{RAISE}{words}{LOWER}" if self.raised_before else words)
            self.length += len(words)
        elif holds == LABEL:
            self.streams[-1].label.append(words)
        elif holds == FONTS and font in self.fonts:
            self.fonts[font].name = (self.fonts[font].name + words)[:100]
        elif holds == STYLES:
            self.style.name = (self.style.name + words)[:100]
        elif holds in PROPERTIES.values():
            self.meta[holds] = (self.meta.get(holds, "") + words)[:1000]

    # --- paragraphs ---------------------------------------------------------------------------------------------------

    def _depth(self) -> int:
        """In how many tables the paragraph stands."""
        return self.group.depth or int(self.group.in_table or self.streams[-1].row_begun)

    def _paragraph_mark(self) -> None:
        # Where the mark was deleted or is hidden, the next paragraph goes on in this one.
        if not (self.group.deleted or self.group.hidden):
            self._end_paragraph(self._depth())

    def _end_paragraph(self, depth: int) -> None:
        self._flush()
        self.paragraphs += 1
        stream, group = self.streams[-1], self.group
        text = _readable(exponents("".join(stream.words))).strip("\n")
        label = _readable("".join(stream.label))
        if text.strip():
            shown = label.strip()
            number = label_text(shown, gap=label.rstrip() != label)
            level = group.outline if group.outline is not None else self._outline(group.style)
            kind = BlockKind.HEADING
            if level is None or level > 9 or len(text) > LONGEST_HEADING:
                kind, level = BlockKind.PARAGRAPH, None
            if any(is_contents(style.name) for style in self._chain(group.style)):
                # Its lines are those of the headings, and their numbers those of pages.
                kind, level = BlockKind.FURNITURE, None
            stream.flow.add([Paragraph(number + text, kind, level)], depth)
        if stream.boxes:
            stream.flow.add(stream.boxes, depth)
        stream.words, stream.label, stream.boxes = [], [], []

    def _chain(self, number: int) -> list[_Style]:
        """The style and those it is based on."""
        chain: list[_Style] = []
        while number in self.styles and self.styles[number] not in chain and len(chain) < 20:
            chain.append(self.styles[number])
            number = chain[-1].base
        return chain

    def _outline(self, number: int) -> int | None:
        for style in self._chain(number):
            level = heading_level(style.name)
            if level is not None or style.outline is not None:
                return level if level is not None else style.outline
        return None

    def _end_cell(self, depth: int) -> None:
        self._end_paragraph(depth)
        self.streams[-1].flow.end_cell(depth)
        self.streams[-1].row_begun = True

    def _end_row(self, depth: int, row: Row) -> None:
        stream = self.streams[-1]
        if "".join(stream.words).strip():
            self._end_paragraph(depth)
        stream.flow.end_row(depth, row)
        stream.row_begun = depth > 1

    def end_of(self, what: str) -> None:
        """A paragraph, a cell or a row ends."""
        if self.group.holds != BODY:
            return
        match what:
            case "cell":
                self._end_cell(1)
            case "nestcell":
                self._end_cell(max(2, self.group.depth))
            case "row":
                self._end_row(1, self.row)
            case "nestrow":
                self._end_row(max(2, self.group.depth), self.nested_row)
            case _:
                self._paragraph_mark()

    def reset_paragraph(self) -> None:
        """The properties of paragraphs begin anew."""
        group, stream = self.group, self.streams[-1]
        if group.holds == BODY:
            group.in_table, group.depth, group.style, group.outline = False, 0, 0, None
            stream.row_begun = stream.flow.in_row(1)

    # --- what control words set ---------------------------------------------------------------------------------------

    def begin_row(self) -> None:
        """The properties of a row begin."""
        row = Row()
        if self.group.nested:
            self.nested_row = row
        else:
            self.row = row
            self.streams[-1].row_begun = True
        self.slot = Slot(0)

    def add_slot(self, edge: int) -> None:
        """A cell ends at this edge."""
        row = self._defined_row()
        self.slot.edge = edge
        if len(row.slots) < MOST_COLUMNS:
            row.slots.append(self.slot)
        self.slot = Slot(0)

    def _defined_row(self) -> Row:
        return self.nested_row if self.group.nested else self.row

    def set_row(self, name: str, value: int) -> None:
        """A property of the row."""
        setattr(self._defined_row(), name, value)

    def set_slot(self, name: str) -> None:
        """A property of the cell that comes next."""
        setattr(self.slot, name, True)

    def set_system(self, encoding: str) -> None:
        """The encoding of text in fonts of no language of their own."""
        try:
            codecs.lookup(encoding)
        except LookupError:
            return
        self.system = encoding

    def set_font(self, number: int) -> None:
        """The font of the text, or the font that the table of fonts comes to."""
        self.group.font = number
        if self.group.holds == FONTS and len(self.fonts) < MOST_STYLES:
            self.fonts.setdefault(number, _Font())

    def set_charset(self, charset: int) -> None:
        """The characters that a font has."""
        font = self.fonts.get(-1 if self.group.font is None else self.group.font)
        if font is not None and self.group.holds == FONTS:
            font.encoding = CHARSETS.get(charset, "")
            font.is_symbol = charset == SYMBOL_FONT

    def set_default_font(self, number: int) -> None:
        """The font of text that names none."""
        self.default_font = self.group.font = number

    def set_plain(self) -> None:
        """The properties of characters begin anew."""
        self.group.hidden = self.group.deleted = self.group.raised = False
        self.group.font = self.default_font

    def set_style(self, number: int) -> None:
        """The style of the paragraph, or the style that the style sheet comes to."""
        if self.group.holds == STYLES:
            self.style_number = number
        else:
            self.group.style = number

    def set_outline(self, number: int) -> None:
        """The level of the paragraph, or of the style."""
        level = number + 1 if 0 <= number < 9 else 10
        if self.group.holds == STYLES:
            self.style.outline = level
        else:
            self.group.outline = level

    def set_base(self, number: int) -> None:
        """The style that a style is based on."""
        if self.group.holds == STYLES:
            self.style.base = number

    def set_group(self, name: str, value: int | bool) -> None:
        """A property that holds until the end of the group."""
        setattr(self.group, name, value)


ACTIONS: dict[str, Callable[[_Walk, int], None]] = {
    "ansicpg": lambda walk, number: walk.set_system(WIDE.get(number, f"cp{number}")),
    "mac": lambda walk, _: walk.set_system("mac-roman"),
    "pc": lambda walk, _: walk.set_system("cp437"),
    "pca": lambda walk, _: walk.set_system("cp850"),
    "deff": _Walk.set_default_font,
    "f": _Walk.set_font,
    "fcharset": _Walk.set_charset,
    "plain": lambda walk, _: walk.set_plain(),
    "v": lambda walk, number: walk.set_group("hidden", bool(number)),
    "deleted": lambda walk, number: walk.set_group("deleted", bool(number)),
    "super": lambda walk, number: walk.set_group("raised", bool(number)),
    "sub": lambda walk, _: walk.set_group("raised", False),
    "nosupersub": lambda walk, _: walk.set_group("raised", False),
    "uc": lambda walk, number: walk.set_group("fallback", max(0, number)),
    "s": _Walk.set_style,
    "sbasedon": _Walk.set_base,
    "outlinelevel": _Walk.set_outline,
    "pard": lambda walk, _: walk.reset_paragraph(),
    "intbl": lambda walk, number: walk.set_group("in_table", bool(number)),
    "itap": lambda walk, number: walk.set_group("depth", max(0, number)),
    "par": lambda walk, _: walk.end_of("paragraph"),
    "sect": lambda walk, _: walk.end_of("paragraph"),
    "cell": lambda walk, _: walk.end_of("cell"),
    "nestcell": lambda walk, _: walk.end_of("nestcell"),
    "row": lambda walk, _: walk.end_of("row"),
    "nestrow": lambda walk, _: walk.end_of("nestrow"),
    "trowd": lambda walk, _: walk.begin_row(),
    "trleft": lambda walk, number: walk.set_row("left", number),
    "trhdr": lambda walk, _: walk.set_row("is_header", True),
    "cellx": _Walk.add_slot,
    "clmrg": lambda walk, _: walk.set_slot("joins_left"),
    "clvmrg": lambda walk, _: walk.set_slot("joins_above"),
    "clvmgf": lambda walk, _: walk.set_slot("begins_merge"),
}


def _readable(words: str) -> str:
    """Leave out control characters, and join the halves of rare hanzi."""
    words = words.translate(_CONTROLS)
    if _HALF.search(words):
        words = words.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return words


def _is_valid(data: bytes, encoding: str) -> bool:
    """Are these bytes text in the encoding?"""
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
