"""Asynchronous iterators over the events of a session while it runs.

`start` runs `cuecard run --json` as any program can. `follow` joins the running session as the commands
beside it do (`cuecard ledger --follow`). Neither opens anything in the sandboxed stages.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from types import TracebackType
from typing import IO, Any, Self

import msgspec

from bench.harness.consumer import Received
from bus import wiring
from bus.client import HubClient
from bus.failures import StageFailure, UsageFailure
from bus.messages import Logged, Message
from bus.run import Run

_LONGEST_LINE = 8 << 20
"""An event has at most 1 MiB, and JSON may write a character as six."""

_POLL_S = 0.1
_STOP_S = 15.0


class RunningSession:
    """A session that a program started, as an asynchronous context manager and iterator over its events.

    It is stopped when the context ends: pending words are still transcribed, as after Ctrl-C.

    Args:
        sources: What to capture, by name: {"mic": "default"}, {"call": "file:call.flac"}.
        options: More options of `cuecard run`.
    """

    def __init__(self, sources: Mapping[str, str], options: Sequence[str] = ()) -> None:
        self._command = [sys.executable, "-m", "session", "run", "--json", "--view", "none", *options]
        for name, source in sources.items():
            self._command += ["--source", f"{name}={source}"]
        self._process: asyncio.subprocess.Process | None = None
        self._errors: IO[bytes] | None = None
        self._stopped = False

    async def __aenter__(self) -> Self:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __aexit__
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
            limit=_LONGEST_LINE,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self.stop()
        finally:
            if self._errors:
                self._errors.close()

    def __aiter__(self) -> AsyncIterator[Received]:
        return self._events()

    @property
    def code(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        return self._process.returncode if self._process else None

    async def stop(self) -> None:
        """Stop the session, and wait until it has ended. What it still prints is dropped."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        self._stopped = True
        process.terminate()
        try:
            await asyncio.wait_for(process.communicate(), _STOP_S)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _events(self) -> AsyncIterator[Received]:
        process = self._process
        if process is None or process.stdout is None:
            raise UsageFailure(
                "the session was not started", fix="write `async with start(...) as session:` around the loop"
            )
        async for line in process.stdout:
            yield Received(time.monotonic_ns(), msgspec.json.decode(line))
        if await process.wait() and not self._stopped:
            raise StageFailure(f"the session ended with exit code {process.returncode}: {self._problem()}")

    def _problem(self) -> str:
        if self._errors is None:
            return ""
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it printed no reason"


def start(sources: Mapping[str, str], options: Sequence[str] = ()) -> RunningSession:
    """Return a session to start: `async with start({"mic": "default"}) as session:`.

    A live session needs the consent of the others, as on the command line: `--consent` among the options.

    Raises:
        StageFailure: While iterating: the session failed.
    """
    return RunningSession(sources, options)


async def follow(kinds: Collection[str] = ()) -> AsyncGenerator[Received, None]:
    """Iterate over the events of the session that is running, from its beginning until it ends.

    If several run, the newest is followed, or the one whose run directory is in CUECARD_RUN. Every event
    comes once and in order, except intermediate ones of long ago, which the log no longer has. Words that
    `cuecard strike` removes were received before: drop them when `LogRedacted` comes.

    Args:
        kinds: Names of events, such as "FinalTranscribed"; all that are logged when empty.

    Raises:
        UsageFailure: There is no such event.
        MachineFailure: No session is running.
    """
    wanted, run = _kinds(kinds), Run.find()
    client = HubClient(wiring.CONTROL, run, kinds=wanted)
    polling: asyncio.Task[list[Logged]] | None = None
    try:
        while run.directory.exists():
            polling = asyncio.create_task(asyncio.to_thread(client.poll, _POLL_S))
            for logged in await asyncio.shield(polling):
                event: dict[str, Any] = msgspec.json.decode(logged.as_json())
                yield Received(time.monotonic_ns(), event)
    finally:
        if polling:  # its thread uses the client
            await asyncio.wait({polling})
        client.close()


def _kinds(names: Collection[str]) -> frozenset[type[Message]]:
    known = {kind.__name__: kind for kind in wiring.LOGGED}
    if unknown := sorted(set(names) - set(known)):
        raise UsageFailure(f"there is no event {unknown[0]!r}", fix="see docs/events.md")
    return frozenset(known[name] for name in names or known)
