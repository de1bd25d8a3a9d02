"""Formats of a saved session, one file each, and the table of them."""
