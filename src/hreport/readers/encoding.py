"""Decodes bytes to text, in whatever encoding Chinese texts come: by what the bytes hold, not by what is declared."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import BinaryIO

from hreport.messages import Message, listed
from hreport.model import Issue
from hreport.readers import build
from hreport.readers.build import Source

# The longer marks first: that of UTF-32 begins with that of UTF-16.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
ENCODINGS = ("gb18030", "big5", "cp950", "utf-16-le", "utf-16-be", "utf-8")
TWO_BYTES = ("gb18030", "big5", "cp950")
LONGEST_CHARACTER = 4  # bytes, in every encoding
SAMPLE = 200_000
CHUNK = 1 << 20  # bytes that are decoded at a time where a text is only tried
PLAUSIBLE = 0.5
MOST_CONTROLS = 0.02
MOST_LOST = 0.05
FEW_STRANGE = 0.1
LONGEST_ACCIDENT = 64
FEW_HANZI = 4
MANY_HANZI = 64
SURE = 0.9  # the score of an encoding in which so many are read that no other needs to be tried
NEARLY = 0.5  # how much less a rival may score: as much as hanzi of traditional script do
MOST_BAD = 100  # bad bytes after which the place to go on is looked for
NEAR = 24  # bytes by which it is found: they end before the next bad one, most likely
COMMON_PUNCTUATION = frozenset(
    "\u3000\u3001\u3002\uff0c\uff1a\uff1b\uff01\uff1f\uff08\uff09\u201c\u201d\u2018\u2019\u300a\u300b\u3008\u3009"
    "\u300c\u300d\u300e\u300f\u3014\u3015\u2014\u2026\u00b7\u3010\u3011\uff05\u2030\u2103"
)

_LOST = re.compile("\ufffd{1,4}")  # what one character leaves that was damaged
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b]")  # those that are no white space
_AMONG_LETTERS = re.compile(r"[a-z][\u4e00-\u9fff]|[\u4e00-\u9fff][a-z]")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why bytes could not be decoded."""

    code: str
    message: str


def text_of(source: Source) -> tuple[str, str] | Issue:
    """The text of a file with a doubt in words ("" where there is none), or why there is none, or too much."""
    if len(source.data) > LONGEST_CHARACTER * build.LONGEST_DOCUMENT:
        return source.too_long(len(source.data) // LONGEST_CHARACTER)
    decoded = decode_as(source.data, source.portion.encoding) if source.portion else decode(source.data)
    if isinstance(decoded, Failure):
        return source.issue(decoded.code, decoded.message)
    return source.too_long(len(decoded[0])) if len(decoded[0]) > build.LONGEST_DOCUMENT else decoded


def decode(data: bytes, hint: str = "") -> tuple[str, str] | Failure:
    """Decode bytes to text without their byte order mark, with a doubt in words ("" where there is none).

    `hint` names an encoding that was declared: of those that fit equally well it is taken, and else it counts nothing.

    >>> decode("新增床位1,728张。".encode("gb18030"), hint="utf-8")
    ('新增床位1,728张。', '')
    """
    marked = ""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            data, marked = data[len(mark) :], encoding
            break
    sure = marked or hint == "utf-8"
    for encoding in dict.fromkeys((marked or "utf-8", "utf-8")):
        text, doubt = _decode_strictly(data, encoding)
        if text is not None and _controls(text) <= MOST_CONTROLS and not (not sure and _is_accident(text)):
            return text, doubt
    return _decode_best(data, marked or hint)


def _decode_strictly(data: bytes, encoding: str) -> tuple[str | None, str]:
    """Decode all of it, or all but a last character that was cut."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        text = decoder.decode(data)
    except UnicodeDecodeError:
        return None, ""
    if decoder.getstate()[0]:
        # Bytes that wait for more: a character was begun.
        return (text, Message("the last character is cut: the file may have lost its end")) if text else (None, "")
    return text, ""


def decode_as(data: bytes, encoding: str) -> tuple[str, str] | Failure:
    """Decode a portion of a text whose encoding is known, with a doubt in words ("" where there is none)."""
    text, doubt = _decode_strictly(data, encoding)
    if text is not None and _controls(text) <= MOST_CONTROLS:
        return text, doubt
    return _decode_damaged(data, encoding)


def settled(stream: BinaryIO) -> tuple[str, int]:
    """The encoding of a text that is too large to be decoded at once, the one that `decode` would take, and how many
    bytes its byte order mark has. Where the stream stands afterwards is not said."""
    first = stream.read(LONGEST_CHARACTER)
    found = [(encoding, len(mark)) for mark, encoding in BYTE_ORDER_MARKS if first.startswith(mark)]
    marked, begin = found[0] if found else ("", 0)
    for encoding in dict.fromkeys((marked or "utf-8", "utf-8")):
        stream.seek(begin)
        if _is_in(stream, encoding):
            return encoding, begin
    stream.seek(begin)
    sample = b""
    while (more := stream.read(SAMPLE)) and not _BEYOND_ASCII.search(sample):
        sample = more
    _, scores = _scored(sample + more, marked)
    return max(scores, key=lambda encoding: scores[encoding]), begin


def _is_in(stream: BinaryIO, encoding: str) -> bool:
    """Can all of a stream be decoded? Its last character may be cut."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while some := stream.read(CHUNK):
            decoder.decode(some)
    except UnicodeDecodeError:
        return False
    return True


def _scored(data: bytes, declared: str) -> tuple[dict[str, str], dict[str, float]]:
    """What a sample reads as in each encoding, and how much like Chinese that is."""
    candidates = (declared, *ENCODINGS) if declared else ENCODINGS
    sample = _sample(data)
    samples: dict[str, str] = {}
    scores: dict[str, float] = {}
    for encoding in dict.fromkeys(candidates):
        strict, _ = _decode_strictly(sample, encoding)  # a character that is cut at the end speaks against none
        samples[encoding] = sample.decode(encoding, "replace") if strict is None else strict
        scores[encoding] = _score(samples[encoding])
        if strict is not None and scores[encoding] >= SURE and len(_beyond_ascii(strict, MANY_HANZI)) == MANY_HANZI:
            break  # read in any other encoding, so many hanzi are rare ones and no characters
    return samples, scores


def _decode_best(data: bytes, declared: str) -> tuple[str, str] | Failure:
    samples, scores = _scored(data, declared)
    best = max(scores, key=lambda encoding: scores[encoding])
    text, doubt = _decode_strictly(data, best)
    # Nothing but ASCII in UTF-16 without its mark scores nothing, and is plain all the same.
    plausible = scores[best] >= PLAUSIBLE or (text is not None and best.startswith("utf-16") and text.isascii())
    if text is not None and plausible and _controls(text) <= MOST_CONTROLS:
        return text, doubt or ("" if declared else _rivals(best, samples, scores))
    return _decode_damaged(data, best)


def _decode_damaged(data: bytes, best: str) -> tuple[str, str] | Failure:
    """Decode what is not, or not all, in its best encoding."""
    text = _decode_loosely(data, best)
    doubt = Message("some characters could not be decoded as {best}: they stand as \ufffd", best=best)
    if not best.startswith("utf-16"):
        by_line = _decode_lines(data, best)
        if by_line.count("\ufffd") < text.count("\ufffd"):
            text, doubt = by_line, Message("the file mixes encodings: it was decoded line by line")
    strange = _score(text) < 0 and sum(character > "\x7f" for character in text) > FEW_STRANGE * len(text)
    if _controls(text) > MOST_CONTROLS or (strange and _controls(data[:SAMPLE].decode("latin-1")) > MOST_CONTROLS):
        return Failure("binary", Message("not a text but binary data: give a text, a docx or a pdf"))
    if strange or len(_LOST.findall(text)) > MOST_LOST * len(text):
        return Failure("encoding", Message("the encoding is not known: save the file as UTF-8"))
    if "\ufffd" not in text and not doubt.startswith("the file mixes"):
        doubt = Message("it was decoded as {best}, but few of its characters are common: check how it reads", best=best)
    return text, doubt


def _rivals(best: str, samples: dict[str, str], scores: dict[str, float]) -> str:
    """The doubt that a text of a few hanzi leaves which reads as well in another encoding."""
    if len(_beyond_ascii(samples[best], FEW_HANZI + 1)) > FEW_HANZI:
        return ""
    rivals = [e for e in scores if samples[e] != samples[best] and scores[e] >= scores[best] - NEARLY]
    if not rivals:
        return ""
    return Message(
        "so short a text may also be {rivals} and not {best}: check how it reads", rivals=listed(rivals), best=best
    )


def _decode_loosely(data: bytes, encoding: str) -> str:
    """Decode what can be decoded, with \ufffd for the rest.

    Where a character is two bytes, one bad byte would shift all that follow up to the next ASCII: after it decoding
    goes on where the text reads better.
    """
    pieces: list[str] = []
    at = 0
    for _ in range(MOST_BAD if encoding in TWO_BYTES else 0):
        try:
            return "".join((*pieces, data[at:].decode(encoding)))
        except UnicodeDecodeError as error:
            bad = at + error.start
        pieces.append(f"{data[at:bad].decode(encoding)}\ufffd")
        next_places = [place for place in (bad + 1, bad + 2) if place <= len(data)]
        at = max(next_places, key=lambda place: _score(data[place : place + NEAR].decode(encoding, "replace")))
    return "".join((*pieces, data[at:].decode(encoding, "replace")))


def _sample(data: bytes) -> bytes:
    """Bytes that tell the encoding: from the first that is not ASCII, after which a page's scripts may be long over."""
    first = _BEYOND_ASCII.search(data)
    begin = max(0, first.start() - 64) // 4 * 4 if first else 0  # whole characters of UTF-16 and UTF-32
    return data[begin : begin + SAMPLE]


def _is_accident(text: str) -> bool:
    """Is this a few hanzi in GBK whose bytes happen to be UTF-8 too?

    >>> _is_accident("医院12".encode("gbk").decode("utf-8"))
    True
    >>> _is_accident("医院12家") or _is_accident("café")
    False
    """
    beyond = _beyond_ascii(text, LONGEST_ACCIDENT + 1)
    if not beyond or len(beyond) > LONGEST_ACCIDENT or max(beyond) >= "\u0800":
        return False
    try:
        other = text.encode("utf-8").decode("gb18030")
    except UnicodeDecodeError:
        return False
    # An accented letter inside a word is no hanzi.
    return _score(other) > _score(text) + 1 and not _AMONG_LETTERS.search(other)


def _beyond_ascii(text: str, most: int) -> list[str]:
    """The first characters beyond ASCII."""
    return [match[0] for match in islice(_NOT_ASCII.finditer(text), most)]


def _decode_lines(data: bytes, usual: str) -> str:
    lines = []
    for line in data.split(b"\n"):
        text, _ = _decode_strictly(line, "utf-8")
        if text is None:
            # The usual encoding comes first and wins where two fit as well.
            choices = [line.decode(encoding, "replace") for encoding in (usual, "gb18030", "big5", "utf-8")]
            text = max(choices, key=_score)
        lines.append(text)
    return "\n".join(lines)


def _score(text: str) -> float:
    """How much the characters beyond ASCII are those that Chinese texts are made of, 1 at best."""
    total, scored = 0, 0.0
    for character, number in Counter(text).items():
        weight = _weight(character)
        if weight is not None:
            total += number
            scored += number * weight
    return scored / total if total else 0.0


@cache
def _weight(character: str) -> float | None:
    code = ord(character)
    if code < 0x80:
        return None if character.isprintable() or character.isspace() else -2.0
    if character in COMMON_PUNCTUATION:
        return 1.0
    if character.isspace():
        return None
    if 0x4E00 <= code <= 0x9FFF:
        # The first levels of GB 2312 (3755 hanzi) and of Big5 (5401) hold those in common use.
        if 0xB0 <= _lead_byte(character, "gb2312") <= 0xD7:
            return 1.0
        return 0.5 if 0xA4 <= _lead_byte(character, "big5") <= 0xC6 else -0.5
    if character == "\ufffd" or 0xE000 <= code < 0xF900:
        return -3.0
    return -1.0


def _lead_byte(character: str, encoding: str) -> int:
    try:
        return character.encode(encoding)[0]
    except UnicodeEncodeError:
        return 0


def _controls(text: str) -> float:
    """The share of control characters, white space aside."""
    sample = text[:SAMPLE]
    return len(_CONTROL.findall(sample)) / max(1, len(sample))
