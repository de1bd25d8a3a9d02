"""Texts of the terminal and plain views that the window does not share."""

from __future__ import annotations

from collections.abc import Sequence

NO_SPEECH_YET = "Nothing was said yet."
LISTENING = "Listening to {sources}…"
SOURCE = "{name} ({device})"
SOURCE_PAUSED = "{name} (paused)"
PAUSED, RESUMED = "The device of {name} is closed.", "{name} is captured again."
LIST_OF_TWO = "{first} and {second}"
LIST_OF_MORE = "{first}, {rest}"

OLDER_QUESTION = "{number} of {count}"
MORE = "▼ space: more"
FIRST_PAGE = "▲ space: back to the start"
PREPARED = "Your own answer, {file}"
HELD_KEYS = "{held}. y: send it, n: do not"
HELD_ELSEWHERE = "{held}. Approve it with `cuecard ledger`"
COPIED = "Copied, if your terminal allows programs to copy."
NOTHING_TO_COPY = "There is no answer to copy yet."
ENDING = "End the session? What was not saved is lost."
END, PRINT, GO_ON = "end", "end, and leave the words here", "go on"
MORE_PROBLEMS = "{problem} ({count} more: press ?)"

KEYS, SANDBOX = "Keys", "What the system keeps the processes from"
PAGE = "page {number} of {count}, space: next, Esc: close"
EARLIER = "… The first turns are not shown; --save keeps all."

ANSWER = "answer"
CANCEL = "cancel"
AGAIN = "again"
SHORTER = "shorter"
LONGER = "longer"
BROWSE = "older, newer"
NEXT = "next"
COPY = "copy"
DETAILS, NO_DETAILS = "details", "hide details"
PAUSE, UNPAUSE = "pause", "continue"
SENT = "sent"
LATENCY = "latency"
STATUS = "status"
END_SESSION = "end"

CAPTION_PAGE = "Captions for OBS or a second device:\n{address}"
CAPTION_PAGE_TRANSPARENT = "For OBS without a ground, add ?transparent=1."
CAPTION_PAGE_FOR_OTHERS = "Others in your network who learn the address can read them, unencrypted."
SERVED_TO_OTHERS = "others in the network of {address} who learn its address can read the caption page"
PAGE_TITLE = "Captions"
PAGE_ENDED = "The session has ended."
PAGE_INTERRUPTED = "No connection to the session."


def listed(names: Sequence[str]) -> str:
    """Return names as a list in words."""
    if len(names) < 2:
        return "".join(names)
    *others, last = names
    if len(others) == 1:
        return LIST_OF_TWO.format(first=others[0], second=last)
    return LIST_OF_MORE.format(first=others[0], rest=listed([*others[1:], last]))
