"""Attests a real marked session, and copies of the program that leak."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.program_copy import PACKAGES, ROOT

LONG = "CUECARD_LONG_TESTS"
"""When set, every mutant has a session of its own."""

Done = subprocess.CompletedProcess[str]


def _cannot() -> str:
    missing = [name for name in ("strace", "unshare") if shutil.which(name) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    own_network = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"]), "true"]
    refused = subprocess.run(own_network, capture_output=True, check=False).returncode
    return "this user may have no network of its own" if refused else ""


pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(bool(_cannot()), reason=_cannot() or "it can be watched"),
]


@dataclass(frozen=True)
class Mutant:
    """A copy of the program with a line or two changed, and what must be found."""

    name: str
    changes: tuple[tuple[str, str, str], ...]
    """File, text, and its replacement."""
    found: str


_SANDBOX, _NO_SANDBOX = "stage.enter_sandbox()\n", "pass\n"

MUTANTS = (
    Mutant(
        "the filter is removed and a socket opened",
        (("stt/__main__.py", _SANDBOX, "__import__('socket').socket(2, 1).close()\n"),),
        "- `stt` opened a socket of AF_INET",
    ),
    Mutant(
        "who asks the provider opens a socket too",
        (("llm/__main__.py", _SANDBOX, "__import__('socket').socket(2, 1).close()\n"),),
        "- `llm` opened a socket of AF_INET",
    ),
    Mutant(
        "words are written to a file",
        (
            (
                "session/run/statistics.py",
                "self.utterances += 1\n",
                "open(__import__('os').environ['TMPDIR'] + '/d', 'w').write(final.text)\n",
            ),
        ),
        "- `session` wrote transcript to ",
    ),
    Mutant(
        "the key is in another header",
        (
            (
                "llm/protocols/protocol.py",
                'return {"authorization": f"Bearer {key}"} if key else {}\n',
                'return {"authorization": f"Bearer {key}", "x-debug": key} if key else {}\n',
            ),
        ),
        "- `llm` wrote the key to the network, outside of the authorization header",
    ),
    Mutant(
        "sound is written to a file",
        (
            ("vad/__main__.py", _SANDBOX, _NO_SANDBOX),
            (
                "vad/detectors.py",
                "_Floats = NDArray[np.float32]\n",
                "_Floats = NDArray[np.float32]\n"
                "_LEAK = open(f\"{os.environ['TMPDIR']}/{os.getpid()}\", 'wb', buffering=0)\n",
            ),
            ("vad/detectors.py", "audio = np.conc", "_LEAK.write(samples.tobytes()); audio = np.conc"),
        ),
        "- `vad:call` wrote audio to ",
    ),
    Mutant(
        "a request holds a canary",
        (
            (
                "llm/protocols/chat_completions.py",
                "fields |= dialect.extra\n",
                'fields |= dialect.extra | {"user": "Thanks for joining today."}\n',
            ),
        ),
        "- `llm` sent transcript outside of questions to the network",
    ),
    Mutant(
        "the ledger shows the key",
        (
            (
                "llm/client/http_connection.py",
                "url=url,\n",
                "url=url + __import__('os').environ['ATTEST_ODD_NAME'],\n",
            ),
        ),
        "- `llm` wrote the key to the session's own sockets and pipes, outside of the authorization header",
    ),
)

TOGETHER = [(mutant,) for mutant in MUTANTS] if os.environ.get(LONG) else [MUTANTS[:4], MUTANTS[4:]]


@pytest.fixture
def attest(tmp_path: Path) -> Callable[[Sequence[Mutant]], Done]:
    """Run `cuecard attest` of a copy of the program with these lines changed."""

    def run(mutants: Sequence[Mutant]) -> Done:
        tree = tmp_path / "tree"
        for package in PACKAGES:
            shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))
        for file, line, instead in (change for mutant in mutants for change in mutant.changes):
            _change(tree / file, line, instead)
        return subprocess.run(
            [sys.executable, "-P", "-m", "session", "attest"],
            env={**os.environ, "PYTHONPATH": str(tree)},
            text=True,
            capture_output=True,
            check=False,
        )

    return run


def _change(file: Path, line: str, instead: str) -> None:
    text = file.read_text()
    assert text.count(line) == 1, f"{file} has changed: update the mutant"
    file.write_text(text.replace(line, instead))


def test_marked_session_has_no_violations(
    attest: Callable[[Sequence[Mutant]], Done],
) -> None:
    done = attest(())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "**No violations:**" in done.stdout
    assert "“Thanks for joining today.”" in done.stdout
    assert "splitting up that service" in done.stdout
    assert "## Not checked" in done.stdout


def test_missing_strace_names_the_package(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "session", "attest"],
        env={**os.environ, "PATH": str(tmp_path)},
        text=True,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, "apt-get install strace" in done.stderr) == (6, True), done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("mutants", TOGETHER, ids=lambda mutants: "; ".join(each.name for each in mutants))
def test_every_built_in_leak_is_found(
    attest: Callable[[Sequence[Mutant]], Done], mutants: Sequence[Mutant]
) -> None:
    done = attest(mutants)
    assert done.returncode == 10, done.stdout + done.stderr
    assert [mutant.name for mutant in mutants if mutant.found not in done.stdout] == [], done.stdout
