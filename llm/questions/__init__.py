"""Detects questions in transcripts and tracks them across utterances."""
