"""Opens, changes and closes cases as Stripe's objects say, inside the transaction that keeps those objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from dashboard.domain.cases import (
    ANSWERABLE,
    BEFORE_START,
    HAPPENED,
    INQUIRIES,
    CaseKind,
    CaseState,
    Outcome,
    Trouble,
    days_of,
    revokes,
    step_of,
)
from dashboard.domain.ids import new_id
from dashboard.domain.notices import Fact, NoticeKind
from dashboard.domain.payment_status import HARMLESS_DISPUTES
from dashboard.domain.return_codes import return_code
from dashboard.store.cases.representments import follow_attempts
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import Connection
from dashboard.store.notices.noting import NoticeNoting
from dashboard.store.sql import from_epoch, to_epoch

DESK = "system"  # as `Actor.system` is called in the trail
TROUBLED = ("failed", "returned_late")  # states of a payment
# What somebody hears of at once.
TOLD = frozenset({CaseKind.LATE_RETURN, CaseKind.DISPUTE, CaseKind.INQUIRY, CaseKind.REFUND})
SLICE = 400
_HARMLESS = ", ".join(repr(status) for status in sorted(HARMLESS_DISPUTES))
# A refund that failed counts until as much was given back after it: then the customer has their money.
_FACTS = f"""
SELECT m.id, m.created, m.amount, m.currency, m.state, m.reason, c.network_code,
  coalesce(c.mandate_id, (SELECT b.mandate_id FROM debit o JOIN bank_account b ON b.id = o.bank_account_id
    WHERE o.id = m.debit_id)),
  coalesce((SELECT max(s.created) FROM balance_transaction s WHERE s.source_id = m.id
    AND s.type = 'payment_failure_refund'), m.created),
  d.id, d.status, d.reason, d.created, d.amount,
  r.id, r.failure_reason, r.created, r.amount,
  k.id, k.state, k.outcome, k.mark, k.code, k.kind, k.amount,
  (SELECT case_id FROM representment WHERE debit_id = m.debit_id)
FROM payment m LEFT JOIN charge c ON c.id = m.id LEFT JOIN payment_case k ON k.payment_id = m.id
LEFT JOIN dispute d ON d.id = (SELECT id FROM dispute WHERE charge_id = m.id
  ORDER BY status IN ({_HARMLESS}), created DESC, id LIMIT 1)
LEFT JOIN refund r ON r.id = (SELECT f.id FROM refund f WHERE f.charge_id = m.id AND f.status = 'failed'
  AND NOT EXISTS (SELECT 1 FROM refund l WHERE l.charge_id = m.id AND l.status NOT IN ('failed', 'canceled')
    AND l.created >= f.created AND l.amount >= f.amount) ORDER BY f.created DESC, f.id LIMIT 1)
WHERE m.id IN ({{}})
"""
_ADD = """INSERT INTO payment_case (payment_id, kind, cause, mark, code, step, amount, currency, revoked_mandate,
  happened_at, due_on, until_on, state, outcome, opened_at, closed_at, closed_by, id)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_CHANGE = """UPDATE payment_case SET payment_id = ?, kind = ?, cause = ?, mark = ?, code = ?, step = ?, amount = ?,
  currency = ?, revoked_mandate = ?, happened_at = ?, due_on = ?, until_on = ?, state = ?, outcome = NULL,
  closed_at = NULL, closed_by = NULL, approver = NULL WHERE id = ?"""
_KEEP = _CHANGE.partition(", state = ?")[0] + " WHERE id = ?"
_CLOSE = """UPDATE payment_case SET state = 'closed', outcome = 'recovered', revoked_mandate = NULL, closed_at = ?,
  closed_by = ? WHERE id = ?"""
_EVENT = "INSERT INTO payment_case_event (case_id, at, person, what) VALUES (?, ?, ?, ?)"
# Payments in trouble that have no case: kept before there were cases.
_WITHOUT = f"""
SELECT w.id FROM (SELECT id FROM payment WHERE state IN ({", ".join(map(repr, TROUBLED))})
  UNION SELECT charge_id FROM dispute WHERE status IN ({", ".join(map(repr, sorted(INQUIRIES)))})
  UNION SELECT f.charge_id FROM refund f WHERE f.status = 'failed' AND NOT EXISTS (SELECT 1 FROM refund l
    WHERE l.charge_id = f.charge_id AND l.status NOT IN ('failed', 'canceled') AND l.created >= f.created
      AND l.amount >= f.amount)) w
WHERE EXISTS (SELECT 1 FROM payment m WHERE m.id = w.id)
  AND NOT EXISTS (SELECT 1 FROM payment_case k WHERE k.payment_id = w.id) LIMIT ?
"""


class _Facts(NamedTuple):
    id: str
    created: int
    amount: int
    currency: str
    state: str
    reason: str | None
    network_code: str | None
    mandate_id: str | None
    failed_at: int
    dispute: str | None
    dispute_status: str | None
    dispute_reason: str | None
    dispute_at: int
    dispute_amount: int
    refund: str | None
    refund_reason: str | None
    refund_at: int
    refund_amount: int
    case_id: str | None
    case_state: str | None
    outcome: str | None
    mark: str | None
    code: str | None
    kind: str | None
    case_amount: int | None
    attempt_of: str | None  # the case that it was presented again for


class CaseOpening:
    """Keeps `payment_case` true to the payments: who writes a payment asks it in the same transaction."""

    def __init__(self, database: Database, now: Callable[[], datetime], zone: tzinfo, noting: NoticeNoting) -> None:
        self._database, self._now, self._zone, self._noting = database, now, zone, noting

    def catch_up(self, batch: int = 1_000) -> int:
        """Open what payments of before there were cases lack, a batch a transaction; returns how many."""
        done = 0
        while True:
            with self._database.transaction() as db:
                ids = [row[0] for row in db.execute(_WITHOUT, [batch]).fetchall()]
                self.follow(db.conn, ids)
            done += len(ids)
            if len(ids) < batch:
                return done

    def follow(self, db: Connection, payment_ids: Iterable[str]) -> None:
        """Make the cases of these payments what their objects say; what is no news changes nothing."""
        for facts in _read(db, sorted(payment_ids)):
            trouble = find_trouble(facts)
            if trouble is None:
                if facts.case_id and facts.outcome != Outcome.RECOVERED:
                    self._close(db, facts)
            elif facts.case_id is None:
                self._open(db, facts, trouble)
            elif is_news(facts, trouble):
                self._change(db, facts, trouble)

    def follow_attempts(self, db: Connection, payment_ids: Iterable[str]) -> None:
        """Make the attempts behind these payments, and the cases that they are of, what the payments say."""
        follow_attempts(db, payment_ids, self._now(), self._day)

    def rename(self, db: Connection, renamed: dict[str, str], gone: Iterable[str]) -> None:
        """Follow payments that another id shows from now on; those of `gone` are shown by another row already."""
        moved = [(new, old, new) for old, new in renamed.items()]
        db.executemany("UPDATE representment SET original_id = ? WHERE original_id = ?", [one[:2] for one in moved])
        query = (
            "UPDATE payment_case SET payment_id = ? WHERE payment_id = ?"
            " AND NOT EXISTS (SELECT 1 FROM payment_case WHERE payment_id = ?)"
        )
        db.executemany(query, moved)
        at = to_epoch(self._now())
        for id in sorted(set(gone)):
            query = "SELECT id FROM payment_case WHERE payment_id = ? AND state <> 'closed'"
            for row in db.execute(query, [id]).fetchall():
                db.execute(_CLOSE, [at, DESK, row[0]])
                db.execute(_EVENT, [row[0], at, DESK, "Closed: the payment is no line of its own any more"])

    def _open(self, db: Connection, facts: _Facts, trouble: Trouble) -> None:
        since, at = self._since(db), to_epoch(self._now())
        old, id = _is_old(trouble, since), new_id("case")
        merged = facts.attempt_of is not None and trouble.kind is CaseKind.RETURN
        outcome = Outcome.BEFORE_START if old else Outcome.MERGED if merged else None
        state, *closed = (CaseState.OPEN, None, None) if outcome is None else (CaseState.CLOSED, at, DESK)
        db.execute(_ADD, [*self._values(facts, trouble, since), state, outcome, at, *closed, id])
        if merged:
            db.execute(_EVENT, [id, at, DESK, "Closed: it is worked in the case of the first debit"])
        elif not old:
            db.execute(_EVENT, [id, at, DESK, f"Opened: {HAPPENED[trouble.kind]}"])
            self._tell(facts, trouble)

    def _change(self, db: Connection, facts: _Facts, trouble: Trouble) -> None:
        at, since = to_epoch(self._now()), self._since(db)
        was_open = facts.case_state != CaseState.CLOSED
        is_presented = facts.case_state == CaseState.PRESENTED
        if facts.outcome == Outcome.BEFORE_START and _is_old(trouble, since):  # the backfill has read more of it
            db.execute(_KEEP, [*self._values(facts, trouble, since), facts.case_id])
            return
        stays = was_open and not (is_presented and trouble.mark != facts.mark)
        state = facts.case_state if stays else CaseState.OPEN
        db.execute(_CHANGE, [*self._values(facts, trouble, since), state, facts.case_id])
        verb = "Changed" if was_open else "Opened again"
        db.execute(_EVENT, [facts.case_id, at, DESK, f"{verb}: {HAPPENED[trouble.kind]}"])
        self._tell(facts, trouble)

    def _tell(self, facts: _Facts, trouble: Trouble) -> None:
        """Note that a bank took money back, or asks about it, or that a refund did not arrive.

        A dispute that is then lost took it only once.
        """
        if trouble.kind not in TOLD:
            return
        asks = trouble.kind is CaseKind.INQUIRY
        told: dict[str, str | int] = {"cents": trouble.cents, "currency": facts.currency, "kind": trouble.kind.value}
        self._noting.note(
            Fact(
                NoticeKind.REFUND_FAILED if trouble.kind is CaseKind.REFUND else NoticeKind.LATE_RETURN,
                facts.id,
                from_epoch(trouble.happened_at),
                f"{trouble.cause} {'asks' if asks else 'taken'}",
                {**told, "code": trouble.code or ""},
            )
        )

    def _close(self, db: Connection, facts: _Facts) -> None:
        at = to_epoch(self._now())
        db.execute(_CLOSE, [at, DESK, facts.case_id])
        verb = "Recovered after that" if facts.case_state == CaseState.CLOSED else "Closed"
        db.execute(_EVENT, [facts.case_id, at, DESK, f"{verb}: {_why_recovered(facts)}"])

    def _values(self, facts: _Facts, trouble: Trouble, since: int) -> Sequence[object]:
        begun = since + int(BEFORE_START.total_seconds())  # nobody could work it here before
        happened = self._day(max(trouble.happened_at, begun))
        due, until = days_of(trouble.kind, trouble.code, happened, self._day(facts.created))
        revoked = facts.mandate_id if revokes(trouble.kind, trouble.code) else None
        return (
            *(facts.id, trouble.kind, trouble.cause, trouble.mark, trouble.code, step_of(trouble.kind, trouble.code)),
            *(trouble.cents, facts.currency, revoked, trouble.happened_at),
            *(due.isoformat(), until.isoformat() if until else None),
        )

    def _day(self, seconds: int) -> date:
        return from_epoch(seconds).astimezone(self._zone).date()

    def _since(self, db: Connection) -> int:
        """From when on trouble opens cases: 60 days before this file kept its first; it never moves again."""
        row = db.execute("SELECT since FROM payment_case_start").fetchone()
        if row is None:
            since = to_epoch(self._now() - BEFORE_START)
            db.execute("INSERT INTO payment_case_start (since) VALUES (?)", [since])
            return since
        return int(row[0])


def is_news(facts: _Facts, trouble: Trouble) -> bool:
    """Whether a case says less than is known; of a decision something else that happened or another amount counts.

    Who gives money up, or approves it, decides about an amount.
    """
    if trouble.mark != facts.mark or trouble.cents != facts.case_amount or facts.outcome == Outcome.RECOVERED:
        return True
    return trouble.code != facts.code and facts.case_state != CaseState.CLOSED


def _is_old(trouble: Trouble, since: int) -> bool:
    """Whether it is from before the desk kept cases, and nobody waits for our word."""
    return trouble.happened_at < since and trouble.kind not in {CaseKind.DISPUTE, CaseKind.INQUIRY}


def find_trouble(facts: _Facts) -> Trouble | None:
    """What is wrong with a payment: money that was taken back first, then a question, then a refund of ours."""
    if facts.state == "returned_late":
        kind = CaseKind.DISPUTE if facts.dispute_status in ANSWERABLE else CaseKind.LATE_RETURN
        return Trouble(
            kind,
            facts.dispute or facts.id,
            _code(facts, facts.dispute_reason or facts.reason),
            facts.dispute_amount or facts.amount,
            facts.dispute_at or facts.created,
        )
    if facts.state == "failed":
        return Trouble(CaseKind.RETURN, facts.id, _code(facts, facts.reason), facts.amount, facts.failed_at)
    if facts.dispute is not None and facts.dispute_status in INQUIRIES:
        cause, amount = facts.dispute, facts.dispute_amount
        return Trouble(CaseKind.INQUIRY, cause, facts.dispute_reason, amount, facts.dispute_at)
    if facts.refund is not None:
        return Trouble(CaseKind.REFUND, facts.refund, facts.refund_reason, facts.refund_amount, facts.refund_at)
    return None


def _code(facts: _Facts, reason: str | None) -> str | None:
    """The bank's own return code where it is known, else Stripe's word."""
    known = (facts.network_code or "").upper()
    return known if known and return_code(known, None) == known else reason


def _why_recovered(facts: _Facts) -> str:
    if facts.kind == CaseKind.REFUND:
        return "as much was given back since"
    if facts.dispute_status == "won":
        return "the dispute was won, and the money is ours again"
    if facts.kind == CaseKind.INQUIRY:
        return "the bank's question is over, and nothing was taken"
    return f"Stripe now says that the payment is {facts.state.replace('_', ' ')}"


def _read(db: Connection, ids: Sequence[str]) -> Iterator[_Facts]:
    for start in range(0, len(ids), SLICE):
        part = ids[start : start + SLICE]
        yield from [_Facts(*row) for row in db.execute(_FACTS.format(", ".join("?" * len(part))), list(part))]
