"""Simulation of seats that share the transcription of one machine; a design only."""
