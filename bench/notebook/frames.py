"""Events, utterances and latencies as pandas frames; pandas is imported when one is made."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from bench.harness.consumer import Received
from bench.latency.scores import Score
from bench.latency.utterances import TranscribedUtterance, fold
from bus.failures import MachineFailure

Frame = Any
"""A `pandas.DataFrame`; pandas is optional."""

_EVENT_COLUMNS = ("seq", "type", "source", "utterance", "question", "stage", "text")
_UTTERANCE_COLUMNS = (
    "source", "utterance", "start_s", "quiet_s", "decided_s", "final_s", "text", "reason", "cause",
    "speculative", "retried", "compute_ms", "passes", "partials", "replaced", "ended",
)  # fmt: skip
_LATENCY_COLUMNS = (
    "turn", "source", "kind", "start_s", "end_s", "to_final_s", "to_all_words_s", "errors", "words", "cuts",
    "said",
)  # fmt: skip


def events_frame(received: Sequence[Received]) -> Frame:
    """Return one row an event, in the log's order.

    Columns: seq, type, source, utterance, question, stage, text (missing where an event has none), logged_s
    and received_s (seconds after the first event was logged), and event with all its fields.
    """
    zero_ns = received[0].event["logged_ns"] if received else 0
    rows = [
        {
            **{name: each.event.get(name) for name in _EVENT_COLUMNS},
            "logged_s": (each.event["logged_ns"] - zero_ns) / 1e9,
            "received_s": (each.received_ns - zero_ns) / 1e9,
            "event": each.event,
        }
        for each in received
    ]
    columns = [*_EVENT_COLUMNS, "logged_s", "received_s", "event"]
    frame = _pandas().DataFrame(rows, columns=columns)
    return frame.astype({"utterance": "Int64", "question": "Int64"})


def utterances_frame(received: Sequence[Received]) -> Frame:
    """Return one row an utterance that has ended, in the order of their starts.

    Times are in seconds on the source's clock. `text` has revisions; `replaced` is true where a later final
    contains the words, `final_s` and what the final says are missing where no words were found.
    """
    utterances = fold(received)
    replaced = {(each.source, number) for each in utterances if each.final for number in each.final.replaces}
    rows = [_utterance(each, (each.source, each.number) in replaced) for each in utterances]
    return _pandas().DataFrame(rows, columns=list(_UTTERANCE_COLUMNS))


def latencies_frame(scores: Sequence[Score]) -> Frame:
    """Return one row a spoken turn whose true end is known.

    `to_final_s` and `to_all_words_s` are seconds from the true end of speech, infinite where the words never
    came. Turns that were transcribed as one share `errors`, `words`, `cuts` and `said`.
    """
    rows = [
        {
            "turn": each.name,
            "source": each.source,
            "kind": each.kind,
            "start_s": each.start_s,
            "end_s": each.end_s,
            "to_final_s": to_final_s,
            "to_all_words_s": to_all_words_s,
            "errors": each.errors,
            "words": each.truth_words,
            "cuts": len(each.cuts_left),
            "said": each.said,
        }
        for each in scores
        for to_final_s, to_all_words_s in zip(each.latencies_s, each.all_words_s, strict=True)
    ]
    return _pandas().DataFrame(rows, columns=list(_LATENCY_COLUMNS))


def _utterance(each: TranscribedUtterance, is_replaced: bool) -> dict[str, Any]:
    final = each.final
    about = {
        "source": each.source,
        "utterance": each.number,
        "start_s": each.start_s,
        "quiet_s": each.quiet_s,
        "decided_s": each.decided_s,
        "reason": each.reason,
        "cause": each.cause,
        "passes": each.passes,
        "partials": len(each.partials),
        "replaced": is_replaced,
        "ended": each.ended,
    }
    if final is None:
        return about
    return {
        **about,
        "final_s": final.received_s,
        "text": each.revisions[-1].text if each.revisions else final.text,
        "speculative": final.speculative,
        "retried": final.retried,
        "compute_ms": final.compute_ms,
    }


def _pandas() -> Any:
    try:
        return importlib.import_module("pandas")
    except ImportError as error:
        raise MachineFailure("pandas is missing", fix="pip install 'cuecard[notebook]'") from error
