"""`ach-desk journal`: a month's journal lines for the accounting software."""

from __future__ import annotations

import argparse
import sys

from dashboard.cli.commands import operator, settings_for
from dashboard.domain.errors import InputError
from dashboard.settings import Need, Settings


def journal(chosen: argparse.Namespace) -> int:
    """Write one month; 1 where it cannot be, with the reason on standard error."""
    return export(settings_for(frozenset({Need.KEY})), chosen)


def export(settings: Settings, chosen: argparse.Namespace) -> int:
    """The same with settings that were read."""
    from dashboard.books.journal import Journal
    from dashboard.domain.clock import Clock
    from dashboard.store import Store
    from dashboard.store.encryption.vault import Vault
    from dashboard.store.private_files import open_private

    clock = Clock()
    store = Store.open(settings.db, Vault(settings.keys), clock, settings.timezone)
    try:
        text = Journal(store, clock, settings).export(operator(), chosen.month, chosen.profile)
    except InputError as error:
        print(error.sentences(), file=sys.stderr)
        return 1
    finally:
        store.close()
    if chosen.out is None:
        sys.stdout.write(text)
    else:
        with open_private(chosen.out) as file:
            file.write(text.encode())
    return 0
