"""Adapters of services: they need the user's key, and send the audio away."""
