"""The tables of the books row by row, as `domain/exported_tables.py` declares them.

Each statement goes along an index, so that SQLite sorts no more than a few rows at once: it sorts in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dashboard.domain.books import Month
from dashboard.store.engine.database import MIGRATED, Database
from dashboard.store.engine.dialect import ADDED
from dashboard.store.sql import select_one

EVER = {"begin": -(2**53), "end": 2**53, "first": "", "after": "~"}  # every day of ISO text is between the last two

_MADE = "created >= :begin AND created < :end"
_OF_MONTH = "CASE WHEN day IS NULL THEN made_at >= :begin AND made_at < :end ELSE day >= :first AND day < :after END"
_FIRST_LINE = (
    "(SELECT min(b.posted_on) FROM payout_match_part p JOIN bank_line b ON b.id = p.part_id"
    " WHERE p.match_id = m.id AND p.kind = 'line') AS day"
)
QUERIES = {
    "payments": "SELECT id, created AS created_at, amount AS amount_cents, currency, state, due AS due_at, reason,"
    " rail, customer_id, customer, email, bank, last4, reference, fee AS fee_cents, net AS net_cents, balance_currency,"
    " refunded AS refunded_cents, available_on, payout_id, intent_id, debit_id FROM payment"
    f" WHERE {_MADE} ORDER BY created, id",
    "refunds": "SELECT id, created AS created_at, amount AS amount_cents, currency, status, charge_id, reason,"
    f" failure_reason FROM refund WHERE {_MADE} ORDER BY id",
    "disputes": "SELECT id, created AS created_at, amount AS amount_cents, currency, status, charge_id, reason"
    f" FROM dispute WHERE {_MADE} ORDER BY id",
    "payouts": "SELECT id, created AS created_at, arrival AS arrives_on, amount AS amount_cents, currency, status,"
    f" automatic, reconciliation, itemized, trace, source_type FROM payout WHERE {_MADE} ORDER BY id",
    "balance_transactions": "SELECT id, created AS created_at, type, amount AS amount_cents, fee AS fee_cents,"
    " net AS net_cents, currency, status, available_on, source_id, payout_id FROM balance_transaction"
    f" WHERE {_MADE} ORDER BY id",
    "bank_lines": "SELECT id, account, posted_on, cents AS amount_cents, currency, text, reference, ordinal, file_id,"
    " line FROM bank_line WHERE posted_on >= :first AND posted_on < :after ORDER BY posted_on, account, id",
    "matches": "SELECT id, state, how, why, made_by, made_at, ended_by, ended_at"
    f" FROM (SELECT m.*, {_FIRST_LINE} FROM payout_match m) WHERE {_OF_MONTH} ORDER BY id",
    "match_parts": "SELECT q.match_id, q.kind, q.part_id, q.cents AS amount_cents, CASE q.kind"
    " WHEN 'line' THEN (SELECT currency FROM bank_line WHERE id = q.part_id)"
    " ELSE (SELECT currency FROM payout WHERE id = q.part_id) END AS currency, q.live FROM payout_match_part q"
    f" WHERE q.match_id IN (SELECT id FROM (SELECT m.*, {_FIRST_LINE} FROM payout_match m) WHERE {_OF_MONTH})"
    " ORDER BY q.match_id, q.kind, q.part_id",
    "cases": "SELECT id, payment_id, kind, cause, code, step, state, outcome, assignee, amount AS amount_cents,"
    " currency, happened_at, opened_at, due_on, until_on, closed_at, closed_by, approver FROM payment_case"
    " WHERE happened_at >= :begin AND happened_at < :end ORDER BY id",
    "case_events": "SELECT case_id, at, person, what, note FROM payment_case_event"
    f" WHERE at >= :begin AND at < :end ORDER BY case_id, at, {ADDED}",
}


class ExportedRows:
    """Reads every table that is exported."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """Everything read inside is of one moment, whatever is committed meanwhile."""
        with self._database.snapshot():
            yield

    def walk(self, table: str, month: Month | None) -> Iterator[dict[str, Any]]:
        """The rows of a table, of a month or of all, drawn from the database as they are taken."""
        values = self._bounds(month)
        query = QUERIES[table]
        yield from self._database.handle.query(query, {name: values[name] for name in values if f":{name}" in query})

    def count_migrations(self) -> int:
        """How many migrations made the database."""
        row = select_one(self._database.handle, f"SELECT count(*) AS number FROM {MIGRATED}", [])
        return int(row["number"]) if row else 0

    def span(self) -> tuple[int, int] | None:
        """The first and the last instant (epoch seconds) that a journal line can be of, or None."""
        query = (
            "SELECT min(at) AS first, max(at) AS last FROM (SELECT created AS at FROM balance_transaction"
            " UNION ALL SELECT arrival FROM payout) AS seen WHERE at > 0"
        )
        row = select_one(self._database.handle, query, [])
        return (row["first"], row["last"]) if row and row["first"] is not None else None

    def _bounds(self, month: Month | None) -> dict[str, object]:
        if month is None:
            return dict(EVER)
        days = {"first": month.first.isoformat(), "after": month.after.isoformat()}
        return {"begin": month.begins_at, "end": month.ends_at, **days}
