"""Who is at the desk: roles from an OpenID identity, visits that end when idle, and PINs for what matters most."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from dashboard.access import require_proof
from dashboard.clock import Clock
from dashboard.errors import AccessDenied, InputError
from dashboard.models import Actor, Role
from dashboard.store.people import PeopleRows, Visit
from dashboard.store.trail import Trail

IDLE = timedelta(minutes=15)  # OWASP ASVS 7.3.1: a documented decision; a till is left alone for longer than a coffee
LONGEST = timedelta(hours=12)  # ASVS 7.3.2: one shift; the identity cookie alone would last 30 days
PROVED_FOR = timedelta(minutes=5)  # a sign-in or a PIN counts as proof for the next few clicks, not for a shift
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
        email = address_of(claims)
        held = {email} if email else set()
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


def address_of(claims: Mapping[str, object]) -> str:
    """The e-mail address of an identity in small letters; empty where the provider says it is not verified."""
    email = claims.get("email")
    # An address that reads like a group's name must not count as one.
    named = isinstance(email, str) and "@" in email and not email.startswith("group:")
    return email.casefold() if isinstance(email, str) and named and claims.get("email_verified", True) is True else ""


def name_of(claims: Mapping[str, object]) -> str:
    """What the audit trail calls this person: nobody is named by an address that is not known to be theirs."""
    subject, issuer = claims.get("sub"), claims.get("iss")
    return address_of(claims) or (f"subject {subject} of {issuer}" if subject else "")


class SignIn:
    """Identities, visits and PINs."""

    def __init__(self, people: PeopleRows, trail: Trail, clock: Clock, rules: RoleRules) -> None:
        self._people, self._trail, self._clock, self._rules = people, trail, clock, rules

    def enter(self, claims: Mapping[str, object], address: str = "", *, active: bool) -> Actor:
        """The person at the desk now. Raises AccessDenied: `no_role`, or the standing of a visit that holds no more.

        `active` as for `visit`. The sign-in itself counts as proof for its first minutes.
        """
        try:
            actor = self.identify(claims, address)
        except AccessDenied:
            self._note_refusal(claims, address)
            raise
        standing = self.visit(actor, claims, active=active)
        if standing is not Standing.OPEN:
            raise AccessDenied(
                WHY_OVER[standing],
                meaning="What you had begun and saved is still there.",
                action="Sign in again.",
                code=standing.value,
            )
        signed_in = min(self._when(claims, "iat"), self._when(claims, "auth_time"))
        return replace(actor, proved_until=signed_in + PROVED_FOR)

    def identify(self, claims: Mapping[str, object], address: str = "") -> Actor:
        """The person behind an identity, with their roles. Raises AccessDenied where no role is theirs."""
        name = name_of(claims)
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
        visit = self._people.visit(id) or self._begin(actor, id, claims)
        if visit is None:
            return Standing.ENDED
        if visit.ended:
            return Standing(visit.ended)
        standing = stand(visit.started_at, visit.seen_at, now)
        if standing is not Standing.OPEN:
            self._end(actor, id, standing)
        elif active and now - visit.seen_at >= TOUCH_EVERY:
            self._people.touch_visit(id, now)
        return standing

    def leave(self, actor: Actor, claims: Mapping[str, object]) -> None:
        """Sign out: this sign-in holds no more, even if its cookie is kept."""
        self._end(actor, visit_id(claims), Standing.ENDED)

    def ends(self, claims: Mapping[str, object]) -> tuple[datetime, datetime] | None:
        """When this sign-in began and when it ends at the latest; None where it is not known."""
        visit = self._people.visit(visit_id(claims))
        return (visit.started_at, visit.started_at + LONGEST) if visit else None

    def _when(self, claims: Mapping[str, object], name: str) -> datetime:
        """When the provider says that something was; now where it does not say, or its clock is ahead."""
        now, said = self._clock.real(), claims.get(name)
        if isinstance(said, bool) or not isinstance(said, int | float) or said >= now.timestamp():
            return now
        return datetime.fromtimestamp(max(said, 0), UTC)

    def _note_refusal(self, claims: Mapping[str, object], address: str) -> None:
        name, id = name_of(claims), visit_id(claims)
        if name and self._people.visit(id) is None:  # once for each sign-in, not for each look at the page
            self._begin(Actor(name, frozenset(), address), id, claims)

    def _begin(self, actor: Actor, id: str, claims: Mapping[str, object]) -> Visit | None:
        with self._people.transaction():
            if self._people.begin_visit(id, actor.name, self._when(claims, "iat"), self._clock.real()):
                action = "sign_in" if actor.roles else "sign_in.refused"
                subject, roles = f"person:{actor.name}", sorted(actor.roles)
                self._trail.append(actor, action, subject, self._clock.now(), roles=roles)
            return self._people.visit(id)

    def _end(self, actor: Actor, id: str, standing: Standing) -> None:
        with self._people.transaction():
            if self._people.end_visit(id, self._clock.real(), standing.value):
                self._trail.append(actor, "sign_out", f"person:{actor.name}", self._clock.now(), reason=standing.value)

    def has_pin(self, actor: Actor) -> bool:
        """Whether this person has set a PIN."""
        return self._people.has_pin(actor.name)

    def set_pin(self, actor: Actor, pin: str) -> None:
        """Set or replace one's own PIN, after a fresh sign-in or the PIN so far: a tablet left open must not do.

        Raises AccessDenied without that proof, InputError for a PIN that is too short or too easy.
        """
        require_proof(actor, "Setting a PIN", self._clock.real())
        low, high = PIN_DIGITS
        if not (pin.isascii() and pin.isdigit() and low <= len(pin) <= high):
            raise InputError(f"A PIN has {low} to {high} digits.", action="Choose another one.", code="pin_shape")
        if len(set(pin)) < 3 or pin in "01234567890123456789" or pin in "98765432109876543210":
            raise InputError("This PIN is too easy to guess.", action="Choose another one.", code="pin_weak")
        with self._people.transaction():
            self._people.set_pin(actor.name, pin, self._clock.real())
            self._trail.append(actor, "pin.set", f"person:{actor.name}", self._clock.now())

    def prove(self, actor: Actor, pin: str) -> Actor:
        """The same person, proved for the next minutes. Raises AccessDenied where the PIN does not fit.

        After five wrong ones it is locked for a while. One guess at a time: the look and the count are one transaction.
        """
        now = self._clock.real()
        with self._people.transaction():
            until = self._people.pin_locked_until(actor.name)
            locked = until is not None and now < until
            fits = not locked and self._people.check_pin(actor.name, pin)
            if fits:
                self._people.clear_failures(actor.name)
            elif not locked:
                self._fail(actor, now)
        if until is not None and locked:
            raise _denied("The PIN is locked after too many wrong ones.", f"Try again at {until:%H:%M} UTC.")
        if not fits:
            raise _denied("This is not the PIN.", "Try again; after five wrong ones it is locked for 15 minutes.")
        return replace(actor, proved_until=now + PROVED_FOR)

    def _fail(self, actor: Actor, now: datetime) -> None:
        failures = self._people.count_failure(actor.name)
        self._trail.append(actor, "pin.wrong", f"person:{actor.name}", self._clock.now(), failures=failures)
        if failures % PIN_TRIES == 0 and failures:
            self._people.lock_pin(actor.name, now + PIN_LOCK)


WHY_OVER = {
    Standing.IDLE: "This sign-in was left alone for 15 minutes, so it is locked.",
    Standing.EXPIRED: "This sign-in is 12 hours old, and no sign-in lasts longer.",
    Standing.ENDED: "This sign-in has ended.",
}


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
