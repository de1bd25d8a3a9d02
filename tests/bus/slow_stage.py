"""A stage that never finishes loading."""

from __future__ import annotations

import os
import sys
import threading

print(os.getpid(), *sys.argv[1:], flush=True)
threading.Event().wait(60)
