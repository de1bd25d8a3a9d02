"""Base class of all events."""

from __future__ import annotations

import msgspec


class Message(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag=str
):
    """Base class of all events."""
