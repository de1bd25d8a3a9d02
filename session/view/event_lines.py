"""Formats events as labelled lines for the plain view. Pure."""

from __future__ import annotations

from bus import messages as m
from bus.audio import SAMPLE_RATE
from overlay.state.transcript import Outcome
from overlay.strings import NO_PROVIDER, NOT_UNDERSTOOD, PRICE_UNKNOWN, money

_PASSAGE_CHARACTERS = 160


def words_of(outcome: Outcome) -> str:
    """Return the words of a turn; none for noise."""
    match outcome:
        case m.FinalTranscribed(text=text) as final:
            return " ".join(filter(None, (final.mark, text)))
        case m.UtteranceDiscarded(held_speech=True):
            return NOT_UNDERSTOOD
        case _:
            return ""


def detail_lines(event: m.Event) -> list[tuple[str, str]]:
    """Return the lines of an event that is of interest only in detail."""
    match event:
        case m.CaptureStarted(source=source, device=device):
            return [("capturing", f"{source}: {device}")]
        case m.ProviderReady():
            return [("provider", _provider(event))]
        case m.UsageCounted():
            return [("used", _usage(event))]
        case m.SessionEnding(cause=cause):
            return [("ending", cause)]
        case _:
            return []


def sent_request(request: m.RequestSent) -> str:
    """Return how much was sent where."""
    left, encrypted = request.left_machine, request.encrypted
    where = "" if left and encrypted else ", unencrypted" if left else ", which is this machine"
    return f"{request.body_bytes} bytes to {request.host}{where}"


def _provider(event: m.ProviderReady) -> str:
    if event.provider == "none":
        return NO_PROVIDER
    where = "" if event.leaves_machine else ", which is this machine"
    return f"{event.provider}, {event.model} at {event.host}{where}"


def _usage(event: m.UsageCounted) -> str:
    cost = PRICE_UNKNOWN if event.cost is None else money(event.cost)
    about, wasted = "about " if event.estimated else "", ", wasted" if event.wasted else ""
    return f"{about}{event.prompt_tokens} + {event.answer_tokens} tokens, {cost}{wasted}"


def problem_lines(event: m.Event) -> list[tuple[str, str]]:
    """Return the lines of an event that says that something is wrong."""
    match event:
        case m.ProblemReported(stage=stage, problem=problem, kept=kept, fix=fix):
            return [("problem", "; ".join(part for part in (f"{stage}: {problem}", kept, fix) if part))]
        case m.StageGivenUp(stage=stage, cause=cause, fix=fix):
            return [("given up", f"{stage}: {cause}; {fix}")]
        case m.AudioLost(source=source, start_sample=start, stop_sample=stop, cause=cause):
            return [("lost", f"{source}: {(stop - start) / SAMPLE_RATE:.2f} s of audio ({cause})")]
        case m.UtteranceLost(source=source, cause=cause, start_sample=start_sample):
            return [("lost", f"{source}: an utterance at {clock(start_sample)} ({cause})")]
        case _:
            return []


def passage_line(passage: m.Passage) -> str:
    """Return a passage with its file and heading, shortened."""
    text = " ".join(passage.text.split())
    cut = text if len(text) <= _PASSAGE_CHARACTERS else f"{text[:_PASSAGE_CHARACTERS]}…"
    return f"{passage.file}, {passage.heading}: {cut}"


def clock(sample: int) -> str:
    """Return the time of a sample in the session, as minutes and seconds."""
    return f"{sample // SAMPLE_RATE // 60}:{sample // SAMPLE_RATE % 60:02}"
