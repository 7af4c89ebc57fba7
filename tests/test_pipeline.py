"""Finding files, reading them in processes, the manifest."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import time
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from texts import LEXICON

from hreport import guards, pipeline, sources, sourcetext
from hreport.lexicon import load
from hreport.manifest import Manifest, ManifestError, read_manifest
from hreport.model import Document, Exact, Extraction, Issue, Mask, Masked, Observation, Quantity, Report, Span
from hreport.pipeline import Work, process, run
from hreport.readers import archive as archive_reader
from hreport.record import EXTRACT, ISSUES, MASKS, mask_rows, observation_rows
from hreport.sources import Source, find


def paths(found: sources.Found) -> list[str]:
    return [s.path for s in found.sources]


def codes(found: sources.Found) -> list[str]:
    return [i.code for i in found.issues]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in (
        "in/b.txt",
        "in/a.txt",
        "in/sub/c.txt",
        "in/.hidden.txt",
        "in/.git/x.txt",
        "in/~$a.docx",
        "in/Thumbs.db",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return tmp_path


def test_a_folder_is_walked_in_order_without_hidden_files(folder: Path) -> None:
    assert paths(find(["in"])) == ["in/a.txt", "in/b.txt", "in/sub/c.txt"]


def test_paths_are_shown_as_given(folder: Path) -> None:
    assert paths(find(["./in/a.txt"])) == ["in/a.txt"]
    assert paths(find([str(folder / "in")]))[0] == (folder / "in/a.txt").as_posix()
    assert paths(find(["in/.hidden.txt"])) == ["in/.hidden.txt"]


def test_globs(folder: Path) -> None:
    assert paths(find(["in/*.txt"])) == ["in/a.txt", "in/b.txt"]
    assert paths(find(["in/**/*.txt"])) == ["in/a.txt", "in/b.txt", "in/sub/c.txt"]
    assert paths(find(["i?"])) == ["in/a.txt", "in/b.txt", "in/sub/c.txt"]
    assert codes(find(["in/*.pdf"])) == ["not_found"]


def test_a_name_that_looks_like_a_pattern_is_a_name(folder: Path) -> None:
    (folder / "report[1].txt").write_text("x")
    assert paths(find(["report[1].txt"])) == ["report[1].txt"]


def test_a_file_reached_twice_is_read_once(folder: Path) -> None:
    assert paths(find(["in", "in/a.txt", "in/*.txt", "in"])) == ["in/a.txt", "in/b.txt", "in/sub/c.txt"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links(folder: Path) -> None:
    (folder / "in/sub/loop").symlink_to(folder / "in")
    (folder / "in/0.txt").symlink_to(folder / "in/b.txt")
    (folder / "in/dead.txt").symlink_to(folder / "nowhere")
    found = find(["in"])
    assert paths(found) == ["in/a.txt", "in/b.txt", "in/sub/c.txt"]
    assert [(i.path, i.code) for i in found.issues] == [("in/dead.txt", "not_found")]


def test_what_is_not_there(folder: Path) -> None:
    found = find(["in/aa.txt", "nope", "", "a\0b"])
    assert codes(found) == ["not_found"] * 4
    assert "did you mean in/a.txt?" in next(i.message for i in found.issues if i.path == "in/aa.txt")


def test_an_empty_folder(folder: Path) -> None:
    (folder / "empty/.x").mkdir(parents=True)
    assert codes(find(["empty"])) == ["empty_folder"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX")
def test_no_rights_and_no_files(folder: Path) -> None:
    os.mkfifo(folder / "in/pipe")
    assert "in/pipe" not in paths(find(["in"]))


def test_standard_input_is_read_once() -> None:
    found = find(["-", "-"], io.BytesIO(b"abc"))
    assert [(s.path, s.data) for s in found.sources] == [("-", b"abc")]


def test_the_files_of_the_run_are_left_out_of_folders(folder: Path) -> None:
    assert "in/a.txt" not in paths(find(["in"], exclude=[folder / "in/a.txt"]))
    assert paths(find(["in/a.txt"], exclude=[folder / "in/a.txt"])) == ["in/a.txt"]


def test_tables_of_ours_are_left_out_of_folders_with_a_word(folder: Path) -> None:
    (folder / "in/out.csv").write_text(",".join(c.name for c in EXTRACT) + "\n")
    (folder / "in/data.csv").write_text("a,b\n1,2\n")
    found = find(["in"])
    assert "in/out.csv" not in paths(found)
    assert "in/data.csv" in paths(found)
    assert [(i.code, i.fatal) for i in found.issues] == [("table", False)]
    assert find(["in/out.csv"]).sources[0].table


@pytest.mark.parametrize("header", ["file,area", "file,report,area,year,title,url,publisher,published", "file, year,x"])
def test_a_manifest_is_no_report(header: str, folder: Path) -> None:
    (folder / "in/about.csv").write_text(f"\ufeff{header}\r\na.txt,\r\n", encoding="utf-8")
    said = [("in/about.csv", "manifest_file", "a manifest: give it with --manifest")]
    for path, fatal in (("in", False), ("in/about.csv", True), ("in/*.csv", True)):
        found = find([path])
        assert "in/about.csv" not in paths(found)
        assert [(i.path, i.code, i.message) for i in found.issues] == said
        assert [i.fatal for i in found.issues] == [fatal]
        assert find([path], exclude=[folder / "in/about.csv"]).issues == []


@pytest.mark.parametrize(
    "header", [",".join(c.name for c in MASKS), ",".join(c.name for c in ISSUES), "file", "a,year"]
)
def test_other_tables_are_no_manifest(header: str, folder: Path) -> None:
    (folder / "in/about.csv").write_text(header + "\n")
    assert paths(find(["in/about.csv"])) == ["in/about.csv"]


def test_files_about_a_folder_are_left_out_of_it(folder: Path) -> None:
    about = ["README", "readme.md", "README.zh.md", "Readme_old.txt", "LICENSE", "LICENCE.txt", "CHANGELOG.rst"]
    others = ["README.docx", "readme宜兴市2023年总结.txt", "my README.txt"]
    for name in (*about, *others):
        (folder / "in/sub" / name).write_text("x")
    assert paths(find(["in/sub"])) == sorted(f"in/sub/{n}" for n in (*others, "c.txt"))
    assert paths(find([f"in/sub/{n}" for n in about])) == sorted(f"in/sub/{n}" for n in about)


# --- from an extraction to rows ---------------------------------------------------------------------------------------

TEXT = "杭州市工作报告\n全市床位约4.3万张。覆盖率xx.x%、20230%，增长12.5;去年1~2所。"


def quantity(start: int, text: str, **given: object) -> Quantity:
    values = {
        "unit": text.lstrip("0123456789.x~"),
        "base_unit": "张",
        "bound": "exact",
        "numeral": "n",
        "rule": "q",
    } | given
    return Quantity(Span(start, start + len(text)), Span(start, start + len(text)), text, **values)  # type: ignore[arg-type]


def observation(q: Quantity, **given: object) -> Observation:
    values = {"indicator": "i", "measure": "level", "status": "actual", "rule": "o", "sentence": Span(8, 19)} | given
    return Observation(1, q, **values)  # type: ignore[arg-type]


def extraction(document: Document | None = None) -> Extraction:
    document = document or Document("a.txt", TEXT, (), "txt", "0")
    return Extraction(
        document,
        (Report(1, Span(0, len(document.text)), "T", area="杭州市", area_id="330100", year="2024"),),
        (Mask(Span(21, 25), "xx.x", "number", "m"),),
        (
            observation(quantity(13, "4.3万张", value=Exact(Decimal(43000)), bound="approx"),
                        area="全市", area_name="杭州市", area_id="330100", year="2024"),
            observation(quantity(21, "xx.x%", value=Masked("xx.x", Decimal("10.0"), Decimal("99.9")))),
            observation(quantity(27, "20230%", value=Exact(Decimal(20230)), damage="year_scrub",
                                 repaired=Decimal(100))),
            observation(quantity(36, "12.5", value=Exact(Decimal("12.50")), damage="lost_unit"),
                        period="去年", year="201*"),
            observation(quantity(43, "1~2所", value=pipeline_range()), confidence=0.25, area="某区"),
        ),
    )  # fmt: skip


def pipeline_range() -> object:
    from hreport.model import Range

    return Range(Decimal(1), Decimal(2))


def test_rows_of_observations() -> None:
    rows = list(observation_rows(extraction(), "x/a.txt", {1: {"url": "http://x"}}))
    assert [set(r) - {"layer", "role"} for r in rows] == [{c.name for c in EXTRACT}] * 5
    picked = [(r["value"], r["value_max"], r["masked"], r["obs_value"], r["low"], r["high"]) for r in rows]
    assert picked == [
        (43000, None, False, 43000, None, None),
        (None, None, True, None, 10, 99.9),
        (20230, None, False, 100, None, None),
        (12.5, None, False, None, None, None),
        (1, 2, False, 1, None, None),
    ]
    assert [type(r["value"]) for r in rows] == [int, type(None), int, float, int]
    assert [r["year"] for r in rows] == [2024, None, None, None, None]
    assert [r["area_name"] for r in rows] == ["杭州市", None, None, None, None]
    assert {r["file"] for r in rows} == {"x/a.txt"}
    assert rows[0]["url"] == "http://x"
    assert rows[0]["sentence"] == "全市床位约4.3万张。"


def test_rows_of_masks() -> None:
    (row,) = mask_rows(extraction(), "a.txt")
    assert (row["text"], row["kind"], row["report"], row["title"]) == ("xx.x", "number", 1, "T")
    assert row["sentence"] == "覆盖率xx.x%、20230%，增长12.5;"


# --- running ----------------------------------------------------------------------------------------------------------


def test_an_error_of_ours_is_an_issue(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def failing(*_: object) -> Extraction:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("hreport.analyse.analyse", failing)
    (tmp_path / "a.txt").write_text("全市床位100张。")
    outcome = process(Source(str(tmp_path / "a.txt")), Work(), load())
    assert not outcome.read
    assert outcome.issues[0].code == "internal"
    assert "ZeroDivisionError: oh" in outcome.issues[0].message
    assert "report this" in outcome.issues[0].message


@pytest.mark.parametrize("jobs", [1, 2])
def test_outcomes_come_in_order_with_issues_in_place(jobs: int, tmp_path: Path) -> None:
    for n in range(7):
        (tmp_path / f"{n}.txt").write_text("全市床位100张。" * (8 - n), encoding="utf-8")
    (tmp_path / "3.txt").write_bytes(b"")
    found = find([str(tmp_path)])
    outcomes = list(run(found.sources, Work(), jobs))
    assert [o.path for o in outcomes] == [s.path for s in found.sources]
    assert [o.read for o in outcomes] == [True] * 3 + [False] + [True] * 3


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        ("die", "crashed"),
        ("hang", "timeout"),
        ("eat", "memory"),
        ("too much", "memory"),
    ],
)
def test_a_worker_that_is_lost_costs_only_its_file(
    deed: str, code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # No real file is as sure to hurt as this, so that the pool is made to run a work that does what a file says.
    for n in range(6):
        (tmp_path / f"{n}.txt").write_text(deed if n == 2 else "fine")
    monkeypatch.setattr(pipeline, "_work", obeying)
    outcomes = list(run(find([str(tmp_path)]).sources, Work(time_limit=1.5 if deed == "hang" else 60), 2))
    assert [[i.code for i in o.issues] for o in outcomes] == [[], [], [code], [], [], []]
    assert [o.path for o in outcomes] == [str(tmp_path / f"{n}.txt") for n in range(6)]
    (issue,) = outcomes[2].issues
    assert ": " in issue.message  # what is wrong, and what to do


def obeying(source: Source) -> pipeline.Outcome:
    deed = Path(source.path).read_text()
    if deed == "die":
        os._exit(9)
    if deed == "hang":
        time.sleep(600)
    if deed == "too much":  # what the guard of systems without a limit in the kernel does
        os._exit(guards.OUT_OF_MEMORY)
    if deed == "eat":
        pipeline._process = eating  # type: ignore[assignment]
        return pipeline.process(source, Work(), LEXICON)
    return pipeline.Outcome(source.path)


def eating(*_: object) -> pipeline.Outcome:
    bytearray(guards.MOST_MEMORY + 2**20)
    raise AssertionError("no limit")


def test_the_guard_that_watches() -> None:
    # The one of systems whose kernel sets no limit, here in a process that takes 300 MB where 200 are allowed.
    program = (
        "import time; from hreport import guards; guards._by_watch(200 << 20); a = b'x' * (300 << 20); time.sleep(30)"
    )
    pytest.importorskip("psutil")
    assert subprocess.run([sys.executable, "-c", program], timeout=60).returncode == guards.OUT_OF_MEMORY


@pytest.mark.parametrize("jobs", [None, 2])
def test_members_of_an_archive_come_in_its_place(jobs: int | None, tmp_path: Path) -> None:
    def zipped(members: dict[str, bytes]) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(name, data)
        return stream.getvalue()

    text = "全市床位100张。".encode()
    inner = zipped({"x.txt": text, "y.txt": b""})
    members = {f"{n:02}.txt": text for n in range(20)} | {"__MACOSX/._a": b"x", "in/z.zip": inner, "~$a.docx": b"x"}
    (tmp_path / "a.txt").write_bytes(text)
    (tmp_path / "b.zip").write_bytes(zipped(members))
    (tmp_path / "c.txt").write_bytes(text)
    (tmp_path / "d.zip").write_bytes(zipped({}))
    sources = find([str(tmp_path)]).sources
    outcomes = list(run(sources, Work(), jobs, here=jobs is None))
    assert [os.path.relpath(o.path, tmp_path).replace(os.sep, "/") for o in outcomes] == [
        "a.txt", *(f"b.zip/{n:02}.txt" for n in range(20)), "b.zip/in/z.zip/x.txt", "b.zip/in/z.zip/y.txt",
        "b.zip/in/z.zip", "b.zip", "c.txt", "d.zip",
    ]  # fmt: skip
    assert [o.path for o in outcomes if o.is_archive] == [str(tmp_path / "b.zip/in/z.zip"), str(tmp_path / "b.zip")]
    assert [i.code for o in outcomes for i in o.issues] == ["empty", "empty"]
    assert {len(o.rows) for o in outcomes if o.read} == {1}


def test_names_in_an_archive_of_a_chinese_windows() -> None:
    # Without the mark for UTF-8, as Windows writes them: zipfile takes the bytes for those of an old PC.
    for encoding in ("gbk", "utf-8"):
        member = zipfile.ZipInfo("绵阳市工作总结.txt".encode(encoding).decode("cp437"))
        assert archive_reader._name(member) == "绵阳市工作总结.txt"
    member = zipfile.ZipInfo("绵阳市\\总结.txt")
    member.flag_bits |= archive_reader.UTF8_NAMES
    assert archive_reader._name(member) == "绵阳市/总结.txt"


def test_odd_names_in_an_archive_are_not_lost() -> None:
    names = {
        "..\\..\\a.txt": "../../a.txt", "/b.txt": "b.txt", "in\\.hidden": None, "in\\": None, "": "unnamed",
        "__MACOSX\\c.txt": None, "two\nlines.txt": "two\nlines.txt",
    }  # fmt: skip
    members = [zipfile.ZipInfo() for _ in names]
    for member, name in zip(members, names, strict=True):
        member.filename = name
    with zipfile.ZipFile(io.BytesIO(zipped_once(b""))) as archive:
        archive.filelist = members
        found = {m.name for m in archive_reader.members(archive)}
    assert found == {name for name in names.values() if name}


def test_an_archive_that_is_encrypted_deep_or_a_bomb(tmp_path: Path) -> None:
    stream = io.BytesIO(b"")
    data = b"text"
    for depth in range(5):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr(f"{depth}.zip" if depth else "a.txt", data)
        data = stream.getvalue()
    (tmp_path / "deep.zip").write_bytes(data)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", bytes(200 * 2**20))
    (tmp_path / "bomb.zip").write_bytes(stream.getvalue())
    locked = bytearray(zipped_once(b"secret " * 9))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + place] |= 1
    (tmp_path / "locked.zip").write_bytes(locked)
    found = {
        os.path.relpath(o.path, tmp_path): (i.code, i.message)
        for o in run(find([str(tmp_path)]).sources, Work(), here=True)
        for i in o.issues
    }
    assert {place: code for place, (code, _) in found.items()} == {
        "bomb.zip/bomb.txt": "too_large", "deep.zip/4.zip/3.zip/2.zip": "too_large", "locked.zip/a.txt": "encrypted",
    }  # fmt: skip
    assert "give --password" in found["locked.zip/a.txt"][1]


def zipped_once(data: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", data)
    return stream.getvalue()


def test_a_scan_gets_more_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    asked: list[bool] = []

    def reading(data: bytes, name: str, password: str | None, ocr: bool, kind: str) -> Document | Issue:
        asked.append(ocr)
        if not ocr:
            return Issue(name, "scanned", "a scan: do this", pages=7)
        return Document(name, TEXT, (), "pdf", "0")

    monkeypatch.setattr(pipeline, "read_bytes", reading)
    monkeypatch.setattr(pipeline, "can_recognise", lambda: True)
    first = process(Source(str(tmp_path / "a.txt")), Work(), LEXICON)
    assert [(s.ocr, s.effort) for s in first.more] == [(True, 8)]
    assert not first.is_archive
    (only,) = run([Source(str(tmp_path / "a.txt"))], Work(), here=True)
    assert only.read
    assert asked == [False, False, True]
    monkeypatch.setattr(pipeline, "can_recognise", lambda: False)
    assert [i.code for i in process(Source(str(tmp_path / "a.txt")), Work(), LEXICON).issues] == ["scanned"]


def test_texts_are_saved_as_they_were_read(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_bytes("一\r\n全市床位100张。\n".encode("gb18030"))
    (tmp_path / "in" / "b.zip").write_bytes(zipped_once("全市床位xx张。".encode()))
    work = Work(want="both", save_text=tmp_path / "texts")
    outcomes = list(run(find([str(tmp_path / "in")]).sources, work, here=True))
    for outcome in outcomes:
        for row in outcome.rows:
            place = tmp_path / "texts" / f"{sourcetext.place(outcome.path)}"
            text = Path(f"{place}.txt").read_bytes().decode("utf-8")
            assert text[row["start"] : row["end"]] == row["text"]
            with open(f"{place}.blocks.csv", encoding="utf-8-sig", newline="") as lines:
                blocks = list(csv.DictReader(lines))
            assert any(int(b["start"]) <= row["start"] and row["end"] <= int(b["end"]) for b in blocks)
    assert sum(len(o.rows) for o in outcomes) == 3


@pytest.mark.parametrize(
    "path", ["../../etc/x", "/etc/x", "C:\\x\\y", "a/../../b", "-", "a:b", "..", "x" * 300, "con. "]
)
def test_saved_texts_stay_in_their_folder(path: str, tmp_path: Path) -> None:
    place = sourcetext.place(path)
    inside = (tmp_path / "texts" / f"{place}.txt").resolve()
    assert inside.is_relative_to(tmp_path / "texts")
    assert all(0 < len(part) <= 140 for part in place.split("/"))


def test_texts_of_files_with_the_longest_names_are_saved(tmp_path: Path) -> None:
    name = "总" * 83 + ".txt"  # 253 bytes, of the 255 that a name may have
    read = Document(name, "全市床位100张。", (), "txt", "0" * 64)
    assert sourcetext.save(read.path, [read], tmp_path) == []
    assert len(list(tmp_path.iterdir())) == 2


def test_two_names_are_two_saved_texts() -> None:
    assert sourcetext.place("a:b") != sourcetext.place("a?b") != sourcetext.place("a_b")


def test_a_run_may_be_left_early(tmp_path: Path) -> None:
    for n in range(20):
        (tmp_path / f"{n}.txt").write_text("x")
    outcomes = run(find([str(tmp_path)]).sources, Work(), 2)
    assert next(iter(outcomes)).path.endswith("0.txt")
    outcomes.close()  # type: ignore[attr-defined]


def test_extract_does_not_take_its_own_tables(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(",".join(c.name for c in EXTRACT) + "\n")
    (source,) = find([str(tmp_path / "a.csv")]).sources
    assert [i.code for i in process(source, Work(), load()).issues] == ["table"]
    assert process(source, Work(tables=True), load()).read


# --- manifest ---------------------------------------------------------------------------------------------------------


def manifest(tmp_path: Path, text: str, encoding: str = "utf-8") -> Manifest:
    (tmp_path / "m.csv").write_bytes(text.encode(encoding))
    return read_manifest(tmp_path / "m.csv")


def test_manifest_by_path_or_by_name(tmp_path: Path) -> None:
    m = manifest(tmp_path, "file,area\nx/a.txt,杭州市\na.txt,宁波市\n", "gb18030")
    assert [e.values["area"] for e in m.of("x/a.txt")] == ["杭州市"]
    assert [e.values["area"] for e in m.of("y/a.txt")] == ["宁波市"]
    assert m.of("b.txt") == ()
    assert [i.message.split(":")[0] for i in m.unmatched(["x/a.txt"])] == []
    assert len(m.unmatched(["b.txt"])) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file,aera\n", "unknown column aera"),
        ("area\nx\n", "no column file"),
        ("", "no column file"),
        ("file,file\n", "twice"),
        ("file,report\na.txt,one\n", "line 2: report"),
        ("file,year\na.txt,201*\n", "line 2: year"),
        ("file,year\n,2024\n", "line 2: no file"),
    ],
)
def test_a_manifest_with_a_mistake(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=said):
        manifest(tmp_path, text)


def test_a_manifest_stands_before_what_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hints: list[object] = []

    def spying(document: Document, lexicon: object, given: object = None, mentions: bool = False) -> Extraction:
        hints.append(given)
        return extraction(document)

    monkeypatch.setattr("hreport.analyse.analyse", spying)
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    m = manifest(tmp_path, "file,report,area,year,title,url\na.txt,,宁波市,2020,New,http://x\na.txt,5,,2021,,\n")
    outcome = process(Source(str(tmp_path / "a.txt")), Work(manifest=m), load())
    assert hints == [{0: {"area": "宁波市", "year": "2020", "title": "New"}, 5: {"year": "2021"}}]
    assert {r["url"] for r in outcome.rows} == {"http://x"}
    assert ["no report 5" in i.message for i in outcome.issues] == [True]


def test_more_small_files_than_large_ones_are_in_hand() -> None:
    def held(size: int) -> int:
        lane = pipeline._Lane(iter(()))
        while lane.has_room(2):
            lane.in_hand.append((Source("a.txt", size=size), None))
        return len(lane.in_hand)

    assert held(1_000) == 2 * pipeline.MOST_AHEAD
    assert held(500_000) == 2 * pipeline.AHEAD
    assert held(100_000_000) == 2 * pipeline.AHEAD


def test_nothing_is_loaded_where_nothing_is_to_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "load", lambda _: pytest.fail("the catalogue is not needed"))
    assert list(pipeline.run([], Work(), 2)) == []
    assert list(pipeline.run([], Work(), here=True)) == []
