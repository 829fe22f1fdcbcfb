"""Taking a customer out of every table that names one, so that not a byte of them is left in the file.

Money history stays, under a pseudonym; `LEFT` says of each table that is not touched why
there is nothing to take.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import parse_qsl

from dashboard.domain.searches import search_key, search_words
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED, LISTED, add_or_keep, listed
from dashboard.store.payments.projection import PaymentProjection
from dashboard.store.privacy.erasures import Family
from dashboard.store.sql import to_epoch, to_json

# How each table says whose a row is.
WHOSE = {
    "customer": f"id IN {listed('ids')}",
    "customer_id": f"customer_id IN {listed('ids')}",
    "attempt_id": f"attempt_id IN (SELECT id FROM link_attempt WHERE customer_id IN {listed('ids')})",
    "bank_account_id": f"bank_account_id IN (SELECT id FROM bank_account WHERE customer_id IN {listed('ids')})",
}
_OWN = " UNION ".join(
    f"SELECT id FROM {table} WHERE customer_id IN {listed('ids')}"
    for table in ("debit", "refund_order", "link_attempt", "item", "bank_account", "written_mandate")
)
WHOSE["subject"] = f"(subject IN {listed('ids')} OR subject IN ({_OWN}))"
WHOSE["stripe"] = f"stripe_customer_id IN {listed('stripe')}"
WHOSE["job"] = f"job_id IN (SELECT id FROM job WHERE {WHOSE['subject']})"
WHOSE["batch_row"] = f"(customer_id IN {listed('ids')} OR customer_id IS NULL)"
WHOSE["approval"] = f"approval_id IN (SELECT id FROM approval WHERE customer_id IN {listed('ids')})"
WHOSE["case"] = (
    "case_id IN (SELECT k.id FROM payment_case k JOIN payment m ON m.id = k.payment_id"
    f" WHERE m.customer_id IN {listed('stripe')})"
)
WHOSE["line"] = (
    f"({WHOSE['subject']} OR subject IN (SELECT id FROM job WHERE {WHOSE['subject']})"
    f" OR subject IN (SELECT id FROM approval WHERE customer_id IN {listed('ids')})"
    f" OR subject IN (SELECT id FROM old_account WHERE {WHOSE['stripe']})"
    f" OR subject IN (SELECT id FROM payment WHERE customer_id IN {listed('stripe')}))"
)
GONE = ""  # the row itself goes

# What becomes of each table's rows of one customer, in this order: what is set, and how the table says whose a row is.
WIPED: dict[str, tuple[str, str]] = {
    "customer_note": (GONE, "customer_id"),
    "bank_balance": (GONE, "customer_id"),
    "bank_holder": (GONE, "customer_id"),
    "bank_transaction": (GONE, "customer_id"),
    "link_acceptance": (GONE, "attempt_id"),
    "link_hosted": (GONE, "attempt_id"),
    "link_outcome": ("detail = '{}', events = '[]'", "attempt_id"),
    "link_attempt": (  # an `unknown` exchange stays to be seen: Plaid may hold a connection whose token never came
        "hint = NULL, link_token = NULL, public_token = NULL, bank_token = NULL, accounts = '[]', evidence = '{}',"
        " resumable = 0,"
        " problem = CASE state WHEN 'unknown' THEN problem END,"
        " link_session_id = CASE state WHEN 'unknown' THEN link_session_id END,"
        " state = CASE WHEN state IN ('authorized', 'failed', 'unknown') THEN state ELSE 'exited' END",
        "customer_id",
    ),
    "handover": ("hint = NULL", "customer_id"),
    "bank_account": ("name = 'Account', fingerprint = NULL, persistent_id = NULL, updated_at = :at", "customer_id"),
    "mandate": ("text = '', evidence = '{}', link_session_id = NULL", "customer_id"),
    "old_account": ("aside_reason = ''", "stripe"),
    "written_mandate": ("text = '', kept_where = ''", "customer_id"),  # the signed paper itself is the proof
    "mandate_revocation": ("reason = 'erased'", "bank_account_id"),
    "debit": ("balance = '{}', refusal = NULL", "customer_id"),
    # What was typed in a row of which nobody knows whose it is may be anybody's.
    "batch_row": (
        "said = '{}', faults = '[]', problem = NULL, reference = CASE state WHEN 'invalid' THEN '' ELSE reference END",
        "batch_row",
    ),
    "batch_cover": ("problem = NULL", "bank_account_id"),
    "approval_decision": ("reason = CASE reason WHEN '' THEN '' ELSE 'erased' END, facts = '{}'", "approval"),
    "refund_order": ("note = '', refusal = NULL", "customer_id"),
    "payment_case_event": ("note = ''", "case"),
    "inbox_mark": ("note = ''", "line"),  # before `job`, whose rows say whose some are
    "job_call": (GONE, "job"),
    "job": ("problem = NULL", "subject"),
    "customer_key": (GONE, "customer_id"),
    "customer": (
        "name = :pseudonym, email = '', reference = 'erased ' || id, reference_key = 'erased ' || id, email_key = '',"
        " search_key = '', erased_at = :at, updated_at = :at",
        "customer",
    ),
}
# These go by their own way: `Wiping.wipe`, the removal at Plaid.
ELSEWHERE = ("item", "stripe_customer", "payment", "payment_columns", "saved_view", "export")
LEFT = {
    "audit": "names no customer but by our id; personal facts are sealed under the customer's own key, which goes",
    "batch": "what we called a file, a digest, a sum, who of the staff made it",
    "audit_head": "a number and a digest",
    "attempt_aside": "which person put an attempt aside",
    "erasure": "the erasure itself: a pseudonym and how far it has come",
    "erased_stripe_customer": "Stripe's ids whose names must not come back",
    "retained_proof": "authorizations, sealed, for as long as the rules ask",
    "bank_transaction_cursor": "a place in Plaid's log of a connection",
    "plaid_call": "counts",
    "old_account_asked": "Stripe's ids and times",
    "charge": "money history: amounts, dates, codes, ids, bank and last digits",
    "intent": "money history",
    "refund": "money history",
    "dispute": "money history",
    "balance_transaction": "money history",
    "payout": "money history",
    "statement_account": "our own bank accounts: the name we gave one, the end of its number",
    "statement_file": "our bank's statements: digests, balances, who imported them",
    "statement_refusal": "rows of our bank's statements that were not taken, by line and reason",
    "statement_profile": "which column of a bank's file is which",
    "stripe_approval": "which of our operations waited at Stripe, and Stripe's id of that",
    "evidence_pack": "what was given to a bank as proof, sealed, for as long as the rules ask",
    "bank_request": "which bank asked about which case when, and who of the staff answered",
    "bank_line": "our own bank statement, kept as the books are: what our bank wrote, whoever it names",
    "journal_account": "names of our own accounts",
    "month_close": "sums of a month, digests, who of the staff signed",
    "payout_match": "which payouts and lines of our own statement belong together, and who said so",
    "payout_match_part": "ids of payouts and lines, amounts",
    "payment_case": "amounts, dates, codes, ids, who of the staff works on it",
    "payment_case_start": "a time",
    "debit_notice": "by when a customer is told of a debit, and who of the staff has told them",
    "debit_schedule": "days, and which debit is sent on which",
    "representment": "which debit presents which payment again, for which case",
    "notice": "our ids, amounts, codes, times; names are looked up when one is told",
    "notice_read": "which of staff has read a notice, by its id",
    "notice_message": "when messages went out, and by which way",
    "notice_channel": "how a way out of the desk does",
    "notice_start": "a time",
    "payment_change": "which rows of payments changed",
    "institution": "banks",
    "institution_read": "a time",
    "visit": "staff",
    "pin": "staff",
    "stripe_balance": "what Stripe holds, in sums",
    "payment_tick": "which of staff is done with a payment, by its id",
    "pin_try": "staff",
    "stamp": "whose database this is",
    "item_health": "what Plaid says of a connection: codes and times",
    "item_health_asked": "counts",
    "account_shared": "which of our accounts are one bank account, and who looked at it",
    "item_removal": "which connection ended when, and why",
    "token_rotation": "which connection's token was changed, and how that ended",
    "webhook_event": "event ids",
    "risk_assessment": "which of our accounts was asked about, an amount, the ruleset's answer, who asked",
    "approval": "an amount, our ids, who of the staff asked",
    "limit_reservation": "an amount, our ids, who of the staff ordered",
    "limits_in_force": "settings",
    "job_try": "keys, times, codes and request ids of calls",
    "retention": "when a job ran",
    "restore_review": "when a backup was restored, and who looked into it",
    "lease": "who works on what",
    "process": "which processes of the desk run",
    "sync_run": "counts",
    "sync_cursor": "places in Stripe's lists",
    "sync_window": "places in Stripe's lists",
    "sync_event": "event ids",
    "sync_read": "counts",
}


class Wiping:
    """Takes one customer out of the tables, then out of what SQLite keeps behind them."""

    def __init__(self, database: Database, projection: PaymentProjection) -> None:
        self._database, self._projection = database, projection

    def wipe(self, family: Family, pseudonym: str, at: datetime) -> None:
        """Take them out of every table, in the caller's transaction; their payments stand under the pseudonym now."""
        with self._database.transaction() as db:
            values = {"ids": to_json(family.ids), "pseudonym": pseudonym, "at": to_epoch(at)}
            values["stripe"] = to_json(list(family.stripe_ids))
            for table, (change, whose) in WIPED.items():
                verb = f"UPDATE {table} SET {change}" if change else f"DELETE FROM {table}"
                db.execute(f"{verb} WHERE {WHOSE[whose]}", values)
            for name in self._views(family.names):
                db.execute("DELETE FROM saved_view WHERE person = ? AND name = ?", list(name))
            db.execute("DELETE FROM payment_columns")  # also the name of a payment that is gone; they are made anew
            db.execute(
                "DELETE FROM export"
            )  # what was searched for; the files have any customer's name (`Exports.prune`)
            self._rename(family, pseudonym)

    def _rename(self, family: Family, pseudonym: str) -> None:
        """Stripe's customers under the pseudonym, here and in every payment, and never otherwise again.

        One that somebody else is too goes under their name from now on.
        """
        with self._database.transaction() as db:
            ids = {"stripe": to_json([*family.stripe_ids, *family.shared])}
            known = f"SELECT id, created FROM stripe_customer WHERE id IN {listed('stripe')}"
            created = {row["id"]: row["created"] for row in db.query(known, ids)}
            for id in family.stripe_ids:
                self._projection.apply("customers", [{"id": id, "created": created.get(id, 0), "name": pseudonym}])
                db.execute(add_or_keep("erased_stripe_customer", "VALUES (?, ?)"), [id, pseudonym])
            for id, owner in family.shared.items():
                (other,) = db.query("SELECT name, email FROM customer WHERE id = ?", [owner])
                self._projection.apply("customers", [{"id": id, "created": created.get(id, 0), **other}])
            debits = f"SELECT id FROM debit WHERE customer_id IN {listed('ids')}"
            self._projection.apply_debits([row["id"] for row in db.query(debits, {"ids": to_json(family.ids)})])

    def _views(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """Saved views that look for one of these names, or are called by one."""
        known = [search_key(name) for name in names]
        them = " ".join(known)
        found = []
        for row in self._database.handle.query("SELECT person, name, query FROM saved_view"):
            given = dict(parse_qsl(row["query"]))
            words, looked_for = search_key(row["name"], *given.values()), search_words(given.get("text", ""))
            finds_them = any(len(word) > 2 for word in looked_for) and all(word in them for word in looked_for)
            if finds_them or any(name and name in words for name in known):
                found.append((row["person"], row["name"]))
        return found

    def scrub(self) -> bool:
        """Fold the WAL, which remembers older pages.

        False where somebody still reads an older state: try again later.
        """
        return self._database.fold()

    def proof_of(self, customer_ids: Sequence[str]) -> list[dict[str, object]]:
        """Each authorization of these customers with its words, its evidence and its revocation, to be kept sealed."""
        query = (
            "SELECT m.*, r.reason, r.revoked_by, r.revoked_at, c.name AS customer, c.email FROM mandate m"
            " JOIN customer c ON c.id = m.customer_id"
            " LEFT JOIN mandate_revocation r ON r.stripe_mandate_id = m.stripe_mandate_id"
            f" WHERE m.customer_id IN {LISTED} ORDER BY m.created_at, m.{ADDED}"
        )
        rows = self._database.handle.query(query, [to_json(list(customer_ids))])
        return [{**row, "evidence": json.loads(row["evidence"])} for row in rows]
