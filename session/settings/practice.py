"""Settings of the practice stage: the table `[practice]`."""

from __future__ import annotations

from typing import Annotated

import msgspec

from bus.settings import Flag, PathText


class PracticeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Questions of a practice, and when an answer ends."""

    questions: list[str] = []
    """The questions, in order; set by the command line (`--topic`, `--questions`)."""
    source: str = "mic"
    """The user's source; set by the command line."""
    language: str = ""
    """The spoken language; fillers and structure are found in English only. When empty, that of [stt]."""
    speak: Annotated[bool, Flag("--speak/--no-speak", "Read the questions out, if a voice is installed.")] = (
        False
    )
    """Whether questions are read out, by the first voice that is installed."""
    keep_measures: Annotated[
        bool,
        Flag("--keep-measures/--no-keep-measures", "Keep its figures, without words, for comparison."),
    ] = False
    """Keep pace, fillers, pauses and structure of each practice in the store, without any word that was asked
    or said. `cuecard sessions compare` shows how they change."""
    measures_file: PathText = ""
    """File for these figures; set by the program."""
    quiet_s: Annotated[float, msgspec.Meta(gt=0, le=600)] = 4.0
    """Silence that ends an answer."""
    unfinished_quiet_s: Annotated[float, msgspec.Meta(gt=0, le=600)] = 7.0
    """Silence that ends an answer after words that cannot be its end ("and", "because", a comma)."""
    no_answer_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 60.0
    """How long to wait for the first word before the next question."""
    between_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 4.0
    """Time between feedback and the next question, in addition to reading time; 0 continues at once."""
    shortest_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 20.0
    """Shorter answers get a remark."""
    longest_s: Annotated[float, msgspec.Meta(gt=0, le=36_000)] = 150.0
    """Longer answers get a remark."""
