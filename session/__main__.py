"""`python -m session`: the same as `cuecard`."""

from __future__ import annotations

from session.cli import main

main()
