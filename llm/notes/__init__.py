"""The user's own notes: read, cut into passages, matched to a question."""
