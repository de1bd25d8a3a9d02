"""The patterns by which spoken English asks.

Data: each is matched from the start of a clause in spoken form (see `llm.sentences.spoken`), lead-in removed,
unless it says otherwise.
"""

from __future__ import annotations

import re

_SUBJECT = (
    r"(?:you|we|they|he|she|it|i|there|this|that|these|those|the|a|an|your|their|his|her|its|our|"
    r"my|any|anyone|anybody|someone|somebody|people|everyone|one|all|both|most|some|each|either|"
    r"every)\b"
)
_AUXILIARY = (
    r"(?:do|does|did|can|could|would|will|should|shall|may|might|must|have|has|had|are|is|was|were|"
    r"am|ain't|don't|doesn't|didn't|can't|couldn't|wouldn't|won't|shouldn't|haven't|hasn't|hadn't|"
    r"aren't|isn't|wasn't|weren't)"
)
_WH = r"(?:what|why|how|when|where|who|whom|whose|which)"
_INDIRECT = rf"(?:{_WH}|if|whether)"
_HEDGES = (
    r"(?: (?:please|plead|maybe|perhaps|just|briefly|quickly|also|possibly|kindly|really|very|"
    r"quite|kind of|a bit|a little|still|always|then|actually|particularly|especially|ask you to|"
    r"get you to|have you))*"
)
_TELL = (
    r"(?:tell|walk|take (?:me|us|everyone)|talk|explain|describe|elaborate|expand|give (?:me|us|"
    r"an?|some|your|one|two|three|more|examples?)|share|show|help|clarify|outline|summari[sz]e|"
    r"compare|contrast|define|discuss|go (?:into|over|through|deeper|back (?:to|over))|speak (?:to|"
    r"about)|comment|name|list|sketch|break (?:that |it |this )?down|say (?:more|a bit|a little|"
    r"a few|something|how|what|why)|think of|run (?:me|us) through|unpack|write|design|introduce|"
    r"start by|begin by|provide|recommend|suggest|spell|put (?:a|some) numbers?|estimate|justify|"
    r"demonstrate|illustrate|address|touch on|paint|remind|confirm|check|answer|shed|confirm|"
    r"quantify)"
)


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile(r"(?:" + "|".join(alternatives) + r")")


REQUEST = _pattern(
    r"(?:can|could|would|will|won't|can't|might|may|and) (?:you|i|we|someone|anyone|one of you|"
    rf"either of you){_HEDGES} {_TELL}\b",
    r"(?:maybe |perhaps )(?:you|we|one of you|someone) (?:can|could|might|would|want to|"
    rf"will){_HEDGES} {_TELL}\b",
    rf"why don't you{_HEDGES} (?:{_TELL}|start|begin|kick)\b",
    rf"(?:would|do) you (?:mind|care|want|like|be able|be willing)(?: to)?{_HEDGES} (?:{_TELL}|"
    r"telling|walking|explaining|describing|sharing (?!your screen)|talking|giving|elaborating|"
    r"expanding|taking (?:me|us)|introducing|going (?:into|over|through)|commenting|clarifying|"
    r"outlining|saying|showing)\b",
    r"(?:tell|teach|remind|convince|persuade|enlighten) (?:me|us)\b(?! (?:when (?:to|you|it|we)|"
    r"if (?:you need|anything|i'm|it))\b)",
    r"tell the (?:panel|group|team|audience|class|court|jury) (?:about|how|what|why|a|where|who|"
    r"your|something)\b",
    r"(?:so )?tell about (?:a|your|the)\b",
    r"(?:walk|talk|take|run|guide|lead|step) (?:me|us|everyone) (?:through|threw|about|to|over|"
    r"back)\b",
    r"(?:described?|explain|elaborate|outline|summari[sz]e|define|discuss|contrast|justify|clarify|"
    r"illustrate|unpack|demonstrate|elaborate on|expand on|comment on|spell out|sum up|break down) "
    r"(?!yourself out|to (?!me\b|us\b|the (?:panel|group|class)))\w+",
    r"(?:compare|estimate|rank|rate|quantify|evaluate|critique|assess) (?:the|your|these|those|a|"
    r"an|how|what|yourself|two|three|\w+ (?:and|with|to|versus)|for (?:me|us))\b",
    r"(?:name|list|pick|choose|think of|identify) (?:me |us )?(?:two|three|four|five|one|some|"
    r"a few|a couple|a|an|the (?:main|three|two|key|top|biggest|most))\b",
    r"(?:design|implement|write|code|sketch|draw|build|architect|invert|reverse|solve|prove|find|"
    r"calculate|compute) (?:me |us |out )?(?:a|an|the|this|some|your)\b(?! (?:(?:deep |"
    r"quick )?(?:breath|email|mail|letter|message|bath|line)|seat|chair|table|quiet|place|date|time|link|"
    r"page)\b)",
    r"introduce yourself|(?:sell|pitch) (?:me|us|this|your|it)\b",
    r"give (?:an example|examples|one example|some examples)\b|(?:give|show) (?:me|us) (?:an?|some|"
    r"two|three|the|your|one|more|how|what|where|why|examples?|\d)\b",
    r"help (?:me|us) (?:understand|see|out with)\b",
    r"share (?:with (?:me|us)|an?|some|your|one|more)\b",
    r"state (?:your|the)\b|speak to (?:the|your|how|what|why)\b",
    r"(?:talk|speak) (?:to (?:me|us) )?(?:a (?:bit|little) )?(?:more )?(?:about|(?:me |"
    r"us )?through)\b(?! (?:that|it|this) (?:later|another|next|tomorrow|offline))",
    r"say (?:a (?:bit|little) |something |a few words )?(?:more|about|how)\b",
    r"(?:let's|let us) (?:talk|hear|dig into|dive into|explore|discuss)\b(?!.*\b(?:later|"
    r"another time|next (?:week|time)|tomorrow|offline|after(?:wards)?|agenda)\b)(?=.*\b(?:you|your|yours|"
    r"time|gap|experience|how|what|why|between|example|project|role|background|approach|"
    r"thoughts)\b)",
    rf"(?:i(?:'d| would)|we(?:'d| would)){_HEDGES} (?:like|love|be (?:interested|curious|keen|eager|"
    r"happy))(?: for you)? (?:to (?:hear|know|understand|learn|see|ask|get (?:your|a sense)|dig|"
    r"explore|find out)\b|(?:in |about )?(?:your (?:\w+ )?(?:thoughts?|opinion|views?|take|advice|"
    rf"perspective|input|feedback)|{_INDIRECT})\b)",
    rf"(?:i(?:'d| would)|we(?:'d| would)){_HEDGES} (?:appreciate|welcome|value)\b.*\b(?:explain|"
    r"tell|clarify|share|describe|walk|help me|your (?:thoughts|opinion|view|take|advice))\b",
    rf"(?:i(?:'m| am)|we(?:'re| are)|i was|we were|i've been)?{_HEDGES} ?(?:curious|keen|eager|"
    r"interested|wondering|intrigued)\b(?: about (?!nature|everything)\w+| to (?:hear|know|"
    r"understand|learn|see|find out|get your)\b| in (?:your|the|that|this|hearing|learning|knowing|"
    rf"understanding|whether|how|what|why|where)\b| as to\b| {_INDIRECT})",
    rf"i (?:was )?wonder(?:ing)?,? (?:{_INDIRECT}|about) (?:you|your|your|we|if|those)\b",
    rf"(?:i(?:'d| would) (?:like|love|want)|i (?:want|need)) you to (?:{_TELL}|think|imagine|"
    r"consider|convince|pick|choose|find|solve|calculate|predict|rank|rate|code|implement|draw|"
    r"build)\b",
    rf"(?:i guess |i suppose )?what (?:i(?:'m| am)|we(?:'re| are)|i(?:'d| would)|i|we){_HEDGES} "
    r"(?:asking|getting at|(?:be )?(?:curious about|wondering|interested in)|trying to \w+(?: out| at)?|"
    r"after|(?:like|love|want|wanted|need) to (?:know|hear|understand|ask|learn|find out))(?: about)?"
    r" is,?(?! (?:that|an?|not|the \w+$)\b)",
    rf"what (?:interests|intrigues|puzzles) (?:me|us)(?: most| more| here| really)* is,? {_INDIRECT}\b"
    r"(?=.*\byou\b)",
    rf"the (?:one )?(?:thing|part|bit|point) (?:that )?i(?:'m| am|'d| would)?{_HEDGES} (?:keep|kept|don't|"
    rf"can't|want|wanted|need|like|love|curious|wondering)\b.* is,? {_INDIRECT}\b",
    rf"i(?:'m| am| was|'ve been| have been){_HEDGES} thinking (?:about|of),? (?:like,? )?(?:how|whether|"
    r"why) you(?:'d| would| might)\b",
    # the same task under another condition
    r"(?:do|solve|write|implement|code|try|repeat|answer|prove|explain|describe) (?:it|this|that|the same"
    r"(?: \w+)?)(?: again| once more)?,? (?:but )?(?:without|using|iteratively|recursively|with (?:a|an|the|"
    r"only|just|one|two|no)\b|in (?:constant|linear|logarithmic|place|less|a (?:single|different)|your own|"
    r"o\b|\w+ (?:time|space|words?|sentences?|lines?|minutes?)\b)|for (?:a|an|the case)\b)",
    # a part to play
    r"(?:pretend|imagine|suppose|assume|act (?:as if|as though|like)|let's (?:say|pretend))\b.*\b(?:and|then|"
    r"so),? (?:please )?(?:explain|describe|tell (?:me|us)|sell|convince|walk (?:me|us)|show (?:me|us)|teach|"
    r"pitch|introduce yourself|give (?:me|us))\b",
    rf"i(?:'m| am){_HEDGES} asking (?:you )?(?:about|{_INDIRECT})\b",
    rf"i(?:'m| am){_HEDGES} (?:trying|struggling) to (?:understand|figure out|see|grasp|picture|"
    rf"get (?:an? (?:idea|sense|feel|picture|understanding)|your|{_INDIRECT}))\b",
    rf"i{_HEDGES} (?:want|wanted|need|would need|wish|have){_HEDGES} to (?:hear|know|understand|"
    r"learn|ask|find out)(?: you)?(?: (?:more|a (?:bit|little) more|something))?(?: (?:about|"
    rf"from you|{_INDIRECT}))\b",
    rf"i(?:'m| am) not sure (?:that )?i{_HEDGES} (?:follow|understand|see|get) {_INDIRECT}\b",
    rf"i{_HEDGES} (?:don't|do not|can't)(?: quite| really| fully| yet)* (?:understand|see|get|"
    rf"follow) {_INDIRECT}(?=.*\b(?:you|your|the|we)\b)",
    rf"(?:it|that)(?:'d| would| might| may|'ll| will) be{_HEDGES} (?:great|good|nice|helpful|useful|"
    r"interesting|lovely|wonderful|cool|fantastic|valuable|important|awesome|amazing)(?: for (?:us|"
    r"me|the \w+))?,? (?:to|if (?:you|we) (?:can|could|would))(?: please)? (?:hear|know|understand|"
    rf"see|learn|get|find out|{_TELL})\b",
    r"(?:the|my|our|another|one|a)(?: (?:first|next|last|obvious|other|final|natural|follow-up|"
    r"big))? question (?:is|was|would be|for you is|(?:that )?i (?:have|had) (?:is|"
    rf"was))(?: \w+)?,? (?:about|{_INDIRECT})\b",
    rf"(?:can|could|may|might) (?:i|we){_HEDGES} ask (?:you )?(?:about|{_INDIRECT})\b",
    rf"i (?:didn't|did not) (?:quite )?(?:catch|get|hear) {_WH}\b",
    r"(?:do|would|did) you (?:happen to )?(?:know|remember|recall|have (?:any|an) (?:idea|"
    rf"sense)) {_INDIRECT}\b",
    r"(?:suppose|imagine|say|assume|let's (?:say|pretend|assume|imagine)|picture|"
    r"pretend)\b.*\b(?:what|how|which|why|where|when|would you|do you|could you) (?:\w+ "
    r"){0,4}?(?:you|we|i|it|they|would|do|does|is|are|can|happens?)\b",
    r"(?:your|any) (?:thoughts|take|views?|opinions?|reactions?|advice|feedback)(?: (?:on|about)\b|"
    r"$)",
    r"thoughts(?: on\b|$)",
)
"""Imperatives and wishes that want an answer as much as a question does."""

INNER_REQUEST = re.compile(
    r"\b(?:i (?:just |only )?(?:wanted|want|need|would like|'d like) to (?:know|ask|understand|"
    r"find out)(?: you)? (?:about|if|whether|what|how|why|when|where|which|who)|i (?:was|"
    r"am) (?:just )?wondering (?:if|whether|what|how|why)|tell (?:me|us) (?:about|what|how|why|more|a|"
    r"the|your)|(?:walk|talk|take) (?:me|us) (?:through|threw)|introduce yourself|give (?:me|"
    r"us) an? (?:example|idea|sense|overview)|describe (?:a|an|your|the|how)|explain (?:how|what|why|"
    r"the difference)|(?:can|could|would) you (?:please |maybe |also |just |briefly )*(?:tell|"
    r"explain|describe|walk|talk|elaborate|clarify|give|share))\b"
)
"""A request in the middle of words without punctuation; searched for."""

WH_QUESTION = _pattern(
    rf"{_WH}(?: else| exactly| specifically|,? if anything,?|,? in your (?:view|opinion|"
    rf"mind),?)? {_AUXILIARY}(?:n't)?\b",
    r"(?:what|who|where|how|when|why)(?:'s|'re|'d|'ll|'ve)\b",
    r"(?:what|which|whose|how)(?: (?!i\b|you\b|we\b|they\b|he\b|she\b|it\b|this\b|that\b|the\b|"
    rf"to\b)[\w'-]+){{1,6}} {_AUXILIARY} {_SUBJECT}",
    r"(?:what|which|how many|how much)(?: (?!i\b|you\b|we\b|they\b|he\b|she\b|it\b|this\b|that\b|"
    r"the\b|to\b)[\w'-]+){1,4} (?:is|are|was|were|would be|have you|has|do|does|did|can|could|"
    r"use|uses|used|need|needs|apply|applies)\b",
    rf"which of\b.* {_AUXILIARY} {_SUBJECT}|which (?:one|part|side|way|of (?:these|those|the|them|"
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
    rf"[\w'-]+){{0,3}} {_AUXILIARY}\b",
    r"why (?:not )?(?:use|choose|us|here|bother with|go with|pick|spend|wait|switch|now|today|"
    r"only)\b",
    r"(?:to|for|with|in|on|at|by|from|of|under|since|about|until) (?:what|which|whom|"
    rf"whose) (?:[\w'-]+ ){{0,3}}?{_AUXILIARY} {_SUBJECT}",
)
"""Questions that begin with a question word."""

WH_WORD = re.compile(rf"{_WH}\b")
"""A question word: with a question mark after it, two words are a question ("Why Postgres?")."""

WH_CLAUSE = _pattern(
    # "What I like is …", "When we moved, …", "How it works is …": clauses, unless the mark says otherwise
    rf"{_WH} (?:i|you|we|they|he|she|it|this|that|people|my|our|your|their)\b(?! (?:do|did|"
    r"does) (?:you|we|i)\b)",
    rf"(?:when|where|how|who|whose|what|whom) the\b|{_WH} to\b",
    rf"(?!what|who){_WH} (?!{_AUXILIARY}\b|come\b|about\b|else\b)\w+ (?:i|you|we|they|he|she|it|"
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

INVERTED = _pattern(
    r"(?:you ever|got any|ever (?:been (?:to|in|on)|used|worked|considered|thought (?:of|about)))\b",
    rf"{_AUXILIARY} (?:not )?{_SUBJECT}",
    r"anything (?:else )?(?:that )?you(?:'d| would| could| might|'ve| have) (?:do|done|change|changed|regret|"
    r"regretted|add|improve)\b(?!.* (?:is|was|are|were|will|counts|helps)\b)",
    r"any (?:idea|regrets?|experience|questions for|chance|reason|update|news|allergies|issues|concerns|"
    r"problems|plans to)\b",
    r"any (?!thing|one|case|way|time|day)[\w'-]+ (?:[\w'-]+ )?(?:for|on|about|with|from|in|"
    r"to)\b(?!.*\b(?:is|are|will|would|can)\b)",
    r"does (?!exactly\b|not\b|what\b)[\w'-]+ [\w'-]+",
)
"""Questions by word order: "Have you ever …"."""

AUXILIARY = re.compile(rf"{_AUXILIARY} \w+")
"""With a question mark after it, whatever its subject is: "Is Python …?"."""

CLAUSE_INVERTED = _pattern(
    rf"(?:what|why|how)(?: (?:\w+ ){{0,3}}?)?{_AUXILIARY} {_SUBJECT}",
    rf"(?:what|how)(?: \w+){{1,3}} {_AUXILIARY} {_SUBJECT}",
    rf"(?:when|where|who|which)(?: \w+){{0,3}} {_AUXILIARY} you(?:r)?\b",
    r"what(?:'s| is| was| are| were| happens| happened| makes| made| if)\b",
    rf"{_AUXILIARY} (?:you|we|they|it|there)\b",
    r"(?:do|does|did|can|could|would|should|will) (?:that|this|your|the|these|those)\b",
)
"""What an unmarked clause after a comma must look like, lest relative clauses count ("…, who had left")."""

COMMAND = _pattern(
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
"""Without a mark: an order or a statement without its subject ("Do the simplest thing first")."""

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

EMBEDDED_AFTER = re.compile(
    r"(?:know|knows|knew|tell|tells|told|understand|see|sees|learn|explain|explains|show|shows|"
    r"idea|about|of|on|out|in|for|by|at|with|so|than|neither|nor|as|like|wonder|sure|ask|asked|"
    r"asks|say|said|matter|matters|find|remember|forget|guess|care|that|is|was|if|whatever|how|"
    r"what|why|which|and so|discuss|discussed|depends|to|me|you|us|them)$"
)
"""Words after which a question word opens a clause and no question."""

TOLD_AFTER = re.compile(
    r"\b(?:to|he|she|they|i|we|who|that|not|never|\w+n't|\w+'(?:ll|d|ve)|would|will|must)$"
)
"""Words after which "tell me …" is no request."""

ELLIPTIC = _pattern(
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
"""Questions that mean nothing without the one before."""

POINTS_BACK = re.compile(
    r"\b(?:that|this|it|those|these|them|they|one|ones|there|then|he|she|him|her|so|such|instead|"
    r"the (?:same|other|latter|former|first|second|result|outcome|other two|others))\b"
)
"""Words by which a question leans on what was said before; searched for."""

TO_YOU = re.compile(r"\b(?:you|your|yours|yourself)\b")
"""Whoever asks so does not answer it themself; searched for."""

SCENE = _pattern(
    r"(?:let's |let us |now |just )*(?:suppose|imagine|say|assume|pretend|picture)\b(?! (?:hi|"
    r"hello|again|goodbye|it|cheese))",
    r"(?:here's|here is|this is) (?:the|a|my|your|one) (?:scenario|situation|case|problem|setup|"
    r"exercise|question)\b",
    r"(?:the|your) (?:scenario|situation|task|problem) is\b|you(?:'re| are) given\b|given (?:a|an|"
    r"the|two|some)\b",
)
"""A scene that is set for the question after it."""

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
"""A thing to be spoken about: with a question mark, two words ask ("Time complexity?")."""

OWN_TOPIC = re.compile(
    r"your (?:single |own )?(?:biggest|greatest|proudest|worst|hardest|toughest|favou?rite|best|main|"
    rf"most \w+) (?:professional |technical |personal )?{_TOPIC_NOUN}(?: (?:so far|ever|at work))?$"
)
"""The same, of the hearer and in full: it asks without the mark, too ("Your biggest weakness.")."""

MY_QUESTION_IS = re.compile(rf"\bmy (?:\w+ )?question is(?: \w+)?,? {_INDIRECT}\b")
"""A question that is announced and put indirectly; searched for."""

FRAGMENT = re.compile(r"(?:and |or |but |so )?(?:the|your|any) [\w' -]{3,40}$")
"""A thing named and no more: who goes on speaking after it answers it themself."""
