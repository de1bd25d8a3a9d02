"""Sentences about what happens in a session, which window and terminal view share. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from bus.messages import (
    LevelAlarm,
    Passage,
    ProviderReady,
    RequestHeld,
    RequestSent,
    UsageCounted,
)
from bus.stages.table import STAGE_KINDS
from overlay.texts import strings
from overlay.texts.translation import _, ngettext, number, pgettext

_KINDS = {
    "paused": pgettext("session", "Paused"),
    "practice": pgettext("session", "Practice"),
    "live": pgettext("session", "Live"),
    "recorded": pgettext("session", "● Recording"),
    "recording": pgettext("session", "Replay"),
    "": "",
}
_STAGE_STATES = {
    "starting": pgettext("process", "starting"),
    "ready": pgettext("process", "ready"),
    "died": pgettext("process", "restarting"),
    "given up": pgettext("process", "stopped"),
}
_LEVELS = {
    "": _("{name}: {level} dB ({device})"),
    "speaking": _("{name}: {level} dB, speaking ({device})"),
    "silent": _("{name}: {level} dB, silent ({device})"),
    "clipping": _("{name}: {level} dB, too loud ({device})"),
}
_SOURCES = {
    "": _("{name} ({device})"),
    "speaking": _("{name}: speaking ({device})"),
    "silent": _("{name}: silent ({device})"),
    "clipping": _("{name}: too loud ({device})"),
}


def kind(state: str) -> str:
    """Return the kind of session, in a word."""
    return _KINDS[state]


def level(
    name: str,
    level_dbfs: float,
    device: str,
    *,
    speaks: bool,
    alarm: Literal["silent", "clipping"] | None,
    paused: bool,
) -> str:
    """Return the state of a source."""
    if paused:
        return _("{name}: paused").format(name=name)
    if not device:
        return _("{name}: not captured").format(name=name)
    state = alarm or ("speaking" if speaks else "")
    return _LEVELS[state].format(name=name, level=number(level_dbfs), device=device)


def stage(name: str, state: str, restarts: int, detail: str) -> str:
    """Return the state of a process."""
    restarted = ngettext("restarted {count} time", "restarted {count} times", restarts).format(count=restarts)
    facts = (_STAGE_STATES[state], restarted if restarts else "", detail)
    return f"{name}: {', '.join(filter(None, facts))}"


def place_among(at: int, count: int) -> str:
    """Return which of several is shown."""
    return _("{number} of {count}").format(number=at, count=count)


def numbered(at: int, count: int, question: str) -> str:
    """Return a question of a practice with its number."""
    return _("{number} of {count}: {question}").format(number=at, count=count, question=question)


def answer_to(question: int) -> str:
    """Return the title of the remarks on an answer."""
    return _("Your answer to question {number}").format(number=question)


def said(name: str, text: str) -> str:
    """Return the words of a speaker, for a screen reader."""
    return _("{name}: {text}").format(name=name, text=text)


def question_found(question: str) -> str:
    """Return that there is a question, for a screen reader."""
    return _("Question: {question}").format(question=question)


def source(
    name: str, device: str, *, speaks: bool, alarm: Literal["silent", "clipping"] | None, paused: bool
) -> str:
    """Return the state of a source without its level, which changes too often for a screen reader."""
    if paused:
        return _("{name}: paused").format(name=name)
    if not device:
        return _("{name}: not captured").format(name=name)
    return _SOURCES[alarm or ("speaking" if speaks else "")].format(name=name, device=device)


def follow_up(question: str, previous: str) -> str:
    """Return a question with the one that it follows up."""
    return _("{question} (after: {previous})").format(question=question, previous=previous)


def general(model: str) -> str:
    """Return that an answer has no note behind it."""
    return _("General knowledge: nothing in your notes fits. {model}").format(model=model)


def with_others(text: str, others: int) -> str:
    """Return a problem, and how many more there are."""
    return f"{text} (+{others})" if others > 0 else text


def key_taken(key: str, label: str) -> str:
    """Return that a key is not received."""
    text = _("{key} ({action}) belongs to another program, or is not on this keyboard")
    return text.format(key=key, action=label)


def key_fix(action: str) -> str:
    """Return how to choose another key."""
    return _('choose another one: [overlay.keys] {action} = "…"').format(action=action)


def pause(name: str) -> str:
    """Return the label of the action that pauses one source."""
    return _("Mute {name}").format(name=name)


def unpause(name: str) -> str:
    """Return the label of the action that continues one source."""
    return _("Unmute {name}").format(name=name)


def milliseconds(ms: float) -> str:
    """Return a short time."""
    return _("{count} ms").format(count=number(ms))


def step(name: str, ms: float) -> str:
    """Return when a step of an answer was reached."""
    return _("{step} after {count} ms").format(step=strings.STEPS[name], count=number(ms))


def held_content(question: str, passages: Sequence[Passage], body: str) -> str:
    """Return what a held request would send: the question and the notes, then every byte."""
    notes = "\n".join(f"{each.file} · {each.heading}: {' '.join(each.text.split())}" for each in passages)
    text = _("Question: {question}\n\nNotes: {notes}\n\nEvery byte:\n{body}")
    return text.format(question=question, notes=notes or pgettext("notes", "none"), body=body)


def window_lost(cause: str) -> str:
    """Return that the window cannot be shown any more."""
    text = _("The window is not shown ({cause}). The session continues; Ctrl-C or `cuecard end` ends it.")
    return text.format(cause=cause)


def latency(seconds: float) -> str:
    """Return how long after its end an utterance became final."""
    return _("final words after {seconds} s").format(seconds=number(seconds, 2))


def held_request(held: RequestHeld) -> str:
    """Return what waits for approval and where it would go."""
    leaves = _("{bytes} bytes for {host} wait for your approval (leaves this machine)")
    stays = _("{bytes} bytes for {host} wait for your approval (stays on this machine)")
    return (leaves if held.left_machine else stays).format(bytes=number(held.body_bytes), host=held.host)


def sent_request(request: RequestSent) -> str:
    """Return a request for the ledger, with its body."""
    if not request.left_machine:
        head = _("{model} at {address} (this machine), {bytes} bytes")
    elif not request.encrypted:
        head = _("{model} at {address} (unencrypted), {bytes} bytes")
    else:
        head = _("{model} at {address}, {bytes} bytes")
    size = number(request.body_bytes)
    return f"{head.format(model=request.model, address=request.url, bytes=size)}\n{request.body}"


def left_machine_short(requests: int, body_bytes: int, hosts: Iterable[str]) -> str:
    """Return what left the machine, in a few characters."""
    if not requests:
        return _("Nothing sent")
    names = sorted({(host.rpartition(":")[0] or host).removeprefix("api.") for host in hosts})
    host = f"{names[0]} …" if len(names) > 1 else names[0]
    if body_bytes < 1000:
        return _("↗ {count} bytes to {host}").format(count=body_bytes, host=host)
    return _("↗ {count} kB to {host}").format(count=number(body_bytes / 1000, 1), host=host)


def left_machine(requests: int, body_bytes: int, hosts: Iterable[str]) -> str:
    """Return what left the machine."""
    if not requests:
        return _("nothing left this machine")
    text = ngettext(
        "{count} request, {bytes} bytes left, to {hosts}",
        "{count} requests, {bytes} bytes left, to {hosts}",
        requests,
    )
    return text.format(count=number(requests), bytes=number(body_bytes), hosts=", ".join(sorted(hosts)))


def provider(ready: ProviderReady) -> str:
    """Return the provider and its model, and whether requests leave this machine."""
    if ready.provider == "none":
        return strings.NO_PROVIDER
    where = [_("leaves this machine") if ready.leaves_machine else _("this machine")]
    where += [_("unencrypted")] if ready.leaves_machine and not ready.encrypted else []
    where += [_("through the proxy {proxy}").format(proxy=ready.proxy)] if ready.proxy else []
    return f"{ready.provider}, {ready.model} ({', '.join(where)})"


def switched(ready: ProviderReady) -> str:
    """Return who answers from now on."""
    return _("switched to {provider}").format(provider=provider(ready))


def usage(tokens: int, count: UsageCounted) -> str:
    """Return the tokens of a session and their cost."""
    facts = [ngettext("{count} token", "{count} tokens", tokens).format(count=number(tokens))]
    if count.cost == count.day_cost == 0:  # every request stayed on this machine
        return facts[0]
    facts.append(money(count.session_cost))
    if count.day_cost > count.session_cost:
        facts.append(_("{amount} today").format(amount=money(count.day_cost)))
    return ", ".join([*facts, *([strings.PRICE_UNKNOWN] if count.cost is None else [])])


def money(dollars: float) -> str:
    """Return an amount; cents are too coarse for a single answer."""
    return _("${amount}").format(amount=number(dollars, 2 if dollars >= 1 or not dollars else 4))


def lost_audio(source: str, seconds: float, cause: str) -> str:
    """Return how much audio of a source was lost."""
    text = _("{name}: {seconds} s of audio lost ({cause})")
    return text.format(name=source, seconds=number(seconds, 2), cause=cause)


def lost_utterance(source: str, cause: str) -> str:
    """Return that an utterance was lost."""
    return _("{name}: an utterance was lost ({cause})").format(name=source, cause=cause)


def given_up(stage: str, cause: str, fix: str) -> str:
    """Return that a stage is not restarted any more."""
    return sentences(_("{process} stopped working: {cause}").format(process=stage, cause=cause), fix)


def stage_restarts(stage: str) -> str:
    """Return that a stage died and is started again."""
    return _("{process} stopped and is starting again.").format(process=stage)


def alarm(kind: Literal["silent", "clipping"], name: str) -> str:
    """Return what is wrong with the level of a source."""
    if kind == "silent":
        text = _("{name}: the microphone sends only silence. Unmute it or choose another one.")
    else:
        text = _("{name}: too loud, words are distorted. Lower the input level.")
    return text.format(name=name)


def level_line(kind: LevelAlarm, name: str) -> str:
    """Return what is wrong with the level of a source, or that it is right again."""
    if kind == "none":
        return _("{name}: the level is right again.").format(name=name)
    return alarm(kind, name)


def sentences(*parts: str) -> str:
    """Return clauses as sentences: each ends with a stop, and begins with a capital letter or a name."""
    return " ".join(
        f"{_capitalized(part)}{'' if part[-1] in '.!?…' else '.'}" for part in map(str.strip, parts) if part
    )


def _capitalized(clause: str) -> str:
    first = clause.split(maxsplit=1)[0].rstrip(",;:")
    is_name = not first.isalpha() or first in (*STAGE_KINDS, "cuecard")
    return clause if is_name else clause[0].upper() + clause[1:]
