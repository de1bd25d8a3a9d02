"""Settings of the practice stage: the table `[practice]`."""

from __future__ import annotations

from typing import Annotated

import msgspec

from bus.settings import Flag


class PracticeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked, and when an answer is over."""

    questions: list[str] = []
    """What is asked, in this order; found by the command line (`--topic`, `--questions`)."""
    source: str = "mic"
    """The source that is you; filled in by the command line."""
    language: str = ""
    """What is spoken; fillers and structure are looked for in English only. Filled in by the command line
    when empty."""
    speak: Annotated[bool, Flag("--speak/--no-speak", "Read the questions out, if a voice is installed.")] = (
        False
    )
    """Whether questions are spoken, by the first voice that is installed."""
    quiet_s: Annotated[float, msgspec.Meta(gt=0, le=600)] = 4.0
    """Quiet after which an answer is over."""
    unfinished_quiet_s: Annotated[float, msgspec.Meta(gt=0, le=600)] = 7.0
    """The same after words that cannot be the end ("and", "because", a comma)."""
    no_answer_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 60.0
    """How long the first word may take before the next question comes."""
    between_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 4.0
    """The time between feedback and the next question, that to read it aside; 0 goes on at once."""
    shortest_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 20.0
    """Answers that are shorter get a remark."""
    longest_s: Annotated[float, msgspec.Meta(gt=0, le=36_000)] = 150.0
    """Answers that are longer get one, too."""
