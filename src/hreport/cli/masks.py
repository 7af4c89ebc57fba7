"""`hreport masks`: every placeholder that stands where the publisher removed something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from hreport.cli import options
from hreport.cli.options import STORE
from hreport.cli.run import Run
from hreport.guards import TIME_LIMIT
from hreport.record import MASKS, SUMMARY, Row


def masks(
    paths: options.Paths,
    summary: Annotated[bool, typer.Option("--summary", help="Counts by file and kind.")] = False,
    output: options.Output = None,
    form: options.Format = None,
    jobs: options.Jobs = None,
    catalog: options.Catalog = None,
    userdict: options.Userdict = None,
    manifest: options.ManifestFile = None,
    corrections: options.CorrectionsFile = None,
    issues_file: options.Issues = None,
    headers: options.Headers = None,
    password: options.Password = None,
    timeout: options.Timeout = TIME_LIMIT,
    save_text: options.SaveText = None,
    prune: options.Prune = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    lang: options.Lang = None,
) -> None:
    """Every masked placeholder of the reports, one row each."""
    run = Run.of(locals())
    if summary:
        run.write(summarised(run.rows("masks")), SUMMARY)
    elif run.form == STORE:
        run.keep()
    else:
        run.write(run.rows("masks"), MASKS)
    run.end()


def summarised(rows: Iterable[Row]) -> Iterator[Row]:
    """One row for each file and kind of mask: how many, how many different ones, and the most frequent."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        counts.setdefault((row["file"], row["kind"]), Counter())[row["text"]] += 1
    for (file, kind), texts in sorted(counts.items()):
        most = min(texts, key=lambda t: (-texts[t], t))
        yield {"file": file, "kind": kind, "masks": texts.total(), "texts": len(texts), "example": most}
