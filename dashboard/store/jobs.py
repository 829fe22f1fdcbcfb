"""Durable jobs: the tables `job`, `job_call` and `job_try`. Only `dashboard.jobs` writes them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from dashboard.domain.jobs import Job, JobCall, JobState, JobTry, TryOutcome
from dashboard.domain.models import Problem
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED, LISTED, Connection
from dashboard.store.sql import (
    Row,
    acquire_lease,
    check_lease,
    from_epoch,
    insert,
    maybe_from_epoch,
    problem_from_json,
    problem_to_json,
    release_lease,
    select,
    select_one,
    to_epoch,
    to_json,
    update,
)


class JobTable:
    """The jobs, what each has called, and what came of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, job: Job) -> bool:
        """Insert a job; False where one of this kind for this subject has not ended yet."""
        row = {
            "id": job.id,
            "kind": job.kind,
            "subject": job.subject,
            "step": job.step,
            "state": job.state.value,
            "question": job.question,
            "ordered_by": job.ordered_by,
            "ordered_from": job.ordered_from,
            "ordered_at": to_epoch(job.ordered_at),
            "ordered_in": job.ordered_in,
            "answers": job.answers,
            "next_at": to_epoch(job.next_at) if job.next_at else None,
            "updated_at": to_epoch(job.updated_at or job.ordered_at),
        }
        with self._database.transaction() as db:
            return insert(db, "job", row, ignore=True)

    def get(self, id: str) -> Job | None:
        """One job, or None."""
        row = select_one(self._database.handle, "SELECT * FROM job WHERE id = ?", [id])
        return _job(row) if row else None

    def find(self, kind: str, subject: str) -> Job | None:
        """The newest job of a kind for a subject, ended or not."""
        query = (
            "SELECT * FROM job WHERE kind = ? AND subject = ?"
            f" ORDER BY ended_at IS NULL DESC, ordered_at DESC, {ADDED} DESC LIMIT 1"
        )
        row = select_one(self._database.handle, query, [kind, subject])
        return _job(row) if row else None

    def open(self, kind: str | None = None) -> list[Job]:
        """Every job that has not ended, oldest first; of one kind where it is given."""
        query = (
            f"SELECT * FROM job WHERE ended_at IS NULL AND (:kind IS NULL OR kind = :kind) ORDER BY ordered_at, {ADDED}"
        )
        return [_job(row) for row in select(self._database.handle, query, {"kind": kind})]

    def ended(self, kind: str, state: JobState, limit: int = 200) -> list[Job]:
        """The jobs of a kind that ended so, newest first."""
        query = (
            "SELECT * FROM job WHERE kind = ? AND state = ? AND ended_at IS NOT NULL"
            f" ORDER BY ended_at DESC, {ADDED} DESC LIMIT ?"
        )
        return [_job(row) for row in select(self._database.handle, query, [kind, state.value, limit])]

    def attention(self, slow: datetime, failed: datetime, real: datetime) -> list[Job]:
        """What a person has to know of: open since `slow`, with a problem, asking, looked for; failed after `failed`.

        What waits for a turn after `real`, the machine's time, is as it should be.
        A failed job counts no more once a later one of its kind and subject was ordered.
        """
        query = (
            "SELECT * FROM job j WHERE (ended_at IS NULL AND (problem IS NOT NULL OR state IN ('asking', 'unknown')"
            " OR (ordered_at < :slow AND next_at <= :real))) OR (state = 'failed' AND ended_at >= :failed"
            " AND NOT EXISTS (SELECT 1 FROM job l WHERE l.kind = j.kind AND l.subject = j.subject AND l.id <> j.id"
            f" AND l.ordered_at >= j.ended_at)) ORDER BY ordered_at, {ADDED}"
        )
        values = {"slow": to_epoch(slow), "failed": to_epoch(failed), "real": to_epoch(real)}
        return [_job(row) for row in select(self._database.handle, query, values)]

    def due(self, now: datetime) -> list[tuple[str, str]]:
        """The jobs whose turn it is and that nobody holds, with their kinds, the longest due first."""
        query = (
            "SELECT id, kind FROM job WHERE ended_at IS NULL AND next_at <= :now"
            f" AND (lease_owner IS NULL OR lease_until < :now) ORDER BY next_at, {ADDED}"
        )
        rows = select(self._database.handle, query, {"now": to_epoch(now)})
        return [(row["id"], row["kind"]) for row in rows]

    def holders(self) -> list[str]:
        """Who holds a job now, each owner once."""
        query = "SELECT DISTINCT lease_owner FROM job WHERE ended_at IS NULL AND lease_owner IS NOT NULL"
        return [row["lease_owner"] for row in select(self._database.handle, query, [])]

    def is_held(self, id: str, now: datetime) -> bool:
        """Whether a worker runs this job now."""
        query = "SELECT 1 FROM job WHERE id = ? AND lease_owner IS NOT NULL AND lease_until >= ?"
        return select_one(self._database.handle, query, [id, to_epoch(now)]) is not None

    def acquire(self, id: str, owner: str, now: datetime, until: datetime) -> bool:
        """Acquire or renew the lease; False where another owner holds it."""
        with self._database.transaction() as db:
            return acquire_lease(db, "job", id, owner, to_epoch(now), to_epoch(until))

    def release(self, id: str, owner: str) -> None:
        """Give the lease back."""
        with self._database.transaction() as db:
            release_lease(db, "job", id, owner)

    def release_all(self, owner: str) -> None:
        """Give back every lease of an owner that is known to be dead."""
        with self._database.transaction() as db:
            db.execute("UPDATE job SET lease_owner = NULL, lease_until = NULL WHERE lease_owner = ?", [owner])

    def require(self, id: str, owner: str) -> None:
        """Nothing where this owner holds the job. Raises LeaseLost."""
        with self._database.transaction() as db:
            check_lease(db, "job", id, owner)

    def write(self, id: str, values: Mapping[str, object]) -> None:
        """Set columns of a job: its state, step, turn, problem. Times as datetimes, a problem as it is."""
        with self._database.transaction() as db:
            update(db, "job", id, {name: _column(value) for name, value in values.items()})

    # Calls and tries.

    def call(self, job_id: str, step: str) -> JobCall | None:
        """The call of a step: its key and body."""
        row = select_one(self._database.handle, "SELECT * FROM job_call WHERE job_id = ? AND step = ?", [job_id, step])
        if row is None:
            return None
        return JobCall(job_id, step, row["key"], json.loads(row["body"]), from_epoch(row["made_at"]))

    def put_call(self, call: JobCall) -> None:
        """Keep a step's key and body, in the place of an earlier one whose key is not to be used again."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM job_call WHERE job_id = ? AND step = ?", [call.job_id, call.step])
            row = {"job_id": call.job_id, "step": call.step, "key": call.key, "body": to_json(call.body)}
            insert(db, "job_call", {**row, "made_at": to_epoch(call.made_at)})

    def add_try(self, job_id: str, step: str, key: str, at: datetime) -> int:
        """Keep that a call is about to be made; returns the try's number within the job."""
        with self._database.transaction() as db:
            query = "SELECT coalesce(max(number), 0) + 1 AS n FROM job_try WHERE job_id = ?"
            number = int(select(db, query, [job_id])[0]["n"])
            row = {"job_id": job_id, "number": number, "step": step, "key": key, "sent_at": to_epoch(at)}
            insert(db, "job_try", {**row, "outcome": TryOutcome.SENT.value})
            return number

    def end_try(
        self,
        job_id: str,
        number: int,
        outcome: TryOutcome,
        *,
        provider_at: datetime | None = None,
        code: str | None = None,
        request_id: str | None = None,
    ) -> None:
        """Keep what a call came to."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE job_try SET outcome = :outcome, provider_at = :at, code = :code, request_id = :request"
                " WHERE job_id = :job AND number = :number",
                {
                    "outcome": outcome.value,
                    "at": to_epoch(provider_at) if provider_at else None,
                    "code": code,
                    "request": request_id,
                    "job": job_id,
                    "number": number,
                },
            )

    def tries(self, job_id: str, step: str | None = None) -> list[JobTry]:
        """Every try of a job, oldest first; of one step where it is given."""
        query = "SELECT * FROM job_try WHERE job_id = :job AND (:step IS NULL OR step = :step) ORDER BY number"
        return [_try(row) for row in select(self._database.handle, query, {"job": job_id, "step": step})]


def wake(db: Connection, kind: str, subjects: Collection[str]) -> None:
    """Have the open jobs of these subjects look at once, also those that ask a person: something is known by now."""
    db.execute(
        "UPDATE job SET state = CASE state WHEN 'asking' THEN 'waiting' ELSE state END, question = NULL, next_at = 0"
        f" WHERE kind = ? AND ended_at IS NULL AND subject IN {LISTED}",
        [kind, to_json(sorted(subjects))],
    )


def cancel(db: Connection, kind: str, subject: str, problem: Problem, at: datetime) -> None:
    """End the open job of a subject that another operation takes away. The caller has seen that nobody runs it."""
    db.execute(
        "UPDATE job SET state = 'canceled', question = NULL, next_at = NULL, problem = ?, ended_at = ?, updated_at = ?"
        " WHERE kind = ? AND subject = ? AND ended_at IS NULL",
        [problem_to_json(problem), to_epoch(at), to_epoch(at), kind, subject],
    )


def _column(value: object) -> object:
    if isinstance(value, datetime):
        return to_epoch(value)
    if isinstance(value, Problem):
        return problem_to_json(value)
    return value.value if isinstance(value, JobState) else value


def _job(row: Row) -> Job:
    return Job(
        id=row["id"],
        kind=row["kind"],
        subject=row["subject"],
        step=row["step"],
        state=JobState(row["state"]),
        ordered_by=row["ordered_by"],
        ordered_from=row["ordered_from"],
        ordered_at=from_epoch(row["ordered_at"]),
        ordered_in=row["ordered_in"],
        answers=row["answers"],
        tries=row["tries"],
        next_at=maybe_from_epoch(row["next_at"]),
        question=row["question"],
        problem=problem_from_json(row["problem"]),
        ended_at=maybe_from_epoch(row["ended_at"]),
        updated_at=from_epoch(row["updated_at"]),
    )


def _try(row: dict[str, Any]) -> JobTry:
    return JobTry(
        job_id=row["job_id"],
        number=row["number"],
        step=row["step"],
        key=row["key"],
        sent_at=from_epoch(row["sent_at"]),
        outcome=TryOutcome(row["outcome"]),
        provider_at=maybe_from_epoch(row["provider_at"]),
        code=row["code"],
        request_id=row["request_id"],
    )
