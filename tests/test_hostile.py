"""Bad input gives what is right or nothing, never a crash, and costs no more for each character than good input does.

Processor time is taken of the same work on a text and on one twice as long: linear work takes twice as long then,
quadratic work four times. What seems to take longer is measured again, the best of more rounds.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from random import Random
from time import process_time
from typing import Any

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook
from test_grammar import table
from texts import GRAMMAR, LEXICON, ROOT, document, extract, observations

from hreport import leaks, resolve
from hreport.analyse import analyse
from hreport.cli.console import printable
from hreport.expressions.scanning import Scanner
from hreport.grammar import TABLES, MaskKind, Pattern, RoleRule
from hreport.link import roles
from hreport.link.chunks import LONGEST_CLAUSE
from hreport.model import Document, Exact, Issue
from hreport.openings import LONGEST_OFFICIAL, PROSE
from hreport.pipeline import Work, process
from hreport.readers import build, read_bytes
from hreport.record import EXTRACT, MASKS, Column, Row, mask_rows, number, observation_rows
from hreport.sources import Source
from hreport.split import LINE_END, LONGEST_STYLED
from hreport.tag import masks, quantities, words
from hreport.text import LONGEST_SENTENCE, fold
from hreport.writers import WRITERS, write

LENGTH = 2500  # characters of the shorter text: quadratic work on so many shows
FLOOR = 0.003  # seconds: expressions that take less on the shorter text are let pass
SLOW = 0.25  # seconds on the shorter text: what takes so long there is as bad
MOST = 3.0  # times as long on a text twice as long
ATTEMPTS = 4


def seconds(work: Callable[[str], object], text: str, rounds: int = 1) -> float:
    """The least processor time that the work takes on a text."""
    best = float("inf")
    for _ in range(rounds):
        start = process_time()
        work(text)
        best = min(best, process_time() - start)
    return best


def growth(work: Callable[[str], object], make: Callable[[int], str], length: int, floor: float) -> float:
    """How many times as long the work takes on a text twice as long; 0 where it is too short to tell."""
    short, long = make(length), make(2 * length)
    for rounds in range(1, ATTEMPTS + 1):  # a busy machine disturbs one measurement, not all
        brief, full = seconds(work, short, rounds), seconds(work, long, rounds)
        if full < 2 * floor:
            return 0.0
        if full < MOST * brief:
            break
    return full / brief


# --- every expression of the data files ------------------------------------------------------------------------------

Use = Callable[[Any, str], object]


def found(pattern: re.Pattern[str] | Scanner, text: str) -> object:
    """Looked for in the whole document."""
    return sum(1 for _ in pattern.finditer(text))


def at_start(pattern: re.Pattern[str], text: str) -> object:
    """Matched at the beginning of a line."""
    return pattern.match(text)


def everywhere(pattern: re.Pattern[str], text: str) -> object:
    """Matched behind each number, of which there may be one at any character."""
    return sum(1 for at in range(len(text)) if pattern.match(text, at))


def whole(pattern: re.Pattern[str], text: str) -> object:
    """Matched against the whole."""
    return pattern.fullmatch(text)


def within(limit: int) -> Use:
    """Looked for in a stretch of so many characters at most."""
    return lambda pattern, text: pattern.search(text[:limit])


# How the code uses the entries of each table; an entry that is not named is used as "*" says.
USES: dict[str, dict[str, Use]] = {
    "masks": {"*": found},
    "times": {"*": found},
    "areas": {"*": found},
    "damage": {"*": found, "damaged_ten": whole, "year_inside": whole},
    "furniture": {"*": at_start},
    "inline": {"*": found},
    "openers": {"*": at_start, "report_title": found, "compilation": found},
    "lines": {"*": everywhere},
    "sections": {"*": within(LONGEST_STYLED)},
    "marks": {
        "*": within(LINE_END),
        "marker": found,
        "goes_on": everywhere,
        "sentence": found,
        "full_stop": found,
        "sentence_before": found,
        "glued_title": at_start,
        "named_year": within(PROSE),
        "contents_rim": within(max(PROSE, LONGEST_OFFICIAL)),
        "title_rim": within(LONGEST_OFFICIAL),
        "heading_end": within(PROSE),
    },
    "relations": {
        "*": within(LONGEST_SENTENCE),
        **dict.fromkeys(("sentence_end", "clause_end", "right_end", "pivot", "firm_target", "glossary"), found),
        "separators": whole,
        "list_number": within(LONGEST_CLAUSE),
        **dict.fromkeys(("bound_after", "reference_after", "target_after", "growth_after", "average"), everywhere),
        **dict.fromkeys(("named", "aside"), everywhere),
    },
    "headings": {
        "*": within(build.LONGEST_HEADINGS),
        **dict.fromkeys(
            ("unit_cell", "figure", "group", "masked_place", "odd_unit", "rim", "blank", "bare_verb"), whole
        ),
        **dict.fromkeys(("caption_unit", "worded"), found),
        "told": within(build.LONGEST_TOLD),
    },
    "leaks": {
        "*": found,
        **dict.fromkeys(("own_before", "aside_before", "township_before"), within(leaks.NEAR)),
        **dict.fromkeys(("own_after", "aside_after", "compound"), everywhere),
    },
    "calendar": {"*": within(LONGEST_STYLED)},
    "signs": {"*": found},
}
# The expressions that numerals.toml is made into.
TOOLS: dict[str, Use] = {
    **dict.fromkeys(("arabic", "chinese", "portion", "ordinal", "bare", "deleted", "deleted_scaled"), found),
    **dict.fromkeys(
        ("odd_space", "odd_point", "compound", "turned", "cut", "deleted_measure", "two_points", "two_signs"), found
    ),
    "begins": found,
    **dict.fromkeys(("years", "fraction", "half_of", "whole_of", "over_half", "halved", "doubled"), found),
    **dict.fromkeys(("no_share", "per_mille_rate", "of_share", "ten_thousand"), within(quantities.CLAUSE)),
    "word_units": at_start,
    "up_to": within(quantities.RANGE),
    "out_of": within(quantities.CLAUSE),
    **dict.fromkeys(("shared_point", "shared_unit", "half", "after"), everywhere),
    **dict.fromkeys(("several", "whole_year"), within(quantities.LONGEST_NUMERAL)),
    **dict.fromkeys(("cell", "cell_rim", "damaged_ten", "year_inside"), whole),
}
RUNS = (" ", "1", "1,111,", "1.", "x", "*", "201*", "、", "万", "一", "的", "(", "\u201c", "-", "\n")


def alphabet(pattern: str) -> list[str]:
    """The characters that an expression names."""
    plain = re.sub(r"\\u[0-9a-f]{4}|\\.|\(\?P?<?[a-z!=]*", " ", GRAMMAR.expand(pattern))
    return sorted(set(plain) - set("()[]{}|?*+.^$\\ ,0123456789"))


def texts_against(pattern: str, examples: Iterable[str], most: int) -> Iterator[Callable[[int], str]]:
    """Texts of any length made to keep an expression busy: its characters and its examples again and again, whole and
    without their ends, and examples that run into a run of something."""

    def again(piece: str, end: str = "") -> Callable[[int], str]:
        return lambda length: (piece * (length // len(piece) + 1))[: length - len(end)] + end

    def led(head: str, piece: str) -> Callable[[int], str]:
        return lambda length: head + again(piece)(length) + "\u5ffd"

    characters = alphabet(pattern)
    for character in Random(1).sample(characters, min(most, len(characters))):
        yield again(character)
    for run in RUNS:
        yield again(run, "\u5ffd")
    for example in [re.sub("[⟦⟧]", "", e) for e in examples][:4]:
        plain = fold(example) or "x"
        yield again(plain)
        for cut in {plain[:-1], plain[1:], plain[: len(plain) // 2]} - {""}:
            yield again(cut)
            for run in RUNS[:8]:
                yield led(cut, run)
        for run in RUNS:
            yield led(plain, run)


def slow(
    pattern: re.Pattern[str] | Scanner, use: Use, source: str, examples: Iterable[str], most: int = 24
) -> list[str]:
    """The texts on which an expression takes more than linear time."""
    bad = []
    for make in texts_against(source, examples, most):
        ratio = growth(lambda text: use(pattern, text), make, LENGTH, FLOOR)
        slowly = ratio and seconds(lambda text: use(pattern, text), make(LENGTH)) > SLOW
        if ratio >= MOST or slowly:
            bad.append(f"{make(40)!r}: {ratio:.1f} times as long")
    return bad


def test_every_table_of_expressions_is_known() -> None:
    kinds = {name: kind for tables in TABLES.values() for name, kind in tables.items()}
    patterns = {name for name, kind in kinds.items() if kind is Pattern}
    assert patterns == USES.keys() | {"numerals"}
    assert {name for name, kind in kinds.items() if kind in (MaskKind, RoleRule)} == {"mask_kinds", "roles"}


@pytest.mark.parametrize("name", USES)
def test_no_expression_runs_longer_than_linear(name: str) -> None:
    bad = {}
    for id_, entry in table(name).items():
        use = USES[name].get(id_, USES[name]["*"])
        pattern = re.compile(GRAMMAR.expand(entry.pattern))
        if slower := slow(pattern, use, entry.pattern, entry.match):
            bad[id_] = slower
    assert bad == {}


@pytest.mark.parametrize("name", TOOLS)
def test_no_numeral_runs_longer_than_linear(name: str) -> None:
    pattern = getattr(quantities._tools(GRAMMAR), name)
    numerals = table("numerals")
    source = "|".join(entry.pattern for entry in numerals.values())
    own = numerals[name].match if name in numerals else ()
    examples = [*own, "xx.x~xx.x", "1,203,", "百分之九十五", "十几万"][:4]
    assert slow(pattern, TOOLS[name], source, examples, most=40) == []


def test_every_tool_is_run() -> None:
    tools = quantities._tools(GRAMMAR)
    names = {*quantities._Tools.__annotations__, *vars(quantities._Tools)}
    expressions = {n for n in names if hasattr(getattr(tools, n), "finditer")}
    assert expressions >= {*quantities.SCANNED, *quantities.NUMERALS, *quantities.DAMAGE}
    assert expressions == TOOLS.keys()


def test_no_condition_of_a_mask_or_role_runs_longer_than_linear() -> None:
    bad = {}
    near = within(masks.CONTEXT)
    for kind in masks._kinds(GRAMMAR):
        entry = kind.entry
        for pattern, use, source in (
            (kind.before, near, entry.before),
            (kind.run, whole, entry.run),
            (kind.after, near, entry.after),
        ):
            if source and (slower := slow(pattern, use, source, entry.match[:1], most=8)):
                bad[entry.id] = slower
    for rule in roles._rules(GRAMMAR):
        for pattern, use, source in (
            (rule.before, within(roles.BEFORE), rule.entry.before),
            (rule.text, within(quantities.LONGEST_NUMERAL), rule.entry.text),
            (rule.after, within(roles.AFTER), rule.entry.after),
        ):
            if pattern and (slower := slow(pattern, use, source, rule.entry.match[:1], most=8)):
                bad[rule.entry.id] = slower
    assert bad == {}


def test_no_spelling_or_year_runs_longer_than_linear() -> None:
    folds = [f.pattern for f in LEXICON.folds.values()]
    years = [p for key, entry in LEXICON.titles.items() if key.startswith("year_") for p in entry.words]
    assert [p for p in folds if slow(re.compile(p), within(resolve.LONGEST_WORDING), p, ())] == []
    assert [p for p in years if slow(re.compile(p), within(300), p, ("2012年", "二〇一二年"))] == []


@pytest.mark.parametrize(
    "wording", ["累计完成", "全市", "达到", "同比增长", "新建", "共有", "全年累计实现", "达", "增长"]
)
def test_a_wording_of_one_word_again_and_again(wording: str) -> None:
    # Each can be cut into words in very many ways, if they may follow one another in any number.
    for text in (wording * 15 + "x", "x" + wording * 15, wording * 2000):
        start = process_time()
        assert resolve.indicator_id(text, "%", LEXICON, "change_rate") == ""
        assert process_time() - start < 1


# --- whole texts -----------------------------------------------------------------------------------------------------

PLAIN = "全市共有医院12家、床位3456张，比上年增长5.6%；"
COMMON = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定"
)


def again(piece: str) -> Callable[[int], str]:
    """One piece again and again."""
    return lambda length: piece * (length // len(piece) + 1)


HOSTILE: dict[str, Callable[[int], str]] = {
    "no Chinese": again("The quick brown fox jumps over 12 dogs and 3.5% of all. "),
    "hanzi": lambda n: "".join(Random(1).choices(COMMON, k=n)),
    "one clause": again(PLAIN),
    "no mark": again("医院12家"),
    "masks": again("xx.x%、"),
    "masked places": again("xx市有医院xx家\n"),
    "NUL": again("\0全市12家医院\0"),
    "surrogates": again("\ud800全市12家医院"),
    "other halves": again("医院\udc8012家，"),
    "traditional with pinyin": again("衛(wèi)生 醫(yī)療(liáo)機(jī)構(gòu)12個，"),
    "full width": again("（１）医院１２家，增长５．６％；"),
    "digits": again("1"),
    "long numbers": again("1" * 400 + "家，"),
    "groups": again("1,111,"),
    "groups of three": again("111,"),
    "spaced groups": again("111 "),
    "points": again("1."),
    "brackets": lambda n: "（" * (n // 2) + "12家" + "）" * (n // 2),
    "quotes": lambda n: "“" * (n // 2) + "12家" + "”" * (n // 2),
    "brackets and figures": again("（医院12家"),
    "closing brackets": again("医院12家）"),
    "commas": again("，"),
    "list commas": lambda n: "12家" + "、" * n + "12家",
    "combining": again("医\u0301院12\u0308家，"),
    "byte order marks": again("医院\ufeff12家，"),
    "carriage returns": again(PLAIN + "\r"),
    "emoji": again("医院\U0001f3e512家\U0001f44d\U0001f3fd，"),
    "right to left": again("\u200f\u202e医院12家\u202c，"),
    "escapes": again("\x1b[31m医院12家\x1b[0m，"),
    "a long word": again("abcdefghij"),
    "lines of one character": again("一\n"),
    "lines of one digit": again("1\n"),
    "chapters": again("一、\n"),
    "chapters with words": again("一、工作回顾\n医院12家。\n"),
    "chapters that turn": again("一、工作回顾\n今后我们将建医院12家。\n"),
    "items": again("1、\n"),
    "items with figures": again("1、医院12家\n"),
    "page markers": lambda n: "".join(f"没有写完的一句话\n{k}、" for k in range(1, n // 12)),
    "reports": again("篇一：工作总结\n医院12家。\n"),
    "articles": lambda n: "".join(f"{2000 + k}年工作总结\n\n\n\n\n\n\n{PLAIN * 3}\n" for k in range(n // 90)),
    "areas": again("朝阳区"),
    "areas and figures": again("朝阳区医院12家，"),
    "own area": again("全市"),
    "dates": again("2023年5月6日"),
    "dates and figures": again("2023年5月医院12家，"),
    "scrubbed years": again("201*"),
    "percent signs": again("%"),
    "years": again("年"),
    "ordinals": again("第"),
    "ordinals again": again("居全国第3位"),
    "every": again("每"),
    "numerals": again("一二三"),
    "myriads": again("万"),
    "bare myriads": again("1.2万、"),
    "pieces": again("2.1个、"),
    "growth": again("增长"),
    "shares": again("率"),
    "stars": again("*"),
    "stars and figures": again("**个"),
    "lines to fill in": again("_"),
    "crosses": again("×"),
    "placeholders": again("x"),
    "full stops": again("。"),
    "spaces": lambda n: " " * n + "5家",
    "new lines": lambda n: "\n" * n + "5家",
    "spaces inside": lambda n: "首页" + " " * n + "5家",
    "touching": again("12家34家"),
    "one name": lambda n: "、甲" * (n // 2) + "分别为1家",
    "verbs": lambda n: "完成建设" * (n // 4) + "1家",
    "images": again("![](" + "a" * 30),
    "wrapped": again("全市医疗卫生机构共有床位三千多张其中乡镇卫生院有五百多张比上年有所增\n"),
    "copies": lambda n: "".join(f"{k % 97:02d}工作取得新成绩现将有关情况报告" for k in range(n // 17)),
}


def written(rows: Iterable[Row], columns: Sequence[Column], form: str) -> io.BytesIO:
    """What a writer makes of rows."""
    target = io.BytesIO()
    write(rows, columns, target, form)
    target.seek(0)
    return target


@pytest.mark.parametrize("name", HOSTILE)
def test_time_grows_as_the_text_does(name: str) -> None:
    assert growth(extract, HOSTILE[name], LENGTH, 10 * FLOOR) < MOST


@pytest.mark.parametrize("name", HOSTILE)
def test_every_output_can_be_written(name: str) -> None:
    extraction = extract(HOSTILE[name](600))
    text = extraction.document.text
    for o in extraction.observations:
        assert text[o.quantity.span.start : o.quantity.span.end] == o.quantity.text
        assert o.sentence.end - o.sentence.start <= 2 * LONGEST_SENTENCE
    for rows, columns in (
        (list(observation_rows(extraction, "a.txt")), EXTRACT),
        (list(mask_rows(extraction, "a.txt")), MASKS),
    ):
        for form in WRITERS:
            written(rows, columns, form)


def test_no_search_for_each_figure_goes_back_to_the_beginning() -> None:
    """So fast is a search back for one character that only texts too long for a test show how it grows."""
    sources = sorted((ROOT / "src" / "hreport").rglob("*.py"))
    back = [
        f"{p.name}: {m[0]}"
        for p in sources
        for m in re.finditer(r"\.r(?:find|index)\([^()\n]*, 0,.*", p.read_text("utf-8"))
    ]
    assert back == []


def test_a_figure_among_thousands_costs_what_one_in_prose_does() -> None:
    """One clause again and again in one line, against the same clause in sentences of their own."""
    spoilt, ordinary = PLAIN * 400, (PLAIN[:-1] + "。\n") * 400
    # The first of two clauses that are the same passes for a lead that is repeated.
    assert 1190 < len(observations(spoilt)) <= len(observations(ordinary)) == 1200
    assert any(seconds(extract, spoilt) < 2 * seconds(extract, ordinary) for _ in range(ATTEMPTS))


def test_what_has_no_full_stop_is_cut_between_figures() -> None:
    found = observations("医院12家" * 1000)
    assert len(found) > 990
    assert {(o.quantity.text, o.indicator) for o in found[1:]} == {("12家", "医院")}
    assert max(o.sentence.end - o.sentence.start for o in found) <= LONGEST_SENTENCE
    assert all(o.sentence.start <= o.quantity.span.start and o.quantity.span.end <= o.sentence.end for o in found)


def test_a_text_of_short_lines_is_read_from_its_beginning() -> None:
    assert len(observations("1、医院12家\n" * 100)) == 100


def test_lone_carriage_returns_end_lines() -> None:
    text = "2023年工作总结\n一、工作回顾\n全市共有医院12家。\n二、2024年工作思路\n新增医院3家。\n"
    usual, spoilt = extract(text), extract(text.replace("\n", "\r"))
    assert spoilt.reports == usual.reports
    assert spoilt.observations == usual.observations
    assert [o.status for o in usual.observations] == ["actual", "target"]


@pytest.mark.parametrize("cutter", ["rjieba", "jieba"])
def test_half_of_a_surrogate_pair_is_a_word_of_its_own(cutter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if cutter == "jieba":
        jieba = words.jieba_cutter()
        monkeypatch.setattr(words, "_cutter", lambda: jieba)
    assert words.cut("全市医院\ud800床位") == ["全市", "医院", "\ud800", "床位"]


def test_lone_surrogates_beside_a_figure() -> None:
    (found,) = observations("全市共有医院\ud80012家。")
    assert (found.quantity.text, found.quantity.value) == ("12家", Exact(Decimal(12)))
    assert printable("\ud800")


@pytest.mark.parametrize("digits", [29, 308, 310, 400, 900])
def test_long_numbers_stay_exact(digits: int) -> None:
    text = str(7**1200)[:digits]
    extraction = extract(f"全市共有医院{text}家。\n床位{text}.5万张。\n收入{text}万元。")
    values = [o.quantity.value for o in extraction.observations]
    assert values == [Exact(Decimal(text)), Exact(Decimal(text + "5000")), Exact(Decimal(text + "0000"))]
    rows = list(observation_rows(extraction, "a.txt"))
    assert [row["value"] for row in rows] == [int(text), int(text + "5000"), int(text + "0000")]
    out = {form: written(rows, EXTRACT, form) for form in WRITERS}
    assert next(csv.DictReader(io.StringIO(out["csv"].getvalue().decode())))["value"] == text
    assert json.loads(out["jsonl"].getvalue().splitlines()[0])["value"] == int(text)
    # No float is so large: Parquet has none then, and Excel the digits as text.
    assert pq.read_table(out["parquet"])["value"][0].as_py() == (float(text) if digits < 309 else None)
    sheet = load_workbook(out["xlsx"]).active
    assert sheet is not None
    column = [c.value for c in sheet[1]].index("value") + 1
    assert sheet.cell(2, column).value == (pytest.approx(int(text)) if digits < 308 else text)


def test_what_is_too_long_for_a_number_is_none() -> None:
    assert observations("全市共有医院" + "1" * 5000 + "家。") == []
    assert number(Decimal("1" * 5000)) is None
    assert number(Decimal("1" * 400 + ".5")) is None
    assert resolve.convert(Decimal("1" * 400), "元", "亿元", LEXICON) == Decimal("1" * 392 + "." + "1" * 8)


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("衛(wèi)生 醫(yī)療", []),
        ("医院１２家，增长５．６％。", ["１２家", "５．６％"]),
        ("\0医院12家\0", ["12家"]),
        ("医院12家\ufeff。", ["12家"]),
        ("\x1b[31m医院12家\x1b[0m。", ["12家"]),
        ("\u200f医院12家\u200f。", ["12家"]),
        ("万" * 100 + "家", []),
        ("一" * 100 + "家", []),
        ("5" + "万" * 100 + "元", []),
        ("*" * 100, []),
        ("111 " * 100, []),
    ],
)
def test_right_or_nothing(text: str, figures: list[str]) -> None:
    assert [o.quantity.text for o in observations(text)] == figures


# --- documents that are too long -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    ["医院12家。".encode() * 300, "医院12家。".encode("gb18030") * 300, b"1\n" * 1000, "医".encode("utf-16") * 1100],
)
def test_a_text_that_is_too_long_is_an_issue(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "LONGEST_DOCUMENT", 1000)
    issue = read_bytes(data, "a.txt")
    assert isinstance(issue, Issue)
    assert (issue.code, issue.fatal) == ("too_long", True)
    assert re.search(r"a document may hold 1,000: split it", issue.message)
    outcome = process(Source("a.txt", data), Work(), LEXICON)
    assert [i.code for i in outcome.issues] == ["too_long"]
    assert outcome.rows == ()


def test_what_is_far_too_long_is_not_even_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "LONGEST_DOCUMENT", 1000)
    monkeypatch.setattr("hreport.readers.encoding.decode", lambda data: pytest.fail("decoded"))
    issue = read_bytes(b"x" * 4004, "a.txt")
    assert isinstance(issue, Issue)
    assert "1,001 characters or more" in issue.message


def test_a_text_of_the_longest_length_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "医院12家。\n" * 100
    monkeypatch.setattr(build, "LONGEST_DOCUMENT", len(text))
    read: Any = read_bytes(text.encode(), "a.txt")
    assert isinstance(read, Document)
    assert len(analyse(document(read.text), LEXICON).observations) == 100
