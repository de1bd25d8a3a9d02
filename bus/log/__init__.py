"""The event log of a session: storage, redaction, and state computed from it."""
