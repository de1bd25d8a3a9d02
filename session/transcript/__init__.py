"""Collects the transcript of a session, and saves it on request."""
