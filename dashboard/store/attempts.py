"""Link attempts: the durable steps of onboarding, their sealed inputs, and what the browser reported."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.clock import Clock
from dashboard.models import AttemptKind, AttemptState, Generation, LinkAttempt, OfferedAccount, Problem, Secret
from dashboard.store.database import Database
from dashboard.store.rows import (
    Row,
    check_lease,
    drop_lease,
    from_epoch,
    insert,
    maybe_from_epoch,
    problem_from_json,
    problem_to_json,
    select,
    select_one,
    take_lease,
    to_epoch,
    to_json,
    update,
)
from dashboard.store.vault import Vault

DUE = ("received", "exchanged", "tokenized", "customer", "attached")  # a worker can take these further


@dataclass(frozen=True)
class AttemptWork:
    """An attempt with what only its steps may see; `question` is what a person has to decide first."""

    attempt: LinkAttempt
    question: str | None
    link_token: Secret | None
    link_expires_at: datetime | None
    hint: str | None
    public_token: Secret | None
    bank_token: Secret | None
    exchange_started_at: datetime | None
    exchange_checked_at: datetime | None
    attach_key: str | None
    attach_started_at: datetime | None
    mandate_key: str | None
    mandate_body: dict[str, Any] | None
    mandate_started_at: datetime | None
    duplicate_of: str | None
    duplicate_allowed: bool
    evidence: dict[str, Any]
    operator_address: str
    resume_state: AttemptState | None
    old_source: str | None
    lease_owner: str | None
    lease_until: datetime | None


class AttemptRows:
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
        row = select_one(self._database.handle, "SELECT * FROM link_attempt WHERE id = ?", [id])
        return self._attempt(row) if row else None

    def work(self, id: str) -> AttemptWork | None:
        """One attempt with its secrets opened. Raises UnreadableSecret."""
        row = select_one(self._database.handle, "SELECT * FROM link_attempt WHERE id = ?", [id])
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
            exchange_started_at=maybe_from_epoch(row["exchange_started_at"]),
            exchange_checked_at=maybe_from_epoch(row["exchange_checked_at"]),
            attach_key=row["attach_key"],
            attach_started_at=maybe_from_epoch(row["attach_started_at"]),
            mandate_key=row["mandate_key"],
            mandate_body=json.loads(row["mandate_body"]) if row["mandate_body"] else None,
            mandate_started_at=maybe_from_epoch(row["mandate_started_at"]),
            duplicate_of=row["duplicate_of"],
            duplicate_allowed=bool(row["duplicate_allowed"]),
            evidence=json.loads(row["evidence"]),
            operator_address=row["operator_address"],
            resume_state=AttemptState(row["resume_state"]) if row["resume_state"] else None,
            old_source=row["old_source"],
            lease_owner=row["lease_owner"],
            lease_until=maybe_from_epoch(row["lease_until"]),
        )

    def question(self, id: str) -> str | None:
        """What a person has to decide before the attempt goes on; None where nothing is asked."""
        row = select_one(self._database.handle, "SELECT question FROM link_attempt WHERE id = ?", [id])
        return row["question"] if row else None

    def recent(self, customer_id: str | None = None, limit: int = 50) -> list[LinkAttempt]:
        """The newest attempts, of one customer or of all."""
        rows = select(
            self._database.handle,
            "SELECT * FROM link_attempt WHERE :customer IS NULL OR customer_id = :customer"
            " ORDER BY created_at DESC, rowid DESC LIMIT :limit",
            {"customer": customer_id, "limit": limit},
        )
        return [self._attempt(row) for row in rows]

    def attention(self, limit: int = 200) -> list[LinkAttempt]:
        """Attempts that a person has to look at: unknown, failed, stopped by a problem, or waiting for an answer."""
        rows = select(
            self._database.handle,
            "SELECT * FROM link_attempt WHERE (state IN ('unknown', 'choosing', 'failed') OR (state NOT IN"
            " ('opened', 'exited', 'authorized') AND (problem IS NOT NULL OR question IS NOT NULL)))"
            " AND id NOT IN (SELECT attempt_id FROM attempt_aside) ORDER BY updated_at DESC LIMIT ?",
            [limit],
        )
        return [self._attempt(row) for row in rows]

    def set_aside(self, id: str, person: str, at: datetime) -> bool:
        """Keep that somebody has looked at an ended attempt, so that it needs no attention; False where it was kept."""
        with self._database.transaction() as db:
            values = {"attempt_id": id, "person": person, "at": to_epoch(at)}
            return insert(db, "attempt_aside", values, ignore=True)

    def leased(self) -> list[str]:
        """The attempts that somebody holds, or held when they died."""
        query = "SELECT id FROM link_attempt WHERE lease_owner IS NOT NULL ORDER BY created_at"
        return [row["id"] for row in select(self._database.handle, query, [])]

    def due(self) -> list[str]:
        """The attempts that a worker can take further without a person's answer."""
        marks = ", ".join("?" for _ in DUE)
        rows = select(
            self._database.handle,
            f"SELECT id FROM link_attempt WHERE state IN ({marks}) AND question IS NULL ORDER BY updated_at",  # noqa: S608  marks
            list(DUE),
        )
        return [row["id"] for row in rows]

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
            "SELECT id, lease_owner FROM link_attempt WHERE item_id = ? AND (state IN ('choosing', 'exchanged',"
            " 'tokenized', 'customer', 'attached', 'opened', 'received') OR resume_state IS NOT NULL)"
        )
        rows = select(self._database.handle, query, [item_id])
        return [(row["id"], row["lease_owner"] is not None) for row in rows]

    def renewal_of(self, bank_account_id: str) -> str | None:
        """The attempt that makes this account's bank account at Stripe anew and is not through yet; None where none."""
        return self.renewing([bank_account_id]).get(bank_account_id)

    def renewing(self, bank_account_ids: Iterable[str]) -> dict[str, str]:
        """Which of these accounts are being made anew at Stripe, with the attempt that does it."""
        query = (
            "SELECT id, bank_account_id FROM link_attempt WHERE kind = 'renewal' AND bank_account_id IN"
            " (SELECT value FROM json_each(?)) AND state NOT IN ('authorized', 'exited')"
            " AND (state <> 'failed' OR resume_state IS NOT NULL) ORDER BY created_at"
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
            "SELECT 1 FROM link_attempt WHERE customer_id = ? AND state = 'customer' AND attach_started_at IS NOT NULL"
            " AND lease_owner IS NOT NULL"
        )
        return bool(select(self._database.handle, query, [customer_id]))

    def erase_tokens(self, item_id: str) -> None:
        """Forget every token of the attempts that made or mended this connection, and their addresses on phones."""
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
            "SELECT id FROM link_attempt WHERE customer_id = ? AND question = ?",
            [customer_id, question],
        )
        return [row["id"] for row in rows]

    def outcomes(self, attempt_id: str) -> list[dict[str, Any]]:
        """What the browser reported for an attempt, oldest first: kind, detail, events, when."""
        rows = select(
            self._database.handle,
            "SELECT * FROM link_outcome WHERE attempt_id = ? ORDER BY received_at, rowid",
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

    def save(
        self,
        id: str,
        *,
        owner: str | None = None,
        state: AttemptState | None = None,
        problem: Problem | None = None,
        secrets: Mapping[str, Secret | None] | None = None,
        times: Mapping[str, datetime | None] | None = None,
        accounts: Sequence[OfferedAccount] | None = None,
        evidence: Mapping[str, object] | None = None,
        **columns: str | int | None,
    ) -> None:
        """Set columns of an attempt; the problem is always set, to None where none is given.

        Raises LeaseLost where `owner` is given and no longer holds the attempt.
        """
        values: dict[str, object] = {**columns, "problem": problem_to_json(problem)}
        values["updated_at"] = to_epoch(self._clock.now())
        if state is not None:
            values["state"] = state.value
        values.update({name: self._seal(secret) for name, secret in (secrets or {}).items()})
        values.update({name: to_epoch(at) if at else None for name, at in (times or {}).items()})
        if accounts is not None:
            values["accounts"] = to_json([vars(account) for account in accounts])
        if evidence is not None:
            values["evidence"] = to_json(evidence)
        with self._database.transaction() as db:
            if owner is not None:
                check_lease(db, "link_attempt", id, owner)
            update(db, "link_attempt", id, values)

    def take(self, id: str, owner: str, now: datetime, until: datetime) -> bool:
        """Take or prolong the lease; False where another worker holds it."""
        with self._database.transaction() as db:
            return take_lease(db, "link_attempt", id, owner, to_epoch(now), to_epoch(until))

    def drop(self, id: str, owner: str) -> None:
        """Give the lease back."""
        with self._database.transaction() as db:
            drop_lease(db, "link_attempt", id, owner)

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
            problem=problem_from_json(row["problem"]),
            kind=AttemptKind(row["kind"]),
            replaces=row["replaces"],
            working=state.value in DUE and row["question"] is None and row["problem"] is None,
        )

    def _seal(self, secret: Secret | None) -> bytes | None:
        return None if secret is None else self._vault.seal(secret)

    def _open(self, sealed: bytes | None) -> Secret | None:
        return None if sealed is None else self._vault.open(sealed)


def digest_token(token: Secret) -> str:
    """A public token's SHA-256, by which it is recognized without being kept; it has 122 random bits of its own."""
    return hashlib.sha256(token.reveal().encode()).hexdigest()
