"""Approvals: what waits for a second person, and what was decided, for good."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.domain.approval_filter import ApprovalFilter
from dashboard.domain.approvals import Approval, ApprovalState, Decision
from dashboard.store.conditions import Conditions
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED, FOLDED, LISTED, contains, list_of
from dashboard.store.listing import Asked, Listing
from dashboard.store.sql import Row, from_epoch, insert, maybe_from_epoch, select, select_one, to_epoch, to_json, update

SOURCE = "approval t LEFT JOIN approval_decision d ON d.approval_id = t.id LEFT JOIN customer c ON c.id = t.customer_id"
_DECIDED = "t.state <> 'requires_review'"
AT = "coalesce(d.at, t.updated_at)"  # of the decision; of what nobody decided, its end
SORTS = {
    "decided": AT,
    "asked": "t.requested_at",
    "amount": "t.amount_cents",
    "state": "t.state",
    "kind": "t.kind",
    "asked_by": f"t.requested_by {FOLDED}",
    "decided_by": f"d.person {FOLDED}",
    "customer": f"c.name {FOLDED}",
}


@dataclass(frozen=True)
class ApprovalSearch:
    """Which approvals a list has, of those that wait no more; decided since `start` and before `end`."""

    wanted: ApprovalFilter
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True)
class DecidedApproval:
    """An approval that waits no more: when, and by whom where somebody decided it."""

    approval: Approval
    at: datetime
    person: str | None
    reason: str


class ApprovalTable:
    """The tables `approval` and `approval_decision`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.listing = Listing(database, SOURCE, SORTS, _ask, added=AT, money=("t.amount_cents", "'usd'"))

    def several(self, ids: Sequence[str]) -> dict[str, DecidedApproval]:
        """These approvals by id, with what was decided; one that waits is left out."""
        query = (
            f"SELECT t.*, {AT} AS decided_at, d.person, coalesce(d.reason, '') AS reason FROM {SOURCE}"
            f" WHERE t.id IN {LISTED} AND {_DECIDED}"
        )
        found: dict[str, DecidedApproval] = {}
        for row in select(self._database.handle, query, [list_of(ids)]):
            at, person, reason = from_epoch(row.pop("decided_at")), row.pop("person"), row.pop("reason")
            found[row["id"]] = DecidedApproval(_approval(row), at, person, reason)
        return found

    def add(self, one: Approval) -> bool:
        """Insert a question; False where one about the same operation is open."""
        row = {
            **vars(one),
            "state": one.state.value,
            "requested_at": to_epoch(one.requested_at),
            "expires_at": to_epoch(one.expires_at),
            "updated_at": to_epoch(one.updated_at),
        }
        with self._database.transaction() as db:
            return insert(db, "approval", row, ignore=True)

    def get(self, id: str) -> Approval | None:
        """One approval."""
        row = select_one(self._database.handle, "SELECT * FROM approval WHERE id = ?", [id])
        return _approval(row) if row else None

    def newest(self, kind: str, subject: str) -> Approval | None:
        """The last question about an operation; None where a second person was never asked."""
        query = (
            "SELECT * FROM approval WHERE kind = ? AND subject = ?"
            f" ORDER BY state IN ('requires_review', 'approved') DESC, requested_at DESC, {ADDED} DESC LIMIT 1"
        )
        row = select_one(self._database.handle, query, [kind, subject])
        return _approval(row) if row else None

    def requesters(self, kind: str, subject: str) -> set[str]:
        """Everybody who has asked for this operation, as `Actor.key` and by name."""
        query = "SELECT requester, requested_by FROM approval WHERE kind = ? AND subject = ?"
        rows = select(self._database.handle, query, [kind, subject])
        return {row[name] for row in rows for name in ("requester", "requested_by")}

    def waiting(self, limit: int = 500) -> list[Approval]:
        """What waits for a decision, the longest waiting first."""
        query = f"SELECT * FROM approval WHERE state = 'requires_review' ORDER BY requested_at, {ADDED} LIMIT ?"
        return [_approval(row) for row in select(self._database.handle, query, [limit])]

    def expired(self, now: datetime) -> list[Approval]:
        """What waits and is past its time."""
        query = "SELECT * FROM approval WHERE state = 'requires_review' AND expires_at <= ?"
        return [_approval(row) for row in select(self._database.handle, query, [to_epoch(now)])]

    def waiting_of(self, requester: str, *, without: str) -> tuple[int, int]:
        """How many others wait that this person asked for, and their cents."""
        query = (
            "SELECT count(*) AS n, coalesce(sum(amount_cents), 0) AS cents FROM approval"
            " WHERE requester = ? AND state = 'requires_review' AND id <> ?"
        )
        (row,) = select(self._database.handle, query, [requester, without])
        return int(row["n"]), int(row["cents"])

    def set_state(self, id: str, state: ApprovalState, at: datetime) -> None:
        """Move an approval; the database refuses to reopen one that was decided."""
        with self._database.transaction() as db:
            update(db, "approval", id, {"state": state.value, "updated_at": to_epoch(at)})

    def consume(self, id: str, at: datetime) -> None:
        """Keep when what was approved was first sent."""
        with self._database.transaction() as db:
            query = "UPDATE approval SET consumed_at = ? WHERE id = ? AND consumed_at IS NULL"
            db.execute(query, [to_epoch(at), id])

    def decide(self, decision: Decision) -> None:
        """Insert what was decided; there is one decision an approval, which the database holds."""
        row = {
            **vars(decision),
            "is_approved": int(decision.is_approved),
            "facts": to_json(decision.facts),
            "at": to_epoch(decision.at),
        }
        with self._database.transaction() as db:
            insert(db, "approval_decision", row)

    def decision(self, approval_id: str) -> Decision | None:
        """What was decided; None where nobody has."""
        query = "SELECT * FROM approval_decision WHERE approval_id = ?"
        row = select_one(self._database.handle, query, [approval_id])
        if row is None:
            return None
        values = {**row, "is_approved": bool(row["is_approved"]), "facts": json.loads(row["facts"])}
        return Decision(**{**values, "at": from_epoch(row["at"])})

    def approved_by(self, person_key: str, since: datetime) -> int:
        """Cents that a person has approved since then."""
        query = (
            "SELECT coalesce(sum(amount_cents), 0) AS cents FROM approval_decision"
            " WHERE person_key = ? AND at > ? AND is_approved = 1"
        )
        (row,) = select(self._database.handle, query, [person_key, to_epoch(since)])
        return int(row["cents"])


def _ask(looked: ApprovalSearch) -> Asked:
    wanted, found = looked.wanted, Conditions(_DECIDED)
    found.among("t.state", [one.value for one in wanted.states])
    found.add("t.kind = :kind", wanted.kind or None)
    for column, name in (("t.requested_by", "asked_by"), ("coalesce(d.person, '')", "decided_by")):
        found.add(contains(f"lower({column})", f"lower(:{name})"), getattr(wanted, name).strip() or None)
    found.add(f"{AT} >= :start", to_epoch(looked.start) if looked.start else None)
    found.add(f"{AT} < :end", to_epoch(looked.end) if looked.end else None)
    found.add("t.amount_cents >= :low", wanted.amount_min)
    found.add("t.amount_cents <= :high", wanted.amount_max)
    found.search(
        wanted.text,
        within=["coalesce(c.search_key, '')", "lower(t.requested_by)", "lower(coalesce(d.person, ''))"],
        begins=["t.id", "t.subject", "t.customer_id"],
        amount="t.amount_cents",
    )
    return found.asked()


def _approval(row: Row) -> Approval:
    return Approval(
        **{
            **row,
            "state": ApprovalState(row["state"]),
            "requested_at": from_epoch(row["requested_at"]),
            "expires_at": from_epoch(row["expires_at"]),
            "updated_at": from_epoch(row["updated_at"]),
            "consumed_at": maybe_from_epoch(row["consumed_at"]),
        }
    )
