"""Tests that every utterance has exactly one outcome, whatever dies and comes back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from bus import messages as m
from session.run.outcomes import Outcome, Outcomes
from tests.support.events import ended, final, partial

STAGES = ("stt", "vad:mic", "vad:call")
STEPS = ("begins", "is shown", "ends", "is transcribed", "stt", "vad:mic", "vad:call")


def began(utterance: int, source: str) -> m.SpeechStarted:
    return m.SpeechStarted(source=source, utterance=utterance, start_sample=0, detected_sample=9)


@dataclass
class Session:
    """A session as its log sees it: stages that work where they are there, and the session's own outcomes."""

    outcomes: Outcomes = field(default_factory=Outcomes)
    missing: set[str] = field(default_factory=set)
    speaking: dict[str, int] = field(default_factory=dict)
    untranscribed: list[tuple[str, int]] = field(default_factory=list)
    began: Counter[str] = field(default_factory=Counter)
    shown: set[tuple[str, int]] = field(default_factory=set)
    published: list[Outcome] = field(default_factory=list)

    def step(self, step: str, source: str) -> None:
        vad_works, stt_works = f"vad:{source}" not in self.missing, "stt" not in self.missing
        if step in STAGES:
            self._toggle(step)
        elif step == "begins" and vad_works and source not in self.speaking:
            self.began[source] += 1
            self.speaking[source] = self.began[source]
            self._apply(began(self.began[source], source))
        elif step == "is shown" and stt_works and source in self.speaking:
            self.shown.add((source, self.speaking[source]))
            self._apply(partial(self.speaking[source], "words", source=source))
        elif step == "ends" and vad_works and source in self.speaking:
            number = self.speaking.pop(source)
            self.untranscribed.append((source, number))
            self._apply(ended(number, source))
        elif step == "is transcribed" and stt_works and self.untranscribed:
            where, number = self.untranscribed.pop(0)
            self._publish(final(number, source=where))
        for outcome in self.outcomes.due():
            self._publish(outcome)

    def end(self) -> None:
        for outcome in self.outcomes.close("the session ended"):
            self.published.append(outcome)

    def _toggle(self, stage: str) -> None:
        if stage in self.missing:
            self.missing.discard(stage)
            self._apply(m.StageStarted(stage=stage, pid=1, restarts=6))
        else:
            self.missing.add(stage)
            self._apply(m.StageGivenUp(stage=stage, cause="died", fix=""))

    def _publish(self, outcome: Outcome) -> None:
        self.published.append(outcome)
        key = outcome.source, outcome.utterance
        self.untranscribed = [each for each in self.untranscribed if each != key]
        if self.speaking.get(outcome.source) == outcome.utterance:
            del self.speaking[outcome.source]
        self._apply(outcome)

    def _apply(self, event: m.Event) -> None:
        self.outcomes.apply(m.Logged(1, 1, event))


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(("mic", "call"))), max_size=60))
def test_every_utterance_has_exactly_one_outcome(steps: list[tuple[str, str]]) -> None:
    session = Session()
    for step, source in steps:
        session.step(step, source)
    session.end()
    ends = Counter((outcome.source, outcome.utterance) for outcome in session.published)
    begun = {(source, number) for source in session.began for number in range(1, session.began[source] + 1)}
    assert set(ends) == begun
    assert set(ends.values()) <= {1}
    kept = {
        (each.source, each.utterance) for each in session.published if isinstance(each, m.FinalTranscribed)
    }
    assert session.shown <= kept, "words that were shown are kept"
    assert len(session.outcomes) == 0


def test_ended_utterances_are_lost_at_once_without_a_transcriber() -> None:
    outcomes = Outcomes()
    for event in (began(1, "mic"), m.StageGivenUp(stage="stt", cause="died", fix="")):
        outcomes.apply(m.Logged(1, 1, event))
    assert not outcomes.due(), "its speaker still speaks"
    outcomes.apply(m.Logged(2, 2, ended(1)))
    (lost,) = outcomes.due()
    assert isinstance(lost, m.UtteranceLost)
    outcomes.apply(m.Logged(3, 3, m.StageStarted(stage="stt", pid=1, restarts=6)))
    for event in (began(2, "mic"), ended(2)):
        outcomes.apply(m.Logged(4, 4, event))
    assert not outcomes.due(), "the new transcriber ends it"
