"""Customers: added and found by ops, once each, by the team's own reference."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from dashboard.access import Permission, require
from dashboard.clock import Clock
from dashboard.errors import InputError
from dashboard.models import Actor, Customer, HolderType
from dashboard.store.core import CoreStore
from dashboard.store.rows import new_id

NAME_LIMIT = 100
REFERENCE_LIMIT = 60
EMAIL_LIMIT = 254  # RFC 5321's longest path
EMAIL = re.compile(r"[^@\s<>\"(),:;]+@[^@\s<>\"(),:;.]+(\.[^@\s<>\"(),:;.]+)+")


class Customers:
    """The customers of the desk."""

    def __init__(self, store: CoreStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def add(
        self,
        actor: Actor,
        name: str,
        email: str,
        reference: str,
        holder_type: HolderType | str = HolderType.INDIVIDUAL,
    ) -> Customer:
        """A new customer. Raises InputError where a field is not usable or the reference is taken."""
        require(actor, Permission.EDIT_CUSTOMERS)
        now = self._clock.now()
        customer = Customer(
            id=new_id("cust"),
            name=check_name(name),
            email=check_email(email),
            reference=check_reference(reference),
            holder_type=check_holder(holder_type),
            stripe_customer_id=None,
            created_at=now,
        )
        with self._store.transaction():
            self._refuse_taken(customer)
            self._store.customers.add(customer, new_id("key"))
            private = self._store.private.seal(customer.id, _facts(customer))
            self._store.trail.append(actor, "customer.added", customer.id, now, private=private)
        return customer

    def get(self, actor: Actor, id: str) -> Customer:
        """One customer by our id; the look is in the trail. Raises InputError where there is none."""
        require(actor, Permission.VIEW_CUSTOMERS)
        found = self._store.customers.get(id)
        if found is None:
            raise unknown_customer()
        self._store.trail.note_view(actor, "customer.viewed", id, self._clock.now())
        return found

    def several(self, actor: Actor, ids: Iterable[str]) -> dict[str, Customer]:
        """The customers of these ids, by id, for a list; an id that is nobody's is left out."""
        require(actor, Permission.VIEW_CUSTOMERS)
        found = ((id, self._store.customers.get(id)) for id in set(ids))
        return {id: customer for id, customer in found if customer is not None}

    def find(self, actor: Actor, text: str = "", limit: int = 20) -> list[Customer]:
        """Customers whose name, e-mail, reference or id holds the text, newest first; the newest for no text."""
        require(actor, Permission.VIEW_CUSTOMERS)
        return self._store.customers.find(text.strip(), limit)

    def edit(
        self,
        actor: Actor,
        id: str,
        *,
        name: str | None = None,
        email: str | None = None,
        reference: str | None = None,
        holder_type: HolderType | str | None = None,
    ) -> Customer:
        """Change what is given. Raises InputError as `add` does. What Stripe was told stays as it is there."""
        require(actor, Permission.EDIT_CUSTOMERS)
        now = self._clock.now()
        with self._store.transaction():
            old = self._store.customers.get(id)
            if old is None:
                raise unknown_customer()
            new = replace(
                old,
                name=old.name if name is None else check_name(name),
                email=old.email if email is None else check_email(email),
                reference=old.reference if reference is None else check_reference(reference),
                holder_type=old.holder_type if holder_type is None else check_holder(holder_type),
            )
            self._refuse_taken(new)
            if new != old:
                self._store.customers.edit(new, now)
                private = self._store.private.seal(id, {"before": _facts(old), "after": _facts(new)})
                self._store.trail.append(actor, "customer.edited", id, now, private=private)
        return new

    def _refuse_taken(self, customer: Customer) -> None:
        other = self._store.customers.by_reference(customer.reference)
        if other is not None and other.id != customer.id:
            raise InputError(
                f"The reference {customer.reference} belongs to {other.name}.",
                meaning="Each customer has a reference of their own.",
                action="Use that customer, or another reference.",
                code="reference_taken",
            )


def unknown_customer() -> InputError:
    """The error for an id that is nobody's."""
    return InputError("There is no such customer.", action="Pick one from the list.", code="unknown_customer")


def check_name(value: str) -> str:
    """A name of 1 to 100 characters, spaces folded."""
    return _check_text(value, "name", NAME_LIMIT)


def check_reference(value: str) -> str:
    """The team's own customer number, 1 to 60 characters."""
    return _check_text(value, "reference", REFERENCE_LIMIT)


def check_email(value: str) -> str:
    """An e-mail address by its shape: something, an at sign, a host with a dot."""
    text = value.strip()
    if len(text) > EMAIL_LIMIT or not EMAIL.fullmatch(text) or not text.isprintable():
        raise InputError(
            "This is not an e-mail address.", action="Write it like name@example.com.", code="invalid_email"
        )
    return text


def check_holder(value: HolderType | str) -> HolderType:
    """`individual` or `company`."""
    try:
        return HolderType(value)
    except ValueError:
        raise InputError(
            "The account holder is an individual or a company.", action="Pick one.", code="invalid_holder"
        ) from None


def _check_text(value: str, what: str, limit: int) -> str:
    text = " ".join(value.split())
    if not text:
        raise InputError(f"The {what} is empty.", action=f"Type the customer's {what}.", code=f"invalid_{what}")
    if len(text) > limit or not text.isprintable():
        raise InputError(
            f"The {what} is longer than {limit} characters, or has characters that cannot be printed.",
            action="Shorten it.",
            code=f"invalid_{what}",
        )
    return text


def _facts(customer: Customer) -> dict[str, object]:
    return {
        "name": customer.name,
        "email": customer.email,
        "reference": customer.reference,
        "holder_type": customer.holder_type.value,
    }
