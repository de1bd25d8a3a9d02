"""Spanish question patterns. Data."""

from __future__ import annotations

from llm.questions.languages.rules import Patterns

_WORD = r"qué|cuál(?:es)?|cuándo|dónde|adónde|cómo|cuánt[oa]s?|quién(?:es)?"
_PREPOSITION = r"(?:por|con|en|de|a|para|desde|hasta|sobre|según|entre|a partir de|cada) "

PATTERNS = Patterns(
    lead_in=(
        r"bueno|bien|muy bien|vale|de acuerdo|ok|okay|sí|no|y|pero|entonces|pues|eh+|em+|mmm*|entiendo|"
        r"ya veo|gracias|"
        r"perfecto|genial|claro|ajá|a ver|ah|(?:mi |la )?(?:primera|próxima|siguiente|"
        r"última) pregunta(?: es)?|"
        r"mi pregunta es|una pregunta|interesante|hola"
    ),
    and_words="y|e|pero",
    question_word=(
        rf"¿?(?:{_PREPOSITION})?(?:{_WORD})|(?:alguna vez )?ha[sn]? \w+|(?:tiene|tienes|hay|puede|podría|"
        rf"estaría|haría)"
    ),
    unmarked=(
        rf"(?:{_PREPOSITION})?(?:{_WORD}) (?!bien\b|bueno\b|bonito\b|lástima\b|pena\b|suerte\b|alegría\b|"
        rf"interesante\b|va\b)"
        r"\w+|(?:alguna vez|ya) ha[sn]?|ha[sn]? \w+ alguna vez|(?:estaría|estarías|estarían) dispuest[oa]s?|"
        r"(?:haría|harías|harían|cambiaría|cambiarías)(?: usted| hoy| algo)|tienes? alguna (?:pregunta|"
        r"experiencia)|"
        r"tienes? experiencia"
    ),
    request=(
        r"h[áa]bl(?:e|a|en)(?:me|nos)|cu[ée]nt(?:e|a|en)(?:me|nos)|descr[íi]b(?:a|e|an)(?:me|nos)?|"
        r"expl[íi]qu?(?:e|a|ue|en|uen)(?:me|nos)?|explíc(?:a|ame|anos)|díga(?:me|nos)|dime|dinos|"
        r"d[ée](?:me|nos)|"
        r"da(?:me|nos)|pres[ée]nt(?:e|a)(?:se|te)|n[óo]mbr(?:e|a)(?:me|nos)|compárta|muéstr(?:e|a)(?:me|nos)|"
        r"(?:me gustaría|quisiera|quiero|querría) (?:saber|entender|conocer|preguntar\w*|que me)|"
        r"me interesa(?:ría)? (?:saber|conocer|que)|tengo curiosidad|"
        r"(?:¿?(?:me |nos ))?(?:puede[sn]?|podría[sn]?) (?:dar|decir|explicar|contar|hablar|describir|"
        r"comentar|poner)\w*"
    ),
    reported=r"preguntó|preguntaron|preguntaban?|preguntado|quería[n]? saber|me pregunto|nos preguntamos",
    not_asking=(
        r"me (?:oye[sn]?|oyen|escucha[sn]?)|(?:puede[sn]? )?(?:oírme|escucharme|ver mi pantalla)|"
        r"(?:ve[sn]?|ven) (?:bien )?(?:mi|la) pantalla|(?:se ve|se oye)|qué tal$|cómo (?:está[sn]?|le va|"
        r"te va)$|"
        r"un (?:momento|segundo|minuto|momentito)|esper[ae]n?|quién sabe|perdón|ah sí|todo bien|"
        r"(?:puede[sn]?|podría[sn]?) (?:imaginar|ver)\w*|qué más da"
    ),
    statement=r"no (?:lo )?(?:sé|sabemos|sabía|puedo decir)",
    tag=r"no|verdad|cierto|vale|sí|correcto|eh|de acuerdo|no cree|sabes|entiende",
    answers=r"porque|pues|sí|no|la respuesta|muy sencillo|simple|para ",
    to_you=r"usted(?:es)?|sus?|tú|tus?|te|ti|contigo|vosotr[oa]s|os|vuestr[oa]s?",
    backchannels=(
        "sí|no|vale|ah sí|de verdad|perdón|exacto|sí exacto|claro|ajá|ajá vale|"
        "entiendo|ya|"
        "muy bien|qué bien|qué tal|gracias|hola|bueno|cómo|qué|en serio"
    ),
)
