"""Translation of Cuecard's log into the lines of the contract."""

from __future__ import annotations

import pytest

from livebench.adapters.cuecard import translate


class Recorded:
    """Lines in memory instead of on standard output."""

    def __init__(self) -> None:
        self.lines: list[dict[str, object]] = []

    def ready(self) -> None:
        self.lines.append({"type": "ready"})

    def partial(self, text: str, **fields: object) -> None:
        self.lines.append({"type": "partial", "text": text, **fields})

    def final(self, text: str, **fields: object) -> None:
        self.lines.append({"type": "final", "text": text, **fields})

    def revised(self, text: str, **fields: object) -> None:
        self.lines.append({"type": "revised", "text": text, **fields})


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


def _translated(recorded: Recorded, ready: set[str], **event: object) -> list[dict[str, object]]:
    recorded.lines.clear()
    translate(event, ready, recorded)  # type: ignore[arg-type]
    return list(recorded.lines)


def test_it_listens_when_all_that_listens_is_ready(recorded: Recorded) -> None:
    ready: set[str] = set()
    assert _translated(recorded, ready, type="StageReady", stage="stt") == []
    assert _translated(recorded, ready, type="StageReady", stage="vad:call") == []
    assert _translated(recorded, ready, type="StageReady", stage="capture:call") == [{"type": "ready"}]
    assert _translated(recorded, ready, type="StageReady", stage="stt") == [], "a restarted stage"


def test_words_keep_their_utterance_and_what_they_replace(recorded: Recorded) -> None:
    final = {"type": "final", "text": "where?", "id": 2, "replaces": [1]}
    event = {"type": "FinalTranscribed", "text": "where?", "utterance": 2, "replaces": [1]}
    assert _translated(recorded, set(), **event) == [final]
    revised = {"type": "revised", "text": "Where?", "id": 2}
    assert _translated(recorded, set(), type="TranscriptRevised", text="Where?", utterance=2) == [revised]
    assert _translated(recorded, set(), type="SpeechPaused") == []


def test_words_at_a_pause_count_as_partial(recorded: Recorded) -> None:
    event = {"type": "EndpointPredicted", "text": "Where do you live?", "utterance": 1}
    partial = {"type": "partial", "text": "Where do you live?", "id": 1, "replaces": []}
    assert _translated(recorded, set(), **event) == [partial]
    assert _translated(recorded, set(), type="EndpointPredicted", text="", utterance=1) == []
