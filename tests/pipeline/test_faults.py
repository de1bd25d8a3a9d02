from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest
import soundfile

from livebench.scoring.words import word_error_rate
from session.run.start.demo import DEMO, script
from session.transcript.formats.markdown import inline
from tests.support.session_log import BOTH, MIC, check_log, transcript
from tests.support.session_process import running
from tests.support.waiting import wait_until


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("f")


@pytest.mark.long
def test_a_hanging_transcriber_loses_and_doubles_no_word(place: Path) -> None:
    samples, rate_hz = soundfile.read(MIC, dtype="int16")
    soundfile.write(place / "mic.wav", samples[round(8.4 * rate_hz) : round(30.6 * rate_hz)], rate_hz)
    wanted = " ".join(turn.text for turn in script() if turn.source == "mic" and turn.end_s < 30.6)
    arguments = ("run", "--source", f"mic=file:{place / 'mic.wav'}", "--answer", "off", "--json")
    with running(*arguments, directory=place) as session:
        session.wait_for("FinalTranscribed", 1)
        session.wait_for("SpeechStarted", 2)
        session.wait_for("PartialTranscribed", len(session.of("PartialTranscribed")) + 1)
        os.kill(session.pid("stt"), signal.SIGSTOP)
        assert session.end() == 0
    assert [event["stage"] for event in session.of("StageDied")] == ["stt"]
    check_log(session.events)
    assert word_error_rate([wanted], [transcript(session.events, "mic")]) < 0.12


@pytest.mark.long
def test_partials_are_saved_if_the_session_ends_first(place: Path) -> None:
    saved = place / "s.md"
    arguments = ("run", "--source", f"mic=file:{MIC}", "--answer", "off", "--json", "--save", str(saved))
    with running(*arguments, directory=place) as session:
        session.wait_for("PartialTranscribed")
        os.kill(session.pid("stt"), signal.SIGSTOP)
        session.interrupt()
        assert session.end(30) == 0
    check_log(session.events)
    (final,) = [event for event in session.of("FinalTranscribed") if event["unconfirmed"]]
    assert final["text"] in [
        e["text"] for e in session.events if e["type"] in ("PartialTranscribed", "EndpointPredicted")
    ]
    assert inline(f"[unconfirmed] {final['text']}") in saved.read_text()


@pytest.mark.long
def test_a_dead_hub_ends_and_saves_the_session(place: Path) -> None:
    file = place / "s.md"
    arguments = ("run", *BOTH, "--answer", "off", "--json", "--save", str(file))
    with running(*arguments, directory=place) as session:
        session.wait_for("FinalTranscribed", 2)
        hub = next(child for child in session.children() if child.cmdline()[-1] == "bus")
        hub.kill()
        assert session.end(20) == 7
    assert b"the hub died" in session.errors
    assert b"`cuecard resume`" in session.errors
    assert "Thanks for joining" in file.read_text()
    wait_until(lambda: session.left_behind()[:1] == [f"process {session.pid('keeper')}"])
    with running("resume", "--end", directory=place) as wiped:
        assert wiped.end(20) == 0
    wait_until(lambda: session.left_behind() == [])


BAD_INPUT = [
    (("--source", "mic=file:/nowhere.wav"), 4, "/nowhere.wav"),
    (("--source", "mic=file:{place}/empty.wav"), 4, "empty.wav"),
    (("--source", "mic=file:{place}/silent.wav"), 4, "it has no audio"),
    (("--source", "mic=file:{place}/text.wav"), 4, "text.wav"),
    (("--source", "mic=file:{place}"), 4, "{place}"),
    (("--source", "mic=what"), 2, "mic=what"),
    (("--source", "mic"), 2, "NAME="),
    (("--source", "mic=-", "--source", "mic=default"), 2, "mic"),
    ((), 4, "no microphone and no sound of the computer can be captured"),
    (("--source", "mic=device:no such thing", "--consent"), 4, "no such thing"),
    (("--source", "mic=default"), 2, "--consent"),
    (("--source", "mic=-", "--model", "tiny.en", "--settings", "{place}/typo.toml"), 3, "did you mean 'stt'"),
    (("--source", "mic=-", "--notes", "{place}/none.md"), 4, "none.md"),
    (("--source", "mic=-", "--save", "{place}/x.odt"), 2, ".md"),
    (("--source", "mic=-", "--provider", "opnai"), 3, "openai"),
    (("--source", "mic=-", "--device", "cuda"), 5, "CUDA"),
]
LONG = (1, 2, 3, 4, 6, 9, 15)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        # Those that end before a stage starts are quick; of the others one of a kind.
        pytest.param(*case, id=" ".join(case[0]), marks=[pytest.mark.long] if number in LONG else [])
        for number, case in enumerate(BAD_INPUT)
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    place: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    (place / "empty.wav").write_bytes(b"")
    (place / "text.wav").write_text("no sound at all")
    (place / "typo.toml").write_text("[sst]\nmodel = 'base'\n")
    soundfile.write(place / "silent.wav", np.zeros(0, np.int16), 16_000)
    filled = [argument.replace("{place}", str(place)) for argument in arguments]
    environment = {"XDG_STATE_HOME": str(place / "state"), "PULSE_SERVER": "unix:/nowhere"}
    with running("run", *filled, "--json", directory=place, environment=environment) as session:
        assert session.end(60) == code
    lines = session.errors.decode().strip().splitlines()
    assert len(lines) == 1, session.errors.decode()
    assert message.replace("{place}", str(place)) in lines[0]
    assert session.left_behind() == []


@pytest.mark.parametrize("how", ["missing", "truncated"])
def test_wrong_weights_name_the_fix_command(place: Path, how: str) -> None:
    if how == "truncated":
        (place / "base").mkdir()
        (place / "base" / "model.bin").write_bytes(b"x")
    environment = {"CUECARD_MODELS_DIR": str(place)}
    arguments = ("run", "--source", f"mic=file:{MIC}", "--json")
    with running(*arguments, directory=place, environment=environment) as session:
        assert session.end(60) == 5
    assert session.errors.count(b"\n") == 1
    assert b"cuecard models pull base" in session.errors


@pytest.mark.parametrize(
    ("rate_hz", "channels", "subtype"),
    [
        (44_100, 7, "FLOAT"),
        *(
            pytest.param(*kind, marks=pytest.mark.long)
            for kind in ((8_000, 1, "PCM_16"), (48_000, 2, "PCM_24"))
        ),
    ],
)
def test_recordings_of_any_rate_and_width_are_understood(
    place: Path, rate_hz: int, channels: int, subtype: str
) -> None:
    import soxr

    samples, _ = soundfile.read(DEMO / "call.flac", stop=9 * 16_000)
    sound = soxr.resample(samples, 16_000, rate_hz)
    wide = np.repeat(sound[:, None], channels, axis=1)
    if subtype == "FLOAT":
        wide[1000:1100, 0] = np.nan
        wide[2000, 1] = np.inf
    soundfile.write(place / "x.wav", wide, rate_hz, subtype=subtype)
    source = f"call=file:{place / 'x.wav'}"
    arguments = ("run", "--source", source, "--pace", "fast", "--answer", "off", "--json")
    with running(*arguments, directory=place) as session:
        assert session.end() == 0
    assert "working on recently" in transcript(session.events, "call")
    assert bool(session.of("AudioSanitized")) is (subtype == "FLOAT")
