"""Sentences about a saved session that all forms share: date, length, people, requests, latencies. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from overlay.texts.translation import _, clock, ngettext, number, pgettext
from session.transcript.saved_session import Consent, Latency, Passage, Pause, Question, SavedSession, Struck

TRANSCRIPT = _("Transcript")
LEFT = _("What left this machine")
LATENCY = _("How fast it was")
FROM_NOTES = _("From your notes")
NO_ANSWER = _("(no answer)")
PRACTICE_QUESTION = _("Practice {number}: {asked}")
PRACTICE_WHOLE = _("The whole practice")
NOTHING_SAID = _("Nothing was said.")
_NOTHING_LEFT = _("Nothing left this machine.")
_NOTHING_LEFT_SHORT = _("nothing left this machine")
_PAUSED = _("{speaker} from {start} to {stop}")
_PAUSED_TO_THE_END = _("{speaker} from {start} to the end")
_ALONE = _("not needed: nobody else took part")
_RECORDED_ALONE = _("not needed: nobody else took part; the audio was recorded")
_EVERYONE = _("the user confirmed that everyone knew of the transcript and agreed")
_EVERYONE_RECORDED = _("the user confirmed that everyone knew of transcript and recording, and agreed")
_PEOPLE = _("the user confirmed that {people} knew of the transcript and agreed")
_PEOPLE_RECORDED = _("the user confirmed that {people} knew of transcript and recording, and agreed")
_DATE = pgettext("date, as strftime writes it", "%Y-%m-%d")
_NOT_MEASURED = _("not measured")
_SENT = _("{time}, question {question}: {bytes} bytes to {host} ({model})")
_SENT_ALONE = _("{time}: {bytes} bytes to {host} ({model})")
_UNENCRYPTED = _("{row}, unencrypted")
_QUESTION = _("Question {number} ({speaker}, {time})")
_VARIANTS = {
    "again": _("Question {number} ({speaker}, {time}, asked again)"),
    "shorter": _("Question {number} ({speaker}, {time}, asked for a shorter answer)"),
    "longer": _("Question {number} ({speaker}, {time}, asked for a longer answer)"),
}
_ENDS = {
    "stopped by the user": _("stopped by the user"),
    "the recordings ended": _("the recordings ended"),
    "the sources ended": _("the sources ended"),
    "the practice is over": _("the practice is over"),
    "the overlay was closed": _("the window was closed"),
    "the view was closed": _("the view was closed"),
}
"""Causes of `SessionEnding`, which are part of the log and so English."""


def title(saved: SavedSession) -> str:
    """Return "Session of 2026-11-28, 17:45"."""
    return _("Session of {date}, {time}").format(
        date=f"{saved.started:{_DATE}}", time=f"{saved.started:%H:%M}"
    )


def file_name(saved: SavedSession, suffix: str) -> str:
    """Return the name to suggest for a file: "Cuecard 2026-11-28 17.45.md"."""
    return f"Cuecard {saved.started:%Y-%m-%d %H.%M}{suffix}"


def head(saved: SavedSession) -> Iterator[tuple[str, str]]:
    """Yield labels and texts for the head of a document."""
    yield _("Length"), length(saved.length_s)
    speakers = (f"{each.speaker} ({each.device})" if each.device else each.speaker for each in saved.sources)
    yield _("Speakers"), ", ".join(speakers) or _("(none)")
    if saved.consent is not None:
        yield _("Consent"), _consent(saved.consent)
    if saved.pauses:
        yield _("Paused"), ", ".join(_pause(saved, pause) for pause in saved.pauses)
    if saved.struck:
        yield _("Struck"), ", ".join(map(_struck, saved.struck))
    if saved.speech_model:
        yield _("Transcribed by"), saved.speech_model
    if saved.answered_by:
        yield _("Answered by"), ", ".join(saved.answered_by)
    if saved.notes:
        yield _("Notes"), ", ".join(saved.notes)
    if saved.ended:
        yield _("Ended"), _ENDS.get(saved.ended, saved.ended)
    if saved.program:
        yield _("Written by"), f"Cuecard {saved.program}"


def _consent(consent: Consent) -> str:
    if consent.alone:
        return _RECORDED_ALONE if consent.recorded else _ALONE
    if not consent.people:
        return _EVERYONE_RECORDED if consent.recorded else _EVERYONE
    return (_PEOPLE_RECORDED if consent.recorded else _PEOPLE).format(people=consent.people)


def _pause(saved: SavedSession, pause: Pause) -> str:
    pattern = _PAUSED if pause.stop_s is not None else _PAUSED_TO_THE_END
    stop = clock(pause.stop_s or 0)
    return pattern.format(speaker=saved.speaker(pause.source), start=clock(pause.start_s), stop=stop)


def _struck(struck: Struck) -> str:
    return _("from {start} to {stop}").format(start=clock(struck.start_s), stop=clock(struck.stop_s))


def length(seconds: float) -> str:
    """Return a length in the largest fitting unit: "42 s", "45 minutes", "1 h 20 min"."""
    if seconds < 60:
        return _("{count} s").format(count=number(seconds))
    minutes = round(seconds / 60)
    if minutes < 60:
        return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
    return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)


def in_one_line(saved: SavedSession) -> str:
    """Return length, speakers and what left the machine: "45 minutes · Them, You · nothing left …"."""
    left = len(saved.left_machine)
    sent = ngettext("{count} request left this machine", "{count} requests left this machine", left)
    requests = sent.format(count=left) if left else _NOTHING_LEFT_SHORT
    speakers = ", ".join(source.speaker for source in saved.sources)
    return " · ".join(filter(None, (length(saved.length_s), speakers, requests)))


def question_head(saved: SavedSession, question: Question) -> str:
    """Return "Question 2 (Them, 1:07)"."""
    pattern = _VARIANTS.get(question.kind, _QUESTION)
    speaker = saved.speaker(question.source)
    return pattern.format(number=question.number, speaker=speaker, time=clock(question.at_s))


def answer_remark(question: Question) -> str:
    """Return what is written under an answer: its model, its latency, and whether it is complete."""
    if not question.complete:
        if not (question.answer or question.stopped):
            return _("(not answered)")
        if not question.stopped:
            return _("(not complete)")
        return _("(not complete: {cause})").format(cause=question.stopped)
    latency = question.first_token_s
    first = _("first word after {seconds} s")
    seconds = "" if latency is None else first.format(seconds=number(latency, 2))
    return ", ".join(filter(None, (question.model, seconds)))


def passage(found: Passage) -> str:
    """Return a passage with its file and heading."""
    where = ", ".join(filter(None, (found.file, found.heading)))
    return f"{where}: {found.text}"


def left_machine(saved: SavedSession) -> list[str]:
    """Return a row for each request that left the machine, and a sentence for those that stayed."""
    rows = [*_requests(saved)] or [_NOTHING_LEFT]
    if saved.stayed:
        stayed = ngettext(
            "{count} request went to a model on this machine.",
            "{count} requests went to a model on this machine.",
            saved.stayed,
        )
        rows.append(stayed.format(count=saved.stayed))
    return rows


def _requests(saved: SavedSession) -> Iterator[str]:
    for each in saved.left_machine:
        pattern = _SENT if each.question else _SENT_ALONE
        row = pattern.format(
            time=clock(each.at_s),
            question=each.question,
            bytes=number(each.body_bytes),
            host=each.host,
            model=each.model or _("no model"),
        )
        yield row if each.encrypted else _UNENCRYPTED.format(row=row)


def latencies(saved: SavedSession) -> list[str]:
    """Return how fast transcripts and answers came."""
    return [
        _("End of speech to final transcript: {latency}").format(latency=_latency(saved.final_latency)),
        _("Question to the first word of the answer: {latency}").format(
            latency=_latency(saved.first_token_latency)
        ),
    ]


def _latency(latency: Latency | None) -> str:
    if latency is None:
        return _NOT_MEASURED
    text = _("half within {half} s, 95 % within {most} s ({count} measured)")
    return text.format(
        half=number(latency.p50_s, 2), most=number(latency.p95_s, 2), count=number(latency.count)
    )
