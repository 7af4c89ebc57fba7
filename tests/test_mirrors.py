"""Copies of one text: found, whatever was done to them; never confused with a like text; no second witness."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from random import Random

import mirroring
import pytest
from mangler import Clean, clean_samples
from mirroring import ALL_OF_IT, excerpt, figures_of, glued, hidden, reordered
from texts import LEXICON, SAMPLES, SHARED, file
from typer.testing import CliRunner

from hreport import comparison, mirrors
from hreport.alignment import Block, Stream, agreement, fits, matched, slots
from hreport.cli import app
from hreport.figures import Selection
from hreport.messages import translated
from hreport.record import Row
from hreport.resolve import convert

NAME = "丽水市2022年健康丽水建设工作总结.txt"


@lru_cache
def clean() -> Clean:
    return next(c for c in clean_samples() if c.name == NAME)


@lru_cache
def originals() -> tuple[Row, ...]:
    """The figures of all samples, as extract gives them."""
    return tuple(row for p in SAMPLES for row in figures_of(file(p).text, p.name))


def files(found: mirrors.Groups) -> dict[str, str]:
    return {copy[0]: primary[0] for copy, primary in found.primary.items()}


# --- streams and blocks ----------------------------------------------------------------------------------------------


def test_a_stream_is_what_masks_damage_and_spinning_leave() -> None:
    spin = tuple(LEXICON.spin.values())
    one = Stream.of("服务率达到95.3%，建成１２家；進一步", spin)
    two = Stream.of("效劳率到达xx.x%建成XX家；进1步", spin)
    assert one.key == two.key == "服务率达到建成家进步"
    assert [one.text[k] for k in one.starts] == list("服务率达到建成家進步")


def test_blocks_are_found_in_any_order_and_from_either_side() -> None:
    random = Random(7)
    words = [chr(random.randrange(0x4E50, 0x9000)) for _ in range(3000)]
    a = "".join(words)
    b = a[2000:] + a[:900] + a[905:2000]
    blocks = matched(a, b)
    assert blocks == [Block(0, 1000, 900), Block(905, 1900, 1095), Block(2000, 0, 1000)]
    assert sorted(Block(k.b, k.a, k.length) for k in matched(b, a)) == blocks
    assert matched("", a) == matched(a, "") == []


def test_a_text_that_stands_twice_in_a_file_is_aligned_once() -> None:
    text = Stream.of(clean().text).key
    assert sum(block.length for block in matched(text + text, text)) == len(text)


def test_slots_hold_every_number_of_two_equal_texts() -> None:
    stream = Stream.of(clean().text)
    found = [s for s in slots(stream, stream, matched(stream.key, stream.key)) if s.start_a < s.end_a]
    assert all((s.start_a, s.end_a) == (s.start_b, s.end_b) for s in found)
    held = "".join(clean().text[s.start_a : s.end_a] for s in found)
    assert re.findall(r"\d", held) == re.findall(r"\d", clean().text)


@pytest.mark.parametrize(
    ("mask", "number", "by_digit", "fit"),
    [
        ("xx.x", "95.3", True, True), ("xx.x", "5.3", True, False), ("xx.x", "95", True, False),
        ("xxxx", "1,203", True, True), ("XX", "7", False, True), ("XX", "1203.5", False, True),
        ("201*", "2007", True, True), ("201*", "1998", True, False), ("201*201*", "2011-2015", True, True),
        ("20xx", "2022", True, True), ("202x", "2022", True, True), ("202x", "2019", True, False),
        ("20_", "2009", True, True), ("**1", "1201", True, True), ("**1", "1202", True, False),
        ("2XX", "2009", True, True), ("2XX", "215", True, True), ("2XX", "315", True, False),
        ("x.x", "十", True, False),
    ],
)  # fmt: skip
def test_what_fits_a_mask(mask: str, number: str, by_digit: bool, fit: bool) -> None:
    assert fits(mask, number, by_digit) is fit


# --- which reports are copies ----------------------------------------------------------------------------------------


def test_the_samples_hold_no_copies() -> None:
    assert mirrors.groups(originals()).primary == {}


@pytest.mark.parametrize("names", ALL_OF_IT, ids=" ".join)
def test_a_masked_copy_is_found_among_others(names: tuple[str, ...]) -> None:
    copy = hidden(clean(), *names)
    found = mirrors.groups([*originals(), *figures_of(copy.text, "share.txt")])
    assert files(found) == {"share.txt": NAME}
    assert found.evidence["share.txt", 1].sentences > 0.9


CHANGES: dict[str, Callable[[mirroring.Copy], mirroring.Copy]] = {
    "re-ordered": lambda copy: reordered(copy, Random(5)),
    "an excerpt": lambda copy: excerpt(copy, 0.3, 0.7),
    "glued": lambda copy: glued(copy, "某网站 文档下载\n", "\n声明：本文由网友上传。\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_copy_that_is_cut_or_moved_is_found(change: str) -> None:
    copy = CHANGES[change](hidden(clean(), *ALL_OF_IT[0]))
    found = mirrors.groups([*originals(), *figures_of(copy.text, "share.txt")])
    assert files(found) == {"share.txt": NAME}


def other_figures(text: str, seed: int) -> str:
    """The same words with other figures: the form of another place, or of another year."""
    random = Random(seed)

    def drawn(match: re.Match[str]) -> str:
        number = match[0]
        if re.fullmatch(r"20\d\d", number):
            return str(int(number) + 1)
        return "".join(c if c == "." else str(random.randrange(1, 10)) for c in number)

    return re.sub(r"\d+(?:\.\d+)?", drawn, text)


@pytest.mark.parametrize("sample", [c.name for c in clean_samples()[::3]])
def test_one_form_filled_in_with_other_figures_is_no_copy(sample: str) -> None:
    text = next(c.text for c in clean_samples() if c.name == sample)
    rows = [*originals(), *figures_of(other_figures(text, 1), "next.txt"), *figures_of(other_figures(text, 2), "b.txt")]
    assert mirrors.groups(rows).primary == {}


def test_a_masked_form_is_a_copy_only_of_what_fits_its_masks() -> None:
    other = other_figures(re.sub(r"\d+(?=\.\d+%)", lambda m: f"{int(m[0]) % 10}", clean().text), 3)
    masked = hidden(clean(), "number xx.x", "place xx")
    rows = [*figures_of(other, "other.txt"), *figures_of(masked.text, "share.txt")]
    assert mirrors.groups(rows).primary == {}


def test_a_masked_form_that_fits_two_reports_is_a_copy_of_neither() -> None:
    share = figures_of(re.sub(r"\d", "x", clean().text), "share.txt")
    one, two = (figures_of(other_figures(clean().text, k), f"{k}.txt") for k in (1, 2))
    assert files(mirrors.groups([*one, *share])) == {"share.txt": "1.txt"}
    assert mirrors.groups([*one, *two, *share]).primary == {}


def test_two_reports_of_few_words_are_no_copies() -> None:
    text = "{}市2024年卫生健康工作总结\n\n全市孕产妇住院分娩率达到99.8%，婴儿死亡率为2.1‰。\n"
    rows = [*figures_of(text.format("杭州"), "a.txt"), *figures_of(text.format("宁波"), "b.txt")]
    assert mirrors.groups(rows).primary == {}


def test_groups_do_not_depend_on_the_order_of_the_rows() -> None:
    rows = [*originals()]
    for k, names in enumerate(ALL_OF_IT):
        rows += figures_of(hidden(clean(), *names).text, f"{k}.txt")
    found = mirrors.groups(rows)
    assert len(found.primary) == len(ALL_OF_IT)
    for seed in range(3):
        Random(seed).shuffle(rows)
        again = mirrors.groups(rows)
        assert (again.primary, again.evidence, again.twins) == (found.primary, found.evidence, found.twins)


def test_groups_do_not_depend_on_the_hash_seed() -> None:
    code = (
        "import json, sys; from hreport import mirrors; found = mirrors.groups(json.load(sys.stdin));"
        "print(list(found.primary.items()), list(found.twins.items()))"
    )
    rows = json.dumps([*_rows(), *half(0), *half(1)])
    said = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", code], env=environment, input=rows, capture_output=True, text=True)
        said.add(done.stdout)
    assert len(said) == 1
    assert "half1.txt" in said.pop()


def test_the_first_of_a_group_is_named_and_whole() -> None:
    part = excerpt(hidden(clean()), 0.2, 0.9).text  # clear, but without its title: of no known place
    masked = hidden(clean(), "number xx.x", share=0.3).text
    rows = [*figures_of(part, "a.txt"), *figures_of(masked, "丽水市2022年总结.txt")]
    assert files(mirrors.groups(rows)) == {"a.txt": "丽水市2022年总结.txt"}


def test_three_hundred_reports_in_seconds() -> None:
    rows: list[Row] = []
    for k in range(300):
        text = other_figures(clean().text, k) if k % 3 else clean().text
        rows += [
            {**row, "file": f"{k}.txt", "text": text[row["start"] : row["end"]], "sentence": text[start:end]}
            for row, (start, end) in zip(_rows(), _sentences(), strict=True)
        ]
    start = time.process_time()
    found = mirrors.groups(rows)
    assert time.process_time() - start < 10
    assert len(found.primary) == 99  # a hundred of them are one text


@lru_cache
def _rows() -> list[Row]:
    return figures_of(clean().text, NAME)


def _sentences() -> Iterator[tuple[int, int]]:
    """Where the sentences of the rows stand; other figures of as many digits leave them there."""
    for row in _rows():
        start = clean().text.rindex(row["sentence"], 0, row["end"] + len(row["sentence"]))
        yield start, start + len(row["sentence"])


@pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="the corpus is not at hand")
def test_the_reports_of_two_years_of_one_province_are_no_copies() -> None:
    rows = []
    for folder in ("work_reports_2026_txt", "work_reports_docx"):
        for path in sorted((SHARED / "corpus" / folder).iterdir())[:4]:
            rows += figures_of(file(path).text, path.name)
    assert len({row["file"] for row in rows}) == 8
    assert mirrors.groups(rows).primary == {}


# --- in a comparison -------------------------------------------------------------------------------------------------


def compared(*rows: Row, keep_copies: bool = False, **selection: object) -> comparison.Comparison:
    from functools import partial

    return comparison.compare(
        rows,
        LEXICON.indicators,
        partial(convert, lexicon=LEXICON),
        Selection(**selection),  # type: ignore[arg-type]
        keep_copies=keep_copies,
    )


def shown(result: comparison.Comparison) -> dict[str, dict[str, str]]:
    """By place, what each indicator shows."""
    places = [c.name for c in result.columns if c.kind == "mixed"]
    return {p: {r["indicator"]: str(r[p]) for r in result.rows if r.get(p) is not None} for p in places}


@lru_cache
def half(which: int) -> tuple[Row, ...]:
    """A copy of another site: without the place, and every other figure masked."""
    from mangler import digit_by_digit, mangle

    masked = [c for c in digit_by_digit(clean(), clean().random("half")) if c.figure][which::2]
    places = list(mirroring.BY_NAME["place xx"].make(clean(), clean().random("")))
    return tuple(figures_of(mangle(clean(), masked + places).text, f"half{which}.txt"))


def test_a_copy_has_no_column_and_is_no_second_witness() -> None:
    alone = compared(*_rows())
    both = compared(*_rows(), *half(0), *half(1))
    assert shown(both) == shown(alone)
    assert len(both.long) == 3 * len(alone.long)
    assert {r["copy_of"] for r in both.long if r["file"] != NAME} == {f"{NAME}#1"}
    assert {r["chosen"] for r in both.long if r["file"] != NAME} == {False}
    assert not any("several" in (r["doubt"] or "") for r in both.long)
    said = [i for i in both.issues if i.code == "copy"]
    assert [(i.path, i.fatal) for i in said] == [("half0.txt", False), ("half1.txt", False)]
    assert "not counted again" in said[0].message
    assert "不重复计入" in translated(said[0].message, "zh")


def test_without_its_original_a_copy_keeps_its_column() -> None:
    assert list(shown(compared(*half(0)))) == ["xx市 (half0.txt#1)"]


def test_copies_can_be_kept() -> None:
    result = compared(*_rows(), *half(0), keep_copies=True)
    assert len(shown(result)) == 2
    assert result.issues == []


def test_what_one_copy_hides_is_shown_from_the_other_and_marked() -> None:
    named = [{**row, "file": "named.txt"} for row in _masked(_rows())]
    result = compared(*named, *half(1))
    (place, cells), *rest = shown(result).items()
    assert rest == []
    assert place.startswith("丽水市")
    filled = [r for r in result.long if r["chosen"] and r["doubt"] == "from_copy"]
    assert filled
    assert {(r["file"], r["area_id"]) for r in filled} == {("half1.txt", "331100")}
    assert all(cells[r["indicator"]].endswith("§") for r in filled)
    truth = {(r["indicator_id"], r["start"]): r["obs_value"] for r in compared(*_rows()).long}
    values = {value for value in truth.values() if value is not None}
    assert {r["obs_value"] for r in filled if r["obs_value"] is not None} <= values
    assert any("§" in line for line in result.legend)
    # It is found under the place of the original too.
    assert shown(compared(*named, *half(1), areas=("331100",))) == shown(result)


def _masked(rows: list[Row]) -> list[Row]:
    """The rows with every third figure masked, in the sentence too."""
    out = []
    for row in rows:
        at = row["sentence"].find(row["text"])
        if row["start"] % 3 == 0 and row["obs_value"] is not None and at >= 0:
            text = re.sub(r"\d", "x", row["text"])
            row = {**row, "text": text, "masked": True, "value": None, "obs_value": None, "numeral": "xx"}
        out.append(row)
    return out


def test_two_legible_figures_of_copies_that_differ_are_marked() -> None:
    wrong = clean().text.replace("82.06岁", "83.06岁")
    assert wrong != clean().text
    result = compared(*_rows(), *figures_of(wrong.replace("丽水市", "xx市"), "share.txt"))
    marked = {r["indicator_id"] for r in result.long if "several" in (r["doubt"] or "")}
    assert marked == {"life_expectancy"}


def test_reports_side_by_side_stay_side_by_side() -> None:
    result = compared(*_rows(), *half(0), by="report")
    assert list(shown(result)) == ["half0.txt#1", f"{NAME}#1"]
    assert ["no second witness" in i.message for i in result.issues] == [True]


def test_copies_in_tables_that_extract_wrote(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(clean().text, "utf-8")
    (tmp_path / "wk_1.txt").write_text(hidden(clean(), "number xx.x", "place xx", "spun words").text, "utf-8")
    run = CliRunner()
    tables = []
    for name in (NAME, "wk_1.txt"):
        tables.append(str(tmp_path / f"{name}.csv"))
        assert run.invoke(app, ["extract", str(tmp_path / name), "-o", tables[-1]]).exit_code == 0
    done = run.invoke(app, ["compare", *tables, "-f", "csv"])
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0].removeprefix("\ufeff").split(",")[5:7] == ["丽水市", "comparable"]
    assert "wk_1.txt: report 1 is a copy of" in done.stderr
    kept = run.invoke(app, ["compare", *tables, "-f", "csv", "--keep-copies"])
    assert len(kept.stdout.splitlines()[0].split(",")) == 13
    assert "copy" not in kept.stderr


def test_numbers_agree_in_copies_and_not_in_two_years() -> None:
    one = Stream.of(clean().text)
    two = Stream.of(other_figures(clean().text, 4))
    same = agreement(one, one, matched(one.key, one.key))
    assert same.legible == same.agreed > 50
    other = agreement(one, two, matched(one.key, two.key))
    assert other.agreed < 0.3 * other.legible
