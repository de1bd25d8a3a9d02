"""The recorder: writes captured audio into an encrypted file, if a session was started for it."""

FILE_VARIABLE = "CUECARD_RECORDING"
"""Environment variable with the descriptor of the recording."""

RECIPIENT_VARIABLE = "CUECARD_RECORDING_RECIPIENT"
"""Environment variable with the public key that it is encrypted to."""
