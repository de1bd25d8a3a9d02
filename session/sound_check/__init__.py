"""`cuecard doctor --audio`: checks microphone and call, from the sound server to recognised words."""
