"""Converts CTranslate2 Whisper weights for peers that read other formats."""
