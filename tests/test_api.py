"""The Python interface: the same rows as the commands, in pandas' types, and nothing lost in silence."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import hreport
from hreport.cli import app
from hreport.messages import translated
from hreport.record import CATALOGUE, EXTRACT, LONG, MASKS, STATISTICS, Column, unguarded

REPORT = (
    "杭州市2024年卫生健康工作总结\n\n一、工作情况\n全市孕产妇住院分娩率达到99.8%,婴儿死亡率为2.1‰。"
    "全市医疗卫生机构床位数达到xx.x万张,家庭医生签约率达到xx%。\n"
)
OTHER = "宁波市2024年卫生健康工作总结\n\n一、工作情况\n全市孕产妇住院分娩率达到99.5%,婴儿死亡率为1.9‰。\n"
TYPES = {"text": "string", "int": "Int64", "number": "Float64", "bool": "boolean", "mixed": "string"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/hz.txt").write_text(REPORT, encoding="utf-8")
    (tmp_path / "in/nb.txt").write_text(OTHER, encoding="gb18030")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(*arguments: str) -> pd.DataFrame:
    """What a command prints into a pipe, each cell as text."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.stderr
    return pd.read_csv(io.BytesIO(result.stdout_bytes), dtype=str, keep_default_na=False)


def same(frame: pd.DataFrame, said: pd.DataFrame) -> None:
    """Is the frame what a command printed?"""
    assert list(frame.columns) == list(said.columns)
    for name, kind in frame.dtypes.astype(str).items():
        cells = said[name].map(unguarded).replace("", None)
        if kind == "boolean":
            cells = cells.map({"true": True, "false": False}, na_action="ignore")
        elif kind != "string":
            cells = pd.to_numeric(cells)
        own = frame[name].replace("", pd.NA) if kind == "string" else frame[name]  # a CSV does not tell them apart
        pd.testing.assert_series_equal(own, cells.astype(kind), check_names=False)


def dtypes(columns: tuple[Column, ...]) -> dict[str, str]:
    return {c.name: TYPES[c.kind] for c in columns}


def test_import_is_light() -> None:
    script = (
        "import sys, hreport\n"
        "heavy = {'pandas', 'numpy', 'pyarrow', 'jieba', 'rjieba', 'lxml', 'duckdb', 'typer', 'hreport.api'}\n"
        "print(sorted(heavy & set(sys.modules)), 'compare' in dir(hreport))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, timeout=60)
    assert done.stdout.strip() == b"[] True"
    with pytest.raises(AttributeError, match="compares"):
        hreport.compares  # type: ignore[attr-defined] # noqa: B018


def test_what_commands_give(folder: Path) -> None:
    same(hreport.extract("in"), command("extract", "in"))
    same(hreport.masks(Path("in")), command("masks", "in"))
    same(hreport.compare(["in"], long=True), command("compare", "in", "--long"))
    same(hreport.indicators("婴儿"), command("indicators", "婴儿"))
    pivot = hreport.compare(["in/hz.txt", Path("in/nb.txt")])
    said = command("compare", "in")
    counts = ["indicator_id", "stated", "usable", *(c.name for c in STATISTICS)]
    assert list(said.columns) == [*counts[:1], "indicator", "unit", *counts[1:3], *pivot.columns, *counts[3:]]
    same(pivot.reset_index(), said.drop(columns=counts))


def test_options_are_those_of_the_command(folder: Path) -> None:
    words = {"by": "area,year", "indicator": ["婴儿死亡率", "hospital_delivery_rate"], "status": "all",
             "measure": "all", "year": [2024, "2020-2022"], "area": "杭州"}  # fmt: skip
    frame = hreport.compare("in", long=True, **words)  # type: ignore[arg-type]
    flags = [f"--{n}={v}" for n, given in words.items() for v in ([given] if isinstance(given, str) else given)]
    same(frame, command("compare", "in", "--long", *flags))
    assert set(frame.area) == {"杭州市"}
    pivot = hreport.compare("in", status="all", measure="all", evidence=True)
    assert pivot.index.names == ["indicator", "unit", "measure", "status", "line"]


def test_types_are_the_same_with_and_without_rows(folder: Path) -> None:
    (folder / "empty").mkdir()
    (folder / "empty/a.txt").write_text("无", encoding="utf-8")
    for paths in ("in", "empty"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", hreport.ReadWarning)
            assert hreport.extract(paths).dtypes.astype(str).to_dict() == dtypes(EXTRACT)
            assert hreport.masks(paths).dtypes.astype(str).to_dict() == dtypes(MASKS)
            assert hreport.compare(paths, long=True).dtypes.astype(str).to_dict() == dtypes(LONG)
            pivot = hreport.compare(paths)
        assert pivot.index.names == ["indicator", "unit"]
        assert set(pivot.dtypes.astype(str)) <= {"string"}
    assert hreport.indicators().dtypes.astype(str).to_dict() == dtypes(CATALOGUE)


def test_a_mask_is_shown_and_never_computed_with(folder: Path) -> None:
    pivot = hreport.compare("in")
    assert pivot.loc[("家庭医生签约服务覆盖率", "%"), "杭州市"] == "xx%"
    assert pivot.loc[("家庭医生签约服务覆盖率", "%"), "宁波市"] is pd.NA
    assert any(line.startswith("xx") for line in pivot.attrs["legend"])
    long = hreport.compare("in", long=True)
    masked = long[long.masked]
    assert len(masked)
    assert masked.obs_value.isna().all()
    assert long.obs_value.notna().sum() == len(long) - len(masked)


def test_a_frame_is_compared_as_its_reports_are(folder: Path) -> None:
    frame = hreport.extract("in")
    pd.testing.assert_frame_equal(hreport.compare(frame), hreport.compare("in"))
    frame.to_csv("own.csv", index=False)
    with_numbers = pd.read_csv("own.csv")  # codes and years have become numbers there
    expected = hreport.compare("in", long=True).drop(columns=["numeral"])
    pd.testing.assert_frame_equal(hreport.compare(with_numbers, long=True).drop(columns=["numeral"]), expected)
    frame.to_parquet("own.parquet")
    pd.testing.assert_frame_equal(hreport.compare("own.parquet"), hreport.compare("in"))
    pd.testing.assert_frame_equal(hreport.compare(pd.read_parquet("own.parquet")), hreport.compare("in"))
    assert len(hreport.compare(frame[frame.area_name == "杭州市"]).columns) == 1
    CliRunner().invoke(app, ["extract", "in", "-o", "kept.duckdb"])
    pd.testing.assert_frame_equal(hreport.compare("kept.duckdb"), hreport.compare("in"))
    with pytest.raises(ValueError, match="no column indicator_id"):
        hreport.compare(frame.drop(columns="indicator_id"))
    with pytest.raises(ValueError, match="row 1: value: 'many' is not a number"):
        hreport.compare(frame.astype({"value": object}).assign(value="many"))


def test_what_is_not_read_is_said(folder: Path) -> None:
    (folder / "in/none.txt").write_bytes(b"")
    with pytest.warns(hreport.ReadWarning, match=r"1 not read.*none\.txt") as caught:
        frame = hreport.extract(["in"])
    assert caught[0].filename == __file__
    assert [(i["file"], i["fatal"]) for i in frame.attrs["issues"]] == [("in/none.txt", True)]
    assert json.loads(json.dumps(frame.attrs)) == frame.attrs
    assert set(frame.file) == {"in/hz.txt", "in/nb.txt"}
    with pytest.warns(hreport.ReadWarning) as caught:
        assert hreport.compare("in").attrs["issues"] == frame.attrs["issues"]
    assert caught[0].filename == __file__
    heard: list[Any] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hreport.masks("in", on_issue=heard.append)
    assert [i.path for i in heard] == ["in/none.txt"]
    with pytest.warns(hreport.ReadWarning, match="no such file"):
        assert len(hreport.extract("nowhere")) == 0


def test_what_a_person_put_right_holds_for_reports_and_frames(folder: Path) -> None:
    frame = hreport.extract("in")
    row = frame[frame.text == "xx%"].iloc[0]
    mask = hreport.masks("in").query("text == 'xx'").iloc[0]
    said = f"{row.file_hash},{row.start},{row.end},value,81.5%\n{mask.file_hash},{mask.start},{mask.end},kind,other\n"
    (folder / "right.csv").write_text(f"file_hash,start,end,field,value\n{said}", encoding="utf-8")
    for given in ("in", frame):
        pivot = hreport.compare(given, corrections="right.csv")
        assert pivot.loc[("家庭医生签约服务覆盖率", "%"), "杭州市"] == "81.5 \u270e"
    assert hreport.extract("in", corrections="right.csv").corrected.dropna().to_list() == ["value"]
    assert hreport.masks("in", corrections="right.csv").corrected.dropna().to_list() == ["kind"]
    (folder / "right.csv").write_text("file_hash,start,end,field,value\n0123456789,1,2,value,3\n", encoding="utf-8")
    for given in ("in", frame):
        found = hreport.compare(given, corrections="right.csv").attrs["issues"]
        assert [i["code"] for i in found] == ["correction_elsewhere"]
    (folder / "list.csv").write_text("file,area\nin/hz.txt,绍兴市\nin/no.txt,宁波市\n", encoding="utf-8")
    for given in ("in", frame):
        with pytest.warns(hreport.ReadWarning, match=r"in/no\.txt is not among the files") as caught:
            pivot = hreport.compare(given, manifest="list.csv")
        assert caught[0].filename == __file__
        assert list(pivot.columns) == ["宁波市", "绍兴市"]


def test_ranks_and_copies(folder: Path) -> None:
    pivot = hreport.compare("in", ranks=True)
    ranks = pivot.xs("rank", level="line")
    assert ranks.loc[("婴儿死亡率", "‰"), ["杭州市", "宁波市"]].to_list() == ["2", "1"]
    text = REPORT + "全市共有各类医疗卫生机构6318个,其中医院418家,社区卫生服务中心206家,乡镇卫生院112家。" * 2
    for name in ("hz", "copy"):
        (folder / f"in/{name}.txt").write_text(text, encoding="utf-8")
    with pytest.warns(hreport.ReadWarning, match="is a copy of") as caught:
        once = hreport.compare("in", long=True)
    assert caught[0].filename == __file__
    twice = hreport.compare("in", long=True, keep_copies=True)
    assert once.chosen.sum() == twice.chosen.sum()
    assert set(once.copy_of.dropna()) == {"in/copy.txt#1"}
    assert twice.copy_of.isna().all()


def test_what_is_warned_of_can_be_said_in_chinese(folder: Path) -> None:
    (folder / "in/none.txt").write_bytes(b"")
    with pytest.warns(hreport.ReadWarning) as caught:
        hreport.extract("in")
    said = translated(caught[0].message.args[0], "zh")  # type: ignore[union-attr]
    assert said == "1 处未读、未读全或未计入（见 attrs['issues']）：in/none.txt：文件是空的：没有可读的内容"


def test_nothing_to_compare_is_said(folder: Path) -> None:
    with pytest.warns(hreport.ReadWarning, match="nothing to compare: none of the"):
        assert hreport.compare("in", year=1999).empty


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"by": "town"}, "'town' is not known. Known: area"),
        ({"status": "actul"}, "Did you mean actual"),
        ({"measure": "x"}, "Known: level"),
        ({"indicator": "婴儿死忘率"}, "Did you mean .*婴儿死亡率"),
        ({"year": "24"}, "'24' is not a year"),
        ({"jobs": 0}, "jobs must be at least 1"),
        ({"timeout": 0}, "timeout must be more than 0"),
        ({"manifest": "in/hz.txt"}, "unknown column"),
        ({"catalog": "in/nb.txt"}, "not UTF-8"),
    ],
)
def test_mistakes_are_errors(options: dict[str, Any], said: str, folder: Path) -> None:
    with pytest.raises(ValueError, match=said):
        hreport.compare("in", **options)
    with pytest.raises(FileNotFoundError, match=r"manifest: there is no file no\.csv"):
        hreport.extract("in", manifest="no.csv")


def test_a_catalogue_that_is_edited_is_read_anew(folder: Path) -> None:
    for name in ("First", "Second"):
        text = f'[indicators]\nx = {{ name = "测试率", en = "{name}", group = "g", unit = "%", kind = "rate" }}\n'
        (folder / "own.toml").write_text(text, encoding="utf-8")
        assert list(hreport.indicators("测试率", catalog="own.toml").en) == [name]


def test_a_dictionary_leaves_no_trace(folder: Path) -> None:
    before = hreport.extract("in")
    (folder / "words.txt").write_text("婴儿死\n", encoding="utf-8")
    hreport.extract("in", userdict="words.txt")
    pd.testing.assert_frame_equal(hreport.extract("in"), before)


def test_a_script_without_main_guard(folder: Path) -> None:
    """Workers do not run it again: what it prints stands there once. It may have threads."""
    script = (
        "from concurrent.futures import ThreadPoolExecutor\nimport sys\nimport hreport\nprint('once')\n"
        "with ThreadPoolExecutor(2) as pool:\n"
        "    for frame in pool.map(lambda jobs: hreport.extract('in', jobs=jobs), (1, 1)):\n"
        "        print(len(frame))\n"
        "print(sys.modules['__main__'].script)\n"
    )
    (folder / "script.py").write_text(f"script = 'whole'\n{script}", encoding="utf-8")
    done = subprocess.run([sys.executable, "script.py"], capture_output=True, timeout=120, check=False, cwd=folder)
    count = str(len(hreport.extract("in")))
    assert (done.stdout.decode().split(), done.stderr) == (["once", count, count, "whole"], b"")


def test_the_table_of_types_is_that_of_the_frames() -> None:
    """The docstrings name each column under its type."""
    for function, columns in ((hreport.extract, EXTRACT), (hreport.masks, MASKS), (hreport.compare, LONG),
                              (hreport.indicators, CATALOGUE)):  # fmt: skip
        said = " ".join((function.__doc__ or "").split("Returns:")[1].split("Raises:")[0].split())
        said = said[said.index("`string`") :]
        for column in columns:
            (at,) = [k for k, part in enumerate(said.split(". `")) if re.search(rf"\b{column.name}\b", part)][:1]
            assert said.split(". `")[at].strip("`").startswith(TYPES[column.kind]), (function.__name__, column.name)
