"""Intents of common interview questions, however they are worded.

Pure. A question has an intent only when it is about the person ("you", "your"), so "the weaknesses of this
design" has none.
"""

from __future__ import annotations

import re

_PARTS = {
    "you": r"\b(?:you|your|yours|yourself|you're|you'd|you've)\b",
    "here": (
        r"(?:here|us\b|our (?:\w+ )?(?:company|team|firm|organi[sz]ation|school|group)|"
        r"this (?:company|team|firm|organi[sz]ation|place))"
    ),
    "role": r"(?:this|the|our) (?:\w+ )?(?:role|position|job|opportunity|post)",
    "own_job": (
        r"(?:your|the) (?:current|present|last|old|previous|existing)? ?"
        r"(?:job|role|position|company|employer|place|post|firm)"
    ),
    "pay": (
        r"(?:salary|salaries|compensation|pay|paid|wage|wages|remuneration|earn|earning|earnings|money|package)"
    ),
}
"""Parts of patterns, written "<name>" in them."""

_INTENTS = {
    "leaving": (
        r"^(?!when|how (?:long|soon)|where|who)(?:.*\b(?:leav(?:e|ing)|quit(?:ting)?|resign(?:ing)?|"
        r"mov(?:e|ing) on)(?: (?:from )?(?:<own_job>|where you(?: are|'re).*|there|now))?(?: (?:right "
        r")?now| at this point| at the moment| then)?$|.*\blook(?:ing)? for (?:a )?(?:new|another|"
        r"different|change)\b|why.*\b(?:chang(?:e|ing)|switch(?:ing)?) (?:jobs?|roles?|companies|"
        r"employers?|positions?)\b)"
    ),
    "joining": (
        r"^(?!when|how|where|who)(?:.*\b(?:join(?:ing)?|work(?:ing)? (?:for|with|at)) (?:us|<here>)|"
        r".*\bwork(?:ing)? (?:<here>)|why us\b|why <here>|why (?:did you apply|are you applying)\b.*|"
        r".*\b(?:attract(?:ed|s)?|dr[ae]w|draws|brings?|brought|appeals?|excites?|interests?|"
        r"interested)\b.*(?:<here>|<role>|\bapply\b)|why (?:do|would) you (?:want|like) <role>|why "
        r"are you (?:here|interested))"
    ),
    "hiring": (
        r"^.*(?:why (?:should|would|must) (?:we|i|they|anyone) (?:hire|choose|pick|take|select|employ|"
        r"go with) you\b|(?:right|best|ideal|perfect|good) (?:person|candidate|fit|choice|"
        r"match)\b(?=.*\b(?:role|job|us|candidates?|position|here)\b|$)|sets? you apart|over (?:the "
        r")?other (?:candidates|applicants)|you stand out|you bring to)"
    ),
    "oneself": (
        r"^(?:.*\b(?:about|introduce) yourself\b.*|(?:.*\b(?:walk|take|talk|run) (?:me|us) through|"
        r".*\btell (?:me|us)(?: \w+){0,3} about|.*\bdescribe|what is|what's) your (?:own |"
        r"professional |personal )?(?:background|story|career(?: so far| history)?|cv|resume|résumé|"
        r"profile|journey)(?: so far)?(?: please| briefly)?|who are you)$"
    ),
    "weakness": (
        r"^(?=.*<you>).*\b(?:weak|weakness(?:es)?|weakest|weak (?:side|point|spot)s?|shortcomings?|"
        r"flaws?|areas? (?:for|of) (?:improvement|development|growth)|development areas?|(?:need|like|"
        r"want|trying|working) (?:to )?(?:improve|get better)(?: at| on)?|improve about yourself)\b"
    ),
    "strength": (
        r"^(?=.*<you>).*\b(?:strengths?|strongest|strong (?:side|point|suit)s?|(?:really |best |"
        r"particularly )?good at)\b"
    ),
    "pay": (
        r"^(?!how (?:is|are|was|were)\b)(?=.*<you>)(?=.*\b(?:<pay>)\b).*\b(?:expect(?:ing|ations?|"
        r"ed)?|hop(?:e|ing)|want|look(?:ing)?|in mind|desired?|requirements?|range|ask(?:ing)?|like "
        r"to|aim(?:ing)?)\b"
    ),
    "future": (
        r"^(?=.*\b(?:you|yourself|your)\b)(?=.*\b(?:five|three|ten|\d+|few|next|coming) (?:\w+ "
        r")?years\b|.*\blong[- ]term\b)(?!.*\b(?:market|industry|sector|technology|product|company|"
        r"world|economy|ago|last|past|did|previous)\b).*\b(?:see yourself|you (?:want|like) to be|"
        r"yourself|be (?:doing|in)|your (?:career )?(?:goals?|plans?|ambitions?))\b"
    ),
    "stress": (
        r"^(?=.*<you>).*\b(?:handle|deal with|cope|manage|work|react|respond)\b.*\b(?:pressure|stress|"
        r"stressful)\b(?!.*\b(?:test|tyre|tire|gauge|valve)\b)"
    ),
    "failure": (
        r"^(?=.*\b(?:you|your|a time|a failure|yourself)\b)(?!.*\b(?:service|server|node|system|disk|"
        r"database|network|test|build|hardware|machine|pump|sensor)\b).*\b(?:you(?:'ve)?(?: \w+)? "
        r"failed|your (?:\w+ )?failures?|a (?:\w+ )?failure|failed at|time (?:when )?you failed|"
        r"did(?:n't| not) succeed|not go (?:well|as planned)|(?:a |your )(?:\w+ "
        r")?mistakes?\b.*\b(?:you|made)?)"
    ),
    "conflict": (
        r"^(?=.*\b(?:you|your)\b|.*\ba (?:time|conflict|disagreement)\b).*\b(?:conflicts?|"
        r"disagree(?:d|ment|ments)?|dispute|clash(?:ed)?)\b(?!.*\b(?:merge|schedul\w+|version|"
        r"interest|package|dependenc\w+)\b)"
    ),
    "pride": r"^(?=.*<you>).*\b(?:achievements?|accomplish(?:ed|ments?)|proud(?:est)?(?: of)?)\b",
    "notice": (
        r"^(?=.*<you>).*\bnotice(?: period)?\b(?:$| (?:do you|must you|would you|you|is|at|there|"
        r"with)\b.*)"
    ),
    "availability": (
        r"^(?=.*<you>).*\b(?:when|how (?:soon|quickly|early))\b.*\b(?:start|available|join(?: us)?|"
        r"begin)\b(?!.*\b(?:company|project|career|coding)\b)"
    ),
    "asking": (
        r"^.*\b(?:(?:any|have|your|other) questions(?: you(?:'d| would)? \w+)?(?: (?:for|to) (?:us|me|"
        r"ask))?(?: for (?:us|me))?|(?:would|do) you (?:like|want) to (?:ask|know)(?: (?:us|me|from "
        r"us))?(?: anything)?|anything you(?:'d| would) like to ask.*)$"
    ),
}
TOPICS = {
    "leaving": "why I am leaving my job, reason for leaving, looking for something new",
    "joining": "why this company and this role, what attracts me, why I want to join, interested",
    "hiring": "my strengths, what I bring, why I am the right person for the role",
    "oneself": "summary, profile, about me, who I am, years of experience",
    "weakness": "my weakness, what I am working on myself, areas for improvement",
    "strength": "my strengths, what I am good at",
    "pay": "my salary expectation, how much I am asking for, I hope for",
    "future": "where I want to be in some years, my goals and ambitions, career plans",
    "stress": "how I handle stress and pressure, staying calm, looking after myself",
    "failure": "a mistake I made, a failure, I was wrong, what I learned from it",
    "conflict": "a disagreement, a conflict with a manager or colleague, I disagreed",
    "pride": "my greatest achievement, what I am proud of, award, success",
    "notice": "my notice period, weeks or months of notice",
    "availability": "when I can start, start date, notice period",
    "asking": "questions to ask them, my questions for them",
}
"""Topics of notes that answer a question with this intent, in the user's words."""


def _filled(pattern: str) -> str:
    return re.sub(r"<(\w+)>", lambda found: _PARTS[found[1]], pattern)


_PATTERNS = {name: re.compile(_filled(pattern)) for name, pattern in _INTENTS.items()}


def intent_of(question: str) -> str:
    """Return the intent of a question, or "".

    Args:
        question: In lower case, without a lead-in, as from `llm.sentences.plain`.
    """
    return next((name for name, pattern in _PATTERNS.items() if pattern.match(question)), "")
