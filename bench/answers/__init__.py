"""Measures questions found, notes found, and the time added to a provider's own."""
