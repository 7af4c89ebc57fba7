"""Reports whose text, title, headings, places and file names hold what a page, a terminal, a spreadsheet or a table in
Markdown might take for more than text."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Mapping
from pathlib import Path

from texts import LEXICON

STRINGS: Mapping[str, str] = {
    "script": "<script>alert(1)</script>",
    "script end": "</script><script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "attribute": "' autofocus onfocus='alert(1)",
    "drawing": "<svg/onload=alert(1)>",
    "text area": "</textarea><script>alert(1)</script>",
    "style": "</style><img src=x onerror=alert(1)>",
    "comment": "<!--<script>",
    "entities": "&lt;img src=x onerror=alert(1)&gt;&#60;b&#62;&amp;",
    "template": "{{7*7}}${7*7}{%raw%}#{7*7}",
    "format": "{path}{0}%s%(x)s\\N{BULLET}",
    "address": "javascript:alert(1)",
    "quotes": "\"'`‘“",
    "right to left": "\u202eevil\u202c\u2067x\u2069\u200f\u061c",
    "without width": "a\u200bb\u200d\u2060\ufeff",
    "colour": "\x1b[41;5mred\x1b[8mhidden",
    "link of a terminal": "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "title of a terminal": "\x1b]0;owned\x07",
    "C1": "\x9b41;5m\x9d0;owned\x9c\x85",
    "backspace": "sound\x08\x08\x08\x08\x08\x7f",
    "NUL": "a\x00b",
    "line ends": "a\u2028b\u2029c\x0bd\x0ce",
    "formula": "=cmd|' /C calc'!A0",
    "formula of a function": "@SUM(1+1)*cmd|' /C calc'!A0",
    "link of a sheet": '=HYPERLINK("https://evil.example","x")',
    "pipes": "a|b||c\\|d\\",
    "code": "`x`</code>```y",
    "link": "[x](javascript:alert(1))![x](https://evil.example/x.png)<https://evil.example>",
    "emphasis": "**x** _y_ ~~z~~ # h",
    "markup of rich": "[bold red]x[/bold red][link=https://evil.example]y[/link]:smile:[/]",
}
LONE = "\udcff"  # of a file name that is no UTF-8
RAN = "() => 'ran' in window"  # in a page: did a script of a string run?


# So much text that a few control characters do not make a file binary.
QUIET = "各级各部门密切配合，按照既定部署稳步推进，各项工作有序开展，群众反映良好，为下一步打下了基础。" * 60


def report(words: str, number: int) -> str:
    """A report that holds the words wherever a report can; its figures are its own, so that it is no copy."""
    return (
        f"宜兴市{2000 + number % 24}年卫生健康工作总结{words}\n\n"
        f"一、{words}医疗资源\n"
        f"据统计，{words}，全市有医院{12 + number}家，实际开放床位{1234 + 7 * number}张，婴儿死亡率xx.x‰，"
        f"住院分娩率达20230%，公共厕所{56 + 3 * number}座，{words}。{words}开放床位{1300 + number}张{words}。\n\n"
        f"二、其他\n{QUIET if min(words, default='x') < ' ' else ''}\n"
        f"三、下一步{words}\n"
        f"明年，{words}，住院分娩率达到{70 + number}%以上。全市有医院{15 + 2 * number}家。\n"
    )


def folder(at: Path) -> list[Path]:
    """The reports, in files that are called after their strings."""
    at.mkdir()
    paths = []
    for number, words in enumerate(STRINGS.values()):
        name = words.replace("/", "\u2215").replace("\0", "")
        if os.name == "nt":
            name = "".join(c for c in name if c.isprintable() and c not in '<>:"|?*\\')
        paths.append(at / f"{number:02}{name}.txt")
        paths[-1].write_text(report(words, number), encoding="utf-8", newline="")
    if os.name == "posix":
        paths.append(at / f"lone{LONE}.txt")
        paths[-1].write_text(report("", len(STRINGS)), encoding="utf-8")
    return paths


def manifest(at: Path, paths: list[Path]) -> Path:
    """A manifest in which every third report gets its words for place, title, address and publisher."""
    with open(at, "w", encoding="utf-8", errors="surrogateescape", newline="") as target:
        lines = csv.writer(target)
        lines.writerow(("file", "area", "title", "url", "publisher", "published"))
        for path, words in zip(paths[::3], list(STRINGS.values())[::3], strict=False):
            plain = words.replace("\0", "")  # no line of CSV holds one
            lines.writerow((path.name, f"{plain}市", plain, plain, plain, plain))
    return at


def catalogue(at: Path) -> Path:
    """An own catalogue, in which indicators of ours are called by the words."""
    entries = []
    for (id_, known), words in zip(LEXICON.indicators.items(), STRINGS.values(), strict=False):
        names = {"name": words + known.name, "en": words, "unit": known.unit}
        told = ", ".join(f"{key} = {json.dumps(value)}" for key, value in names.items())
        entries.append(f"{id_} = {{ {told}, aliases = [{json.dumps(known.name)}] }}")
    at.write_text("[indicators]\n" + "\n".join(entries) + "\n", encoding="utf-8")
    return at
