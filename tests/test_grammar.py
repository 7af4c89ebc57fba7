"""Every entry of the data files does what its own examples say, and mistakes in data files are refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from texts import GRAMMAR, reading, tagged_areas, tagged_masks, tagged_quantities

from hreport import grammar as grammars
from hreport.grammar import TABLES, MaskKind, Pattern, RoleRule, Unit, Words
from hreport.lexicon import DATA, LexiconError, entries, parse
from hreport.tag import quantities, times
from hreport.tag.quantities import Profile
from hreport.text import fold

MARKS = re.compile("⟦([^⟦⟧]*)⟧")


def table(name: str) -> dict[str, Any]:
    """The entries of a table by id."""
    for file, kinds in TABLES.items():
        if name in kinds:
            return entries(kinds[name], file, parse(file, (DATA / file).read_text("utf-8")).get(name, {}))
    raise KeyError(name)


def examples(name: str, which: str) -> Iterator[Any]:
    """One test case for each example of a table."""
    for id_, entry in table(name).items():
        for example in getattr(entry, which):
            yield pytest.param(entry, example, id=f"{name}.{id_}:{example}")


def cases(names: tuple[str, ...], which: str) -> list[Any]:
    """The examples of several tables."""
    return [case for name in names for case in examples(name, which)]


def living(entries_: Iterable[Any]) -> list[Any]:
    """One test case for each entry."""
    return [pytest.param(e, id=e.id) for e in entries_]


def unmarked(example: str) -> tuple[str, list[tuple[int, int]]]:
    """An example without its ⟦ ⟧, and the spans that they stood around."""
    spans = [(m.start() - 2 * k, m.end() - 2 * k - 2) for k, m in enumerate(MARKS.finditer(example))]
    return MARKS.sub(r"\1", example), spans


def pattern(entry: Pattern) -> re.Pattern[str]:
    return re.compile(GRAMMAR.expand(entry.pattern))


def found(entry: Pattern, example: str) -> list[re.Match[str]]:
    """The matches of an entry in an example; a few must fit the whole of what they are tried on."""
    match = pattern(entry).fullmatch(fold(example))
    return ([match] if match else []) if entry.id in ENTIRE else list(pattern(entry).finditer(fold(example)))


# --- every table -----------------------------------------------------------------------------------------------------

ENTIRE = (
    "share", "separators", "unit_column", "unit_cell", "figure", "group", "code", "year_cell", "date_cell",
    "masked_place", "blank", "bare_year", "place_header", "reference", "part_of", "running", "total", "label",
    "code_column", "period_header", "plain_sheet",
    "generic_name", "name_header", "attribute", "group_header", "no_figure", "group_name", "rim",
)  # fmt: skip
SPECIAL = ("masks", "numerals", "times", "areas", "lines", "furniture")
PLAIN = tuple(n for kinds in TABLES.values() for n, kind in kinds.items() if kind is Pattern and n not in SPECIAL)


@pytest.mark.parametrize("name", [n for kinds in TABLES.values() for n in kinds if n not in ("units", "confidence")])
def test_every_entry_has_an_example(name: str) -> None:
    assert [id_ for id_, entry in table(name).items() if not entry.match] == []


@pytest.mark.parametrize("name", ["masks", "mask_kinds", "roles"])
def test_examples_mark_what_they_are_about(name: str) -> None:
    assert [e for entry in table(name).values() for e in entry.match if not MARKS.search(e)] == []


@pytest.mark.parametrize(("entry", "example"), cases(PLAIN, "match"))
def test_pattern_finds_its_example(entry: Pattern, example: str) -> None:
    assert any(m[0] for m in found(entry, example))


@pytest.mark.parametrize(("entry", "example"), cases(PLAIN, "no_match"))
def test_pattern_leaves_the_rest(entry: Pattern, example: str) -> None:
    assert not any(m[0] for m in found(entry, example))


@pytest.mark.parametrize(("entry", "example"), cases(("words",), "match"))
def test_word_list_is_found_in_its_example(entry: Words, example: str) -> None:
    assert any(word in fold(example) for word in entry.words)


@pytest.mark.parametrize(("entry", "example"), cases(("words",), "no_match"))
def test_word_list_leaves_the_rest(entry: Words, example: str) -> None:
    assert not any(word in fold(example) for word in entry.words)


@pytest.mark.parametrize("entry", table("words").values(), ids=lambda e: e.id)
def test_word_list_says_nothing_twice(entry: Words) -> None:
    assert sorted({w for w in entry.words if entry.words.count(w) > 1}) == []
    assert all(entry.words)


# --- masks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("entry", "example"), cases(("masks",), "match"))
def test_mask_style(entry: Pattern, example: str) -> None:
    text, spans = unmarked(example)
    found = tagged_masks(text)
    assert [(m.span.start, m.span.end) for m in found] == spans
    assert all(m.rule.split(".")[1] == entry.id for m in found)


@pytest.mark.parametrize(("entry", "example"), cases(("masks",), "no_match"))
def test_what_only_looks_like_a_mask(entry: Pattern, example: str) -> None:
    assert tagged_masks(example) == []


@pytest.mark.parametrize(("entry", "example"), cases(("mask_kinds",), "match"))
def test_mask_kind(entry: MaskKind, example: str) -> None:
    text, spans = unmarked(example)
    found = tagged_masks(text)
    if entry.kind == "none":
        assert found == []
        return
    assert [(m.span.start, m.span.end) for m in found] == spans
    assert [m.kind for m in found] == [entry.kind] * len(spans)


@pytest.mark.parametrize("entry", living(e for e in table("mask_kinds").values() if e.kind != "none"))
def test_mask_kind_decides_one_of_its_examples(entry: MaskKind) -> None:
    assert entry.id in [m.rule.split(".")[2] for e in entry.match for m in tagged_masks(unmarked(e)[0])]


# --- numbers, times, areas -------------------------------------------------------------------------------------------

WHOLE = (
    "over_half",
    "out_of",
    "up_to",
    "arabic",
    "mask",
    "chinese",
    "scale",
    "more",
    "to",
    "shared_point",
    "several",
    "half",
    "shared_unit",
    "whole_year",
)  # parts of other expressions
FORMS = {
    "half_of": "fraction",
    "whole_of": "fraction",
    "doubled": "turned",
    "bare": "lost_unit",
    "deleted_scaled": "deleted",
    "deleted_measure": "deleted",
}  # ids whose quantities bear another name
HOLD = Profile(deleting=True)


@pytest.mark.parametrize(("entry", "example"), cases(("numerals",), "match"))
def test_numeral(entry: Pattern, example: str) -> None:
    if entry.id in WHOLE:
        assert pattern(entry).fullmatch(fold(example))
    elif entry.id == "more_after":
        assert [q.bound for q, _, _ in tagged_quantities(example)] == ["approx"]
    else:
        rule = f"quantity.{FORMS.get(entry.id, entry.id)}"
        assert rule in [q.rule for q, _, _ in tagged_quantities(example, HOLD, ends=True)]


@pytest.mark.parametrize(("entry", "example"), cases(("numerals",), "no_match"))
def test_no_numeral(entry: Pattern, example: str) -> None:
    assert not pattern(entry).search(fold(example))
    rule = f"quantity.{FORMS.get(entry.id, entry.id)}"
    assert rule not in [q.rule for q, _, _ in tagged_quantities(example, HOLD, ends=True)]


@pytest.mark.parametrize(("maker", "sign"), [(maker, sign) for maker, sign in quantities.FORMS if sign])
def test_sign_stands_in_every_example_of_its_form(maker: Any, sign: str) -> None:
    for entry in table("numerals").values():
        for example in entry.match:
            view = reading(example)
            if list(maker(view, GRAMMAR, quantities._tools(GRAMMAR), HOLD)):
                assert any(pattern(s).search(view.text) for s in table("signs").values() if s.kind == sign)


@pytest.mark.parametrize(("family", "sign"), [("deleting", "alone"), ("layout_space", "spaced"), ("digits", "digits")])
def test_sign_stands_in_every_example_of_its_damage(family: str, sign: str) -> None:
    signs = [pattern(s) for s in table("signs").values() if s.kind == sign]
    for example in table("damage")[family].match:
        assert any(s.search(fold(example)) for s in signs)


@pytest.mark.parametrize(("entry", "example"), cases(("times",), "match"))
def test_time(entry: Pattern, example: str) -> None:
    found = [t for t in times.tag(reading(example), GRAMMAR) if t.rule == f"time.{entry.id}"]
    assert found
    assert {t.kind for t in found} == {entry.kind}
    assert 3 * sum(len(t.text) for t in found) >= len(example)  # the rest says what surrounds it


@pytest.mark.parametrize(("entry", "example"), cases(("times",), "no_match"))
def test_no_time(entry: Pattern, example: str) -> None:
    assert [t for t in times.tag(reading(example), GRAMMAR) if t.rule == f"time.{entry.id}"] == []


@pytest.mark.parametrize(("entry", "example"), cases(("areas",), "match"))
def test_area(entry: Pattern, example: str) -> None:
    assert entry.id in [a.kind for a in tagged_areas(example)]


@pytest.mark.parametrize(("entry", "example"), cases(("areas",), "no_match"))
def test_no_area(entry: Pattern, example: str) -> None:
    assert entry.id not in [a.kind for a in tagged_areas(example)]


# --- structure -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("entry", "example"), cases(("lines",), "match"))
def test_heading(entry: Pattern, example: str) -> None:
    match = GRAMMAR.regex("lines").match(fold(example))
    assert match
    assert match.lastgroup == entry.id


@pytest.mark.parametrize(("entry", "example"), cases(("lines",), "no_match"))
def test_no_heading(entry: Pattern, example: str) -> None:
    assert not GRAMMAR.regex("lines").match(fold(example))


@pytest.mark.parametrize(("entry", "example"), cases(("furniture",), "match"))
def test_furniture(entry: Pattern, example: str) -> None:
    assert pattern(entry).search(fold(example))


@pytest.mark.parametrize(("entry", "example"), cases(("furniture",), "no_match"))
def test_no_furniture(entry: Pattern, example: str) -> None:
    assert not GRAMMAR.regex("furniture").search(fold(example))


# --- roles -----------------------------------------------------------------------------------------------------------


def roles_at(example: str) -> list[tuple[str, str]]:
    """Role and rule of each quantity that an example marks; a span that is no quantity fails."""
    text, spans = unmarked(example)
    found = {(q.at.start, q.at.end): (role, rule) for q, role, rule in tagged_quantities(text)}
    assert set(spans) <= found.keys(), {text[s:e] for s, e in found}
    return [found[s] for s in spans]


@pytest.mark.parametrize(("entry", "example"), cases(("roles",), "match"))
def test_role(entry: RoleRule, example: str) -> None:
    assert [role for role, _ in roles_at(example)] == [entry.role] * len(MARKS.findall(example))


@pytest.mark.parametrize("entry", living(table("roles").values()))
def test_role_decides_one_of_its_examples(entry: RoleRule) -> None:
    assert f"role.{entry.id}" in [rule for e in entry.match for _, rule in roles_at(e)]


@pytest.mark.parametrize(("entry", "example"), cases(("roles",), "no_match"))
def test_other_role(entry: RoleRule, example: str) -> None:
    assert f"role.{entry.id}" not in [rule for _, rule in roles_at(example)]


# --- units -----------------------------------------------------------------------------------------------------------

# 1/10万 is written /10万, and 12日 is a day of the month.
SURFACES = [(s, u) for s, u in GRAMMAR.surfaces.items() if s not in ("1/10万", "日")]


@pytest.mark.parametrize(("surface", "unit"), SURFACES, ids=[s for s, _ in SURFACES])
def test_unit_behind_a_number(surface: str, unit: Unit) -> None:
    found = [q for q, _, _ in tagged_quantities(f"共有12{surface},")]
    assert [q.text for q in found] == [f"12{surface}"]
    assert found[0].base_unit == ("%" if unit.kind == "tenth" else unit.id)
    assert found[0].damage is None or surface.startswith("&")


BARRED = [(s, c) for s, u in SURFACES for c in u.not_before]


@pytest.mark.parametrize(("surface", "follows"), BARRED, ids=[s + c for s, c in BARRED])
def test_character_that_makes_another_word(surface: str, follows: str) -> None:
    assert f"12{surface}" not in [q.text for q, _, _ in tagged_quantities(f"共有12{surface}{follows},")]


# --- mistakes --------------------------------------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A copy of the data files that may be damaged."""
    for file in TABLES:
        (tmp_path / file).write_text((DATA / file).read_text("utf-8"), "utf-8")
    monkeypatch.setattr(grammars, "DATA", tmp_path)
    grammars.load.cache_clear()
    yield tmp_path
    grammars.load.cache_clear()
    grammars.load.cache_clear()


@pytest.mark.parametrize(
    ("file", "more", "message"),
    [
        ("times.toml", '[seasons]\nx = { pattern = "x" }', "times.toml: seasons: unknown table"),
        ("relations.toml", 'own = { pattern = "x", colour = 1 }', "relations.toml: own: unknown key colour"),
        ("relations.toml", 'own = { match = ["x"] }', "relations.toml: own: missing pattern"),
        ("relations.toml", "own = { pattern = 1 }", "relations.toml: own: pattern must be"),
        ("relations.toml", 'own = "x"', "relations.toml: own: an entry must be a table"),
        ("relations.toml", 'gap = { pattern = "x" }', "relations.toml"),
        ("units.toml", '"新元" = { kind = "money", aliases = ["元"] }', "units.toml: 新元: 元 is claimed twice"),
        ("units.toml", '"新元" = { kind = "money", aliases = "元" }', "units.toml: 新元: aliases must be"),
        ("words.toml", "own = {", "words.toml"),
    ],
)
def test_mistake_in_a_data_file(data: Any, file: str, more: str, message: str) -> None:
    with (data / file).open("a", encoding="utf-8") as out:
        out.write(f"\n{more}\n")
    with pytest.raises(LexiconError) as error:
        grammars.load()
    assert message in str(error.value)


def test_a_sound_copy_is_loaded(data: Any) -> None:
    assert grammars.load().units.keys() == GRAMMAR.units.keys()
