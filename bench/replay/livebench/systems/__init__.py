"""Systems under test: the catalogue, and their environments."""
