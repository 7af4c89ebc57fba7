"""What a wording, a unit, a place name or a year means: pure functions over strings and the `Lexicon`.

Precision comes first: a wording that is not certainly an indicator of the catalogue has none, a place name that several
divisions bear has no code, units of different dimensions do not convert. One file for each kind of meaning; others take
what they need from here.
"""

from hreport.resolve.places import (
    COUNTRY,
    Spot,
    area,
    chain,
    find_areas,
    find_bare_areas,
    find_short_areas,
    level_of,
    named,
    province,
    said_area,
)
from hreport.resolve.units import convert
from hreport.resolve.wordings import LONGEST_WORDING, fits, identify, indicator_id, readings
from hreport.resolve.years import year, year_of_prose

__all__ = [
    "COUNTRY", "LONGEST_WORDING", "Spot", "area", "chain", "convert", "find_areas", "find_bare_areas",
    "find_short_areas", "fits", "identify", "indicator_id", "level_of", "named", "province", "readings", "said_area",
    "year", "year_of_prose",
]  # fmt: skip
