"""Checks whether a provider accepts its key: `python -m llm.client.key_check PROVIDER`.

The settings come on standard input.

One request for the list of models, without any content, over the line that a session uses; it connects for
itself, since there may be no session. A process of its own, so that the command line never holds a key; it
prints a `Verdict`.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Literal

import msgspec

from bus.failures import Failure, ProviderFailure, StageFailure
from bus.private_memory import forbid_memory_access
from llm.client.connection import Connector, SmallModelAddress
from llm.client.errors import RequestFailed
from llm.client.sockets import DirectSockets
from llm.settings import LlmSettings

_LIMIT_S = 60.0


class Verdict(msgspec.Struct, frozen=True):
    """What came of the request."""

    word: Literal["accepted", "rejected", "unreachable", "unclear"]
    why: str = ""
    """What happened and what to do; empty when the key was accepted."""


def ask(settings: LlmSettings, provider: str) -> Verdict:
    """Have a provider asked, in a process of its own.

    Raises:
        StageFailure: That process failed.
    """
    try:
        asked = subprocess.run(
            [sys.executable, "-P", "-m", "llm.client.key_check", provider],
            input=msgspec.json.encode(settings),
            capture_output=True,
            timeout=_LIMIT_S,
            check=True,
        )
        return msgspec.json.decode(asked.stdout, type=Verdict)
    except (subprocess.SubprocessError, msgspec.DecodeError):
        raise StageFailure(
            "the key could not be tried", kept="nothing was changed", fix="try `cuecard doctor`"
        ) from None


async def verdict(settings: LlmSettings, provider: str) -> Verdict:
    """Ask a provider for its models, and return how it takes the key."""
    connector = Connector(settings, SmallModelAddress(), b"", lambda sent: None, DirectSockets())
    try:
        connection = await connector.connect(provider)
    except RequestFailed as failure:
        if failure.unreachable:
            return Verdict("unreachable", _why(failure))
        return Verdict("rejected" if "not accept the key" in failure.problem else "unclear", _why(failure))
    except ProviderFailure as failure:
        return Verdict("unclear", _why(failure))
    await connection.line.close()
    return Verdict("accepted")


def main() -> int:
    """Print the verdict."""
    forbid_memory_access()
    settings = msgspec.json.decode(sys.stdin.buffer.read(), type=LlmSettings)
    try:
        said = asyncio.run(verdict(settings, sys.argv[1]))
    except Failure as failure:
        said = Verdict("unclear", _why(failure))
    sys.stdout.buffer.write(msgspec.json.encode(said))
    return 0


def _why(failure: Failure) -> str:
    return "; ".join(part for part in (failure.problem, failure.fix) if part)


if __name__ == "__main__":
    sys.exit(main())
