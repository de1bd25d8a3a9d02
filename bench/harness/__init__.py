"""Runs sessions as a user would and records what they print, take and leave."""
