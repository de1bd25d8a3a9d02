"""The audio plane: a ring in shared memory for each source."""
