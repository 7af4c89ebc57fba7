"""What keeps a hostile file from hurting its neighbours: the limits of a worker process, in one place.

Time: the pool ends a worker that takes longer than `--timeout` for a file, on every system. Memory: on Linux the kernel
refuses a worker more than `MOST_MEMORY`; elsewhere a thread looks at what the worker has taken and ends it.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
import time

MOST_MEMORY = 1_900 * 1024 * 1024  # bytes that one worker may take
TIME_LIMIT = 60.0  # seconds for one file
LOOK_EVERY = 0.2  # seconds
OUT_OF_MEMORY = 86  # the exit code of a worker that took too much
OBJECTS = 50_000  # new ones before Python looks for cycles among them


def look_seldom_for_cycles() -> None:
    """Have Python look for cycles after `OBJECTS` new objects, not after 700: the data has none, rows have none, and
    looking takes a tenth of the time of a short run. For a process of ours only: in a user's, that is the user's."""
    gc.set_threshold(OBJECTS)


def limit_memory(most: int = MOST_MEMORY) -> str:
    """Bound what this process may take, and say by what: "kernel", "watch", or "" where there is no guard."""
    if sys.platform == "linux" and _by_kernel(most):
        return "kernel"
    return "watch" if _by_watch(most) else ""


def memory_guard() -> str:
    """By what a worker's memory is bounded here, as `limit_memory` says it, without bounding anything."""
    if sys.platform == "linux":
        return "kernel"
    try:
        import psutil  # noqa: F401
    except ImportError:
        return ""
    return "watch"


def _by_kernel(most: int) -> bool:
    import resource

    # Data, not address space: libraries reserve far more addresses than they ever fill.
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    bounds = [limit for limit in (most, soft, hard) if limit != resource.RLIM_INFINITY]
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (min(bounds), hard))
    except (OSError, ValueError):
        return False
    return True


def _by_watch(most: int) -> bool:
    try:
        import psutil
    except ImportError:
        return False
    process = psutil.Process()

    def watch() -> None:
        while True:
            if process.memory_info().rss > most:
                os._exit(OUT_OF_MEMORY)
            time.sleep(LOOK_EVERY)

    threading.Thread(target=watch, name="memory guard", daemon=True).start()
    return True
