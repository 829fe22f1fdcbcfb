"""`ach-desk report`: the report of a payout, a month or other days into a file."""

from __future__ import annotations

import argparse
import sys

from dashboard.cli.commands import operator, settings_for
from dashboard.domain.errors import InputError
from dashboard.settings import Need, Settings


def report(chosen: argparse.Namespace) -> int:
    """Write one report; 1 where it cannot be, with the reason on standard error."""
    return write_report(settings_for(frozenset({Need.KEY})), chosen)


def period_of(chosen: argparse.Namespace) -> str:
    """The month or the days that were asked for, as reports name them. Raises InputError."""
    first, last = getattr(chosen, "first", ""), getattr(chosen, "last", "")
    if bool(first) != bool(last):
        raise InputError(
            "A first and a last day belong together.",
            meaning="No file was made.",
            action="Give both --from and --to.",
            code="days",
        )
    return f"{first}-to-{last}" if first else str(chosen.month)


def write_report(settings: Settings, chosen: argparse.Namespace) -> int:
    """The same with settings that were read."""
    from dashboard.books import MonthBooks
    from dashboard.domain.clock import Clock
    from dashboard.domain.listed_reports import ReportKind
    from dashboard.reports import Form, Reports
    from dashboard.statements.matching import PayoutMatching
    from dashboard.store import Store
    from dashboard.store.encryption.vault import Vault
    from dashboard.store.private_files import open_private

    clock, form = Clock(), Form(chosen.format)
    store = Store.open(settings.db, Vault(settings.keys), clock, settings.timezone)
    try:
        books = MonthBooks(store, clock, settings, PayoutMatching(store, clock, settings))
        reports = Reports(store, clock, settings, books)
        made = (
            reports.payout_file(operator(), chosen.payout, form)
            if chosen.payout
            else reports.file(operator(), ReportKind(chosen.kind), period_of(chosen), form)
        )
    except InputError as error:
        print(error.sentences(), file=sys.stderr)
        return 1
    finally:
        store.close()
    with open_private(chosen.out) as file:
        file.write(made)
    print(f"Written to {chosen.out}.")
    return 0
