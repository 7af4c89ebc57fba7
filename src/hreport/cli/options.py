"""The options that commands share, each written once, and the checks on them."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hreport.cli import completion
from hreport.messages import LANGUAGES, Message, listed
from hreport.writers import WRITERS

if TYPE_CHECKING:
    from hreport.figures import Selection
    from hreport.lexicon import Lexicon

STORE = "duckdb"
MANY = 12  # known values: more are not listed where one is near
# What people write for a value that has another name.
MEANT = {
    "excel": "xlsx", "json": "jsonl", "ndjson": "jsonl", "markdown": "md", "tsv": "csv", "txt": "csv", "db": "duckdb",
    "cn": "zh", "chinese": "zh", "zh-cn": "zh", "zh_cn": "zh", "english": "en", "place": "area", "city": "area",
    "file": "report", "plan": "target", "growth": "change_rate", "value": "level",
}  # fmt: skip


def one_of(value: str, known: Iterable[str], option: str) -> str:
    """The known value that it is, in capitals or not; else misuse that names them and the nearest."""
    names = {name.lower(): name for name in known}
    if value.lower() in names:
        return names[value.lower()]
    meant = MEANT.get(value.lower(), "")
    near = [meant] if meant in names else get_close_matches(value.lower(), names, n=1)
    hint = Message("Did you mean {name}? ", name=names[near[0]]) if near else ""
    if near and len(names) > MANY:
        raise typer.BadParameter(Message("{value!r} is not known. {hint}", value=value, hint=hint), param_hint=option)
    raise typer.BadParameter(
        Message("{value!r} is not known. {hint}Known: {known}.", value=value, hint=hint, known=listed(names.values())),
        param_hint=option,
    )


def selected(lexicon: Lexicon, **words: Any) -> Selection:
    """What the user asks for (the arguments of `Selection.of`); a word that is not known is misuse of its option."""
    from hreport.figures import Selection, SelectionError
    from hreport.sources import shown

    # Where Python takes the system for one of ASCII (LANG=C), Chinese of the command line comes as bytes.
    read: dict[str, Any] = {
        name: shown(v) if isinstance(v, str) else [shown(word) for word in v] for name, v in words.items()
    }
    try:
        return Selection.of(lexicon.indicators, **read)
    except SelectionError as error:
        raise typer.BadParameter(error.args[0], param_hint=f"--{error.option}") from None


def _format(value: str | None) -> str | None:
    return None if value is None else one_of(value.lower().lstrip("."), (*WRITERS, STORE), "-f/--format")


def _headers(value: str | None) -> str | None:
    return None if value is None else one_of(value.lower(), LANGUAGES, "--headers")


def _lang(value: str | None) -> str | None:
    return None if value is None else one_of(value.lower(), LANGUAGES, "--lang")


def output_file(value: Path | None) -> Path | None:
    """Refuse at once what could not be written at the end."""
    if value is None or str(value) == "-":
        return None
    if value.is_dir():
        raise typer.BadParameter(
            Message("{value} is a folder: give a file name in it.", value=value), param_hint="-o/--output"
        )
    if not value.parent.is_dir():
        raise typer.BadParameter(
            Message("there is no folder {folder}: create it first.", folder=value.parent), param_hint="-o/--output"
        )
    return value


def _readable(value: Path | None) -> Path | None:
    if value is not None and not value.is_file():
        raise typer.BadParameter(Message("there is no file {value}.", value=value))
    return value


Paths = Annotated[list[str], typer.Argument(metavar="PATH", help="Files, folders, globs, or - for standard input.")]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="Write to a file; its suffix says the format.", callback=output_file
    ),
]
# Of extract, which writes a folder or to an address too: it is looked at by the command.
AnyOutput = Annotated[
    str | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write to a file; its suffix says the format. With --cluster: to a folder, or an address such as s3://.",
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Read on a Dask cluster, files at any address: tcp://HOST:8786, local, or local:N for N worker processes.",
    ),
]
Png = Annotated[
    Path | None,
    typer.Option("--png", metavar="FILE", help="Draw a picture too: for papers, at 300 dpi.", callback=output_file),
]
Svg = Annotated[
    Path | None,
    typer.Option("--svg", metavar="FILE", help="Draw a picture too: text stays text.", callback=output_file),
]
Format = Annotated[
    str | None,
    typer.Option(
        "-f",
        "--format",
        metavar="NAME",
        help=Message("One of {formats}.", formats=listed((*WRITERS, STORE))),
        callback=_format,
        autocompletion=completion.of((*WRITERS, STORE)),
    ),
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
CorrectionsFile = Annotated[
    Path | None,
    typer.Option(
        "--corrections",
        metavar="FILE",
        help="CSV file_hash,start,end,field,value: figures put right by hand, in this run and every other.",
        callback=_readable,
    ),
]
Issues = Annotated[
    Path | None,
    typer.Option("--issues", metavar="FILE.csv", help="Write what could not be read, and why.", callback=output_file),
]
Headers = Annotated[
    str | None,
    typer.Option(
        "--headers",
        metavar="|".join(LANGUAGES),
        help="Language of the headings. [default: en; on a screen as --lang]",
        callback=_headers,
        autocompletion=completion.of(LANGUAGES),
    ),
]
# What it says is settled before the command line is read, in `language.wanted`: here it is checked, and has its help.
Lang = Annotated[
    str | None,
    typer.Option(
        "--lang",
        metavar="|".join(LANGUAGES),
        help="Language of what is said: messages, help, headings on a screen. [default: the system's]",
        callback=_lang,
        autocompletion=completion.of(LANGUAGES),
        is_eager=True,
    ),
]
MinConfidence = Annotated[
    float,
    typer.Option(
        "--min-confidence",
        metavar="X",
        min=0.0,
        max=1.0,
        help="Leave out figures that are less sure than this; those without a confidence are kept.",
    ),
]
Password = Annotated[
    str | None,
    typer.Option("--password", metavar="WORD", envvar="HREPORT_PASSWORD", help="Password of encrypted files."),
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
