"""What a user's paths lead to and how it is read: the one way to rows for the commands and for the Python interface."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from hreport.corrections import Corrections, read_corrections
from hreport.dataset import Wanted
from hreport.guards import TIME_LIMIT
from hreport.lexicon import load
from hreport.manifest import Manifest, read_manifest
from hreport.model import Issue
from hreport.pipeline import Outcome, Want, Work, harmless, run, worth
from hreport.record import Row
from hreport.sources import Found, Source, find

HANDWRITTEN = ("manifest", "corrections", "catalog", "userdict")  # files that are no reports
# What is said of files that were read, though nobody asked: that a part of them was not.
SAID = frozenset(
    {
        "manifest",
        "correction",
        "table",
        "too_large",
        "damaged",
        "scanned",
        "no_tounicode",
        "cut",
        "tables",
        "copy",
        "part",
    }
)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What there is to read (and what led nowhere), and what to do with each of it."""

    found: Found
    work: Work
    jobs: int | None = None

    def outcomes(self, some: Iterable[Source] | None = None) -> Iterator[Outcome]:
        """What comes of each source, or of `some` of them, in order.

        Without a number of `jobs`, few and small plain texts are read in this process; not with a dictionary of the
        user's, which would stay in it. LexiconError where the catalogue has a mistake, at once, before anything is
        read.
        """
        here = self.jobs is None and self.work.userdict is None and harmless(self.found.sources)
        if some is None:
            return run(self.found.sources, self.work, self.jobs, worth(self.found.sources), here)
        return run(some, self.work, self.jobs, None, here)

    def unmet(self, documents: Collection[tuple[str, str]]) -> list[Issue]:
        """A word about what manifest and corrections speak of and was not among the documents that were met, which are
        given as path and hash (`Outcome.documents`)."""
        return self.work.unmet(documents) if self.found.sources else []


def gather(
    paths: Sequence[str],
    want: Want,
    *,
    stdin: BinaryIO | None = None,
    exclude: Collection[Path] = (),
    jobs: int | None = None,
    **given: Any,
) -> Gathered:
    """Find what the paths lead to, to be read as `work_of` says. `exclude`: files of the run itself.

    Raises HandwrittenError and LexiconError as `work_of` does.
    """
    work = work_of(want, **given)
    own = [*exclude, *(p for p in (given.get(name) for name in HANDWRITTEN) if p is not None)]
    return Gathered(find(paths, stdin, own), work, jobs)


def work_of(
    want: Want,
    *,
    tables: bool = False,
    manifest: Path | None = None,
    catalog: Path | None = None,
    userdict: Path | None = None,
    password: str | None = None,
    timeout: float = TIME_LIMIT,
    save_text: Path | None = None,
    corrections: Path | None = None,
    wanted: Wanted | None = None,
) -> Work:
    """What to do with each file. `tables`: those that extract wrote are read too; `wanted`: which rows of data sets.

    Raises:
        HandwrittenError: manifest or corrections cannot be used; one line that says why and where.
        LexiconError: the catalogue, against which corrections are checked, has a mistake.
    """
    said = read_manifest(manifest) if manifest else Manifest()
    put_right = read_corrections(corrections, load(catalog)) if corrections else Corrections()
    return Work(want, tables, catalog, userdict, password, said, put_right, timeout, save_text, wanted)


def sure(rows: Iterable[Row], least: float) -> Iterator[Row]:
    """The rows whose confidence is at least so high; those without a confidence are kept, and those that a person has
    put right, however unsure the program was."""
    for row in rows:
        confidence = row.get("confidence")
        if confidence is None or confidence >= least or row.get("corrected"):
            yield row


def loses(issue: Issue) -> bool:
    """Does the issue say that something was not read? Then it is said, asked for or not."""
    return issue.fatal or issue.code in SAID
