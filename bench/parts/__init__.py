"""Measures single parts: the ring, the hub, an idle session, the voice detectors."""
