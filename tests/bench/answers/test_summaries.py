"""Facts found in summaries, with the real prompts and checks and a local server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bench.answers.summaries import FACTS, measure, read_facts, summarize, transcript_lines
from bench.harness.corpus import Clip
from bus.failures import ProviderFailure

TEXT = (
    "I'd like to buy a Chromecast. Let's go with the black one. Regular is fine. Express, please. "
    "It's on the way."
)


class Model(BaseHTTPRequestHandler):
    """Summarizes by quoting the first, the second and an invented line."""

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert "black one" in sent["messages"][1]["content"]
        reply = {
            "topics": [
                {"text": "A Chromecast", "quote": "like to buy a Chromecast", "line": 1},
                {"text": "Blue", "quote": "make it blue", "line": 2},
            ],
            "decisions": [{"text": "The black one", "quote": "go with the black one", "line": 2}],
            "questions": [],
            "actions": [],
        }
        content = json.dumps({"choices": [{"message": {"content": json.dumps(reply)}}]}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Model) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}/v1"
        listening.shutdown()


def test_there_are_ten_talks_and_sixty_facts() -> None:
    talks = read_facts(FACTS)
    assert len(talks) == 10
    assert sum(len(talk.facts) for talk in talks.values()) == 60


def test_found_facts_are_counted_and_unfounded_entries_dropped(
    server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = {"id": "google_commercial_mono", "path": "a.flac", "seconds": 9.0, "kind": "speech", "text": TEXT}
    (tmp_path / "manifest.jsonl").write_text(json.dumps(clip))
    measure(tmp_path, server, "some-model", FACTS)
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (figures["found"], figures["facts"]) == (2, 5)
    assert (figures["invented_actions"], figures["dropped_entries"]) == (0, 1)


def test_without_a_server_it_says_what_to_start() -> None:
    clip = Clip("a", "a.flac", 1.0, "speech", TEXT)
    with pytest.raises(ProviderFailure, match="OpenAI-compatible server"):
        summarize(clip, "call", "http://127.0.0.1:1/v1", "some-model")


def test_a_text_without_punctuation_is_cut_into_lines() -> None:
    lines = transcript_lines("word " * 100)
    assert [len(line.text.split()) for line in lines] == [40, 40, 20]
