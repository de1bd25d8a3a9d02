"""Adapters of services against a local server with their documented protocol.

No service was reached.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.server import Server, ServerConnection, serve

import livebench

ADAPTERS = Path(livebench.__file__).parent
AUDIO = bytes(range(256)) * 125 * 2
"""Two seconds."""


class Service:
    """A server that records what it was sent and answers the closing message."""

    def __init__(self, closing: str, answers: list[dict[str, Any]]) -> None:
        self.headers: dict[str, str] = {}
        self.query = ""
        self.first: list[dict[str, Any]] = []
        self.audio = b""
        self._closing, self._answers = closing, answers

    def serve(self, connection: ServerConnection) -> None:
        assert connection.request
        self.headers = {name.lower(): value for name, value in connection.request.headers.raw_items()}
        self.query = connection.request.path
        for message in connection:
            self._take(connection, {"binary": message} if isinstance(message, bytes) else json.loads(message))

    def _take(self, connection: ServerConnection, message: dict[str, Any]) -> None:
        if "binary" in message:
            self.audio += message["binary"]
        elif "audio" in message:
            self.audio += base64.b64decode(message["audio"])
        elif message["type"] == self._closing:
            for answer in self._answers:
                connection.send(json.dumps(answer))
        else:
            self.first.append(message)


@pytest.fixture
def started() -> Iterator[Callable[[Service], str]]:
    servers: list[Server] = []

    def start(service: Service) -> str:
        servers.append(serve(service.serve, "127.0.0.1", 0))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"ws://127.0.0.1:{servers[-1].socket.getsockname()[1]}/"

    yield start
    for server in servers:
        server.shutdown()


def _lines(adapter: str, *arguments: str, **variables: str) -> list[dict[str, Any]]:
    ended = subprocess.run(
        [sys.executable, "-m", f"adapters.clouds.{adapter}", "-", *arguments],
        input=AUDIO,
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
        cwd=ADAPTERS,
        env={**os.environ, **variables},
    )
    return [json.loads(line) for line in ended.stdout.splitlines()]


def _results(text: str, *, is_final: bool, ended: bool) -> dict[str, Any]:
    channel = {"alternatives": [{"transcript": text}]}
    return {"type": "Results", "channel": channel, "is_final": is_final, "speech_final": ended}


def test_deepgram(started: Callable[[Service], str]) -> None:
    answers = [
        _results("where", is_final=False, ended=False),
        _results("where do", is_final=True, ended=False),
        _results("you live", is_final=False, ended=False),
        _results("you live?", is_final=True, ended=True),
        _results("", is_final=True, ended=False),
        {"type": "Metadata"},
    ]
    service = Service("CloseStream", answers)
    address = started(service)
    lines = _lines("deepgram", "endpointing_ms=100", DEEPGRAM_ADDRESS=address, DEEPGRAM_API_KEY="secret")
    assert lines == [
        {"type": "ready"},
        {"type": "partial", "text": "where"},
        {"type": "partial", "text": "where do you live"},
        {"type": "final", "text": "where do you live?"},
        {"type": "turn_end"},
    ]
    assert service.audio == AUDIO
    assert service.headers["authorization"] == "Token secret"
    assert "endpointing=100" in service.query


def test_assemblyai(started: Callable[[Service], str]) -> None:
    def turn(text: str, *, ended: bool) -> dict[str, Any]:
        return {"type": "Turn", "turn_order": 0, "transcript": text, "end_of_turn": ended}

    answers = [
        {"type": "Begin"},
        turn("where do", ended=False),
        turn("where do you live", ended=True),
        turn("Where do you live?", ended=True),
        {"type": "Termination"},
    ]
    service = Service("Terminate", answers)
    address = started(service)
    lines = _lines("assemblyai", ASSEMBLYAI_ADDRESS=address, ASSEMBLYAI_API_KEY="secret")
    assert lines == [
        {"type": "ready"},
        {"type": "partial", "text": "where do", "id": 0},
        {"type": "final", "text": "where do you live", "id": 0},
        {"type": "turn_end"},
        {"type": "revised", "text": "Where do you live?", "id": 0},
    ]
    assert service.audio == AUDIO
    assert service.headers["authorization"] == "secret"
    assert "min_turn_silence=400" in service.query


def test_openai_realtime(started: Callable[[Service], str]) -> None:
    kind = "conversation.item.input_audio_transcription"
    answers = [
        {"type": "input_audio_buffer.speech_stopped"},
        {"type": "input_audio_buffer.committed", "item_id": "a"},
        {"type": "error", "error": {"code": "input_audio_buffer_commit_empty"}},
        {"type": f"{kind}.delta", "item_id": "a", "delta": "Where "},
        {"type": f"{kind}.delta", "item_id": "a", "delta": "do"},
        {"type": f"{kind}.completed", "item_id": "a", "transcript": "Where do you live?"},
    ]
    service = Service("input_audio_buffer.commit", answers)
    address = started(service)
    lines = _lines("openai_realtime", OPENAI_REALTIME_ADDRESS=address, OPENAI_API_KEY="secret")
    assert lines == [
        {"type": "ready"},
        {"type": "turn_end"},
        {"type": "partial", "text": "Where ", "id": 0},
        {"type": "partial", "text": "Where do", "id": 0},
        {"type": "final", "text": "Where do you live?", "id": 0},
    ]
    assert service.headers["authorization"] == "Bearer secret"
    assert service.first[0]["session"]["audio"]["input"]["format"]["rate"] == 24000
    assert len(service.audio) == pytest.approx(len(AUDIO) * 1.5, rel=0.02), "resampled to 24 kHz"
