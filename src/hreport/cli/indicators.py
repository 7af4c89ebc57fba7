"""`hreport indicators`: the catalogue of indicators."""

from __future__ import annotations

from typing import Annotated

import typer

from hreport.cli import options
from hreport.cli.run import Run, misuse, tell
from hreport.messages import Message, reason_of
from hreport.record import CATALOGUE


def indicators(
    word: Annotated[str, typer.Argument(metavar="[WORD]", help="Part of an id, a name or an alias.")] = "",
    output: options.Output = None,
    form: options.Format = None,
    catalog: options.Catalog = None,
    headers: options.Headers = None,
    lang: options.Lang = None,
) -> None:
    """The catalogue of indicators, or those that a word occurs in."""
    from hreport.lexicon import LexiconError, load

    run = Run([], output, form, catalog=catalog, headers=headers)
    try:
        catalogue = load(catalog).indicators
    except LexiconError as error:
        misuse(reason_of(error))
    sought = word.casefold()
    rows = [
        {**{c.name: getattr(i, c.name) for c in CATALOGUE}, "aliases": "|".join(i.aliases)}
        for i in catalogue.values()
        if any(sought in name.casefold() for name in (i.id, i.name, i.en, *i.aliases))
    ]
    if not rows:
        tell(Message("no indicator has {word!r} in its id, name or aliases", word=word))
        raise typer.Exit(1)
    run.write(rows, CATALOGUE)
