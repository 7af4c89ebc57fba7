"""CSV files that an analyst writes by hand, or in a spreadsheet: how they are read, and what is said of mistakes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from hreport.messages import Message, listed, reason_of
from hreport.record import unguarded, wording


class HandwrittenError(ValueError):
    """A file that cannot be used; one line that says why and where."""


def lines(
    path: Path, known: Sequence[str], needed: Sequence[str], error: type[HandwrittenError]
) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Each line that says something, with its number: a text for each column of `known` that the file has, of which
    `needed` must be there. UTF-8 or GB18030, with or without byte order mark; headings in English or Chinese.

    Raises:
        HandwrittenError: of the type `error`, where the file is no such table.
    """
    try:
        data = path.read_bytes()
    except OSError as failed:
        raise error(Message("{path}: cannot be opened ({reason})", path=path, reason=reason_of(failed))) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise error(Message("{path}: neither UTF-8 nor GB18030", path=path)) from None
    try:
        table = list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as failed:
        raise error(Message("{path}: {error}", path=path, error=reason_of(failed))) from None
    chinese = {heading: name for name, heading in wording()["columns"].items() if name in known}
    names = [chinese.get(n.strip(), n.strip()) for n in table[0]] if table else []
    while names and not names[-1]:
        names.pop()  # columns that a spreadsheet once had
    if unknown := [n or Message("(empty)") for n in names if n not in known]:
        raise error(
            Message(
                "{path}: unknown column {unknown}; known: {known}",
                path=path,
                unknown=listed(unknown),
                known=listed(known),
            )
        )
    if missing := [n for n in needed if n not in names]:
        raise error(
            Message(
                "{path}: no column {missing}; known: {known}",
                path=path,
                missing=listed(missing),
                known=listed(known),
            )
        )
    if len(set(names)) < len(names):
        raise error(Message("{path}: a column stands twice", path=path))
    for number, cells in enumerate(table[1:], 2):
        values = dict.fromkeys(names, "") | {n: unguarded(c.strip()) for n, c in zip(names, cells, strict=False)}
        if any(values.values()):
            yield number, values
