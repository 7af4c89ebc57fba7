"""Finds what there is to read behind the paths of a command line: each file once, sorted by path.

Nothing is opened here but to tell tables of ours, manifests and pipes from reports.
"""

from __future__ import annotations

import csv
import glob
import os
import re
import stat
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from hreport import dataset, readback
from hreport.manifest import MANIFEST_COLUMNS
from hreport.messages import Message, listed, reason_of
from hreport.model import Issue, Portion
from hreport.remote import RemoteError, is_address

BEGINNING = 2  # letters that make a name worth taking for the beginning of another
NEAREST = 3  # names that are offered for one that is not there
FOOTER = 65_536  # bytes at the end of a Parquet file that name its columns


@dataclass(frozen=True, slots=True)
class Source:
    """Something to read: a file, a member of an archive, or bytes at hand (standard input, a pipe).

    `path` is what the user is shown, `file` the file on disk where that is not it. `members` lead from archive to
    archive to the document, each as its number in the archive's directory; `inside` is that path in words. `ocr`: its
    pictures shall be read by text recognition; `effort`: how many times the usual time limit that may take. `portion`:
    the stretch of a large text that is to be read.
    """

    path: str
    data: bytes | None = None
    table: bool = False
    size: int = 0
    file: str = ""
    members: tuple[int, ...] = ()
    inside: str = ""
    ocr: bool = False
    effort: int = 1
    portion: Portion | None = None

    @property
    def on_disk(self) -> str:
        """The path to open."""
        return self.file or self.path


@dataclass(slots=True)
class Found:
    """What the paths of a command line lead to, sorted by path, and what led nowhere."""

    sources: list[Source] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


_MAGIC = re.compile(r"[*?\[]")
_NOISE = re.compile(r"\.|~\$|thumbs\.db$|desktop\.ini$|__macosx$", re.IGNORECASE)
# What stands beside reports and is none: README, README.zh.md, LICENSE-MIT, changelog.txt.
_ABOUT = re.compile(r"(readme|licen[sc]e|changelog)([\w-]*|[\w.-]*\.(md|txt|rst))", re.IGNORECASE | re.ASCII)


def find(paths: Sequence[str], stdin: BinaryIO | None = None, exclude: Collection[Path] = ()) -> Found:
    """Files behind `paths` (files, folders, globs, `-`), each once, sorted by path.

    Folders are walked to the bottom; a link that leads back is followed once. Left out of them, without a word: hidden
    files, office lock files, and what speaks of the folder (README, LICENSE, CHANGELOG with any ending, as .md, .txt,
    .rst or without suffix). `exclude` are files of the run itself (its output, its manifest), which a folder may hold.
    Tables that extract wrote are taken where they are named, and left out of folders with a word. A manifest and
    corrections are never read as a report: a note where a folder holds them, an issue where they are named.
    """
    found = Found()
    entries: list[tuple[str, bool]] = []
    for path in dict.fromkeys(paths):
        if path == "-":
            data = stdin.read() if stdin else b""
            found.sources.append(Source("-", data, readback.looks_like_table(data[:4096]), len(data)))
            continue
        entries += _expanded(path, found.issues)
    hidden = {os.path.realpath(p) for p in exclude}
    # Reached twice, by a link or by two arguments: once, under its own name rather than a link's.
    best: dict[str, tuple[str, bool]] = {}
    real_folder = lru_cache(maxsize=None)(os.path.realpath)  # asked of each folder once, not of each file in it
    for is_link, met, path in sorted((os.path.islink(path), met, path) for path, met in entries):
        folder, name = os.path.split(path)
        real = os.path.realpath(path) if is_link or not name else os.path.join(real_folder(folder), name)
        best.setdefault(os.path.normcase(real), (path, met))
    for real, (path, met) in sorted(best.items(), key=lambda item: item[1]):
        by_hand = _by_hand(path, met)
        if real in hidden and (met or by_hand):
            continue
        if by_hand:
            found.issues.append(by_hand)
            continue
        _add(path, met, found)
    found.issues.sort(key=lambda i: (i.path, i.code))
    return found


def _add(path: str, met: bool, found: Found) -> None:
    """Take one file, or a data set. `met`: come upon in a folder, not named by the user."""
    name = shown(path)
    if is_address(path):
        _add_address(path, found)
        return
    try:
        status = os.stat(path)
    except FileNotFoundError:
        what = Message("a link that leads nowhere") if os.path.islink(path) else Message("no such file")
        found.issues.append(Issue(name, "not_found", Message("{what}: check the name", what=what)))
        return
    except (OSError, ValueError) as error:
        advice = Message("remove the link") if os.path.islink(path) else Message("check its permissions")
        found.issues.append(
            Issue(
                name,
                "unreadable",
                Message("cannot be opened ({reason}): {advice}", reason=reason_of(error), advice=advice),
            )
        )
        return
    if stat.S_ISDIR(status.st_mode):  # only data sets come here as folders
        if met:
            found.issues.append(_left_out(name))
        else:
            found.sources.append(Source(name, None, True, file="" if name == path else path))
        return
    if not stat.S_ISREG(status.st_mode):
        if met:
            message = Message("a pipe, a socket or a device: left out of the folder")
            found.issues.append(Issue(name, "not_a_file", message, fatal=False))
            return
        try:  # a pipe that the user named, such as <(...): workers could not open it
            data = Path(path).read_bytes()
        except OSError as error:
            found.issues.append(
                Issue(name, "unreadable", Message("cannot be opened ({reason}): give a file", reason=reason_of(error)))
            )
            return
        found.sources.append(Source(name, data, readback.looks_like_table(data[:4096]), len(data)))
        return
    is_table = path.lower().endswith(readback.TABLE_SUFFIXES) and _is_table(path)
    if is_table and met:
        found.issues.append(_left_out(name))
        return
    found.sources.append(Source(name, None, is_table, status.st_size, file="" if name == path else path))


def _add_address(address: str, found: Found) -> None:
    """Take a data set that lies at an address; all else there is for a cluster."""
    try:
        is_there = dataset.is_set(address)
    except RemoteError as error:
        found.issues.append(Issue(address, "unreadable", reason_of(error)))
        return
    if is_there:
        found.sources.append(Source(address, None, True))
        return
    message = Message("no data set of hreport is there: reports at an address are read with extract --cluster")
    found.issues.append(Issue(address, "not_found", message))


def _left_out(name: str) -> Issue:
    message = Message("a table, not a report: left out of the folder (name it to compare it)")
    return Issue(name, "table", message, fatal=False)


def of_copy(path: str, copy: str, met: bool) -> Source | Issue:
    """A file that was copied from an address, `path`, as a source; or why it is none, as `find` would say it."""
    if by_hand := _by_hand(copy, met):
        return replace(by_hand, path=path)
    is_table = path.lower().endswith(readback.TABLE_SUFFIXES) and _is_table(copy)
    if is_table and met:
        return _left_out(path)
    return Source(path, None, is_table, os.path.getsize(copy), file=copy)


def is_noise(inside: str) -> bool:
    """Is a path below a folder hidden, or does it speak of the folder?"""
    *folders, name = inside.split("/")
    return any(map(_NOISE.match, (*folders, name))) or bool(_ABOUT.fullmatch(name))


def _is_table(path: str) -> bool:
    """Did extract or masks write this CSV, JSON lines, Parquet or DuckDB file?"""
    try:
        with open(path, "rb") as stream:
            head = stream.read(4096)
            if not head.startswith(b"PAR1"):
                return readback.is_store(head) or readback.looks_like_table(head)
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - FOOTER))
            names = stream.read()  # of columns: they stand in the clear at the end
            return b"indicator_id" in names or (b"sentence" in names and b"kind" in names)
    except OSError:
        return False


def _by_hand(path: str, met: bool) -> Issue | None:
    """What to say of a CSV that is made to be given with --manifest or --corrections; None of any other file.

    Its header names files and what to say of them, or figures and what to put right in them. One with a mistake in
    another column is one too; the tables that hreport writes have other columns.
    """
    if not path.lower().endswith(".csv") or not os.path.isfile(path):
        return None
    try:
        with open(path, "rb") as stream:
            head = stream.read(4096)
    except OSError:
        return None
    first = head.decode("utf-8", "replace").lstrip("\ufeff").partition("\n")[0].strip()
    names = {n.strip() for n in next(iter(csv.reader([first])), [])}
    if {"file_hash", "field"} <= names:
        message = Message("corrections: give them with --corrections")
        return Issue(shown(path), "corrections_file", message, fatal=not met)
    if "file" in names and "start" not in names and len(names & set(MANIFEST_COLUMNS)) > 1:
        return Issue(shown(path), "manifest_file", Message("a manifest: give it with --manifest"), fatal=not met)
    return None


def _expanded(path: str, issues: list[Issue]) -> list[tuple[str, bool]]:
    """Files of one argument, with whether they were only met in a folder. A path that exists is no pattern."""
    if is_address(path):
        return [(path, False)]
    try:
        if not os.path.lexists(path) and path.startswith("~"):
            path = os.path.expanduser(path)
        if os.path.isdir(path):
            return [(_posix(path), False)] if dataset.is_set(path) else _walked(path, issues)
        if os.path.lexists(path):
            return [(_posix(path), False)]
        if _MAGIC.search(path):
            files: list[tuple[str, bool]] = []
            for match in sorted(glob.glob(path, recursive=True)):
                if os.path.isdir(match):
                    # ** already lists what lies below
                    files += [] if "**" in path else _walked(match, issues)
                else:
                    files.append((_posix(match), False))
            if not files:
                issues.append(Issue(shown(path), "not_found", Message("no file matches this pattern: check it")))
            return files
    except ValueError:  # a null character in the path
        pass
    issues.append(
        Issue(shown(_posix(path)), "not_found", Message("no such file or folder: {advice}", advice=_nearest(path)))
    )
    return []


def _nearest(path: str) -> str:
    """What to do about a path that is not there."""
    near = _near(path)
    if not near:
        return Message("check the name")
    return Message("did you mean {path}?", path=listed([shown(_posix(p)) for p in near]))


def _near(path: str) -> list[str]:
    """What is there and is called nearly so, at most a few; mistakes may be in each part of the path."""
    folder, name = os.path.split(path.rstrip("/\\"))
    folders = [folder] if not folder or os.path.isdir(folder) or folder == path else _near(folder)
    found: list[str] = []
    for there in folders:
        try:
            names = sorted(n for n in os.listdir(there or ".") if not _NOISE.match(n))
        except (OSError, ValueError):
            continue
        here = get_close_matches(name, names, n=1, cutoff=0.7)
        # of a long name people write the beginning, or leave out the suffix
        here += [n for n in names if len(name) >= BEGINNING and n.startswith(name) and n not in here]
        found += [os.path.join(there, n) for n in here]
    return found[:NEAREST]


def _walked(folder: str, issues: list[Issue]) -> list[tuple[str, bool]]:
    """Files below a folder, without hidden ones and those about the folder. Each folder is entered once."""
    files: list[tuple[str, bool]] = []
    entered = {os.path.realpath(folder)}

    def refused(error: OSError) -> None:
        name = shown(_posix(str(error.filename or folder)))
        issues.append(
            Issue(
                name,
                "unreadable",
                Message("cannot be entered ({reason}): check its permissions", reason=reason_of(error)),
            )
        )

    for root, folders, names in os.walk(folder, followlinks=True, onerror=refused):
        kept = []
        for name in sorted(folders, key=lambda n: (os.path.islink(os.path.join(root, n)), n)):
            real = os.path.realpath(os.path.join(root, name))
            if not _NOISE.match(name) and real not in entered:
                entered.add(real)
                kept.append(name)
        folders[:] = kept
        if dataset.MANIFEST in names:
            folders.clear()
            files.append((_posix(root), True))
            continue
        kept = [name for name in names if not _NOISE.match(name) and not _ABOUT.fullmatch(name)]
        files += [(_posix(os.path.join(root, name)), True) for name in kept]
    if not files and not any(i.path == shown(_posix(folder)) for i in issues):
        issues.append(Issue(shown(_posix(folder)), "empty_folder", Message("no files in this folder: check the name")))
    return files


def _posix(path: str) -> str:
    """The path as rows show it: as given, with forward slashes and without idle parts."""
    if path and not _IDLE.search(path):
        return path
    return Path(path).as_posix() if path else path


_IDLE = re.compile(r"\\|//|(?:^|/)\.(?:/|$)|./$")  # what `Path` would change; a path of Windows by its backslashes


def shown(path: str) -> str:
    """A path as text: a name in bytes that are no UTF-8 is one in GB18030, from a Chinese Windows, or is escaped.

    >>> shown("绵阳市".encode("gbk").decode("utf-8", "surrogateescape"))
    '绵阳市'
    """
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        data = path.encode("utf-8", "surrogateescape" if not _LONE.search(path) else "backslashreplace")
        for encoding in ("utf-8", "gb18030"):  # UTF-8 where Python took the system for one of ASCII (LANG=C)
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
        return data.decode("utf-8", "backslashreplace")
    return path


# Surrogates that stand for no byte: from names of Windows that are no UTF-16.
_LONE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
