"""Patterns of English questions.

Data. Each is matched from the start of a clause in spoken form (see `llm.sentences.spoken`), without lead-in,
unless it says otherwise.
"""

from __future__ import annotations

import re

SUBJECT = (
    r"(?:you|we|they|he|she|it|i|there|this|that|these|those|the|a|an|your|their|his|her|its|our|"
    r"my|any|anyone|anybody|someone|somebody|people|everyone|one|all|both|most|some|each|either|"
    r"every)\b"
)

AUXILIARY_WORD = (
    r"(?:do|does|did|can|could|would|will|should|shall|may|might|must|have|has|had|are|is|was|were|"
    r"am|ain't|don't|doesn't|didn't|can't|couldn't|wouldn't|won't|shouldn't|haven't|hasn't|hadn't|"
    r"aren't|isn't|wasn't|weren't)"
)

WH = r"(?:what|why|how|when|where|who|whom|whose|which)"

INDIRECT = rf"(?:{WH}|if|whether)"


def any_of(*alternatives: str) -> re.Pattern[str]:
    """Return the pattern that matches any of these."""
    return re.compile(r"(?:" + "|".join(alternatives) + r")")


WH_QUESTION = any_of(
    rf"{WH}(?: else| exactly| specifically|,? if anything,?|,? in your (?:view|opinion|"
    rf"mind),?)? {AUXILIARY_WORD}(?:n't)?\b",
    r"(?:what|who|where|how|when|why)(?:'s|'re|'d|'ll|'ve)\b",
    r"(?:what|which|whose|how)(?: (?!i\b|you\b|we\b|they\b|he\b|she\b|it\b|this\b|that\b|the\b|"
    rf"to\b)[\w'-]+){{1,6}} {AUXILIARY_WORD} {SUBJECT}",
    r"(?:what|which|how many|how much)(?: (?!i\b|you\b|we\b|they\b|he\b|she\b|it\b|this\b|that\b|"
    r"the\b|to\b)[\w'-]+){1,4} (?:is|are|was|were|would be|have you|has|do|does|did|can|could|"
    r"use|uses|used|need|needs|apply|applies)\b",
    rf"which of\b.* {AUXILIARY_WORD} {SUBJECT}|which (?:one|part|side|way|of (?:these|those|the|them|"
    r"you|your))\b",
    r"what (?:makes|made|brings|brought|drives|drove|causes|caused|happens|happened|led|motivates|"
    r"motivated|interests|interested|excites|inspired|attracts|attracted|drew|draws|went|changed|"
    r"changes|worked|works|comes|kind|sort|type|about|if|gets|got|keeps|kept|sets|separates|"
    r"distinguishes|prevents|stops|stopped|guarantees|invalidates|triggers|triggered|determines|"
    r"explains|helped|helps|matters|goes)\b",
    r"who (?:wrote|made|owns|owned|decides|decided|leads|led|built|invented|created|uses|used|gets|"
    r"pays|fixes|inspired|handles|manages|managed|else|signs|approves|runs|told|pushed|came up|"
    r"reports|takes|does|maintains)\b",
    r"how (?:come|about|so|would|did|do|can)\b",
    r"how (?:many|much|long|often|far|big|large|fast|old|soon|well|hard|likely|[a-z]+)(?: "
    rf"[\w'-]+){{0,3}} {AUXILIARY_WORD}\b",
    r"why (?:not )?(?:use|choose|us|here|bother with|go with|pick|spend|wait|switch|now|today|"
    r"only)\b",
    r"(?:to|for|with|in|on|at|by|from|of|under|since|about|until) (?:what|which|whom|"
    rf"whose) (?:[\w'-]+ ){{0,3}}?{AUXILIARY_WORD} {SUBJECT}",
)
"""Questions that begin with a question word."""

WH_WORD = re.compile(rf"{WH}\b")
"""A question word: with a question mark after it, two words are a question ("Why Postgres?")."""

WH_CLAUSE = any_of(
    # "What I like is …", "When we moved, …", "How it works is …": clauses, unless marked
    rf"{WH} (?:i|you|we|they|he|she|it|this|that|people|my|our|your|their)\b(?! (?:do|did|"
    r"does) (?:you|we|i)\b)",
    rf"(?:when|where|how|who|whose|what|whom) the\b|{WH} to\b",
    rf"(?!what|who){WH} (?!{AUXILIARY_WORD}\b|come\b|about\b|else\b)\w+ (?:i|you|we|they|he|she|it|"
    r"this|that|the)\b(?! (?:do|did|does) )",
    r"(?:what|why|how)(?:'s| is| was| are| were)(?: \w+){1,3} (?:is|was|are|were)(?: that| the|"
    r" how| when| to| because| a| \w+$|$)",
    r"what(?:'s| is| was| were| are)? (?:supposed|needed|missing|more|worse|interesting|important|"
    r"clear|certain|left|known|remarkable|striking|true|funny|crazy|nice|great|cool|weird|strange|"
    r"surprising|amazing|done|next)\b(?! (?:to|for|in|about) (?:you|your))",
    r"what (?:happened|happens|matters|makes|made|worked|works|went|changed|interests|interested|excites|"
    r"drives|drove|helped|helps|surprised|struck|bothers|keeps)(?: [\w']+){0,6} (?:is|was)\b",
    r"what (?:surprised|struck|bothers|amazes|amazed|scares|worries) (?:me|us)\b",
    r"which (?:is|was|are|were|makes|will|would be|had|has)\b",
    r"(?:whatever|whenever|however|wherever|whoever|whichever|whether)\b",
    r"when (?!do\b|does\b|did\b|can\b|could\b|will\b|would\b|is\b|are\b|was\b|were\b|should\b|"
    r"have\b|has\b|must\b|may\b|exactly\b|shall\b)\w+",
    r"(?:when|where) (?:is|was)? ?(?:comes|came)\b",
)
"""Statements that begin with a question word."""

INVERTED = any_of(
    r"(?:you ever|got any|ever (?:been (?:to|in|on)|used|worked|considered|thought (?:of|about)))\b",
    rf"{AUXILIARY_WORD} (?:not )?{SUBJECT}",
    r"anything (?:else )?(?:that )?you(?:'d| would| could| might|'ve| have) (?:do|done|change|changed|regret|"
    r"regretted|add|improve)\b(?!.* (?:is|was|are|were|will|counts|helps)\b)",
    r"any (?:idea|regrets?|experience|questions for|chance|reason|update|news|allergies|issues|concerns|"
    r"problems|plans to)\b",
    r"any (?!thing|one|case|way|time|day)[\w'-]+ (?:[\w'-]+ )?(?:for|on|about|with|from|in|"
    r"to)\b(?!.*\b(?:is|are|will|would|can)\b)",
    r"does (?!exactly\b|not\b|what\b)[\w'-]+ [\w'-]+",
)
"""Questions by word order: "Have you ever …"."""

AUXILIARY = re.compile(rf"{AUXILIARY_WORD} \w+")
"""With a question mark, whatever its subject is: "Is Python …?"."""

CLAUSE_INVERTED = any_of(
    rf"(?:what|why|how)(?: (?:\w+ ){{0,3}}?)?{AUXILIARY_WORD} {SUBJECT}",
    rf"(?:what|how)(?: \w+){{1,3}} {AUXILIARY_WORD} {SUBJECT}",
    rf"(?:when|where|who|which)(?: \w+){{0,3}} {AUXILIARY_WORD} you(?:r)?\b",
    r"what(?:'s| is| was| are| were| happens| happened| makes| made| if)\b",
    rf"{AUXILIARY_WORD} (?:you|we|they|it|there)\b",
    r"(?:do|does|did|can|could|would|should|will) (?:that|this|your|the|these|those)\b",
)
"""An unmarked clause after a comma; narrow, so that relative clauses do not match ("…, who had left")."""

COMMAND = any_of(
    r"(?:do|have)(?!n't) (?!you\b|we\b|they\b|i\b|people\b|any|the (?:users|customers|teams|"
    r"numbers|results|two|others|engineers|patients|students)\b|these\b|those\b|your\b|our\b|"
    r"their\b|all\b|most\b|both\b|either\b)\w+",
    r"(?:did|was|were|had|has|am|must|might|can't|couldn't|haven't|hasn't|wouldn't|won't) (?:a|an|"
    r"there for|some|all|one|the (?:most|best|worst|same|only|first|last))\b",
    r"(?:did|was|were|had|would|will|could|can|has|must|might|may|is) (?!you\b|we\b|they\b|he\b|"
    r"she\b|it\b|i\b|the\b|that\b|this\b|there\b|these\b|those\b|your\b|our\b|their\b|his\b|her\b|"
    r"my\b|any|some|every|each|either|one\b|people\b|all\b|a\b|an\b)\w+ (?:to|be|in|at|from|for|of|"
    r"that)\b",
)
"""Without a mark: a command, or a statement without its subject ("Do the simplest thing first")."""

INNER_QUESTION = re.compile(
    r"\b(?:(?:what|why|how|when|where|who|which) (?:do|does|did|would|will|can|could|should|have|"
    r"has|are|is|was|were|'s|made|makes) (?:you|your|we|they|he|she|it|i|there|the|this|that)\b|"
    r"what(?:'s| is| was| are| were) (?:your|the|behind|a)\b|what made you|what motivates|"
    r"what happened (?:with|to|when|after|next)\b|how (?:many|much|long|often|far|big|old) (?:\w+ "
    r")?(?:do|does|did|would|will|can|have|has|are|is|was|were) (?:you|your|we|they|it|the|this|"
    r"that)\b|(?:have|do|did|are|can|could|would|will|were) you (?:ever |also |still |currently |"
    r"already |usually |think |used |have |know |worked |use |feel |see |want |need |like |prefer |"
    r"comfortable |familiar |happy |able |look |handle |go )\w*|which (?:one|of these|of those|"
    r"of them) (?:is|are|was|were|do|does|did|would|should)\b|is (?:it possible|there (?:any|a way|"
    r"anything|something))\b)"
)
"""A question in the middle of words without punctuation; searched for."""

NOT_A_QUESTION_AFTER = re.compile(
    r"(?:know|knows|knew|tell|tells|told|understand|see|sees|learn|explain|explains|show|shows|"
    r"idea|about|of|on|out|in|for|by|at|with|so|than|neither|nor|as|like|wonder|sure|ask|asked|"
    r"asks|say|said|matter|matters|find|remember|forget|guess|care|that|is|was|if|whatever|how|"
    r"what|why|which|and so|discuss|discussed|depends|to|me|you|us|them)$"
)
"""Words after which a question word opens a clause, not a question."""

ELLIPTIC = any_of(
    r"(?:and |but |so |or )?(?:why|how|how so|how come|like what|such as|for example|for instance|"
    r"since when|in what (?:way|sense)|what else|anything else|who else|where else|how exactly|"
    r"why exactly|what exactly|(?:how|why|what|when|where) (?:specifically|though)|why (?:that|"
    r"this)(?: one)?|how (?:many|much|long|often|far|soon)|(?:and )?for how long|which one|"
    r"which ones|what then|and then|with whom|to whom|with what|meaning|meaning what(?: exactly)?|"
    r"and after that|after that|compared to what|according to whom|by whom|by when|says who|"
    r"what happened (?:then|next|after(?: that)?)|(?:and )?the (?:result|outcome|downside|upside|catch|"
    r"others?)|can you elaborate|could you elaborate|please elaborate|elaborate|go on|"
    r"and then what|then what|and if not|if not why|in which case)$",
    r"(?:and |but |so )?(?:what|how) about\b",
    r"(?:and |but |or )?what if (?:it|that|they|you|he|she|not|there)\b",
    r"(?:and |but |so )if (?:it|that|they|you|not|he|she|so)(?: \w+)?$",
)
"""Questions that are incomplete without the one before."""

POINTS_BACK = re.compile(
    r"\b(?:that|this|it|those|these|them|they|one|ones|there|then|he|she|him|her|so|such|instead|"
    r"the (?:same|other|latter|former|first|second|result|outcome|other two|others))\b"
)
"""Words by which a question refers to earlier ones; searched for."""

TO_YOU = re.compile(r"\b(?:you|your|yours|yourself)\b")
"""A question with these is not rhetorical; searched for."""

SCENE = any_of(
    r"(?:let's |let us |now |just )*(?:suppose|imagine|say|assume|pretend|picture)\b(?! (?:hi|"
    r"hello|again|goodbye|it|cheese))",
    r"(?:here's|here is|this is) (?:the|a|my|your|one) (?:scenario|situation|case|problem|setup|"
    r"exercise|question)\b",
    r"(?:the|your) (?:scenario|situation|task|problem) is\b|you(?:'re| are) given\b|given (?:a|an|"
    r"the|two|some)\b",
)
"""A scene for the question after it."""

_TOPIC_NOUN = (
    r"(?:complexity|trade-?offs?|edge cases?|bottlenecks?|assumptions?|alternatives?|downsides?|upsides?|"
    r"pros and cons|drawbacks?|limitations?|risks?|challenges?|strengths?|weakness(?:es)?|achievements?|"
    r"accomplishments?|failures?|mistakes?|regrets?|lessons(?: learned)?|motivations?|hobbies|availability|"
    r"notice period|start(?:ing)? date|salary(?: (?:expectations?|range))?|expectations|team size|headcount|"
    r"budget|timeline|deadlines?|next steps|tech stack|stack|(?:programming )?languages?|frameworks?|tools?|"
    r"databases?|projects?|concerns?|competitors?|pricing|use cases?|success metrics|metrics|root cause|"
    r"worst case|best case|average case|space|time complexity)"
)

_TOPIC_KIND = (
    r"(?:(?:your|the|any|main|single|biggest|greatest|largest|worst|best|proudest|hardest|toughest|favou?rite|"
    r"key|time|space|memory|current|previous|next|last|first|other|typical|average|overall|total|most \w+) )"
)

TOPIC = re.compile(
    rf"{_TOPIC_KIND}{{0,3}}{_TOPIC_NOUN}(?: (?:so far|then|again|here|for (?:that|this|you)))?$"
)
"""A topic: with a question mark, two words ask ("Time complexity?")."""

OWN_TOPIC = re.compile(
    r"your (?:single |own )?(?:biggest|greatest|proudest|worst|hardest|toughest|favou?rite|best|main|"
    rf"most \w+) (?:professional |technical |personal )?{_TOPIC_NOUN}(?: (?:so far|ever|at work))?$"
)
"""A topic of the listener, which asks without the mark too ("Your biggest weakness.")."""

FRAGMENT = re.compile(r"(?:and |or |but |so )?(?:the|your|any) [\w' -]{3,40}$")
"""A bare topic; a speaker who continues after it answers it themself."""
