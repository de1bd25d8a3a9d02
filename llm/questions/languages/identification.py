"""Identifies the language of a text by its frequent words, and returns its rules.

Pure. English, and a text without known words, has no rules here. A word of two languages counts for both.
"""

from __future__ import annotations

import re
from functools import lru_cache

from llm.questions.languages import dutch, french, german, italian, portuguese, spanish
from llm.questions.languages.rules import LanguageRules

RULES = {
    "de": LanguageRules(german.PATTERNS),
    "fr": LanguageRules(french.PATTERNS),
    "es": LanguageRules(spanish.PATTERNS),
    "it": LanguageRules(italian.PATTERNS),
    "pt": LanguageRules(portuguese.PATTERNS),
    "nl": LanguageRules(dutch.PATTERNS),
}

_FREQUENT = {
    "en": (
        "the a an and or but of to in on at for with from by as is are was were be been am do does did "
        "have has had can "
        "could would will should i you he she it we they me my your his her our their this that these "
        "those there here "
        "what why how when where who which if so not no yes about just up out one all some any than then "
        "like tell give "
        "go know think get make right okay well really them him us its don't it's i'm that's what's let's "
        "good very "
        "much many more most into over also did die um uh hmm come quite because before after even still "
        "take work want need"
    ),
    "de": (
        "der die das den dem des ein eine einen einem einer und oder aber ist sind war waren bin hat "
        "haben hatte habe "
        "ich du er es wir ihr sie mich mir sich uns ihnen ihre ihren ihr mein meine nicht kein keine mit "
        "von vom zu zum "
        "zur auf für bei aus nach über um im am an wie was warum wo wer wann welche welcher wenn weil "
        "dass ob auch noch "
        "schon mal dann da so sehr ja nein bitte kann können könnten würde würden werden wird wurde "
        "möchten etwas mehr "
        "als doch hier erzählen genau wirklich wieso heute immer einmal gut moment kurz warten alles klar "
        "hören"
    ),
    "fr": (
        "le la les un une des du de et ou mais est sont était suis ai as a avez avons ont je tu il elle "
        "nous vous ils on "
        "me te se ce cette ces cet qui que quoi dont où mon ma mes votre vos notre nos leur son sa ses ne "
        "pas plus pour "
        "par dans en sur avec sans chez au aux comme si très bien oui non pourquoi comment combien quand "
        "quel quelle "
        "quels quelles c'est j'ai qu est-ce été être avoir fait faire alors donc moi d l j c y ça parlez "
        "expliquez dites bon ah pardon instant attendez vraiment allô sait exactement"
    ),
    "es": (
        "el la los las un una unos unas de del y o pero es son era fue está están he ha has han yo tú él "
        "ella nosotros "
        "usted ustedes ellos me te se nos le les lo mi tu su sus que qué quién cuál cuáles cómo cuándo "
        "dónde cuánto "
        "cuánta cuántas por para con sin en al a como si no sí más muy ya porque también cuando este esta "
        "eso esto hay "
        "tiene tengo hace puede podría bien algo vale gracias entonces hábleme cuénteme mucho todo ser "
        "otra hoy sabe oye "
        "perdón verdad espere momento ajá hola ven"
    ),
    "it": (
        "il lo la i gli le un uno una di del della dei delle dal dalla nel nella e ed o ma è sono era ho "
        "ha hai hanno "
        "abbiamo avete io tu lui lei noi voi mi ti si ci vi che chi cosa come dove quando quale quali "
        "qual quanto quanti "
        "quante perché per con senza in su sul tra fra al alla a non no sì più molto anche se suo sua "
        "suoi tuo questo "
        "questa quello bene allora grazie mai stato può potrebbe vorrei poi lo l c dell nell all un' po "
        "lavoro parli era "
        "tutto sta esatto scusi sente schermo momento aspetti va da oggi qualcosa spieghi dica"
    ),
    "pt": (
        "o a os as um uma de do da dos das e ou mas é são era foi está estão tem têm eu você vocês ele "
        "ela nós eles me "
        "te se nos lhe que quem qual quais como onde quando quanto quantas quantos por para com sem em no "
        "na nos nas ao "
        "à não sim mais muito já porque também seu sua seus suas meu minha isso este esta isto há ter "
        "fazer faz bem "
        "então obrigado gostaria pode poderia fale conte daqui até aos pelo pela num numa tudo vai certo "
        "um hum desculpe "
        "sabe espere alguma hoje explique diga alô"
    ),
    "nl": (
        "de het een en of maar is zijn was waren ben heb hebt heeft ik je jij hij zij we wij u mij me "
        "zich ons niet geen "
        "met van naar op voor bij uit over om in aan hoe wat waarom waar wie wanneer welke als omdat dat "
        "dit ook nog al "
        "dan zo heel ja nee kan kunt kun wil wilt zou worden wordt iets meer te er uw jouw jullie grootste"
    ),
}
_WORDS = {code: frozenset(words.split()) for code, words in _FREQUENT.items()}
_LETTERS = {"de": "ßäöü", "fr": "œêîûç", "es": "ñ¿¡", "it": "ìò", "pt": "ãõ"}
"""Letters that count like one more frequent word each time a word has one."""
_SPLIT = re.compile(r"[^\w'¿¡-]+")


def rules_for(text: str) -> LanguageRules | None:
    """Return the rules of the language that a text is written in; None for English and unknown languages."""
    return RULES.get(identify(text))


@lru_cache(maxsize=256)  # partials and joined utterances repeat
def identify(text: str) -> str:
    """Return the language code of a text; "en" if it may be English, or if no word is known."""
    words = [part for word in _SPLIT.split(text.lower().replace("’", "'")) for part in _parts(word)]
    scores = {code: _score(code, words) for code in _WORDS}
    best = max(scores, key=lambda code: scores[code])  # the first of equals, and English is the first of all
    return best if scores[best] else "en"


def _score(code: str, words: list[str]) -> int:
    letters = _LETTERS.get(code, "")
    return sum((word in _WORDS[code]) + any(letter in letters for letter in word) for word in words)


def _parts(word: str) -> set[str]:
    """Return a word and its parts ("qu'est-ce"), without single letters."""
    parts = {word, *re.split(r"['-]", word)}
    return {part for part in parts if len(part) > 1 or not part.isascii()}  # a spelled letter is no word
