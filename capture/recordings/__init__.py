"""Recordings: files and standard input, decoded piece by piece."""
