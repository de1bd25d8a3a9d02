"""Engines: the interface of a model that transcribes, Whisper and Moonshine behind it."""
