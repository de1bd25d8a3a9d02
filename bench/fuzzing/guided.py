"""Inputs that are bred for new ways through one decoder, by atheris: `python -m bench.fuzzing.guided`.

Ends at the first fault, with the input written where its second argument says. Atheris is an extra, there for
Linux on x86-64 and some Pythons (`pip install 'cuecard[fuzz]'`).
"""

from __future__ import annotations

import sys

import atheris  # type: ignore[import-untyped]

_OURS = ["bus", "capture", "llm", "session", "msgspec", "tomllib", "zipfile", "charset_normalizer"]
_MEMORY_MB = 3000


def main() -> None:
    """Breed for so many seconds: decoder, where to write, seconds, folder of seeds."""
    name, keep, seconds, corpus = sys.argv[1:]
    with atheris.instrument_imports(include=_OURS):
        from bench.fuzzing.table import DECODERS
    decoder = DECODERS[name]

    def read(body: bytes) -> None:
        try:
            decoder.read(body)
        except decoder.refusals:
            return

    limits = [
        f"-max_total_time={seconds}",
        f"-rss_limit_mb={_MEMORY_MB}",
        f"-max_len={decoder.largest_bytes}",
    ]
    said = ["-timeout=10", "-print_final_stats=1", f"-artifact_prefix={keep}/"]
    atheris.Setup([sys.argv[0], *limits, *said, corpus], read)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
