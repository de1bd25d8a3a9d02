"""Traces a marked session: strace, the network, the provider, and what other users see."""
