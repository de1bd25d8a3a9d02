"""Decides which utterances the session itself must end, because no stage will.

Exactly one process ends an utterance: stt, or the session while stt or the vad of its source is given up.
A projection of the event log. Pure.
"""

from __future__ import annotations

from bus.messages import FinalTranscribed, Logged, StageGivenUp, StageStarted, UtteranceLost
from stt.utterances.open_utterances import OpenUtterances

Outcome = FinalTranscribed | UtteranceLost


class Outcomes:
    """The open utterances of a session, and the stages that are missing."""

    def __init__(self) -> None:
        self._open = OpenUtterances()
        self._has_transcriber = True
        self._sources_without_vad: set[str] = set()

    def apply(self, logged: Logged) -> None:
        """Apply one event, in the log's order."""
        self._open.apply(logged)
        match logged.event:
            case StageStarted(stage="stt"):
                self._has_transcriber = True
            case StageGivenUp(stage="stt"):
                self._has_transcriber = False
            case StageStarted(stage=stage) if stage.startswith("vad:"):
                self._sources_without_vad.discard(_source(stage))
            case StageGivenUp(stage=stage) if stage.startswith("vad:"):
                self._sources_without_vad.add(_source(stage))
            case _:
                pass

    def __len__(self) -> int:
        """Return how many utterances have no outcome."""
        return len(self._open)

    def due(self) -> list[Outcome]:
        """Return, once, an outcome for each utterance that no stage will end."""
        due: list[Outcome] = []
        if not self._has_transcriber:
            due += self._open.close("transcription has stopped", ended=True)
        for source in self._sources_without_vad:
            due += self._open.close("its vad has stopped", source=source, ended=False)
        return due

    def close(self, cause: str) -> list[Outcome]:
        """Return, once, an outcome for each utterance that is still open at the session's end."""
        return list(self._open.close(cause))


def _source(stage: str) -> str:
    return stage.partition(":")[2]
