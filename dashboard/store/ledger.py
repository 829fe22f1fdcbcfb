"""The writer of payments: takes Stripe's objects in any order, and keeps `payment` and its summaries true to them.

Every call joins the caller's transaction, so a page of rows, the payments they touch and the cursor commit together.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any

from dashboard.status import PaymentFacts, derive
from dashboard.store.database import Database
from dashboard.store.objects import KINDS, Row
from dashboard.store.schema_payments import LATE_INDEXES

SLICE = 400  # ids in one query; SQLite takes 32,766 parameters, and small statements are planned once

_CHARGES = """
SELECT c.id, c.created, c.amount, c.currency, c.status, c.refunded, c.failure_code, c.rail, c.intent_id, c.customer_id,
  c.bank, c.last4, c.reference, coalesce(c.debit_id, i.debit_id), i.status, i.error_code, i.reference,
  s.id, s.available_on, s.payout_id, p.status, p.arrival, k.name, k.email,
  (SELECT sum(fee) FROM settlement WHERE source_id = c.id), (SELECT sum(net) FROM settlement WHERE source_id = c.id),
  (SELECT json_array(status, reason, created) FROM dispute WHERE charge_id = c.id
    ORDER BY created DESC, id LIMIT 1)
FROM charge c LEFT JOIN intent i ON i.id = c.intent_id LEFT JOIN settlement s ON s.id = c.settlement_id
LEFT JOIN payout p ON p.id = s.payout_id LEFT JOIN stripe_customer k ON k.id = c.customer_id WHERE c.id IN ({})
"""
_INTENTS = """
SELECT i.*, k.name AS customer, k.email FROM intent i LEFT JOIN stripe_customer k ON k.id = i.customer_id
WHERE i.id IN ({}) AND NOT EXISTS (SELECT 1 FROM charge WHERE intent_id = i.id)
"""
_DEBITS = """
SELECT d.*, u.name AS customer, u.email, u.stripe_customer_id, b.institution_name AS bank, b.mask AS last4
FROM debit d JOIN customer u ON u.id = d.customer_id JOIN bank_account b ON b.id = d.bank_account_id
WHERE d.id IN ({}) AND NOT EXISTS (SELECT 1 FROM intent WHERE id = d.payment_intent_id)
AND NOT EXISTS (SELECT 1 FROM charge WHERE debit_id = d.id)
"""
_COLUMNS = (  # noqa: SIM905  a list of words reads better as words
    "id created day amount currency state due reason rail customer_id customer email bank last4 reference fee net"
    " refunded available_on payout_id intent_id debit_id"
).split()
_UPSERT = (
    f"INSERT INTO payment ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608
    f" ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
)
_DAY, _AMOUNT, _CURRENCY, _STATE, _REASON, _RAIL, _CUSTOMER, _REFUNDED = (
    _COLUMNS.index(name) for name in ("day", "amount", "currency", "state", "reason", "rail", "customer_id", "refunded")
)
_INTENT, _DEBIT = (KINDS["charges"].columns.index(name) for name in ("intent_id", "debit_id"))
QUARTER = 900  # zones begin their days at quarters of an hour, so a day is looked up once per quarter


@dataclass
class Written:
    """What a page of objects did: rows seen, and payments that came out otherwise than before."""

    seen: int = 0
    changed: int = 0


class Ledger:
    """Applies objects and derives payments; days are days of the business's zone."""

    def __init__(self, database: Database, zone: tzinfo) -> None:
        self._database = database
        self._day = lru_cache(maxsize=65_536)(lambda quarter: _local_day(quarter * QUARTER, zone))

    def apply(
        self,
        resource: str,
        objects: Sequence[Mapping[str, Any]],
        *,
        payout_id: str | None = None,
        filling: bool = False,
    ) -> Written:
        """Keep a page of objects of one resource and re-derive the payments that they touch.

        `payout_id` says that these balance transactions were paid out in it. `filling` says that a backfill runs:
        PaymentIntents then wait for their charges, and `derive_lonely_intents` shows those that have none.
        """
        return self.keep(resource, self.read(resource, objects, payout_id=payout_id), filling=filling)

    def keep(self, resource: str, rows: Sequence[Row], *, filling: bool = False) -> Written:
        """As `apply`, of rows that `read` has made."""
        with self._database.transaction() as db:
            db.conn.executemany(KINDS[resource].upsert, rows)
            waits = filling and resource == "payment_intents"
            changed = 0 if waits else self._derive(db.conn, resource, rows, filling=filling)
        return Written(len(rows), changed)

    @staticmethod
    def read(resource: str, objects: Sequence[Mapping[str, Any]], *, payout_id: str | None = None) -> list[Row]:
        """The columns of these objects; what has no id is none. `payout_id` as in `apply`. Raises ProviderBroken."""
        kind = KINDS[resource]
        rows = [kind.read(one) for one in objects if one.get("id") and isinstance(one["id"], str)]
        return rows if payout_id is None else [(*row[:-1], payout_id) for row in rows]

    def begin_filling(self) -> None:
        """Take off, where there is no payment yet, the indexes that `finish_filling` puts on again.

        Each of them would change a page of the file for almost every row; sorted in once they cost a tenth of that.
        """
        with self._database.transaction() as db:
            if db.execute("SELECT 1 FROM payment LIMIT 1").fetchone() is None:
                for name in LATE_INDEXES:
                    db.execute(f"DROP INDEX IF EXISTS {name}")

    def finish_filling(self) -> None:
        """Put on what is missing of them, one a transaction, so that others write in between; then name for the search
        index what it has not taken in.
        """
        for name, columns in LATE_INDEXES.items():
            with self._database.transaction() as db:
                db.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {columns}")
        with self._database.transaction() as db:
            db.execute(
                "INSERT OR IGNORE INTO payment_unsearched SELECT id FROM payment"
                " WHERE seq NOT IN (SELECT rowid FROM payment_search)"
            )

    def derive_lonely_intents(self, batch: int = 1_000) -> int:
        """Show PaymentIntents without a charge that are not shown yet, a batch at a time; returns how many."""
        with self._database.transaction() as db:
            query = (
                "SELECT id FROM intent i WHERE NOT EXISTS (SELECT 1 FROM charge WHERE intent_id = i.id)"
                " AND NOT EXISTS (SELECT 1 FROM payment WHERE id = i.id) LIMIT ?"
            )
            ids = {row[0] for row in db.execute(query, [batch]).fetchall()}
            return self._settle(db.conn, set(), ids, set())

    def apply_debits(self, ids: Iterable[str]) -> int:
        """Show our own debits that Stripe does not know yet, and drop them where it does."""
        with self._database.transaction() as db:
            return self._settle(db.conn, set(), set(), set(ids))

    def mark_itemised(self, payout_id: str) -> None:
        """Every balance transaction of this payout was read."""
        with self._database.transaction() as db:
            db.execute("UPDATE payout SET itemised = 1 WHERE id = ?", [payout_id])

    def index_search(self, batch: int = 5_000) -> int:
        """Bring the search index up to date by one batch; returns how many payments it took in. It may lag the rows."""
        with self._database.transaction() as db:
            ids = [row[0] for row in db.execute("SELECT id FROM payment_unsearched LIMIT ?", [batch]).fetchall()]
            found = list(_named(db.conn, _SEARCHED, ids))
            db.conn.executemany("DELETE FROM payment_search WHERE rowid = ?", [(row["seq"],) for row in found])
            db.conn.executemany(
                "INSERT INTO payment_search (rowid, words) VALUES (?, ?)",
                [(row["seq"], _words_of(row)) for row in found],
            )
            db.conn.executemany("DELETE FROM payment_unsearched WHERE id = ?", [(id,) for id in ids])
        return len(ids)

    def _derive(self, db: sqlite3.Connection, resource: str, rows: Sequence[Row], *, filling: bool) -> int:
        ids = [row[0] for row in rows]
        charges: set[str] = set()
        intents: set[str] = set()
        debits: set[str] = set()
        if resource == "charges":  # what was shown of their PaymentIntents and debits alone goes
            gone = {row[place] for row in rows for place in (_INTENT, _DEBIT) if row[place]}
            return self._settle(db, set(ids), set(), set(), gone, filling=filling)
        if resource == "payment_intents":
            intents |= set(ids)
            charges |= _pick(db, "SELECT id FROM charge WHERE intent_id IN ({})", ids)
            debits |= _pick(db, "SELECT debit_id FROM intent WHERE id IN ({}) AND debit_id IS NOT NULL", ids)
        elif resource == "balance_transactions":
            charges |= _pick(
                db, "SELECT c.id FROM settlement s JOIN charge c ON c.id = s.source_id WHERE s.id IN ({})", ids
            )
        elif resource in {"refunds", "disputes"}:
            table = KINDS[resource].table
            charges |= _pick(db, f"SELECT charge_id FROM {table} WHERE id IN ({{}}) AND charge_id IS NOT NULL", ids)  # noqa: S608
        elif resource == "payouts":
            charges |= _pick(db, "SELECT id FROM payment WHERE payout_id IN ({})", ids)
        elif resource == "customers":
            found = _pick(db, "SELECT id FROM payment WHERE customer_id IN ({})", ids)
            charges |= {one for one in found if not one.startswith(("pi_", "debit_"))}
            intents |= {one for one in found if one.startswith("pi_")}
        return self._settle(db, charges, intents, debits, filling=filling)

    def _settle(
        self,
        db: sqlite3.Connection,
        charges: set[str],
        intents: set[str],
        debits: set[str],
        gone: Set[str] = frozenset(),
        *,
        filling: bool = False,
    ) -> int:
        """Make the payments of these ids what their objects say; returns how many came out otherwise.

        `gone` are ids that must not stand in the table, since another row shows their payment. While `filling`, new
        payments are named for the search index at the end.
        """
        wanted: dict[str, tuple[Any, ...]] = {}
        for row in _rows(db, _CHARGES, charges):
            wanted[row[0]] = self._of_charge(row)
        for intent in _named(db, _INTENTS, intents):
            wanted[intent["id"]] = self._of_intent(intent)
        for debit in _named(db, _DEBITS, debits):
            wanted[debit["id"]] = self._of_debit(debit)
        ids = charges | intents | debits | gone
        query = f"SELECT {', '.join(_COLUMNS)} FROM payment WHERE id IN ({{}})"  # noqa: S608
        before: dict[str, tuple[Any, ...]] = {row[0]: row for row in _rows(db, query, ids)}
        left_over = [id for id in before if id not in wanted]
        changed = [row for id, row in wanted.items() if before.get(id) != row]
        db.executemany(
            "DELETE FROM payment_search WHERE rowid = (SELECT seq FROM payment WHERE id = ?)",
            [(id,) for id in left_over],
        )
        db.executemany("DELETE FROM payment WHERE id = ?", [(id,) for id in left_over])
        db.executemany(_UPSERT, changed)
        unsearched = [(row[0],) for row in changed if not filling or row[0] in before]
        db.executemany("INSERT OR IGNORE INTO payment_unsearched (id) VALUES (?)", unsearched)
        _summarise(db, [before[id] for id in left_over] + [before[r[0]] for r in changed if r[0] in before], changed)
        return len(left_over) + len(changed)

    def _of_charge(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        # By place and not by name: looking 29 columns up by name takes longer than the query.
        (id, created, amount, currency, charge_status, refunded, failure_code, rail, intent_id, customer_id, *rest) = (
            row
        )
        (bank, last4, reference, debit_id, intent_status, intent_error, intent_reference, *rest) = rest
        (settlement_id, available_on, payout_id, payout_status, arrival, customer, email, fee, net, told) = rest
        dispute = json.loads(told) if told else (None, None, None)
        status = derive(
            PaymentFacts(
                created=created,
                amount=amount,
                intent_status=intent_status,
                intent_error=intent_error,
                charge_status=charge_status,
                failure_code=failure_code,
                refunded=refunded,
                dispute_status=dispute[0],
                dispute_reason=dispute[1],
                dispute_created=dispute[2],
                submitted=settlement_id is not None,
                available_on=available_on,
                payout_id=payout_id,
                payout_status=payout_status,
                payout_arrival=arrival,
            )
        )
        return (
            *(id, created, self._day(created // QUARTER), amount, currency, status.state.value, status.on),
            *(status.reason, rail, customer_id, customer or "", email or "", bank or "", last4),
            *(reference or intent_reference or "", fee, net, refunded, available_on, payout_id, intent_id, debit_id),
        )

    def _of_intent(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        facts = PaymentFacts(row["created"], row["amount"], intent_status=row["status"], intent_error=row["error_code"])
        status = derive(facts)
        day = self._day(row["created"] // QUARTER)
        return (
            *(row["id"], row["created"], day, row["amount"], row["currency"]),
            *(status.state.value, status.on, status.reason, "us_bank_account", row["customer_id"]),
            *(row["customer"] or "", row["email"] or "", "", None, row["reference"] or ""),
            *(None, None, 0, None, None, row["id"], row["debit_id"]),
        )

    def _of_debit(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        problem = json.loads(row["problem"]) if row["problem"] else {}
        facts = PaymentFacts(
            row["created_at"], row["amount_cents"], debit_state=row["state"], failure_code=problem.get("code")
        )
        status = derive(facts)
        day = self._day(row["created_at"] // QUARTER)
        return (
            *(row["id"], row["created_at"], day, row["amount_cents"], row["currency"]),
            *(status.state.value, status.on, status.reason, "us_bank_account", row["stripe_customer_id"]),
            *(row["customer"], row["email"], row["bank"], row["last4"], row["invoice_reference"]),
            *(None, None, 0, None, None, row["payment_intent_id"], row["id"]),
        )


def _summarise(db: sqlite3.Connection, old: Sequence[tuple[Any, ...]], new: Sequence[tuple[Any, ...]]) -> None:
    """Take the old rows out of the summaries and put the new ones in."""
    by_day: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    by_customer: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    by_reason: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    for sign, rows in ((-1, old), (1, new)):
        for row in rows:
            day, state, currency, amount = row[_DAY], row[_STATE], row[_CURRENCY], row[_AMOUNT]
            total = by_day[day, state, currency, row[_RAIL]]
            total[0] += sign
            total[1] += sign * amount
            total[2] += sign * row[_REFUNDED]
            mine = by_customer[row[_CUSTOMER] or "", state, currency]
            mine[0] += sign
            mine[1] += sign * amount
            if row[_REASON]:
                why = by_reason[day, state, row[_REASON], currency]
                why[0] += sign
                why[1] += sign * amount
    for table, keys, sums, deltas in (
        ("payment_by_day", "day, state, currency, rail", ("count", "amount", "refunded"), by_day),
        ("payment_by_customer", "customer_id, state, currency", ("count", "amount"), by_customer),
        ("payment_by_reason", "day, state, reason, currency", ("count", "amount"), by_reason),
    ):
        marks = ", ".join("?" * (keys.count(",") + 1 + len(sums)))
        db.executemany(
            f"INSERT INTO {table} ({keys}, {', '.join(sums)}) VALUES ({marks}) ON CONFLICT ({keys}) DO UPDATE SET "  # noqa: S608
            + ", ".join(f"{name} = {name} + excluded.{name}" for name in sums),
            [(*key, *values) for key, values in deltas.items() if any(values)],
        )


_SEARCHED = (
    "SELECT seq, id, customer, email, reference, intent_id, debit_id, payout_id, last4, amount"
    " FROM payment WHERE id IN ({})"
)


def _words_of(row: Mapping[str, Any]) -> str:
    """What a payment is found by: name, e-mail, reference, ids, last digits, and the amount as `1234.50`."""
    names = ("customer", "email", "reference", "id", "intent_id", "debit_id", "payout_id", "last4")
    amount = f"{row['amount'] // 100}.{row['amount'] % 100:02d}"
    return " ".join([*(str(row[name]) for name in names if row[name]), amount])


def _rows(db: sqlite3.Connection, query: str, ids: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), SLICE):
        part = ordered[start : start + SLICE]
        yield from db.execute(query.format(", ".join("?" * len(part))), part)


def _named(db: sqlite3.Connection, query: str, ids: Iterable[str]) -> Iterator[dict[str, Any]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), SLICE):
        part = ordered[start : start + SLICE]
        found = db.execute(query.format(", ".join("?" * len(part))), part)
        names = [column[0] for column in found.description]
        for row in found:
            yield dict(zip(names, row, strict=True))


def _pick(db: sqlite3.Connection, query: str, ids: Iterable[str]) -> set[str]:
    return {row[0] for row in _rows(db, query, ids)}


def _local_day(seconds: int, zone: tzinfo) -> int:
    """Days since 1970 of an instant, as the business counts days."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone).date().toordinal() - 719_163
