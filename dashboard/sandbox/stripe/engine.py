"""Runs what is due, and what the control endpoints ask of the Stripe half."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from dashboard.domain.business_days import add_business_days, submission_day
from dashboard.sandbox.state import State
from dashboard.sandbox.stripe import disputes, lifecycle, payouts, refunds, render, tables
from dashboard.sandbox.stripe.moment import DAY, EVENT_DAYS, Moment, moment_of
from dashboard.sandbox.stripe.outcomes import BY_ACCOUNT, OUTCOMES

JOBS: dict[str, Callable[[Moment, str], bool]] = {
    "submit": lifecycle.submit,
    "settle": lifecycle.settle,
    "dispute": disputes.open_dispute,
    "inquiry": disputes.open_inquiry,
    "inquiry_end": disputes.end_inquiry,
    "refund": refunds.refund_whole,
    "refund_start": refunds.start_refunds,
    "refund_end": refunds.end_refund,
    "payouts": payouts.make_payouts,
    "payout_sent": payouts.send_payout,
    "payout_paid": payouts.pay_out,
    "payout_reconciled": payouts.reconcile,
}


def open_moment(state: State, db: sqlite3.Connection, at: int | None = None) -> Moment:
    """The present, or an instant that was due earlier."""
    now = state.clock.timestamp()
    return Moment(state, db, now if at is None else at, horizon=now - EVENT_DAYS * DAY)


def tick(state: State) -> int:
    """Let everything happen that is due, in its order and at its own time; gives how many things changed."""
    with state.reading() as db:
        if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'jobs'").fetchone():
            return 0
        first = db.execute("SELECT due FROM jobs ORDER BY due LIMIT 1").fetchone()
    if first is None or first[0] > state.clock.timestamp():
        return 0
    with state.transaction() as db:
        return run_due(open_moment(state, db), state.clock.timestamp())


def run_due(moment: Moment, until: int) -> int:
    """Run the jobs that are due by `until` within the moment's transaction; gives how many changed something."""
    changed = 0
    while True:
        job = moment.db.execute(
            "SELECT seq, due, kind, ref FROM jobs WHERE due <= ? ORDER BY due, seq LIMIT 1", (until,)
        ).fetchone()
        if job is None:
            return changed
        moment.db.execute("DELETE FROM jobs WHERE seq = ?", (job[0],))
        moment.at = max(job[1], 0)
        changed += JOBS[job[2]](moment, job[3])


def count_objects(state: State) -> dict[str, int]:
    """How many of each kind there are."""
    with state.reading() as db:
        counts = {row[0]: int(row[1]) for row in db.execute("SELECT kind, COUNT(*) FROM objects GROUP BY kind")}
        for table in ("charges", "intents", "txns", "events"):
            counts[table] = int(db.execute(f"SELECT MAX(seq) FROM {table}").fetchone()[0] or 0)  # none is ever deleted
        pending = db.execute("SELECT COUNT(*) FROM charges WHERE status = 'pending'").fetchone()[0]
    return {**counts, "pending_charges": int(pending)}


def choose_outcome(state: State, outcome: str, account: str | None, intent: str | None) -> dict[str, Any]:
    """Say how the next debits end: of one account, of all, or of one payment intent that is pending now.

    `default` returns to what the test account numbers say. Choosing success for a blocked account unblocks it, as
    Stripe's support would. Raises ValueError for an outcome, account or intent that is not there.
    """
    if outcome != "default" and outcome not in OUTCOMES:
        raise ValueError(f"outcome must be default or one of {', '.join(OUTCOMES)}")
    with state.transaction() as db:
        moment = open_moment(state, db)
        if intent:
            _redirect(moment, outcome, intent)
        elif outcome == "default":
            state.delete(lifecycle.OVERRIDES, account or "*")
        else:
            state.put(lifecycle.OVERRIDES, account or "*", {"outcome": outcome})
        if account:
            document = tables.get(db, "account", account)
            if document is None:
                raise ValueError(f"no such bank account: {account}")
            if outcome == "success" and document["_blocked"]:
                document.update(_blocked=None, _disputes=0)
                tables.change(db, document)
                moment.emit("payment_method.automatically_updated", lambda: render.payment_method(document))
    return {"outcome": outcome, "bank_account": account, "payment_intent": intent}


def _redirect(moment: Moment, outcome: str, intent: str) -> None:
    row = tables.row_of(moment.db, "intents", intent)
    charge = tables.row_of(moment.db, "charges", row["charge"]) if row else None
    if not charge or charge["status"] != "pending":
        raise ValueError(f"{intent} has no pending charge")
    if outcome == "default":
        account = tables.get(moment.db, "account", charge["account"]) or {}
        outcome = BY_ACCOUNT.get(account.get("_number", ""), OUTCOMES["success"]).name
    if OUTCOMES[outcome].kind == "refused":
        raise ValueError(f"{outcome} happens when a payment is confirmed; {intent} has been")
    moment.db.execute("DELETE FROM jobs WHERE kind = 'settle' AND ref = ?", (charge["id"],))
    tables.update(moment.db, "charges", charge["id"], outcome=outcome)
    if OUTCOMES[outcome].kind != "stays":
        charge["outcome"] = outcome
        lifecycle.schedule_answer(moment, charge, submission_day(moment_of(charge["created"])))


def chosen_outcomes(state: State) -> dict[str, str]:
    """What was chosen: by bank account, `*` for all."""
    with state.reading() as db:
        rows = db.execute(
            "SELECT id, doc FROM documents WHERE kind = ? ORDER BY seq", (lifecycle.OVERRIDES,)
        ).fetchall()
    return {row[0]: json.loads(row[1])["outcome"] for row in rows}


def prepare(state: State) -> None:
    """Make the tables, and see to it that payouts are made from the next business day on."""
    with state.transaction() as db:
        tables.prepare(db)
        if not db.execute("SELECT 1 FROM jobs WHERE kind = 'payouts'").fetchone():
            moment = open_moment(state, db)
            day = submission_day(state.clock.now())
            following = add_business_days(day, 1)
            moment.schedule(payouts.payout_time(following), "payouts", following.isoformat())
