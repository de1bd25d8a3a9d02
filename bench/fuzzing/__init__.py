"""Fuzzing of every decoder of external input; `cuecard bench fuzz` runs it."""
