"""The official SDKs read our servers' streams as we do: the fakes are not our opinion alone."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from llm.client.connection import Connection
from llm.client.context import ClientContext
from llm.client.errors import RequestFailed
from llm.client.http_connection import HttpConnection
from llm.client.sockets import DirectSockets
from llm.client.stream import AnswerStream, TimeLimits
from llm.prompt import AnswerRequest
from llm.providers import KNOWN
from llm.providers.provider import dialect
from llm.settings import LlmSettings
from tests.llm.authority import Authority
from tests.llm.provider_server import ProviderServer, Step, json_reply, plain_reply
from tests.llm.wire.known import SPEECHES
from tests.llm.wire.scenarios import HALF, KEY, WHOLE, breaking_replies, good_replies
from tests.llm.wire.speech import Speech

openai = pytest.importorskip("openai", reason="the official SDKs are in the extra `sdk`")
anthropic = pytest.importorskip("anthropic")
genai = pytest.importorskip("google.genai")
httpx2 = pytest.importorskip("httpx2")

_BEYOND_THEM = {
    *((speech.provider, "strange events") for speech in SPEECHES),
    *(("gemini", name) for name in ("pings between", "bare lines", "a bare list", "an event with a list")),
    ("ollama", "error: field"),
    ("ollama", "vllm"),
    ("groq", "x_groq.error"),
}
"""What other clients have met and these parsers do not know, or stop at: read by ours alone."""

SpokenText = tuple[str, bool]
"""The text, and whether an error came after it."""


@pytest.fixture
def server(authority: Authority) -> Iterator[ProviderServer]:
    """Return a server over TLS."""
    with ProviderServer(tls=authority.server) as server:
        yield server


@pytest.fixture
def http(authority: Authority) -> Iterator[Any]:
    """Return what the SDKs speak HTTP with; it trusts our authority."""
    with httpx2.Client(verify=ssl.create_default_context(cafile=str(authority.roots))) as client:
        yield client


@pytest.fixture(autouse=True)
def _trust(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.roots))


def _cases(replies: Callable[[Speech], dict[str, Sequence[Step]]]) -> list[Any]:
    return [
        pytest.param(speech, reply, id=f"{speech.provider}, {name}")
        for speech in SPEECHES
        for name, reply in replies(speech).items()
        if (speech.provider, name) not in _BEYOND_THEM
    ]


@pytest.mark.parametrize(("speech", "reply"), _cases(good_replies))
def test_an_sdk_reads_the_same_text_as_we_do(
    server: ProviderServer, http: Any, speech: Speech, reply: Sequence[Step]
) -> None:
    server.path, server.script = speech.path, [reply]
    assert ours(server, speech) == (WHOLE, False)
    assert theirs(server, http, speech) == (WHOLE, False)
    assert server.asked[0].path == server.asked[1].path


@pytest.mark.parametrize(("speech", "reply"), _cases(breaking_replies))
def test_an_sdk_sees_the_error_in_the_middle_too(
    server: ProviderServer, http: Any, speech: Speech, reply: Sequence[Step]
) -> None:
    server.path, server.script = speech.path, [reply]
    assert ours(server, speech) == (HALF, True)
    assert theirs(server, http, speech) == (HALF, True)


@pytest.mark.parametrize("speech", SPEECHES, ids=lambda speech: speech.provider)
def test_an_sdk_reads_the_same_models_as_we_do(server: ProviderServer, http: Any, speech: Speech) -> None:
    server.path, server.list_reply = speech.path, [json_reply(speech.listing)]
    provider = KNOWN[speech.provider]
    page = provider.protocol.models_in(json_reply(speech.listing).partition(b"\r\n\r\n")[2].decode())
    assert page is not None
    assert speech.model in page.names
    assert set(page.names) <= set(their_models(server, http, speech))


@pytest.mark.parametrize("speech", SPEECHES, ids=lambda speech: speech.provider)
def test_an_sdk_sees_a_refused_key_too(server: ProviderServer, http: Any, speech: Speech) -> None:
    server.path = speech.path
    for refuse in speech.wrong_key.values():
        status, body = refuse(KEY)
        server.script = [[plain_reply(body, "application/json", status)]]
        assert ours(server, speech) == ("", True)
        assert theirs(server, http, speech) == ("", True)


@pytest.mark.parametrize("speech", SPEECHES, ids=lambda speech: speech.provider)
def test_the_key_stands_in_one_header_and_nowhere_else(
    server: ProviderServer, http: Any, speech: Speech
) -> None:
    server.path, server.script = speech.path, [good_replies(speech)["ok"]]
    ours(server, speech)
    theirs(server, http, speech)
    for request in server.asked:
        assert [value.removeprefix("Bearer ") for value in request.headers.values()].count(KEY) == 1
        assert KEY not in request.path
    assert server.asked[0].headers[speech.key_header] == speech.key_prefix + KEY


def ours(server: ProviderServer, speech: Speech) -> SpokenText:
    """Ask as the llm process does."""
    text = ""

    def grow(added: str, received_ns: int, *, replaces: bool) -> None:
        nonlocal text
        text = added if replaces else text + added

    async def ask() -> None:
        provider, settings = KNOWN[speech.provider].at(server.base_url), LlmSettings()
        async with HttpConnection(
            provider, KEY, ClientContext(settings, lambda event: None, DirectSockets())
        ) as line:
            chosen = dialect(provider, speech.model, settings)
            connection = Connection(line, speech.model, dialect=chosen)
            now_s = asyncio.get_running_loop().time()
            answer = AnswerStream(connection, TimeLimits(now_s + 8, now_s + 20), grow, lambda reply: None)
            await answer.run(connection.body(AnswerRequest(question="Why?")), question=1)

    try:
        asyncio.run(ask())
    except RequestFailed:
        return text, True
    return text, False


def theirs(server: ProviderServer, http: Any, speech: Speech) -> SpokenText:
    """Ask as the provider's own SDK does."""
    text = ""
    try:
        for added in _asked(server, http, speech):
            text += added
    except (
        openai.OpenAIError,
        anthropic.AnthropicError,
        genai.errors.APIError,
        genai.errors.UnknownApiResponseError,
    ):
        return text, True
    return text, False


def _asked(server: ProviderServer, http: Any, speech: Speech) -> Iterator[str]:
    match speech.provider:
        case "anthropic":
            yield from _by_messages(_anthropic(server, http), speech)
        case "gemini":
            yield from _by_generate_content(_genai(server, http), speech)
        case "openai" | "xai":
            yield from _by_responses(_openai(server, http), speech)
        case _:
            yield from _by_chat(_openai(server, http), speech)


def _by_messages(client: Any, speech: Speech) -> Iterator[str]:
    said = [{"role": "user", "content": "Why?"}]
    with client.messages.stream(model=speech.model, max_tokens=9, messages=said) as stream:
        yield from stream.text_stream


def _by_generate_content(client: Any, speech: Speech) -> Iterator[str]:
    for chunk in client.models.generate_content_stream(model=speech.model, contents="Why?"):
        for candidate in chunk.candidates or []:
            for part in (candidate.content and candidate.content.parts) or []:
                if part.text and not part.thought:
                    yield part.text


def _by_responses(client: Any, speech: Speech) -> Iterator[str]:
    for event in client.responses.create(model=speech.model, input="Why?", stream=True, store=False):
        if event.type == "response.output_text.delta":
            yield event.delta
        elif event.type in ("response.failed", "error"):
            raise openai.OpenAIError("it said so")


def _by_chat(client: Any, speech: Speech) -> Iterator[str]:
    said = [{"role": "user", "content": "Why?"}]
    for chunk in client.chat.completions.create(model=speech.model, messages=said, stream=True):
        if chunk.choices and chunk.choices[0].delta.content:
            yield chunk.choices[0].delta.content


def their_models(server: ProviderServer, http: Any, speech: Speech) -> list[str]:
    """Return the models that the provider's own SDK lists."""
    match speech.provider:
        case "anthropic":
            return [model.id for model in _anthropic(server, http).models.list()]
        case "gemini":
            return [str(m.name).removeprefix("models/") for m in _genai(server, http).models.list()]
        case _:
            return [model.id for model in _openai(server, http).models.list()]


def _openai(server: ProviderServer, http: Any) -> Any:
    return openai.OpenAI(api_key=KEY, base_url=server.base_url, http_client=http, max_retries=0)


def _anthropic(server: ProviderServer, http: Any) -> Any:
    base_url = server.base_url.removesuffix("/v1")
    return anthropic.Anthropic(api_key=KEY, base_url=base_url, http_client=http, max_retries=0)


def _genai(server: ProviderServer, http: Any) -> Any:
    base_url = server.base_url.removesuffix("/v1beta")
    options = genai.types.HttpOptions(base_url=base_url, api_version="v1beta", httpx_client=http)
    return genai.Client(api_key=KEY, http_options=options)
