"""Fuzzing of everything that reads bytes from outside; `cuecard bench fuzz` runs it."""
