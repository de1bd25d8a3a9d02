"""Events of a session: past-tense facts, one frozen struct each, one file per domain.

Positions in audio are sample indices on the source's 16 kHz clock; `*_ns` fields are CLOCK_MONOTONIC. A
message's `type` on the wire is its class name. Unknown fields and types are rejected, and the size is checked
before decoding. `bus.wiring` lists the publishers and subscribers of each event.
"""

from __future__ import annotations

import msgspec

from bus.failures import Rejected
from bus.messages.answers import (
    AnswerFinished,
    AnswerRequested,
    AnswerStopped,
    AnswerStreamed,
    NoteAdded,
    NotesLoaded,
    Passage,
    PassagesRetrieved,
    PreparedAnswer,
    ProviderReady,
    ProviderRequested,
    QuestionDetected,
    QuestionSpan,
    RequestDecided,
    RequestHeld,
    RequestSent,
    UsageCounted,
)
from bus.messages.audio import (
    AudioLost,
    AudioSanitized,
    CaptureEnded,
    CapturePaused,
    CaptureResumed,
    CaptureStarted,
    EchoDetected,
    EchoEnded,
    LevelAlarm,
    LevelAlarmed,
    LevelMeasured,
)
from bus.messages.control import (
    AnswerPainted,
    CancelRequested,
    EndRequested,
    MomentMarked,
    PauseRequested,
    QuestionTyped,
    RedactionRequested,
    VariantRequested,
    WindowPlaced,
    WindowRequested,
)
from bus.messages.lifecycle import (
    Heartbeat,
    ProblemReported,
    StageDied,
    StageGivenUp,
    StageReady,
    StageStarted,
)
from bus.messages.message import Message
from bus.messages.practice import (
    FeedbackRequested,
    Measures,
    PracticeAnswerMeasured,
    PracticeEnded,
    PracticeQuestionAsked,
    TurnStarted,
)
from bus.messages.session import (
    ConsentGiven,
    LogRedacted,
    ProviderCard,
    RecordingStarted,
    RedactedAudio,
    RedactedRequest,
    RedactedUtterance,
    ReplayStarted,
    SessionEnding,
    SessionStarted,
)
from bus.messages.speech import (
    DetectionEnded,
    SpeechEnded,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
)
from bus.messages.summary import (
    SummaryEntry,
    SummaryFinished,
    SummaryRequested,
    SummaryStarted,
    SummaryStopped,
)
from bus.messages.transcripts import (
    EchoSuppressed,
    EndpointPredicted,
    FinalTranscribed,
    PartialTranscribed,
    TranscriptRevised,
    UtteranceDiscarded,
    UtteranceLost,
)

MAX_MESSAGE_BYTES = 1 << 20
"""Limit of one message; real events are far smaller."""


Event = (
    SessionStarted
    | ReplayStarted
    | SessionEnding
    | ConsentGiven
    | RecordingStarted
    | LogRedacted
    | StageStarted
    | StageReady
    | Heartbeat
    | StageDied
    | StageGivenUp
    | ProblemReported
    | CaptureStarted
    | LevelMeasured
    | LevelAlarmed
    | AudioLost
    | AudioSanitized
    | EchoDetected
    | EchoEnded
    | CapturePaused
    | CaptureResumed
    | CaptureEnded
    | SpeechStarted
    | SpeechPaused
    | SpeechResumed
    | SpeechEnded
    | DetectionEnded
    | EndpointPredicted
    | PartialTranscribed
    | FinalTranscribed
    | TranscriptRevised
    | EchoSuppressed
    | UtteranceDiscarded
    | UtteranceLost
    | NoteAdded
    | NotesLoaded
    | AnswerRequested
    | QuestionDetected
    | PassagesRetrieved
    | ProviderRequested
    | ProviderReady
    | RequestHeld
    | RequestDecided
    | RequestSent
    | AnswerStreamed
    | AnswerFinished
    | AnswerStopped
    | UsageCounted
    | SummaryRequested
    | SummaryStarted
    | SummaryFinished
    | SummaryStopped
    | AnswerPainted
    | CancelRequested
    | QuestionTyped
    | VariantRequested
    | PauseRequested
    | RedactionRequested
    | MomentMarked
    | WindowRequested
    | WindowPlaced
    | EndRequested
    | PracticeQuestionAsked
    | TurnStarted
    | PracticeAnswerMeasured
    | FeedbackRequested
    | PracticeEnded
)
"""Every event; the decoder accepts nothing else."""


class Logged(msgspec.Struct, frozen=True):
    """An event as it is stored in the session's log."""

    seq: int
    """1, 2, 3, … in the order the hub received them; 0 for an event that is not logged."""
    logged_ns: int
    """Monotonic time at which the hub logged it."""
    event: Event

    def as_json(self) -> bytes:
        """Return the event as one flat JSON object, as `cuecard run --json` prints it."""
        fields = msgspec.to_builtins(self.event)
        return msgspec.json.encode({"seq": self.seq, "logged_ns": self.logged_ns, **fields})


_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)


def encode(event: Event) -> bytes:
    """Encode an event as MessagePack."""
    return _encoder.encode(event)


def decode(body: bytes) -> Event:
    """Decode an event.

    Raises:
        Rejected: The bytes are too many, not MessagePack or not an event.
    """
    if len(body) > MAX_MESSAGE_BYTES:
        raise Rejected(f"a message of {len(body)} bytes is over the limit of {MAX_MESSAGE_BYTES}")
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected(f"an invalid message ({error})") from error
