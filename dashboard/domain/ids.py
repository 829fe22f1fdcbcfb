"""Ids of our own rows."""

from __future__ import annotations

import uuid


def new_id(prefix: str) -> str:
    """A new id of ours: what it is of, and 32 random hexadecimal digits."""
    return f"{prefix}_{uuid.uuid4().hex}"
