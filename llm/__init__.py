"""Answers: finds the question, chooses the notes that matter, asks a language model, shows what was sent."""
