"""Views of a session on standard output: JSON lines, plain lines, live terminal."""
