"""Texts that users read in every view: labels, sentences, and their translation."""
