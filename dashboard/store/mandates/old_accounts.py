"""Bank accounts saved on the old rail: which are known, what they brought in, and whether a mandate stands for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dashboard.domain.old_accounts import (
    OldAccount,
    OldAccountFilter,
    OldFigures,
    OldState,
    WrittenMandate,
    WrittenState,
)
from dashboard.store.conditions import Conditions
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED, LISTED, Connection, add_or_keep, list_of, listed, on_repeat
from dashboard.store.listing import Asked, Listing
from dashboard.store.migrations.mandates import LATER
from dashboard.store.sql import Row, from_epoch, insert, maybe_from_epoch, select, select_one, to_epoch, update

# A mandate that a dispute revoked does not stand, whatever Stripe says of it.
_STANDS = (
    "NOT EXISTS (SELECT 1 FROM payment_case v WHERE v.revoked_mandate = {mandate}"
    " AND coalesce(v.outcome, '') <> 'before_start')"
)
_STATE = f"""CASE
 WHEN t.gone = 1 OR coalesce(k.deleted, 0) = 1
   OR EXISTS (SELECT 1 FROM erased_stripe_customer e WHERE e.id = t.stripe_customer_id) THEN 'gone'
 WHEN (t.mandate_status = 'active' AND {_STANDS.format(mandate="t.mandate_id")})
   OR EXISTS (SELECT 1 FROM bank_account b WHERE b.stripe_bank_account_id = t.id AND b.ended IS NULL
     AND b.mandate_status = 'active' AND {_STANDS.format(mandate="b.mandate_id")}) THEN 'collected'
 WHEN t.aside_at IS NOT NULL THEN 'aside'
 WHEN t.status IS NOT NULL AND t.status <> 'verified' THEN 'unusable'
 ELSE 'needs' END"""
_PAYMENTS = (
    "FROM payment m JOIN charge c ON c.id = m.id WHERE m.customer_id = t.stripe_customer_id AND c.method_id = t.id"
)
_BROUGHT = (
    f"(SELECT coalesce(sum(m.amount - m.refunded), 0) {_PAYMENTS} AND m.created >= :since"
    " AND m.state IN ('succeeded', 'paid_out', 'partly_refunded'))"
)
_LAST = f"(SELECT max(m.created) {_PAYMENTS})"
_SOURCE = "old_account t LEFT JOIN stripe_customer k ON k.id = t.stripe_customer_id"
_OWNER = (
    "(SELECT coalesce(o.merged_into, o.id) FROM customer o WHERE o.stripe_customer_id = t.stripe_customer_id"
    " AND o.erased_at IS NULL ORDER BY o.created_at LIMIT 1)"
)
SORTS = {
    "brought": _BROUGHT,
    "last": _LAST,
    "customer": "coalesce(k.name, '')",
    "bank": "t.bank",
    "status": _STATE,
}
_ROW = (
    f"SELECT t.*, k.name, k.email, {_STATE} AS state, {_BROUGHT} AS brought, {_LAST} AS last_debit,"
    f" u.id AS customer_id, u.reference FROM {_SOURCE} LEFT JOIN customer u ON u.id = {_OWNER}"
)


@dataclass(frozen=True)
class OldSearch:
    """Which accounts a list has; payments since then count as brought in."""

    wanted: OldAccountFilter
    since: datetime


class OldAccountTable:
    """The tables `old_account`, `old_account_asked` and `written_mandate`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.listing = Listing(database, _SOURCE, SORTS, _ask)

    # What is known.

    def several(self, ids: Sequence[str], since: datetime) -> dict[str, OldAccount]:
        """These accounts by id."""
        values = {"ids": list_of(ids), "since": to_epoch(since)}
        rows = select(self._database.handle, f"{_ROW} WHERE t.id IN {listed('ids')}", values)
        return {row["id"]: _account(row) for row in rows}

    def get(self, id: str, since: datetime) -> OldAccount | None:
        """One account by Stripe's id."""
        return self.several([id], since).get(id)

    def figures(self, since: datetime, asked_since: datetime) -> OldFigures:
        """How many stand where, and of how many customers Stripe was asked lately."""
        query = (
            f"SELECT {_STATE} AS state, count(*) AS n, sum(CASE WHEN ({_STATE}) = 'needs' THEN {_BROUGHT} ELSE 0 END)"
            f" AS cents FROM {_SOURCE} GROUP BY 1"
        )
        rows = select(self._database.handle, query, {"since": to_epoch(since)})
        counts = {OldState(row["state"]): int(row["n"]) for row in rows}
        asked = select(
            self._database.handle,
            "SELECT count(*) AS n, coalesce(sum(EXISTS (SELECT 1 FROM old_account_asked a WHERE"
            " a.stripe_customer_id = k.id AND a.asked_at >= ?)), 0) AS asked FROM stripe_customer k"
            " WHERE k.deleted = 0",
            [to_epoch(asked_since)],
        )[0]
        cents = sum(int(row["cents"] or 0) for row in rows)
        return OldFigures(counts, cents, int(asked["asked"]), int(asked["n"]) - int(asked["asked"]))

    # What Stripe says.

    def to_ask(self, most: int, asked_since: datetime) -> list[str]:
        """Stripe customers that were not asked about since, those with accounts of the old rail first."""
        query = (
            "SELECT k.id FROM stripe_customer k WHERE k.deleted = 0 AND NOT EXISTS (SELECT 1 FROM old_account_asked a"
            " WHERE a.stripe_customer_id = k.id AND a.asked_at >= ?) ORDER BY EXISTS (SELECT 1 FROM old_account t"
            " WHERE t.stripe_customer_id = k.id) DESC, k.id LIMIT ?"
        )
        return [row[0] for row in self._database.handle.execute(query, [to_epoch(asked_since), most])]

    def is_ours(self, id: str) -> bool:
        """Whether the desk has linked this bank account, and it was never debited on the old rail."""
        query = (
            "SELECT 1 FROM bank_account WHERE stripe_bank_account_id = ?"
            " AND NOT EXISTS (SELECT 1 FROM old_account WHERE id = stripe_bank_account_id) LIMIT 1"
        )
        return self._database.handle.execute(query, [id]).fetchone() is not None

    def keep(self, stripe_customer_id: str, sources: Sequence[Mapping[str, Any]], at: datetime) -> None:
        """What Stripe lists of a customer, its columns by name each; others are gone."""
        now, ids = to_epoch(at), [one["id"] for one in sources]
        with self._database.transaction() as db:
            for one in sources:
                db.execute(
                    "INSERT INTO old_account (id, stripe_customer_id, bank, last4, status, mandate_id, mandate_status,"
                    " asked_at) VALUES (:id, :customer, :bank, :last4, :status, :mandate_id, :mandate_status, :at)"
                    f"{on_repeat('id')} stripe_customer_id = excluded.stripe_customer_id, bank = excluded.bank,"
                    " last4 = excluded.last4, status = excluded.status, asked_at = excluded.asked_at, gone = 0,"
                    " mandate_status = CASE WHEN excluded.mandate_id IS NULL THEN mandate_status"
                    " ELSE excluded.mandate_status END, mandate_id = coalesce(excluded.mandate_id, mandate_id)",
                    {**one, "customer": stripe_customer_id, "at": now},
                )
            db.execute(
                f"UPDATE old_account SET gone = 1, asked_at = ? WHERE stripe_customer_id = ? AND id NOT IN {LISTED}",
                [now, stripe_customer_id, list_of(ids)],
            )
            self._note_asked(stripe_customer_id, now)

    def _note_asked(self, stripe_customer_id: str, at: int) -> None:
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO old_account_asked (stripe_customer_id, asked_at) VALUES (?, ?)"
                f"{on_repeat('stripe_customer_id')} asked_at = excluded.asked_at",
                [stripe_customer_id, at],
            )

    def put_aside(self, id: str, person: str, at: datetime, reason: str) -> None:
        """Keep that no authorization is wanted."""
        with self._database.transaction() as db:
            update(db, "old_account", id, {"aside_by": person, "aside_at": to_epoch(at), "aside_reason": reason})

    def take_back(self, id: str) -> None:
        """Put it among those that need one again."""
        with self._database.transaction() as db:
            update(db, "old_account", id, {"aside_by": None, "aside_at": None, "aside_reason": ""})

    # Authorizations on paper.

    def add_written(self, written: WrittenMandate) -> None:
        """Insert one. Raises IntegrityError where another of the account has not ended."""
        values = {**vars(written), "signed_on": written.signed_on.isoformat(), "state": written.state.value}
        with self._database.transaction() as db:
            insert(db, "written_mandate", {**values, "recorded_at": to_epoch(written.recorded_at)})

    def get_written(self, id: str) -> WrittenMandate | None:
        """One by our id."""
        row = select_one(self._database.handle, "SELECT * FROM written_mandate WHERE id = ?", [id])
        return _written(row) if row else None

    def written_by_mandate(self, stripe_mandate_id: str) -> WrittenMandate | None:
        """The one that Stripe made this mandate of."""
        query = "SELECT * FROM written_mandate WHERE stripe_mandate_id = ?"
        row = select_one(self._database.handle, query, [stripe_mandate_id])
        return _written(row) if row else None

    def list_written(self, account_id: str) -> list[WrittenMandate]:
        """Those of an account, newest first."""
        query = f"SELECT * FROM written_mandate WHERE account_id = ? ORDER BY recorded_at DESC, {ADDED} DESC"
        return [_written(row) for row in select(self._database.handle, query, [account_id])]

    def end_written(self, id: str, state: WrittenState) -> None:
        """Keep how it ended."""
        with self._database.transaction() as db:
            update(db, "written_mandate", id, {"state": state.value})

    def keep_mandate(self, written: WrittenMandate, setup_intent_id: str, mandate_id: str, status: str) -> None:
        """Keep the mandate that Stripe made of it, there and at the account."""
        with self._database.transaction() as db:
            made = {"setup_intent_id": setup_intent_id, "stripe_mandate_id": mandate_id}
            update(db, "written_mandate", written.id, made)
            update(db, "old_account", written.account_id, {"mandate_id": mandate_id, "mandate_status": status})


def note_old_accounts(db: Connection, seen: Sequence[Sequence[str | None]], under: Sequence[tuple[str, str]]) -> None:
    """Keep the accounts that charges of the old rail debited: id, Stripe customer, bank and last four each.

    `under` are mandates under which accounts were debited since, with the account of each.
    """
    db.executemany(add_or_keep("old_account (id, stripe_customer_id, bank, last4)", "VALUES (?, ?, ?, ?)"), seen)
    db.executemany(
        "UPDATE old_account SET mandate_id = ?1, mandate_status = 'active' WHERE id = ?2"
        " AND coalesce(mandate_status, '') <> 'active' AND coalesce(mandate_id, '') <> ?1",
        under,
    )


def find_later_mandates(db: Connection) -> None:
    """After a backfill, which reads the newest first: the mandates under which accounts were debited later."""
    db.execute(LATER)


def _ask(looked: OldSearch) -> Asked:
    found = Conditions()
    found.hold(":since IS NOT NULL", since=to_epoch(looked.since))  # the orders have it too
    if looked.wanted.states:
        found.hold(f"({_STATE}) IN {listed('states')}", states=list_of([one.value for one in looked.wanted.states]))
    found.search(
        looked.wanted.text,
        within=["lower(coalesce(k.name, ''))", "lower(coalesce(k.email, ''))", "lower(t.bank)"],
        begins=["t.id", "t.stripe_customer_id"],
        exact=["t.last4"],
    )
    return found.asked()


def _account(row: Row) -> OldAccount:
    return OldAccount(
        id=row["id"],
        stripe_customer_id=row["stripe_customer_id"],
        customer_id=row["customer_id"],
        name=row["name"] or "",
        email=row["email"] or "",
        reference=row["reference"] or "",
        bank=row["bank"],
        last4=row["last4"],
        status=row["status"],
        state=OldState(row["state"]),
        mandate_id=row["mandate_id"],
        brought_cents=row["brought"],
        last_debit_at=maybe_from_epoch(row["last_debit"]),
        aside_by=row["aside_by"],
        aside_at=maybe_from_epoch(row["aside_at"]),
        aside_reason=row["aside_reason"],
    )


def _written(row: Row) -> WrittenMandate:
    return WrittenMandate(
        **{
            **row,
            "signed_on": date.fromisoformat(row["signed_on"]),
            "recorded_at": from_epoch(row["recorded_at"]),
            "state": WrittenState(row["state"]),
        }
    )
