"""Desktop environments for tests: own home, runtime directory and sound server.

Nothing is inherited from the test runner's environment. An ordinary user is created in a user namespace with
its own /run/user, so that tests run by root see what an account sees.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from session.models import store
from tests.support.waiting import wait_until

UID = 1000
"""The ordinary user."""

_REPOSITORY = Path(__file__).parents[2]
_MAPPED = ("--user", f"--map-user={UID}", f"--map-group={UID}", "--mount")
_SETTLE_S = 40.0


@dataclass
class Desktop:
    """The environment of one user."""

    home: Path
    environment: dict[str, str]
    """All variables of a program started there."""
    prefix: list[str] = field(default_factory=list)
    """Prefix of a command that runs there."""
    stack: ExitStack = field(default_factory=ExitStack)
    """Ends everything that was started there."""

    def start(self, *command: str, **variables: str) -> subprocess.Popen[bytes]:
        """Start a program that ends with the desktop."""
        nowhere = subprocess.DEVNULL
        program = subprocess.Popen(
            [*self.prefix, *command],
            env={**self.environment, **variables},
            cwd=self.home,
            stdin=nowhere,
            stdout=nowhere,
            stderr=nowhere,
        )
        self.stack.callback(_end, program)
        return program

    def ask(self, *command: str) -> str:
        """Return a program's output, empty if it fails."""
        done = subprocess.run(
            [*self.prefix, *command],
            env=self.environment,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=60,
            check=False,
        )
        return done.stdout if done.returncode == 0 else ""

    def cuecard(self, *arguments: str) -> list[str]:
        """Return the command line that runs `cuecard` there."""
        return [*self.prefix, sys.executable, "-m", "session", *arguments]

    def start_pulseaudio(
        self, *modules: str, socket: str = "", cookie: str = "", **variables: str
    ) -> subprocess.Popen[bytes]:
        """Start PulseAudio with an output called "speakers" and a microphone called "headset".

        Args:
            modules: Further modules to load.
            socket: Socket path, if not the default place.
            cookie: A file; only clients that present it are admitted.
            variables: Further environment of the server.
        """
        native = "module-native-protocol-unix"
        native += f" socket={socket}" if socket else ""
        native += f" auth-cookie={cookie}" if cookie else ""
        loaded = (*_DEVICES, native, *modules)
        return self.start(
            *("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"),
            *(f"--load={module}" for module in loaded),
            **variables,
        )

    def start_pipewire(self) -> None:
        """Start PipeWire, its session manager and its PulseAudio server, with the same devices."""
        self.start("dbus-daemon", "--session", "--nofork", f"--address={self._bus()}")
        for program in ("pipewire", "wireplumber", "pipewire-pulse"):
            self.start(program, DBUS_SESSION_BUS_ADDRESS=self._bus())
            if program == "pipewire" and (runtime := self.environment.get("XDG_RUNTIME_DIR")):
                wait_until(partial(self.ask, "ls", f"{runtime}/pipewire-0"), _SETTLE_S)  # the others need it
        wait_until(lambda: self.ask("pactl", "info"), _SETTLE_S)
        for module in _DEVICES:
            wait_until(lambda: self.ask("pactl", "load-module", *module.split()), _SETTLE_S)  # noqa: B023

    def wait_for_sound(self, **variables: str) -> None:
        """Wait until the server responds, and select the microphone."""
        self.environment.update(variables)
        wait_until(lambda: "headset" in self.ask("pactl", "list", "short", "sources"), _SETTLE_S)
        for kind, name in (("sink", "speakers"), ("source", "headset")):
            self.ask("pactl", f"set-default-{kind}", name)
            wait_until(lambda: self.ask("pactl", f"get-default-{kind}").strip() == name, _SETTLE_S)  # noqa: B023

    def _bus(self) -> str:
        return f"unix:path={self.home}/bus"


_DEVICES = (
    "module-null-sink sink_name=speakers rate=48000 sink_properties=device.description=Köpfhörer",
    "module-remap-source master=speakers.monitor source_name=headset",
)


def need(*programs: str) -> None:
    """Skip the test if a program is missing."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


@contextmanager
def root_desktop(place: Path, *, runtime: bool = True) -> Iterator[Desktop]:
    """Yield the desktop of the user who runs the tests, with a separate home.

    Args:
        place: A private directory with a short path.
        runtime: Whether XDG_RUNTIME_DIR is set.
    """
    home = place / "home"
    home.mkdir()
    extra = {}
    if runtime:
        (place / "run").mkdir(mode=0o700)
        extra = {"XDG_RUNTIME_DIR": str(place / "run")}
    with ExitStack() as stack:
        yield Desktop(home, {**_login(home), **extra}, stack=stack)


@contextmanager
def user_desktop(place: Path) -> Iterator[Desktop]:
    """Yield the desktop of an ordinary user whose XDG_RUNTIME_DIR is /run/user/1000."""
    need("unshare", "nsenter")
    home, runtime = place / "home", Path("/run/user", str(UID))
    home.mkdir()
    script = (
        f"mkdir -p /run/user; mount -t tmpfs none /run/user; mkdir -m 700 {runtime}; echo ready; exec cat"
    )
    holder = subprocess.Popen(
        ["unshare", *_MAPPED, "--keep-caps", "sh", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with ExitStack() as stack:
        stack.callback(_end, holder)
        assert holder.stdout
        if holder.stdout.readline() != b"ready\n":
            pytest.skip("this machine makes no user namespaces")
        enter = ["nsenter", f"--target={holder.pid}", "--user", "--mount", "--preserve-credentials"]
        extra = {"XDG_RUNTIME_DIR": str(runtime), "USER": "someone", "LOGNAME": "someone"}
        yield Desktop(home, {**_login(home), **extra}, enter, stack)


def _login(home: Path) -> Mapping[str, str]:
    """Return the environment of a fresh login, with the paths of the weights and the program under test."""
    return {
        "HOME": str(home),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(_REPOSITORY),
        store.DIRECTORY_VARIABLE: str(store.models_directory()),
        **{name: os.environ[name] for name in ("OPENBLAS_CORETYPE",) if name in os.environ},
    }


def _end(program: subprocess.Popen[bytes]) -> None:
    for pipe in (program.stdin, program.stdout):
        if pipe:
            pipe.close()
    program.terminate()
    try:
        program.wait(5)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait(5)
