"""The portions of a large text as one document: what is counted is counted through, what was not read is said once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hreport import record
from hreport.lexicon import Lexicon
from hreport.manifest import Manifest, missing, restated
from hreport.messages import Message
from hreport.model import Issue, Span

if TYPE_CHECKING:
    from hreport.pipeline import Outcome
    from hreport.record import Row
    from hreport.sources import Source


class Whole:
    """A large text whose portions come one after the other, in their order."""

    def __init__(self, outcome: Outcome, manifest: Manifest, lexicon: Lexicon) -> None:
        """`outcome` is that of the file, which is in portions."""
        self._outcome, self._manifest, self._lexicon = outcome, manifest, lexicon
        self._entries = [e for e in manifest.of(outcome.path) if e.report]
        self._about: Row = {}
        self._reports = self._tables = self._characters = 0
        self._lost: list[Issue] = []  # why portions were not read
        self._goes_on = False  # was the portion before read?
        self._said: set[tuple[str, str]] = set()

    def added(self, outcome: Outcome, source: Source) -> Outcome:
        """What came of the next portion, as a part of what comes of the text."""
        portion, about = source.portion, outcome.about
        assert portion is not None
        issues = [i for i in outcome.issues if not i.fatal]
        fatal = [i for i in outcome.issues if i.fatal]
        issues += [_lost(i, portion.characters, portion.until) for i in fatal if i.code != "empty"]
        self._lost += fatal
        self._characters = portion.until or portion.characters + about.get("characters", 0)
        self._goes_on &= not fatal
        rows: list[Row] = []
        if about:
            # A report that goes on keeps its number.
            before = self._reports - (portion.continues and self._goes_on)
            rows = [record.moved(row, 0, before, self._tables) for row in outcome.rows]
            rows, said = self._restated(rows)
            issues += said
            self._reports, self._tables = before + about["reports"], self._tables + about["tables"]
            self._about, self._goes_on = about, True
        issues = [i for i in issues if i.span or (i.code, i.message) not in self._said]
        self._said |= {(i.code, i.message) for i in issues}
        return replace(outcome, rows=tuple(rows), issues=tuple(issues), about={}, part=True)

    def _restated(self, rows: list[Row]) -> tuple[list[Row], list[Issue]]:
        """The rows with what a manifest says of their reports by number."""
        numbers = {row["report"] for row in rows}
        entries = tuple(e for e in self._entries if e.report in numbers)
        if not entries:
            return rows, []
        said = Manifest(self._manifest.name, entries)
        made, issues = restated(rows, said, self._lexicon, self._outcome.path)
        return made, issues

    def end(self) -> Outcome:
        """What came of the text, after all of its portions: what it is, and no rows."""
        if not self._about:
            return replace(self._outcome, more=(), issues=(*self._outcome.issues, *self._lost[:1]))
        about = {n: v for n, v in self._about.items() if n != "tables"}
        about |= {"characters": self._characters, "reports": self._reports}
        issues = missing(self._outcome.path, self._entries, self._reports, self._manifest.name)
        return replace(self._outcome, more=(), issues=(*self._outcome.issues, *issues), about=about)


def _lost(issue: Issue, start: int, end: int | None) -> Issue:
    """A portion that was not read: a part of the text is missing."""
    if end is None:
        message = Message("from character {start:,} on it was not read: {message}", start=start, message=issue.message)
        return Issue(issue.path, "portion", message, fatal=False)
    message = Message(
        "characters {start:,} to {end:,} were not read: {message}", start=start, end=end, message=issue.message
    )
    return Issue(issue.path, "portion", message, fatal=False, span=Span(start, end))
