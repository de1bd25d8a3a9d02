# mypy: disable-error-code="import-not-found,import-untyped"
"""Connection of the cloud adapters: sends audio as it arrives, hands over every message."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterable, Callable, Mapping
from typing import Any

from ..lines import Audio, Lines

_LAST_WORDS_S = 20.0
_CLOSING_BYTES = 2**20

Message = dict[str, Any]


async def converse(
    lines: Lines,
    address: str,
    headers: Mapping[str, str],
    *,
    block_s: float,
    first: Message | None,
    encode: Callable[[bytes], bytes | str],
    closing: Message,
    receive: Callable[[Message], bool],
) -> None:
    """Run a session.

    Args:
        lines: The output; `ready` is printed when the connection stands and `first` is sent.
        address: wss address with its query.
        headers: Headers of the request, with the key.
        block_s: Length of a message of audio, seconds.
        first: A message to send first.
        encode: Returns the message of a block of 16-bit samples.
        closing: The message after the last audio.
        receive: Called with each message; True ends the session once the input has ended.
    """
    from websockets.asyncio.client import connect

    async with connect(address, additional_headers=headers, max_size=_CLOSING_BYTES) as socket:
        if first:
            await socket.send(json.dumps(first))
        ended = asyncio.Event()
        receiving = asyncio.create_task(_receive(socket, receive, ended))
        lines.ready()
        blocks: asyncio.Queue[bytes] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        threading.Thread(target=_read, args=(loop, blocks, int(32000 * block_s)), daemon=True).start()
        while block := await blocks.get():
            await socket.send(encode(block))
        ended.set()
        await socket.send(json.dumps(closing))
        await asyncio.wait([receiving], timeout=_LAST_WORDS_S)
        receiving.cancel()


async def _receive(
    socket: AsyncIterable[str | bytes], receive: Callable[[Message], bool], ended: asyncio.Event
) -> None:
    async for message in socket:
        if receive(json.loads(message)) and ended.is_set():
            return


def _read(loop: asyncio.AbstractEventLoop, blocks: asyncio.Queue[bytes], size_bytes: int) -> None:
    for block in Audio().blocks(size_bytes):
        loop.call_soon_threadsafe(blocks.put_nowait, block)
    loop.call_soon_threadsafe(blocks.put_nowait, b"")
