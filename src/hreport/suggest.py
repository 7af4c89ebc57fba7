"""Wordings that no indicator of the catalogue claims."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from hreport.figures import Selection
from hreport.record import Row


def suggest(rows: Iterable[Row], selection: Selection) -> Iterator[Row]:
    """Frequent wordings without an indicator of the catalogue, most frequent first, with an example of each."""
    groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row["indicator_id"] or not row["indicator"]:
            continue
        if selection.measure not in ("all", row["measure"]) or selection.status not in ("all", row["status"]):
            continue
        groups[row["indicator"], row["measure"] or "", row["base_unit"] or ""].append(row)
    reports = {key: len({(r["file"], r["report"]) for r in members}) for key, members in groups.items()}
    for key in sorted(groups, key=lambda k: (-len(groups[k]), -reports[k], k)):
        first = groups[key][0]
        yield {
            "wording": key[0],
            "measure": key[1] or None,
            "base_unit": key[2] or None,
            "figures": len(groups[key]),
            "reports": reports[key],
            "example": first["sentence"],
            "file": first["file"],
            "start": first["start"],
            "end": first["end"],
        }
