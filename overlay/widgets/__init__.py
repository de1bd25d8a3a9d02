"""Widgets: controls and text boxes that the views are built from."""
