"""Table of stages: when each kind runs, how it is supervised, and its rights.

The supervisor's plans, the sandbox, the wiring table and the attestation derive from these rows. To add a
stage, add a row here and its events in `bus.wiring`; ARCHITECTURE.md has the checklist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import platformdirs

from bus import environment
from bus.local_socket import PASSES_SOCKETS
from bus.sandbox.rights import DISPLAY, KEYRING, NAME_LOOKUP, SOUND, Rights

WITH_HUB = 0
"""The window, started beside the hub so that it is seen at once; it connects when the hub is there."""

LISTENING = 1
"""First wave: the stages that capture and transcribe, started right after the hub."""

ANSWERING = 2
"""Second wave: stages that may start a moment later; the hub delivers the events they missed."""

HANG_S = 3.2
"""Longest silence of a work loop with a heartbeat per second: a hang is detected within 4 s."""

MICROPHONE = "mic"
"""A source of this name is a microphone, even if it is a recording."""

HUB, KEEPER, RECORDER = "hub", "keeper", "recorder"

REVIEW = "review"
"""The page after a session, which is not on the bus."""

SMALL_MODEL = "small-model"
"""Token that llm and the small model's server share."""

PAGE_KEY = "caption-page-key"
"""Token from which the address of the caption page is made; the views show the address."""

_SOUND_DEVICES = ("/dev/snd", "/dev/dsp*")
_LEAST = Rights(grows_files=False)


@dataclass(frozen=True)
class SessionShape:
    """The properties of a session that decide which stages it has."""

    sources: Mapping[str, str]
    """Specification of each source by name; "-" reads standard input."""
    views: Sequence[str]
    """"overlay", "terminal", "plain", "json"."""
    answers: bool
    """Whether questions are detected."""
    serves_model: bool
    """Whether the small local model is served."""
    practises: bool = False
    """Whether the program asks practice questions."""
    serves_captions: bool = False
    """Whether the captions are served as a web page."""
    records: bool = False
    """Whether the audio is recorded."""


@dataclass(frozen=True)
class StagePlan:
    """One process of a session and how it is supervised; a row of the table is the plan of its kind."""

    name: str
    """"vad:mic"; the part before the colon is its kind."""
    module: str
    """Module that `python -m` runs."""
    arguments: tuple[str, ...] = ()
    when: Callable[[SessionShape], bool] = lambda shape: True
    """Whether a session has this stage."""
    per_source: bool = False
    """Whether there is one process per source, with the source's name as its argument."""
    rights: Rights = _LEAST
    wave: int = LISTENING
    essential: bool = True
    """Whether a session fails if it cannot start this stage."""
    silence_limit_s: float | None = HANG_S
    """Longest time without a heartbeat; None for a stage whose hang has no effect on others."""
    start_limit_s: float = 30.0
    """Longest time until it is ready."""
    niceness: int = 0
    """Scheduling niceness, 0 to 19: audio goes first, the small model last. It counts against other programs
    too: 1 costs transcription 7 % of its pace on busy cores, 5 more than half."""
    cores: tuple[int, ...] = ()
    """Cores it is pinned to; all when empty."""
    inherits_stdin: bool = False
    inherits_stdout: bool = False
    ends_session: bool = False
    """Whether its clean exit ends the session, as when the reader of its output ends."""
    joins_hub: bool = True
    """Whether it gets a token for the hub."""
    holds_keys: bool = False
    """Whether it gets the API keys in its environment."""
    shared_tokens: tuple[str, ...] = ()
    """Tokens that it gets besides its own, as secrets between stages."""
    reads_rings: bool = False
    """Whether the supervisor passes it the rings of its source, or of all sources; a microphone's capture
    gets those of the other sources, whose echo it removes."""
    descriptors: tuple[tuple[str, tuple[int, ...]], ...] = ()
    """File descriptors that it inherits, such as the pipe with typed keys, by the environment variable that
    gives their numbers: "5,6"."""
    environment: tuple[str, ...] = ()
    """Patterns of the variables that it inherits beyond the common ones."""
    variables: tuple[tuple[str, str], ...] = ()
    """Additional environment variables."""
    outlives_supervisor: bool = False
    """Whether it continues when the supervisor is killed."""
    restarted_on_redaction: bool = False
    """Whether it forgets redacted words by a restart."""
    wipes_freed_memory: bool = False
    """Whether its memory is overwritten as soon as it is freed, because it forgets words while it runs."""

    @property
    def kind(self) -> str:
        """ "vad" for "vad:mic"."""
        return stage_kind(self.name)


STAGES = (
    StagePlan(
        HUB,
        "bus",
        joins_hub=False,
        silence_limit_s=None,
        wipes_freed_memory=True,
        rights=Rights(makes_sockets=True),
    ),
    StagePlan(
        "overlay",
        "overlay",
        environment=environment.DISPLAYS,
        when=lambda shape: "overlay" in shape.views,
        wave=WITH_HUB,
        essential=False,
        silence_limit_s=None,
        niceness=1,
        wipes_freed_memory=True,
        rights=Rights(
            reads=DISPLAY,
            writes=("overlay.picture",),
            devices=("/dev/dri",),
            opens_sockets=True,
            abstract_sockets=True,
        ),
    ),
    StagePlan(
        "capture",
        "capture",
        per_source=True,
        wipes_freed_memory=True,
        environment=environment.SOUND_SERVERS,
        rights=Rights(
            settings=("capture.sources",),
            reads=SOUND,
            lists=("{runtime}",),
            devices=_SOUND_DEVICES,
            opens_sockets=True,
            makes_sockets=True,
        ),
    ),
    StagePlan("vad", "vad", per_source=True, reads_rings=True, wipes_freed_memory=True),
    StagePlan(
        "stt",
        "stt",
        environment=environment.GRAPHICS_CARDS,
        reads_rings=True,
        start_limit_s=120.0,
        niceness=1,
        restarted_on_redaction=True,
        rights=Rights(
            settings=("stt.model_path", "stt.spare_model_path", "stt.turn_end_path"),
            reads=(
                "~/.nv",
                "$CUDA_CACHE_PATH",
            ),  # kernels that CUDA compiled earlier; new ones are not stored
            devices=("/dev/nvidia*", "/dev/dxg", "/dev/kfd", "/dev/dri"),
            grows_files=False,
        ),
    ),
    StagePlan(
        RECORDER,
        "session.recorder",
        when=lambda shape: shape.records,
        essential=False,
        reads_rings=True,
        niceness=1,
        rights=Rights(grows_files=True),  # the one that is opened for it; it can open no other
    ),
    StagePlan(
        "view",
        "session.view",
        environment=environment.TERMINALS,
        when=lambda shape: bool({*shape.views} - {"overlay"}),
        silence_limit_s=None,
        niceness=1,
        inherits_stdout=True,
        ends_session=True,
        wipes_freed_memory=True,
        shared_tokens=(PAGE_KEY,),
        rights=Rights(devices=("/dev/tty",)),
    ),
    StagePlan(
        "caption-page",
        "session.caption_page",
        when=lambda shape: shape.serves_captions,
        wave=ANSWERING,
        essential=False,
        niceness=1,
        wipes_freed_memory=True,
        shared_tokens=(PAGE_KEY,),
        rights=Rights(serves_tcp=True, port="session.caption_page", grows_files=False),
    ),
    StagePlan(
        "connector",
        "llm.connector",
        environment=environment.PROXIES,
        when=lambda shape: shape.answers and PASSES_SOCKETS,
        wave=ANSWERING,
        essential=False,
        niceness=1,
        rights=Rights(reads=NAME_LOOKUP, opens_sockets=True, network=True, grows_files=False),
    ),
    StagePlan(
        "llm",
        "llm",
        environment=(*environment.PROXIES, *environment.CERTIFICATES, *environment.KEY_STORES),
        when=lambda shape: shape.answers,
        wave=ANSWERING,
        essential=False,
        niceness=1,
        holds_keys=True,
        restarted_on_redaction=True,
        shared_tokens=(SMALL_MODEL,),
        rights=Rights(
            settings=("llm.notes", "llm.meaning_model_path"),
            reads=("$SSL_CERT_FILE", "$SSL_CERT_DIR", *KEYRING),
            writable_folders=(platformdirs.user_state_dir("cuecard", appauthor=False),),
            receives_sockets=True,
            abstract_sockets=True,  # for the message bus, which its process for stored keys connects to
        ),
    ),
    StagePlan(
        "model-server",
        "llm.model_server",
        environment=("GGML_*", "LLAMA_*"),
        when=lambda shape: shape.answers and shape.serves_model,
        wave=ANSWERING,
        essential=False,
        silence_limit_s=10.0,
        start_limit_s=60.0,
        niceness=10,
        restarted_on_redaction=True,
        shared_tokens=(SMALL_MODEL,),
        rights=Rights(settings=("llm.local_model_path",), serves_tcp=True, grows_files=False),
    ),
    StagePlan(
        "practice",
        "session.practice",
        environment=(*environment.SOUND_SERVERS, *environment.VOICES),
        when=lambda shape: shape.practises,
        wave=ANSWERING,
        restarted_on_redaction=True,
        rights=Rights(
            reads=("$PATH", *SOUND),
            lists=("{runtime}",),
            devices=_SOUND_DEVICES,
            opens_sockets=True,
            abstract_sockets=True,
        ),
    ),
    StagePlan(
        KEEPER,
        "session.resume",
        when=lambda shape: False,  # added by `plan_keeper`, with the supervisor's process ID
        wave=ANSWERING,
        essential=False,
        niceness=1,
        wipes_freed_memory=True,
        outlives_supervisor=True,
        rights=Rights(makes_sockets=True, removes_run=True, grows_files=False),
    ),
)
"""Every kind of stage, in the order in which they start within their wave."""

SUPERVISOR_RIGHTS = Rights(
    devices=("/dev/tty",),
    writes=("session.save", "session.store_file", "practice.measures_file"),
    opens_sockets=True,
    removes_run=True,
)
"""Rights of the supervisor, which holds the transcript until the session is saved."""

REVIEW_PLAN = StagePlan(
    REVIEW,
    "session.review",
    environment=environment.DISPLAYS,
    joins_hub=False,
    niceness=5,  # it starts beside the last passes of stt
    inherits_stdout=True,
    rights=Rights(
        reads=DISPLAY, devices=("/dev/dri",), opens_sockets=True, abstract_sockets=True, saves=True
    ),
)
"""The process after a session: it shows the record, and saves it when the user says so."""

VIEWING_RIGHTS = replace(REVIEW_PLAN.rights, saves=False)
"""Rights of the same page when it shows a saved file, which may come from anyone."""

RESTARTED_ON_REDACTION = frozenset(plan.name for plan in STAGES if plan.restarted_on_redaction)
"""Kinds of stages that forget redacted words by a restart."""

STAGE_KINDS = {plan.name: plan for plan in (*STAGES, REVIEW_PLAN)}


def stage_kind(stage: str) -> str:
    """Return the kind of a stage: "vad" for "vad:mic"."""
    return stage.partition(":")[0]


def rights_of(stage: str) -> Rights:
    """Return the rights of a stage by its name; the least rights for an unknown one."""
    plan = STAGE_KINDS.get(stage_kind(stage))
    return plan.rights if plan else _LEAST


def plan_stages(
    shape: SessionShape, *, cores: Mapping[str, Sequence[int]], niceness: Mapping[str, int] | None = None
) -> list[StagePlan]:
    """Return the stages of a session, in the order in which they start.

    Args:
        shape: Decides which stages there are.
        cores: Cores by kind of stage ("stt") or by name ("vad:mic").
        niceness: Niceness by kind or name, instead of the table's.
    """
    plans = [plan for row in STAGES if row.when(shape) for plan in _instances(row, shape)]
    return [_placed(plan, cores, niceness or {}) for plan in plans]


def plan_keeper(supervisor_pid: int) -> StagePlan:
    """Return the process that retains the session's log if this supervisor is killed."""
    return replace(STAGE_KINDS[KEEPER], arguments=(str(supervisor_pid),))


def _instances(row: StagePlan, shape: SessionShape) -> list[StagePlan]:
    if row.per_source:
        reads_stdin = row.name == "capture"
        return [
            replace(
                row,
                name=f"{row.name}:{source}",
                arguments=(source,),
                inherits_stdin=reads_stdin and spec == "-",
                reads_rings=row.reads_rings or (reads_stdin and _needs_reference(source, shape.sources)),
            )
            for source, spec in shape.sources.items()
        ]
    if row.name == "view":
        view = next(view for view in shape.views if view != "overlay")
        return [replace(row, arguments=(view,), inherits_stdin=view == "terminal")]
    return [row]


def _needs_reference(source: str, sources: Mapping[str, str]) -> bool:
    """Return whether this may be a microphone beside another source; a device may be one."""
    is_device = sources[source] == "default" or sources[source].startswith("device:")
    return len(sources) > 1 and (is_device or source == MICROPHONE)


def _placed(plan: StagePlan, cores: Mapping[str, Sequence[int]], niceness: Mapping[str, int]) -> StagePlan:
    return replace(
        plan,
        cores=tuple(cores.get(plan.name) or cores.get(plan.kind) or ()),
        niceness=niceness.get(plan.name, niceness.get(plan.kind, plan.niceness)),
    )
