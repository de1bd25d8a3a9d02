"""Wizard page for the speech model: what is installed, how fast it is here, downloads."""

from __future__ import annotations

import time

from PyQt6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QPushButton, QRadioButton

from bus.failures import Failure
from overlay.texts.sentences import sentences
from overlay.texts.translation import number
from session.models import store
from session.models.catalogue import CATALOGUE
from session.models.choice import AUTO, choose, has_cuda, to_pull
from session.models.fetch import pull
from session.models.model import Model
from session.setup import look, strings
from session.setup.pages.model_timing import Timing, measure, recommended
from session.setup.pages.page import Context, Page
from session.setup.settings.settings_file import Changes

_LIMIT_S = 50.0
"""After so long no further model is measured."""

_MODELS = sorted((model for model in CATALOGUE.values() if model.transcribes), key=lambda m: m.size_bytes)


class ModelPage(Page):
    """The page.

    Args:
        context: What it may use.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context, strings.MODEL, strings.MODEL_INTRO)
        self._group = QButtonGroup(self)
        self.choices: dict[str, QRadioButton] = {}
        self.states = {model.name: look.label("", "faint") for model in _MODELS}
        self.downloads: dict[str, QPushButton] = {}
        self._timings: list[Timing] = []
        self._measured_until_s, self._automatic = 0.0, ""
        self.verdict = look.label()
        self.measure = look.button(strings.MEASURE)
        self.measure.clicked.connect(self._measure)
        self._build()
        wanted = context.settings.stt.model
        self.choices.get(wanted, self.choices[AUTO]).setChecked(True)
        self._initial = self.chosen

    @property
    def chosen(self) -> str:
        """The name of the chosen model, or "auto"."""
        return next(name for name, radio in self.choices.items() if radio.isChecked())

    def changes(self) -> Changes:
        """Return the model, if another one was chosen."""
        if self.chosen == self._initial:
            return {}
        return {("stt", "model"): None if self.chosen == AUTO else self.chosen}

    def enter(self) -> None:
        """Show what is installed."""
        self.context.background.run(_installed, self._show_installed)

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setColumnStretch(0, 1)
        grid.setVerticalSpacing(4)
        automatic = strings.AUTOMATIC_MODEL.format(model="…")
        for row, (name, text) in enumerate(
            [(AUTO, automatic), *((model.name, model.about.partition(":")[0]) for model in _MODELS)]
        ):
            radio = self.choices[name] = QRadioButton(text)
            self._group.addButton(radio)
            grid.addWidget(radio, 2 * row, 0)
            if name in self.states:
                button = self.downloads[name] = look.button(strings.DOWNLOAD, f"{strings.DOWNLOAD} {name}")
                button.hide()
                button.clicked.connect(lambda _=False, name=name: self._download(CATALOGUE[name]))
                self.states[name].setContentsMargins(24, 0, 0, 4)
                grid.addWidget(button, 2 * row, 1, 2, 1)
                grid.addWidget(self.states[name], 2 * row + 1, 0)
        self.body.addLayout(grid)
        foot = QHBoxLayout()
        foot.addWidget(self.measure)
        foot.addWidget(self.verdict, stretch=1)
        self.body.addLayout(foot)
        self.body.addStretch(1)

    def _show_installed(self, found: tuple[str, set[str]] | Failure) -> None:
        if isinstance(found, Failure):
            return self._say(found)
        self._automatic, installed = found
        self.choices[AUTO].setText(strings.AUTOMATIC_MODEL.format(model=self._automatic))
        timed = {timing.model for timing in self._timings}
        for model in _MODELS:
            is_there = model.name in installed
            self.downloads[model.name].setVisible(not is_there)
            self.choices[model.name].setEnabled(is_there)
            if model.name not in timed:
                size = strings.TO_DOWNLOAD.format(size_mb=number(model.size_bytes / 1e6))
                self.states[model.name].setText(strings.INSTALLED if is_there else size)
        self.measure.setEnabled(bool(installed))
        if not installed:
            self.verdict.setText(strings.NO_MODEL)
            look.mark(self.verdict, "warn")
        return None

    def _measure(self) -> None:
        self.measure.setEnabled(False)
        self._timings.clear()
        self._measured_until_s = time.monotonic() + _LIMIT_S
        self._measure_next([model.name for model in _MODELS if self.choices[model.name].isEnabled()])

    def _measure_next(self, names: list[str]) -> None:
        if not names or time.monotonic() > self._measured_until_s:
            return self._conclude()
        look.mark(self.verdict, "faint")
        self.verdict.setText(strings.MEASURING.format(model=names[0]))
        self.context.background.run(
            lambda: measure(names[0]), lambda timing: self._measured(names[0], timing, names[1:])
        )
        return None

    def _measured(self, name: str, timing: Timing | Failure, rest: list[str]) -> None:
        if isinstance(timing, Failure):
            self.states[name].setText(sentences(timing.problem, timing.fix))
        else:
            self._timings.append(timing)
            text = strings.MEASURED if timing.is_quick else strings.TOO_SLOW
            turn_s, rtf, times = number(timing.turn_s, 1), number(timing.rtf, 2), number(1 / timing.rtf)
            self.states[name].setText(text.format(turn_s=turn_s, rtf=rtf, times=times))
        self._measure_next(rest)

    def _conclude(self) -> None:
        self.measure.setEnabled(True)
        if not (best := recommended(self._timings)):
            return
        quick = any(timing.is_quick for timing in self._timings)
        self.verdict.setText((strings.RECOMMENDED if quick else strings.RECOMMENDED_SLOW).format(model=best))
        look.mark(self.verdict, "good" if quick else "warn")
        if self.chosen == self._initial == AUTO and best != self._automatic:  # the user chose none
            self.choices[best].setChecked(True)

    def _download(self, model: Model) -> None:
        button, received = self.downloads[model.name], 0
        button.setEnabled(False)
        wanted = to_pull([model])
        size_bytes = sum(each.size_bytes for each in wanted)

        def progress(count: int) -> None:
            nonlocal received
            received += count
            percent = min(100 * received // size_bytes, 100)
            self.context.background.call(button.setText, strings.DOWNLOADING.format(percent=percent))

        self.context.background.run(
            lambda: [pull(each, progress) for each in wanted],
            lambda origins: self._downloaded(model, origins),
        )

    def _downloaded(self, model: Model, origins: list[str] | Failure) -> None:
        button = self.downloads[model.name]
        button.setText(strings.DOWNLOAD)
        button.setEnabled(True)
        if isinstance(origins, Failure):
            return self._say(origins)
        self.verdict.setText(strings.DOWNLOADED.format(origin=origins[0]))
        look.mark(self.verdict, "faint")
        self.enter()
        return None

    def _say(self, failure: Failure) -> None:
        self.verdict.setText(sentences(failure.problem, failure.fix))
        look.mark(self.verdict, "warn")


def _installed() -> tuple[str, set[str]]:
    """Return what "auto" means here, and the names of installed models."""
    automatic = choose(AUTO, has_cuda=has_cuda(), is_there=store.is_there).model
    return automatic, {model.name for model in _MODELS if store.is_there(model.name)}
