"""Preparation of a session: the request, its settings, notes and consent."""
