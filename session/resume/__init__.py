"""Keeps the log of a killed session in memory, and resumes it."""
