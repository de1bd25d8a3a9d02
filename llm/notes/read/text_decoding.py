"""Decodes text files: Unicode with or without a byte order mark, else a guessed encoding.

Pure. A guessed encoding and undecodable bytes are remarks.
"""

from __future__ import annotations

import re

from llm.notes.read.content import Content, Unreadable

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_OTHER_FORMATS = (
    (b"%PDF-", ".pdf"),
    (b"PK\x03\x04", ".docx"),
    (b"{\\rtf", ".rtf"),
)
_SAMPLE_BYTES = 4096
_MOST_BAD_SHARE = 0.02
"""Share of characters; a text with more bad bytes is not UTF-8."""
_MOST_CONTROL_SHARE = 0.01
_MOSTLY_ASCII_SHARE = 0.75
"""Text with at least this share of ASCII is in a Latin script."""
_WEST_EUROPEAN = frozenset(
    "äöüßÄÖÜéèêëàâáåãçñíìîïóòôõúùûœæøÉÈÊÀÂÁÅÃÇÑÍÎÓÔÕÚŒÆØ“”‘’„‚–—…€£¥©®™°·•§«»¿¡½¼¾²³×±´\xa0"
)
_CODECS = {
    "cp1250": "Windows-1250", "cp1251": "Windows-1251", "cp1252": "Windows-1252", "cp1253": "Windows-1253",
    "cp1254": "Windows-1254", "koi8_r": "KOI8-R", "iso8859_5": "ISO 8859-5", "cp866": "DOS 866",
    "shift_jis": "Shift JIS", "euc_jp": "EUC-JP", "gb18030": "GB 18030", "big5": "Big5", "euc_kr": "EUC-KR",
    "mac_roman": "Mac Roman",
}  # fmt: skip
"""Encodings that are detected, with their usual names."""
_CHECK = "save it as UTF-8 if characters look wrong"


def decoded(body: bytes) -> Content:
    """Return the text of a file, with all line ends as "\\n".

    Raises:
        Unreadable: It is not text.
    """
    for start, suffix in _OTHER_FORMATS:
        if body.startswith(start):
            raise Unreadable("it is not text", f"if it is a {suffix} file, give it that suffix")
    content = _unicode(body) or _guessed(body)
    text = content.text.removeprefix("\ufeff")
    # Form feeds separate pages, and terminal logs have escapes; text has no other control characters.
    controls = sum(map(text.count, map(chr, (*range(9), *range(14, 27), *range(28, 32), 127))))
    if "\0" in text or controls > _MOST_CONTROL_SHARE * len(text):
        raise Unreadable("it is not text", "save it as .md or .txt")
    text = re.sub(r"\r\n?|[\v\f\x85\u2028\u2029]", "\n", text)
    return Content(text, content.remarks)


def _unicode(body: bytes) -> Content | None:
    """Return the text if the file is Unicode, possibly with a few bad bytes."""
    encoding = next((name for mark, name in _MARKS if body.startswith(mark)), "") or _wide(body) or "utf-8"
    try:
        return Content(body.decode(encoding))
    except UnicodeDecodeError:
        text = body.decode(encoding, errors="replace")
    bad = text.count("\ufffd")
    foreign = sum(not letter.isascii() for letter in text) - bad
    marked = encoding not in ("utf-8", "utf-8-sig")
    # Without other UTF-8 characters, one bad byte may be "é" in another encoding.
    if bad > _MOST_BAD_SHARE * len(text) or (not marked and foreign <= bad):
        return None
    subject = "1 undecodable byte in it is" if bad == 1 else f"{bad} undecodable bytes in it are"
    return Content(text, (f"{subject} read as \ufffd",))


def _wide(body: bytes) -> str:
    """Return the encoding of UTF-16 without a mark, in which every other byte of Latin text is 0."""
    sample = body[:_SAMPLE_BYTES]
    pairs = len(sample) // 2
    if len(body) % 2 or not pairs:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.4 * pairs and not even:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * pairs and not odd else ""


def _guessed(body: bytes) -> Content:
    """Return the text in the most plausible legacy encoding."""
    if b"\0" in body:
        raise Unreadable("it is not text", "save it as .md or .txt")
    encoding = "cp1252" if _is_west_european(body) else _detected(body)
    if not encoding:
        raise Unreadable("it is not text in a known encoding", "save it as UTF-8")
    return Content(body.decode(encoding), (f"it is not UTF-8 and is read as {_CODECS[encoding]}; {_CHECK}",))


def _is_west_european(body: bytes) -> bool:
    """Return whether this is text in a Western European language in Windows-1252 or Latin-1."""
    try:
        text = body.decode("cp1252")
    except UnicodeDecodeError:
        return False
    foreign = {letter for letter in text if not letter.isascii()}
    mostly_ascii = sum(map(str.isascii, text)) >= _MOSTLY_ASCII_SHARE * len(text)
    # Letters of other encodings become signs within words: "prowadzi³em".
    odd = re.search(r"[^\W\d_][²³¿¡×§£´¼½¾][^\W\d_]", text)
    return mostly_ascii and foreign <= _WEST_EUROPEAN and odd is None


def _detected(body: bytes) -> str:
    """Return the codec that charset-normalizer finds most plausible, or ""."""
    import charset_normalizer

    best = charset_normalizer.from_bytes(body, cp_isolation=[*_CODECS]).best()
    return best.encoding if best is not None and best.encoding in _CODECS else ""
