"""API keys of providers: sources, storage, and secrecy."""
