"""Record stream of PulseAudio or PipeWire: the frames of one source, or of one program.

The server may move a stream to another source, as when a microphone is unplugged. It announces a move on
the same connection before the first frame from there, so no frame of another source is delivered.
"""

from __future__ import annotations

import ctypes
import threading
import time

import numpy as np

from bus.failures import InputFailure
from capture.devices import libpulse as pa
from capture.devices.device import SEE_DEVICES, Device
from capture.devices.stream import BLOCK_MS, BufferedStream

CLIENT_NAME = b"Cuecard"
_ANSWERS_WITHIN_S = 5.0
_FLOAT_BYTES = 4


class PulseStream(BufferedStream):
    """Captures a source of the sound server.

    Args:
        device: A source, or a program; it is opened at its native rate.

    Raises:
        InputFailure: The server refuses it, or does not answer.
        MachineFailure: libpulse is missing.
    """

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self._pa = pa.load()
        self._settled = threading.Event()
        self._data, self._size = ctypes.c_void_p(), ctypes.c_size_t()
        self._frame_bytes = _FLOAT_BYTES * device.native_channels
        # libpulse keeps no reference to these.
        self._on_state, self._on_moved = pa.NOTIFY(self._state_changed), pa.NOTIFY(self._moved)
        self._on_read = pa.REQUEST(self._read)
        self._stream: int | None = None
        self._loop = self._pa.pa_threaded_mainloop_new()
        self._context = self._pa.pa_context_new(
            self._pa.pa_threaded_mainloop_get_api(self._loop), CLIENT_NAME
        )
        self._pa.pa_context_set_state_callback(self._context, self._on_state, None)
        self._pa.pa_context_connect(self._context, None, pa.CONTEXT_NOAUTOSPAWN, None)
        self._pa.pa_threaded_mainloop_start(self._loop)
        if not self._settled.wait(_ANSWERS_WITHIN_S) or self.ended:
            reason = self.ended or "the sound server does not answer"
            self.close()
            raise InputFailure(
                f"{device.label} cannot be opened ({reason})",
                fix=f"close other programs that use it, check its permission, {SEE_DEVICES}",
            )

    def close(self) -> None:
        """Close the stream; frames that were not taken are dropped."""
        if self._loop is None:
            return
        loop, self._loop = self._loop, None
        self._pa.pa_threaded_mainloop_lock(loop)
        self.ended = self.ended or "it was closed"
        if self._stream is not None:
            self._pa.pa_stream_disconnect(self._stream)
            self._pa.pa_stream_unref(self._stream)
        self._pa.pa_context_disconnect(self._context)
        self._pa.pa_context_unref(self._context)
        self._pa.pa_threaded_mainloop_unlock(loop)
        self._pa.pa_threaded_mainloop_stop(loop)
        self._pa.pa_threaded_mainloop_free(loop)

    def _state_changed(self, _: int, __: None) -> None:
        """Continue when the context or the stream is ready, or has failed."""
        state = self._pa.pa_context_get_state(self._context)
        if state == pa.CONTEXT_READY and self._stream is None:
            self._connect_stream()
        elif state >= pa.CONTEXT_FAILED:
            self._end(f"the sound server closed the connection: {self._error()}")
        elif self._stream is not None:
            stream_state = self._pa.pa_stream_get_state(self._stream)
            if stream_state == pa.STREAM_READY:
                self._settled.set()
            elif stream_state >= pa.STREAM_FAILED:
                self._end("the sound server closed the stream")

    def _connect_stream(self) -> None:
        spec = pa.SampleSpec(pa.SAMPLE_FLOAT32, self.rate_hz, self.device.native_channels)
        block_bytes = self.rate_hz * BLOCK_MS // 1000 * self._frame_bytes
        sizes = pa.BufferSizes(pa.DEFAULT, pa.DEFAULT, pa.DEFAULT, pa.DEFAULT, block_bytes)
        name = self.device.name.encode()
        self._stream = self._pa.pa_stream_new(self._context, b"capture", ctypes.byref(spec), None)
        if self._stream is None:
            self._end(self._error())
            return
        self._pa.pa_stream_set_state_callback(self._stream, self._on_state, None)
        self._pa.pa_stream_set_moved_callback(self._stream, self._on_moved, None)
        self._pa.pa_stream_set_read_callback(self._stream, self._on_read, None)
        if self.device.kind == "program":
            self._pa.pa_stream_set_monitor_stream(self._stream, self.device.index)
        source = None if self.device.kind == "program" else name
        if self._pa.pa_stream_connect_record(self._stream, source, ctypes.byref(sizes), pa.STREAM_FLAGS) < 0:
            self._end(self._error())

    def _moved(self, stream: int, _: None) -> None:
        name = (self._pa.pa_stream_get_device_name(stream) or b"").decode(errors="replace")
        if name != self.device.name and not self.ended:
            self.moved_to = name
            self._end("the sound server moved the stream")

    def _read(self, stream: int, _: int, __: None) -> None:
        """Put every fragment that has arrived into the buffer."""
        now_s = time.monotonic()
        data, size = self._data, self._size
        while self._pa.pa_stream_peek(stream, ctypes.byref(data), ctypes.byref(size)) == 0 and size.value:
            if not self.ended:
                count = size.value // self._frame_bytes
                if self.first_captured_s is None:
                    self._start_clock(now_s, self._latency_s(stream), count)
                # Without data, it is a hole, of which the server knows the length.
                raw = ctypes.string_at(data.value, size.value) if data.value else bytes(size.value)
                frames = np.frombuffer(raw, np.float32).reshape(count, -1)
                self._put(frames, now_s, overflowed=False)
            self._pa.pa_stream_drop(stream)

    def _latency_s(self, stream: int) -> float:
        """Return how long ago the next frame was converted; 0 where the server does not know it yet."""
        microseconds, is_negative = ctypes.c_uint64(), ctypes.c_int()
        known = self._pa.pa_stream_get_latency(stream, ctypes.byref(microseconds), ctypes.byref(is_negative))
        return 0.0 if known < 0 or is_negative.value else microseconds.value / 1e6

    def _error(self) -> str:
        return str(self._pa.pa_strerror(self._pa.pa_context_errno(self._context)).decode(errors="replace"))

    def _end(self, reason: str) -> None:
        self.ended = self.ended or reason
        self._settled.set()
