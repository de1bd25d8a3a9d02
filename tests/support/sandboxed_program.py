"""Runs programs inside a sandbox, each in a separate process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

SANDBOXED = """
import json, os, socket, subprocess, sys, threading
from pathlib import Path
from bus.run import Run
from bus.sandbox import Sandbox
from bus.stages.table import rights_of

sandbox = Sandbox(rights_of(STAGE), Run(Path(sys.argv[1]), json.loads(sys.argv[2])), STAGE)
found = {}
"""


def run(program: str, *arguments: str, stage: str = "vad", **environment: str) -> Any:
    """Run a program in a separate process, and return its JSON output."""
    surroundings = {**os.environ, "OPENBLAS_NUM_THREADS": "1", **environment}
    child = subprocess.run(
        [sys.executable, "-c", program.replace("STAGE", repr(stage)), *(arguments or ("/nowhere", "{}"))],
        capture_output=True,
        text=True,
        timeout=60,
        env=surroundings,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    return json.loads(child.stdout.splitlines()[-1])
