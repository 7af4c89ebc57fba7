"""What a check finds: figures that do not add up, with the arithmetic in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hreport.checks.rules import Rules
from hreport.checks.stated import Stated
from hreport.messages import Message
from hreport.record import Row, exact, number


@dataclass(frozen=True, slots=True)
class Part:
    """A figure of a finding, and the part that it plays: total, part, level, growth, first, second ..."""

    role: str
    stated: Stated

    @property
    def area(self) -> str:
        """The place that the figure is about, as it is named."""
        figure, row = self.stated.figure, self.stated.row
        return figure.area if figure is not None else str(row["area_name"] or row["area"] or "")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not add up. `sure` is how sure that is, 0 to 1; `note`: it is worth knowing, and no error."""

    code: str
    sure: float
    message: Message
    parts: tuple[Part, ...]
    note: bool = False

    @property
    def order(self) -> tuple[object, ...]:
        """Where it stands: errors before notes, the surest first, then by code and place."""
        first = self.parts[0].stated
        return (self.note, -self.sure, self.code, *first.report, first.start)


def finding(rules: Rules, code: str, message: Message, parts: Iterable[Part], less: float = 1.0) -> Finding:
    """A finding as sure as `data/checks.toml` says of its code, `less` where something speaks against it."""
    known = rules.sureness[code]
    return Finding(code, round(known.sure * less, 2), message, tuple(parts), known.note)


def said(value: float | None) -> str:
    """A number as a message says it: at most four decimals, six digits where it is long.

    >>> said(14.0), said(3.8387), said(31534.25), said(0.000123), said(123456789.0)
    ('14', '3.8387', '31534.2', '0.000123', '123456789')
    """
    if value is None:
        return "?"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    size = abs(value)
    text = (
        f"{value:.3g}"
        if size < 0.1
        else f"{value:.4f}"
        if size < 100
        else f"{value:.{max(0, 6 - len(str(int(size))))}f}"
    )
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def rows(findings: Iterable[Finding]) -> Iterator[Row]:
    """One row for each figure of each finding, with the columns of `record.CHECK`; findings are numbered from 1."""
    for count, finding in enumerate(findings, 1):
        for part in finding.parts:
            row = part.stated.row
            value = part.stated.value
            yield {
                "finding": count,
                "code": finding.code,
                "note": finding.note,
                "sure": finding.sure,
                "message": finding.message,
                "part": part.role,
                "area": part.area or None,
                "year": row["year"],
                "indicator_id": part.stated.id or None,
                "indicator": part.stated.wording or None,
                "value": number(exact(f"{value:.12g}")) if value is not None else None,
                "unit": part.stated.unit or None,
                "doubt": row["doubts"] or None,
                **{name: row[name] for name in _COPIED},
            }


_COPIED = ("text", "status", "period", "file", "report", "title", "page", "sentence", "start", "end")
