"""HTTP to a provider, over sockets that were opened elsewhere."""
