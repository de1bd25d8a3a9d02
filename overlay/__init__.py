"""The window: a fold over the session's log, drawn with PyQt6."""
