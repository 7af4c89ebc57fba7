"""How large and how fast the page of `hreport report` is, with 300 reports and 30,000 figures.

    python benchmarks/page.py [--reports 300] [--rounds 5] [--keep FOLDER]

needs an environment that holds `.[dev]`, and Chromium. The reports are those of tests/many_reports.py. It prints the
size of the page, the seconds and the most memory that `hreport report` takes in a process of its own, and milliseconds
in the browser at the sizes of a desk and a phone (medians of the rounds): until something and until the table is
painted, from a filter's event until the table is painted again, from a click until a figure's words are.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent.parent / "tests"
sys.path.insert(0, str(TESTS))

import browser  # noqa: E402
import many_reports  # noqa: E402
import page_speed  # noqa: E402

AIMS = {"first table": 2000, "filter": 200}  # milliseconds
LARGEST = 25  # megabytes
PEAK = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
sys.exit(code)
"""


def built(folder: Path, count: int) -> None:
    """Write the page, and print what that took."""
    many_reports.write(folder / "reports", count)
    path = folder / "page.html"
    command = [sys.executable, "-m", "hreport", "report", str(folder / "reports"), "-o", str(path), "--quiet"]
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", PEAK, *command], capture_output=True, text=True, check=True)
    taken = time.perf_counter() - began
    size, memory = path.stat().st_size / 1e6, float(done.stdout)
    print(
        f"{count} reports: {size:.1f} MB (at most {LARGEST}), {taken:.1f} s, {memory:.0f} MB of memory in one process"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=many_reports.COUNT)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where reports and page are left")
    arguments = parser.parse_args()
    if reason := browser.why_not():
        sys.exit(reason)
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or Path(scratch)
        built(folder, arguments.reports)
        with browser.running() as program:
            for size in browser.SIZES:
                faults: list[str] = []

                def open_(path: Path, size: str = size, faults: list[str] = faults, **how: Any) -> Any:
                    return browser.open_page(program, path, faults, size=size, **how)

                found = page_speed.measure(open_, folder / "page.html", arguments.rounds)
                print(f"\n{size}: {found['figures']:,.0f} figures")
                for name, value in found.items():
                    if name != "figures":
                        aim = f"   (at most {AIMS[name]:,})" if name in AIMS else ""
                        print(f"  {name:26}{value:9,.0f} ms{aim}")
                for fault in faults:
                    print(f"  {fault}")


if __name__ == "__main__":
    main()
