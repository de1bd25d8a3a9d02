"""Summary of a session: counts, latencies, and what left the machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bus.audio import SAMPLE_RATE
from bus.messages import RequestSent
from overlay.texts.translation import _, ngettext, number
from session.review.strings import receipt
from session.run.end.statistics import Statistics, percentile


@dataclass(frozen=True)
class SessionOutcome:
    """The end of a session."""

    cause: str
    killed: Sequence[str]
    """The stages that did not end when asked and had to be killed."""


def lines(
    statistics: Statistics, outcome: SessionOutcome, *, at_real_pace: bool = True, served_on: str = ""
) -> list[tuple[str, str]]:
    """Return the summary as pairs of label and text, without what was saved.

    Args:
        statistics: Counts and latencies.
        outcome: How the session ended.
        served_on: Network address on which other machines could read the captions.
        at_real_pace: Whether latencies are valid; for recordings played faster they are not.
    """
    rows = [
        (_("ended"), outcome.cause),
        (_("utterances"), _utterances(statistics)),
        (_("questions"), _questions(statistics)),
        *_latencies(statistics, at_real_pace=at_real_pace),
        (_("left the machine"), _egress(statistics, served_on)),
        (_("wiped"), " ".join(receipt(outcome.killed))),
    ]
    if statistics.lost_samples or statistics.lost_utterances:
        rows.append((_("lost"), _lost(statistics)))
    if statistics.unconfirmed_turns or statistics.not_understood:
        rows.append((_("unclear"), _unclear(statistics)))
    if statistics.echo_words:
        rows.append((_("echo"), _echo(statistics)))
    if statistics.restarts:
        rows.append((_("restarts"), str(statistics.restarts)))
    if statistics.given_up:
        rows.append((_("given up"), ", ".join(statistics.given_up)))
    return rows


def _utterances(statistics: Statistics) -> str:
    words = ngettext("{count} word", "{count} words", statistics.words)
    return f"{number(statistics.utterances)}, {words.format(count=number(statistics.words))}"


def _questions(statistics: Statistics) -> str:
    text = _("{count}, {answered} answered in full")
    return text.format(count=statistics.questions, answered=len(statistics.answered))


def _latencies(statistics: Statistics, *, at_real_pace: bool) -> list[tuple[str, str]]:
    if statistics.true_ends_s:
        speech = _("true end of speech to final: {latency}")
    else:
        speech = _("end of speech, as detected, to final: {latency}")
    finals = _latency(statistics.final_latencies_s) if at_real_pace else _("not measured at this pace")
    answers = _latency(statistics.first_token_latencies_s)
    answer = _("question to first answer token: {latency}")
    return [(_("latency"), speech.format(latency=finals)), ("", answer.format(latency=answers))]


def _lost(statistics: Statistics) -> str:
    lost = []
    if statistics.lost_samples:
        seconds = number(statistics.lost_samples / SAMPLE_RATE, 2)
        lost.append(_("{seconds} s of audio").format(seconds=seconds))
    if statistics.lost_utterances:
        utterances = ngettext("{count} utterance", "{count} utterances", statistics.lost_utterances)
        lost.append(utterances.format(count=statistics.lost_utterances))
    return ", ".join(lost)


def _unclear(statistics: Statistics) -> str:
    text = ngettext(
        "{count} utterance unconfirmed, {others} not understood",
        "{count} utterances unconfirmed, {others} not understood",
        statistics.unconfirmed_turns,
    )
    return text.format(count=statistics.unconfirmed_turns, others=statistics.not_understood)


def _echo(statistics: Statistics) -> str:
    text = ngettext(
        "{count} word that the microphone picked up from the loudspeakers was left out",
        "{count} words that the microphone picked up from the loudspeakers were left out",
        statistics.echo_words,
    )
    return text.format(count=number(statistics.echo_words))


def _latency(values_s: Sequence[float]) -> str:
    p50, p95 = percentile(values_s, 0.5), percentile(values_s, 0.95)
    if p50 is None or p95 is None:
        return _("not measured")
    text = _("p50 {half} s, p95 {most} s (n = {count})")
    return text.format(half=number(p50, 2), most=number(p95, 2), count=len(values_s))


def _egress(statistics: Statistics, served_on: str) -> str:
    left = [request for request in statistics.requests if request.left_machine]
    facts = [_sent(left)] if left else [_("no request") if served_on else _("nothing")]
    if stayed := len(statistics.requests) - len(left):
        here = ngettext(
            "{count} request went to a model on this machine",
            "{count} requests went to a model on this machine",
            stayed,
        )
        facts.append(here.format(count=stayed))
    if served_on:
        facts.append(_("the captions were served on {address}").format(address=served_on))
    return "; ".join(facts)


def _sent(left: Sequence[RequestSent]) -> str:
    text = ngettext(
        "{bytes} bytes in {count} request to {hosts}",
        "{bytes} bytes in {count} requests to {hosts}",
        len(left),
    )
    size_bytes = sum(request.body_bytes for request in left)
    hosts = ", ".join(sorted({request.host for request in left}))
    return text.format(bytes=number(size_bytes), count=len(left), hosts=hosts)
