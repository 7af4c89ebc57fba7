"""Peak memory of the whole process tree with two workers: a folder of many small files, and one large text.

`python benchmarks/memory.py [--files N ...] [--megabytes N ...] [--outputs csv,duckdb,...] [--encoding E]` prints one
line for each; without arguments 20,000 files and a text of 200 MB into each output, which takes an hour. The peak must
not grow with the number of files or with the size of the text.

Memory is measured every 0.2 s. `RSS` is the sum of what each process has resident, so that what the processes share
counts several times; `PSS` counts it once. `early` is how large the output was after half of the time, in hundredths of
what it is in the end: rows are written as they come.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

OUTPUTS = ("csv", "jsonl", "parquet", "duckdb", "xlsx")
NOUNS = (
    "开放床位",
    "执业医师",
    "注册护士",
    "基层医疗卫生机构",
    "在校学生",
    "新增就业",
    "公交线路",
    "养老机构",
    "图书馆藏书",
    "发明专利",
)
UNITS = ("张", "人", "人", "家", "人", "人", "条", "家", "册", "件")
RATES = ("婴儿死亡率", "森林覆盖率", "城镇登记失业率", "高等教育毛入学率", "家庭医生签约率", "污水集中处理率")
WORDS = (
    "深化改革",
    "优化服务",
    "强化监管",
    "健全机制",
    "压实责任",
    "补齐短板",
    "夯实基础",
    "提升能力",
    "完善制度",
    "统筹推进",
)
CITIES = ("杭州市", "宁波市", "温州市", "嘉兴市", "成都市", "绵阳市", "德阳市", "南京市", "苏州市", "无锡市")


def report(number: int, paragraphs: int) -> str:
    """A report that differs from all others."""
    chance = random.Random(number)
    lines = [f"{CITIES[number % len(CITIES)]}{2015 + number % 10}年卫生健康工作总结（第{number + 1}号）", ""]
    for k in range(paragraphs):
        if k % 6 == 0:
            lines.append(f"{'一二三四五六七八九十'[k // 6 % 10]}、{chance.choice(WORDS)}，{chance.choice(WORDS)}")
        prose = "，".join(chance.sample(WORDS, 5)) + "。"
        noun = chance.randrange(len(NOUNS))
        lines.append(
            f"一是{prose}全市{NOUNS[noun]}达到{chance.randint(1000, 99_999)}{UNITS[noun]}，比上年增长"
            f"{chance.randint(1, 30)}.{chance.randint(0, 9)}%。{'，'.join(chance.sample(WORDS, 6))}，"
            f"{chance.choice(RATES)}为{chance.randint(1, 99)}.{chance.randint(0, 99)}%，财政投入x.xx亿元。"
            f"{'，'.join(chance.sample(WORDS, 8))}，取得了新的成效，群众的获得感和满意度不断提高。"
        )
    return "\n".join(lines) + "\n\n"


def folder_of(count: int, place: Path) -> Path:
    """Small reports that differ."""
    place.mkdir()
    for number in range(count):
        (place / f"{number:06}.txt").write_text(report(number, 1), encoding="utf-8")
    return place


def text_of(megabytes: float, place: Path, encoding: str) -> Path:
    """One text of so many million bytes, of reports of usual length."""
    size = number = 0
    with open(place, "wb") as stream:
        while size < megabytes * 1e6:
            size += stream.write(report(number, 40).encode(encoding))
            number += 1
    return place


@dataclass(slots=True)
class Measured:
    """What one run took: seconds, peaks in MB, number of processes, and the sizes of its output by time."""

    seconds: float = 0.0
    rss: float = 0.0
    pss: float = 0.0
    processes: int = 0
    sizes: list[int] = field(default_factory=list)
    code: int = 0

    @property
    def early(self) -> float:
        """How large the output was after half of the time, as a share of the whole."""
        return self.sizes[len(self.sizes) // 2] / max(1, self.sizes[-1]) if self.sizes else 0.0


def _tree(root: psutil.Process) -> Iterator[tuple[int, int]]:
    """RSS and PSS of each process of a tree."""
    try:
        processes = [root, *root.children(recursive=True)]
    except psutil.Error:
        return
    for one in processes:
        try:
            info = one.memory_full_info()
        except psutil.Error:
            continue
        yield info.rss, getattr(info, "pss", 0)


def measured(arguments: list[str], output: Path) -> Measured:
    """Run hreport and look at it while it runs; `output` is what it writes, under this or a temporary name."""
    found, began = Measured(), time.monotonic()
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        root = psutil.Process(running.pid)
        while running.poll() is None:
            sizes = list(_tree(root))
            found.rss = max(found.rss, sum(rss for rss, _ in sizes) / 2**20)
            found.pss = max(found.pss, sum(pss for _, pss in sizes) / 2**20)
            found.processes = max(found.processes, len(sizes))
            found.sizes.append(_size(output))
            time.sleep(0.2)
    found.sizes.append(_size(output))
    found.seconds, found.code = time.monotonic() - began, running.returncode
    return found


def _size(output: Path) -> int:
    total = 0
    for name in output.parent.glob(f"*{output.name}*"):  # with what is written beside it until it is whole
        try:
            total += name.stat().st_size
        except OSError:
            continue
    return total


def main() -> None:
    """Each size into each output."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, nargs="*", default=None)
    parser.add_argument("--megabytes", type=float, nargs="*", default=None)
    parser.add_argument("--outputs", default=",".join(OUTPUTS))
    parser.add_argument("--encoding", default="utf-8")
    given = parser.parse_args()
    if given.files is None and given.megabytes is None:
        given.files, given.megabytes = [20_000], [200.0]
    print(f"{'input':>14} {'output':8} {'seconds':>8} {'RSS MB':>7} {'PSS MB':>7} {'processes':>9} {'early':>6}")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        inputs = [(f"{n:,} files", folder_of(n, place / f"{n}")) for n in given.files or ()]
        inputs += [(f"{n:g} MB", text_of(n, place / f"{n:g}.txt", given.encoding)) for n in given.megabytes or ()]
        for name, source in inputs:
            for form in given.outputs.split(","):
                target = place / f"out.{form}"
                found = measured(
                    [sys.executable, "-m", "hreport", "extract", str(source), "-o", str(target), "-j", "2"], target
                )
                print(
                    f"{name:>14} {form:8} {found.seconds:8.1f} {found.rss:7.0f} {found.pss:7.0f}"
                    f" {found.processes:9} {found.early:6.0%}{'' if not found.code else f'  exit code {found.code}'}",
                    flush=True,
                )
                target.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
