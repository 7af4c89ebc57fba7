"""Linking: which number measures what, how, when and where."""
