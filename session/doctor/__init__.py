"""`cuecard doctor`: what a session needs, what is there, and the line that mends what is not."""

from session.doctor.report import show_findings

__all__ = ["show_findings"]
