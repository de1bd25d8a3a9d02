"""Turns a finished pass into the event to publish.

Pure: knows no threads, and not which pass is still needed; `transcriber.py` does.
"""

from __future__ import annotations

from bus.messages import (
    EndpointPredicted,
    FinalTranscribed,
    PartialTranscribed,
    TranscriptRevised,
    UtteranceDiscarded,
    UtteranceLost,
)
from stt.engines.engine import Pass
from stt.engines.hallucination import is_hallucination, without_loop
from stt.scheduler import Task
from stt.settings import SttSettings
from stt.utterance import PassPlan, Prefix, RunningPass, Utterance
from stt.utterances.endpointing import decide
from stt.utterances.open_utterances import OpenUtterance, Shown, outcome_without_pass


def words(decoded: Pass, prefix: Prefix, settings: SttSettings) -> str:
    """Return the words of the turn up to the end of the pass; empty when there are none."""
    return prefix.joined("" if is_hallucination(decoded, settings) else without_loop(decoded.text))


def partial(task: Task, plan: PassPlan, text: str, stable_words: int) -> PartialTranscribed:
    """Return the event of a partial pass."""
    return PartialTranscribed(
        source=task.source,
        utterance=task.utterance,
        text=text,
        stable_words=stable_words,
        stop_sample=task.stop_sample,
        replaces=list(plan.replaces),
    )


def endpoint(
    running: RunningPass, decoded: Pass, settings: SttSettings, *, longest_pause_ms: float
) -> EndpointPredicted | None:
    """Return how long the gate waits after these words; None without words: then the full hangover holds."""
    task, plan = running.task, running.plan
    text = words(decoded, plan.prefix, settings)
    if not text:
        return None
    decision = decide(
        text,
        settings.endpointing,
        sentence_share=decoded.sentence_share,
        mean_log_probability=decoded.mean_log_probability,
        longest_pause_ms=longest_pause_ms,
        turn_end_probability=decoded.turn_end_probability,
        language=decoded.language,
    )
    return EndpointPredicted(
        source=task.source,
        utterance=task.utterance,
        start_sample=plan.start_sample,
        quiet_sample=task.quiet_sample,
        wait_ms=decision.wait_ms,
        reason=decision.reason,
        text=text,
        replaces=list(plan.replaces),
    )


def final(
    task: Task,
    running: RunningPass,
    text: str,
    decoded: Pass,
    utterance: Utterance,
    *,
    retried: bool,
    beside_gap: bool = False,
) -> FinalTranscribed:
    """Return the event with the final words of a turn so far.

    Args:
        task: The final task, with all of its words in `text`.
        running: The pass that gave them; it may have begun before the end was decided.
        text: The words.
        decoded: Its result.
        utterance: Has the cost of earlier passes.
        retried: Whether it was retried with a wider window.
        beside_gap: Whether audio is missing in it or beside it.
    """
    return FinalTranscribed(
        source=task.source,
        utterance=task.utterance,
        text=text,
        start_sample=running.plan.start_sample,
        quiet_sample=task.quiet_sample,
        stop_sample=task.stop_sample,
        mean_log_probability=decoded.mean_log_probability,
        no_speech_probability=decoded.no_speech_probability,
        window_s=decoded.window_s,
        retried=retried,
        speculative=running.early,
        queue_ms=0.0 if running.early else max(0.0, (decoded.began_ns - task.decided_ns) / 1e6),
        compute_ms=decoded.compute_ms,
        passes=utterance.passes,
        wasted_passes=utterance.wasted_passes,
        all_compute_ms=utterance.compute_ms + decoded.compute_ms,
        beside_gap=beside_gap,
        replaces=list(running.plan.replaces),
    )


def revised(task: Task, text: str, decoded: Pass) -> TranscriptRevised:
    """Return the event of a later pass that found other words for a final."""
    return TranscriptRevised(
        source=task.source, utterance=task.utterance, text=text, compute_ms=decoded.compute_ms
    )


def discarded(task: Task) -> UtteranceDiscarded:
    """Return the event of an utterance without words, or with none that its turn did not have."""
    return UtteranceDiscarded(
        source=task.source,
        utterance=task.utterance,
        start_sample=task.start_sample,
        stop_sample=task.stop_sample,
        cause="no words",
        speech_ms=task.speech_ms,
    )


def untranscribed(task: Task, shown: Shown, cause: str) -> FinalTranscribed | UtteranceLost:
    """Return the outcome of an utterance whose final pass is impossible: the words shown last, or none."""
    utterance = OpenUtterance(task.source, task.utterance, task.start_sample, task.stop_sample, shown=shown)
    return outcome_without_pass(utterance, cause)
