"""Wiring of the event plane: a table of which stages publish and receive each event.

A stage is named by its kind, the part before the colon ("vad:mic" is a "vad"). It subscribes exactly to the
events it receives; the hub rejects what it may neither publish nor receive. `TRANSIENT` events are delivered
to current subscribers and are neither numbered, logged nor replayed.
"""

from __future__ import annotations

from typing import NamedTuple

from bus import messages as m
from bus.stages.plan import stage_kind
from bus.stages.table import HUB, KEEPER, RECORDER, STAGES

SESSION = "session"
"""The supervisor's process."""

CONTROL = "control"
"""A command that the user runs beside a session: `cuecard answer`, `cancel`, `use`, `ledger`, …"""

VIEWS = ("overlay", "view")
"""The stages that show the session to the user."""

CAPTION_VIEWS = (*VIEWS, "caption-page")
"""The stages that show captions; the page gets nothing else."""

OBSERVERS = (SESSION, CONTROL, KEEPER, *VIEWS)
"""Those that may receive every event: they show, save or hold the session."""

EVERY_STAGE = tuple(plan.name for plan in STAGES)
_OUTCOME_READERS = (SESSION, "capture", "vad", "stt", "llm", "practice", *CAPTION_VIEWS)
_WITH_HEARTBEAT = tuple(kind for kind in EVERY_STAGE if kind != HUB)


class Route(NamedTuple):
    """Kinds of stage that publish and that receive an event."""

    by: tuple[str, ...]
    to: tuple[str, ...]


ROUTES: dict[type[m.Message], Route] = {
    m.SessionStarted: Route(by=(SESSION,), to=(SESSION, "llm", RECORDER, *CAPTION_VIEWS)),
    m.ReplayStarted: Route(by=(SESSION,), to=("capture", "practice", *VIEWS)),
    m.SessionEnding: Route(by=(SESSION,), to=("capture", "llm", *CAPTION_VIEWS)),
    m.ConsentGiven: Route(by=(SESSION,), to=(SESSION, *VIEWS)),
    m.RecordingStarted: Route(by=(RECORDER,), to=VIEWS),
    m.LogRedacted: Route(
        by=(HUB,), to=(SESSION, "capture", "vad", "stt", "llm", "practice", CONTROL, KEEPER, *CAPTION_VIEWS)
    ),
    m.StageStarted: Route(by=(SESSION,), to=(SESSION, "capture", "practice", *VIEWS)),
    m.StageReady: Route(by=EVERY_STAGE, to=(SESSION, "llm", *VIEWS)),
    m.Heartbeat: Route(by=_WITH_HEARTBEAT, to=(SESSION, "capture")),
    m.StageDied: Route(by=(SESSION,), to=(SESSION, "llm", *VIEWS)),
    m.StageGivenUp: Route(by=(SESSION,), to=(SESSION, "capture", "llm", "practice", *VIEWS)),
    m.ProblemReported: Route(by=(SESSION, *EVERY_STAGE), to=(SESSION, "llm", CONTROL, *VIEWS)),
    m.CaptureStarted: Route(
        by=("capture",), to=(SESSION, "capture", "vad", "stt", RECORDER, "practice", *CAPTION_VIEWS)
    ),
    m.LevelMeasured: Route(by=("capture",), to=VIEWS),
    m.LevelAlarmed: Route(by=("capture",), to=(SESSION, *VIEWS)),
    m.AudioLost: Route(by=("capture", "vad"), to=(SESSION, "stt", *VIEWS)),
    m.AudioSanitized: Route(by=("capture",), to=(SESSION, *VIEWS)),
    m.EchoDetected: Route(by=("capture",), to=(SESSION, "stt", *VIEWS)),
    m.EchoEnded: Route(by=("capture",), to=(SESSION, "stt", *VIEWS)),
    m.CapturePaused: Route(by=("capture",), to=(SESSION, "capture", "vad", "stt", *VIEWS)),
    m.CaptureResumed: Route(by=("capture",), to=(SESSION, "capture", "vad", *VIEWS)),
    m.CaptureEnded: Route(by=("capture",), to=(SESSION, "vad", "stt", "practice", *CAPTION_VIEWS)),
    m.SpeechStarted: Route(by=("vad",), to=(SESSION, "vad", "stt", "capture", "practice", *CAPTION_VIEWS)),
    m.SpeechPaused: Route(by=("vad",), to=(SESSION, "stt", "practice", *VIEWS)),
    m.SpeechResumed: Route(by=("vad",), to=(SESSION, "stt", "llm", "practice", *CAPTION_VIEWS)),
    m.SpeechEnded: Route(by=("vad",), to=(SESSION, "vad", "stt", "capture", *VIEWS)),
    m.DetectionEnded: Route(by=("vad",), to=(SESSION, "stt", *VIEWS)),
    m.EndpointPredicted: Route(by=("stt",), to=(SESSION, "vad", "stt", "llm", *CAPTION_VIEWS)),
    m.PartialTranscribed: Route(by=("stt",), to=(SESSION, "stt", *CAPTION_VIEWS)),
    m.FinalTranscribed: Route(by=("stt", SESSION), to=_OUTCOME_READERS),
    m.TranscriptRevised: Route(by=("stt",), to=(SESSION, "stt", "llm", "practice", *CAPTION_VIEWS)),
    m.EchoSuppressed: Route(by=("stt",), to=(SESSION, *VIEWS)),
    m.UtteranceDiscarded: Route(by=("stt", HUB), to=_OUTCOME_READERS),
    m.UtteranceLost: Route(by=("stt", SESSION), to=_OUTCOME_READERS),
    m.NoteAdded: Route(by=(CONTROL, "overlay"), to=("llm",)),
    m.NotesLoaded: Route(by=("llm",), to=(SESSION, CONTROL, *VIEWS)),
    m.AnswerRequested: Route(by=(SESSION, CONTROL, *VIEWS), to=(SESSION, "llm", "practice", *VIEWS)),
    m.QuestionDetected: Route(by=("llm",), to=(SESSION, "llm", "practice", *VIEWS)),
    m.PassagesRetrieved: Route(by=("llm",), to=(SESSION, *VIEWS)),
    m.ProviderRequested: Route(by=(CONTROL, "overlay"), to=(SESSION, "llm")),
    m.ProviderReady: Route(by=("llm",), to=(SESSION, "llm", CONTROL, *VIEWS)),
    m.RequestHeld: Route(by=("llm",), to=(SESSION, CONTROL, *VIEWS)),
    m.RequestDecided: Route(by=(CONTROL, *VIEWS), to=("llm",)),
    m.RequestSent: Route(by=("llm",), to=(SESSION, "llm", CONTROL, *VIEWS)),
    m.AnswerStreamed: Route(by=("llm",), to=(SESSION, "llm", *VIEWS)),
    m.AnswerFinished: Route(by=("llm",), to=(SESSION, "llm", "practice", *VIEWS)),
    m.AnswerStopped: Route(by=("llm",), to=(SESSION, "llm", "practice", *VIEWS)),
    m.UsageCounted: Route(by=("llm",), to=(SESSION, "llm", CONTROL, *VIEWS)),
    m.SummaryRequested: Route(by=(CONTROL, "overlay"), to=("llm",)),
    m.SummaryStarted: Route(by=("llm",), to=(SESSION, "llm", CONTROL, *VIEWS)),
    m.SummaryFinished: Route(by=("llm",), to=(SESSION, "llm", CONTROL, *VIEWS)),
    m.SummaryStopped: Route(by=("llm",), to=(SESSION, "llm", CONTROL, *VIEWS)),
    m.AnswerPainted: Route(by=("overlay",), to=(SESSION, "overlay")),
    m.CancelRequested: Route(by=(CONTROL, *VIEWS), to=("llm",)),
    m.QuestionTyped: Route(by=(CONTROL,), to=("llm",)),
    m.VariantRequested: Route(by=(CONTROL, *VIEWS), to=(SESSION, "llm", *VIEWS)),
    m.PauseRequested: Route(by=(CONTROL, *VIEWS), to=("capture", *VIEWS)),
    m.MomentMarked: Route(by=(CONTROL, *VIEWS), to=(SESSION, *VIEWS)),
    m.RedactionRequested: Route(by=(CONTROL, *VIEWS), to=(HUB,)),
    m.WindowRequested: Route(by=(CONTROL,), to=("overlay",)),
    m.WindowPlaced: Route(by=("overlay",), to=(SESSION,)),
    m.EndRequested: Route(by=(CONTROL, *VIEWS), to=(SESSION,)),
    m.PracticeQuestionAsked: Route(by=("practice",), to=(SESSION, "stt", "llm", "practice", *VIEWS)),
    m.TurnStarted: Route(by=("practice",), to=("stt", "llm", "practice", *VIEWS)),
    m.PracticeAnswerMeasured: Route(by=("practice",), to=(SESSION, "practice", *VIEWS)),
    m.FeedbackRequested: Route(by=("practice",), to=("llm", "practice")),
    m.PracticeEnded: Route(by=("practice",), to=(SESSION, "practice", *VIEWS)),
}
"""Publishers and subscribers of every event."""

TRANSIENT: frozenset[type[m.Message]] = frozenset({m.Heartbeat, m.LevelMeasured})
"""Events that matter only now; the log does not store them."""

LOGGED = frozenset(ROUTES) - TRANSIENT
"""Events that the log stores."""

SUPERSEDED = frozenset(
    {m.SpeechPaused, m.SpeechResumed, m.EndpointPredicted, m.PartialTranscribed, m.AnswerStreamed}
)
"""Intermediate events that an outcome supersedes; the log removes them some time after it."""

OUTCOMES = frozenset(
    {m.FinalTranscribed, m.UtteranceDiscarded, m.UtteranceLost, m.AnswerFinished, m.AnswerStopped}
)
"""The events that end an utterance or an answer."""


def may_publish(stage: str, event: type[m.Message]) -> bool:
    """Tell whether this stage may publish this event."""
    return stage_kind(stage) in ROUTES[event].by


def may_receive(stage: str, event: type[m.Message]) -> bool:
    """Tell whether this stage may subscribe to this event."""
    return stage_kind(stage) in (*OBSERVERS, *ROUTES[event].to)


def subscriptions(stage: str) -> frozenset[type[m.Message]]:
    """Return the events that this stage receives."""
    return frozenset(event for event, route in ROUTES.items() if stage_kind(stage) in route.to)
