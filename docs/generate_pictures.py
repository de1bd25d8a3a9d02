"""Makes the pictures of the window in docs/overlay/: `python docs/generate_pictures.py [NAME…]`.

It plays the demo without a display; the window saves a picture of itself when the session ends. A busy
machine makes the window say so: a picture with any notice is made again.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent / "overlay"
PICTURES = {
    "bar": ("compact", "FinalTranscribed", 1),
    "answer": ("compact", "AnswerFinished", 1),
    "full": ("full", "AnswerFinished", 2),
}
"""Layout of each picture; the event after which the session ends, and how many of it there are."""
_NOTICES = ("ProblemReported", "AudioLost", "UtteranceLost", "StageDied", "LevelAlarmed")
_TRIES = 3


def main() -> None:
    """Make every picture."""
    for name in sys.argv[1:] or PICTURES:
        file = FOLDER / f"{name}.png"
        notices = ""
        for _ in range(_TRIES):
            if not (notices := ", ".join(_make(file, *PICTURES[name]))):
                break
        else:
            sys.exit(f"{file} was not made: {notices}")
        print(file)


def _make(file: Path, layout: str, last: str, count: int) -> list[str]:
    """Play the demo until an event, and save the picture; return the notices that prevented it."""
    with tempfile.TemporaryDirectory() as place:
        picture = Path(place) / "picture.png"
        environment = {
            **os.environ,
            "CUECARD_OVERLAY_PICTURE": str(picture),
            "CUECARD_OVERLAY_LAYOUT": layout,
            "CUECARD_OVERLAY_REMEMBER": "false",
            "CUECARD_SESSION_HISTORY": "false",
            "QT_QPA_PLATFORM": "offscreen",
            "LANGUAGE": "en",
        }
        command = [sys.executable, "-m", "session", "demo", "--view", "overlay", "--json"]
        notices: list[str] = []
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as session:
            assert session.stdout is not None
            for line in session.stdout:
                event = json.loads(line)
                if event["type"] in _NOTICES:
                    notices.append(f"{event['type']} {event.get('problem', '')}".strip())
                if event["type"] == last:
                    count -= 1
                    if count == 0:
                        session.send_signal(signal.SIGINT)
        if not notices:
            file.write_bytes(picture.read_bytes())
        return notices


if __name__ == "__main__":
    main()
