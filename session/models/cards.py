"""Model cards: training data, known biases, and our own measured word errors of each model.

`cuecard models show` prints them, and docs/models.md is generated from them.
"""

from __future__ import annotations

import msgspec

from session.models.model import Model

MEASURED_BY = "cuecard bench accents --corpus FOLDER"
"""The command; another model than base is named by `model` in [stt] of `--settings FILE`."""


class WordErrors(msgspec.Struct, frozen=True):
    """Word errors of one group of recordings, by one offline pass for each clip."""

    spoken: str
    clips: int
    speakers: int
    words: int
    percent: float
    low: float
    """The interval of 95 %, by bootstrap over clips."""
    high: float


class ModelCard(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about a model."""

    trained_on: str
    """As far as its authors published it."""
    biases: str
    """Known biases and limits."""
    link: str
    """The authors' own card."""
    measured: str = ""
    """Date of the measurement; empty if it was not measured here."""
    word_errors: tuple[WordErrors, ...] = ()


_WHISPER_LINK = "https://github.com/openai/whisper/blob/main/model-card.md"
_WHISPER_DATA = (
    "680,000 hours of audio from the internet with their transcripts: 65 % English, 18 % other languages "
    "with English transcripts, 17 % in 98 other languages. Which recordings is not published"
)
_WHISPER_BIASES = (
    "More errors in languages with less training data, and by the authors' own report by accent, dialect, "
    "gender, race and age. May write words that were not spoken, or repeat itself. Omits many fillers. Not "
    "made to tell anything about a person"
)

CARDS: dict[str, ModelCard] = {
    "base": ModelCard(
        trained_on=_WHISPER_DATA,
        biases=_WHISPER_BIASES,
        link=_WHISPER_LINK,
        measured="2026-11-29",
        word_errors=(
            WordErrors("mostly native and read", 42, 32, 618, 8.4, 4.8, 12.0),
            WordErrors("the same through 8 kHz mu-law", 42, 32, 618, 9.2, 5.8, 12.5),
            WordErrors("in noise", 8, 8, 326, 4.3, 1.3, 9.0),
            WordErrors("non-native", 12, 3, 248, 6.5, 2.6, 11.1),
            WordErrors("studio prompts", 6, 1, 131, 3.1, 0.0, 5.8),
            WordErrors("telephone recordings", 5, 4, 273, 8.8, 3.7, 14.0),
            WordErrors("synthetic", 14, 5, 251, 2.0, 0.0, 4.1),
            WordErrors("synthetic, with an accent", 2, 1, 74, 2.7, 2.3, 3.3),
        ),
    ),
    "tiny.en": ModelCard(
        trained_on=f"{_WHISPER_DATA}. This one is for English alone",
        biases=_WHISPER_BIASES,
        link=_WHISPER_LINK,
        measured="2026-11-29",
        word_errors=(
            WordErrors("mostly native and read", 42, 32, 618, 8.7, 4.5, 13.6),
            WordErrors("the same through 8 kHz mu-law", 42, 32, 618, 13.1, 7.8, 18.4),
            WordErrors("in noise", 8, 8, 326, 5.2, 2.0, 10.3),
            WordErrors("non-native", 12, 3, 248, 7.3, 3.1, 11.7),
            WordErrors("studio prompts", 6, 1, 131, 3.1, 0.0, 7.8),
            WordErrors("telephone recordings", 5, 4, 273, 9.2, 3.3, 15.7),
            WordErrors("synthetic", 14, 5, 251, 1.2, 0.0, 2.8),
            WordErrors("synthetic, with an accent", 2, 1, 74, 1.4, 0.0, 3.3),
        ),
    ),
    "small": ModelCard(trained_on=_WHISPER_DATA, biases=_WHISPER_BIASES, link=_WHISPER_LINK),
    "medium": ModelCard(trained_on=_WHISPER_DATA, biases=_WHISPER_BIASES, link=_WHISPER_LINK),
    "large-v3-turbo": ModelCard(
        trained_on="As large-v3: 1 million hours of audio with transcripts of the internet, and 4 million "
        "hours transcribed by large-v2; then a smaller decoder was trained on transcription, "
        "without translation. Which recordings is not published",
        biases=_WHISPER_BIASES,
        link="https://huggingface.co/openai/whisper-large-v3-turbo",
    ),
    "moonshine-tiny": ModelCard(
        trained_on="By the card of October 2024: 200,000 hours of audio from the internet with their "
        "transcripts, and open datasets that its paper lists. Whether these weights are of that "
        "training is not verified",
        biases="English alone. May write words that were not spoken, or repeat itself, above all for short "
        "utterances. More errors for some accents and groups of speakers is expected by its authors",
        link="https://huggingface.co/UsefulSensors/moonshine-tiny",
    ),
    "smart-turn": ModelCard(
        trained_on="Recorded and synthetic turns in 23 languages, some of them cut off, "
        "published by its authors as pipecat-ai/smart-turn-data",
        biases="Of little use for read speech, whose pauses sound like ends. Measured on English alone, in "
        "bench/LOG.md. It writes no words",
        link="https://github.com/pipecat-ai/smart-turn",
    ),
    "smollm2": ModelCard(
        trained_on="2 trillion tokens of web pages chosen as educational (FineWeb-Edu), web pages (DCLM) "
        "and source code (The Stack); then instructions, and preferences of UltraFeedback",
        biases="Mostly English. Fluent and often wrong; repeats the biases of web pages. Too small to "
        "summarize",
        link="https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct",
    ),
    "minilm": ModelCard(
        trained_on="Over 1 billion pairs of English sentences: Reddit, scientific citations (S2ORC), Stack "
        "Exchange, MS MARCO, Yahoo Answers and others that its card lists",
        biases="English alone; known biases are not published. It only finds passages of your notes, and "
        "writes nothing",
        link="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
    ),
}
"""By the model's name in the catalogue."""


def card_rows(model: Model, card: ModelCard) -> list[tuple[str, str]]:
    """Return the rows of a model's card: label and text."""
    speech = f"measured {card.measured} by `{MEASURED_BY}`" if card.measured else "not measured here"
    return [
        (model.name, model.about),
        ("licence", model.licence),
        ("trained on", card.trained_on),
        ("known biases", card.biases),
        ("its own card", card.link),
        *([("word errors", speech)] if model.transcribes else []),
    ]
