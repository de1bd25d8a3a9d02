"""Saves the logits of a PyTorch checkpoint; runs where WhisperLiveKit is installed.

python torch_logits.py MODEL MEL.npy TOKENS.npy LOGITS.npy
"""

import sys

import numpy as np
import torch
from whisperlivekit.whisper import load_model


def main() -> None:
    model_file, mel, tokens, out = sys.argv[1:]
    torch.load(model_file, weights_only=True)
    model = load_model(model_file, device="cpu")
    with torch.no_grad():
        audio = model.encoder(torch.from_numpy(np.load(mel))[None])
        found = model.decoder(torch.from_numpy(np.load(tokens).astype(np.int64))[None, :-1], audio)
    found = found[0] if isinstance(found, tuple) else found
    np.save(out, found.reshape(-1, found.shape[-1]).float().numpy())


main()
