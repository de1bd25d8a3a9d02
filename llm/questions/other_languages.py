"""Question words of six other languages, which count when a question mark follows.

Data. A request without a mark ("Erzählen Sie von sich.") is missed.
"""

from __future__ import annotations

import re

_QUESTION_WORDS = (
    # German
    r"(?:und )?(?:was|warum|wieso|weshalb|wie|wo|woher|wohin|wann|wer|wen|wem|welche[rsnm]?|können sie|"
    r"könnten sie|haben sie|sind sie|kannst du|hast du|bist du)\b",
    # French
    r"(?:et )?(?:pourquoi|comment|combien|où|quand|quel(?:le)?s?|qui|que|qu'est-ce|est-ce|pouvez-vous|"
    r"avez-vous|êtes-vous)\b",
    # Spanish
    r"(?:y )?(?:por qué|qué|cuál(?:es)?|cuándo|dónde|cómo|cuánt[oa]s?|quién(?:es)?|puede|podría)\b",
    # Italian
    r"(?:e )?(?:perché|quale?|quali|quando|dove|cosa|come|quant[oiae]|chi|può|potrebbe)\b",
    # Portuguese
    r"(?:e )?(?:por que|qual|quais|quando|onde|como|quant[oa]s?|quem|você|pode)\b",
    # Dutch
    r"(?:en )?(?:waarom|hoe|welke?|wanneer|waar|wie|wat|hoeveel|kunt u|kun je|heb je|bent u)\b",
)

QUESTION_WORD = re.compile(
    rf"(?!.*\b(?:the|you|this|that|of|really|it|what|and|to)\b)(?:{'|'.join(_QUESTION_WORDS)})"
)
"""Matched from the start of a sentence in spoken form (see `llm.sentences.spoken`) without English words."""
