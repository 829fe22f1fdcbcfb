"""A device in a customer's hands: locked to that customer's own steps until the operator's PIN takes it back.

The lock is a row, known by the digest of a cookie that only the server can read and by the sign-in that handed the
device over, so it holds in every tab of the browser, over a restart, and without the cookie. `access.can` asks it each
time; the methods below are the only ones that it lets through, and they reach nothing but the one customer and attempt
that the row names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError, Refused
from dashboard.domain.ids import new_id
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor, AttemptState, BankAccount, Customer, LinkAttempt, LinkOpening, Role
from dashboard.linking import Linking, Question
from dashboard.linking.hosted import HostedLinks, PhoneLink
from dashboard.mandates.wording import ONLINE
from dashboard.messages.customer_screens import Language
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.linking.handovers import Ending, HandoverLock

SHIFT = timedelta(hours=12)  # as long as a sign-in lasts at most
IDLE = timedelta(minutes=2)  # long enough to read the authorization, too short to walk away from


class Pins(Protocol):
    """What the handover needs of the people at the desk."""

    def has_pin(self, actor: Actor) -> bool:
        """Whether this person has set a PIN."""

    def set_pin(self, actor: Actor, pin: str) -> None:
        """Set one's own PIN."""

    def prove(self, actor: Actor, pin: str, *, place: str = "") -> Actor:
        """The same person, proved; raises AccessDenied where the PIN does not fit. Tries are counted at `place`."""

    def colleague(self, name: str, address: str = "") -> Actor:
        """A colleague who is signed in now and may link banks. Raises AccessDenied."""

    def came_again(self, claims: Mapping[str, object], since: datetime, address: str = "") -> Actor | None:
        """The member of staff whom the provider asked for anew after this moment; None where there is none."""


@dataclass(frozen=True)
class Step:
    """What the customer sees now; `attempt` is None until they have agreed, `phone` unless they use their own."""

    lock: HandoverLock
    customer: Customer
    attempt: LinkAttempt | None
    question: Question | None
    phone: PhoneLink | None


class Handover:
    """Locks a device to one customer's steps, takes those steps, and takes the device back."""

    def __init__(self, store: Store, linking: Linking, hosted: HostedLinks, pins: Pins, clock: Clock) -> None:
        self._store, self._linking, self._hosted = store, linking, hosted
        self._pins, self._clock = pins, clock

    # The operator.

    def has_pin(self, actor: Actor) -> bool:
        """Whether the operator has a PIN to take the device back with."""
        return self._pins.has_pin(actor)

    def typed_pin_at(self, actor: Actor) -> datetime | None:
        """When the operator typed their PIN to hand over this device, in this visit and shift; None for not yet.

        They know it then, and need not type it again before each customer; to take the device back they do.
        """
        require(actor, Permission.LINK_BANK)
        at = self._store.handovers.pin_typed_at(actor.name, actor.device, actor.visit)
        return at if at is not None and self._clock.real() - at < SHIFT and self._pins.has_pin(actor) else None

    def lock(
        self,
        actor: Actor,
        customer_id: str,
        pin: str = "",
        language: Language = Language.ENGLISH,
        hint: str | None = None,
    ) -> HandoverLock:
        """Hand the actor's device to a customer. The PIN is set where the operator has none, else it must fit; it may
        be left out where it was typed in this shift (`typed_pin_at`).

        Raises InputError, AccessDenied, and Refused where the browser keeps no cookie or the device is held already.
        """
        require(actor, Permission.LINK_BANK)
        if not actor.device:
            raise Refused(
                "This browser keeps no cookies, so it cannot be locked.",
                meaning="The device was not handed over.",
                action="Allow cookies for this page and reload it.",
                code="no_device",
            )
        customer = self._customer(customer_id)
        pin_at = None if pin else self.typed_pin_at(actor)
        if pin_at is None:
            (self._pins.prove if self._pins.has_pin(actor) else self._pins.set_pin)(actor, pin)
        now = self._clock.real()
        lock = HandoverLock(
            id=new_id("lock"),
            device=actor.device,
            operator=actor.name,
            operator_address=actor.address,
            customer_id=customer.id,
            attempt_id=None,
            hint=hint,
            language=language,
            ending=None,
            locked_at=now,
            visit=actor.visit,
            pin_at=pin_at or now,
        )
        with self._store.transaction():
            if not self._store.handovers.add(lock):
                raise Refused("This device is handed over already.", action="Reload the page.", code="held")
            self._note(lock, "handover.locked", actor.address, language=language.value)
        return lock

    def release(
        self, device: str, pin: str, address: str = "", *, visit: str = "", colleague: str = ""
    ) -> HandoverLock:
        """Take the device back by the operator's PIN, or by that of a colleague who is signed in elsewhere now.

        Raises AccessDenied for a wrong PIN; after five, this device takes none for a while.
        """
        lock = self._held(device, visit)
        person = self._pins.colleague(colleague, address) if colleague else self._operator(lock, address)
        self._pins.prove(person, pin, place=f"lock:{lock.id}")
        self._release(lock, person, by="pin")
        return lock

    def release_by_sign_in(self, device: str, claims: Mapping[str, object], address: str, *, visit: str) -> bool:
        """Take the device back for whoever signed in at the provider on it after it was handed over; False for nobody.

        The provider must have asked for the person since then, and they must be one who may link banks.
        """
        lock = self.find(device, visit)
        if lock is None or lock.visit == visit:  # the operator's own sign-in, whose provider's clock may be ahead
            return False
        person = self._pins.came_again(claims, lock.locked_at, address)
        if person is None:
            return False
        self._release(lock, person, by="sign_in")
        return True

    def _held(self, device: str, visit: str) -> HandoverLock:
        lock = self.find(device, visit)
        if lock is None:
            raise Refused("This device is not handed over.", action="Reload the page.", code="not_held")
        return lock

    def _release(self, lock: HandoverLock, person: Actor, by: str) -> None:
        with self._store.transaction():
            self._store.handovers.release(lock.id, self._clock.now())
            self._store.trail.append(
                person, "handover.released", lock.id, self._clock.now(), customer=lock.customer_id, by=by
            )

    def free(self, actor: Actor, lock_id: str) -> None:
        """Take a device back from elsewhere, for a forgotten PIN: an administrator's, and never at that device.

        Raises InputError where it is not handed over.
        """
        require(actor, Permission.ADMIN)
        lock = next((one for one in self._store.handovers.list() if one.id == lock_id), None)
        if lock is None:
            raise InputError("This device is not handed over.", action="Reload the page.", code="not_held")
        with self._store.transaction():
            self._store.handovers.release(lock.id, self._clock.now())
            self._store.trail.append(
                actor, "handover.freed", lock.id, self._clock.now(), customer=lock.customer_id, operator=lock.operator
            )

    def held(self, actor: Actor) -> list[HandoverLock]:
        """Every device that is in a customer's hands."""
        require(actor, Permission.ADMIN)
        return self._store.handovers.list()

    # The lock.

    def find(self, device: str, visit: str = "") -> HandoverLock | None:
        """The lock that holds this device now, known by its cookie or by the visit that handed it over."""
        return self._store.handovers.find(device, visit) if device or visit else None

    def bind(self, actor: Actor, device: str, visit: str = "") -> Actor:
        """The same person at this device: whatever they may do ends while it is in a customer's hands."""
        visit = visit or actor.visit
        if not device and not visit:
            return actor
        return replace(
            actor,
            device=device,
            visit=visit,
            is_handed_over=lambda: self._store.handovers.is_handed_over(device, visit),
        )

    # The customer's own steps.

    def step(self, actor: Actor) -> Step:
        """What the customer of this device sees now. Raises ProviderError."""
        lock = self._lock(actor)
        attempt = question = phone = None
        if lock.attempt_id is not None:
            attempt = self._linking.get(self._operator(lock), lock.attempt_id)
            waits_for_customer = attempt.state is AttemptState.CHOOSING
            question = self._linking.question(attempt) if waits_for_customer else None
            phone = self._hosted.show(self._operator(lock), attempt)
        return Step(lock, self._customer(lock.customer_id), attempt, question, phone)

    def speak(self, actor: Actor, language: Language) -> None:
        """Change the language of the customer's steps."""
        lock = self._lock(actor)
        self._store.handovers.edit(lock.id, language=language.value)

    def text(self, actor: Actor) -> str:
        """The authorization that the customer reads."""
        lock = self._lock(actor)
        return self._linking.mandate_text(self._operator(lock), lock.customer_id, lock.language)

    def agree(self, actor: Actor, facts: Mapping[str, object]) -> None:
        """The customer accepts the authorization, in this browser; Link can be opened. Raises ProviderError."""
        lock = self._lock(actor)
        if lock.attempt_id is None:
            operator = self._operator(lock)
            accepted = self._linking.accept(operator, lock.customer_id, ONLINE, facts, lock.language)
            opening = self._linking.open(operator, lock.customer_id, hint=lock.hint, accepted=accepted)
            self._store.handovers.edit(lock.id, attempt_id=opening.attempt_id)

    def again(self, actor: Actor) -> None:
        """Open Link once more under what was accepted before. Raises ProviderError."""
        lock = self._lock(actor)
        accepted = self._store.acceptances.get(lock.attempt_id) if lock.attempt_id else None
        opening = self._linking.open(self._operator(lock), lock.customer_id, hint=lock.hint, accepted=accepted)
        self._store.handovers.edit(lock.id, attempt_id=opening.attempt_id)

    def use_phone(self, actor: Actor) -> None:
        """Open Link on the customer's own phone under what was accepted before. Raises Refused, ProviderError."""
        lock = self._lock(actor)
        accepted = self._store.acceptances.get(self._attempt_id(lock))
        if accepted is None:
            raise Refused("Nothing was agreed to yet.", action="Show the authorization first.", code="not_agreed")
        attempt_id = self._hosted.open(self._operator(lock), lock.customer_id, accepted, hint=lock.hint)
        self._store.handovers.edit(lock.id, attempt_id=attempt_id)

    def opening(self, actor: Actor) -> LinkOpening:
        """What opens Link for the customer's attempt. Raises Refused where its time is over."""
        lock = self._lock(actor)
        return self._linking.opening(self._operator(lock), self._attempt_id(lock))

    def report(self, actor: Actor, outcome: Mapping[str, object], facts: Mapping[str, object]) -> None:
        """Claim what the browser reports of Link. Raises InputError."""
        lock = self._lock(actor)
        self._linking.report(self._operator(lock), self._attempt_id(lock), outcome, facts)

    def choose(self, actor: Actor, account_id: str) -> None:
        """Take one of the accounts that the customer shared. Raises InputError, Refused."""
        lock = self._lock(actor)
        self._linking.choose(self._operator(lock), self._attempt_id(lock), account_id)

    def account(self, actor: Actor) -> BankAccount | None:
        """The account that the customer has just linked."""
        lock = self._lock(actor)
        if lock.attempt_id is None:
            return None
        id = self._linking.get(self._operator(lock), lock.attempt_id).bank_account_id
        return self._linking.account(self._operator(lock), id) if id else None

    def end(self, actor: Actor, ending: Ending) -> None:
        """Show nothing of the customer any more: they are done, they declined, or nobody touched the screen."""
        lock = self._lock(actor)
        if lock.ending is None:
            with self._store.transaction():
                self._store.handovers.edit(lock.id, ending=ending.value)
                self._note(lock, f"handover.{ending.value}", actor.address)

    def _lock(self, actor: Actor) -> HandoverLock:
        require(actor, Permission.OWN_STEP)
        lock = self.find(actor.device, actor.visit)
        if lock is None:
            raise Refused("This device is no longer handed over.", action="Reload the page.", code="not_held")
        return lock

    def _attempt_id(self, lock: HandoverLock) -> str:
        if lock.attempt_id is None:
            raise Refused("Nothing was agreed to yet.", action="Show the authorization first.", code="not_agreed")
        return lock.attempt_id

    def _customer(self, id: str) -> Customer:
        return require_found(self._store.customers.get(id), "customer")

    def _operator(self, lock: HandoverLock, address: str = "") -> Actor:
        """The person in whose name the customer's steps are taken."""
        return Actor(lock.operator, frozenset({Role.OPS}), address or lock.operator_address)

    def _note(self, lock: HandoverLock, action: str, address: str, **facts: object) -> None:
        self._store.trail.append(
            self._operator(lock, address), action, lock.id, self._clock.now(), customer=lock.customer_id, **facts
        )
