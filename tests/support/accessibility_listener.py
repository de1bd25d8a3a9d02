"""Prints what a screen reader gets; for the system's Python, which has `gi`.

Events are printed as they arrive; a line on standard input asks for the tree of every program.
"""

from __future__ import annotations

import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

KINDS = ("object:announcement", "object:property-change:accessible-name")


def show_event(event: Atspi.Event) -> None:
    """Print an event with the role and name of its source."""
    source = event.source
    print(
        "event", event.type, source.get_role_name(), source.get_name(), event.any_data, sep="\t", flush=True
    )


def show_tree(part: Atspi.Accessible) -> None:
    """Print a part and everything in it."""
    print("part", part.get_role_name(), part.get_name(), sep="\t", flush=True)
    for at in range(part.get_child_count()):
        if (child := part.get_child_at_index(at)) is not None:
            show_tree(child)


def answer(channel: GLib.IOChannel, condition: GLib.IOCondition) -> bool:
    """Print the tree; end with standard input."""
    if not sys.stdin.readline():
        Atspi.event_quit()
        return False
    show_tree(Atspi.get_desktop(0))
    print("end", flush=True)
    return True


Atspi.init()
listener = Atspi.EventListener.new(show_event)
for kind in KINDS:
    listener.register(kind)
GLib.io_add_watch(GLib.IOChannel.unix_new(0), GLib.IO_IN | GLib.IO_HUP, answer)
print("ready", flush=True)
Atspi.event_main()
