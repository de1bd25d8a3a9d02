"""Finds what is asked: questions in what was said, where they stand, and what they lean on. Pure."""
