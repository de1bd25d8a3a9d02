"""Readers of note files: plain text, docx and PDF."""
