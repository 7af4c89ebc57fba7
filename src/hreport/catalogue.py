"""Finding indicators in the catalogue: by what they are called, by pinyin, in English, by id, and what is like them.

Everything that an indicator is called stands in one of three scripts, each with its own form of a name: Chinese names
and aliases, folded as the resolver folds them; ids and English names as lower-case words; the pinyin of the Chinese
ones, and its initials. What is sought is brought into the same form and compared: the whole name, its beginning, all
the words in it, a part of it. Pinyin is imported only where what is sought is ASCII.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache

from hreport.lexicon import Folder, Indicator, Item, Lexicon, System
from hreport.resolve import readings

EXACT, PREFIX, ALL_WORDS, PART = range(4)
NOTHING = 99
SHORTEST_INITIALS = 3  # of a part: two letters stand somewhere in most names
SHORTEST_TWIN = 3  # characters of a name that may be contained in others
NEAR = 0.5  # of the pairs of characters that two names have, those that they share
NEAREST_SHOWN = 5


# --- searching -------------------------------------------------------------------------------------------------------


def search(sought: str, lexicon: Lexicon) -> list[Indicator]:
    """Indicators that are called so, the best match first: exact, then beginning so, then with all its words, then with
    it as a part; a name before an alias, a short name before a long one.

    >>> from hreport.lexicon import load
    >>> [i.id for i in search("yinger siwanglv", load())], search("全市婴儿的死亡率", load())[0].id
    (['infant_mortality'], 'infant_mortality')
    """
    ranked = []
    indices = [_chinese(lexicon), _english(lexicon)]
    queries = [(_chinese_words(sought, lexicon), False), (_english_words(sought), True)]
    if sought.isascii() or _is_latin(sought):
        indices += [_pinyin(lexicon), _initials(lexicon)]
        queries += [([_sound(word) for word in sought.split()], True), ([_sound(sought)], True)]
    for (words, at_words), index in zip(queries, indices, strict=True):
        words = [w for w in words if w]
        if not words:
            continue
        shortest = SHORTEST_INITIALS if index is indices[-1] and len(indices) > 2 else 1
        for position, (indicator_id, forms) in enumerate(index.items()):
            best = min((_match(words, form, at_words, shortest), k, len(form)) for k, form in enumerate(forms))
            if best[0] < NOTHING:
                ranked.append((best[0], min(best[1], 1), best[2], position, indicator_id))
    return [lexicon.indicators[i] for i in dict.fromkeys(entry[-1] for entry in sorted(ranked))]


def called(sought: str, lexicon: Lexicon) -> Indicator | None:
    """The indicator whose id or name it is, as it stands."""
    if found := lexicon.indicators.get(sought.strip().lower()):
        return found
    key = _folder(lexicon)(sought)
    known = lexicon.indicators.get(lexicon.names.get(key, ""))
    return known if known is not None and key == _folder(lexicon)(known.name) else None


def _match(words: Sequence[str], form: str, at_words: bool, shortest: int) -> int:
    """How a name in its form matches words; `at_words`: a part must begin where a word of the name begins."""
    whole = " ".join(words) if at_words else "".join(words)
    bare, joined = form.replace(" ", ""), whole.replace(" ", "")
    if bare == joined:
        return EXACT
    if bare.startswith(joined) and (not at_words or len(joined) > 1):
        return PREFIX
    if len(words) > 1 and all(_inside(word, form, at_words) for word in words):
        return ALL_WORDS
    if len(joined) >= shortest and _inside(joined, form, at_words):
        return PART
    return NOTHING


def _inside(word: str, form: str, at_words: bool) -> bool:
    if not at_words:
        return word in form
    parts = form.split(" ")
    return any("".join(parts[n:]).startswith(word) for n in range(len(parts)))


def _chinese_words(sought: str, lexicon: Lexicon) -> list[str]:
    """What is sought, word by word, folded; one word alone as the resolver reads it, if the catalogue knows it so."""
    words = [_folder(lexicon)(word) for word in sought.split()]
    if len(words) == 1:
        return [next((k for k in readings(sought, lexicon) if k in lexicon.names and k in words[0]), words[0])]
    return words


def _english_words(sought: str) -> list[str]:
    return re.findall(r"[\w.%&-]+", sought.casefold().replace("_", " "))


def _is_latin(sought: str) -> bool:
    """Letters of the Latin alphabet, with tone marks or without."""
    return all(not c.isalpha() or unicodedata.name(c, "").startswith("LATIN") for c in sought)


def _sound(word: str) -> str:
    """Pinyin as it is compared: without tones and apostrophes; ü is written u, v, ü and yu.

    >>> [_sound(w) for w in ("siwanglv", "sǐwánglǜ", "siwanglyu", "xi'an")]
    ['siwanglu', 'siwanglu', 'siwanglu', 'xian']
    """
    letters = "".join(c for c in unicodedata.normalize("NFD", word.casefold()) if not unicodedata.combining(c))
    return re.sub("(?<=[ln])yu", "u", re.sub("[^a-z0-9]", "", letters).replace("v", "u"))


# --- what indicators are called ---------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _folder(lexicon: Lexicon) -> Folder:
    return Folder(lexicon.wording, lexicon.folds, lexicon.spin)


def _forms(lexicon: Lexicon, form: Callable[[str], str]) -> Mapping[str, tuple[str, ...]]:
    """The name and the aliases of each indicator in a form."""
    return {i.id: tuple(form(n) for n in (i.name, *i.aliases)) for i in lexicon.indicators.values()}


@lru_cache(maxsize=4)
def _chinese(lexicon: Lexicon) -> Mapping[str, tuple[str, ...]]:
    return _forms(lexicon, _folder(lexicon))


@lru_cache(maxsize=4)
def _english(lexicon: Lexicon) -> Mapping[str, tuple[str, ...]]:
    return {
        i.id: tuple(" ".join(_english_words(n)) for n in (i.id, i.en)) for i in lexicon.indicators.values()
    }  # fmt: skip


@lru_cache(maxsize=4)
def _pinyin(lexicon: Lexicon) -> Mapping[str, tuple[str, ...]]:
    return _forms(lexicon, lambda name: " ".join(filter(None, map(_sound, syllables(name)))))


@lru_cache(maxsize=4)
def _initials(lexicon: Lexicon) -> Mapping[str, tuple[str, ...]]:
    return _forms(lexicon, lambda name: " ".join(s[0] for s in map(_sound, syllables(name)) if s))


@lru_cache(maxsize=8192)
def syllables(name: str) -> tuple[str, ...]:
    """The pinyin of a name, without tones; what is not Chinese stands as it is.

    >>> syllables("PM2.5浓度")
    ('PM2.5', 'nong', 'du')
    """
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin(name))


# --- what is like them ------------------------------------------------------------------------------------------------


def nearest(
    wording: str, lexicon: Lexicon, keep: Callable[[Indicator], bool] = lambda _: True
) -> tuple[Indicator, float] | None:
    """The indicator of those to `keep` with the name most like a wording, and how much: the share of their pairs of
    characters that both have. None where no name has half.

    >>> from hreport.lexicon import load
    >>> nearest("婴儿的病亡率", load())[0].id, nearest("图书馆到馆人次", load())
    ('infant_mortality', None)
    """
    pairs, postings = Counter(_pairs(_folder(lexicon)(wording))), _postings(lexicon)
    shared: Counter[tuple[str, str]] = Counter()
    for pair, count in pairs.items():
        for name, times in postings.get(pair, ()):
            shared[name] += min(count, times)
    scored = [(2 * n / (pairs.total() + len(name) - 1), name, i) for (name, i), n in shared.items()]
    for score, _, indicator_id in sorted(scored, key=lambda s: (-s[0], len(s[1]), s[1])):
        if score < NEAR:
            break
        if keep(lexicon.indicators[indicator_id]):
            return lexicon.indicators[indicator_id], score
    return None


def _pairs(text: str) -> list[str]:
    return [text[n : n + 2] for n in range(len(text) - 1)]


@lru_cache(maxsize=4)
def _postings(lexicon: Lexicon) -> Mapping[str, list[tuple[tuple[str, str], int]]]:
    """For each pair of characters the names that have it, with their indicator, and how often."""
    found: dict[str, list[tuple[tuple[str, str], int]]] = defaultdict(list)
    for name, indicator_id in lexicon.names.items():
        for pair, times in Counter(_pairs(name)).items():
            found[pair].append(((name, indicator_id), times))
    return found


def spellings(sought: str, lexicon: Lexicon) -> list[str]:
    """Ids, names and pinyin that are spelt most like what is sought and not found; at most five."""
    if not _is_latin(sought):
        near = get_close_matches(_folder(lexicon)(sought), lexicon.names, n=NEAREST_SHOWN, cutoff=0.4)
        return list(dict.fromkeys(lexicon.indicators[lexicon.names[n]].name for n in near))
    known = {i.id: f"{i.id} ({i.name})" for i in lexicon.indicators.values()}
    for index in (_english(lexicon), _pinyin(lexicon)):
        for indicator_id, forms in index.items():
            for form in forms:
                known.setdefault(form.replace(" ", ""), known[indicator_id])
    near = get_close_matches(re.sub(r"[\s'_]", "", _sound(sought)), known, n=NEAREST_SHOWN, cutoff=0.6)
    return list(dict.fromkeys(known[n] for n in near))


def twins(indicator: Indicator, lexicon: Lexicon) -> list[Indicator]:
    """Indicators that are easily taken for this one: whose name holds its name, or is held in it, and those whose
    wordings it is said not to match (`no_match`)."""
    fold = _folder(lexicon)
    own = _stem(indicator, lexicon)
    others = {i.id: _stem(i, lexicon) for i in lexicon.indicators.values() if i.id != indicator.id}
    found = [i for i, name in others.items() if _holds(own, name) or _holds(name, own)]
    found += [lexicon.names[key] for w in indicator.no_match if (key := fold(w)) in lexicon.names]
    return [lexicon.indicators[i] for i in dict.fromkeys(found) if i != indicator.id]


def _stem(indicator: Indicator, lexicon: Lexicon) -> str:
    """The folded name, without the word of counting at its end."""
    name = _folder(lexicon)(indicator.name)
    counting = next((w for w in lexicon.wording["counting"].words if name.endswith(w)), "")
    stem = name[: len(name) - len(counting)]
    return stem if len(stem) >= SHORTEST_TWIN else name


def _holds(longer: str, shorter: str) -> bool:
    return len(shorter) >= SHORTEST_TWIN and shorter in longer


# --- official systems -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def memberships(lexicon: Lexicon) -> Mapping[str, tuple[tuple[System, Item], ...]]:
    """The items of official systems that each indicator is, by its id."""
    found: dict[str, list[tuple[System, Item]]] = defaultdict(list)
    for system in lexicon.systems.values():
        for item in system.items:
            if item.indicator:
                found[item.indicator].append((system, item))
    return {key: tuple(items) for key, items in found.items()}


def systems_cell(indicator_id: str, lexicon: Lexicon) -> str:
    """The systems of an indicator in one cell: `KEY#NUMBER`, and `near` or `unverified` where it is so.

    >>> from hreport.lexicon import load
    >>> systems_cell("grade4_surgery_share", load())
    'TPH2025#6'
    """
    return "|".join(label(s, i) for s, i in memberships(lexicon).get(indicator_id, ()))


def label(system: System, item: Item) -> str:
    """One item of a system, in short."""
    doubts = [*([item.match] if item.match != "same" else []), *(["unverified"] if item.evidence != "found" else [])]
    return " ".join([f"{system.id}#{item.no}" if item.no else system.id, *doubts])


def of_system(key: str, lexicon: Lexicon) -> Iterator[tuple[Item, Indicator | None]]:
    """The items of a system in their order, each with its indicator, None where the catalogue has none."""
    for item in lexicon.systems[key].items:
        yield item, lexicon.indicators.get(item.indicator)


def groups(lexicon: Lexicon) -> Iterable[str]:
    """The groups of the catalogue in their order."""
    return dict.fromkeys(i.group for i in lexicon.indicators.values())
