"""Patterns of English requests that want an answer, such as "Tell me about …".

Data. Each is matched from the start of a clause in spoken form (see `llm.sentences.spoken`), without lead-in,
unless it says otherwise.
"""

from __future__ import annotations

import re

from llm.questions.question_phrases import INDIRECT, WH, any_of

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

REQUEST = any_of(
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
    rf"perspective|input|feedback)|{INDIRECT})\b)",
    rf"(?:i(?:'d| would)|we(?:'d| would)){_HEDGES} (?:appreciate|welcome|value)\b.*\b(?:explain|"
    r"tell|clarify|share|describe|walk|help me|your (?:thoughts|opinion|view|take|advice))\b",
    rf"(?:i(?:'m| am)|we(?:'re| are)|i was|we were|i've been)?{_HEDGES} ?(?:curious|keen|eager|"
    r"interested|wondering|intrigued)\b(?: about (?!nature|everything)\w+| to (?:hear|know|"
    r"understand|learn|see|find out|get your)\b| in (?:your|the|that|this|hearing|learning|knowing|"
    rf"understanding|whether|how|what|why|where)\b| as to\b| {INDIRECT})",
    rf"i (?:was )?wonder(?:ing)?,? (?:{INDIRECT}|about) (?:you|your|your|we|if|those)\b",
    rf"(?:i(?:'d| would) (?:like|love|want)|i (?:want|need)) you to (?:{_TELL}|think|imagine|"
    r"consider|convince|pick|choose|find|solve|calculate|predict|rank|rate|code|implement|draw|"
    r"build)\b",
    rf"(?:i guess |i suppose )?what (?:i(?:'m| am)|we(?:'re| are)|i(?:'d| would)|i|we){_HEDGES} "
    r"(?:asking|getting at|(?:be )?(?:curious about|wondering|interested in)|trying to \w+(?: out| at)?|"
    r"after|(?:like|love|want|wanted|need) to (?:know|hear|understand|ask|learn|find out))(?: about)?"
    r" is,?(?! (?:that|an?|not|the \w+$)\b)",
    rf"what (?:interests|intrigues|puzzles) (?:me|us)(?: most| more| here| really)* is,? {INDIRECT}\b"
    r"(?=.*\byou\b)",
    rf"the (?:one )?(?:thing|part|bit|point) (?:that )?i(?:'m| am|'d| would)?{_HEDGES} (?:keep|kept|don't|"
    rf"can't|want|wanted|need|like|love|curious|wondering)\b.* is,? {INDIRECT}\b",
    rf"i(?:'m| am| was|'ve been| have been){_HEDGES} thinking (?:about|of),? (?:like,? )?(?:how|whether|"
    r"why) you(?:'d| would| might)\b",
    # the same task under another condition
    r"(?:do|solve|write|implement|code|try|repeat|answer|prove|explain|describe) (?:it|this|that|the same"
    r"(?: \w+)?)(?: again| once more)?,? (?:but )?(?:without|using|iteratively|recursively|with (?:a|an|the|"
    r"only|just|one|two|no)\b|in (?:constant|linear|logarithmic|place|less|a (?:single|different)|your own|"
    r"o\b|\w+ (?:time|space|words?|sentences?|lines?|minutes?)\b)|for (?:a|an|the case)\b)",
    # a role to play
    r"(?:pretend|imagine|suppose|assume|act (?:as if|as though|like)|let's (?:say|pretend))\b.*\b(?:and|then|"
    r"so),? (?:please )?(?:explain|describe|tell (?:me|us)|sell|convince|walk (?:me|us)|show (?:me|us)|teach|"
    r"pitch|introduce yourself|give (?:me|us))\b",
    rf"i(?:'m| am){_HEDGES} asking (?:you )?(?:about|{INDIRECT})\b",
    rf"i(?:'m| am){_HEDGES} (?:trying|struggling) to (?:understand|figure out|see|grasp|picture|"
    rf"get (?:an? (?:idea|sense|feel|picture|understanding)|your|{INDIRECT}))\b",
    rf"i{_HEDGES} (?:want|wanted|need|would need|wish|have){_HEDGES} to (?:hear|know|understand|"
    r"learn|ask|find out)(?: you)?(?: (?:more|a (?:bit|little) more|something))?(?: (?:about|"
    rf"from you|{INDIRECT}))\b",
    rf"i(?:'m| am) not sure (?:that )?i{_HEDGES} (?:follow|understand|see|get) {INDIRECT}\b",
    rf"i{_HEDGES} (?:don't|do not|can't)(?: quite| really| fully| yet)* (?:understand|see|get|"
    rf"follow) {INDIRECT}(?=.*\b(?:you|your|the|we)\b)",
    rf"(?:it|that)(?:'d| would| might| may|'ll| will) be{_HEDGES} (?:great|good|nice|helpful|useful|"
    r"interesting|lovely|wonderful|cool|fantastic|valuable|important|awesome|amazing)(?: for (?:us|"
    r"me|the \w+))?,? (?:to|if (?:you|we) (?:can|could|would))(?: please)? (?:hear|know|understand|"
    rf"see|learn|get|find out|{_TELL})\b",
    r"(?:the|my|our|another|one|a)(?: (?:first|next|last|obvious|other|final|natural|follow-up|"
    r"big))? question (?:is|was|would be|for you is|(?:that )?i (?:have|had) (?:is|"
    rf"was))(?: \w+)?,? (?:about|{INDIRECT})\b",
    rf"(?:can|could|may|might) (?:i|we){_HEDGES} ask (?:you )?(?:about|{INDIRECT})\b",
    rf"i (?:didn't|did not) (?:quite )?(?:catch|get|hear) {WH}\b",
    r"(?:do|would|did) you (?:happen to )?(?:know|remember|recall|have (?:any|an) (?:idea|"
    rf"sense)) {INDIRECT}\b",
    r"(?:suppose|imagine|say|assume|let's (?:say|pretend|assume|imagine)|picture|"
    r"pretend)\b.*\b(?:what|how|which|why|where|when|would you|do you|could you) (?:\w+ "
    r"){0,4}?(?:you|we|i|it|they|would|do|does|is|are|can|happens?)\b",
    r"(?:your|any) (?:thoughts|take|views?|opinions?|reactions?|advice|feedback)(?: (?:on|about)\b|"
    r"$)",
    r"thoughts(?: on\b|$)",
)
"""Imperatives, wishes and indirect questions."""

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

NOT_A_REQUEST_AFTER = re.compile(
    r"\b(?:to|he|she|they|i|we|who|that|not|never|\w+n't|\w+'(?:ll|d|ve)|would|will|must)$"
)
"""Words after which "tell me …" is not a request."""

MY_QUESTION_IS = re.compile(rf"\bmy (?:\w+ )?question is(?: \w+)?,? {INDIRECT}\b")
"""An announced indirect question; searched for."""
