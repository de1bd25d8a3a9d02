"""Keys of providers: where they come from, where they are kept, and that nobody else sees them."""
