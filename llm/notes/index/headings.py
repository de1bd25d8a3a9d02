"""Markdown's headings: "## Billing ##" is "Billing", at level 2.

Pure. Notes may hold anything, so this takes time in proportion to the line, whatever is in it.
"""

from __future__ import annotations

import re

_HEADING = re.compile(r"(#{1,6})\s+(\S.*)$", re.DOTALL)


def heading_in(line: str) -> tuple[int, str] | None:
    """Return the level and the words of the heading that a line is; None when it is none."""
    found = _HEADING.match(line)
    if found is None:
        return None
    text = found[2].rstrip()
    return len(found[1]), text.rstrip("#").rstrip() or text[0]
