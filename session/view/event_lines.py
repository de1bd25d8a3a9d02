"""Formats events as labelled lines for the plain view. Pure."""

from __future__ import annotations

from bus import messages as m
from bus.audio import SAMPLE_RATE
from overlay.state.transcript import Outcome
from overlay.texts.sentences import money
from overlay.texts.strings import AUDIO_MISSING, NO_PROVIDER, NOT_UNDERSTOOD, PRICE_UNKNOWN, UNCONFIRMED
from overlay.texts.translation import clock, number
from session.view import strings

_PASSAGE_CHARACTERS = 160


def words_of(outcome: Outcome) -> str:
    """Return the words of a turn; none for noise."""
    match outcome:
        case m.FinalTranscribed(text=text) as final:
            mark = UNCONFIRMED if final.unconfirmed else AUDIO_MISSING if final.beside_gap else ""
            return f"{mark} {text}".lstrip()
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
        case m.EchoSuppressed(source=source, of_source=other, text=text):
            return [("echo", strings.ECHO_LINE.format(name=source, other=other, text=text))]
        case m.UsageCounted():
            return [("used", _usage(event))]
        case m.SessionEnding(cause=cause):
            return [("ending", cause)]
        case _:
            return []


def sent_request(request: m.RequestSent) -> str:
    """Return how much was sent where."""
    if not request.left_machine:
        text = strings.SENT_HERE
    else:
        text = strings.SENT_LINE if request.encrypted else strings.SENT_UNENCRYPTED
    return text.format(bytes=request.body_bytes, host=request.host)


def _provider(event: m.ProviderReady) -> str:
    if event.provider == "none":
        return NO_PROVIDER
    text = strings.PROVIDER_LINE if event.leaves_machine else strings.PROVIDER_HERE
    return text.format(provider=event.provider, model=event.model, host=event.host)


def _usage(event: m.UsageCounted) -> str:
    cost = PRICE_UNKNOWN if event.cost is None else money(event.cost)
    tokens = strings.TOKENS_ESTIMATED if event.estimated else strings.TOKENS
    used = tokens.format(prompt=event.prompt_tokens, answer=event.answer_tokens)
    return ", ".join([used, cost, *([strings.WASTED] if event.wasted else [])])


def problem_lines(event: m.Event) -> list[tuple[str, str]]:
    """Return the lines of an event that says that something is wrong."""
    match event:
        case m.ProblemReported(stage=stage, problem=problem, kept=kept, fix=fix):
            return [("problem", "; ".join(part for part in (f"{stage}: {problem}", kept, fix) if part))]
        case m.StageGivenUp(stage=stage, cause=cause, fix=fix):
            return [("given up", f"{stage}: {cause}; {fix}")]
        case m.AudioLost(source=source, start_sample=start, stop_sample=stop, cause=cause):
            seconds = number((stop - start) / SAMPLE_RATE, 2)
            return [("lost", strings.LOST_AUDIO.format(name=source, seconds=seconds, cause=cause))]
        case m.UtteranceLost(source=source, cause=cause, start_sample=start_sample):
            at = clock(start_sample / SAMPLE_RATE)
            return [("lost", strings.LOST_UTTERANCE.format(name=source, time=at, cause=cause))]
        case _:
            return []


def passage_line(passage: m.Passage) -> str:
    """Return a passage with its file and heading, shortened."""
    text = " ".join(passage.text.split())
    cut = text if len(text) <= _PASSAGE_CHARACTERS else f"{text[:_PASSAGE_CHARACTERS]}…"
    return f"{passage.file}, {passage.heading}: {cut}"


def summary_lines(event: m.Event) -> list[tuple[str, str]]:
    """Return the line of an event of a summary; nothing for another event."""
    match event:
        case m.SummaryStarted(model=model, host=host, words=words):
            return [("summary", strings.SUMMARY_STARTED.format(model=model, host=host, words=words))]
        case m.SummaryFinished(dropped=dropped):
            lists = (event.topics, event.decisions, event.open_questions, event.actions)
            text = strings.SUMMARY_FINISHED.format(entries=sum(map(len, lists)), dropped=dropped)
            return [("summary", text)]
        case m.SummaryStopped(cause=cause, fix=fix):
            return [("summary", f"({'; '.join(filter(None, (cause, fix)))})")]
        case _:
            return []
