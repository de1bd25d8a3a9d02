"""Comparison with the official SDKs: both read the sample streams alike."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import Any

import pytest

from llm.client.connection import Connection
from llm.client.context import ClientContext
from llm.client.errors import RequestFailed
from llm.client.http.connection import HttpConnection
from llm.client.http.sockets import DirectSockets
from llm.client.http.stream import AnswerStream, TimeLimits
from llm.prompt import AnswerPrompt
from llm.providers import KNOWN
from llm.providers.provider import dialect
from llm.settings import LlmSettings
from tests.llm.wire.formats import SAMPLES
from tests.llm.wire.samples import WireSamples
from tests.llm.wire.scenarios import HALF, KEY, WHOLE, breaking_replies, good_replies
from tests.support.certificate_authority import Authority
from tests.support.fake_provider import ProviderServer, Step, json_reply, plain_reply

# Not imported here: that takes seconds, in each worker, while it collects.
pytestmark = pytest.mark.skipif(not find_spec("openai"), reason="the official SDKs are in the extra `sdk`")

_BEYOND_THEM = {
    *((samples.provider, "strange events") for samples in SAMPLES),
    *(("gemini", name) for name in ("pings between", "bare lines", "a bare list", "an event with a list")),
    ("ollama", "error: field"),
    ("ollama", "vllm"),
    ("groq", "x_groq.error"),
}
"""Shapes that the SDKs' parsers do not support."""

SpokenText = tuple[str, bool]
"""The text, and whether an error came after it."""


@pytest.fixture
def server(authority: Authority) -> Iterator[ProviderServer]:
    """Return a server over TLS."""
    with ProviderServer(tls=authority.server) as server:
        yield server


@pytest.fixture
def http(authority: Authority) -> Iterator[Any]:
    """Return an HTTP client for the SDKs that trusts the test authority."""
    import httpx2

    with httpx2.Client(verify=ssl.create_default_context(cafile=str(authority.roots))) as client:
        yield client


@pytest.fixture(autouse=True)
def _trust(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.roots))


def _cases(replies: Callable[[WireSamples], dict[str, Sequence[Step]]]) -> list[Any]:
    return [
        pytest.param(samples, reply, id=f"{samples.provider}, {name}")
        for samples in SAMPLES
        for name, reply in replies(samples).items()
        if (samples.provider, name) not in _BEYOND_THEM
    ]


@pytest.mark.parametrize(("samples", "reply"), _cases(good_replies))
def test_sdk_reads_same_text(
    server: ProviderServer, http: Any, samples: WireSamples, reply: Sequence[Step]
) -> None:
    server.path, server.script = samples.path, [reply]
    assert ours(server, samples) == (WHOLE, False)
    assert theirs(server, http, samples) == (WHOLE, False)
    assert server.asked[0].path == server.asked[1].path


@pytest.mark.parametrize(("samples", "reply"), _cases(breaking_replies))
def test_sdk_sees_error_in_stream(
    server: ProviderServer, http: Any, samples: WireSamples, reply: Sequence[Step]
) -> None:
    server.path, server.script = samples.path, [reply]
    assert ours(server, samples) == (HALF, True)
    assert theirs(server, http, samples) == (HALF, True)


@pytest.mark.parametrize("samples", SAMPLES, ids=lambda samples: samples.provider)
def test_sdk_reads_same_models(server: ProviderServer, http: Any, samples: WireSamples) -> None:
    server.path, server.list_reply = samples.path, [json_reply(samples.listing)]
    provider = KNOWN[samples.provider]
    page = provider.protocol.models_in(json_reply(samples.listing).partition(b"\r\n\r\n")[2].decode())
    assert page is not None
    assert samples.model in page.names
    assert set(page.names) <= set(their_models(server, http, samples))


@pytest.mark.parametrize("samples", SAMPLES, ids=lambda samples: samples.provider)
def test_sdk_sees_rejected_key(server: ProviderServer, http: Any, samples: WireSamples) -> None:
    server.path = samples.path
    for refuse in samples.wrong_key.values():
        status, body = refuse(KEY)
        server.script = [[plain_reply(body, "application/json", status)]]
        assert ours(server, samples) == ("", True)
        assert theirs(server, http, samples) == ("", True)


@pytest.mark.parametrize("samples", SAMPLES, ids=lambda samples: samples.provider)
def test_key_is_in_one_header_only(server: ProviderServer, http: Any, samples: WireSamples) -> None:
    server.path, server.script = samples.path, [good_replies(samples)["ok"]]
    ours(server, samples)
    theirs(server, http, samples)
    for request in server.asked:
        assert [value.removeprefix("Bearer ") for value in request.headers.values()].count(KEY) == 1
        assert KEY not in request.path
    assert server.asked[0].headers[samples.key_header] == samples.key_prefix + KEY


def ours(server: ProviderServer, samples: WireSamples) -> SpokenText:
    """Send a request as the llm process does."""
    text = ""

    def grow(added: str, received_ns: int, *, replaces: bool) -> None:
        nonlocal text
        text = added if replaces else text + added

    async def ask() -> None:
        provider, settings = KNOWN[samples.provider].at(server.base_url), LlmSettings()
        async with HttpConnection(
            provider, KEY, ClientContext(settings, lambda event: None, DirectSockets())
        ) as line:
            chosen = dialect(provider, samples.model, settings)
            connection = Connection(line, samples.model, dialect=chosen)
            now_s = asyncio.get_running_loop().time()
            answer = AnswerStream(connection, TimeLimits(now_s + 8, now_s + 20), grow, lambda reply: None)
            await answer.run(connection.body(AnswerPrompt(question="Why?")), question=1)

    try:
        asyncio.run(ask())
    except RequestFailed:
        return text, True
    return text, False


def theirs(server: ProviderServer, http: Any, samples: WireSamples) -> SpokenText:
    """Send a request with the provider's own SDK."""
    import anthropic
    import openai
    from google.genai import errors

    text = ""
    try:
        for added in _asked(server, http, samples):
            text += added
    except (
        openai.OpenAIError,
        anthropic.AnthropicError,
        errors.APIError,
        errors.UnknownApiResponseError,
    ):
        return text, True
    return text, False


def _asked(server: ProviderServer, http: Any, samples: WireSamples) -> Iterator[str]:
    match samples.provider:
        case "anthropic":
            yield from _by_messages(_anthropic(server, http), samples)
        case "gemini":
            yield from _by_generate_content(_genai(server, http), samples)
        case "openai" | "xai":
            yield from _by_responses(_openai(server, http), samples)
        case _:
            yield from _by_chat(_openai(server, http), samples)


def _by_messages(client: Any, samples: WireSamples) -> Iterator[str]:
    said = [{"role": "user", "content": "Why?"}]
    with client.messages.stream(model=samples.model, max_tokens=9, messages=said) as stream:
        yield from stream.text_stream


def _by_generate_content(client: Any, samples: WireSamples) -> Iterator[str]:
    for chunk in client.models.generate_content_stream(model=samples.model, contents="Why?"):
        for candidate in chunk.candidates or []:
            for part in (candidate.content and candidate.content.parts) or []:
                if part.text and not part.thought:
                    yield part.text


def _by_responses(client: Any, samples: WireSamples) -> Iterator[str]:
    for event in client.responses.create(model=samples.model, input="Why?", stream=True, store=False):
        if event.type == "response.output_text.delta":
            yield event.delta
        elif event.type in ("response.failed", "error"):
            from openai import OpenAIError

            raise OpenAIError("it said so")


def _by_chat(client: Any, samples: WireSamples) -> Iterator[str]:
    said = [{"role": "user", "content": "Why?"}]
    for chunk in client.chat.completions.create(model=samples.model, messages=said, stream=True):
        if chunk.choices and chunk.choices[0].delta.content:
            yield chunk.choices[0].delta.content


def their_models(server: ProviderServer, http: Any, samples: WireSamples) -> list[str]:
    """Return the models that the provider's own SDK lists."""
    match samples.provider:
        case "anthropic":
            return [model.id for model in _anthropic(server, http).models.list()]
        case "gemini":
            return [str(m.name).removeprefix("models/") for m in _genai(server, http).models.list()]
        case _:
            return [model.id for model in _openai(server, http).models.list()]


def _openai(server: ProviderServer, http: Any) -> Any:
    from openai import OpenAI

    return OpenAI(api_key=KEY, base_url=server.base_url, http_client=http, max_retries=0)


def _anthropic(server: ProviderServer, http: Any) -> Any:
    from anthropic import Anthropic

    base_url = server.base_url.removesuffix("/v1")
    return Anthropic(api_key=KEY, base_url=base_url, http_client=http, max_retries=0)


def _genai(server: ProviderServer, http: Any) -> Any:
    from google import genai

    base_url = server.base_url.removesuffix("/v1beta")
    options = genai.types.HttpOptions(base_url=base_url, api_version="v1beta", httpx_client=http)
    return genai.Client(api_key=KEY, http_options=options)
