"""Checks whether a provider accepts its key: `python -m llm.client.discovery.key_check PROVIDER`.

Reads the settings from standard input, requests the list of models over the connection that a session uses,
and prints a `Verdict`. A process of its own, so that the command line never holds a key.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Literal

import msgspec

from bus.failures import Failure, StageFailure
from bus.process.private_memory import forbid_memory_access
from llm.client.context import ClientContext
from llm.client.discovery.provider_finder import ProviderFinder
from llm.client.discovery.small_model import SmallModelAddress
from llm.client.errors import KeyRejected, Unreachable
from llm.client.http.sockets import DirectSockets
from llm.settings import LlmSettings

_TIMEOUT_S = 60.0


class Verdict(msgspec.Struct, frozen=True):
    """The result of a check."""

    result: Literal["accepted", "rejected", "unreachable", "unclear"]
    why: str = ""
    """What happened and what to do; empty when the key was accepted."""


def check_key(settings: LlmSettings, provider: str) -> Verdict:
    """Check a provider's key in a process of its own.

    Raises:
        StageFailure: That process failed.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "llm.client.discovery.key_check", provider],
            input=msgspec.json.encode(settings),
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=True,
        )
        return msgspec.json.decode(done.stdout, type=Verdict)
    except (subprocess.SubprocessError, msgspec.DecodeError):
        raise StageFailure(
            "the key could not be checked", kept="nothing was changed", fix="try `cuecard doctor`"
        ) from None


async def verdict(settings: LlmSettings, provider: str) -> Verdict:
    """Request the list of models, and return how the provider treats the key."""
    context = ClientContext(settings, lambda event: None, DirectSockets())
    try:
        connection = await ProviderFinder(context, SmallModelAddress()).connect(provider)
        await connection.http.close()
    except Unreachable as failure:
        return Verdict("unreachable", _why(failure))
    except KeyRejected as failure:
        return Verdict("rejected", _why(failure))
    except Failure as failure:
        return Verdict("unclear", _why(failure))
    return Verdict("accepted")


def main() -> int:
    """Print the verdict."""
    forbid_memory_access()
    settings = msgspec.json.decode(sys.stdin.buffer.read(), type=LlmSettings)
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(verdict(settings, sys.argv[1]))))
    return 0


def _why(failure: Failure) -> str:
    return "; ".join(part for part in (failure.problem, failure.fix) if part)


if __name__ == "__main__":
    sys.exit(main())
