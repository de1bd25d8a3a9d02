"""The desktop around the window: its theme, its window manager, its keys."""
