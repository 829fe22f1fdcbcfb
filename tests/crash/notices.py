"""The flow of a notice: noted with what it is about, sent by mail, and read twice at the most."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from dashboard.desk import Desk
from dashboard.domain.notices import NoticeKind, NoticeState
from dashboard.store.notices.noting import NoticeNoting
from tests.crash.crash_fixture import CrashFixture
from tests.crash.flow import Notes, common
from tests.mail_server import of_this_process


def prepare(crash: CrashFixture, desk: Desk) -> Notes:
    """A payout that failed a minute ago, so that its notice need not wait for others."""
    name = uuid.uuid4().hex[:12]
    made = {"payout": f"po_{name}", "address": f"{name}@example.com", "at": int(desk.clock.now().timestamp())}
    early = NoticeNoting(desk.store.database, lambda: desk.clock.now() - timedelta(minutes=1))
    desk.store.projection._noting = early
    desk.store.projection.apply("payouts", [_payout(made)])
    return made


def _payout(made: dict[str, Any]) -> dict[str, Any]:
    id, at = made["payout"], made["at"]
    return {"id": id, "created": at, "arrival_date": at, "amount": 9_900, "currency": "usd", "status": "failed"}


def _with_mail(crash: CrashFixture) -> Desk:
    crash.notes["environ"] = {
        "ACH_DESK_SMTP_HOST": "127.0.0.1",
        "ACH_DESK_SMTP_PORT": str(of_this_process().port),
        "ACH_DESK_SMTP_TLS": "none",
        "ACH_DESK_SMTP_FROM": "desk@example.com",
        "ACH_DESK_NOTICE_MAIL": crash.notes["made"]["address"],
        "ACH_DESK_NOTICE_HOUR": "never",
    }
    return crash.open()


def act(crash: CrashFixture) -> None:
    """The sync reads the payout again, and the ticker has its turn."""
    desk = _with_mail(crash)
    desk.store.projection.apply("payouts", [_payout(crash.notes["made"])])
    desk.notices.run_due()
    desk.close()


def check(crash: CrashFixture) -> Notes:
    """One row, told; one mail, or a second one under the same id where the process died before it had marked it."""
    desk, made = _with_mail(crash), crash.notes["made"]
    found = common(desk)
    mails = [one for one in of_this_process().received if one["To"] == made["address"]]
    rows = [one for one in desk.store.outbox.newest(50) if one.fact.kind is NoticeKind.PAYOUT_FAILED]
    told = [one.state for one in rows]
    if told != [NoticeState.SENT] or not 1 <= len(mails) <= 2 or len({one["Message-ID"] for one in mails}) != 1:
        found["stuck"] = f"{len(mails)} mails, and the notice is {told}"
    desk.close()
    return found
