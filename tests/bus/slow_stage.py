"""A stage that takes for ever to load."""

from __future__ import annotations

import os
import sys
import threading

print(os.getpid(), *sys.argv[1:], flush=True)
threading.Event().wait(60)
