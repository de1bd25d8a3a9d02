"""What a provider is: a server that answers, as data.

Pure: opens no connection and reads no key.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from llm.protocols.chat_completions import CHAT_COMPLETIONS
from llm.protocols.protocol import Dialect, Protocol
from llm.providers.model_names import begins_in_thoughts, runs_in_cloud
from llm.settings import LlmSettings

SMALL_MODEL_TOKENS = 160
"""The small model loses its thread soon after."""


@dataclass(frozen=True)
class Thinking:
    """How models are kept from thinking for long before they answer."""

    models: tuple[str, ...]
    """Patterns of their names, as of files."""
    fields: dict[str, Any] = field(default_factory=dict)
    """What is added to a request."""
    tokens: int = 0
    """What they may think beyond the answer's own tokens, since providers count both."""


@dataclass(frozen=True)
class Provider:
    """A server that answers."""

    name: str
    base_url: str
    """Address of the API, up to and including its version."""
    protocol: Protocol = CHAT_COMPLETIONS
    key_variables: tuple[str, ...] = ()
    """Environment variables in which its key may be, the first that is set counts."""
    needs_key: bool = False
    key_name: str = ""
    """Under which name the key store holds its key; empty means its own."""
    preferred_models: tuple[str, ...] = ()
    """Taken in this order when the user named none and the server lists them: names, or patterns of names
    (as of files), of which the newest that fits is taken."""
    lists_all: bool = False
    """A model that it does not list is one that it does not have."""
    max_tokens_field: str = "max_tokens"
    takes_temperature: bool = True
    thinking: tuple[Thinking, ...] = ()
    """The first that fits the model counts."""
    search_place: int = 0
    """When it is looked for on this machine: 1 for first, 0 for never."""
    small: bool = False
    """The model is small and needs few words, a short leash and a guard against loops."""

    @property
    def host(self) -> str:
        """Host and port, as the ledger shows them."""
        return host_and_port(self.base_url)

    @property
    def local(self) -> bool:
        """Whether it is on this machine's loopback."""
        return is_loopback(self.base_url)

    @property
    def encrypted(self) -> bool:
        """Whether it is asked over TLS."""
        return self.base_url.startswith("https:")

    @property
    def may_load_first(self) -> bool:
        """Whether it is a server of the user's own, which may have to load its model before it answers."""
        return not self.encrypted and not self.small

    def at(self, address: str) -> Provider:
        """Return the same provider, spoken to at another address: that of a gateway."""
        return replace(self, base_url=address, lists_all=False)


def dialect(provider: Provider, model: str, settings: LlmSettings) -> Dialect:
    """Return what this provider wants to read for this model."""
    if provider.small:
        return Dialect(
            small=True,
            max_tokens=min(settings.answer_tokens, SMALL_MODEL_TOKENS),
            temperature=0.2,
            extra={"repeat_penalty": 1.1, "cache_prompt": True},
        )
    fitting = (kind for kind in provider.thinking if any(fnmatchcase(model, name) for name in kind.models))
    thinking = next(fitting, Thinking(()))
    return Dialect(
        max_tokens=settings.answer_tokens + thinking.tokens,
        max_tokens_field=provider.max_tokens_field,
        temperature=settings.temperature if provider.takes_temperature else None,
        extra=thinking.fields,
        begins_in_thoughts=begins_in_thoughts(model),
    )


def leaves_machine(provider: Provider, model: str) -> bool:
    """Tell whether what is sent to this provider leaves the machine, as far as its address and model tell."""
    return not provider.local or runs_in_cloud(model)


def is_loopback(address: str) -> bool:
    """Tell whether an address is on this machine's loopback."""
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_and_port(address: str) -> str:
    """Return host and port of an address, and nothing else that it may hold."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.hostname or ""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
