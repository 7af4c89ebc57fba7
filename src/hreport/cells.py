"""What a cell says of the figure in it: its words, the signs beside it, and its state."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal, localcontext
from typing import Any

from hreport.figures import Figure
from hreport.record import Cell, Row, State, number

NO_YEAR = "?"  # stands where a year would
BOUNDS = {"min": "\u2265", "max": "\u2264", "approx": "\u2248"}  # before a figure
SEVERAL, PART, REPAIRED, DAMAGED = "*", "\u2021", "\u2020", "\u26a0"
CONTRADICTED, COPY, CORRECTED = "\u203c", "\u00a7", "\u270e"
# The signs beside a figure in their order, each with the doubts that it stands for.
SIGNS = {
    SEVERAL: ("several",),
    PART: ("part_area", "part_year"),
    REPAIRED: ("repaired",),
    DAMAGED: ("damaged", "implausible", "low_confidence"),
    CONTRADICTED: ("contradicted",),
    COPY: ("from_copy",),
    CORRECTED: ("corrected",),
}
GRAVEST: tuple[tuple[str, State], ...] = ((DAMAGED, "damaged"), (CORRECTED, "corrected"), (REPAIRED, "repaired"))


def basis_of(line: tuple[Any, ...]) -> str | None:
    """The basis of a line of growth as a cell says it (`real`: at constant prices); None of one year on the other."""
    return " ".join([*([line[3]] if line[3] else []), *(["real"] if line[4] else [])]) or None


def rounded(value: Decimal | None) -> int | float | None:
    """A converted number without the noise of a division: 12 significant digits."""
    if value is None:
        return None
    with localcontext() as context:
        context.prec = 12
        return number(+value)


def shown(value: Decimal) -> str:
    """A number as a cell shows it: not more than four decimals, or four significant digits of a small one.

    >>> shown(Decimal("5.190")), shown(Decimal("33.33333333")), shown(Decimal("0.000123456")), shown(Decimal("1E+3"))
    ('5.19', '33.3333', '0.0001235', '1000')
    """
    with localcontext() as context:
        context.prec = 4 if 0 < abs(value) < Decimal("0.1") else max(value.adjusted() + 5, 5)
        rounded = +value
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def shows_range(f: Figure) -> bool:
    """Does a cell show where the figure's range ends? What was repaired is one number."""
    return f.repaired is None or "value" in f.corrected


def cell_of(f: Figure, doubts: Collection[str], year: int | str | None) -> Cell:
    """The cell that shows a figure. `year` (or `NO_YEAR`) is given where it must stand beside it."""
    marks = [*marks_of(f.row, doubts), *([f"({year})"] if year is not None else [])]
    base = words_of(f)
    bare = not marks and f.bound not in BOUNDS and not f.row["masked"] and f.value_max is None and f.usable is not None
    return Cell(" ".join([base, *marks]), number(Decimal(base)) if bare else None, state_of(f.row, doubts))


def words_of(f: Figure) -> str:
    """What a cell shows of a figure, without marks and year."""
    prefix = BOUNDS.get(f.bound, "")
    if f.row["masked"]:
        text = "".join(str(f.row["text"] or "").split())
        base = text if f.row["numeral"] else f"?{text}"
        return f"{prefix}-{base}" if f.falls else f"{prefix}{base}"
    value = f.usable if f.usable is not None else f.value
    base = "?" if value is None else shown(value)
    if f.value_max is not None and shows_range(f):
        base += f"~{shown(f.value_max)}"
    return f"{prefix}{base}"


def marks_of(row: Row, doubts: Collection[str]) -> list[str]:
    """The signs beside a figure, in their order."""
    marks = [sign for sign, reasons in SIGNS.items() if any(reason in doubts for reason in reasons)]
    return [sign for sign in marks if sign != DAMAGED or not row["masked"]]


def state_of(row: Row, doubts: Collection[str]) -> State:
    """How the cell of a figure is coloured: masked before all else, then by its gravest mark."""
    if row["masked"]:
        return "masked"
    if not doubts:
        return "plain"
    marks = marks_of(row, doubts)
    return next((state for sign, state in GRAVEST if sign in marks), "doubt")
