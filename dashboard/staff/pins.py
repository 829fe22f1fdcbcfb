"""PINs: what proves that it is still the same person, and how wrong tries are slowed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from dashboard.domain.clock import Clock
from dashboard.domain.errors import AccessDenied, InputError
from dashboard.domain.formatting import time_of
from dashboard.domain.models import Actor
from dashboard.staff.access import require_proof
from dashboard.store.audit_trail import Trail
from dashboard.store.staff import StaffTable

PROVED_FOR = timedelta(minutes=5)  # a sign-in or a PIN counts as proof for the next few clicks, not for a shift
PIN_DIGITS = (6, 12)
PIN_TRIES = 5
PIN_LOCK = timedelta(minutes=15)


class Pins:
    """Sets PINs and checks them."""

    def __init__(self, people: StaffTable, trail: Trail, clock: Clock, zone: tzinfo) -> None:
        self._people, self._trail, self._clock, self._zone = people, trail, clock, zone

    def has_pin(self, actor: Actor) -> bool:
        """Whether this person has set a PIN."""
        return self._people.has_pin(actor.name)

    def set_pin(self, actor: Actor, pin: str) -> None:
        """Set or replace one's own PIN, after a fresh sign-in or the Current PIN: a tablet left open must not do.

        Raises AccessDenied without that proof, InputError for a PIN that is too short or too easy.
        """
        require_proof(actor, "Setting a PIN", self._clock.real())
        self.keep_pin(actor, actor.name, pin)

    def keep_pin(self, by: Actor, name: str, pin: str) -> None:
        """Keep a PIN that passed its checks; `by` is who set it. Raises InputError."""
        low, high = PIN_DIGITS
        if not (pin.isascii() and pin.isdigit() and low <= len(pin) <= high):
            raise InputError(f"A PIN has {low} to {high} digits.", action="Choose another one.", code="pin_shape")
        if len(set(pin)) < 3 or pin in "01234567890123456789" or pin in "98765432109876543210":
            raise InputError("This PIN is too easy to guess.", action="Choose another one.", code="pin_weak")
        with self._people.transaction():
            self._people.set_pin(name, pin, self._clock.real())
            self._people.clear_tries(_place(name))
            self._trail.append(by, "pin.set", f"person:{name}", self._clock.now())

    def prove(self, actor: Actor, pin: str, *, place: str = "") -> Actor:
        """The same person, proved for the next minutes. Raises AccessDenied where the PIN does not fit.

        Wrong ones are counted at `place`, the person's own where it is left out: a customer who guesses at a device
        slows that device, not its operator everywhere. After five it is locked there for a while. One guess at a time:
        the look and the count are one transaction. An empty field is no try.
        """
        if not pin:
            raise _denied("No PIN was given.", "Enter your PIN.")
        now, at = self._clock.real(), place or _place(actor.name)
        with self._people.transaction():
            until = self._people.tries_locked_until(at)
            locked = until is not None and now < until
            fits = not locked and self._people.check_pin(actor.name, pin)
            if fits:
                self._people.clear_tries(at)
            elif not locked:
                self._fail(actor, at, now)
        if until is not None and locked:
            raise _denied(
                "The PIN is locked after too many wrong ones.",
                f"Try again at {time_of(until, self._zone)}, sign in again at your provider, or ask a colleague.",
            )
        if not fits:
            raise _denied("This is not the PIN.", "Try again; after five wrong ones it is locked for 15 minutes.")
        return replace(actor, proved_until=now + PROVED_FOR)

    def _fail(self, actor: Actor, place: str, now: datetime) -> None:
        failures = self._people.count_try(place)
        self._trail.append(
            actor, "pin.wrong", f"person:{actor.name}", self._clock.now(), failures=failures, place=place
        )
        if failures % PIN_TRIES == 0:
            self._people.lock_tries(place, now + PIN_LOCK)


def _place(name: str) -> str:
    """Where a person's own wrong tries are counted."""
    return f"person:{name}"


def _denied(what: str, action: str) -> AccessDenied:
    return AccessDenied(what, meaning="Nothing was done.", action=action, code="pin")
