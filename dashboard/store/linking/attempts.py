"""Link attempts: the durable steps of linking, their sealed inputs, and what the browser reported."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack

from dashboard.domain.clock import Clock
from dashboard.domain.jobs import JobState
from dashboard.domain.link_states import check_move
from dashboard.domain.models import AttemptKind, AttemptState, Generation, LinkAttempt, OfferedAccount, Problem, Secret
from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED, LISTED
from dashboard.store.jobs import cancel
from dashboard.store.sql import (
    Row,
    from_epoch,
    insert,
    maybe_from_epoch,
    problem_from_json,
    problem_to_json,
    select,
    select_one,
    to_epoch,
    to_json,
    update,
)

OPEN_JOB = "j.kind = 'link' AND j.subject = a.id AND j.ended_at IS NULL"
READ = (
    "SELECT a.*, j.state AS job_state, j.question, j.problem AS job_problem"
    f" FROM link_attempt a LEFT JOIN job j ON {OPEN_JOB}"
)


@dataclass(frozen=True)
class AttemptWork:
    """An attempt with what only its steps may see; `question` is what its job asks a person first."""

    attempt: LinkAttempt
    question: str | None
    link_token: Secret | None
    link_expires_at: datetime | None
    hint: str | None
    public_token: Secret | None
    bank_token: Secret | None
    duplicate_of: str | None
    duplicate_allowed: bool
    evidence: dict[str, Any]
    operator_address: str
    old_source: str | None


class Columns(TypedDict, total=False):
    """What `AttemptTable.save` may set beside its own parameters; the state is not among them."""

    outcome_id: str | None
    link_session_id: str | None
    institution_id: str | None
    institution_name: str | None
    account_id: str | None
    item_id: str | None
    bank_account_id: str | None
    duplicate_of: str | None
    duplicate_allowed: int
    replaces: str | None
    old_source: str | None


class AttemptTable:
    """The tables `link_attempt` and `link_outcome`."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database, self._vault, self._clock = database, vault, clock

    def add(
        self,
        attempt: LinkAttempt,
        *,
        operator_address: str,
        hint: str | None = None,
        link_token: Secret | None = None,
        link_expires_at: datetime | None = None,
        duplicate_allowed: bool = False,
        evidence: Mapping[str, object] | None = None,
    ) -> None:
        """Insert a new attempt."""
        with self._database.transaction() as db:
            insert(
                db,
                "link_attempt",
                {
                    "id": attempt.id,
                    "customer_id": attempt.customer_id,
                    "generation": attempt.generation.value,
                    "state": attempt.state.value,
                    "operator": attempt.operator,
                    "operator_address": operator_address,
                    "hint": hint,
                    "link_token": self._seal(link_token),
                    "link_expires_at": to_epoch(link_expires_at) if link_expires_at else None,
                    "duplicate_allowed": int(duplicate_allowed),
                    "kind": attempt.kind.value,
                    "item_id": attempt.item_id,
                    "account_id": attempt.account_id,
                    "bank_account_id": attempt.bank_account_id,
                    "institution_id": attempt.institution_id,
                    "institution_name": attempt.institution_name,
                    "evidence": to_json(evidence or {}),
                    "created_at": to_epoch(attempt.created_at),
                    "updated_at": to_epoch(attempt.updated_at),
                },
            )

    def get(self, id: str) -> LinkAttempt | None:
        """One attempt as a page sees it."""
        row = select_one(self._database.handle, f"{READ} WHERE a.id = ?", [id])
        return self._attempt(row) if row else None

    def work(self, id: str) -> AttemptWork | None:
        """One attempt with its secrets opened. Raises UnreadableSecret."""
        row = select_one(self._database.handle, f"{READ} WHERE a.id = ?", [id])
        if row is None:
            return None
        return AttemptWork(
            attempt=self._attempt(row),
            question=row["question"],
            link_token=self._open(row["link_token"]),
            link_expires_at=maybe_from_epoch(row["link_expires_at"]),
            hint=row["hint"],
            public_token=self._open(row["public_token"]),
            bank_token=self._open(row["bank_token"]),
            duplicate_of=row["duplicate_of"],
            duplicate_allowed=bool(row["duplicate_allowed"]),
            evidence=json.loads(row["evidence"]),
            operator_address=row["operator_address"],
            old_source=row["old_source"],
        )

    def recent(self, customer_id: str | None = None, limit: int = 50) -> list[LinkAttempt]:
        """The newest attempts, of one customer or of all."""
        rows = select(
            self._database.handle,
            f"{READ} WHERE :customer IS NULL OR a.customer_id = :customer"
            f" ORDER BY a.created_at DESC, a.{ADDED} DESC LIMIT :limit",
            {"customer": customer_id, "limit": limit},
        )
        return [self._attempt(row) for row in rows]

    def attention(self, limit: int = 200) -> list[LinkAttempt]:
        """Attempts that a person has to look at: unknown, failed, stopped by a problem, or waiting for an answer."""
        rows = select(
            self._database.handle,
            f"{READ} WHERE (a.state IN ('unknown', 'choosing', 'failed') OR a.id IN (SELECT subject FROM job WHERE"
            " kind = 'link' AND ended_at IS NULL AND (problem IS NOT NULL OR question IS NOT NULL)))"
            " AND a.id NOT IN (SELECT attempt_id FROM attempt_aside) ORDER BY a.updated_at DESC LIMIT ?",
            [limit],
        )
        return [self._attempt(row) for row in rows]

    def walked_away(self, since: datetime, limit: int = 50) -> list[LinkAttempt]:
        """Attempts since then in which Link was closed without a bank, of customers who have not linked one since."""
        rows = select(
            self._database.handle,
            f"{READ} WHERE a.state = 'exited' AND a.updated_at >= ? AND NOT EXISTS (SELECT 1 FROM link_attempt n"
            " WHERE n.customer_id = a.customer_id AND n.created_at >= a.created_at AND n.id <> a.id)"
            " AND a.id NOT IN (SELECT attempt_id FROM attempt_aside) ORDER BY a.updated_at DESC LIMIT ?",
            [to_epoch(since), limit],
        )
        return [self._attempt(row) for row in rows]

    def set_aside(self, id: str, person: str, at: datetime) -> bool:
        """Keep that somebody has looked at an ended attempt, so that it needs no attention; False where it was kept."""
        with self._database.transaction() as db:
            values = {"attempt_id": id, "person": person, "at": to_epoch(at)}
            return insert(db, "attempt_aside", values, ignore=True)

    def claim(
        self,
        attempt_id: str,
        outcome_id: str,
        kind: str,
        *,
        public_token: Secret | None,
        detail: Mapping[str, object],
        events: Sequence[object],
        at: datetime,
    ) -> bool:
        """Keep what the browser reported, once by its id and once by its public token; False where it was kept before.

        The token itself is not kept here, only its digest: `save` seals it in the attempt, in the same transaction.
        """
        with self._database.transaction() as db:
            return insert(
                db,
                "link_outcome",
                {
                    "id": outcome_id,
                    "attempt_id": attempt_id,
                    "kind": kind,
                    "token_digest": digest_token(public_token) if public_token else None,
                    "detail": to_json(detail),
                    "events": to_json(list(events)),
                    "received_at": to_epoch(at),
                },
                ignore=True,
            )

    def claimed_by(self, outcome_id: str, public_token: Secret | None) -> str | None:
        """The attempt that this outcome, or its public token under another id, was claimed for."""
        row = select_one(
            self._database.handle,
            "SELECT attempt_id FROM link_outcome WHERE id = :id OR token_digest = :digest ORDER BY id = :id DESC",
            {"id": outcome_id, "digest": digest_token(public_token) if public_token else None},
        )
        return row["attempt_id"] if row else None

    def of_item(self, item_id: str) -> list[tuple[str, bool]]:
        """The attempts that are not through yet with this connection, and whether a worker holds them now."""
        query = (
            "SELECT a.id, j.lease_owner IS NOT NULL AND j.lease_until >= :now AS held FROM link_attempt a"
            f" LEFT JOIN job j ON {OPEN_JOB} WHERE a.item_id = :item"
            " AND (j.id IS NOT NULL OR a.state = 'opened' OR a.resumable)"
        )
        rows = select(self._database.handle, query, {"item": item_id, "now": to_epoch(self._clock.real())})
        return [(row["id"], bool(row["held"])) for row in rows]

    def renewal_of(self, bank_account_id: str) -> str | None:
        """The attempt that makes this account's bank account at Stripe anew and is not through yet; None where none."""
        return self.renewing([bank_account_id]).get(bank_account_id)

    def renewing(self, bank_account_ids: Iterable[str]) -> dict[str, str]:
        """Which of these accounts are being made anew at Stripe, with the attempt that does it."""
        query = (
            "SELECT id, bank_account_id FROM link_attempt WHERE kind = 'renewal' AND bank_account_id IN"
            f" {LISTED} AND state NOT IN ('authorized', 'exited')"
            " AND (state <> 'failed' OR resumable) ORDER BY created_at"
        )
        rows = select(self._database.handle, query, [to_json(sorted(set(bank_account_ids)))])
        return {row["bank_account_id"]: row["id"] for row in rows}

    def old_sources(self, bank_account_id: str) -> list[str]:
        """Bank accounts of Stripe's that an account stood on before its renewal, and that are still attached there."""
        query = "SELECT old_source FROM link_attempt WHERE bank_account_id = ? AND old_source IS NOT NULL"
        return [row["old_source"] for row in select(self._database.handle, query, [bank_account_id])]

    def forget_source(self, stripe_bank_account_id: str) -> None:
        """Stripe no longer has this bank account."""
        with self._database.transaction() as db:
            db.execute("UPDATE link_attempt SET old_source = NULL WHERE old_source = ?", [stripe_bank_account_id])

    def is_attaching(self, customer_id: str) -> bool:
        """Whether a worker attaches a bank account of this customer at Stripe now; which one is not known yet."""
        query = (
            f"SELECT 1 FROM link_attempt a JOIN job j ON {OPEN_JOB} WHERE a.customer_id = :customer"
            " AND j.step = 'attach' AND j.lease_owner IS NOT NULL AND j.lease_until >= :now"
        )
        return bool(
            select(self._database.handle, query, {"customer": customer_id, "now": to_epoch(self._clock.real())})
        )

    def erase_tokens(self, item_id: str) -> None:
        """Forget every token of the attempts that made or relinked this connection, and their addresses on phones."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE link_attempt SET link_token = NULL, public_token = NULL, bank_token = NULL WHERE item_id = ?",
                [item_id],
            )
            db.execute(
                "DELETE FROM link_hosted WHERE attempt_id IN (SELECT id FROM link_attempt WHERE item_id = ?)", [item_id]
            )

    def waiting_for(self, customer_id: str, question: str) -> list[str]:
        """The customer's attempts that wait for the answer to one kind of question."""
        rows = select(
            self._database.handle,
            f"SELECT a.id FROM link_attempt a JOIN job j ON {OPEN_JOB} WHERE a.customer_id = ? AND j.question = ?",
            [customer_id, question],
        )
        return [row["id"] for row in rows]

    def outcomes(self, attempt_id: str) -> list[dict[str, Any]]:
        """What the browser reported for an attempt, oldest first: kind, detail, events, when."""
        rows = select(
            self._database.handle,
            f"SELECT * FROM link_outcome WHERE attempt_id = ? ORDER BY received_at, {ADDED}",
            [attempt_id],
        )
        return [
            {
                "id": row["id"],
                "kind": row["kind"],
                "received_at": from_epoch(row["received_at"]),
                "detail": json.loads(row["detail"]),
                "events": json.loads(row["events"]),
            }
            for row in rows
        ]

    def move(self, id: str, state: AttemptState, problem: Problem | None = None, *, resumable: bool = False) -> None:
        """The one place that writes a state, with why the attempt came to it and whether it can be resumed from it.

        Raises ForbiddenMove where it may not follow.
        """
        with self._database.transaction() as db:
            row = select_one(db, "SELECT state FROM link_attempt WHERE id = ?", [id])
            if row is None:
                return
            check_move(AttemptState(row["state"]), state)
            values = {"state": state.value, "problem": problem_to_json(problem), "resumable": int(resumable)}
            update(db, "link_attempt", id, {**values, "updated_at": to_epoch(self._clock.now())})

    def stop(self, id: str, problem: Problem) -> None:
        """Fail an attempt that nobody works on and that is not to go on: its job and its tokens go too."""
        with self._database.transaction() as db:
            cancel(db.conn, "link", id, problem, self._clock.now())
            self.move(id, AttemptState.FAILED, problem)
            self.save(id, secrets={"link_token": None, "public_token": None, "bank_token": None})

    def save(
        self,
        id: str,
        *,
        secrets: Mapping[str, Secret | None] | None = None,
        link_expires_at: datetime | None = None,
        accounts: Sequence[OfferedAccount] | None = None,
        evidence: Mapping[str, object] | None = None,
        **columns: Unpack[Columns],
    ) -> None:
        """Set columns of an attempt, other than its state."""
        values: dict[str, object] = {**columns, "updated_at": to_epoch(self._clock.now())}
        values.update({name: self._seal(secret) for name, secret in (secrets or {}).items()})
        if link_expires_at is not None:
            values["link_expires_at"] = to_epoch(link_expires_at)
        if accounts is not None:
            values["accounts"] = to_json([vars(account) for account in accounts])
        if evidence is not None:
            values["evidence"] = to_json(evidence)
        with self._database.transaction() as db:
            update(db, "link_attempt", id, values)

    def _attempt(self, row: Row) -> LinkAttempt:
        state = AttemptState(row["state"])
        return LinkAttempt(
            id=row["id"],
            customer_id=row["customer_id"],
            generation=Generation(row["generation"]),
            state=state,
            operator=row["operator"],
            created_at=from_epoch(row["created_at"]),
            updated_at=from_epoch(row["updated_at"]),
            outcome_id=row["outcome_id"],
            link_session_id=row["link_session_id"],
            institution_id=row["institution_id"],
            institution_name=row["institution_name"],
            accounts=tuple(OfferedAccount(**one) for one in json.loads(row["accounts"])),
            account_id=row["account_id"],
            item_id=row["item_id"],
            bank_account_id=row["bank_account_id"],
            problem=problem_from_json(row["job_problem"] if row["job_state"] else row["problem"]),
            kind=AttemptKind(row["kind"]),
            replaces=row["replaces"],
            working=row["job_state"] == JobState.WAITING.value,
            resumable=bool(row["resumable"]),
        )

    def _seal(self, secret: Secret | None) -> bytes | None:
        return None if secret is None else self._vault.seal(secret)

    def _open(self, sealed: bytes | None) -> Secret | None:
        return None if sealed is None else self._vault.open(sealed)


def digest_token(token: Secret) -> str:
    """A public token's SHA-256, by which it is recognized without being kept; it has 122 random bits of its own."""
    return hashlib.sha256(token.reveal().encode()).hexdigest()
