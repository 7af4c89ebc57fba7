"""Pictures and text recognition: the real engine on one small picture where it is installed, else one made of boxes."""

from __future__ import annotations

import io
import os
import socket
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from texts import GRAMMAR, LEXICON

from hreport.analyse import analyse
from hreport.confidence import confidence
from hreport.model import BlockKind, Document, Issue, Observation
from hreport.readers import ocr, read, read_bytes, recognise

PICTURE = Path(__file__).parent / "pictures" / "report.png"
INSTALLED = pytest.mark.skipif(not ocr.available(), reason="text recognition is not installed: hreport[ocr]")
EM = 20  # the height of a box below; its type is 15 high


@dataclass
class Word:
    """What the engine below finds: words at a place, on paper that lies askew by `slope`."""

    text: str
    left: float
    top: float
    width: float | None = None
    scores: tuple[float, ...] | None = None

    def corners(self, slope: float) -> list[tuple[float, float]]:
        right = self.left + (self.width or 15 * len(self.text))
        places = ((self.left, self.top), (right, self.top), (right, self.top + EM), (self.left, self.top + EM))
        return [(x - slope * y, y + slope * x) for x, y in places]


def engine(words: list[Word], slope: float = 0.0) -> Callable[..., SimpleNamespace]:
    def found(image: object, **options: object) -> SimpleNamespace:
        scores = [w.scores or (0.99,) * len(w.text) for w in words]
        return SimpleNamespace(
            boxes=np.array([w.corners(slope) for w in words]) if words else None,
            txts=tuple(w.text for w in words) or None,
            scores=tuple(sum(s) / len(s) for s in scores),
            word_results=tuple(
                tuple((c, s, None) for c, s in zip(w.text, found, strict=True))
                for w, found in zip(words, scores, strict=True)
            ),
        )

    return found


@pytest.fixture
def draw(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def use(words: list[Word], slope: float = 0.0) -> None:
        monkeypatch.setattr(ocr, "_engine", lambda: engine(words, slope))
        monkeypatch.setattr(ocr, "available", lambda: True)

    return use


def blank(width: int = 800, height: int = 1000) -> np.ndarray:
    return np.full((height, width, 3), 255, np.uint8)


def picture(
    file_format: str = "PNG", size: tuple[int, int] = (800, 1000), mode: str = "RGB", **options: object
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 1 if mode == "1" else None).save(out, file_format, **options)
    return out.getvalue()


def document(data: bytes) -> Document:
    result = read_bytes(data, "scan.png", ocr=True)
    assert isinstance(result, Document), result
    return result


def issue(data: bytes, with_ocr: bool = True) -> Issue:
    result = read_bytes(data, "scan.png", ocr=with_ocr)
    assert isinstance(result, Issue), result.text
    assert result.fatal
    assert "\n" not in result.message
    return result


def blocks(found: Document) -> list[str]:
    return [found.text[b.span.start : b.span.end] for b in found.blocks]


def figures(found: Document) -> dict[str, Observation]:
    return {o.quantity.text: o for o in analyse(found, LEXICON).observations}


# --- the real engine -------------------------------------------------------------------------------------------------


@INSTALLED
def test_a_real_picture_is_read_without_the_net(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refused(*args: object, **options: object) -> None:
        raise AssertionError("text recognition went to the net")

    monkeypatch.setattr(socket.socket, "connect", refused)
    found = read(PICTURE, ocr=True)
    assert isinstance(found, Document)
    assert blocks(found)[0] == "东湖市2023年卫生健康工作总结"
    assert blocks(found)[1].replace("，", ",").endswith("住院分娩率达99.8%,新增床位1,250张,投入资金3.6亿元,增长12.5%。")
    assert [(b.page, b.kind) for b in found.blocks] == [(1, BlockKind.PARAGRAPH)] * 2
    assert all(b.score is not None and 0.4 < b.score <= 1 for b in found.blocks)
    assert [(i.code, i.fatal) for i in found.issues] == [("recognised", False)]
    assert capfd.readouterr() == ("", "")
    shown = figures(found)
    assert "recognised" in shown["1,250张"].doubts
    assert "recognised_rate" in shown["99.8%"].doubts
    # The sign for thousandths is never read as such: whatever stands there now is doubted.
    rate = next(o for o in shown.values() if o.quantity.numeral == "2.1")
    assert rate.quantity.damage or "recognised_rate" in rate.doubts


@INSTALLED
def test_nothing_is_told_to_the_makers_of_the_engine(tmp_path: Path) -> None:
    # The runtime of the models writes who it is into these folders before it sends it.
    places = {name: tmp_path / name for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME")}
    for place in places.values():
        place.mkdir()
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "ORT_DISABLE_TELEMETRY")}
    program = "import sys, pathlib; from hreport import readers; readers.read(pathlib.Path(sys.argv[1]), ocr=True)"
    command = [sys.executable, "-c", program, str(PICTURE)]
    subprocess.run(command, env={**environment, **{n: str(p) for n, p in places.items()}}, check=True, timeout=60)
    assert [path for place in places.values() for path in place.rglob("*")] == []


# --- the order of reading --------------------------------------------------------------------------------------------


def test_lines_come_from_top_to_bottom_and_rows_as_cells(draw: Callable[..., None]) -> None:
    draw([Word("宁波市", 50, 101), Word("12.5%", 250, 98), Word("标题", 300, 20), Word("99.1%", 400, 103)])
    lines = ocr.recognise(blank())
    assert [line.text for line in lines] == ["标题", "宁波市\t12.5%\t99.1%"]
    assert [cell.text for cell in lines[1].cells] == ["宁波市", "12.5%", "99.1%"]
    assert lines[1].box == (50, 98, 475, 123)


def test_figures_that_touch_are_two(draw: Callable[..., None]) -> None:
    draw([Word("7.90%", 50, 100, 75), Word("13,022", 126, 100)])
    assert ocr.recognise(blank())[0].text == "7.90%\t13,022"


def test_a_sentence_in_two_boxes_is_one(draw: Callable[..., None]) -> None:
    draw([Word("全市新增床位", 50, 100), Word("二百张。", 141, 100)])
    assert ocr.recognise(blank())[0].text == "全市新增床位二百张。"


def test_the_number_of_a_list_is_no_cell(draw: Callable[..., None]) -> None:
    draw([Word("一、", 50, 100), Word("坚持政府主导", 130, 100)])
    line = ocr.recognise(blank())[0]
    assert (line.text, line.cells) == ("一、 坚持政府主导", ())


def test_paper_that_lies_askew_is_set_straight(draw: Callable[..., None]) -> None:
    rows = [Word(text, left, 100 + 24 * n) for n in range(8) for left, text in ((50, f"某某市{n}号院"), (600, "12.5%"))]
    draw(rows, slope=0.04)  # the right end of a row lies lower than the left end of the next
    assert [line.text for line in ocr.recognise(blank())] == [f"某某市{n}号院\t12.5%" for n in range(8)]


def test_two_columns_of_prose_are_read_one_after_the_other(draw: Callable[..., None]) -> None:
    left = [Word(f"左边第{n}行的文字要有这么长才是一栏", 20, 100 + 30 * n, 340) for n in range(6)]
    right = [Word(f"右边第{n}行的文字要有这么长才是一栏", 420, 100 + 30 * n, 340) for n in range(6)]
    draw(
        [Word("一个横跨两栏的大标题在这里", 200, 30, 400), *(w for pair in zip(left, right, strict=True) for w in pair)]
    )
    lines = [line.text[:4] for line in ocr.recognise(blank())]
    assert lines == ["一个横跨", *(f"左边第{n}" for n in range(6)), *(f"右边第{n}" for n in range(6))]


def test_the_cells_of_a_table_are_no_columns_of_prose(draw: Callable[..., None]) -> None:
    draw([Word(t, x, 100 + 30 * n) for n in range(6) for x, t in ((20, "某某县"), (420, "1,250"))])
    assert [line.text for line in ocr.recognise(blank())] == ["某某县\t1,250"] * 6


def test_nothing_is_lost_wherever_it_stands(draw: Callable[..., None]) -> None:
    random = np.random.default_rng(5)
    for _ in range(30):
        places = random.integers(0, 30, (25, 3)) * 25
        draw([Word(f"第{n}处", float(x), float(y), float(w) + 40) for n, (x, y, w) in enumerate(places)])
        found = "".join(line.text for line in ocr.recognise(blank()))
        assert sorted(found.replace("\t", "").replace(" ", "")) == sorted("".join(f"第{n}处" for n in range(25)))


def test_a_line_is_as_certain_as_its_least_certain_figure(draw: Callable[..., None]) -> None:
    draw(
        [
            Word("增长12.5%左右", 50, 100, scores=(0.99,) * 4 + (0.4,) + (0.99,) * 4),
            Word("服务水平提高", 50, 140, scores=(0.99, 0.4) + (0.99,) * 4),
        ]
    )
    first, second = ocr.recognise(blank())
    assert first.score == 0.4
    assert second.score > 0.85


def test_a_page_that_lies_on_its_side_is_turned(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(image: np.ndarray, **options: object) -> SimpleNamespace:
        height, width = image.shape[:2]
        upright = width > height and image[0, 0, 0] == 0  # the black corner is top left again
        score = 0.99 if upright else 0.3
        wide, high = (200, 20) if width > height else (20, 200)
        corners = [[(50, 50), (50 + wide, 50), (50 + wide, 50 + high), (50, 50 + high)]]
        words = "工作总结" if upright else "乱码文字"
        marks = (tuple((c, score, None) for c in words),)
        return SimpleNamespace(boxes=np.array(corners, float), txts=(words,), scores=(score,), word_results=marks)

    monkeypatch.setattr(ocr, "_engine", lambda: found)
    page = blank(900, 700)
    page[0, 0] = 0
    for turns in (1, 3):
        assert [line.text for line in ocr.recognise(np.rot90(page, turns))] == ["工作总结"]
    assert [line.text for line in ocr.recognise(np.rot90(page, 2))] == ["工作总结"]


def test_a_tall_picture_is_read_in_parts_cut_between_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[np.ndarray] = []

    def found(image: np.ndarray, **options: object) -> SimpleNamespace:
        seen.append(image)
        corners = [[(10, 10), (210, 10), (210, 30), (10, 30)]]
        return SimpleNamespace(boxes=np.array(corners, float), txts=("文",), scores=(0.9,), word_results=())

    monkeypatch.setattr(ocr, "_engine", lambda: found)
    tall = blank(400, 5000)
    for top in range(0, 5000, 50):
        tall[top : top + 25, ::2] = 0  # lines of type with white between them
    lines = ocr.recognise(tall)
    assert sum(image.shape[0] for image in seen) == 5000
    assert all(image.shape[0] <= ocr.LONGEST_SIDE for image in seen)
    assert all((image[-1] == 255).all() for image in seen)  # never through a line
    tops = [line.box[1] for line in lines]
    assert tops == sorted(tops)
    assert tops[-1] > 4000


def test_a_large_picture_is_made_smaller_and_boxes_are_of_the_whole(draw: Callable[..., None]) -> None:
    draw([Word("工作总结", 100, 100)])
    line = ocr.recognise(blank(4_000, 3_000))[0]
    assert line.box[0] == pytest.approx(200)


# --- paragraphs and tables -------------------------------------------------------------------------------------------

FULL = "全市医疗卫生机构总数增加到一千二百家床位数和人员数都有所增长"  # 30 characters


def test_lines_are_joined_to_paragraphs(draw: Callable[..., None]) -> None:
    draw(
        [
            Word("卫生健康工作总结", 300, 20),
            Word(FULL[:28], 80, 100),
            Word(FULL, 50, 130),
            Word("涵。", 50, 160),
            Word("二是" + FULL[:26], 80, 190),
            Word("新增床位5张。", 50, 220),
        ]
    )
    found = document(picture())
    assert blocks(found) == ["卫生健康工作总结", FULL[:28] + FULL + "涵。", "二是" + FULL[:26] + "新增床位5张。"]
    assert found.format == "image"


def test_rows_alike_are_a_table_with_headings(draw: Callable[..., None]) -> None:
    rows = [
        ("地区", "床位数(张)", "参合率(%)"),
        ("宁波市", "1,250", "98.5"),
        ("湖州市", "", "90.2"),
        ("温州市", "960", "97.1"),
    ]
    words = [Word(t, 50 + 250 * c, 100 + 30 * r) for r, row in enumerate(rows) for c, t in enumerate(row) if t]
    words[-1].scores = (0.99, 0.5, 0.99, 0.99)
    draw(words)
    found = document(picture())
    cell = found.blocks[-2]
    assert (cell.kind, cell.row_heading, cell.column_heading) == (BlockKind.CELL, "温州市", "床位数(张)")
    assert found.blocks[-1].score == 0.5
    assert [b.column_heading for b in found.blocks if b.row_heading == "湖州市"] == ["参合率(%)"]
    shown = figures(found)
    assert shown["960"].doubts == ("recognised",)
    assert {"low_score", "recognised_rate"} <= set(shown["97.1"].doubts)


@pytest.mark.parametrize(
    "rows",
    [
        [
            ("地区", "2022年", "2023年"),
            ("床位数", "参合率", "床位数", "参合率"),
            ("宁波市", "1,250", "98.5%", "960", "97%"),
        ],
        [("宁波市", "1,250", "98.5%"), ("温州市", "960", "97.1%")],  # its headings stand on another page
        [("地区", "床位数"), ("宁波市", "960", "98.5%")],
    ],
)
def test_no_figure_is_taken_from_rows_that_cannot_be_laid_out(
    draw: Callable[..., None], rows: list[tuple[str, ...]]
) -> None:
    draw([Word(t, 50 + 150 * c, 100 + 30 * r) for r, row in enumerate(rows) for c, t in enumerate(row)])
    found = document(picture())
    assert found.text == "\n".join("\t".join(row) for row in rows)
    assert not figures(found)
    assert [i.code for i in found.issues] == ["recognised", "tables"]


# --- pictures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file_format", "mode"),
    [("PNG", "RGBA"), ("PNG", "1"), ("PNG", "I;16"), ("PNG", "P"), ("JPEG", "L"), ("JPEG", "CMYK"), ("BMP", "RGB"),
     ("TIFF", "RGB"), ("WEBP", "RGB"), ("GIF", "P")],
)  # fmt: skip
def test_pictures_of_all_kinds_are_known_and_read(draw: Callable[..., None], file_format: str, mode: str) -> None:
    data = picture(file_format, mode=mode)
    assert recognise(data) == "image"
    draw([Word("工作总结", 50, 100)])
    assert document(data).text == "工作总结"


def test_a_text_that_begins_with_bm_is_no_picture() -> None:
    assert recognise("BMI指数达到24,全市居民体质监测合格率为92.4%。".encode()) == "txt"


def test_a_picture_says_how_many_pages_could_be_read() -> None:
    pages = picture("TIFF", save_all=True, append_images=[Image.new("L", (600, 800)) for _ in range(2)])
    found = issue(pages, with_ocr=False)
    assert (found.code, found.pages) == ("scanned", 3)
    assert "hreport[ocr]" in found.message
    animated = picture("GIF", mode="L", save_all=True, append_images=[Image.new("L", (800, 1000), 90)])
    assert issue(animated, with_ocr=False).pages == 1


def test_each_page_of_a_tiff_is_read(draw: Callable[..., None]) -> None:
    draw([Word("工作总结", 50, 100)])
    found = document(picture("TIFF", save_all=True, append_images=[Image.new("L", (600, 800))]))
    assert [(b.page, b.score) for b in found.blocks] == [(1, 0.99), (2, 0.99)]


def test_without_the_extra_a_picture_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "find_spec", lambda name: None)
    assert not ocr.available()
    assert issue(picture()).code == "scanned"


def test_logos_and_pictures_without_text_are_empty(draw: Callable[..., None]) -> None:
    draw([])
    assert issue(picture(size=(120, 60))).code == "empty"
    assert issue(picture()).code == "empty"


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "BMP", "TIFF", "WEBP", "GIF"])
def test_a_broken_picture_is_an_issue(draw: Callable[..., None], file_format: str) -> None:
    draw([Word("工作总结", 50, 100)])
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (300, 300), np.uint8))
    out = io.BytesIO()
    noise.save(out, file_format)
    data = out.getvalue()
    for length in (30, len(data) // 3, len(data) * 2 // 3):
        result = read_bytes(data[:length], "scan.png", ocr=True)
        # A GIF or JPEG that was cut may still be decoded in part; it never fails otherwise.
        assert isinstance(result, Document) or result.code in ("damaged", "binary", "encoding"), result


def test_the_size_is_looked_at_before_a_picture_is_unpacked(draw: Callable[..., None]) -> None:
    draw([])

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    for width, height in ((12_000, 12_000), (60_000, 60_000), (300, 90_000)):
        header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(10_000))) + chunk(b"IEND", b"")
        assert issue(bomb).code == "too_large"


def test_a_photograph_is_read_upright(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, ...]] = []
    monkeypatch.setattr(ocr, "available", lambda: True)
    monkeypatch.setattr(ocr, "recognise", lambda image: seen.append(image.shape) or [])
    exif = Image.Exif()
    exif[0x0112] = 6
    issue(picture("JPEG", size=(400, 300), exif=exif))
    assert seen == [(400, 300, 3)]


# --- doubts ----------------------------------------------------------------------------------------------------------


def test_a_rate_that_was_recognised_is_never_certain() -> None:
    weights = GRAMMAR.tables["confidence"]
    best = [name for name, w in weights.items() if w.weight > 0 and name != "base"]
    assert confidence(best, weights.values()) > 0.95
    assert confidence([*best, "recognised", "recognised_rate"], weights.values()) < 0.9


def test_weights_that_were_set_by_hand_are_those_of_recognition() -> None:
    weights = GRAMMAR.tables["confidence"]
    by_hand = {name for name, w in weights.items() if not w.seen}
    assert by_hand == {"recognised", "low_score", "recognised_rate"}


@pytest.mark.parametrize("sign", ["%0", "%o", "%O"])
def test_a_sign_for_thousandths_read_as_two_is_flagged(draw: Callable[..., None], sign: str) -> None:
    draw([Word(f"2023年全市婴儿死亡率为3.2{sign},比上年下降。", 50, 100)])
    shown = figures(document(picture()))[f"3.2{sign}"]
    assert (shown.quantity.unit, shown.quantity.damage, str(shown.quantity.repaired)) == ("‰", "split", "3.2")
    assert (shown.indicator_id, shown.confidence is not None and shown.confidence < 0.9) == ("infant_mortality", True)


def test_texts_that_were_not_recognised_have_no_such_doubt() -> None:
    found = read_bytes("2023年全市婴儿死亡率为3.2‰,参保率达98.5%。".encode(), "a.txt")
    assert isinstance(found, Document)
    doubts = {d for o in analyse(found, LEXICON).observations for d in o.doubts}
    assert not doubts & {"recognised", "low_score", "recognised_rate"}
