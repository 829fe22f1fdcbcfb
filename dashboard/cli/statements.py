"""`ach-desk statement`: bank statements from files."""

from __future__ import annotations

import argparse
import json
import sys

from dashboard.cli.commands import operator, settings_for
from dashboard.domain.errors import InputError
from dashboard.domain.formatting import count, money
from dashboard.settings import Need, Settings
from dashboard.statements import ImportResult, NothingRead, Statements
from dashboard.statements.matching import PayoutMatching
from dashboard.statements.reading import SIZE_LIMIT

SHOWN = 200  # refusals that are printed
NOTHING: dict[str, object] = {
    "format": None,
    "lines": 0,
    "read": 0,
    "refused": 0,
    "new": 0,
    "known": 0,
    "opening_cents": None,
    "closing_cents": None,
    "ties": None,
}


def statement(chosen: argparse.Namespace) -> int:
    """Import one file; 1 where it is refused, with the reasons on standard error."""
    return import_file(settings_for(frozenset({Need.KEY})), chosen)


def import_file(settings: Settings, chosen: argparse.Namespace) -> int:
    """The same with settings that were read."""
    from dashboard.domain.clock import Clock
    from dashboard.store import Store
    from dashboard.store.encryption.vault import Vault

    clock = Clock()
    try:
        content = read_content(chosen)
        store = Store.open(settings.db, Vault(settings.keys), clock, settings.timezone)
        try:
            result = Statements(store, clock).take(
                operator(),
                content,
                account=chosen.account,
                file_name=chosen.file.name,
                profile=chosen.profile,
                number=chosen.number,
            )
            matched = PayoutMatching(store, clock, settings).confirm_certain(operator())
        finally:
            store.close()
    except InputError as error:
        print(error.sentences(), file=sys.stderr)
        if isinstance(error, NothingRead):
            say_refusals(error.result)
        if chosen.json:
            print(json.dumps(error.result.as_dict() if isinstance(error, NothingRead) else NOTHING))
        return 1
    say_refusals(result)
    for finding in result.findings:
        print(finding, file=sys.stderr)
    if matched:
        print(f"{count(matched, 'payout')} matched by the trace number.", file=sys.stderr)
    print(json.dumps(result.as_dict()) if chosen.json else sentence(result))
    return 0


def read_content(chosen: argparse.Namespace) -> bytes:
    """The file's bytes, no more than one beyond what is read. Raises InputError."""
    try:
        with chosen.file.open("rb") as file:
            return bytes(file.read(SIZE_LIMIT + 1))
    except OSError as error:
        raise InputError(
            f"{chosen.file} cannot be read ({error.strerror}).", meaning="Nothing was imported.", action="Name a file."
        ) from None


def say_refusals(result: ImportResult) -> None:
    """Each refused row with its line and the reason, on standard error."""
    for one in result.refusals[:SHOWN]:
        print(f"line {one.line}: {one.reason}", file=sys.stderr)
    if more := len(result.refusals) - SHOWN:
        print(f"and {count(more, 'row')} more" if more > 0 else "", end="\n" if more > 0 else "", file=sys.stderr)


def sentence(result: ImportResult) -> str:
    """What was done, for a person."""
    balances = "The file states no balances to prove it by."
    if result.ties:
        balances = (
            f"It ties: {money(result.opening, result.currency)} and its lines make"
            f" {money(result.closing, result.currency)}."
        )
    elif result.ties is False:
        balances = f"IT DOES NOT TIE (difference {money(result.difference, result.currency)})."
    return (
        f"{count(result.rows, 'row')}: {result.read} read ({result.new} new, {result.known} known),"
        f" {result.refused} refused. {balances}"
    )
