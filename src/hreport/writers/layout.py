"""Which columns of a table stand on a screen, and how wide: no line is wider than the screen, a number is never folded,
and what does not fit is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hreport.record import STATISTICS, Column, Row
from hreport.width import screen_width

# What a reader wants to see first, by what marks the table; the rest is for files. Other tables are shown whole.
VIEWS = (
    (
        {"numeral", "text"},
        "indicator text measure area_name year status period direction damage repaired corrected file indicator_id",
    ),
    (
        {"chosen"},
        "indicator area year shown unit doubt chosen copy_of status measure direction basis file sentence",
    ),
    ({"kind", "text"}, "text kind file start sentence section"),
    ({"aliases"}, "id name unit group systems en aliases"),
    ({"wording"}, "wording unit reports figures nearest_name example"),
    ({"around_a"}, "kind around_a around_b value unit sure indicator"),
    ({"claimed"}, "indicator area year unit level_before level growth claimed agrees real implied_low implied_high"),
)
# What of them comes first where there is no room for all.
FIRST = ("indicator", "area", "year", "growth", "claimed", "agrees", "unit", "level")
PUBLISHED = ("publisher", "published", "url")  # not shown where no manifest says them
PIVOT_HIDDEN = {"indicator_id", "usable", "stated"}
SHOWN = "shown"  # what a cell of a comparison shows, in a table that is none
WHOLE = {"id", "indicator_id", "agrees", "kind", "measure", "status"}  # names to copy, and codes: never folded
WIDEST = {
    "indicator": 40,
    "id": 60,
    "sentence": 60,
    "text": 30,
    "file": 30,
    "title": 40,
    "example": 60,
    "message": 80,
    "around_a": 44,
    "around_b": 44,
    "found": 60,
    "use": 40,
    "advice": 40,
}
USUAL = 30  # columns of the screen for a cell, at most, where nothing else is said
FOLDED = 24  # that a column of texts gets at least, if its longest are folded
MOST = 0.9  # of the texts of a column shall not be folded
HEADING = 18  # columns of a heading above figures: a longer one is folded where the screen is narrow
HALF = 12  # the same in a table that is shown whole
NARROWEST = 4  # columns that a column keeps on the narrowest screen
WIDE_GAP, GAP = 3, 2  # columns between two columns of the table: where there is room, and where there is little


@dataclass(frozen=True, slots=True)
class Panel:
    """A table, or a part of one: which of its rows and columns, how wide each column is, and what is between them."""

    columns: tuple[Column, ...]
    widths: tuple[int, ...]
    rows: tuple[int, ...]
    gap: int

    @property
    def width(self) -> int:
        """Columns of the screen that it takes; a roomy one has an edge on both sides."""
        return sum(self.widths) + self.gap * (len(self.widths) - 1) + 2 * (self.gap == WIDE_GAP)


def panels(
    columns: Sequence[Column], rows: Sequence[Row], texts: Mapping[str, Sequence[str]], width: int
) -> tuple[list[Panel], list[Column]]:
    """The rows as one table, or several below each other where a comparison has more places than the screen has room;
    and the columns that have something to say but do not fit.

    `texts`: what stands in the cells of each column, row by row.
    """
    places = [c for c in columns if c.kind == "mixed" and c.name != SHOWN]
    every = tuple(range(len(rows)))
    if not places:
        telling = _telling(columns, texts)
        shown = _chosen(telling, texts, width)
        names = {c.name for c in shown}
        return [_panel(shown, texts, every, width)], [c for c in telling if c.name not in names]
    summary = {c.name for c in STATISTICS}
    hidden = PIVOT_HIDDEN | {n for n in PUBLISHED if n in texts and not any(texts[n])}
    fixed = [c for c in columns if c not in places and c.name not in hidden | summary]
    parts = []
    split = _parts(fixed, places, texts, width)
    for part in split:
        # A row without a figure in this part has one in another.
        kept = [i for i, row in enumerate(rows) if len(split) == 1 or any(row.get(c.name) is not None for c in part)]
        parts.append(([*fixed, *part], kept))
    kept = [i for i, row in enumerate(rows) if row.get("minimum") is not None]
    if telling := [c for c in columns if c.name in summary and any(rows[i].get(c.name) for i in kept)]:
        parts.append(([*fixed, *telling], kept))
    found = [_panel(part, texts, kept, width) for part, kept in parts]
    if len({panel.gap for panel in found}) > 1:  # all alike
        found = [_panel(part, texts, kept, width, roomy=False) for part, kept in parts]
    return found, []


def _parts(
    fixed: Sequence[Column], places: Sequence[Column], texts: Mapping[str, Sequence[str]], width: int
) -> list[list[Column]]:
    """The columns of the places, as many together as the screen has room for beside those that stand in every part."""
    needs = {c.name: _need(c, texts[c.name]) for c in (*fixed, *places)}
    if sum(needs.values()) + WIDE_GAP * len(needs) <= width:
        return [list(places)]
    room = width - sum(_least(c, texts[c.name]) + GAP for c in fixed)
    parts: list[list[Column]] = [[]]
    left = room
    for place in places:
        need = _least(place, texts[place.name]) + GAP
        if parts[-1] and need > left + GAP:  # none behind the last
            parts.append([])
            left = room
        parts[-1].append(place)
        left -= need
    return parts


def _telling(columns: Sequence[Column], texts: Mapping[str, Sequence[str]]) -> list[Column]:
    """The columns that say something, those first that a reader wants to see."""
    by_name = {c.name: c for c in columns}
    view = next((words.split() for marks, words in VIEWS if marks <= by_name.keys()), list(by_name))
    known = {"file", "status"}  # where they are the same in every row
    wanted = [by_name[n] for n in view if n in by_name and any(texts[n])
              and not (n in known and len(texts[n]) > 1 and len(set(texts[n])) == 1)]  # fmt: skip
    return wanted + [c for c in columns if c.name not in view and any(texts[c.name])]


def _chosen(telling: Sequence[Column], texts: Mapping[str, Sequence[str]], width: int) -> list[Column]:
    """Of the columns those that fit, folded if need be; of a table with a view only what that names."""
    view = next((set(words.split()) for marks, words in VIEWS if marks <= texts.keys()), set())
    shown: set[str] = set()
    room = width
    ordered = sorted(telling, key=lambda c: FIRST.index(c.name) if c.name in FIRST else len(FIRST))
    for column in ordered if "claimed" in view else telling:
        need = _least(column, texts[column.name])
        if not view and not _number(column):  # all of it, rather folded than left out
            need = min(need, HALF)
        if (view and column.name not in view) or (shown and need > room):
            continue
        shown.add(column.name)
        room -= need + GAP
    return [c for c in telling if c.name in shown]


def _panel(
    columns: Sequence[Column],
    texts: Mapping[str, Sequence[str]],
    rows: Sequence[int],
    width: int,
    *,
    roomy: bool = True,
) -> Panel:
    """The columns as wide as they need, if there is room for that; else the room is shared."""
    cells = {c.name: [texts[c.name][i] for i in rows] for c in columns}
    needs = [_need(c, cells[c.name]) for c in columns]
    wholes = [max(screen_width(c.title), *map(screen_width, cells[c.name]), 1) for c in columns]
    room = width - WIDE_GAP * (len(needs) - 1) - 2
    if roomy and sum(needs) <= room:
        return Panel(tuple(columns), tuple(_shared(wholes, needs, needs, room)), tuple(rows), WIDE_GAP)
    room = width - GAP * (len(needs) - 1)
    leasts = [_least(c, cells[c.name]) for c in columns]
    floors = [least if _number(c) else NARROWEST for c, least in zip(columns, leasts, strict=True)]
    return Panel(tuple(columns), tuple(_shared(wholes, leasts, floors, room)), tuple(rows), GAP)


def _shared(needs: Sequence[int], leasts: Sequence[int], floors: Sequence[int], room: int) -> list[int]:
    """Widths between the least and what is needed, that fit the room: the small needs are met first. On a screen too
    narrow for the least, the widest give way: down to their floors, and if that is not enough, further.

    >>> _shared([10, 40, 20], [10, 15, 15], [4, 4, 4], 60), _shared([16, 40], [16, 24], [16, 4], 24)
    ([10, 30, 20], [16, 8])
    """
    widths = list(leasts)
    for floor in (floors, [1] * len(widths)):
        while sum(widths) > room and (wider := [i for i, w in enumerate(widths) if w > floor[i]]):
            widths[max(wider, key=widths.__getitem__)] -= 1
    left = room - sum(widths)
    for at in sorted(range(len(widths)), key=lambda i: needs[i] - widths[i]):
        more = max(0, min(needs[at] - widths[at], left))
        widths[at] += more
        left -= more
    return widths


def _need(column: Column, texts: Sequence[str]) -> int:
    """How wide a column is when nothing is folded that should not be."""
    cells = max(map(screen_width, texts), default=0)
    most = cells if _number(column) else WIDEST.get(column.name, USUAL)
    return max(1, min(max(screen_width(column.title), cells), max(most, USUAL)))


def _least(column: Column, texts: Sequence[str]) -> int:
    """How wide a column is at least: figures and names to copy are whole, of texts most are."""
    widths = sorted(map(screen_width, texts))
    title = min(screen_width(column.title), HEADING)
    if _number(column) or column.name in WHOLE:
        return max(title, widths[-1] if widths else 0)
    usual = min(widths[int(MOST * (len(widths) - 1))] if widths else 0, FOLDED)
    return max(1, min(_need(column, texts), max(title, usual, NARROWEST)))


def _number(column: Column) -> bool:
    return column.kind in ("int", "number", "mixed")
