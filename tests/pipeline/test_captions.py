from __future__ import annotations

import contextlib
import http.client
import re
from pathlib import Path

import psutil
import pytest

from tests.support.free_port import free_port
from tests.support.session_log import CALL
from tests.support.session_process import running
from tests.support.waiting import wait_until


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


@pytest.mark.long
def test_the_caption_page_comes_back_at_the_same_address(tmp_path_factory: pytest.TempPathFactory) -> None:
    place: Path = tmp_path_factory.mktemp("s")
    port = free_port()
    arguments = ("captions", "--json", "--source", f"call=file:{CALL}", "--caption-page", str(port))
    with running(*arguments, directory=place) as session:
        session.wait_for("FinalTranscribed")
        wait_until(lambda: is_served(port), timeout_s=20)
        psutil.Process(session.pid("caption-page")).kill()
        session.wait_for("StageDied")
        wait_until(lambda: is_served(port), timeout_s=20)
        session.interrupt()
        assert session.end() == 0, session.errors
    told = session.errors.decode()
    (address,) = re.findall(rf"http://127\.0\.0\.1:{port}/([0-9a-f]{{32}})/", told)
    assert address not in str(session.events), "the secret is not in the log"
    assert not session.of("StageGivenUp")
    assert session.left_behind() == []


def is_served(port: int) -> bool:
    """Return whether something answers on this port, without the secret with nothing but a refusal."""
    try:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as client:
            client.request("GET", "/")
            return client.getresponse().status == 404
    except OSError:
        return False
