"""Compares Cuecard with other live transcribers, through the neutral benchmark."""
