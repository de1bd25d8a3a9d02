"""Views: each draws one part of the state in the window."""
