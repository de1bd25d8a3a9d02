"""Turns an error that a provider reports into the error that the user reads.

Providers disagree about status codes and wording; both are interpreted here. A provider's own message is left
out where it may quote the key.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence

from llm.client.errors import KeyRejected, ModelLoading, RequestFailed, UnsupportedField, WrongAddress
from llm.client.retry import retry_after_s
from llm.protocols.errors import ReportedError
from llm.providers.model_names import nearest_model
from llm.providers.provider import Provider

_KEY_WORDS = re.compile(
    r"api[ _-]?key|invalid[ _]auth|unauthor|authentication|API_KEY_INVALID", re.IGNORECASE
)
_QUOTA_USED_UP = re.compile(
    r"insufficient_quota|credit[_ ]balance|spend_limit|spending limit|billing|exceeded your current quota"
    r"|payment|usage limits|PerDay",
    re.IGNORECASE,
)
_SHORT_QUOTA = re.compile(r"PerMinute|PerSecond")
"""Google words a quota that is full for a minute like one that is used up for the day."""
_NO_MODEL = re.compile(
    r"model_not_found|model_decommissioned|model.*(does not exist|not found|retired)", re.I
)
_LOADING = re.compile(r"\bload(ing|ed)?\b|warming up|starting", re.IGNORECASE)
_TEMPORARY = frozenset({408, 409, 425, 429, 498, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
_PERMANENT = {
    403: ("denied access (HTTP 403)", "check the permissions of the key and the account"),
    404: ("returned not found (HTTP 404): unknown address or model", "check --model and --provider"),
    413: ("rejected the request as too large (HTTP 413)", "use shorter notes, or fewer passages"),
}


def refused(
    provider: Provider,
    status: int,
    headers: Mapping[str, str],
    error: ReportedError,
    *,
    model: str = "",
    listed: Sequence[str] = (),
) -> RequestFailed:
    """Return the error for a status other than 200.

    Args:
        provider: The provider.
        status: The status.
        headers: The response's headers, names in lower case.
        error: The error in the body.
        model: The requested model; empty when none was.
        listed: The models that the provider listed.
    """
    name, detail = provider.name, f": {error.message}" if error.message else ""
    evidence = f"{error.code} {error.reason} {error.message}"
    if status == 401 or (status in (400, 403) and _KEY_WORDS.search(evidence)):
        return KeyRejected(f"{name} rejected the API key", fix=_fix_key(provider))
    if status == 402 or _is_quota_used_up(error):
        return _quota_used_up(provider)
    if 300 <= status < 400:
        return WrongAddress(
            f"{name} returned a redirect (HTTP {status}), and redirects are not followed",
            fix="give the address of the API itself",
        )
    if model and (_NO_MODEL.search(evidence) or (listed and status == 404)):
        return no_such_model(provider, model, listed)
    if status in _TEMPORARY:
        return _temporary(provider, status, headers, error)
    what, fix = _PERMANENT.get(
        status, (f"rejected the request (HTTP {status})", "check --model and --provider")
    )
    return RequestFailed(f"{name} {what}{detail}", fix=fix)


def no_such_model(provider: Provider, model: str, listed: Sequence[str]) -> RequestFailed:
    """Return the error for a model that the provider does not have, or no longer has."""
    nearest = nearest_model(model, [name for name in listed if name != model])
    what = f"{provider.name} has no model {model!r}"
    if nearest:
        return RequestFailed(f"{what}; nearest is {nearest!r}", fix=f"use --model {nearest}")
    if listed:
        shown = ", ".join(listed[:5]) + (", …" if len(listed) > 5 else "")
        what = f"{what}; it lists {shown}"
    return RequestFailed(what, fix="name another with --model, or omit it to take the first suitable one")


def unsupported_field(provider: Provider, error: ReportedError) -> RequestFailed:
    """Return the error for a field that the provider does not support; the next request omits it."""
    return UnsupportedField(
        f"{provider.name} does not support a field of the request: {error.message}",
        fix="ask again; the field is omitted from now on",
        may_retry=True,
    )


def not_a_stream(provider: Provider, content_type: str, error: ReportedError) -> RequestFailed:
    """Return the error for a response with status 200 that is not a stream."""
    if "html" in content_type:
        return WrongAddress(
            f"{provider.name} returned a web page",
            fix="check the address; on a guest network, sign in with a browser first",
        )
    detail = f": {error.message}" if error.message else f" ({content_type or 'no content type'})"
    return RequestFailed(
        f"{provider.name} returned a body that is not a stream{detail}", fix="check --provider"
    )


def aborted(provider: Provider, error: ReportedError) -> RequestFailed:
    """Return the error for an error event in the middle of a stream."""
    if _is_quota_used_up(error):
        return _quota_used_up(provider)
    detail = f": {error.message}" if error.message else ""
    return RequestFailed(
        f"{provider.name} aborted its answer{detail}",
        fix="ask again",
        may_retry=True,
        retry_after_s=error.retry_after_s,
    )


def _is_quota_used_up(error: ReportedError) -> bool:
    evidence = f"{error.code} {error.reason} {error.message}"
    return bool(_QUOTA_USED_UP.search(evidence)) and not _SHORT_QUOTA.search(error.reason)


def _quota_used_up(provider: Provider) -> RequestFailed:
    return RequestFailed(
        f"{provider.name} reports that the credit or quota of the account is used up",
        fix="add credit, or use another provider",
    )


def _temporary(
    provider: Provider, status: int, headers: Mapping[str, str], error: ReportedError
) -> RequestFailed:
    wait_s = retry_after_s(headers, time.time()) or error.retry_after_s
    if provider.may_load_model and status in (500, 503) and _LOADING.search(error.message):
        return ModelLoading(
            f"{provider.name} is still loading the model",
            fix="ask again when the model is loaded",
            may_retry=True,
        )
    what = "rate limit reached" if status == 429 else "is overloaded or failing"
    return RequestFailed(
        f"{provider.name} {what} (HTTP {status}){f': {error.message}' if error.message else ''}",
        fix=f"wait {wait_s:.0f} s and ask again" if wait_s > 1 else "ask again in a moment",
        may_retry=headers.get("x-should-retry") != "false",
        retry_after_s=wait_s,
    )


def _fix_key(provider: Provider) -> str:
    if provider.key_variables:
        variables = " or ".join(provider.key_variables)
        return f"check {variables}, or `cuecard keys set {provider.name}`, and start again"
    return "name the variable that holds its key: key_variable in [llm]"
