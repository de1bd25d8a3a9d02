"""Question rules of languages other than English: one table per language, one engine."""
