"""Portuguese question patterns, of Brazil and Portugal. Data."""

from __future__ import annotations

from llm.questions.languages.rules import Patterns

_WORD = r"por que|porque é que|por quê|o que|que|qual|quais|como|onde|quando|quant[oa]s?|quem"
_PREPOSITION = r"(?:com|em|de|a|para|desde|até|por|sobre|entre|a partir de) "
_YOU = r"(?:você|vocês|o senhor|a senhora|tu|se vê|é que)"

PATTERNS = Patterns(
    lead_in=(
        r"bom|bem|muito bem|certo|ok|okay|sim|não|e|mas|então|pois|eh+|hum+|entendi|entendo|percebo|"
        r"obrigad[oa]|"
        r"perfeito|ótimo|claro|ah|agora|tá(?: bom)?|(?:a |a minha )?(?:primeira|próxima|"
        r"última) pergunta(?: é)?|"
        r"(?:a )?minha pergunta é|uma pergunta|interessante|olá|alô"
    ),
    and_words="e|mas",
    question_word=(
        rf"(?:{_PREPOSITION})?(?:{_WORD})|(?:você|vocês) (?:já|tem|têm)|já \w+|tem alguma|pode|poderia|"
        rf"estaria|faria"
    ),
    unmarked=(
        rf"(?:{_PREPOSITION})?(?:qual|quais|quant[oa]s? (?!ao?\b|aos\b)\w+)|"
        rf"(?:{_PREPOSITION})?(?:{_WORD}) {_YOU}|"
        r"o que (?:[oa]s? |te |lhe )?(?:faz|fez|faria|acha|significa|aconteceu|lev\w+|motiv\w+|atra\w+)|"
        r"por que (?:quer|saiu|mudou|escolheu|decidiu|não)|como (?:lida|lidou|descreveria|faria|resolveu)|"
        r"quem (?:tomou|decidiu|foi|fez|é|era)|já (?:\w+ )?alguma vez|já (?:trabalhou|teve|usou|fez|"
        r"participou|esteve)|"
        r"(?:faria|mudaria)(?: hoje| alguma| você)|estaria dispost[oa]|você tem alguma (?:pergunta|"
        r"experiência)|"
        r"tem alguma (?:pergunta|experiência)"
    ),
    request=(
        r"fal(?:e|em)(?:-me|-nos)?|fala(?:-me|-nos)? (?:um pouco |mais )?(?:sobre|de|do|da)|"
        r"(?:me|nos) (?:fal[ae]|cont[ae]|dê|explique|explica|diga|descreva)|conte(?:-me|-nos)?|"
        r"conta(?:-me|-nos)|"
        r"descrev[ae]|explique(?:-me|-nos)?|explica(?:-me|-nos)?|diga(?:-me|-nos)?|diz-me|dê(?:-me|-nos)|"
        r"apresente(?:-se)?|apresenta-te|cite|mostre(?:-me|-nos)?|compare|"
        r"(?:você )?(?:pode[sm]?|poderia[sm]?|podia) (?:me |nos )?(?:dar|dizer|explicar|contar|falar|"
        r"descrever|comentar|"
        r"apresentar)\w*|(?:gostaria|gostava) (?:de|que)(?: \w+){0,2} (?:saber|entender|perguntar|ouvir|"
        r"conhecer|falasse)|"
        r"gostaria de (?:saber|entender|perguntar)|quer(?:ia|o) (?:saber|entender|perguntar)|"
        r"tenho curiosidade"
    ),
    reported=r"perguntou|perguntaram|perguntava[m]?|perguntado|queria[m]? saber|me pergunto|pergunto-me",
    not_asking=(
        r"(?:(?:você|vocês) )?(?:está|estão) (?:me )?(?:ouvindo|a ouvir|vendo|a ver)|"
        r"(?:(?:você|vocês) )?me (?:ouv|escut)\w+|(?:(?:você|vocês) )?(?:vê|veem|vêem|"
        r"conseguem ver) (?:o meu|a minha)|"
        r"um (?:momento|segundo|instante|minuto)|esper[ae]|tudo bem|como (?:vai|está|estás|vão|vai você)$|"
        r"quem sabe|"
        r"desculpe|desculpa|ah é|que bom|(?:você )?pode[sm]? imaginar"
    ),
    statement=r"não (?:o )?(?:sei|sabemos|posso dizer)|até hoje",
    tag=r"certo|né|não é|não|tá|ok|verdade|não acha|sabe|entende|não é verdade",
    answers=r"porque|sim|não|a resposta|simples|pois|para ",
    to_you=r"você|vocês|seus?|suas?|o senhor|a senhora|tu|teus?|tuas?|te|ti|si|lhe|vos|voss[oa]s?",
    backchannels=(
        "sim|não|ah é|certo|exato|sim exato|tudo bem|desculpe|hum|hum está bem|está bem|"
        "entendi|claro|ok|"
        "sério|que bom|obrigado|obrigada|olá|alô|pois é|como|o quê"
    ),
)
