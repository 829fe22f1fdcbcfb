"""Asking once more who somebody is, inside a form: the PIN, where a fresh sign-in does not say it already."""

from __future__ import annotations

import streamlit as st

from dashboard.access import is_proved
from dashboard.desk import Desk
from dashboard.models import Actor


def ask(desk: Desk, actor: Actor) -> tuple[str, bool]:
    """The PIN's field, where it is needed; returns what was typed, and whether this person can prove themselves."""
    if is_proved(actor, desk.clock.real()):
        return "", True
    known = desk.sign_in.has_pin(actor)
    words = "Your PIN" if known else "You have no PIN: sign in again and set one under Your sign-in"
    return st.text_input(words, type="password", autocomplete="off", max_chars=12, disabled=not known), known


def give(desk: Desk, actor: Actor, pin: str) -> Actor:
    """The same person, proved by the PIN where one was typed. Raises AccessDenied."""
    return desk.sign_in.prove(actor, pin) if pin else actor
