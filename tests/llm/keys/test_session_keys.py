"""Session keys: typed once, found by every start of the stage."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from llm.keys.session_keys import PIPE_VARIABLE, session_key
from tests.support.pseudo_terminal import PseudoTerminal

PLANTED = "sk-planted-0123456789"

STARTS_TWO_STAGES = """
import os, subprocess, sys
from llm.keys.session_keys import KeyPipe
with KeyPipe(sys.argv[2:]) as pipe:
    for attempt in range(2):
        subprocess.run(
            [sys.executable, "-c", sys.argv[1]],
            env={**os.environ, **pipe.environment},
            pass_fds=pipe.descriptors,
            check=True,
        )
"""

IS_A_STAGE = """
import os, pathlib
from llm.keys.provider_keys import find_key
from llm.providers import KNOWN
openai = find_key(KNOWN["openai"], os.environ)
groq = find_key(KNOWN["groq"], {**os.environ, "GROQ_API_KEY": "gsk-2"})
print("backwards:", openai[::-1], groq)
process = pathlib.Path("/proc/self")
print("leaked:", openai.encode() in (process / "environ").read_bytes() + (process / "cmdline").read_bytes())
"""


def environment(**changes: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if "API_KEY" not in name}
    return {**inherited, "PYTHONWARNINGS": "error", **changes}


def test_typed_key_survives_stage_restart() -> None:
    with PseudoTerminal("-c", STARTS_TWO_STAGES, IS_A_STAGE, "openai", environment=environment()) as terminal:
        terminal.type_at("Key for openai (it is not shown)", PLANTED)
        assert terminal.end() == 0, terminal.shown
    assert terminal.shown.count(f"backwards: {PLANTED[::-1]} gsk-2") == 2
    assert terminal.shown.count("leaked: False") == 2
    assert PLANTED not in terminal.shown


def test_keys_of_several_providers_are_typed_in_turn() -> None:
    program = (
        "import os; from llm.keys.session_keys import session_key as key; print(len(key('groq', os.environ)))"
    )
    with PseudoTerminal(
        "-c", STARTS_TWO_STAGES, program, "openai", "groq", environment=environment()
    ) as terminal:
        terminal.type_at("Key for openai", PLANTED)
        terminal.type_at("Key for groq", "gsk-two")
        assert terminal.end() == 0, terminal.shown
    assert terminal.shown.splitlines()[-2:] == ["7", "7"]


@pytest.mark.parametrize("typed", ["", "two words"])
def test_malformed_typed_key_starts_nothing(typed: str) -> None:
    with PseudoTerminal("-c", STARTS_TWO_STAGES, IS_A_STAGE, "openai", environment=environment()) as terminal:
        terminal.type_at("Key for openai", typed)
        assert terminal.end() == 1
    assert "the input is not a key" in terminal.shown
    assert "two words" not in terminal.shown


def test_no_terminal_reads_nothing() -> None:
    """Standard input may be sound (`--source call=-`)."""
    done = subprocess.run(
        [sys.executable, "-c", STARTS_TWO_STAGES, IS_A_STAGE, "openai"],
        env=environment(),
        input=PLANTED.encode(),
        capture_output=True,
        start_new_session=True,
        check=False,
    )
    assert b"no terminal for typing a key" in done.stderr
    assert b"backwards" not in done.stdout


def test_no_pipe_no_session_key(tmp_path: Path) -> None:
    assert session_key("openai", {}) == ""
    with (tmp_path / "empty").open("wb+") as empty:
        assert session_key("openai", {PIPE_VARIABLE: "998,999"}) == ""
        assert empty.read() == b""
