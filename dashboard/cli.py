"""The `ach-desk` command: one verb for each thing that is done outside the browser."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from dashboard import commands
from dashboard.errors import DeskError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; the exit status is 0 where it did what was asked, 1 where it could not, 2 for a wrong call."""
    chosen = build_parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except DeskError as error:
        print(error.sentences(), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def build_parser() -> argparse.ArgumentParser:
    """Every verb with its options."""
    parser = argparse.ArgumentParser(
        prog="ach-desk", description="ACH Desk: link a bank in person, debit it, see the status."
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    demo = verbs.add_parser("demo", help="start the sandbox, the app and a sync, and print one address")
    demo.add_argument("--port", type=int, help="the app's port (default 8501, or a free one)")
    demo.add_argument("--payments", type=int, help="seed this many payments instead of a few weeks of them")
    demo.set_defaults(run=commands.demo)

    serve = verbs.add_parser("serve", help="serve the app on this machine, with a sync beside it")
    serve.add_argument("--port", type=int, default=8501)
    serve.add_argument(
        "--address", default="127.0.0.1", help="where to listen; beyond this machine only with sign-in configured"
    )
    serve.add_argument(
        "--tls-cert", type=Path, metavar="PEM", help="serve https with this certificate, without a proxy"
    )
    serve.add_argument("--tls-key", type=Path, metavar="PEM", help="the certificate's key")
    serve.add_argument("--no-sync", action="store_true", help="do not keep a sync going beside the app")
    serve.set_defaults(run=commands.serve)

    sync = verbs.add_parser("sync", help="read what is new at Stripe into the database")
    sync.add_argument("--full", action="store_true", help="read everything again, from the first payment")
    sync.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    sync.add_argument("--watch", action="store_true", help="go on, at an interval that Stripe's read allowance bears")
    sync.set_defaults(run=commands.sync)

    _add_export(verbs)

    sandbox = verbs.add_parser("sandbox", help="run the stand-in for Plaid, Stripe and Link alone")
    sandbox.add_argument("--port", type=int, default=0, help="0: a free one")
    sandbox.add_argument("--state", type=Path, required=True, help="its own SQLite file")
    sandbox.add_argument("--payments", type=int, help="seed this many payments")
    sandbox.add_argument("--rate-limit", type=int, help="refuse more requests a second than this, per endpoint")
    sandbox.add_argument("--seed", type=int, default=1, help="of the history's random numbers")
    sandbox.add_argument("--no-history", action="store_true", help="start empty")
    sandbox.add_argument("--strict", action="store_true", help="refuse what the newest API version has retired")
    sandbox.set_defaults(run=commands.sandbox)

    keys = verbs.add_parser("keys", help="make an encryption key, rotate to it, or say how the keys stand")
    keys.add_argument(
        "what",
        choices=["init", "rotate", "status", "rotate-plaid"],
        help="rotate-plaid has Plaid end every access token and give a new one",
    )
    keys.set_defaults(run=commands.keys)

    backup = verbs.add_parser("backup", help="take a backup while the desk runs")
    backup.add_argument("--folder", type=Path, default=Path("backups"))
    backup.add_argument("--sealed", action="store_true", help="encrypt the whole file with ACH_DESK_KEY")
    backup.add_argument("--keep", type=int, default=14, help="the newest so many always stay")
    backup.add_argument("--days", type=int, default=30, help="older ones beyond those go")
    backup.add_argument(
        "--watch", action="store_true", help="go on, as ACH_DESK_BACKUP_FOLDER and the others say; `serve` does this"
    )
    backup.set_defaults(run=commands.backup)

    restore = verbs.add_parser("restore", help="put a backup in the database's place, after proving it")
    restore.add_argument("file", type=Path)
    restore.set_defaults(run=commands.restore)

    doctor = verbs.add_parser("doctor", help="check keys, connections, database, clock, disk and sync")
    doctor.add_argument("--json", action="store_true")
    doctor.set_defaults(run=commands.doctor)

    retention = verbs.add_parser(
        "retention", help="let go of what is kept long enough (`serve` does it once a day by itself)"
    )
    retention.set_defaults(run=commands.retention)

    audit = verbs.add_parser("audit", help="check that nobody has changed the audit trail")
    audit.add_argument("what", choices=["verify"])
    audit.add_argument("--end", metavar="ROW:DIGEST", help="an end that was noted before: is it still in the trail?")
    audit.set_defaults(run=commands.audit)
    return parser


def _add_export(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    export = verbs.add_parser("export", help="write the payments that a filter shows to a file")
    export.add_argument("what", choices=["payments"])
    export.add_argument("--format", choices=["csv", "xlsx", "parquet"], default="csv")
    export.add_argument("--out", type=Path, required=True)
    export.add_argument("--columns", help="comma-separated; all where it is left out")
    export.add_argument("--zone", type=commands.zone, help="times are in it (default ACH_DESK_TIMEZONE)")
    export.add_argument("--status", action="append", default=[], help="may be given several times")
    export.add_argument("--created-from", type=commands.day, metavar="DAY", help="2026-11-24, in ACH_DESK_TIMEZONE")
    export.add_argument("--created-to", type=commands.day, metavar="DAY", help="included")
    export.add_argument("--customer", default="", help="Stripe's customer id")
    export.add_argument("--bank", default="")
    export.add_argument("--amount-min", type=int, metavar="CENTS")
    export.add_argument("--amount-max", type=int, metavar="CENTS")
    export.add_argument("--failure-code", default="")
    export.add_argument("--rail", default="", choices=["", "us_bank_account", "ach_debit"])
    export.add_argument("--payout", default="")
    export.add_argument("--overdue", action="store_true")
    export.add_argument("--text", default="", help="name, e-mail, reference, id or amount")
    export.set_defaults(run=commands.export)
