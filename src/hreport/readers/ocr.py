"""Text recognition: what is written on a picture, line by line, by rapidocr (the extra `hreport[ocr]`).

It runs offline on the processor, with the models of its own package. Readers of pictures and of scanned pages share it.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from itertools import groupby, pairwise
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING, Any, TypeAlias

from hreport.messages import Message
from hreport.model import BlockKind
from hreport.readers.build import SENTENCE_END, Cell, Paragraph, Table, is_figure

if TYPE_CHECKING:
    import numpy as np

    Picture: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]  # height x width x 3, red first

Box: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom

RESOLUTION = 150  # dots per inch at which a page is best rendered: more takes longer and reads no better
MOST_PIXELS = 25_000_000  # of a tall picture, which is read in parts
LONGEST_SIDE = 2_000  # pixels of what is read at once; what is larger is made smaller
LARGEST_PART = 3_000_000  # pixels, those of a page of that height: it takes 0.7 GB, and twice as many take 1.2 GB
TALL = 2.0  # times as high as wide: a long screenshot, which would not be legible if it were made smaller as a whole
STRIP_WIDTH = 1_200
TYPE_HEIGHT = 0.75  # of the height of a box, which is that of the type and some margin
MOST_SKEW = 0.2  # of the width: 11 degrees
WEAK = 0.65  # a page that is upside down scores less
SIDEWAYS = 1.5  # times as high as wide: a line that stands on its end
GAP = 0.25  # em between two boxes, which have margins of their own: more is the gap between two columns of a table
LONG_PIECE = 8  # em: lines of prose are longer, cells of tables shorter
COLUMN_LINES = 4  # lines that a column of prose has at least
FILLED = 0.6  # of the width of a column that its lines take up
INDENT = 1.0  # em that the first line of a paragraph is moved in, or more
SLACK = 3.0  # em that a line may end before the margin and still be full: the next word did not fit
STEP = 1.35  # of the usual distance between lines: a wider one stands between paragraphs
LATE_SLACK = 0.3  # of the width that a line in mid-sentence may end before the margin, where first lines are moved in
SAME_TYPE = 0.4  # by which the heights of lines of one type differ at most: boxes of few characters are higher

_FIGURE = re.compile(r"\d(?:[\d.,\uff0c]*\d)?[%\u2030]?")
_FIGURE_ENDS = re.compile(r"[\d.,%\u2030]")
_LABEL = re.compile(r"[^\s]{0,4}[.\u3001\uff0e)\uff09]|[\u2022\u25cf\u25a0\u25c6]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text on a picture: its words, where it stands once the picture is straight (left, top, right, bottom in
    pixels), and how sure its characters are, 0 to 1: their mean, or the least of a figure in it where that is less.

    What stands far apart on one line, as the cells of a table's row do, is separated by tabs; `cells` are these parts.
    """

    text: str
    box: Box
    score: float
    cells: tuple[Line, ...] = ()

    @property
    def size(self) -> float:
        """The size of the type: an em."""
        return TYPE_HEIGHT * max(1.0, self.box[3] - self.box[1])


def available() -> bool:
    """Is text recognition installed?"""
    return all(find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


@lru_cache(maxsize=1)
def trouble() -> str:
    """Why text recognition does not start though it is installed, and what to do; "" where it does."""
    try:
        _engine()
    except MemoryError:
        raise
    except Exception as error:  # of libraries that are there in part, or not for this system
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:120]
        return Message("text recognition does not start ({reason}): install hreport[ocr] anew", reason=reason)
    return ""


def recognise(image: Picture) -> list[Line]:
    """The lines of a picture in reading order."""
    import numpy as np

    image, scale = _within_bounds(image)
    pieces = _pieces(image)
    if pieces and sum(piece.sideways for piece in pieces) > len(pieces) / 2:
        left, right = (np.rot90(image, turns) for turns in (1, 3))
        pieces = max((_pieces(np.ascontiguousarray(turned)) for turned in (left, right)), key=_certainty)
    elif pieces and _certainty(pieces) < WEAK:
        pieces = max((pieces, _pieces(np.ascontiguousarray(np.rot90(image, 2)))), key=_certainty)
    lines = [_line(row) for column in _columns(_straight(pieces)) for row in _rows(column)]
    return [_scaled(line, 1 / scale) for line in lines]


def _within_bounds(image: Picture) -> tuple[Picture, float]:
    """The picture with no more pixels than it takes, and by how much it was made smaller."""
    import numpy as np
    from PIL import Image

    height, width = image.shape[:2]
    scale = min(1.0, math.sqrt(MOST_PIXELS / (height * width)))
    if height > TALL * width:
        scale = min(scale, STRIP_WIDTH / width)
    else:
        scale = min(scale, LONGEST_SIDE / max(height, width), math.sqrt(LARGEST_PART / (height * width)))
    if scale == 1.0:
        return image, scale
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BICUBIC)), scale


def _scaled(line: Line, factor: float) -> Line:
    left, top, right, bottom = line.box
    box = (left * factor, top * factor, right * factor, bottom * factor)
    return Line(line.text, box, line.score, tuple(_scaled(cell, factor) for cell in line.cells))


# --- the engine ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _engine() -> Any:
    # From 1.29 on onnxruntime reports what it does to its makers, unless this is set before it is imported.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime
    import rapidocr

    onnxruntime.disable_telemetry_events()  # on Windows

    # Paths of its own models, so that nothing is ever looked up in the net.
    models = Path(rapidocr.__file__).parent / "models"
    paths = {part: next(iter(sorted(models.glob(f"*_{part.lower()}_*.onnx"))), None) for part in ("Det", "Rec", "Cls")}
    return rapidocr.RapidOCR(
        params={
            **{f"{part}.model_path": str(path) for part, path in paths.items() if path},
            "Global.log_level": "critical",
            "Global.max_side_len": LONGEST_SIDE,
            "Global.text_score": 0.0,  # nothing is left out: what is not certain has a low score
            "Global.use_cls": False,  # it turns lines about one by one, which makes 96 of 96 and 6 of 9
            "Det.limit_side_len": 480,  # smaller pictures are made larger: with more than this they read no better
            "Rec.rec_batch_num": 1,  # several at once need more memory, and are no faster
            # As many processes read as there are processors: more threads slow each other down.
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    """What the engine found in one place; `slope` is how far it falls on its way to the right."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    slope: float
    score: float
    sideways: bool = False

    @property
    def height(self) -> float:
        return max(1.0, self.bottom - self.top)

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def size(self) -> float:
        """The size of the type: an em."""
        return TYPE_HEIGHT * self.height


def _pieces(image: Picture) -> list[_Piece]:
    return [piece for strip, offset in _strips(image) for piece in _found(strip, offset)]


def _strips(image: Picture) -> Iterator[tuple[Picture, int]]:
    """A tall picture in parts, cut where a row of pixels is emptiest."""
    height, width = image.shape[:2]
    if height <= TALL * width:
        yield image, 0
        return
    most = min(LONGEST_SIDE, max(round(1.5 * width), 1_000))
    start = 0
    while height - start > most:
        first = start + most * 3 // 4
        spread = image[first : start + most].std(axis=(1, 2))
        # The middle of the widest gap between lines would be best; the last of the emptiest rows is good enough.
        end = first + int((spread <= spread.min() + 1.0).nonzero()[0][-1]) + 1
        yield image[start:end], start
        start = end
    yield image[start:], start


def _found(image: Picture, offset: int) -> Iterator[_Piece]:
    import numpy as np

    found = _engine()(np.ascontiguousarray(image[:, :, ::-1]), return_word_box=True, return_single_char_box=True)
    if not found.txts or found.boxes is None:
        return
    characters = iter(found.word_results or ())
    known = next(characters, None)
    for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
        scores: list[float] = []
        words = "".join(text.split())
        if known and "".join(character for character, _, _ in known) == words:
            scores = [float(value) for _, value, _ in known]
            known = next(characters, None)
        if not words:
            continue
        xs, ys = [float(x) for x, _ in corners], [float(y) + offset for _, y in corners]
        wide, high = math.dist(corners[0], corners[1]), math.dist(corners[1], corners[2])
        slope = (ys[1] - ys[0]) / (xs[1] - xs[0]) if xs[1] > xs[0] else 0.0
        middle_x, middle_y = fmean(xs), fmean(ys)
        yield _Piece(
            "\u3000".join(text.split("\t")).strip(),
            middle_x - wide / 2,
            middle_y - high / 2,
            middle_x + wide / 2,
            middle_y + high / 2,
            slope if wide > 3 * high else math.nan,
            min(float(score), _least(text, words, scores)),
            high > SIDEWAYS * wide and len(words) > 1,
        )


def _least(text: str, words: str, scores: Sequence[float]) -> float:
    """How sure the least certain character of a figure is; 1 where there is no figure."""
    figures = [match.span() for match in _FIGURE.finditer(words)] if scores else []
    if figures and words != text:
        return min(scores)  # with spaces in it the scores do not stand beside their characters
    return min((min(scores[start:end]) for start, end in figures), default=1.0)


def _certainty(pieces: Sequence[_Piece]) -> float:
    characters = sum(len(piece.text) for piece in pieces)
    return sum(piece.score * len(piece.text) for piece in pieces) / max(1, characters)


# --- the order of reading --------------------------------------------------------------------------------------------


def _straight(pieces: Sequence[_Piece]) -> list[_Piece]:
    """The pieces as they would stand if the paper lay straight."""
    slopes = [piece.slope for piece in pieces if abs(piece.slope) < MOST_SKEW]
    slope = median(slopes) if slopes else 0.0
    moved = []
    for piece in pieces:
        x, y = (piece.left + piece.right) / 2, piece.middle
        across, down = slope * y, -slope * x
        moved.append(
            _Piece(
                piece.text,
                piece.left + across,
                piece.top + down,
                piece.right + across,
                piece.bottom + down,
                0.0,
                piece.score,
            )
        )
    return moved


def _columns(pieces: list[_Piece]) -> Iterator[list[_Piece]]:
    """The parts of a page in reading order: where prose stands in two columns, what is above them, then each."""
    if not pieces:
        return
    left, right = min(piece.left for piece in pieces), max(piece.right for piece in pieces)
    steps = [left + (right - left) * share / 100 for share in range(35, 66)]
    gutter = min(steps, key=lambda x: (sum(p.left < x < p.right for p in pieces), abs(x - (left + right) / 2)))
    crossing = sorted((p for p in pieces if p.left < gutter < p.right), key=lambda piece: piece.middle)
    edges = [-math.inf, *(piece.middle for piece in crossing), math.inf]
    together: list[_Piece] = []
    for n, (above, below) in enumerate(pairwise(edges)):
        beside = [p for p in pieces if above <= p.middle < below and not p.left < gutter < p.right]
        parts = [p for p in beside if p.right <= gutter], [p for p in beside if p.left >= gutter]
        if all(_is_prose(part) for part in parts):
            yield together
            yield from parts
            together = []
        else:
            together += beside
        together += crossing[n : n + 1]
    yield together


def _is_prose(pieces: Sequence[_Piece]) -> bool:
    """Are these the lines of a column, and not the cells of a table?"""
    if len(pieces) < COLUMN_LINES:
        return False
    width = max(piece.right for piece in pieces) - min(piece.left for piece in pieces)
    usual = median(piece.width for piece in pieces)
    return usual > FILLED * width and usual > LONG_PIECE * median(piece.size for piece in pieces)


def _rows(pieces: list[_Piece]) -> Iterator[list[_Piece]]:
    """What stands on one line, line by line, from left to right."""
    row: list[_Piece] = []
    for piece in sorted(pieces, key=lambda piece: piece.middle):
        if row:
            low = median(other.middle for other in row)
            height = min(median(other.height for other in row), piece.height)
            if piece.middle - low > 0.5 * height or any(_overlap(piece, other) > 0.5 for other in row):
                yield sorted(row, key=lambda piece: piece.left)
                row = []
        row.append(piece)
    if row:
        yield sorted(row, key=lambda piece: piece.left)


def _overlap(piece: _Piece, other: _Piece) -> float:
    """The share of the narrower of the two that stands above or below the other."""
    both = min(piece.right, other.right) - max(piece.left, other.left)
    return both / max(1.0, min(piece.width, other.width))


def _line(row: Sequence[_Piece]) -> Line:
    """One line of the pieces that stand on it: what stands close together is one word, or else a cell."""
    cells: list[list[_Piece]] = []
    for piece in row:
        before = cells[-1][-1] if cells else None
        figures = before and piece.text[:1].isdigit() and _FIGURE_ENDS.match(before.text[-1:])
        if before is None or figures or piece.left - before.right > GAP * min(before.size, piece.size):
            cells.append([])
        cells[-1].append(piece)
    parts = tuple(_word(cell) for cell in cells)
    if len(parts) == 1:
        return parts[0]
    label = len(parts) == 2 and _LABEL.fullmatch(parts[0].text)
    text = (" " if label else "\t").join(part.text for part in parts)  # the gap after 1. in a list is no column
    return Line(text, _around(row), min(piece.score for piece in row), () if label else parts)


def _word(pieces: Sequence[_Piece]) -> Line:
    text = ""
    for piece in pieces:
        letters = text[-1:].isascii() and text[-1:].isalnum() and piece.text[:1].isascii()
        text += f" {piece.text}" if letters else piece.text
    return Line(text, _around(pieces), min(piece.score for piece in pieces))


def _around(pieces: Sequence[_Piece]) -> Box:
    left, top = min(piece.left for piece in pieces), min(piece.top for piece in pieces)
    return left, top, max(piece.right for piece in pieces), max(piece.bottom for piece in pieces)


# --- paragraphs and tables -------------------------------------------------------------------------------------------


def items(lines: Sequence[Line], page: int) -> Iterator[Paragraph | Table]:
    """The lines of a page as paragraphs and tables.

    Rows that have not the same cells all through cannot be laid out with certainty: no figure is taken from them, for
    it might get the heading of another. They are given as furniture.
    """
    for tabular, group in groupby(lines, key=lambda line: bool(line.cells)):
        part = list(group)
        if not tabular or (len(part) == 1 and len(part[0].cells) == 2):
            yield from _paragraphs(part, lines, page)
        elif (table := _table(part, page)) is not None:
            yield table
        else:
            yield from (Paragraph(line.text, BlockKind.FURNITURE, page=page, score=_rounded(line)) for line in part)


def _table(rows: Sequence[Line], page: int) -> Table | None:
    """The table that these rows are: each cell under one heading of the first row. None where that is not so."""
    headings = rows[0].cells
    if len(rows) == 1 or any(is_figure(cell.text) for cell in headings):
        return None  # the rest of a table whose headings stand elsewhere
    full = [row.cells for row in rows if len(row.cells) == len(headings)]
    columns = [
        (min(cells[k].box[0] for cells in full), max(cells[k].box[2] for cells in full)) for k in range(len(headings))
    ]
    if any(right > left for (_, right), (left, _) in pairwise(columns)):
        return None
    cells = []
    for number, row in enumerate(rows, 1):
        places = [_under(cell, columns) for cell in row.cells]
        if None in places or len(set(places)) < len(places):
            return None
        for place, cell in zip(places, row.cells, strict=True):
            words: list[Paragraph | Table] = [Paragraph(cell.text, page=page, score=_rounded(cell))]
            cells.append(Cell(number, (place or 0) + 1, words, page=page))
    return Table(cells)


def _under(cell: Line, columns: Sequence[tuple[float, float]]) -> int | None:
    """In which of the columns the cell stands; None where it stands in several or in none."""
    found = [k for k, (left, right) in enumerate(columns) if cell.box[0] < right and cell.box[2] > left]
    return found[0] if len(found) == 1 else None


def _rounded(*lines: Line) -> float:
    return round(min(line.score for line in lines), 3)


def _paragraphs(part: Sequence[Line], around: Sequence[Line], page: int) -> Iterator[Paragraph]:
    """Lines joined to paragraphs: one that fills the width goes on in the next. `around` are all lines of the page."""
    margins = [_margins(line, around) for line in part]
    moved = sum(INDENT < (line.box[0] - left) / line.size < 4 for line, (left, _) in zip(part, margins, strict=True))
    indents = moved >= max(2, 0.05 * len(part))
    steps = [below.box[1] - above.box[1] for above, below in pairwise(part) if _same_type(above, below)]
    usual = median([step for step in steps if step > 0] or [math.inf])
    lines: list[Line] = []
    full = False
    for line, (left, right) in zip(part, margins, strict=True):
        if lines and not (full and _fits(lines[-1], line, left, STEP * usual)):
            yield _joined(lines, page)
            lines = []
        lines.append(line)
        full = _is_full(line, left, right, indents)
    if lines:
        yield _joined(lines, page)


def _joined(lines: Sequence[Line], page: int) -> Paragraph:
    text = ""
    for line in lines:
        letters = text[-1:].isascii() and text[-1:].isalpha() and line.text[:1].isascii() and line.text[:1].isalpha()
        text += f" {line.text}" if letters else line.text
    return Paragraph(text, page=page, score=_rounded(*lines))


def _same_type(above: Line, below: Line) -> bool:
    return abs(above.size - below.size) <= SAME_TYPE * above.size


def _margins(line: Line, lines: Sequence[Line]) -> tuple[float, float]:
    """Where the lines that stand above and below this one begin and end."""
    left, _, right, _ = line.box
    column = [other.box for other in lines if other.box[0] < right and other.box[2] > left and not other.cells]
    lefts, rights = sorted(box[0] for box in column), sorted(box[2] for box in column)
    # Not the very furthest: a sign or a stain may hang over the margin.
    return (lefts[len(lefts) // 10], rights[-1 - len(rights) // 10]) if column else (left, right)


def _fits(above: Line, below: Line, left: float, furthest: float) -> bool:
    """Can `below` go on with the paragraph of `above`: in the same type, not moved in, not further down than usual?"""
    if above.cells or below.cells or not _same_type(above, below):
        return False
    return below.box[0] - left <= INDENT * below.size and below.box[1] - above.box[1] <= furthest


def _is_full(line: Line, left: float, right: float, indents: bool) -> bool:
    """Does the line go to the margin, and is not the last of its paragraph by chance?"""
    ended, slack = line.text.endswith(tuple(SENTENCE_END)), right - line.box[2]
    if indents and not ended and slack < LATE_SLACK * (right - left):
        return True  # a long number did not fit
    return slack <= SLACK * line.size and (indents or not ended)
