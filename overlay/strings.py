"""Texts of the window, and those that the terminal view shares with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from bus.counted import counted
from bus.messages import Passage, ProviderReady, RequestHeld, RequestSent, UsageCounted
from bus.stages import STAGE_KINDS

# Captions
YOU, OTHER_PARTY = "You", "Them"
"""Names of the microphone and of the computer's own sound."""
NOT_UNDERSTOOD = "[something was said here that could not be understood]"
"""Shown instead of the words where there was speech and no words were found."""
LOST = "[something was said here that was lost before it could be transcribed]"
"""Shown instead of the words where an utterance was not transcribed."""
CAPTIONS = "Transcript"
NO_SPEECH_YET = "No speech yet."
STARTING = "Starting…"

# Question and answer
VISIBLE = "Everyone who sees your screen sees this window too."
BEFORE_FIRST_QUESTION = {
    "auto": f"Questions of the other party are answered automatically. {VISIBLE}",
    "ask": f"Press Answer to have the newest question answered. {VISIBLE}",
    "feedback": f"Feedback on your answers appears here. {VISIBLE}",
    "off": f"Answers are off; matching passages of your notes are still shown. {VISIBLE}",
}
QUESTION = "Question"
QUESTION_COUNT = "Which question is shown"
ANSWER = "Answer"
ANSWER_STATE = "State of the answer"
EARLIER_QUESTION = "Earlier question"
LATER_QUESTION = "Later question"
MORE, MORE_HINT = "More", "Show all of the answer and the transcript"
FROM_NOTES = "From your notes"
NOTES_ORIGIN = "File and heading of the passage"
OWN_ANSWER = "your own answer"
ONLY_NOTES = "From your notes."
PRESS_FOR_ANSWER = "Press A for an answer."
"""Shown while answers are given on request and this one was not requested."""
NOTHING_IN_NOTES = "Nothing in your notes fits."
SEARCHING_NOTES = "Searching your notes…"
GENERAL_KNOWLEDGE = "general knowledge, nothing in your notes fits"
STATES = {
    "held": "waiting for your approval",
    "streaming": "answering…",
    "finished": "",
    "stopped": "stopped: ",
}
REQUESTING = "Requesting an answer…"
STREAMING = "Answering…"
HELD_STATE = "Waiting for your approval."
ANSWER_NOW = "Answer what was just said"

# Held requests
HELD = "Request that waits for your approval"
HELD_BODY = "What would be sent, then every byte of it"
SEND, SEND_REQUEST = "Send it", "Send this request"
DO_NOT_SEND, DO_NOT_SEND_REQUEST = "Do not send", "Do not send this request"

# Practice
PRACTICE_OVER = "The practice is over"
PRACTICE_CLOSE = "End the session when you have read this; until then the microphone stays open."
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
PROVIDER_MENU = "Who answers"
PROVIDERS = {
    "auto": "Automatic choice",
    "local": "The model on this machine",
    "none": "Nobody: my notes alone",
}
"""Providers that are not companies."""
PRICE_UNKNOWN = "price unknown"
LEDGER = "What was sent"
LEDGER_TEXT = "Requests of this session, word for word"
NOTHING_SENT = "Nothing was sent."
OPEN_LEDGER = "Press to see every request word for word."

# Actions
ACTIONS = {
    "answer": "Answer now",
    "cancel": "Cancel the answer",
    "again": "Answer again",
    "shorter": "Shorter answer",
    "longer": "Longer answer",
    "copy": "Copy the answer",
    "earlier": "Earlier question",
    "later": "Later question",
    "page_up": "Scroll up",
    "page_down": "Scroll down",
    "more": "More or less",
    "toggle": "Hide",
    "next_monitor": "Next monitor",
    "fainter": "More transparent",
    "firmer": "Less transparent",
    "smaller_text": "Smaller text",
    "larger_text": "Larger text",
    "click_through": "Let clicks through",
    "keyboard": "Use the keyboard here",
    "practice_next": "Continue the practice",
    "pause": "Pause or continue",
    "sent": "What was sent…",
    "details": "Details…",
    "latency": "Where the time went…",
    "end": "End the session…",
}
"""Labels of the actions, by name."""

# Window and status
TITLE = "Cuecard"
MENU = "Menu"
HIDE = "Hide this window; the session continues"
KIND = "Kind of session"
END = "End"
END_SESSION = "End the session"
END_QUESTION = "End this session?"
CONTINUE_SESSION = "Continue"
DISMISS, DISMISS_HINT = "OK", "Hide this message"
RESIZE = "Resize this window"
DETAILS_WINDOW = "Cuecard: details"
STATUS = "Status"
SOURCES = "Sound"
ANSWERS = "Answers"
PROCESSES = "Processes"
PROBLEMS = "Problems"
LATENCY = "Latency"
NO_LATENCY = "No question was answered yet."
CLICKS_PASS = "Clicks pass through this window now."
STEPS = {
    "paused": "Pause noticed",
    "ended": "Speech ended",
    "final": "Transcript final",
    "question": "Question found",
    "notes": "Notes searched",
    "approved": "You approved",
    "sent": "Request sent",
    "answered": "First word received",
    "painted": "First word on screen",
}
"""Steps of an answer, by mark."""
_KINDS = {"paused": "Paused", "practice": "Practice", "live": "Live", "recording": "Recording", "": ""}
_STAGE_STATES = {"starting": "starting", "ready": "ready", "died": "restarting", "given up": "stopped"}


def kind(state: str) -> str:
    """Return the kind of session, in a word."""
    return _KINDS[state]


def level(
    name: str,
    level_dbfs: float,
    device: str,
    *,
    speaks: bool,
    alarm: Literal["silent", "clipping"] | None,
    paused: bool,
) -> str:
    """Return the state of a source."""
    if paused:
        return f"{name}: paused"
    if not device:
        return f"{name}: not captured"
    state = {"silent": ", silent", "clipping": ", too loud", None: ", speaking" if speaks else ""}[alarm]
    return f"{name}: {level_dbfs:.0f} dB{state} ({device})"


def stage(name: str, state: str, restarts: int, detail: str) -> str:
    """Return the state of a process."""
    restarted = f", restarted {counted(restarts, 'time')}" if restarts else ""
    return f"{name}: {_STAGE_STATES[state]}{restarted}{f', {detail}' if detail else ''}"


def place_among(at: int, count: int) -> str:
    """Return which of several is shown."""
    return f"{at} of {count}"


def follow_up(question: str, previous: str) -> str:
    """Return a question with the one that it follows up."""
    return f"{question} (after: {previous})"


def general(model: str) -> str:
    """Return that an answer has no note behind it."""
    return f"General knowledge: nothing in your notes fits. {model}"


def with_others(text: str, others: int) -> str:
    """Return a problem, and how many more there are."""
    return f"{text} (+{others})" if others > 0 else text


def key_taken(key: str, label: str) -> str:
    """Return that a key is not received."""
    return f"{key} ({label}) belongs to another program, or is not on this keyboard"


def key_fix(action: str) -> str:
    """Return how to choose another key."""
    return f'choose another one: [overlay.keys] {action} = "…"'


def pause(name: str) -> str:
    """Return the label of the action that pauses a source."""
    return f"Pause {name}"


def unpause(name: str) -> str:
    """Return the label of the action that continues a source."""
    return f"Continue {name}"


def milliseconds(ms: float) -> str:
    """Return a short time."""
    return f"{ms:.0f} ms"


def step(name: str, ms: float) -> str:
    """Return when a step of an answer was reached."""
    return f"{STEPS[name]} after {ms:.0f} ms"


def held_content(question: str, passages: Sequence[Passage], body: str) -> str:
    """Return what a held request would send: the question and the notes, then every byte."""
    notes = "\n".join(f"{each.file} · {each.heading}: {' '.join(each.text.split())}" for each in passages)
    return f"Question: {question}\n\nNotes: {notes or 'none'}\n\nEvery byte:\n{body}"


def left_machine_short(requests: int, body_bytes: int, hosts: Iterable[str]) -> str:
    """Return what left the machine, in a few characters."""
    if not requests:
        return "Nothing sent"
    size = f"{body_bytes / 1000:.1f} kB" if body_bytes >= 1000 else f"{body_bytes} bytes"
    names = sorted({(host.rpartition(":")[0] or host).removeprefix("api.") for host in hosts})
    return f"↗ {size} to {names[0]}{' …' if len(names) > 1 else ''}"


WINDOW_IS_BACK = "The window is back."


def window_lost(cause: str) -> str:
    """Return that the window cannot be shown any more."""
    return f"The window is not shown ({cause}). The session continues; Ctrl-C or `cuecard end` ends it."


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
    return sentences(f"{stage} stopped working: {cause}", fix)


def stage_restarts(stage: str) -> str:
    """Return that a stage died and is started again."""
    return f"{stage} stopped and is starting again."


def alarm(kind: Literal["silent", "clipping"], name: str) -> str:
    """Return what is wrong with the level of a source."""
    if kind == "silent":
        return f"{name}: the microphone sends only silence. Unmute it or choose another one."
    return f"{name}: too loud, words are distorted. Lower the input level."


def sentences(*parts: str) -> str:
    """Return clauses as sentences: each ends with a stop, and begins with a capital letter or a name."""
    return " ".join(
        f"{_capitalized(part)}{'' if part[-1] in '.!?…' else '.'}" for part in map(str.strip, parts) if part
    )


def _capitalized(clause: str) -> str:
    first = clause.split(maxsplit=1)[0].rstrip(",;:")
    is_name = not first.isalpha() or first in STAGE_KINDS
    return clause if is_name else clause[0].upper() + clause[1:]


# After the session
REVIEW_TITLE = "Cuecard: the session"
REVIEW_SESSION = "Session"
REVIEW_LEFT = "What left this machine ({requests})"
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
PAGE_OPEN_SAVED = "The session has ended and was saved. Its page is open; Ctrl-C closes it."
PAGE_CLOSED = "The page closed before you chose."


def receipt(killed: Iterable[str]) -> list[str]:
    """Return what was wiped at the end of a session, in sentences.

    Args:
        killed: The stages that did not end when asked and had to be killed.
    """
    stages = ", ".join(killed)
    first = RECEIPT_KILLED.format(stages=stages) if stages else RECEIPT_AUDIO
    return [first, RECEIPT_WORDS, RECEIPT_PROCESSES]
