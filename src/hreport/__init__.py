"""hreport: the figures of Chinese work reports side by side, with proof."""

__version__ = "0.1.0"
