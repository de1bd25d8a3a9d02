"""The sampled wire formats."""

from __future__ import annotations

from tests.llm.wire.anthropic import ANTHROPIC
from tests.llm.wire.chat import GROQ, OLLAMA, OPENAI_CHAT
from tests.llm.wire.gemini import GEMINI
from tests.llm.wire.responses import OPENAI, XAI

SAMPLES = (OPENAI, OPENAI_CHAT, ANTHROPIC, GEMINI, GROQ, XAI, OLLAMA)
