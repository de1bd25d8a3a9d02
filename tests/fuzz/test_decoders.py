"""Fuzz tests of every decoder: each input is accepted or rejected."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.fuzzing.decoder import CORPUS, Decoder
from bench.fuzzing.table import DECODERS
from bench.fuzzing.worker import input_of, trouble
from bus.client import PUBLISH, SUBSCRIBE
from bus.messages import Logged
from bus.wiring import TRANSIENT

_INPUTS = 120
_QUIET = settings(
    derandomize=True,
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)


def _documents(names: str) -> st.SearchStrategy[Any]:
    """Return JSON documents with the names that a decoder expects."""
    return st.recursive(
        _scalars,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(names.split()), inner, max_size=5)
        ),
        max_leaves=12,
    )


_STREAM_WORDS = """
type error message code details retryDelay violations quotaId choices delta content finish_reason usage
prompt_tokens completion_tokens input_tokens output_tokens model response incomplete_details reason candidates
parts text thought finishReason usageMetadata promptFeedback blockReason stop_reason content_block x_groq data
id models name supportedGenerationMethods nextPageToken has_more last_id
"""
_EVENT_WORDS = """
type stage pid restarts source start_sample stop_sample cause text question passages events seq
"""
_KINDS = """
Heartbeat StageReady SpeechEnded FinalTranscribed ProblemReported AnswerStreamed response.completed
"""
_typed = st.fixed_dictionaries({"type": st.sampled_from(_KINDS.split())})


@pytest.fixture(scope="module", autouse=True)
def _own_temporary_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Redirect the decoders' files to a folder that pytest removes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("f")))
        yield


def unharmed(decoder: Decoder, body: bytes) -> None:
    """Check that a decoder accepts or rejects an input."""
    try:
        found = trouble(decoder, body)
    except decoder.refusals:
        return
    assert not found, (decoder.name, found, body[:200])


@pytest.mark.parametrize("name", DECODERS)
def test_corpus_and_seeds_are_accepted_or_rejected(name: str) -> None:
    for body in DECODERS[name].all_seeds():
        unharmed(DECODERS[name], body)


@pytest.mark.parametrize("name", DECODERS)
def test_a_sound_input_is_answered(name: str) -> None:
    decoder = DECODERS[name]
    answered = 0
    for body in decoder.all_seeds():
        try:
            answered += not trouble(decoder, body)
        except decoder.refusals:
            continue
    assert answered, "all that follows would only see refusals"


@pytest.mark.parametrize("name", DECODERS)
def test_what_sound_inputs_became_is_answered_or_refused(name: str) -> None:
    decoder = DECODERS[name]
    seeds = decoder.all_seeds()
    for number in range(_INPUTS):
        unharmed(decoder, input_of(decoder, seeds, 0, number))


@pytest.mark.parametrize("name", ["event", "batch", "hub"])
@_QUIET
@given(document=_documents(_EVENT_WORDS), typed=_typed, bare=st.binary(max_size=64))
def test_messages_of_any_shape_are_answered_or_refused(
    name: str, document: Any, typed: dict[str, Any], bare: bytes
) -> None:
    shaped = {**document, **typed} if isinstance(document, dict) else document
    for body in (msgspec.msgpack.encode(shaped), bare):
        unharmed(DECODERS[name], body)
    unharmed(
        DECODERS["hub"], msgspec.msgpack.encode([b"TOKEN of stt", PUBLISH, msgspec.msgpack.encode(shaped)])
    )


@_QUIET
@given(
    numbers=st.lists(st.integers(-1, 1 << 64) | st.integers(0, 5), max_size=4),
    document=_documents(_EVENT_WORDS),
    typed=_typed,
)
def test_logs_of_any_shape_are_answered_or_refused(
    numbers: list[int], document: Any, typed: dict[str, Any]
) -> None:
    event = {**document, **typed} if isinstance(document, dict) else document
    ending = {"type": "SessionEnding", "cause": "it was stopped"}
    events = [{"seq": seq % (1 << 64), "logged_ns": 0, "event": ending} for seq in numbers]
    for log in (events, [*events, {"seq": 9, "logged_ns": 0, "event": event}]):
        unharmed(DECODERS["past"], msgspec.msgpack.encode(log))
        kept = {"tables": {"stt": document}, "events": log, "killed_ns": 0}
        unharmed(DECODERS["kept"], msgspec.msgpack.encode(kept))


@pytest.mark.parametrize("name", ["chat", "anthropic", "gemini", "responses", "sse", "answer_body"])
@_QUIET
@given(documents=st.lists(_documents(_STREAM_WORDS), max_size=3))
def test_streams_of_any_shape_are_answered_or_refused(name: str, documents: list[Any]) -> None:
    bodies = [msgspec.json.encode(document) for document in documents]
    whole = b"".join(b"data: " + body + b"\n\n" for body in bodies)
    unharmed(DECODERS[name], whole if name != "answer_body" else b"".join(bodies))


@pytest.mark.parametrize("name", ["run_file", "key_pipe", "spending"])
@_QUIET
@given(document=_documents("token settings openai 2026-01-02 requests cost prompt_tokens"))
def test_files_of_any_shape_are_answered_or_refused(name: str, document: Any) -> None:
    unharmed(DECODERS[name], msgspec.json.encode(document))


@pytest.mark.parametrize("name", ["md", "txt", "names", "vocabulary", "questions"])
@_QUIET
@given(
    text=st.lists(
        st.sampled_from(
            ["# ", "**", "```\n", " | ", "\n", "- ", "1. ", "Q: ", "A: ", "?", ".", " ", "Why", "word"]
        )
        | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
        max_size=40,
    ).map("".join)
)
def test_texts_of_any_shape_are_answered_or_refused(name: str, text: str) -> None:
    unharmed(DECODERS[name], text.encode())


def test_the_corpora_are_small_and_belong_to_decoders() -> None:
    files = [path for path in CORPUS.rglob("*") if path.is_file()]
    assert {path.parent.name for path in files} <= DECODERS.keys()
    assert max(path.stat().st_size for path in files) < 10_000
    assert sum(path.stat().st_size for path in files) < 300_000
    assert Path(__file__).parent / "corpus" == CORPUS


def test_stored_log_input_reaches_the_check_it_is_for() -> None:
    """A renamed event or field would make stored inputs fail earlier, and the check untested."""
    body = (CORPUS / "past" / "of_the_moment").read_bytes()
    (logged,) = msgspec.msgpack.decode(body, type=list[Logged])
    assert type(logged.event) in TRANSIENT


def test_stored_hub_inputs_use_its_verbs() -> None:
    for file in (CORPUS / "hub").glob("subscribe_*"):
        assert SUBSCRIBE in file.read_bytes()
