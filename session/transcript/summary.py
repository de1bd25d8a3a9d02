"""Sentences of a summary, which all forms of a saved session and the terminal share. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from overlay.texts import summary_texts
from overlay.texts.summary_texts import LISTS, row
from overlay.texts.translation import _
from session.transcript.saved_session import Summary, SummaryEntry

SUMMARY = _("Summary")
_TEMPLATES = {
    "meeting": _("Of a meeting, written by {model} at {host}. It may be wrong or incomplete."),
    "interview": _("Of an interview, written by {model} at {host}. It may be wrong or incomplete."),
    "lecture": _("Of a lecture, written by {model} at {host}. It may be wrong or incomplete."),
    "call": _("Of a call with a customer, written by {model} at {host}. It may be wrong or incomplete."),
}


def origin(summary: Summary) -> str:
    """Return what it is of, and who wrote it."""
    host = summary.host.removesuffix(":443")
    return _TEMPLATES[summary.template].format(model=summary.model, host=host)


def lists(summary: Summary) -> Iterator[tuple[str, list[str]]]:
    """Yield the heading and the rows of each list, in the order of their times; no list without entries."""
    for name, heading in LISTS.items():
        entries: list[SummaryEntry] = getattr(summary, name)
        if entries:
            ordered = sorted(entries, key=lambda entry: entry.at_s)
            yield (
                heading,
                [row(each.at_s, each.text, each.quote, who=each.who, when=each.when) for each in ordered],
            )


def remarks(summary: Summary) -> Iterator[str]:
    """Yield what else there is to say about it."""
    return summary_texts.remarks(
        is_empty=not any(getattr(summary, name) for name in LISTS), dropped=summary.dropped
    )
