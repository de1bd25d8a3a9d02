"""Commands for the store of saved sessions."""
