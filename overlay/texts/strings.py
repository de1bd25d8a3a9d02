"""Labels of the window, and those that the terminal view shares with it."""

from __future__ import annotations

from overlay.texts.translation import _, pgettext

# Captions
YOU, OTHER_PARTY = pgettext("speaker", "You"), pgettext("speaker", "Them")
"""Names of the microphone and of the computer's own sound."""
NOT_UNDERSTOOD = _("[something was said here that could not be understood]")
"""Shown instead of the words where there was speech and no words were found."""
LOST = _("[something was said here that was lost before it could be transcribed]")
"""Shown instead of the words where an utterance was not transcribed."""
UNCONFIRMED, AUDIO_MISSING = _("[unconfirmed]"), _("[audio missing]")
"""Before words that are unsure."""
CAPTIONS = _("Transcript")
NO_SPEECH_YET = _("No speech yet.")
STARTING = _("Starting…")

# Question and answer
VISIBLE = _("Everyone who sees your screen sees this window too.")
BEFORE_FIRST_QUESTION = {
    mode: f"{sentence} {VISIBLE}"
    for mode, sentence in {
        "auto": _("Questions of the other party are answered automatically."),
        "ask": _("Press Answer to have the newest question answered."),
        "feedback": _("Feedback on your answers appears here."),
        "off": _("Answers are off; matching passages of your notes are still shown."),
    }.items()
}
QUESTION = _("Question")
QUESTION_COUNT = _("Which question is shown")
ANSWER = _("Answer")
ANSWER_STATE = _("State of the answer")
EARLIER_QUESTION = _("Earlier question")
LATER_QUESTION = _("Later question")
MORE, MORE_HINT = _("More"), _("Show all of the answer and the transcript")
FROM_NOTES = _("From your notes")
NOTES_ORIGIN = _("File and heading of the passage")
OWN_ANSWER = _("your own answer")
ONLY_NOTES = _("From your notes.")
PRESS_FOR_ANSWER = _("Press A for an answer.")
"""Shown while answers are given on request and this one was not requested."""
NOTHING_IN_NOTES = _("Nothing in your notes fits.")
SEARCHING_NOTES = _("Searching your notes…")
GENERAL_KNOWLEDGE = _("general knowledge, nothing in your notes fits")
REQUESTING = _("Requesting an answer…")
STREAMING = _("Answering…")
HELD_STATE = _("Waiting for your approval.")
ANSWER_BUTTON, ANSWER_NOW = pgettext("button", "Answer"), _("Answer what was just said")

# Held requests
HELD = _("Request that waits for your approval")
HELD_BODY = _("What would be sent, then every byte of it")
SEND, SEND_REQUEST = _("Send it"), _("Send this request")
DO_NOT_SEND, DO_NOT_SEND_REQUEST = _("Do not send"), _("Do not send this request")

# Practice
PRACTICE_OVER = _("The practice is over")
PRACTICE_CLOSE = _("End the session when you have read this; until then the microphone stays open.")
PRACTICE_QUESTION = _("Practice question")
PRACTICE_STATE = _("State of the practice")
PRACTICE_REMARKS = _("Remarks on your answer")
YOUR_TURN = _("your turn; a few seconds of silence end your answer")
NEXT_QUESTION_SOON = _("the next question follows in a moment")
LISTEN = _("listen")
END_ANSWER = _("End my answer")
TYPED = _("You, typed")
"""Name of the source of typed questions."""

MARKED = _("Marked")
"""Name of the source of marks."""
NO_TEXT = "★"
"""Text of a mark without one."""

CONTINUE = pgettext("practice", "Continue")
ALL_ANSWERS = _("All answers")
CAVEATS = _("What this can and cannot judge")

# Provider, cost and requests
NO_PROVIDER = _("no provider: your notes alone")
PROVIDER_MENU = _("Who answers")
PROVIDERS = {
    "auto": _("Automatic choice"),
    "local": _("The model on this machine"),
    "none": _("Nobody: my notes alone"),
}
"""Providers that are not companies."""
CARD_KEEPS, CARD_TRAINS = _("Keeps"), _("Trains models with it")
CARD_REGION, CARD_NO_RETENTION = _("Processed in"), _("To have nothing kept")
CARD_LINK, CARD_CHECKED = _("Source"), _("Checked")
"""Rows of a provider's card; what they say is in English, as the provider's terms are."""
USE_PROVIDER = _("Send questions there")
PRICE_UNKNOWN = _("price unknown")
LEDGER = _("What was sent")
LEDGER_TEXT = _("Requests of this session, word for word")
NOTHING_SENT = _("Nothing was sent.")
OPEN_LEDGER = _("Press to see every request word for word.")

# Actions
ACTIONS = {
    "answer": _("Answer now"),
    "cancel": _("Cancel the answer"),
    "again": _("Answer again"),
    "shorter": _("Shorter answer"),
    "longer": _("Longer answer"),
    "copy": _("Copy the answer"),
    "earlier": _("Earlier question"),
    "later": _("Later question"),
    "page_up": _("Scroll up"),
    "page_down": _("Scroll down"),
    "more": _("More or less"),
    "toggle": pgettext("window", "Hide"),
    "next_monitor": _("Next monitor"),
    "fainter": _("More transparent"),
    "firmer": _("Less transparent"),
    "smaller_text": _("Smaller text"),
    "larger_text": _("Larger text"),
    "click_through": _("Let clicks through"),
    "keyboard": _("Use the keyboard here"),
    "practice_next": _("Continue the practice"),
    "pause": _("Pause or continue"),
    "mute": _("Mute or unmute the microphone"),
    "mark": _("Mark this moment"),
    "strike": _("Strike the last minute"),
    "sent": _("What was sent…"),
    "details": _("Details…"),
    "latency": _("Where the time went…"),
    "end": _("End the session…"),
}
"""Labels of the actions, by name."""

# Summary
SUMMARY, SUMMARY_WINDOW = _("Summary"), _("Cuecard: summary")
SUMMARY_MENU = _("Summary so far")
SUMMARY_FIRST, SUMMARY_FIRST_HINT = _("Summary…"), _("Pause, and have the session summarized before it ends")
SUMMARY_RESULT = _("The summary, or what would be sent for it")
SUMMARY_REQUESTED = _("The summary was requested.")
SUMMARY_SAVED = _("It may be wrong or incomplete. It is kept only if you save the session.")

# Window and status
TITLE = "Cuecard"
MENU = _("Menu")
HIDE = _("Hide this window; the session continues")
KIND = _("Kind of session")
END = pgettext("session", "End")
END_SESSION = _("End the session")
END_QUESTION = _("End this session?")
CONTINUE_SESSION = pgettext("session", "Continue")
DISMISS, DISMISS_HINT = _("OK"), _("Hide this message")
RESIZE = _("Resize this window")
DETAILS_WINDOW = _("Cuecard: details")
STATUS = _("Status")
SOURCES = _("Sound")
ANSWERS = _("Answers")
PROCESSES = _("Processes")
WINDOW = _("Window")
WAYLAND = _(
    "Wayland lets no window choose its place, stay above others by itself or receive keys that are meant for "
    "others. The desktop's menu of this window can keep it on top, and the desktop's shortcuts can run "
    "`cuecard answer`, `cuecard toggle` and others."
)
PROBLEMS = _("Problems")
LATENCY = _("Latency")
NOTES = _("Your notes")
DROPPED_NOTE = _("Dropped text {number}")
"""Name of a note that was dropped on the window."""
FILES_DROPPED = _("This window may not read files.")
COMMAND_IS_COPIED = _("The command that adds them is on the clipboard: paste it into a terminal.")
NO_LATENCY = _("No question was answered yet.")
WINDOW_IS_BACK = _("The window is back.")
STEPS = {
    "paused": _("Pause noticed"),
    "ended": _("Speech ended"),
    "final": _("Transcript final"),
    "question": _("Question found"),
    "notes": _("Notes searched"),
    "approved": _("You approved"),
    "sent": _("Request sent"),
    "answered": _("First word received"),
    "painted": _("First word on screen"),
}
"""Steps of an answer, by mark."""
