"""Texts of the page after a session, and of the question on the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from overlay.texts.translation import _, ngettext

TITLE = _("Cuecard: the session")
SESSION = _("Session")
TEXT = _("What was said, asked and answered")
REQUESTS = _("Requests that left this machine, word for word")
NOTHING_KEPT = _("Nothing is kept unless you save it.")
NOTHING_KEPT_CLOSE = _("Nothing is kept unless you save it. Save it, or forget it?")
SAVE, SAVE_SESSION = _("Save…"), _("Save this session to a file")
SAVE_ANOTHER, SAVE_ANOTHER_COPY = _("Save another copy…"), _("Save this session to another file")
STORE, STORE_SESSION = _("Store…"), _("Keep this session in the store, with a last day")
STORE_HELP = _(
    "The session is saved as JSON in {folder}, which only you can read. “cuecard sessions” lists it, "
    "searches it and deletes it."
)
KEEP_FOR, STORE_IT = _("Keep it for"), _("Save")
NEVER_EXPIRES = _("ever")
FORGET, FORGET_SESSION = _("Forget"), _("Keep nothing of this session")
DONE, DONE_WITH_SESSION = _("Done"), _("Keep the saved file, and forget the rest")
CLOSE, CLOSE_PAGE = _("Close"), _("Close this page")
SAVED_TO = _("Saved to {path}.")
SAVED_BESIDE = _("{wanted} exists already, so the session was saved to {path}.")
ENCRYPT, ENCRYPT_FILE = _("Encrypt"), _("Encrypt the file with a passphrase of yours")
NEW_PASSPHRASE, PASSPHRASE_AGAIN = _("New passphrase"), _("The same passphrase again")
PASSPHRASE_NEEDED = _(
    "The file is encrypted with a passphrase of at least {count} characters. Without it no one can read the "
    "file, and it cannot be replaced."
)
ENCRYPT_AND_SAVE, CANCEL = _("Encrypt and save"), _("Cancel")
SAVE_AS = _("Save this session")
SAVE_IN = _("Folder:")
RECEIPT_NOTHING = _("Nothing of this session is kept")
RECEIPT_SAVED = _("Only what you saved is kept")
_RECEIPT_AUDIO = _("The audio was overwritten with zeros.")
_RECEIPT_WORDS = _("The transcript, the questions and the answers were deleted from memory.")
_RECEIPT_PROCESSES = _("The folder of the session was removed, and its processes have ended.")
_RECEIPT_KILLED = _("{processes} did not end and had to be killed; the system clears their memory.")
SAVE_QUESTION = _("Save this session? [m]arkdown, [w]ord, [j]son, [h]tml, [s]tore, [N]othing:")
SAVE_QUESTION_HELP = _("Type m, w, j, h, s or n.")
STORE_DAYS = _("How long to keep it in the store: a number of days, or never to delete it [{expire}]:")
STORE_ENCRYPTED = _("Encrypt it with a passphrase? [y/N]:")
SAVE_PATH = _("File, with .age at its end to encrypt it [{path}]:")
PAGE_OPEN = _("The session has ended. Its page is open; Ctrl-C closes it and keeps nothing.")
PAGE_OPEN_SAVED = _("The session has ended and was saved. Its page is open; Ctrl-C closes it.")
PAGE_CLOSED = _("The page closed before you chose.")


def days(count: int) -> str:
    """Return a number of days in words."""
    return ngettext("{count} day", "{count} days", count).format(count=count)


def left_machine(requests: int) -> str:
    """Return the title of the tab with what left the machine."""
    return _("What left this machine ({count})").format(count=requests)


def receipt(killed: Iterable[str]) -> list[str]:
    """Return what was wiped at the end of a session, in sentences.

    Args:
        killed: The stages that did not end when asked and had to be killed.
    """
    stages = ", ".join(killed)
    first = _RECEIPT_KILLED.format(processes=stages) if stages else _RECEIPT_AUDIO
    return [first, _RECEIPT_WORDS, _RECEIPT_PROCESSES]
