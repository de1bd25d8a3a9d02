"""Counts and latencies of a session, computed from the event log.

The latency of a final transcript runs from the end of speech to the hub's log. The end of speech is the true
one where that is known (demo, bench), else the detected one.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bus.audio import SAMPLE_RATE
from bus.log.redaction import without_words
from bus.messages import (
    AnswerFinished,
    AnswerStreamed,
    AudioLost,
    EchoSuppressed,
    FinalTranscribed,
    Logged,
    LogRedacted,
    QuestionDetected,
    RequestSent,
    StageDied,
    StageGivenUp,
    StageReady,
    UtteranceDiscarded,
    UtteranceLost,
)
from overlay.state.transcript import Transcript

TRUE_END_WITHIN_S = 1.0
"""Largest distance between the detected and the true end of speech of the same utterance."""


@dataclass
class Statistics:
    """Counts and latencies of one session.

    Args:
        true_ends_s: True ends of speech of each source, ascending, in seconds of its sample clock.
    """

    true_ends_s: Mapping[str, Sequence[float]] = field(default_factory=dict)
    transcript: Transcript = field(default_factory=Transcript)
    utterances: int = 0
    """Utterances with words."""
    questions: int = 0
    """Without those that a completed question replaced."""
    answered: set[int] = field(default_factory=set)
    """Numbers of the questions that were answered in full."""
    final_latencies_s: list[float] = field(default_factory=list)
    first_token_latencies_s: list[float] = field(default_factory=list)
    """Time to first token: from the detected question to the first piece of its answer."""
    requests: list[RequestSent] = field(default_factory=list)
    restarts: int = 0
    given_up: list[str] = field(default_factory=list)
    """Stages that have stopped working, and do not work again."""
    lost_samples: int = 0
    lost_utterances: int = 0
    not_understood: int = 0
    """Utterances with speech in which no words were found."""
    _echoes: dict[tuple[str, int], int] = field(default_factory=dict)
    """Words that were left out of each utterance, as an echo."""
    _asked_ns: dict[int, int] = field(default_factory=dict)

    def apply(self, logged: Logged) -> None:
        """Apply one event, in the log's order."""
        self.transcript.apply(logged)
        match logged.event:
            case FinalTranscribed() as final:
                self.utterances += 1
                for earlier in final.replaces:
                    self._echoes.pop((final.source, earlier), None)
                if not final.unconfirmed:
                    self._time_final(final, logged.logged_ns)
            case QuestionDetected(question=question, replaces=replaces):
                self.questions += not replaces
                self.answered.discard(replaces)
                self._asked_ns[question] = logged.logged_ns
            case AnswerStreamed(question=question) if question in self._asked_ns:
                waited_ns = logged.logged_ns - self._asked_ns.pop(question)
                self.first_token_latencies_s.append(waited_ns / 1e9)
            case AnswerFinished(question=question):
                self.answered.add(question)
            case RequestSent() as request:
                self.requests.append(request)
            case LogRedacted() as redaction:
                self.requests = [without_words(redaction, each) for each in self.requests]
            case StageDied():
                self.restarts += 1
            case StageGivenUp(stage=stage):
                self.given_up += [stage] if stage not in self.given_up else []
                self.restarts -= 1
            case StageReady(stage=stage) if stage in self.given_up:
                self.given_up.remove(stage)
                self.restarts += 1
            case AudioLost(start_sample=start, stop_sample=stop):
                self.lost_samples += stop - start
            case EchoSuppressed(source=source, utterance=utterance, text=text):
                self._echoes[source, utterance] = len(text.split())
            case UtteranceLost():
                self.lost_utterances += 1
            case UtteranceDiscarded() as discarded:
                self.not_understood += discarded.held_speech
            case _:
                pass

    @property
    def words(self) -> int:
        """Words of the transcript."""
        return sum(len(final.text.split()) for final in self._finals)

    @property
    def echo_words(self) -> int:
        """Words of the microphone that were left out because another source has them."""
        return sum(self._echoes.values())

    @property
    def unconfirmed_turns(self) -> int:
        """Turns whose words no final pass confirmed."""
        return sum(final.unconfirmed for final in self._finals)

    @property
    def _finals(self) -> list[FinalTranscribed]:
        outcomes = self.transcript.outcomes(ended=True)
        return [outcome for outcome in outcomes if isinstance(outcome, FinalTranscribed)]

    def _time_final(self, final: FinalTranscribed, logged_ns: int) -> None:
        zero_ns = self.transcript.first_sample_ns.get(final.source)
        if zero_ns is None:
            return
        end_s = final.quiet_sample / SAMPLE_RATE
        if self.true_ends_s:
            nearest = _nearest(self.true_ends_s.get(final.source, ()), end_s)
            if nearest is None:
                return  # the utterance was cut within a turn
            end_s = nearest
        self.final_latencies_s.append((logged_ns - zero_ns) / 1e9 - end_s)


def _nearest(ends_s: Sequence[float], end_s: float) -> float | None:
    at = bisect.bisect(ends_s, end_s)
    near = [end for end in ends_s[max(at - 1, 0) : at + 1] if abs(end - end_s) <= TRUE_END_WITHIN_S]
    return min(near, key=lambda end: abs(end - end_s), default=None)


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the smallest value that at least `share` (0 to 1) of the values do not exceed; None if empty."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
