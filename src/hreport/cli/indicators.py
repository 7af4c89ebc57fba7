"""`hreport indicators`: the catalogue of indicators."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from hreport.cli import options
from hreport.cli.run import Run, misuse
from hreport.record import CATALOGUE, indicator_rows


def indicators(
    word: Annotated[str, typer.Argument(metavar="[WORD]", help="Part of an id, a name or an alias.")] = "",
    output: options.Output = None,
    form: options.Format = None,
    catalog: options.Catalog = None,
    headers: options.Headers = "en",
) -> None:
    """The catalogue of indicators, or those that a word occurs in."""
    from hreport.lexicon import LexiconError, load

    run = Run([], output, form, catalog=catalog, headers=headers)
    try:
        catalogue = load(catalog).indicators
    except LexiconError as error:
        misuse(str(error))
    rows = list(indicator_rows(catalogue, word))
    if not rows:
        sys.stderr.write(f"hreport: no indicator has {word!r} in its id, name or aliases\n")
        raise typer.Exit(1)
    run.write(rows, CATALOGUE)
