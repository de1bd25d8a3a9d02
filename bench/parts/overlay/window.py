"""Runs the window for the bench: on a display, with a hub of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator

import msgspec
import Xlib.display
from Xlib import X, error

from bus import messages as m
from bus import wiring
from bus.client import HubClient
from bus.failures import MachineFailure
from bus.process.bootstrap import SUPERVISOR_VARIABLE
from bus.run import RUN_VARIABLE, Run
from overlay.settings import OverlaySettings
from overlay.texts import strings


class MeasuredWindow:
    """A window on a hub of its own, and the clients of the stages that publish to it."""

    def __init__(self, display: str) -> None:
        self.run = Run.create({"overlay": msgspec.to_builtins(OverlaySettings(global_keys=False))})
        environment = {
            **os.environ,
            RUN_VARIABLE: str(self.run.directory),
            SUPERVISOR_VARIABLE: str(os.getpid()),
            "DISPLAY": display,
        }
        self._hub = subprocess.Popen([sys.executable, "-m", "bus"], env=environment)
        window = [sys.executable, "-m", "bench.parts.overlay.process"]
        self.process = subprocess.Popen(window, env=environment, stdout=subprocess.PIPE)
        self.clients: dict[str, HubClient] = {}
        with HubClient("session", self.run, kinds=wiring.LOGGED) as listener:
            give_up_s = time.monotonic() + 30
            while not any(isinstance(each.event, m.StageReady) for each in listener.poll(0.2)):
                if time.monotonic() > give_up_s:
                    raise MachineFailure("the window did not start", fix="run `cuecard doctor`")

    def publish(self, event: m.Event, stage: str) -> None:
        """Publish an event as this stage."""
        if stage not in self.clients:
            self.clients[stage] = HubClient(stage, self.run, kinds=frozenset())
        self.clients[stage].publish(event)

    def open(self) -> None:
        """Publish the start of a session."""
        names = {"mic": "You", "call": "Them"}
        sources = ["call", "mic"]
        started = m.SessionStarted(version="", sources=sources, names=names, answer="auto", started_ns=1)
        self.publish(started, "session")

    def close(self) -> list[tuple[int, int]]:
        """End it, and return when each batch of events was logged and painted."""
        for client in self.clients.values():
            client.close()
        self.process.terminate()
        content, _ = self.process.communicate(timeout=15)
        self._hub.terminate()
        self._hub.wait(15)
        self.run.remove()
        return msgspec.json.decode(content or b"[]", type=list[tuple[int, int]])


@contextlib.contextmanager
def window_on(display: str) -> Iterator[MeasuredWindow]:
    """Yield a window of a session that has just started."""
    window = MeasuredWindow(display)
    try:
        window.open()
        yield window
    finally:
        if window.process.poll() is None:
            window.close()


def is_window_mapped(display: str) -> bool:
    """Return whether a window of the program is on the screen."""
    connection = Xlib.display.Display(display)
    try:
        return any(
            window.get_wm_name() == strings.TITLE and window.get_attributes().map_state == X.IsViewable
            for window in connection.screen().root.query_tree().children
        )
    except error.BadWindow:  # it was destroyed meanwhile
        return False
    finally:
        connection.close()


@contextlib.contextmanager
def some_display() -> Iterator[str]:
    """Yield the present display, or one without a screen."""
    if named := os.environ.get("DISPLAY"):
        yield named
        return
    if shutil.which("Xvfb") is None:
        raise MachineFailure("there is no display", fix="install xvfb, or run it on a desktop")
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as number:
            yield f":{number.readline().strip()}"
    finally:
        server.terminate()
        server.wait(10)
