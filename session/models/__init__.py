"""Models: the catalogue, the store on disk, downloads, and the choice for a session."""
