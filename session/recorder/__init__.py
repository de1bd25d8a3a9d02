"""Writes captured audio into an encrypted file, in a session that was started for it."""

FILE_VARIABLE = "CUECARD_RECORDING"
"""Environment variable with the descriptor of the recording."""

RECIPIENT_VARIABLE = "CUECARD_RECORDING_RECIPIENT"
"""Environment variable with the public key that it is encrypted to."""
