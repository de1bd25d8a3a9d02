"""Summary of a session: its transcript, cut to fit a model, and the check of what the model wrote."""
