"""Recognizes the words of another source that a microphone picked up."""
