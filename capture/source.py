"""Parses source specifications: `--source NAME=…`.

    mic=default             the default microphone
    call=monitor            the audio output of the computer
    desk=device:USB Audio   a device: its number, its name, or a unique part of its name
    call=app:Zoom           what one program plays
    talk=file:talk.flac     a recording
    pipe=-                  standard input, 16 kHz mono signed 16-bit little-endian

Opens nothing, and does not check whether the device or file exists.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from bus.failures import UsageFailure
from bus.run import SOURCE_NAME

FORMS = "NAME=default, NAME=monitor, NAME=device:DEVICE, NAME=app:PROGRAM, NAME=file:PATH or NAME=-"
"""The forms of a specification, for messages."""


@dataclass(frozen=True)
class Microphone:
    """The default microphone."""


@dataclass(frozen=True)
class Monitor:
    """The audio output of the computer."""


@dataclass(frozen=True)
class NamedDevice:
    """A device that the user has chosen."""

    wanted: str
    """Its number, its name, or a part of its name."""


@dataclass(frozen=True)
class Program:
    """What one program plays."""

    wanted: str
    """Its name, or a part of it."""


@dataclass(frozen=True)
class FileSource:
    """An audio or video file."""

    path: Path


@dataclass(frozen=True)
class StandardInput:
    """16 kHz mono signed 16-bit little-endian samples on standard input."""


Live = Microphone | Monitor | NamedDevice | Program
"""Sources that capture in real time."""

Source = Live | FileSource | StandardInput


def parse_source(name: str, spec: str) -> Source:
    """Return the parsed specification.

    Args:
        name: The source's name, for messages.
        spec: The part after "NAME=".

    Raises:
        UsageFailure: It has none of the known forms.
    """
    match spec.partition(":"):
        case ("default", "", ""):
            return Microphone()
        case ("monitor", "", ""):
            return Monitor()
        case ("-", "", ""):
            return StandardInput()
        case ("device", ":", wanted) if wanted.strip():
            return NamedDevice(wanted.strip())
        case ("app", ":", wanted) if wanted.strip():
            return Program(wanted.strip())
        case ("file", ":", path) if path:
            return FileSource(_path(path))
        case _:
            raise UsageFailure(
                f"{name}={spec} is not a valid source", kept="nothing was started", fix=_nearest(name, spec)
            )


def is_live(name: str, spec: str) -> bool:
    """Return whether a source is a device, which does not end by itself.

    Raises:
        UsageFailure: The specification has none of the known forms.
    """
    return isinstance(parse_source(name, spec), Live)


def parse_sources(given: Iterable[str]) -> dict[str, str]:
    """Return the specification of each source by name; paths of files are made absolute.

    Args:
        given: As on the command line: "mic=default", "call=file:talk.flac".

    Raises:
        UsageFailure: One is not valid, or two have the same name or use standard input.
    """
    specs: dict[str, str] = {}
    for text in given:
        name, equals, spec = text.partition("=")
        if not equals:
            raise _refused(f"{text!r} is not a valid source", f"write it as {FORMS}")
        if not SOURCE_NAME.fullmatch(name):
            raise _refused(
                f"{name!r} is not a valid source name",
                "use up to 16 of a-z, 0-9, - and _, a letter first, as in mic=default",
            )
        if name in specs:
            raise _refused(f"two sources are named {name}", "use different names")
        source = parse_source(name, spec)
        if isinstance(source, StandardInput) and "-" in specs.values():
            raise _refused("two sources use standard input", "read one of them from a file")
        specs[name] = f"file:{source.path.absolute()}" if isinstance(source, FileSource) else spec
    return specs


def _path(given: str) -> Path:
    """Return the path after "file:", which may be a file URL or the rest of one."""
    url = given.removeprefix("file:")
    for start in ("///", "//localhost/"):
        if url.startswith(start):
            return Path("/" + unquote(url[len(start) :]))
    return Path(given).expanduser()


def _refused(problem: str, fix: str) -> UsageFailure:
    return UsageFailure(problem, kept="nothing was started", fix=fix)


def _nearest(name: str, spec: str) -> str:
    if Path(spec).suffix or "/" in spec:
        return f"for a recording write {name}=file:{spec}"
    close = difflib.get_close_matches(
        spec.partition(":")[0], ["default", "monitor", "device", "app", "file"], n=1
    )
    if not close:
        return f"write it as {FORMS}"
    shape = {"device": "device:DEVICE", "app": "app:PROGRAM", "file": "file:PATH"}.get(close[0], close[0])
    return f"did you mean {name}={shape}?"
