"""Table of stages: one row for each kind.

The plan of a session, the sandbox, the wiring table and the attestation derive from these rows. To add a
stage, add a row here and its events in `bus.wiring`; ARCHITECTURE.md has the checklist.
"""

from __future__ import annotations

from dataclasses import replace

import platformdirs

from bus.local_socket import PASSES_SOCKETS
from bus.process import environment
from bus.sandbox.rights import DISPLAY, KEYRING, NAME_LOOKUP, SOUND, Rights
from bus.stages.plan import ANSWERING, LEAST_RIGHTS, WITH_HUB, StagePlan, stage_kind

HUB, KEEPER, RECORDER = "hub", "keeper", "recorder"

REVIEW = "review"
"""The page after a session, which is not on the bus."""

SMALL_MODEL = "small-model"
"""Token that llm and the small model's server share."""

PAGE_KEY = "caption-page-key"
"""Token from which the address of the caption page is made; the views show the address."""

_SOUND_DEVICES = ("/dev/snd", "/dev/dsp*")

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
        when=lambda shape: False,  # added by `session_plan.plan_keeper`, with the supervisor's process ID
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


def rights_of(stage: str) -> Rights:
    """Return the rights of a stage by its name; the least rights for an unknown one."""
    plan = STAGE_KINDS.get(stage_kind(stage))
    return plan.rights if plan else LEAST_RIGHTS
