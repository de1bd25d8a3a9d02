"""What there is to say about a pass: from what it was begun for and what it brought to the event.

Pure: knows no threads, and not which pass is still wanted; `transcriber.py` does.
"""

from __future__ import annotations

from bus.messages import (
    EndpointPredicted,
    FinalTranscribed,
    PartialTranscribed,
    UtteranceDiscarded,
    UtteranceLost,
)
from stt import hallucination as guard
from stt.endpointing import Endpointing, judge
from stt.hallucination import Pass
from stt.open_utterances import OpenUtterance, outcome_without_pass
from stt.scheduler import Task
from stt.seeds import Seed
from stt.settings import SttSettings
from stt.utterance import Account


def words(heard: Pass, seed: Seed, settings: SttSettings) -> str:
    """Return the words of the utterance up to where the pass ended; empty when there were none."""
    says_nothing = guard.says_nothing(heard, settings)
    return seed.joined("" if says_nothing else guard.without_loop(heard.text))


def grown(task: Task, text: str, stable_words: int) -> PartialTranscribed:
    """Say what a partial has heard."""
    return PartialTranscribed(
        source=task.source,
        utterance=task.utterance,
        text=text,
        stable_words=stable_words,
        stop_sample=task.stop_sample,
    )


def judged(
    task: Task, text: str, heard: Pass, endpointing: Endpointing, *, longest_pause_ms: float
) -> EndpointPredicted | None:
    """Say how long to wait; of sound without words nothing is said, and the longest wait holds."""
    if not text:
        return None
    judgement = judge(
        text,
        endpointing,
        mean_log_probability=heard.mean_log_probability,
        longest_pause_ms=longest_pause_ms,
    )
    return EndpointPredicted(
        source=task.source,
        utterance=task.utterance,
        start_sample=task.start_sample,
        quiet_sample=task.quiet_sample,
        wait_ms=judgement.wait_ms,
        reason=judgement.reason,
        text=text,
    )


def finished(
    task: Task,
    text: str,
    heard: Pass,
    account: Account,
    *,
    early: bool,
    retried: bool,
    unconfirmed: bool = False,
) -> FinalTranscribed | UtteranceDiscarded:
    """Return the event with the final words of an utterance, or that there were none.

    Args:
        task: The end of the utterance.
        text: All of its words.
        heard: The pass that gave them.
        account: What the passes before it have cost.
        early: Whether the pass was begun before the end was decided.
        retried: Whether it was made again.
        unconfirmed: Whether the words are those shown before, which the pass did not find.
    """
    if not text:
        return UtteranceDiscarded(
            source=task.source,
            utterance=task.utterance,
            start_sample=task.start_sample,
            stop_sample=task.stop_sample,
            cause="no words",
            speech_ms=task.speech_ms,
        )
    return FinalTranscribed(
        source=task.source,
        utterance=task.utterance,
        text=text,
        start_sample=task.start_sample,
        quiet_sample=task.quiet_sample,
        stop_sample=task.stop_sample,
        mean_log_probability=heard.mean_log_probability,
        no_speech_probability=heard.no_speech_probability,
        window_s=heard.window_s,
        retried=retried,
        speculative=early,
        queue_ms=0.0 if early else max(0.0, (heard.began_ns - task.decided_ns) / 1e6),
        compute_ms=heard.compute_ms,
        passes=account.passes,
        wasted_passes=account.wasted_passes,
        all_compute_ms=account.compute_ms + heard.compute_ms,
        unconfirmed=unconfirmed,
    )


def kept(text: str, shown: str, heard: Pass, settings: SttSettings) -> tuple[str, bool]:
    """Return the words of an utterance, and whether they are unsure.

    Where the pass finds nothing, the words that were shown last stand: nobody sees words vanish.

    Args:
        text: The words up to where the pass ended.
        shown: The words that were shown last.
        heard: The final pass.
        settings: The stage's settings.
    """
    if guard.says_nothing(heard, settings) and len(shown.split()) > len(text.split()):
        return shown, True
    return text, False


def untranscribed(task: Task, shown: str, cause: str) -> FinalTranscribed | UtteranceLost:
    """Return the outcome of an utterance whose final pass cannot be made: the words shown last, or none."""
    utterance = OpenUtterance(task.source, task.utterance, task.start_sample, task.stop_sample, shown=shown)
    return outcome_without_pass(utterance, cause)
