"""Description of a provider, as data.

Pure: opens no connection and reads no key.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from bus.messages.session import ProviderCard
from llm.protocols.chat_completions import CHAT_COMPLETIONS
from llm.protocols.protocol import Dialect, Protocol
from llm.providers.model_names import runs_in_cloud, starts_in_reasoning
from llm.settings import LlmSettings

SMALL_MODEL_TOKENS = 160
"""Longer answers of the small model are incoherent."""


@dataclass(frozen=True)
class Thinking:
    """Settings that limit the reasoning of some models."""

    models: tuple[str, ...]
    """Name patterns, as for files."""
    fields: dict[str, Any] = field(default_factory=dict)
    """Fields to add to a request."""
    tokens: int = 0
    """Tokens for reasoning, added to the answer's limit because providers count both."""


@dataclass(frozen=True)
class Provider:
    """A server that answers."""

    name: str
    base_url: str
    """Address of the API, up to and including its version."""
    protocol: Protocol = CHAT_COMPLETIONS
    key_variables: tuple[str, ...] = ()
    """Environment variables for its key; the first that is set counts."""
    needs_key: bool = False
    key_name: str = ""
    """Name of its key in the key store; empty means the provider's."""
    preferred_models: tuple[str, ...] = ()
    """Default models in this order, if listed: names or patterns, of which the newest match is taken."""
    lists_all: bool = False
    """The list of models is complete."""
    max_tokens_field: str = "max_tokens"
    takes_temperature: bool = True
    thinking: tuple[Thinking, ...] = ()
    """The first that matches the model counts."""
    search_order: int = 0
    """Position in the search on this machine: 1 for first, 0 for never."""
    small: bool = False
    """The small model: needs a short prompt, short answers and loop detection."""
    card: ProviderCard | None = None
    """What a hosted provider does with requests; none for servers of the user's own."""
    keep_nothing: dict[str, Any] = field(default_factory=dict)
    """Fields that every request has so that its answer is not kept."""

    @property
    def host(self) -> str:
        """Host and port."""
        return host_and_port(self.base_url)

    @property
    def local(self) -> bool:
        """Whether it is on this machine's loopback."""
        return is_loopback(self.base_url)

    @property
    def encrypted(self) -> bool:
        """Whether it uses TLS."""
        return self.base_url.startswith("https:")

    @property
    def may_load_model(self) -> bool:
        """Whether it is a server of the user's own, which may have to load the model before it answers."""
        return not self.encrypted and not self.small

    def at(self, address: str) -> Provider:
        """Return the same provider behind a gateway's address; the gateway's own terms apply."""
        return replace(self, base_url=address, lists_all=False, card=None)


def dialect(provider: Provider, model: str, settings: LlmSettings) -> Dialect:
    """Return the dialect for this model."""
    if provider.small:
        return Dialect(
            small=True,
            max_tokens=min(settings.answer_tokens, SMALL_MODEL_TOKENS),
            temperature=0.2,
            extra={"repeat_penalty": 1.1, "cache_prompt": True},
        )
    matching = (kind for kind in provider.thinking if any(fnmatchcase(model, name) for name in kind.models))
    thinking = next(matching, Thinking(()))
    return Dialect(
        max_tokens=settings.answer_tokens + thinking.tokens,
        max_tokens_field=provider.max_tokens_field,
        temperature=settings.temperature if provider.takes_temperature else None,
        extra=thinking.fields,
        starts_in_reasoning=starts_in_reasoning(model),
    )


def leaves_machine(provider: Provider, model: str) -> bool:
    """Return whether requests leave the machine, judging by address and model name."""
    return not provider.local or runs_in_cloud(model)


def is_loopback(address: str) -> bool:
    """Return whether an address is on this machine's loopback."""
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_and_port(address: str) -> str:
    """Return only host and port of an address."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.hostname or ""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
