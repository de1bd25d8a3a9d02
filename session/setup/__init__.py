"""First run, settings window, tray icon, and the question before a call."""

from __future__ import annotations

CLOSED_CODE = 10
"""Exit code of a window that was closed without an answer."""
