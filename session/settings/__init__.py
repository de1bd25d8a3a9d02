"""All settings together: one TOML file, one table a stage."""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
import platformdirs
import psutil

from bus import settings
from bus.failures import SettingsFailure
from bus.settings import Flag, PathText
from bus.stages.plan import stage_kind
from bus.stages.table import STAGE_KINDS
from capture.settings import CaptureSettings
from llm.providers import named_provider
from llm.settings import LlmSettings
from overlay.settings import OverlaySettings
from overlay.texts import strings
from session.settings.practice import PracticeSettings
from stt.settings import SttSettings
from vad.settings import VadSettings

DisplayName = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Niceness = Annotated[int, msgspec.Meta(ge=0, le=19)]

_FIRST_FREE_PORT = 1024
_THIS_MACHINE = "localhost"

POLICY_FILE = {
    "win32": Path(r"C:\ProgramData\Cuecard\policy.toml"),
    "darwin": Path("/Library/Application Support/Cuecard/policy.toml"),
}.get(sys.platform, Path("/etc/cuecard/policy.toml"))
"""Where the administrator of this computer locks settings; not where a variable says."""

DEFAULT_NAMES = {"mic": strings.YOU, "call": strings.OTHER_PARTY}
"""Display names of the usual sources."""


class SessionSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the session as a whole."""

    view: Annotated[
        Literal["auto", "overlay", "terminal", "plain", "none"],
        Flag(
            "--view",
            "Where to show the session; auto: overlay if there is a display and no pipe, else terminal.",
        ),
    ] = "auto"
    """Where the session is shown; auto: the overlay if there is a display and no pipe, else the terminal."""
    names: Annotated[
        dict[str, DisplayName],
        Flag("--name", "What to call a source, as in mic=Ada; often as needed.", metavar="SOURCE=NAME"),
    ] = {}
    """What to call each source, at most 40 characters: mic = "Ada". Defaults: mic "You", call "Them"; other
    sources have their own name."""
    json: Annotated[bool, Flag("--json", "Print every logged event as one JSON object a line.")] = False
    """Print every logged event as one JSON object a line on standard output."""
    verbose: Annotated[bool, Flag("--verbose", "Write each process and request, too, in a pipe.")] = False
    """Write what each process does and every request, too, where plain text is written."""
    allow_unsandboxed: Annotated[
        bool,
        Flag("--allow-unsandboxed", "Capture audio even if the processes cannot be kept off the network."),
    ] = False
    """Capture audio even if the kernel does not keep the processes off the network."""
    caption_page: Annotated[
        int,
        msgspec.Meta(ge=0, le=65_535),
        Flag(
            "--caption-page",
            "Serve the captions as a web page on this port, for OBS or a second device.",
            metavar="PORT",
        ),
    ] = 0
    """Port on which the captions are served as a web page, for OBS or a second device; not served when 0."""
    caption_page_bind: Annotated[
        str,
        Flag(
            "--caption-page-bind",
            "This machine's address to serve it on; others in the network can then read the captions.",
            metavar="ADDRESS",
        ),
    ] = "127.0.0.1"
    """IP address that the page is served on. Any but a loopback one lets others in the network read it."""
    keep_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 600.0
    """How long a killed session can be resumed from memory; 0 disables it."""
    save: Annotated[
        PathText,
        Flag(
            "--save",
            "Save the session when it ends: .md, .html, .docx, .json, .srt or .vtt; add .age to encrypt it.",
            metavar="FILE",
        ),
    ] = ""
    """File to save the session to when it ends: .md, .html, .docx, .json, .srt or .vtt; a further .age
    encrypts it with a passphrase. Nothing when empty."""
    encrypt: bool = False
    """Encrypt every session that is saved: its name gets .age, also on the page after the session."""
    store: Annotated[
        bool,
        Flag("--store/--no-store", "Save the session to the store, which `cuecard sessions` lists."),
    ] = False
    """Save every session to the store, as JSON, which `cuecard sessions` lists; with `--save FILE` it goes
    to both."""
    store_file: PathText = ""
    """File in the store; set by the program."""
    expire: Annotated[
        str,
        msgspec.Meta(pattern=r"^(\d{1,5}d|never|)$"),
        Flag("--expire", "How long the store keeps the session: 30d; then it is deleted.", metavar="DAYS"),
    ] = ""
    """How long the store keeps a session: "30d"; for ever when empty. Expired ones are deleted when a session
    starts, and by every command of `cuecard sessions`."""
    record: Annotated[
        PathText,
        Flag(
            "--record",
            "Record the audio, encrypted with a passphrase: a name that ends in .age.",
            metavar="FILE",
        ),
    ] = ""
    """File to record the audio to, encrypted with a passphrase; its name ends in .age. Nothing when empty."""
    trace: Annotated[
        PathText,
        Flag("--trace", "Write timings without words when it ends, for ui.perfetto.dev.", metavar="FILE"),
    ] = ""
    """File to write the timings of the session to, for ui.perfetto.dev; it has numbers and no words."""
    history: bool = True
    """Keep counts of sessions, minutes and questions by day, and the ten newest crashes, without content."""
    review: Literal["auto", "never", "always"] = "auto"
    """Whether a page with the session follows the overlay, where it can be saved; auto: on a screen, without
    `--json`. After the terminal view there is a question instead, except with "never"."""
    cores: dict[str, list[int]] = {}
    """Cores to pin a stage to, by kind ("stt") or name ("vad:mic"); other stages run anywhere."""
    niceness: dict[str, Niceness] = {}
    """Niceness of a stage, by kind or name, 0 to 19. Defaults (`bus/stages/table.py`): 0 for capture and vad,
    10 for the model server, 1 for others."""


@dataclass(frozen=True)
class AllSettings:
    """Every table, decoded."""

    session: SessionSettings
    capture: CaptureSettings
    vad: VadSettings
    stt: SttSettings
    llm: LlmSettings
    overlay: OverlaySettings
    practice: PracticeSettings

    def display_names(self) -> dict[str, str]:
        """Return what to call each source."""
        named = {**DEFAULT_NAMES, **self.session.names}
        return {source: named.get(source, source) for source in self.capture.sources}

    def tables(self) -> dict[str, msgspec.Struct]:
        """Return the tables by name, as a run takes them."""
        return {name: getattr(self, name) for name in SCHEMA}


SCHEMA: dict[str, type[msgspec.Struct]] = {
    "session": SessionSettings,
    "capture": CaptureSettings,
    "vad": VadSettings,
    "stt": SttSettings,
    "llm": LlmSettings,
    "overlay": OverlaySettings,
    "practice": PracticeSettings,
}


def user_file() -> Path:
    """Return the path of the user's settings file."""
    return Path(platformdirs.user_config_dir("cuecard", appauthor=False)) / "cuecard.toml"


def policy() -> settings.Policy | None:
    """Return the settings that are locked on this computer; None without a policy.

    Raises:
        SettingsFailure: The policy has a fault.
    """
    found = settings.load_policy(SCHEMA, POLICY_FILE)
    if found is not None:
        _complete(found)
    return found


def _complete(policy: settings.Policy) -> None:
    """Lock what a locked provider or `save` implies: no other host is asked later, nothing is saved later."""
    llm, session = policy.tables.get("llm", {}), policy.tables.get("session", {})
    if "provider" in llm:
        provider = named_provider(LlmSettings(), str(llm["provider"]))
        host = urlsplit(provider.base_url).hostname if provider is not None else None
        llm.setdefault("allowed_hosts", [host or _THIS_MACHINE])
    if session.get("save") == "":
        session.setdefault("review", "never")
        session.setdefault("store", False)
        policy.tables.setdefault("practice", {}).setdefault("keep_measures", False)


def load(file: Path | None, flags: Mapping[str, Mapping[str, Any]]) -> AllSettings:
    """Return the settings: policy before flags before environment before file before defaults.

    Args:
        file: A settings file to use instead of the user's own.
        flags: Values from the command line, by table; None means not given.

    Raises:
        SettingsFailure: A value is wrong or locked, or the named file does not exist.
    """
    file = file and Path(settings.expanded(str(file)))
    if file is not None and not file.exists():
        raise SettingsFailure(
            f"there is no settings file {file}", kept="nothing was started", fix="check its path"
        )
    tables: dict[str, Any] = settings.load(
        SCHEMA, file=file or user_file(), environment=os.environ, flags=flags, policy=policy()
    )
    loaded = AllSettings(**tables)
    _check_places(loaded.session)
    _check_names(loaded.session)
    _check_caption_page(loaded.session)
    return loaded


def _check_names(session: SessionSettings) -> None:
    """Refuse display names that cannot be shown as one line of text."""
    for source, name in session.names.items():
        if not name.isprintable() or name != name.strip():
            raise SettingsFailure(
                f"{name!r} cannot be the name of {source}",
                kept="nothing was started",
                fix="use letters, digits, signs and single spaces, at most 40",
            )


def _check_caption_page(session: SessionSettings) -> None:
    """Refuse a port that only the system may use, and what is not one IP address of a machine."""
    try:
        is_one = not ipaddress.ip_address(session.caption_page_bind).is_unspecified
    except ValueError:
        is_one = False
    if not is_one:
        raise SettingsFailure(
            f"{session.caption_page_bind!r} is not an IP address that the caption page can be served on",
            kept="nothing was started",
            fix="give this machine's address in your network, such as 192.168.1.5",
        )
    if 0 < session.caption_page < _FIRST_FREE_PORT:
        raise SettingsFailure(
            f"port {session.caption_page} belongs to the system",
            kept="nothing was started",
            fix=f"choose a port from {_FIRST_FREE_PORT} to 65535 for --caption-page",
        )


def _check_places(session: SessionSettings) -> None:
    """Refuse stages that do not exist and cores that this process cannot use."""
    given = range(psutil.cpu_count() or 1)
    usable = psutil.Process().cpu_affinity() if hasattr(psutil.Process, "cpu_affinity") else list(given)
    for name in (*session.cores, *session.niceness):
        if stage_kind(name) not in STAGE_KINDS:
            raise SettingsFailure(
                f"there is no stage {name!r}, named in cores or niceness",
                kept="nothing was started",
                fix=f"valid names: {', '.join(STAGE_KINDS)}, or with a source, as in vad:mic",
            )
    for name, cores in session.cores.items():
        if missing := sorted(set(cores) - set(usable or given)):
            raise SettingsFailure(
                f"{name} cannot be pinned to core {missing[0]}",
                kept="nothing was started",
                fix=f"choose among {', '.join(map(str, usable or given))} in `cores` of [session]",
            )
