"""How fast the page of many reports is: what is written, and what its reader waits for.

All times are taken inside the page, in milliseconds: from the event to the end of the frame after the next one, when
what it asked for has been painted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

import many_reports
from running import hreport

# From the beginning of the navigation: the first paint, and the frame that holds the table. `data-ready` stands once
# the table is built; the script that sees to it runs before those of the page.
WATCH = """(() => {
  const painted = (act) => requestAnimationFrame(() => requestAnimationFrame(act));
  new MutationObserver((_, observer) => {
    if (!document.documentElement.dataset.ready || !document.querySelector("#heat td[data-figure]")) return;
    observer.disconnect();
    painted(() => { window.tableAt = performance.now(); });
  }).observe(document, { attributes: true, subtree: true, attributeFilter: ["data-ready"] });
})()"""
BEGUN = """() => ({
  "first paint": performance.getEntriesByType("paint").find((one) => one.name === "first-contentful-paint")?.startTime,
  "first table": window.tableAt,
  figures: JSON.parse(document.getElementById("data").textContent).figures.report.length,
})"""
# What a step does, and how to know that it has come: a mark that the page sets when it has shown what is asked for.
STEP = """([id, value]) => new Promise((done) => {
  const control = document.getElementById(id), began = performance.now();
  performance.clearMeasures("filter");
  const look = () => performance.getEntriesByName("filter").length
    ? requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began))) : setTimeout(look, 1);
  control.value = value;
  control.dispatchEvent(new Event(control.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
  look();
})"""
OPENED = """() => new Promise((done) => {
  const began = performance.now();
  document.querySelector("#heat td[data-figure]").click();
  const look = () => document.querySelector("#detail-sentence mark")
    ? requestAnimationFrame(() => requestAnimationFrame(() => {
        document.getElementById("detail").close();
        document.getElementById("detail-sentence").replaceChildren();
        done(performance.now() - began);
      })) : setTimeout(look, 1);
  look();
})"""
TAB = """(view) => new Promise((done) => {
  const began = performance.now();
  document.getElementById(`tab-${view}`).click();
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
})"""
STEPS = (
    ("filter-indicator", "率"),
    ("filter-indicator", "医院"),
    ("filter-state", "masked"),
    ("filter-confidence", "0.8"),
    ("filter-state", ""),
    ("filter-indicator", ""),
    ("filter-confidence", "0"),
)


def build(folder: Path, count: int = many_reports.COUNT) -> float:
    """Write reports and `page.html` about them into a folder; the seconds that the page took."""
    many_reports.write(folder / "reports", count)
    began = time.perf_counter()
    done = hreport("report", str(folder / "reports"), "-o", str(folder / "page.html"), "--lang", "zh")
    assert done.code == 0, done.said
    return time.perf_counter() - began


def measure(open_: Callable[..., Any], path: Path, rounds: int) -> Mapping[str, float]:
    """Medians over some openings of a page: milliseconds, by what is waited for; and how many figures there are."""
    taken: dict[str, list[float]] = {}
    for _ in range(rounds):
        page = open_(path, at="", script=WATCH)
        page.wait_for_function("() => window.tableAt")
        for name, value in page.evaluate(BEGUN).items():
            if value is not None:  # a busy browser may not have said yet when it painted first
                taken.setdefault(name, []).append(value)
        for step in STEPS:
            taken.setdefault("filter", []).append(page.evaluate(STEP, list(step)))
        taken.setdefault("first words of a figure", []).append(page.evaluate(OPENED))
        taken.setdefault("words of a figure", []).append(page.evaluate(OPENED))
        for view in ("figures", "reports", "findings", "comparison"):
            taken.setdefault(f"to {view}", []).append(page.evaluate(TAB, view))
        page.close()
    return {name: median(values) for name, values in taken.items()} | {"slowest filter": max(taken["filter"])}
