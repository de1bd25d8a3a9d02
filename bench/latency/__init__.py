"""Measures how late, how right and how steady live words are."""
