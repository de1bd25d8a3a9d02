"""Stop reasons of the providers, and their meaning.

Pure. An unlisted reason counts as a failure. Reasons are compared in lower case.
"""

from __future__ import annotations

from collections.abc import Mapping

STOP, LENGTH, DECLINED, FAILED = "stop", "length", "declined", "failed"
"""The answer is complete; too long; refused by the model or a filter; aborted."""

_FILTERS = (
    "safety recitation language blocklist prohibited_content spii model_armor image_safety content_filter "
    "content_filtered content-filter refusal sensitive moderation guardrail_intervened"
)


def _table(**reasons: str) -> Mapping[str, str]:
    return {reason: meaning for meaning, listed in reasons.items() for reason in listed.split()}


CHAT_ENDINGS = _table(
    stop="stop eos eos_token stop_token stop_sequence end end_turn end_of_text end_of_turn complete "
    "completed finish finished done natural normal success tool_calls function_call tool_use load",
    length="length max_tokens max_output_tokens max_completion_tokens max_new_tokens max_length model_length "
    "token_limit limit model_context_window_exceeded",
    declined=_FILTERS,
)
"""Chat completions of many servers, and Ollama's native format."""

MESSAGES_ENDINGS = _table(
    stop="end_turn stop_sequence stop tool_use",
    length="max_tokens model_context_window_exceeded length",
    declined=_FILTERS,
)
"""Anthropic. "pause_turn" is missing: the answer would have to be continued."""

GEMINI_ENDINGS = _table(stop="stop", length="max_tokens", declined=_FILTERS)

RESPONSES_ENDINGS = _table(
    stop="completed stop", length="max_output_tokens max_tokens length", declined=_FILTERS
)
"""OpenAI Responses: the reason of an incomplete response, or else its status."""
