"""A device in a customer's hands: locked to that customer's own steps until the operator's PIN takes it back.

The lock is a row, keyed by the digest of a cookie that only the server can read, so it holds in every tab of the
browser and over a restart. `access.can` asks it each time; the methods below are the only ones that it lets through,
and they reach nothing but the one customer and attempt that the row names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from dashboard.access import Permission, require
from dashboard.clock import Clock
from dashboard.customer_words import Language
from dashboard.errors import InputError, Refused
from dashboard.hosted import HostedLinks, PhoneLink
from dashboard.models import Actor, AttemptState, BankAccount, Customer, LinkAttempt, LinkOpening, Role
from dashboard.onboarding import Onboarding, Question
from dashboard.onboarding.authorization import ONLINE
from dashboard.store.core import CoreStore
from dashboard.store.locks import Ending, Lock
from dashboard.store.rows import new_id

IDLE = timedelta(minutes=2)  # long enough to read the authorization, too short to walk away from


class Pins(Protocol):
    """What hand-over needs of the people at the desk."""

    def has_pin(self, actor: Actor) -> bool:
        """Whether this person has set a PIN."""

    def set_pin(self, actor: Actor, pin: str) -> None:
        """Set one's own PIN."""

    def prove(self, actor: Actor, pin: str) -> Actor:
        """The same person, proved; raises AccessDenied where the PIN does not fit."""


@dataclass(frozen=True)
class Step:
    """What the customer sees now; `attempt` is None until they have agreed, `phone` unless they use their own."""

    lock: Lock
    customer: Customer
    attempt: LinkAttempt | None
    question: Question | None
    phone: PhoneLink | None


class Handover:
    """Locks a device to one customer's steps, takes those steps, and takes the device back."""

    def __init__(self, store: CoreStore, onboarding: Onboarding, hosted: HostedLinks, pins: Pins, clock: Clock) -> None:
        self._store, self._onboarding, self._hosted = store, onboarding, hosted
        self._pins, self._clock = pins, clock

    # The operator.

    def has_pin(self, actor: Actor) -> bool:
        """Whether the operator has a PIN to take the device back with."""
        return self._pins.has_pin(actor)

    def lock(
        self, actor: Actor, customer_id: str, pin: str, language: Language = Language.ENGLISH, hint: str | None = None
    ) -> Lock:
        """Hand the actor's device to a customer. The PIN is set where the operator has none, else it must fit.

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
        if self._pins.has_pin(actor):
            self._pins.prove(actor, pin)
        else:
            self._pins.set_pin(actor, pin)
        lock = Lock(
            id=new_id("lock"),
            device=actor.device,
            operator=actor.name,
            operator_address=actor.address,
            customer_id=customer.id,
            attempt_id=None,
            hint=hint,
            language=language,
            ending=None,
            locked_at=self._clock.now(),
        )
        with self._store.transaction():
            if not self._store.locks.add(lock):
                raise Refused("This device is handed over already.", action="Reload the page.", code="held")
            self._note(lock, "handover.locked", actor.address, language=language.value)
        return lock

    def release(self, device: str, pin: str, address: str = "") -> Lock:
        """Take the device back. Raises AccessDenied for a wrong PIN; after five it is locked for a while."""
        lock = self.find(device)
        if lock is None:
            raise Refused("This device is not handed over.", action="Reload the page.", code="not_held")
        self._pins.prove(self._operator(lock, address), pin)
        with self._store.transaction():
            self._store.locks.release(lock.id, self._clock.now())
            self._note(lock, "handover.released", address)
        return lock

    def free(self, actor: Actor, lock_id: str) -> None:
        """Take a device back from elsewhere, for a forgotten PIN: an administrator's, and never at that device."""
        require(actor, Permission.ADMIN)
        lock = next((one for one in self._store.locks.list() if one.id == lock_id), None)
        if lock is None:
            raise InputError("This device is not handed over.", action="Reload the page.", code="not_held")
        with self._store.transaction():
            self._store.locks.release(lock.id, self._clock.now())
            self._store.trail.append(
                actor, "handover.freed", lock.id, self._clock.now(), customer=lock.customer_id, operator=lock.operator
            )

    def held(self, actor: Actor) -> list[Lock]:
        """Every device that is in a customer's hands."""
        require(actor, Permission.ADMIN)
        return self._store.locks.list()

    # The lock.

    def find(self, device: str) -> Lock | None:
        """The lock that holds this device now."""
        return self._store.locks.find(device) if device else None

    def bind(self, actor: Actor, device: str) -> Actor:
        """The same person at this device: whatever they may do ends while it is in a customer's hands."""
        if not device:
            return actor
        return replace(actor, device=device, is_held=lambda: self._store.locks.is_held(device))

    # The customer's own steps.

    def step(self, actor: Actor) -> Step:
        """What the customer of this device sees now. Raises ProviderError."""
        lock = self._lock(actor)
        attempt = question = phone = None
        if lock.attempt_id is not None:
            attempt = self._onboarding.get(self._operator(lock), lock.attempt_id)
            waits_for_customer = attempt.state is AttemptState.CHOOSING
            question = self._onboarding.question(attempt) if waits_for_customer else None
            phone = self._hosted.show(self._operator(lock), attempt)
        return Step(lock, self._customer(lock.customer_id), attempt, question, phone)

    def speak(self, actor: Actor, language: Language) -> None:
        """Change the language of the customer's steps."""
        lock = self._lock(actor)
        self._store.locks.edit(lock.id, language=language.value)

    def text(self, actor: Actor) -> str:
        """The authorization that the customer reads."""
        lock = self._lock(actor)
        return self._onboarding.mandate_text(self._operator(lock), lock.customer_id, lock.language)

    def agree(self, actor: Actor, facts: Mapping[str, object]) -> None:
        """The customer accepts the authorization, in this browser; Link can be opened. Raises ProviderError."""
        lock = self._lock(actor)
        if lock.attempt_id is None:
            operator = self._operator(lock)
            accepted = self._onboarding.accept(operator, lock.customer_id, ONLINE, facts, lock.language)
            opening = self._onboarding.open(operator, lock.customer_id, hint=lock.hint, accepted=accepted)
            self._store.locks.edit(lock.id, attempt_id=opening.attempt_id)

    def again(self, actor: Actor) -> None:
        """Open Link once more under what was accepted before. Raises ProviderError."""
        lock = self._lock(actor)
        accepted = self._store.acceptances.get(lock.attempt_id) if lock.attempt_id else None
        opening = self._onboarding.open(self._operator(lock), lock.customer_id, hint=lock.hint, accepted=accepted)
        self._store.locks.edit(lock.id, attempt_id=opening.attempt_id)

    def use_phone(self, actor: Actor) -> None:
        """Open Link on the customer's own phone under what was accepted before. Raises Refused, ProviderError."""
        lock = self._lock(actor)
        accepted = self._store.acceptances.get(self._attempt_id(lock))
        if accepted is None:
            raise Refused("Nothing was agreed to yet.", action="Read the authorization first.", code="not_agreed")
        attempt_id = self._hosted.open(self._operator(lock), lock.customer_id, accepted, hint=lock.hint)
        self._store.locks.edit(lock.id, attempt_id=attempt_id)

    def opening(self, actor: Actor) -> LinkOpening:
        """What opens Link for the customer's attempt. Raises Refused where its time is over."""
        lock = self._lock(actor)
        return self._onboarding.opening(self._operator(lock), self._attempt_id(lock))

    def report(self, actor: Actor, outcome: Mapping[str, object], facts: Mapping[str, object]) -> None:
        """Claim what the browser reports of Link. Raises InputError."""
        lock = self._lock(actor)
        self._onboarding.report(self._operator(lock), self._attempt_id(lock), outcome, facts)

    def choose(self, actor: Actor, account_id: str) -> None:
        """Take one of the accounts that the customer shared. Raises InputError, Refused."""
        lock = self._lock(actor)
        self._onboarding.choose(self._operator(lock), self._attempt_id(lock), account_id)

    def account(self, actor: Actor) -> BankAccount | None:
        """The account that the customer has just linked."""
        lock = self._lock(actor)
        if lock.attempt_id is None:
            return None
        id = self._onboarding.get(self._operator(lock), lock.attempt_id).bank_account_id
        return self._onboarding.account(self._operator(lock), id) if id else None

    def end(self, actor: Actor, ending: Ending) -> None:
        """Show nothing of the customer any more: they are done, they declined, or nobody touched the screen."""
        lock = self._lock(actor)
        if lock.ending is None:
            with self._store.transaction():
                self._store.locks.edit(lock.id, ending=ending.value)
                self._note(lock, f"handover.{ending.value}", actor.address)

    def _lock(self, actor: Actor) -> Lock:
        require(actor, Permission.OWN_STEP)
        lock = self.find(actor.device)
        if lock is None:
            raise Refused("This device is no longer handed over.", action="Reload the page.", code="not_held")
        return lock

    def _attempt_id(self, lock: Lock) -> str:
        if lock.attempt_id is None:
            raise Refused("Nothing was agreed to yet.", action="Read the authorization first.", code="not_agreed")
        return lock.attempt_id

    def _customer(self, id: str) -> Customer:
        found = self._store.customers.get(id)
        if found is None:
            raise InputError("There is no such customer.", action="Pick one from the list.", code="unknown_customer")
        return found

    def _operator(self, lock: Lock, address: str = "") -> Actor:
        """The person in whose name the customer's steps are taken."""
        return Actor(lock.operator, frozenset({Role.OPS}), address or lock.operator_address)

    def _note(self, lock: Lock, action: str, address: str, **facts: object) -> None:
        self._store.trail.append(
            self._operator(lock, address), action, lock.id, self._clock.now(), customer=lock.customer_id, **facts
        )
