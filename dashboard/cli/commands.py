"""What the verbs of `ach-desk` do, each a few lines over a use case."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
import time
from datetime import date
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dashboard.domain.errors import DeskError, InputError
from dashboard.domain.formatting import count as counted
from dashboard.domain.models import Actor, Role
from dashboard.settings import Need, Settings, load_settings
from dashboard.staff.access import ALWAYS

SECRETS = Path(".streamlit/secrets.toml")
STORED = frozenset({Need.STRIPE, Need.KEY})
MOST_PROCESSES = 64
ROTATION = (
    "put the new key in front of the old one in ACH_DESK_KEY, separated by a comma; restart every ach-desk; run"
    " `ach-desk keys rotate`; take the old key out; restart again"
)
LAST_STEPS = (
    "Now take the old keys out of ACH_DESK_KEY and restart every ach-desk. Keep them for as long as you keep backups"
    " that were made before."
)
KEEP_IT = (
    "Keep this key where the database and its backups are not (a password manager, a safe): without it the linked banks"
    " cannot be used, and there is no way to recover it."
)


def operator() -> Actor:
    """Whoever may run a command on this machine is its administrator; the audit trail names their account."""
    roles = frozenset({Role.ADMIN})
    return Actor(name=f"{getpass.getuser()} (command line)", roles=roles, proved_until=ALWAYS)


def settings_for(needs: frozenset[Need]) -> Settings:
    """The settings, asked for what the verb uses. Raises ConfigError."""
    return load_settings(os.environ, SECRETS, needs=needs)


def demo(chosen: argparse.Namespace) -> int:
    """Everything on this machine."""
    from dashboard.cli.demo import run_demo

    return run_demo(os.environ, port=chosen.port, payments=chosen.payments)


def serve(chosen: argparse.Namespace) -> int:
    """The app, and a sync beside it."""
    from dashboard.cli.serve import run_server

    return run_server(settings_for(frozenset(Need)), chosen)  # says what is missing here, not in a browser


def sync(chosen: argparse.Namespace) -> int:
    """Read what is new at Stripe, once or again and again."""
    from dashboard.desk import open_desk
    from dashboard.domain.processes import ProcessKind
    from dashboard.jobs.leading import leading, wait_for
    from dashboard.store.engine.copies import occupied
    from dashboard.sync import Progress

    settings = settings_for(STORED)
    shown = 0.0

    def show(progress: Progress) -> None:
        nonlocal shown
        if sys.stderr.isatty() and time.monotonic() - shown > 1:
            shown = time.monotonic()
            print(f"\r{progress.sentence():<100}", end="", file=sys.stderr, flush=True)

    with occupied(settings.db, exclusive=False):
        desk = open_desk(settings)
        full = chosen.full
        with leading(desk.store, desk.clock, ProcessKind.SYNC, watching=chosen.watch) as leads:
            while True:
                wait_for(leads)
                try:
                    desk.follow_sandbox()
                    report = desk.sync.run(full=full, thorough=not chosen.watch, on_progress=show)
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
    """The filtered payments as a file. Raises InputError."""
    from dashboard.desk import open_desk
    from dashboard.domain.payment_filter import PaymentFilter
    from dashboard.domain.payment_status import PaymentState
    from dashboard.payments.export import COLUMNS, Format
    from dashboard.payments.export_jobs import ExportOrder

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
    order = ExportOrder(wanted, Format(chosen.format), chosen.zone or settings.timezone, columns, chosen.bom)

    def progress(count: int) -> None:
        print(f"{counted(count, 'row')} …", file=sys.stderr, flush=True)

    count = desk.exports.write(operator(), order, chosen.out, progress)
    print(f"{counted(count, 'payment')} written to {chosen.out}. {wanted.words()}.")
    return 0


def sandbox(chosen: argparse.Namespace) -> int:
    """Only the sandbox for Plaid, Stripe and Link."""
    from dashboard.sandbox.server import run

    run(
        port=chosen.port,
        state_path=chosen.state,
        payments=chosen.payments,
        rate_limit=chosen.rate_limit,
        seed=chosen.seed,
        history_wanted=not chosen.no_history,
    )
    return 0


def keys(chosen: argparse.Namespace) -> int:
    """Make a key, seal everything under the newest one, or say how many tokens are left to rotate."""
    from dashboard.domain.clock import Clock
    from dashboard.operations.key_rotation import rotate
    from dashboard.store import Store
    from dashboard.store.encryption.key_use import no_older_key_in_use
    from dashboard.store.encryption.vault import Vault, make_key

    if chosen.what == "init":
        print(make_key().reveal())
        print(KEEP_IT, file=sys.stderr)
        return 0
    if chosen.what == "rotate-plaid":
        return rotate_plaid()
    settings = settings_for(frozenset({Need.KEY}))
    clock = Clock()
    vault = Vault(settings.keys)
    store = Store.open(settings.db, vault, clock, settings.timezone)
    try:
        if chosen.what == "rotate":
            with no_older_key_in_use(settings.db, vault):
                count = rotate(operator(), store.database, store.sealed, store.trail, clock, lambda done: None)
            print(f"{counted(count, 'stored secret')} encrypted with the newest key. {LAST_STEPS}")
            return 0
        readable = store.sealed.are_readable()
        words = "every stored secret can be read" if readable else "stored secrets CANNOT be read: a key is missing"
        print(f"{len(settings.keys)} key(s) in ACH_DESK_KEY; {words}.")
        print(f"The first is the newest one, {vault.fingerprint}. To change it: {ROTATION}.")
        return 0 if readable else 1
    finally:
        store.close()


def pin(chosen: argparse.Namespace) -> int:
    """Set a person's PIN: without `auth_time` from the provider they cannot set their first one."""
    from dashboard.domain.addresses import fold_address
    from dashboard.domain.clock import Clock
    from dashboard.staff.pins import Pins
    from dashboard.store import Store
    from dashboard.store.encryption.vault import Vault

    settings = settings_for(frozenset({Need.KEY}))
    name = fold_address(chosen.person) or chosen.person
    typed = getpass.getpass("New PIN: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    store = Store.open(settings.db, Vault(settings.keys), Clock(), settings.timezone)
    try:
        Pins(store.people, store.trail, Clock(), settings.timezone).keep_pin(operator(), name, typed)
    finally:
        store.close()
    print(f"The PIN of {name} is set.")
    return 0


def rotate_plaid() -> int:
    """Change every access token of Plaid's for a new one; 1 where one could not be changed."""
    from dashboard.desk import open_desk
    from dashboard.jobs.worker import InlineWorker
    from dashboard.store.engine.copies import occupied

    settings = settings_for(frozenset(Need))
    with occupied(settings.db, exclusive=False):
        desk = open_desk(settings, worker=InlineWorker())
        try:
            count = desk.plaid_tokens.rotate(operator())
            status = desk.plaid_tokens.status(operator())
        finally:
            desk.close()
    print(f"Access tokens that had to be changed: {count}.")
    if status.going_on:
        print(f"{status.going_on} wait for Plaid's answer; `ach-desk serve` goes on with them.")
    if status.refused:
        print(f"{status.refused} were refused by Plaid and are unchanged.")
    if status.lost:
        print(f"{status.lost} were lost: link these banks again (they are in the Inbox).")
    return 1 if status.going_on or status.refused or status.lost else 0


def backup(chosen: argparse.Namespace) -> int:
    """Take a backup while the desk runs, and delete old ones; with `--watch` again and again. Raises InputError."""
    from dashboard.domain.clock import Clock
    from dashboard.domain.processes import ProcessKind
    from dashboard.jobs.leading import leading
    from dashboard.operations.backup import Backups
    from dashboard.operations.scheduled_backups import keep_up
    from dashboard.store import Store
    from dashboard.store.encryption.vault import Vault

    settings = settings_for(frozenset({Need.KEY}))
    plan = settings.serving.backups
    if chosen.watch and plan is None:
        raise InputError("--watch makes backups according to the settings.", action="Set ACH_DESK_BACKUP_FOLDER.")
    vault, clock = Vault(settings.keys), Clock()
    store = Store.open(settings.db, vault, clock, settings.timezone)
    folder = plan.folder if plan and chosen.watch else chosen.folder
    backups = Backups(store.database, store.trail, vault, clock, folder)
    try:
        if plan and chosen.watch:
            with leading(store, clock, ProcessKind.BACKUPS) as leads:
                say = partial(print, file=sys.stderr, flush=True)
                keep_up(operator(), backups, plan, say=say, leads=leads)
        print(backups.make(operator(), sealed=chosen.sealed))
        for gone in backups.prune(keep=chosen.keep, days=chosen.days):
            print(f"removed {gone}")
    finally:
        store.close()
    return 0


def restore(chosen: argparse.Namespace) -> int:
    """Restore a backup after verifying it. Raises InputError, StoreError."""
    from dashboard.domain.clock import Clock
    from dashboard.operations.backup import restore as restore_backup
    from dashboard.store.encryption.vault import Vault

    settings = settings_for(frozenset({Need.KEY}))
    if not chosen.file.is_file():
        raise InputError(
            f"There is no backup {chosen.file}.",
            meaning="Nothing was changed.",
            action="Name a file that `ach-desk backup` made.",
        )
    kept = restore_backup(chosen.file, settings.db, Vault(settings.keys), {}, operator(), Clock())
    print(f"{settings.db} was restored from {chosen.file}." + (f" The old file is {kept}." if kept else ""))
    return 0


def retention(chosen: argparse.Namespace) -> int:
    """Delete what is past its retention period, now."""
    from dashboard.domain.clock import Clock
    from dashboard.privacy.retention import Retention
    from dashboard.store import Store
    from dashboard.store.encryption.vault import Vault

    settings = settings_for(frozenset({Need.KEY}))
    store = Store.open(settings.db, Vault(settings.keys), Clock(), settings.timezone)
    try:
        taken = Retention(store, Clock(), settings.timezone).run(operator())
    finally:
        store.close()
    for job, count in taken.items():
        print(f"{job}: {counted(count, 'row')} deleted")
    return 0


def audit(chosen: argparse.Namespace) -> int:
    """Find an edit, a removal or a reorder in the audit trail. Raises InputError."""
    from dashboard.store.audit_trail import Trail
    from dashboard.store.audit_verification import TrailEnd
    from dashboard.store.encryption.vault import Vault
    from dashboard.store.engine.database import Database

    settings = settings_for(frozenset({Need.KEY}))
    seq, colon, digest = (chosen.end or "").partition(":")
    if chosen.end and not (colon and seq.isdigit() and digest):
        raise InputError(
            "--end has the wrong form.", action="Write it as `ach-desk audit verify` printed it: ROW:DIGEST."
        )
    if not settings.db.exists():
        raise InputError(f"There is no database at {settings.db}.", action="Set ACH_DESK_DB.")
    database = Database(settings.db)
    try:
        trail = Trail(database, Vault(settings.keys))
        with database.snapshot():  # the end that is printed is the one that was looked at
            findings = trail.verify(TrailEnd(int(seq), digest) if chosen.end else None)
            end = None if findings else trail.end()
    finally:
        database.close()
    for finding in findings:
        print(finding)
    if end is not None:
        print(f"The audit trail is complete up to entry {end.seq}.")
        print(f"Note this elsewhere; later it proves that nothing was cut off: --end {end.seq}:{end.digest}")
    return 1 if findings else 0


def doctor(chosen: argparse.Namespace) -> int:
    """Look at everything the desk stands on; 1 where something has failed."""
    return show_doctor(settings_for(frozenset(Need)), as_json=chosen.json)


def show_doctor(settings: Settings, *, as_json: bool = False) -> int:
    """Print every finding; 1 where something has failed."""
    from dashboard.desk import open_desk
    from dashboard.doctor import Verdict, examine

    desk = open_desk(settings)
    try:
        found = examine(desk, operator())
    finally:
        desk.close()
    if as_json:
        print(json.dumps([check.as_dict() for check in found]))
    else:
        signs = {Verdict.OK: "ok     ", Verdict.WARNING: "WARNING", Verdict.FAILED: "FAILED "}
        for check in found:
            print(f"{signs[check.verdict]}  {check.name}: {check.found}")
            for more in (check.meaning, check.action):
                if more:
                    print(f"         {more}")
    return 1 if any(check.verdict is Verdict.FAILED for check in found) else 0


def init(_chosen: argparse.Namespace) -> int:
    """Ask for the settings, try them and write them down; 1 where the doctor finds that something has failed.

    Raises InputError where nobody sits at a terminal.
    """
    from dashboard.cli.init import run_init
    from dashboard.cli.terminal import Console

    if not sys.stdin.isatty():
        raise InputError(
            "`ach-desk init` asks questions, and standard input is no terminal.",
            meaning="Nothing was changed.",
            action=f"Run it in a terminal; or set the settings in the environment or in {SECRETS} (README,"
            " Settings), and check them with `ach-desk doctor`.",
        )
    return run_init(Console(), os.environ, SECRETS, show_doctor)


def processes(text: str) -> int:
    """How many web processes. Raises ArgumentTypeError."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_PROCESSES):
        raise argparse.ArgumentTypeError(f"`{text}` is not a whole number from 1 to {MOST_PROCESSES}")
    return int(text)


def zone(text: str) -> ZoneInfo:
    """A time zone as the command line takes it: America/New_York. Raises ValueError."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError(text) from None  # argparse turns it into a sentence of its own


def day(text: str) -> date:
    """A day as the command line takes it: 2026-11-24. Raises ValueError."""
    from dashboard.domain.payment_filter import read_day

    found = read_day(text)
    if found is None:
        raise ValueError(text)
    return found
