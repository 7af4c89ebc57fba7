"""Pictures: a photograph, a screenshot or a scan, read by text recognition where that is installed and asked for."""

from __future__ import annotations

import io
import math
import struct
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from PIL import Image, TiffImagePlugin, UnidentifiedImageError

from hreport.messages import Message
from hreport.model import BlockKind, Document, Issue
from hreport.readers import ocr
from hreport.readers.build import LOOSE_ROWS, Builder, Source

if TYPE_CHECKING:
    from hreport.readers.ocr import Picture

FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "WEBP", "GIF")
MOST_PIXELS = 100_000_000  # A2 at 300 dots per inch, or 400 MB while it is decoded
LONGEST_SIDE = 65_535  # pixels, as in a JPEG: a strip as tall as that takes minutes
MOST_FRAMES = 500
SMALLEST = 200  # pixels of the longer side: what is smaller is a logo or a button

ORIENTATION, DATE = 0x0112, 0x0132  # tags of EXIF
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

RECOGNISED = Message("read by text recognition: check figures against the picture")


# Pillow fails in as many ways as there are ways to break a picture.
BROKEN = (
    UnidentifiedImageError,
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    struct.error,
)


def read(source: Source) -> Document | Issue:
    """Read what is written on each frame of a picture, lines joined to paragraphs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # sizes are looked at below, and what is broken becomes an issue
        return _read(source)


def _read(source: Source) -> Document | Issue:
    try:
        image = Image.open(io.BytesIO(source.data), formats=FORMATS)
        sizes = list(_sizes(image))
    except Image.DecompressionBombError:
        return _too_large(source)
    except BROKEN:
        return _damaged(source)
    if any(width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE for width, height in sizes):
        return _too_large(source)
    if max(max(size) for size in sizes) < SMALLEST:
        return source.issue("empty", Message("a picture too small to hold text, such as a logo: nothing to read"))
    if not (source.ocr and ocr.available()):
        return source.issue("scanned", Message("a picture: install hreport[ocr] to have it read"), pages=len(sizes))
    if trouble := ocr.trouble():
        return source.issue("scanned", Message("a picture: {trouble}", trouble=trouble))
    return _recognised(source, image, len(sizes))


def _damaged(source: Source) -> Issue:
    return source.issue("damaged", Message("damaged picture: get the file again, it is cut short or broken"))


def _too_large(source: Source) -> Issue:
    limit = Message(
        "{pixels} million pixels, or {side:,} on one side", pixels=MOST_PIXELS // 1_000_000, side=LONGEST_SIDE
    )
    return source.issue("too_large", Message("a picture of more than {limit}: make it smaller", limit=limit))


def _sizes(image: Image.Image) -> Iterator[tuple[int, int]]:
    """The size of each page. Only a TIFF has pages: an animation is one picture."""
    pages = min(image.n_frames, MOST_FRAMES) if isinstance(image, TiffImagePlugin.TiffImageFile) else 1
    for page in range(pages):
        image.seek(page)
        yield image.size


def _recognised(source: Source, image: Image.Image, frames: int) -> Document | Issue:
    builder = Builder()
    broken = 0
    for frame in range(frames):
        try:
            image.seek(frame)
            pixels = _pixels(image)
        except BROKEN:
            broken += 1
            continue
        for item in ocr.items(ocr.recognise(pixels), frame + 1):
            builder.add(item)
    if broken == frames:
        return _damaged(source)
    if not builder.blocks:
        return source.issue("empty", Message("a picture without text: nothing to read"))
    doubts = [("recognised", RECOGNISED)]
    if any(block.kind is BlockKind.FURNITURE for block in builder.blocks):
        doubts.append(("tables", LOOSE_ROWS))
    if broken:
        doubts.append(
            (
                "damaged",
                Message("{broken} of {frames} pages cannot be read: get the file again", broken=broken, frames=frames),
            )
        )
    if frames == MOST_FRAMES:
        doubts.append(("too_large", Message("only the first {limit} pages were read: split it", limit=MOST_FRAMES)))
    issues = [source.issue(code, message, fatal=False) for code, message in doubts]
    return source.document(builder.text, builder.blocks, "image", _properties(image), issues)


def _properties(image: Image.Image) -> dict[str, str]:
    date = image.getexif().get(DATE)  # 2023:04:01 12:00:00
    day, _, time = date.partition(" ") if isinstance(date, str) else ("", "", "")
    return {"created": f"{day.replace(':', '-')}T{time}"} if time else {}


def _pixels(image: Image.Image) -> Picture:
    """The picture upright, in red, green and blue, on white where it is transparent, no larger than it need be."""
    import numpy as np

    shrink = math.ceil(math.sqrt(image.width * image.height / ocr.MOST_PIXELS))
    if image.mode.startswith(("I", "F")):  # more than 8 bits of grey
        grey = np.asarray(image)[::shrink, ::shrink].astype(np.float32)
        low, high = float(grey.min()), float(grey.max())
        frame: Image.Image = Image.fromarray(((grey - low) * (255 / max(1.0, high - low))).astype(np.uint8))
    else:
        frame = image
        if image.mode not in ("L", "RGB", "CMYK") or image.has_transparency_data:
            frame = image.convert("RGBA" if image.has_transparency_data else "L" if image.mode == "1" else "RGB")
        frame = frame.reduce(shrink) if shrink > 1 else frame
    if frame.mode == "RGBA":
        frame = Image.alpha_composite(Image.new("RGBA", frame.size, "white"), frame)
    if turn := TURNS.get(image.getexif().get(ORIENTATION, 1)):
        frame = frame.transpose(turn)
    return np.array(frame.convert("RGB"))
