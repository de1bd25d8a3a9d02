"""Counts requests, tokens and money, with limits by session and day."""
