"""Tests of the question which device a name means."""

from __future__ import annotations

from collections.abc import Sequence

from capture.devices.device import Device
from session.run.start.named_devices import chosen


def _microphone(name: str, description: str) -> Device:
    return Device(name, 1, "microphone", False, 48_000, 1, "PulseAudio", description)


LISTED = [
    _microphone("alsa_input.usb-Yeti", "Yeti Stereo"),
    _microphone("alsa_input.usb-Jabra", "Jabra Evolve"),
    _microphone("alsa_input.usb-Cam", "HD Webcam"),
    Device("yeti player", 7, "program", False, 48_000, 2, "PulseAudio"),
]


def _last(source: str, wanted: str, candidates: Sequence[Device]) -> Device:
    assert (source, wanted) == ("mic", "usb")
    assert [device.label for device in candidates] == ["Yeti Stereo", "Jabra Evolve", "HD Webcam"]
    return candidates[-1]


def test_name_that_fits_one_device_becomes_its_stable_name() -> None:
    sources = {"mic": "device:yeti", "call": "monitor", "talk": "file:talk.flac"}
    found = chosen(sources, LISTED, _last)
    assert found == {**sources, "mic": "device:alsa_input.usb-Yeti"}


def test_name_that_fits_several_is_asked_about() -> None:
    assert chosen({"mic": "device:usb"}, LISTED, _last) == {"mic": "device:alsa_input.usb-Cam"}


def test_unknown_names_and_numbers_are_left_to_capture() -> None:
    sources = {"mic": "device:theremin", "call": "device:3"}
    assert chosen(sources, LISTED, _last) == sources
