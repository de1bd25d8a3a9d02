from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from livebench.scoring.words import word_error_rate
from session.run.start.demo import DEMO, script
from tests.pipeline.test_shown_words import kill_until_given_up
from tests.support import pulse_server as pulse
from tests.support.session_log import check_log, transcript
from tests.support.session_process import running

pytestmark = pytest.mark.skipif(
    bool(pulse.missing_programs()), reason=f"not installed: {', '.join(pulse.missing_programs())}"
)


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("p")


@pytest.fixture
def server(place: Path) -> Iterator[pulse.PulseServer]:
    with pulse.pulse_server(place) as running_server:
        yield running_server


def test_the_computers_own_sound_is_transcribed_live(server: pulse.PulseServer, place: Path) -> None:
    samples, rate_hz = soundfile.read(DEMO / "call.flac", dtype="int16", stop=9 * 16_000)
    environment = {**server.environment, "XDG_STATE_HOME": str(place), "CUECARD_MODELS_DIR": str(_models())}
    arguments = ("run", "--source", "call=monitor", "--consent", "--answer", "off", "--json")
    with running(*arguments, directory=place, environment=environment) as session:
        session.wait_for("CaptureStarted")
        ready = {event["stage"] for event in session.of("StageReady")}
        session.wait_for("StageReady", 5)
        player = server.play(samples, rate_hz)
        session.wait_for("FinalTranscribed", 2)
        assert player.wait(20) == 0
        session.interrupt()
        assert session.end(20) == 0
    assert ready
    check_log(session.events)
    wanted = " ".join(turn.text for turn in script()[:2])
    assert word_error_rate([wanted], [transcript(session.events, "call")]) < 0.15
    sandboxed = [event for event in session.of("StageReady") if event["stage"] == "capture:call"]
    assert "no internet sockets" in sandboxed[0]["sandbox"]
    assert session.of("ConsentGiven")
    assert session.left_behind() == []


@pytest.mark.long
@pytest.mark.timeout(180)
def test_only_capture_that_was_given_up_is_tried_again(server: pulse.PulseServer, place: Path) -> None:
    samples, rate_hz = soundfile.read(DEMO / "call.flac", dtype="int16", stop=9 * 16_000)
    environment = {**server.environment, "XDG_STATE_HOME": str(place), "CUECARD_MODELS_DIR": str(_models())}
    arguments = ("run", "--source", "call=monitor", "--consent", "--answer", "off", "--json")
    with running(*arguments, directory=place, environment=environment) as session:
        session.wait_for("CaptureStarted")
        kill_until_given_up(session, "capture:call")
        before = len(session.of("CaptureStarted"))
        session.wait_for("CaptureStarted", before + 1, 90)
        player = server.play(samples, rate_hz)
        session.wait_for("FinalTranscribed")
        player.kill()
        player.wait()
        session.interrupt()
        assert session.end(20) == 0
    assert transcript(session.events, "call").startswith("Thanks for joining")


def _models() -> Path:
    from session.models import store

    return store.models_directory()
