"""Pictures: a photograph, a screenshot or a scan, read by text recognition where that is installed and asked for."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

from PIL import Image, ImageOps, TiffImagePlugin, UnidentifiedImageError

from hreport.model import BlockKind, Document, Issue
from hreport.readers import ocr
from hreport.readers.build import Builder, Source

if TYPE_CHECKING:
    from hreport.readers.ocr import Picture

FORMATS = ("PNG", "JPEG", "MPO", "BMP", "TIFF", "WEBP", "GIF")
MOST_PIXELS = 100_000_000  # A2 at 300 dots per inch, or 400 MB while it is decoded
MOST_FRAMES = 500
SMALLEST = 200  # pixels of the longer side: what is smaller is a logo or a button

RECOGNISED = "read by text recognition: check figures against the picture"
LOOSE_ROWS = "rows of a table whose columns are not certain: their words were read, but no figures were taken from them"


def read(source: Source) -> Document | Issue:
    """Read what is written on each frame of a picture, lines joined to paragraphs."""
    try:
        with warnings.catch_warnings():
            # Sizes are checked below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(source.data), formats=FORMATS) as image:
                return _read(source, image)
    except Image.DecompressionBombError:
        return _too_large(source)
    # Pillow fails in as many ways as there are ways to break a picture.
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError):
        return _damaged(source)


def _damaged(source: Source) -> Issue:
    return source.issue("damaged", "damaged picture: get the file again, it is cut short or broken")


def _too_large(source: Source) -> Issue:
    limit = MOST_PIXELS // 1_000_000
    return source.issue("too_large", f"a picture of more than {limit} million pixels: make it smaller")


def _read(source: Source, image: Image.Image) -> Document | Issue:
    # An animation is one picture; only the pages of a TIFF are pages.
    frames = min(image.n_frames, MOST_FRAMES) if isinstance(image, TiffImagePlugin.TiffImageFile) else 1
    sizes = []
    for frame in range(frames):
        image.seek(frame)
        sizes.append(image.size)
    if any(width * height > MOST_PIXELS for width, height in sizes):
        return _too_large(source)
    if max(max(size) for size in sizes) < SMALLEST:
        return source.issue("empty", "a picture too small to hold text, such as a logo: nothing to read")
    if not (source.ocr and ocr.available()):
        return source.issue("scanned", "a picture: install hreport[ocr] to have it read", pages=frames)
    builder = Builder()
    for frame in range(frames):
        image.seek(frame)
        for item in ocr.items(ocr.recognise(_pixels(image)), frame + 1):
            builder.add(item)
    if not builder.blocks:
        return source.issue("empty", "a picture without text: nothing to read")
    doubts = [source.issue("recognised", RECOGNISED, fatal=False)]
    if any(block.kind is BlockKind.FURNITURE for block in builder.blocks):
        doubts.append(source.issue("tables", LOOSE_ROWS, fatal=False))
    if frames == MOST_FRAMES:
        doubts.append(source.issue("too_large", f"only the first {MOST_FRAMES} pages were read: split it", fatal=False))
    return source.document(builder.text, builder.blocks, "image", _properties(image), doubts)


def _properties(image: Image.Image) -> dict[str, str]:
    date = image.getexif().get(0x0132)  # DateTime: 2023:04:01 12:00:00
    day, _, time = date.partition(" ") if isinstance(date, str) else ("", "", "")
    return {"created": f"{day.replace(':', '-')}T{time}"} if time else {}


def _pixels(image: Image.Image) -> Picture:
    """The picture upright, in red, green and blue, on white where it is transparent."""
    import numpy as np

    frame: Image.Image = ImageOps.exif_transpose(image)
    if frame.mode.startswith(("I", "F")):  # more than 8 bits of grey
        grey = np.asarray(frame).astype(float)
        low, high = float(grey.min()), float(grey.max())
        frame = Image.fromarray(((grey - low) * (255 / max(1.0, high - low))).astype("uint8"))
    if frame.has_transparency_data:
        frame = frame.convert("RGBA")
        frame = Image.alpha_composite(Image.new("RGBA", frame.size, "white"), frame)
    return np.array(frame.convert("RGB"))
