"""Sentences of a summary, which all forms of a saved session and the terminal share. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from overlay.summary_texts import LISTS
from overlay.translation import _, ngettext
from session.transcript.minutes import clock
from session.transcript.saved_session import Summary, SummaryEntry

SUMMARY = _("Summary")
_TEMPLATES = {
    "meeting": _("Of a meeting, written by {model} at {host}. It may be wrong or incomplete."),
    "interview": _("Of an interview, written by {model} at {host}. It may be wrong or incomplete."),
    "lecture": _("Of a lecture, written by {model} at {host}. It may be wrong or incomplete."),
    "call": _("Of a call with a customer, written by {model} at {host}. It may be wrong or incomplete."),
}
_NOTHING = _("Nothing was found.")
_ENTRY = _("{time}: {text} (“{quote}”)")
_ACTION_OF = _("{time}: {who}: {text} (“{quote}”)")
_ACTION_UNTIL = _("{time}: {text}, {when} (“{quote}”)")
_ACTION_OF_UNTIL = _("{time}: {who}: {text}, {when} (“{quote}”)")


def origin(summary: Summary) -> str:
    """Return what it is of, and who wrote it."""
    host = summary.host.removesuffix(":443")
    return _TEMPLATES[summary.template].format(model=summary.model, host=host)


def lists(summary: Summary) -> Iterator[tuple[str, list[str]]]:
    """Yield the heading and the rows of each list, in the order of their times; no list without entries."""
    for name, heading in LISTS.items():
        entries: list[SummaryEntry] = getattr(summary, name)
        if entries:
            yield heading, [_row(entry) for entry in sorted(entries, key=lambda entry: entry.at_s)]


def remarks(summary: Summary) -> Iterator[str]:
    """Yield what else there is to say about it."""
    if not any(getattr(summary, name) for name in LISTS):
        yield _NOTHING
    if summary.dropped:
        yield ngettext(
            "{count} entry was left out, because the transcript does not bear it out.",
            "{count} entries were left out, because the transcript does not bear them out.",
            summary.dropped,
        ).format(count=summary.dropped)


def _row(entry: SummaryEntry) -> str:
    sentence = {
        (False, False): _ENTRY,
        (True, False): _ACTION_OF,
        (False, True): _ACTION_UNTIL,
        (True, True): _ACTION_OF_UNTIL,
    }[bool(entry.who), bool(entry.when)]
    text = entry.text.rstrip(".") if entry.when else entry.text
    return sentence.format(
        time=clock(entry.at_s), who=entry.who, text=text, when=entry.when, quote=entry.quote
    )
