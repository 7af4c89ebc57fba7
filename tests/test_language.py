"""Chinese and English: every line for people has both, on every way in, and no machine format has either."""

from __future__ import annotations

import ast
import errno
import logging
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
from typer.testing import CliRunner, Result

from hreport import align, cli, evaluate, messages
from hreport.cli import app, language
from hreport.messages import Message, listed, reason_of, translated, translations, word_of
from hreport.model import Basis, Bound, Damage, Direction, MaskKind, Measure, Status
from hreport.record import worded, wording
from hreport.width import screen_width

SOURCE = Path(__file__).parents[1] / "src" / "hreport"
TABLES = tomllib.loads((SOURCE / "data" / "messages.toml").read_text("utf-8"))
CHINESE = re.compile("[\u4e00-\u9fff]")
EXAMPLE = re.compile(r"^  hreport .*$", re.MULTILINE)  # a line to copy, the same in every language
COMMANDS = [*cli.COMMANDS]
REPORT = (
    "杭州市2024年卫生健康工作总结\n\n一、工作情况\n全市孕产妇住院分娩率达到99.8%,婴儿死亡率为2.1‰。"
    "全市医疗卫生机构床位数达到xx.x万张,家庭医生签约率达到xx%。\n"
)

# Where a line for people stands among the arguments of a call.
LINES = {
    "Issue": 2, "issue": 1, "RefusedError": 1, "Failure": 1, "_failed": 2, "doubt": 1, "misuse": 0, "tell": 0,
    "BadParameter": 0, "TableError": 0, "ManifestError": 0, "StoreError": 0, "LexiconError": 2,
    "SetError": 1, "ClusterError": 0, "RemoteError": 0,
}  # fmt: skip
CODES = {"Issue": 1, "issue": 0, "RefusedError": 0, "Failure": 0, "_failed": 1, "SetError": 0}


# --- every line has its Chinese -------------------------------------------------------------------------------------


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Each call in the source, with the name of what is called."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func
                name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
                yield f"{path.name}:{node.lineno}:{name}", node


def is_text(node: ast.expr) -> bool:
    """Is this a literal, or a choice between literals, that is no Message?"""
    if isinstance(node, ast.IfExp):
        return is_text(node.body) or is_text(node.orelse)
    if isinstance(node, ast.BinOp):
        return is_text(node.left) or is_text(node.right)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def templates() -> set[str]:
    """All templates, and the help of all commands and options."""
    found = set()
    for place, node in calls():
        if place.endswith(":Message") and not place.startswith("messages.py"):
            assert isinstance(node.args[0], ast.Constant), place
            found.add(node.args[0].value)
        found |= {k.value.value for k in node.keywords if k.arg == "help" and isinstance(k.value, ast.Constant)}
    found.add(Message("{before}, {part}", before="", part="").template)
    return found | {help_ for _, help_ in cli.COMMANDS.values()}


def names(template: str) -> set[str]:
    return {name for _, name, *_ in Formatter().parse(template) if name is not None}


def test_every_template_is_translated_and_no_translation_is_left_over() -> None:
    found = templates()
    assert found - TABLES["zh"].keys() == set()
    assert TABLES["zh"].keys() - found == set()


@pytest.mark.parametrize("table", TABLES)
def test_a_translation_has_the_fields_of_its_template_and_is_chinese(table: str) -> None:
    for template, chinese in TABLES[table].items():
        assert names(chinese) == names(template), template
        # Chinese, or nothing but names and punctuation such as {path}: {error}.
        assert CHINESE.search(chinese) or not re.search("[a-z]{3}", re.sub(r"\{.*?\}", "", chinese)), template
        for mark in ("  ", " ，", " 。", " ：", ",，", "。。"):
            assert mark not in chinese, template


def test_no_line_for_people_is_a_plain_text() -> None:
    for place, node in calls():
        at = LINES.get(place.rpartition(":")[2])
        if at is not None and len(node.args) > at:
            assert not is_text(node.args[at]), place


def test_nothing_is_said_past_the_translation() -> None:
    for place, node in calls():
        if place.endswith(":write") and ast.unparse(node.func) == "sys.stderr.write":
            assert place.startswith("console.py"), place


def test_words_that_are_made_elsewhere_are_translated() -> None:
    codes = set()
    for place, node in calls():
        at = CODES.get(place.rpartition(":")[2])
        is_fatal = not any(k.arg == "fatal" and ast.unparse(k.value) == "False" for k in node.keywords)
        if at is not None and is_fatal and len(node.args) > at and isinstance(node.args[at], ast.Constant):
            codes.add(node.args[at].value.replace("_", " "))
    figures = {*evaluate.FIGURES, *(f"{change} {f}" for f in evaluate.COMPARED for change in ("lost", "gained"))}
    sorts = {"mask missed", "mask invented", "mask kind", "metric missed", "metric invented"}
    sorts |= {kind.replace("_", " ") for kind in align.KINDS}
    system = {os.strerror(number) for number in errno.errorcode}
    words = TABLES["zh_words"].keys()
    assert (codes | figures | sorts) - words == set()
    assert words - codes - figures - sorts - system == set()


def test_every_code_of_a_row_has_a_word() -> None:
    sorts = {"kind": MaskKind, "measure": Measure, "direction": Direction, "basis": Basis, "status": Status}
    for name, known in {**sorts, "bound": Bound, "damage": Damage}.items():
        assert wording()["codes"][name].keys() == set(get_args(known)), name
        assert worded({name: get_args(known)[0]}, "en") == {name: get_args(known)[0]}
        assert CHINESE.search(worded({name: get_args(known)[0]}, "zh")[name])
    assert wording()["codes"].keys() == {*sorts, "bound", "damage", "line"}


# --- messages --------------------------------------------------------------------------------------------------------


def test_both_parts_of_a_line_that_wraps_another_are_translated() -> None:
    inner = ValueError(Message("{path}: line {number}: no file", path="清单.csv", number=3))
    line = Message("{output}: {error}", output="a.duckdb", error=reason_of(inner))
    assert line == "a.duckdb: 清单.csv: line 3: no file"
    assert translated(line, "zh") == "a.duckdb：清单.csv：第 3 行：没有 file"
    assert translated(line, "en") == line


def test_a_list_is_parted_as_the_language_does() -> None:
    line = Message("missing {keys}", keys=listed(["unit", "name"]))
    assert line == "missing unit, name"
    assert translated(line, "zh") == "缺少 unit、name"
    assert listed([]) == ""


def test_what_the_system_says_is_translated_and_braces_survive() -> None:
    error = OSError(errno.ENOENT, os.strerror(errno.ENOENT))
    assert translated(reason_of(error), "zh") == "没有这个文件或文件夹"
    assert translated(reason_of(ValueError("{odd} }")), "zh") == "{odd} }"
    assert translated(word_of("unheard of"), "zh") == "unheard of"


@pytest.mark.parametrize(
    ("line", "chinese"),
    [
        ("encrypted pdf: give --password", "pdf 已加密：请用 --password 给出密码"),
        ("it is an OFD file named .docx: save it as .pdf", "这是后缀为 .docx 的 OFD 文件：请另存为 .pdf"),
        ("larger than 512 MB: split it", "超过 512 MB：请拆分文件"),
        ("reading it takes more than 1,900 MB of memory: split it", "读取需要超过 1,900 MB 内存：请拆分文件"),
        ("no such file or folder: did you mean a/masks?", "没有这个文件或文件夹：是否指 a/masks？"),
        ("a line that nobody knows", "a line that nobody knows"),
    ],
)
def test_a_line_without_its_template_is_recognised(line: str, chinese: str) -> None:
    assert translated(line, "zh") == chinese


# --- which language --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        ([], {}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "zh_TW"}, "zh"),
        ([], {"LANG": "de_DE.UTF-8"}, "en"),
        ([], {"LC_MESSAGES": "zh_CN", "LANG": "en_GB.UTF-8"}, "zh"),
        ([], {"LC_ALL": "C", "LC_MESSAGES": "zh_CN", "LANG": "zh_CN"}, "en"),
        ([], {"LC_ALL": "", "LANG": "zh_CN"}, "zh"),
        ([], {"HREPORT_LANG": "zh", "LC_ALL": "en_GB"}, "zh"),
        ([], {"HREPORT_LANG": "en", "LANG": "zh_CN"}, "en"),
        (["--lang", "zh", "extract", "x"], {}, "zh"),
        (["extract", "x", "--lang", "zh"], {"HREPORT_LANG": "en"}, "zh"),
        (["extract", "x", "--lang=ZH"], {}, "zh"),
        (["--lang", "zh", "extract", "--lang", "en"], {}, "en"),
        (["extract", "--", "--lang", "zh"], {}, "en"),
        (["extract", "x", "--lang"], {"LANG": "zh_CN"}, "zh"),
        (["extract", "x", "--lang", "fr"], {"LANG": "zh_CN"}, "zh"),
    ],
)
def test_the_language_wanted(arguments: list[str], environment: dict[str, str], expected: str) -> None:
    assert language.wanted(arguments, environment) == expected


def test_a_chinese_windows_speaks_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_is_chinese_windows", lambda: True)
    assert language.wanted([], {}) == "zh"
    assert language.wanted([], {"HREPORT_LANG": "en"}) == "en"


# --- commands --------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/杭州.txt").write_text(REPORT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "82")  # of which help leaves two
    runner = CliRunner()
    yield lambda *arguments: runner.invoke(app, list(arguments))
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_in_both_languages(command: str, run: Callable[..., Result]) -> None:
    given = [command] if command else []
    chinese = run(*given, "--help", "--lang", "zh") if command else run("--lang", "zh", "--help")
    english = run(*given, "--help")
    assert chinese.exit_code == english.exit_code == 0
    assert "Usage: " in english.stdout
    plain = [EXAMPLE.sub("", done.stdout) for done in (english, chinese)]
    assert not CHINESE.search(plain[0])
    lines = chinese.stdout.splitlines()
    assert lines[0].startswith("用法：")
    assert max(map(screen_width, lines)) <= 80
    # Of English there is nothing left but names: no two small words behind each other.
    words = re.sub(r"--?[a-z-]+|[A-Z_]{2,}\S*|\S*[|,]\S*|extract|masks|hreport|eval|start|end|jieba", "#", plain[1])
    assert re.findall(r"[a-z]{2,} [a-z]{2,}", words) == []
    assert "--lang" in chinese.stdout


def test_every_command_takes_the_language_in_any_place(run: Callable[..., Result]) -> None:
    for arguments in (
        ("--lang", "zh", "extract", "in"),
        ("extract", "in", "--lang", "zh"),
        ("extract", "--lang=zh", "in"),
    ):
        assert run(*arguments).stderr == "已读 1 份\n"
    assert run("extract", "in").stderr == "1 read\n"  # it does not leak from one run into the next


def test_the_environment_says_the_language(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HREPORT_LANG", "zh")
    assert run("extract", "in").stderr == "已读 1 份\n"
    assert run("extract", "in", "--lang", "en").stderr == "1 read\n"
    monkeypatch.delenv("HREPORT_LANG")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert run("extract", "in").stderr == "已读 1 份\n"


@pytest.mark.parametrize(
    ("arguments", "last"),
    [
        (["extrac"], "错误：没有命令 'extrac'，是否指 'extract'？"),
        (["extract"], "错误：缺少参数 'PATH'。"),
        (["masks", "in", "--quite"], "错误：没有选项 --quite，是否指 --quiet？"),
        (["extract", "in", "-o"], "错误：选项 '-o' 后面应有值。"),
        (["extract", "in", "-j", "many"], "错误：'-j' / '--jobs' 的值无效：应为整数"),
        (["extract", "in", "-j", "0"], "错误：'-j' / '--jobs' 的值无效：不得小于 1"),
        (["show", "a", "b"], "错误：多余的参数：b"),
        (
            ["extract", "in", "-f", "cvs"],
            "错误：-f/--format 的值无效：没有 'cvs' 这一项。是否指 csv？可选：csv、jsonl、",
        ),
        (["compare", "in", "--year", "24"], "错误：--year 的值无效：'24' 不是年份，应如 2024 或 2020-2024。"),
        (["show", "in/杭州.txt", "--at", "7"], "错误：--at 的值无效：'7' 不是“起点-终点”，应如 108-113。"),
        (
            ["extract", "in", "--headers", "fr"],
            "错误：--headers 的值无效：没有 'fr' 这一项。可选：en、zh。",
        ),
        (["extract", "in", "-o", "no/x.csv"], "错误：-o/--output 的值无效：没有文件夹 no：请先建立。"),
        (["extract", "in", "-f", "duckdb"], "hreport: duckdb 不能输出到管道：请用 -o 文件.duckdb"),
        (
            ["extract", "in/杭州.txt", "-o", "in/杭州.txt", "-f", "csv"],
            "hreport: in/杭州.txt 是要读取的文件之一：请用 -o 另给文件名",
        ),
    ],
)
def test_bad_usage_is_said_in_chinese(arguments: list[str], last: str, run: Callable[..., Result]) -> None:
    done = run("--lang", "zh", *arguments)
    assert done.exit_code == 2
    assert any(line.startswith(last) for line in done.stderr.splitlines()[-2:])
    assert not re.search(r"\b(Usage|Try|Error|Invalid|Did)\b", done.stderr)
    english = run(*arguments)
    assert english.exit_code == 2
    assert not CHINESE.search(english.stderr.replace("杭州", ""))


def test_no_command_at_all_gives_help_in_chinese(run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HREPORT_LANG", "zh")
    done = run()
    assert done.exit_code == 2
    assert "用法：" in done.output
    assert "按地区比较指标" in done.output


def test_what_could_not_be_read_is_said_in_chinese_and_kept_in_english(run: Callable[..., Result]) -> None:
    Path("in/坏.docx").write_bytes(b"PK\x03\x04 broken")
    Path("in/空.txt").write_bytes(b"")
    done = run("extract", "in", "不存在.txt", "--issues", "issues.csv", "--lang", "zh", "-j", "1")
    assert done.exit_code == 1
    said = done.stderr.splitlines()
    assert "hreport: in/坏.docx：docx 或 zip 已损坏（不完整或有错误）：请重新获取文件" in said
    assert "hreport: in/空.txt：文件是空的：没有可读的内容" in said
    assert said[-1] == "已读 1 份，未读 3 份：损坏 1、没有内容 1、不存在 1"
    issues = Path("issues.csv").read_text("utf-8-sig")
    assert "the file is empty: nothing to read" in issues
    assert "没有可读" not in issues


def test_a_store_says_what_it_kept_in_chinese(run: Callable[..., Result]) -> None:
    Path("in/空.txt").write_bytes(b"")
    line = "hreport: in/空.txt：文件是空的：没有可读的内容"
    for count in ("已读 1 份，未读 1 份：没有内容 1", "已读 0 份，未变 1 份，未读 1 份：没有内容 1"):
        done = run("extract", "in", "-o", "a.duckdb", "--lang", "zh")
        assert done.stderr.splitlines() == [line, count]


def test_a_bad_manifest_is_said_in_chinese(run: Callable[..., Result]) -> None:
    Path("m.csv").write_text("file,yaer\n", encoding="utf-8")
    done = run("extract", "in", "--manifest", "m.csv", "--lang", "zh")
    assert done.exit_code == 2
    assert done.stderr.startswith("hreport: m.csv：不认识的列 yaer；可用的列：file、report、area、")


def test_headings_of_a_screen_follow_the_language(run: Callable[..., Result]) -> None:
    assert "指标" in run("extract", "in", "-f", "table", "--lang", "zh").stdout
    assert "水平" in run("extract", "in", "-f", "table", "--lang", "zh").stdout
    english = run("extract", "in", "-f", "table").stdout
    assert "indicator" in english
    assert "level" in english
    assert "indicator" in run("extract", "in", "-f", "table", "--lang", "zh", "--headers", "en").stdout
    compared = run("compare", "in", "-f", "table", "--lang", "zh").stdout
    assert "发布者遮蔽的数字" in compared
    assert "masked by the publisher" in run("compare", "in", "-f", "table").stdout


def test_doctor_and_show_speak_chinese(run: Callable[..., Result]) -> None:
    shown = run("doctor", "-f", "table", "--lang", "zh").stdout
    assert "项目" in shown
    assert "每个文件 60 秒" in shown
    assert not CHINESE.search(run("doctor", "--lang", "zh").stdout)  # a pipe
    assert "数据 4" in run("show", "in/杭州.txt", "--lang", "zh").stdout
    assert "4 figures" in run("show", "in/杭州.txt").stdout


@pytest.mark.parametrize("command", ["extract", "masks", "compare"])
@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx", "parquet", "md", "html"])
def test_no_machine_format_changes(command: str, form: str, run: Callable[..., Result]) -> None:
    for spoken in ("en", "zh"):
        assert run(command, "in", "-o", f"{spoken}.{form}", "--lang", spoken).exit_code == 0
    assert Path(f"en.{form}").read_bytes() == Path(f"zh.{form}").read_bytes()
    piped = [run(command, "in", "--lang", spoken).stdout_bytes for spoken in ("en", "zh")]
    assert piped[0] == piped[1]


def test_a_console_without_hanzi_gets_english_instead_of_question_marks(run: Callable[..., Result]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from hreport.cli import main; main()", "extract", "in", "--lang", "zh", "-o", "x.csv"],
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
    )
    assert (done.returncode, done.stderr) == (0, b"1 read\n")


def test_lines_are_broken_by_their_width_and_never_before_punctuation() -> None:
    text = "表格的部分行分不清列：文字已读，未从中取数（见原文）。See page 12 for more。"
    for width in (10, 11, 12, 20, 37):
        lines = language.wrapped(text, width)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert max(map(screen_width, lines)) <= width
        assert not any(line[0] in "：，。）" for line in lines)
        assert not any(line.endswith("（") for line in lines)


def test_a_language_without_translations_is_english() -> None:
    assert translations("fr") == {}
    assert translated(Message("{path}: {error}", path="a", error="b"), "fr") == "a: b"
    assert messages.LANGUAGES == ("en", "zh")
