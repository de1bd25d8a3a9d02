"""Tests of encryption with a passphrase, also against the `age` command."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
from pathlib import Path

import pytest

from bus.failures import InputFailure, UsageFailure
from session import encryption

_PASSPHRASE = "a horse, a battery and a staple"


def test_only_the_passphrase_opens_it() -> None:
    encrypted = encryption.encrypt(b"What was said", _PASSPHRASE)
    assert b"said" not in encrypted
    assert encryption.decrypt(encrypted, _PASSPHRASE) == b"What was said"


@pytest.mark.long
def test_a_wrong_passphrase_opens_nothing() -> None:
    encrypted = encryption.encrypt(b"What was said", _PASSPHRASE)
    for body, passphrase in ((encrypted, "another"), (b"text", _PASSPHRASE)):
        with pytest.raises(InputFailure, match="cannot be decrypted"):
            encryption.decrypt(body, passphrase)


@pytest.mark.long
@pytest.mark.skipif(not shutil.which("age"), reason="not installed: age")
def test_the_age_command_opens_it(tmp_path: Path) -> None:
    (tmp_path / "talk.age").write_bytes(encryption.encrypt(b"What was said", _PASSPHRASE))
    controller, terminal = pty.openpty()
    command = ["age", "-d", "-o", str(tmp_path / "talk"), str(tmp_path / "talk.age")]
    with subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True
    ) as age:
        os.write(controller, f"{_PASSPHRASE}\n".encode())
        assert age.wait(20) == 0
    assert (tmp_path / "talk").read_bytes() == b"What was said"


def test_a_file_may_have_it(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_text(f"{_PASSPHRASE}\n")
    assert encryption.new_passphrase(file) == encryption.known_passphrase(file) == _PASSPHRASE
    file.write_text("short\n")
    with pytest.raises(UsageFailure, match="too short"):
        encryption.new_passphrase(file)
    with pytest.raises(UsageFailure, match="cannot be read"):
        encryption.known_passphrase(tmp_path / "none")


def test_without_a_terminal_a_file_is_needed() -> None:
    with pytest.raises(UsageFailure, match="no terminal to ask on"):
        encryption.new_passphrase(None)
