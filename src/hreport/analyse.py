"""The path from a document to its observations: split, tag, link, resolve. A pure function of document and lexicon."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from hreport import grammar as grammars
from hreport import leaks, resolve, situate
from hreport.confidence import Certainty, judged
from hreport.expressions.compiling import alike_once
from hreport.grammar import Grammar
from hreport.lexicon import Lexicon
from hreport.link import observe, roles
from hreport.model import Document, Extraction, Observation, Report
from hreport.split import Layout, split
from hreport.tag import areas, masks, quantities, times

T = TypeVar("T")


@alike_once()  # for the first document, which compiles what it needs
def analyse(
    document: Document,
    lexicon: Lexicon,
    hints: Mapping[int, Mapping[str, str]] | None = None,
    mentions: bool = False,
) -> Extraction:
    """Everything that one document holds.

    `hints` are what a manifest says of a report (`area`, `year`, `title`) by its number, 0 for all: they stand before
    what was read off it. `mentions`: its times and places too, each with what it means.
    """
    grammar = grammars.load()
    layout = split(document, grammar)
    reading = layout.reading
    found_masks = masks.tag(reading, grammar)
    found_times = times.tag(reading, grammar)
    named = resolve.find_areas(reading.text)
    unnamed = areas.unnamed(reading, grammar)
    found_areas = areas.merged(reading, named, unnamed)
    traits = quantities.profile(reading.text, masks.digit_by_digit(found_masks), grammar)
    occupied = times.occupied(found_times, len(reading.text))
    ends = [layout.prose_end(report) for report in layout.reports]
    metrics = [
        q
        for q in quantities.tag(reading, grammar, traits, occupied, ends)
        if not layout.is_quiet(q.at.start) and roles.role_of(q, reading, grammar)[0] == "metric"
    ]
    masked = sum(m.kind == "place" for m in found_masks) >= MASKED_PLACES
    hints = hints or {}
    reports = situate.reports(layout, found_areas, lexicon, hints, masked, traits.scrubbed)
    given = {
        number for number, said in hints.items() if said.get("area")
    }  # a place that a person named is not inferred
    reports = tuple(r if given & {0, r.number} else _with_leaks(layout, r, grammar) for r in reports)
    if own_names := situate.own_names(reading, reports):
        found_areas = areas.merged(reading, named + own_names, unnamed)
    # A running header between two lines of a report says nothing of when and where the figures there are.
    found_areas = [area for area in found_areas if not layout.is_furniture(area.at.start)]
    found_times = [time for time in found_times if not layout.is_furniture(time.at.start)]
    certainty = Certainty(document.blocks)
    observations: list[Observation] = []
    for report in reports:
        own = _between(metrics, report.span.start, report.span.end, lambda q: q.span.start)
        begin, finish = reading.index(report.span.start), reading.index(report.span.end)
        when = _between(found_times, begin, finish, lambda t: t.at.start)
        where = _between(found_areas, begin, finish, lambda a: a.at.start)
        figures = list(observe.link(layout, report, own, when, where, grammar))
        if layout.cells:
            from hreport.link import cells  # a plain text has no tables

            figures += [observe.Linked(o) for o in cells.link(layout, report, traits, grammar)]
        meanings = situate.Meanings(report, grammar, lexicon, traits.scrubbed)
        for o, around, meant in sorted(figures, key=lambda f: f.observation.quantity.span):
            unit = o.quantity.base_unit or o.quantity.unit
            said = meant or o.indicator
            identity = resolve.identify(said, unit, lexicon, o.measure, o.direction or "", around)
            previous = observations[-1] if observations else None
            verb = around.verb or around.front
            name, code, year, status = meanings.of(o, identity, verb, previous)
            o = o._replace(indicator_id=identity, area_name=name, area_id=code, year=year, status=status)
            sure = certainty.at(o.quantity.span.start)
            observations.append(judged(o, layout.folded, grammar, lexicon, sure))
    named_there = situate.mentions(layout, reports, found_times, found_areas, grammar, lexicon, traits.scrubbed)
    return Extraction(
        document, reports, tuple(found_masks), tuple(observations), tuple(named_there) if mentions else ()
    )


def _with_leaks(layout: Layout, report: Report, grammar: Grammar) -> Report:
    found = leaks.candidates(layout, report, grammar)
    return replace(report, candidates=found, inferred=leaks.likeliest(found)) if found else report


def _between(mentions: Sequence[T], low: int, high: int, start: Callable[[T], int]) -> Sequence[T]:
    """Those of some sorted mentions that begin between two offsets."""
    return mentions[bisect_left(mentions, low, key=start) : bisect_left(mentions, high, key=start)]


MASKED_PLACES = 2  # so many masked places make it likely that a place that is named leaked
