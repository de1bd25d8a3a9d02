"""Measures the effect of kills, hangs, overload and long sessions."""
