"""`hreport indicators` and own catalogues: what is sought and found, what is shown, what is refused."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from hreport.catalogue import called, memberships, search, systems_cell, twins
from hreport.cli import app
from hreport.lexicon import Lexicon, LexiconError, load
from hreport.record import CATALOGUE

LEXICON = load()
REPORT = (
    "杭州市2024年工作总结\n\n一、工作情况\n"
    "全市婴儿死亡率为2.1‰。全年图书馆到馆读者达到320.5万人次。全市博物馆参观量达到98万人次。\n"
)
OTHER = "宁波市2024年工作总结\n\n一、工作情况\n全市婴儿死亡率为1.9‰。图书馆到馆人次达到xx.x万人次。\n"


def hreport(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(app, [str(a) for a in arguments], env={"COLUMNS": "120"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def rows(result: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(result.stdout.lstrip("\ufeff"), newline="")))


def ids(*words: str) -> list[str]:
    return [r["id"] for r in rows(hreport("indicators", *words, "-f", "csv"))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/hz.txt").write_text(REPORT, "utf-8")
    (tmp_path / "in/nb.txt").write_text(OTHER, "utf-8")
    return tmp_path


# --- searching -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sought", "first"),
    [
        ("婴儿死亡率", "infant_mortality"),
        ("婴儿病死率", "infant_mortality"),
        ("全市婴儿的死亡率", "infant_mortality"),
        ("社区卫生效劳中心", "chc"),
        ("床位", "beds_total"),
        ("五岁以下儿童死亡率", "under5_mortality"),
        ("死亡率 5岁", "under5_mortality"),
        ("yinger siwanglv", "infant_mortality"),
        ("yingersiwanglv", "infant_mortality"),
        ("ying er si wang lü", "infant_mortality"),
        ("yīng'ér sǐwánglǜ", "infant_mortality"),
        ("YingerSiwangLyu", "infant_mortality"),
        ("yesw", "infant_mortality"),
        ("yeswl", "infant_mortality"),
        ("maternal mortality", "maternal_mortality"),
        ("mortality infant", "infant_mortality"),
        ("infant_mortality", "infant_mortality"),
        ("INFANT_MORTALITY", "infant_mortality"),
        ("gdp", "gdp"),
        ("pm2.5", "pm25"),
    ],
)
def test_the_best_match_comes_first(sought: str, first: str) -> None:
    assert search(sought, LEXICON)[0].id == first


def test_better_matches_come_first() -> None:
    found = [i.id for i in search("医院", LEXICON)]
    exact_prefix_part = [found.index(i) for i in ("hospitals", "hospital_beds", "tcm_hospitals")]
    assert exact_prefix_part == sorted(exact_prefix_part)
    assert found[0] == "hospitals"


def test_pinyin_matches_whole_syllables_only() -> None:
    """The letters an stand in yuan, but no name begins a syllable with them there."""
    assert "hospitals" not in [i.id for i in search("uan", LEXICON)]
    assert "hospitals" in [i.id for i in search("yiyuan", LEXICON)]


def test_a_part_does_not_find_what_only_shares_letters() -> None:
    assert search("port", LEXICON)
    assert "airport_passengers" not in [i.id for i in search("port", LEXICON)]


def test_a_name_or_an_id_is_called_an_alias_is_not() -> None:
    assert called("婴儿死亡率", LEXICON) is LEXICON.indicators["infant_mortality"]
    assert called("“婴儿”的死亡率", LEXICON) is LEXICON.indicators["infant_mortality"]
    assert called("infant_mortality", LEXICON) is LEXICON.indicators["infant_mortality"]
    assert called("床位", LEXICON) is None
    assert called("nothing", LEXICON) is None


def test_pinyin_is_loaded_only_for_what_may_be_pinyin() -> None:
    line = (
        "import sys; from hreport.catalogue import search; from hreport.lexicon import load; "
        "search(sys.argv[1], load()); print('pypinyin' in sys.modules)"
    )
    for sought, loaded in (("婴儿死亡率", "False"), ("yesw", "True")):
        done = subprocess.run([sys.executable, "-c", line, sought], capture_output=True, check=True, timeout=60)
        assert done.stdout.decode().strip() == loaded


def test_words_of_the_command_line_are_one_query() -> None:
    assert ids("yinger", "siwanglv") == ["infant_mortality"]
    assert ids("infant", "mortality") == ids("infant mortality")


def test_everything_in_stable_columns() -> None:
    everything = rows(hreport("indicators", "-f", "csv"))
    assert len(everything) == len(LEXICON.indicators)
    assert list(everything[0]) == [c.name for c in CATALOGUE]


@pytest.mark.parametrize(
    ("sought", "near"),
    [
        ("infnt_mortality", "infant_mortality (婴儿死亡率)"),
        ("率死亡", "婴儿死亡率"),
        ("婴儿死忙率", "婴儿死亡率"),
        ("yingersiwangly", "infant_mortality (婴儿死亡率)"),
    ],
)
def test_what_is_spelt_nearest(sought: str, near: str) -> None:
    done = hreport("indicators", sought)
    assert (done.exit_code, done.stdout) == (1, "")
    assert near in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_nothing_near() -> None:
    done = hreport("indicators", "qqqqqqqq")
    assert done.exit_code == 1
    assert done.stderr == "hreport: no indicator is called 'qqqqqqqq'\n"


def test_group() -> None:
    found = rows(hreport("indicators", "--group", "maternal_child", "-f", "csv"))
    assert {r["group"] for r in found} == {"maternal_child"}
    assert [i for i in ids("死亡率") if i in ids("死亡率", "--group", "population")] == ["death_rate"]
    wrong = hreport("indicators", "--group", "maternal")
    assert wrong.exit_code == 2
    assert "Did you mean maternal_child?" in wrong.stderr


# --- one indicator ----------------------------------------------------------------------------------------------------


def test_one_hit_is_a_card_on_a_screen() -> None:
    card = hreport("indicators", "infant_mortality", "-f", "table").stdout
    lines = [line.split(maxsplit=1) for line in card.splitlines()]
    said = {line[0]: line[1].strip() for line in lines if len(line) == 2}
    assert said["id"] == "infant_mortality"
    assert said["unit"] == "‰"
    assert said["range"] == "0 - 60 ‰"
    assert said["systems"].startswith("HC2018#30")
    assert said["systems"].endswith("(unverified)")
    assert "under5_mortality" in card  # a twin
    assert "婴儿病死率" in card
    assert "类型" in hreport("indicators", "婴儿死亡率", "-f", "table", "--headers", "zh").stdout


def test_an_exact_name_is_one_hit_though_others_hold_it() -> None:
    assert len(search("出生人口", LEXICON)) > 1
    assert ids("医院数") == ["hospitals"]


def test_one_hit_is_a_row_in_a_pipe() -> None:
    (row,) = rows(hreport("indicators", "infant_mortality"))
    assert row["systems"].split("|")[:2] == ["HC2018#30 unverified", "HP2030#2"]


def test_twins_hold_the_name_or_are_said_to_be_kept_apart() -> None:
    found = {i.id for i in twins(LEXICON.indicators["infant_mortality"], LEXICON)}
    assert {"under5_mortality", "maternal_mortality", "neonatal_mortality"} <= found
    assert "public_hospitals" in {i.id for i in twins(LEXICON.indicators["hospitals"], LEXICON)}


# --- official systems -------------------------------------------------------------------------------------------------


def test_items_of_a_system_in_their_order() -> None:
    found = rows(hreport("indicators", "--system", "hc2018", "-f", "csv"))
    assert len(found) == 42
    assert found[0]["id"] == "aqi_good_ratio"
    missing = [(r["name"], r["systems"]) for r in found if not r["id"]]
    assert missing == [("媒体健康科普水平", "HC2018#41 none unverified")]
    assert ids("--system", "HC2018", "死亡率") == [
        r["id"] for r in found if r["name"].endswith("死亡率")
    ]  # fmt: skip


def test_an_unknown_system_names_the_known_ones() -> None:
    done = hreport("indicators", "--system", "HP203")
    assert done.exit_code == 2
    assert "Did you mean HP2030?" in done.stderr


def test_systems_are_whole() -> None:
    assert len(LEXICON.systems) == 8
    items = [item for system in LEXICON.systems.values() for item in system.items]
    assert len(items) == 175
    for system in LEXICON.systems.values():
        assert system.name
        assert system.en.isascii()
        assert system.source
    numbers = [item.no for item in LEXICON.systems["HC2018"].items]
    assert numbers == [str(n) for n in range(1, 43)]
    assert {item.evidence for item in LEXICON.systems["HC2018"].items} == {"knowledge"}


def test_a_system_may_be_near_only() -> None:
    assert systems_cell("hypertension_prevalence", LEXICON) == "HC2018#36 near unverified"
    assert {item.match for _, item in memberships(LEXICON)["life_expectancy"]} == {"same"}


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ({"name": "甲", "indicator": "no_such"}, "there is no indicator no_such"),
        ({"name": "甲"}, 'match is "none" where there is no indicator'),
        ({"name": "甲", "indicator": "gdp", "match": "none"}, 'match is "none" where there is no indicator'),
        ({"name": "甲", "indicator": "gdp", "match": "about"}, "match must be one of same, near, none"),
        ({"name": "甲", "indicator": "gdp", "evidence": "heard"}, "evidence must be one of found, knowledge"),
        ({"indicator": "gdp"}, "missing name"),
    ],
)
def test_a_mistake_in_a_system_is_refused(item: dict[str, str], problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    systems = {"XX": {"name": "甲", "en": "A", "source": "s", "items": [{"name": "乙", "indicator": "gdp"}, item]}}
    monkeypatch.setattr("hreport.lexicon._table", lambda *_: systems)
    fresh = Lexicon(**{f: getattr(LEXICON, f) for f in Lexicon.__dataclass_fields__})
    with pytest.raises(LexiconError, match=re.escape("systems.toml: XX[2]")) as error:
        _ = fresh.systems
    assert problem in str(error.value)


# --- own indicators ---------------------------------------------------------------------------------------------------

LIBRARY = 'library_visits = { name = "图书馆到馆人次", unit = "万人次", aliases = ["图书馆到馆读者"] }'


@pytest.mark.parametrize("heading", ["[indicators]\n", "", "\ufeff[indicators]\r\n"])
def test_one_line_adds_an_indicator_that_compare_shows(folder: Path, heading: str) -> None:
    (folder / "own.toml").write_text(heading + LIBRARY + "\n", "utf-8")
    done = hreport("compare", folder / "in", "--catalog", folder / "own.toml", "-f", "csv")
    (row,) = [r for r in rows(done) if r["indicator_id"] == "library_visits"]
    assert (row["indicator"], row["unit"], row["杭州市"], row["宁波市"]) == (
        "图书馆到馆人次", "万人次", "320.5", "xx.x万人次",
    )  # fmt: skip


def test_an_added_alias_leaves_the_others(folder: Path) -> None:
    (folder / "own.toml").write_text('infant_mortality = { add_aliases = ["一岁内死亡率"] }', "utf-8")
    own = load(folder / "own.toml").indicators["infant_mortality"]
    assert own.aliases == (*LEXICON.indicators["infant_mortality"].aliases, "一岁内死亡率")
    assert own.unit == "‰"


@pytest.mark.parametrize(
    ("unit", "kind"), [("万人次", "count"), ("%", "rate"), ("亿元", "money"), ("公里", "amount"), ("天", "duration")]
)
def test_what_an_own_entry_does_not_say(tmp_path: Path, unit: str, kind: str) -> None:
    (tmp_path / "own.toml").write_text(f'my_thing = {{ name = "某物", unit = "{unit}" }}', "utf-8")
    own = load(tmp_path / "own.toml").indicators["my_thing"]
    assert (own.kind, own.group, own.en, own.better) == (kind, "own", "My thing", "neutral")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a = { name = "甲", unit = "万人词" }', "own.toml: a: unknown unit 万人词; like it: 万人"),
        ('a = { name = "甲", unit = "鞭" }', "own.toml: a: unknown unit 鞭; known: "),
        ('a = { name = "甲" }', "own.toml: a: missing unit"),
        ('a = { unit = "个" }', "own.toml: a: missing name"),
        ('a = { name = "甲", unit = 5 }', 'own.toml: a: unit must be a text "...", not 5'),
        ('a = { name = "甲", unit = "个", low = "0" }', 'own.toml: a: low must be a number, not "0"'),
        ('a = { name = "甲", unit = "个", flow = "yes" }', 'own.toml: a: flow must be true or false, not "yes"'),
        (
            'a = { name = "甲", unit = "个", aliases = "乙" }',
            'own.toml: a: aliases must be a list of texts ["...", "..."]',
        ),
        ('a = { name = "甲", unit = "个", add_aliases = "乙" }', "own.toml: a: add_aliases must be a list of texts"),
        ('a = { name = "甲", unit = "个", low = 5, high = 1 }', "own.toml: a: low must be below high"),
        ('a = { name = "甲", unit = "个", kind = "number" }', "own.toml: a: kind must be one of rate, count, money"),
        (
            'a = { name = "甲", unit = "个", better = "up" }',
            "own.toml: a: better must be one of higher, lower, neutral",
        ),
        ('a = { name = "甲", unit = "个", colour = 1 }', "own.toml: a: unknown key colour; known: name, en"),
        (
            'a = { name = "甲", unit = "‰", aliases = ["婴儿死亡率"] }',
            "own.toml: a: alias 婴儿死亡率 is claimed by infant_mortality (婴儿死亡率) already",
        ),
        ("a = { name = “甲”, unit = “个” }", 'write straight quotes "'),
        ('甲 = { name = "甲", unit = "个" }', 'put an id that is not of a-z, 0-9 and _ in quotes "'),
        ("a = {", "own.toml: a: not TOML: "),
        ('name = "甲"\nunit = "个"', "must hold one table [indicators], not name, unit: under it a line for each"),
        ("", "must hold one table [indicators], not nothing"),
        ('[units]\nx = { name = "甲" }', "must hold one table [indicators], not units"),
        ('[indicators]\na = "甲"', "own.toml: a: an entry must be a table { ... }"),
    ],
)
def test_a_mistake_in_an_own_catalogue_is_one_clear_line(tmp_path: Path, text: str, line: str) -> None:
    (tmp_path / "own.toml").write_text(text, "utf-8")
    done = hreport("indicators", "--catalog", tmp_path / "own.toml")
    assert (done.exit_code, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert line in done.stderr


def test_an_own_catalogue_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text('a = { name = "甲", unit = "个" }', "gb18030")
    done = hreport("indicators", "--catalog", tmp_path / "own.toml")
    assert done.exit_code == 2
    assert "save it as UTF-8" in done.stderr
