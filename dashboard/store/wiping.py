"""Taking a customer out of every table that names one, so that not a byte of them is left in the file.

Money history stays, under a pseudonym; `LEFT` says of each table that is not touched why
there is nothing to take.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import parse_qsl

from dashboard.store.database import Database
from dashboard.store.erasures import Family
from dashboard.store.ledger import Ledger
from dashboard.store.rows import to_epoch, to_json

# How each table says whose a row is.
WHOSE = {
    "customer": "id IN (SELECT value FROM json_each(:ids))",
    "customer_id": "customer_id IN (SELECT value FROM json_each(:ids))",
    "attempt_id": "attempt_id IN (SELECT id FROM link_attempt WHERE customer_id IN"
    " (SELECT value FROM json_each(:ids)))",
    "bank_account_id": "bank_account_id IN (SELECT id FROM bank_account WHERE customer_id IN"
    " (SELECT value FROM json_each(:ids)))",
}
GONE = ""  # the row itself goes

# What becomes of each table's rows of one customer, in this order: what is set, and how the table says whose a row is.
WIPED: dict[str, tuple[str, str]] = {
    "customer_note": (GONE, "customer_id"),
    "bank_balance": (GONE, "customer_id"),
    "bank_holder": (GONE, "customer_id"),
    "bank_transaction": (GONE, "customer_id"),
    "customer_telling": (GONE, "customer_id"),
    "link_acceptance": (GONE, "attempt_id"),
    "link_hosted": (GONE, "attempt_id"),
    "link_outcome": ("detail = '{}', events = '[]'", "attempt_id"),
    "link_attempt": (  # an `unknown` exchange stays to be seen: Plaid may hold a connection whose token never came
        "hint = NULL, link_token = NULL, public_token = NULL, bank_token = NULL, accounts = '[]', evidence = '{}',"
        " question = NULL, mandate_body = NULL, resume_state = NULL,"
        " problem = CASE state WHEN 'unknown' THEN problem END,"
        " link_session_id = CASE state WHEN 'unknown' THEN link_session_id END,"
        " state = CASE WHEN state IN ('authorized', 'failed', 'unknown') THEN state ELSE 'exited' END",
        "customer_id",
    ),
    "device_lock": ("hint = NULL", "customer_id"),
    "bank_account": ("name = 'Account', fingerprint = NULL, persistent_id = NULL, updated_at = :at", "customer_id"),
    "mandate": ("text = '', evidence = '{}', link_session_id = NULL", "customer_id"),
    "mandate_revocation": ("reason = 'erased'", "bank_account_id"),
    "debit": ("body = '{}', balance = '{}', problem = NULL", "customer_id"),
    "customer_key": (GONE, "customer_id"),
    "customer": (
        "name = :pseudonym, email = '', reference = 'erased ' || id, stripe_body = NULL, erased_at = :at,"
        " updated_at = :at",
        "customer",
    ),
}
# These go by their own way: `Wiping.wipe`, the removal at Plaid, the search index.
ELSEWHERE = ("item", "stripe_customer", "payment", "payment_search", "payment_unsearched", "saved_view")
LEFT = {
    "audit": "names no customer but by our id; personal facts are sealed under the customer's own key, which goes",
    "audit_head": "a number and a digest",
    "attempt_aside": "which person put an attempt aside",
    "erasure": "the erasure itself: a pseudonym, who asked and when",
    "erased_stripe_customer": "Stripe's ids whose names must not come back",
    "kept_proof": "authorizations, sealed, for as long as the rules ask",
    "bank_transaction_cursor": "a place in Plaid's log of a connection",
    "plaid_call": "counts",
    "charge": "money history: amounts, dates, codes, ids, bank and last digits",
    "intent": "money history",
    "refund": "money history",
    "dispute": "money history",
    "settlement": "money history",
    "payout": "money history",
    "payment_by_day": "sums",
    "payment_by_customer": "sums by Stripe's customer id",
    "payment_by_reason": "sums",
    "institution": "banks",
    "institution_read": "a time",
    "visit": "staff",
    "pin": "staff",
    "stamp": "whose database this is",
    "item_health": "what Plaid says of a connection: codes and times",
    "item_health_asked": "counts",
    "account_shared": "which of our accounts are one bank account, and who looked at it",
    "item_removal": "which connection ended when, why, and who asked",
    "token_rotation": "which connection's token was changed when, and by whom",
    "webhook_event": "event ids",
    "retention": "when a job ran",
    "lease": "who works on what",
    "sync_run": "counts",
    "sync_cursor": "places in Stripe's lists",
    "sync_window": "places in Stripe's lists",
    "sync_event": "event ids",
    "sync_read": "counts",
}
MERGE_STEP = "INSERT INTO payment_search(payment_search, rank) VALUES ('merge', ?)"
MERGE_PAGES = 500  # pages of the search index that one transaction merges: a few milliseconds


class Wiping:
    """Takes one customer out of the tables, then out of what SQLite keeps behind them."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database, self._ledger = database, ledger

    def wipe(self, family: Family, pseudonym: str, at: datetime) -> None:
        """Take them out of every table, in the caller's transaction; their payments stand under the pseudonym now."""
        with self._database.transaction() as db:
            values = {"ids": to_json(family.ids), "pseudonym": pseudonym, "at": to_epoch(at)}
            for table, (change, whose) in WIPED.items():
                verb = f"UPDATE {table} SET {change}" if change else f"DELETE FROM {table}"  # noqa: S608  our own
                db.execute(f"{verb} WHERE {WHOSE[whose]}", values)
            for name in self._views(family.names):
                db.execute("DELETE FROM saved_view WHERE person = ? AND name = ?", list(name))
            self._rename(family, pseudonym)

    def _rename(self, family: Family, pseudonym: str) -> None:
        """Stripe's customers under the pseudonym, here and in every payment, and never otherwise again.

        One that somebody else is too goes under their name from now on.
        """
        with self._database.transaction() as db:
            ids = {"stripe": to_json([*family.stripe_ids, *family.shared])}
            known = "SELECT id, created FROM stripe_customer WHERE id IN (SELECT value FROM json_each(:stripe))"
            created = {row["id"]: row["created"] for row in db.query(known, ids)}
            for id in family.stripe_ids:
                self._ledger.apply("customers", [{"id": id, "created": created.get(id, 0), "name": pseudonym}])
                db.execute("INSERT OR IGNORE INTO erased_stripe_customer VALUES (?, ?)", [id, pseudonym])
            for id, owner in family.shared.items():
                (other,) = db.query("SELECT name, email FROM customer WHERE id = ?", [owner])
                self._ledger.apply("customers", [{"id": id, "created": created.get(id, 0), **other}])
            debits = "SELECT id FROM debit WHERE customer_id IN (SELECT value FROM json_each(:ids))"
            self._ledger.apply_debits([row["id"] for row in db.query(debits, {"ids": to_json(family.ids)})])
            mine = "SELECT seq FROM payment WHERE customer_id IN (SELECT value FROM json_each(:stripe))"
            db.execute(f"DELETE FROM payment_search WHERE rowid IN ({mine})", ids)  # noqa: S608  our own
            db.execute(
                "INSERT OR IGNORE INTO payment_unsearched SELECT id FROM payment"
                " WHERE customer_id IN (SELECT value FROM json_each(:stripe))",
                ids,
            )

    def _views(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """Saved views that look for one of these names, or are called by one."""
        known = [name.casefold() for name in names]
        found = []
        for row in self._database.handle.query("SELECT person, name, query FROM saved_view"):
            words = " ".join([row["name"], *(value for _, value in parse_qsl(row["query"]))]).casefold()
            looked_for = dict(parse_qsl(row["query"])).get("text", "").casefold()
            if any(name in words or (len(looked_for) > 2 and looked_for in name) for name in known):
                found.append((row["person"], row["name"]))
        return found

    def scrub(self) -> bool:
        """Merge the search index, which remembers deleted words, and fold the WAL, which remembers older pages.

        False where somebody still reads an older state: try again later.
        """
        sizes = [-MERGE_PAGES, MERGE_PAGES]  # SQLite FTS5: a negative one begins to merge everything into one
        while True:
            with self._database.transaction() as db:
                before = db.execute("SELECT total_changes()").fetchone()[0]
                db.execute(MERGE_STEP, [sizes[0]])
                if db.execute("SELECT total_changes()").fetchone()[0] - before < 2:
                    break
            sizes = sizes[-1:]
        return self._database.fold()

    def proof_of(self, customer_ids: Sequence[str]) -> list[dict[str, object]]:
        """Each authorization of these customers with its words, its evidence and its revocation, to be kept sealed."""
        query = (
            "SELECT m.*, r.reason, r.revoked_by, r.revoked_at, c.name AS customer, c.email FROM mandate m"
            " JOIN customer c ON c.id = m.customer_id"
            " LEFT JOIN mandate_revocation r ON r.stripe_mandate_id = m.stripe_mandate_id"
            " WHERE m.customer_id IN (SELECT value FROM json_each(?)) ORDER BY m.created_at, m.rowid"
        )
        rows = self._database.handle.query(query, [to_json(list(customer_ids))])
        return [{**row, "evidence": json.loads(row["evidence"])} for row in rows]
