"""Scores stamped lines against what was spoken."""
