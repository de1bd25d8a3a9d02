"""`cuecard doctor --audio`: checks the microphone and the call layer by layer, up to recognised words."""
