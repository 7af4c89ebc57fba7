"""The stretches of text that figures stand in: their sentences, with a line before and behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hreport.checks.stated import sentence_starts
from hreport.record import Row, encodable

CONTEXT = 300  # characters before and behind a sentence, at most

Segment = tuple[int, str]  # an offset in the document, and the text that begins there
TextOf = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Excerpts:
    """`segments`: by file, in order, none touching another. `spans`: of each row, by its identity, where its sentence
    stands in the document; a row without has only its own words for it."""

    segments: Mapping[str, Sequence[Segment]] = field(default_factory=dict)
    spans: Mapping[int, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Row], text_of: TextOf) -> Excerpts:
        """What of the texts the rows need; of a file without a text (a table was read) the sentences alone."""
        by_file: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_file[row["file"] or ""].append(row)
        segments: dict[str, list[Segment]] = {}
        spans: dict[int, tuple[int, int]] = {}
        for file, own in by_file.items():
            text = text_of(file)
            found = _alone(own) if text is None else {id(r): span for r in own if (span := sentence_of(r, text))}
            spans |= found
            if text is None:
                segments[file] = _joined({found[id(r)]: str(r["sentence"]) for r in own if id(r) in found})
            else:
                segments[file] = [(a, text[a:b]) for a, b in _merged(_widened(a, b, text) for a, b in found.values())]
        return cls({file: own for file, own in segments.items() if own}, spans)


def sentence_of(row: Row, text: str) -> tuple[int, int] | None:
    """Where the sentence of a row stands in its document; None where the text is another one.

    >>> sentence_of({"start": 6, "end": 9, "text": "3.2", "sentence": "it is 3.2%"}, "a. it is 3.2%. b")
    >>> sentence_of({"start": 9, "end": 12, "text": "3.2", "sentence": "it is 3.2%"}, "a. it is 3.2%. b")
    (3, 13)
    """
    start, end, sentence = row["start"], row["end"], encodable(str(row["sentence"] or ""))
    if start is None or end is None or text[start:end] != encodable(str(row["text"] or "")):
        return None
    at = text.find(sentence, max(0, end - len(sentence)), start + len(sentence))
    return (at, at + len(sentence)) if 0 <= at <= start else (start, end)


def _alone(rows: Sequence[Row]) -> dict[int, tuple[int, int]]:
    """Where the sentences of figures stand, as far as they say it among themselves."""
    starts = sentence_starts(sorted(rows, key=lambda r: (r["report"] or 0, r["start"] or 0, r["end"] or 0)))
    return {id(r): (starts[id(r)], starts[id(r)] + len(r["sentence"])) for r in rows if starts.get(id(r), -1) >= 0}


def _joined(sentences: Mapping[tuple[int, int], str]) -> list[Segment]:
    """Sentences as segments; what two of them share is taken of the first."""
    made: list[Segment] = []
    end = -1
    for (a, b), words in sorted(sentences.items()):
        if b <= end:
            continue
        if made and a < end:
            offset, before = made.pop()
            made.append((offset, before + words[end - a :]))
        else:
            made.append((a, words))
        end = b
    return made


def _widened(start: int, end: int, text: str) -> tuple[int, int]:
    """A sentence with the rest of its lines, and a line that is not empty before and behind."""
    before = text[max(0, start - CONTEXT) : start].split("\n")
    behind = text[end : end + CONTEXT].split("\n")
    return start - _length(before[::-1]), end + _length(behind)


def _length(lines: Sequence[str]) -> int:
    """How long the first of these lines is, with those up to the next that is not empty."""
    length = len(lines[0])
    for line in lines[1:]:
        length += 1 + len(line)
        if line.strip():
            break
    return length


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, those that overlap or touch made one."""
    made: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if made and start <= made[-1][1]:
            made[-1] = (made[-1][0], max(end, made[-1][1]))
        else:
            made.append((start, end))
    return made
