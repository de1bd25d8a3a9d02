"""Settings of transcription: the table [stt]."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bus.settings import Flag, PathText

Seconds = Annotated[float, msgspec.Meta(gt=0, le=30)]
Padding = Annotated[float, msgspec.Meta(ge=0, le=30)]
LogProbability = Annotated[float, msgspec.Meta(ge=-100, le=0)]


class SttSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of transcription."""

    model: PathText = "auto"
    """A speech model of `cuecard models list`, or a folder with such weights; auto selects
    large-v3-turbo where there is a graphics card and the model was pulled, else base."""
    model_path: PathText = ""
    """Folder of its files; set by the command line."""
    spare_model_path: PathText = ""
    """Folder of the weights used on the CPU when CUDA fails; the same weights when empty."""
    device: Annotated[Literal["auto", "cpu", "cuda"], Flag("--device", "Where Whisper computes.")] = "auto"
    """Where to compute; auto uses CUDA when it works."""
    compute_type: str = ""
    """Number format of the weights; empty means float16 on CUDA and int8 on a CPU."""
    threads: Annotated[int, msgspec.Meta(ge=1, le=256)] = 1
    """Threads of one pass on a CPU. One decodes fastest (`bench/LOG.md`); large models gain from more."""
    workers: Annotated[int, msgspec.Meta(ge=0, le=16)] = 0
    """Concurrent passes; 0 means two where there are two cores, so that no final waits for a partial."""
    language: Annotated[
        str, Flag("--language", "The spoken language: en, de, …, or auto.", metavar="CODE")
    ] = "en"
    """Spoken language ("en", "de", …), or "auto" to detect it in the first seconds of each source."""
    languages: dict[str, str] = {}
    """The same for single sources, where it differs: mic = "de"."""
    vocabulary: list[str] = []
    """Names and jargon to expect, the most important first; those of `--vocabulary` and of your notes are
    added. About 30 are used."""
    first_source: str = "call"
    """The source whose finals are transcribed first: the other party."""
    endpointing: Annotated[
        Literal["snappy", "balanced", "patient"],
        Flag("--endpointing", "How long a speaker may pause before the utterance ends."),
    ] = "balanced"
    """How long a pause may last before the utterance ends (`stt/utterances/endpointing.py`)."""
    hears_turn_ends: bool = True
    """Judge by the sound of the voice, too, whether a speaker has finished; needs `cuecard models pull
    smart-turn`."""
    turn_end_path: PathText = ""
    """File of that model; set by the command line."""
    first_partial_s: Seconds = 0.3
    """Audio after detected speech before the first partial."""
    partial_every_s: Seconds = 0.6
    """New audio before each further partial; more in long utterances."""
    window_s: Seconds = 8.0
    """Shortest encoder window of a pass."""
    extra_s: Padding = 1.5
    """Padding after the speech in the encoder window."""
    redo_window_s: Seconds = 15.0
    """Shortest encoder window of a retry, after a pass that looks like a hallucination."""
    redo_extra_s: Padding = 5.0
    """Padding after the speech in that window."""
    short_pass_s: Padding = 4.0
    """A final pass over more audio than this writes only what comes after the last known pause."""
    context_s: Padding = 10.0
    """Audio of such a pass, at least from that pause on."""
    longest_pass_s: Seconds = 13.0
    """Longest audio of the pass that may revise such a final."""
    beam: Annotated[int, msgspec.Meta(ge=1, le=32)] = 5
    """Beam size; on one thread five cost little more than one."""
    least_in_speech: LogProbability = -2.2
    """Words with a lower mean log probability are discarded where speech is certain."""
    least_in_silence: LogProbability = -0.4
    """The same where silence is certain."""

    def language_of(self, source: str) -> str:
        """Return the language that is set for a source."""
        return self.languages.get(source, self.language)
