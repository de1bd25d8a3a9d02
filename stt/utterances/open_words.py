"""Words that rarely end a sentence, by language: after them an utterance probably continues.

Data for endpointing. Articles, conjunctions, prepositions, possessives, short forms of "to be", fillers.
"""

from __future__ import annotations

SENTENCE_ENDS = (".", "?", "!", "。", "？", "！", "؟", "।")
"""Marks that end a sentence."""

_LINES = {
    "en": (
        "a an the and or but so because which whose while if as than of to in at for with without by from",
        "into i we they my your his its our their is are was were also um uh er",
    ),
    "de": (
        "der die das den dem des ein eine einen einem einer eines und oder aber denn sondern weil dass",
        "wenn ob als wie obwohl damit bevor nachdem während von vom zu zum zur im am mit für bei aus",
        "nach über um gegen ohne durch ich wir mein meine meinen dein deine ihr ihre ihren unser unsere",
        "sein seine ist sind war waren sehr ganz also äh ähm hm",
    ),
    "fr": (
        "le la les l un une des du de d et ou mais donc car que qu qui dont où parce puisque si comme",
        "quand lorsque à au aux en dans sur sous avec sans pour par chez vers je j tu il on nous mon ma",
        "mes ton ta tes votre vos notre nos leur leurs son sa ses ce cette ces c est sont était étaient",
        "très plus euh heu hum",
    ),
    "es": (
        "el la los las un una unos unas y e o u pero sino porque que si como cuando donde aunque",
        "mientras de del a al en con sin por para sobre entre hasta desde yo mi mis tu tus su sus",
        "nuestro nuestra es son era eran está muy más eh em este",
    ),
    "it": (
        "il lo la i gli le l un uno una e ed o ma però perché che se come quando dove mentre anche di",
        "del dello della dei degli delle a al allo alla ai alle da dal dalla in nel nella nei nelle con",
        "su sul sulla per tra fra io mio mia miei mie tuo tua suo sua suoi nostro nostra è sono era",
        "erano molto più ehm eh",
    ),
    "pt": (
        "o a os as um uma uns umas e ou mas porque que se como quando onde embora enquanto de do da dos",
        "das em no na nos nas ao aos à às com sem por pelo pela para pra sobre entre até desde eu meu",
        "minha meus minhas seu sua seus suas nosso nossa é são era eram está muito mais eh hum",
    ),
}

_NONE: frozenset[str] = frozenset()

OPEN_WORDS = {
    language: frozenset(word for line in lines for word in line.split()) for language, lines in _LINES.items()
}


def open_words(language: str) -> frozenset[str]:
    """Return the words of a language ("de"), in lower case; none for a language that is not in the table."""
    return OPEN_WORDS.get(language, _NONE)
