"""Errors of requests to a provider, each with the sentence that the user reads.

No sentence contains the key. `response_errors.py` interprets what a provider itself reports.
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence

from bus.failures import ProviderFailure
from llm.client.http.sockets import ConnectFailed
from llm.protocols.endings import LENGTH
from llm.providers.provider import Provider

_KEPT = "the transcript continues, and your notes are shown"


class RequestFailed(ProviderFailure):
    """A request to a provider failed.

    Args:
        problem: What happened.
        fix: What to do next.
        may_retry: Whether the same request may succeed in a moment.
        retry_after_s: How long the provider asks the client to wait before that.
    """

    def __init__(
        self, problem: str, *, fix: str = "", may_retry: bool = False, retry_after_s: float = 0.0
    ) -> None:
        super().__init__(problem, kept=_KEPT, fix=fix)
        self.may_retry = may_retry
        self.retry_after_s = retry_after_s


class Unreachable(RequestFailed):
    """No connection could be opened; the server may have moved."""


class KeyRejected(RequestFailed):
    """The provider rejected the key."""


class WrongAddress(RequestFailed):
    """The response does not come from the API, which may be at another path."""


class ModelLoading(RequestFailed):
    """A server of the user's own is still loading the model."""


class UnsupportedField(RequestFailed):
    """The provider rejected a field that later requests omit, so the request can be repeated at once."""


# --- no provider, no connection ------------------------------------------------------------------------


def no_provider(problem: str, fix: str) -> ProviderFailure:
    """Return the failure for a session that has no provider."""
    return ProviderFailure(problem, kept=_KEPT, fix=fix)


def unreachable(provider: Provider, proxy: str, causes: Sequence[BaseException]) -> RequestFailed:
    """Return the error for a connection that could not be opened.

    Args:
        provider: The provider.
        proxy: Host and port of the proxy; empty when there is none.
        causes: The exception and the chain of its causes.
    """
    host = provider.host
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _tls_failed(host, "certificate check", cause.verify_message)
        if isinstance(cause, ssl.SSLError):
            return _tls_failed(host, "handshake", cause.reason or "no TLS")
    failed = next((cause for cause in causes if isinstance(cause, ConnectFailed)), None)
    if failed is not None and failed.why:
        return Unreachable(f"{host} cannot be reached: {failed.why}", fix=failed.fix, may_retry=True)
    if provider.local:
        fix = "start the server, or use --provider auto"
    elif proxy:
        fix = f"check the network and the proxy {proxy}"
    else:
        fix = "check the network; behind a proxy, set environment_proxy = true in [llm]"
    return Unreachable(f"{host} cannot be reached", fix=fix, may_retry=True)


def _tls_failed(host: str, step: str, why: str) -> RequestFailed:
    return RequestFailed(
        f"TLS {step} failed for {host} ({why}); nothing was sent",
        fix="check the clock and the network; behind an inspecting proxy, set SSL_CERT_FILE",
    )


def connection_lost(host: str, error: Exception) -> RequestFailed:
    """Return the error for a connection that broke."""
    return RequestFailed(
        f"the connection to {host} was lost ({type(error).__name__})", fix="ask again", may_retry=True
    )


def read_timed_out(host: str, timeout_s: float) -> RequestFailed:
    """Return the error for a server that sends nothing."""
    return RequestFailed(f"{host} sent nothing for {timeout_s:.0f} s", fix="ask again", may_retry=True)


def model_list_timed_out(provider: Provider) -> RequestFailed:
    """Return the error for a list of models that took too long."""
    return RequestFailed(
        f"{provider.name} did not list its models in time", fix="check whether the server is overloaded"
    )


# --- the answer ----------------------------------------------------------------------------------------


def stopped_early(provider: Provider) -> RequestFailed:
    """Return the error for a stream that ended without saying that the answer is complete."""
    return RequestFailed(
        f"{provider.name} stopped in the middle of its answer", fix="ask again", may_retry=True
    )


def declined(provider: Provider, reason: str) -> RequestFailed:
    """Return the error for an answer that the model or a content filter refused to give."""
    return RequestFailed(
        f"{provider.name} declined to answer this ({reason.lower().replace('_', ' ')})",
        fix="rephrase the question, or use your notes",
    )


def empty_answer(provider: Provider, reason: str, *, thought: bool = False) -> RequestFailed:
    """Return the error for an answer that is complete and has no visible text."""
    if reason == LENGTH:
        return RequestFailed(
            f"{provider.name} used all answer tokens for reasoning and returned no visible answer",
            fix="raise answer_tokens in [llm], or use a model that reasons less",
        )
    if thought:
        return RequestFailed(
            f"{provider.name} returned only reasoning and no visible answer",
            fix="ask again, or use a model that reasons less",
        )
    return RequestFailed(f"{provider.name} returned no visible answer", fix="ask again, or use another model")


def timed_out(provider: Provider, *, begun: bool, thinking: bool) -> RequestFailed:
    """Return the error for an answer, or its first text, that took too long."""
    name = provider.name
    if begun:
        return RequestFailed(
            f"{name} took too long to finish", fix="ask again, or raise total_timeout_s in [llm]"
        )
    if thinking:
        return RequestFailed(
            f"{name} was still reasoning at the time limit",
            fix="raise total_timeout_s in [llm], or use a model that reasons less",
        )
    return RequestFailed(
        f"{name} sent no text in time", fix="ask again, or raise first_token_timeout_s in [llm]"
    )


def too_long(provider: Provider) -> RequestFailed:
    """Return the error for an answer, or one event of it, beyond the size limit."""
    return RequestFailed(f"{provider.name} sent an answer that is far too long", fix="ask again")
