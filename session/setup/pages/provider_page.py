"""Wizard page for who answers: providers, keys, and a test request that shows every byte."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import textwrap

from PyQt6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QPlainTextEdit

from bus.failures import Failure
from bus.process.environment import DISPLAYS, inherited
from llm.client.discovery.trial import Trial, try_provider
from llm.keys import keychain
from llm.keys.keychain import WHY, Outcome
from llm.keys.provider_keys import key_name, may_be_stored, variable_with_key
from llm.providers import KNOWN, LOCAL_SERVERS, Provider, named_provider
from overlay.texts.provider_card import card_rows
from overlay.texts.sentences import sentences
from overlay.texts.translation import number
from session.keys import providers_with_keys
from session.setup import look, strings
from session.setup.pages.page import Context, Page
from session.setup.settings.settings_file import Changes

_OTHER = "other"
_ANSWER_CHARACTERS = 100
_OPENAI_FORMS = {"openai-chat"}
"""Second forms of a provider, for the settings file alone."""


@dataclasses.dataclass(frozen=True)
class KeyStore:
    """State of the system's key store."""

    outcome: Outcome
    names: list[str]
    """Names of the keys in it."""

    @property
    def can_store(self) -> bool:
        """Whether a key can be stored, maybe after the system asked to unlock it."""
        return self.outcome in (Outcome.DONE, Outcome.LOCKED)


class ProviderPage(Page):
    """The page.

    Args:
        context: What it may use.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context, strings.PROVIDER, strings.PROVIDER_INTRO)
        self._store = KeyStore(Outcome.FAILED, [])
        self._names: list[str] = []
        self.list = QListWidget()
        self.list.setAccessibleName(strings.PROVIDER)
        self.address, self.model = QLineEdit(), QLineEdit(context.settings.llm.model)
        self.address.setPlaceholderText(strings.ADDRESS_EXAMPLE)
        self.address.setAccessibleName(strings.ADDRESS)
        self.model.setPlaceholderText(strings.PROVIDER_MODEL)
        self.model.setAccessibleName(strings.PROVIDER_MODEL)
        self.key_state = look.label("", "faint")
        self.type_key = look.button(strings.TYPE_KEY)
        self.test = look.button(strings.TEST_REQUEST)
        self.remark = look.label(strings.TEST_NEXT, "faint")
        self.result = QPlainTextEdit()
        self.result.setReadOnly(True)
        self.result.setAccessibleName(strings.RESULT)
        self.result.setPlaceholderText(strings.RESULT)
        self.result.setTabChangesFocus(True)
        self._build()
        self._choose(context.settings.llm.provider)
        self.list.currentRowChanged.connect(self._changed)
        self.address.textChanged.connect(self._changed)
        self.type_key.clicked.connect(self._type_key)
        self.test.clicked.connect(self._test)

    @property
    def chosen(self) -> str:
        """The chosen provider, as the setting `provider` has it."""
        name = self._chosen_item
        return self.address.text().strip() if name == _OTHER else name

    @property
    def asks_others(self) -> bool:
        """Whether questions go to a provider away from this machine."""
        provider = self._provider()
        return isinstance(provider, Provider) and not provider.local

    @property
    def host(self) -> str:
        """Where questions go."""
        provider = self._provider()
        return provider.host.removesuffix(":443") if isinstance(provider, Provider) else ""

    def changes(self) -> Changes:
        """Return the provider and the model."""
        present, model = self.context.settings.llm, self.model.text().strip()
        changed: dict[tuple[str, str], object] = {}
        if self.chosen and self.chosen != present.provider:
            changed["llm", "provider"] = self.chosen
        if model != present.model:
            changed["llm", "model"] = model or None
        return changed

    def enter(self) -> None:
        """Look up which keys are there."""
        self.context.background.run(self._key_store, self._show_store)
        self._changed()

    def _build(self) -> None:
        self._add("auto", strings.AUTO)
        for name, provider in KNOWN.items():
            if not provider.local and name not in _OPENAI_FORMS:
                host = provider.host.removesuffix(":443")
                self._add(name, strings.HOSTED.format(name=name, host=host))
        for server in LOCAL_SERVERS:
            self._add(server.name, strings.ON_THIS_MACHINE.format(name=server.name))
        self._add("local", strings.SMALL)
        self._add(_OTHER, strings.OWN_ADDRESS)
        self._add("none", strings.NOBODY)
        fields, keys, tests = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        fields.addWidget(self.address, stretch=3)
        fields.addWidget(self.model, stretch=2)
        keys.addWidget(self.key_state, stretch=1)
        keys.addWidget(self.type_key)
        tests.addWidget(self.remark, stretch=1)
        tests.addWidget(self.test)
        self.body.addWidget(self.list, stretch=3)
        for row in (fields, keys, tests):
            self.body.addLayout(row)
        self.body.addWidget(self.result, stretch=2)

    def _add(self, name: str, text: str) -> None:
        self._names.append(name)
        self.list.addItem(text)

    @property
    def _chosen_item(self) -> str:
        return self._names[max(self.list.currentRow(), 0)]

    def _choose(self, wanted: str) -> None:
        if wanted not in self._names:
            self.address.setText(wanted)
            wanted = _OTHER
        self.list.setCurrentRow(self._names.index(wanted))

    def _provider(self) -> Provider | Failure | None:
        """Return the chosen provider; None for a mode, a failure for an address that cannot be used."""
        try:
            return named_provider(self.context.settings.llm, self.chosen) if self.chosen else None
        except Failure as failure:
            return failure

    def _changed(self) -> None:
        self.address.setVisible(self._chosen_item == _OTHER)
        provider = self._provider()
        self.model.setVisible(self.chosen not in ("local", "none"))
        self.test.setEnabled(bool(self.chosen) and self.chosen not in ("local", "none"))
        tests = {"local": strings.SMALL_TEST, "none": strings.NO_TEST}
        self._say(tests.get(self.chosen, strings.TEST_NEXT))
        self.result.setPlainText(_card_text(provider))
        self._show_key(provider)

    def _show_key(self, provider: Provider | Failure | None) -> None:
        self.type_key.hide()
        look.mark(self.key_state, "faint")
        if isinstance(provider, Failure):
            look.mark(self.key_state, "warn")
            self.key_state.setText(sentences(provider.problem, provider.fix))
        elif provider is None or not may_be_stored(provider):
            self.key_state.setText(strings.KEY_NOT_NEEDED if self.chosen else "")
        else:
            self.type_key.setVisible(self._store.can_store)
            self.key_state.setText(self._key_words(provider))

    def _key_words(self, provider: Provider) -> str:
        variable = variable_with_key(provider, os.environ)
        places = [strings.ENVIRONMENT.format(variable=variable)] if variable else []
        if key_name(provider) in self._store.names:
            places.append(strings.KEY_STORE)
        if places:
            return strings.KEY_IN.format(places=", ".join(places))
        missing = strings.KEY_MISSING if provider.needs_key else strings.KEY_MAY_BE_NEEDED
        if self._store.can_store:
            return missing
        return (
            f"{missing}. {strings.NO_KEY_STORE.format(why=sentences(WHY[self._store.outcome]).rstrip('.'))}"
        )

    def _key_store(self) -> KeyStore:
        outcome = keychain.state()[0]
        if outcome is not Outcome.DONE:
            return KeyStore(outcome, [])
        return KeyStore(outcome, keychain.names(list(providers_with_keys(self.context.settings.llm)))[1])

    def _show_store(self, store: KeyStore | Failure) -> None:
        if isinstance(store, KeyStore):
            self._store = store
            self._show_key(self._provider())

    def _type_key(self) -> None:
        provider = self._provider()
        if isinstance(provider, Provider):
            self.type_key.setEnabled(False)
            name = key_name(provider)
            self.context.background.run(lambda: _store_key(name), self._key_typed)

    def _key_typed(self, outcome: Outcome | Failure | None) -> None:
        self.type_key.setEnabled(True)
        if outcome is Outcome.DONE:
            self.enter()
            self._say(strings.KEY_STORED, "good")
        elif isinstance(outcome, Outcome):
            self._say(strings.KEY_NOT_STORED.format(why=WHY[outcome]), "warn")

    def _test(self) -> None:
        chosen, model = self.chosen, self.model.text().strip()
        settings = self.context.settings.llm
        self.test.setEnabled(False)
        self._say(strings.TESTING)
        self.context.background.run(
            lambda: try_provider(settings, chosen, model), lambda done: self._tested(chosen, done)
        )

    def _tested(self, chosen: str, done: Trial | Failure) -> None:
        if chosen != self.chosen:
            return
        self.test.setEnabled(True)
        if isinstance(done, Failure):
            done = Trial(problem=done.problem, fix=done.fix)
        self.result.setPlainText(report(done))
        if done.problem:
            self._say(sentences(done.problem, done.fix), "warn")
        else:
            answer = textwrap.shorten(done.answer, _ANSWER_CHARACTERS, placeholder="…")
            self._say(strings.ANSWERED.format(model=done.model, answer=answer), "good")

    def _say(self, text: str, name: str = "faint") -> None:
        self.remark.setText(text)
        look.mark(self.remark, name)


def _card_text(provider: Provider | Failure | None) -> str:
    """Return the card of a hosted provider, which is shown until a request is tried."""
    if not isinstance(provider, Provider) or provider.card is None:
        return ""
    return "\n".join(f"{label}: {text}" for label, text in card_rows(provider.card))


def report(trial: Trial) -> str:
    """Return what was sent, every byte, and what was received. Pure."""
    parts = [
        f"{strings.SENT_TO.format(url=sent.url, size=number(sent.body_bytes))}\n{sent.body}"
        if sent.body
        else strings.SENT_LIST.format(url=sent.url)
        for sent in trial.sent
    ]
    if trial.answer:
        parts.append(f"{strings.RECEIVED.format(model=trial.model)}\n{trial.answer}")
    if trial.problem:
        parts.append(sentences(trial.problem, trial.fix))
    return "\n\n".join(parts if trial.sent else [strings.NOTHING_WAS_SENT, *parts])


def _store_key(name: str) -> Outcome | None:
    """Let one process prompt for a key and another store it; None if the user cancelled.

    The key goes from one to the other through a pipe, so this process never holds it.
    """
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "session.setup.pages.key_prompt", name],
        env=inherited(os.environ, DISPLAYS),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    ) as prompt:
        outcome = keychain.put(name, pipe=prompt.stdout)
        return None if prompt.wait() else outcome
