"""Who is at the desk: roles from an OpenID identity, visits that end when idle, and PINs for what matters most."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dashboard.clock import Clock
from dashboard.errors import AccessDenied, InputError
from dashboard.models import Actor, Role
from dashboard.store.people import PeopleRows
from dashboard.store.trail import Trail

IDLE = timedelta(minutes=15)  # OWASP ASVS 7.3.1: a documented decision; a till is left alone for longer than a coffee
LONGEST = timedelta(hours=12)  # ASVS 7.3.2: one shift; the identity cookie alone would last 30 days
TOUCH_EVERY = timedelta(seconds=30)  # so that reading a page does not mean a write at each click
PIN_DIGITS = (6, 12)
PIN_TRIES = 5
PIN_LOCK = timedelta(minutes=15)


class Standing(StrEnum):
    """What a visit is good for now."""

    OPEN = "open"
    IDLE = "idle"
    EXPIRED = "expired"
    ENDED = "ended"


@dataclass(frozen=True)
class RoleRules:
    """Who has which role: e-mail addresses, or `group:name` for a group that the provider names."""

    members: Mapping[Role, frozenset[str]]
    groups_claim: str = "groups"

    def roles_of(self, claims: Mapping[str, object]) -> frozenset[Role]:
        """The roles of an identity; an e-mail that the provider says is not verified gives none."""
        held = set()
        email = claims.get("email")
        # An address that reads like a group's name must not count as one.
        named = isinstance(email, str) and "@" in email and not email.startswith("group:")
        if isinstance(email, str) and named and claims.get("email_verified", True) is True:
            held.add(email.casefold())
        groups = claims.get(self.groups_claim)
        if isinstance(groups, list | tuple):
            held |= {f"group:{group}" for group in groups if isinstance(group, str)}
        return frozenset(role for role, members in self.members.items() if held & members)


def read_rules(members: Mapping[Role, str], groups_claim: str = "groups") -> RoleRules:
    """Rules from settings: comma-separated e-mail addresses and `group:name`s per role."""
    parsed = {}
    for role, text in members.items():
        entries = (entry.strip() for entry in text.split(","))
        parsed[role] = frozenset(e if e.startswith("group:") else e.casefold() for e in entries if e)
    return RoleRules(parsed, groups_claim)


class SignIn:
    """Identities, visits and PINs."""

    def __init__(self, people: PeopleRows, trail: Trail, clock: Clock, rules: RoleRules) -> None:
        self._people, self._trail, self._clock, self._rules = people, trail, clock, rules

    def identify(self, claims: Mapping[str, object], address: str = "") -> Actor:
        """The person behind an identity, with their roles. Raises AccessDenied where no role is theirs."""
        name = str(claims.get("email") or claims.get("sub") or "")
        roles = self._rules.roles_of(claims)
        if not name or not roles:
            raise AccessDenied(
                f"{name or 'This identity'} has no role at this desk.",
                meaning="You are signed in, but see nothing.",
                action="Ask an administrator to add your e-mail address or your group to a role.",
                code="no_role",
            )
        return Actor(name=name, roles=roles, address=address)

    def visit(self, actor: Actor, claims: Mapping[str, object], *, active: bool) -> Standing:
        """Whether this sign-in still holds; `active` where the person did something, not where a page only ticks.

        A sign-in is one `iat` of one subject: the cookie outlives it, and a new sign-in is a new visit.
        """
        now, id = self._clock.real(), visit_id(claims)
        if self._people.begin_visit(id, actor.name, now):
            self._trail.append(actor, "sign_in", f"person:{actor.name}", self._clock.now(), roles=sorted(actor.roles))
        visit = self._people.visit(id)
        if visit is None or visit.ended:
            return Standing.ENDED
        standing = stand(visit.started_at, visit.seen_at, now)
        if standing is not Standing.OPEN:
            self._end(actor, id, standing)
        elif active and now - visit.seen_at >= TOUCH_EVERY:
            self._people.touch_visit(id, now)
        return standing

    def leave(self, actor: Actor, claims: Mapping[str, object]) -> None:
        """Sign out: this sign-in holds no more, even if its cookie is kept."""
        self._end(actor, visit_id(claims), Standing.ENDED)

    def _end(self, actor: Actor, id: str, standing: Standing) -> None:
        if self._people.end_visit(id, self._clock.real(), standing.value):
            self._trail.append(actor, "sign_out", f"person:{actor.name}", self._clock.now(), reason=standing.value)

    def has_pin(self, actor: Actor) -> bool:
        """Whether this person has set a PIN."""
        return self._people.has_pin(actor.name)

    def set_pin(self, actor: Actor, pin: str) -> None:
        """Set or replace one's own PIN. Raises InputError for one that is too short or too easy."""
        low, high = PIN_DIGITS
        if not (pin.isascii() and pin.isdigit() and low <= len(pin) <= high):
            raise InputError(f"A PIN has {low} to {high} digits.", action="Choose another one.", code="pin_shape")
        if len(set(pin)) < 3 or pin in "01234567890123456789" or pin in "98765432109876543210":
            raise InputError("This PIN is too easy to guess.", action="Choose another one.", code="pin_weak")
        self._people.set_pin(actor.name, pin, self._clock.real())
        self._trail.append(actor, "pin.set", f"person:{actor.name}", self._clock.now())

    def prove(self, actor: Actor, pin: str) -> None:
        """Nothing where the PIN fits. Raises AccessDenied otherwise; after five wrong ones it is locked for a while."""
        now = self._clock.real()
        until = self._people.pin_locked_until(actor.name)
        if until and now < until:
            raise _denied("The PIN is locked after too many wrong ones.", f"Try again at {until:%H:%M} UTC.")
        if self._people.check_pin(actor.name, pin):
            self._people.clear_failures(actor.name)
            return
        failures = self._people.count_failure(actor.name)
        self._trail.append(actor, "pin.wrong", f"person:{actor.name}", self._clock.now(), failures=failures)
        if failures % PIN_TRIES == 0 and failures:
            self._people.lock_pin(actor.name, now + PIN_LOCK)
        raise _denied("This is not the PIN.", "Try again; after five wrong ones it is locked for 15 minutes.")


def stand(started_at: datetime, seen_at: datetime, now: datetime) -> Standing:
    """What these times mean; the longest stay counts before idleness."""
    if now - started_at >= LONGEST:
        return Standing.EXPIRED
    return Standing.IDLE if now - seen_at >= IDLE else Standing.OPEN


def visit_id(claims: Mapping[str, object]) -> str:
    """One sign-in: subject, issuer and time of issue, hashed, so that the table names nobody by token."""
    parts = "|".join(str(claims.get(name, "")) for name in ("iss", "sub", "iat", "nonce"))
    return hashlib.sha256(parts.encode()).hexdigest()


def _denied(what: str, action: str) -> AccessDenied:
    return AccessDenied(what, meaning="Nothing was done.", action=action, code="pin")
