"""Timings of a session as a trace for ui.perfetto.dev, without any words."""
