"""Practice: the program asks, listens, measures, and has the answer looked at."""
