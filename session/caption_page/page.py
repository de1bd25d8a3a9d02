"""The HTML page with its security headers; no text of the session is in it. Pure but for its file."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from pathlib import Path

from overlay.texts.translation import LANGUAGE
from session.view import strings

_FILE = Path(__file__).with_name("page.html")
_TEXTS = {
    "language": LANGUAGE,
    "title": strings.PAGE_TITLE,
    "waiting": strings.NO_SPEECH_YET,
    "ended": strings.PAGE_ENDED,
    "interrupted": strings.PAGE_INTERRUPTED,
}

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Connection": "close",
}
"""Of every reply."""


def load_page() -> tuple[bytes, str]:
    """Return the page, and the content security policy that allows its own style and script alone."""
    text = _FILE.read_text(encoding="utf-8")
    for name, words in _TEXTS.items():
        text = text.replace(f"{{{{{name}}}}}", html.escape(words))
    style, script = (_hash_of(tag, text) for tag in ("style", "script"))
    policy = (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return text.encode(), policy


def _hash_of(tag: str, text: str) -> str:
    content = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    digest = hashlib.sha256("".join(content).encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
