"""Serves the captions as a web page, for OBS or a second device."""
