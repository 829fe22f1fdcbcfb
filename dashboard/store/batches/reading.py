"""What is read across batches: progress, outcomes, and what a new file is compared with."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.domain.batch_row_filter import BatchRowFilter
from dashboard.domain.batches import Progress, RowOutcome, RowState
from dashboard.domain.debits import DebitState
from dashboard.store.batches.rows import _row
from dashboard.store.conditions import Conditions
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED, FOLDED, LISTED, in_json, list_of, listed
from dashboard.store.listing import Asked, Listing
from dashboard.store.sql import Row, from_epoch, problem_from_json, select, to_epoch

SOURCE = (
    "batch_row t LEFT JOIN customer c ON c.id = t.customer_id LEFT JOIN bank_account a ON a.id = t.bank_account_id"
    " LEFT JOIN debit d ON d.id = t.debit_id AND t.state = 'ordered'"
)
_OUTCOMES = (
    "SELECT t.*, coalesce(c.name, '') AS customer, coalesce(a.institution_name || ' ' || a.name, '') AS account,"
    " coalesce(a.mask, '') AS mask, d.state AS debit_state, d.payment_intent_id,"
    " coalesce(d.refusal, (SELECT j.problem FROM job j WHERE j.kind = 'debit' AND j.subject = d.id"
    " AND j.ended_at IS NULL)) AS debit_problem, (SELECT p.state FROM payment p WHERE p.debit_id = d.id"
    f" ORDER BY p.created DESC, p.seq DESC LIMIT 1) AS payment_state FROM {SOURCE}"
)
# What became of a row as one word (`RowOutcomeKind`).
_KIND = (
    "CASE WHEN t.left_out_by IS NOT NULL THEN 'left_out' WHEN t.state = 'invalid' THEN 'fault'"
    " WHEN t.state = 'valid' THEN 'ready' WHEN t.state = 'queued' THEN 'waiting' WHEN t.state <> 'ordered'"
    " OR d.state IN ('refused', 'canceled') THEN 'not_sent' WHEN d.state = 'submitted' THEN 'sent'"
    " WHEN d.state IN ('unknown', 'unsent') THEN 'doubt' ELSE 'on_its_way' END"
)
_TYPED = [f"lower({in_json('t.said', name)})" for name in ("customer", "reference", "amount", "account")]
SORTS = {
    "line": "t.line",
    "amount": "coalesce(t.amount_cents, 0)",
    "customer": f"coalesce(c.name, '') {FOLDED}",
    "outcome": _KIND,
    "reference": f"t.reference {FOLDED}",
}


@dataclass(frozen=True)
class KnownDebit:
    """A debit that a new row is compared with; cents. `batch_id` is of a row that was not ordered yet."""

    id: str
    customer_id: str
    bank_account_id: str
    amount_cents: int
    reference: str
    at: datetime
    counts_as_same: bool
    batch_id: str | None = None


class BatchReading:
    """Reads beside `BatchTable`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        money = "coalesce(t.amount_cents, 0)", "'usd'"
        self.listing = Listing(database, SOURCE, SORTS, _ask, money=money)

    def progress(self, batch_id: str) -> Progress:
        """How many rows stand where."""
        query = (
            "SELECT r.state, d.state AS debit_state, r.left_out_by IS NOT NULL AS is_taken, count(*) AS n,"
            " sum(r.amount_cents) AS cents FROM batch_row r LEFT JOIN debit d ON d.id = r.debit_id"
            " AND r.state = 'ordered' WHERE r.batch_id = ? GROUP BY r.state, d.state, r.left_out_by IS NOT NULL"
        )
        rows, debits, sent, taken = dict[RowState, int](), dict[DebitState, int](), 0, (0, 0)
        for one in select(self._database.handle, query, [batch_id]):
            state = RowState(one["state"])
            rows[state] = rows.get(state, 0) + one["n"]
            taken = (one["n"], one["cents"]) if one["is_taken"] else taken
            if one["debit_state"] is not None:
                debits[DebitState(one["debit_state"])] = one["n"]
                sent += one["cents"] if one["debit_state"] == DebitState.SUBMITTED else 0
        return Progress(rows, debits, sent, *taken)

    def with_unsent(self, batch_ids: Sequence[str], since: datetime) -> set[str]:
        """Which of these batches have rows that were not sent; of debits those that ended since then are looked at."""
        rows = (
            f"SELECT DISTINCT batch_id FROM batch_row WHERE batch_id IN {listed('ids')}"
            " AND state IN ('refused', 'canceled')"
        )
        debits = (
            "SELECT DISTINCT r.batch_id FROM debit d JOIN batch_row r ON r.debit_id = d.id"
            " WHERE d.state IN ('refused', 'canceled') AND d.updated_at >= :since"
        )
        ids = set(batch_ids)
        found = {row["batch_id"] for row in select(self._database.handle, rows, {"ids": list_of(batch_ids)})}
        found |= {row["batch_id"] for row in select(self._database.handle, debits, {"since": to_epoch(since)})}
        return found & ids

    def outcomes(
        self, batch_id: str, start: int = 0, size: int = 1_000_000, *, line: int | None = None
    ) -> list[RowOutcome]:
        """Every row in the order of the file, or the one of a line, with what became of it."""
        query = f"{_OUTCOMES} WHERE t.batch_id = ? AND t.line = coalesce(?, t.line) ORDER BY t.line LIMIT ? OFFSET ?"
        return [_outcome(one) for one in select(self._database.handle, query, [batch_id, line, size, start])]

    def several(self, ids: Sequence[str]) -> dict[str, RowOutcome]:
        """These rows by id, each with what became of it."""
        rows = select(self._database.handle, f"{_OUTCOMES} WHERE t.id IN {LISTED}", [list_of(ids)])
        return {one["id"]: _outcome(one) for one in rows}

    def known_debits(self, customer_ids: Sequence[str], since: datetime) -> dict[str, list[KnownDebit]]:
        """What these customers were debited since then, or will be: debits and rows of batches, newest first.

        What was refused or canceled moved nothing and is left out.
        """
        debits = (
            "SELECT id, customer_id, bank_account_id, amount_cents, invoice_reference AS reference, created_at AS at,"
            " state NOT IN ('unsent') AS same, NULL AS batch_id FROM debit"
            f" WHERE customer_id IN {listed('ids')} AND state NOT IN ('refused', 'canceled')"
            f" AND (created_at >= :since OR updated_at >= :since OR state = 'scheduled')"
            f" ORDER BY created_at DESC, {ADDED} DESC"
        )
        rows = (
            "SELECT r.debit_id AS id, r.customer_id, r.bank_account_id, r.amount_cents, r.reference,"
            " coalesce(b.submitted_at, b.made_at) AS at, 1 AS same, r.batch_id"
            " FROM batch_row r JOIN batch b ON b.id = r.batch_id"
            f" WHERE r.state = 'queued' AND r.customer_id IN {listed('ids')}"
        )
        values = {"ids": list_of(customer_ids), "since": to_epoch(since)}
        found = defaultdict[str, list[KnownDebit]](list)
        for query in (rows, debits):
            for one in select(self._database.handle, query, dict(values)):
                found[one["customer_id"]].append(
                    KnownDebit(
                        id=one["id"],
                        customer_id=one["customer_id"],
                        bank_account_id=one["bank_account_id"],
                        amount_cents=one["amount_cents"],
                        reference=one["reference"],
                        at=from_epoch(one["at"]),
                        counts_as_same=bool(one["same"]),
                        batch_id=one["batch_id"],
                    )
                )
        return dict(found)

    def queued_references(self, customer_id: str) -> dict[str, str]:
        """References of a customer's rows that wait in a batch, with the batch's name."""
        query = (
            "SELECT r.reference, b.name FROM batch_row r JOIN batch b ON b.id = r.batch_id"
            " WHERE r.customer_id = ? AND r.state = 'queued'"
        )
        return {row["reference"]: row["name"] for row in select(self._database.handle, query, [customer_id])}

    def first_debits(self, batch_id: str) -> int:
        """How many accounts of a batch were never debited before."""
        query = (
            "SELECT count(DISTINCT r.bank_account_id) AS n FROM batch_row r WHERE r.batch_id = ?"
            " AND r.state <> 'invalid' AND r.left_out_by IS NULL AND NOT EXISTS (SELECT 1 FROM debit d"
            " WHERE d.bank_account_id = r.bank_account_id AND d.state = 'submitted')"
        )
        (row,) = select(self._database.handle, query, [batch_id])
        return int(row["n"])

    def sums(self, batch_id: str) -> dict[str, int]:
        """Of the rows that are or were to be sent: how many customers, and the largest amount in cents."""
        query = (
            "SELECT count(DISTINCT customer_id) AS customers, coalesce(max(amount_cents), 0) AS largest_cents"
            " FROM batch_row WHERE batch_id = ? AND state <> 'invalid' AND left_out_by IS NULL"
        )
        (row,) = select(self._database.handle, query, [batch_id])
        return dict(row)

    def accounts_of(self, customer_ids: Sequence[str]) -> list[str]:
        """The accounts in use of these customers, by our ids."""
        query = f"SELECT id FROM bank_account WHERE ended IS NULL AND customer_id IN {listed('ids')}"
        return [row["id"] for row in select(self._database.handle, query, {"ids": list_of(customer_ids)})]

    def notes_of(self, batch_id: str) -> list[tuple[int, list[str]]]:
        """What an approver should look at, by line."""
        query = (
            "SELECT line, notes FROM batch_row WHERE batch_id = ? AND notes <> '[]' AND left_out_by IS NULL"
            " ORDER BY line"
        )
        return [(row["line"], json.loads(row["notes"])) for row in select(self._database.handle, query, [batch_id])]


def _ask(wanted: BatchRowFilter) -> Asked:
    found = Conditions()
    found.hold("t.batch_id = :batch", batch=wanted.batch)
    if wanted.outcomes:
        kinds = [one.value for one in wanted.outcomes]
        found.hold(f"{_KIND} IN {listed('kinds')}", kinds=list_of(kinds))
    if wanted.noted:
        found.hold("(t.notes <> '[]' OR coalesce(d.state, '') IN ('unknown', 'unsent'))")
    found.add("t.amount_cents >= :low", wanted.amount_min)
    found.add("t.amount_cents <= :high", wanted.amount_max)
    found.search(
        wanted.text,
        within=["coalesce(c.search_key, '')", "lower(t.reference)", *_TYPED, "coalesce(a.mask, '')"],
        begins=["t.debit_id", "t.customer_id"],
        exact=["CAST(t.line AS TEXT)"],
        amount="t.amount_cents",
    )
    return found.asked()


def _outcome(one: Row) -> RowOutcome:
    return RowOutcome(
        row=_row(one),
        customer=one["customer"],
        account=f"{one['account']} ••{one['mask']}" if one["mask"] else one["account"],
        debit_state=DebitState(one["debit_state"]) if one["debit_state"] else None,
        debit_problem=problem_from_json(one["debit_problem"]),
        payment_intent_id=one["payment_intent_id"],
        payment_state=one["payment_state"],
    )
