"""Endings of a session: its page, its summary, saved sessions."""
