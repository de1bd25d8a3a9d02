"""Prints the environment of this process as JSON: `python -m tests.support.print_environment`."""

from __future__ import annotations

import json
import os

if __name__ == "__main__":
    print(json.dumps(dict(os.environ)))
