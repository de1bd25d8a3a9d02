"""The entry point of the command line: `cuecard`.

Data goes to standard output, everything else to standard error. A failure is one line and an exit code from
`bus.failures`, never a traceback.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

from bus.failures import Failure
from bus.process.lifecycle import DEBUG_VARIABLE, UNEXPECTED, report_crash, unexpected
from bus.process.private_memory import wipe_freed_memory
from session.control import requests
from session.standard_output import checked_output

_HOLDS_RECORD = ("run", "captions", "demo", "practice", "resume")
"""Commands whose process holds the record of a session, as `cuecard` alone; the others start 0.1 s sooner."""


def main() -> None:
    """Run the command line; the program's entry point."""
    report_crash("session")
    _leave_deleted_folder()
    _find_runtime_directory()
    try:
        with checked_output():
            _run_command()
    except Failure as failure:
        print(f"cuecard: {failure}", file=sys.stderr)
        sys.exit(failure.exit_code)
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE):
            traceback.print_exc()
        print(f"cuecard: {unexpected(error)}", file=sys.stderr)
        sys.exit(UNEXPECTED)


def _run_command() -> None:
    """Run a shortcut at once; for every other command load the whole command line first."""
    if requests.handles(sys.argv[1:]):
        requests.request(*sys.argv[1:])
        return
    if not sys.argv[1:] or sys.argv[1] in _HOLDS_RECORD:
        wipe_freed_memory()
    from session.commands.app import app

    app()


def _leave_deleted_folder() -> None:
    """Change to the root if the working directory was deleted: CTranslate2's MKL needs one to load."""
    try:
        os.getcwd()  # noqa: PTH109 - the same call that libraries make
    except OSError:
        os.chdir("/")


def _find_runtime_directory() -> None:
    """Set XDG_RUNTIME_DIR if it is missing though the directory exists, as after `su` or in a cron job."""
    if sys.platform != "linux" or os.environ.get("XDG_RUNTIME_DIR"):
        return
    directory = Path("/run/user", str(os.getuid()))
    try:
        status = directory.stat()
    except OSError:
        return
    if status.st_uid == os.getuid() and not status.st_mode & 0o077:
        os.environ["XDG_RUNTIME_DIR"] = str(directory)
