"""Latency laboratory: measures the same processes that a user runs."""
