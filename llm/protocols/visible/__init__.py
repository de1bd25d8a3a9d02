"""The visible text of an answer: what is left without reasoning and special tokens."""
