"""A private key store: a real Secret Service (gnome-keyring) on a private D-Bus."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.waiting import wait_until

PROGRAMS = ("gnome-keyring-daemon", "dbus-daemon")
"""Required packages: apt install gnome-keyring dbus."""

_IS_LOCKED = """
import secretstorage
bus = secretstorage.dbus_init()
print(secretstorage.get_collection_by_alias(bus, "default").is_locked())
"""

_LOCK = """
import secretstorage
bus = secretstorage.dbus_init()
secretstorage.get_default_collection(bus).lock()
"""

_DEAF_PROMPTER = """
import sys
from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection
bus = open_dbus_connection()
address = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
name = "org.gnome.keyring.SystemPrompter"
print(bus.send_and_get_reply(new_method_call(address, "RequestName", "su", (name, 4))).body, flush=True)
sys.stdin.read()
"""
"""Replaces the password window, and never opens one."""


_BUS = """<busconfig><type>session</type><listen>{address}</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>"""
"""A bus that starts no services: otherwise an early request starts a second, locked store."""


def missing_programs() -> list[str]:
    """Return the missing requirements."""
    return [program for program in PROGRAMS if shutil.which(program) is None]


class SecretService:
    """An open key store with one collection, and the environment that leads to it.

    Args:
        directory: A private directory with a short path.
    """

    def __init__(self, directory: Path) -> None:
        address = f"unix:path={directory / 'bus'}"
        self.environment = {
            "DBUS_SESSION_BUS_ADDRESS": address,
            "HOME": str(directory),
            "XDG_RUNTIME_DIR": str(directory),
            "XDG_DATA_HOME": str(directory / "data"),
            "XDG_CONFIG_HOME": str(directory / "config"),
        }
        self._children: list[subprocess.Popen[bytes]] = []
        configuration = directory / "bus.conf"
        configuration.write_text(_BUS.format(address=address))
        self._start("dbus-daemon", f"--config-file={configuration}", "--nofork")
        wait_until((directory / "bus").exists)
        keyring = self._start(
            "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets", stdin=subprocess.PIPE
        )
        assert keyring.stdin
        keyring.stdin.write(b"the user's password")
        keyring.stdin.close()
        try:
            wait_until(self._is_open, timeout_s=60)
        except AssertionError:
            self.close()
            raise

    def lock(self) -> None:
        """Lock it, as a screen saver does."""
        self._python(_LOCK).check_returncode()

    def ask_nobody_for_the_password(self) -> None:
        """Never answer a request to unlock it."""
        prompter = self._start(
            sys.executable, "-c", _DEAF_PROMPTER, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert prompter.stdout
        assert prompter.stdout.readline() == b"(1,)\n"

    def close(self) -> None:
        """End it."""
        for child in reversed(self._children):
            child.kill()
            child.communicate()

    def _is_open(self) -> bool:
        return self._python(_IS_LOCKED).stdout == b"False\n"

    def _python(self, program: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-c", program], env=self._whole(), capture_output=True, check=False, timeout=20
        )

    def _start(
        self, *command: str, stdin: int = subprocess.DEVNULL, stdout: int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(
            command, env=self._whole(), stdin=stdin, stdout=stdout, stderr=subprocess.DEVNULL
        )
        self._children.append(child)
        return child

    def _whole(self) -> dict[str, str]:
        return {**os.environ, **self.environment}


@contextmanager
def secret_service(directory: Path) -> Iterator[SecretService]:
    """Run a key store as long as the context lasts."""
    service = SecretService(directory)
    try:
        yield service
    finally:
        service.close()
