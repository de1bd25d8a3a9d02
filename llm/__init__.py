"""Detects questions, searches the notes, and answers with a language model."""
