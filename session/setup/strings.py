"""Texts of the wizard, settings window, tray icon and question before a call."""

from __future__ import annotations

from overlay.strings import OTHER_PARTY, YOU

# The wizard
TITLE = "Cuecard: first steps"
STEP = "Step {step} of {steps}"
BACK, SKIP, CONTINUE, FINISH, CLOSE = "Back", "Skip", "Continue", "Finish", "Close"
SKIP_HINT = "Leave this step as it is"
SKIPPED = "Skipped: nothing changes here."
NOTHING_WRITTEN = "Nothing is written before you press Finish."
WRITTEN = "Settings written to {file}."
CLOSED = "Nothing was written."
WORKING = "One moment…"

# Sound
SOUND = "What Cuecard listens to"
SOUND_INTRO = "The bars move when something is heard. Sound stays on this machine and is never stored."
MICROPHONE = "Your microphone"
OUTPUT = "What the computer plays: the other side of a call"
CALL_YOU, CALL_THEM = "Your name in captions", "Their name in captions"
DEFAULT_DEVICE = "Default: {device}"
NO_DEVICE = "Not used"
NO_DEFAULT = "There is none"
SAY_HELLO = "Say hello…"
PLAY = "Play a test sound"
PRESS_PLAY = "Play a test sound to try it."
PLAYING = "Playing…"
HEARD = "✓ Heard."
NOT_HEARD = "Not heard. Is another output chosen in the sound settings?"
NOT_PLAYED = "The test sound could not be played ({problem})."
LOUDSPEAKERS = "Your microphone hears the loudspeakers. With headphones nothing is written twice."
LEVEL = "Level of {source}: {dbfs} dB"
NO_SOUND = "Without sound devices, recordings can be played: cuecard run --source talk=file:PATH"

# Model
MODEL = "How speech becomes text"
MODEL_INTRO = (
    "Larger models make fewer mistakes and need more time. Measure them on this machine, a minute at most."
)
AUTOMATIC_MODEL = "Automatic: {model} on this machine"
INSTALLED, TO_DOWNLOAD = "installed", "{size_mb} MB to download"
DOWNLOAD, DOWNLOADING, DOWNLOADED = "Download", "{percent} %", "Downloaded: {origin}."
MEASURE, MEASURING = "Measure", "Measuring {model}…"
MEASURED = "a sentence takes {turn_s} s, {times} times as fast as speech (real-time factor {rtf})"
TOO_SLOW = "late: a sentence takes {turn_s} s, {times} times as fast as speech (real-time factor {rtf})"
RECOMMENDED = "{model} suits this machine: the most accurate one that keeps up, of those installed."
RECOMMENDED_SLOW = "This machine is slow: {model} keeps up best. Close other programs, or expect text late."
NO_MODEL = "No speech model is installed yet. Download base."

# Provider
PROVIDER = "Who answers questions"
PROVIDER_INTRO = "A question and the fitting pieces of your notes go to the one you choose. Sound never does."
AUTO = "Automatic: a server on this machine, else the small model"
SMALL = "The small model on this machine: often wrong, good enough to try"
NOBODY = "Nobody: my notes alone"
HOSTED = "{name}: leaves this machine, to {host}"
ON_THIS_MACHINE = "{name}: a server on this machine"
OWN_ADDRESS = "Another address"
ADDRESS_EXAMPLE = "https://llm.example.com/v1, or http://127.0.0.1:8000/v1"
ADDRESS = "Address of the API"
PROVIDER_MODEL = "Model (empty: the first suitable one)"
KEY_IN = "Key: in {places}"
KEY_MISSING = "Key: none yet"
KEY_NOT_NEEDED = "No key is needed."
KEY_MAY_BE_NEEDED = "A key is used if you store one."
TYPE_KEY = "Type the key…"
KEY_STORED = "The key is in the system's key store."
KEY_NOT_STORED = "The key was not stored: {why}."
NO_KEY_STORE = "{why}. Type the key at each start with: cuecard run --ask-key"
KEY_STORE, ENVIRONMENT = "the system's key store", "the environment ({variable})"
TEST_REQUEST = "Send a test request"
TEST_NEXT = "Shows every byte that is sent, and what comes back. It costs a few tokens."
TESTING = "Sending…"
NO_TEST = "Nothing is sent, so there is nothing to test."
SMALL_TEST = "It needs no test: it answers on this machine. See it with: cuecard demo"
SENT_TO = "Sent to {url}, {size} bytes:"
SENT_LIST = "Requested the list of models from {url}, without any content."
NOTHING_WAS_SENT = "Nothing was sent."
RECEIVED = "{model} answered:"
ANSWERED = "{model} answered: {answer}"
RESULT = "What was sent and received"

# Notes
NOTES = "Your notes"
NOTES_INTRO = (
    "Passages that fit a question are shown beside it. Drop files or folders here: .md, .txt, .pdf, .docx"
)
ADD_FILES, ADD_FOLDER, REMOVE = "Add files…", "Add a folder…", "Remove"
NOTES_LIST = "Files and folders with notes"
NO_NOTES = "No notes yet. That is fine."
READING_NOTES = "Reading…"
PASSAGES = "{passages} passages were read from {files} files."
NOT_READ = "The notes could not be read; the reader of such files failed."
NOTES_FILTER = "Notes (*.md *.txt *.pdf *.docx)"

# Before a call
CONSENT = "Before a call"
CONSENT_INTRO = (
    "In many places everyone must know that a conversation is transcribed, and agree. Say or paste this:"
)
COPY, COPIED = "Copy", "Copied"
SENTENCE_NAME = "Sentence for the others"
SCREEN = (
    "Cuecard does not hide. If you share your whole screen, the others see its window; "
    "if you share one window, they do not."
)
ASKED_EACH_TIME = "You are asked before each session whether the others know."
MENU_ENTRY = "Add Cuecard to the menu of applications, with an icon in the tray"
MENU_NOT_WRITTEN = "The menu entry could not be written ({problem})."
MENU_COMMENT = "Live captions, and answers from your notes"

# The question before a session
QUESTION_TITLE = "Cuecard: before you start"
QUESTION = "Do the others know that this session is transcribed?"
QUESTION_WHY = "You could say or paste this:"
THEY_KNOW, ALONE, NOT_YET = "They know", "I am alone", "Not yet"

# Key
KEY_TITLE = "Cuecard: key"
KEY_PROMPT = "Key for {name}"
KEY_WHERE = "It is not shown, and goes to the system's key store alone."
KEY_INVALID = "A key is one line without spaces."
STORE, CANCEL = "Store", "Cancel"

# Settings
SETTINGS_TITLE = "Cuecard: settings"
SEARCH = "Search settings"
ALL_GROUPS = "All"
GROUPS = {
    "session": "Session",
    "capture": "Sound",
    "vad": "Detecting speech",
    "stt": "Transcription",
    "llm": "Answers and notes",
    "overlay": "Window",
    "practice": "Practice",
}
"""Headings, by table of the settings file."""
DEFAULT = "Default: {value}"
EMPTY_VALUE = "empty"
DEFAULT_OF = "Default: {value} ({values})"
ON, OFF = "on", "off"
YOUR_FILE = "Your settings are in {file}."
RESET, RESET_HINT = "Default", "Go back to the default"
SAVE = "Save"
SAVED = "Saved to {file}."
SAVED_NEXT = "Saved to {file}. It counts from the next session on."
SAVED_LIVE = "Saved to {file}. The running session now uses {provider}; the rest counts from the next one on."
NOT_LIVE = "Saved to {file}, but the running session did not change who answers: {problem}."
NOT_SAVED = "Nothing was saved. {problem}"
UNSAVED = "{count} not saved yet"
NOTHING_FOUND = "No setting has these words."
NOT_A_VALUE = "{setting} needs another value: {why}"
WRITE_LIST = "write it as in the file, for example {example}"

# Tray
TRAY_IDLE, TRAY_LIVE, TRAY_PAUSED = "Cuecard: no session", "Cuecard: live", "Cuecard: paused"
START, SHOW_OR_HIDE, PAUSE, UNPAUSE = "Start a session", "Show or hide the window", "Pause", "Continue"
END, SETTINGS, QUIT, QUIT_LIVE = "End the session", "Settings…", "Quit", "Quit (the session continues)"
NO_TRAY = "This desktop shows no tray icons. Cuecard works without one: `cuecard` starts it."
NOT_STARTED = "The session did not start"
TRAY_RUNS = "The tray icon is there already."

# Without a display
GUIDE = "Cuecard: live captions of a conversation, and answers from your notes."
GUIDE_MISSING = "What is missing:"
GUIDE_READY = "Everything that a session needs is here."
GUIDE_NEXT = "Next: {command}"
GUIDE_HELP = "All commands: cuecard --help"
GUIDE_SETTINGS = "your settings: none yet, the defaults count"
SETUP_NEEDS_DISPLAY = "the wizard needs a display"
SETTINGS_NEED_DISPLAY = "the settings window needs a display"
TRAY_NEEDS_DISPLAY = "the tray icon needs a display"

DEFAULT_NAMES = {"mic": YOU, "call": OTHER_PARTY}
"""Names of the two sources."""
