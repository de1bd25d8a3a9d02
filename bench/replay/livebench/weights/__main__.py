"""Converts a CTranslate2 folder: `python -m livebench.weights CT2-FOLDER OUT --format ggml|pytorch`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from livebench.failures import InputFailure
from livebench.weights.conversion import SUFFIXES, convert


def main() -> int:
    """Convert as the command line says and return the exit code."""
    parser = argparse.ArgumentParser(prog="livebench.weights", description=__doc__)
    parser.add_argument("folder", type=Path, help="CTranslate2 folder of a Whisper model")
    parser.add_argument("out", type=Path, help="file to write")
    parser.add_argument("--format", choices=tuple(SUFFIXES), required=True)
    options = parser.parse_args()
    try:
        convert(options.folder, options.out, options.format)
    except (OSError, InputFailure) as failure:
        print(f"livebench.weights: {failure}", file=sys.stderr)
        return InputFailure.exit_code
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
