"""How reports are built, as data: units, masks, dates, damage, structure and relation words, compiled once.

The files hold word lists (`Words`) and regular expressions (`Pattern`, `MaskKind`, `RoleRule`); `{name}` in an
expression stands for the word list of that name, `{unit}` for any unit, `{measure}` for any that is no kind of place.
Every entry may carry `match` and `no_match`, which the tests run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from hreport.expressions.compiling import when_used
from hreport.lexicon import DATA, LexiconError, entries, parse
from hreport.messages import Message


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit or measure word. `not_before`: characters after it that make another word of it (人 in 人民); `most`: no
    figure in it that has no decimals is larger (0: nothing is known)."""

    id: str
    kind: str
    aliases: tuple[str, ...] = ()
    not_before: str = ""
    most: int = 0


@dataclass(frozen=True, slots=True)
class Words:
    """A list of words that play one part in a sentence."""

    id: str
    words: tuple[str, ...]
    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression over folded text; `kind` says what a match is, where one table holds several kinds."""

    id: str
    pattern: str
    kind: str = ""
    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MaskKind:
    """What a placeholder hides, by what stands before it, what it is and what follows."""

    id: str
    kind: str
    before: str = ""
    run: str = ""
    after: str = ""
    match: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleRule:
    """What a quantity is for, by what stands around it; empty conditions always hold."""

    id: str
    role: str
    before: str = ""
    text: str = ""
    after: str = ""
    units: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weight:
    """What a doubt adds to the log-odds that a record is right, and of how many annotated records with it how many
    were: of none where the weight was set by hand. No record with the doubt is likelier to be right than `most`."""

    id: str
    weight: float
    right: int = 0
    seen: int = 0
    most: float = 1.0


_NAME = re.compile(r"\{([a-z_]+)\}")

TABLES: Mapping[str, Mapping[str, type[Any]]] = {
    "units.toml": {"units": Unit},
    "masks.toml": {"masks": Pattern, "mask_kinds": MaskKind},
    "numerals.toml": {"numerals": Pattern, "signs": Pattern},
    "times.toml": {"times": Pattern, "areas": Pattern},
    "damage.toml": {"damage": Pattern},
    "structure.toml": {
        "furniture": Pattern,
        "inline": Pattern,
        "openers": Pattern,
        "sections": Pattern,
        "marks": Pattern,
        "lines": Pattern,
    },
    "words.toml": {"words": Words},
    "relations.toml": {"relations": Pattern},
    "calendar.toml": {"calendar": Pattern},
    "leaks.toml": {"leaks": Pattern},
    "tables.toml": {"headings": Pattern},
    "confidence.toml": {"confidence": Weight},
    "roles.toml": {"roles": RoleRule},
}


def alternation(words: Iterable[str], barred: Mapping[str, str] | None = None) -> str:
    """Words as a regular expression that tries the longest first, each unless one of its `barred` characters follows.

    What words begin with alike is written once: `re` then reads it once, however many words there are.

    >>> alternation(["ab", "a", "abc", "d"]), alternation(["a"], {"a": "xy"})
    ('(?:d|a(?:b(?:c|)|))', '(?:a(?![xy]))')
    """
    tree: _Tree = {}
    for word in words:
        branch = tree
        for character in word:
            branch = branch.setdefault(character, {})
        branch[_END] = {}
    return f"(?:{_branches(tree, '', barred or {})})"


_Tree: TypeAlias = dict[str, "_Tree"]
_END = ""


def _branches(tree: _Tree, before: str, barred: Mapping[str, str]) -> str:
    parts, single = [], []
    for character in sorted(tree, reverse=True):  # where a word ends comes last
        word, rest = before + character, _branches(tree[character], before + character, barred)
        if character == _END:
            parts.append(f"(?![{barred[word]}])" if barred.get(word) else "")
        elif rest:
            parts.append(re.escape(character) + (rest if len(tree[character]) == 1 else f"(?:{rest})"))
        else:
            single.append(re.escape(character))
    if single:
        parts.insert(0, single[0] if len(single) == 1 else f"[{''.join(single)}]")
    return "|".join(parts)


@dataclass(frozen=True, eq=False)
class Grammar:
    """All tables by name. Made once by `load`; compared and hashed by identity.

    `surfaces` maps each written form of a unit to it.
    """

    units: Mapping[str, Unit]
    tables: Mapping[str, Mapping[str, Any]]
    words: Mapping[str, Words]
    mask_kinds: Mapping[str, MaskKind]
    surfaces: Mapping[str, Unit]
    _expanded: dict[str, str]  # what names in braces stand for, as far as it was asked for

    def expand(self, pattern: str) -> str:
        """A pattern with its `{names}` replaced."""
        return _NAME.sub(lambda found: self._expansion(found[1]), pattern)

    def _expansion(self, name: str) -> str:
        if name not in self._expanded:
            self._expanded[name] = alternation(self.words[name].words)
        return self._expanded[name]

    def words_of(self, *names: str) -> frozenset[str]:
        """The union of some word lists."""
        return frozenset(w for n in names for w in self.words[n].words)

    def regex(self, table: str, *ids: str, flags: int = 0) -> re.Pattern[str]:
        """Entries of a table (all, where none is named) as one compiled alternation, each a group named by its id."""
        rows = self.tables[table]
        chosen = ids or tuple(rows)
        return when_used("|".join(f"(?P<{i}>{self.expand(rows[i].pattern)})" for i in chosen), flags)

    def compiled(self, table: str, ids: Iterable[str]) -> dict[str, re.Pattern[str]]:
        """Entries of a table, each compiled by itself, by id."""
        return {i: when_used(self.expand(self.tables[table][i].pattern)) for i in ids}


@lru_cache(maxsize=1)
def load() -> Grammar:
    """The shipped grammar.

    Raises:
        LexiconError: a file is wrong; the message names file and id.
    """
    tables: dict[str, Any] = {}
    for file, kinds in TABLES.items():
        raw = parse(file, DATA.joinpath(file).read_text(encoding="utf-8"))
        if unknown := raw.keys() - kinds.keys():
            raise LexiconError(file, ", ".join(sorted(unknown)), Message("unknown table"))
        for name, kind in kinds.items():
            tables[name] = entries(kind, file, raw.get(name, {}))
    units: dict[str, Unit] = tables.pop("units")
    words: dict[str, Words] = tables.pop("words")
    mask_kinds: dict[str, MaskKind] = tables.pop("mask_kinds")
    surfaces: dict[str, Unit] = {}
    for unit in units.values():
        for surface in (unit.id, *unit.aliases):
            if surface in surfaces:
                raise LexiconError("units.toml", unit.id, Message("{surface} is claimed twice", surface=surface))
            surfaces[surface] = unit
    expanded = {
        "unit": _unit_pattern(surfaces),
        "measure": _unit_pattern({s: u for s, u in surfaces.items() if u.kind != "place"}),
        "run": r"[\dxX*_×.]{1,6}",  # another placeholder
    }
    return Grammar(units, tables, words, mask_kinds, surfaces, expanded)


def _unit_pattern(surfaces: Mapping[str, Unit]) -> str:
    """Any unit, the longest first, unless the next character makes another word of it."""
    return alternation(surfaces, {surface: unit.not_before for surface, unit in surfaces.items()})
