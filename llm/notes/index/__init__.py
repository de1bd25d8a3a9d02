"""Index over passages of notes: by words, concepts and meaning."""
