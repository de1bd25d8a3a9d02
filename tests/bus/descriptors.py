"""Prints the inherited file descriptors: `python -m tests.bus.descriptors`."""

from __future__ import annotations

import json
import os
from pathlib import Path

if __name__ == "__main__":
    listed = [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]
    held = []
    for descriptor in listed:
        try:
            os.fstat(descriptor)
        except OSError:  # the one used for listing
            continue
        held.append(descriptor)
    print(json.dumps(sorted(held)))
