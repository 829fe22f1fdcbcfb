"""A row of a batch as the debit that it will be: its exact bodies, and its part in the order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from dashboard.batches.problems import STOPPED
from dashboard.debits.orders import make_debit
from dashboard.debits.problems import CHANGED
from dashboard.debits.review import write_bodies
from dashboard.domain.approvals import digest_of
from dashboard.domain.batches import Batch, BatchRow, BatchState, RowState
from dashboard.domain.errors import Refused
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor, Balance, BankAccount, Debit, DebitOrder, Problem
from dashboard.store import Store


def maker_of(batch: Batch) -> Actor:
    """Who opened and submitted a batch, in whose name and from whose address its rows are ordered."""
    return Actor(batch.made_by, frozenset(), batch.made_from, subject=batch.maker)


def ticket_of(row: BatchRow) -> str:
    """The ticket of a row's debit: however often the row is tried, it is one debit."""
    return f"batch-{row.id}"


def write_order(row: BatchRow, balance: Balance, *, accept_unknown_balance: bool) -> DebitOrder:
    """The order of a row that was submitted."""
    return DebitOrder(
        ticket=ticket_of(row),
        bank_account_id=str(row.bank_account_id),
        amount_cents=int(row.amount_cents or 0),
        invoice_reference=row.reference,
        purpose=row.purpose,
        balance=balance,
        accept_unknown_balance=accept_unknown_balance,
    )


def digest_row(row: BatchRow, batch: Batch, account: BankAccount, descriptor: str) -> str:
    """The digest of everything that is sent to Stripe for a row, under the id that its debit will have."""
    order = write_order(row, Balance(None, None, None, batch.made_at), accept_unknown_balance=False)
    debit = make_debit(batch.made_by, order, account, row.reference, descriptor, batch.made_at, id=str(row.debit_id))
    return digest_of(write_bodies(debit, account))


def digest_all(store: Store, batch: Batch, rows: Sequence[BatchRow], descriptor: str) -> dict[str, str]:
    """The digest of each row as it would be sent now, by its id, in the order of the file."""
    owned = store.accounts.several(list({str(row.bank_account_id) for row in rows}))
    accounts = {id: one.account for id, one in owned.items()}
    return {row.id: digest_row(row, batch, accounts[str(row.bank_account_id)], descriptor) for row in rows}


def sum_of(body: Mapping[str, object]) -> int:
    """Cents of what a body asks approval for."""
    return cast(int, body["total_cents"])


@dataclass(frozen=True)
class RowAttached:
    """A row's part in the order of its debit (`debits.orders.Attached`)."""

    store: Store
    row: BatchRow
    descriptor: str

    @property
    def debit_id(self) -> str:
        """As it was approved."""
        return str(self.row.debit_id)

    @property
    def reserved(self) -> str:
        """The row reserves until the debit does."""
        return self.row.id

    @property
    def earlier(self) -> frozenset[str]:
        """The batch's other rows of this account, and what the approver was shown."""
        batch, account = self.row.batch_id, str(self.row.bank_account_id)
        return self.store.batches.debits_of(batch, account) | frozenset(self.row.similar_to)

    def check(self) -> None:
        """Nothing where the batch is still being sent, and the row is what was approved. Raises Refused."""
        batch = require_found(self.store.batches.get(self.row.batch_id), "batch")
        now = self.store.batches.row(self.row.id)
        if batch.state is not BatchState.SENDING or now is None or now.state is not RowState.QUEUED:
            raise _refuse(STOPPED)
        account = require_found(self.store.accounts.get(str(self.row.bank_account_id)), "account")
        if digest_row(now, batch, account, self.descriptor) != now.digest:
            raise _refuse(CHANGED)

    def keep(self, debit: Debit) -> Mapping[str, object]:
        """The row is its debit from now on."""
        self.store.batches.order_row(self.row.id)
        return {"batch": self.row.batch_id, "line": self.row.line}


def _refuse(problem: Problem) -> Refused:
    return Refused(problem.what, meaning=problem.meaning, action=problem.action, code=problem.code)
