"""Words: Whisper on CTranslate2, partials while someone speaks and finals when they stop."""
