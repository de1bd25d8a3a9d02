"""Measures latency, accuracy and stability of live transcripts."""
