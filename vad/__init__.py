"""Detects speech, one process a source: detectors, and the gate that finds utterances."""
