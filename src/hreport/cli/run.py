"""What every command does around its own work: find the files, read them, report what went wrong, write the rows."""

from __future__ import annotations

import logging
import os
import shlex
import sys
import warnings
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeAlias

import typer

from hreport.cli import language
from hreport.cli.console import (
    encoding_of,
    is_screen,
    misuse,
    printable,
    say_line,
    standard_input,
    standard_output,
    tell,
)  # fmt: skip
from hreport.cli.options import STORE, one_of
from hreport.guards import TIME_LIMIT
from hreport.messages import Message, listed, reason_of, translated, word_of
from hreport.record import ISSUES, MACHINE, Column, Row, headed, worded
from hreport.sourcetext import place
from hreport.writers import (
    BINARY,
    SCREEN,
    SDMX,
    WRITERS,
    Table,
    can_write,
    form_of,
    replacing,
    save,
    save_book,
    write,
    write_book,
    write_table,
)

if TYPE_CHECKING:
    from hreport.dataset import Wanted
    from hreport.gather import Gathered
    from hreport.lexicon import Lexicon
    from hreport.model import Issue
    from hreport.pipeline import Outcome, Want, Work
    from hreport.sources import Source

Say: TypeAlias = Callable[[str], None]


class Named(Protocol):
    """What is read, by its path."""

    @property
    def path(self) -> str:
        """As rows show it."""


TO_PIPE = "csv"
EVERYTHING = "\U00020bb7"  # a hanzi that only encodings have which have all
READ_BACK = frozenset({"csv", "jsonl", "parquet", STORE})  # forms that other commands take for the reports
LONGEST_ADVISED = 40  # characters of paths that a piece of advice repeats
PICTURES = ("png", "svg")
PAGES = (".html", ".htm")


def check_page(output: Path | None) -> None:
    """A page is written to a file whose name says so; all else is misuse."""
    if output is None or output.suffix.lower() not in PAGES:
        misuse(Message("a page is one file: give -o FILE.html"))


@dataclass(slots=True)
class Run:
    """One run of a command: its shared options, and what it has read and not read so far."""

    paths: Sequence[str]
    output: Path | None = None
    form: str | None = None
    jobs: int | None = None
    catalog: Path | None = None
    userdict: Path | None = None
    manifest: Path | None = None
    corrections: Path | None = None
    issues_file: Path | None = None
    headers: str | None = None
    png: Path | None = None
    svg: Path | None = None
    min_confidence: float = 0.0
    password: str | None = None
    timeout: float = TIME_LIMIT
    save_text: Path | None = None
    prune: bool = False
    quiet: bool = False
    verbose: bool = False
    figures: bool = False  # does the command write figures of a comparison?
    is_set: bool = False  # is the output a data set, which others write?
    issues: list[Issue] = field(default_factory=list)
    read: int = 0
    unchanged: int = 0
    nothing_found: bool = False
    texts: dict[str, Path] = field(default_factory=dict)
    # Of documents that were read and whose text is saved: `record.document_row`.
    abouts: dict[str, Row] = field(default_factory=dict)
    documents: set[tuple[str, str]] = field(default_factory=set)  # path and hash of those that were met

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Run:
        """A run with the options of a command: the `locals()` at its beginning, which hold them by their names here."""
        return cls(**{f.name: given[f.name] for f in fields(cls) if f.name in given})

    def __post_init__(self) -> None:
        """Settle the format and keep libraries from talking between our lines."""
        if self.form is None and self.output is not None:
            suffix = form_of(self.output)
            if not suffix:
                misuse(
                    Message(
                        "{output}: no suffix says the format: give -f, one of {formats}",
                        output=self.output,
                        formats=listed(WRITERS),
                    )
                )
            if suffix in PICTURES:
                misuse(
                    Message(
                        "{output}: a picture is drawn beside a table, by compare: give --{suffix} {output}",
                        output=self.output,
                        suffix=suffix,
                    )
                )
            self.form = one_of(suffix, (*WRITERS, STORE), "-o/--output")
        if self.form is None:
            self.form = SCREEN if is_screen(sys.stdout) else TO_PIPE
        if self.form == SDMX and not self.figures:
            misuse(
                Message(
                    "{format} holds figures with their places and times: "
                    "it is for compare, without --suggest or --growth",
                    format=SDMX,
                )
            )
        if self.form == STORE and self.output is None:
            misuse(Message("{format} is not for a pipe: give -o FILE.{format}", format=STORE))
        if self.form in BINARY and self.output is None and is_screen(sys.stdout) and not self.is_set:
            misuse(Message("{format} is not for a screen: give -o FILE.{format}", format=self.form))
        named = {"-o": self.output, "--issues": self.issues_file, "--png": self.png, "--svg": self.svg}
        taken: dict[str, str] = {}
        for option, path in named.items():
            if path is None:
                continue
            real = os.path.realpath(path)
            if real in taken:
                both = {"first": taken[real], "second": option}
                misuse(Message("{output}: {first} and {second} are the same file", output=path, **both))
            taken[real] = option
            if any(p != "-" and os.path.isfile(p) and os.path.realpath(p) == real for p in self.paths):
                misuse(
                    Message("{output} is one of the files to read: give another {option}", output=path, option=option)
                )
        logging.disable(logging.CRITICAL)
        warnings.simplefilter("ignore")

    @property
    def headings(self) -> str:
        """The language of headings: what the user asks for; else on a screen ours, and the stable names in a file."""
        return self.headers or (language.current() if self.form == SCREEN else "en")

    def rows(
        self, want: Want, tables: bool = False, paths: Sequence[str] | None = None, wanted: Wanted | None = None
    ) -> Iterator[Row]:
        """Rows of all files, or of those behind `paths`, in order, as they are read; issues are said on the way.
        `wanted`: which rows of data sets.

        A mistake in the manifest or the catalogue is misuse, at once, before anything is written.
        """
        gathered = self._gathered(want, tables, paths, wanted)
        return self._rows(self._outcomes(gathered), gathered)

    def lexicon(self) -> Lexicon:
        """The data with the user's own catalogue; a mistake in that is misuse."""
        from hreport.lexicon import LexiconError, load

        try:
            return load(self.catalog)
        except LexiconError as error:
            misuse(reason_of(error))

    def _gathered(
        self, want: Want, tables: bool, paths: Sequence[str] | None, wanted: Wanted | None = None
    ) -> Gathered:
        """What there is to read, and what to do with it."""
        from hreport.gather import gather
        from hreport.handwritten import HandwrittenError
        from hreport.lexicon import LexiconError

        try:
            gathered = gather(
                self.paths if paths is None else paths,
                want,
                tables=tables,
                wanted=wanted,
                stdin=standard_input(),
                exclude=self.own_files,
                jobs=self.jobs,
                save_text=self.save_text,
                **self._settings(),
            )
        except (HandwrittenError, LexiconError) as error:
            misuse(reason_of(error))
        self.nothing_found = not gathered.found.sources
        if self.save_text is not None:
            self._make(self.save_text)
        return gathered

    def work(self, want: Want) -> Work:
        """What to do with each file, where it is not this process that finds them."""
        from hreport.gather import work_of
        from hreport.handwritten import HandwrittenError
        from hreport.lexicon import LexiconError

        self.lexicon()  # a mistake in the catalogue is said here, not by a worker
        try:
            return work_of(want, **self._settings())
        except (HandwrittenError, LexiconError) as error:
            misuse(reason_of(error))

    def _settings(self) -> dict[str, Any]:
        return {
            "manifest": self.manifest, "corrections": self.corrections, "catalog": self.catalog,
            "userdict": self.userdict, "password": self.password, "timeout": self.timeout,
        }  # fmt: skip

    @property
    def handwritten(self) -> list[Path]:
        """What an analyst gave beside the reports, which a folder may hold."""
        return [p for p in (self.manifest, self.corrections, self.catalog, self.userdict) if p is not None]

    @property
    def own_files(self) -> list[Path]:
        """What this run writes, which a folder may hold."""
        own = [p for p in (self.output, self.issues_file, self.png, self.svg) if p is not None]
        return [*own, *(p.with_name(f"{p.name}.wal") for p in (self.output,) if p is not None)]  # of a store

    def _make(self, folder: Path) -> None:
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            misuse(
                Message(
                    "--save-text: {folder} cannot be made ({reason}): give a folder",
                    folder=folder,
                    reason=reason_of(error),
                )
            )

    def _outcomes(self, gathered: Gathered, some: Iterable[Source] | None = None) -> Iterator[Outcome]:
        from hreport.lexicon import LexiconError

        try:
            return gathered.outcomes(some)
        except LexiconError as error:
            misuse(reason_of(error))

    def _rows(self, outcomes: Iterable[Outcome], gathered: Gathered) -> Iterator[Row]:
        from hreport.gather import sure

        with ExitStack() as stack:
            say = self._progress(stack, gathered.found.sources)
            for issue in gathered.found.issues:
                self.note(issue, say)
            for outcome in outcomes:
                self._count(outcome, say)
                yield from sure(outcome.rows, self.min_confidence)
            self._unmet(gathered, say)

    def _unmet(self, gathered: Gathered, say: Say) -> None:
        """Say what manifest and corrections speak of that was not met."""
        for issue in gathered.unmet(self.documents):
            self.note(issue, say)

    def _count(self, outcome: Outcome, say: Say) -> None:
        """Count a document and say what was wrong with it; one step of the bar for each file."""
        self.read += outcome.read
        if self.manifest or self.corrections:  # which speak of documents; else nothing is remembered of each
            self.documents |= outcome.documents
        if outcome.read and self.save_text is not None:
            if outcome.about:
                self.abouts[outcome.path] = outcome.about
            self.texts[outcome.path] = self.save_text / f"{place(outcome.path)}.txt"
        for issue in outcome.issues:
            self.note(issue, say)
        if not (outcome.inside or outcome.part):
            say("")

    def text_of(self, file: str) -> str | None:
        """The text of a document that was read; None of one that only a table speaks of."""
        saved = self.texts.get(file)
        return saved.read_bytes().decode("utf-8") if saved is not None and saved.is_file() else None

    def keep(self) -> None:
        """Bring a store up to date: read what is new or changed, and say what is gone (or drop it, with --prune).

        A document counts as read when it is safe on disk.
        """
        from hreport.database import StoreError
        from hreport.store import Store

        assert self.output is not None
        if self.min_confidence:
            misuse(Message("--min-confidence: a store keeps every figure: leave them out where it is read"))
        gathered = self._gathered("both", False, None)
        found = gathered.found
        try:
            store = Store(self.output, gathered.work)
        except StoreError as error:
            misuse(Message("{output}: {error}", output=self.output, error=reason_of(error)))
        with ExitStack() as stack:
            stack.callback(store.close)
            say = self._progress(stack, found.sources)
            for issue in found.issues:
                self.note(issue, say)
            fresh = store.fresh(found.sources, partial(self.note, say=say), partial(say, ""))
            for outcome in self._outcomes(gathered, fresh):
                for done in store.put(outcome):
                    self._count(done, say)
            for done in store.commit():
                self._count(done, say)
            self.unchanged = store.unchanged
            if self.manifest or self.corrections:
                self.documents |= set(store.documents())
            self._unmet(gathered, say)
            if gone := store.gone(self.paths):
                if self.prune:
                    store.prune(gone)
                dropped = Message(
                    "{count:,} that are gone from the folder were dropped from the store", count=len(gone)
                )
                kept = Message(
                    "{count:,} that are gone from the folder are kept in the store: --prune drops them", count=len(gone)
                )
                tell(dropped if self.prune else kept)

    def _progress(self, stack: ExitStack, sources: Sequence[Named]) -> Say:
        """How to say a line; with a bar, where somebody watches and the work is long enough."""
        if self.quiet or len(sources) < 2 or not is_screen(sys.stderr) or os.environ.get("TERM") == "dumb":
            return say_line
        from hreport.writers.screen import progress

        names = [source.path for source in sources]
        # The bar is drawn in a thread of its own, which knows no language of this run.
        said = partial(translated, language=language.current())
        return stack.enter_context(progress(names, said(Message("reading")), said))

    @contextmanager
    def saying(self, sources: Sequence[Named]) -> Iterator[Say]:
        """How to say a line while these are read, or "" for one step."""
        with ExitStack() as stack:
            yield self._progress(stack, sources)

    def note(self, issue: Issue, say: Say | None = None) -> None:
        """Remember an issue, and say it if something is lost (other doubts about what was read: with --verbose)."""
        from hreport.gather import loses

        self.issues.append(issue)
        if self.verbose or loses(issue):
            line = Message("{path}: {message}", path=issue.path, message=issue.message)
            (say or say_line)(printable(f"hreport: {language.said(line)}"))

    def write(self, rows: Iterable[Row], columns: Sequence[Column], notes: Sequence[str] = ()) -> None:
        """Write rows where the user wants them; an output that cannot be written is misuse."""
        assert self.form is not None
        if self.form == STORE:
            misuse(
                Message(
                    "{output}: a store is written by extract and masks: give -o FILE{formats}",
                    output=self.output,
                    formats=listed([f".{w}" for w in WRITERS]),
                )
            )
        shown = headed(tuple(columns), self.headings)
        if self.form == "jsonl":
            shown = (*(MACHINE if {"text", "rule"} <= {c.name for c in columns} else ()), *shown)
        if self._is_idle(rows):
            return
        with self._writing():
            if self.output is not None:
                save(rows, shown, self.output, self.form, notes=notes)
                return
            if self.form == SCREEN:
                # Read all before the first line, or the bar would run through the table.
                rows = [self._read_aloud(row) for row in rows]
                notes = [language.said(note) if isinstance(note, Message) else note for note in notes]
                screen = encoding_of(self.form)
                if is_screen(sys.stdout) and not can_write(screen, language.SAMPLE):
                    lacks = Message(
                        "this console ({encoding}) shows no Chinese: set PYTHONIOENCODING=utf-8, or give -o FILE",
                        encoding=screen,
                    )
                    notes = [*notes, language.said(lacks)]
                write_table(rows, shown, standard_output(), encoding=screen, notes=notes, said=language.said)
                return
            encoding = encoding_of(self.form)
            if self.form in BINARY or can_write(encoding, EVERYTHING):
                write(rows, shown, standard_output(), self.form, encoding=encoding, notes=notes)
                return
            lost: list[Row] = []
            write(_watched(rows, encoding, lost), shown, standard_output(), self.form, encoding=encoding, notes=notes)
            if lost:
                tell(Message("{encoding} lacks characters of the rows: ? stands for them (-o FILE keeps them)",
                             encoding=encoding))  # fmt: skip

    def write_book(self, tables: Sequence[Table], notes: Table) -> None:
        """Write several tables and the notes to one file: a workbook, or a database."""
        from hreport.database import StoreError, export

        assert self.form is not None
        if self._is_idle():
            return
        with self._writing():
            if self.form == STORE:
                assert self.output is not None
                try:
                    export(self.output, {t.name: (t.rows, t.columns) for t in (*tables, notes)})
                except StoreError as error:
                    misuse(Message("{output}: {error}", output=self.output, error=reason_of(error)))
                return
            shown = [Table(t.name, t.rows, headed(tuple(t.columns), self.headings)) for t in tables]
            if self.output is not None:
                save_book(shown, self.output, self.form, notes=notes)
            else:
                write_book(shown, standard_output(), self.form, notes=notes)

    def write_picture(self, drawn: bytes, path: Path) -> None:
        """Write a picture to a file, whole or not at all."""
        with self._writing(path), replacing(path) as target:
            target.write(drawn)

    def write_page(self, page: bytes) -> None:
        """Write a page to the file that the user wants, whole or not at all, and say so; else into a pipe."""
        if self.output is None:
            if is_screen(sys.stdout):
                check_page(None)
            with self._writing():
                standard_output().write(page)
                sys.stdout.flush()
            return
        if self._is_idle():
            return
        with self._writing(), replacing(self.output) as stream:
            stream.write(page)
        self.remark(
            Message(
                "{output}: a page of {size:,.0f} kB: open it in a browser; it needs no network",
                output=self.output,
                size=len(page) / 1000,
            )
        )

    def remark(self, line: str) -> None:
        """A line of ours that tells of nothing wrong, unless the user wants none."""
        if not self.quiet:
            tell(line)

    def _is_idle(self, rows: Iterable[Row] = ()) -> bool:
        """Is there nothing to read, so that no file is written? Then say so, after what making the rows says."""
        if self.output is None or not self.nothing_found:
            return False
        deque(rows, maxlen=0)
        tell(Message("{output}: not written, since there is nothing to read", output=self.output))
        return True

    @contextmanager
    def _writing(self, output: Path | None = None) -> Iterator[None]:
        """What cannot be written is misuse; a reader that has enough is none."""
        output = output or self.output
        try:
            yield
        except BrokenPipeError:
            with open(os.devnull, "wb") as nowhere:  # nobody reads on; say nothing more
                os.dup2(nowhere.fileno(), sys.stdout.fileno())
            raise typer.Exit(0) from None
        except OSError as error:
            hint = Message(": is it open in another program?") if isinstance(error, PermissionError) and output else ""
            misuse(
                Message(
                    "{output}: cannot be written ({reason}){hint}",
                    output=output or Message("standard output"),
                    reason=reason_of(error),
                    hint=hint,
                )
            )

    def _read_aloud(self, row: Row) -> Row:
        """A row as people read it: its codes in words, and lines of ours in their language."""
        words = worded(row, self.headings)
        return {name: language.said(v) if isinstance(v, Message) else v for name, v in words.items()}

    def end(self, failed: bool = False) -> NoReturn:
        """Write the issues, say the count, and leave with the exit code: 1 where something could not be read, or the
        command has `failed` otherwise."""
        fatal = [i for i in self.issues if i.fatal]
        if self.issues_file is not None:
            rows = (
                {
                    "file": i.path, "code": i.code, "message": i.message, "fatal": i.fatal,
                    "start": i.span.start if i.span else None, "end": i.span.end if i.span else None,
                }
                for i in self.issues
            )  # fmt: skip
            try:
                save(rows, headed(ISSUES, self.headers or "en"), self.issues_file, "csv")
            except OSError as error:
                misuse(Message("{file}: cannot be written ({reason})", file=self.issues_file, reason=reason_of(error)))
        if not self.quiet:
            say_line(printable(language.said(self.count())))
        raise typer.Exit(1 if fatal or failed else 0)

    def advise(self) -> None:
        """What to do next with what was read, in one line for who watches."""
        if self.quiet or not self.read or not is_screen(sys.stderr):
            return
        if self.output is None:
            paths = shlex.join(self.paths)
            table = paths if is_screen(sys.stdout) and len(paths) <= LONGEST_ADVISED else ""
        else:
            table = shlex.quote(str(self.output)) if self.form in READ_BACK else ""
        if table:
            tell(
                Message(
                    "next: hreport compare {table} -o table.xlsx, hreport report {table} -o report.html",
                    table=table,
                )
            )

    def count(self) -> str:
        """One line: how many were read and how many not, and why.

        >>> Run(["a.txt"], form="csv", read=1204, unchanged=37).count()
        '1,204 read, 37 unchanged'
        """
        line = Message("{read:,} read", read=self.read)
        if self.unchanged:
            more = Message("{unchanged:,} unchanged", unchanged=self.unchanged)
            line = Message("{line}, {more}", line=line, more=more)
        if codes := Counter(i.code for i in self.issues if i.fatal):
            most = sorted(codes.items(), key=lambda c: (-c[1], c))
            words = [Message("{count:,} {code}", count=n, code=word_of(code.replace("_", " "))) for code, n in most]
            more = Message("{count:,} not read: {reasons}", count=codes.total(), reasons=listed(words))
            line = Message("{line}, {more}", line=line, more=more)
        return line


def _watched(rows: Iterable[Row], encoding: str, lost: list[Row]) -> Iterator[Row]:
    """The rows; the first of which the encoding lacks a character is remembered in `lost`."""
    for row in rows:
        if not lost and not all(can_write(encoding, value) for value in row.values() if isinstance(value, str)):
            lost.append(row)
        yield row
