"""Linked accounts as a file: what the page shows of them, with every id, in the order of the page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from dashboard.access import Permission, require
from dashboard.clock import Clock
from dashboard.export import harmless
from dashboard.models import Actor
from dashboard.store.core import CoreStore

COLUMNS = (
    *("customer", "reference", "email", "bank", "account", "mask", "ready", "mandate_status", "mandate"),
    *("stripe_customer", "stripe_bank_account", "stripe_status", "linked_at", "id"),
)


class AccountExport:
    """Writes lists of linked accounts."""

    def __init__(self, store: CoreStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def lines(self, actor: Actor, ids: Sequence[str]) -> Iterator[str]:
        """These accounts as lines of CSV, times in UTC, with no cell that a spreadsheet takes for a formula."""
        require(actor, Permission.EXPORT)
        self._store.trail.append(actor, "accounts.exported", "accounts", self._clock.now(), count=len(ids))
        return self._write(ids)

    def _write(self, ids: Sequence[str]) -> Iterator[str]:
        yield _line(COLUMNS)
        for id in ids:
            account = self._store.accounts.get(id)
            owner = self._store.customers.get(account.customer_id) if account else None
            if account is None or owner is None:
                continue
            yield _line(
                (
                    *(owner.name, owner.reference, owner.email, account.institution_name, account.name),
                    *(account.mask or "", "yes" if account.is_ready else "no", account.mandate_status or ""),
                    *(account.mandate_id or "", account.stripe_customer_id or ""),
                    *(account.stripe_bank_account_id or "", account.stripe_status or ""),
                    *(account.created_at.isoformat(), account.id),
                )
            )


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([harmless(cell) for cell in cells])
    return out.getvalue()
