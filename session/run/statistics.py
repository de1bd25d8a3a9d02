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
from bus.messages import (
    AnswerFinished,
    AnswerStreamed,
    AudioLost,
    CaptureStarted,
    FinalTranscribed,
    Logged,
    QuestionDetected,
    RequestSent,
    StageDied,
    StageGivenUp,
    UtteranceDiscarded,
    UtteranceLost,
)

TRUE_END_WITHIN_S = 1.0
"""Largest distance between the detected and the true end of speech of the same utterance."""


@dataclass
class Statistics:
    """Counts and latencies of one session.

    Args:
        true_ends_s: True ends of speech of each source, ascending, in seconds of its sample clock.
    """

    true_ends_s: Mapping[str, Sequence[float]] = field(default_factory=dict)
    utterances: int = 0
    words: int = 0
    questions: int = 0
    answers: int = 0
    final_latencies_s: list[float] = field(default_factory=list)
    first_token_latencies_s: list[float] = field(default_factory=list)
    """Time to first token: from the detected question to the first piece of its answer."""
    requests: list[RequestSent] = field(default_factory=list)
    restarts: int = 0
    given_up: list[str] = field(default_factory=list)
    lost_samples: int = 0
    lost_utterances: int = 0
    unconfirmed_utterances: int = 0
    """Utterances whose words no final pass confirmed."""
    not_understood: int = 0
    """Utterances with speech in which no words were found."""
    _first_sample_ns: dict[str, int] = field(default_factory=dict)
    _asked_ns: dict[int, int] = field(default_factory=dict)

    def apply(self, logged: Logged) -> None:
        """Apply one event, in the log's order."""
        match logged.event:
            case CaptureStarted(source=source, first_sample_ns=first_sample_ns):
                self._first_sample_ns.setdefault(source, first_sample_ns)
            case FinalTranscribed() as final:
                self.utterances += 1
                self.words += len(final.text.split())
                self.unconfirmed_utterances += final.unconfirmed
                if not final.unconfirmed:
                    self._time_final(final, logged.logged_ns)
            case QuestionDetected(question=question):
                self.questions += 1
                self._asked_ns[question] = logged.logged_ns
            case AnswerStreamed(question=question) if question in self._asked_ns:
                waited_ns = logged.logged_ns - self._asked_ns.pop(question)
                self.first_token_latencies_s.append(waited_ns / 1e9)
            case AnswerFinished():
                self.answers += 1
            case RequestSent() as request:
                self.requests.append(request)
            case StageDied():
                self.restarts += 1
            case StageGivenUp(stage=stage):
                self.given_up.append(stage)
                self.restarts -= 1
            case AudioLost(start_sample=start, stop_sample=stop):
                self.lost_samples += stop - start
            case UtteranceLost():
                self.lost_utterances += 1
            case UtteranceDiscarded() as discarded:
                self.not_understood += discarded.held_speech
            case _:
                pass

    def _time_final(self, final: FinalTranscribed, logged_ns: int) -> None:
        zero_ns = self._first_sample_ns.get(final.source)
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
