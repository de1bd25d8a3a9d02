"""Trials on a Ray cluster: each takes a node whole, and the results stream in."""
