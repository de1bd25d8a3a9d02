"""Coverage-guided fuzzing of one decoder by atheris: `python -m bench.fuzzing.guided`.

Ends at the first fault and writes the input to the path of the second argument. Atheris is an extra for Linux
on x86-64 and some Python versions (`pip install 'cuecard[fuzz]'`).
"""

from __future__ import annotations

import sys

import atheris  # type: ignore[import-untyped]

_OURS = ["bus", "capture", "llm", "session", "msgspec", "tomllib", "zipfile", "charset_normalizer"]
_MEMORY_MB = 3000


def main() -> None:
    """Run with the arguments decoder, output file, seconds, folder of seeds."""
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
