"""Italian question patterns. Data."""

from __future__ import annotations

from llm.questions.languages.rules import Patterns

_WORD = (
    r"perché|che cosa|cosa|come|com'è|com'era|dov'è|dove|quando|qual|quale|quali|quant[oaie]|chi|"
    r"che (?:tipo|genere|ruolo|esperienza|cosa|modo)"
)
_PREPOSITION = r"(?:a|con|in|di|da|per|su|fra|tra|a partire da|fino a) "
_VERB = (
    r"(?:si vede|ti vedi|vi vedete|ha|hai|avete|è|era|sono|sei|siete|gestisc[ei]|gestite|farebbe|faresti|"
    r"vuole|vuoi|"
    r"pensa|pensi|crede|credi|affront[ai]|descriverebbe|potrebbe|potresti|sarebbe|mai|lo |li |le |la )"
)

PATTERNS = Patterns(
    lead_in=(
        r"allora|bene|molto bene|va bene|ok|okay|sì|no|e|ma|quindi|dunque|ehm*|mm+|capisco|grazie|"
        r"perfetto|ottimo|"
        r"certo|ah|poi|(?:la |la mia )?(?:prima|prossima|seconda|ultima) domanda(?: è)?|la mia domanda è|"
        r"una domanda|"
        r"interessante|senta|pronto|ciao"
    ),
    and_words="e|ed|ma",
    question_word=(
        rf"(?:{_PREPOSITION})?(?:{_WORD})|(?:ha|hai|avete|è) mai|(?:può|puoi|potrebbe|potresti|sarebbe|"
        rf"saresti)|ci sono|c'è"
    ),
    unmarked=(
        rf"(?:{_PREPOSITION})?(?:qual|quale|quali|quanto tempo|quant[aie]|in che modo|che tipo|che cosa|"
        rf"cosa)|"
        rf"(?:perché|come|dove|quando) {_VERB}|da quando {_VERB}|chi (?:ha|è|era|sono|decide|gestisce)|"
        rf"qual è|(?:ha|hai|avete|è) mai|(?:oggi )?(?:farebbe|faresti|cambierebbe|cambieresti)|"
        r"(?:sarebbe|saresti) dispost[oa]|ha (?:qualche domanda|esperienza)|ci sono domande"
    ),
    request=(
        r"(?:mi|ci) (?:parli|dica|spieghi|racconti|descriva|faccia|dia|illustri|parla|racconta|spiega)|"
        r"parl(?:a|ate|i)(?:mi|ci)|racconta(?:mi|ci|temi)|racconti|descriv(?:a|i|imi)|spieg(?:hi|ami|aci)|"
        r"dimmi|dicci|"
        r"si presenti|presentati|fammi|facci|elenchi|"
        r"(?:mi |ci )?(?:può|puoi|potrebbe|potresti|potete) (?:far|dar|dir|spiegar|raccontar|parlar|"
        r"descriver|illustrar|"
        r"fare|dare|dire)\w*|vorrei (?:sapere|capire|chieder\w+|sentire)|"
        r"mi (?:piacerebbe|interessa|interesserebbe|incuriosisce) (?:sapere|capire)?|sono curios[oa]"
    ),
    reported=(
        r"(?:ha|hanno|aveva|avevano) chiesto|chiedeva(?:no)?|chiese|voleva(?:no)? sapere|mi chiedo|"
        r"ci chiediamo"
    ),
    not_asking=(
        r"(?:mi|ci) sent(?:e|i|ite)|(?:ved(?:e|i|ete)|riuscite a vedere) (?:bene )?(?:il mio|lo) schermo|"
        r"un (?:momento|attimo|secondo|minuto)|aspett(?:a|i|ate)|tutto bene|come (?:sta|stai|va|state)$|"
        r"chi lo sa|"
        r"scusi|scusa|ah sì|che bello|(?:può|puoi) immaginare|si figuri"
    ),
    statement=r"non (?:lo |l')?(?:so|sappiamo|posso dire)|, (?:è|si fa|ci|siamo)",
    tag=r"no|vero|giusto|ok|eh|sai|non crede|d'accordo|capisce",
    answers=r"perché|sì|no|la risposta|semplice|per |beh",
    to_you=r"lei|voi|tu|tuo|tua|tuoi|tue|su[oa]|suoi|sue|vostr[oaie]|ti|vi|te|vuole|vuoi|ha|hai|avete",
    backchannels=(
        "sì|no|ah sì|va bene|mm va bene|esatto|sì esatto|davvero|scusi|tutto bene|certo|"
        "capisco|giusto|"
        "ok|bene|grazie|come|cosa|pronto|ciao|ottimo"
    ),
)
