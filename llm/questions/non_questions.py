"""Patterns of words that only seem to ask: small talk, rhetoric, reported questions.

Data. Each is matched from the start of a clause in spoken form (see `llm.sentences.spoken`), without lead-in,
unless it says otherwise.
"""

from __future__ import annotations

import re

from llm.questions.question_phrases import any_of

_ALL = r"(?:you|everyone|everybody|anyone|anybody|somebody|people|y'all|you all|you guys|you both|they|we|i)"
_KINDLY = r"(?:(?:please|just|maybe|quickly|all|also|both|still) )*"
_MOMENT = (
    r"(?:a|an|one|just a|just one|two|five|a couple of|a few|the) (?:quick |short )?(?:second|"
    r"seconds|sec|minute|minutes|moment|moments|break)\b(?! (?:example|reason|chance|option|"
    r"opinion|one|point))"
)

NOT_ASKING = any_of(
    # about the call itself
    r"(?:do|can) you hear$|is my pleasure|did my (?:best|part|job)",
    rf"(?:can|could|do|does) {_ALL} {_KINDLY}(?:hear|see) (?:me|us|my|the screen|this|that|it|"
    r"everything|everyone|each other|anything|the slides?|okay)\b",
    r"(?:can|could) (?:everyone|everybody|anyone|anybody|somebody|y'all|you all|"
    r"you guys) (?:please )?(?:hear|see|mute|unmute|sit|stand|take|turn|open|look|join|log|sign|settle)\b",
    r"am i (?:audible|on mute|muted|coming through|sharing|on speaker|frozen|late|too (?:loud|"
    r"quiet|early))",
    r"(?:is|are) (?:my|your|the) (?:screen|mic|microphone|camera|audio|sound|video|connection|"
    r"volume|line)\b",
    r"(?:are|is) (?:you|we|everyone|everybody|anyone|he|she|[a-z]+) (?:all |still |also |"
    r"both )*(?:there|ready|here|back|with (?:us|me)\b|on mute|muted|all set|joining|good to go|"
    r"on the (?:call|line)|in the (?:room|meeting|call)|coming on|connected|frozen|recording|live|"
    r"dialing in|dialling in)\b(?! (?:to|for) (?!start|begin|go))",
    r"who(?:'s| is| else is| just|'s just|'s all)? (?:here|there|joined|joining|missing|speaking|"
    r"calling|on the call|on the line|on mute)\b",
    r"did (?:everyone|everybody|you all|you guys|we all|anyone) (?:get|receive|see|find) (?:the|my|"
    r"that)\b",
    r"(?:can|could|will|would) you (?:guys |all )?(?:please |just |maybe |quickly |"
    r"kindly )*(?:repeat|say (?:that|it) (?:again|once more|one more time)|speak up|speak (?:a (?:bit|"
    r"little) )?(?:louder|slower|closer|up)|talk (?:louder|slower)|mute|unmute|hold on|hang on|"
    r"hold the line|wait|share (?:your|the) screen|turn (?:on|off|up|down|your|the)|give (?:me|"
    rf"us) {_MOMENT}|bear with|excuse|scroll|zoom (?:in|out)|(?:open|close|shut|leave|stop|put|pass|"
    r"hand|bring|fetch) (?:the|your|this|that|it|up|me|us|a message|there|sharing|talking)|(?:send|"
    r"forward|email|text) (?:me|us|it|that|this|the|over|him|her|them)|sit|stand (?:up|over|by)|"
    r"step (?:out|back|outside|aside)|move (?:on|over|closer|along|back|up)|be quiet|come (?:in|"
    r"over|here|back)|call (?:me|us|back|again)|click|press|hit (?:the|that)|type (?:it|that|in)|"
    r"(?:sign|log) (?:in|on|out|off|here)|pick (?:me|up)|take (?:a seat|off|this|that|my|notes|"
    r"over)|look (?:at (?:the|my)|over|here|up)|read (?:that|it) back|pull up|bring up|start the|"
    r"go back(?=$| (?:one|a|two|please))|go (?:to )?(?:the )?(?:next|previous)|write (?:that|this|"
    r"it) down)\b",
    r"(?:would|do) you mind (?:if|turning|muting|closing|opening|waiting|holding|repeating|"
    r"speaking|moving|sharing your|sending|stepping|sitting|passing|keeping|staying|taking (?:a|"
    r"off))\b",
    rf"(?:give|gimme|allow|spare) (?:(?:me|us) )?(?:{_MOMENT}|a (?:hand|call|shout|ring|buzz|chance|"
    r"hug))",
    r"(?:shall|should|can|may|could) (?:we|i) (?:just |now |quickly |please |maybe )*(?:get "
    r"started|pause|stop here|park (?:that|this)|circle back|table (?:that|this)|get going|"
    r"get to it|kick off|move (?:on|along)|go (?:on|ahead|next|first)|wrap up|jump in|dive in|take (?:a|"
    r"five|ten|this)|share my|interrupt|record|talk later|put you|call you|ring you|get back to|"
    r"have (?:a (?:second|minute|moment|word)|your attention)|borrow|stop you|add|say|ask (?:you "
    r")?(?:a|something|one)|be honest|just|(?:start|begin|continue|proceed|wait|meet|finish)(?=$|"
    r" (?:now|then|again|later|here|with|by|a|for|off|the)\b))\b",
    r"do you (?:mind if|want (?:me|us) to|want (?:some|a|to take a) (?:coffee|water|break|tea)|"
    r"need (?:a|some) (?:break|water|minute|moment)|have (?:a|two|five|ten|one) (?:minute|minutes|"
    r"second|moment|sec)|have (?:the|your) (?:slides?|document|link|camera) (?:open|up|on|"
    r"in front))",
    r"would you like (?:me to (?!explain|describe|tell|walk)|some |a |to take a |"
    r"anything )(?:coffee|water|tea|break|glass|start|begin|share|repeat|to (?:eat|drink))",
    r"(?:can|could|may) i (?:get|offer|bring|fetch|grab|take) (?:you|your coat|anyone)\b",
    r"is (?:it|this|that|now) (?:still |also |really )?(?:okay|ok|all right|alright|fine|cool|"
    r"(?:a )?(?:good|bad|convenient) time)(?: (?:if|to|for|with)\b|$)",
    r"is there (?:someone|anyone|anybody|somebody|a \w+) (?:on|in|at) the (?:line|call|room|door)",
    # small talk
    r"how you (?:all |guys )?(?:doing|been)|how(?:'s| is| are|'re| was| were| has| have|"
    r"'ve) (?:you|things|it going|everything|everyone|everybody|life|y'all|we all|you guys|you all|"
    r"your (?:family|wife|husband|mom|mum|dad|parents|kids)|the (?:kids|family|wife|baby)|(?:your|"
    r"the) (?:day|morning|afternoon|evening|night|week|weekend|trip|flight|commute|drive|journey|"
    r"holidays?|vacation|summer|christmas|lunch|weather|traffic|parking))\b(?! (?:scal|handl|manag|"
    r"deal|plann|approach|measur|propos|affect|impact|chang|structur|organi|(?:go about|us(?:e|ed|"
    r"ing)|do|did|test|tested|testing|build|building|built|want|find|get|getting|make|made|making|"
    r"keep|keeping|work (?!from)|think|know|like|look(?:ed|ing)? at)\b))",
    r"how (?:do|are) you do(?:ing)?(?: today| this morning)?$",
    r"how(?:'ve| have) (?:you|things|we) (?:all )?been",
    r"how about (?:you|yourself|that|it|we|i|you go|the two of you)\b",
    r"what about (?:you|yourself|that|it)$|and (?:you|yourself|how are you)$",
    r"(?:did|do) you (?:all )?(?:have (?:any |much )?(?:trouble|difficulty|problems) (?:find|get|"
    r"park|join|connect|log)|find (?:the (?:office|place|building|link|room)|us|it|everything) "
    r"(?:okay|ok|alright|easily|all right)|get (?:here|home|in|back) (?:okay|ok|all right|alright|"
    r"safely|safe))",
    r"(?:did|do) you (?:guys |all )?(?:have|enjoy) (?:a |your |the )(?:good |nice |great |fun |"
    r"lovely |long )?(?:weekend|trip|flight|lunch|holidays?|vacation|coffee|breakfast|evening)\b",
    r"(?:did|do) you (?:guys |all )?(?:do|get up to|have) anything (?:fun|nice|special|planned)",
    r"(?:did|do) (?:you|anyone|anybody) (?:guys )?(?:catch|see|watch) the (?:game|match|news|race|"
    r"final)",
    r"(?:any|what are your|got any|do you have any|have you got any) (?:fun |big |nice )?plans "
    r"(?:for|this|over) (?:the |this )?(?:weekend|evening|summer|holidays?|tonight|christmas|"
    r"vacation)",
    r"where are you (?:calling|dialing|dialling|joining|zooming)(?: in)?(?: from)?\b",
    r"what(?:'s| is) up\b|what's new$|how's the weather|what's your weather|is it (?:cold|hot|warm|"
    r"raining|sunny|snowing)\b",
    r"wie geht|ça va|comment (?:ça va|allez)|¿?(?:cómo|como) (?:estás?|está|están|te va|va)|"
    r"come (?:stai|va|sta)\b|tudo bem|hoe gaat",
    # rhetoric, idioms, and words to oneself
    r"who (?:knows|knew|cares|would(?:'ve| have)? (?:thought|guessed|known)|doesn't|wouldn't|"
    r"hasn't|isn't|can (?:blame|say|resist|afford|tell$)|am i|needs (?:that|it|a)|wants? (?:that|"
    r"to (?:hear|see|pay))|could (?:forget|blame|resist|have)|in their right mind|says\b)",
    r"(?:you )?know what\b(?! (?:the|your|kind|you'd))|what i (?:mean|meant|said)$|guess (?:what|"
    r"who|where)\b",
    r"what (?:can|could|am|was) (?:you|i|we) (?:do|say|supposed to (?:do|say))$",
    r"(?:what|how|where|why) (?:else |more )?(?:do|did|can|could|should|shall|would|will|am|was|"
    r"were|have) i (?:even )?(?:mean|say|said|put (?:it|this|that)|telling|tell you|saying|"
    r"going with|thinking|bother|lie|begin|know$|know about|talking|done|phrase)\b",
    r"what (?:more )?(?:could|can|would|do|does|more) (?:.{0,14}\b)?(?:possibly|more could)\b|"
    r"what more (?:could|can|do)\b|what could possibly|how could (?:i|we|anyone|anybody|"
    r"you) (?:possibly|not|ever|forget)",
    r"why (?:would|should|does|do|did) (?:anyone|anybody|everyone|someone|somebody|"
    r"people even)\b.*\b(?:do|want|care|bother|think|say|believe)\b",
    r"what(?:'s| is) (?:not to (?:like|love)|the (?:point|harm|big deal|rush|hurry|fuss|use|"
    r"catch phrase)$|the worst (?:that|thing that) (?:can|could)|in a name|the world coming|done is done|"
    r"wrong with (?:you|people|that)$)",
    r"how hard can (?:it|that|this) be|how (?:dare|should i know|many times (?:do|did|have|must|"
    r"should) (?:i|we)\b|am i supposed to)|how (?:cool|great|crazy|funny|weird|awesome|nice|lucky|"
    r"amazing|sad|cute|exciting|bad) (?:is|was) (?:that|this|it)$",
    r"(?:isn't|wasn't|ain't) (?:that|it|this|life) (?:just )?(?:great|amazing|funny|crazy|nice|"
    r"cool|wonderful|something|wild|lovely|ironic|interesting|awful|terrible|strange|weird|"
    r"beautiful|cute|sad|true|obvious|the truth)",
    r"(?:don't|doesn't) (?:you|we|everyone|everybody) (?:all )?(?:just )?(?:hate|love|wish|get me|"
    r"want to scream)",
    r"(?:what was i|where was i|where were we|where am i|what am i|what were we)\b(?: saying|"
    r" going to say| doing| talking about)?$",
    r"what do i know|why (?:bother|me)\b|why on earth|who am i to|where would (?:we|i|you) be(?:$|"
    r" without)",
    r"(?:let(?:'s| me| us) see|let me think|let me check|let me (?:just |quickly )?(?:share|pull|"
    r"open|tell|show|explain|give|introduce|start|read|write|walk|talk|describe|say|put|find|add|"
    r"finish|summari|know))\b",
    r"so what$|what gives$|what the (?:heck|hell)\b|what a\b(?! (?:typical|good|normal|bad|great|"
    r"ideal|real))|what an (?!ideal|average|ordinary)\w+",
    r"is the pope|is that (?:even|you)\b|is there anything (?:better|worse|nicer|sweeter|"
    r"more \w+) than|does a bear|are we there yet|do i look like|need i say|what are the (?:odds|chances)$|"
    r"what(?:'re| are) you (?:gonna|going to) do$|who(?:'s| is) counting|shall i (?:go on|"
    r"continue)|can (?:you|we) imagine$|what do you call (?:it|that|them)|how (?:do|should|shall|"
    r"can) (?:i|you) (?:put|say|call) (?:it|this|that)$|does it (?:really )?matter$|"
    r"what difference does it make$",
    r"(?:does|do|did|is|if) (?:that|this|it|all that|any of that) (?:all )?(?:make (?:any )?sense|"
    r"sound (?:good|okay|ok|fair|alright|right|reasonable)|work (?:for you|for everyone)$|"
    r"ring a bell|help$|answer (?:your|the|that) question)",
    r"(?:is|was|are) (?:that|this|it|all of that) (?:all )?(?:okay|ok|clear|fair|alright|all right|"
    r"good|fine|right|correct|so|understood)(?: (?:with|for|by|to|so far) ?(?:you|everyone|"
    r"everybody|all|far)?)?$",
    r"(?:are|is) (?:we|everything|everyone) (?:all )?(?:good|okay|ok|clear|aligned|on the same "
    r"page|with me)",
    r"(?:are you|you) (?:with me|following|good|okay|all right|alright|sure|serious|kidding|"
    r"joking)\b(?! (?:at|about|with (?!me)))|you(?:'re| are) (?:kidding|joking)|you don't say|"
    r"you tell me$",
    r"(?:make|makes) sense$|sounds? (?:good|great|fair|okay|like a plan)\b",
    r"(?:tell|told) me about it(?:$|,)",
    r"(?:do|did|can|could|would) (?:you|we) (?:even )?(?:believe|imagine) (?:it|that|this)\b|"
    r"would you believe",
    r"(?:take|share) (?:your|the|my) (?:time|screen)\b",
    r"you know (?:what|who|why|where|how)\b(?! (?:would|did|do|does|are|will|is your))|what do you "
    r"know(?:,|$)|what goes around|would you look at|will that be all|may the\b|see (?:what|how|"
    r"why|where)\b|have we met|(?:can|could|may) i ask (?:everyone|everybody|you all|people) to\b",
    r"any (?:other |more |further |final )?questions\b(?! (?:for|to) (?:me|us|you))|(?:does|has|"
    r"do) (?:anyone|anybody|everyone|you all|you guys|people) (?:else )?(?:have|got) (?:any "
    r")?(?:other |more |further )?questions?\b",
    r"(?:why|how|who|what) (?:do|does|did|would|is|are|am|was) \w+ even\b|who (?:\w+ ){1,3}like "
    r"(?:this|that)$|who (?:does|would do|says|thinks|needs|wants|buys|eats|wears) (?:that|this)$",
    r"(?:did|have|had) i (?:ever |already )?(?:mention|tell|told|say|said)\b|am i (?:boring|"
    r"rambling|talking too)|are we having fun|what's it to you|what am i supposed to\b|"
    r"where (?:has|did) (?:the|all the|all) (?:time|years|day)",
    r"would that (?:it|i|we|they)\b|(?:can|could) (?:you|we) imagine\b|can we (?:all |"
    r"please )?(?:just|admit|agree|acknowledge|appreciate|talk about how)\b|want to (?:hear|see|"
    r"know) (?:something|a|what's)|(?:talk|speak) about (?:bad|good|lucky|irony|awkward|timing|overkill|"
    r"a coincidence)\b|say what you\b",
    r"did (?:you|everyone|we all) (?:sleep|rest|travel|eat) (?:well|okay|all right)|(?:had|"
    r"have) a (?:good|nice|great|safe|pleasant|lovely) (?:trip|flight|weekend|journey|day|time|holiday|"
    r"vacation|lunch)",
    r"(?:how|where|what|why|is|can|could|do|did|should).*\b(?:unmute|mute|share (?:my|the|"
    r"your) screen|screen ?share|(?:share|mute|chat) button)\b|is this (?:thing|mic|on)\b|what time is "
    r"it\b|is it (?:late|early|night|morning) (?:there|over there|where|for you)",
    # conditionals, commands and clauses that begin like questions
    r"should (?:you|we|i|it|they) (?:need|have|wish|want|ever|happen|fail|get|run)\b",
    r"had (?:i|we|you|they|he|she|it) (?:known|been|had|not|only|seen|done|thought)\b(?!.* before$)",
    r"were (?:it|i|we|you|they) (?:not|to)\b",
    r"may (?:i|we|you|the|it|they|your|this) (?:just |also |only )?(?:add|point|say|remind|be|rest|"
    r"have|all|live)\b",
    r"do (?:let|not|come|have a|take|keep|feel|make sure|remember)\b|(?:have|has) (?:a|an|some|"
    r"fun)\b",
    r"don't (?:worry|forget|get me|bother|be|let|tell|ask|think|say|mind|make|take|touch|go|do)\b|"
    r"won't (?:be|take|do)\b|will do\b|can do\b",
    r"(?:explain|tell|say) (?:that|this|it) to (?:my|your|his|her|the|them|him|anyone|everyone)\b",
    r"i(?:'m| am| was|'ve been| have been)(?: just| also)? (?:wondering|curious|thinking) about (?:that|it|"
    r"this)(?: (?:too|myself|as well|earlier|yesterday))*$",
    r"(?:imagine|guess|picture) how (?:\w+ ){1,2}(?:i|we|he|she|they|it) (?:was|were|felt|must)\b",
    r"we(?:'re| are) (?:all |still |pretty )?(?:good|fine|done|on time|set)\b",
    r"(?:\w+ )?weather,? (?:i guess|here|today|outside|isn't it)\b",
    r"which (?:means|meant|made|brings|brought|leads|led|is (?:why|how|when|where|what|fine|good|"
    r"great|nice))\b",
)
"""Never a question to answer."""

OF_THE_CALL = re.compile(
    r"^(?:is|are|was|were|do|does|did|can|could|have|has|shall|should|will|would)\b.*\b(?:(?:see|"
    r"seeing|hear|hearing|view) (?:my|it|this|me|us|the (?:screen|slides?))|able to (?:join|hear|"
    r"see|connect|log)|share (?:your|my|the) screen|(?:go|speak|present|start) first|(?:need|want|"
    r"take|have) a (?:short |quick |little )?break|waiting (?:for|on) (?:someone|anyone|anybody|"
    r"him|her|them|others)|(?:had|have|get|grab) (?:lunch|breakfast|dinner|a coffee)|(?:close|"
    r"open) the (?:window|door)|in here|that better|better now|(?:invite|invitation|link) ?(?:okay|"
    r"all right)?|in the chat|(?:see|seeing|hear|hearing) (?:my|your) (?:screen|slides?|audio|"
    r"video))(?: (?:now|yet|okay|ok|all right|alright|clearly|well|today|at all|or should i|"
    r"or shall i))?$"
)
"""A yes-or-no question about the meeting itself, by its last words."""

ECHO = any_of(
    r"(?:is|was|did|do|does|has|have|are|were|isn't|aren't|don't|didn't|can|will|would) (?:it|that|"
    r"they|he|she|you|we|i)(?: (?:really|now|though))?$",
    r"(?:you|they|he|she|it|we|i|that) (?:do|did|are|were|have|is|was|can|will|would|does|has)$",
)
"""A statement returned in two words: "Did you?"."""

# fmt: off
BACKCHANNELS = frozenset({
    "okay", "ok", "right", "really", "yeah", "yes", "no", "sure", "mhm", "mm-hmm", "uh-huh", "hmm", "huh",
    "what", "sorry", "pardon", "seriously", "alright", "cool", "great", "exactly", "correct", "true",
    "indeed", "so", "and", "well", "good", "nice", "wow", "you too", "me too", "bye", "hello", "hi", "hey",
    "anyone", "anybody", "questions", "ready", "done", "today", "now", "then", "oh", "got it", "i see",
    "you sure", "for sure", "is that right", "no way", "come again", "you okay", "you there", "you ready",
    "all good", "same here", "excuse me", "oh really", "any questions", "any questions so far",
    "questions so far", "what was that", "say again", "thank you", "thanks", "right now", "oh yeah",
    "good morning", "good afternoon", "pardon me", "beg your pardon", "sorry what", "no kidding",
    "is that so", "oh wow", "all right", "okay then", "all set", "you know", "you see", "see",
    "you know what i mean",
    "know what i mean", "if that makes sense", "do you see",
    "come on", "ready to go", "makes sense", "fair enough", "any other questions",
    "what else is new", "and yourself", "yourself", "everyone okay", "everybody good", "makes sense so far",
    "who is this", "who's this", "anybody there", "anyone there", "are you there", "so far so good",
})
# fmt: on
"""Whole sentences that only show attention."""

TAG = re.compile(
    r"(?:^|,? )(?:right|okay|ok|yeah|no|huh|correct|you know|eh|hey|you see|get it|got it|"
    r"understood|agreed|deal|shall we|will you|does that make (?:any )?sense|does that sound "
    r"(?:good|okay|fair)|is that (?:clear|okay|fair|right|correct)|make sense|if that makes (?:any "
    r")?sense|(?:you )?know what i mean|or (?:what|something)|(?:is|are|was|were|do|does|did|have|"
    r"has|had|can|could|would|will|should|ca|wo)(?:n't| not) (?:it|that|you|we|they|he|she|i|"
    r"there)|don't you (?:think|agree)|wouldn't you (?:say|agree)|(?<=, )(?:is|are|was|were|do|"
    r"does|did) (?:it|you|we|they|he|she)|oder|nicht wahr|n'est-ce pas|verdad|vero|não é|né|toch)$"
)
"""A statement that asks for confirmation: "You were at Acme, right?". Searched for anywhere."""

_WHO = (
    r"(?:i|he|she|they|we|you|it|one|people|everyone|everybody|someone|somebody|nobody|customers?|"
    r"users?|interviewers?|patients?|(?:my|the|our|their|his|her|a|one|this|some) (?:\w+ "
    r"){0,2}?\w+)"
)
REPORTED = re.compile(
    r"\b(?:it's|it is|i'm|i was|he's|she's|they're|we're|we were|you're|you are)(?: probably| just|"
    r" all)? (?:like|thinking|saying),|\b(?:and|then)(?: \w+)? (?:says|said|asks|asked|goes|went),|"
    rf"\b{_WHO}(?:'d|'ll|'s|'re)?(?: (?:just|always|often|also|then|usually|sometimes|once|even|"
    r"first|never|only|really|keep|kept|would|will|had|have|has|was|were|used to|want(?:ed|"
    r"s)? to know|to)){0,3} (?:said|says|say|asked|asks|ask|asking|goes|went like|was like|were like|"
    r"is like|are like|be like|thought|thinking|wondered|wonders|told (?:me|us|him|her|them)|reads?|"
    r"replied|wanted to know)(?: (?:me|us|him|her|them|myself|yourself|themselves|ourselves|you|"
    r"himself|herself|people|customers?|users?|everyone))?(?: (?:all the time|again|earlier|once|"
    r"every time|a lot|was|is))?\s?(?:,|:|why|what|how|when|where|who|which|if|whether|\"|“)"
)
"""A reported question; searched for anywhere."""

RELAYED = re.compile(
    r"\b(?:(?:have|want|wanted|need|like|love|got|going) to ask|must ask|gotta ask|i (?:just |"
    r"only )?wanted to know|in the (?:chat|audience|room|back|comments|q&a)|online|from (?:the "
    r")?(?:chat|audience|back|zoom))\b"
)
"""A question that is relayed or announced, to be answered now."""

TITLE = re.compile(
    r"\b(?:called|titled|entitled|named|(?:book|film|movie|song|article|chapter|session|section|"
    r"talk|talks|topic|page|episode|field|podcast|title|heading|slide)(?: \w+)? (?:is|was|has|on|"
    r"about))\b"
)
"""Precedes a name, which may read like a question; searched for."""

NAMED = re.compile(
    r"\b(?:called|titled|entitled) (?:what|why|how|when|where|who|do|does|did|are|is|can|will)\b"
)
"""A name that reads like a question, with its mark; searched for."""
