"""Texts of the window, and those that the terminal view shares with it."""

from __future__ import annotations

from collections.abc import Iterable

from bus.counted import counted
from bus.messages import ProviderReady, RequestHeld, RequestSent, UsageCounted

# Captions
NOT_UNDERSTOOD = "[something was said here that could not be understood]"
"""Shown instead of the words where there was speech and no words were found."""
LOST = "[something was said here that was lost before it could be transcribed]"
"""Shown instead of the words where an utterance was not transcribed."""
CAPTIONS = "Transcript"
NO_SPEECH_YET = "No speech yet."

# Question and answer
_VISIBLE = "Everyone who sees your screen sees this window too."
BEFORE_FIRST_QUESTION = {
    "auto": f"Questions of the other party are answered automatically. {_VISIBLE}",
    "ask": f"Press the button to have the newest question answered. {_VISIBLE}",
    "feedback": f"Feedback on your answers appears here. {_VISIBLE}",
    "off": f"Answers are off; matching passages of your notes are still shown. {_VISIBLE}",
}
NO_QUESTION_YET = "No question yet"
NO_FEEDBACK_YET = "No feedback yet"
QUESTION = "Question"
PREVIOUS_QUESTION = "Question that this one follows up"
ANSWER = "Answer"
ANSWER_STATE = "State of the answer"
EARLIER_QUESTION = "Earlier question"
LATER_QUESTION = "Later question"
FROM_NOTES = "From your notes"
OWN_ANSWER = "your own answer"
ONLY_NOTES = "from your notes"
GENERAL_KNOWLEDGE = "general knowledge, nothing in your notes fits"
STATES = {
    "held": "waiting for your approval",
    "streaming": "answering…",
    "finished": "",
    "stopped": "stopped: ",
}
REQUESTING = "requesting…"
ANSWER_NOW = "Answer what was just said"

# Held requests
HELD = "Request that waits for your approval"
HELD_BODY = "Request body, word for word"
SEND, SEND_REQUEST = "Send it", "Send this request"
DO_NOT_SEND, DO_NOT_SEND_REQUEST = "Do not send", "Do not send this request"

# Practice
PRACTICE_OVER = "The practice is over"
PRACTICE_CLOSE = "Close this window to end the session; until then the microphone stays open."
PRACTICE_QUESTION = "Practice question"
PRACTICE_STATE = "State of the practice"
PRACTICE_REMARKS = "Remarks on your answer"
YOUR_TURN = "your turn; a few seconds of silence end your answer"
NEXT_QUESTION_SOON = "the next question follows in a moment"
LISTEN = "listen"
END_ANSWER = "End my answer"
CONTINUE = "Continue"
ALL_ANSWERS = "All answers"
CAVEATS = "What this can and cannot judge"

# Provider, cost and requests
NO_PROVIDER = "no provider: your notes alone"
NO_PROVIDER_YET = "no provider yet"
PROVIDER_MENU = "Provider; press to choose another"
PRICE_UNKNOWN = "price unknown"
LEDGER = "What was sent"
LEDGER_WINDOW = "Cuecard: what was sent"
LEDGER_CLOSE = "Close this list"
LEDGER_HEAD = "Provider and cost"
LEDGER_TEXT = "Requests of this session"
NOTHING_SENT = "Nothing was sent."
OPEN_LEDGER = "What left this machine; press to see it word for word"

# Window and status
TITLE = "Cuecard"
TITLE_HINT = f"Drag to move. {_VISIBLE}"
OPACITY, OPACITY_NAME = "Opacity", "Opacity of this window"
END_SESSION = "End the session"
RESIZE = "Resize this window"
PROCESSES = "State of the processes"
PROBLEMS = "Problems"
LATENCY = "Latency of the transcript"


def first_word(seconds: float) -> str:
    """Return how long the first word of an answer took."""
    return f"first word after {seconds:.2f} s"


def latency(seconds: float) -> str:
    """Return how long after its end an utterance became final."""
    return f"final words after {seconds:.2f} s"


def held_request(held: RequestHeld) -> str:
    """Return what waits for approval and where it would go."""
    where = "leaves this machine" if held.left_machine else "stays on this machine"
    return f"{held.body_bytes:,} bytes for {held.host} wait for your approval ({where})"


def sent_request(request: RequestSent) -> str:
    """Return a request for the ledger, with its body."""
    where = request.url if request.left_machine else f"{request.url} (this machine)"
    where += " (unencrypted)" if request.left_machine and not request.encrypted else ""
    return f"{request.model} at {where}, {request.body_bytes:,} bytes\n{request.body}"


def left_machine(requests: int, body_bytes: int, hosts: Iterable[str]) -> str:
    """Return what left the machine."""
    if not requests:
        return "nothing left this machine"
    return f"{counted(requests, 'request')}, {body_bytes:,} bytes left, to {', '.join(sorted(hosts))}"


def provider(ready: ProviderReady) -> str:
    """Return the provider and its model, and whether requests leave this machine."""
    if ready.provider == "none":
        return NO_PROVIDER
    where = "leaves this machine" if ready.leaves_machine else "this machine"
    where += ", unencrypted" if ready.leaves_machine and not ready.encrypted else ""
    proxy = f", through the proxy {ready.proxy}" if ready.proxy else ""
    return f"{ready.provider}, {ready.model} ({where}{proxy})"


def usage(tokens: int, count: UsageCounted) -> str:
    """Return the tokens of a session and their cost."""
    if count.cost == count.day_cost == 0:  # every request stayed on this machine
        return f"{tokens:,} tokens"
    session, day = count.session_cost, count.day_cost
    today = f", {money(day)} today" if day > session else ""
    unpriced = f", {PRICE_UNKNOWN}" if count.cost is None else ""
    return f"{tokens:,} tokens, {money(session)}{today}{unpriced}"


def money(dollars: float) -> str:
    """Return an amount in words; cents are too coarse for a single answer."""
    return f"${dollars:.2f}" if dollars >= 1 or not dollars else f"${dollars:.4f}"


def lost_audio(source: str, seconds: float, cause: str) -> str:
    """Return how much audio of a source was lost."""
    return f"{source}: {seconds:.2f} s of audio lost ({cause})"


def lost_utterance(source: str, cause: str) -> str:
    """Return that an utterance was lost."""
    return f"{source}: an utterance was lost ({cause})"


def given_up(stage: str, cause: str, fix: str) -> str:
    """Return that a stage is not restarted any more."""
    return f"{stage} stopped working: {cause}; {fix}"


# After the session
REVIEW_TITLE = "Cuecard: the session"
REVIEW_SESSION = "Session"
REVIEW_LEFT = "What left this machine"
REVIEW_TEXT = "What was said, asked and answered"
REVIEW_REQUESTS = "Requests that left this machine, word for word"
NOTHING_KEPT = "Nothing is kept unless you save it."
NOTHING_KEPT_CLOSE = "Nothing is kept unless you save it. Save it, or forget it?"
SAVE, SAVE_SESSION = "Save…", "Save this session to a file"
SAVE_ANOTHER, SAVE_ANOTHER_COPY = "Save another copy…", "Save this session to another file"
FORGET, FORGET_SESSION = "Forget", "Keep nothing of this session"
DONE, DONE_WITH_SESSION = "Done", "Keep the saved file, and forget the rest"
CLOSE, CLOSE_PAGE = "Close", "Close this page"
SAVED_TO = "Saved to {path}."
SAVED_BESIDE = "{wanted} exists already, so the session was saved to {path}."
SAVE_AS = "Save this session"
SAVE_IN = "Folder:"
RECEIPT_NOTHING = "Nothing of this session is kept"
RECEIPT_SAVED = "Only what you saved is kept"
RECEIPT_AUDIO = "The audio was overwritten with zeros."
RECEIPT_WORDS = "The transcript, the questions and the answers were deleted from memory."
RECEIPT_PROCESSES = "The folder of the session was removed, and its processes have ended."
RECEIPT_KILLED = "{stages} did not end and had to be killed; the system clears their memory."
SAVE_QUESTION = "Save this session? [m]arkdown, [j]son, [h]tml, [N]othing:"
SAVE_QUESTION_HELP = "Type m, j, h or n."
SAVE_PATH = "File [{path}]:"
PAGE_OPEN = "The session has ended. Its page is open; Ctrl-C closes it and keeps nothing."
PAGE_CLOSED = "The page closed before you chose."


def receipt(killed: Iterable[str]) -> list[str]:
    """Return what was wiped at the end of a session, in sentences.

    Args:
        killed: The stages that did not end when asked and had to be killed.
    """
    stages = ", ".join(killed)
    first = RECEIPT_KILLED.format(stages=stages) if stages else RECEIPT_AUDIO
    return [first, RECEIPT_WORDS, RECEIPT_PROCESSES]
