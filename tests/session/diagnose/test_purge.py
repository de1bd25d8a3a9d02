from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from session.models.catalogue import CATALOGUE
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.secret_service import missing_programs, secret_service

Purge = Callable[..., "subprocess.CompletedProcess[str]"]
MODEL = CATALOGUE["tiny.en"]


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("h")


def surroundings(home: Path, **changes: str) -> dict[str, str]:
    """Return an environment in which nothing is stored but what a test puts there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "CUECARD_"))}
    own = {
        "HOME": str(home),
        "TMPDIR": str(home / "tmp"),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={home / 'nobody'}",
    }
    for name in ("tmp", "run"):
        (home / name).mkdir(exist_ok=True)
        (home / name).chmod(0o700)
    return {**kept, **own, **changes}


@pytest.fixture
def purge(home: Path) -> Purge:
    def run(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "session", "purge", *arguments],
            env=surroundings(home, **changes),
            stdin=subprocess.DEVNULL,
            text=True,
            capture_output=True,
            check=False,
        )

    return run


def ours(home: Path) -> list[Path]:
    """Put there one of each thing that the program stores."""
    place = hashlib.sha256(str((home / ".cache/cuecard/models" / MODEL.name).resolve()).encode()).hexdigest()
    files = [
        home / ".config/cuecard/cuecard.toml",
        home / ".config/cuecard/prices.toml",
        home / ".local/share/applications/cuecard.desktop",
        home / ".local/share/cuecard/sessions/2026-11-28-174500.65s.json.age",
        home / ".local/share/cuecard/sessions/2026-11-28-174500.65s.measures.until-2999-12-28.json",
        home / ".local/state/cuecard/history.json",
        home / ".local/state/cuecard/window.json",
        home / ".local/state/cuecard/provider-cards.json",
        home / ".local/state/cuecard/spending.json",
        home / ".local/state/cuecard/spending.lock",
        *(home / ".cache/cuecard/models" / MODEL.name / file.name for file in MODEL.files),
        home / ".cache/cuecard/models" / MODEL.name / ".verified.json",
        home / ".cache/cuecard/verified" / f"{MODEL.name}-{place[:16]}.json",
        home / ".cache/cuecard/models" / MODEL.name / "unfinished-x" / "model.bin",
        home / ".cache/cuecard/peers" / "whisper" / "pyvenv.cfg",
        home / "run" / "cuecard-999999999-abc" / "run.json",
        home / "tmp" / "cuecard-attest-abc" / "seen.msgpack",
    ]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x" * 100)
    completion = home / ".bash_completions" / "cuecard.sh"
    completion.parent.mkdir()
    completion.write_text("eval _CUECARD_COMPLETE")
    (home / ".bashrc").write_text(f"alias ll='ls -l'\nsource '{completion}'\nexport EDITOR=vi\n")
    return [*files, completion]


def others(home: Path) -> list[Path]:
    """Put files of the user's and of other programs beside ours."""
    files = [
        home / ".config/other/settings.toml",
        home / ".config/cuecard/my-notes.md",
        home / ".cache/cuecard/models" / "my-own-whisper" / "model.bin",
        home / ".cache/cuecard/models" / MODEL.name / "readme-of-mine.txt",
        home / ".zfunc" / "_cuecard",
        home / "run" / "other-999999999-abc" / "file",
        home / "call.md",
    ]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("mine")
    return files


def test_purge_shows_everything_and_deletes_on_request(purge: Purge, home: Path) -> None:
    there = ours(home)
    done = purge()
    assert done.returncode == 0, done.stderr
    for place in ("cuecard.toml", "prices.toml", "spending.json", "tiny.en", "peers", ".bashrc"):
        assert place in done.stdout
    assert "total" in done.stdout
    assert "add --yes" in done.stderr
    assert all(path.exists() for path in there)


def test_everything_of_the_program_is_deleted_and_nothing_else(purge: Purge, home: Path) -> None:
    there, mine = ours(home), others(home)
    done = purge("--yes")
    assert done.returncode == 0, done.stderr
    assert [path for path in there if path.exists()] == []
    assert [path for path in mine if not path.exists()] == []
    assert (home / ".bashrc").read_text() == "alias ll='ls -l'\nexport EDITOR=vi\n"
    assert not (home / ".local/state/cuecard").exists()
    assert not (home / ".cache/cuecard/peers").exists()
    assert purge("--yes").stdout == "nothing is stored\n"


def test_symlink_is_deleted_but_not_its_target(purge: Purge, home: Path) -> None:
    dear = home / "dear"
    dear.mkdir()
    (dear / "letter").write_text("mine")
    (home / ".cache/cuecard").mkdir(parents=True)
    (home / ".cache/cuecard/peers").symlink_to(dear)
    done = purge("--yes")
    assert done.returncode == 0, done.stderr
    assert not (home / ".cache/cuecard/peers").is_symlink()
    assert (dear / "letter").read_text() == "mine"


def test_nothing_is_deleted_while_a_session_runs(purge: Purge, home: Path) -> None:
    there = ours(home)
    (home / "run" / f"cuecard-{os.getpid()}-abc").mkdir()
    done = purge("--yes")
    assert (done.returncode, "end it first" in done.stderr) == (2, True)
    assert all(path.exists() for path in there)


@pytest.mark.parametrize(("typed", "gone"), [("y\n", True), ("n\n", False)])
def test_purge_asks_once_on_a_terminal(home: Path, typed: str, gone: bool) -> None:
    there = ours(home)
    with PseudoTerminal("-m", "session", "purge", environment=surroundings(home)) as terminal:
        terminal.type_at("Delete everything?", typed.strip())
        assert terminal.end() == 0, terminal.shown
    assert all(path.exists() is not gone for path in there)


def test_undeletable_items_are_named_and_others_deleted(purge: Purge, home: Path) -> None:
    ours(home)
    folder = home / ".bashrc"
    folder.unlink()
    file = home / ".config/cuecard/cuecard.toml"
    blocker = subprocess.run(["chattr", "+i", str(file)], capture_output=True, check=False)
    if blocker.returncode:
        pytest.skip("no file can be made unremovable here")
    try:
        done = purge("--yes")
    finally:
        subprocess.run(["chattr", "-i", str(file)], check=True)
    assert done.returncode == 6
    assert "cuecard.toml" in done.stderr
    assert not (home / ".local/state/cuecard/window.json").exists()


@pytest.mark.long
@pytest.mark.skipif(bool(missing_programs()), reason=f"not installed: {', '.join(missing_programs())}")
def test_keys_are_deleted_from_the_key_store_and_never_shown(purge: Purge, home: Path) -> None:
    with secret_service(home) as service:
        for provider in ("openai", "https://llm.example.com/v1"):
            subprocess.run(
                [sys.executable, "-m", "session", "keys", "set", provider],
                env=surroundings(home, **service.environment),
                input="sk-planted-0123456789",
                text=True,
                capture_output=True,
                check=True,
            )
        shown = purge(**service.environment)
        deleted = purge("--yes", **service.environment)
        after = purge(**service.environment)
    assert "openai" in shown.stdout
    assert "llm.example.com:443" in shown.stdout
    assert deleted.returncode == 0, deleted.stderr
    assert "llm.example.com" not in after.stdout
    assert "planted" not in shown.stdout + deleted.stdout + deleted.stderr
