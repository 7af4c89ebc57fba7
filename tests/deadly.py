"""A file system whose file `poison` kills the process of a cluster that opens it; workers load this by `--preload`."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

IN_A_WORKER = "distributed.nanny" in sys.modules and "pytest" not in sys.modules


class Deadly(LocalFileSystem):  # type: ignore[misc]
    """Local files at `deadly:///path`."""

    protocol = "deadly"

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return str(super()._strip_protocol(str(path).removeprefix("deadly://")))

    def unstrip_protocol(self, name: str) -> str:
        return f"deadly://{self._strip_protocol(name)}"

    def _open(self, path: str, *arguments: Any, **options: Any) -> Any:
        if IN_A_WORKER and "poison" in path:
            os.kill(os.getpid(), signal.SIGKILL)
        return super()._open(path, *arguments, **options)


fsspec.register_implementation("deadly", Deadly, clobber=True)
