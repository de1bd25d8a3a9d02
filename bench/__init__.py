"""The latency laboratory: measures the very processes a user runs. Nothing imports it."""
