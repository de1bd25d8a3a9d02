from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from bus.failures import MachineFailure
from overlay.display import choose_platform, wayland_address, x_address
from tests.support.xvfb import display

__all__ = ["display"]

linux_only = pytest.mark.skipif(os.uname().sysname != "Linux", reason="elsewhere there is always a display")


@pytest.mark.parametrize(
    ("name", "address"),
    [
        (":0", "/tmp/.X11-unix/X0"),
        (":12.0", "/tmp/.X11-unix/X12"),
        ("unix:3", "/tmp/.X11-unix/X3"),
        ("localhost:10.0", ("localhost", 6010)),
        ("/private/tmp/launch/x:0", None),
    ],
)
def test_x_display_name_gives_its_address(name: str, address: object) -> None:
    assert x_address(name) == address


def test_a_compositor_listens_in_the_runtime_directory() -> None:
    environment = {"XDG_RUNTIME_DIR": "/run/user/1000", "WAYLAND_DISPLAY": "wayland-0"}
    assert wayland_address(environment) == "/run/user/1000/wayland-0"
    assert wayland_address({**environment, "WAYLAND_DISPLAY": "/tmp/w"}) == "/tmp/w"


def test_the_user_s_choice_of_platform_stands() -> None:
    assert choose_platform({"QT_QPA_PLATFORM": "offscreen"}) == ""


@linux_only
def test_a_display_that_answers_is_taken_before_a_compositor(display: str, tmp_path: Path) -> None:
    assert choose_platform({"DISPLAY": display}) == "xcb"
    with compositor(tmp_path):
        assert choose_platform({"DISPLAY": display, **wayland(tmp_path)}) == "xcb"


@linux_only
def test_a_compositor_alone_will_do(tmp_path: Path) -> None:
    with compositor(tmp_path):
        assert choose_platform(wayland(tmp_path)) == "wayland"
        assert choose_platform({"DISPLAY": ":4321", **wayland(tmp_path)}) == "wayland"


@linux_only
@pytest.mark.parametrize(
    ("environment", "what"),
    [
        ({}, "no display is available for the window"),
        ({"DISPLAY": ":4321"}, "the display :4321 does not respond"),
        ({"WAYLAND_DISPLAY": "gone", "XDG_RUNTIME_DIR": "/nowhere"}, "no display is available"),
    ],
    ids=["none", "dead", "gone"],
)
def test_without_a_display_the_other_view_is_named(environment: dict[str, str], what: str) -> None:
    with pytest.raises(MachineFailure, match=what) as failure:
        choose_platform(environment)
    assert failure.value.fix == "use --view terminal"


def wayland(directory: Path) -> dict[str, str]:
    return {"XDG_RUNTIME_DIR": str(directory), "WAYLAND_DISPLAY": "wayland-9"}


def compositor(directory: Path) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(directory / "wayland-9"))
    listening.listen()
    return listening
