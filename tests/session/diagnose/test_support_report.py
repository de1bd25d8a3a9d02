from __future__ import annotations

import datetime
import json
import os
import stat
import subprocess
import sys
import typing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bus import messages as m
from bus.failures import UsageFailure
from bus.messages.redaction import CONTENT_FREE_TEXT, content_free_fields, redacted
from llm.settings import LlmSettings
from session.diagnose.support_report import redacted_settings, report, summary_of
from session.run.start.demo import DEMO
from session.settings import SCHEMA
from stt.settings import SttSettings
from tests.support.session_process import running

KINDS: list[type[m.Message]] = list(typing.get_args(m.Event))
SAID = "Überraschung! My PIN is 4711 / ask Zoë"


def filled(kind: Any) -> Any:
    """Return a value of this type with `SAID` wherever text may be."""
    if kind is str:
        return SAID
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind(**{field.name: filled(field.type) for field in msgspec.structs.fields(kind)})
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is list:
        return [filled(parts[0])]
    if origin is dict:
        return {filled(parts[0]): filled(parts[1])}
    if origin is typing.Annotated:
        return filled(parts[0])
    if origin is typing.Literal:
        return parts[0]
    if kind is datetime.date:
        return kind(2026, 8, 30)
    return filled(parts[0]) if parts else kind(3)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_event_lets_words_through(kind: type[m.Message]) -> None:
    assert all(
        value != SAID and not isinstance(value, list | dict) for value in redacted(filled(kind)).values()
    )
    for name in content_free_fields(kind):
        assert name not in ("text", "added", "body", "kept", "asked", "answered", "previous", "what")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_field_that_is_text_is_content_or_listed(kind: type[m.Message]) -> None:
    listed = CONTENT_FREE_TEXT.get(kind.__name__, frozenset())
    text = {field.name for field in msgspec.structs.fields(kind) if field.type is str}
    assert listed <= text, "what is listed must be there"
    assert set(content_free_fields(kind)) & text == listed


def test_only_events_that_there_are_are_listed() -> None:
    assert set(CONTENT_FREE_TEXT) <= {kind.__name__ for kind in KINDS}


def test_a_log_is_reduced_to_counts_times_and_numbers() -> None:
    final = filled(m.FinalTranscribed)
    log = [m.Logged(n, n * 1_000_000_000, final) for n in (1, 3)]
    shape = summary_of([*log, m.Logged(4, 4_000_000_000, m.StageDied(stage="stt", cause=SAID))])
    assert shape["FinalTranscribed"]["count"] == 2
    assert (shape["FinalTranscribed"]["first_s"], shape["FinalTranscribed"]["last_s"]) == (0.0, 2.0)
    assert shape["FinalTranscribed"]["compute_ms"] == {"median": 3.0, "most": 3.0}
    assert shape["StageDied"]["stage"] == {"stt": 1}
    assert "4711" not in json.dumps(shape)


@pytest.mark.parametrize("kind", [m.StageStarted, m.StageReady, m.Heartbeat, m.StageDied, m.StageGivenUp])
def test_names_of_sources_are_withheld(kind: type[m.Message]) -> None:
    event = msgspec.structs.replace(filled(kind), stage="capture:anna-therapy")
    assert redacted(event)["stage"] == "capture"
    assert "anna" not in json.dumps(summary_of([m.Logged(1, 1, event)]))


def test_text_settings_are_withheld() -> None:
    llm = LlmSettings(
        system_note=SAID, notes=[SAID], provider=f"https://me:{SAID}@x.example/v1", total_timeout_s=9.0
    )
    tables = {"llm": llm, "stt": SttSettings(vocabulary=[SAID], language="de", model_path=f"/home/{SAID}")}
    shown = redacted_settings(tables)
    assert shown["llm.total_timeout_s"] == 9.0
    assert shown["stt.language"] == "de"
    assert shown["llm.provider"] == shown["stt.vocabulary"] == shown["llm.system_note"] == "(withheld)"
    assert "4711" not in json.dumps(shown)


def test_default_settings_are_omitted() -> None:
    assert redacted_settings({name: kind() for name, kind in SCHEMA.items()}) == {}


def made(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (place / ".config/cuecard").mkdir(parents=True, exist_ok=True)
    (place / ".config/cuecard/cuecard.toml").write_text(
        '[llm]\nsystem_note = "Interview at Acme with Zoë"\nprovider = "https://ann:s3cret@llm.acme.example/v1"\n'
        '[capture]\nsources = { mic = "device:Zoës AirPods" }\n[vad]\npause_ms = 112\n'
    )
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("XDG_")},
        "HOME": str(place),
        "XDG_RUNTIME_DIR": str(place),
        "OPENAI_API_KEY": "sk-planted-0123456789",
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={place / 'nobody'}",
    }
    command = [sys.executable, "-m", "session", "report", *arguments]
    return subprocess.run(command, env=environment, cwd=place, text=True, capture_output=True, check=False)


def test_report_is_private_and_holds_no_user_data(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    place = tmp_path_factory.mktemp("acme")
    done = made(place)
    assert done.returncode == 0, done.stderr
    (file,) = place.glob("cuecard-report-*.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    document = json.loads(file.read_text())
    assert document["settings"]["vad.pause_ms"] == 112
    assert document["versions"]["cuecard"]
    assert {finding["name"] for finding in document["doctor"]} >= {"Python", "sandbox", "keys"}
    for private in ("acme", "Acme", "Zo", "s3cret", "ann:", "planted", str(place), "AirPods"):
        assert private not in file.read_text(), private


@pytest.mark.long
def test_running_session_is_reduced_to_counts_and_times(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    place = tmp_path_factory.mktemp("s")
    arguments = (
        "run",
        "--source",
        f"call=file:{DEMO / 'call.flac'}",
        "--model",
        "tiny.en",
        "--answer",
        "off",
    )
    with running(*arguments, "--json", directory=place) as session:
        said = session.wait_for("FinalTranscribed")[0]["text"]
        done = made(place)
        session.interrupt()
        assert session.end() == 0
    assert done.returncode == 0, done.stderr
    (file,) = place.glob("cuecard-report-*.json")
    shape = json.loads(file.read_text())["session"]
    assert shape["FinalTranscribed"]["count"] >= 1
    assert shape["FinalTranscribed"]["compute_ms"]["most"] > 0
    assert shape["StageReady"]["stage"]["stt"] == 1
    assert said.strip(".") not in file.read_text()


def test_existing_report_is_not_overwritten(tmp_path_factory: pytest.TempPathFactory) -> None:
    place = tmp_path_factory.mktemp("r")
    (place / "mine.json").write_text("mine")
    done = made(place, "--output", "mine.json")
    assert (done.returncode, (place / "mine.json").read_text()) == (2, "mine")


def test_a_report_is_not_named_as_another_format(tmp_path: Path) -> None:
    with pytest.raises(UsageFailure, match="a report is JSON"):
        report(tmp_path / "report.zip")
    assert not list(tmp_path.iterdir())


def test_numbers_with_ranges_are_shown_in_a_report() -> None:
    tables = {"llm": LlmSettings(answer_tokens=123, notes=["/private/notes.md"])}
    assert redacted_settings(tables) == {"llm.answer_tokens": 123, "llm.notes": "(withheld)"}
