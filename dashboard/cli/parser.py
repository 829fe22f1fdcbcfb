"""What `ach-desk` understands: each verb with its values, defaults, exit statuses and an example."""

from __future__ import annotations

import argparse
import importlib.metadata
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from dashboard.cli import commands, exports, journal, notices, reports, statements
from dashboard.domain.journal import Profile
from dashboard.domain.listed_reports import ReportKind
from dashboard.domain.notices import Channel

STATUSES = "exit status: 0 done, 1 it could not be done, 2 a wrong call, 130 interrupted"
Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Run = Callable[[argparse.Namespace], int]


class _Formatter(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Shows each default; examples keep their lines."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        if action.default in (None, "", False, []):
            return action.help
        return super()._get_help_string(action)


def build_parser() -> argparse.ArgumentParser:
    """Every verb with its options."""
    parser = argparse.ArgumentParser(
        prog="ach-desk",
        description="ACH Desk: link a bank in person, debit it, see the status.",
        epilog=f"{STATUSES}\nexample: ach-desk demo\n`ach-desk VERB --help` says more; the settings are in README.md.",
        formatter_class=_Formatter,
    )
    version = importlib.metadata.version("ach-desk")
    parser.add_argument("--version", action="version", version=f"ach-desk {version}", help="print the version")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    _add_running(verbs)
    _add_export(verbs)
    _add_statement(verbs)
    _add_journal(verbs)
    _add_report(verbs)
    _add_sandbox(verbs)
    _add_keys(verbs)
    _add_maintenance(verbs)
    _add_reports(verbs)
    return parser


def _add(
    verbs: Verbs, name: str, run: Run, about: str, example: str, statuses: str = STATUSES
) -> argparse.ArgumentParser:
    added = verbs.add_parser(
        name,
        help=about,
        description=f"{about[0].upper()}{about[1:]}.",
        epilog=f"{statuses}\nexample: ach-desk {example}",
        formatter_class=_Formatter,
    )
    added.set_defaults(run=run)
    return added


def _add_running(verbs: Verbs) -> None:
    _add(
        verbs,
        "init",
        commands.init,
        "ask for the settings, try each key for real, write a file that only you can read and, where wanted, a systemd"
        " unit, and show what the doctor finds",
        "init",
        "exit status: 0 written, and nothing has failed; 1 nothing was written, or the doctor finds a failure; 2 a"
        " wrong call; 130 interrupted",
    )

    demo = _add(
        verbs,
        "demo",
        commands.demo,
        "start the sandbox, the app and a sync, and print one address",
        "demo --payments 100000",
    )
    demo.add_argument("--port", type=int, help="the app's port (default: 8501, or a free one)")
    demo.add_argument("--payments", type=int, help="seed this many payments instead of a few weeks of them")

    serve = _add(
        verbs,
        "serve",
        commands.serve,
        "serve the app on this machine, with a sync beside it, and print its address and mode",
        "serve --address 0.0.0.0 --port 8443 --tls-cert fullchain.pem --tls-key privkey.pem",
    )
    serve.add_argument("--port", type=int, default=8501, help="where to listen; 0 takes a free one")
    serve.add_argument(
        "--address", default="127.0.0.1", help="where to listen; beyond this machine only with sign-in configured"
    )
    serve.add_argument(
        "--tls-cert", type=Path, metavar="PEM", help="serve https with this certificate, without a proxy"
    )
    serve.add_argument("--tls-key", type=Path, metavar="PEM", help="the certificate's key")
    serve.add_argument(
        "--processes",
        type=commands.processes,
        metavar="N",
        help="how many web processes share the address (default: one a core, at most four); SIGHUP replaces each",
    )
    serve.add_argument("--behind", type=Path, help=argparse.SUPPRESS)  # a socket: one of several, started by the front
    serve.add_argument("--no-sync", action="store_true", help="do not keep a sync going beside the app")

    sync = _add(
        verbs,
        "sync",
        commands.sync,
        "read what is new at Stripe into the database",
        "sync --json",
        "exit status: 0 read to the end, 1 a setting is wrong or Stripe refused, 2 a wrong call, 130 interrupted",
    )
    sync.add_argument("--full", action="store_true", help="read everything again, from the first payment")
    sync.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    sync.add_argument("--watch", action="store_true", help="keep running, as often as Stripe's read allowance permits")


def _add_export(verbs: Verbs) -> None:
    export = _add(
        verbs,
        "export",
        exports.export,
        "write every table of the books, of a month or all, into a folder with a manifest; or, with `payments`, the"
        " payments that match a filter to a file; only you can read them",
        "export --month 2026-11 --format parquet --to november\n"
        "         ach-desk export payments --format xlsx --status failed --created-from 2026-11-01 --out november.xlsx",
    )
    export.add_argument(
        "what", nargs="?", choices=["books", "payments"], default="books", help="what is written; left out, the books"
    )
    export.add_argument("--format", choices=["csv", "xlsx", "parquet"], default="csv", help="the files' form")
    export.add_argument("--month", default="", metavar="YYYY-MM", help="of the books only this month")
    export.add_argument(
        "--to", type=Path, metavar="FOLDER", help="of the books, the folder: new, empty or an older export"
    )
    export.add_argument(
        "--bom", action="store_true", help="of payments, begin a CSV with the mark by which Excel knows UTF-8"
    )
    export.add_argument("--out", type=Path, help="of payments, the file; so are the options that follow")
    export.add_argument("--columns", help="comma-separated; all where it is left out")
    export.add_argument("--zone", type=commands.zone, help="time zone of the times (default: ACH_DESK_TIMEZONE)")
    export.add_argument("--status", action="append", default=[], help="only these; can be repeated")
    export.add_argument("--created-from", type=commands.day, metavar="DAY", help="2026-11-24, in ACH_DESK_TIMEZONE")
    export.add_argument("--created-to", type=commands.day, metavar="DAY", help="included")
    export.add_argument("--customer", default="", help="Stripe's customer id, cus_…")
    export.add_argument("--bank", default="", help="the bank's name")
    export.add_argument("--amount-min", type=int, metavar="CENTS", help="whole cents")
    export.add_argument("--amount-max", type=int, metavar="CENTS", help="whole cents")
    export.add_argument("--failure-code", default="", help="Stripe's, such as insufficient_funds")
    export.add_argument("--rail", default="", choices=["", "us_bank_account", "ach_debit"], help="new or old ACH")
    export.add_argument("--payout", default="", help="Stripe's payout id, po_…")
    export.add_argument("--overdue", action="store_true", help="only what is past its expected date")
    export.add_argument("--text", default="", help="name, e-mail, reference, id or amount")
    usual = {action.dest: action.default for action in export._actions if action.dest != "help"}
    export.set_defaults(usual=usual, refuse=export.error)


def _add_statement(verbs: Verbs) -> None:
    statement = _add(
        verbs,
        "statement",
        statements.statement,
        "import a bank statement: CSV, OFX, QFX, CAMT.053, MT940, BAI2, or a ZIP of them",
        'statement import november.csv --account "Chase operating" --json',
        "exit status: 0 imported (what was refused is said by line), 1 the file was refused and nothing imported, 2 a"
        " wrong call",
    )
    statement.add_argument("what", choices=["import"], help="what is done")
    statement.add_argument("file", type=Path, metavar="FILE", help="as the bank wrote it")
    statement.add_argument(
        "--account", required=True, metavar="NAME", help="your name for the account; new ones are made"
    )
    statement.add_argument(
        "--profile",
        default="",
        metavar="NAME",
        help="how a CSV is read: chase, bank-of-america, wells-fargo, mercury,"
        " or columns chosen on the page; left out, the one that knows the columns",
    )
    statement.add_argument(
        "--number",
        default="",
        metavar="END",
        help="which account, by the end of its number, where the file has several",
    )
    statement.add_argument("--json", action="store_true", help="print one JSON object")


def _add_journal(verbs: Verbs) -> None:
    added = _add(
        verbs,
        "journal",
        journal.journal,
        "write a month's journal lines for the accounting software; the same month again has the same numbers",
        "journal export --month 2026-11 --profile quickbooks --out november.csv",
    )
    added.add_argument("what", choices=["export"], help="what is done")
    added.add_argument("--month", required=True, metavar="YYYY-MM", help="the month")
    added.add_argument("--profile", required=True, choices=list(map(str, Profile)), help="the file's form")
    added.add_argument("--out", type=Path, help="the file, which only you can read (default: standard output)")


def _add_report(verbs: Verbs) -> None:
    added = _add(
        verbs,
        "report",
        reports.report,
        "write the report of a month or a payout: collected, refunds, returns, fees and net, by customer, bank and"
        " reason; the same books give the same bytes",
        "report --month 2026-11 --out november.pdf\n"
        "report --from 2026-09-01 --to 2026-11-30 --kind returns --format xlsx --out returns.xlsx",
    )
    which = added.add_mutually_exclusive_group(required=True)
    which.add_argument("--month", default="", metavar="YYYY-MM", help="what moved the Stripe balance in a month")
    which.add_argument("--payout", default="", metavar="ID", help="what is in a payout: Stripe's id, po_…")
    which.add_argument("--from", default="", metavar="YYYY-MM-DD", dest="first", help="the first of other days")
    added.add_argument("--to", default="", metavar="YYYY-MM-DD", dest="last", help="the last of them (with --from)")
    kinds = list(map(str, ReportKind))
    added.add_argument("--kind", choices=kinds, default="month", help="which report of the month (default: month)")
    added.add_argument("--format", choices=["pdf", "xlsx"], default="pdf", help="the file's form")
    added.add_argument("--out", type=Path, required=True, help="the file, which only you can read")


def _add_sandbox(verbs: Verbs) -> None:
    sandbox = _add(
        verbs,
        "sandbox",
        commands.sandbox,
        "run only the sandbox for Plaid, Stripe and Link",
        "sandbox --port 8600 --state sandbox.db",
    )
    sandbox.add_argument("--port", type=int, default=0, help="0 takes a free one")
    sandbox.add_argument("--state", type=Path, required=True, help="its own SQLite file")
    sandbox.add_argument("--payments", type=int, help="seed this many payments")
    sandbox.add_argument("--rate-limit", type=int, help="requests per second per endpoint; more are refused")
    sandbox.add_argument("--seed", type=int, default=1, help="seed of the history's random numbers")
    sandbox.add_argument("--no-history", action="store_true", help="start empty")


def _add_keys(verbs: Verbs) -> None:
    keys = _add(
        verbs,
        "keys",
        commands.keys,
        "create an encryption key, rotate to it, or check that secrets can be read",
        "keys init\n\n"
        "init          prints a new key for ACH_DESK_KEY; keep it where the database and its backups are not\n"
        "rotate        encrypts everything with the first key of ACH_DESK_KEY; refuses while an ach-desk runs with\n"
        "              another one in front\n"
        "status        says how many keys are set, and whether they open everything; 1 where they do not\n"
        "rotate-plaid  has Plaid replace every access token, for instance after a leak\n\n"
        f"To change the key: {commands.ROTATION}.",
    )
    keys.add_argument("what", choices=["init", "rotate", "status", "rotate-plaid"], help="see below")

    pin = _add(
        verbs,
        "pin",
        commands.pin,
        "set a person's PIN, where their provider's sign-in cannot prove who they are; it is asked for, or read from"
        " standard input",
        "pin ann@example.com",
    )
    pin.add_argument("person", help="the address by which the desk knows them (Your sign-in shows it)")


def _add_maintenance(verbs: Verbs) -> None:
    backup = _add(
        verbs,
        "backup",
        commands.backup,
        "take a backup while the desk runs",
        "backup --sealed --folder /mnt/backups",
    )
    backup.add_argument("--folder", type=Path, default=Path("backups"), help="where it is written")
    backup.add_argument("--sealed", action="store_true", help="encrypt the whole file with ACH_DESK_KEY")
    backup.add_argument("--keep", type=int, default=14, help="how many of the newest are always kept")
    backup.add_argument("--days", type=int, default=30, help="days after which older ones are deleted")
    backup.add_argument(
        "--watch", action="store_true", help="keep running, as the settings ACH_DESK_BACKUP_… say; `serve` does this"
    )

    restore = _add(
        verbs,
        "restore",
        commands.restore,
        "restore a backup after verifying it; the old file is kept",
        "restore backups/desk-20261124T150000Z.db.sealed",
        "exit status: 0 restored, 1 nothing was changed, 2 a wrong call",
    )
    restore.add_argument("file", type=Path, help="a backup; one that ends in .sealed is decrypted with ACH_DESK_KEY")

    _add(
        verbs,
        "retention",
        commands.retention,
        "delete what is past its retention period (`serve` does it once a day)",
        "retention",
    )


def _add_reports(verbs: Verbs) -> None:
    doctor = _add(
        verbs,
        "doctor",
        commands.doctor,
        "check keys, connections, database, clock, disk and sync",
        "doctor --json",
        "exit status: 0 nothing has failed, 1 something has or a setting is missing, 2 a wrong call",
    )
    doctor.add_argument("--json", action="store_true", help="print one JSON list")

    notice = _add(
        verbs,
        "notice",
        notices.notice,
        "send a test notice by mail and in the chat, whichever are set",
        "notice test --by chat",
        "exit status: 0 sent, 1 a channel failed or none is set, 2 a wrong call",
    )
    notice.add_argument("what", choices=["test"], help="what is done")
    notice.add_argument("--by", default="", choices=["", *map(str, Channel)], help="only this channel")

    audit = _add(
        verbs,
        "audit",
        commands.audit,
        "verify that nobody has changed the audit trail",
        "audit verify --end 4711:6f0c…",
        "exit status: 0 the trail is whole, 1 it is not, 2 a wrong call",
    )
    audit.add_argument("what", choices=["verify"], help="what is done")
    audit.add_argument("--end", metavar="ROW:DIGEST", help="check that this row, noted earlier, is still in the trail")
