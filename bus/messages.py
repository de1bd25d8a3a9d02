"""Everything that can happen in a session: past-tense facts, one frozen struct each.

Positions in audio are sample indices of the source's 16 kHz clock; `*_ns` fields are CLOCK_MONOTONIC.
A message's `type` on the wire is its class name. Unknown fields and unknown types are refused, and the
size is checked before decoding. This module knows no stage and no socket; who says and hears each
message is in `bus.wiring`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from bus.failures import Refused

MAX_MESSAGE_BYTES = 1 << 20
"""Nothing we say comes near a mebibyte; whatever does is not ours."""


class Message(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag=str
):
    """Base of every fact."""


# --- the session ------------------------------------------------------------------------------------


class SessionStarted(Message, frozen=True, kw_only=True):
    """The supervisor set out to run a session."""

    version: str
    sources: list[str]
    """Names of the sources, the other party first ("call", "mic")."""
    answer: Literal["auto", "ask", "off"]
    """When questions are answered: at once, on request, never."""
    started_ns: int


class ReplayStarted(Message, frozen=True, kw_only=True):
    """Everything is ready: recordings play from here on. Devices do not wait for this."""

    start_ns: int
    """Monotonic time at which sample 0 of every recording is due, so that they keep in step."""


class SessionEnding(Message, frozen=True, kw_only=True):
    """The session is about to close; stages are stopped next."""

    cause: str
    """"the recordings ended", "stopped by the user", …"""


class ConsentGiven(Message, frozen=True, kw_only=True):
    """The user said that the others know; asked once before a live device is opened."""


# --- the life of a stage ----------------------------------------------------------------------------


class StageStarted(Message, frozen=True, kw_only=True):
    """The supervisor spawned a process."""

    stage: str
    """"hub", "capture:mic", "vad:mic", "stt", "llm", "model-server", "overlay", "view"."""
    pid: int
    restarts: int
    """How often this stage was started before in this session."""


class StageReady(Message, frozen=True, kw_only=True):
    """A stage has loaded what it needs and works now."""

    stage: str
    detail: str = ""
    """What it runs with, for people: "base int8 on cpu, 2 threads"."""
    sandbox: str = ""
    """What the kernel enforces on it: "no internet sockets (seccomp)", or why nothing is."""
    address: str = ""
    """Where it can be asked, for a stage that serves others: "http://127.0.0.1:43121/v1"."""


class Beat(Message, frozen=True, kw_only=True):
    """A stage's work loop turned; not kept in the log."""

    stage: str
    heard_seq: int
    """The stage has dealt with every event up to this one."""
    heard_sample: int = 0
    """How far the stage has heard its source, for a stage that listens to one."""


class StageDied(Message, frozen=True, kw_only=True):
    """A process ended that should not have, or was ended because it fell silent."""

    stage: str
    cause: str


class StageGivenUp(Message, frozen=True, kw_only=True):
    """A stage died too often and is not started again; the rest goes on."""

    stage: str
    cause: str
    todo: str


class ProblemMet(Message, frozen=True, kw_only=True):
    """Something went wrong that a person should know; the session goes on."""

    stage: str
    what: str
    kept: str = ""
    todo: str = ""


# --- audio ------------------------------------------------------------------------------------------


class CaptureStarted(Message, frozen=True, kw_only=True):
    """A source delivers audio; its sample clock is fixed from here on."""

    source: str
    first_sample_ns: int
    """Monotonic time at which sample 0 of this source was due."""
    start_sample: int
    """First sample this capture writes: 0, or where a restarted capture goes on."""
    device: str
    """The device's or the file's name, for people."""
    native_rate_hz: int
    native_channels: int


class LevelMeasured(Message, frozen=True, kw_only=True):
    """How loud a source was over the last tenth of a second or so; not kept in the log."""

    source: str
    rms_dbfs: float
    peak_dbfs: float
    stop_sample: int


class AudioLost(Message, frozen=True, kw_only=True):
    """Samples that were due never arrived; the ring holds silence in their place."""

    source: str
    start_sample: int
    stop_sample: int
    cause: str


class AudioMended(Message, frozen=True, kw_only=True):
    """Samples that were no numbers (NaN, infinity) were replaced by silence, or were clipped."""

    source: str
    start_sample: int
    stop_sample: int
    bad_samples: int
    clipped_samples: int


class CaptureEnded(Message, frozen=True, kw_only=True):
    """A source delivers no more."""

    source: str
    stop_sample: int
    """One past the last sample in the ring."""
    cause: str
    """"end of file", "stopped", "device lost"."""
    late_p99_ms: float = 0.0
    """99th percentile of how late blocks were written against their due time (file replay only)."""
    late_max_ms: float = 0.0


# --- speech -----------------------------------------------------------------------------------------


class SpeechStarted(Message, frozen=True, kw_only=True):
    """Someone began to speak."""

    source: str
    utterance: int
    """Number of the utterance within its source, from 1."""
    start_sample: int
    """First sample of the utterance, pre-roll included."""
    detected_sample: int
    """Where the detector had enough evidence."""


class SpeechPaused(Message, frozen=True, kw_only=True):
    """The speaker fell quiet; this may be the end."""

    source: str
    utterance: int
    start_sample: int
    quiet_sample: int
    """First sample after the last speech."""
    stop_sample: int
    """Where the utterance will end, padding included, if nothing more is said."""


class SpeechResumed(Message, frozen=True, kw_only=True):
    """The pause was only a pause."""

    source: str
    utterance: int
    resumed_sample: int


class SpeechEnded(Message, frozen=True, kw_only=True):
    """Someone finished speaking; the ring still holds the whole utterance."""

    source: str
    utterance: int
    start_sample: int
    """First sample of the utterance, pre-roll included."""
    quiet_sample: int
    """First sample after the last speech, as the detector heard it."""
    stop_sample: int
    """One past the utterance's last sample, padding included."""
    decided_sample: int
    """Where the wait was over and the end was decided."""
    cause: Literal["silence", "length", "end of audio"]


class ListeningEnded(Message, frozen=True, kw_only=True):
    """The detector has heard a source to its end."""

    source: str
    stop_sample: int


# --- words ------------------------------------------------------------------------------------------


class PauseJudged(Message, frozen=True, kw_only=True):
    """The words before a pause were heard, and say how long to wait for more before the utterance is over."""

    source: str
    utterance: int
    quiet_sample: int
    """Of which pause; it holds for no other."""
    wait_ms: int
    """Quiet after which the utterance has ended."""
    because: str
    """What the words looked like: "question", "sentence", "unfinished", …"""


class TranscriptGrew(Message, frozen=True, kw_only=True):
    """Words of an utterance that is still being spoken; each replaces the one before."""

    source: str
    utterance: int
    text: str
    settled_words: int
    """How many words from the start are not expected to change any more."""
    stop_sample: int
    """How far the pass had heard."""


class TranscriptFinished(Message, frozen=True, kw_only=True):
    """The final words of an utterance."""

    source: str
    utterance: int
    text: str
    start_sample: int
    quiet_sample: int
    stop_sample: int
    mean_log_probability: float
    """Per token, natural logarithm."""
    no_speech_probability: float
    window_s: float
    """Length of the encoder window that was used."""
    redone: bool
    """The guard refused the first pass, and it was made again through a wider window."""
    speculative: bool
    """The pass had started before the end of the utterance was decided."""
    queue_ms: float
    """From the end being decided to the pass being started; 0 when it was speculative."""
    compute_ms: float
    """Of the pass that gave the words, a second one through a wider window included."""
    passes: int = 1
    """Passes that were begun for this utterance, partials included."""
    wasted_passes: int = 0
    """Speculative passes among them whose speaker went on."""
    all_compute_ms: float = 0.0
    """Of all of them together; what an abandoned pass still cost is not in it."""


class UtteranceDiscarded(Message, frozen=True, kw_only=True):
    """An utterance turned out to hold no words."""

    source: str
    utterance: int
    start_sample: int
    stop_sample: int
    cause: str


class WordsLost(Message, frozen=True, kw_only=True):
    """An utterance, or part of one, could not be transcribed because its audio was overwritten."""

    source: str
    utterance: int
    start_sample: int
    stop_sample: int
    cause: str


# --- questions and answers --------------------------------------------------------------------------


class NotesRead(Message, frozen=True, kw_only=True):
    """The user's notes are read and cut into passages."""

    files: list[str]
    passages: int


class AnswerRequested(Message, frozen=True, kw_only=True):
    """The user pressed the key: answer what was just said."""

    by: str
    """Which stage heard the key."""


class QuestionAsked(Message, frozen=True, kw_only=True):
    """A question was found in what was said."""

    question: int
    """Number of the question within the session, from 1."""
    source: str
    utterance: int
    text: str
    confidence: float
    """0 to 1."""
    kind: str
    """"question", "request", "follow-up", "asked for"."""


class Passage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A piece of the user's own notes."""

    file: str
    heading: str
    text: str
    score: float


class PassagesFound(Message, frozen=True, kw_only=True):
    """The passages of the user's notes that match a question; empty when none do."""

    question: int
    passages: list[Passage]
    search_ms: float


class RequestSent(Message, frozen=True, kw_only=True):
    """The ledger's entry: exactly what was sent, and where."""

    question: int
    """0 for a request that belongs to none: asking a host elsewhere for its models, without a body."""
    host: str
    """Host and port."""
    url: str
    model: str
    body: str
    """The request's body, byte for byte (it is UTF-8)."""
    body_bytes: int
    left_machine: bool
    """False for a server on this machine's loopback."""
    sent_ns: int


class AnswerGrew(Message, frozen=True, kw_only=True):
    """More of an answer arrived."""

    question: int
    added: str
    """What to append."""
    received_ns: int
    """When its bytes arrived."""


class AnswerFinished(Message, frozen=True, kw_only=True):
    """The provider said that the answer is complete."""

    question: int
    text: str
    model: str
    stop_reason: str
    prompt_tokens: int = 0
    answer_tokens: int = 0


class AnswerStopped(Message, frozen=True, kw_only=True):
    """An answer ended before it was complete: cancelled, cut or failed."""

    question: int
    cause: str
    kept: str
    """The text that had arrived."""
    todo: str = ""


Event = (
    SessionStarted
    | ReplayStarted
    | SessionEnding
    | ConsentGiven
    | StageStarted
    | StageReady
    | Beat
    | StageDied
    | StageGivenUp
    | ProblemMet
    | CaptureStarted
    | LevelMeasured
    | AudioLost
    | AudioMended
    | CaptureEnded
    | SpeechStarted
    | SpeechPaused
    | SpeechResumed
    | SpeechEnded
    | ListeningEnded
    | PauseJudged
    | TranscriptGrew
    | TranscriptFinished
    | UtteranceDiscarded
    | WordsLost
    | NotesRead
    | AnswerRequested
    | QuestionAsked
    | PassagesFound
    | RequestSent
    | AnswerGrew
    | AnswerFinished
    | AnswerStopped
)
"""Every fact there is; the decoder knows these and nothing else."""


class Logged(msgspec.Struct, frozen=True):
    """An event as the session's log holds it."""

    seq: int
    """1, 2, 3, … in the order the hub heard; 0 for an event that is not kept."""
    logged_ns: int
    """Monotonic time at which the hub logged it."""
    event: Event

    def as_json(self) -> bytes:
        """Return the event as one flat JSON object, the form `cuecard run --json` prints."""
        fields = msgspec.to_builtins(self.event)
        return msgspec.json.encode({"seq": self.seq, "logged_ns": self.logged_ns, **fields})


_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)


def encode(event: Event) -> bytes:
    """Return the event's bytes on the wire (MessagePack)."""
    return _encoder.encode(event)


def decode(body: bytes) -> Event:
    """Return the event in `body`.

    Raises:
        Refused: The bytes are too many, are no MessagePack or are none of our events.
    """
    if len(body) > MAX_MESSAGE_BYTES:
        raise Refused(f"a message of {len(body)} bytes is over the limit of {MAX_MESSAGE_BYTES}")
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(f"a message is none of ours ({error})") from error
