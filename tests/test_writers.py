"""Every output, read back by somebody else's reader."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from openpyxl.utils.escape import unescape

from hreport.record import EXTRACT, ISSUES, MASKS, Cell, Column, encodable, guarded, headed, unguarded, wording
from hreport.writers import WRITERS, save, write

COLUMNS = (Column("name"), Column("n", "int"), Column("value", "number"), Column("ok", "bool"), Column("cell", "mixed"))
NASTY = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u3000=1", "\uff1d1", "\x01x", "a,b",
    'a"b', "a\nb",
    "a\rb", "'tis", "'=1", "-5.2", "+3%", "[red]x[/red]", "a|b", "201*\u5e74_x_", "\ud800", "",
]  # fmt: skip


def rows(texts: list[str] = NASTY) -> list[dict[str, object]]:
    return [{"name": t, "n": i, "value": -0.5 * i, "ok": i % 2 == 0, "cell": None} for i, t in enumerate(texts)]


def written(
    form: str, data: list[dict[str, object]], columns: tuple[Column, ...] = COLUMNS, **options: object
) -> bytes:
    target = io.BytesIO()
    write(data, columns, target, form, **options)  # type: ignore[arg-type]
    return target.getvalue()


def test_csv_round_trip() -> None:
    text = written("csv", rows()).decode("utf-8")
    back = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [unguarded(r["name"]) for r in back] == [encodable(t) for t in NASTY]
    assert [r["value"] for r in back[:3]] == ["-0.0", "-0.5", "-1.0"]
    assert back[0]["ok"] == "true"
    assert back[0]["cell"] == ""


def test_csv_runs_no_formula() -> None:
    text = written("csv", rows()).decode("utf-8")
    for row in csv.reader(io.StringIO(text, newline="")):
        name = row[0]
        if name not in ("-5.2", "+3%"):
            assert not name.lstrip(" \u3000")[:1] or name.lstrip(" \u3000")[0] not in "=+-@\t\r\n\x01\uff1d"


def test_guard_is_undone_only_where_it_was_put() -> None:
    for text in NASTY:
        assert unguarded(guarded(text)) == text


def test_csv_file_has_a_byte_order_mark_and_a_stream_has_none(tmp_path: Path) -> None:
    save(rows(["\u676d\u5dde"]), COLUMNS, tmp_path / "a.csv", "csv")
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbfname,n")
    assert written("csv", rows()).startswith(b"name")


def test_csv_in_another_encoding_does_not_crash() -> None:
    assert "\u676d?".encode("gbk") in written("csv", rows(["\u676d\U0001f600"]), encoding="gbk")


def test_jsonl_round_trip() -> None:
    back = [json.loads(line) for line in written("jsonl", rows()).decode("utf-8").split("\n") if line]
    assert [r["name"] for r in back] == [encodable(t) for t in NASTY]
    assert back[1] == {"name": "+1+1", "n": 1, "value": -0.5, "ok": False, "cell": None}


def test_parquet_round_trip_keeps_types() -> None:
    data = pq.read_table(io.BytesIO(written("parquet", rows())))
    assert data.to_pylist()[1] == {"name": "+1+1", "n": 1, "value": -0.5, "ok": False, "cell": None}
    assert [str(t) for t in data.schema.types] == ["string", "int64", "double", "bool", "string"]


def test_parquet_without_rows_has_columns() -> None:
    assert pq.read_table(io.BytesIO(written("parquet", []))).column_names == [c.name for c in COLUMNS]


def test_xlsx_round_trip_and_dress() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", rows(), notes=["a note"])))
    sheet = book["rows"]
    assert sheet.freeze_panes == "B2"  # a comparison: the name of a row stays as well
    assert sheet.auto_filter.ref == f"A1:E{len(NASTY) + 1}"
    assert [c.value for c in sheet[1]] == [c.name for c in COLUMNS]
    names = [sheet.cell(i, 1) for i in range(2, len(NASTY) + 2)]
    assert all(c.data_type in ("s", "inlineStr", "n") for c in names)
    assert names[0].value == "=1+1"
    assert names[0].quotePrefix
    assert sheet["C3"].value == -0.5
    assert book["notes"]["A1"].value == "a note"


def test_xlsx_shows_what_looks_like_the_code_of_a_character_as_it_is() -> None:
    text = "_x0007_ or _xyz_ or __x41_x0042_"
    data = written("xlsx", [{"cell": Cell(text, words=text)}], (Column("cell", "mixed"),))
    sheet = openpyxl.load_workbook(io.BytesIO(data))["rows"]
    as_excel_reads = [unescape(str(sheet["A2"].value)), unescape(sheet["A2"].comment.text)]
    assert as_excel_reads == [text, text]


def test_xlsx_shows_masks_muted_and_plain_numbers_as_numbers() -> None:
    data = [
        {"cell": Cell("xx.x%", None, "masked")},
        {"cell": Cell("95.3", 95.3)},
        {"cell": Cell("95 *", None, "doubt")},
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(written("xlsx", data, (Column("cell", "mixed"),))))["rows"]
    assert sheet["A2"].value == "xx.x%"
    assert sheet["A2"].font.italic
    assert sheet["A3"].value == 95.3
    assert sheet["A4"].value == "95 *"


def test_xlsx_takes_more_rows_than_a_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hreport.writers.xlsx.ROWS_PER_SHEET", 10)
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", rows(["a"] * 20))))
    assert [s.max_row for s in book] == [11, 11]
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", rows(["a"] * 21))))
    assert [s.max_row for s in book] == [11, 11, 2]


class Read(HTMLParser):
    """A table as a browser reads it: of each row the texts of its cells and their classes; all tags; the policy."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.looks: list[list[str]] = []
        self.tags: set[str] = set()
        self.policy = ""
        self.notes: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
            self.looks.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.looks[-1].append(given.get("class") or "")
        elif tag == "meta" and "http-equiv" in given:
            self.policy = given["content"] or ""
        elif tag == "p":
            self.notes.append("")

    def handle_data(self, data: str) -> None:
        if self.notes and data.strip():
            self.notes[-1] += data
        elif self.rows and self.rows[-1] and data.strip():
            self.rows[-1][-1] += data


def test_html_shows_text_as_text() -> None:
    texts = [t for t in NASTY if t] + ["</td><script>alert(1)</script>", '"><img src=x onerror=1>', "&lt;"]
    words = Cell("5", 5, "plain", '"><script>')
    page = Read(written("html", [*rows(texts), {"name": "x", "cell": words}], notes=["<b>note</b>"]).decode("utf-8"))
    seen = {"\t=1": "\ufffd=1", "\r=1": "\ufffd=1", "\x01x": "\ufffdx", "a\rb": "a\ufffdb", "\ud800": "?"}
    assert [row[0] for row in page.rows[1:-1]] == [seen.get(t, t) for t in texts]
    assert page.rows[1][1:4] == ["0", "-0.0", "true"]
    assert not page.tags & {"script", "img", "b", "a", "link"}
    assert page.policy.startswith("default-src 'none'")
    assert page.notes == ["<b>note</b>"]


def test_html_says_what_a_cell_is() -> None:
    states = ("masked", "damaged", "repaired", "corrected", "doubt", "plain")
    data = [{"name": "", "cell": Cell("xx.x%", None, state)} for state in states]
    english = Read(written("html", data).decode())
    words = ("masked", "damaged or doubtful", "repaired", "corrected", "marked")
    assert [row[4] for row in english.rows[1:]] == [*(f"xx.x% ({word})" for word in words), "xx.x%"]
    assert [look[4] for look in english.looks[1:]] == [*(f"n {state}" for state in states[:5]), "n"]
    chinese = Read(written("html", data, tuple(headed((*COLUMNS, Column("file")), "zh"))).decode())
    assert chinese.rows[1][4] == "xx.x% (遮蔽)"
    assert chinese.rows[0][-1] == "文件"
    figures = [{"text": "x%", "masked": True}, {"text": "5%", "damage": "split"}, {"text": "5%"}]
    found = Read(written("html", figures, (Column("text"),)).decode())
    assert [row[0] for row in found.rows[1:]] == ["x% (masked)", "5% (damaged or doubtful)", "5%"]


@pytest.mark.parametrize("form", sorted(WRITERS))
def test_same_rows_same_bytes(form: str) -> None:
    assert written(form, rows()) == written(form, rows())


@pytest.mark.parametrize("form", sorted(WRITERS))
def test_no_rows(form: str) -> None:
    written(form, [])


def test_markdown_shows_text_as_it_is() -> None:
    lines = written("md", rows(["a|b", "201*\u5e74", "a\nb"]), notes=["* several"]).decode().split("\n")
    assert lines[0] == "| name | n | value | ok | cell |"
    assert lines[1] == "| --- | ---: | ---: | --- | ---: |"
    assert lines[2].startswith(r"| a\|b |")
    assert lines[3].startswith("| 201\\*\u5e74 |")
    assert lines[4].startswith("| a b |")
    assert lines[6] == r"\* several"


def test_terminal_escapes_markup_and_control_characters() -> None:
    text = written("table", rows(["[bold]x", "\x1b[31mred", "a\u202eb"])).decode()
    assert "[bold]x" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_terminal_in_a_narrow_encoding() -> None:
    data = [{"cell": Cell("100 \u26a0", None, "damaged")}, {"cell": Cell("\u226595", None, "plain")}]
    text = written("table", data, (Column("cell", "mixed"),), encoding="ascii", notes=["\u26a0 damaged"]).decode(
        "ascii"
    )
    assert "100 !" in text
    assert ">=95" in text
    assert "! damaged" in text


def test_terminal_splits_a_wide_comparison() -> None:
    places = tuple(Column(f"place number {i}", "mixed") for i in range(30))
    text = written(
        "table",
        [{"indicator": "beds", **{p.name: 1 for p in places}}, {"indicator": "x", places[0].name: 2}],
        (Column("indicator"), *places),
    ).decode()
    assert all(f"place number {i}" in text for i in range(30))
    assert max(map(len, text.split("\n"))) <= 160
    assert text.count("beds") > 1
    assert [line.split()[0] for line in text.split("\n") if line.strip()].count("x") == 1


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")

    def failing() -> object:
        yield rows()[0]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        save(failing(), COLUMNS, path, "csv")  # type: ignore[arg-type]
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.skipif(os.name == "nt", reason="modes and links of POSIX")
def test_a_written_file_has_the_usual_mode_and_links_stay(tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        save(rows(), COLUMNS, tmp_path / "a.csv", "csv")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == 0o644
    (tmp_path / "link.csv").symlink_to(tmp_path / "a.csv")
    save(rows()[:1], COLUMNS, tmp_path / "link.csv", "csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert len((tmp_path / "a.csv").read_text().splitlines()) == 2


def test_every_column_has_a_chinese_heading_of_its_own() -> None:
    words = wording()["columns"]
    for columns in (EXTRACT, MASKS, ISSUES):
        assert not {c.name for c in columns} - words.keys()
        headings = [c.title for c in headed(columns, "zh")]
        assert len(set(headings)) == len(headings)
    assert [c.title for c in headed(EXTRACT, "en")] == [c.name for c in EXTRACT]
