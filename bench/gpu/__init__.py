"""Measures Whisper on a graphics card; every part runs on a CPU too."""
