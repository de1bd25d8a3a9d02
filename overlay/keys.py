"""Actions of the window, and the keys for them.

Pure. Global keys work while another program has the keyboard; the keys of the window work while it has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bus.failures import SettingsFailure
from overlay.texts import strings

BY = "overlay"
"""Publisher of what the user does in the window."""


@dataclass(frozen=True)
class Action:
    """Something that the user can do by key, button or menu."""

    name: str
    global_key: str
    """Default; empty for none."""
    window_key: str
    """Qt's names of keys; two of them separated by a space."""

    @property
    def label(self) -> str:
        """Its words in menus."""
        return strings.ACTIONS[self.name]


ACTIONS = {
    action.name: action
    for action in (
        Action("answer", "Ctrl+Alt+A", "A"),
        Action("cancel", "Ctrl+Alt+X", "Esc"),
        Action("again", "Ctrl+Alt+R", "R"),
        Action("shorter", "Ctrl+Alt+-", "-"),
        Action("longer", "Ctrl+Alt+=", "+ ="),
        Action("copy", "Ctrl+Alt+C", "C Ctrl+C"),
        Action("earlier", "Ctrl+Alt+,", "Up"),
        Action("later", "Ctrl+Alt+.", "Down"),
        Action("page_up", "", "PgUp"),
        Action("page_down", "", "PgDown"),
        Action("more", "Ctrl+Alt+F", "Space"),
        Action("toggle", "Ctrl+Alt+H", "H"),
        Action("next_monitor", "Ctrl+Alt+M", "M"),
        Action("fainter", "Ctrl+Alt+[", "["),
        Action("firmer", "Ctrl+Alt+]", "]"),
        Action("smaller_text", "", "Ctrl+-"),
        Action("larger_text", "", "Ctrl++ Ctrl+="),
        Action("click_through", "Ctrl+Alt+G", "G"),
        Action("keyboard", "Ctrl+Alt+K", ""),
        Action("practice_next", "Ctrl+Alt+N", "N"),
        Action("pause", "Ctrl+Alt+P", "P"),
        Action("mute", "Ctrl+Alt+U", "U"),
        Action("mark", "Ctrl+Alt+B", "B"),
        Action("strike", "Ctrl+Alt+Z", "Z"),
        Action("sent", "", "S"),
        Action("details", "", "I"),
        Action("latency", "", "L"),
        Action("end", "Ctrl+Alt+E", "Q"),
    )
}


def global_keys(chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the global key of each action that has one.

    Args:
        chosen: Keys by action that replace the defaults.

    Raises:
        SettingsFailure: An action does not exist, or two actions have the same key.
    """
    if unknown := sorted(chosen.keys() - ACTIONS.keys()):
        raise SettingsFailure(
            f"[overlay.keys] has no action {unknown[0]!r}", fix=f"the actions are {', '.join(ACTIONS)}"
        )
    keys = {name: chosen.get(name, action.global_key) for name, action in ACTIONS.items()}
    owner: dict[str, str] = {}
    for name, key in keys.items():
        other = owner.setdefault(normalized(key), name) if key else name
        if other != name:
            raise SettingsFailure(
                f"[overlay.keys]: {key} is the key of both {other!r} and {name!r}",
                fix=f'choose another key for one of them, or an empty one to switch it off: {name} = ""',
            )
    return {name: key for name, key in keys.items() if key}


def normalized(key: str) -> str:
    """Return a key with its modifiers in a fixed order: "alt+ctrl+a"."""
    *modifiers, last = [part.strip().lower() for part in key.replace("++", "+plus").split("+")]
    return "+".join([*sorted(modifiers), last])
