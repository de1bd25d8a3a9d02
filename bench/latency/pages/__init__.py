"""Pages, charts and traces of a latency measurement."""
