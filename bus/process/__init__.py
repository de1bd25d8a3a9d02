"""A process of a session: its start, signals, environment and memory."""
