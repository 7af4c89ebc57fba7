"""Pictures for papers: a comparison as a png or svg file, drawn by vl_convert without a browser and without a network.

The hanzi of a png are drawn with a font of this system, which is asked for by rendering: what comes out as the box that
stands for a missing glyph is not there. In an svg text stays text, and is drawn where it is looked at.
"""

from __future__ import annotations

import io
import math
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from hreport import charts
from hreport.comparison import Comparison
from hreport.messages import Message
from hreport.record import Row, wording
from hreport.width import screen_width

MOST_ROWS, MOST_PLACES = 60, 40  # of a heat table
MOST_BARS = 60
PPI = 300  # pixels an inch that papers ask for; 72 units of a drawing are an inch
SHEET = 1191  # units: the longer side of A3, on which a larger drawing is made to fit
SMALLEST = 0.55  # of its size, where text has 6 points, which papers ask for at least
MOST_PIXELS = 40_000_000  # a larger picture has fewer of them an inch
NARROWEST, WIDEST = 44, 220  # a cell of a heat table, in units
_HANZI = 11.5  # width of a hanzi in a cell, with what parts it from the next


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing to be made: its specification with its data, and what had no room in it."""

    spec: charts.Spec
    left_out: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Font:
    """A family of fonts that draws Chinese, and the file that it was found in."""

    family: str
    path: Path


def chart_of(found: Comparison, language: str, *, one: bool, over_years: bool) -> Chart:
    """What to draw of a comparison with at least one figure.

    Of `one` indicator its bars, or its lines where it is asked for `over_years` and there are several; else the heat
    table.
    """
    if not one:
        return _heat_of(found, language)
    first = found.cells[0]
    kind = ("indicator_id", "measure", "basis", "unit")
    cells = [c for c in found.cells if all(c[n] == first[n] for n in kind)]
    left_out = []
    if others := len(found.cells) - len(cells):
        left_out.append(
            Message(
                "{count:,} figures of another measure or unit are not in the picture: --measure says which to draw",
                count=others,
            )
        )
    years = {c["year"] for c in cells}
    by_year = over_years and len(years) > 1
    subtitle = [str(first["year"] or "?")] if over_years and not by_year else []
    names = _names(cells) if over_years else {}
    records = [_record(c, names.get((c["area"], c["area_id"]), c["place"])) for c in cells]
    areas, more = _most(records, "area", MOST_BARS)
    kept = [r for r in records if r["area"] in set(areas)]
    if more:
        left_out.append(_too_many(more, MOST_BARS))
    title = first["indicator"] if language == "zh" else first["name_en"]
    title += _kind_of(first, language)
    unit = first["unit"]
    if not by_year:
        spec = charts.bars(language, unit=unit, kinds=_kinds(kept))
    elif len({r["area"] for r in kept}) > charts.FEW_AREAS:
        spec = charts.panels(language, unit=unit)
    else:
        spec = charts.lines(language, unit=unit)
    return Chart(_with_words(spec, kept, title, found.legends[language], 620, subtitle), tuple(left_out))


def _names(cells: Iterable[Row]) -> Mapping[tuple[str, str | None], str]:
    """Names of places, each its own: with its code where two places have one name."""
    places = dict.fromkeys((c["area"], c["area_id"]) for c in cells)
    counts = Counter(area for area, _ in places)
    return {(area, code): f"{area} {code}" if counts[area] > 1 and code else area for area, code in places}


def _record(cell: Row, area: str) -> Row:
    names = ("year", "number", "number_max", "low", "high", "shown", "text", "state", "status", "bound")
    return {"area": area, **{n: cell[n] for n in names}}


def _most(records: Iterable[Row], name: str, most: int) -> tuple[list[Any], int]:
    """Of what the records name, that with the most records, in its order, and how much is left out."""
    counts = Counter(r[name] for r in records)
    kept = {key for key, _ in counts.most_common(most)}  # of equally many the first
    return [key for key in counts if key in kept], len(counts) - len(kept)


def _too_many(count: int, most: int) -> Message:
    return Message(
        "{count:,} more places have no room in the picture, which shows the {most} that state most: "
        "--area says which to draw",
        count=count,
        most=most,
    )


def _kind_of(cell: Row, language: str) -> str:
    """What is stated of an indicator, where it is not how much there is."""
    words = wording()["codes"] if language == "zh" else {"measure": {}, "basis": {}}
    named = [words["basis"].get(basis, basis.replace("_", " ")) for basis in (cell["basis"] or "").split()]
    if (measure := cell["measure"]) != "level":
        named.insert(0, words["measure"].get(measure, measure.replace("_", " ")))
    return f" ({', '.join(named)})" if named else ""


def _kinds(records: Iterable[Row]) -> list[str]:
    """What of the key of a bar chart occurs."""
    present = set()
    for record in records:
        if record["status"] in ("target", "reference"):
            present.add(record["status"])
        elif record["state"] == "masked":
            present |= {"masked"} if record["low"] is not None else set()
        elif record["state"] in ("repaired", "doubt"):
            present.add("doubtful")
        elif record["state"] != "damaged":
            present.add("known")
    return [kind for kind in charts.KINDS if kind in present]


def _heat_of(found: Comparison, language: str) -> Chart:
    places, more_places = _most(found.cells, "place", MOST_PLACES)
    order = {column.name: n for n, column in enumerate(found.columns)}
    places.sort(key=lambda name: order[name])
    kept = [c for c in found.cells if c["place"] in set(places)]
    lines, more = _most(kept, "line", MOST_ROWS)
    kept = [c for c in kept if c["line"] in set(lines)]
    left_out = []
    if more:
        left_out.append(
            Message(
                "{count:,} more rows have no room in the picture, which shows the {most} that most places state: "
                "--indicator says which to draw",
                count=more,
                most=MOST_ROWS,
            )
        )
    if more_places:
        left_out.append(_too_many(more_places, MOST_PLACES))
    width = max(screen_width(c["shown"]) for c in kept) * _HANZI / 2 + 8
    cell = math.ceil(min(max(width, NARROWEST), WIDEST))
    firsts = {line: next(c for c in found.cells if c["line"] == line) for line in lines}
    spec = charts.heat(
        language,
        rows=[_row_name(firsts[line], language) for line in lines],
        columns=[_in_lines(name, cell) for name in places],
        cell=cell,
    )
    records = [
        {
            "row": lines.index(c["line"]),
            "column": places.index(c["place"]),
            # A part of a number would be another number: what is too wide is left out as a whole.
            "shown": c["shown"] if screen_width(c["shown"]) * _HANZI / 2 + 8 <= cell else "\u2026",
            "state": c["state"],
            "share": (c["rank"] - 1) / max(c["comparable"] - 1, 1) if c["rank"] else None,
        }
        for c in kept
    ]
    words = charts.words()[language]
    subtitle = [words["rank"]] if any(r["share"] is not None for r in records) else []
    chart = _with_words(spec, records, words["comparison"], found.legends[language], cell * len(places) + 220, subtitle)
    return Chart(chart, tuple(left_out))


def _row_name(cell: Row, language: str) -> str:
    name = cell["indicator"] if language == "zh" else cell["name_en"]
    words = wording()["codes"]["status"]
    status = cell["status"]
    beside = "" if status == "actual" else f" {words[status] if language == 'zh' else status}"
    unit = f" ({cell['unit']})" if cell["unit"] else ""
    return f"{_shortened(name + _kind_of(cell, language) + beside, 44)}{unit}"


def _shortened(text: str, most: int) -> str:
    """A text without its middle where it is wider than so many columns of a screen."""
    if screen_width(text) <= most:
        return text
    head, tail = text, text
    while screen_width(head) > most * 2 // 3:
        head = head[:-1]
    while screen_width(tail) > most // 3 - 1:
        tail = tail[1:]
    return f"{head}\u2026{tail}"


def _in_lines(text: str, width: float) -> list[str]:
    """The name of a place in lines that are no wider than its column, at most five."""
    columns = max(int((width - 4) / 6), 4)
    return _wrapped(_shortened(text, columns * 4), columns)


def _wrapped(text: str, columns: int) -> list[str]:
    """Lines no wider than so many columns of a screen; broken at spaces where there is one in the second half.

    >>> _wrapped("ab cdef", 5), _wrapped("一二三四", 4)
    (['ab', 'cdef'], ['一二', '三四'])
    """
    lines = [""]
    for character in text:
        if screen_width(lines[-1] + character) > columns:
            line = lines.pop()
            before, space, after = line.rpartition(" ")
            whole = not space or character == " " or screen_width(before) < columns / 3
            lines += [line, ""] if whole else [before, after]
        lines[-1] += character
    return [line.strip() for line in lines if line.strip()]


def _with_words(
    spec: charts.Spec,
    records: Sequence[Row],
    title: str,
    legend: Sequence[str],
    width: float,
    subtitle: Sequence[str] = (),
) -> charts.Spec:
    caption = [line for said in legend for line in _wrapped(said.replace("  ", "\u2002"), int(width / 5.8))]
    whole = charts.captioned(spec, title=title, subtitle=subtitle, caption=caption)
    return {**whole, "datasets": {"figures": records}}


def _drawable(part: Any) -> Any:
    """Data of a specification with texts that can be drawn: a control character ends the drawing library, and with it
    the program."""
    if isinstance(part, str):
        return "".join(c if c.isprintable() or (c.isspace() and c > "\x9f") else "\ufffd" for c in part)
    if isinstance(part, Mapping):
        return {key: _drawable(value) for key, value in part.items()}
    return [_drawable(value) for value in part] if isinstance(part, (list, tuple)) else part


def svg(chart: Chart) -> str:
    """The drawing as svg, in which text is text; the same from the same chart."""
    import vl_convert

    drawn = vl_convert.vegalite_to_svg(_drawable(chart.spec), config=charts.config(), allowed_base_urls=[])
    return _on_sheet(_fonts_once(drawn))


def _on_sheet(drawn: str) -> str:
    """The drawing no larger than a sheet, as far as its text can still be read."""

    def fitted(size: re.Match[str]) -> str:
        sides = float(size[1]), float(size[2])
        part = max(min(1.0, SHEET / max(sides)), SMALLEST)
        return f'width="{sides[0] * part:g}" height="{sides[1] * part:g}"'

    return _SIZE.sub(fitted, drawn, count=1)


_SIZE = re.compile(r'width="([\d.]+)" height="([\d.]+)"')


def _fonts_once(drawn: str) -> str:
    """The fonts said once, at the root, and that they shall draw hanzi as mainland China writes them."""
    named = re.compile(r' font-family="([^"]*)"')
    found = named.search(drawn)
    family = found[0] if found else ""
    return named.sub("", drawn).replace("<svg ", f'<svg lang="zh-Hans"{family} ', 1)


def png(drawn: str, ppi: int = PPI) -> bytes:
    """An svg drawing as png with its resolution in it, of which a very large one has less; `without_boxes` first."""
    import vl_convert

    size = _SIZE.search(drawn)
    area = float(size[1]) * float(size[2]) if size else 1.0
    fitting = min(ppi, math.floor(72 * math.sqrt(MOST_PIXELS / area)))
    made: bytes = vl_convert.svg_to_png(drawn, ppi=fitting)
    return made


def without_boxes(drawn: str) -> tuple[str, list[str]]:
    """The drawing with other signs in the place of those that no font of this system draws, and those that were lost:
    for which there is no other, so that a geta mark stands there."""
    signs: Mapping[str, str] = charts.words()["fonts"]["signs"]
    absent = sorted(_boxes(c for c in set(drawn) if ord(c) > 127))
    lost = [c for c in absent if c not in signs]
    return drawn.translate({ord(c): escape(signs.get(c, lost_sign())) for c in absent}), lost


def lost_sign() -> str:
    """What stands for a character that no font draws."""
    sign: str = charts.words()["fonts"]["signs"]["\ufffd"]
    return sign


_CELL, _ACROSS = 32, 40  # of the sheet that glyphs are looked at on, in pixels
_ABSENT = "\u0378"  # stands in no font: nothing is assigned to it


def _boxes(characters: Iterable[str]) -> set[str]:
    """Those of the characters that come out as the box of a missing glyph."""
    import vl_convert
    from PIL import Image

    wanted = [_ABSENT, *characters]
    rows = -(-len(wanted) // _ACROSS)
    spots = [(n % _ACROSS * _CELL, n // _ACROSS * _CELL) for n in range(len(wanted))]
    texts = "".join(
        f'<text x="{x + 2}" y="{y + 24}">{escape(c)}</text>' for c, (x, y) in zip(wanted, spots, strict=True)
    )
    sheet = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_ACROSS * _CELL}" height="{rows * _CELL}" '
        f'font-size="20" font-family="{escape(charts.families())}">{texts}</svg>'
    )
    image = Image.open(io.BytesIO(vl_convert.svg_to_png(sheet)))
    glyphs = [image.crop((x, y, x + _CELL, y + _CELL)).tobytes() for x, y in spots]
    return {c for c, glyph in zip(wanted[1:], glyphs[1:], strict=True) if glyph == glyphs[0]}


@lru_cache(maxsize=1)
def can_draw_chinese() -> bool:
    """Are hanzi drawn here? Fonts are looked for in the usual folders where the drawing library sees none."""
    import vl_convert

    sample = charts.words()["fonts"]["sample"]
    if not _boxes(sample):
        return True
    for folder in dict.fromkeys(font.path.parent for font in fonts()):
        vl_convert.register_font_directory(str(folder))
        if not _boxes(sample):
            return True
    return False


def why_no_chinese() -> Message:
    """What to do where no font draws Chinese."""
    if sys.platform == "win32" or sys.platform == "darwin":
        advice = Message("install the font Noto Sans SC")
    else:
        advice = Message(
            "apt install fonts-noto-cjk (Debian, Ubuntu), dnf install google-noto-sans-cjk-fonts (Fedora), "
            "or put a font such as NotoSansCJK-Regular.ttc into ~/.local/share/fonts"
        )
    return Message("no font here draws Chinese: {advice}; --svg needs none", advice=advice)


def font() -> Font | None:
    """The font that draws the hanzi of pictures: the best of those that were found."""
    found = fonts()
    known = charts.words()["fonts"]["chinese"]
    return min(found, key=lambda f: known.index(f.family) if f.family in known else len(known), default=None)


@lru_cache(maxsize=1)
def fonts() -> tuple[Font, ...]:
    """Families that draw Chinese on this system, each with a file: of fontconfig's list, else of the usual folders."""
    found: dict[str, Path] = {}
    for family, path in _listed_fonts() or _fonts_in_folders():
        found.setdefault(family, path)
    return tuple(Font(family, path) for family, path in sorted(found.items()))


def _listed_fonts() -> list[tuple[str, Path]]:
    program = shutil.which("fc-list")
    if program is None:
        return []
    arguments = [program, "--format", "%{family[0]}\t%{file}\n", ":lang=zh-cn"]
    try:
        done = subprocess.run(arguments, capture_output=True, timeout=20, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return []
    pairs = (line.partition("\t") for line in done.stdout.decode("utf-8", "replace").splitlines())
    return sorted((family, Path(path)) for family, _, path in pairs if family and path)


def _font_folders() -> Iterator[Path]:
    home, environment = Path.home(), os.environ
    if sys.platform == "win32":
        yield Path(environment.get("WINDIR", r"C:\Windows")) / "Fonts"
        yield Path(environment.get("LOCALAPPDATA", home)) / "Microsoft" / "Windows" / "Fonts"
    elif sys.platform == "darwin":
        yield from (Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts")
    else:
        data = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
        yield from (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), data / "fonts", home / ".fonts")
        yield Path("/mnt/c/Windows/Fonts")  # of the Windows that a Linux runs in


def _fonts_in_folders() -> Iterator[tuple[str, Path]]:
    for folder in _font_folders():
        for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
            if path.suffix.lower() in (".ttf", ".otf", ".ttc", ".otc"):
                yield from ((family, path) for family in _families_in(path))


def _families_in(path: Path) -> Iterator[str]:
    """The families in a file whose glyphs of two hanzi are there, and so are not one and the same box."""
    from PIL import ImageFont

    first, second = charts.words()["fonts"]["sample"][:2]
    for index in range(20):  # of a collection
        try:
            face = ImageFont.truetype(str(path), 20, index=index)
            if bytes(face.getmask(first)) == bytes(face.getmask(second)):
                return
            name: Any = face.getname()[0]
        except (OSError, ValueError):
            return
        if name:
            yield name
