"""What it means when a provider does not answer, in one line for a person; and whether to try again.

Pure. Providers disagree about status codes and words; the key never stands in what is said here, and a
provider's own words are left out where they may quote it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime

from bus.failures import ProviderFailure
from llm.protocols.endings import LENGTH
from llm.protocols.errors import ReportedError
from llm.providers.model_names import nearest_model
from llm.providers.provider import Provider

RETRIES_AT_MOST = 2
BACKOFF_S = 0.4
LOADING_RETRY_S = 1.0
"""How often a server that loads its model is asked again, for as long as a first word may take."""
_KEPT = "the transcript goes on, and your notes are shown"

_KEY_WORDS = re.compile(
    r"api[ _-]?key|invalid[ _]auth|unauthor|authentication|API_KEY_INVALID", re.IGNORECASE
)
_SPENT = re.compile(
    r"insufficient_quota|credit[_ ]balance|spend_limit|spending limit|billing|exceeded your current quota"
    r"|payment|usage limits|PerDay",
    re.IGNORECASE,
)
_SHORT_QUOTA = re.compile(r"PerMinute|PerSecond")
"""Google words a quota that is full for a minute like one that is spent for the day."""
_NO_MODEL = re.compile(
    r"model_not_found|model_decommissioned|model.*(does not exist|not found|retired)", re.I
)
_LOADING = re.compile(r"\bload(ing|ed)?\b|warming up|starting", re.IGNORECASE)
_BUSY = frozenset({408, 409, 425, 429, 498, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
_REFUSED = {
    403: ("forbids this", "check what the key and the account may do"),
    404: ("does not know this address or model", "check --model and --provider"),
    413: ("finds the request too large", "use shorter notes, or fewer passages"),
}


class RequestFailed(ProviderFailure):
    """A provider did not answer.

    Args:
        problem: What happened.
        fix: What to do next.
        may_retry: Whether the same request may do better in a moment.
        retry_after_s: How long the provider asks us to wait before that.
        unreachable: Nobody answered at all, so the server may have to be looked for anew.
        declined: The model will not answer this question; another may.
        loading: The server is still loading the model.
        misplaced: Something answered that is no API; the API may be at another path.
        asks_plainer: What the provider complains of is left out from now on: it can be asked again at once.
    """

    def __init__(
        self,
        problem: str,
        *,
        fix: str = "",
        may_retry: bool = False,
        retry_after_s: float = 0.0,
        unreachable: bool = False,
        declined: bool = False,
        loading: bool = False,
        misplaced: bool = False,
        asks_plainer: bool = False,
    ) -> None:
        super().__init__(problem, kept=_KEPT, fix=fix)
        self.may_retry = may_retry
        self.retry_after_s = retry_after_s
        self.unreachable = unreachable
        self.declined = declined
        self.loading = loading
        self.misplaced = misplaced
        self.asks_plainer = asks_plainer


def refused(
    provider: Provider,
    status: int,
    headers: Mapping[str, str],
    error: ReportedError,
    *,
    model: str = "",
    listed: Sequence[str] = (),
) -> RequestFailed:
    """Return what a status other than 200 means.

    Args:
        provider: Who answered so.
        status: The status.
        headers: The response's headers, names in lower case.
        error: What the body says.
        model: The model that was asked for; empty when none was.
        listed: The models that the provider listed.
    """
    name, said = provider.name, f": {error.message}" if error.message else ""
    evidence = f"{error.code} {error.reason} {error.message}"
    if status == 401 or (status in (400, 403) and _KEY_WORDS.search(evidence)):
        return RequestFailed(f"{name} does not accept the key", fix=_mend_key(provider))
    if status == 402 or _is_spent(error):
        return _spent(provider)
    if 300 <= status < 400:
        return RequestFailed(
            f"{name} returned a redirect (HTTP {status}), and redirects are not followed",
            fix="give the address of the API itself",
            misplaced=True,
        )
    if model and (_NO_MODEL.search(evidence) or (listed and status == 404)):
        return no_such_model(provider, model, listed)
    if status in _BUSY:
        return _busy(provider, status, headers, error)
    what, fix = _REFUSED.get(status, ("refused the request (HTTP {status})", "check --model and --provider"))
    return RequestFailed(f"{name} {what.format(status=status)}{said}", fix=fix)


def no_such_model(provider: Provider, model: str, listed: Sequence[str]) -> RequestFailed:
    """Return what it means that a provider does not have, or no longer has, a model."""
    nearest = nearest_model(model, [name for name in listed if name != model])
    what = f"{provider.name} has no model {model!r}"
    if nearest:
        return RequestFailed(f"{what}; nearest is {nearest!r}", fix=f"use --model {nearest}")
    if listed:
        shown = ", ".join(listed[:5]) + (", …" if len(listed) > 5 else "")
        what = f"{what}; it lists {shown}"
    return RequestFailed(what, fix="name another by --model, or leave it out to take the first suitable one")


def too_elaborate(provider: Provider, error: ReportedError) -> RequestFailed:
    """Return what it means that a provider complains of something that can be left out; it is next time."""
    return RequestFailed(
        f"{provider.name} does not know all it was asked: {error.message}",
        fix="ask again; it is left out from now on",
        may_retry=True,
        asks_plainer=True,
    )


def broke_off(provider: Provider, error: ReportedError) -> RequestFailed:
    """Return what an error in the middle of a stream means."""
    if _is_spent(error):
        return _spent(provider)
    said = f": {error.message}" if error.message else ""
    return RequestFailed(
        f"{provider.name} broke off its answer{said}",
        fix="ask again",
        may_retry=True,
        retry_after_s=error.retry_after_s,
    )


def declined(provider: Provider, reason: str) -> RequestFailed:
    """Return what it means that the model, or a filter around it, will not answer."""
    return RequestFailed(
        f"{provider.name} declined to answer this ({reason.lower().replace('_', ' ')})",
        fix="put the question differently, or use your notes",
        declined=True,
    )


def nothing_visible(provider: Provider, reason: str, *, thought: bool = False) -> RequestFailed:
    """Return what it means that an answer is complete and empty."""
    if reason == LENGTH:
        return RequestFailed(
            f"{provider.name} used up the answer's length with thinking, and gave no visible answer",
            fix="raise answer_tokens in [llm], or use a model that thinks less",
        )
    if thought:
        return RequestFailed(
            f"{provider.name} wrote nothing but thoughts, and gave no visible answer",
            fix="ask again, or use a model that thinks less",
        )
    return RequestFailed(f"{provider.name} gave no visible answer", fix="ask again, or use another model")


def no_stream(provider: Provider, content_type: str, error: ReportedError) -> RequestFailed:
    """Return what it means that something else than a stream came with status 200."""
    if "html" in content_type:
        return RequestFailed(
            f"{provider.name} answered with a web page",
            fix="check the address; on a guest network, sign in with a browser first",
            misplaced=True,
        )
    said = f": {error.message}" if error.message else f" ({content_type or 'without a type'})"
    return RequestFailed(
        f"{provider.name} answered with something that is no stream{said}", fix="check --provider"
    )


def wait_before_retry_s(failure: RequestFailed, retries: int, remaining_s: float) -> float | None:
    """Return how long to wait before trying again, or None to give up.

    Args:
        refusal: Why the last attempt failed.
        retries: How many retries there were already.
        remaining_s: How long the user may still be kept waiting for a first word.
    """
    if failure.loading:
        return LOADING_RETRY_S if remaining_s > LOADING_RETRY_S else None
    wait_s = max(failure.retry_after_s, BACKOFF_S * float(2**retries))
    if not failure.may_retry or retries >= RETRIES_AT_MOST or wait_s >= remaining_s:
        return None
    return wait_s


def retry_after_s(headers: Mapping[str, str], now_s: float) -> float:
    """Return how long a provider asks us to wait; 0 when it does not say or cannot be understood.

    Args:
        headers: The response's headers, names in lower case.
        now_s: Wall-clock time, for a header that names a date.
    """
    try:
        if "retry-after-ms" in headers:
            return max(float(headers["retry-after-ms"]) / 1000, 0.0)
        after = headers.get("retry-after", "0")
        if after.replace(".", "", 1).strip().isdigit():
            return float(after)
        return max(parsedate_to_datetime(after).timestamp() - now_s, 0.0)
    except (ValueError, OverflowError):
        return 0.0


def _is_spent(error: ReportedError) -> bool:
    evidence = f"{error.code} {error.reason} {error.message}"
    return bool(_SPENT.search(evidence)) and not _SHORT_QUOTA.search(error.reason)


def _spent(provider: Provider) -> RequestFailed:
    return RequestFailed(
        f"{provider.name} says that the account has nothing left to spend",
        fix="top it up, or use another provider",
    )


def _busy(provider: Provider, status: int, headers: Mapping[str, str], error: ReportedError) -> RequestFailed:
    wait_s = retry_after_s(headers, time.time()) or error.retry_after_s
    if provider.may_load_first and status in (500, 503) and _LOADING.search(error.message):
        return RequestFailed(
            f"{provider.name} is still loading the model",
            fix="ask again when it is loaded",
            may_retry=True,
            loading=True,
        )
    what = "asks us to slow down" if status == 429 else f"is busy or broken (HTTP {status})"
    fix = f"wait {wait_s:.0f} s and ask again" if wait_s > 1 else "ask again in a moment"
    return RequestFailed(
        f"{provider.name} {what}{f': {error.message}' if error.message else ''}",
        fix=fix,
        may_retry=headers.get("x-should-retry") != "false",
        retry_after_s=wait_s,
    )


def _mend_key(provider: Provider) -> str:
    if provider.key_variables:
        variables = " or ".join(provider.key_variables)
        return f"check {variables}, or `cuecard keys set {provider.name}`, and start again"
    return "name the variable that holds its key: key_variable in [llm]"
