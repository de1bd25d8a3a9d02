"""Measures single parts: the ring, the hub, a waiting session, the voice detectors."""
