"""Measures what kills, hangs, overload and hours of running cost."""
