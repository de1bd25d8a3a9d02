"""Address of the small model's server, which the supervisor starts and restarts."""

from __future__ import annotations

import asyncio
import time

START_TIMEOUT_S = 15.0


class SmallModelAddress:
    """The address, as far as it is known. Use it on one event loop."""

    def __init__(self) -> None:
        self._known = asyncio.Event()
        self._address = ""
        self._deadline_s = time.monotonic() + START_TIMEOUT_S

    def moved(self, address: str) -> None:
        """Set the address; empty when the server died and is being restarted."""
        self._address = address
        if address:
            self._known.set()
        else:
            self._known.clear()
            self._deadline_s = time.monotonic() + START_TIMEOUT_S

    def given_up(self) -> None:
        """Note that the server will not be restarted."""
        self._address = ""
        self._known.set()

    async def address(self) -> str:
        """Return the address, waiting for a start in progress; empty when there is none."""
        try:
            async with asyncio.timeout(max(self._deadline_s - time.monotonic(), 0.0)):
                await self._known.wait()
        except TimeoutError:
            return ""
        return self._address
