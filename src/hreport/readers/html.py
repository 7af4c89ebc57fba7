"""HTML pages and web archives (MHTML): the main text of a page, its headings and tables, without the site around it.

Three steps: the markup is cut down to the few tags and attributes that bear on the text (`_Markup`), so that lxml is
given nothing that could hang it or make it lose text; a walk over its tree makes boxes of lines and tables (`_Walk`);
and of the boxes those that hold the main text are taken (`_Choice`).
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message as Mail
from functools import lru_cache
from html import escape, unescape
from itertools import islice, pairwise
from typing import TypeAlias

from lxml import etree

from hreport import grammar
from hreport.messages import Message
from hreport.model import BlockKind, Document, Issue
from hreport.readers import build
from hreport.readers.build import Builder, Cell, Paragraph, Source, Table, is_figure
from hreport.readers.encoding import Failure, decode
from hreport.text import fold

LARGEST_PAGE = 32 * 2**20
LARGEST_ARCHIVE = 64 * 2**20
MOST_ARCHIVE_LINES = 1_500_000
MOST_TAGS = 200_000
MOST_COLUMNS = 1000
LONGEST_HEADING = 80
LONGEST_ATTRIBUTES = 8_000  # characters of a tag that are looked at: pictures written out in it are longer
LONGEST_FIGURE = 40
LONGEST_DEFINITION = 60
MOST_CELLS_TRIED = 2000
SHORTEST_PROSE = 8
SHORTEST_TITLE = 4
FEW_FIGURES = 4  # that make a table one of data
MUCH_TEXT = 200  # characters left out that the user is told of
LONG_TEXT = 200  # characters of prose that are kept wherever they stand
LEAST_LINKED = 7  # one character in so many may be a link in what is kept apart from the main text
MAIN_SHARE = 0.75  # of a page's prose that the main box holds
FEW_LINKS = 3  # that make a list of links, or show that a page is one of a site
LONGEST_TEASER = 300
LONGEST_PATTERN_LINE = 300  # characters of a line that are compared with the patterns of page furniture

ENCODINGS = {
    "utf-8": "utf-8", "utf8": "utf-8", "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030",
    "gb18030": "gb18030", "big5": "big5", "big5-hkscs": "big5hkscs", "cp950": "cp950",
}  # fmt: skip

# Elements of which nothing is shown as text of the page; what they hold is skipped.
SKIPPED = frozenset(
    (
        "script", "style", "noscript", "template", "textarea", "iframe", "noframes", "noembed", "select", "datalist",
        "button", "svg", "audio", "video", "canvas", "object", "applet", "map", "xml", "title",
    )
)  # fmt: skip
TABLE_PARTS = frozenset(("table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption"))
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
CELLS = frozenset(("td", "th"))
LISTS = frozenset(("ol", "ul", "menu", "dir"))
PREFORMATTED = frozenset(("pre", "listing"))
# Blocks that hold lines and are no boxes.
LINES = HEADINGS | PREFORMATTED | frozenset(("p", "li", "hr", "address", "legend", "summary", "figcaption"))
BLOCKS = TABLE_PARTS | HEADINGS | frozenset(
    (
        "address", "article", "aside", "blockquote", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt",
        "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "legend", "li", "listing",
        "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "ul",
    )
)  # fmt: skip
RAISED = frozenset(("sup", "sub"))
# What was struck out, and the reading above a hanzi.
LEFT_OUT = frozenset(("del", "s", "strike", "rt", "rp", "rtc"))
FURNITURE_TAGS = frozenset(("nav", "footer", "aside", "header", "menu"))
PAGE_PARTS = ("header", "footer")  # what stands on every page of a document that LibreOffice saved as a page

PROSE_MARKS = "\u3002\uff0c\uff1b\u3001\uff01\uff1f,;"
META = {
    "articletitle": "title", "pubdate": "created", "article:published_time": "created", "author": "author",
}  # fmt: skip

KEPT_ATTRIBUTES = ("colspan", "rowspan", "start", "role")

# Pictures inside lines may be digits that were made unreadable: the place where one stood is kept.
PICTURE = "\ufffc"
SUPERSCRIPTS = str.maketrans(
    "0123456789+-\u2212()n",
    "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207a\u207b\u207b\u207d\u207e\u207f",
)
# Signs that stand in another place in the Symbol font; its bullet is none of them.
SYMBOLS = str.maketrans(
    {
        "\xa3": "\u2264", "\xb3": "\u2265", "\xb4": "\xd7", "\xb8": "\xf7", "\xb9": "\u2260", "\xbb": "\u2248",
        "\xb7": None, "\uf0b7": None, "\uf0a3": "\u2264", "\uf0b3": "\u2265", "\uf0b1": "\xb1", "\uf0b4": "\xd7",
    }
)  # fmt: skip

# Possessive throughout: each character is looked at once, also in markup that never ends.
_MARKUP = re.compile(
    r"<!--(?:-?>|.*?(?:(?P<closed>--!?>)|\Z))"
    r"|<!doctype[^>\[]*+(?:\[[^\]]*+\])?+[^>]*+(?:>|\Z)"
    r"|<(?P<slash>/?)(?P<name>[a-z][^\s/>]*+)(?P<attributes>(?:[\s/]++|"
    r"[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+|))?+)*+)(?P<end>>?)"
    r"|<[!?/][^>]*+(?:>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"(?P<key>[^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<bare>[^\s>\"'][^\s>]*+)|))?+"
)
_CHARSET = re.compile(rb"(?:charset|encoding)\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w-]{2,20})", re.IGNORECASE)
_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*(?:all|screen)|font-size\s*:\s*0+(?:px|pt|em|%)?\s*(?:;|!|$)"
)
_STRUCK_STYLE = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through")
_FONT_STYLE = re.compile(r"(?<![\w-])font(?:-family)?\s*:([^;]*)")
_FIRST_FONT = re.compile(r"^\s*[\"']?\s*(wingdings|webdings|symbol)\b")
_RULE = re.compile(r"([.#][\w-]{1,60})\s{0,9}\{([^{}]{0,2000})\}")
_DIGIT = re.compile(r"\d")
_NUMBERED = re.compile(
    r"\s*+(?:[\d\uff10-\uff19(\uff08\u2460-\u249b\u7b2c]|"
    r"[\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341]{1,3}[\u3001.\uff0e\u662f\u8981])"
)

_SPACES = re.compile(r"[ \t\r\n\f]{2,}|[\t\r\n\f]")
_WIDE = re.compile(r"[\u2e80-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffee\u2018-\u201d\u2026\u2014]")
_MIME = re.compile(rb"\A\s*[\w-]+:[^\n]*\n", re.IGNORECASE)
_FURNITURE_NAME = re.compile(
    r"(?:^|[\s_-])(?:nav|menu|crumb|breadcrumb|head(?:er)?(?:$|[\s_-])|foot|sidebar|aside|related|recommend|comment|share|"
    r"copyright|toolbar|pagination|pager|login|advert|ads?(?:$|[\s_-])|hot|rank|download|keyword|tags?(?:$|[\s_-])|tips|"
    r"qrcode|search|banner|friend|links?(?:$|[\s_-]))"
)
_FILE_NAME = re.compile(r"\.(?:docx?|pdf|txt|wps|rtf|pptx?|xlsx?)\b", re.IGNORECASE)

Element: TypeAlias = etree._Element


def read(source: Source) -> Document | Issue:
    """Read the main text of a page, or of the page that a web archive holds."""
    if not _is_archive(source.data):
        return _read_page(source, source.data, "", "html")
    if len(source.data) > LARGEST_ARCHIVE or source.data.count(b"\n") > MOST_ARCHIVE_LINES:
        return source.issue(
            "too_large", Message("the web archive is too large: save the page as .html, or its text as .txt")
        )
    try:
        archive = email.message_from_bytes(source.data)
    except RecursionError:
        return source.issue(
            "too_large", Message("the web archive is nested too deeply to be safe: save the page as .html")
        )
    first: Document | Issue | None = None
    for data, encoding in _pages_of(archive):
        # The first page is the one that was saved; the others, its frames.
        result = _read_page(source, data, encoding, "mhtml")
        if isinstance(result, Document) or result.code != "empty":
            return result
        first = first or result
    return first or source.issue(
        "empty", Message("the web archive holds no page: open it in a browser and save it as .html")
    )


# --- web archives -----------------------------------------------------------------------------------------------------


def _is_archive(data: bytes) -> bool:
    head = data[:4096].lower()
    return bool(_MIME.match(head)) and b"mime-version:" in head and b"content-type:" in head


def _pages_of(archive: Mail) -> Iterator[tuple[bytes, str]]:
    """The pages of an archive with their declared encodings, the main one first."""
    pages = [part for part in archive.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    start = archive.get_param("start")
    pages.sort(key=lambda part: part.get("Content-ID") != start)
    for part in pages:
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            yield payload, _charset(part)


def _charset(part: Mail) -> str:
    return ENCODINGS.get((part.get_content_charset() or "").lower(), "")


# --- one page ---------------------------------------------------------------------------------------------------------


def _read_page(source: Source, data: bytes, encoding: str, file_format: str) -> Document | Issue:
    if len(data) > LARGEST_PAGE:
        return source.issue(
            "too_large", Message("a page larger than {size} MB: save its text as .txt", size=LARGEST_PAGE // 2**20)
        )
    declared = _CHARSET.search(data[:4096].replace(b"\x00", b""))
    hint = encoding or (ENCODINGS.get(declared[1].decode("ascii").lower(), "") if declared else "")
    decoded = decode(data, hint)
    if isinstance(decoded, Failure):
        return source.issue(decoded.code, decoded.message)
    text, doubt = decoded
    issues = [source.issue("encoding", doubt, fatal=False)] if doubt else []
    if text.count("<") > MOST_TAGS:
        return source.issue(
            "too_large", Message("the page has more than {limit:,} tags: save its text as .txt", limit=MOST_TAGS)
        )
    if text.count("&") > build.LONGEST_DOCUMENT:
        return source.too_long(text.count("&"))
    markup = _Markup(text)
    if markup.chars > build.LONGEST_DOCUMENT:
        return source.too_long(markup.chars)
    walk = _Walk(markup)
    choice = _Choice(walk.body, markup.title, has_site=walk.links >= FEW_LINKS)
    builder = Builder()
    for item in choice.items():
        builder.add(item)
    if not builder.blocks:
        why = Message("it is built by scripts") if markup.scripts else Message("it may be made of pictures")
        return source.issue(
            "empty", Message("the page holds no text, {why}: save what a browser shows as .txt or .pdf", why=why)
        )
    text = builder.text
    doubts = [*walk.doubts(), *choice.doubts()]
    if pictures := text.count(PICTURE):
        doubts.append(
            (
                "pictures",
                Message(
                    "{pictures} pictures stand inside lines, shown as {sign}: they may be figures",
                    pictures=pictures,
                    sign=PICTURE,
                ),
            )
        )
    issues += [source.issue(code, message, fatal=False) for code, message in doubts]
    return source.document(text, builder.blocks, file_format, markup.meta, issues)


class _Markup:
    """The page cut down to tags and attributes that bear on its text; what is hidden, struck out or set in a font of
    signs is marked as such. `flat`: paragraphs only, for pages that are nested more deeply than can be read."""

    def __init__(self, text: str, *, flat: bool = False) -> None:
        """Go over the markup once."""
        self.text = text
        self.flat = flat
        self.title = ""
        self.meta: dict[str, str] = {}
        self.scripts = False
        self.cut = False
        self.chars = 0
        self._parts: list[str] = []
        self._open: dict[str, list[str]] = {}  # what closes each open inline tag, by its name
        self._fonts = 0
        self._never_closed: set[str] = set()
        self._jammers: set[str] = set()
        self._scan()
        self.title = self.meta.get("title") or self.title
        if self.title:
            self.meta["title"] = self.title

    @property
    def reduced(self) -> bytes:
        """The markup for the parser."""
        return f"<html><body>{''.join(self._parts)}</body></html>".encode("utf-8", "replace")

    def _scan(self) -> None:
        at = 0
        while found := _MARKUP.search(self.text, at):
            self._words(self.text[at : found.start()])
            at = found.end()
            name = (found["name"] or "").lower()
            if not name:
                self.cut |= at == len(self.text) and not found.group().endswith(">")
            elif not found["end"]:
                self.cut = True
            elif found["slash"]:
                self._end(name)
            elif name in SKIPPED:
                if not found["attributes"].endswith("/"):
                    at = self._skip(name, at)
            else:
                self._start(name, found["attributes"])
        self._words(self.text[at:])

    def _words(self, text: str) -> None:
        if text:
            text = unescape(text.replace("\x00", ""))
            self.chars += _tight(text)
            self._parts.append(escape(text, quote=False))

    def _skip(self, name: str, at: int) -> int:
        """The place behind an element that shows no text."""
        if name in self._never_closed:
            return at
        self.scripts |= name == "script"
        found = re.compile(rf"</{name}(?=[\s/>])[^>]*+>?", re.IGNORECASE).search(self.text, at)
        if found is None:
            if name in ("script", "style"):
                self.cut = True
                return len(self.text)
            # Shown after all, rather than the rest of the page lost.
            self._never_closed.add(name)
            return at
        content = self.text[at : found.start()]
        if name == "title" and not self.title:
            self.title = " ".join(unescape(content[:1000]).split())
        elif name == "style":
            self._jammers |= {rule[1] for rule in _RULE.finditer(content) if _HIDDEN_STYLE.search(rule[2].lower())}
        return found.end()

    def _start(self, name: str, written: str) -> None:
        if name == "meta":
            self._property(_attributes(written))
        elif name == "br":
            self._parts.append("<br>")
        elif name == "img":
            self._parts.append(PICTURE)
        elif name in BLOCKS:
            self._parts.append(self._block(name, _attributes(written) if written else {}))
        elif not written.endswith("/") and not self.flat:
            tag = self._inline(name, _attributes(written) if written else {})
            self._fonts += tag.startswith("<span font")
            self._parts.append(tag)
            self._open.setdefault(name, []).append(f"</{tag[1:].rstrip('>').partition(' ')[0]}>" if tag else "")

    def _end(self, name: str) -> None:
        if name == "br":
            self._parts.append("<br>")
        elif name in BLOCKS:
            self._parts.append("<p>" if self.flat else f"</{name}>")
        elif self._open.get(name):
            self._parts.append(self._open[name].pop())

    def _block(self, name: str, attributes: dict[str, str]) -> str:
        if self.flat:
            return "<p>"
        kept: dict[str, str] = {key: attributes[key] for key in KEPT_ATTRIBUTES if key in attributes}
        names = f"{attributes.get('class', '')} {attributes.get('id', '')}".strip().lower()
        if attributes.get("title") in PAGE_PARTS:
            names = f"{names} {attributes['title']}"
        style = attributes.get("style", "").lower()
        if names:
            kept["names"] = names[:200]
        if "hidden" in attributes or _HIDDEN_STYLE.search(style):
            kept["hidden"] = ""
        if name == "ol" and "none" in style:
            kept["start"] = ""
        return f"<{name}{''.join(f' {key}={_quoted(value)}' for key, value in kept.items())}>"

    def _inline(self, name: str, attributes: dict[str, str]) -> str:
        """The tag that stands for an inline tag, or "" where it does not bear on the text."""
        style = attributes.get("style", "").lower()
        if "hidden" in attributes or _HIDDEN_STYLE.search(style) or self._is_jammer(attributes):
            return "<span hidden>"
        if _STRUCK_STYLE.search(style):
            return "<del>"
        if name in RAISED or name in LEFT_OUT or name == "ruby" or (name == "a" and _leads_away(attributes)):
            return f"<{name}>"
        declared = _FONT_STYLE.search(style)
        font = attributes.get("face", "").lower() or (declared[1] if declared else "")
        signs = _FIRST_FONT.search(font)
        if signs:
            return f"<span font={signs[1]}>"
        return "<span font=plain>" if font and self._fonts else ""

    def _is_jammer(self, attributes: dict[str, str]) -> bool:
        """Is it hidden by a rule of the page's own style sheet, as strings against copying are?"""
        if not self._jammers:
            return False
        names = [f".{name}" for name in attributes.get("class", "").split()]
        return not self._jammers.isdisjoint([*names, f"#{attributes.get('id', '')}"])

    def _property(self, attributes: dict[str, str]) -> None:
        key = META.get((attributes.get("name") or attributes.get("property") or "").lower())
        content = " ".join(attributes.get("content", "").split())
        if key and content:
            self.meta.setdefault(key, content[:1000])


def _leads_away(attributes: dict[str, str]) -> bool:
    """Does an anchor lead to another page? Those that Word makes for a table of contents lead into the same."""
    href = attributes.get("href", "").strip()
    return bool(href) and (not href.startswith("#") or len(href) == 1)


def _attributes(written: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for attribute in _ATTRIBUTE.finditer(written[:LONGEST_ATTRIBUTES]):
        value = attribute["double"] or attribute["single"] or attribute["bare"] or ""
        found.setdefault(attribute["key"].lower(), unescape(value))
    return found


def _quoted(value: str) -> str:
    return f'"{escape(value)}"'


# --- the walk ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class _Line:
    """A paragraph: how many characters it has, how many of them are links, are prose, and are no site furniture."""

    paragraph: Paragraph
    chars: int
    linked: int = 0
    prose: int = 0
    plain: int = 0

    @property
    def is_link(self) -> bool:
        """Are most of its words links?"""
        return 2 * self.linked > self.chars


@dataclass(slots=True, eq=False)
class _Grid:
    """A table of data."""

    table: Table
    chars: int
    linked: int
    prose: int
    plain: int
    figures: int

    @property
    def is_link(self) -> bool:
        """Are most of its words links, and few of its cells figures?"""
        return 2 * self.linked > self.chars and self.figures < FEW_FIGURES


@dataclass(slots=True, eq=False)
class _Box:
    """An element that holds others, with the sums of what they hold; `weight` is its prose and `plain` its characters
    without those of furniture."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    parts: list[_Part] = field(default_factory=list)
    chars: int = 0
    linked: int = 0
    prose: int = 0
    weight: int = 0
    plain: int = 0
    figures: int = 0
    count: int = 0  # of its lines
    link_lines: int = 0
    longest: int = 0  # of its lines that are no links

    def add(self, part: _Part) -> None:
        """Put a part that is complete at the end; of empty ones only cells are kept, which have their place."""
        if not part.chars and not (isinstance(part, _Box) and part.tag in TABLE_PARTS):
            return
        self.parts.append(part)
        self.chars += part.chars
        self.linked += part.linked
        self.prose += part.prose
        if isinstance(part, _Box):
            self.count += part.count
            self.link_lines += part.link_lines
            self.longest = max(self.longest, part.longest)
        elif part.is_link:
            self.count += 1
            self.link_lines += 1
        else:
            self.count += 1
            self.longest = max(self.longest, part.chars)
        if not isinstance(part, _Line):
            self.figures += part.figures

    def lines(self) -> Iterator[_Line | _Grid]:
        """What is in the box, in reading order."""
        waiting = [iter(self.parts)]
        while waiting:
            for part in waiting[-1]:
                if isinstance(part, _Box):
                    waiting.append(iter(part.parts))
                    break
                yield part
            else:
                waiting.pop()

    @property
    def is_link_list(self) -> bool:
        """Are most of its words links, or does it give a link and a few lines of each of several texts?"""
        teasers = self.link_lines >= FEW_LINKS and 3 * self.link_lines >= self.count and self.longest <= LONGEST_TEASER
        return 2 * self.linked > self.chars or teasers


_Part: TypeAlias = _Box | _Line | _Grid


class _Walk:
    """Goes over the tree of a page and makes boxes of it."""

    def __init__(self, markup: _Markup) -> None:
        """Parse the markup, and anew without its structure where that is nested too deeply."""
        self.cut = markup.cut
        self.flat = False
        self.hidden = 0
        self.body = _Box("body")
        self._boxes = [self.body]
        self._words: list[str] = []
        self._linked = 0
        self._links = 0
        self.links = 0  # of the page
        self._raised: list[int] = []
        self._fonts: list[str] = []
        self._preformatted = 0
        self._level: int | None = None
        self._label = ""
        self._counts: list[int | None] = []
        root, complete = _parsed(markup.reduced)
        if not complete:
            self.flat = True
            root, _ = _parsed(_Markup(markup.text, flat=True).reduced)
        if root is not None:
            self._walk(root)

    def doubts(self) -> Iterator[tuple[str, str]]:
        """What to doubt of the text, as codes and messages."""
        if self.flat:
            yield (
                "structure",
                Message(
                    "the page is nested too deeply: its tables are read as lines, and the site around may be in it"
                ),
            )
        if self.cut:
            yield "cut", Message("the page ends inside its markup: its end may be lost, get the page again")
        if self.hidden:
            yield (
                "hidden",
                Message(
                    "{hidden:,} characters are hidden or struck out on the page and were left out: check it",
                    hidden=self.hidden,
                ),
            )

    def _walk(self, root: Element) -> None:
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            tag = element.tag
            if tag in LEFT_OUT or element.get("hidden") is not None:
                if event == "start":
                    self._hide(tag, "".join(element.itertext()))
                    walker.skip_subtree()
                else:
                    self._say(element.tail)
            elif event == "start":
                self._start(tag, element)
                self._say(element.text)
            else:
                self._end(tag)
                self._say(element.tail)
        self._flush()

    def _hide(self, tag: str, text: str) -> None:
        chars = _tight(text)
        if tag not in ("rt", "rp", "rtc") and chars >= MUCH_TEXT and any(mark in text for mark in PROSE_MARKS):
            self.hidden += chars

    def _say(self, text: str | None) -> None:
        if not text:
            return
        font = self._fonts[-1] if self._fonts else "plain"
        if font == "symbol":
            text = text.translate(SYMBOLS)
        elif font != "plain":
            # Pictures in the guise of letters; hanzi are shown in another font.
            text = "".join(c for c in text if c > "\xff" and not "\ue000" <= c <= "\uf8ff")
        self._words.append(text)
        if self._links:
            self._linked += _tight(text)

    def _start(self, tag: str, element: Element) -> None:
        if tag == "br":
            self._flush()
        elif tag == "a":
            self._links += 1
            self.links += 1
        elif tag in RAISED:
            self._raised.append(len(self._words))
        elif tag == "span":
            self._fonts.append(element.get("font") or "plain")
        elif tag in BLOCKS:
            self._flush()
            self._preformatted += tag in PREFORMATTED
            if tag in HEADINGS:
                self._level = int(tag[1])
            elif tag in LISTS:
                start = element.get("start", "1") if tag == "ol" else ""
                self._counts.append(int(start) if start.isdecimal() and len(start) < 6 else None)
            elif tag == "li" and self._counts and (count := self._counts[-1]) is not None:
                self._label = f"{count}. "
                self._counts[-1] = count + 1
            if tag not in LINES:
                self._boxes.append(_Box(tag, {str(key): str(value) for key, value in element.attrib.items()}))

    def _end(self, tag: str) -> None:
        if tag == "a":
            self._links -= 1
        elif tag in RAISED:
            self._raise(tag, self._raised.pop())
        elif tag == "span":
            self._fonts.pop()
        elif tag in BLOCKS:
            self._flush()
            self._preformatted -= tag in PREFORMATTED
            if tag in HEADINGS:
                self._level = None
            elif tag in LISTS:
                self._counts.pop()
            elif tag == "li":
                self._label = ""
            if tag not in LINES:
                box = self._boxes.pop()
                for part in _arranged(box):
                    self._boxes[-1].add(part)

    def _raise(self, tag: str, begin: int) -> None:
        """Write what stands raised or lowered so that it does not run together with the digits before it."""
        raised = "".join(self._words[begin:])
        if not raised.strip():
            return
        before = "".join(self._words[max(0, begin - 3) : begin]).rstrip()[-1:]
        text = raised.strip()
        if tag == "sup" and all(c in "0123456789+-\u2212()n" for c in text):
            raised = text.translate(SUPERSCRIPTS)
        elif text[0].isdigit() and before.isdigit():
            raised = f"{'^' if tag == 'sup' else '_'}{text}"
        self._words[begin:] = [raised]

    def _flush(self) -> None:
        """End the line."""
        if not self._words:
            return
        text = "".join(self._words)
        linked, self._linked = self._linked, 0
        self._words.clear()
        self._raised = [0] * len(self._raised)
        if PICTURE in text:
            text = text.strip(f"{PICTURE} \t\r\n\f\xa0\u3000")
        text = text.strip("\r\n") if self._preformatted else _SPACES.sub(_space, text).strip(" ")
        if not text or text.isspace():
            return
        if self._label and not _NUMBERED.match(text):
            text = self._label + text
        self._label = ""
        level = self._level if self._level is not None and len(text) <= LONGEST_HEADING else None
        kind = BlockKind.PARAGRAPH if level is None else BlockKind.HEADING
        if line := _line(Paragraph(text, kind, level), linked):
            self._boxes[-1].add(line)


def _parsed(markup: bytes) -> tuple[Element | None, bool]:
    """The tree, and whether all of the markup is in it."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(markup, parser)
    return root, not any(
        error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT or "depth" in error.message for error in parser.error_log
    )


def _tight(text: str) -> int:
    return sum(map(len, text.split()))


@lru_cache(maxsize=1)
def _furniture() -> re.Pattern[str]:
    return grammar.load().regex("furniture")


def _space(found: re.Match[str]) -> str:
    """What is shown of white space: one space, and nothing where a line of the source ends beside a hanzi."""
    text = found.string
    beside = text[max(0, found.start() - 1) : found.start()] + text[found.end() : found.end() + 1]
    return "" if "\n" in found.group() and _WIDE.search(beside) else " "


def _line(paragraph: Paragraph, linked: int) -> _Line | None:
    """The line of a paragraph, unless it is blank."""
    text = paragraph.text
    chars = _tight(text)
    own = chars - linked
    if not chars:
        return None
    if 2 * linked > chars or (own >= SHORTEST_PROSE and _is_furniture(text)):
        return _Line(paragraph, chars, linked)
    prose = (own >= SHORTEST_PROSE and any(mark in text for mark in PROSE_MARKS)) or bool(_DIGIT.search(text))
    return _Line(paragraph, chars, linked, own if prose else 0, own)


def _is_furniture(text: str) -> bool:
    return len(text) <= LONGEST_PATTERN_LINE and bool(_furniture().match(fold(text).strip()))


# --- tables -----------------------------------------------------------------------------------------------------------


def _arranged(box: _Box) -> Iterator[_Part]:
    """The box itself, or the table of data that it is, after what stands in it outside of cells."""
    if box.tag == "table":
        outside, rows, groups, header_rows = _rows(box)
        if _is_data(box, rows):
            yield from outside
            yield _grid(_table(rows, groups, header_rows), box)
            return
    elif box.tag == "dl" and (rows := _definitions(box)):
        yield _grid(_table(rows, [len(rows)] * len(rows), 0), box)
        return
    yield box


def _rows(table: _Box) -> tuple[list[_Part], list[list[_Box]], list[int], int]:
    """What stands outside of cells, the rows, the last row of the group that each is in, how many are headings."""
    outside: list[_Part] = []
    rows: list[list[_Box]] = []
    groups: list[int] = []
    header_rows = 0
    for part in table.parts:
        begin = len(rows)
        loose: list[_Box] = []
        grouped = isinstance(part, _Box) and part.tag in ("thead", "tbody", "tfoot")
        for row in part.parts if isinstance(part, _Box) and grouped else [part]:
            if isinstance(row, _Box) and row.tag == "tr":
                rows.append([cell for cell in row.parts if isinstance(cell, _Box) and cell.tag in CELLS])
                outside += [cell for cell in row.parts if not isinstance(cell, _Box) or cell.tag not in CELLS]
            elif isinstance(row, _Box) and row.tag in CELLS:
                loose.append(row)
            else:
                outside.append(row)
        if loose:
            rows.append(loose)
        groups += [len(rows)] * (len(rows) - begin)
        if isinstance(part, _Box) and part.tag == "thead" and not begin:
            header_rows = len(rows)
    if not any(part.tag in ("thead", "tbody", "tfoot") for part in table.parts if isinstance(part, _Box)):
        groups = [len(rows)] * len(rows)
    if not header_rows:
        headings = (all(cell.tag == "th" for cell in row) and bool(row) for row in rows)
        header_rows = next((n for n, heading in enumerate(headings) if not heading), 0)
    return outside, rows, groups, header_rows


def _is_data(table: _Box, rows: list[list[_Box]]) -> bool:
    """Is it a table of data, and does not only lay the page out?"""
    cells = [cell for row in rows for cell in row]
    if len(rows) < 2 or max(map(len, rows)) < 2 or table.attributes.get("role") in ("presentation", "none"):
        return False
    if any(cell.tag == "th" for cell in cells):
        return True
    inner = sum(part.chars for cell in cells for part in cell.lines() if isinstance(part, _Grid))
    largest = max(cells, key=lambda cell: cell.chars)
    page = largest.chars >= MUCH_TEXT and 2 * largest.chars > table.chars and 2 * largest.prose > largest.chars
    return not page and 2 * inner < table.chars


def _table(rows: list[list[_Box]], groups: list[int], header_rows: int) -> Table:
    """Lay the cells out in rows and columns, with spans no larger than what they can span."""
    cells: list[Cell] = []
    slots = sum(
        min(_span(box, "colspan"), MOST_COLUMNS) * min(_span(box, "rowspan") or len(rows), len(rows))
        for row in rows
        for box in row
    )
    spans = slots <= build.LARGEST_GRID
    taken: dict[int, int] = {}  # the last row down to which a column is taken by a cell above
    for number, row in enumerate(rows, 1):
        column = 1
        for box in row:
            while taken.get(column, 0) >= number:
                column += 1
            most = groups[number - 1] - number + 1
            height = min(_span(box, "rowspan") or most, most) if spans else 1
            width = min(_span(box, "colspan") or 1, MOST_COLUMNS) if spans else 1
            content = [part.paragraph if isinstance(part, _Line) else part.table for part in box.lines()]
            cells.append(Cell(number, column, content, height, width))
            if height > 1:
                taken |= dict.fromkeys(range(column, column + width), number + height - 1)
            column += width
    # A span beyond the last column in which a cell begins spans nothing.
    last = max((cell.column for cell in cells), default=1)
    for cell in cells:
        cell.column_span = min(cell.column_span, last - cell.column + 1)
    return Table(cells, header_rows if header_rows < len(rows) else 0)


def _span(cell: _Box, name: str) -> int:
    written = cell.attributes.get(name, "").strip()
    return int(written) if written.isascii() and written.isdigit() and len(written) < 9 else 1


def _grid(table: Table, box: _Box) -> _Grid:
    figures = sum(is_figure(cell.text) for cell in table.cells[:MOST_CELLS_TRIED] if len(cell.text) <= LONGEST_FIGURE)
    # Figures make a table part of a report; the other cells weigh as they are.
    own = box.chars - box.linked
    return _Grid(table, box.chars, box.linked, own if figures >= FEW_FIGURES else box.prose, own, figures + box.figures)


def _definitions(box: _Box) -> list[list[_Box]]:
    """The rows of a list of terms, each with one short definition; none where it is a list of another kind."""
    items = [part for part in box.parts if isinstance(part, _Box)]
    terms, said = items[::2], items[1::2]
    fits = len(items) == len(box.parts) and len(terms) == len(said) > 1
    if not fits or any(term.tag != "dt" for term in terms) or any(one.tag != "dd" for one in said):
        return []
    if any(one.chars > LONGEST_DEFINITION or one.prose > LONGEST_DEFINITION // 2 for one in items):
        return []
    return [list(pair) for pair in zip(terms, said, strict=True)]


# --- the main text ----------------------------------------------------------------------------------------------------


class _Choice:
    """Which parts of a page are its main text: the smallest box that holds most of the prose, without the lists of
    links and the furniture in it; and what stands elsewhere and cannot be told from a report's text."""

    def __init__(self, body: _Box, title: str, *, has_site: bool) -> None:
        """Find the main box, which is the whole page where it has no site around it."""
        self.body = body
        self.has_site = has_site
        self.title = "".join(title.split())
        self.kept_apart = 0
        self.left_out = 0
        self._weigh()
        self.path = [body]
        while has_site and (heaviest := self._heaviest(self.path[-1])):
            self.path.append(heaviest)
        if 2 * self.path[-1].plain < body.plain:
            # Most of the page is elsewhere, in lines that do not look like prose: nothing of it is left out.
            self.path = [body]
        self.main = self.path[-1]

    def doubts(self) -> Iterator[tuple[str, str]]:
        """What to doubt of the choice, as codes and messages."""
        if self.main is self.body and self.has_site:
            yield (
                "furniture",
                Message("no main text stands out: all but lists of links was read, with the site around the text"),
            )
        if self.kept_apart:
            yield (
                "furniture",
                Message(
                    "{kept_apart:,} characters apart from the main text were kept: they may be the site's",
                    kept_apart=self.kept_apart,
                ),
            )
        if self.left_out >= MUCH_TEXT:
            yield (
                "left_out",
                Message(
                    "{left_out:,} characters apart from the main text were left out: look at the page",
                    left_out=self.left_out,
                ),
            )

    def items(self) -> Iterator[Paragraph | Table]:
        """The paragraphs and tables that were chosen, in reading order."""
        before: list[_Part] = []
        after: list[list[_Part]] = []
        for outer, inner in pairwise(self.path):
            at = next(n for n, part in enumerate(outer.parts) if part is inner)
            before += outer.parts[:at]
            after.append(outer.parts[at + 1 :])
        yield from self._apart(before)
        yield from self._heading(before)
        yield from self._inside(self.main)
        for parts in reversed(after):
            yield from self._apart(parts)

    def _weigh(self) -> None:
        """Weigh every box, from the innermost outwards."""
        boxes = [self.body]
        for box in boxes:
            boxes += [part for part in box.parts if isinstance(part, _Box)]
        for box in reversed(boxes):
            if not self._is_furniture(box):
                box.weight = sum(part.weight if isinstance(part, _Box) else part.prose for part in box.parts)
                box.plain = sum(part.plain for part in box.parts)

    def _is_furniture(self, box: _Box) -> bool:
        """Is it part of the site: a list of links, or small and named as such?"""
        if box is self.body or 2 * box.prose > self.body.prose:
            return False
        named = box.tag in FURNITURE_TAGS or _FURNITURE_NAME.search(box.attributes.get("names", ""))
        return box.is_link_list or bool(named)

    def _heaviest(self, box: _Box) -> _Box | None:
        inner = [part for part in box.parts if isinstance(part, _Box)]
        heaviest = max(inner, key=lambda part: part.weight, default=None)
        return heaviest if heaviest and heaviest.weight >= MAIN_SHARE * self.body.weight else None

    def _inside(self, box: _Box) -> Iterator[Paragraph | Table]:
        """What to keep of the main box, or of one that is like it."""
        waiting = [iter(box.parts)]
        while waiting:
            for part in waiting[-1]:
                if isinstance(part, _Box):
                    if not self._is_furniture(part):
                        waiting.append(iter(part.parts))
                        break
                    self.left_out += part.prose
                elif isinstance(part, _Line) or not part.is_link:
                    yield _item(part)
            else:
                waiting.pop()

    def _apart(self, parts: list[_Part]) -> Iterator[Paragraph | Table]:
        """What to keep of what stands apart from the main box: what is long, and tables of figures."""
        waiting = [iter(parts)]
        while waiting:
            for part in waiting[-1]:
                telling = part.figures >= FEW_FIGURES if not isinstance(part, _Line) else False
                weight = part.weight if isinstance(part, _Box) else part.prose
                if isinstance(part, _Box) and self._is_furniture(part):
                    self.left_out += 0 if part.is_link_list else part.prose
                elif weight < LONG_TEXT and not telling:
                    self.left_out += weight
                elif LEAST_LINKED * part.linked <= part.chars:
                    self.kept_apart += part.chars
                    yield from self._inside(part) if isinstance(part, _Box) else [_item(part)]
                elif isinstance(part, _Box):
                    waiting.append(iter(part.parts))
                    break
                else:
                    self.left_out += weight
            else:
                waiting.pop()

    def _heading(self, before: list[_Part]) -> Iterator[Paragraph]:
        """The title, where it stands above the main text: the line that the page names in its own title."""
        lines = [part for one in before for part in (one.lines() if isinstance(one, _Box) else [one])]
        found = ""
        heading: Paragraph | None = None
        for line in lines:
            if not isinstance(line, _Line) or line.is_link or line.chars > LONGEST_HEADING:
                continue
            words = "".join(line.paragraph.text.split())
            told = words in self.title if self.title else line.paragraph.level == 1
            if told and len(words) >= max(SHORTEST_TITLE, len(found)) and not _FILE_NAME.search(words):
                found, heading = words, line.paragraph
        first = islice((line for line in self.main.lines() if isinstance(line, _Line)), 5)
        if heading and not any("".join(line.paragraph.text.split()).startswith(found) for line in first):
            yield Paragraph(heading.text, BlockKind.HEADING, heading.level or 1)


def _item(part: _Line | _Grid) -> Paragraph | Table:
    return part.paragraph if isinstance(part, _Line) else part.table
