"""Large texts: where they are cut, and that portion by portion they read as a whole does."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hreport import pipeline
from hreport.corrections import read_corrections
from hreport.joining import Whole
from hreport.lexicon import load
from hreport.manifest import read_manifest
from hreport.pipeline import Outcome, Want, Work, process, run
from hreport.readers import portions
from hreport.record import Row
from hreport.sources import Source, find
from hreport.store import Store

LEXICON = load()
CITIES = ("杭州市", "宁波市", "温州市", "嘉兴市", "湖州市", "绍兴市", "金华市", "衢州市", "台州市", "丽水市", "成都市")
PROSE = "全市卫生健康系统坚持以人民健康为中心，深化改革，强化服务，各项工作取得了新的成效，群众的获得感不断提高。" * 3


def report(number: int) -> str:
    """A report of its own place and year, with a figure, a mask and a place that only its title names."""
    return (
        f"{CITIES[number % len(CITIES)]}{2012 + number // len(CITIES)}年卫生健康工作总结\n\n{PROSE}\n\n"
        f"一、主要成效\n全市开放床位{1000 + number}张，婴儿死亡率{number % 9}.{number % 7}‰，财政投入x.xx亿元。\n\n"
        f"|指标|数量|\n|---|---|\n|医院|{20 + number}家|\n\n{PROSE}\n"
    )


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is large is small, so that tests are quick."""
    monkeypatch.setattr(pipeline, "LARGE_TEXT", 9_000)
    for name, size in {"USUAL": 4000, "WINDOW": 4000, "OVERLAP": 1500, "SEARCHED": 8000, "LONGEST": 30_000}.items():
        monkeypatch.setattr(portions, name, size)


def here(source: Source, work: Work) -> list[Outcome]:
    return list(pipeline._each_here([source], work, LEXICON))


def rows_of(outcomes: Sequence[Outcome]) -> list[Row]:
    return [row for outcome in outcomes for row in outcome.rows]


def written(text: str, place: Path, encoding: str = "utf-8") -> Source:
    place.write_bytes(text.encode(encoding))
    (source,) = find([str(place)]).sources
    return source


def whole(source: Source, work: Work, monkeypatch: pytest.MonkeyPatch) -> Outcome:
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "LARGE_TEXT", 10**9)
        return process(source, work, LEXICON)


# --- where a text is cut ---------------------------------------------------------------------------------------------


PIECES = st.sampled_from(
    ["全市开放床位1200张。", "\n", "\r\n", "\n\n", " \n", "abc", "𠮷", "；", report(1), report(5), "张"]
)
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(pieces=st.lists(PIECES, max_size=60), encoding=st.sampled_from(ENCODINGS))
def test_portions_are_the_text(pieces: list[str], encoding: str, small: None, tmp_path: Path) -> None:
    text = "医疗卫生工作总结。\n" + "".join(pieces)
    place = tmp_path / "a.txt"
    data = text.encode(encoding)
    place.write_bytes(data)
    found = list(portions.of(place))
    begin = found[0].start
    assert begin in (0, 2, 3, 4)  # a byte order mark
    assert b"".join(data[p.start : p.end] for p in found) == data[begin:]
    decoded = [data[p.start : p.end].decode(p.encoding) for p in found]  # no character is cut
    assert "".join(decoded) == text
    at = 0
    for portion, part in zip(found, decoded, strict=True):
        assert portion.characters == at
        at += len(part)
        assert portion.until == (None if portion is found[-1] else at)
    assert {p.sha256 for p in found} == {hashlib.sha256(data).hexdigest()}
    for before, after in pairwise(decoded):
        line_end = before.endswith("\n")
        assert line_end or before[-1] in "。；;"
        # No line that could be kept together is cut: there was none to cut behind.
        assert line_end or "\n" not in before[len(before) - 100 :] or "\n" not in after[:100]


def test_cuts_are_where_reports_begin(small: None, tmp_path: Path) -> None:
    source = written("".join(map(report, range(30))), tmp_path / "a.txt", "gb18030")
    found = list(portions.of(Path(source.path)))
    assert len(found) > 3
    data = Path(source.path).read_bytes()
    assert all("年卫生健康工作总结" in data[p.start : p.end].decode("gb18030").splitlines()[0] for p in found)
    assert not any(p.continues for p in found)


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        (("床位12张。" * 20 + "\n") * 30 + "\n" + "医院3家。" * 2000, ["医院3家。"]),  # at a blank line
        (("床位12张。" * 20 + "\n") * 60, ["床位12张。"]),  # at the end of a line
        ("床位12张，" * 400 + "医院3家。" + "床位12张，" * 800 + "医院3家。", ["床位12张，"]),  # behind a full stop
    ],
)
def test_cuts_where_no_report_begins(text: str, begins: list[str], small: None, tmp_path: Path) -> None:
    place = tmp_path / "a.txt"
    place.write_text(text, encoding="utf-8")
    found = list(portions.of(place))
    data = place.read_bytes()
    assert all(p.continues for p in found[1:])
    assert len(found) > 1
    assert all(data[p.start :].decode().startswith(tuple(begins)) for p in found[1:])


@pytest.mark.parametrize("data", [b"x" * 60_000, bytes(range(256)) * 200, ("床位12张，" * 5000).encode()])
def test_what_cannot_be_cut_is_read_whole(data: bytes, small: None, tmp_path: Path) -> None:
    place = tmp_path / "a.txt"
    place.write_bytes(data)
    with pytest.raises(portions.UncutError):
        list(portions.of(place))
    (source,) = find([str(place)]).sources
    assert not process(source, Work(), LEXICON).more


# --- read portion by portion -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("want", ["both", "observations", "masks"])
def test_the_same_rows_as_from_the_whole(
    encoding: str, newline: str, want: Want, small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = written("".join(map(report, range(40))).replace("\n", newline), tmp_path / "2019年.txt", encoding)
    work = Work(want=want)
    outcomes, expected = here(source, work), whole(source, work, monkeypatch)
    assert len(outcomes) > 3
    assert expected.about["reports"] == 40

    def ordered(rows: Sequence[Row]) -> list[Row]:
        return sorted(rows, key=lambda row: (row["layer"], row["start"]))

    assert ordered(rows_of(outcomes)) == ordered(expected.rows)
    assert [o.read for o in outcomes] == [False] * (len(outcomes) - 1) + [True]
    assert (outcomes[-1].about, outcomes[-1].digest) == (expected.about, expected.digest)
    assert [i for o in outcomes for i in o.issues] == []


def test_portions_in_workers(small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "".join(map(report, range(20)))
    for name in ("a", "c"):
        written(text, tmp_path / f"{name}.txt")
    written(report(1), tmp_path / "b.txt")
    sources = find([str(tmp_path)]).sources
    submit = pipeline._Workers.submit
    # Large ones are cut here, where they are not so large; their portions are read in workers.
    monkeypatch.setattr(pipeline._Workers, "submit", lambda self, s: submit(self, s) if s.portion else None)
    outcomes = list(run(sources, Work(), 2))
    alone = [o for source in sources for o in here(source, Work())]
    assert [(o.path, o.part, o.rows, o.about) for o in outcomes] == [(o.path, o.part, o.rows, o.about) for o in alone]


def test_a_report_that_goes_on(small: None, tmp_path: Path) -> None:
    # What no portion of its own says is not guessed: neither from the words behind the cut nor from the file's name.
    line = f"宁波市2019年开放床位1200张。{PROSE}\n"
    source = written(report(0) + line * 60 + report(1), tmp_path / "成都市2015年.txt")
    outcomes = here(source, Work())
    found = rows_of(outcomes)
    assert outcomes[-1].about["reports"] == 2
    assert [r["start"] for r in found] == sorted(r["start"] for r in found)
    assert {r["report"] for r in found} == {1, 2}
    behind = [r for r in found if r["report"] == 1 and not r["title"]]
    assert len(behind) > 20
    assert {r["area_name"] for r in behind} <= {None, "浙江省宁波市", "宁波市"}
    assert "成都市" not in {r["area_name"] for r in found}
    assert {r["area_name"] for r in found if r["report"] == 2} == {"宁波市"}


def test_a_collection_says_so_once(small: None, tmp_path: Path) -> None:
    head = "工作总结范文20篇\n\n"
    source = written(head + "".join(map(report, range(20))), tmp_path / "a.txt")
    assert all(p.head[0] == head.strip() for p in portions.of(Path(source.path)))


# --- what refers to a document ---------------------------------------------------------------------------------------


def test_what_a_manifest_says_of_a_report_by_its_number(
    small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = written("".join(map(report, range(20))), tmp_path / "a.txt")
    (tmp_path / "m.csv").write_text(
        "file,report,area,year,url\na.txt,17,成都市,2001,http://x\na.txt,,,,http://all\na.txt,99,成都市,,\n",
        encoding="utf-8",
    )
    work = Work("both", manifest=read_manifest(tmp_path / "m.csv"))
    outcomes, expected = here(source, work), whole(source, work, monkeypatch)
    columns = ("layer", "start", "report", "title", "area_name", "area_id", "year", "url")

    def told(rows: Sequence[Row]) -> list[list[object]]:
        return sorted(([row.get(c) for c in columns] for row in rows), key=repr)

    assert told(rows_of(outcomes)) == told(expected.rows)
    assert {r["url"] for r in rows_of(outcomes) if r["report"] == 17} == {"http://x"}
    said = [i.message for o in outcomes for i in o.issues]
    assert said == [i.message for i in expected.issues]
    assert "no report 99" in said[0]


def test_corrections(small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = written("".join(map(report, range(20))), tmp_path / "a.txt")
    rows = rows_of(here(source, Work()))
    last = rows[-1]
    lines = [f"{last['file_hash']},{last['start']},{last['end']},value,77家", f"{last['file_hash']},1,2,value,5家"]
    (tmp_path / "c.csv").write_text("file_hash,start,end,field,value\n" + "\n".join(lines), encoding="utf-8")
    work = Work(corrections=read_corrections(tmp_path / "c.csv", LEXICON))
    outcomes, expected = here(source, work), whole(source, work, monkeypatch)
    assert rows_of(outcomes) == list(expected.rows)
    assert rows_of(outcomes)[-1]["value"] == 77
    assert [i.message for o in outcomes for i in o.issues] == [i.message for i in expected.issues]
    assert len(expected.issues) == 1


def test_the_text_is_saved_whole(small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = written("".join(map(report, range(20))).replace("\n", "\r\n"), tmp_path / "a.txt", "gb18030")
    saved = []
    for folder, reader in (("parts", here), ("whole", lambda s, w: whole(s, w, monkeypatch))):
        place = tmp_path / folder
        reader(source, Work(save_text=place))
        (text,) = place.rglob("a.txt.txt")
        (blocks,) = place.rglob("a.txt.blocks.csv")
        saved.append((text.read_bytes(), list(csv.reader(blocks.open(encoding="utf-8-sig")))))
    assert saved[0] == saved[1]
    assert saved[0][0].decode() == Path(source.path).read_bytes().decode("gb18030")


def test_a_portion_that_is_lost(small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = written("".join(map(report, range(20))), tmp_path / "a.txt")
    expected = rows_of(here(source, Work()))
    inner = pipeline._portion

    def stumbling(one: Source, work: Work, lexicon: object) -> Outcome:
        assert one.portion
        if one.portion.start in lost:
            raise MemoryError
        return inner(one, work, LEXICON)

    monkeypatch.setattr(pipeline, "_portion", stumbling)
    found = list(portions.of(Path(source.path)))
    lost = {found[1].start}
    outcomes = here(source, Work())
    (issue,) = [i for o in outcomes for i in o.issues]
    assert (issue.code, issue.fatal) == ("portion", False)
    assert f"characters {found[1].characters:,} to {found[1].until:,}" in issue.message
    assert outcomes[-1].read
    kept = [r for r in expected if not found[1].characters <= r["start"] < (found[1].until or 0)]
    assert [(r["start"], r["value"]) for r in rows_of(outcomes)] == [(r["start"], r["value"]) for r in kept]

    lost = {portion.start for portion in found}
    outcomes = here(source, Work())
    assert not any(o.read for o in outcomes)
    assert [i.code for i in outcomes[-1].issues] == ["memory"]
    assert outcomes[-1].issues[0].fatal


def test_a_file_that_changes_while_it_is_read(small: None, tmp_path: Path) -> None:
    source = written("".join(map(report, range(20))), tmp_path / "a.txt")
    unfolded = process(source, Work(), LEXICON)
    assert unfolded.in_portions
    Path(source.path).write_text("".join(map(report, range(5))), encoding="utf-8")
    joined = Whole(unfolded, Work().manifest, LEXICON)
    outcomes = [joined.added(process(one, Work(), LEXICON), one) for one in unfolded.more]
    assert not rows_of(outcomes)
    assert [i.code for i in joined.end().issues] == ["unreadable"]


def test_show_reads_the_whole(small: None, tmp_path: Path) -> None:
    source = written("".join(map(report, range(20))), tmp_path / "a.txt")
    (outcome,) = here(source, Work(want="marks"))
    assert sum(row["layer"] == "report" for row in outcome.rows) == 20


# --- in a store ------------------------------------------------------------------------------------------------------


def kept(path: Path) -> list[list[tuple[object, ...]]]:
    connection = duckdb.connect(str(path), read_only=True)
    try:
        return [
            connection.execute(query).fetchall()
            for query in (
                "SELECT location, state, characters, reports, figures, masks FROM files ORDER BY location",
                'SELECT location, report, start, "end" FROM observations o JOIN files f USING (file) ORDER BY ALL',
                "SELECT location, m.report, start FROM masks m JOIN files f USING (file) ORDER BY ALL",
            )
        ]
    finally:
        connection.close()


@pytest.mark.parametrize("stop", [0, 2, 5])
def test_a_store_holds_whole_texts_only(
    stop: int, small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hreport.store.MOST_ROWS", 10)
    folder = tmp_path / "reports"
    folder.mkdir()
    written(report(3), folder / "a.txt")
    written("".join(map(report, range(20))), folder / "b.txt")
    written("".join(map(report, range(12))), folder / "c.txt")
    sources = find([str(folder)]).sources
    work = Work("both")
    target = tmp_path / "s.duckdb"

    def outcomes(store: Store) -> Iterator[Outcome]:
        fresh = list(store.fresh(sources, lambda issue: None, lambda: None))
        yield from (outcome for source in fresh for outcome in here(source, work))

    store = Store(target, work)
    for number, outcome in enumerate(outcomes(store)):
        if number == stop:
            break
        store.put(outcome)
    store.close()
    assert [state for _, state, *_ in kept(target)[0]] == ["read"] * (1 if stop else 0)
    assert len(kept(target)[1]) == (len(rows_of(here(sources[0], Work()))) if stop else 0)

    for again in (2 if stop else 3, 0):
        store = Store(target, work)
        for outcome in outcomes(store):
            store.put(outcome)
        store.close()
        assert (store.read, store.unchanged) == (again, 3 - again)
        files, figures, masks = kept(target)
        for (location, state, characters, reports, figure_count, mask_count), source in zip(
            files, sources, strict=True
        ):
            expected = whole(source, work, monkeypatch)
            assert (state, characters, reports) == ("read", expected.about["characters"], expected.about["reports"])
            layers = [row["layer"] for row in expected.rows]
            assert (figure_count, mask_count) == (layers.count("quantity"), layers.count("mask"))
            assert sum(row[0] == location for row in figures) == figure_count
            assert sum(row[0] == location for row in masks) == mask_count


def test_sizes_decide_how_many_workers_there_are() -> None:
    one = Source("a.txt", size=200_000_000)
    assert pipeline.worth([one]) > 2
    assert pipeline.worth([replace(one, size=10)]) == 1
