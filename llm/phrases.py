"""The patterns by which spoken English asks, and those by which it only seems to.

Data: each is matched from the start of a sentence in plain form (see `llm.sentences.plain`), lead-in removed.
"""

from __future__ import annotations

import re

_SUBJECT = (
    r"(?:you|we|they|he|she|it|i|there|this|that|these|those|the|a|an|your|their|his|her|its|our|my|any|"
    r"anyone|anybody|someone|somebody|people|everyone|one|all|both|most|some)\b"
)
_AUXILIARY = (
    r"(?:do|does|did|can|could|would|will|should|shall|may|might|must|have|has|had|are|is|was|were|am|"
    r"ain't|don't|doesn't|didn't|can't|couldn't|wouldn't|won't|shouldn't|haven't|hasn't|hadn't|aren't|"
    r"isn't|wasn't|weren't)"
)
_WH = r"(?:what|why|how|when|where|who|whom|whose|which)"
_TELL = (
    r"(?:tell|walk|take|talk|explain|describe|elaborate|expand|give|share|show|help|clarify|outline|"
    r"summari[sz]e|compare|define|discuss|go (?:into|over|through|deeper)|speak (?:to|about)|name|list|"
    r"sketch|break (?:that |it )?down|say (?:more|a bit|something)|think of|run (?:me|us) through|unpack|"
    r"write|design|introduce|start by|begin by|provide|recommend|suggest)"
)


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile(r"(?:" + "|".join(alternatives) + r")")


NOT_ASKING = _pattern(
    # about the call itself
    r"(?:can|could|do) (?:you|everyone|everybody|people|y'all|you all|you guys) (?:still |all )?(?:hear|see) "
    r"(?:me|us|my screen|the screen|this|the slides?|it)\b",
    r"am i (?:audible|on mute|muted|coming through|sharing)",
    r"(?:is|are) (?:my|your|the) (?:screen|mic|microphone|camera|audio|sound|video|connection)\b",
    r"(?:are|is) (?:you|everyone|everybody|anyone|he|she) (?:still )?(?:there|ready|here|on mute|muted|back|"
    r"all set|joining|good to go)\b",
    r"(?:can|could|would|will) you (?:please )?(?:repeat|say (?:that|it) again|speak up|speak (?:a (?:bit|"
    r"little) )?(?:louder|slower|closer)|mute|unmute|hold on|wait|share (?:your|the) screen|turn (?:on|off)|"
    r"give (?:me|us) (?:a|one|just a) (?:second|minute|moment|sec)|bear with|excuse|scroll|open the|"
    r"send (?:me|us|it|that)|pass (?:me|us|the))",
    r"(?:give|gimme) (?:me|us )?\s?(?:a|one|just a|two) (?:second|sec|minute|moment|break|hand|call|shout)",
    r"(?:shall|should|can|may|could) (?:we|i) (?:start|begin|get started|continue|move on|go on|go ahead|"
    r"wrap up|jump in|dive in|proceed|take a break|share my|interrupt|record|wait|meet|talk later)\b",
    r"do you (?:mind if|want (?:some|a|to take a) (?:coffee|water|break|tea)|need (?:a|some) (?:break|water|"
    r"minute|moment))",
    r"would you like (?:some |a |to take a )?(?:coffee|water|tea|break|glass)",
    # small talk
    r"how(?:'s| is| are|'re| was| were)? (?:you|things|it going|everything|everyone|everybody|life|y'all|"
    r"you guys|you all|(?:your|the) (?:day|morning|afternoon|evening|week|weekend|trip|flight|commute|"
    r"holidays?|vacation|weather))\b(?! (?:scal|handl|manag|deal|plann|go about|approach|us|measur))",
    r"how (?:do|are) you do(?:ing)?(?: today| this morning)?$",
    r"how have you been",
    r"(?:did|do) you (?:have any trouble|find (?:the (?:office|place|building|link)|us|it|everything) "
    r"(?:okay|ok|alright|easily|all right))",
    r"did you (?:have|enjoy) (?:a (?:good|nice) )?(?:(?:your|the) )?(?:weekend|trip|flight|lunch|holidays?|"
    r"coffee|breakfast)",
    r"where are you (?:calling|dialing|dialling|joining)(?: in)? from",
    r"what(?:'s| is) up$|what's new$|what's the weather",
    r"how's the weather",
    # rhetoric, idiom and words to oneself
    r"who (?:knows|cares|would(?:'ve| have)? (?:thought|guessed|known)|doesn't (?:love|like|want)|"
    r"am i kidding)",
    r"(?:you )?know what\b|what i (?:mean|meant|said)$|guess what",
    r"what (?:can|could) (?:you|i|we) (?:do|say)$",
    r"what(?:'s| is) not to (?:like|love)",
    r"what(?:'s| is) the (?:worst|harm|big deal|rush)\b",
    r"how hard can (?:it|that) be|"
    r"how (?:cool|great|crazy|funny|weird|awesome|nice|lucky) (?:is|was) (?:that|this)",
    r"isn't (?:that|it|this) (?:great|amazing|funny|crazy|nice|cool|wonderful|something|wild|lovely|ironic)",
    r"(?:what was i|where was i|where were we|where am i|what am i)\b(?: saying| going to say| doing)?",
    r"what do i know|why (?:not|bother|me)$|why on earth not|who am i to",
    r"(?:let(?:'s| me| us) see|let me think|let me check|let me (?:just )?(?:share|pull|open|tell|show|"
    r"explain|give|introduce|start|read|write))\b",
    r"(?:what|how) about (?:that|it)$|how about (?:that|we|i|you go)\b",
    r"does (?:that|this|it) (?:make (?:any )?sense|sound (?:good|okay|ok|fair|alright|right|reasonable)|work "
    r"(?:for you|for everyone)|help|answer (?:your|the|that) question)",
    r"(?:is|was) (?:that|this|it) (?:okay|ok|clear|fair|alright|all right|good|fine|right|correct)"
    r"(?: (?:with|for|by) (?:you|everyone|everybody))?$",
    r"(?:are|is) (?:we|everything|everyone) (?:good|okay|ok|clear|all good|aligned|recording|"
    r"on the same page)",
    r"(?:make|makes) sense$|sounds? (?:good|great|fair|okay|like a plan)\b",
    r"tell me about it$|you (?:don't say|tell me)$|you're (?:kidding|joking)|"
    r"are you (?:kidding|serious|sure|joking)",
    r"(?:is|was|did|do|does|has|have|are|were|isn't|aren't|don't|didn't|can|will|would) "
    r"(?:it|that|they|he|she|you|we|i)$",
    r"(?:do|did|can|could|would) you (?:believe|imagine) (?:it|that|this)\b",
    r"(?:take|share) (?:your|the|my) (?:time|screen)\b",
    # conditionals that begin like questions
    r"should (?:you|we|i|it|they) (?:need|have|wish|want|ever|happen|fail|get|run)\b",
    r"had (?:i|we|you|they|he|she|it) (?:known|been|had|not|only|seen|done|thought)\b",
    r"were (?:it|i|we|you|they) (?:not|to)\b",
    # clauses that begin like questions and are none
    r"which (?:is|was|means|meant|makes|made|are|were|brings|brought|leads|led)\b",
    r"what (?:a|an) (?!typical|good|normal|bad|great|ideal|real)\w+",
)
"""Call logistics, small talk, rhetoric, idioms, conditionals: never a question to answer."""

# fmt: off
BACKCHANNELS = frozenset({
    "okay", "ok", "right", "really", "yeah", "yes", "no", "sure", "mhm", "mm-hmm", "uh-huh", "hmm", "huh",
    "what", "sorry", "pardon", "seriously", "alright", "cool", "great", "exactly", "correct", "true",
    "indeed", "so", "and", "well", "good", "nice", "wow", "you too", "me too", "bye", "hello", "hi", "hey",
    "anyone", "anybody", "questions", "ready", "done", "today", "now", "then", "oh", "got it", "i see",
    "you sure", "for sure", "is that right", "no way", "come again", "you okay", "you there", "you ready",
    "all good", "same here", "excuse me", "oh really", "any questions", "any questions so far",
    "questions so far", "what was that", "say again", "thank you", "thanks", "right now", "oh yeah",
    "good morning", "good afternoon", "pardon me", "beg your pardon", "sorry what",
})
# fmt: on
"""Whole sentences that only keep a talk going."""

TAG = re.compile(
    r",? (?:right|okay|ok|yeah|no|huh|correct|you know|eh|hey|"
    r"(?:is|are|was|were|do|does|did|have|has|had|can|could|would|will|should|ca|wo)(?:n't| not) "
    r"(?:it|that|you|we|they|he|she|i|there)|don't you (?:think|agree)|wouldn't you (?:say|agree)|"
    r"(?:is|are|was|were|do|does|did) (?:it|you|we|they|he|she))$"
)
"""A statement that asks for a nod: "You were at Acme, right?"."""

REQUEST = _pattern(
    rf"(?:can|could|would|will|won't|can't|might|may) (?:you|i|we)(?: (?:please|maybe|perhaps|just|briefly|"
    rf"quickly|also|possibly|kindly|ask you to|get you to|have you))* {_TELL}\b",
    rf"(?:would|do) you (?:mind|care|want|like|be able|be willing)(?: to)? (?:{_TELL}|telling|walking|"
    r"explaining|describing|sharing|talking|giving|elaborating|expanding|taking|introducing)\b",
    r"tell (?:me|us|the (?:panel|group|team|audience))\b",
    r"(?:walk|talk|take|run|guide|lead|step) (?:me|us|everyone) (?:through|about|to|over)\b",
    r"(?:describe|explain|elaborate|outline|summari[sz]e|compare|define|discuss|contrast|justify|estimate|"
    r"consider|name|list|introduce|design|implement|sketch) (?!yourself out|to )\w+",
    r"(?:give|show) (?:me|us) (?:an?|some|two|three|the|your|one|more|examples?|\d)\b",
    r"help (?:me|us) (?:understand|see)\b",
    r"share (?:with (?:me|us)|an?|some|your|one|more)\b",
    r"(?:talk|speak) (?:a (?:bit|little) )?(?:more )?(?:about|to|through)\b",
    r"say (?:a (?:bit|little) )?more\b",
    r"(?:let's|let us) (?:talk|hear|discuss|go (?:into|through|over)|dig into|dive into|explore)\b"
    r"(?: (?:more )?(?:about|from|a bit about))?",
    r"(?:i(?:'d| would)|we(?:'d| would)) (?:really |also |just )?(?:like|love|be (?:interested|curious|keen))"
    r"(?: for you)? to (?:hear|know|understand|learn|see|ask|get|dig|go|talk|explore|start)\b",
    r"(?:i(?:'m| am)|we(?:'re| are)|i was|we were) (?:really |also |just |kind of |very )*"
    r"(?:curious|interested|wondering)\b(?: (?:about|to|in|if|whether|what|how|why|which|when|where|who))",
    r"i wonder (?:if|whether|how|what|why|which) you\b",
    r"(?:i(?:'d| would) (?:like|love|want)|i (?:want|need)) you to \w+",
    r"(?:i guess )?what i(?:'m| am) (?:asking|getting at|curious about|wondering) is\b",
    r"i (?:want|wanted|need) to (?:hear|know|understand|learn|ask)(?: you)?(?: more)?(?: about)?\b",
    rf"(?:the|my|our|another) question (?:is|would be|for you is|i have is),? {_WH}\b",
    r"(?:suppose|imagine|say|assume|let's say|picture)\b.*\b(?:what|how|which|why|where|when|would you|"
    r"do you|could you)\b",
    r"pretend\b",
)
"""Imperatives and wishes that want an answer as much as a question does."""

WH_QUESTION = _pattern(
    rf"{_WH}(?: else| exactly| specifically)? {_AUXILIARY}(?:n't)?\b",
    r"(?:what|who|where|how|when|why)(?:'s|'re|'d|'ll|'ve)\b",
    rf"(?:what|which|whose|how)(?: (?!i\b|you\b|we\b|they\b|he\b|she\b|it\b|this\b|that\b|the\b)[\w'-]+)"
    rf"{{1,6}} {_AUXILIARY} {_SUBJECT}",
    r"(?:what|which|how many|how much)(?: [\w'-]+){1,4} "
    r"(?:is|are|was|were|would be|have you|has|do|does|did)\b",
    r"what (?:makes|made|brings|brought|drives|drove|causes|caused|happens|happened|led|motivates|motivated|"
    r"interests|interested|excites|inspired|attracts|attracted|drew|draws|went|changed|changes|worked|works|comes|kind|"
    r"sort|type|about|if)\b",
    r"who (?:wrote|made|owns|owned|decides|decided|leads|led|built|invented|created|uses|used|gets|pays|"
    r"handles|manages|managed)\b",
    r"how (?:many|much|long|often|far|big|large|fast|old|come|about|so|would|did|do|can)\b",
    r"why (?:not )?(?:use|choose|python|java|this|that|these|those|us|here|the|a)\b",
    r"(?:to|for|with|in|on|at|by|from|of) (?:what|which|whom|whose) (?:[\w'-]+ ){0,3}?"
    rf"{_AUXILIARY} {_SUBJECT}",
)
"""Questions that begin with a question word."""

WH_WORD = re.compile(rf"{_WH}\b")
"""A question word: with a question mark after it, two words are a question ("Why Postgres?")."""

WH_CLAUSE = _pattern(
    # "What I like is …", "When we moved, …", "How it works is …": clauses, unless the mark says otherwise
    rf"{_WH} (?:i|you|we|they|he|she|it|this|that|the|people|my|our|your|their)\b",
    r"(?:what|why|how) (?:is|was|are|were)(?: \w+){1,3} (?:is|was|are|were) "
    r"(?:that|the|how|when|to|because)\b",
    r"what (?:happened|happens|matters|makes|made|worked|works|went|changed|interests|excites|drives|drove)"
    r"(?: [\w']+){0,6} (?:is|was)\b",
    r"(?:whatever|whenever|however|wherever|whoever|whichever)\b",
    r"who (?:is|was|are|were) (?:the|a|an) \w+ (?:that|who)\b.*\b(?:is|was)$",
    r"(?:when|where) (?:is|was)? ?(?:comes|came)\b",
)
"""Statements that begin with a question word."""

INVERTED = _pattern(rf"{_AUXILIARY} (?:not )?{_SUBJECT}", r"any (?:idea|thoughts|experience|questions for)\b")
"""Questions by word order: "Have you ever …"."""

REPORTED = re.compile(
    r"\b(?:i|he|she|they|we|you|people|everyone|everybody|someone|somebody|customers?|users?|my \w+|"
    r"the \w+)(?: \w+)? (?:said|says|say|asked|asks|ask|goes|went like|was like|were like|is like|are like|"
    r"thought|wondered|told (?:me|us|him|her|them)|kept asking|keep asking)(?: (?:me|us|him|her|them|myself|"
    r"yourself|themselves|ourselves|you))?\s?(?:,|:|why|what|how|when|where|who|which|if|whether|\"|“)"
)
"""Someone else's question, or one's own of earlier."""

SELF_ANSWER = _pattern(
    r"(?:well,? )?(?:because|it's because|that's because|it was because|the answer|simple|simply|easy|"
    r"it turns out|turns out|in short,|nobody|no one|nothing|everything|exactly|of course)\b",
)
"""How a speaker answers what he just asked himself."""

DEFINES = re.compile(r"(?:well,? )?(?:it's|it is|that's|that is|this is|it was|they're|they are)\b")
"""How a speaker answers his own "What is …?"."""

ELLIPTIC = _pattern(
    r"(?:and |but |so |or )?(?:why|how|how so|how come|like what|such as|for example|for instance|"
    r"in what (?:way|sense)|what else|anything else|who else|where else|how exactly|why exactly|"
    r"why (?:that|this)(?: one)?|"
    r"which one|what then|and then|since when|with whom|to whom|meaning|and after that|after that|"
    r"what happened (?:then|next|after(?: that)?)|and you|and the (?:result|outcome)|can you elaborate|"
    r"could you elaborate|please elaborate|elaborate|go on|why not)$",
    r"(?:and |but |so )?(?:what|how) about\b",
)
"""Questions that mean nothing without the one before."""

POINTS_BACK = re.compile(
    r"\b(?:that|this|it|those|these|them|they|one|ones|there|then|he|she|him|her|so|such|instead|"
    r"the (?:same|other|latter|former|first|second|result|outcome))\b"
)
"""Words by which a question leans on what was said before."""
