"""Sentences of a summary: consent, progress and result, for every view. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from bus import messages as m
from bus.audio import SAMPLE_RATE
from bus.messages.summary import Template
from overlay.texts.translation import _, clock, ngettext, number

TEMPLATES: Mapping[Template, str] = {
    "meeting": _("Of a meeting"),
    "interview": _("Of an interview practice"),
    "lecture": _("Of a lecture"),
    "call": _("Of a call with a customer"),
}
LISTS = {
    "topics": _("Topics"),
    "decisions": _("Decisions"),
    "open_questions": _("Open questions"),
    "actions": _("Action items"),
}
"""Headings of a summary's lists, by their fields."""

_NOTHING = _("Nothing was found.")
_ENTRY = _("{time}: {text} (“{quote}”)")
_ACTION_OF = _("{time}: {who}: {text} (“{quote}”)")
_ACTION_UNTIL = _("{time}: {text}, {when} (“{quote}”)")
_ACTION_OF_UNTIL = _("{time}: {who}: {text}, {when} (“{quote}”)")

_WHOLE = _("THE WHOLE TRANSCRIPT of this session would go to {where}:")
_PART = _("A PART OF THE TRANSCRIPT of this session would go to {where}:")
_SIZE = _("{words} words in all, {bytes} bytes in this request, for {model}.")
_OTHERWISE = _(
    "Otherwise only questions and pieces of your notes go there. What goes is in the ledger, byte for byte."
)


def consent(held: m.RequestHeld, started: m.SummaryStarted) -> str:
    """Return what would go where if the user allows a held request of a summary.

    Args:
        held: The request.
        started: The summary that it is for.
    """
    where = held.host.removesuffix(":443")
    if held.left_machine and _is_loopback(where):
        text = _("{host}, which passes it on to the service behind {model}")
        where = text.format(host=where, model=held.model)
    elif not held.left_machine:
        where = _("{host}, which is this machine").format(host=where)
    first = (_WHOLE if started.parts == 1 else _PART).format(where=where)
    words, size = number(started.words), number(held.body_bytes)
    return f"{first} {_SIZE.format(words=words, bytes=size, model=held.model)} {_OTHERWISE}"


def _is_loopback(host: str) -> bool:
    """Return whether a host is this machine, which may pass requests on."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def under_way(started: m.SummaryStarted) -> str:
    """Return that a summary is being made, of what and where."""
    where = started.host.removesuffix(":443") if started.leaves_machine else _("this machine")
    text = _("Summarizing {words} words with {model} on {where}; requests: {count}.")
    return text.format(
        words=number(started.words), model=started.model, where=where, count=number(started.parts)
    )


def rows(finished: m.SummaryFinished) -> Iterator[tuple[str, list[str]]]:
    """Yield the heading and the rows of each list that has entries, in the order of their times."""
    for name, heading in LISTS.items():
        entries: list[m.SummaryEntry] = getattr(finished, name)
        if entries:
            ordered = sorted(entries, key=lambda entry: entry.start_sample)
            yield (
                heading,
                [
                    row(each.start_sample / SAMPLE_RATE, each.text, each.quote, who=each.who, when=each.when)
                    for each in ordered
                ],
            )


def row(at_s: float, text: str, quote: str, *, who: str, when: str) -> str:
    """Return an entry with its time in the session and the words that it rests on."""
    sentence = {
        (False, False): _ENTRY,
        (True, False): _ACTION_OF,
        (False, True): _ACTION_UNTIL,
        (True, True): _ACTION_OF_UNTIL,
    }[bool(who), bool(when)]
    return sentence.format(
        time=clock(at_s), who=who, text=text.rstrip(".") if when else text, when=when, quote=quote
    )


def remarks(*, is_empty: bool, dropped: int) -> Iterator[str]:
    """Yield what else there is to say about a summary."""
    if is_empty:
        yield _NOTHING
    if dropped:
        yield ngettext(
            "{count} entry was left out, because the transcript does not bear it out.",
            "{count} entries were left out, because the transcript does not bear them out.",
            dropped,
        ).format(count=dropped)
