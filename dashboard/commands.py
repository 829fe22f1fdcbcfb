"""What the verbs of `ach-desk` do, each a few lines over a use case."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
import time
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dashboard.access import ALWAYS
from dashboard.errors import DeskError, InputError
from dashboard.models import Actor, Role
from dashboard.settings import Need, Settings, load_settings

SECRETS = Path(".streamlit/secrets.toml")
STORED = frozenset({Need.STRIPE, Need.KEY})


def operator() -> Actor:
    """Whoever may run a command on this machine is its administrator; the audit trail names their account."""
    roles = frozenset({Role.ADMIN})
    return Actor(name=f"{getpass.getuser()} (command line)", roles=roles, proved_until=ALWAYS)


def settings_for(needs: frozenset[Need]) -> Settings:
    """The settings, asked for what the verb uses. Raises ConfigError."""
    return load_settings(os.environ, SECRETS, needs=needs)


def demo(chosen: argparse.Namespace) -> int:
    """Everything on this machine."""
    from dashboard.demo import run_demo

    return run_demo(os.environ, port=chosen.port, payments=chosen.payments)


def serve(chosen: argparse.Namespace) -> int:
    """The app, and a sync beside it."""
    from dashboard.serving import run_server

    return run_server(settings_for(frozenset(Need)), chosen)  # says what is missing here, not in a browser


def sync(chosen: argparse.Namespace) -> int:
    """Read what is new at Stripe, once or again and again."""
    from dashboard.desk import open_desk
    from dashboard.store.backup import occupied
    from dashboard.sync import Progress

    settings = settings_for(STORED)
    shown = 0.0

    def show(progress: Progress) -> None:
        nonlocal shown
        if sys.stderr.isatty() and time.monotonic() - shown > 1:
            shown = time.monotonic()
            print(f"\r{progress.sentence():<100}", end="", file=sys.stderr, flush=True)

    with occupied(settings.db, alone=False):
        desk = open_desk(settings)
        full = chosen.full
        while True:
            try:
                desk.follow_sandbox()
                report = desk.sync.run(full=full, on_progress=show)
                print(json.dumps(report.as_dict()) if chosen.json else report.sentence(), flush=True)
                full = False
            except DeskError as error:
                if not chosen.watch:
                    raise
                print(error.sentences(), file=sys.stderr, flush=True)
            if not chosen.watch:
                return 0
            desk.sync.wait(desk.sync.plan_next())


def export(chosen: argparse.Namespace) -> int:
    """The filtered payments as a file."""
    from dashboard.desk import open_desk
    from dashboard.export import COLUMNS, Format
    from dashboard.export_jobs import ExportOrder
    from dashboard.filters import PaymentFilter
    from dashboard.status import PaymentState

    settings = settings_for(STORED)
    desk = open_desk(settings)
    known = {state.value: state for state in PaymentState}
    unknown = [one for one in chosen.status if one not in known]
    if unknown:
        raise InputError(f"There is no status {unknown[0]}.", action=f"Choose from {', '.join(known)}.")
    wanted = PaymentFilter(
        statuses=tuple(known[one] for one in chosen.status),
        created_from=chosen.created_from,
        created_to=chosen.created_to,
        customer=chosen.customer,
        bank=chosen.bank,
        amount_min=chosen.amount_min,
        amount_max=chosen.amount_max,
        failure_code=chosen.failure_code,
        rail=chosen.rail,
        payout=chosen.payout,
        overdue=chosen.overdue,
        text=chosen.text,
    )
    columns = tuple(chosen.columns.split(",")) if chosen.columns else tuple(COLUMNS)
    order = ExportOrder(wanted, Format(chosen.format), chosen.zone or settings.timezone, columns)

    def progress(count: int) -> None:
        print(f"{count:,} rows …", file=sys.stderr, flush=True)

    count = desk.exports.write(operator(), order, chosen.out, progress)
    print(f"{count:,} payments written to {chosen.out}. {wanted.words()}.")
    return 0


def sandbox(chosen: argparse.Namespace) -> int:
    """The stand-in for Plaid, Stripe and Link, alone."""
    from dashboard.sandbox.server import run

    run(
        port=chosen.port,
        state_path=chosen.state,
        payments=chosen.payments,
        rate_limit=chosen.rate_limit,
        seed=chosen.seed,
        history_wanted=not chosen.no_history,
        strict=chosen.strict,
    )
    return 0


def keys(chosen: argparse.Namespace) -> int:
    """Make a key, seal everything under the newest one, or say how the keys stand."""
    from dashboard.clock import Clock
    from dashboard.rotation import rotate
    from dashboard.store import Store
    from dashboard.store.vault import Vault, make_key

    if chosen.what == "init":
        print(make_key().reveal())
        return 0
    if chosen.what == "rotate-plaid":
        return rotate_plaid()
    settings = settings_for(frozenset({Need.KEY}))
    clock = Clock()
    store = Store.open(settings.db, Vault(settings.keys), clock, settings.timezone)
    try:
        if chosen.what == "rotate":
            count = rotate(operator(), store.database, store.sealed, store.trail, clock, lambda done: None)
            print(
                f"{count} stored secrets are sealed under the newest key. The others may be taken out of ACH_DESK_KEY."
            )
            return 0
        readable = store.sealed.are_readable()
        words = "every stored secret can be read" if readable else "stored secrets CANNOT be read: a key is missing"
        print(f"{len(settings.keys)} key(s) in ACH_DESK_KEY; {words}.")
        return 0 if readable else 1
    finally:
        store.close()


def rotate_plaid() -> int:
    """Change every access token of Plaid's for a new one; 1 where one could not be changed."""
    from dashboard.desk import open_desk
    from dashboard.store.backup import occupied
    from dashboard.worker import InlineWorker

    settings = settings_for(frozenset(Need))
    with occupied(settings.db, alone=False):
        desk = open_desk(settings, worker=InlineWorker())
        try:
            count = desk.plaid_tokens.rotate(operator())
            stand = desk.plaid_tokens.stand(operator())
        finally:
            desk.close()
    print(f"{count} access tokens were to be changed.")
    if stand.going_on:
        print(f"{stand.going_on} wait for Plaid's answer; `ach-desk serve` goes on with them every minute.")
    if stand.refused:
        print(f"{stand.refused} were refused by Plaid and stand as they were.")
    if stand.lost:
        print(f"{stand.lost} were lost on their way: link these banks again (they are under Needs attention).")
    return 1 if stand.going_on or stand.refused or stand.lost else 0


def backup(chosen: argparse.Namespace) -> int:
    """Take a backup while the desk runs, and let old ones go; with `--watch` again and again."""
    from dashboard.backup import Backups
    from dashboard.backup_keeping import keep_up
    from dashboard.clock import Clock
    from dashboard.store import Store
    from dashboard.store.vault import Vault

    settings = settings_for(frozenset({Need.KEY}))
    plan = settings.serving.backups
    if chosen.watch and plan is None:
        raise InputError("--watch makes backups as the settings say.", action="Set ACH_DESK_BACKUP_FOLDER.")
    vault, clock = Vault(settings.keys), Clock()
    store = Store.open(settings.db, vault, clock, settings.timezone)
    folder = plan.folder if plan and chosen.watch else chosen.folder
    backups = Backups(store.database, store.trail, vault, clock, folder)
    try:
        if plan and chosen.watch:
            keep_up(operator(), backups, plan, say=lambda words: print(words, file=sys.stderr, flush=True))
        print(backups.make(operator(), sealed=chosen.sealed))
        for gone in backups.prune(keep=chosen.keep, days=chosen.days):
            print(f"removed {gone}")
    finally:
        store.close()
    return 0


def restore(chosen: argparse.Namespace) -> int:
    """Put a backup in the database's place, after proving it."""
    from dashboard.backup import restore as put_back
    from dashboard.clock import Clock
    from dashboard.store.vault import Vault

    settings = settings_for(frozenset({Need.KEY}))
    kept = put_back(chosen.file, settings.db, Vault(settings.keys), {}, operator(), Clock())
    print(f"{settings.db} is restored from {chosen.file}." + (f" The old file is {kept}." if kept else ""))
    return 0


def retention(chosen: argparse.Namespace) -> int:
    """Let go of what is kept long enough, now."""
    from dashboard.clock import Clock
    from dashboard.retention import Retention
    from dashboard.store import Store
    from dashboard.store.vault import Vault

    settings = settings_for(frozenset({Need.KEY}))
    store = Store.open(settings.db, Vault(settings.keys), Clock(), settings.timezone)
    try:
        taken = Retention(store, Clock(), settings.timezone).run(operator())
    finally:
        store.close()
    for job, count in taken.items():
        print(f"{job}: {count} rows let go")
    return 0


def audit(chosen: argparse.Namespace) -> int:
    """Find an edit, a removal or a reorder in the audit trail."""
    from dashboard.store.database import Database
    from dashboard.store.trail import Trail, TrailEnd

    settings = settings_for(frozenset())
    seq, colon, digest = (chosen.end or "").partition(":")
    if chosen.end and not (colon and seq.isdigit() and digest):
        raise InputError("--end is not an end.", action="Write it as `ach-desk audit verify` printed it: ROW:DIGEST.")
    if not settings.db.exists():
        raise InputError(f"There is no database at {settings.db}.", action="Set ACH_DESK_DB.")
    database = Database(settings.db)
    try:
        end = Trail(database).end()
        findings = Trail(database).verify(TrailEnd(int(seq), digest) if chosen.end else None)
    finally:
        database.close()
    for finding in findings:
        print(finding)
    if not findings:
        print(f"The audit trail is whole up to entry {end.seq}.")
        print(f"Keep its end elsewhere, to prove later that nothing was cut off: --end {end.seq}:{end.digest}")
    return 1 if findings else 0


def doctor(chosen: argparse.Namespace) -> int:
    """Look at everything the desk stands on; 1 where something has failed."""
    from dashboard.desk import open_desk
    from dashboard.doctor import Verdict, examine

    desk = open_desk(settings_for(frozenset(Need)))
    try:
        found = examine(desk, operator())
    finally:
        desk.close()
    if chosen.json:
        print(json.dumps([check.as_dict() for check in found]))
    else:
        signs = {Verdict.OK: "ok     ", Verdict.WARNING: "WARNING", Verdict.FAILED: "FAILED "}
        for check in found:
            print(f"{signs[check.verdict]}  {check.name}: {check.found}")
            for more in (check.meaning, check.action):
                if more:
                    print(f"         {more}")
    return 1 if any(check.verdict is Verdict.FAILED for check in found) else 0


def zone(text: str) -> ZoneInfo:
    """A time zone as the command line takes it: America/New_York."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError(text) from None  # argparse turns it into a sentence of its own


def day(text: str) -> date:
    """A day as the command line takes it: 2026-11-24."""
    return date.fromisoformat(text)
