"""Headless Chromium, controlled over a pair of pipes (Chrome DevTools Protocol)."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest


class Chromium:
    """A browser with one page.

    Args:
        profile: A folder for its profile.
    """

    def __init__(self, profile: Path) -> None:
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        if program is None:
            pytest.skip("Chromium is not installed; `scripts/system_packages.sh test-all` installs it")
        commands, self._write = os.pipe()
        self._read, replies = os.pipe()
        arguments = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"]
        arguments += ["--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{commands} 4>&{replies}', "bash", *arguments],
            pass_fds=(commands, replies),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(replies)
        self._number, self._rest = 0, b""
        pages = self._call("Target.getTargets")["targetInfos"]
        target = next(each["targetId"] for each in pages if each["type"] == "page")
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]

    def open(self, url: str) -> None:
        """Load a page."""
        self._call("Page.navigate", self._session, url=url)

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        result = self._call(
            "Runtime.evaluate", self._session, expression=expression, returnByValue=True, awaitPromise=True
        )
        return result["result"].get("value")

    def picture(self, file: Path, *, transparent: bool = False) -> bytes:
        """Save a picture of the page, and return it."""
        if transparent:
            nothing = {"r": 0, "g": 0, "b": 0, "a": 0}
            self._call("Emulation.setDefaultBackgroundColorOverride", self._session, color=nothing)
        image = base64.b64decode(self._call("Page.captureScreenshot", self._session)["data"])
        file.write_bytes(image)
        return image

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(20)
        os.close(self._write)
        os.close(self._read)

    def _call(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        message |= {"sessionId": session} if session else {}
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self._rest:
                piece = os.read(self._read, 1 << 16)
                assert piece, "Chromium has ended"
                self._rest += piece
            reply, self._rest = self._rest.split(b"\0", 1)
            decoded = json.loads(reply)
            if decoded.get("id") == self._number:
                assert "error" not in decoded, decoded
                return dict(decoded["result"])
