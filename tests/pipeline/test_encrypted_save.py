"""A session that is saved encrypted writes no word to a disk, under strace."""

from __future__ import annotations

import re
import shutil
import sys

import pytest

from session import encryption
from tests.support.restricted_session import WORDS, run
from tests.support.strace_text import hexed

_PASSPHRASE = "a horse, a battery and a staple"
_NO_DISK = ("/memfd:", "/dev/", "/proc/")
"""Beginnings of paths that no disk holds."""


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("strace"), reason="not installed: strace")
def test_plain_text_never_touches_the_disk(tmp_path_factory: pytest.TempPathFactory) -> None:
    place = tmp_path_factory.mktemp("s")
    trace, passphrase = place / "trace", place / "passphrase"
    passphrase.write_text(_PASSPHRASE)
    calls = "trace=write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range"
    prefix = ("strace", "-f", "-qq", "-y", "-xx", "-s", "1000000", "-e", calls, "-o", str(trace))
    file = place / "talk.md.age"
    extra = ("--save", str(file), "--passphrase-file", str(passphrase))
    outcome = run(place, prefix, extra=extra)
    assert (outcome.code, WORDS in outcome.said()) == (0, True), outcome.complaints
    written = [line for line in trace.read_text().splitlines() if _on_disk(line)]
    assert any(_path(line).startswith(str(place)) for line in written), "the encrypted bytes were seen"
    for line in written:
        assert hexed(WORDS) not in line
        assert hexed(_PASSPHRASE) not in line
    assert WORDS.encode() in encryption.decrypt(file.read_bytes(), _PASSPHRASE)


def _path(line: str) -> str:
    found = re.search(r"\(\d+<(.*?)>", line)
    named = found.group(1) if found else ""
    return bytes.fromhex(named.replace("\\x", "")).decode() if named.startswith("\\x") else named


def _on_disk(line: str) -> bool:
    """Return whether a call writes to a file; the test's own standard output is a deleted one."""
    path = _path(line)
    if re.match(r"[^>]*>\(deleted\)", line):
        return False
    return path.startswith("/") and not path.startswith(_NO_DISK)
