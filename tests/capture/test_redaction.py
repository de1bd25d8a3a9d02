"""The ring is silent where audio was struck."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from bus.audio import SAMPLE_RATE
from bus.messages import CaptureStarted, LogRedacted, RedactedAudio, RedactionRequested, SpeechStarted
from bus.ring.access import RingAccess
from bus.ring.reader import AudioRing
from bus.run import Run
from stt.utterances.sources import Sources
from tests.support.audio_session import DEMO, AudioSession
from tests.support.waiting import wait_until


@pytest.fixture
def call(
    make_run: Callable[..., Run], start_stage: Callable[..., subprocess.Popen[bytes]]
) -> Iterator[AudioSession]:
    with AudioSession(make_run, start_stage, {"call": f"file:{DEMO / 'call.flac'}"}) as session:
        session.start_all("call")
        session.replay()
        session.wait_for(SpeechStarted)
        yield session


def test_the_ring_is_overwritten_and_capture_continues(call: AudioSession) -> None:
    with AudioRing.attach(call.run.ring_address("call")) as ring:
        wait_until(lambda: np.any(ring.read(ring.oldest_sample, ring.written_sample)))
        call.view.publish(RedactionRequested(last_s=60.0, by="view"))
        (redaction,) = call.wait_for(LogRedacted)
        (audio,) = redaction.audio
        assert 0 <= ring.written_sample - audio.stop_sample < SAMPLE_RATE
        wait_until(lambda: not np.any(ring.read(audio.start_sample, audio.stop_sample)))
        wait_until(lambda: np.any(ring.read(audio.stop_sample, ring.written_sample)))


def test_stt_reads_silence_before_the_ring_is_overwritten(call: AudioSession) -> None:
    (started,) = call.wait_for(CaptureStarted)
    with Sources(RingAccess(call.run)) as sources:
        sources.capture_started("call")
        wait_until(lambda: sources.update() or sources.written_samples().get("call", 0) > 2 * SAMPLE_RATE)
        stop = sources.written_samples()["call"]
        loud = int(np.argmax(np.abs(sources.read("call", 0, stop))))
        span = RedactedAudio(source="call", start_sample=max(loud - 10, 0), stop_sample=loud + 10)
        redaction = LogRedacted(
            last_s=1.0,
            since_ns=started.first_sample_ns,
            turns=0,
            utterances=[],
            questions=[],
            practice_answers=[],
            audio=[span, RedactedAudio(source="mic", start_sample=0, stop_sample=stop)],
            sent=[],
        )
        whole = sources.read("call", 0, stop)
        sources.redact(redaction)
        changed = np.flatnonzero(whole != sources.read("call", 0, stop))
        assert loud in changed
        assert set(changed) <= set(range(span.start_sample, span.stop_sample))
        assert not np.any(sources.read("call", loud - 5, loud + 5))
