"""Declares what a record stream needs of libpulse, which pulsectl does not declare.

A callback runs in the thread of the main loop, and owns its lock meanwhile.
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p
from functools import lru_cache

from bus.failures import MachineFailure

CONTEXT_NOAUTOSPAWN = 1
CONTEXT_READY, CONTEXT_FAILED = 4, 5
STREAM_READY, STREAM_FAILED = 2, 3
STREAM_FLAGS = 0x2 | 0x8 | 0x2000  # INTERPOLATE_TIMING, AUTO_TIMING_UPDATE, ADJUST_LATENCY
SAMPLE_FLOAT32 = 5 if sys.byteorder == "little" else 6
DEFAULT = 0xFFFFFFFF
"""Of a buffer's sizes: the server chooses."""

NOTIFY = CFUNCTYPE(None, c_void_p, c_void_p)
"""A context's or stream's state changed, or a stream was moved or suspended."""
REQUEST = CFUNCTYPE(None, c_void_p, c_size_t, c_void_p)
"""A stream has so many bytes."""


class SampleSpec(ctypes.Structure):
    """pa_sample_spec."""

    _fields_ = (("format", c_int), ("rate", c_uint32), ("channels", c_uint8))


class BufferSizes(ctypes.Structure):
    """pa_buffer_attr, in bytes."""

    _fields_ = tuple((name, c_uint32) for name in ("maxlength", "tlength", "prebuf", "minreq", "fragsize"))


_FUNCTIONS: dict[str, tuple[type | None, tuple[type, ...]]] = {
    "strerror": (c_char_p, (c_int,)),
    "threaded_mainloop_new": (c_void_p, ()),
    "threaded_mainloop_get_api": (c_void_p, (c_void_p,)),
    "threaded_mainloop_start": (c_int, (c_void_p,)),
    "threaded_mainloop_stop": (None, (c_void_p,)),
    "threaded_mainloop_free": (None, (c_void_p,)),
    "threaded_mainloop_lock": (None, (c_void_p,)),
    "threaded_mainloop_unlock": (None, (c_void_p,)),
    "context_new": (c_void_p, (c_void_p, c_char_p)),
    "context_set_state_callback": (None, (c_void_p, NOTIFY, c_void_p)),
    "context_connect": (c_int, (c_void_p, c_char_p, c_int, c_void_p)),
    "context_get_state": (c_int, (c_void_p,)),
    "context_errno": (c_int, (c_void_p,)),
    "context_disconnect": (None, (c_void_p,)),
    "context_unref": (None, (c_void_p,)),
    "stream_new": (c_void_p, (c_void_p, c_char_p, POINTER(SampleSpec), c_void_p)),
    "stream_set_state_callback": (None, (c_void_p, NOTIFY, c_void_p)),
    "stream_set_moved_callback": (None, (c_void_p, NOTIFY, c_void_p)),
    "stream_set_read_callback": (None, (c_void_p, REQUEST, c_void_p)),
    "stream_set_monitor_stream": (c_int, (c_void_p, c_uint32)),
    "stream_connect_record": (c_int, (c_void_p, c_char_p, POINTER(BufferSizes), c_int)),
    "stream_get_state": (c_int, (c_void_p,)),
    "stream_get_device_name": (c_char_p, (c_void_p,)),
    "stream_get_latency": (c_int, (c_void_p, POINTER(c_uint64), POINTER(c_int))),
    "stream_peek": (c_int, (c_void_p, POINTER(c_void_p), POINTER(c_size_t))),
    "stream_drop": (c_int, (c_void_p,)),
    "stream_disconnect": (c_int, (c_void_p,)),
    "stream_unref": (None, (c_void_p,)),
}


@lru_cache(maxsize=1)
def load() -> ctypes.CDLL:
    """Return the library, with its functions declared.

    Raises:
        MachineFailure: It is not installed.
    """
    try:
        library = ctypes.CDLL("libpulse.so.0")
    except OSError as error:
        raise MachineFailure(
            "the library of the sound server, libpulse, is missing", fix="sudo apt install libpulse0"
        ) from error
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, f"pa_{name}")
        function.restype, function.argtypes = result, arguments
    return library
