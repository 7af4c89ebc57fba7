"""`hreport indicators`: the catalogue of indicators, those of it that are sought, or one with all that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hreport.cli import completion, options
from hreport.cli.console import tell
from hreport.cli.run import Run
from hreport.messages import Message, listed
from hreport.record import CARD, CATALOGUE, Row, columns_of, headed
from hreport.writers import SCREEN

if TYPE_CHECKING:
    from hreport.lexicon import Indicator, Item, Lexicon, System


def indicators(
    word: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WORD",
            help="Chinese, pinyin (or its initials), English, or an id; a part will do.",
            autocompletion=completion.indicators,
        ),
    ] = None,
    system: Annotated[
        str | None,
        typer.Option(
            "--system",
            metavar="KEY",
            help="Only items of an official system, such as HC2018.",
            autocompletion=completion.systems,
        ),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option("--group", metavar="NAME", help="Only this group.", autocompletion=completion.groups),
    ] = None,
    output: options.Output = None,
    form: options.Format = None,
    catalog: options.Catalog = None,
    headers: options.Headers = None,
    lang: options.Lang = None,
) -> None:
    """The catalogue of indicators, those that words match, or one with everything that is known of it."""
    from hreport.catalogue import groups, label, of_system, row, sought_for
    from hreport.sources import shown

    run = Run([], output, form, catalog=catalog, headers=headers)
    lexicon = run.lexicon()
    if group is not None:
        group = options.one_of(group, groups(lexicon), "--group")
    if system is not None:
        system = options.one_of(system, lexicon.systems, "--system")
    sought = shown(" ".join(word or ())).strip()
    found = [i for i in sought_for(sought, lexicon) if group is None or i.group == group]
    if system is None:
        rows = [row(i, lexicon) for i in found]
    else:
        wanted = {i.id for i in found}
        items = [(item, i) for item, i in of_system(system, lexicon) if i is None or i.id in wanted]
        narrowed = bool(sought) or group is not None
        # an item that is no indicator of ours is shown as one that is missing, unless something else is sought
        rows = [row(i, lexicon) if i else {"name": item.name, "systems": label(lexicon.systems[system], item)}
                for item, i in items if i or not narrowed]  # fmt: skip
        found = [i for _, i in items if i]
    if not rows:
        _nothing(sought, lexicon)
    if len(found) == len(rows) == 1 and run.form == SCREEN:
        run.write(_card(found[0], lexicon, run.headings), CARD)
    else:
        run.write(rows, CATALOGUE)


def _card(indicator: Indicator, lexicon: Lexicon, language: str) -> list[Row]:
    """One indicator with everything that is known of it, a line for each thing."""
    from hreport.catalogue import memberships, twins

    lines: list[tuple[str, list[object]]] = [
        (name, [getattr(indicator, name)]) for name in ("id", "name", "en", "group", "unit", "kind", "better")
    ]
    if indicator.low is not None or indicator.high is not None:
        ends = ("" if n is None else f"{n:,}" for n in (indicator.low, indicator.high))
        lines.append(("range", [f"{' - '.join(ends)} {indicator.unit}".strip()]))
    lines += [
        ("flow", ["true"] if indicator.flow else []),
        ("aliases", list(indicator.aliases)),
        ("systems", [_item(s, i) for s, i in memberships(lexicon).get(indicator.id, ())]),
        ("source", [indicator.source.replace("|", ", ")] if indicator.source else []),
        ("twins", [f"{twin.id}  {twin.name} ({twin.unit})" for twin in twins(indicator, lexicon)]),
    ]
    words = {c.name: c.title for c in headed(columns_of(" ".join(name for name, _ in lines)), language)}
    return [
        {"field": words[name] if n == 0 else "", "content": content}
        for name, contents in lines
        for n, content in enumerate(contents)
    ]


def _item(system: System, item: Item) -> str:
    """The item of a system that an indicator is, and what speaks against it."""
    line = f"{system.id}{'#' if item.no else ''}{item.no}  {system.name}: {item.name}"
    doubts = [Message("near only")] if item.match == "near" else []
    if item.evidence != "found":
        doubts.append(Message("unverified"))
    return Message("{item} ({doubts})", item=line, doubts=listed(doubts)) if doubts else line


def _nothing(sought: str, lexicon: Lexicon) -> None:
    """Say that nothing was found, and what is spelt nearest; exit code 1."""
    from hreport.catalogue import spellings

    if near := listed(spellings(sought, lexicon)) if sought else "":
        tell(Message("no indicator is called {word!r}: did you mean {near}?", word=sought, near=near))
    else:
        tell(Message("no indicator is called {word!r}", word=sought))
    raise typer.Exit(1)
