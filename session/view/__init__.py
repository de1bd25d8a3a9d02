"""Showing a session on standard output: as JSON lines, as plain lines, or live in a terminal."""
