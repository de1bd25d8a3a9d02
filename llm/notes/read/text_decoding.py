"""Decodes the bytes of a text file: Unicode with or without marks, else the encoding that is most plausible.

Pure. An encoding that was guessed, and bytes that belong to none, are remarks.
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
"""Of the characters: with more bad bytes a text is not UTF-8."""
_MOST_CONTROL_SHARE = 0.01
_MOSTLY_ASCII_SHARE = 0.75
"""Text with so many ASCII letters is in a Latin script."""
_WEST_EUROPEAN = frozenset(
    "äöüßÄÖÜéèêëàâáåãçñíìîïóòôõúùûœæøÉÈÊÀÂÁÅÃÇÑÍÎÓÔÕÚŒÆØ“”‘’„‚–—…€£¥©®™°·•§«»¿¡½¼¾²³×±´\xa0"
)
_CODECS = {
    "cp1250": "Windows-1250", "cp1251": "Windows-1251", "cp1252": "Windows-1252", "cp1253": "Windows-1253",
    "cp1254": "Windows-1254", "koi8_r": "KOI8-R", "iso8859_5": "ISO 8859-5", "cp866": "DOS 866",
    "shift_jis": "Shift JIS", "euc_jp": "EUC-JP", "gb18030": "GB 18030", "big5": "Big5", "euc_kr": "EUC-KR",
    "mac_roman": "Mac Roman",
}  # fmt: skip
"""What is looked for, with the names people know."""
_CHECK = "save it as UTF-8 if its letters look wrong"


def decoded(body: bytes) -> Content:
    """Return the text of a file, with all line ends as "\\n".

    Raises:
        Unreadable: It is no text.
    """
    for start, suffix in _OTHER_FORMATS:
        if body.startswith(start):
            raise Unreadable("it is no text", f"if it is a {suffix} file, give it that suffix")
    content = _unicode(body) or _guessed(body)
    text = content.text.removeprefix("\ufeff")
    # Form feeds part pages, and some terminals' logs keep escapes; more control characters are no text.
    controls = sum(map(text.count, map(chr, (*range(9), *range(14, 27), *range(28, 32), 127))))
    if "\0" in text or controls > _MOST_CONTROL_SHARE * len(text):
        raise Unreadable("it is no text", "save it as .md or .txt")
    text = re.sub(r"\r\n?|[\v\f\x85\u2028\u2029]", "\n", text)
    return Content(text, content.remarks)


def _unicode(body: bytes) -> Content | None:
    """Return the text if the file is Unicode, perhaps with a few bad bytes."""
    encoding = next((name for mark, name in _MARKS if body.startswith(mark)), "") or _wide(body) or "utf-8"
    try:
        return Content(body.decode(encoding))
    except UnicodeDecodeError:
        text = body.decode(encoding, errors="replace")
    bad = text.count("\ufffd")
    foreign = sum(not letter.isascii() for letter in text) - bad
    marked = encoding not in ("utf-8", "utf-8-sig")
    # Without other letters that are UTF-8, one bad byte may as well be "é" in another encoding.
    if bad > _MOST_BAD_SHARE * len(text) or (not marked and foreign <= bad):
        return None
    what = "1 byte in it is no text and is" if bad == 1 else f"{bad} bytes in it are no text and are"
    return Content(text, (f"{what} read as \ufffd",))


def _wide(body: bytes) -> str:
    """Return the encoding of UTF-16 without a mark: every other byte of Latin text is 0."""
    sample = body[:_SAMPLE_BYTES]
    pairs = len(sample) // 2
    if len(body) % 2 or not pairs:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.4 * pairs and not even:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * pairs and not odd else ""


def _guessed(body: bytes) -> Content:
    """Return the text in the most plausible of the encodings that are older than Unicode."""
    if b"\0" in body:
        raise Unreadable("it is no text", "save it as .md or .txt")
    encoding = "cp1252" if _is_west_european(body) else _detected(body)
    if not encoding:
        raise Unreadable("it is not text in an encoding that can be recognised", "save it as UTF-8")
    return Content(body.decode(encoding), (f"it is not UTF-8 and is read as {_CODECS[encoding]}; {_CHECK}",))


def _is_west_european(body: bytes) -> bool:
    """Tell whether these are words of a language of Western Europe in Windows-1252, or Latin-1 within it."""
    try:
        text = body.decode("cp1252")
    except UnicodeDecodeError:
        return False
    foreign = {letter for letter in text if not letter.isascii()}
    mostly_ascii = sum(map(str.isascii, text)) >= _MOSTLY_ASCII_SHARE * len(text)
    # Letters of other alphabets come out as signs inside words: "prowadzi³em".
    odd = re.search(r"[^\W\d_][²³¿¡×§£´¼½¾][^\W\d_]", text)
    return mostly_ascii and foreign <= _WEST_EUROPEAN and odd is None


def _detected(body: bytes) -> str:
    """Return the codec that charset-normalizer finds most plausible, "" when none is."""
    import charset_normalizer

    best = charset_normalizer.from_bytes(body, cp_isolation=[*_CODECS]).best()
    return best.encoding if best is not None and best.encoding in _CODECS else ""
