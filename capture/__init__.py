"""Captures audio of devices and recordings into shared-memory rings, one process a source."""
