"""Charts as plain data: Vega-Lite specifications for the page of `hreport report` and for pictures alike.

Every specification reads the named data `figures`: flat records, one for each figure, with the columns

- `area`: the place as the chart shall name it; each place has a name of its own (text);
- `year`: the year that the figure is about (integer; null where it is not known: `lines` shows it under `?`);
- `number`, `number_max`: what to draw, in the chart's unit, and the end of a range (numbers or null);
- `low`, `high`: what a mask allows, in the chart's unit (numbers or null);
- `shown`: what a cell of the comparison shows of it, with its marks (text); `text`: as written (text, may be missing);
- `state`: plain, masked, damaged, repaired, corrected or doubt; what is masked or damaged is never drawn as known;
- `status`: actual, target or reference; `bound`: exact, approx, min, max or range.

Other columns (an index, say) are handed through to the marks, where a click finds them (`item.datum`). A figure that is
not there has no record. `bars` wants one figure for each place and status, `lines` one for each place, year and status.

The parameter `unit` of a specification (in its `params`) names the axis, `falling` says whether bars begin with the
largest (1) or the smallest (-1), `longest` how many characters the name of a place may have, and `rules` how many a
hatch has across a bar chart. Colours come from the parameters of `config(theme)`, which is handed to Vega-Lite beside
the specification. Nothing in a specification points to the network.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, TypeAlias

Spec: TypeAlias = dict[str, Any]

KINDS = ("known", "doubtful", "masked", "target", "reference")  # what the key of a bar chart may explain
THEMES = ("light", "dark")
FEW_AREAS = 8  # lines that colours and shapes tell apart; more of them stand in panels of their own
WIDTH = 420  # of the bars and lines, in pixels
STEP = 20  # height of a bar with its gap
LONGEST_NAME = 28  # characters of the name of a place, beyond which its middle is left out
RULES = 60  # of a hatch across the whole width of a chart
SYMBOLS = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left")

# Drawn shapes, in a box from -1 to 1.
_BOX = "M-1,-0.55H1V0.55H-1Z"
_HATCH = "M-1,0.55L-0.6,-0.55M-0.5,0.55L-0.1,-0.55M0,0.55L0.4,-0.55M0.5,0.55L0.9,-0.55"
_TICK = "M-0.14,-1H0.14V1H-0.14Z"
_OPEN_TICK = "M-1,-0.3H1V0.3H-1Z"
_DIAMOND = "M0,-0.8L0.6,0L0,0.8L-0.6,0Z"


@lru_cache(maxsize=1)
def words() -> Mapping[str, Any]:
    """Words, colours and fonts, as they stand in `data/charts.toml`."""
    return tomllib.loads((files("hreport") / "data" / "charts.toml").read_text(encoding="utf-8"))


def families() -> str:
    """The fonts that text asks for, as CSS has them."""
    return ", ".join([*(f"'{name}'" for name in words()["fonts"]["chinese"]), "sans-serif"])


def config(theme: str = "light") -> Spec:
    """What Vega-Lite is to be told beside a specification: fonts, and the colours of a theme (KeyError: not one)."""
    colours = words()[theme]
    quiet, ink, grid = colours["quiet"], colours["ink"], colours["grid"]
    return {
        "font": families(),
        "background": "transparent" if theme == "dark" else colours["paper"],
        "params": [{"name": name, "value": value} for name, value in colours.items() if name != "areas"],
        "view": {"stroke": None},
        "concat": {"spacing": 0},
        "axis": {
            "labelColor": ink, "titleColor": quiet, "gridColor": grid, "domainColor": quiet, "tickColor": quiet,
            "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal",
        },
        "legend": {"labelColor": ink, "titleColor": quiet, "labelFontSize": 12, "labelLimit": 0},
        "title": {
            "color": ink, "subtitleColor": quiet, "fontSize": 15, "subtitleFontSize": 12, "anchor": "start",
            "frame": "bounds", "offset": 8,
        },
        "header": {"labelColor": ink, "labelFontSize": 12, "titleColor": quiet},
        "text": {"color": ink, "fontSize": 12},
        "range": {"category": colours["areas"], "symbol": list(SYMBOLS)},
    }  # fmt: skip


def for_page() -> Spec:
    """All that a page needs: the specifications by language, and the configurations by theme."""
    made = {language: {"bars": bars(language), "lines": lines(language), "panels": panels(language)}
            for language in ("en", "zh")}  # fmt: skip
    return {**made, "kinds": list(KINDS), "config": {theme: config(theme) for theme in THEMES}}


def _calculated(**named: str) -> list[Spec]:
    return [{"calculate": expression, "as": name} for name, expression in named.items()]


# What is true of a record: expressions of Vega, over `datum`.
_KIND = {
    "is_goal": "datum.status === 'target' || datum.status === 'reference'",
    "is_hidden": "datum.state === 'masked'",
    "is_broken": "datum.state === 'damaged' || (!datum.is_hidden && !isValid(datum.number))",
    "known": "datum.is_hidden || datum.is_broken ? null : datum.number",
    "known_max": "isValid(datum.known) && isValid(datum.number_max) ? max(datum.known, datum.number_max) : datum.known",
    "is_doubted": "datum.state === 'repaired' || datum.state === 'doubt'",
    "said": "datum.is_broken && datum.text ? '\u26a0 ' + datum.text : datum.shown",
    "is_allowed": "datum.is_hidden && !datum.is_goal && isValid(datum.low) && isValid(datum.high)",
}

_INTERVAL = "datum.is_allowed ? ' (' + format(datum.low, ',.12~r') + '\u2013' + format(datum.high, ',.12~r') + ')' : ''"

# A layer for the sake of its legend.
_UNSEEN: Spec = {"type": "point", "opacity": 0, "tooltip": None, "aria": False}
_CORNER: Spec = {"x": {"value": 0}, "y": {"value": 0}, "tooltip": {"value": None}}


def _cut(name: str, most: int | str = "longest") -> str:
    """A name of too many characters, without its middle: the number at the end of a report tells masked places apart.

    Not left to the limits of Vega, which cut a rare hanzi in two, at which the drawing library fails.
    """
    head, end = (f"ceil({most} * 0.6)", f"floor({most} * 0.4)")
    return f"replace({name}, regexp('^(.{{' + {head} + '}}).+(.{{' + {end} + '}})$', 'u'), '$1\u2026$2')"


def _base(title: str, unit: str) -> Spec:
    spec: Spec = {
        "data": {"name": "figures"},
        "params": [{"name": "unit", "value": unit}, {"name": "longest", "value": LONGEST_NAME}],
    }
    return {"title": title, **spec} if title else spec


def bars(language: str, *, title: str = "", unit: str = "", kinds: Sequence[str] = KINDS) -> Spec:
    """One indicator by place: bars from the largest to the smallest, then masks with what they allow, then what is
    damaged; targets as ticks. Every place has its value beside it, as a cell shows it.

    `kinds`: what the key explains; there is none where all is known.
    """
    named = words()[language]
    y = {"field": "area", "type": "nominal", "sort": {"field": "rank", "op": "min", "order": "ascending"}}
    axis = {
        "title": None, "labelExpr": _cut("datum.label"), "labelLimit": 0, "labelPadding": 6, "ticks": False,
        "domain": False,
    }  # fmt: skip
    spec = _base(title, unit)
    spec["params"] += [{"name": "falling", "value": 1}, {"name": "rules", "value": RULES}]
    return {
        **spec,
        "width": WIDTH,
        "height": {"step": STEP},
        "transform": [*_calculated(**_KIND), *_ranked(named)],
        "encoding": {"y": {**y, "axis": axis}, "tooltip": {"field": "told", "type": "nominal"}},
        "layer": [
            *_known_bars(),
            _hatch_of_bars(y),
            *_goals(named),
            _labels(),
            *([_key(named, kinds)] if set(kinds) - {"known"} else []),
        ],
    }


def _ranked(named: Mapping[str, str]) -> list[Spec]:
    """Where each place stands, where its drawing ends, and what is said beside it."""
    goal = f"(datum.status === 'target' ? '{named['target']}' : '{named['reference']}')"
    return [
        *_calculated(
            bar="datum.is_goal ? null : datum.known_max",
            goal="datum.is_goal ? datum.known_max : null",
            goal_said=f"datum.is_goal ? {goal} + ' ' + datum.said : ''",
            target_said="datum.status === 'target' ? datum.goal_said : ''",
            reference_said="datum.status === 'reference' ? datum.goal_said : ''",
            actual="datum.is_goal ? 0 : 1",
            target="datum.status === 'target' ? 1 : 0",
            reference="datum.status === 'reference' ? 1 : 0",
        ),
        {
            "joinaggregate": [
                _over("max", "bar", "top_bar"),
                _over("max", "goal", "top_goal"),
                _over("max", "high", "top_high"),
            ]
        },
        # What a mask allows shall not press the bars together: beyond twice the largest, an arrow says that it goes on.
        *_calculated(
            top="max(isValid(datum.top_bar) ? datum.top_bar : 0, isValid(datum.top_goal) ? datum.top_goal : 0)",
            limit="datum.top > 0 ? datum.top * 2 : datum.top_high",
            end="datum.is_allowed ? min(datum.high, datum.limit) : isValid(datum.known_max) ? datum.known_max : 0",
            goes_on="datum.is_allowed && datum.high > datum.limit",
        ),
        {
            "joinaggregate": [_over("max", "end", "place_end"), _over("max", "actual", "has_actual")],
            "groupby": ["area"],
        },
        {"joinaggregate": [_over("max", "end", "last_end"), _over("min", "end", "first_end")]},
        *(_said_of_place(status) for status in ("target", "reference")),
        *_calculated(
            pitch="(max(datum.last_end, 0) - min(datum.first_end, 0)) / rules",
            rank="datum.is_goal ? 4e18 - falling * (isValid(datum.known) ? datum.known : 0) "
            ": isValid(datum.known) ? -falling * datum.known : datum.is_allowed ? 1e18 : datum.is_hidden ? 2e18 : 3e18",
            interval=_INTERVAL,
            label="(datum.is_goal ? datum.goal_said : datum.said + datum.interval "
            "+ (datum.place_target ? ' \u00b7 ' + datum.place_target : '') "
            "+ (datum.place_reference ? ' \u00b7 ' + datum.place_reference : ''))",
            label_at="max(datum.place_end, 0)",
            told="datum.area + (isValid(datum.year) ? ' ' + datum.year : '') + ': ' "
            "+ (datum.is_goal ? datum.goal_said : datum.said + datum.interval)",
        ),
    ]  # fmt: skip


def _said_of_place(status: str) -> Spec:
    """What is said of the target or reference of a place, on all its records: that of the record that sorts last."""
    return {
        "window": [{"op": "last_value", "field": f"{status}_said", "as": f"place_{status}"}], "groupby": ["area"],
        "sort": [{"field": status, "order": "ascending"}], "frame": [None, None], "ignorePeers": True,
    }  # fmt: skip


def _over(op: str, field: str, name: str) -> Spec:
    return {"op": op, "field": field, "as": name}


def _filtered(condition: str, mark: Spec, **encoding: Spec) -> Spec:
    return {"transform": [{"filter": condition}], "mark": mark, "encoding": encoding}


_VALUE_AXIS = {"labelFlush": False, "title": {"signal": "unit"}, "tickCount": 6, "format": ",.12~r"}


def _known_bars() -> list[Spec]:
    bar = {"type": "bar", "height": {"band": 0.72}, "strokeWidth": 1.2, "stroke": {"expr": "sound"}}
    x = {"type": "quantitative", "axis": _VALUE_AXIS}
    solid = "!datum.is_goal && isValid(datum.known) && !datum.is_doubted && datum.bound !== 'max'"
    pale = "!datum.is_goal && isValid(datum.known) && (datum.is_doubted || datum.bound === 'max')"
    more = "!datum.is_goal && isValid(datum.known) && datum.known_max > datum.known"
    bound = "!datum.is_goal && isValid(datum.known) && (datum.bound === 'min' || datum.bound === 'max')"
    arrow = {"type": "point", "filled": True, "size": 90, "opacity": 1, "color": {"expr": "sound"}}
    side = "datum.bound === 'min' ? 'triangle-right' : 'triangle-left'"
    return [
        _filtered(solid, {**bar, "color": {"expr": "sound"}}, x={"field": "known", **x}),
        _filtered(pale, {**bar, "color": {"expr": "pale"}}, x={"field": "known", **x}),
        _filtered(more, {**bar, "color": {"expr": "pale"}}, x={"field": "known", **x}, x2={"field": "known_max"}),
        _filtered(
            bound,
            {**arrow, "shape": {"expr": side}, "xOffset": {"expr": "datum.bound === 'min' ? 6 : -6"}},
            x={"field": "known", **x},
        ),
    ]


def _hatch_of_bars(y: Spec) -> Spec:
    """What masks allow, each as a frame full of slanting rules: Vega has no hatch."""
    x = {"type": "quantitative"}
    frame = {"type": "bar", "height": {"band": 0.72}, "fill": {"expr": "masked"}, "fillOpacity": 0.1,
             "stroke": {"expr": "masked"}, "strokeWidth": 1}  # fmt: skip
    rule = {"type": "rule", "color": {"expr": "masked"}, "strokeWidth": 1.3}
    at = {"y": {**y, "bandPosition": 0.86}, "y2": {"field": "area", "bandPosition": 0.14}}
    return {
        "transform": [{"filter": "datum.is_allowed"}],
        "layer": [
            _filtered("datum.end > datum.low", frame, x={"field": "low", **x}, x2={"field": "end"}),
            {
                "transform": [
                    {"filter": "datum.end > datum.low"},
                    *_calculated(at="sequence(datum.low, datum.end, datum.pitch)"),
                    {"flatten": ["at"]},
                    *_calculated(to="min(datum.at + datum.pitch, datum.end)"),
                ],
                "mark": rule,
                "encoding": {"x": {"field": "at", **x}, "x2": {"field": "to"}, **at},
            },
            _filtered(
                "datum.goes_on",
                {"type": "point", "shape": "triangle-right", "filled": True, "size": 90, "opacity": 1, "xOffset": 6,
                 "color": {"expr": "masked"}},
                x={"field": "end", **x},
            ),
        ],
    }  # fmt: skip


def _goals(named: Mapping[str, str]) -> list[Spec]:
    x = {"field": "known", "type": "quantitative"}
    mark = {"type": "point", "size": 330, "opacity": 1, "stroke": {"expr": "ink"}, "strokeWidth": 1.2}
    return [
        _filtered("datum.status === 'target' && isValid(datum.known)",
                  {**mark, "shape": _TICK, "fill": {"expr": "paper"}}, x=x),
        _filtered("datum.status === 'reference' && isValid(datum.known)",
                  {**mark, "shape": _DIAMOND, "fill": {"expr": "paper"}}, x=x),
    ]  # fmt: skip


def _labels() -> Spec:
    beside = "(datum.bound === 'min' && !datum.is_goal) || datum.goes_on ? 16 : 6"
    colour = "datum.is_hidden ? masked : datum.is_broken ? damaged : ink"
    mark = {"type": "text", "align": "left", "baseline": "middle", "dx": {"expr": beside}, "color": {"expr": colour}}
    x = {"field": "label_at", "type": "quantitative"}
    return _filtered("!datum.is_goal || !datum.has_actual", mark, x=x, text={"field": "label", "type": "nominal"})


def _key(named: Mapping[str, str], kinds: Sequence[str]) -> Spec:
    """A legend: marks that nobody sees carry the scales that it is made of."""
    drawn = {
        "known": (_BOX, "sound", "sound"), "doubtful": (_BOX, "pale", "sound"), "masked": (_HATCH, None, "masked"),
        "target": (_TICK, "paper", "ink"), "reference": (_DIAMOND, "paper", "ink"),
    }  # fmt: skip
    domain = [named[kind] for kind in kinds]
    field = {"field": "kind", "type": "nominal"}
    legend = {
        "title": None, "orient": "top", "direction": "horizontal", "symbolSize": 180, "columns": 3,
        "symbolOpacity": 1, "symbolStrokeWidth": 1.2,
    }  # fmt: skip

    def colours(part: int) -> list[Any]:
        return [{"expr": c} if (c := drawn[kind][part]) else "transparent" for kind in kinds]

    return {
        "data": {"values": [{"kind": named[kind]} for kind in kinds]},
        "mark": _UNSEEN,
        "encoding": {
            **_CORNER,
            "shape": {**field, "scale": {"domain": domain, "range": [drawn[k][0] for k in kinds]}, "legend": legend},
            "fill": {**field, "scale": {"domain": domain, "range": colours(1)}, "legend": legend},
            "stroke": {**field, "scale": {"domain": domain, "range": colours(2)}, "legend": legend},
        },
    }


def lines(language: str, *, title: str = "", unit: str = "") -> Spec:
    """One indicator over years, at most `FEW_AREAS` places: a line for each, which breaks where a year is missing,
    masked or damaged; what a mask allows as a dashed interval; targets as open ticks."""
    return {**_base(title, unit), "width": WIDTH, "height": 260, **_over_years(language, by_colour=True)}


def panels(language: str, *, title: str = "", unit: str = "", columns: int = 4) -> Spec:
    """The same for more places than colours tell apart: a small chart for each, all on one scale."""
    facet = {"field": "area", "type": "nominal", "title": None, "header": {"labelExpr": "''"}}
    inner = {"width": 150, "height": 100, **_over_years(language, by_colour=False)}
    shared = inner.pop("transform")
    inner["layer"].append(
        {  # not a header, which stands as high as the text in its panel reaches
            "transform": [
                {"aggregate": [{"op": "count", "as": "count"}], "groupby": ["area"]},
                *_calculated(name=_cut("datum.area", 11)),
            ],
            "mark": {"type": "text", "align": "left", "baseline": "bottom"},
            "encoding": {
                "x": {"value": 0},
                "y": {"value": -18},
                "text": {"field": "name"},
                "color": {"value": {"expr": "ink"}},
                "tooltip": {"field": "area"},
            },
        }
    )
    return {
        **_base(title, unit), "transform": shared, "facet": facet, "columns": columns, "spec": inner,
        "bounds": "flush", "spacing": {"row": 66, "column": 16}, "resolve": {"axis": {"x": "independent"}},
    }  # fmt: skip


def _over_years(language: str, by_colour: bool) -> Spec:
    named = words()[language]
    place = {"field": "area", "type": "nominal"}
    # The legend is that of the shapes, which tell places apart where there are no colours, and shows both.
    both = {name: {"value": {"signal": "scale('color', datum.value)"}} for name in ("fill", "stroke")}
    legend = {"title": None, "orient": "right", "labelExpr": _cut("datum.label"), "symbolSize": 80,
              "symbolOpacity": 1, "encoding": {"symbols": both}}  # fmt: skip
    colour = {"color": {**place, "legend": None} if by_colour else {"value": {"expr": "sound"}}}
    shape = {"shape": {**place, "legend": legend}} if by_colour else {}
    y = {"type": "quantitative", "scale": {"zero": False, "nice": True},
         "axis": {"title": {"signal": "unit"}, "tickCount": 5, "format": ",.12~r"}}  # fmt: skip
    x = {"field": "when", "type": "ordinal", "scale": {"type": "point", "padding": 0.5},
         "axis": {"title": None, "labelAngle": 0, "labelOverlap": True, "grid": False}}  # fmt: skip
    known = "!datum.is_goal && isValid(datum.known)"
    point = {"type": "point", "opacity": 1, "size": 55, "strokeWidth": 1.5}
    return {
        "transform": [*_calculated(**_KIND), *_told_over_years(named, () if by_colour else ("area",))],
        "encoding": {"x": x, "tooltip": {"field": "told", "type": "nominal"}, **colour},
        "layer": [
            {
                "transform": [
                    {"filter": "!datum.is_goal"},
                    {"window": [{"op": "lead", "field": "known", "as": "next"},
                                {"op": "lead", "field": "year", "as": "next_year"}],
                     "groupby": ["area"], "sort": [{"field": "when"}]},
                    {"filter": "isValid(datum.known) && isValid(datum.next) && datum.next_year === datum.year + 1"},
                    *_calculated(next_when="'' + datum.next_year"),
                ],
                "mark": {"type": "rule", "strokeWidth": 2},
                "encoding": {"y": {"field": "known", **y}, "x2": {"field": "next_when"}, "y2": {"field": "next"}},
            },
            # Marks that nobody sees: a place of which nothing is known has its colour in the legend all the same.
            {"mark": {**_UNSEEN, "filled": True}, "encoding": {**_CORNER, **shape}},
            _filtered(known, {**point, "filled": True}, y={"field": "known", **y}, **shape),
            _filtered(f"{known} && datum.is_doubted", {**point, "filled": True, "shape": "circle", "size": 14},
                      y={"field": "known", **y}, color={"value": {"expr": "paper"}}),
            _filtered(f"{known} && (datum.is_doubted || datum.bound !== 'exact')", {"type": "text", "dy": -10},
                      y={"field": "known", **y}, text={"field": "shown"}, color={"value": {"expr": "quiet"}}),
            *_intervals(y),
            _filtered("datum.is_goal && isValid(datum.known)", {**point, "shape": _OPEN_TICK, "size": 160},
                      y={"field": "known", **y}),
            # What has no place on the scale stands at its foot, one above the other.
            _filtered("!datum.is_allowed && !isValid(datum.known)",
                      {"type": "text", **_upright(f"datum.years > {10 if by_colour else 2}")},
                      y={"value": "height"}, text={"field": "goal_said"}),
        ],
    }  # fmt: skip


def _told_over_years(named: Mapping[str, str], apart: Sequence[str]) -> list[Spec]:
    """The year as the axis names it, how far intervals are drawn, and what is said of each figure."""
    target, reference = named["target"], named["reference"]
    goal = f"(!datum.is_goal ? '' : (datum.status === 'target' ? '{target}' : '{reference}') + ' ')"
    return [
        *_calculated(
            when="isValid(datum.year) ? '' + datum.year : '?'",
            drawn_as="isValid(datum.known) ? 'known' : datum.is_allowed ? 'interval' : 'words'",
        ),
        {
            "joinaggregate": [
                _over("min", "known", "bottom"),
                _over("max", "known", "top"),
                _over("distinct", "when", "years"),
            ]
        },
        {
            "window": [{"op": "row_number", "as": "nth"}],
            "groupby": ["when", "drawn_as", *apart],
            "sort": [{"field": "area"}],
        },
        # An interval shall not press the lines together: it is drawn as far as the known figures reach, and half more.
        *_calculated(
            reach="isValid(datum.top) ? max(datum.top - datum.bottom, abs(datum.top) / 10) * 0.5 : null",
            from_low=_within("low"),
            to_high=_within("high"),
            interval=_INTERVAL,
            goal_said=f"{goal} + datum.said",
            told="datum.area + ' ' + datum.when + ': ' + datum.goal_said + datum.interval",
        ),
    ]


def _within(name: str) -> str:
    """An end of an interval, no further than it is drawn."""
    edges = "datum.bottom - datum.reach, datum.top + datum.reach"
    return f"isValid(datum.reach) ? clamp(datum.{name}, {edges}) : datum.{name}"


def _upright(crowded: str) -> Spec:
    """Text at the foot of a chart: from the bottom to the top where years stand close together."""
    along = {"angle": "270", "align": "'left'", "baseline": "'middle'", "dx": "4 + 70 * (datum.nth - 1)", "dy": "0"}
    across = {"angle": "0", "align": "'center'", "baseline": "'bottom'", "dx": "0", "dy": "-2 - 13 * (datum.nth - 1)"}
    return {name: {"expr": f"{crowded} ? {along[name]} : {across[name]}"} for name in along}


def _intervals(y: Spec) -> list[Spec]:
    """What masks allow: a dashed rule, closed by a bar where it ends and by an arrow where it goes on beyond."""
    seen = "datum.is_allowed"
    beside = {"xOffset": {"expr": "10 * (datum.nth - 1)"}}  # of one year: none over another
    end = {"type": "point", "opacity": 1, "size": 50, "strokeWidth": 1.5, "filled": False, **beside}
    upper = "datum.to_high < datum.high ? 'triangle-up' : 'stroke'"
    lower = "datum.from_low > datum.low ? 'triangle-down' : 'stroke'"
    return [
        _filtered(seen, {"type": "rule", "strokeDash": [3, 2], "strokeWidth": 2, **beside},
                  y={"field": "from_low", **y}, y2={"field": "to_high"}),
        _filtered(seen, {**end, "shape": {"expr": upper}}, y={"field": "to_high", **y}),
        _filtered(seen, {**end, "shape": {"expr": lower}}, y={"field": "from_low", **y}),
        _filtered(seen, {"type": "text", "dy": {"expr": "4 - 13 * datum.nth"}},
                  y={"field": "to_high", **y}, text={"field": "said"}),
    ]  # fmt: skip


def heat(
    language: str,
    *,
    rows: Sequence[str],
    columns: Sequence[Sequence[str]],
    cell: int = 60,
) -> Spec:
    """A comparison as a heat table, for a picture: what each cell shows, and in colour its rank within the row.

    `rows` are names with units, `columns` names of places in lines, `cell` the width of a cell in pixels. Its `figures`
    have `row` and `column` (numbers from 0), `shown` and `state` as above, and `share`: 0 for the first of the row, 1
    for the last, null for what is not ranked. A cell without a figure is empty.
    """
    gaps = {"paddingInner": 0.06, "paddingOuter": 0}
    axis = {"title": None, "ticks": False, "domain": False, "labelLimit": 0, "labelPadding": 6}
    rules = {"grid": True, "tickBand": "extent"}  # between the rows
    y = {"type": "ordinal", "field": "row", "axis": {**axis, **rules, "labelExpr": "row_names[datum.value]"},
         "scale": {**gaps, "domain": list(range(len(rows)))}}  # fmt: skip
    x = {"type": "ordinal", "field": "column", "axis": None,
         "scale": {**gaps, "domain": list(range(len(columns)))}}  # fmt: skip
    hidden = "datum.state === 'masked'"
    broken = "datum.state === 'damaged'"
    doubted = "datum.state === 'repaired' || datum.state === 'doubt' || datum.state === 'corrected'"
    frame = {"type": "rect", "strokeWidth": 1, "fill": None}
    share = {"field": "share", "type": "quantitative", "legend": None,
             "scale": {"domain": [0, 1], "range": [{"expr": "rank_first"}, {"expr": "rank_last"}]}}  # fmt: skip
    words_of_cells = f"{hidden} ? masked : {broken} ? damaged : ink"
    text = {"type": "text", "fontSize": 11, "color": {"expr": words_of_cells}}
    hatch = {"type": "point", "shape": _hatch_of_cell(cell, _ROW), "size": 4, "strokeWidth": 0.8, "opacity": 0.45,
             "stroke": {"expr": "masked"}, "filled": False}  # fmt: skip
    return {
        "data": {"name": "figures"},
        "params": [{"name": "row_names", "value": list(rows)}],
        "width": {"step": cell},
        "height": {"step": _ROW},
        "encoding": {"x": x, "y": y},
        "layer": [
            {
                # Names in lines, whose last one stands above the first row; labels of an axis would begin there.
                "data": {"values": [{"column": n, "name": list(lines), "above": len(lines) - 1}
                                    for n, lines in enumerate(columns)]},
                "mark": {"type": "text", "fontSize": 11, "lineHeight": 14, "baseline": "bottom",
                         "dy": {"expr": "-14 * datum.above"}},
                "encoding": {"y": {"value": -6}, "text": {"field": "name"}},
            },
            {"mark": {**frame, "fill": {"expr": "paper"}, "stroke": {"expr": "grid"}}},
            {**_filtered("isValid(datum.share)", {"type": "rect"}, color=share)},
            {**_filtered(hidden, hatch)},
            {**_filtered(hidden, {**frame, "stroke": {"expr": "masked"}})},
            {**_filtered(broken, {**frame, "stroke": {"expr": "damaged"}, "strokeWidth": 1.5})},
            {**_filtered(doubted, {**frame, "stroke": {"expr": "quiet"}, "strokeDash": [3, 2]})},
            {"mark": {**text, "stroke": {"expr": "paper"}, "strokeWidth": 3, "strokeJoin": "round"},
             "transform": [{"filter": hidden}], "encoding": {"text": {"field": "shown"}}},
            {"mark": text, "encoding": {"text": {"field": "shown"}}},
        ],
    }  # fmt: skip


_ROW = 24  # height of a row of a heat table with its gap


def _hatch_of_cell(width: int, height: int) -> str:
    """The path of slanting rules that fill a cell, around its middle; a symbol of size 4 has its path's own size."""
    right, low, pitch = width * 0.47, height * 0.47, 7.0
    rules = []
    start = -right - 2 * low
    while start < right:
        # From the foot at `start` up to the right by 45 degrees, as far as the cell reaches.
        begin, end = max(start, -right), min(start + 2 * low, right)
        if end > begin:
            rules.append(f"M{begin:.1f},{low - (begin - start):.1f}L{end:.1f},{low - (end - start):.1f}")
        start += pitch
    return "".join(rules)


def captioned(spec: Spec, *, title: str, subtitle: Sequence[str] = (), caption: Sequence[str] = ()) -> Spec:
    """A picture of its own: a specification under a title, with lines beneath that say what its marks mean."""
    beneath = {
        "text": list(caption), "orient": "bottom", "anchor": "start", "frame": "bounds", "fontSize": 11,
        "fontWeight": "normal", "color": {"expr": "quiet"}, "lineHeight": 15, "offset": 12,
    }  # fmt: skip
    inner = {name: value for name, value in spec.items() if name != "params"}  # they belong to the whole
    if caption:
        inner["title"] = beneath
    above = {"text": title, "subtitle": list(subtitle), "subtitleLineHeight": 16}
    return {"title": above, "params": spec["params"], "vconcat": [inner], "padding": 12}
