"""The providers we know, as data, and what a name on the command line means.

Pure: opens no connection and reads no key. All of them speak chat completions; another protocol would be
another adapter beside `llm.chat_completions`.
"""

from __future__ import annotations

import difflib
import ipaddress
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from bus.failures import SettingsFailure
from llm.request import Dialect
from llm.settings import LlmSettings

SMALL_MODEL_TOKENS = 160
"""The small model loses its thread soon after."""


@dataclass(frozen=True)
class Provider:
    """A server that answers."""

    name: str
    base_url: str
    """Address of the API, up to and including its version."""
    key_variables: tuple[str, ...] = ()
    """Environment variables in which its key may be, the first that is set counts."""
    needs_key: bool = False
    preferred_models: tuple[str, ...] = ()
    """Taken in this order when the user named none and the server lists them."""
    max_tokens_field: str = "max_tokens"
    takes_temperature: bool = True
    small: bool = False
    """The model is small and needs few words, a short leash and a guard against loops."""

    @property
    def host(self) -> str:
        """Host and port, as the ledger shows them."""
        parts = urlsplit(self.base_url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = parts.hostname or ""
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    @property
    def local(self) -> bool:
        """Whether it is on this machine's loopback."""
        return is_loopback(self.base_url)


OPENAI = Provider(
    name="openai",
    base_url="https://api.openai.com/v1",
    key_variables=("OPENAI_API_KEY",),
    needs_key=True,
    preferred_models=("gpt-4.1-mini", "gpt-4o-mini"),
    max_tokens_field="max_completion_tokens",
    takes_temperature=False,
)
GROQ = Provider(
    name="groq",
    base_url="https://api.groq.com/openai/v1",
    key_variables=("GROQ_API_KEY",),
    needs_key=True,
    preferred_models=("openai/gpt-oss-120b", "llama-3.3-70b-versatile"),
)
XAI = Provider(
    name="xai",
    base_url="https://api.x.ai/v1",
    key_variables=("XAI_API_KEY",),
    needs_key=True,
    preferred_models=("grok-4-fast-non-reasoning", "grok-3-mini"),
)
OLLAMA = Provider(name="ollama", base_url="http://127.0.0.1:11434/v1")
LM_STUDIO = Provider(name="lmstudio", base_url="http://127.0.0.1:1234/v1")
LLAMA_CPP = Provider(name="llamacpp", base_url="http://127.0.0.1:8080/v1")

KNOWN = {provider.name: provider for provider in (OPENAI, GROQ, XAI, OLLAMA, LM_STUDIO, LLAMA_CPP)}
"""Providers by the name a user gives."""

ON_THIS_MACHINE = (OLLAMA, LM_STUDIO, LLAMA_CPP)
"""Servers that are looked for, in the order of preference."""

WORDS = ("auto", "local", "none")
"""What else `provider` may say."""

OWN_KEY_VARIABLE = "CUECARD_API_KEY"
"""Holds the key for an address that is none of the known providers."""

# fmt: off
_NOT_FOR_CHAT = (
    "embed", "whisper", "tts", "dall-e", "image", "moderation", "audio", "realtime", "transcribe", "rerank",
    "guard", "davinci", "babbage", "sora", "speech", "search", "codex", "bge-", "ocr",
)
# fmt: on


def named_provider(settings: LlmSettings) -> Provider | None:
    """Return the provider the settings name; None for "auto", "local" and "none".

    Raises:
        SettingsFailure: The name is unknown, or the address is none we may send to.
    """
    name = settings.provider.strip()
    if name in WORDS:
        return None
    provider = KNOWN.get(name.lower())
    if provider is None:
        if "://" not in name:
            raise _unknown(name)
        provider = Provider(name=name, base_url=_checked(name), key_variables=(OWN_KEY_VARIABLE,))
        if provider.local:  # a key must be meant for this server before it is shown to one
            provider = replace(provider, key_variables=())
    if settings.key_variable:
        provider = replace(provider, key_variables=(settings.key_variable,))
    return provider


def small_model(address: str) -> Provider:
    """Return the small model's server at this address."""
    return Provider(name="the small model", base_url=address, small=True)


def dialect(provider: Provider, settings: LlmSettings) -> Dialect:
    """Return what this provider wants to read."""
    if provider.small:
        return Dialect(
            small=True,
            max_tokens=min(settings.answer_tokens, SMALL_MODEL_TOKENS),
            temperature=0.2,
            extra={"repeat_penalty": 1.1, "cache_prompt": True},
        )
    return Dialect(
        max_tokens_field=provider.max_tokens_field,
        max_tokens=settings.answer_tokens,
        temperature=settings.temperature if provider.takes_temperature else None,
    )


def suitable_model(listed: list[str], preferred: tuple[str, ...] = ()) -> str | None:
    """Return the model to ask for among those a server lists, or None when none can chat."""
    wanted = [model for model in preferred if model in listed]
    chatty = [model for model in listed if not any(word in model.lower() for word in _NOT_FOR_CHAT)]
    return next(iter(wanted or [model for model in chatty if not _computes_elsewhere(model)]), None)


def listed_model(wanted: str, listed: list[str]) -> str | None:
    """Return the listed model that the user means: "llama3.2" means "llama3.2:latest"."""
    return next((model for model in listed if model == wanted or model.startswith(f"{wanted}:")), None)


def leaves_machine(provider: Provider, model: str) -> bool:
    """Tell whether what is sent to this provider leaves the machine, as far as its address and model tell."""
    return not provider.local or _computes_elsewhere(model)


def _computes_elsewhere(model: str) -> bool:
    return model.endswith(("-cloud", ":cloud"))  # Ollama hands these on to its own servers


def is_loopback(address: str) -> bool:
    """Tell whether an address is on this machine's loopback."""
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _checked(address: str) -> str:
    """Return the address without a slash at its end, if we may send to it."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise _bad_address(address, str(error)) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise _bad_address(address, "it is no http address")
    if parts.username is not None or parts.query or parts.fragment:
        raise _bad_address(
            address, "it holds more than a host and a path; a key belongs into the environment"
        )
    if parts.scheme == "http" and not is_loopback(address):
        raise _bad_address(address, "plain http would show your questions to the network")
    return address.rstrip("/")


def _bad_address(address: str, why: str) -> SettingsFailure:
    host = address.partition("://")[2].rpartition("@")[2].partition("?")[0]
    return SettingsFailure(
        f"the provider {host or 'given'} cannot be used: {why}",
        kept="nothing was sent",
        todo="give https://HOST/v1, or http://127.0.0.1:PORT/v1 for a server on this machine",
    )


def _unknown(name: str) -> SettingsFailure:
    known = [*WORDS, *KNOWN]
    nearest = difflib.get_close_matches(name.lower(), known, n=1)
    todo = (
        f"did you mean {nearest[0]!r}?" if nearest else f"known are {', '.join(known)}, or an https address"
    )
    return SettingsFailure(f"there is no provider {name!r}", kept="nothing was sent", todo=todo)
