"""Tests of the choice of devices."""

from __future__ import annotations

import pytest

from bus.failures import InputFailure
from capture.devices.device import Device, matching_device


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


def _described(name: str, description: str) -> Device:
    return Device(name, 3, "microphone", False, 48_000, 2, "PulseAudio", description)


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
