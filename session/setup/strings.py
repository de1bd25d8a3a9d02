"""Texts of the wizard, settings window, tray icon and question before a call."""

from __future__ import annotations

from overlay.texts.strings import OTHER_PARTY, YOU
from overlay.texts.translation import _, pgettext

# The wizard
TITLE = _("Cuecard: first steps")
STEP = _("Step {step} of {steps}")
BACK, SKIP = pgettext("wizard", "Back"), pgettext("wizard", "Skip")
CONTINUE, FINISH = pgettext("wizard", "Continue"), pgettext("wizard", "Finish")
SKIP_HINT = _("Leave this step as it is")
NOTHING_WRITTEN = _("Nothing is written before you press Finish.")
WRITTEN = "Settings written to {file}."
CLOSED = "Nothing was written."
WORKING = _("One moment…")

# Sound
SOUND = _("What Cuecard listens to")
SOUND_INTRO = _("The bars move when something is heard. Sound stays on this machine and is never stored.")
MICROPHONE = _("Your microphone")
OUTPUT = _("What the computer plays: the other side of a call")
CALL_YOU, CALL_THEM = _("Your name in captions"), _("Their name in captions")
DEFAULT_DEVICE = _("Default: {device}")
NO_DEVICE = _("Not used")
SAY_HELLO = _("Say hello…")
PLAY = _("Play a test sound")
PRESS_PLAY = _("Play a test sound to try it.")
PLAYING = _("Playing…")
HEARD = _("✓ Heard.")
NOT_HEARD = _("Not heard. Is another output chosen in the sound settings?")
NOT_PLAYED = _("The test sound could not be played ({problem}).")
LOUDSPEAKERS = _("Your microphone hears the loudspeakers. With headphones nothing is written twice.")
LEVEL = _("Level of {source}: {dbfs} dB")
NO_SOUND = _("Without sound devices, recordings can be played: cuecard run --source talk=file:PATH")

# Model
MODEL = _("How speech becomes text")
MODEL_INTRO = _(
    "Larger models make fewer mistakes and need more time. Measure them on this machine, a minute at most."
)
AUTOMATIC_MODEL = _("Automatic: {model} on this machine")
INSTALLED, TO_DOWNLOAD = pgettext("model", "installed"), _("{size_mb} MB to download")
DOWNLOAD, DOWNLOADING, DOWNLOADED = pgettext("button", "Download"), "{percent} %", _("Downloaded: {origin}.")
MEASURE, MEASURING = pgettext("button", "Measure"), _("Measuring {model}…")
MEASURED = _("a sentence takes {turn_s} s, {times} times as fast as speech (real-time factor {rtf})")
TOO_SLOW = _("late: a sentence takes {turn_s} s, {times} times as fast as speech (real-time factor {rtf})")
RECOMMENDED = _("{model} suits this machine: the most accurate one that keeps up, of those installed.")
RECOMMENDED_SLOW = _(
    "This machine is slow: {model} keeps up best. Close other programs, or expect text late."
)
NO_MODEL = _("No speech model is installed yet. Download base.")

# Provider
PROVIDER = _("Who answers questions")
PROVIDER_INTRO = _(
    "A question and the fitting pieces of your notes go to the one you choose. Sound never does."
)
AUTO = _("Automatic: a server on this machine, else the small model")
SMALL = _("The small model on this machine: often wrong, good enough to try")
NOBODY = _("Nobody: my notes alone")
HOSTED = _("{name}: leaves this machine, to {host}")
ON_THIS_MACHINE = _("{name}: a server on this machine")
OWN_ADDRESS = _("Another address")
ADDRESS_EXAMPLE = "https://llm.example.com/v1, or http://127.0.0.1:8000/v1"
ADDRESS = _("Address of the API")
PROVIDER_MODEL = _("Model (empty: the first suitable one)")
KEY_IN = _("Key: in {places}")
KEY_MISSING = _("Key: none yet")
KEY_NOT_NEEDED = _("No key is needed.")
KEY_MAY_BE_NEEDED = _("A key is used if you store one.")
TYPE_KEY = _("Type the key…")
KEY_STORED = _("The key is in the system's key store.")
KEY_NOT_STORED = _("The key was not stored: {why}.")
NO_KEY_STORE = _("{why}. Type the key at each start with: cuecard run --ask-key")
KEY_STORE, ENVIRONMENT = pgettext("place", "the system's key store"), _("the environment ({variable})")
TEST_REQUEST = _("Send a test request")
TEST_NEXT = _("Shows every byte that is sent, and what comes back. It costs a few tokens.")
TESTING = _("Sending…")
NO_TEST = _("Nothing is sent, so there is nothing to test.")
SMALL_TEST = _("It needs no test: it answers on this machine. See it with: cuecard demo")
SENT_TO = _("Sent to {url}, {size} bytes:")
SENT_LIST = _("Requested the list of models from {url}, without any content.")
NOTHING_WAS_SENT = _("Nothing was sent.")
RECEIVED = _("{model} answered:")
ANSWERED = _("{model} answered: {answer}")
RESULT = _("What was sent and received")

# Notes
NOTES = _("Your notes")
NOTES_INTRO = _(
    "Passages that fit a question are shown beside it. Drop files or folders here: .md, .txt, .pdf, .docx"
)
ADD_FILES, ADD_FOLDER, REMOVE = _("Add files…"), _("Add a folder…"), pgettext("button", "Remove")
NOTES_LIST = _("Files and folders with notes")
NO_NOTES = _("No notes yet. That is fine.")
READING_NOTES = _("Reading…")
PASSAGES = _("Read. Passages: {passages}, files: {files}.")
NOT_READ = _("The notes could not be read; the reader of such files failed.")
NOTES_FILTER = _("Notes (*.md *.txt *.pdf *.docx)")

# Before a call
CONSENT = _("Before a call")
CONSENT_INTRO = _(
    "In many places everyone must know that a conversation is transcribed, and agree. Say or paste this:"
)
COPY, COPIED = pgettext("button", "Copy"), pgettext("button", "Copied")
SENTENCE_NAME = _("Sentence for the others")
SCREEN = _(
    "Cuecard does not hide. If you share your whole screen, the others see its window; "
    "if you share one window, they do not."
)
ASKED_EACH_TIME = _("You are asked before each session whether the others know.")
MENU_ENTRY = _("Add Cuecard to the menu of applications, with an icon in the tray")
MENU_NOT_WRITTEN = _("The menu entry could not be written ({problem}).")
MENU_COMMENT = _("Live captions, and answers from your notes")

# The question before a session
QUESTION_TITLE = _("Cuecard: before you start")
QUESTION = _("Do the others know that this session is transcribed?")
QUESTION_WHY = _("You could say or paste this:")
PEOPLE = _("Who takes part? A session that you save names them.")
PEOPLE_EXAMPLE = _("Ada, Bob")
THEY_KNOW, ALONE, NOT_YET = (
    pgettext("button", "They know"),
    pgettext("button", "I am alone"),
    pgettext("button", "Not yet"),
)

# The card of a provider
CARD_TITLE = _("Cuecard: a new provider")
CARD = _("Questions will go to {host}")
CARD_WHY = _("This is the first session with it, or what it does with them has changed. Its own pages say:")
USE_IT = pgettext("button", "Use it")

# Key
KEY_TITLE = _("Cuecard: key")
KEY_PROMPT = _("Key for {name}")
KEY_WHERE = _("It is not shown, and goes to the system's key store alone.")
KEY_INVALID = _("A key is one line without spaces.")
STORE, CANCEL = pgettext("button", "Store"), pgettext("button", "Cancel")

# Settings
SETTINGS_TITLE = _("Cuecard: settings")
SEARCH = _("Search settings")
ALL_GROUPS = pgettext("settings", "All")
GROUPS = {
    "session": _("Session"),
    "capture": _("Sound"),
    "vad": _("Detecting speech"),
    "stt": _("Transcription"),
    "llm": _("Answers and notes"),
    "overlay": _("Window"),
    "practice": _("Practice"),
}
"""Headings, by table of the settings file."""
DEFAULT = _("Default: {value}")
EMPTY_VALUE = pgettext("setting", "empty")
DEFAULT_OF = _("Default: {value} ({values})")
ON, OFF = pgettext("setting", "on"), pgettext("setting", "off")
YOUR_FILE = _("Your settings are in {file}.")
RESET, RESET_HINT = pgettext("button", "Default"), _("Go back to the default")
SAVE = pgettext("button", "Save")
SAVED = _("Saved to {file}.")
SAVED_NEXT = _("Saved to {file}. It counts from the next session on.")
SAVED_LIVE = _(
    "Saved to {file}. The running session now uses {provider}; the rest counts from the next one on."
)
NOT_LIVE = _("Saved to {file}, but the running session did not change who answers: {problem}.")
NOT_SAVED = _("Nothing was saved. {problem}")
UNSAVED = _("{count} not saved yet")
NOTHING_FOUND = _("No setting has these words.")
NOT_A_VALUE = _("{setting} needs another value: {why}")
LOCKED = _("{by} locked this on this computer.")
WRITE_LIST = _("write it as in the file, for example {example}")

# Tray
TRAY_IDLE, TRAY_LIVE, TRAY_PAUSED = _("Cuecard: no session"), _("Cuecard: live"), _("Cuecard: paused")
START, SHOW_OR_HIDE, PAUSE, UNPAUSE = (
    pgettext("tray", "Start a session"),
    _("Show or hide the window"),
    pgettext("tray", "Pause"),
    pgettext("tray", "Continue"),
)
END, SETTINGS, QUIT, QUIT_LIVE = (
    pgettext("tray", "End the session"),
    pgettext("tray", "Settings…"),
    pgettext("tray", "Quit"),
    _("Quit (the session continues)"),
)
NO_TRAY = "This desktop shows no tray icons. Cuecard works without one: `cuecard` starts it."
NOT_STARTED = _("The session did not start")
TRAY_RUNS = "The tray icon is there already."

# Without a display
GUIDE = "Cuecard: live captions of a conversation, and answers from your notes."
GUIDE_MISSING = "What is missing:"
GUIDE_NEXT = "Next: {command}"
GUIDE_HELP = "All commands: cuecard --help"
GUIDE_SETTINGS = "your settings: none yet, the defaults count"
SETUP_NEEDS_DISPLAY = "the wizard needs a display"
SETTINGS_NEED_DISPLAY = "the settings window needs a display"
TRAY_NEEDS_DISPLAY = "the tray icon needs a display"

DEFAULT_NAMES = {"mic": YOU, "call": OTHER_PARTY}
"""Names of the two sources."""
