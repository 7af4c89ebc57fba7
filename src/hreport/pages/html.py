"""How a template, its scripts and styles, and data become one HTML file that needs nothing else.

**A template** (`assets/NAME.html`) is a page that names its own parts, which are put in place:

- `<script src="x.js"></script>` and `<link rel="stylesheet" href="x.css">`, each alone on a line: the file of
  `assets/`, inline;
- `{{name}}`: text, escaped; it may stand between tags and in quoted attributes. `{{policy}}` is the
  Content-Security-Policy, and stands in the first tag of the head;
- `<!--name-->`: a fragment, HTML that was made of the data;
- `<script type="..." id="name"></script>`, empty and of a type that no browser runs: a block of data of this name.

**The policy** forbids every request to the network. Scripts run only if their digest is in it: those of the template,
and blocks named in `later`, which a script of the page may hand to a script element of its own when they are needed.
None is made of text (`eval`), so that Vega needs `ast: true`. Styles may be inline.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from hreport.record import encodable

# What ends a script element, or begins what would hide its end; in scripts these stand in texts and patterns alone.
_SCRIPT_ENDS = re.compile("<(?=/script|!--)", re.IGNORECASE)
_SCRIPT = re.compile(r'^( *)<script src="([\w.-]+)"></script>$', re.MULTILINE)
_STYLE = re.compile(r'^( *)<link rel="stylesheet" href="([\w.-]+)">$', re.MULTILINE)
_STYLE_ENDS = re.compile("</style", re.IGNORECASE)
_PLACE = re.compile(r"\{\{([a-z_.]+)\}\}")
_FRAGMENT = re.compile(r"<!--([a-z_]+)-->")
_BLOCK = re.compile(r'(<script type="[^"]+" id="([a-z]+)">)(</script>)')


def asset(name: str) -> str:
    """A file of `assets/`, with plain line ends."""
    text = (files("hreport") / "pages" / "assets" / name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def page_of(
    template: str,
    texts: Mapping[str, str],
    blocks: Mapping[str, str] = {},
    later: Collection[str] = (),
    fragments: Mapping[str, str] = {},
) -> bytes:
    """The page of a template as UTF-8. KeyError where it has a place that nothing is given for.

    `fragments` are HTML and stand as they are: who makes them has escaped what is in them. `blocks` stand as they are,
    so they must come from `json_of`, `packed` or `script_of`; `later` names those that are
    scripts to run when they are needed.
    """
    page = asset(template)
    scripts = {match[2]: script_of(asset(match[2])) for match in _SCRIPT.finditer(page)}
    run = [f"\n{code}" for code in scripts.values()] + [blocks[name] for name in later]
    known = {**texts, "policy": policy(run)}

    def placed(match: re.Match[str]) -> str:
        return html.escape(encodable(known[match[1]]))

    # From here on nothing is looked for in what was put in.
    parts = []
    end = 0
    found = sorted(
        (match.start(), match.end(), made)
        for pattern, make in (
            (_PLACE, placed),
            (_SCRIPT, lambda m: f"<script>\n{scripts[m[2]]}</script>"),
            (_STYLE, lambda m: f"<style>\n{_style(m[2])}</style>"),
            (_FRAGMENT, lambda m: encodable(fragments[m[1]])),
            (_BLOCK, lambda m: f"{m[1]}{blocks[m[2]]}{m[3]}"),
        )
        for match in pattern.finditer(page)
        for made in [make(match)]
    )
    for start, stop, made in found:
        parts += [page[end:start], made]
        end = stop
    return "".join([*parts, page[end:]]).encode("utf-8")


def policy(scripts: Sequence[str]) -> str:
    """The Content-Security-Policy of a page that runs these scripts and asks no network for anything."""
    digests = (base64.b64encode(hashlib.sha256(s.encode("utf-8")).digest()).decode("ascii") for s in scripts)
    run = " ".join(f"'sha256-{digest}'" for digest in digests)
    rules = ("default-src 'none'", f"script-src {run}" if run else "", "style-src 'unsafe-inline'",
             "img-src data: blob:", "base-uri 'none'", "form-action 'none'")  # fmt: skip
    return "; ".join(rule for rule in rules if rule)


def json_of(data: Any) -> str:
    """JSON that may stand in a script element, whatever is in it.

    >>> json_of({"a": "</script><!--", "b": chr(0x2028)})
    '{"a":"\\\\u003c/script>\\\\u003c!--","b":"\\\\u2028"}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return encodable(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


def packed(data: Any) -> str:
    """JSON of data, compressed (gzip) and as base64; the same of the same data."""
    text = encodable(json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
    return base64.b64encode(gzip.compress(text.encode("utf-8"), 9, mtime=0)).decode("ascii")


def script_of(code: str) -> str:
    """A script that may stand in a script element.

    >>> script_of("a = '</script>'")
    "a = '\\\\x3c/script>'"
    """
    return _SCRIPT_ENDS.sub(r"\\x3c", code)


def _style(name: str) -> str:
    return _STYLE_ENDS.sub(r"<\\/style", asset(name))


@lru_cache(maxsize=1)
def vega() -> str:
    """The script of Vega, Vega-Lite and Vega-Embed, which sets `vegaEmbed`, `vega` and `vegaLite`."""
    import vl_convert

    code = str(vl_convert.javascript_bundle())  # type: ignore[call-arg]  # the snippet may be left out
    return script_of(f"(() => {{\n{code}\n}})();\n".replace("\r\n", "\n").replace("\r", "\n"))
