"""Prints a transcript and saves logits of whisper.cpp; runs where pywhispercpp is installed.

    python whisper_cpp_logits.py MODEL MEL.npy TOKENS.npy SAMPLES.npy LOGITS.npy PROMPT_LENGTH

The package has no logits in its Python interface, so the library in its wheel is called directly, without
flash attention, whose numbers have 16 bits.
"""

import ctypes
import sys
from pathlib import Path

import _pywhispercpp
import numpy as np
from pywhispercpp.model import Model


class Parameters(ctypes.Structure):
    _fields_ = [
        ("use_gpu", ctypes.c_bool),
        ("flash_attn", ctypes.c_bool),
        ("gpu_device", ctypes.c_int),
        ("dtw_token_timestamps", ctypes.c_bool),
        ("dtw_aheads_preset", ctypes.c_int),
        ("dtw_n_top", ctypes.c_int),
        ("n_heads", ctypes.c_size_t),
        ("heads", ctypes.c_void_p),
        ("dtw_mem_size", ctypes.c_size_t),
    ]


def main() -> None:
    model, mel_file, tokens_file, samples_file, out, prompt = sys.argv[1:]
    library = ctypes.CDLL(str(Path(_pywhispercpp.__file__).parent / "libwhisper.so"))
    pointer, number = ctypes.c_void_p, ctypes.c_int
    library.whisper_context_default_params.restype = Parameters
    library.whisper_init_from_file_with_params.argtypes = [ctypes.c_char_p, Parameters]
    library.whisper_init_from_file_with_params.restype = pointer
    library.whisper_set_mel.argtypes = [pointer, pointer, number, number]
    library.whisper_encode.argtypes = [pointer, number, number]
    library.whisper_decode.argtypes = [pointer, pointer, number, number, number]
    library.whisper_get_logits.argtypes = [pointer]
    library.whisper_get_logits.restype = ctypes.POINTER(ctypes.c_float)
    library.whisper_n_vocab.argtypes = [pointer]
    parameters = library.whisper_context_default_params()
    parameters.flash_attn = False
    context = library.whisper_init_from_file_with_params(model.encode(), parameters)
    mel = np.ascontiguousarray(np.load(mel_file), np.float32)
    assert library.whisper_set_mel(context, mel.ctypes.data, mel.shape[1], mel.shape[0]) == 0
    assert library.whisper_encode(context, 0, 2) == 0
    tokens = np.load(tokens_file).astype(np.int32)
    vocabulary, rows = library.whisper_n_vocab(context), []
    steps = [tokens[: int(prompt)], *np.split(tokens[int(prompt) :], len(tokens) - int(prompt))]
    past = 0
    for step in steps[:-1]:
        each = np.ascontiguousarray(step)
        assert library.whisper_decode(context, each.ctypes.data, len(each), past, 2) == 0
        past += len(each)
        logits = np.ctypeslib.as_array(library.whisper_get_logits(context), (len(each), vocabulary))
        rows.append(logits[-1].copy())
    np.save(out, np.array(rows))
    found = Model(model, n_threads=2, language="en", print_progress=False).transcribe(np.load(samples_file))
    print("\n".join(segment.text.strip() for segment in found))


main()
