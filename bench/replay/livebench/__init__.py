"""Neutral benchmark of live transcription: from the true end of speech to correct words."""

__version__ = "0.1.0"
