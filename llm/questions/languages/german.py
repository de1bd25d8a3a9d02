"""German question patterns. Data."""

from __future__ import annotations

from llm.questions.languages.rules import Patterns

_WORD = (
    r"was|warum|wieso|weshalb|weswegen|wie|wo|woher|wohin|wann|wer|wen|wem|wessen|inwiefern|inwieweit|"
    r"wo(?:ran|rauf|raus|rin|rüber|rum|für|mit|von|durch|bei|nach|zu|gegen)"
)
_PREPOSITION = r"(?:mit|für|in|an|auf|aus|bei|von|nach|zu|seit|bis|ab|unter|über|durch|gegen|vor|um) "
_VERB = (
    r"(?:hat|haben|habt|hast|hatten?|hätten?|ist|sind|bist|seid|waren?|wärst|wären?|wird|werden|wurden?|"
    r"würden?|"
    r"würdest|kann|kannst|können|könnten?|könntest|soll|sollen|sollten?|muss|müssen|mussten?|möchten?|"
    r"möchtest|"
    r"will|wollen|wollten?|willst|darf|dürfen|bedeutet|heißt|macht|geht|gibt|gab|passiert|passierte|"
    r"unterscheidet|"
    r"reizt|motiviert|fehlt|\w+(?:en|st|t) (?:sie|du|ihr|euch))"
)
_NOT_A_SUBJECT = r"(?!ich\b|wir\b|sie\b|er\b|es\b|du\b|man\b|das\b|der\b|die\b|mir\b|mich\b|gesagt\b)"
_AUXILIARY = (
    r"(?:haben|hätten|sind|waren|wären|können|könnten|würden|möchten|wollen|werden|sollten|müssen|dürfen|"
    r"kennen|"
    r"wissen|hast|hättest|bist|warst|wärst|kannst|könntest|würdest|möchtest|willst|kennst|weißt)"
)

PATTERNS = Patterns(
    lead_in=(
        r"also|gut|sehr gut|okay|ok|ja|nein|so|und|aber|ähm?|hm+|mhm|na ja|naja|nun|super|prima|schön|"
        r"alles klar|"
        r"(?:ich )?verstehe|dann|danke|vielen dank|bitte|(?:meine |die )?(?:erste|nächste|"
        r"letzte) frage(?: ist| wäre)?|"
        r"eine frage(?: noch)?|sagen sie(?: mal)?|genau|interessant"
    ),
    and_words="und|aber",
    question_word=rf"(?:{_PREPOSITION})?(?:{_WORD}|welche[rsnm]?)|{_AUXILIARY} (?:sie|du)|gibt es|hätten sie",
    unmarked=(
        rf"(?:{_WORD})(?: genau| denn| eigentlich| konkret)? {_VERB}|"
        rf"(?:{_PREPOSITION})?(?:wie|welche[rsnm]?|was für)(?: {_NOT_A_SUBJECT}[\w-]+){{1,3}} {_VERB}|"
        rf"{_PREPOSITION}(?:wann|wo|was|wem|wen|welche[rsnm]?) {_VERB}|{_AUXILIARY} (?:sie|du)"
    ),
    request=(
        r"erzähl(?:en sie|e|t)?|beschreib(?:en sie|e|t)|erklär(?:en sie|e|t)?|nennen sie|nenne? (?:mir|uns)|"
        r"schildern sie|stellen sie sich|stell dich|geben sie (?:mir|uns)|gib (?:mir|uns)|"
        r"führen sie (?:mich|uns)|"
        r"gehen sie .*auf|geh .* auf|zeigen sie|vergleichen sie|sagen sie (?:mir|uns)|sprechen sie über|"
        r"mich (?:würde|interessiert)|(?:was )?mich interessier(?:t|en)|interessieren würde|"
        r"(?:ich|wir) (?:würden?|möchten?|wüssten?|hätten?) (?:gern\w* |auch |mal |noch )*(?:wissen|hören|"
        r"verstehen|fragen|"
        r"von (?:ihnen|dir)|\w+, (?:wie|was|warum|ob))|(?:ich|wir) (?:wüssten?|würden?) (?:gern\w*|mal)"
    ),
    reported=(
        r"(?:mich|ihn|uns|ihm|jemand|gern) gefragt|fragte[n]?|gefragt (?:wurde|habe|hat)|wollte[n]? wissen|"
        r"frage(?:n)? (?:mich|uns|ich mich)|wissen (?:wollte|wollten)"
    ),
    not_asking=(
        r"(?:können sie|kannst du|könnt ihr) (?:mich|uns) (?:gut |jetzt )?(?:hören|sehen|verstehen)|"
        r"(?:hören|sehen|hörst|siehst|hört|seht) (?:sie|du|ihr) (?:mich|uns|meinen|den|das)|"
        r"(?:können sie|kannst du) (?:meinen|den) bildschirm|wie geht(?:'?s| es (?:ihnen|dir|"
        r"euch))(?: heute)?$|"
        r"(?:einen )?(?:moment|augenblick|sekunde)|warte(?:n sie)?|wie bitte|wer weiß(?: das)?(?: schon)?$|"
        r"wer hätte das gedacht|was soll'?s|ach (?:wirklich|so|echt)|nehmen sie platz|ob |"
        r"haben sie (?:mich )?verstanden|(?:sie|du) (?:können|kannst) (?:sich|dir) .*vorstellen"
    ),
    statement=(
        r"weiß ich|wissen wir|kann ich nicht sagen|keine ahnung|, (?:ist|war|weiß|sind|haben wir|"
        r"haben sie)"
    ),
    tag=r"oder(?: nicht)?|nicht wahr|ne|nicht|gell|stimmt(?:'s)?|richtig|ja|okay|verstehen sie|wissen sie",
    answers=r"weil|denn|da wir|ganz einfach|einfach|ja|nein|die antwort|natürlich|klar|keine ahnung|um ",
    to_you=r"sie|ihnen|ihre?[nmrs]?|du|dir|dich|deine?[nmrs]?|euch|euer|eure",
    backchannels=(
        "ja|nein|ja genau|genau|okay|gut|wirklich|ach wirklich|ach so|wie bitte|alles klar|mhm|hm|"
        "mhm okay|stimmt|"
        "richtig|echt|aha|verstehe|ja ja|sehr gut|super|danke|was|hallo"
    ),
)
