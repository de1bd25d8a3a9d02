"""Starts, monitors, restarts and stops the processes of a session."""
