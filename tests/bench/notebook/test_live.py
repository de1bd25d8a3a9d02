"""Asynchronous iterators over a session: order, end, and refusals."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from bench.notebook import RunningSession, follow, start
from bus.failures import MachineFailure, StageFailure, UsageFailure


@pytest.fixture
def silence(tmp_path: Path) -> Path:
    file = tmp_path / "silence.wav"
    soundfile.write(file, np.zeros(8_000, np.int16), 16_000)
    return file


async def events_of(session: RunningSession) -> list[dict[str, Any]]:
    async with session as running:
        return [each.event async for each in running]


@pytest.mark.long
def test_a_started_session_is_received_whole_and_can_be_followed_beside(silence: Path) -> None:
    async def both() -> tuple[list[int], list[int]]:
        followed: list[int] = []
        received: list[int] = []

        async def follow_it() -> None:
            followed.extend([each.event["seq"] async for each in follow()])

        async with start({"mic": f"file:{silence}"}, ["--answer", "off"]) as session:
            beside = None
            async for each in session:
                received.append(each.event["seq"])
                if each.event["type"] == "StageReady" and beside is None:
                    beside = asyncio.create_task(follow_it())
        assert beside
        await beside
        return received, followed

    received, followed = asyncio.run(both())
    assert received == list(range(1, len(received) + 1))
    assert followed == received[: len(followed)]
    assert len(followed) > len(received) / 2


@pytest.mark.long
def test_leaving_the_context_stops_the_session(silence: Path) -> None:
    async def leave() -> int | None:
        async with start({"mic": "-"}, ["--answer", "off"]) as session:
            async for _ in session:
                break
        return session.code

    assert asyncio.run(leave()) is not None


@pytest.mark.long
def test_a_session_that_cannot_start_says_why() -> None:
    with pytest.raises(StageFailure, match=r"exit code 4: .*cannot be read"):
        asyncio.run(events_of(start({"mic": "file:/nowhere/talk.wav"})))


def test_without_a_session_or_with_an_unknown_event_nothing_is_followed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def first(kind: str) -> None:
        await anext(follow([kind]))

    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("CUECARD_RUN", raising=False)
    with pytest.raises(UsageFailure, match="no event 'Nothing'"):
        asyncio.run(first("Nothing"))
    with pytest.raises(MachineFailure, match="no session is running"):
        asyncio.run(first("FinalTranscribed"))
