"""The wizard's process: `python -m session.setup`. Exits with 0 when settings were written, else 10."""

from __future__ import annotations

import contextlib
import os
import signal
import sys

from bus.failures import Failure
from bus.process.lifecycle import report_crash
from overlay.display import choose_platform
from session import settings as all_settings
from session.setup import CLOSED_CODE, look, strings
from session.setup.wizard import Wizard


def main() -> int:
    """Show the wizard until it is closed."""
    report_crash("setup")
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        settings = all_settings.load(None, {})
        if platform := choose_platform():
            os.environ["QT_QPA_PLATFORM"] = platform
        application = look.application()
        wizard = Wizard(settings)
    except Failure as failure:
        print(f"cuecard: {failure}", file=sys.stderr)
        return failure.exit_code
    look.follow_theme(wizard, settings.overlay)
    wizard.show()
    application.exec()
    with contextlib.suppress(BrokenPipeError):
        print(strings.WRITTEN.format(file=wizard.written) if wizard.written else strings.CLOSED)
    return 0 if wizard.written else CLOSED_CODE


if __name__ == "__main__":
    sys.exit(main())
