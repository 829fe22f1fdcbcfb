"""`ach-desk export`: the tables of the books into a folder, or filtered payments into a file."""

from __future__ import annotations

import argparse
import sys

from dashboard.cli import commands
from dashboard.cli.commands import operator, settings_for
from dashboard.domain.errors import InputError
from dashboard.domain.formatting import count
from dashboard.settings import Need, Settings

BOOKS = frozenset({"format", "month", "to"})  # what says something of the books; `format` of both


def export(chosen: argparse.Namespace) -> int:
    """What was asked for; an option of the other kind of export is a wrong call, never ignored."""
    books = chosen.what != "payments"
    given = {name for name, usual in chosen.usual.items() if getattr(chosen, name) != usual} - {"what", "format"}
    others = given - BOOKS if books else given & BOOKS
    if others:
        option = f"--{sorted(others)[0].replace('_', '-')}"
        chosen.refuse(f"{option} is {'only for `export payments`' if books else 'not for `export payments`'}")
    if books and chosen.to is None:
        chosen.refuse("name the folder: --to FOLDER")
    if not books and chosen.out is None:
        chosen.refuse("name the file: --out FILE")
    return export_books(settings_for(frozenset({Need.KEY})), chosen) if books else commands.export(chosen)


def export_books(settings: Settings, chosen: argparse.Namespace) -> int:
    """Every table of the books, with settings that were read; 1 where it cannot be, with the reason."""
    from dashboard.books.export import BooksExport
    from dashboard.domain.clock import Clock
    from dashboard.payments.export import Format
    from dashboard.store import Store
    from dashboard.store.encryption.vault import Vault

    clock = Clock()
    store = Store.open(settings.db, Vault(settings.keys), clock, settings.timezone)
    try:
        done = BooksExport(store, clock, settings).write(operator(), chosen.to, Format(chosen.format), chosen.month)
    except InputError as error:
        print(error.sentences(), file=sys.stderr)
        return 1
    finally:
        store.close()
    for name, rows in done.rows.items():
        print(f"{name}: {count(rows, 'row')}")
    print(f"Written to {chosen.to}. SHA-256 of the manifest: {done.digest}")
    return 0
