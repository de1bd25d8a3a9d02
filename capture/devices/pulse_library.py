"""Loads pulsectl so that it serves in a sandbox, and names its errors."""

from __future__ import annotations

import contextlib
import ctypes.util
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from bus.failures import MachineFailure
from capture.devices import libpulse


def load() -> None:
    """Load the libraries, before the sandbox; without them, there is no sound server."""
    with contextlib.suppress(MachineFailure):
        pulsectl_library()


@lru_cache(maxsize=1)
def pulsectl_library() -> Any:
    """Return pulsectl.

    Raises:
        MachineFailure: libpulse is missing.
    """
    libpulse.load()  # raises where pulsectl would not say which library is missing
    with _without_library_search():
        import pulsectl
    for info in (pulsectl.PulseSourceInfo, pulsectl.PulseSinkInfo, pulsectl.PulseSinkInputInfo):
        info._init_from_struct = _copy_rate
    return pulsectl


@contextlib.contextmanager
def _without_library_search() -> Iterator[None]:
    """Keep ctypes from starting compilers to find a library; pulsectl takes libpulse.so.0 then."""
    search = ctypes.util.find_library
    ctypes.util.find_library = lambda name: None
    try:
        yield
    finally:
        ctypes.util.find_library = search


def _copy_rate(info: Any, struct: Any) -> None:
    """Copy what pulsectl 24.12 only refers to: the memory of `sample_spec` is freed after the callback."""
    info.rate_hz = struct.sample_spec.rate


def errors() -> tuple[type[Exception], ...]:
    """Return what a request raises when the server refuses it or goes away."""
    pulsectl = pulsectl_library()
    return pulsectl.PulseError, pulsectl.PulseDisconnected, pulsectl._pulsectl.LibPulse.CallError


def reason(connection: Any) -> str:
    """Return why a connection failed, in libpulse's words."""
    pulsectl = pulsectl_library()
    library = pulsectl._pulsectl.pa
    return str(library.strerror(library.context_errno(connection._ctx)))
