"""Signal processing between a source and its ring. Opens nothing."""
