"""The catalogue of indicators: how it is loaded, what is refused, and that every wording in it finds its own entry."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hreport.lexicon import KINDS, Folder, Indicator, Lexicon, LexiconError, gazetteer, load, unit
from hreport.resolve import indicator_id

LEXICON = load()
INDICATORS = list(LEXICON.indicators.values())
GROUPS = {
    "health_level", "services", "resources", "workforce", "maternal_child", "public_health", "insurance_finance",
    "society_elderly_childcare", "environment", "population", "economy", "fiscal", "industry", "trade", "employment",
    "income_prices", "agriculture", "science", "infrastructure", "education", "social_security", "tourism",
}  # fmt: skip
OWN = 'own = {{ name = "我的指标", en = "Mine", group = "services", unit = "{unit}", kind = "count"{more} }}'


def catalogue(folder: Path, text: str) -> Lexicon:
    file = folder / "own.toml"
    file.write_text(f"[indicators]\n{text}\n", "utf-8")
    return load(file)


# --- the shipped entries ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda i: i.id)
def test_name_and_aliases_resolve_to_their_own_id(indicator: Indicator) -> None:
    for wording in (indicator.name, *indicator.aliases, *(f"全市{a}" for a in indicator.aliases[:1])):
        assert indicator_id(wording, indicator.unit, LEXICON) == indicator.id, wording


@pytest.mark.parametrize("indicator", [i for i in INDICATORS if i.match or i.no_match], ids=lambda i: i.id)
def test_own_examples(indicator: Indicator) -> None:
    for wording in indicator.match:
        assert indicator_id(wording, indicator.unit, LEXICON) == indicator.id, wording
    for wording in indicator.no_match:
        assert indicator_id(wording, indicator.unit, LEXICON) != indicator.id, wording


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda i: i.id)
def test_entry_is_well_formed(indicator: Indicator) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", indicator.id)
    assert indicator.name
    assert indicator.en.isprintable()
    assert indicator.kind in KINDS
    assert indicator.group in GROUPS
    assert indicator.better in {"higher", "lower", "neutral"}
    assert indicator.name not in indicator.aliases
    assert len(set(indicator.aliases)) == len(indicator.aliases)
    assert indicator.source
    if indicator.low is not None and indicator.high is not None:
        assert indicator.low < indicator.high
    if indicator.kind == "rate":
        found = unit(indicator.unit, LEXICON.conversions)
        assert found is not None
        assert found[0].dimension == "share"


def test_flows_are_counted_things() -> None:
    flows = [i for i in INDICATORS if i.flow]
    assert len(flows) > 20
    assert {i.kind for i in flows} <= {"count", "amount", "money"}


def test_a_catalogue_of_this_size_covers_health_and_economy() -> None:
    assert len(INDICATORS) > 500
    assert {i.group for i in INDICATORS} == GROUPS


def test_folding_a_key_again_changes_nothing() -> None:
    fold = Folder(LEXICON.wording, LEXICON.folds, LEXICON.spin)
    for key in LEXICON.names:
        assert fold(key) == key


def test_areas_are_well_formed() -> None:
    areas = [a for found in gazetteer().values() for a in found]
    codes = {a.code for a in areas}
    assert len(areas) > 3200
    assert sum(a.level == "province" for a in areas) == 34
    for a in areas:
        assert re.fullmatch(r"\d{6}", a.code), a
        assert a.level in {"province", "prefecture", "county"}, a
        assert (a.parent in codes) if a.level != "province" else not a.parent, a
        assert a.name.startswith(a.short), a
        assert re.fullmatch(r"|\d{4}", a.seen), a


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (OWN.format(unit="家", more=", colour = 1"), "own: unknown key colour"),
        ('own = { name = "我的指标" }', "own: missing"),
        ('own = "我的指标"', "own: an entry must be a table"),
        (OWN.format(unit="家", more=', low = "0"'), "own: low must be"),
        (OWN.format(unit="家", more=', aliases = "甲"'), "own: aliases must be"),
        (OWN.format(unit="鞭", more=""), "own: unknown unit 鞭"),
        (OWN.format(unit="万", more=""), "own: unknown unit 万"),
        (
            OWN.format(unit="家", more=', aliases = ["婴儿死亡率"]'),
            "own: alias 婴儿死亡率 is claimed by infant_mortality",
        ),
        (OWN.format(unit="家", more=', aliases = ["“婴儿”的死亡率"]'), "is claimed by infant_mortality"),
        (OWN.format(unit="家", more=', aliases = ["社区卫生效劳中心"]'), "is claimed by chc"),
        (OWN.format(unit="家", more="") + "\n" + OWN.format(unit="家", more=""), "own"),
        ("own = {", "own"),
    ],
)
def test_mistake_names_file_and_id(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(LexiconError) as error:
        catalogue(tmp_path, text)
    assert problem in str(error.value)
    assert "own.toml" in str(error.value)


def test_two_own_entries_may_not_share_an_alias(tmp_path: Path) -> None:
    other = OWN.format(unit="家", more="").replace("own", "other", 1)
    with pytest.raises(LexiconError, match="claimed by own"):
        catalogue(tmp_path, OWN.format(unit="家", more="") + "\n" + other)


def test_a_file_of_another_form_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('[units]\nx = { name = "甲" }\n', "utf-8")
    with pytest.raises(LexiconError, match=re.escape("[indicators]")):
        load(file)


# --- a user's catalogue ----------------------------------------------------------------------------------------------


def test_own_indicator_is_added(tmp_path: Path) -> None:
    own = catalogue(tmp_path, OWN.format(unit="家", more=', aliases = ["指标乙"]'))
    assert len(own.indicators) == len(LEXICON.indicators) + 1
    assert indicator_id("全市指标乙", "所", own) == "own"
    assert indicator_id("指标乙", "所", LEXICON) == ""


def test_own_entry_overrides_what_it_names_and_keeps_the_rest(tmp_path: Path) -> None:
    own = catalogue(tmp_path, 'infant_mortality = { high = 20, aliases = ["一岁以内死亡率"] }')
    indicator = own.indicators["infant_mortality"]
    assert indicator.high == 20
    assert indicator.unit == "‰"
    assert indicator_id("一岁以内死亡率", "‰", own) == "infant_mortality"
    assert indicator_id("婴儿病死率", "‰", own) == ""
