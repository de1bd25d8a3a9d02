"""The dialer: the one process that opens connections, and hands them to whoever asks a provider."""
