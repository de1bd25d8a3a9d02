"""Checks a traced session against its contract."""
