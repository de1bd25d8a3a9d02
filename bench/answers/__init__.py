"""Measures question detection, note retrieval, and the latency added to a provider's own."""
