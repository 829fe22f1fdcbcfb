"""What a flow is: how it begins, what is killed, how it resumes, and what must be true afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dashboard.desk import Desk
from tests.crash.crash_fixture import CrashFixture

Notes = dict[str, Any]


@dataclass(frozen=True)
class Flow:
    """`begin` runs unharmed once, `act` is killed, `resume` finishes; `check` returns what is wrong.

    `look` looks at what the dead process left, before anything is resumed. `shared` says that a run changes nothing at
    the sandbox, so that every run may start from a copy of one beginning. `before` is done before every `begin`, on one
    file of which the run gets a copy. `kinds` are the durable jobs that it runs.
    """

    name: str
    begin: Callable[[CrashFixture], Notes]
    act: Callable[[CrashFixture], None]
    resume: Callable[[CrashFixture], None]
    check: Callable[[CrashFixture], Notes]
    generation: str = "current"
    stride: int = (
        1  # a backfill is the same page after page: every seventh point says as much, in a seventh of the time
    )
    look: Callable[[CrashFixture], Notes] | None = None
    shared: bool = False
    before: Callable[[CrashFixture], Notes] | None = None
    kinds: tuple[str, ...] = ()


def common(desk: Desk) -> Notes:
    return {
        "integrity_failures": len(desk.store.database.check_integrity()),
        "audit_breaks": len(desk.store.trail.verify()),
        "lost_tokens": 0,
        "second_debits": 0,
    }


def begin(prepare: Callable[[CrashFixture, Desk], Notes]) -> Callable[[CrashFixture], Notes]:
    def begin(crash: CrashFixture) -> Notes:
        desk = crash.open()
        made = prepare(crash, desk)
        desk.close()
        return made

    return begin
