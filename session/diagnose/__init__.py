"""Lists devices and stored data, deletes it, and writes support reports."""
