"""What Excel shows for a number that is stored in a cell: number formats of xlsx and xls.

The usual formats are followed to the letter; of one that is not understood `shown` says so, and never guesses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from itertools import groupby, takewhile

GENERAL = "General"
LONGEST_FORMAT = 255  # characters: Excel takes no longer one
KEPT_DIGITS = 15  # that a stored number holds for sure
MOST_DIGITS = 12  # more of them are those of a quotient, of which a cell shows as much as is ...
LONGEST_SHOWN = 11  # ... so many characters wide
MOST_PLACES = 30
LAST_DAY = 2_958_466  # the first day of the year 10000: dates end before it
LEAP_DAY = 60  # 29 February 1900, which Excel believes in

# Formats that files name by number only, as Excel shows them in Chinese; the words are part of the formats.
_DAY = 'm"\u6708"d"\u65e5"'
_MONTH = 'yyyy"\u5e74"m"\u6708"'
_CLOCK = 'h"\u65f6"mm"\u5206"'
BUILT_IN = {
    0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: "\u00a5#,##0;\u00a5-#,##0",
    6: "\u00a5#,##0;\u00a5-#,##0", 7: "\u00a5#,##0.00;\u00a5-#,##0.00", 8: "\u00a5#,##0.00;\u00a5-#,##0.00",
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm",
    17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm",
    27: _MONTH, 28: _DAY, 29: _DAY, 30: "m/d/yy", 31: 'yyyy"\u5e74"' + _DAY, 32: _CLOCK, 33: _CLOCK + 'ss"\u79d2"',
    36: _MONTH, 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
    41: '#,##0;-#,##0;"-"', 42: '\u00a5#,##0;\u00a5-#,##0;\u00a5"-"', 43: '#,##0.00;-#,##0.00;"-"',
    44: '\u00a5#,##0.00;\u00a5-#,##0.00;\u00a5"-"', 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0",
    49: "@", 50: _MONTH, 51: _DAY, 52: _MONTH, 53: _DAY, 54: _DAY, 57: _MONTH, 58: _DAY,
}  # fmt: skip

_TOKEN = re.compile(
    r"""
    (?P<quoted>"[^"]*"?) | [\\!](?P<escaped>.) | _(?P<space>.) | \*(?P<fill>.)
    | \[(?P<bracket>[^\]]*)\] | (?P<general>General|G/\u901a\u7528\u683c\u5f0f)
    | (?P<half>AM/PM|A/P|\u4e0a\u5348/\u4e0b\u5348) | (?P<exponent>E[+-])
    | (?P<digit>[0\#?]) | (?P<point>\.) | (?P<comma>,) | (?P<percent>%) | (?P<text>@) | (?P<end>;)
    | (?P<date>y+|m+|d+|h+|s+|e+|a{3,}|[bg]+) | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_GROUPS = re.compile(r"(?<=\d)(?=(?:\d{3})+$)")
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d{1,20}(?:\.\d{1,20})?)")
_COLOUR = re.compile(
    r"(?:black|blue|cyan|green|magenta|red|white|yellow|color\s*\d+|.{0,2}\u8272\s*\d*)", re.IGNORECASE
)
_LOCALE = re.compile(r"\$(?P<sign>[^-]*)(?:-[0-9A-Fa-f]+)?")
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_WEEKDAYS = "\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u65e5"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HALVES = ("\u4e0a\u5348", "\u4e0b\u5348")


class _UnknownError(Exception):
    """The format says something that is not understood."""


Tokens = Sequence[tuple[str, str]]


class _Section:
    """One of the up to four parts of a format: what it shows, and of which numbers."""

    def __init__(self, tokens: Tokens, condition: tuple[str, Decimal] | None) -> None:
        """Count what holds for every number."""
        self.tokens, self.condition = tokens, condition
        self.kinds = frozenset(kind for kind, _ in tokens)
        self.spots = [k for k, (kind, _) in enumerate(tokens) if kind == "digit"]
        # What it shows whatever the number, but for brackets: they stand for a minus, as colours do.
        self.words = "".join(text for kind, text in tokens if kind == "literal").translate(_NO_BRACKETS)
        point = next((k for k, (kind, _) in enumerate(tokens) if kind == "point"), len(tokens))
        self.whole, self.broken = tokens[:point], tokens[point + 1 :]
        last = max((k for k in self.spots if k < point), default=-1)
        self.grouped = any(kind == "comma" for kind, _ in self.whole[: max(last, 0)])
        self.percents = sum(kind == "percent" for kind, _ in tokens)
        self.places = sum(kind == "digit" for kind, _ in self.broken)
        ends = {k + 1 for k in (last, max(self.spots, default=-1)) if k >= 0}
        # 0.0, and 0,.0 show thousands
        self.thousands = sum(len(list(takewhile(lambda t: t[0] == "comma", tokens[end:]))) for end in ends)

    @property
    def is_fraction(self) -> bool:
        """Does it show 1 1/2?"""
        between = self.tokens[self.spots[0] : self.spots[-1]] if self.spots else ()
        return any(text == "/" for kind, text in between if kind == "literal")


_NO_BRACKETS = {ord(character): None for character in "()\uff08\uff09 "}


def shown(number: float, code: str, from_1904: bool = False) -> str | None:
    """What a cell of this format shows, None where the format is not understood.

    A minus that the cell shows by colour or brackets only is written as the minus that is stored.

    >>> [shown(0.352, "0.0%"), shown(12345.678, "#,##0.00"), shown(5.19, '0.0"亿元"'), shown(0.1 + 0.2, "General")]
    ['35.2%', '12,345.68', '5.2亿元', '0.3']
    >>> [shown(-5, "0.00_);(0.00)"), shown(12345, "0.0,"), shown(45047, 'yyyy"年"m"月"d"日"'), shown(1.5, "# ?/?")]
    ['-5.00', '12.3', '2023年5月1日', None]
    """
    try:
        sections = _sections(code[: LONGEST_FORMAT + 1])
        section, own = _chosen(sections, Decimal(repr(number)))
        if "date" in section.kinds:
            return _date(number, section, from_1904)
        return _number(Decimal(repr(number)), section, sections[0], own)
    except _UnknownError:
        return None


def general(number: float) -> str:
    """A number without a format: as it was typed, without the noise of its last binary digits; of a quotient what a
    wide cell shows.

    >>> general(0.1 + 0.2), general(12.0), general(1 / 3), general(13800001234.0), general(1e-7)
    ('0.3', '12', '0.333333333', '13800001234', '0.0000001')
    """
    stored = Decimal(repr(number))
    kept = Context(prec=KEPT_DIGITS, rounding=ROUND_HALF_UP).plus(stored).normalize()
    if len(stored.normalize().as_tuple().digits) > KEPT_DIGITS and len(kept.as_tuple().digits) > MOST_DIGITS:
        whole = max(kept.adjusted() + 1, 1)
        kept = _rounded(kept, max(LONGEST_SHOWN - whole - 1, 0)).normalize()
    return f"{kept:f}" if kept else "0"


def _rounded(number: Decimal, places: int) -> Decimal:
    precision = max(number.adjusted(), 0) + places + 2
    return number.quantize(Decimal(1).scaleb(-places), context=Context(prec=precision, rounding=ROUND_HALF_UP))


# --- taking a format apart --------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[_Section, ...]:
    if len(code) > LONGEST_FORMAT:
        raise _UnknownError
    parts: list[list[tuple[str, str]]] = [[]]
    conditions: list[tuple[str, Decimal] | None] = [None]
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup or "", match[match.lastgroup or 0]
        if kind == "end":
            parts.append([])
            conditions.append(None)
        elif kind == "bracket":
            if found := _CONDITION.fullmatch(text):
                conditions[-1] = (found[1], Decimal(found[2]))
            elif found := _LOCALE.fullmatch(text):
                parts[-1].append(("literal", found["sign"]))
            elif _ELAPSED.fullmatch(text):
                parts[-1].append(("date", f"[{text[0].lower()}]"))
            elif not _COLOUR.fullmatch(text):
                raise _UnknownError  # [DBNum1] spells numbers out
        elif kind == "quoted":
            parts[-1].append(("literal", text.strip('"')))
        elif kind in ("escaped", "other"):
            parts[-1].append(("literal", text))
        elif kind not in ("space", "fill"):
            parts[-1].append((kind, text))
    if len(parts) > 4:
        raise _UnknownError
    return tuple(_Section(tokens, condition) for tokens, condition in zip(parts, conditions, strict=True))


def _chosen(sections: Sequence[_Section], number: Decimal) -> tuple[_Section, bool]:
    """The section for a number, and whether it is one for negative numbers only, which need no minus of its own."""
    numeric = sections[:3] if len(sections) == 4 else [s for s in sections if "text" not in s.kinds] or sections[:1]
    if len(numeric) == 1 and numeric[0].condition is None:
        return numeric[0], False
    usual = ((">", Decimal(0)) if len(numeric) > 2 else (">=", Decimal(0)), ("<", Decimal(0)))
    for k, section in enumerate(numeric):
        last = k == len(numeric) - 1
        if last and section.condition is None:
            return section, len(numeric) == 2 and numeric[0].condition is None
        sign, limit = section.condition or usual[k]
        if _holds(number, sign, limit):
            return section, section.condition is None and k == 1
    raise _UnknownError  # Excel shows #### for a number that no section is for


def _holds(number: Decimal, sign: str, limit: Decimal) -> bool:
    below, same = number < limit, number == limit
    return {"<": below, "<=": below or same, ">": not (below or same), ">=": not below, "=": same, "<>": not same}[sign]


# --- numbers ----------------------------------------------------------------------------------------------------------


def _number(number: Decimal, section: _Section, first: _Section, own: bool) -> str:
    size = abs(number)
    if "exponent" in section.kinds:
        raise _UnknownError  # 1.23E+05 is how a sheet shows a number that it has no room for: better written out
    if "general" in section.kinds or "text" in section.kinds:
        stored = general(float(size))
        text = "".join(stored if kind in ("general", "text") else text for kind, text in section.tokens)
    elif not section.spots:
        return "".join(text for _, text in section.tokens).strip()  # words only, or nothing
    elif section.is_fraction:
        raise _UnknownError
    else:
        text = _decimal(size, section)
    text = text.strip()
    if number < 0 and not own:
        return f"-{text}"
    if number < 0 and section.words == first.words:
        return f"-{text.translate(_NO_BRACKETS)}"
    return text


def _decimal(size: Decimal, section: _Section) -> str:
    """A number in the digits of a section: those before the point are filled from the right, those behind from the
    left; what stands between them stays where it is."""
    if section.places > MOST_PLACES:
        raise _UnknownError
    moved = 2 * section.percents - 3 * section.thousands
    size = _rounded(size.scaleb(moved, _WIDE) if moved else size, section.places)
    integer, _, fraction = f"{size:f}".partition(".")
    return _before_point(integer.lstrip("0"), section) + _behind_point(fraction, section.broken)


_WIDE = Context(prec=400)


def _before_point(integer: str, section: _Section) -> str:
    tokens = section.whole
    first = next((k for k, (kind, _) in enumerate(tokens) if kind == "digit"), None)
    if first is None:
        return "".join(text for _, text in tokens) + integer
    least = sum(text == "0" for kind, text in tokens if kind == "digit")
    digits = integer.rjust(least, "0")
    rest = list(_GROUPS.sub(",", digits) if section.grouped else digits)
    written: list[str] = []
    for k in range(len(tokens) - 1, -1, -1):
        kind, text = tokens[k]
        if kind == "digit":
            if k == first:
                written += reversed(rest)
            elif rest:
                written.append(rest.pop())
        elif kind != "comma":
            written.append(text[::-1])
    return "".join(written)[::-1]


def _behind_point(fraction: str, tokens: Sequence[tuple[str, str]]) -> str:
    spots = [k for k, (kind, _) in enumerate(tokens) if kind == "digit"]
    digits = dict(zip(spots, fraction, strict=False))
    for k in reversed(spots):
        if tokens[k][1] == "0" or digits[k] != "0":
            break
        del digits[k]
    kept = [digits.get(k, "") if kind == "digit" else text for k, (kind, text) in enumerate(tokens) if kind != "comma"]
    return ("." if digits else "") + "".join(kept)


# --- dates ------------------------------------------------------------------------------------------------------------


def _date(number: float, section: _Section, from_1904: bool) -> str:
    if not 0 <= number < LAST_DAY or section.kinds & {"percent", "exponent"}:
        raise _UnknownError
    parts = [
        (kind, text.lower() if kind == "date" else text)
        for kind, text in section.tokens
        if kind not in ("general", "text") and text
    ]
    elapsed = any(text.startswith("[") for kind, text in parts if kind == "date")
    if not from_1904 and 0 < int(number) <= LEAP_DAY and not elapsed:
        raise _UnknownError  # days that Excel counts wrongly, of 1900: no date of a report
    base = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
    fine = any(kind == "digit" for kind, _ in parts)
    seconds = round(number * 86400, 1) if fine else round(number * 86400)
    when = base + timedelta(seconds=seconds)
    halves = any(kind == "half" for kind, _ in parts)
    written: list[str] = []
    before = ""
    letters = [text for kind, text in parts if kind == "date"]
    seen = 0
    for is_digit, run in groupby(parts, key=lambda part: part[0] == "digit"):
        if is_digit:
            if before != "s" or len(list(run)) != 1:
                raise _UnknownError
            written.append(str(when.microsecond // 100_000))
            continue
        for kind, text in run:
            if kind == "date":
                seen += 1
                after = letters[seen][0] if seen < len(letters) else ""
                written.append(_date_part(text, when, seconds, before == "h" or after in ("s", "[s]"), halves))
                before = text.strip("[")[0]
            elif kind == "half":
                chinese = not text.isascii()
                written.append((_HALVES if chinese else ("AM", "PM"))[when.hour >= 12])
            else:
                written.append(text)
    return "".join(written).strip()


def _date_part(letters: str, when: datetime, seconds: float, minutes: bool, halves: bool) -> str:
    hour = (when.hour % 12 or 12) if halves else when.hour
    total = int(seconds)
    match letters:
        case "[h]":
            return str(total // 3600)
        case "[m]":
            return str(total // 60)
        case "[s]":
            return str(total)
        case "y" | "yy":
            return f"{when.year % 100:02}"
        case "yyy" | "yyyy" | "e":
            return str(when.year)
        case "m" | "mm":
            return f"{when.minute if minutes else when.month:0{len(letters)}}"
        case "mmm":
            return _MONTHS[when.month - 1]
        case "d" | "dd":
            return f"{when.day:0{len(letters)}}"
        case "h" | "hh":
            return f"{hour:0{len(letters)}}"
        case "s" | "ss":
            return f"{when.second:0{len(letters)}}"
        case "aaa":
            return _WEEKDAYS[when.weekday()]
        case "aaaa":
            return "\u661f\u671f" + _WEEKDAYS[when.weekday()]
    raise _UnknownError
