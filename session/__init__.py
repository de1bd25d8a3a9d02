"""The command line and the supervisor: starts, watches, ends and sums up a live session."""
