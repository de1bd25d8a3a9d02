"""Sentences about what was struck from a session, and what cannot be taken back. Pure."""

from __future__ import annotations

from bus.messages import LogRedacted, RedactedRequest
from overlay.texts.translation import _, ngettext, number


def redacted(redaction: LogRedacted) -> str:
    """Return the receipt of what was struck, and what cannot be taken back."""
    turns, questions = redaction.turns, len(redaction.questions)
    if turns or questions:
        text = _("Struck from the last {seconds} s: {turns}, {questions}, and their audio.").format(
            seconds=number(redaction.last_s),
            turns=ngettext("{count} turn", "{count} turns", turns).format(count=turns),
            questions=ngettext("{count} question", "{count} questions", questions).format(count=questions),
        )
    else:
        text = _("The audio of the last {seconds} s was struck; it had no words yet.").format(
            seconds=number(redaction.last_s)
        )
    struck_ns = redaction.since_ns + round(redaction.last_s * 1e9)
    recorded = [_("The encrypted recording of this session still has it.")] if redaction.recorded else []
    return " ".join([text, *(_sent_before(each, struck_ns) for each in redaction.sent), *recorded])


def _sent_before(sent: RedactedRequest, struck_ns: int) -> str:
    left = _("Cannot be taken back: {bytes} bytes sent to {host} {seconds} s before.")
    stayed = _("{bytes} bytes had gone to {host} on this machine {seconds} s before.")
    seconds = number((struck_ns - sent.sent_ns) / 1e9)
    text = left if sent.left_machine else stayed
    return text.format(bytes=number(sent.body_bytes), host=sent.host, seconds=seconds)
