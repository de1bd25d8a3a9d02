"""Collects what a session said and saves it when asked."""
