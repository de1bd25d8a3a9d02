"""Texts that the window does not share: terminal and plain views, caption page."""

from __future__ import annotations

from collections.abc import Sequence

from overlay.texts.translation import _, ngettext, number, pgettext

NO_SPEECH_YET = _("Nothing was said yet.")
LISTENING = _("Listening to {sources}…")
SOURCE = "{name} ({device})"
SOURCE_PAUSED = _("{name} (paused)")
PAUSED, RESUMED = _("The device of {name} is closed."), _("{name} is captured again.")
RECORDED = _("The audio is written to an encrypted file from now on.")
LIST_OF_TWO = _("{first} and {second}")
LIST_OF_MORE = _("{first}, {rest}")

# Terminal view
OLDER_QUESTION = _("{number} of {count}")
MORE = _("▼ space: more")
FIRST_PAGE = _("▲ space: back to the start")
PREPARED = _("Your own answer, {file}")
HELD_KEYS = _("{held}. y: send it, n: do not")
HELD_ELSEWHERE = _("{held}. Approve it with `cuecard ledger`")
COPIED = _("Copied, if your terminal allows programs to copy.")
STRIKE_AGAIN = _("Press z again to strike the last minute: words, questions, answers and audio.")
MARKED = _("Moment marked.")
NOTHING_TO_COPY = _("There is no answer to copy yet.")
ENDING = _("End the session? What you do not save is lost.")
END, PRINT = pgettext("key", "end"), pgettext("key", "end, and leave the words here")
GO_ON = pgettext("key", "go on")
MORE_PROBLEMS = _("{problem} ({count} more: press ?)")
KEYS, SANDBOX = _("Keys"), _("What the system keeps the processes from")
PAGE = _("page {number} of {count}, space: next, Esc: close")
EARLIER = _("… The first turns are not shown; --save keeps all.")
PRACTICE_QUESTION = _("question {number} of {count}")
PRACTICE_WHOLE = _("the whole practice")

# What keys do
ANSWER = pgettext("key", "answer")
END_ANSWER = pgettext("key", "end my answer")
NEXT_QUESTION = pgettext("key", "next question")
CANCEL = pgettext("key", "cancel")
AGAIN = pgettext("key", "again")
SHORTER = pgettext("key", "shorter")
LONGER = pgettext("key", "longer")
BROWSE = pgettext("key", "older, newer")
COPY = pgettext("key", "copy")
DETAILS, NO_DETAILS = pgettext("key", "details"), pgettext("key", "hide details")
PAUSE, UNPAUSE = pgettext("key", "pause"), pgettext("key", "continue")
MUTE, UNMUTE = pgettext("key", "mute"), pgettext("key", "unmute")
MARK, STRIKE = pgettext("key", "mark"), pgettext("key", "strike")
SENT = pgettext("key", "sent")
LATENCY = pgettext("key", "latency")
STATUS = pgettext("key", "status")

# Plain view
LABELS = {
    "asked": pgettext("label", "asked"),
    "turn": pgettext("label", "turn"),
    "measured": pgettext("label", "measured"),
    "overall": pgettext("label", "overall"),
    "caution": pgettext("label", "caution"),
    "question": pgettext("label", "question"),
    "feedback": pgettext("label", "feedback"),
    "again": pgettext("label", "again"),
    "shorter": pgettext("label", "shorter"),
    "longer": pgettext("label", "longer"),
    "prepared": pgettext("label", "prepared"),
    "notes": pgettext("label", "notes"),
    "answer": pgettext("label", "answer"),
    "held": pgettext("label", "held"),
    "sent": pgettext("label", "sent"),
    "summary": pgettext("label", "summary"),
    "used": pgettext("label", "used"),
    "provider": pgettext("label", "provider"),
    "recorded": pgettext("label", "recorded"),
    "paused": pgettext("label", "paused"),
    "resumed": pgettext("label", "resumed"),
    "struck": pgettext("label", "struck"),
    "marked": pgettext("label", "marked"),
    "level": pgettext("label", "level"),
    "echo": pgettext("label", "echo"),
    "capturing": pgettext("label", "capturing"),
    "ready": pgettext("label", "ready"),
    "died": pgettext("label", "died"),
    "given up": pgettext("label", "given up"),
    "problem": pgettext("label", "problem"),
    "lost": pgettext("label", "lost"),
    "ending": pgettext("label", "ending"),
}
"""Labels of lines, at most nine characters."""
YOUR_TURN = pgettext("turn", "yours")
HELD_LINE = _("{bytes} bytes for {host} wait, approve with `cuecard ledger`: {body}")
HELD_TRANSCRIPT = _("{bytes} bytes for {host} wait, for a summary: the transcript, or a part of it")
SUMMARY_STARTED = _("{model} at {host} summarizes {words} words")
SUMMARY_FINISHED = _("entries: {entries}, left out: {dropped}; it is part of what you save")
REASONING = _("(the text above was the model's reasoning)")
SENT_LINE = _("{bytes} bytes to {host}")
SENT_UNENCRYPTED = _("{bytes} bytes to {host}, unencrypted")
SENT_HERE = _("{bytes} bytes to {host}, which is this machine")
PROVIDER_LINE = _("{provider}, {model} at {host}")
PROVIDER_HERE = _("{provider}, {model} at {host}, which is this machine")
TOKENS = _("{prompt} + {answer} tokens")
TOKENS_ESTIMATED = _("about {prompt} + {answer} tokens")
WASTED = _("wasted")
ECHO_LINE = _("{name} repeated {other}, left out: {text}")
LOST_AUDIO = _("{name}: {seconds} s of audio ({cause})")
LOST_UTTERANCE = _("{name}: an utterance at {time} ({cause})")

# Caption page
CAPTION_PAGE = _("Captions for OBS or a second device:\n{address}")
CAPTION_PAGE_TRANSPARENT = _("For OBS without a ground, add ?transparent=1.")
CAPTION_PAGE_FOR_OTHERS = _("Others in your network who learn the address can read them, unencrypted.")
SERVED_TO_OTHERS = _("others in the network of {address} who learn its address can read the caption page")
PAGE_TITLE = _("Captions")
PAGE_ENDED = _("The session has ended.")
PAGE_INTERRUPTED = _("No connection to the session.")


def listed(names: Sequence[str]) -> str:
    """Return names as a list in words."""
    if len(names) < 2:
        return "".join(names)
    *others, last = names
    if len(others) == 1:
        return LIST_OF_TWO.format(first=others[0], second=last)
    return LIST_OF_MORE.format(first=others[0], rest=listed([*others[1:], last]))


def notes_added(names: Sequence[str], passages: int) -> str:
    """Return that files of notes were added."""
    text = ngettext(
        "Added {names}: {count} passage of notes in all.",
        "Added {names}: {count} passages of notes in all.",
        passages,
    )
    return text.format(names=", ".join(names), count=number(passages))
