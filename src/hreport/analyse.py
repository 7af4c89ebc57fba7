"""The path from a document to its observations: split, tag, link, resolve. A pure function of document and lexicon."""

from __future__ import annotations

from hreport.lexicon import Lexicon
from hreport.model import Document, Extraction


def analyse(document: Document, lexicon: Lexicon) -> Extraction:
    """Everything that one document holds."""
    return Extraction(document, (), (), ())
