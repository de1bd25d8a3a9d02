from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.session_log import CALL
from tests.support.session_process import running


@pytest.mark.long
def test_a_recording_is_captioned_and_saved_without_a_question(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    place: Path = tmp_path_factory.mktemp("s")
    file = place / "call.md"
    arguments = ("captions", "--json", "--source", f"call=file:{CALL}", "--pace", "fast", "--save", str(file))
    with running(*arguments, directory=place) as session:
        assert session.end() == 0, session.errors
    assert session.of("SessionStarted")[0]["answer"] == "off"
    assert not session.of("QuestionDetected")
    assert "llm" not in {event["stage"] for event in session.of("StageReady")}
    assert "splitting up that service" in file.read_text()
