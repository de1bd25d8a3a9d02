"""Model files: which there are, where they live, how they get here."""
