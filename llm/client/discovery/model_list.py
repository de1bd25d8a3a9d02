"""Lists a provider's models and chooses the one to request."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bus.failures import ProviderFailure
from llm.client import errors, response_errors
from llm.client.http.connection import HttpConnection, HttpResponse
from llm.protocols.errors import error_in
from llm.providers.model_names import is_alias, listed_model, suitable_model
from llm.providers.provider import Provider

_MAX_PAGES = 5


async def list_models(
    http: HttpConnection, timeout_s: float, tried: list[str] | None = None
) -> tuple[str, ...] | None:
    """Return the models that the provider lists; None when it has no list.

    Args:
        http: Connection to the provider.
        timeout_s: Limit for all pages together.
        tried: Receives each requested address with the status of its response.

    Raises:
        RequestFailed: The provider cannot be reached, refuses, or returns something else.
    """
    names: tuple[str, ...] = ()
    provider, protocol = http.provider, http.provider.protocol
    path = protocol.models_path
    try:
        async with asyncio.timeout(timeout_s):
            for _ in range(_MAX_PAGES):
                async with http.get(path) as response:
                    body = await response.text()
                if tried is not None:
                    tried.append(f"{provider.base_url}/{path.lstrip('/')} (HTTP {response.status})")
                _check(provider, response, body)
                page = protocol.models_in(body)
                if page is None:
                    return names or None
                names, path = names + page.names, page.next_path
                if not path:
                    break
    except TimeoutError:
        raise errors.model_list_timed_out(provider) from None
    return names


def _check(provider: Provider, response: HttpResponse, body: str) -> None:
    if response.status in (404, 405, 501):
        return  # a server without a list may still answer
    if response.status != 200:
        raise response_errors.refused(provider, response.status, response.headers, error_in(body))
    if "html" in response.content_type:
        raise response_errors.not_a_stream(provider, response.content_type, error_in(body))


def choose_model(
    provider: Provider, wanted: str, listed: tuple[str, ...] | None, tried: Sequence[str]
) -> str:
    """Return the model to request.

    Args:
        provider: The provider that lists the models.
        wanted: The model that the user named; empty for any.
        listed: The listed models; None when the provider has no list.
        tried: The addresses at which a list was requested.

    Raises:
        RequestFailed: The wanted model does not exist.
        ProviderFailure: No listed model can answer.
    """
    if wanted and listed is not None:
        model = listed_model(wanted, listed)
        lists_all = provider.lists_all or (not provider.encrypted and provider.name == provider.base_url)
        if model is None and lists_all and not is_alias(wanted, listed):
            raise response_errors.no_such_model(provider, wanted, listed)
        return model or wanted
    model = wanted or suitable_model(listed or (), provider.preferred_models)
    if not model:
        raise _no_model(provider, tried if listed is None else ())
    return model


def _no_model(provider: Provider, tried: Sequence[str]) -> ProviderFailure:
    if tried:
        return errors.no_provider(
            f"{provider.name} lists no models; tried {', '.join(tried)}",
            "check the address (most end in /v1), or name the model with --model",
        )
    return errors.no_provider(
        f"{provider.name} lists no chat model", "pull a chat model there, or name one with --model"
    )
