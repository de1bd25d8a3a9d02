"""Transcribes utterances with Whisper on CTranslate2: partials, endpoints and finals."""
