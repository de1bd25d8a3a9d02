"""Builds wheels and source archives, the same bytes each time: `make dist`, `make reproduce`.

Builds what is committed, from an export with fixed times and modes. SOURCE_DATE_EPOCH is the time of the
commit, unless it is set. `--check` builds twice, the second time in another folder, with another umask and
time zone, and compares.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
_BUILD = (
    "import sys; out = sys.argv[1]; from setuptools import build_meta as backend; "
    "backend.build_wheel(out); backend.build_sdist(out)"
)
"""The calls that `python -m build` makes too."""
_PROJECTS = (".", "bench/replay")
"""Folders of the program and of the neutral benchmark."""


def build(out: Path) -> dict[str, str]:
    """Build all files, and return their SHA-256 sums by name.

    Raises:
        subprocess.CalledProcessError: The export or the build failed.
    """
    out.mkdir(parents=True, exist_ok=True)
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH") or _git("log", "-1", "--format=%ct"))
    fixed = {"SOURCE_DATE_EPOCH": str(epoch), "TZ": "UTC", "PYTHONHASHSEED": "0", "PYTHONWARNINGS": "ignore"}
    with tempfile.TemporaryDirectory() as folder:
        _export(Path(folder), epoch)
        command = [sys.executable, "-c", _BUILD, str(out.resolve())]
        for project in _PROJECTS:
            place = Path(folder, project)
            subprocess.run(
                command, cwd=place, env={**os.environ, **fixed}, umask=0o022, check=True, capture_output=True
            )
    for archive in out.glob("*.tar.gz"):
        _normalize(archive, epoch)
    files = sorted([*out.glob("*.whl"), *out.glob("*.tar.gz")])
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _export(folder: Path, epoch: int) -> None:
    """Write the committed files, whatever the umask of this process."""
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            os.utime(path, (epoch, epoch))


def _normalize(archive: Path, epoch: int) -> None:
    """Rewrite a source archive, with sorted members of one time and no owner."""
    plain = io.BytesIO()
    with (
        tarfile.open(archive) as old,
        tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as new,
    ):
        for member in sorted(old.getmembers(), key=lambda member: member.name):
            member.mtime, member.uid, member.gid, member.uname, member.gname = epoch, 0, 0, "", ""
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            member.pax_headers = {}
            new.addfile(member, old.extractfile(member) if member.isfile() else None)
    with archive.open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=epoch) as packed:
        packed.write(plain.getvalue())


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def main() -> None:
    """Build into a folder, or build twice and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "dist")
    arguments = parser.parse_args()
    if not arguments.check:
        sums = build(arguments.out)
    else:
        with tempfile.TemporaryDirectory() as folder:
            sums = build(Path(folder, "one"))
            os.umask(0o077)
            os.environ |= {"TZ": "Asia/Tokyo", "LC_ALL": "C"}
            again = build(Path(folder, "two", "deeper"))
        if sums != again:
            sys.exit(f"not reproducible: {sorted({*sums.items()} ^ {*again.items()})}")
    for name, digest in sums.items():
        print(f"{digest}  {name}")


if __name__ == "__main__":
    main()
