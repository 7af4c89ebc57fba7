"""A text with the noise left out that knows where each character came from, and folding that keeps length: of width,
and of traditional script."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from hreport.model import Span

_SCRIPT = tomllib.loads(files("hreport").joinpath("data", "script.toml").read_text(encoding="utf-8"))["script"]
# Full-width forms and the punctuation that reports use in both widths, each folded to one character, so that patterns
# need one form only. 、 。 and quotation marks keep their own characters.
_FOLD = (
    str.maketrans(*(_SCRIPT[name].replace("\n", "") for name in ("traditional", "simplified")))
    | {0xFF01 + i: 0x21 + i for i in range(94)}
    | {
        0x3000: 0x20,
        0xA0: 0x20,
        0x25CB: 0x3007,
        0x25EF: 0x3007,
        0xFE6A: 0x25,
    }
)
_LONE_RETURN = re.compile(r"\r(?!\n)")
_FEW = 30  # characters that are replaced one after the other

# Behind hanzi: a word in Latin letters that is no unit and no abbreviation.
_TRANSLATION = re.compile(r"\s[#(]?(?!mm|mg|ml|kg|km|min)(?:[A-Z&.]{1,5}\s)?[A-Z]?[a-z]{2}")
_HANZI = re.compile("[\u4e00-\u9fff]")

LONGEST_SENTENCE = 1000  # characters: the longest of real reports have 460; what has no full stop is cut, see `link`


def fold(text: str) -> str:
    """The text in half-width forms and simplified script, character for character; a carriage return that stands alone
    is a line break.

    >>> fold("３３．５万亿元，增长８．７％；醫療衛生")
    '33.5万亿元,增长8.7%;医疗卫生'
    """
    # Few of the characters that are folded stand in a text, and to look for them is far faster than to translate all.
    written = set(_written().findall(text))
    if len(written) > _FEW:
        text = text.translate(_FOLD)
    else:
        for character in written:
            text = text.replace(character, chr(_FOLD[ord(character)]))
    return _LONE_RETURN.sub("\n", text) if "\r" in text else text


@lru_cache(maxsize=1)
def _written() -> re.Pattern[str]:
    """Any character that is folded."""
    return re.compile(f"[{''.join(map(chr, _FOLD))}]")


def untranslated(text: str) -> str:
    """A heading without the translation that stands behind it; a heading in Latin letters only is left as it is.

    >>> untranslated("年末常住人口(万人)\\nPermanent Population (10 000 persons)"), untranslated("新增 CT")
    ('年末常住人口(万人)', '新增 CT')
    """
    last = next((k for k in range(len(text) - 1, -1, -1) if "\u4e00" <= text[k] <= "\u9fff"), None)
    found = _TRANSLATION.search(text, last + 1) if last is not None else None
    return text[: found.start()].rstrip() if found else text


def is_foreign(text: str) -> bool:
    """Are these words in Latin letters, and no unit or abbreviation?

    >>> is_foreign("Per Capita GRP"), is_foreign("GDP"), is_foreign("R&D经费")
    (True, False, False)
    """
    return not _HANZI.search(text) and bool(_TRANSLATION.search(f" {text}"))


@dataclass(frozen=True, slots=True)
class Reading:
    """A view of a source text without its noise. `raw` are the characters as written, `text` the same folded.

    >>> reading = Reading.of("1.\\n4、73亿元", [Span(2, 5)])
    >>> reading.text, reading.span(0, 6)
    ('1.73亿元', Span(start=0, end=9))
    """

    source: str
    raw: str
    text: str
    _starts: tuple[int, ...]  # where each kept piece begins in the reading
    _origins: tuple[int, ...]  # ... and in the source
    _marks: tuple[Span, ...] = ()  # what was left out and is no damage where it stands in a number

    @classmethod
    def of(cls, source: str, noise: Iterable[Span], marks: Iterable[Span] = (), folded: str | None = None) -> Reading:
        """The reading of `source` without the spans of `noise` and `marks` (which may overlap). `folded`: the source
        folded, where it is at hand."""
        marks = tuple(sorted(marks))
        pieces: list[str] = []
        starts: list[int] = []
        origins: list[int] = []
        at = length = 0
        for span in sorted((*noise, *marks)):
            if span.start > at:
                pieces.append(source[at : span.start])
                starts.append(length)
                origins.append(at)
                length += span.start - at
            at = max(at, span.end)
        if at < len(source) or not pieces:
            pieces.append(source[at:])
            starts.append(length)
            origins.append(at)
        raw = "".join(pieces)
        if folded is None or "\r" in raw:  # which may stand alone only where pieces meet
            text = fold(raw)
        else:
            text = "".join([folded[at : at + len(piece)] for at, piece in zip(origins, pieces, strict=True)])
        return cls(source, raw, text, tuple(starts), tuple(origins), marks)

    def origin(self, index: int) -> int:
        """Where the character at `index` of the reading stands in the source."""
        piece = bisect_right(self._starts, index) - 1
        return self._origins[piece] + index - self._starts[piece]

    def span(self, start: int, end: int) -> Span:
        """The source span of reading characters `start` to `end`; noise between them is inside, noise around is not."""
        starts = self._starts
        piece = bisect_right(starts, start)
        begin = self._origins[piece - 1] + start - starts[piece - 1]
        if piece == len(starts) or end <= starts[piece]:  # within one piece, as nearly all are
            return Span(begin, begin + max(0, end - start))
        return Span(begin, self.origin(end - 1) + 1)

    def is_torn(self, span: Span, length: int) -> bool:
        """Does noise stand inside a span of the source of which `length` characters were read, marks aside?"""
        left_out = span.end - span.start - length
        if left_out <= 0:
            return False
        first, last = (bisect_left(self._marks, Span(at, at)) for at in (span.start, span.end))
        return left_out > sum(mark.end - mark.start for mark in self._marks[first:last])

    def index(self, origin: int) -> int:
        """The reading offset of a source offset (of the next kept character where it lies in noise)."""
        piece = bisect_right(self._origins, origin) - 1
        if piece < 0:
            return 0
        start = self._starts[piece]
        end = self._starts[piece + 1] if piece + 1 < len(self._starts) else len(self.raw)
        return min(start + origin - self._origins[piece], end)
