"""The year that a title, a file name or a sentence is about."""

from __future__ import annotations

import re
import unicodedata

from hreport.lexicon import Lexicon

YEARS = ("year_digits", "year_masked", "year_chinese", "year_alone")  # entries of titles.toml, the surest first


def year(text: str, lexicon: Lexicon) -> str:
    """The year that a title or a file name names, a masked one as written, empty if none.

    The year of a government work report is the one in which it was given; it reviews the year before.

    >>> from hreport.lexicon import load
    >>> [year(t, load()) for t in ("2025年云南省政府工作报告", "张家港市201*年上半年", "二〇一二年工作总结")]
    ['2025', '201*', '2012']
    """
    return _first_year(unicodedata.normalize("NFKC", text), *YEARS, lexicon=lexicon)


def _first_year(folded: str, *keys: str, lexicon: Lexicon) -> str:
    for key in keys:
        for pattern in lexicon.titles[key].words:
            if match := re.search(pattern, folded):
                if key == "year_chinese":
                    return "".join(str(int(unicodedata.numeric(c))) if c.isnumeric() else "0" for c in match[1])
                return str(match[1])
    return ""


def year_of_prose(text: str, lexicon: Lexicon) -> str:
    """The year that prose is about: the latest that it names and does not look forward to, else a masked one, one in
    Chinese numerals or that of a date.

    >>> from hreport.lexicon import load
    >>> year_of_prose("支出由2020年的3.8亿元增至2023年的6.1亿元，到2025年达到7亿元。", load())
    '2023'
    """
    folded = unicodedata.normalize("NFKC", text)
    plain = [y for p in lexicon.titles["year_plain"].words for y in re.findall(p, folded)]
    if plain:
        return str(max(plain))
    # only looked forward to: nothing says which year it is
    if _first_year(folded, "year_digits", lexicon=lexicon):
        return ""
    return _first_year(folded, "year_masked", "year_chinese", "year_stamp", lexicon=lexicon)
