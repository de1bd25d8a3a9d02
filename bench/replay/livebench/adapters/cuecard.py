"""Cuecard: `python -m adapters.cuecard CT2-FOLDER [endpointing=VALUE]`.

Runs `cuecard run --json` as a user does, with its defaults except weights and CPU, and translates its lines.
It hands its own standard input to the program, so no sample passes through here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from .lines import Lines

_LISTENS = {"capture:call", "vad:call", "stt"}


def main() -> None:
    """Start it, and translate until it ends."""
    lines = Lines()
    weights, options = sys.argv[1], dict(argument.split("=", 1) for argument in sys.argv[2:])
    settings = Path("settings.toml")
    table = {"model": weights, "device": "cpu", **options}
    settings.write_text(
        "[stt]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in table.items()),
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "session", "run", "--source", "call=-", "--json", "--answer", "off"]
    command += ["--settings", str(settings)]
    ready: set[str] = set()
    with subprocess.Popen(command, stdin=0, stdout=subprocess.PIPE) as program:
        assert program.stdout
        for line in program.stdout:
            translate(json.loads(line), ready, lines)


def translate(event: dict[str, Any], ready: set[str], lines: Lines) -> None:
    """Print an event of the program's log; `ready` records which stages listen."""
    match event["type"]:
        case "StageReady":
            before = ready >= _LISTENS
            ready.add(event["stage"])
            if ready >= _LISTENS and not before:
                lines.ready()
        case "PartialTranscribed" | "EndpointPredicted" if event["text"]:
            lines.partial(event["text"], id=event["utterance"], replaces=event.get("replaces", []))
        case "FinalTranscribed":
            lines.final(event["text"], id=event["utterance"], replaces=event.get("replaces", []))
        case "TranscriptRevised":
            lines.revised(event["text"], id=event["utterance"])


if __name__ == "__main__":
    main()
