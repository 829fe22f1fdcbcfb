"""Customers: added and found by ops, once each, by the team's own reference."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from dashboard.access import Permission, require
from dashboard.clock import Clock
from dashboard.errors import InputError
from dashboard.export import harmless
from dashboard.models import Actor, Customer, HolderType
from dashboard.store.core import CoreStore
from dashboard.store.customer_files import Note, PaymentLine
from dashboard.store.customers import SORTS
from dashboard.store.rows import new_id
from dashboard.store.tellings import Telling

NAME_LIMIT = 100
REFERENCE_LIMIT = 60
EMAIL_LIMIT = 254  # RFC 5321's longest path
EMAIL = re.compile(r"[^@\s<>\"(),:;]+@[^@\s<>\"(),:;.]+(\.[^@\s<>\"(),:;.]+)+")
NOTE_LIMIT = 2_000
PAGE_SIZE = 50
PAYMENTS_SHOWN = 50
COLUMNS = ("name", "email", "reference", "holder_type")  # of a file: as it is exported and imported


@dataclass(frozen=True)
class CustomerPage:
    """One page of customers, and how many fit in all."""

    rows: list[Customer]
    total: int


@dataclass(frozen=True)
class CustomerFile:
    """One customer with their notes, every Stripe customer that they are, and what Stripe is still to be told."""

    customer: Customer
    notes: list[Note]
    stripe_ids: list[str]
    telling: Telling | None


def _ignore(customer_id: str) -> None:
    """Nobody else has to hear of it."""


class Customers:
    """The customers of the desk."""

    def __init__(self, store: CoreStore, clock: Clock, on_change: Callable[[str], None] = _ignore) -> None:
        """`on_change` is told the id of a customer whose name, e-mail or kind changed, once that is committed."""
        self._store, self._clock, self._on_change = store, clock, on_change

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
            private = self._store.private.seal(customer.id, facts_of(customer))
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
        """Change what is given, and have Stripe told of it. Raises InputError as `add` does."""
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
                private = self._store.private.seal(id, {"before": facts_of(old), "after": facts_of(new)})
                self._store.trail.append(actor, "customer.edited", id, now, private=private)
                if replace(new, reference=old.reference) != old:
                    self._store.tellings.want(id, now)
        self._on_change(id)
        return new

    def page(self, actor: Actor, text: str = "", *, sort: str = "newest", number: int = 0) -> CustomerPage:
        """One page, numbered from 0, of those who fit the text. Raises InputError for an unknown sort."""
        require(actor, Permission.VIEW_CUSTOMERS)
        if sort not in SORTS:
            raise InputError(f"Customers cannot be sorted by {sort}.", action=f"Sort by {', '.join(SORTS)}.")
        text = text.strip()
        rows = self._store.customers.page(text, sort=sort, offset=max(0, number) * PAGE_SIZE, size=PAGE_SIZE)
        return CustomerPage(rows, self._store.customers.count(text))

    def open(self, actor: Actor, id: str) -> CustomerFile:
        """One customer's own page; the look is in the trail. Raises InputError where there is none."""
        require(actor, Permission.VIEW_CUSTOMERS)
        customer = self.get(actor, id)
        files = self._store.customer_files
        return CustomerFile(customer, files.notes(id), files.stripe_ids(id), self._store.tellings.get(id))

    def successor(self, actor: Actor, id: str) -> str | None:
        """Whom this customer was merged into; None where they were not."""
        require(actor, Permission.VIEW_CUSTOMERS)
        return self._store.customer_files.merged_into(id)

    def payments(self, actor: Actor, id: str) -> list[PaymentLine]:
        """The newest payments of a customer, under whichever Stripe customer."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.customer_files.payments(id, PAYMENTS_SHOWN)

    def add_note(self, actor: Actor, id: str, text: str) -> Note:
        """Write something down about a customer. Raises InputError for no text, too much, or nobody."""
        require(actor, Permission.EDIT_CUSTOMERS)
        text, now = text.strip(), self._clock.now()
        if not text or len(text) > NOTE_LIMIT or "\x00" in text:
            raise InputError(
                f"A note has 1 to {NOTE_LIMIT:,} characters.", action="Write a short one.", code="invalid_note"
            )
        with self._store.transaction():
            if self._store.customers.get(id) is None:
                raise unknown_customer()
            note = self._store.customer_files.add_note(id, text, actor.name, now)
            private = self._store.private.seal(id, {"text": text})
            self._store.trail.append(actor, "customer.note_added", id, now, note=note, private=private)
        return Note(note, text, actor.name, now)

    def export(self, actor: Actor, text: str = "") -> Iterator[str]:
        """Those who fit the text as lines of CSV, with no cell that a spreadsheet takes for a formula."""
        require(actor, Permission.EXPORT)
        text = text.strip()
        self._store.trail.append(actor, "customers.exported", "customers", self._clock.now(), searched=bool(text))
        return _write_lines(self._store.customers.walk(text))

    def tell_again(self, actor: Actor, id: str) -> None:
        """Try once more what Stripe refused."""
        require(actor, Permission.EDIT_CUSTOMERS)
        now = self._clock.now()
        with self._store.transaction():
            self._store.tellings.want(id, now)
            self._store.trail.append(actor, "customer.tell_again", id, now)
        self._on_change(id)

    def _refuse_taken(self, customer: Customer) -> None:
        other = self._store.customers.by_reference(customer.reference)
        if other is not None and other.id != customer.id:
            successor = self._store.customer_files.merged_into(other.id)
            owner = (self._store.customers.get(successor) if successor else None) or other
            raise InputError(
                f"The reference {customer.reference} belongs to {owner.name}.",
                meaning="Each customer has a reference of their own.",
                action="Use that customer, or another reference.",
                code="reference_taken",
            )


def _write_lines(customers: Iterator[Customer]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow((*COLUMNS, "stripe_customer", "id"))
    for one in customers:
        cells = (one.name, one.email, one.reference, one.holder_type.value, one.stripe_customer_id or "", one.id)
        writer.writerow([harmless(cell) for cell in cells])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


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


def facts_of(customer: Customer) -> dict[str, object]:
    """What the trail keeps of a customer, sealed under their own key."""
    return {
        "name": customer.name,
        "email": customer.email,
        "reference": customer.reference,
        "holder_type": customer.holder_type.value,
    }
