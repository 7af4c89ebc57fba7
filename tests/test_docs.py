"""The documentation says everything, in both languages; its examples give what it shows; its links lead somewhere."""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from examples import ROOT, WIDE, blocks, prepared, shown

from hreport.messages import LANGUAGES

sys.path.insert(0, str(ROOT / "docs"))
import build
import reference

CHINESE = re.compile("[\u4e00-\u9fff]")
WRITTEN = [path for section in build.PAGES.values() for path in section]


@lru_cache
def pages(language: str) -> dict[str, str]:
    return build.pages(language)


def prose(text: str) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^( *)```.*?^\1```$", "", text, flags=re.DOTALL | re.MULTILINE)


# --- everything is documented ----------------------------------------------------------------------------------------


def commands() -> Iterator[tuple[str, object]]:
    tree = reference.program()
    yield "hreport", tree
    yield from ((f"hreport {name}", command) for name, command in tree.commands.items())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_and_option_is_documented(language: str) -> None:
    page = pages(language)["reference/commands.md"]
    sections = {s.partition("`")[0]: s for s in re.split(r"^## `", page, flags=re.MULTILINE)[1:]}
    assert sections.keys() == {name for name, _ in commands()}
    for name, command in commands():
        rows = [line for line in sections[name].split("\n") if line.startswith("| ")]
        for option in reference.options(command):
            row = next((r for r in rows if all(reference.code(n) in r for n in option.names)), "")
            said = re.split(r"(?<!\\)\|", row)[2].strip() if row else ""
            assert said, f"{name} {option.names[0]} is not explained"
            assert bool(CHINESE.search(said)) == (language == "zh"), f"{name} {option.names[0]}: {said}"


def test_an_option_without_words_would_be_seen() -> None:
    compare = reference.program().commands["compare"]
    assert {"--indicator", "-o", "--lang", "PATH"} <= {n for o in reference.options(compare) for n in o.names}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_of_every_table_has_its_words(language: str) -> None:
    for name, columns in reference.tables().items():
        assert reference.meanings()["tables"][name][language]
        for column in columns:
            said = reference.meaning_of_column(column.name, name, language)
            assert said, f"{name}.{column.name}"


def test_no_words_are_left_over() -> None:
    words = reference.meanings()
    tables = reference.tables()
    assert words["tables"].keys() == tables.keys()
    known = {c.name for columns in tables.values() for c in columns} | {"around"}
    assert words["columns"].keys() - known == set()
    for name, columns in words["columns_of"].items():
        assert columns.keys() - {c.name for c in tables[name]} == set(), name
    assert words["views"].keys() == reference.database.TABLES.keys() | reference.database.VIEWS.keys()
    assert words["data"].keys() == {path.name for path in reference.data_files()}
    assert words["python"].keys() == {n for n in reference.hreport.__all__ if not n.startswith("_")}


@pytest.mark.parametrize("name", reference.known_codes())
def test_every_code_has_its_words_and_no_other_has(name: str) -> None:
    assert reference.meanings()["codes"][name].keys() == set(reference.known_codes()[name])


def test_codes_are_found_in_the_source() -> None:
    assert {"scanned", "timeout", "copy", "crashed", "correction", "no_year"} <= set(reference.issue_codes())
    assert {"several", "from_copy", "damaged"} <= set(reference.known_codes()["doubt"])
    assert set(reference.known_codes()["agrees"]) == {"incomparable", "yes", "no"}


def entries(table: object, path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    assert isinstance(table, dict)
    if "en" in table and isinstance(table["en"], str):
        yield path, table
    else:
        for name, inner in table.items():
            yield from entries(inner, f"{path}.{name}")


def test_all_words_are_in_both_languages() -> None:
    for path, words in entries(reference.meanings()):
        assert words.keys() == set(LANGUAGES), path
        assert words["zh"].strip(), path
        assert words["en"].strip(), path
        assert (
            ".columns." in path
            or not CHINESE.search(re.sub("`[^`]*`|[万亿]", "", words["en"]))
            or path.endswith(
                (".data.calendar.toml", ".data.relations.toml", ".data.spin.toml", ".unit_kind.place", ".site.language")
            )
        ), path


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_indicator_unit_and_data_file_is_listed(language: str) -> None:
    found = pages(language)
    groups = "".join(text for path, text in found.items() if path.startswith("reference/indicators/"))
    for id_, indicator in reference.lexicon.load().indicators.items():
        assert f'id="{id_}"' in groups
        assert reference.cell(indicator.name) in groups
    for unit in reference.grammar.load().units:
        assert reference.code(unit) in found["reference/units.md"], unit
    for path in reference.data_files():
        assert f"## `{path.name}`" in found["reference/data.md"]


# --- both languages --------------------------------------------------------------------------------------------------


def headings(text: str) -> list[int]:
    """The levels of the headings of a page."""
    return [len(marks) for marks in re.findall(r"^(#+) ", prose(text), re.MULTILINE)]


@pytest.mark.parametrize("path", WRITTEN)
def test_both_languages_have_the_same_headings_and_examples(path: str) -> None:
    english, chinese = (pages(language)[path] for language in ("en", "zh"))
    assert headings(english) == headings(chinese)
    assert [c for c, _ in shown(english)] == [c for c, _ in shown(chinese)]
    assert [b for language, b in blocks(english) if language == "pycon"] == [
        b for language, b in blocks(chinese) if language == "pycon"
    ]


def test_every_written_page_is_in_the_navigation() -> None:
    for language in LANGUAGES:
        folder = ROOT / "docs" / language
        assert {p.relative_to(folder).as_posix() for p in folder.rglob("*.md")} == set(WRITTEN)


@pytest.mark.parametrize("path", [p for p in WRITTEN if not p.startswith("project/")])
def test_a_page_in_chinese_is_chinese(path: str) -> None:
    text = (ROOT / "docs" / "zh" / path).read_text("utf-8")
    for paragraph in prose(text).split("\n\n"):
        words = re.sub(r"`[^`]*`|\(.*?\)|<!--.*?-->|\{.*?\}", "", paragraph)
        assert len(re.findall("[A-Za-z]{3,}", words)) < 3 or CHINESE.search(words), paragraph  # names are Latin


# --- examples and links ----------------------------------------------------------------------------------------------

EXAMPLE = re.compile(r"^```\n\$ |^```pycon", re.MULTILINE)
WITH_EXAMPLES = [(lang, path) for lang in LANGUAGES for path in WRITTEN if EXAMPLE.search(pages(lang)[path])]


@pytest.mark.parametrize(("language", "path"), WITH_EXAMPLES)
def test_what_is_shown_is_what_is_said(language: str, path: str, samples_read: Path, tmp_path: Path) -> None:
    assert prepared(tmp_path, samples_read, language, WIDE).failures(pages(language)[path]) == []


def anchors(text: str) -> set[str]:
    """The places of a page that a link can lead to."""
    from pymdownx.slugs import slugify

    found = set(re.findall(r'id="([^"]+)"', text))
    for line in re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE):
        named = re.search(r"\{ #([\w-]+) \}$", line)
        found.add(named[1] if named else slugify(case="lower")(re.sub("[`*]", "", line), "-"))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_leads_somewhere(language: str) -> None:
    pytest.importorskip("pymdownx", reason="the documentation is not installed: pip install 'hreport[docs]'")
    found = pages(language)
    known = {path: anchors(text) for path, text in found.items()}
    links = 0
    for path, text in found.items():
        for link in re.findall(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)", prose(text)):
            if link.startswith("http"):
                continue
            target, _, anchor = link.partition("#")
            page = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) if target else path
            assert page in known, f"{path}: {link}"
            assert not anchor or anchor in known[page], f"{path}: {link}"
            links += 1
    assert links > 100


# What a browser would ask for by itself; links that a reader may follow are none of these.
FROM_A_NETWORK = re.compile(
    r"""<(?:script|img|iframe|source)[^>]*\ssrc=["']?(?:https?:)?//"""
    r"""|<link(?![^>]*rel=["']?canonical)[^>]*\shref=["']?(?:https?:)?//|@import|url\(["']?(?:https?:)?//"""
)


def test_the_site_is_built_and_asks_no_network(tmp_path: Path) -> None:
    pytest.importorskip("zensical", reason="the documentation is not installed: pip install 'hreport[docs]'")
    build.build(tmp_path)
    for language in LANGUAGES:
        site = tmp_path / "site" / language
        assert {p.relative_to(site).as_posix() for p in site.rglob("*.html")} - {"404.html"} == {
            path.replace(".md", ".html") for path in pages(language)
        }
        for page in [*site.rglob("*.html"), *site.rglob("*.css")]:
            text = page.read_text("utf-8")
            assert not FROM_A_NETWORK.search(text), page
