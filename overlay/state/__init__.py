"""State of the session as the views show it, computed from the event log."""
