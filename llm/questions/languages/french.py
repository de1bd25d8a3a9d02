"""French question patterns. Data."""

from __future__ import annotations

from llm.questions.languages.rules import Patterns

_WORD = r"pourquoi|comment|combien|où|quand|qui|que|quoi|lequel|laquelle|lesquel(?:le)?s|quel(?:le)?s?"
_PREPOSITION = r"(?:avec|pour|dans|en|de|d'|à|sur|par|depuis|jusqu'à|chez|sous|à partir de|vers) ?"
_INVERTED = r"[\w']+-(?:t-)?(?:vous|tu|il|elle|on|ils|elles|nous|ce)"
_IS = r"(?:est|sont|était|étaient|serait|seraient|fut|a été|ont été|sera)"

PATTERNS = Patterns(
    lead_in=(
        r"alors|bon|bien|très bien|d'accord|ok|okay|oui|non|et|mais|donc|euh+|hum+|je vois|je comprends|"
        r"merci|"
        r"parfait|super|ensuite|voilà|ah|(?:ma |la )?(?:première|prochaine|dernière) question(?: est)?|"
        r"ma question est|une question|intéressant|s'il vous plaît"
    ),
    and_words="et|mais",
    question_word=rf"(?:{_PREPOSITION})?(?:{_WORD})|qu'est-ce|est-ce qu|{_INVERTED}|c'est quoi",
    unmarked=(
        rf"(?:{_PREPOSITION})?qu'est-ce qu(?:e|i|'\w+)|(?:{_PREPOSITION})?(?:(?:{_WORD}) )?est-ce qu(?:e|"
        rf"'\w+)|"
        rf"quel(?:le)?s? {_IS}|(?:{_PREPOSITION})?quel(?:le)?s?(?: [\w'-]+){{1,3}}? {_INVERTED}|"
        rf"(?:{_PREPOSITION})?(?:pourquoi|comment|où|quand|combien|que|qui|quoi)(?: (?:vous|t'|te|cela|ça|"
        rf"de [\w'-]+))? "
        rf"{_INVERTED}|combien de .*{_INVERTED}|qui (?:a|ont|est|était|sont|va|décide|gère)|"
        r"comment (?:ça|fonctionne|s'est|se passe|vous|tu)|pourquoi (?:vous|tu|ne pas|avoir)|"
        r"(?:avez|êtes|aviez|seriez|pourriez|pouvez|voulez|voudriez|auriez|connaissez|savez|pensez|feriez|"
        r"as|es|"
        r"peux|pourrais|veux|connais|sais|penses|ferais|serais)-(?:vous|tu)|y a-t-il|c'est quoi"
    ),
    request=(
        r"parle[zr]?-(?:moi|nous)|parlez (?:un peu )?de|décri(?:vez|s)|racont(?:ez|e)|expliqu(?:ez|e)|"
        r"(?:dites|dis)-(?:moi|nous)|donnez?-(?:moi|nous)|présentez?-(?:vous|toi|nous|moi)|cit(?:ez|e)|"
        r"(?:pouvez|pourriez|peux|pourrais)-(?:vous|tu) (?:me |nous |m'|m')?(?:donner|dire|expliquer|"
        r"décrire|parler|"
        r"raconter|présenter|citer|détailler|en dire)|j'aimerais (?:bien )?(?:savoir|comprendre|entendre|"
        r"que vous)|"
        r"je (?:voudrais|souhaiterais|veux) (?:bien )?(?:savoir|comprendre)|je suis curieu(?:x|se)|"
        r"ça m'intéresse(?:rait)? de|faites-(?:moi|nous)|montrez?-(?:moi|nous)"
    ),
    reported=(
        r"(?:m'|nous |lui |leur |t')?a(?:vait|vaient)? demandé|ont demandé|demandai(?:t|ent)|voulai(?:t|"
        r"ent) savoir|"
        r"(?:me|nous) (?:suis |sommes )?demande"
    ),
    not_asking=(
        r"(?:est-ce que )?(?:vous|tu) m'enten|(?:est-ce que )?(?:vous|tu) (?:voyez|vois) (?:bien )?(?:mon|"
        r"l')|"
        r"m'entend(?:ez|s)-|(?:voyez|vois)-(?:vous|tu) (?:mon|l')|(?:comment )?(?:ça va|allez-vous|vas-tu|"
        r"vous allez)|"
        r"un (?:instant|moment)|une (?:seconde|minute)|attend(?:ez|s)|ah bon|pardon|qui sait|allô|"
        r"(?:vous pouvez|tu peux) imaginer|asseyez-vous|à quoi bon"
    )
    .replace("m'enten|", r"m'enten\w+|")
    .replace("|m'entend(?:ez|s)-|", r"|m'entend(?:ez|s)-\w+|"),
    statement=r"je ne (?:le )?sais|on ne sait pas|je ne peux pas",
    tag=r"non|n'est-ce pas|hein|d'accord|pas vrai|ok|vous voyez|tu vois|vous savez",
    answers=r"parce qu(?:e|'\w+)|car|oui|non|c'est simple|pour |eh bien|la réponse",
    to_you=r"vous|votre|vos|tu|te|toi|ton|ta|tes|t'\w+",
    backchannels=(
        "oui|non|d'accord|ah bon|vraiment|pardon|exactement|oui exactement|ça va|hum|"
        "hum, d'accord|"
        "je vois|ok|bien sûr|c'est vrai|ah oui|très bien|super|merci|quoi|allô|bonjour"
    ),
)
