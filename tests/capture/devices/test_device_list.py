"""Tests of the choice of devices, and of the list of a sound server."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.failures import InputFailure
from capture.devices.device_list import Device, matching_device
from capture.devices.pulse import PulseSource, parse_listing


def _device(name: str, index: int) -> Device:
    return Device(name, index, "microphone", False, 48_000, 2, "ALSA")


DEVICES = [
    _device("USB Audio: front", 0),
    _device("USB Audio: back", 1),
    _device("Webcam", 4),
    _device("Web", 5),
]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [("4", 4), ("Webcam", 4), ("webc", 4), ("Web", 5), ("front", 0), ("USB Audio: back", 1)],
)
def test_number_name_or_unique_part_finds_a_device(wanted: str, index: int) -> None:
    assert matching_device(wanted, DEVICES).index == index


@pytest.mark.parametrize(
    ("wanted", "problem", "fix"),
    [
        (
            "usb",
            "'usb' matches several devices: 'USB Audio: front', 'USB Audio: back'",
            "write more of the name",
        ),
        ("Wepcam", "there is no device 'Wepcam'", "did you mean 'Webcam'"),
        ("7", "there is no device '7'", "see `cuecard devices`"),
        ("theremin", "there is no device 'theremin'", "see `cuecard devices`"),
    ],
)
def test_no_or_several_matches_are_refused_with_suggestions(wanted: str, problem: str, fix: str) -> None:
    with pytest.raises(InputFailure) as refused:
        matching_device(wanted, DEVICES)
    assert refused.value.problem == problem
    assert fix in refused.value.fix


def test_machine_without_devices_is_reported() -> None:
    with pytest.raises(InputFailure, match="there is no device 'mic'"):
        matching_device("mic", [])


_SOURCES = """Source #0
\tState: IDLE
\tName: kopf.monitor
\tDescription: Monitor of Köpfhörer
\tDriver: module-null-sink.c
\tSample Specification: s16le 2ch 44100Hz
\tMonitor of Sink: kopf
\tProperties:
\t\tdevice.description = "Monitor of Köpfhörer"

Source #57
\tName: alsa_input.usb-Blue
\tDescription: Blue Yeti: Mono
\tSample Specification: float32le 1ch 48000Hz
\tMonitor of Sink: n/a

Source #58
\tName: bare
\tDescription: (null)
\tSample Specification: s16le 1ch 8000Hz

Source #59
\tName: strange
\tSample Specification: what is this
"""


def test_pactl_list_is_parsed() -> None:
    assert parse_listing(_SOURCES) == [
        PulseSource("kopf.monitor", "Monitor of Köpfhörer", 44_100, 2, is_monitor=True),
        PulseSource("alsa_input.usb-Blue", "Blue Yeti: Mono", 48_000, 1, is_monitor=False),
        PulseSource("bare", "bare", 8_000, 1, is_monitor=False),
    ]


def _described(name: str, description: str) -> Device:
    return Device(name, 3, "microphone", False, 48_000, 2, "PulseAudio", name, description)


@pytest.mark.parametrize(
    "wanted", ["Köpfhörer", "köpfhörer", "KÖPFHÖRER ", "Ko\u0308pfho\u0308rer", "kopf.monitor"]
)
def test_description_finds_a_device(wanted: str) -> None:
    devices = [*DEVICES, _described("kopf.monitor", "Monitor of Köpfhörer")]
    assert matching_device(wanted, devices).name == "kopf.monitor"


def test_full_description_is_preferred_to_a_part() -> None:
    devices = [_described("a.monitor", "Monitor of Yeti"), _described("a", "Yeti")]
    assert matching_device("yeti", devices).name == "a"
    with pytest.raises(InputFailure, match=r"'Monitor of Yeti' \(a.monitor\), 'Yeti' \(a\)"):
        matching_device("yet", devices)


def test_missing_pactl_names_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from capture.devices import pulse

    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputFailure, match="pactl is not installed") as refused:
        pulse.sources()
    assert refused.value.fix == "sudo apt install pulseaudio-utils"


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("echo 'Connection failure: Connection refused' >&2; exit 1", "Connection refused"),
        ("exec tail -f /dev/null", "does not answer within"),
    ],
)
def test_sound_server_without_answer_is_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, problem: str
) -> None:
    from capture.devices import pulse

    pactl = tmp_path / "pactl"
    pactl.write_text(f"#!/bin/sh\n{script}\n")
    pactl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(InputFailure, match=problem):
        pulse.sources()


def test_default_output_is_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """PipeWire answers before its session manager has chosen the outputs."""
    from capture.devices import pulse

    (tmp_path / "sources").write_text(_SOURCES)
    pactl = tmp_path / "pactl"
    pactl.write_text(
        f'#!/bin/sh\ncd {tmp_path}\n[ "$1" = list ] && exec cat sources\n'
        "[ -e asked ] && exec echo kopf\ntouch asked\necho @DEFAULT_SINK@\n"
    )
    pactl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert pulse.default_monitor(10.0).name == "kopf.monitor"
    (tmp_path / "asked").unlink()
    with pytest.raises(InputFailure, match="has no monitor"):
        pulse.default_monitor()
