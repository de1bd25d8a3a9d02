"""Settings of the stt stage: the table `[stt]`."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bus.settings import Flag, PathText


class SttSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which weights, on what, and how a pass is made."""

    model: PathText = "auto"
    """A Whisper model of `cuecard models list`, or a folder with CTranslate2 weights; auto takes
    large-v3-turbo where there is a graphics card and the model was pulled, else base."""
    model_path: PathText = ""
    """Where its files are; found by the command line."""
    spare_model_path: PathText = ""
    """Weights with which the CPU takes over when CUDA fails, the same when empty; found like the others."""
    device: Annotated[Literal["auto", "cpu", "cuda"], Flag("--device", "Where Whisper computes.")] = "auto"
    """Where to compute; auto takes CUDA when it works."""
    compute_type: str = ""
    """Number format of the weights; empty means float16 on CUDA and int8 on a CPU."""
    threads: Annotated[int, msgspec.Meta(ge=1, le=256)] = 1
    """Threads of one pass on a CPU. One decodes fastest (`bench/LOG.md`); big models gain from more."""
    workers: Annotated[int, msgspec.Meta(ge=0, le=16)] = 0
    """Passes at a time; 0 means two where there are two cores, so that no final waits for a partial."""
    language: Annotated[
        str, Flag("--language", "The spoken language: en, de, …, or auto.", metavar="CODE")
    ] = "en"
    """What is spoken ("en", "de", …), or "auto" to hear it anew in each utterance."""
    vocabulary: list[str] = []
    """Names and jargon to expect, the most important first; those of `--vocabulary` and of your notes join
    them. About 30 are used."""
    first_source: str = "call"
    """The source whose finals go before the others': the other party."""
    endpointing: Annotated[
        Literal["snappy", "balanced", "patient"],
        Flag("--endpointing", "How long a speaker may pause before the utterance ends."),
    ] = "balanced"
    """How long a speaker may fall silent before the utterance is over (`stt/endpointing.py`)."""
    first_partial_s: Annotated[float, msgspec.Meta(gt=0, le=30)] = 0.3
    """How much audio the first partial of an utterance waits for after its speech was detected."""
    partial_every_s: Annotated[float, msgspec.Meta(gt=0, le=30)] = 0.6
    """How much new audio every further partial waits for; more where passes take long."""
    window_s: Annotated[float, msgspec.Meta(gt=0, le=30)] = 8.0
    """Shortest encoder window of a pass."""
    extra_s: Annotated[float, msgspec.Meta(ge=0, le=30)] = 1.5
    """Room after the speech in the encoder window."""
    redo_window_s: Annotated[float, msgspec.Meta(gt=0, le=30)] = 15.0
    """Shortest window of a pass that is made again because the guard did not believe it."""
    redo_extra_s: Annotated[float, msgspec.Meta(ge=0, le=30)] = 5.0
    """Room after the speech in that window."""
    longest_pass_s: Annotated[float, msgspec.Meta(gt=0, le=30)] = 13.0
    """A final pass over more than this begins at a pause up to which the words are known."""
    beam: Annotated[int, msgspec.Meta(ge=1, le=32)] = 5
    """Hypotheses a pass keeps; on one thread five cost little more than one."""
    least_in_speech: Annotated[float, msgspec.Meta(ge=-100, le=0)] = -2.2
    """Words less likely than this, per token on average, count as none where there surely is speech."""
    least_in_silence: Annotated[float, msgspec.Meta(ge=-100, le=0)] = -0.4
    """The same where there surely is none."""
