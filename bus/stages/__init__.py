"""Stages: their description, the table of all kinds, the plan of a session."""
