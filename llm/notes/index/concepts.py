"""Concepts: groups of words and phrases with the same meaning in a question.

English, for work, interviews, sales, products and projects. A concept is written "~name". Rare meanings of a
word are left out, because each concept can add wrong matches. Pure.
"""

from __future__ import annotations

import re
from collections import defaultdict

from llm.notes.index.words import stem

_WORDS = """
accuracy: accurate accuracy precise precision exact tolerance error
achieve: achievement accomplishment accomplish proud award awarded success successful win won
    highlight
advantage: advantage advantages benefit benefits upside strength strengths strong
age: age founded established history oldest
agree: consensus agree agreed agreement convince convinced persuade persuaded align alignment
algorithm: algorithm model method approach technique
angry: angry upset annoyed shouted furious complaint complaints complained difficult
approve: approval approve approved sign-off permission authorise authorize
automatic: automate automated automatic automatically automation manual manually
awake: pager paged pages page on-call alert alerts alarm alarms night nights
back: backup backups restore recovery recover
battery: battery batteries power charge charging
boss: boss manager supervisor senior
break: break breaks broke broken breakdown fault faulty defect defective dead dies die died fail
    fails failed failure outage crash crashed crashes incident malfunction
budget: funded fund funds grant sponsor foundation paid pay budget budgets funding spend spending
    spent cost costs
build: build built develop developed create created wrote implemented designed
cancel: cancel cancels cancelled cancellation terminate termination quit leave leaves leaving left
certificate: certificate certificates certification certifications certified accreditation
    accredited licence license qualification qualifications qualified
change: change changed switch switched migrate migrated migration move moved replace replaced
    replacing
child: children child kids family
childcare: childcare creche nursery daycare kindergarten
city: city town location located
client: customer customers client clients buyer buyers user users account accounts
code: code coding programming programmer software developer engineer
colleague: colleague colleagues coworker coworkers teammate teammates peer peers
company: company employer organisation organization business firm
compare: compare compared comparison versus competitor competitors competition rival rivals differ
    different difference better alternative alternatives instead
conference: conference conferences speaker speaking spoke spoken keynote meetup webinar
conflict: conflict conflicts disagree disagreed disagreement disagreeing dispute argument argue
    argued clash tension difficult
contract: contract contracts commitment commit committed tied lock-in locked subscription minimum
    binding
cost: cost costs price prices pricing priced fee fees expensive cheap charge charges rate rates pay
    paid pounds euros dollars
country: country countries region regions abroad overseas international europe european union nation
currency: currency currencies dollar dollars euro euros multi-currency
date: date dates deadline deadlines when schedule timeline
decide: decide decided decides decision decisions choose chose chosen choice pick picked select
    selected
degree: train trained training qualification qualifications degree degrees university college school
    studied study studies education educated graduate graduated bachelor bachelors master masters
    phd doctorate msc bsc mba thesis diploma major academic
deploy: deploy deployed deployment deployments release releases released ship shipped shipping
    rollout launch launched
disability: disability disabilities disabled accessibility accommodation accommodations
discount: discount discounts reduction cheaper rebate coupon
doctor: doctor doctors physician consultant surgeon
document: author authors co-author coauthor document documents documentation documented write
    writing written wrote paper papers publish published publication publications article articles
    blog
earlier: previous previously earlier prior former before past
enjoy: enjoy enjoyed like love passion passionate favourite favorite motivate motivates motivated
    motivation
estimate: estimate estimates estimated estimation guess planning
export: export exported download extract csv
family: family families relative relatives parent parents father mother dad mum
fast: fast faster speed quick quickly slow slower latency lag delay delays performance throughput
feedback: feedback review reviews criticism opinion opinions
fit: hire hired hiring choose candidate candidates suitable fit
fix: fix fixed repair repaired replaced replacement solve solved resolve resolved mend
food: food meal meals kitchen restaurant canteen
future: future goals ambition ambitions aspiration aspirations roadmap upcoming
goal: goal goals aim aims objective objectives target targets priority priorities
grow: mentor mentored mentoring mentorship coach coached coaching teach taught teaching train
    trained training grow grew helped onboard onboarding junior juniors
health: nurse nursing ward illness health healthcare hospital medical medicine clinic doctor patient
    patients
hobby: hobby hobbies volunteer volunteering leisure weekend weekends sport sports
holiday: holiday holidays vacation vacations pto annual-leave sabbatical time-off
inspect: inspector inspectors inspection inspections audit audits auditor regulator regulators
    compliance compliant comply regulation regulations regulatory standard standards law legal
integrate: integrate integrates integrated integration integrations connect connects connected
    connection interface interfaces api apis plugin plugins compatible webhook webhooks work-with
job: job jobs role roles position positions post employment career
language: language languages fluent fluently speak
late: late delay delayed delays slip slipped overran missed behind deadline overdue
lead: lead leads led leader leadership leading manage manages managed managing manager supervise
    supervised supervisor boss head direct
learn: learn learned learnt lesson lessons learning
lose: loss losses lost lose waste wasted throw thrown discard
measure: measure measured measuring metric metrics kpi kpis monitor monitoring track tracked
    tracking
meet: meeting meetings meet
mistake: mistake mistakes error errors wrong regret fail failed failure fault misjudged
mobile: phone phones mobile smartphone ios android app
money: money financial finance save saved savings saving budget
move: relocate relocation relocating move moving
nature: statistics statistical significance significant
offline: offline reception signal connectivity coverage internet disconnected network wifi
opinion: trust trusted believe believed confidence confident sceptical skeptical
outcome: outcome outcomes result results impact effect effects finding findings conclusion
    conclusions achieved improve improved improvement
override: override overrides overrule overrules overruled ignore correct
own: own owns owned owner owners ownership belong belongs
payback: payback roi return profitable pays profit revenue
people: people employees employee staff headcount person workforce
place: depot depots site sites warehouse warehouses branch branches location locations
present: currently present today nowadays now
privacy: privacy private gdpr confidential personal
problem: problem problems issue issues challenge challenges challenging obstacle difficulty
    difficulties
process: process steps step stages stage procedure rounds round
proof: reference references testimonial case-study evidence proof
qualify: require requires required requirement requirements need needs needed must mandatory
    prerequisite
reason: reason reasons why because cause caused purpose
record: records charts
recruit: interview interviews interviewing recruiting recruiter recruitment hire hiring hired
refund: refund refunds money-back return returns warranty guarantee
relocate: relocate relocation relocating
risk: risk risks risky danger dangers dangerous threat threats worst downside wrong
salary: salary salaries compensation pay paid wage wages remuneration earn earning earnings package
scale: scale scaling size big large volume
season: winter cold summer hot warm autumn spring season seasons seasonal
security: security secure secured encrypt encrypted encryption protect protected protection breach
setup: setup set-up install installed installation onboarding rollout roll-out implementation
    deployment implement
skill: skill skills technology technologies tools stack proficient
software: software app application applications program platform
source: source sources dataset datasets input inputs feed feeds
start: start starts started begin begins began commence
store: store stored stores storage kept keep keeps hold held hosted hosting retain retained
    retention
stress: stress stressful pressure pressured overwhelmed workload burnout
study: study studies research experiment experiments thesis paper trial survey literature
support: support helpdesk help assistance service-level sla response
team: team teams squad squads group groups crew department departments colleagues
test: test tests tested testing quality qa
train: training course courses workshop workshops
travel: travel travelling traveling trips
trial: trial trials try tried demo demonstration pilot sample free
uptime: uptime availability downtime outage reliability reliable sla
vehicle: vehicle vehicles lorry lorries truck trucks van vans car cars fleet driver drivers
visa: visa visas sponsorship sponsor citizenship citizen immigration permit settled residency
    eligible
weakness: limited weakness weaknesses weak shortcoming shortcomings flaw flaws limitation
    limitations limits drawback drawbacks improve
work_alone: independent independently autonomous autonomy alone
"""
"""Each concept, and the words that stand for it."""

_PHRASES = {
    "conference": r"talks(?: |$)",
    "date": (
        r"when (?:did|do|does|will|would|can|could|is|are|was|were|should|might)|(?:which|what) "
        r"(?:year|month|date|day)|(?:january|february|april|june|july|august|september|october|"
        r"november|december)|(?:19|20)\d\d"
    ),
    "duration": (
        r"how long|(?:\d+|half an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|several|"
        r"many) (?:\w+ )?(?:minutes?|hours?|days?|weeks?|months?|years?)"
    ),
    "frequency": (
        r"how often|how frequently|daily|nightly|weekly|monthly|yearly|hourly|every (?:\w+ "
        r")?(?:minute|hour|day|night|week|month|year|weekend)s?|(?:once|twice|times) an? \w+"
    ),
    "reason": r"why|because|reasons?",
    "about_me": (
        r"about (?:yourself|myself|me)|who (?:i am|are you)|introduce yourself|your (?:background|"
        r"profile|story)|(?:career|personal|professional) (?:summary|profile)|profile|bio"
    ),
    "awake": r"on[- ]call",
    "cost": r"how much (?:is|are|does|do|would|will|did)|per (?:month|seat|user|year)|a month",
    "country": r"which country|what country",
    "fit": r"why (?:should|would) we (?:hire|choose|pick|take)|right (?:person|fit|candidate)|why you\b",
    "future": (
        r"(?:in|from) (?:five|three|ten|\d+) years|long[- ]term|see yourself|what(?:'s| is) next|next "
        r"steps?"
    ),
    "hobby": (
        r"(?:spare|free) time|outside (?:of )?(?:the |your |my )?(?:\w+)|when you're not working|"
        r"relax|unwind|switch off|for fun|after work|interests|off duty"
    ),
    "holiday": r"(?:paid |annual )leave|days? off|time off",
    "weakness": (
        r"working on (?:myself|yourself)|areas? (?:for|of) (?:improvement|growth|development)|get "
        r"better at|development areas?"
    ),
    "grow": r"help(?:ed|ing)? (?:\w+ ){0,3}(?:grow|learn|improve|develop)|pair(?:ed|ing)",
    "leave": (
        r"leav(?:e|ing) (?:your|my|the) (?:\w+ )?(?:job|company|role|position|employer)|move on|new "
        r"job|looking for (?:a )?(?:new|change)"
    ),
    "mistake": r"went wrong|go wrong|goes wrong|would do differently|do differently",
    "offline": (
        r"no (?:signal|reception|internet|network|connection)|out of reach|without (?:a )?(?:\w+ "
        r")?(?:reception|signal|internet|network|connection)"
    ),
    "questions": (
        r"(?:any|have|your) questions|questions? (?:for|to ask) (?:us|them|me|you)|(?:things|anything|"
        r"what) to ask|ask (?:us|them)|like to (?:ask|know)"
    ),
    "remote": r"from home|in the office|in person|home office|hybrid|remote(?:ly)?|days? a week",
    "contract": r"tied in|locked in|minimum (?:term|period)|sign up for",
    "salary": r"\d[\d,.]{0,12}k?\s?(?:pounds|euros|dollars)|[£$€]\s?\d|hope for",
    "size": (
        r"how (?:big|large|many people|many employees)|number of (?:people|employees)|\d[\d,]{0,12} "
        r"(?:people|employees|staff)"
    ),
    "start": r"start date|(?:able|available|could|can) (?:\w+ )?(?:to )?start|how soon",
    "whyus": (
        r"why (?:us\b|(?:do you want|are you interested|would you (?:like|want))[\w ]{0,60}?(?:join|"
        r"work(?:ing)? (?:here|for|with|at|in)|this|our|us\b))|(?:attracted|drew|draws|interests?|"
        r"excites?) you|why (?:this|our) (?:company|role|job|team|position)|interested in (?:this|our|"
        r"us\b|the (?:role|position|job)|working|joining)|want to (?:work|join)"
    ),
}


def _by_stem() -> dict[str, tuple[str, ...]]:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for line in re.sub(r"\n +", " ", _WORDS.strip()).split("\n"):
        name, members = line.split(":")
        for word in members.split():
            key = stem(word)
            if f"~{name}" not in groups[key]:
                groups[key].append(f"~{name}")
    return {key: tuple(names) for key, names in groups.items()}


_GROUPS = _by_stem()
_PHRASE = re.compile(
    "|".join(rf"(?P<{name}>\b(?:{pattern}))" for name, pattern in _PHRASES.items()), re.IGNORECASE
)


def concepts_of(stemmed: str) -> tuple[str, ...]:
    """Return the concepts of a word, by its stem."""
    return _GROUPS.get(stemmed, ())


def concepts_in(text: str) -> list[str]:
    """Return the concepts of the phrases in a text, in order."""
    return [f"~{found.lastgroup}" for found in _PHRASE.finditer(text.replace("’", "'"))]
