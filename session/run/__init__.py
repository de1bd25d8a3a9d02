"""Runs one session: launch, loop, progress, statistics, remote control."""
