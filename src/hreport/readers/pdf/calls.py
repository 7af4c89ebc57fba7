"""Functions of pdfium that are called for each object of a page or for each line, declared so that a call costs half.

pypdfium2's own declarations make a Python object of each pointer and let go of the interpreter's lock around each call;
these take addresses and keep the lock. Everything else goes through pypdfium2 itself.
"""

from __future__ import annotations

import ctypes
from ctypes import c_double, c_float, c_int, c_uint, c_void_p
from typing import Any

import pypdfium2.raw as pdfium


def address(pointer: Any) -> int:
    """The address that a pointer of pypdfium2 holds."""
    return ctypes.cast(pointer, c_void_p).value or 0


def _function(name: str, result: Any, *arguments: Any) -> Any:
    return ctypes.PYFUNCTYPE(result, *arguments)(address(getattr(pdfium, name)))


count_characters = _function("FPDFText_CountChars", c_int, c_void_p)
count_stretches = _function("FPDFText_CountRects", c_int, c_void_p, c_int, c_int)
text = _function("FPDFText_GetText", c_int, c_void_p, c_int, c_int, c_void_p)
unicode = _function("FPDFText_GetUnicode", c_uint, c_void_p, c_int)
is_made = _function("FPDFText_IsGenerated", c_int, c_void_p, c_int)
is_hyphen = _function("FPDFText_IsHyphen", c_int, c_void_p, c_int)
font_size = _function("FPDFText_GetFontSize", c_double, c_void_p, c_int)
angle = _function("FPDFText_GetCharAngle", c_float, c_void_p, c_int)
loose_box = _function("FPDFText_GetLooseCharBox", c_int, c_void_p, c_int, c_void_p)

count_objects = _function("FPDFPage_CountObjects", c_int, c_void_p)
page_object = _function("FPDFPage_GetObject", c_void_p, c_void_p, c_int)
count_form_objects = _function("FPDFFormObj_CountObjects", c_int, c_void_p)
form_object = _function("FPDFFormObj_GetObject", c_void_p, c_void_p, c_uint)
object_type = _function("FPDFPageObj_GetType", c_int, c_void_p)
object_bounds = _function("FPDFPageObj_GetBounds", c_int, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
object_matrix = _function("FPDFPageObj_GetMatrix", c_int, c_void_p, c_void_p)
has_transparency = _function("FPDFPageObj_HasTransparency", c_int, c_void_p)
object_text = _function("FPDFTextObj_GetText", c_uint, c_void_p, c_void_p, c_void_p, c_uint)
render_mode = _function("FPDFTextObj_GetTextRenderMode", c_int, c_void_p)

draw_mode = _function("FPDFPath_GetDrawMode", c_int, c_void_p, c_void_p, c_void_p)
count_segments = _function("FPDFPath_CountSegments", c_int, c_void_p)
path_segment = _function("FPDFPath_GetPathSegment", c_void_p, c_void_p, c_int)
segment_type = _function("FPDFPathSegment_GetType", c_int, c_void_p)
segment_point = _function("FPDFPathSegment_GetPoint", c_int, c_void_p, c_void_p, c_void_p)
segment_closes = _function("FPDFPathSegment_GetClose", c_int, c_void_p)
