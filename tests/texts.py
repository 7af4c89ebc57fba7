"""Documents, readings and extractions made of short texts, for the tests."""

from __future__ import annotations

from pathlib import Path

from hreport import grammar as grammars
from hreport import resolve
from hreport.analyse import analyse
from hreport.lexicon import load
from hreport.link import roles
from hreport.model import Block, BlockKind, Document, Extraction, Issue, Mask, Observation, Quantity, Role, Span
from hreport.readers import read, read_bytes
from hreport.tag import areas, masks, quantities, times
from hreport.text import Reading

ROOT = Path(__file__).parent.parent
SAMPLES = sorted(p for p in (ROOT / "samples").iterdir() if p.suffix in (".txt", ".docx", ".pdf"))
SHARED = ROOT.parent / "shared"  # material that is no part of the repository; tests that need it are skipped without
GRAMMAR = grammars.load()
LEXICON = load()


def document(text: str, path: str = "text.txt") -> Document:
    """A text file as its reader would give it, one block a line."""
    blocks = []
    at = 0
    for line in text.split("\n"):
        if line.strip():
            blocks.append(Block(BlockKind.PARAGRAPH, Span(at, at + len(line))))
        at += len(line) + 1
    return Document(path, text, tuple(blocks), "txt", "0" * 64)


def opened(data: bytes, name: str) -> Document:
    """The document of bytes that can be read; its blocks lie in its text, in order, and none over another."""
    found = read_bytes(data, name)
    assert isinstance(found, Document), found
    end = 0
    for block in found.blocks:
        assert end <= block.span.start < block.span.end <= len(found.text)
        end = block.span.end
    return found


def refused(data: bytes, name: str) -> Issue:
    """Why bytes cannot be read, in one line."""
    found = read_bytes(data, name)
    assert isinstance(found, Issue), found.text[:100]
    assert found.fatal
    assert "\n" not in found.message
    return found


def file(path: Path) -> Document:
    """The document of a file that can be read."""
    found = read(path)
    assert isinstance(found, Document), found
    return found


def extract(text: str, path: str = "text.txt") -> Extraction:
    """Everything that is found in a text."""
    return analyse(document(text, path), LEXICON)


def observations(text: str) -> list[Observation]:
    """The observations of a text."""
    return list(extract(text).observations)


def reading(text: str) -> Reading:
    """The reading of a text without noise."""
    return Reading.of(text, [])


def tagged_masks(text: str) -> list[Mask]:
    """The masks of a text that holds no noise."""
    return masks.tag(reading(text), GRAMMAR)


def tagged_areas(text: str) -> list[areas.AreaMention]:
    """The area expressions of a text that holds no noise."""
    view = reading(text)
    return areas.tag(view, GRAMMAR, resolve.find_areas(view.text))


def tagged_quantities(
    text: str, traits: quantities.Profile | None = None, ends: bool = False
) -> list[tuple[Quantity, Role, str]]:
    """The quantities of a text that holds no noise, each with its role and the rule that says so. `ends`: a report ends
    with it."""
    view = reading(text)
    if traits is None:
        traits = quantities.profile(view.text, masks.digit_by_digit(masks.tag(view, GRAMMAR)), GRAMMAR)
    occupied = times.occupied(times.tag(view, GRAMMAR), len(view.text))
    found = quantities.tag(view, GRAMMAR, traits, occupied, [len(view.text)] if ends else [])
    return [(q, *roles.role_of(q, view, GRAMMAR)) for q in found]
