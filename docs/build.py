"""Builds the documentation, Chinese and English: `python docs/build.py` writes it to `build/site`.

A page is written in `zh/` and `en/`; a line `<!-- generated: NAME -->` in it is replaced by that part of the reference
(`reference.py`), a line `<!-- include: FILE -->` by a file of the repository without its title. What comes of it is
built by Zensical, strictly: a link that leads nowhere ends the build. Nothing is taken from a network, then or when the
pages are read.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import reference

HERE = Path(__file__).parent
ROOT = HERE.parent
# The pages in their order, by the sections of the navigation (`[site]` of meanings.toml).
PAGES = {
    "start": ("index.md", "tutorial.md"),
    "how-to": tuple(
        f"how-to/{name}.md"
        for name in (
            "many-files", "cluster", "comparison", "page", "masked-reports", "scans", "indicators", "manifest", "check",
            "corrections", "exports", "pictures", "python", "evaluate", "trust", "troubleshooting",
        )
    ),
    "reference": tuple(
        f"reference/{name}.md"
        for name in ("commands", "columns", "codes", "indicators/index", "units", "python", "data")
    ),
    "project": tuple(f"project/{name}.md" for name in ("benchmarks", "architecture", "contributing", "changelog")),
}  # fmt: skip
SLUGS = {"object": "pymdownx.slugs.slugify", "kwds": {"case": "lower"}}  # of headings in hanzi, too
GENERATED = re.compile(r"^<!-- generated: (\w+) -->$", re.MULTILINE)
INCLUDED = re.compile(r"^<!-- include: ([\w./]+) -->$", re.MULTILINE)
# Files of the repository that a page includes, by where a link to them leads from there.
INSIDE = {
    "docs/benchmarks.md": "benchmarks.md",
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}


def pages(language: str) -> dict[str, str]:
    """Every page of a language as Markdown, by its path: what is written, generated and included."""
    found = {}
    for path in (page for section in PAGES.values() for page in section):
        text = (HERE / language / path).read_text("utf-8")
        text = GENERATED.sub(lambda m: reference.PARTS[m[1]](language), text)
        found[path] = INCLUDED.sub(lambda m: included(m[1]), text)
    for group in reference.known_codes()["group"]:
        found[f"reference/indicators/{group}.md"] = reference.group_page(group, language)
    return found


def included(name: str) -> str:
    """A file of the repository without its title; links to files that are no pages become their names."""
    text = (ROOT / name).read_text("utf-8").partition("\n")[2].strip("\n")
    return re.sub(
        r"\[([^\]]+)\]\((?!https?:|#)([^)#]+)\)",
        lambda m: f"[{m[1]}]({INSIDE[m[2]]})" if m[2] in INSIDE else f"`{m[2]}`",
        text,
    )


def title(text: str) -> str:
    """The first heading of a page."""
    found = re.search(r"^# (.+)$", text, re.MULTILINE)
    assert found is not None
    return found[1]


def configuration(language: str, written: dict[str, str]) -> dict[str, Any]:
    """The settings of a site in one language, as MkDocs names them."""
    words = reference.meanings()["site"]
    navigation: list[Any] = []
    for section, paths in PAGES.items():
        entries: list[Any] = [{title(written[p]): p} for p in paths]
        if section == "reference":
            groups = [
                {title(written[p]): p} for p in written if p.startswith("reference/indicators/") and p not in paths
            ]
            at = paths.index("reference/indicators/index.md")
            entries[at] = {title(written[paths[at]]): [paths[at], *groups]}
        navigation.append({words[section][language]: entries})
    others = [{"name": words["language"][other], "lang": other} for other in reference.LANGUAGES]
    return {
        "site_name": words["name"][language],
        "site_description": words["description"][language],
        "docs_dir": "pages",
        "site_dir": "site",
        "use_directory_urls": False,
        "nav": navigation,
        "extra_css": ["site.css"],
        "extra": {"generator": False, "alternate": [{**o, "link": f"../{o['lang']}/index.html"} for o in others]},
        "theme": {
            "name": "material",
            "custom_dir": "theme",
            "language": language,
            "font": False,
            "features": [
                "content.code.copy", "navigation.indexes", "navigation.sections", "navigation.footer", "navigation.top",
                "search.highlight", "toc.follow",
            ],
            "palette": [
                {"media": "(prefers-color-scheme: light)", "scheme": "default",
                 "toggle": {"icon": "lucide/sun", "name": "☾"}},
                {"media": "(prefers-color-scheme: dark)", "scheme": "slate",
                 "toggle": {"icon": "lucide/moon", "name": "☼"}},
            ],
        },
        "plugins": ["search"],
        "markdown_extensions": [
            "admonition", "attr_list", "md_in_html", "tables", "pymdownx.details", "pymdownx.superfences",
            {"pymdownx.highlight": {"use_pygments": True}},
            {"toc": {"permalink": True, "toc_depth": 3, "slugify": SLUGS}},
        ],
    }  # fmt: skip


def write(folder: Path) -> None:
    """Write the pages and settings of both languages, ready to be built, each to a folder of its own."""
    for language in reference.LANGUAGES:
        site = folder / language
        shutil.rmtree(site, ignore_errors=True)
        written = pages(language)
        for path, text in written.items():
            target = site / "pages" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
        shutil.copy(HERE / "site.css", site / "pages")
        shutil.copytree(HERE / "images", site / "pages" / "images")
        shutil.copytree(HERE / "theme", site / "theme")
        settings = json.dumps(configuration(language, written), ensure_ascii=False, indent=1)  # JSON is YAML
        (site / "mkdocs.yml").write_text(settings, "utf-8")


def build(folder: Path) -> None:
    """Build both languages strictly; SystemExit with what is wrong."""
    write(folder)
    for language in reference.LANGUAGES:
        command = [
            sys.executable,
            "-m",
            "zensical",
            "build",
            "--strict",
            "--clean",
            "-f",
            str(folder / language / "mkdocs.yml"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"})
        if done.returncode:
            sys.exit(f"{language}: {done.stdout}{done.stderr}")
        shutil.rmtree(folder / "site" / language, ignore_errors=True)
        shutil.copytree(folder / language / "site", folder / "site" / language)
    (folder / "site" / "index.html").write_text(front(), "utf-8")


def front() -> str:
    """The page that leads to both languages, and on to that of the reader."""
    words = reference.meanings()["site"]
    links = "".join(
        f'<p lang="{o}"><a href="{o}/index.html">{words["language"][o]}</a>: {html.escape(words["description"][o])}</p>'
        for o in reference.LANGUAGES
    )
    script = 'location.replace((navigator.language.startsWith("zh") ? "zh" : "en") + "/index.html")'
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(words['choose']['en'])}</title>{links}<script>{script}</script></html>\n"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "docs")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    build(given.folder.resolve())
    print(given.folder / "site" / "index.html")
