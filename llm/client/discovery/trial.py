"""Sends one test request to a provider: `python -m llm.client.discovery.trial PROVIDER [MODEL]`.

Reads the settings from standard input, and prints a `Trial`: every byte that was sent, and what was received.
The key is looked up before the process enters its sandbox, which then has the network and no file.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import msgspec

from bus.failures import Failure, StageFailure
from bus.messages import Event, RequestSent
from bus.process.environment import CERTIFICATES, KEY_STORES, PROXIES, inherited
from bus.process.lifecycle import report_crash
from bus.process.private_memory import forbid_memory_access
from bus.run import Run
from bus.sandbox import Sandbox
from bus.sandbox.rights import KEYRING, NAME_LOOKUP, Rights
from llm.client.connection import Connection
from llm.client.context import ClientContext
from llm.client.discovery.provider_finder import ProviderFinder
from llm.client.discovery.small_model import SmallModelAddress
from llm.client.errors import UnsupportedField
from llm.client.http.sockets import DirectSockets
from llm.client.http.stream import AnswerStream
from llm.client.retry import time_limits
from llm.keys import keychain
from llm.keys.keychain import Outcome
from llm.keys.provider_keys import find_key
from llm.prompt import AnswerPrompt, AnswerStyle
from llm.providers import named_provider
from llm.settings import LlmSettings

QUESTION = "Say hello in five words."
"""The question that is sent."""

_RIGHTS = Rights(
    reads=("$SSL_CERT_FILE", "$SSL_CERT_DIR", *KEYRING, *NAME_LOOKUP),
    opens_sockets=True,
    network=True,
    abstract_sockets=True,
    grows_files=False,
)
_TIMEOUT_S = 150.0
_ANSWER_TOKENS = 60
_UNSUPPORTED_AT_MOST = 4
"""How often a field that the provider rejects is left out."""


class Trial(msgspec.Struct, frozen=True):
    """What was sent, and what came of it."""

    provider: str = ""
    model: str = ""
    sent: list[RequestSent] = []
    """Every request, in order; requests for the list of models of a hosted provider have no body."""
    answer: str = ""
    problem: str = ""
    fix: str = ""
    sandbox: str = ""
    """What the kernel enforced on the process."""


def try_provider(settings: LlmSettings, provider: str, model: str = "") -> Trial:
    """Send the test request in a process of its own.

    Raises:
        SettingsFailure: The provider is unknown, or its address is not allowed.
        StageFailure: That process failed.
    """
    named = named_provider(settings, provider)
    keys = named.key_variables if named else ()  # no other provider's key
    patterns = (*PROXIES, *CERTIFICATES, *KEY_STORES, *keys)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "llm.client.discovery.trial", provider, model],
            env=inherited(os.environ, patterns),
            input=msgspec.json.encode(settings),
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=True,
        )
        return msgspec.json.decode(done.stdout, type=Trial)
    except (OSError, subprocess.SubprocessError, msgspec.DecodeError):
        raise StageFailure(
            "the test request could not be made", kept="nothing was changed", fix="try `cuecard doctor`"
        ) from None


async def trial(settings: LlmSettings, provider: str, model: str, stored: tuple[Outcome, str]) -> Trial:
    """Send the request, and return what happened.

    Args:
        settings: The settings; their notes are not used.
        provider: The provider, in the form of the setting `provider`.
        model: The model; empty takes the first suitable one.
        stored: The outcome of looking up its key, and the key.
    """
    sent: list[RequestSent] = []

    def publish(event: Event) -> None:
        if isinstance(event, RequestSent):
            sent.append(event)

    context = ClientContext(settings, publish, DirectSockets(), read_stored_key=lambda name: stored)
    small = SmallModelAddress()
    small.given_up()  # its server belongs to a session
    name = ""
    try:
        connection = await ProviderFinder(context, small).connect(provider, model)
        name, model = connection.provider.name, connection.model
        try:
            answer = await _answer(connection, settings)
        finally:
            await connection.http.close()
    except Failure as failure:
        return Trial(name, model, sent, problem=failure.problem, fix=failure.fix)
    return Trial(name, model, sent, answer)


async def _answer(connection: Connection, settings: LlmSettings) -> str:
    """Return the answer; fields that the provider rejects are left out.

    Raises:
        RequestFailed: There is none.
    """
    prompt = AnswerPrompt(question=QUESTION, style=AnswerStyle(length="shortest"))
    may_load, clock = connection.provider.may_load_model, asyncio.get_running_loop().time
    for tries_left in reversed(range(_UNSUPPORTED_AT_MOST)):
        limits = time_limits(settings, may_load=may_load, now_s=clock())
        stream = AnswerStream(connection, limits, lambda *_, **__: None, lambda reply: None)
        try:
            await stream.run(connection.body(prompt), question=1)
            break
        except UnsupportedField:
            if not tries_left:
                raise
    return stream.text


def main() -> int:
    """Look up the key, enter the sandbox, send, print."""
    forbid_memory_access()
    report_crash("trial")
    provider, model = sys.argv[1], "".join(sys.argv[2:])
    settings = msgspec.json.decode(sys.stdin.buffer.read(), type=LlmSettings)
    settings = msgspec.structs.replace(settings, provider=provider, answer_tokens=_ANSWER_TOKENS)
    stored = _stored_key(settings, provider)
    sandbox = Sandbox(_RIGHTS, Run(Path("/nonexistent"), {}), "trial")
    report = sandbox.enforce()
    done = asyncio.run(trial(settings, provider, model, stored))
    sys.stdout.buffer.write(msgspec.json.encode(msgspec.structs.replace(done, sandbox=report.summary)))
    return 0


def _stored_key(settings: LlmSettings, provider: str) -> tuple[Outcome, str]:
    """Return what the key store has for a provider; it is not asked where no key of it would be used."""
    looked_up = [(Outcome.NOTHING_STORED, "")]

    def read(name: str) -> tuple[Outcome, str]:
        looked_up.append(keychain.read(name))
        return looked_up[-1]

    try:
        if (named := named_provider(settings, provider)) is not None:
            find_key(named, os.environ, read)
    except Failure:
        pass  # `trial` meets the same one, and returns it
    return looked_up[-1]


if __name__ == "__main__":
    sys.exit(main())
