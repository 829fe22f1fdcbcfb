"""Who is at the desk: people from an OpenID identity, visits that end when idle, and PINs for what matters most."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from dashboard.domain.clock import Clock
from dashboard.domain.errors import AccessDenied
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission, can
from dashboard.staff.identity import RoleRules, read_rules
from dashboard.staff.pins import PIN_LOCK, PIN_TRIES, PROVED_FOR, Pins
from dashboard.store.audit_trail import Trail
from dashboard.store.staff import StaffTable, Visit

__all__ = [
    "IDLE",
    "LONGEST",
    "PIN_LOCK",
    "PIN_TRIES",
    "PROVED_FOR",
    "RoleRules",
    "SessionState",
    "SignIn",
    "read_rules",
]

IDLE = timedelta(minutes=15)  # OWASP ASVS 7.3.1: a documented decision; long enough for a customer at the counter
LONGEST = timedelta(hours=12)  # ASVS 7.3.2: one shift; the identity cookie itself would last 30 days
TOUCH_EVERY = timedelta(seconds=30)  # so that reading a page does not mean a write at each click
SKEW = timedelta(minutes=1)  # a provider's clock may be so far ahead of ours


class SessionState(StrEnum):
    """What a visit is good for now."""

    OPEN = "open"
    IDLE = "idle"
    EXPIRED = "expired"
    ENDED = "ended"


class SignIn:
    """Identities, visits and PINs."""

    def __init__(self, people: StaffTable, trail: Trail, clock: Clock, rules: RoleRules, zone: tzinfo = UTC) -> None:
        self._people, self._trail, self._clock, self._rules = people, trail, clock, rules
        self.pins = Pins(people, trail, clock, zone)

    def enter(self, claims: Mapping[str, object], address: str = "", *, active: bool) -> Actor:
        """The person at the desk now. Raises AccessDenied: `no_role`, or the state of a visit that holds no more.

        `active` as for `visit`. Where the provider says when it asked for the person (`auth_time`), that counts as
        proof for its first minutes; a sign-in that does not say so proves nothing. The actor asks, each time a
        permission is asked, whether this visit is over: a page that was drawn before must not go on afterwards.
        """
        try:
            actor = self.identify(claims, address)
        except AccessDenied:
            self._note_refusal(claims, address)
            raise
        state = self.visit(actor, claims, active=active)
        if state is not SessionState.OPEN:
            raise _over(state)
        id, authenticated = visit_id(claims), self._authenticated_at(claims)
        proved_until = authenticated + PROVED_FOR if authenticated else None
        return replace(actor, visit=id, proved_until=proved_until, why_over=lambda: self.why_over(id))

    def identify(self, claims: Mapping[str, object], address: str = "") -> Actor:
        """The person behind an identity, with their roles. Raises AccessDenied where no role is theirs."""
        name = self._rules.name_of(claims)
        roles = self._rules.roles_of(claims)
        if not name or not roles:
            raise AccessDenied(
                f"{name or 'This identity'} has no role at this desk.",
                meaning=f"You are signed in, but see nothing. {self._rules.explain(claims)}",
                action="Ask an administrator to add your e-mail address or your group to a role, and show them this.",
                code="no_role",
            )
        return Actor(name=name, roles=roles, address=address, subject=subject_of(claims))

    def visit(self, actor: Actor, claims: Mapping[str, object], *, active: bool) -> SessionState:
        """Whether this sign-in still holds; `active` where the person did something, not where a page only ticks.

        A sign-in is one `iat` of one subject: the cookie outlives it, and a new sign-in is a new visit.
        """
        now, id = self._clock.real(), visit_id(claims)
        visit = self._people.visit(id) or self._begin(actor, id, claims)
        if visit is None:
            return SessionState.ENDED
        if visit.ended:
            return SessionState(visit.ended)
        state = session_state(visit.started_at, visit.seen_at, now)
        if state is not SessionState.OPEN:
            self._end(actor, id, state)
        elif active and now - visit.seen_at >= TOUCH_EVERY:
            self._people.touch_visit(id, now)
        return state

    def why_over(self, id: str) -> AccessDenied | None:
        """Why a visit holds no more, None while it does; changes nothing."""
        visit = self._people.visit(id)
        if visit is None:
            return _over(SessionState.ENDED)
        state = (
            SessionState(visit.ended)
            if visit.ended
            else session_state(visit.started_at, visit.seen_at, self._clock.real())
        )
        return None if state is SessionState.OPEN else _over(state)

    def is_open(self, claims: Mapping[str, object]) -> bool:
        """Whether somebody with a role is in by this identity now; changes nothing."""
        return bool(claims) and bool(self._rules.roles_of(claims)) and self.why_over(visit_id(claims)) is None

    def leave(self, actor: Actor, claims: Mapping[str, object]) -> None:
        """Sign out: this sign-in holds no more, even if its cookie is kept."""
        self._end(actor, visit_id(claims), SessionState.ENDED)

    def leave_by_address(self, claims: Mapping[str, object], address: str = "") -> None:
        """Sign out whoever opened the address that ends a sign-in: the cookie may have been kept, also before any page.

        Nothing where nobody is signed in.
        """
        if not claims:
            return
        try:
            actor = self.identify(claims, address)
        except AccessDenied:
            actor = Actor(self._rules.name_of(claims), frozenset(), address)
        if self._people.visit(visit_id(claims)) is None:
            self._begin(actor, visit_id(claims), claims)
        self.leave(actor, claims)

    def ends(self, claims: Mapping[str, object]) -> tuple[datetime, datetime] | None:
        """When this sign-in began and when it ends at the latest; None where it is not known."""
        visit = self._people.visit(visit_id(claims))
        return (visit.started_at, visit.started_at + LONGEST) if visit else None

    def came_again(self, claims: Mapping[str, object], since: datetime, address: str = "") -> Actor | None:
        """The member of staff whom the provider asked for anew after this moment, who may link banks; else None.

        That is another way to take back a device whose PIN is forgotten. A session that the provider waved through
        does not count: it may be the one that was open when the device was handed over.
        """
        authenticated = self._authenticated_at(claims)
        if not claims or authenticated is None or authenticated <= since:
            return None
        try:
            actor = self.enter(claims, address, active=True)
        except AccessDenied:
            return None
        return actor if can(actor, Permission.LINK_BANK) or can(actor, Permission.ADMIN) else None

    def colleague(self, name: str, address: str = "") -> Actor:
        """A colleague who is signed in somewhere now and may link banks. Raises AccessDenied for anybody else."""
        for visit in self._people.open_visits(name.strip().lower()):
            actor = Actor(visit.person, visit.roles, address)
            may = can(actor, Permission.LINK_BANK) or can(actor, Permission.ADMIN)
            if may and self.why_over(visit.id) is None:
                return actor
        raise AccessDenied(
            "No such colleague is signed in now.",
            meaning="Nothing was done.",
            action="Give the address of a colleague who is signed in at another device and may link banks.",
            code="pin",
        )

    def proves_by_sign_in(self) -> bool | None:
        """Whether the last sign-in came with `auth_time`; None where nobody has signed in yet."""
        return self._people.newest_has_auth_time()

    def _authenticated_at(self, claims: Mapping[str, object]) -> datetime | None:
        """When the provider asked for the person; None where it does not say, or says what cannot be."""
        now, said = self._clock.real(), claims.get("auth_time")
        if isinstance(said, bool) or not isinstance(said, int | float) or not 0 <= said < 1 << 40:
            return None
        at = datetime.fromtimestamp(said, UTC)
        return min(at, now) if at <= now + SKEW else None

    def _when(self, claims: Mapping[str, object], name: str) -> datetime:
        """When the provider says that something was; now where it does not say, or its clock is ahead."""
        now, said = self._clock.real(), claims.get(name)
        if isinstance(said, bool) or not isinstance(said, int | float) or said >= now.timestamp():
            return now
        return datetime.fromtimestamp(max(said, 0), UTC)

    def _note_refusal(self, claims: Mapping[str, object], address: str) -> None:
        name, id = self._rules.name_of(claims), visit_id(claims)
        if name and self._people.visit(id) is None:  # once for each sign-in, not for each look at the page
            self._begin(Actor(name, frozenset(), address), id, claims)

    def _begin(self, actor: Actor, id: str, claims: Mapping[str, object]) -> Visit | None:
        visit = Visit(
            id, actor.name, self._when(claims, "iat"), self._clock.real(), None, actor.roles, "auth_time" in claims
        )
        with self._people.transaction():
            if self._people.begin_visit(visit):
                action = "sign_in" if actor.roles else "sign_in.refused"
                subject, roles = f"person:{actor.name}", sorted(actor.roles)
                self._trail.append(actor, action, subject, self._clock.now(), roles=roles)
            return self._people.visit(id)

    def _end(self, actor: Actor, id: str, state: SessionState) -> None:
        with self._people.transaction():
            if self._people.end_visit(id, self._clock.real(), state.value):
                self._trail.append(actor, "sign_out", f"person:{actor.name}", self._clock.now(), reason=state.value)

    def has_pin(self, actor: Actor) -> bool:
        """Whether this person has set a PIN."""
        return self.pins.has_pin(actor)

    def set_pin(self, actor: Actor, pin: str) -> None:
        """Set or replace one's own PIN. Raises AccessDenied, InputError."""
        self.pins.set_pin(actor, pin)

    def prove(self, actor: Actor, pin: str, *, place: str = "") -> Actor:
        """The same person, proved for the next minutes. Raises AccessDenied where the PIN does not fit."""
        return self.pins.prove(actor, pin, place=place)


WHY_OVER = {
    SessionState.IDLE: "This sign-in was idle for 15 minutes, so it is locked.",
    SessionState.EXPIRED: "This sign-in is 12 hours old, which is the limit.",
    SessionState.ENDED: "This sign-in has ended.",
}


def session_state(started_at: datetime, seen_at: datetime, now: datetime) -> SessionState:
    """What these times mean; the longest stay counts before idleness."""
    if now - started_at >= LONGEST:
        return SessionState.EXPIRED
    return SessionState.IDLE if now - seen_at >= IDLE else SessionState.OPEN


def visit_id(claims: Mapping[str, object]) -> str:
    """One sign-in: subject, issuer and time of issue, hashed, so that the table names nobody by token."""
    parts = "|".join(str(claims.get(name, "")) for name in ("iss", "sub", "iat", "nonce"))
    return hashlib.sha256(parts.encode()).hexdigest()


def subject_of(claims: Mapping[str, object]) -> str:
    """Who somebody is at their provider, hashed: it stays where their address changes. Empty without a subject."""
    if not claims.get("sub"):
        return ""
    return hashlib.sha256(f"{claims.get('iss', '')}|{claims['sub']}".encode()).hexdigest()


def _over(state: SessionState) -> AccessDenied:
    return AccessDenied(
        WHY_OVER[state],
        meaning="What you saved is still there.",
        action="Sign in again.",
        code=state.value,
    )
