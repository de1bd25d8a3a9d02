"""Controls a running session from outside: shortcuts, the provider, the ledger."""
