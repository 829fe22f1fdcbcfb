"""Linked accounts as a file: what the page shows of them, with every id, in the order of the page.

CSV is for programs, a workbook for people: its heads and statuses are words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import BinaryIO

from dashboard.domain.clock import Clock
from dashboard.domain.csv_lines import csv_line
from dashboard.domain.formatting import in_words
from dashboard.domain.models import Actor, BankAccount, Customer
from dashboard.domain.workbooks import About, Cell, Column, Kind, write_workbook
from dashboard.staff.access import Permission, require
from dashboard.store import Store

COLUMNS = (
    *("customer", "reference", "email", "bank", "account", "mask", "ready", "mandate_status", "mandate"),
    *("stripe_customer", "stripe_bank_account", "stripe_status", "linked_at", "id"),
)
SHEET = (
    *(Column("Customer"), Column("Reference"), Column("Bank"), Column("Account"), Column("Last digits")),
    *(Column("Status"), Column("Mandate"), Column("Stripe bank account"), Column("Linked", Kind.MOMENT)),
    *(Column("E-mail"), Column("Mandate id"), Column("Stripe customer"), Column("Status at Stripe"), Column("Id")),
)


class AccountExport:
    """Writes lists of linked accounts."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def lines(self, actor: Actor, ids: Sequence[str]) -> Iterator[str]:
        """These accounts as lines of CSV, times in UTC, with no cell that a spreadsheet takes for a formula."""
        require(actor, Permission.EXPORT)
        self._note(actor, ids, "csv")
        return self._write(ids)

    def workbook(
        self, actor: Actor, out: BinaryIO, ids: Sequence[str], statuses: Mapping[str, str], what: str, zone: tzinfo
    ) -> int:
        """The same as a workbook, and how many; `statuses` are the page's words by id, `what` says which these are."""
        require(actor, Permission.EXPORT)
        self._note(actor, ids, "xlsx")
        about = About("Linked accounts", what, actor.name, self._clock.now(), zone)
        rows = (_sheet_row(account, owner, statuses.get(account.id, "")) for account, owner in self._read(ids))
        return write_workbook(out, about, SHEET, rows)

    def _note(self, actor: Actor, ids: Sequence[str], form: str) -> None:
        now = self._clock.now()
        self._store.trail.append(actor, "accounts.exported", "accounts", now, count=len(ids), format=form)

    def _read(self, ids: Sequence[str]) -> Iterator[tuple[BankAccount, Customer]]:
        for id in ids:
            account = self._store.accounts.get(id)
            owner = self._store.customers.get(account.customer_id) if account else None
            if account is not None and owner is not None:
                yield account, owner

    def _write(self, ids: Sequence[str]) -> Iterator[str]:
        yield csv_line(COLUMNS)
        for account, owner in self._read(ids):
            yield csv_line(
                (
                    *(owner.name, owner.reference, owner.email, account.institution_name, account.name),
                    *(account.mask or "", "yes" if account.is_ready else "no", account.mandate_status or ""),
                    *(account.mandate_id or "", account.stripe_customer_id or ""),
                    *(account.stripe_bank_account_id or "", account.stripe_status or ""),
                    *(account.created_at.isoformat(), account.id),
                )
            )


def _sheet_row(account: BankAccount, owner: Customer, status: str) -> list[Cell]:
    return [
        *(owner.name, owner.reference, account.institution_name, account.name, account.mask, status),
        *(in_words(account.mandate_status), account.stripe_bank_account_id, account.created_at, owner.email),
        *(account.mandate_id, account.stripe_customer_id, in_words(account.stripe_status), account.id),
    ]
