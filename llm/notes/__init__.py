"""The user's notes: readers, passages, search and prepared answers."""
