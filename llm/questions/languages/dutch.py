"""Dutch question words. Data; without a question mark nothing is found."""

from __future__ import annotations

from llm.questions.languages.rules import Patterns

PATTERNS = Patterns(
    lead_in=r"oké|ok|ja|nee|en|maar|dus|nou|goed|eh+|hm+",
    and_words="en|maar",
    question_word=r"waarom|hoe|welke?|wanneer|waar|wie|wat|hoeveel|kunt u|kun je|heb je|bent u|heeft u",
    backchannels="ja|nee|oké|echt|echt waar|wat|sorry|dank je",
)
