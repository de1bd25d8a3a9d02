"""The overlay stage: shows a session in a PyQt6 window."""
