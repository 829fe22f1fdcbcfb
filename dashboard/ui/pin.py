"""Asking once more who somebody is, inside a form: the PIN, where a fresh sign-in does not say it already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.staff.access import is_proved


def ask(desk: Desk, actor: Actor, key: str) -> bool:
    """The PIN's field, where it is needed; whether this person can prove themselves."""
    if is_proved(actor, desk.clock.real()):
        return True
    known = desk.sign_in.has_pin(actor)
    words = "Your PIN" if known else "You have no PIN: sign in again and set one under Your sign-in"
    st.text_input(words, type="password", autocomplete="off", max_chars=12, disabled=not known, key=key)
    return known


def prove(desk: Desk, actor: Actor, fields: Mapping[str, Any], key: str) -> Actor:
    """The same person, proved by the PIN where one was typed in the field of this key. Raises AccessDenied."""
    typed = fields.get(key)
    return desk.sign_in.prove(actor, typed) if typed else actor
