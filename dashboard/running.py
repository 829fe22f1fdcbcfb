"""What one process keeps going: its desk, opened once, and what runs again and again beside the pages."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from datetime import timedelta

from dashboard.desk import Desk, open_desk
from dashboard.domain.errors import DeskError
from dashboard.domain.processes import ProcessKind
from dashboard.jobs.presence import BEAT, Presence
from dashboard.jobs.ticker import Ticker
from dashboard.jobs.worker import run_logged
from dashboard.settings import load_settings

JOBS_EVERY = timedelta(seconds=2)  # a look at our own table, along an index
SCHEDULES_EVERY = timedelta(seconds=10)  # a look at our own table for debits whose day has come, along an index
TOLD_EVERY = timedelta(minutes=1)  # a look at our own table for customers whose day to be told comes, along an index
STRAYS_EVERY = timedelta(minutes=5)  # the sync finds one after a lost answer; rarely anything
APPROVALS_EVERY = timedelta(seconds=30)  # what nobody decided in time ends, along an index
RISK_EVERY = timedelta(minutes=1)  # a look at our own tables for what Plaid's Signal is to be told
PHONES_EVERY = timedelta(seconds=1)  # a look at our own table; Plaid is asked at the pace that `hosted` keeps
REPLACEMENTS_EVERY = timedelta(seconds=20)  # accounts whose newer link became ready; rarely any
HEALTH_EVERY = timedelta(seconds=2)  # a look at our own table; Plaid is asked about each connection once a day
FAILURES_EVERY = timedelta(hours=1)  # Stripe is asked where a debit failed as one of a switched-off number does
EXPORTS_EVERY = timedelta(seconds=30)  # files of people who left go with them
CHANGES_EVERY = timedelta(seconds=1)  # a look at what was noted of payments, so that no page waits for much of it
NOTICES_EVERY = timedelta(seconds=10)  # a look at our own table, along an index; a chat takes one message a second
RETENTION_EVERY = timedelta(minutes=15)  # it runs once a business day; this is how soon after midnight
CLOCK_EVERY = timedelta(seconds=5)  # in the sandbox, whose clock another process of the desk may have moved

_guard = threading.Lock()
_opened: dict[str, Desk] = {}
_provider: Callable[[], Desk] | None = None
_ticker: dict[str, Ticker] = {}
_presence: dict[str, Presence] = {}
log = logging.getLogger(__name__)


def provide(provider: Callable[[], Desk] | None) -> None:
    """Use this desk instead of the configured one: the seam for tests. None returns to the settings."""
    global _provider  # one seam for the whole process, set before any page runs
    _provider = provider


def desk() -> Desk:
    """The process's one desk, opened at first use. Raises ConfigError, StoreError."""
    if _provider is not None:
        return _provider()
    with _guard:
        if "desk" not in _opened:
            _opened["desk"] = open_desk(load_settings(os.environ))
            resume(_opened["desk"])
        return _opened["desk"]


def resume(opened: Desk) -> None:
    """Begin what goes on beside the pages: some of it in every process, the rest in the one that leads.

    What another process left unfinished is found by looking again and again, not only at a start.
    """
    presence = Presence(
        opened.store,
        opened.clock,
        ProcessKind.WEB,
        after_loss=lambda: opened.worker.submit(opened.bank_data.resume_all),
    )
    _presence["desk"] = presence
    run_logged(presence.beat)  # where no other one runs, this one leads from the first moment on
    _ticker["presence"] = Ticker(BEAT, presence.beat)
    _ticker["payments"] = Ticker(CHANGES_EVERY, opened.payments.catch_up)
    _ticker["clock"] = Ticker(CLOCK_EVERY, opened.follow_sandbox, when=lambda: bool(presence.others()))
    for name, (every, look) in {
        "jobs": (JOBS_EVERY, opened.jobs.run_due),
        "schedules": (SCHEDULES_EVERY, opened.schedules.wake_due),
        "debit notices": (TOLD_EVERY, opened.debit_notices.send_due),
        "batches": (SCHEDULES_EVERY, opened.batches.wake_due),
        "strays": (STRAYS_EVERY, opened.debits.cancel_strays),
        "approvals": (APPROVALS_EVERY, opened.approvals.expire_due),
        "risk": (RISK_EVERY, opened.debits.report_risk),
        "phones": (PHONES_EVERY, opened.hosted.ask_due),
        "retention": (RETENTION_EVERY, opened.retention.run_daily),
        "health": (HEALTH_EVERY, opened.health.ask_due),
        "failures": (FAILURES_EVERY, opened.health.check_failures),
        "exports": (EXPORTS_EVERY, opened.exports.prune),
        "replacements": (REPLACEMENTS_EVERY, opened.removals.replace_requested),
        "notices": (NOTICES_EVERY, opened.notices.run_due),
    }.items():
        _ticker[name] = Ticker(every, look, when=presence.is_leading)
    for ticker in _ticker.values():
        ticker.start()


def open_early() -> None:
    """Open the desk before anybody comes, so that what a stop left behind goes on; where it cannot, pages say why."""
    try:
        desk()
    except DeskError as error:
        log.warning("The desk did not open at start: %s.", error.code)


def close() -> None:
    """Finish the steps that run and close the database; called when the server stops.

    Another process leads from now on.
    """
    with _guard:
        opened = _opened.pop("desk", None)
    for ticker in _ticker.values():
        ticker.ask_to_stop()
    for ticker in _ticker.values():
        ticker.stop()
    _ticker.clear()
    presence = _presence.pop("desk", None)
    if opened and presence:
        run_logged(_leave, opened, presence)
    if opened:
        opened.close()


def _leave(opened: Desk, presence: Presence) -> None:
    presence.leave()
    if not presence.others():  # customers' names must not lie about while nobody serves
        opened.exports.remove_all()
