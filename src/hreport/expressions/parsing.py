"""What `re` makes of a pattern before it compiles it. It is private to Python: without it all is found, but slower.

Tests hold that what is read off it agrees with what `re` finds.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

CODES: Any  # of the parts of a parsed pattern
_parser: Any
try:
    _parser, CODES = import_module("re._parser"), import_module("re._constants")
except ImportError:  # another Python: slower, and the same matches
    _parser = CODES = None


def parsed(pattern: str, flags: int = 0) -> Any:
    """The parts of a pattern as pairs of code and argument; None where this Python does not tell."""
    return _parser.parse(pattern, flags) if _parser else None
