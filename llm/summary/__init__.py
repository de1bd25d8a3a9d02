"""Summary of a session: its transcript, and the check of what a model wrote."""
