"""The writer of payments: takes Stripe's objects in any order, and keeps `payment` true to them.

Every call joins the caller's transaction, so a page of rows, the payments they touch and the cursor commit together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Any

from dashboard.domain.payment_filter import RAILS
from dashboard.domain.payment_status import HARMLESS_DISPUTES, PaymentFacts, derive, noon
from dashboard.store.approvals.at_stripe import WAITS
from dashboard.store.cases.opening import TROUBLED, CaseOpening
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import Connection, json_list, larger, on_repeat
from dashboard.store.jobs import wake
from dashboard.store.mandates.old_accounts import find_later_mandates, note_old_accounts
from dashboard.store.migrations.payments import LATE_INDEXES
from dashboard.store.notices.noting import NoticeNoting
from dashboard.store.payments.stripe_objects import RESOURCES, Row

SLICE = 400  # ids in one query; SQLite takes 32,766 parameters, and small statements are planned once

# What was given back is what its refunds say: Stripe does not say whether `amount_refunded` counts one that failed.
# Where more was given back than refunds are kept, the rest counts. Of several disputes one that took the money decides.
# A dispute that is not kept (the key may not read it) counts as one that took the money.
# What a failed payout held is in the payout whose list says that it returned to the balance.
_CHARGES = f"""
SELECT c.id, c.created, c.amount, c.currency, c.status,
  (SELECT coalesce(sum(CASE WHEN status IN ('failed', 'canceled') THEN 0 ELSE amount END), 0)
    + {larger("0", "c.refunded - coalesce(sum(amount), 0)")} FROM refund WHERE charge_id = c.id),
  c.failure_code, CASE WHEN c.rail = 'unknown' THEN coalesce(i.rail, c.rail) ELSE c.rail END, c.intent_id,
  c.customer_id,
  c.bank, c.last4, c.reference, coalesce(c.debit_id, i.debit_id), i.status, i.error_code, i.reference,
  s.id, s.available_on, coalesce(p.id, s.payout_id), p.status, p.arrival,
  coalesce(k.name, c.payer), coalesce(k.email, c.payer_email), s.currency,
  (SELECT sum(fee) FROM balance_transaction WHERE source_id = c.id),
  (SELECT sum(net) FROM balance_transaction WHERE source_id = c.id),
  EXISTS (SELECT 1 FROM refund WHERE charge_id = c.id AND status = 'failed'),
  coalesce((SELECT {json_list("status", "reason", "created")} FROM dispute WHERE charge_id = c.id
    ORDER BY status IN ({", ".join(repr(status) for status in sorted(HARMLESS_DISPUTES))}), created DESC, id LIMIT 1),
    CASE c.disputed WHEN 1 THEN {json_list("'unread'", "NULL", "NULL")} END)
FROM charge c LEFT JOIN intent i ON i.id = c.intent_id
LEFT JOIN balance_transaction s ON s.id = c.balance_transaction_id
LEFT JOIN payout p ON p.id = coalesce((SELECT again.payout_id FROM payout failed JOIN balance_transaction again
  ON again.source_id = failed.id AND again.type IN ('payout_failure', 'payout_cancel') AND again.payout_id <> failed.id
  WHERE failed.id = s.payout_id AND failed.status IN ('failed', 'canceled') LIMIT 1), s.payout_id)
LEFT JOIN stripe_customer k ON k.id = c.customer_id WHERE c.id IN ({{}})
"""
# Which PaymentIntents stand for a payment: of ACH, and without a charge, which would. A debit of ours stands for its
# PaymentIntent until that is confirmed, and where it was canceled: the debit says why.
_STANDS = """i.rail IN ('us_bank_account', 'ach_debit') AND NOT EXISTS (SELECT 1 FROM charge WHERE intent_id = i.id)
AND NOT (i.status IN ('requires_confirmation', 'canceled') AND EXISTS (SELECT 1 FROM debit WHERE id = i.debit_id))"""
_INTENTS = f"""
SELECT i.*, k.name AS customer, k.email FROM intent i LEFT JOIN stripe_customer k ON k.id = i.customer_id
WHERE i.id IN ({{}}) AND {_STANDS}
"""
_DEBITS = f"""
SELECT d.*, {WAITS.format(kind="debit", subject="d.id")} AS at_stripe,
  u.name AS customer, u.email, u.stripe_customer_id, b.institution_name AS bank, b.mask AS last4, s.collect_on
FROM debit d JOIN customer u ON u.id = d.customer_id JOIN bank_account b ON b.id = d.bank_account_id
LEFT JOIN debit_schedule s ON s.id = d.id
WHERE d.id IN ({{}}) AND NOT EXISTS (SELECT 1 FROM intent WHERE id = d.payment_intent_id
  AND status NOT IN ('requires_confirmation', 'canceled'))
AND NOT EXISTS (SELECT 1 FROM charge WHERE debit_id = d.id)
"""
_COLUMNS = (  # noqa: SIM905  a list of words reads better as words
    "id created day amount currency state due reason rail customer_id customer email bank last4 reference fee net"
    " refunded available_on payout_id intent_id debit_id balance_currency"
).split()
_PAYMENT_INTENT, _PAYMENT_DEBIT = _COLUMNS.index("intent_id"), _COLUMNS.index("debit_id")
_UPSERT = (
    f"INSERT INTO payment ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
    f"{on_repeat('id')} {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
)
_INTENT, _DEBIT = (RESOURCES["charges"].columns.index(name) for name in ("intent_id", "debit_id"))
_TAGGED = {resource: RESOURCES[resource].columns.index("debit_id") for resource in ("charges", "payment_intents")}
_OLD = tuple(
    RESOURCES["charges"].columns.index(name)
    for name in ("rail", "method_id", "customer_id", "bank", "last4", "mandate_id")
)
_STATUS = RESOURCES["payment_intents"].columns.index("status")  # the same place in a charge
_CHARGE_RAIL = 7  # the place of `rail` in _CHARGES
_SENT_BACK, _TOLD = -2, -1  # the places of whether a refund failed, and of the dispute
_STATE = _COLUMNS.index("state")
QUARTER = 900  # zones begin their days at quarters of an hour, so a day is looked up once per quarter


@dataclass
class Written:
    """What a page of objects did: rows seen, and payments that came out otherwise than before."""

    seen: int = 0
    changed: int = 0


class PaymentProjection:
    """Applies objects and derives payments; days are days of the business's zone."""

    def __init__(self, database: Database, zone: tzinfo, cases: CaseOpening, noting: NoticeNoting) -> None:
        self._database, self._cases, self._noting = database, cases, noting
        self._day = lru_cache(maxsize=65_536)(lambda quarter: _local_day(quarter * QUARTER, zone))

    def apply(
        self,
        resource: str,
        objects: Sequence[Mapping[str, Any]],
        *,
        payout_id: str | None = None,
        backfilling: bool = False,
    ) -> Written:
        """Keep a page of objects of one resource and re-derive the payments that they touch.

        `payout_id` says that these balance transactions were paid out in it. `backfilling` says that a backfill runs:
        PaymentIntents then wait for their charges, and `derive_intents_without_charge` shows those that have none.
        """
        return self.store(resource, self.read(resource, objects, payout_id=payout_id), backfilling=backfilling)

    def store(self, resource: str, rows: Sequence[Row], *, backfilling: bool = False) -> Written:
        """As `apply`, of rows that `read` has made."""
        with self._database.transaction() as db:
            db.conn.executemany(RESOURCES[resource].upsert, rows)
            waits = backfilling and resource == "payment_intents"
            changed = self._derive(db.conn, resource, rows, waits=waits)
            known = {row[place] for row in rows if (place := _TAGGED.get(resource)) and row[place] and _moves(row)}
            if known:
                wake(db.conn, "debit", known)
            if resource == "charges":
                note_old_accounts(db.conn, *_find_old_accounts(rows))
            if resource == "payouts":
                self._noting.note_failed_payouts([row[0] for row in rows])
        return Written(len(rows), changed)

    @staticmethod
    def read(resource: str, objects: Sequence[Mapping[str, Any]], *, payout_id: str | None = None) -> list[Row]:
        """The columns of these objects; what has no id is none. `payout_id` as in `apply`. Raises ProviderBroken."""
        kind = RESOURCES[resource]
        rows = [kind.read(one) for one in objects if one.get("id") and isinstance(one["id"], str)]
        return rows if payout_id is None else [(*row[:-1], payout_id) for row in rows]

    def begin_backfill(self) -> None:
        """Take off, where there is no payment yet, the indexes that `finish_backfill` puts on again.

        Each of them would change a page of the file for almost every row; sorted in once they cost a tenth of that.
        """
        with self._database.transaction() as db:
            if db.execute("SELECT 1 FROM payment LIMIT 1").fetchone() is None:
                for name in LATE_INDEXES:
                    db.execute(f"DROP INDEX IF EXISTS {name}")

    def finish_backfill(self) -> None:
        """Put on what is missing of them, one a transaction, so that others write in between."""
        for name, columns in LATE_INDEXES.items():
            with self._database.transaction() as db:
                db.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {columns}")
        with self._database.transaction() as db:
            find_later_mandates(db.conn)

    def derive_intents_without_charge(self, batch: int = 1_000) -> int:
        """Show PaymentIntents without a charge that are not shown yet, a batch at a time; returns how many."""
        with self._database.transaction() as db:
            query = (
                f"SELECT id FROM intent i WHERE {_STANDS}"
                " AND NOT EXISTS (SELECT 1 FROM payment WHERE id = i.id) LIMIT ?"
            )
            ids = {row[0] for row in db.execute(query, [batch]).fetchall()}
            return self._project(db.conn, set(), ids, set())

    def apply_debits(self, ids: Iterable[str]) -> int:
        """Show our own debits that Stripe does not know yet, and drop them where it does."""
        with self._database.transaction() as db:
            return self._project(db.conn, set(), set(), set(ids))

    def mark_itemized(self, payout_id: str) -> None:
        """Every balance transaction of this payout was read."""
        with self._database.transaction() as db:
            db.execute("UPDATE payout SET itemized = 1 WHERE id = ?", [payout_id])

    def _derive(self, db: Connection, resource: str, rows: Sequence[Row], *, waits: bool) -> int:
        ids = [row[0] for row in rows]
        charges: set[str] = set()
        intents: set[str] = set()
        debits: set[str] = set()
        if resource == "charges":  # rows of their PaymentIntents or debits go
            gone = {row[place] for row in rows for place in (_INTENT, _DEBIT) if row[place]}
            return self._project(db, set(ids), set(), set(), gone)
        if resource == "payment_intents":
            charges |= _pick(db, "SELECT id FROM charge WHERE intent_id IN ({})", ids)
            if waits:  # their charges may come yet; those that were here first say now what only the intent knows
                return self._project(db, charges, set(), set())
            intents |= set(ids)
            debits |= _pick(db, "SELECT debit_id FROM intent WHERE id IN ({}) AND debit_id IS NOT NULL", ids)
        elif resource == "balance_transactions":
            charges |= _pick(
                db, "SELECT c.id FROM balance_transaction s JOIN charge c ON c.id = s.source_id WHERE s.id IN ({})", ids
            )
            charges |= _pick(
                db,
                "SELECT m.id FROM balance_transaction s JOIN payment m ON m.payout_id = s.source_id WHERE s.id IN ({})"
                " AND s.type IN ('payout_failure', 'payout_cancel')",
                ids,
            )
        elif resource in {"refunds", "disputes"}:
            table = RESOURCES[resource].table
            charges |= _pick(db, f"SELECT charge_id FROM {table} WHERE id IN ({{}}) AND charge_id IS NOT NULL", ids)
        elif resource == "payouts":
            charges |= _pick(db, "SELECT id FROM payment WHERE payout_id IN ({})", ids)
        elif resource == "customers":
            found = _pick(db, "SELECT id FROM payment WHERE customer_id IN ({})", ids)
            charges |= {one for one in found if not one.startswith(("pi_", "debit_"))}
            intents |= {one for one in found if one.startswith("pi_")}
        return self._project(db, charges, intents, debits)

    def _project(
        self,
        db: Connection,
        charges: set[str],
        intents: set[str],
        debits: set[str],
        gone: Set[str] = frozenset(),
    ) -> int:
        """Make the payments of these ids what their objects say; returns how many came out otherwise.

        `gone` are ids that must not stand in the table, since another row shows their payment.
        """
        wanted: dict[str, tuple[Any, ...]] = {}
        cases: set[str] = set()
        for row in _rows(db, _CHARGES, charges):
            if row[_TOLD] or row[_SENT_BACK]:
                cases.add(row[0])
            if row[_CHARGE_RAIL] in RAILS:  # what else the account takes is kept so that payouts tie
                wanted[row[0]] = self._of_charge(row)
        for intent in _named(db, _INTENTS, intents):
            wanted[intent["id"]] = self._of_intent(intent)
        for debit in _named(db, _DEBITS, debits):
            wanted[debit["id"]] = self._of_debit(debit)
        ids = charges | intents | debits | gone
        query = f"SELECT {', '.join(_COLUMNS)} FROM payment WHERE id IN ({{}})"
        before: dict[str, tuple[Any, ...]] = {row[0]: row for row in _rows(db, query, ids)}
        stale = [id for id in before if id not in wanted]
        changed = [row for id, row in wanted.items() if before.get(id) != row]
        renamed = _find_renamed(set(stale), changed, before)
        db.executemany("UPDATE payment SET id = ? WHERE id = ?", [(new, old) for old, new in renamed.items()])
        db.executemany("DELETE FROM payment WHERE id = ?", [(id,) for id in stale if id not in renamed])
        db.executemany(_UPSERT, changed)
        if stale:
            self._cases.rename(db, renamed, [id for id in stale if id not in renamed])
        cases |= {id for id, row in wanted.items() if row[_STATE] in TROUBLED}  # the bank's code stands beside the row
        cases |= {row[0] for row in changed if row[0] in before and before[row[0]][_STATE] in TROUBLED}
        ordered = [row[0] for row in changed if row[_PAYMENT_DEBIT] is not None]
        if ordered:
            self._cases.follow_attempts(db, ordered)
        if cases or renamed:
            self._cases.follow(db, cases | set(renamed.values()))
        return len(stale) + len(changed)

    def _of_charge(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        # By place and not by name: looking 29 columns up by name takes longer than the query.
        (id, created, amount, currency, charge_status, refunded, failure_code, rail, intent_id, customer_id, *rest) = (
            row
        )
        (bank, last4, reference, debit_id, intent_status, intent_error, intent_reference, *rest) = rest
        (balance_transaction_id, available_on, payout_id, payout_status, arrival, customer, email, *rest) = rest
        (balance_currency, fee, net, _, told) = rest
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
                submitted=balance_transaction_id is not None,
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
            balance_currency,
        )

    def _of_intent(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        facts = PaymentFacts(row["created"], row["amount"], intent_status=row["status"], intent_error=row["error_code"])
        status = derive(facts)
        day = self._day(row["created"] // QUARTER)
        return (
            *(row["id"], row["created"], day, row["amount"], row["currency"]),
            *(status.state.value, status.on, status.reason, row["rail"], row["customer_id"]),
            *(row["customer"] or "", row["email"] or "", "", None, row["reference"] or ""),
            *(None, None, 0, None, None, row["id"], row["debit_id"], None),
        )

    def _of_debit(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        problem = json.loads(row["refusal"]) if row["refusal"] else {}
        facts = PaymentFacts(
            row["created_at"],
            row["amount_cents"],
            debit_state="at_stripe" if row["at_stripe"] else row["state"],
            failure_code=problem.get("code"),
            collect_at=noon(date.fromisoformat(row["collect_on"])) if row["collect_on"] else None,
        )
        status = derive(facts)
        day = self._day(row["created_at"] // QUARTER)
        return (
            *(row["id"], row["created_at"], day, row["amount_cents"], row["currency"]),
            *(status.state.value, status.on, status.reason, "us_bank_account", row["stripe_customer_id"]),
            *(row["customer"], row["email"], row["bank"], row["last4"], row["invoice_reference"]),
            *(None, None, 0, None, None, row["payment_intent_id"], row["id"], None),
        )


def _find_renamed(
    stale: set[str], changed: Sequence[tuple[Any, ...]], before: Mapping[str, tuple[Any, ...]]
) -> dict[str, str]:
    """Rows whose payment another id shows from now on, by the old id: they keep their place in lists that are open."""
    renamed: dict[str, str] = {}
    for row in changed:
        old = next(
            (id for id in (row[_PAYMENT_INTENT], row[_PAYMENT_DEBIT]) if id in stale and id not in renamed), None
        )
        if old is not None and row[0] not in before:
            renamed[old] = row[0]
    return renamed


def _find_old_accounts(rows: Sequence[Row]) -> tuple[list[tuple[Any, ...]], list[tuple[str, str]]]:
    """The saved bank accounts that charges of the old rail debited, each once; and mandates of the new rail of such."""
    rail, method, customer, bank, last4, mandate = _OLD
    old = {row[method]: row for row in rows if row[rail] == "ach_debit" and row[method] and row[customer]}
    under = {
        row[method]: row[mandate]
        for row in rows
        if row[mandate] and row[rail] == "us_bank_account" and (row[method] or "").startswith("ba_")
    }
    return [(id, row[customer], row[bank] or "", row[last4]) for id, row in old.items()], [
        (made, id) for id, made in under.items()
    ]


def _moves(row: Row) -> bool:
    """Whether it is more than a PaymentIntent that was never confirmed, which says nothing new to its debit."""
    return bool(row[_STATUS] != "requires_confirmation")


def _rows(db: Connection, query: str, ids: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), SLICE):
        part = ordered[start : start + SLICE]
        yield from db.execute(query.format(", ".join("?" * len(part))), part)


def _named(db: Connection, query: str, ids: Iterable[str]) -> Iterator[dict[str, Any]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), SLICE):
        part = ordered[start : start + SLICE]
        found = db.execute(query.format(", ".join("?" * len(part))), part)
        names = [column[0] for column in found.description]
        for row in found:
            yield dict(zip(names, row, strict=True))


def _pick(db: Connection, query: str, ids: Iterable[str]) -> set[str]:
    return {row[0] for row in _rows(db, query, ids)}


def _local_day(seconds: int, zone: tzinfo) -> int:
    """Days since 1970 of an instant, as the business counts days."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone).date().toordinal() - 719_163
