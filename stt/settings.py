"""Settings of the stt stage: the table `[stt]`."""

from __future__ import annotations

from typing import Literal

import msgspec


class SttSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which weights, on what, and how a pass is made."""

    model: str = "base"
    """A Whisper model of `cuecard models list`, or a folder with CTranslate2 weights."""
    model_path: str = ""
    """Where its files are; found by the command line."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where to compute; auto takes CUDA when it works."""
    compute_type: str = ""
    """Number format of the weights; empty means float16 on CUDA and int8 on a CPU."""
    threads: int = 0
    """Threads of one pass on a CPU; 0 means as many as there are cores, four at most."""
    language: str = "en"
    """What is spoken ("en", "de", …), or "auto" to hear it anew in each utterance."""
    first_source: str = "call"
    """The source whose finals go before the others': the other party."""
    partial_every_s: float = 0.6
    """How much new audio a partial waits for."""
    final_window_s: float = 12.0
    """Shortest encoder window of a final pass."""
    final_extra_s: float = 3.0
    """Room after the speech in the encoder window of a final pass."""
    final_beam: int = 5
    """Hypotheses a final pass keeps; the wait for the end of speech hides what they cost."""
    partial_window_s: float = 8.0
    """Shortest encoder window of a partial pass."""
    partial_extra_s: float = 1.5
    """Room after the speech in the encoder window of a partial pass."""
    least_in_speech: float = -2.2
    """Words less likely than this, per token on average, count as none where there surely is speech."""
    least_in_silence: float = -0.4
    """The same where there surely is none."""
