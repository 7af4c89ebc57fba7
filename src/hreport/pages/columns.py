"""Figures and masks as the columns of a page's data; what each says stands in `pages.report`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hreport import cells, mirrors
from hreport.pages.board import Areas, Board
from hreport.pages.excerpts import Excerpts
from hreport.record import Row, encodable

MOST = 10**300  # a number beyond is infinite in JavaScript
FIGURE_TEXTS = [
    "shown", "state", "marks", "bound", "section", "wording", "text", "unit", "status", "measure", "basis", "period",
    "damage", "doubts", "reasons", "rule", "sentence",
]  # fmt: skip
MASK_TEXTS = ["kind", "text", "section", "rule", "sentence"]

Data = dict[str, Any]
Place = tuple[str, int]  # file and number of a report


class Strings:
    """Texts by number, each kept once."""

    def __init__(self) -> None:
        """Begin without any."""
        self.numbers: dict[str, int] = {}

    def of(self, text: object) -> int | None:
        """The number of a text; None of an empty one."""
        if text is None or text == "":
            return None
        return self.numbers.setdefault(encodable(str(text)), len(self.numbers))


def _held(value: Decimal | None) -> int | float | None:
    """A number as the numbers of JavaScript hold it; None of one that is too large for them."""
    return None if value is None or abs(value) >= MOST else cells.rounded(value)


@dataclass(frozen=True, slots=True)
class Columns:
    """Makes the columns of tables; `numbers` are those of the reports."""

    numbers: Mapping[Place, int]
    excerpts: Excerpts
    strings: Strings

    def figures(
        self,
        board: Board,
        areas: Areas,
        lines: Sequence[tuple[Any, ...]],
        doubts: Sequence[tuple[str, ...]],
        copies: mirrors.Groups,
    ) -> Data:
        """Of each row of the board what the page knows of its figure; `doubts` are why each is marked."""
        position = {line: n for n, line in enumerate(lines)}
        code = self.strings.of
        columns: dict[str, list[Any]] = defaultdict(list)
        for n, (row, figure, doubt) in enumerate(zip(board.rows, board.figures, doubts, strict=True)):
            made = {
                "line": None, "year": row["year"], "shown": " ".join(str(row["text"] or "").split()),
                "state": cells.state_of(row, doubt), "marks": "", "number": None, "number_max": None, "low": None,
                "high": None, "bound": row["bound"], "measure": row["measure"],
            }  # fmt: skip
            if figure is not None:
                made = {
                    "line": position[figure.line], "year": figure.year, "shown": cells.words_of(figure),
                    "state": cells.state_of(figure.row, doubt), "marks": " ".join(cells.marks_of(figure.row, doubt)),
                    "number": _held(figure.usable), "number_max": _held(figure.value_max),
                    "low": _held(figure.low), "high": _held(figure.high),
                    "bound": figure.bound, "measure": figure.measure,
                }  # fmt: skip
            made |= {
                "stands": int(n in board.standing),
                "confidence": row.get("confidence"),
                "mirror": self.numbers.get(copies.primary.get(mirrors.place_of(row), ("", -1))),
                "doubts": " ".join(doubt),
                "reasons": row.get("doubts"),
                "basis": cells.basis_of(figure.line) if figure is not None else row["basis"],
                "wording": row["indicator"],
                **{name: row.get(name) for name in ("unit", "status", "period", "damage", "table", "row", "column")},
                **self.where(row),
            }
            for name, value in made.items():
                columns[name].append(code(value) if name in FIGURE_TEXTS else value)
        return {"area": areas.numbers, "order": board.ranks, "against": board.against(), **columns}

    def masks(self, rows: Sequence[Row]) -> Data:
        """The same of rows of masks."""
        names = ("report", "kind", "text", "start", "end", "sentence_start", "sentence_end", "page", "section", "rule",
                 "sentence")  # fmt: skip
        columns: Data = {name: [] for name in names}
        for row in rows:
            made = {"kind": row["kind"], **self.where(row)}
            for name in names:
                columns[name].append(self.strings.of(made[name]) if name in MASK_TEXTS else made[name])
        return columns

    def where(self, row: Row) -> Data:
        """Where a figure or a mask stands, and its words."""
        span = self.excerpts.spans.get(id(row))
        return {
            "report": self.numbers[mirrors.place_of(row)],
            **{name: row.get(name) for name in ("start", "end", "page", "section", "text", "rule")},
            "sentence_start": span[0] if span else None,
            "sentence_end": span[1] if span else None,
            "sentence": None if span else row.get("sentence"),
        }
