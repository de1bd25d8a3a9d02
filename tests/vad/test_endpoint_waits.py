"""How the gate takes what the words say about a pause."""

from __future__ import annotations

import pytest

from bus.messages import SpeechEnded, SpeechPaused
from vad.gate import GateEvent, SpeechGate
from vad.settings import VadSettings

WINDOW = 512
SPEECH, QUIET = 0.9, 0.05


class Listening:
    """A gate fed window by window."""

    def __init__(self) -> None:
        self.gate = SpeechGate("mic", VadSettings(hangover_ms=960))
        self.at = 0

    def feed(self, probability: float, windows: int = 1) -> list[GateEvent]:
        said: list[GateEvent] = []
        for _ in range(windows):
            said += self.gate.update(self.at, self.at + WINDOW, probability)
            self.at += WINDOW
        return said

    def pause(self) -> SpeechPaused:
        """Speak, fall silent, and return the pause."""
        self.feed(SPEECH, 20)
        (paused,) = self.feed(QUIET, 3)
        assert isinstance(paused, SpeechPaused)
        return paused


def quiet_ms(event: GateEvent) -> float:
    assert isinstance(event, SpeechEnded)
    return (event.decided_sample - event.quiet_sample) / 16


def test_a_judged_pause_ends_the_utterance_after_its_own_wait() -> None:
    listening = Listening()
    paused = listening.pause()
    listening.gate.judge(paused.utterance, paused.quiet_sample, 352 * 16)
    (ended,) = listening.feed(QUIET, 40)
    assert quiet_ms(ended) == 352


def test_without_a_judgement_the_hangover_holds() -> None:
    listening = Listening()
    listening.pause()
    (ended,) = listening.feed(QUIET, 40)
    assert quiet_ms(ended) == 960


def test_a_judgement_never_waits_longer_than_the_hangover() -> None:
    listening = Listening()
    paused = listening.pause()
    listening.gate.judge(paused.utterance, paused.quiet_sample, 5000 * 16)
    (ended,) = listening.feed(QUIET, 40)
    assert quiet_ms(ended) == 960


def test_a_judgement_that_comes_late_ends_the_utterance_at_the_next_window() -> None:
    listening = Listening()
    paused = listening.pause()
    assert listening.feed(QUIET, 13) == []
    listening.gate.judge(paused.utterance, paused.quiet_sample, 320 * 16)
    (ended,) = listening.feed(QUIET)
    assert quiet_ms(ended) == 17 * 32


@pytest.mark.parametrize("which", ["the pause before", "another utterance"])
def test_a_judgement_about_anything_else_changes_nothing(which: str) -> None:
    listening = Listening()
    before = listening.pause()
    listening.feed(SPEECH, 5)
    (paused,) = listening.feed(QUIET, 3)
    assert isinstance(paused, SpeechPaused)
    if which == "the pause before":
        listening.gate.judge(before.utterance, before.quiet_sample, 320 * 16)
    else:
        listening.gate.judge(paused.utterance + 1, paused.quiet_sample, 320 * 16)
    (ended,) = listening.feed(QUIET, 40)
    assert quiet_ms(ended) == 960
