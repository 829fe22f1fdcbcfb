"""The desk and the person of this browser session. Pages ask here and nowhere else."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from datetime import timedelta, tzinfo
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from dashboard.access import demo_actor, with_debits
from dashboard.desk import Desk, open_desk
from dashboard.devices import COOKIE, digest_cookie
from dashboard.errors import AccessDenied, DeskError
from dashboard.models import Actor, Mode
from dashboard.settings import explain_sign_in, load_settings
from dashboard.settings.checks import is_loopback_host
from dashboard.ticker import Ticker

_guard = threading.Lock()
_opened: dict[str, Desk] = {}
_provider: Callable[[], Desk] | None = None
_ticker: dict[str, Ticker] = {}
PHONES_EVERY = timedelta(seconds=1)  # a look at our own table; Plaid is asked at the pace that `hosted` keeps
REMOVALS_EVERY = timedelta(seconds=20)  # what an outage kept from being taken down; rarely anything
HEALTH_EVERY = timedelta(seconds=10)  # a look at our own table; Plaid is asked about each connection once a day
FAILURES_EVERY = timedelta(hours=1)  # Stripe is asked where a debit failed as one of a switched-off number does
TELLINGS_EVERY = timedelta(seconds=30)  # what Stripe is still to be told of customers; rarely anything
RETENTION_EVERY = timedelta(minutes=15)  # it runs once a business day; this is how soon after midnight
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
    """Take up what a crash or a stop left unfinished, on the worker."""
    opened.worker.submit(opened.onboarding.resume_all)
    opened.worker.submit(opened.debits.resume_all)
    opened.worker.submit(opened.removals.resume_all)
    opened.worker.submit(opened.bank_data.resume_all)
    opened.worker.submit(opened.plaid_tokens.resume_all)
    opened.worker.submit(opened.erasing.resume_all)
    _ticker["phones"] = Ticker(PHONES_EVERY, opened.hosted.ask_due)
    _ticker["tokens"] = Ticker(TELLINGS_EVERY, opened.plaid_tokens.run_due)
    _ticker["erasures"] = Ticker(TELLINGS_EVERY, opened.erasing.carry_on)
    _ticker["retention"] = Ticker(RETENTION_EVERY, opened.retention.run_daily)
    _ticker["tellings"] = Ticker(TELLINGS_EVERY, opened.tellings.tell_due)
    _ticker["health"] = Ticker(HEALTH_EVERY, opened.health.ask_due)
    _ticker["failures"] = Ticker(FAILURES_EVERY, opened.health.look_at_failures)
    _ticker["removals"] = Ticker(REMOVALS_EVERY, opened.removals.run_due)
    for ticker in _ticker.values():
        ticker.start()


def open_early() -> None:
    """Open the desk before anybody comes, so that what a stop left behind goes on; where it cannot, pages say why."""
    try:
        desk()
    except DeskError as error:
        log.warning("The desk did not open at start: %s.", error.code)


def close() -> None:
    """Finish the steps that run and close the database; called when the server stops."""
    with _guard:
        opened = _opened.pop("desk", None)
    for ticker in _ticker.values():
        ticker.stop()
    _ticker.clear()
    if opened:
        opened.close()


def device() -> str:
    """The digest of this browser's own cookie (dashboard/devices.py); empty where it keeps none."""
    found = st.context.cookies.get(COOKIE)
    return digest_cookie(found if isinstance(found, str) else None)


def claims() -> dict[str, Any]:
    """What the provider said of the person at this browser; empty where nobody is signed in."""
    said = st.user.to_dict()
    return said if said.get("is_logged_in") else {}


def actor(*, active: bool = False) -> Actor:
    """The signed-in person; without sign-in, on this machine alone, the one who may do everything.

    `active` where the person did something, which keeps the visit open. Raises AccessDenied: `signed_out`, `no_role`,
    `elsewhere`, or what ended the visit.
    """
    opened = desk()
    return opened.handover.bind(_person(opened, active=active), device())


def _person(opened: Desk, *, active: bool) -> Actor:
    if opened.handover.find(device()):
        # Whoever holds it is no member of staff, and a sign-in that lapses meanwhile must not lose a customer's link.
        return Actor("a customer at a device that was handed over", frozenset(), address())
    if opened.settings.open_id is None:
        if opened.mode is not Mode.SANDBOX and not is_at_this_machine():
            raise AccessDenied(
                "This desk has no sign-in, so it can be used on its own machine only.",
                meaning="Anyone who came this way could do everything here.",
                action=f"To use it from elsewhere, {explain_sign_in()}.",
                code="elsewhere",
            )
        return with_debits(demo_actor(address=address()), opened.settings.debit_rules.roles)
    said = claims()
    if not said:
        raise AccessDenied("Nobody is signed in.", action="Sign in.", code="signed_out")
    person = opened.sign_in.enter(said, address(), active=active)
    return with_debits(person, opened.settings.debit_rules.roles)


def is_at_this_machine() -> bool:
    """Whether the browser is on this machine and nothing stands between: no network address, no proxy, its own name."""
    headers = {name.casefold(): value for name, value in st.context.headers.to_dict().items()}
    forwarded = {"forwarded", "x-forwarded-for", "x-real-ip"} & set(headers)
    host = urlsplit(f"//{headers.get('host', 'localhost')}").hostname or ""
    return not address() and not forwarded and is_loopback_host(host)


def address() -> str:
    """The network address that the browser comes from, where it is known."""
    found = st.context.ip_address
    return found if isinstance(found, str) else ""


def zone() -> tzinfo:
    """The reader's time zone, as their browser names it; the business's where it does not."""
    try:
        return ZoneInfo(st.context.timezone or "")
    except (ZoneInfoNotFoundError, ValueError):
        return desk().settings.timezone
