"""Audio format of the ring and its readers: mono int16 at 16 kHz."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:  # processes that know the sample rate alone start faster without it
    import numpy as np
    import numpy.typing as npt

SAMPLE_RATE = 16_000
"""Samples per second."""

Samples: TypeAlias = "npt.NDArray[np.int16]"
"""Mono samples; positions are indices on the source's 16 kHz clock."""
