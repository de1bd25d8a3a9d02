"""The store: the user's folder of saved sessions, with their dates of expiry."""
