"""What answers cost: prices, counts without content, limits."""
