"""Plays a stream to a system in real time and stamps its lines."""
