"""What all that is printed on a screen shares: a console that takes nothing of a report for markup, words that fit its
encoding, and the progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePath
from typing import IO, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn
from rich.table import Column as Span
from rich.text import Text

from hreport.messages import Message
from hreport.record import legible
from hreport.writers import can_write

# What a console without these characters gets instead.
PLAINER = {
    "\u27e6": "[",
    "\u27e7": "]",
    "\u27e8": "<",
    "\u27e9": ">",
    "\u26a0": "!",
    "\u2020": "+",
    "\u2021": "^",
    "\u2265": ">=",
    "\u2264": "<=",
    "\u2248": "~",
    "\u270e": "c",
    "\u00ab": "|",
    "\u00bb": "|",
    "\u2192": "->",
    "\u2501": "=",
    "\u203c": "!!",
    "\u00a7": "s",
    "\u2026": "...",
    "\u2030": "o/oo",  # a question mark behind a figure would be read as a doubt
    "\u33a1": "m2",
}


class _Console(Console):
    """A console that says when what it prints into is gone, where rich would end the program."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError  # a pager or a reader of ours has enough


def console_on(stream: IO[str] | None = None, **options: Any) -> Console:
    """A console that prints words as they are; `options` are those of rich."""
    return _Console(file=stream, highlight=False, markup=False, emoji=False, **options)


def fitting(encoding: str) -> Callable[[str], str]:
    """A function that makes a text fit for the console: no control characters, plainer marks where it lacks ours, and a
    question mark for what it lacks."""
    lacking = {ord(c): other for c, other in PLAINER.items() if not can_write(encoding, c)}

    def fit(text: str) -> str:
        plainer = legible(text.translate(lacking))
        return plainer if can_write(encoding, plainer) else plainer.encode(encoding, "replace").decode(encoding)

    return fit


class _Pace(ProgressColumn):
    """How many files are read in a second, and how long the others will take, once that is known."""

    def __init__(self, said: Callable[[str], str]) -> None:
        super().__init__()
        self.said = said

    def render(self, task: Task) -> Text:
        """Say both."""
        if not task.speed or task.time_remaining is None:
            return Text("")
        minutes, seconds = divmod(int(task.time_remaining), 60)
        left = f"{minutes // 60}:{minutes % 60:02}:{seconds:02}" if minutes >= 60 else f"{minutes}:{seconds:02}"
        return Text(self.said(Message("{rate:.1f} files/s, {time} left", rate=task.speed, time=left)))


@contextmanager
def progress(names: Sequence[str], words: str, said: Callable[[str], str]) -> Iterator[Callable[[str], None]]:
    """A bar on standard error, after some words, while files of these names are read: how many are, how fast, how long
    it will take, and which one is waited for. Call what this yields with a line to print above the bar, or with "" for
    one step."""
    console = console_on(stderr=True)
    fit = fitting(console.encoding)
    waited_for = [fit(PurePath(name).name) for name in names] + [""]
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=min(max(console.width // 5, 4), 40)),
        MofNCompleteColumn(),
        _Pace(said),
        TextColumn(
            "{task.fields[name]}",
            style="dim",
            markup=False,  # a file may be named like markup
            table_column=Span(ratio=1, no_wrap=True, overflow="ellipsis"),
        ),
        console=console,
        transient=True,
        expand=True,
    )
    with bar:
        task = bar.add_task(words, total=len(names), name=waited_for[0])
        done = 0

        def step(line: str) -> None:
            nonlocal done
            if line:
                bar.console.print(Text(line), soft_wrap=True)
                return
            done += 1
            bar.update(task, completed=done, name=waited_for[min(done, len(names))])

        yield step
