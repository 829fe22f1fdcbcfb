"""Customers: added and found by ops, once each, by the team's own reference."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from functools import partial
from typing import Any, BinaryIO

from dashboard.customers.stripe_updates import StripeUpdate, StripeUpdates
from dashboard.domain.clock import Clock
from dashboard.domain.csv_lines import csv_line
from dashboard.domain.errors import InputError
from dashboard.domain.folding import JOINERS, fold
from dashboard.domain.forms import check_all
from dashboard.domain.ids import new_id
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor, Customer, HolderType
from dashboard.domain.searches import check_search
from dashboard.domain.workbooks import About, Cell, Column, Kind, write_workbook
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.customers.merging import Note, PaymentLine
from dashboard.store.customers.rows import SORTS

NAME_LIMIT = 100
REFERENCE_LIMIT = 60
EMAIL_LIMIT = 254  # RFC 5321's longest path
EMAIL = re.compile(r"[^@\s<>\"(),:;]+@[^@\s<>\"(),:;.]+(\.[^@\s<>\"(),:;.]+)+")
NOTE_LIMIT = 2_000
PAYMENTS_SHOWN = 50
COLUMNS = ("name", "email", "reference", "holder_type")  # of a file: as it is exported and imported
HOLDERS = {HolderType.INDIVIDUAL: "Person", HolderType.COMPANY: "Company"}
SHEET = (
    *(Column("Name"), Column("E-mail"), Column("Reference"), Column("Kind"), Column("Stripe customer")),
    *(Column("Added", Kind.MOMENT), Column("Id")),
)


@dataclass(frozen=True)
class CustomerFile:
    """One customer with their notes, every Stripe customer that they are, and what Stripe is still to be told."""

    customer: Customer
    notes: list[Note]
    stripe_ids: list[str]
    stripe_update: StripeUpdate | None


class Customers:
    """The customers of the desk."""

    def __init__(self, store: Store, clock: Clock, updates: StripeUpdates | None = None) -> None:
        """`updates` tells Stripe of a new name, e-mail or kind of holder; without it Stripe is not told."""
        self._store, self._clock, self._updates = store, clock, updates

    def add(
        self,
        actor: Actor,
        name: str,
        email: str,
        reference: str,
        holder_type: HolderType | str = HolderType.INDIVIDUAL,
    ) -> Customer:
        """A new customer. Raises FormError for all fields that are not usable, a reference that is taken among them."""
        require(actor, Permission.EDIT_CUSTOMERS)
        now, id = self._clock.now(), new_id("cust")
        customer = Customer(
            id=id,
            **self._check(id, {"name": name, "email": email, "reference": reference, "holder_type": holder_type}),
            stripe_customer_id=None,
            created_at=now,
        )
        with self._store.transaction():
            self._refuse_taken(id, customer.reference)
            self._store.customers.add(customer)
            private = self._store.private.seal(customer.id, facts_of(customer))
            self._store.trail.append(actor, "customer.added", customer.id, now, private=private)
        return customer

    def check(self, actor: Actor, name: str, email: str, reference: str, holder_type: HolderType | str) -> None:
        """Whether `add` would take these. Raises FormError as it does."""
        require(actor, Permission.EDIT_CUSTOMERS)
        self._check("", {"name": name, "email": email, "reference": reference, "holder_type": holder_type})

    def get(self, actor: Actor, id: str) -> Customer:
        """One customer by our id; the look is in the trail. Raises InputError where there is none."""
        require(actor, Permission.VIEW_CUSTOMERS)
        found = require_found(self._store.customers.get(id), "customer")
        self._store.trail.note_view(actor, "customer.viewed", id, self._clock.now())
        return found

    def get_many(self, actor: Actor, ids: Iterable[str]) -> dict[str, Customer]:
        """The customers of these ids, by id, for a list; an id that is nobody's is left out."""
        require(actor, Permission.VIEW_CUSTOMERS)
        found = ((id, self._store.customers.get(id)) for id in set(ids))
        return {id: customer for id, customer in found if customer is not None}

    def find(self, actor: Actor, text: str = "", limit: int = 20) -> list[Customer]:
        """Customers whose name, e-mail, reference or id holds the text, newest first; the newest for no text."""
        require(actor, Permission.VIEW_CUSTOMERS)
        return self._store.customers.find(check_search(text), limit)

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
        """Change what is given, and have Stripe told of it. Raises FormError as `add` does."""
        require(actor, Permission.EDIT_CUSTOMERS)
        now = self._clock.now()
        with self._store.transaction():
            old = require_found(self._store.customers.get(id), "customer")
            if reference == old.reference:  # also one that somebody else had in an older version's file
                reference = None
            given = {"name": name, "email": email, "reference": reference, "holder_type": holder_type}
            new = replace(old, **self._check(id, {field: to for field, to in given.items() if to is not None}))
            if new != old:
                self._store.customers.edit(new, now)
                private = self._store.private.seal(id, {"before": facts_of(old), "after": facts_of(new)})
                self._store.trail.append(actor, "customer.edited", id, now, private=private)
                if self._updates is not None and replace(new, reference=old.reference) != old:
                    self._updates.order(actor, id)
        if self._updates is not None:
            self._updates.start(id)
        return new

    def open(self, actor: Actor, id: str) -> CustomerFile:
        """One customer's own page; the look is in the trail. Raises InputError where there is none."""
        require(actor, Permission.VIEW_CUSTOMERS)
        customer = self.get(actor, id)
        files = self._store.customer_files
        update = self._updates.get(id) if self._updates is not None else None
        return CustomerFile(customer, files.notes(id), files.stripe_ids(id), update)

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
            require_found(self._store.customers.get(id), "customer")
            note = self._store.customer_files.add_note(id, text, actor.name, now)
            private = self._store.private.seal(id, {"text": text})
            self._store.trail.append(actor, "customer.note_added", id, now, note=note, private=private)
        return Note(note, text, actor.name, now)

    def export(self, actor: Actor, text: str = "") -> Iterator[str]:
        """Those who fit the text as lines of CSV, with no cell that a spreadsheet takes for a formula."""
        require(actor, Permission.EXPORT)
        text = check_search(text)
        self._note_export(actor, text, "csv")
        return _write_lines(self._store.customers.walk(text))

    def workbook(self, actor: Actor, out: BinaryIO, text: str = "", *, sort: str = "newest", zone: tzinfo) -> int:
        """Those who fit the text as a workbook, in one of the list's orders, and how many. Raises InputError."""
        require(actor, Permission.EXPORT)
        text = check_search(text)
        _check_sort(sort)
        self._note_export(actor, text, "xlsx")
        what = f"Customers that match “{text}”" if text else "All customers"
        about = About("Customers", what, actor.name, self._clock.now(), zone)
        rows = map(_sheet_row, self._store.customers.walk_sorted(text, sort))
        return write_workbook(out, about, SHEET, rows)

    def _note_export(self, actor: Actor, text: str, form: str) -> None:
        now, searched = self._clock.now(), bool(text)
        self._store.trail.append(actor, "customers.exported", "customers", now, searched=searched, format=form)

    def update_stripe_again(self, actor: Actor, id: str) -> None:
        """Try once more what Stripe refused."""
        require(actor, Permission.EDIT_CUSTOMERS)
        if self._updates is None:
            return
        with self._store.transaction():
            self._updates.order(actor, id)
            self._store.trail.append(actor, "customer.tell_again", id, self._clock.now())
        self._updates.start(id)

    def _check(self, id: str, fields: Mapping[str, str]) -> dict[str, Any]:
        checks: dict[str, Callable[[str], object]] = {
            "name": check_name,
            "email": check_email,
            "reference": lambda text: self._refuse_taken(id, check_reference(text)),
            "holder_type": check_holder,
        }
        return check_all(**{field: partial(checks[field], text) for field, text in fields.items()})

    def _refuse_taken(self, id: str, reference: str) -> str:
        other = self._store.customers.by_reference(reference)
        if other is not None and other.id != id:
            successor = self._store.customer_files.merged_into(other.id)
            owner = (self._store.customers.get(successor) if successor else None) or other
            raise InputError(
                f"The reference {reference} belongs to {owner.name}.",
                meaning="Each customer has a reference of their own.",
                action="Use that customer, or choose another reference.",
                code="reference_taken",
            )
        return reference


def _check_sort(sort: str) -> None:
    if sort not in SORTS:
        raise InputError(f"Customers cannot be sorted by {sort}.", action=f"Sort by {', '.join(SORTS)}.")


def _sheet_row(one: Customer) -> list[Cell]:
    kind = HOLDERS[one.holder_type]
    return [one.name, one.email, one.reference, kind, one.stripe_customer_id, one.created_at, one.id]


def _write_lines(customers: Iterator[Customer]) -> Iterator[str]:
    yield csv_line((*COLUMNS, "stripe_customer", "id"))
    for one in customers:
        yield csv_line(
            (one.name, one.email, one.reference, one.holder_type.value, one.stripe_customer_id or "", one.id)
        )


def check_name(value: str) -> str:
    """A name of 1 to 100 characters, spaces folded. Raises InputError."""
    return _check_text(value, "name", NAME_LIMIT)


def check_reference(value: str) -> str:
    """The team's own customer number, 1 to 60 characters."""
    return _check_text(value, "reference", REFERENCE_LIMIT)


def check_email(value: str) -> str:
    """An e-mail address by its shape: something, an at sign, a host with a dot. Raises InputError."""
    text = value.strip()
    if len(text) > EMAIL_LIMIT or not EMAIL.fullmatch(text) or not text.isprintable():
        raise InputError(
            "This is not an e-mail address.", action="Write it like name@example.com.", code="invalid_email"
        )
    return text


def check_holder(value: HolderType | str) -> HolderType:
    """`individual` or `company`. Raises InputError."""
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
    shown = fold(text) and text.translate(dict.fromkeys(map(ord, JOINERS))) if what == "name" else text
    if not shown or len(text) > limit or not shown.isprintable():
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
