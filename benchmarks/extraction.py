"""Extraction against what others do with the same texts: cutting words, or looking for numbers, money and dates.

Fast contestants get all texts of a set, slow ones a part of them, the slowest a smaller part. Ratios are to
`jieba.lcut` on the very same part, by processor time. Everybody reads the samples before the clock starts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from random import Random

from measuring import Items, Options, Pass, Texts, contest, libraries, middle
from tables import Table

from hreport.messages import Message

BASE = "jieba.lcut"
# The contestants, by the most characters that they are given (0: all there are).
GROUPS = {
    0: (BASE, "hreport", "hreport without rjieba", "rjieba.cut"),
    300_000: (BASE, "hreport", "jieba.posseg.lcut", "JioNLP"),
    12_000: (BASE, "hreport", "recognizers-text"),
}
ENOUGH = 100_000  # characters: fewer are repeated, since a pass would be too short to be measured
QUICK = 3_000  # characters
COLUMNS = (
    "what", "times `jieba.lcut`", "seconds", "processor seconds", "thousand characters a second", "seconds to load",
    "MB",
)  # fmt: skip
LABELS = {
    "hreport": "hreport, with rjieba: everything, bytes to rows",
    "hreport without rjieba": "hreport, without rjieba",
    "jieba.lcut": "`jieba.lcut`: words",
    "rjieba.cut": "`rjieba.cut`: words",
    "jieba.posseg.lcut": "`jieba.posseg.lcut`: words and parts of speech",
    "JioNLP": "JioNLP: money and times",
    "recognizers-text": "recognizers-text: numbers, units, dates",
}


def measure(options: Options) -> Iterable[Table]:
    """A table for each set of texts and group of contestants."""
    warm = _part(options.plain[0], QUICK if options.quick else 0)
    for texts in options.plain:
        times = 1 if options.quick else -(-ENOUGH // texts.characters)
        many = Texts(texts.name, options.copies(texts, times)) if times > 1 else texts
        for most, names in GROUPS.items():
            if items := _part(many, min(most or QUICK, QUICK) if options.quick else most):
                yield _table(texts.name, contest(names, items, warm, options), items)


def _part(texts: Texts, most: int) -> Items:
    """Texts of the set, as contestants are given them: all (0), or whole ones at random until they hold so much."""
    items = [{"path": str(path), "text": text} for path, text in texts.documents if text.strip()]
    if not most or sum(len(item["text"]) for item in items) <= most:
        return items
    part: list[Mapping[str, str]] = []
    for item in Random(1).sample(items, len(items)):
        if sum(len(one["text"]) for one in part) >= most:
            break
        if len(item["text"]) <= most:
            part.append(item)
    return part


def _table(name: str, passes: Mapping[str, Sequence[Pass]], items: Items) -> Table:
    characters = sum(len(item["text"]) for item in items)
    base = middle(passes[BASE])[0].cpu
    rows = []
    for contestant, found in passes.items():
        taken, load = middle(found)
        speed = f"{characters / taken.cpu / 1000:,.0f}"
        ratio = f"{taken.cpu / base:.2f}"
        memory = f"{taken.memory:.0f}"
        rows.append((LABELS[contestant], ratio, f"{taken.wall:.2f}", f"{taken.cpu:.2f}", speed, f"{load:.1f}", memory))
    title = Message(
        "{name}: {files:,} files, {characters:,} characters", name=name, files=len(items), characters=characters
    )
    return Table(title, COLUMNS, rows, libraries(passes))
