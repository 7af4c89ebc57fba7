"""Which figure may stand in which cell, for every measure, status, year, place and report at once: what a comparison
decides for one selection, as data from which a page can decide it for any.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Any

from hreport import comparison, mirrors
from hreport.figures import UNKNOWN_PLACE, Figure, Selection, area_of, figures, ids_of_names, is_selected, is_there
from hreport.lexicon import Lexicon
from hreport.model import Issue
from hreport.record import ALL, Row, encodable
from hreport.resolve import convert, level_of

MOST_AGAINST = 8  # figures that are named as contradicting one: so many of a known year, and of an unknown one


@dataclass(frozen=True, slots=True)
class Board:
    """All figures of a comparison.

    `figures`: of each row its figure, as it stands in a cell (None: the row has no indicator of the catalogue, or a
    unit that does not fit it). `ranks`: of each row the place of its figure in the order of choice, from 0. `standing`:
    the numbers of the rows that stand in cells by place; the others only say again what another copy of a text says.
    `names`: see `figures.ids_of_names`.
    """

    rows: Sequence[Row]
    figures: Sequence[Figure | None]
    ranks: Sequence[int | None]
    standing: frozenset[int]
    issues: Sequence[Issue]
    names: Mapping[str, str]

    @classmethod
    def of(cls, rows: Sequence[Row], lexicon: Lexicon, copies: mirrors.Groups) -> Board:
        """`rows`: each figure once, with what `mirrors.placed` says of copies."""
        everything = Selection(status=ALL, measure=ALL)
        found, issues = figures(rows, lexicon.indicators, partial(convert, lexicon=lexicon), everything)
        numbers = {id(row): number for number, row in enumerate(rows)}
        made: list[Figure | None] = [None] * len(rows)
        apart: dict[tuple[Any, ...], list[Figure]] = defaultdict(list)
        for figure in found:
            made[numbers[id(figure.row)]] = figure
            apart[figure.measure, figure.row["status"]].append(figure)  # as `compare` looks at them
        standing: set[int] = set()
        repeated: list[Figure] = []
        for members in apart.values():
            stand, again = mirrors.witnesses(members, copies)
            repeated += again
            for figure in stand:  # a copy's that stands for the original's has its place and year
                number = numbers[id(figure.row)]
                made[number] = figure
                standing.add(number)
        ranks: list[int | None] = [None] * len(rows)
        ordered = sorted((number for number, figure in enumerate(made) if figure), key=lambda n: made[n].order)  # type: ignore[union-attr]
        for rank, number in enumerate(ordered):
            ranks[number] = rank
        notes = mirrors.notes(copies, repeated)
        return cls(rows, made, ranks, frozenset(standing), [*issues, *notes], ids_of_names(rows))

    @property
    def found(self) -> Iterator[tuple[int, Figure]]:
        """The figures with the numbers of their rows."""
        return ((number, figure) for number, figure in enumerate(self.figures) if figure is not None)

    def chosen(self, wanted: Selection | None = None) -> dict[tuple[Any, ...], dict[tuple[str, ...], Figure]]:
        """Of each line the figures that stand in its cells by place, of all or of what is wanted."""
        made: dict[tuple[Any, ...], dict[tuple[str, ...], Figure]] = defaultdict(dict)
        for number, figure in sorted(self.found, key=lambda pair: self.ranks[pair[0]] or 0):
            if number in self.standing and (wanted is None or is_selected(figure, wanted)):
                made[figure.line].setdefault(figure.area_key, figure)
        return made

    def against(self) -> list[list[int]]:
        """Of each row the numbers of those whose figures contradict its own, in its line and its place or report.

        Of very many those with the highest confidence are named.
        """
        cells: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for number, figure in self.found:
            if number in self.standing:
                cells[figure.line, figure.area_key].append(number)
            cells[figure.line, figure.place[:2]].append(number)
        made: list[dict[int, None]] = [{} for _ in self.rows]
        for members in cells.values():
            if len(members) > 1:
                for number, others in _contradictions(members, self.figures):
                    made[number] |= dict.fromkeys(others)
        return [sorted(others) for others in made]


def _contradictions(members: Sequence[int], figures: Sequence[Figure | None]) -> Iterator[tuple[int, Iterable[int]]]:
    """The members of a cell with those that contradict them. Those that say the same are looked at once."""
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for number in members:
        figure = figures[number]
        assert figure is not None
        value = figure.usable if figure.usable is not None else figure.value
        said = (bool(figure.row["masked"]), value, figure.value_max, figure.bound, figure.half_unit)
        alike[figure.year, figure.was_before, *said].append(number)
    for group in alike.values():
        group.sort(key=lambda n: -_strength(figures[n]))
    firsts = {group[0]: group for group in alike.values()}
    for first, group in firsts.items():
        figure = figures[first]
        assert figure is not None
        others = [figures[n] for n in firsts]
        mates = [f for f in comparison.rivals(figure, (f for f in others if f is not None)) if not f.same(figure)]
        ids = {id(f) for f in mates}
        found = [n for n in firsts if id(figures[n]) in ids]
        for number in group:
            named = [n for n in _strongest(found, firsts, figures) if n != number]
            if named:
                yield number, named


def _strength(figure: Figure | None) -> float:
    """How long it passes a filter by confidence, as `gather.sure` does."""
    assert figure is not None
    confidence = figure.row.get("confidence")
    return inf if confidence is None or figure.corrected else float(confidence)


def _strongest(
    firsts: Sequence[int], groups: Mapping[int, Sequence[int]], figures: Sequence[Figure | None]
) -> Iterator[int]:
    for is_known in (True, False):
        of_year = [n for n in firsts if (figures[n].year is not None) == is_known]  # type: ignore[union-attr]
        named = sorted((n for first in of_year for n in groups[first][: MOST_AGAINST + 1]),
                       key=lambda n: (-_strength(figures[n]), n))  # fmt: skip
        yield from named[: MOST_AGAINST + 1]


@dataclass(frozen=True, slots=True)
class Areas:
    """The places of a comparison in its order: `{name, id, unknown, level}`; `numbers`: of each row that of its place
    (None: no place is said)."""

    listed: Sequence[dict[str, Any]]
    numbers: Sequence[int | None]
    keys: Mapping[tuple[str, ...], int]

    @classmethod
    def of(cls, board: Board, begin: Selection) -> Areas:
        """The places of all rows, each with the name that it has in the comparison that the page begins with."""
        named: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        ids: dict[tuple[str, ...], str] = {}
        row_keys = []
        for row, figure in zip(board.rows, board.figures, strict=True):
            key, name, code = (
                area_of(row, board.names) if figure is None else (figure.area_key, figure.area, figure.area_id)
            )
            row_keys.append(key)
            named[key][name] += 1
            ids[key] = code
        for wanted in (None, begin):
            shown: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
            for cells in board.chosen(wanted).values():
                for key, figure in cells.items():
                    shown[key][figure.area] += 1
            named |= shown
        names = {key: comparison.commonest(counts) for key, counts in named.items()}
        keys = sorted(names, key=lambda key: (key, names[key]))
        labels = comparison.told_apart(names[key] for key in keys)
        listed = [
            {
                "name": encodable(label),
                "id": ids[key] or None,
                "unknown": key[0] == UNKNOWN_PLACE,
                "level": level_of(ids[key]) or None,
            }
            for key, label in zip(keys, labels, strict=True)
        ]
        position = {key: n for n, key in enumerate(keys)}
        return cls(listed, [position[key] for key in row_keys], position)

    def wanted(self, board: Board, wanted: Selection) -> list[int]:
        """The numbers of the places that are selected by name or code."""
        if not wanted.areas:
            return []
        return sorted({self.keys[f.area_key] for _, f in board.found if is_there(f, wanted)})
