"""Every state that the desk writes is one of a closed list in the database too, and what has ended stays ended."""

from __future__ import annotations

import itertools
import re
import sqlite3
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from dashboard.domain.approvals import ApprovalState, HeldState
from dashboard.domain.batch_cover import AskState
from dashboard.domain.batches import BatchState, RowState
from dashboard.domain.books import CloseState
from dashboard.domain.cases import CaseState, Outcome
from dashboard.domain.exports import ExportState
from dashboard.domain.jobs import JobState, TryOutcome
from dashboard.domain.limits import ReservationState
from dashboard.domain.models import AttemptState, DebitState, ItemState
from dashboard.domain.notices import MessageState, NoticeState
from dashboard.domain.old_accounts import WrittenState
from dashboard.domain.payout_matching import MatchState
from dashboard.domain.refunds import RefundState
from dashboard.domain.representments import PresentedState
from dashboard.domain.schedules import ScheduleState
from dashboard.store.connections.token_rotations import Rotation
from dashboard.store.engine.database import Database
from dashboard.store.linking.hosted import Waiting
from dashboard.store.migrations import migrate
from dashboard.store.privacy.erasures import Stage

STATES: dict[tuple[str, str], type[StrEnum]] = {
    ("approval", "state"): ApprovalState,
    ("batch", "state"): BatchState,
    ("batch_cover", "state"): AskState,
    ("batch_row", "state"): RowState,
    ("debit", "state"): DebitState,
    ("debit_schedule", "state"): ScheduleState,
    ("erasure", "stage"): Stage,
    ("export", "state"): ExportState,
    ("item", "state"): ItemState,
    ("job", "state"): JobState,
    ("job_try", "outcome"): TryOutcome,
    ("limit_reservation", "state"): ReservationState,
    ("link_attempt", "state"): AttemptState,
    ("link_hosted", "state"): Waiting,
    ("month_close", "state"): CloseState,
    ("notice", "state"): NoticeState,
    ("notice_message", "state"): MessageState,
    ("payment_case", "outcome"): Outcome,
    ("payment_case", "state"): CaseState,
    ("payout_match", "state"): MatchState,
    ("refund_order", "state"): RefundState,
    ("representment", "state"): PresentedState,
    ("stripe_approval", "state"): HeldState,
    ("token_rotation", "state"): Rotation,
    ("written_mandate", "state"): WrittenState,
}
# Kept as unknown: that it waits at Stripe is said by an open row of `stripe_approval`.
ELSEWHERE = {DebitState.AT_STRIPE.value, RefundState.AT_STRIPE.value}
# Nobody moves these: `payment_status.derive` says them anew from Stripe's objects, and the sums count what it said.
DERIVED = {"payment", "payment_tick"}  # a tick says in which state a payment was
# From each of these only to itself and to what stands beside it; from any other to any.
ENDS: dict[str, dict[str, set[str]]] = {
    "approval": {
        "approved": {"canceled", "succeeded", "failed"},
        **{one: set() for one in ("rejected", "canceled", "expired", "succeeded", "failed")},
    },
    "batch_cover": {"asked": set(), "failed": set(), "left": set()},
    "debit": {"submitted": set(), "refused": set(), "canceled": set()},
    "debit_schedule": {"released": set(), "stopped": set()},
    "export": {one: set() for one in ("done", "stopped", "failed")},
    "item": {"removing": {"removed"}, "removed": set()},
    "refund_order": {"submitted": set(), "refused": set(), "canceled": set()},
    "limit_reservation": {"posted": set(), "released": set()},
    "link_attempt": {"authorized": set(), "unknown": set(), "exited": {"received", "failed"}},
    "link_hosted": {"done": {"over"}, "over": {"done"}},
    "month_close": {"reopened": set(), "withdrawn": set()},
    "representment": {
        "withdrawn": set(),
        **{one: {"withdrawn", "succeeded", "failed"} for one in ("failed", "succeeded")},
    },
    "notice": {"sent": set(), "kept": set()},
    "notice_message": {"sent": set(), "failed": set()},
    "payout_match": {"rejected": set(), "withdrawn": set()},
    "token_rotation": {one: {"wanted"} for one in ("done", "refused", "lost")},
}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("states") / "desk.db"
    database = Database(path)
    migrate(database)
    database.close()
    return path


def read(file: Path, query: str, *values: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as raw:
        return raw.execute(query, values).fetchall()


def test_every_column_of_a_state_is_known_here(file: Path) -> None:
    query = (
        "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c"
        " WHERE t.type = 'table' AND c.name IN ('state', 'stage', 'outcome')"
    )
    assert {one for one in read(file, query) if one[0] not in DERIVED} == set(STATES)


@pytest.mark.parametrize(("table", "column"), STATES)
def test_the_database_knows_the_same_states_as_the_code(file: Path, table: str, column: str) -> None:
    """By a CHECK, or by triggers where too much refers to the table to make it anew."""
    query = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL"
    words = [" ".join(sql.split()) for (sql,) in read(file, query, table)]
    checked = rf"CHECK ?\({column} IN \(([^)]*)\)"
    lists = [found[1] for sql in words if (found := re.search(checked, sql))]
    if not lists:
        for when in (rf"BEFORE INSERT ON {table} WHEN", rf"BEFORE UPDATE OF {column} ON {table} WHEN"):
            lists += [
                found[1] for sql in words if (found := re.search(rf"{when} NEW.{column} NOT IN \(([^)]*)\)", sql))
            ]
        assert len(lists) == 2, "both an insert and an update are looked at"
    for one in lists:
        assert {name.strip(" '") for name in one.split(",")} == {
            state.value for state in STATES[table, column]
        } - ELSEWHERE


def a_row(raw: sqlite3.Connection, table: str) -> dict[str, Any]:
    """A value for each column that needs one."""
    columns = raw.execute(f"PRAGMA table_info({table})").fetchall()
    needed = {name: kind for _, name, kind, required, default, key in columns if key or (required and not default)}
    return {name: {"TEXT": "x", "INTEGER": 1, "BLOB": b"x"}[kind] for name, kind in needed.items()}


def add(raw: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    raw.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(':' + name for name in row)})", row)


@pytest.mark.parametrize("table", ENDS)
def test_of_all_moves_the_database_takes_back_no_end(file: Path, table: str) -> None:
    states = [one.value for one in STATES[table, "state"] if one.value not in ELSEWHERE]
    with closing(sqlite3.connect(file, isolation_level=None)) as raw:  # without foreign keys: only this row matters
        given = a_row(raw, table)
        for before, after in itertools.product(states, repeat=2):
            raw.execute("BEGIN")
            add(raw, table, {**given, "state": before})
            allowed = before not in ENDS[table] or after in {before, *ENDS[table][before]}
            if allowed:
                raw.execute(f"UPDATE {table} SET state = ?", [after])
            else:
                with pytest.raises(sqlite3.IntegrityError, match="stay"):
                    raw.execute(f"UPDATE {table} SET state = ?", [after])
            raw.execute("ROLLBACK")


@pytest.mark.parametrize("table", ENDS)
def test_a_state_that_there_is_not_is_not_taken(file: Path, table: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as raw:
        for wrong in ("nonsense", "", "DONE"):
            with pytest.raises(sqlite3.IntegrityError):
                add(raw, table, {**a_row(raw, table), "state": wrong})
