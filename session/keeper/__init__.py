"""Keeps a session's log when everything else of it was killed, so that it can be taken up again."""
