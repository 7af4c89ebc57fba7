"""Numerals as exact numbers."""

from __future__ import annotations

from decimal import Context, Decimal, InvalidOperation
from functools import lru_cache

# The ideographs of numbers and their values (GB/T 15835-2011). Keys are code points so that this file stays free of
# Chinese text: 一..九, 两, 〇, 零.
_DIGITS = {chr(c): v for c, v in zip(
    (0x4E00, 0x4E8C, 0x4E09, 0x56DB, 0x4E94, 0x516D, 0x4E03, 0x516B, 0x4E5D, 0x4E24, 0x3007, 0x96F6),
    (1, 2, 3, 4, 5, 6, 7, 8, 9, 2, 0, 0), strict=True)}  # fmt: skip
_SMALL = {chr(0x5341): 10, chr(0x767E): 100, chr(0x5343): 1000}  # 十 百 千
_LARGE = {chr(0x4E07): 10_000, chr(0x4EBF): 100_000_000}  # 万 亿
SCALES = "".join((*_SMALL, *_LARGE))  # the multipliers 十百千万亿
CHARACTERS = "".join(_DIGITS) + SCALES  # of which numerals are made, those of VAGUE aside
# Decimals are multiplied and added here, and never rounded: the usual context keeps 28 digits.
EXACT = Context(prec=10_000)
VAGUE = frozenset((chr(0x51E0), chr(0x6570)))  # 几 数: some


@lru_cache(maxsize=1000)
def multiplier(text: str) -> int:
    """The product of 十百千万亿 as they stand behind a number.

    >>> multiplier("千万")
    10000000
    """
    product = 1
    for character in text:
        product *= _SMALL.get(character) or _LARGE.get(character) or 1
    return product


def arabic(text: str) -> Decimal | None:
    """A number in digits, with or without thousands commas; None where it is none."""
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None


@lru_cache(maxsize=1000)  # reports say the same few over and over
def chinese(text: str) -> Decimal | None:
    """A Chinese numeral; None where it is none. 几 and 数 (some) count as one of what follows.

    >>> chinese("二十万"), chinese("一百零五"), chinese("两"), chinese("二〇一〇"), chinese("百")
    (Decimal('200000'), Decimal('105'), Decimal('2'), Decimal('2010'), Decimal('100'))
    """
    if not text:
        return None
    if len(text) > 1 and all(c in _DIGITS for c in text):
        return Decimal("".join(str(_DIGITS[c]) for c in text))
    total = section = digit = 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in VAGUE:
            digit = 0 if section else 1  # 十几 is 10 and more
        elif character in _SMALL:
            section += (digit or 1) * _SMALL[character]
            digit = 0
        elif character in _LARGE:
            total = (total + section + digit or 1) * _LARGE[character]
            section = digit = 0
        else:
            return None
    return Decimal(total + section + digit)
