"""Decodes audio and video files with FFmpeg (PyAV), one packet at a time.

Memory is bounded by one packet. No other file is opened: playlists and network protocols are off. Packets
that cannot be decoded are counted and skipped.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.error import FFmpegError

from capture.processing.sanitize import Frames

_CONTAINERS = (
    "wav", "w64", "flac", "ogg", "mp3", "aac", "loas", "latm", "amr", "aiff", "au", "caf", "mov", "mp4",
    "m4a", "3gp", "matroska", "webm", "asf", "avi", "mpegts", "mpeg", "flv", "wv", "ape", "tta", "ac3",
    "eac3", "gsm", "sox", "voc", "nistsphere", "ircam", "iff", "pvf", "qcp", "mpc", "mpc8", "tak", "dsf",
    "oma", "avr", "rm",
)  # fmt: skip
_WITH_LENGTH = {"wav", "w64", "flac", "aiff", "au", "caf", "mov", "mp4", "matroska", "asf", "avi", "voc"}
"""Containers whose header has the length of the audio; for others FFmpeg estimates it."""
_OPTIONS = {"format_whitelist": ",".join(_CONTAINERS), "protocol_whitelist": "none"}
_PACKETS_AT_ONCE = 200
_BAD_PACKETS_AT_START = 2_000
_CUT_OFF_S = 0.25
_SHORTEST_GAP_S, _LONGEST_GAP_S = 0.2, 600.0
_STREAMED = (0, 0xFFFF_FFFF)
"""Sizes in the header of a WAV that was written to a pipe."""
_MOST_PLAUSIBLE = 0x7FFF_0000
"""Larger sizes are placeholders, too."""
_WAVE_HEADER_BYTES = 4096

_MOST_PLANES = 8
"""PyAV crashes when it reads a frame with more."""

_FULL_SCALES = {"u8": 128.0, "s16": 2.0**15, "s32": 2.0**31, "s64": 2.0**63}


class Undecodable(Exception):
    """The file has no audio that can be decoded; has the reason."""


class Decoder:
    """Decoder of the first decodable audio track of a file.

    Args:
        path: A regular file.

    Raises:
        OSError: It cannot be opened.
        Undecodable: It has no audio that can be decoded.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self.bad_packets = 0
        self.gaps_s = 0.0
        """Length of the silence inserted for gaps in the timestamps."""
        self._silent_frames = 0
        self._start_s: float | None = None
        try:
            self._container = av.open(self._file, "r", options=_OPTIONS, metadata_errors="replace")
        except BaseException as error:
            self._file.close()
            if isinstance(error, (FFmpegError, ValueError)):
                raise Undecodable(_reason(error)) from error
            raise
        try:
            self._stream = self._choose_stream()
            self._packets = self._container.demux(self._stream)
            self._ended = False
            self._pending: list[AudioFrame] = []
            self._resampler: AudioResampler | None = None
            self._decoded_frames = 0
            first = self._first_frame()
        except BaseException:
            self.close()
            raise
        self.rate_hz = first.sample_rate
        self.channels = first.layout.nb_channels
        self._layout = first.layout
        self._pending.insert(0, first)

    @property
    def cut_off_s(self) -> float:
        """Missing seconds of the length in the file's header; 0.0 when the file is complete."""
        if not _WITH_LENGTH.intersection(self._container.format.name.split(",")):
            return 0.0
        stated_s = max(self._stated_s(), _stated_by_wave(self._file, self._stream.codec_context.bit_rate))
        missing_s = stated_s - self._decoded_frames / self.rate_hz
        return missing_s if missing_s > _CUT_OFF_S else 0.0

    def decode(self) -> Frames | None:
        """Return the next frames, float32 of shape (n, channels).

        Returns:
            None at the end of the file; an empty array when the next packets have no frames.
        """
        for _ in range(_PACKETS_AT_ONCE):
            if self._silent_frames:
                return self._silence()
            if self._pending:
                self._find_gap(self._pending[0])
                if not self._silent_frames:
                    return self._samples(self._pending.pop(0))
                continue
            if self._ended:
                return None
            self._decode_packet()
        return np.empty((0, self.channels), np.float32)

    def close(self) -> None:
        """Close the file."""
        try:
            self._container.close()
        finally:
            self._file.close()

    def _choose_stream(self) -> AudioStream:
        streams = self._container.streams
        if not streams.audio:
            kinds = ", ".join(sorted({stream.type for stream in streams})) or "nothing"
            raise Undecodable(f"it has no audio track, only {kinds}")
        for stream in streams.audio:
            if stream.codec_context is not None:
                stream.codec_context.thread_count = 1
                return stream
        raise Undecodable("there is no decoder for its audio format")

    def _first_frame(self) -> AudioFrame:
        while not self._pending:
            if self._ended or self.bad_packets > _BAD_PACKETS_AT_START:
                raise Undecodable("its audio cannot be decoded" if self.bad_packets else "it has no audio")
            self._decode_packet()
        return self._pending.pop(0)

    def _decode_packet(self) -> None:
        """Decode one packet into `_pending`."""
        size: int | None = None
        try:
            packet = next(self._packets)
            size = packet.size
            self._pending += [frame for frame in packet.decode() if _is_audio(frame)]
        except StopIteration:
            self._ended = True
        except (FFmpegError, MemoryError, ValueError):
            self.bad_packets += 1
            self._ended = not size  # the demuxer failed, or the last packet did

    def _find_gap(self, frame: AudioFrame) -> None:
        """Insert silence where the frame's timestamp leaves a gap."""
        if frame.time is None:
            return
        at_s = self._decoded_frames / self.rate_hz
        if self._start_s is None:
            self._start_s = frame.time - at_s
        gap_s = frame.time - self._start_s - at_s
        stated_s = self._stated_s()
        is_plausible = gap_s < _LONGEST_GAP_S and not (stated_s and at_s + gap_s > stated_s + 1.0)
        if gap_s > _SHORTEST_GAP_S and is_plausible:
            self._silent_frames = round(gap_s * self.rate_hz)
            self.gaps_s += gap_s
        elif not is_plausible:  # the timestamps are wrong
            self._start_s = frame.time - at_s

    def _silence(self) -> Frames:
        frames = min(self._silent_frames, self.rate_hz)
        self._silent_frames -= frames
        self._decoded_frames += frames
        return np.zeros((frames, self.channels), np.float32)

    def _stated_s(self) -> float:
        stream, duration = self._stream, self._container.duration
        if stream.duration and stream.time_base is not None:
            return float(stream.duration * stream.time_base)
        return duration / av.time_base if duration and len(self._container.streams) == 1 else 0.0

    def _samples(self, frame: AudioFrame) -> Frames:
        is_readable = not frame.format.is_planar or self.channels <= _MOST_PLANES
        if is_readable and frame.sample_rate == self.rate_hz and frame.layout.nb_channels == self.channels:
            samples = _as_float(frame)
        else:  # the track changes its format, or has more planes than PyAV can read
            self._resampler = self._resampler or AudioResampler("flt", self._layout, self.rate_hz)
            try:
                pieces = [_as_float(piece) for piece in self._resampler.resample(frame)]
            except (FFmpegError, ValueError):
                self._resampler = None
                self.bad_packets += 1
                pieces = []
            samples = np.concatenate(pieces) if pieces else np.empty((0, self.channels), np.float32)
        self._decoded_frames += len(samples)
        return samples


def _stated_by_wave(file: BinaryIO, bits_per_s: int | None) -> float:
    """Return the length in a WAV's data chunk, which FFmpeg limits to the file's size; else 0.0."""
    file.seek(0)
    header = file.read(_WAVE_HEADER_BYTES)
    at = header.find(b"data", 12)
    if header[:4] != b"RIFF" or at < 0 or len(header) < at + 8 or not bits_per_s:
        return 0.0
    size = int.from_bytes(header[at + 4 : at + 8], "little")
    return 0.0 if size in _STREAMED or size > _MOST_PLAUSIBLE else size * 8 / bits_per_s


def _is_audio(frame: object) -> bool:
    return isinstance(frame, AudioFrame) and frame.samples > 0 and frame.layout.nb_channels > 0


def _as_float(frame: AudioFrame) -> Frames:
    """Return a frame's samples as float32 of shape (n, channels), full scale at ±1."""
    array = frame.to_ndarray()
    channels = frame.layout.nb_channels
    shaped = array.T if frame.format.is_planar else array.reshape(-1, channels)
    kind = frame.format.name.removesuffix("p")
    if kind in ("flt", "dbl"):
        return np.ascontiguousarray(shaped, np.float32)
    samples: Frames = (shaped.astype(np.float64) / _FULL_SCALES[kind]).astype(np.float32)
    return samples - np.float32(1.0) if kind == "u8" else samples


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    if "Invalid data" in text:
        return "its format is unknown, or its beginning is damaged"
    return text[:1].lower() + text[1:]
