"""A strict reader of the ledger text that we write: it refuses what hledger's `check --strict` and bean-check refuse.

Both programs were tried by hand (docs/journal.md says which versions and what they found); neither is a dependency.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from datetime import date
from decimal import Decimal

ROOTS = {"Assets", "Liabilities", "Equity", "Income", "Expenses"}
PLUGIN = 'plugin "beancount.plugins.auto_accounts"'
POSTING = re.compile(r"    (?P<account>\S+)  (?P<amount>-?[0-9]+(?:\.[0-9]+)?) (?P<currency>[A-Z]{3})")
COMMODITY = re.compile(r"commodity [0-9]+\.[0-9]* [A-Z]{3}")
HEADS = {
    "hledger": re.compile(r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2}) \* \([^()\s]+\) [^;|\n]+"),
    "beancount": re.compile(r'(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2}) \* "[^"\\\n]+" "[^"\\\n]+"'),
}
Sums = dict[tuple[str, str], Decimal]


class Unreadable(Exception):
    """What the program would say of a line."""


def read_hledger(text: str) -> Sums:
    """The sums by account and currency. Raises Unreadable, also for what only its strict checks refuse."""
    accounts, currencies, rest = set(), set(), []
    for line in text.split("\n"):
        if line.startswith("account "):
            accounts.add(line.removeprefix("account "))
        elif line.startswith("commodity "):
            form = COMMODITY.fullmatch(line)
            _hold(form is not None, "Please include a decimal point or decimal comma in commodity directives")
            currencies.add(line[-3:])
        else:
            rest.append(line)
    found = _read(rest, "hledger")
    for account, currency in found:
        _hold(account in accounts, f"account {account} has not been declared")
        _hold(currency in currencies, f"commodity {currency} has not been declared")
    return found


def read_beancount(text: str) -> Sums:
    """The sums by account and currency. Raises Unreadable; a file opens accounts by its plugin, never by directives."""
    lines = text.split("\n")
    _hold(PLUGIN in lines, "Invalid reference to unknown account")
    found = _read([line for line in lines if line != PLUGIN], "beancount")
    for account, _ in found:
        root, *parts = account.split(":")
        good = root in ROOTS and parts and all(map(_is_component, parts))
        _hold(bool(good), f"Invalid account name: {account}")
    return found


def _is_component(part: str) -> bool:
    """Beancount: begins with an upper-case letter or a digit; then letters, digits and hyphens of any script."""
    kinds = [unicodedata.category(one) for one in part]
    first = bool(kinds) and kinds[0] in {"Lu", "Nd"}
    return first and all(kind[0] == "L" or kind == "Nd" or one == "-" for kind, one in zip(kinds, part, strict=True))


def _read(lines: list[str], program: str) -> Sums:
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    entry: defaultdict[str, Decimal] | None = None
    for line in lines:
        if not line:
            _hold(entry is None or not any(entry.values()), "Transaction does not balance")
            entry = None
        elif line.startswith(" "):
            found = POSTING.fullmatch(line)
            _hold(found is not None and entry is not None, f"Syntax error: {line}")
            if found is not None and entry is not None:
                entry[found["currency"]] += Decimal(found["amount"])
                sums[found["account"], found["currency"]] += Decimal(found["amount"])
        else:
            head = HEADS[program].fullmatch(line)
            _hold(head is not None and entry is None, f"Syntax error: {line}")
            if head is not None:
                date.fromisoformat(head["day"])
            entry = defaultdict(Decimal)
    _hold(entry is None, "the last entry has no end")
    return dict(sums)


def _hold(holds: bool, why: str) -> None:
    if not holds:
        raise Unreadable(why)
