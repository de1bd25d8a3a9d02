"""Settings and stages of captions alone."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from session.run.launch import plans_for
from session.run.start.captions import captions_request
from session.run.start.resolution import resolve


@pytest.fixture(autouse=True)
def _no_user_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def test_both_parties_are_captured_and_nothing_can_answer() -> None:
    settings = resolve(dataclasses.replace(captions_request({}), only_present=False))
    assert dict(settings.capture.sources) == {"call": "monitor", "mic": "default"}
    kinds = {plan.kind for plan in plans_for(settings, practises=False)}
    assert {"capture", "vad", "stt"} <= kinds
    assert not {"llm", "connector", "model-server"} & kinds


def test_sources_of_the_command_line_and_of_the_settings_come_first(tmp_path: Path) -> None:
    given = captions_request({"capture": {"sources": ["call=monitor"]}})
    assert dict(resolve(given).capture.sources) == {"call": "monitor"}
    file = tmp_path / "own.toml"
    file.write_text('[capture]\nsources = {mic = "default"}\n[llm]\nnotes = ["resume.md"]\n')
    settings = resolve(captions_request({}, settings_file=file))
    assert dict(settings.capture.sources) == {"mic": "default"}
    assert settings.llm.notes == [], "notes are not read"
