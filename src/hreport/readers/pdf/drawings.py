"""What is drawn on a page besides its text: straight rules, among them those of tables, and pictures."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import repeat
from typing import TypeAlias

import pypdfium2
import pypdfium2.raw as pdfium

from hreport.readers.pdf import calls
from hreport.readers.pdf.lines import Characters

Rule: TypeAlias = tuple[float, float, float, float]  # from x, y to x, y
# a, b, c, d, e, f: x becomes a * x + c * y + e, y becomes b * x + d * y + f
Matrix: TypeAlias = tuple[float, float, float, float, float, float]

MOST_OBJECTS = 200_000  # of one page that are looked at
MOST_AT_END = 12  # objects at the end of a page that are looked at one by one
MOST_PATHS = 5_000
MANY_PATHS = 50
MOST_SEGMENTS = 50_000
DEEPEST = 4
MOST_TEXTS = 20  # that are asked whether they can be seen
STRAIGHT = 0.5  # points that a rule may lean
SHORTEST = 1.0
FAR = 1e6
PICTURE_SHARE = 0.4  # of the page that is covered where it is a picture

_TEXT, _PATH, _IMAGE, _FORM = (
    pdfium.FPDF_PAGEOBJ_TEXT,
    pdfium.FPDF_PAGEOBJ_PATH,
    pdfium.FPDF_PAGEOBJ_IMAGE,
    pdfium.FPDF_PAGEOBJ_FORM,
)
_MOVE, _LINE = pdfium.FPDF_SEGMENT_MOVETO, pdfium.FPDF_SEGMENT_LINETO
_INVISIBLE = pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
_AS_IT_IS: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(slots=True)
class Drawings:
    """The `rules` stand in the page's own space. `is_picture`: pictures cover the page, `hides_text`: and its text is
    not to be seen. `is_outlined`: so many paths that they may be words, drawn as outlines. `is_map`: there were too
    many to look at, so that it has no rules. `objects`: how many objects there are, text among them."""

    rules: list[Rule] = field(default_factory=list)
    is_picture: bool = False
    hides_text: bool = False
    is_outlined: bool = False
    is_map: bool = False
    objects: int = 0


def look(page: pypdfium2.PdfPage, characters: Characters, *, has_forms: bool = True) -> Drawings:
    """Find what is drawn on a page with these characters; `has_forms`: may some of it be drawn by forms?"""
    address = calls.address(page.raw)
    objects = calls.count_objects(address)
    # Many pages hold nothing but text: no need to look at each piece of it, which takes a fifth of the time.
    if not has_forms and _is_all_text(address, objects, characters):
        return Drawings(objects=objects)
    width, height = page.get_size()
    walk = _Walk(width * height)
    walk.over(address, calls.count_objects, calls.page_object, _AS_IT_IS, 0)
    return walk.found(objects)


def _is_all_text(page: int, objects: int, characters: Characters) -> bool:
    """Can it be told from the characters that all objects of a page without forms are text?

    Spaces that no character was made of are searched for at the end, where footers are drawn.
    """
    others = objects - characters.objects()
    if others > MOST_AT_END:
        return False
    for index in reversed(range(max(0, objects - MOST_AT_END), objects)):
        if others <= 0:
            break
        thing = calls.page_object(page, index)
        if calls.object_type(thing) != _TEXT:
            break
        others -= characters.lacks(thing)
    return others <= 0


class _Walk:
    """A look at the objects of a page, one after the other, and at those of the forms on it."""

    def __init__(self, area: float) -> None:
        self.area = area
        self.rules: list[Rule] = []
        self.covered = 0.0
        self.texts: list[int] = []
        self.painted_over = 0
        self.objects = self.paths = self.segments = 0
        self.numbers = array("f", bytes(24))
        self.places = [self.numbers.buffer_info()[0] + 4 * n for n in range(6)]

    def found(self, objects: int) -> Drawings:
        is_picture = self.covered > PICTURE_SHARE * self.area
        unseen = [n < self.painted_over or calls.render_mode(text) == _INVISIBLE for n, text in enumerate(self.texts)]
        return Drawings(
            [] if self.is_map() else self.rules,
            is_picture,
            hides_text=is_picture and sum(unseen) > len(unseen) / 2,
            is_outlined=self.paths > MANY_PATHS,
            is_map=self.is_map(),
            objects=max(objects, self.objects, self.segments),
        )

    def is_map(self) -> bool:
        return self.paths > MOST_PATHS or self.segments > MOST_SEGMENTS

    def over(
        self, holder: int, count: Callable[[int], int], get: Callable[[int, int], int], matrix: Matrix, depth: int
    ) -> None:
        number = min(max(0, count(holder)), MOST_OBJECTS - self.objects)
        self.objects += number
        kinds = bytes(map(calls.object_type, map(get, repeat(holder), range(number))))
        if kinds.count(_TEXT) == number:
            return
        for index, kind in enumerate(kinds):
            if kind == _PATH:
                self._path(get(holder, index), matrix)
            elif kind == _IMAGE:
                self._image(get(holder, index), matrix)
            elif kind == _TEXT and len(self.texts) < MOST_TEXTS:
                self.texts.append(get(holder, index))
            elif kind == _FORM and depth < DEEPEST:
                form = get(holder, index)
                self.over(form, calls.count_form_objects, calls.form_object, self._matrix(form, matrix), depth + 1)

    def _matrix(self, thing: int, outer: Matrix) -> Matrix:
        if not calls.object_matrix(thing, self.places[0]):
            return outer
        a, b, c, d, e, f = self.numbers
        if outer is _AS_IT_IS:
            return a, b, c, d, e, f
        x, y = _moved(e, f, outer)
        p, q, r, s, _, _ = outer
        return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, x, y

    def _image(self, image: int, matrix: Matrix) -> None:
        if not calls.object_bounds(image, *self.places[:4]):
            return
        left, bottom, right, top = self.numbers[:4]
        x0, y0 = _moved(left, bottom, matrix)
        x1, y1 = _moved(right, top, matrix)
        # Scans cover the page, sometimes in stripes; emblems do not.
        covered = abs(x1 - x0) * abs(y1 - y0)
        self.covered += covered
        if covered > 2 * PICTURE_SHARE * self.area and not calls.has_transparency(image):
            self.painted_over = len(self.texts)

    def _path(self, path: int, outer: Matrix) -> None:
        self.paths += 1
        number = calls.count_segments(path)
        self.segments += max(0, number)
        if self.is_map() or not self._is_painted(path):
            return
        matrix = self._matrix(path, outer)
        x_place, y_place = self.places[:2]
        begin = before = (0.0, 0.0)
        for index in range(number):
            segment = calls.path_segment(path, index)
            if not calls.segment_point(segment, x_place, y_place):
                continue
            point = _moved(self.numbers[0], self.numbers[1], matrix)
            kind = calls.segment_type(segment)
            if kind == _MOVE:
                begin = point
            elif kind == _LINE:
                self._rule(before, point)
            if calls.segment_closes(segment):
                self._rule(point, begin)
            before = point

    def _is_painted(self, path: int) -> bool:
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        calls.draw_mode(path, ctypes.addressof(fill), ctypes.addressof(stroke))
        return bool(fill.value or stroke.value)

    def _rule(self, begin: tuple[float, float], end: tuple[float, float]) -> None:
        wide, high = abs(end[0] - begin[0]), abs(end[1] - begin[1])
        # Also false of what is not a number.
        if min(wide, high) < STRAIGHT and SHORTEST <= max(wide, high) < FAR and abs(begin[0] + begin[1]) < FAR:
            self.rules.append((*begin, *end))


def _moved(x: float, y: float, matrix: Matrix) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
