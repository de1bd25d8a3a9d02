# mypy: disable-error-code="import-not-found,import-untyped"
"""WhisperLive with its server in a separate process: `python -m adapters.live_server CT2-FOLDER`.

Its server resends the last segments each time; a segment is identified by its start, and is final once it is
marked completed.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import socket
import sys
import threading
import time

import numpy as np
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from .lines import Audio, Lines

_BLOCK_BYTES = 3200
_START_S = 60.0
_LAST_WORDS_S = 15.0


def serve(weights: str, port: int) -> None:
    """Run WhisperLive's server."""
    from whisper_live.server import TranscriptionServer

    TranscriptionServer().run(
        "127.0.0.1",
        port=port,
        backend="faster_whisper",
        faster_whisper_custom_model_path=weights,
        single_model=True,
    )


def main() -> None:
    """Start the server, send audio, print its results."""
    lines = Lines()
    port = _free_port()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(sys.argv[1], port), daemon=True)
    server.start()
    connection = _connect(port)
    options = {"uid": "bench", "language": "en", "task": "transcribe", "model": sys.argv[1], "use_vad": True}
    connection.send(json.dumps(options))
    while json.loads(connection.recv()).get("message") != "SERVER_READY":
        pass
    threading.Thread(target=_listen, args=(connection, lines), daemon=True).start()
    lines.ready()
    for pcm in Audio().blocks(_BLOCK_BYTES):
        connection.send((np.frombuffer(pcm, np.int16).astype(np.float32) / 32768).tobytes())
    time.sleep(_LAST_WORDS_S)
    server.kill()
    os._exit(0)


def _listen(connection: ClientConnection, lines: Lines) -> None:
    finished: set[str] = set()
    try:
        for message in connection:
            for segment in json.loads(message).get("segments", ()):
                if not segment["completed"]:
                    lines.partial(segment["text"])
                elif segment["start"] not in finished:
                    finished.add(segment["start"])
                    lines.final(segment["text"])
    except ConnectionClosed:
        return


def _connect(port: int) -> ClientConnection:
    given_up_s = time.monotonic() + _START_S
    while True:
        try:
            return connect(f"ws://127.0.0.1:{port}", max_size=None)
        except OSError:
            if time.monotonic() > given_up_s:
                raise
            time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
