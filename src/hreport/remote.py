"""Files and folders at an address (`s3://…`, `hdfs://…`, `memory://…`, `zip://…::…`) by fsspec, and local ones beside
them: what lies there, their bytes, and whole files in place of old ones.

fsspec belongs to the extra `hreport[dask]`; nothing here needs it for a local path.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hreport.messages import Message

EXTRA = "pip install 'hreport[dask]'"
UNFINISHED = ".part"  # ends the name of a file that is being written
# Where a file is there when all of it is, and renaming means to copy. Elsewhere it is written under another name first.
OBJECT_STORES = frozenset({"s3", "gs", "gcs", "abfs", "az", "oss", "obs", "cos", "memory"})
# What file systems call the date, or the hash, that changes with a file.
STAMPS = ("ETag", "etag", "checksum", "md5Hash", "CRC", "mtime", "LastModified", "last_modified", "modified", "created")
_MAGIC = re.compile(r"[*?\[]")
LONGEST_REASON = 200


class RemoteError(Exception):
    """Why an address cannot be used; one line that says what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file at an address: its size in bytes and what changes when it does (empty where the file system tells
    nothing); `met`: it was come upon in a folder, not named by the user."""

    address: str
    size: int
    stamp: str
    met: bool = False


def is_address(path: str) -> bool:
    """Is this an address, and no local path?

    >>> is_address("s3://bucket/reports"), is_address("reports/2023"), is_address("C:\\\\reports")
    (True, False, False)
    """
    return "://" in path


def _opened(address: str) -> tuple[Any, str]:
    """The file system of an address, and the path in it."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise RemoteError(
            Message("{path}: fsspec reads addresses, and is not installed: {advice}", path=address, advice=EXTRA)
        ) from None
    try:
        system, path = url_to_fs(address)
    except ImportError as error:
        raise RemoteError(
            Message(
                "{path}: the library for its protocol is not installed here ({reason})",
                path=address,
                reason=_reason(error),
            )
        ) from None
    except ValueError as error:
        raise RemoteError(
            Message(
                "{path}: no such address ({reason}): check the protocol before ://", path=address, reason=_reason(error)
            )
        ) from None
    except Exception as error:
        raise _unopened(address, error) from None
    return system, str(path)


def _unopened(address: str, error: Exception) -> RemoteError:
    """File systems have errors of their own, of any class."""
    return RemoteError(
        Message(
            "{path}: cannot be opened ({reason}): check the address and the credentials",
            path=address,
            reason=_reason(error),
        )
    )


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:LONGEST_REASON]


def entries(address: str, is_noise: Callable[[str], bool]) -> list[Entry]:
    """The files behind an address (a file, a folder to its bottom, a glob), sorted by address.

    `is_noise` says of a path below a folder whether it is left out. Raises RemoteError where nothing is there.
    """
    forget(address)
    system, root = _opened(address)
    _, chained, outer = address.partition("::")

    def entry(path: str, about: dict[str, Any], met: bool) -> Entry:
        stamp = next((str(about[name]) for name in STAMPS if about.get(name)), "")
        return Entry(system.unstrip_protocol(path) + chained + outer, int(about.get("size") or 0), stamp, met)

    def below(folder: str) -> Iterator[Entry]:
        for path, about in system.find(folder, detail=True).items():
            inside = path.removeprefix(folder)
            if about.get("type") == "file" and not is_noise(inside.strip("/")):
                yield entry(path, about, True)

    try:
        found: list[Entry] = []
        if _MAGIC.search(root):
            for path, about in system.glob(root, detail=True).items():
                found += below(path) if about.get("type") == "directory" else [entry(path, about, False)]
        elif system.isdir(root):
            found += below(root)
        elif system.exists(root):
            found.append(entry(root, system.info(root), False))
    except RemoteError:
        raise
    except Exception as error:
        raise _unopened(address, error) from None
    if not found:
        raise RemoteError(Message("{path}: no file there: check the address", path=address))
    return sorted({e.address: e for e in found}.values(), key=lambda e: e.address)


def fetch(address: str, target: Path) -> None:
    """Copy the bytes at an address to a local file; RemoteError where they cannot be had, or its library is missing."""
    system, path = _opened(address)
    try:
        with system.open(path, "rb") as source, open(target, "wb") as copy:
            shutil.copyfileobj(source, copy, 1024 * 1024)
    except Exception as error:
        raise _unopened(address, error) from None


def forget(address: str) -> None:
    """Look at what lies at an address anew: file systems are kept from call to call, archives with their directory."""
    system, _ = _opened(address)
    with suppress(Exception):
        system.invalidate_cache()
        type(system).clear_instance_cache()


class Folder:
    """A folder, local or at an address, whose files are whole or not there."""

    def __init__(self, path: str) -> None:
        """The folder at a path or an address; nothing is made or opened yet, but the library of the address."""
        self.path = path.rstrip("/\\") or path
        self.system: Any = None
        self.root = self.path
        if is_address(path):
            self.system, self.root = _opened(path)
        self.root = self.root.rstrip("/") or self.root

    def names(self) -> list[str]:
        """The names of the files in it, sorted; none where there is no such folder."""
        if self.system is None:
            return sorted(e.name for e in os.scandir(self.root) if e.is_file()) if os.path.isdir(self.root) else []
        try:
            self.system.invalidate_cache()
            found = self.system.ls(self.root, detail=True)
        except FileNotFoundError:
            return []
        except Exception as error:
            raise _unopened(self.path, error) from None
        return sorted(e["name"].rstrip("/").rpartition("/")[2] for e in found if e.get("type") == "file")

    def place(self, name: str) -> str:
        """Where one of its files is, for fsspec or for open()."""
        return f"{self.root}/{name}" if self.system is None else self.system.unstrip_protocol(f"{self.root}/{name}")

    def read(self, name: str) -> bytes:
        """The bytes of a file; FileNotFoundError where it is not there."""
        if self.system is None:
            return Path(self.root, name).read_bytes()
        try:
            return bytes(self.system.cat_file(f"{self.root}/{name}"))
        except FileNotFoundError:
            raise
        except Exception as error:
            raise _unopened(self.path, error) from None

    def write(self, name: str, data: bytes) -> None:
        """Put a file there, whole or not at all, in place of an old one; RemoteError where that cannot be."""
        other = f".{name}.{os.urandom(4).hex()}{UNFINISHED}"
        try:
            if self.system is None:
                os.makedirs(self.root, exist_ok=True)
                with open(Path(self.root, other), "xb") as stream:
                    stream.write(data)
                    stream.flush()
                    os.fsync(stream.fileno())
                os.replace(Path(self.root, other), Path(self.root, name))
                return
            protocols = self.system.protocol
            if OBJECT_STORES & {protocols, *(() if isinstance(protocols, str) else protocols)}:
                self.system.pipe_file(f"{self.root}/{name}", data)
                return
            self.system.makedirs(self.root, exist_ok=True)
            self.system.pipe_file(f"{self.root}/{other}", data)
            self.system.mv(f"{self.root}/{other}", f"{self.root}/{name}")
        except Exception as error:
            raise RemoteError(
                Message(
                    "{output}: cannot be written ({reason}){hint}",
                    output=self.path,
                    reason=(error.strerror if isinstance(error, OSError) else None) or _reason(error),
                    hint="",
                )
            ) from None

    def remove(self, name: str) -> None:
        """Take a file away, if it is there."""
        with suppress(FileNotFoundError):
            if self.system is None:
                os.unlink(Path(self.root, name))
            else:
                self.system.rm_file(f"{self.root}/{name}")
