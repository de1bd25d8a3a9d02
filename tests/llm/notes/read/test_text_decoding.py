"""Tests of text encodings."""

from __future__ import annotations

import pytest

from llm.notes.read.content import Unreadable
from llm.notes.read.text_decoding import decoded

RUSSIAN = "Я руководил переносом платёжной системы в облако, команда из пяти человек.\n"
JAPANESE = "私はクラウドへの移行を担当しました。チームは五人でした。\n"


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        ("Müller, café, garçon. We shipped in Zürich.\n", "latin-1", "Windows-1252"),
        ("“Ship it” – saved €40k, naïve façade…\n", "cp1252", "Windows-1252"),
        ("El proyecto costó 5.000 €. ¿Y qué? ¡Bien! 30 m² de oficina.\n", "cp1252", "Windows-1252"),
        ("Prowadziłem zespół pięciu osób, zażółć gęślą jaźń.\n", "cp1250", "Windows-1250"),
        (RUSSIAN, "cp1251", "Windows-1251"),
        (RUSSIAN, "koi8_r", "KOI8-R"),
        (RUSSIAN, "iso8859_5", "ISO 8859-5"),
        (RUSSIAN, "cp866", "DOS 866"),
        (JAPANESE, "shift_jis", "Shift JIS"),
        (JAPANESE, "euc_jp", "EUC-JP"),
        ("我领导了云迁移项目，团队五个人。\n", "gb18030", "GB 18030"),
        ("저는 클라우드 이전을 이끌었습니다.\n", "euc_kr", "EUC-KR"),
        ("Senior engineer at Яндекс, led a team of 5 in Москва and shipped payments\n", "cp1251", "1251"),
    ],
)
def test_legacy_encodings_are_detected(text: str, encoding: str, name: str) -> None:
    content = decoded(text.encode(encoding))
    assert content.text == text
    assert name in content.remarks[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_decoded_with_and_without_marks(encoding: str) -> None:
    content = decoded("A line – and\r\nanother\rlast".encode(encoding))
    assert content.text == "A line – and\nanother\nlast"
    assert not content.remarks


def test_few_bad_bytes_are_replaced_and_counted() -> None:
    content = decoded("Résumé, naïve façade, and long enough words after them. ".encode() * 4 + b"\x96 \xff")
    assert content.text.endswith("\ufffd \ufffd")
    assert content.remarks == ("2 undecodable bytes in it are read as \ufffd",)


@pytest.mark.parametrize(
    "body",
    [b"abc\0def", bytes(range(256)) * 8, b"\x01\x02\x03text", b"\x89PNG\r\n\x1a\n" + bytes(60), b"{\\rtf1}"],
)
def test_binary_files_are_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        decoded(body)
