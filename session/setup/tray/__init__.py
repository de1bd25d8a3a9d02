"""Tray icon, and what it knows of the running session."""
