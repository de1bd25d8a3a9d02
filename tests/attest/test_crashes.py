"""Errors of crashing stages in a real session do not quote the transcript."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from session.attest.checks.search import Words
from session.run.start.demo import DEMO, script
from tests.support.program_copy import PACKAGES, ROOT
from tests.support.session_process import running

ERRORS = {
    "llm/__main__.py": (  # in the stage's loop
        "                reported |= _reported(logged.event)\n",
        "                if hasattr(logged.event, 'retried'):\n"
        "                    raise ValueError(logged.event.text)\n"
        "                reported |= _reported(logged.event)\n",
    ),
    "overlay/state/captions.py": (  # in a callback of Qt's
        "    def apply(self, logged: m.Logged) -> None:\n",
        "    def apply(self, logged: m.Logged) -> None:\n"
        "        if hasattr(logged.event, 'retried'):\n"
        "            raise IndexError(logged.event.text)\n",
    ),
    "session/view/json_lines.py": (  # in a thread, in a log and in what cannot be raised
        "    def apply(self, logged: Logged) -> None:\n",
        "    def apply(self, logged: Logged) -> None:\n"
        "        if hasattr(logged.event, 'retried'):\n"
        "            import logging, threading\n"
        "            logging.getLogger('library').error(logged.event.text)\n"
        "            threading.Thread(target={}.__getitem__, args=(logged.event.text,)).start()\n"
        "            class Left:\n"
        "                def __del__(self, text=logged.event.text):\n"
        "                    raise RuntimeError(text)\n"
        "            Left()\n",
    ),
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a copy of the program that fails, in many ways, over every final."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name, (line, instead) in ERRORS.items():
        text = (tmp_path / name).read_text()
        assert text.count(line) >= 1, f"{name} has changed: update the error"
        (tmp_path / name).write_text(text.replace(line, instead, 1))
    return tmp_path


@pytest.mark.long
def test_no_error_quotes_the_transcript(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("s")
    arguments = (
        *("run", "--source", f"call=file:{DEMO / 'call.flac'}", "--pace", "fast", "--model", "tiny.en"),
        *("--provider", "none", "--view", "overlay", "--json"),
    )
    environment = {
        **{name: value for name, value in os.environ.items() if name != "CUECARD_DEBUG"},
        "PYTHONPATH": str(tree),
        "PYTHONSAFEPATH": "1",
        "QT_QPA_PLATFORM": "offscreen",
    }
    with running(*arguments, directory=folder, environment=environment) as session:
        session.end()
    transcript = Words([turn.text for turn in script() if turn.source == "call"])
    assert transcript.runs_in(repr(session.of("FinalTranscribed")).encode()), "it was transcribed"
    errors = session.errors.decode(errors="replace")
    for stage, kind in (("overlay", "IndexError"), ("view", "KeyError"), ("view", "RuntimeError")):
        assert f"cuecard {stage}: unexpected {kind} at " in errors, errors
    assert any("unexpected ValueError at" in event["problem"] for event in session.of("ProblemReported"))
    assert transcript.runs_in(session.errors) == []
    assert "Traceback" not in errors
