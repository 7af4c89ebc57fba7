"""The options that commands share, each written once, and the checks on them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hreport.writers import WRITERS

if TYPE_CHECKING:
    from hreport.lexicon import Indicator

STORE = "duckdb"

LANGUAGES = ("en", "zh")


def one_of(value: str, known: Iterable[str], option: str) -> str:
    """The value, if it is one of the known ones; else misuse that names them and the nearest."""
    names = list(known)
    if value in names:
        return value
    near = get_close_matches(value.lower(), names, n=1)
    hint = f"Did you mean {near[0]}? " if near else ""
    raise typer.BadParameter(f"{value!r} is not known. {hint}Known: {', '.join(names)}.", param_hint=option)


def _format(value: str | None) -> str | None:
    return None if value is None else one_of(value.lower().lstrip("."), (*WRITERS, STORE), "-f/--format")


def _headers(value: str) -> str:
    return one_of(value.lower(), LANGUAGES, "--headers")


def _output(value: Path | None) -> Path | None:
    """Refuse at once what could not be written at the end."""
    if value is None or str(value) == "-":
        return None
    if value.is_dir():
        raise typer.BadParameter(f"{value} is a folder: give a file name in it.", param_hint="-o/--output")
    if not value.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {value.parent}: create it first.", param_hint="-o/--output")
    return value


def _readable(value: Path | None) -> Path | None:
    if value is not None and not value.is_file():
        raise typer.BadParameter(f"there is no file {value}.")
    return value


Paths = Annotated[list[str], typer.Argument(metavar="PATH", help="Files, folders, globs, or - for standard input.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="Write to a file; its suffix says the format.", callback=_output
    ),
]
Format = Annotated[
    str | None,
    typer.Option("-f", "--format", metavar="NAME", help=f"One of {', '.join((*WRITERS, STORE))}.", callback=_format),
]
Jobs = Annotated[
    int | None, typer.Option("-j", "--jobs", min=1, metavar="N", help="Worker processes. [default: cores]")
]
Catalog = Annotated[
    Path | None,
    typer.Option("--catalog", metavar="FILE", help="Own indicators (TOML), merged by id.", callback=_readable),
]
Userdict = Annotated[
    Path | None, typer.Option("--userdict", metavar="FILE", help="A jieba user dictionary.", callback=_readable)
]
ManifestFile = Annotated[
    Path | None,
    typer.Option(
        "--manifest",
        metavar="FILE",
        help="CSV file,report,area,year,title,url,publisher,published: overrides what was read.",
        callback=_readable,
    ),
]
Issues = Annotated[
    Path | None,
    typer.Option("--issues", metavar="FILE.csv", help="Write what could not be read, and why.", callback=_output),
]
Headers = Annotated[
    str, typer.Option("--headers", metavar="en|zh", help="Language of the headings.", callback=_headers)
]
MinConfidence = Annotated[
    float,
    typer.Option(
        "--min-confidence",
        min=0.0,
        max=1.0,
        help="Leave out figures that are less sure than this; those without a confidence are kept.",
    ),
]
Password = Annotated[
    str | None, typer.Option("--password", envvar="HREPORT_PASSWORD", help="Password of encrypted files.")
]
Timeout = Annotated[
    float,
    typer.Option("--timeout", min=0.1, metavar="SECONDS", help="Longest time for one file; for a scan, for each page."),
]
SaveText = Annotated[
    Path | None,
    typer.Option(
        "--save-text", metavar="DIR", help="Save the text of each document there: what start and end point into."
    ),
]
Prune = Annotated[bool, typer.Option("--prune", help="Drop from the store what is gone from the folder.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress bar and no count at the end.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Doubts about files that were read, too.")]


def indicator_ids(words: list[str], catalogue: Mapping[str, Indicator]) -> tuple[str, ...]:
    """Ids of the indicators that the user names by id, name, English name or alias."""
    names = {}
    for item in catalogue.values():
        for name in (*item.aliases, item.en.lower(), item.name, item.id):
            names[name] = item.id
    for word in words:
        if word not in names and word.lower() not in names:
            near = get_close_matches(word, names, n=3, cutoff=0.4)
            hint = f"Did you mean {', '.join(near)}? " if near else ""
            raise typer.BadParameter(
                f"{word!r} is not known. {hint}hreport indicators lists them.", param_hint="--indicator"
            )
    return tuple(dict.fromkeys(names.get(w) or names[w.lower()] for w in words))


def years(words: list[str]) -> tuple[int, ...]:
    """Years from words like `2024`, `2020-2024` and `2022,2024`."""
    found: set[int] = set()
    for word in (w.strip() for given in words for w in given.split(",")):
        match = re.fullmatch(r"([12]\d{3})(?:-([12]\d{3}))?", word)
        if match is None or int(match[1]) > int(match[2] or match[1]):
            raise typer.BadParameter(f"{word!r} is not a year such as 2024 or 2020-2024.", param_hint="--year")
        found |= set(range(int(match[1]), int(match[2] or match[1]) + 1))
    return tuple(sorted(found))
