"""Tagging: which characters are a mask, a quantity, a time or a place. Files here do not import each other, but for
`numbers`."""
