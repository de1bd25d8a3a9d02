"""Compares other live transcribers with Cuecard, on the same stream and weights."""
