"""One run over a folder of hostile files: it ends, says what came of each, and good files come out as they do alone."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import psutil
import pytest
from hostile_files import FILES, MB, MEMBERS, VANISHING, Watch, fill, good_reports

from hreport.pipeline import Work, run
from hreport.record import EXTRACT, MACHINE
from hreport.sources import Source, find
from hreport.writers import write

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes, sockets and names in bytes are of POSIX systems")

PROGRAM = [sys.executable, "-c", "from hreport.cli import main; main()"]
WORKERS = 2
TIME_LIMIT = 20  # seconds for one file
LONGEST_RUN = 300  # seconds: a run on a quiet machine of two cores takes a fourth of it
MOST_OF_ONE, MOST_OF_ALL = 2048 * MB, 3072 * MB
READ = "read"
# Files that take much time or memory may end in other ways where a machine or a library is slower.
MUCH = {"timeout", "memory", "crashed"}

# What may come of each: READ, or the code of an issue.
EXPECTED: dict[str, set[str]] = {
    "ampersands_5000000.html": {"too_long"},
    "archive_cut_in_half.zip": {"damaged"},
    "archive_of_2_gb.zip": {"too_large"},
    "archive_of_hostile_files.zip/billion_laughs_in_word.bin": {"unsafe"},
    "archive_of_hostile_files.zip/cell_over_100000_columns.bin": {READ},
    "archive_of_hostile_files.zip/divs_100000_deep.bin": {"too_large"},
    "archive_of_hostile_files.zip/good.txt": {READ},
    "archive_of_hostile_files.zip/page_tree_that_loops.bin": {"damaged"},
    "archive_that_lies_about_its_sizes.zip/a.txt": {"damaged"},
    "archives_10_deep.zip/inner.zip/inner.zip/inner.zip": {"too_large"},
    "arrays_1000000_deep.pdf": {"empty", "damaged"},
    "billion_laughs_in_excel.xlsx": {"unsafe"},
    "billion_laughs_in_word.docx": {"unsafe"},
    "binary_of_2_gb_in_rtf.rtf": {"damaged"},
    "braces_1000000.rtf": {"too_large"},
    "cell_over_100000_columns.docx": {READ},
    "cell_over_a_billion_rows_and_columns.html": {READ},
    "cells_2000000.xlsx": {"too_large"},
    "cells_400000.html": {"too_large"},
    "cells_that_each_span_1000_columns_and_all_rows.docx": {READ},
    "control_words_20_mb.rtf": {"too_large"},
    "controls_and_marks.txt": {"binary"},
    "divs_100000_deep.html": {"too_large"},
    "drawing_of_itself.pdf": MUCH,
    "encodings_mixed.txt": {READ},
    "entities_in_entities.html": {READ},
    "entity_from_outside.docx": {"unsafe"},
    "figures_in_3_million_characters.txt": {READ, "timeout"},
    "flate_bomb.pdf": {"too_large"},
    "flate_bomb_in_a_flate_bomb.pdf": {"too_large"},
    "forms_in_forms_in_forms.pdf": MUCH,
    "hanzi_before_a_rate.txt": {READ},
    "line_of_30_mb.txt": {"too_long"},
    "members_200000.zip": {"too_large"},
    "members_60000_empty.zip/*": {"empty"},
    "members_that_share_little_data.zip/*": {READ, "damaged"},
    "members_that_share_their_data.zip": {"too_large"},
    "members_with_a_password.zip/a.txt": {"encrypted"},
    "members_with_a_password.zip/good.txt": {READ},
    "members_with_odd_names.zip/*": {READ},
    "merged_cells_100000.xlsx": {READ},
    "nested_100000_deep.docx": {"too_large"},
    "noise.txt": {"binary"},
    "null_bytes.txt": {"binary"},
    "number_format_of_200000_signs.xlsx": {READ},
    "office_file_whose_directory_loops.doc": {"damaged"},
    "office_file_whose_sectors_loop.doc": {"damaged"},
    "office_file_whose_streams_are_2_gb.doc": {"damaged"},
    "office_file_whose_table_of_tables_loops.doc": {"damaged"},
    "old_workbook_of_noise.xls": {"damaged"},
    "one_tag_again_for_20_mb.html": {"too_large"},
    "one_tag_of_20_mb.html": {READ},
    "page_of_a_billion_points.pdf": {READ},
    "page_tree_that_loops.pdf": {"damaged"},
    "pages_10000.pdf": {READ},
    "pages_2_billion_declared.pdf": {"empty", "damaged"},
    "paragraphs_1500000.docx": {"too_large"},
    "paragraphs_1500000_not_packed.docx": {"too_large"},
    "parts_in_parts_in_a_web_archive.mhtml": {"too_large"},
    "path_of_1000000_segments.pdf": {"empty"},
    "pdf_with_a_password.pdf": {"encrypted"},
    "picture_cut_short.jpg": {"damaged", "scanned"},
    "picture_just_small_enough.png": {"scanned", "empty", *MUCH},
    "picture_of_2048_colours_a_point.tif": {"damaged"},
    "picture_of_50000_by_50000.png": {"too_large"},
    "picture_of_65535_by_65535.gif": {"too_large"},
    "picture_whose_pages_loop.tif": {"scanned", "empty"},
    "pieces_of_2_billion_characters.doc": {"damaged"},
    "pieces_that_show_one_place_20000_times.doc": {"damaged", "too_long"},
    "quote_that_never_ends.csv": {"damaged"},
    "rtf_tables_in_tables.rtf": {READ},
    "rules_300000.pdf": {READ},
    "run_length_bomb.pdf": {"empty"},
    "shared_strings_of_1_gb.xlsx": {"too_large"},
    "sheet_that_declares_17_billion_cells.xlsx": {READ},
    "string_shown_100000_times.xlsx": {"too_long"},
    "styles_based_on_each_other.docx": {READ},
    "table_of_objects_that_loops.pdf": {"empty", "damaged"},
    "tables_10000_deep.html": {READ},
    "tables_80_deep.docx": {READ},
    "text_of_1_gb.docx": {"too_large"},
    "text_of_1_gb_in_a_picture.png": {"damaged", "scanned"},
    "utf_16_cut_in_a_character.txt": {READ},
    "values_10000000.csv": {"too_long"},
    "word_file_cut_in_half.docx": {"damaged"},
    "words_500000_in_one_line.pdf": {READ},
    "zip_that_lies_about_its_sizes.docx": {"damaged"},
    # names and what is no file
    "link_to_itself.txt": {"not_found", "unreadable"},
    "link_to_nothing.txt": {"not_found"},
    "linked.txt": {READ},
    "linked_hard.txt": {READ},
    "locked": {"unreadable"},
    "locked.txt": {"unreadable"},
    "loop/report.txt": {READ},
    "pipe.txt": {"not_a_file"},
    "socket.txt": {"not_a_file"},
    "zz_vanishing.txt": {"not_found"},
    "/".join(["deep"] * 60) + "/report.txt": {READ},
}


def test_every_file_is_expected_to_end_somehow() -> None:
    assert FILES.keys() - {name.partition("/")[0] for name in EXPECTED} == set()
    assert len(FILES) >= 45


def expected(name: str) -> set[str]:
    """What may come of a file or of a member of an archive; of good ones and those of odd names, rows."""
    return EXPECTED.get(name) or EXPECTED.get(name.partition("/")[0] + "/*") or {READ}


def alone(name: str) -> bytes:
    """The rows of a file that is read by itself."""
    raw = io.BytesIO()
    rows = (row for outcome in run([Source(name)], Work(), here=True) for row in outcome.rows)
    write(rows, (*MACHINE, *EXTRACT), raw, "jsonl")
    return raw.getvalue()


def test_a_folder_of_hostile_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, scratch, log, rows, errors = (tmp_path / name for name in ("in", "scratch", "issues.csv", "rows", "errors"))
    folder.mkdir()
    scratch.mkdir()
    fill(folder)
    monkeypatch.chdir(folder)
    there = [source.path for source in find(["."]).sources]
    command = [*PROGRAM, "extract", ".", "-f", "jsonl", "--issues", str(log), "-j", str(WORKERS)]
    began = time.monotonic()
    with (
        open(rows, "wb") as out,
        open(errors, "wb") as said,
        subprocess.Popen(
            [*command, "--timeout", str(TIME_LIMIT), "--verbose"],
            stdout=out,
            stderr=said,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "TMPDIR": str(scratch), "PYTHONUTF8": "1"},
        ) as program,
        # Workers begin once all files are found; the last one is read long after.
        Watch(program.pid, on_first=(folder / VANISHING).unlink) as watch,
    ):
        try:
            program.wait(LONGEST_RUN)
        finally:
            program.kill()
    seconds, peak = time.monotonic() - began, max(watch.peaks.values())
    print(f"{seconds:.0f} s, {peak / MB:.0f} MB in one process, {watch.largest_tree / MB:.0f} MB in all")

    # It ends, and says nothing but what is wrong with files.
    assert program.returncode == 1
    lines = errors.read_text("utf-8").splitlines()
    assert [line for line in lines[:-1] if not line.startswith("hreport: ")] == []
    assert not any("Traceback" in line or "fault of hreport" in line for line in lines)

    # Nothing grows beyond its bounds, nothing is left.
    assert peak < MOST_OF_ONE
    assert watch.largest_tree < MOST_OF_ALL
    assert list(scratch.iterdir()) == []
    assert psutil.wait_procs(list(watch.peaks), timeout=10)[1] == []

    # Every file ended in a way that was foreseen, with advice where it was not read.
    found: dict[str, list[bytes]] = defaultdict(list)
    for line in rows.read_bytes().splitlines(keepends=True):
        found[json.loads(line)["file"]].append(line)
    came: dict[str, set[str]] = {name: {READ} for name in [*there, *found]}
    with open(log, encoding="utf-8-sig", newline="") as stream:
        for issue in csv.DictReader(stream):
            assert re.fullmatch(r"[a-z_0-9]+", issue["code"])
            assert ": " in issue["message"], issue
            if issue["fatal"] == "true" or issue["code"] == "not_a_file":
                came.setdefault(issue["file"].removeprefix("'"), set()).add(issue["code"])
                came[issue["file"].removeprefix("'")].discard(READ)
    archives = {name for name in there if any(other.startswith(f"{name}/") for other in came)}
    unforeseen = {name: codes for name, codes in came.items() if name not in archives and not codes <= expected(name)}
    assert unforeseen == {}
    locked = os.geteuid() != 0
    missing = {n for n in EXPECTED if not n.endswith("/*") and (locked or not n.startswith("locked"))} - came.keys()
    assert missing == set()
    assert {name for name in came if name.startswith("members_60000_empty.zip/")} == {
        f"members_60000_empty.zip/{n}.txt" for n in range(60_000)
    }
    assert sum(name.startswith("members_with_odd_names.zip/") for name in came) == len(MEMBERS)

    # As many were read as came without an issue, and good ones as if they were alone.
    read = sum(READ in codes for name, codes in came.items() if name not in archives)
    assert lines[-1].startswith(f"{read:,} read, ")
    for name in good_reports():
        lines_of = b"".join(line for file, some in found.items() if file.partition("/")[0] == name for line in some)
        assert lines_of == alone(name) != b""


if __name__ == "__main__":
    sys.exit(pytest.main([__file__, "-s"]))
