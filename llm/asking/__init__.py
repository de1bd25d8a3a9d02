"""Asks a provider: the line to it, what goes out, what comes in, and what may go wrong."""
