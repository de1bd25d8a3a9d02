"""Runs sessions as a user would, and records their output and resources."""
