"""Units made equal: what a number is in another unit. Those of different dimensions do not convert."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache

from hreport.lexicon import Conversion, Lexicon, unit

UNIT_PAIRS = 4096  # of units, kept: reports use the same few


def convert(value: Decimal, base_unit: str, to_unit: str, lexicon: Lexicon) -> Decimal | None:
    """A number in another unit; None where the units do not measure the same.

    >>> from hreport.lexicon import load
    >>> convert(Decimal("519000000"), "元", "亿元", load())
    Decimal('5.19')
    >>> convert(Decimal(15), "亩", "公顷", load())
    Decimal('1')
    >>> convert(Decimal(15), "亩", "家", load()) is None
    True
    """
    if base_unit == to_unit and unit(to_unit, lexicon.conversions):
        return value
    factor = ratio(base_unit, to_unit, lexicon)
    if factor is None:
        return None
    with localcontext() as context:
        # whole digits are kept, however many there are
        context.prec = max(40, value.adjusted() + 40)
        exact = value * factor.numerator / factor.denominator
        context.prec -= 12
        return _plain(+exact)


@lru_cache(maxsize=UNIT_PAIRS)
def ratio(base_unit: str, to_unit: str, lexicon: Lexicon) -> Fraction | None:
    """How many of `to_unit` one of `base_unit` is."""
    conversions = lexicon.conversions
    base, target = unit(base_unit, conversions), unit(to_unit, conversions)
    if base is None or target is None:
        return None
    if base[0].dimension == target[0].dimension or target[0].dimension in base[0].also:
        return base[1] / target[1]
    numerator, slash, _ = to_unit.partition("/")
    # 每千人口床位数6.5张: the denominator stands in the wording, the figure has the numerator alone
    if slash and "/" not in base_unit and unit(numerator, conversions):
        return ratio(base_unit, numerator, lexicon)
    return None


@lru_cache(maxsize=UNIT_PAIRS)
def dimension(written: str, lexicon: Lexicon) -> str:
    """What a unit measures (`share`, `points`, `money` ...), "" where it is not known."""
    found: tuple[Conversion, Fraction] | None = unit(written, lexicon.conversions)
    return found[0].dimension if found else ""


@lru_cache(maxsize=UNIT_PAIRS)
def is_percent(written: str, lexicon: Lexicon) -> bool:
    """Is it the unit of a share, in hundredths or more, and not ‰ or 1/10万?"""
    found = unit(written, lexicon.conversions)
    return found is not None and found[0].dimension == "share" and found[1] >= Fraction(1, 100)


def _plain(number: Decimal) -> Decimal:
    """Without superfluous noughts, and without an exponent for whole numbers."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
