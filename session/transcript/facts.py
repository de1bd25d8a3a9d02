"""Sentences about a saved session that all forms share: date, length, people, requests, latencies. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from bus.counted import counted
from session.transcript.minutes import clock
from session.transcript.saved_session import Latency, Passage, Pause, Question, SavedSession

TRANSCRIPT = "Transcript"
LEFT = "What left this machine"
LATENCY = "How fast it was"
FROM_NOTES = "From your notes"
NO_ANSWER = "(no answer)"
PRACTICE_QUESTION = "Practice {number}: {asked}"
PRACTICE_WHOLE = "The whole practice"
NOTHING_SAID = "Nothing was said."
_NOTHING_LEFT = "Nothing left this machine."
_SENT_COUNT = "{requests} left this machine"
_PAUSED = "{speaker} from {start} to {stop}"
_PAUSED_TO_THE_END = "{speaker} from {start} to the end"
_NOT_MEASURED = "not measured"
_STAYED = "{requests} went to a model on this machine."
_SENT = "{at}, question {question}: {bytes:,} bytes to {host} ({model})"
_SENT_ALONE = "{at}: {bytes:,} bytes to {host} ({model})"
_UNENCRYPTED = "{row}, unencrypted"
_KINDS = {
    "again": "asked again",
    "shorter": "asked for a shorter answer",
    "longer": "asked for a longer answer",
}


def title(saved: SavedSession) -> str:
    """Return "Session of 2026-11-28, 17:45"."""
    return f"Session of {saved.started:%Y-%m-%d, %H:%M}"


def file_name(saved: SavedSession, suffix: str) -> str:
    """Return the name to suggest for a file: "Cuecard 2026-11-28 17.45.md"."""
    return f"Cuecard {saved.started:%Y-%m-%d %H.%M}{suffix}"


def head(saved: SavedSession) -> Iterator[tuple[str, str]]:
    """Yield labels and texts for the head of a document."""
    yield "Length", length(saved.length_s)
    speakers = (f"{each.speaker} ({each.device})" if each.device else each.speaker for each in saved.sources)
    yield "Speakers", ", ".join(speakers) or "(none)"
    if saved.pauses:
        yield "Paused", ", ".join(_pause(saved, pause) for pause in saved.pauses)
    if saved.speech_model:
        yield "Transcribed by", saved.speech_model
    if saved.answered_by:
        yield "Answered by", ", ".join(saved.answered_by)
    if saved.notes:
        yield "Notes", ", ".join(saved.notes)
    if saved.ended:
        yield "Ended", saved.ended
    if saved.program:
        yield "Written by", f"Cuecard {saved.program}"


def _pause(saved: SavedSession, pause: Pause) -> str:
    pattern = _PAUSED if pause.stop_s is not None else _PAUSED_TO_THE_END
    stop = clock(pause.stop_s or 0)
    return pattern.format(speaker=saved.speaker(pause.source), start=clock(pause.start_s), stop=stop)


def length(seconds: float) -> str:
    """Return a length in the largest fitting unit: "42 s", "45 minutes", "1 h 20 min"."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return counted(minutes, "minute") if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def in_one_line(saved: SavedSession) -> str:
    """Return length, speakers and what left the machine: "45 minutes · Them, You · nothing left …"."""
    left = len(saved.left_machine)
    requests = _SENT_COUNT.format(requests=counted(left, "request")) if left else _NOTHING_LEFT.rstrip(".")
    speakers = ", ".join(source.speaker for source in saved.sources)
    return " · ".join(filter(None, (length(saved.length_s), speakers, requests)))


def question_head(saved: SavedSession, question: Question) -> str:
    """Return "Question 2 (Them, 1:07)"."""
    kind = f", {_KINDS[question.kind]}" if question.kind in _KINDS else ""
    return f"Question {question.number} ({saved.speaker(question.source)}, {clock(question.at_s)}{kind})"


def answer_remark(question: Question) -> str:
    """Return what is written under an answer: its model, its latency, and whether it is complete."""
    if not question.complete:
        if not (question.answer or question.stopped):
            return "(not answered)"
        return f"(not complete: {question.stopped})" if question.stopped else "(not complete)"
    latency = question.first_token_s
    first = "" if latency is None else f"first word after {latency:.2f} s"
    return ", ".join(filter(None, (question.model, first)))


def passage(found: Passage) -> str:
    """Return a passage with its file and heading."""
    where = ", ".join(filter(None, (found.file, found.heading)))
    return f"{where}: {found.text}"


def left_machine(saved: SavedSession) -> list[str]:
    """Return a row for each request that left the machine, and a sentence for those that stayed."""
    rows = [*_requests(saved)] or [_NOTHING_LEFT]
    if saved.stayed:
        rows.append(_STAYED.format(requests=counted(saved.stayed, "request")))
    return rows


def _requests(saved: SavedSession) -> Iterator[str]:
    for each in saved.left_machine:
        pattern = _SENT if each.question else _SENT_ALONE
        row = pattern.format(
            at=clock(each.at_s),
            question=each.question,
            bytes=each.body_bytes,
            host=each.host,
            model=each.model or "no model",
        )
        yield row if each.encrypted else _UNENCRYPTED.format(row=row)


def latencies(saved: SavedSession) -> list[str]:
    """Return how fast transcripts and answers came."""
    return [
        f"End of speech to final transcript: {_latency(saved.final_latency)}",
        f"Question to the first word of the answer: {_latency(saved.first_token_latency)}",
    ]


def _latency(latency: Latency | None) -> str:
    if latency is None:
        return _NOT_MEASURED
    return f"half within {latency.p50_s:.2f} s, 95 % within {latency.p95_s:.2f} s ({latency.count} measured)"
