"""Journal lines of a month through a Stripe clearing account, and how accounting software wants to read them.

What moves the Stripe balance is one entry a day, rail and currency; a payout is one on the day it reaches the bank.
So the clearing account shows the Stripe balance and what is on its way. Cents: a debit is positive, a credit negative.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from dashboard.domain.csv_lines import csv_line
from dashboard.domain.formatting import bare_money

ROOTS = ("Assets", "Liabilities", "Equity", "Income", "Expenses")  # beancount's, until somebody renames them
# The file of each month stands by itself and beside the others: beancount refuses an account that is opened twice, so
# none is opened here, and this opens what the reader's own file does not.
OPENING = 'plugin "beancount.plugins.auto_accounts"\n\n'
BOOKKEEPING_TAX = "Tax Exempt"  # Xero refuses a line without a tax rate


class Account(StrEnum):
    """What an account is for; people give each its name in their books."""

    BANK = "bank"
    CLEARING = "clearing"
    RECEIVABLE = "receivable"
    FEES = "fees"
    REFUNDS = "refunds"
    RETURNS = "returns"
    OTHER = "other"

    @property
    def words(self) -> str:
        """What it is called until people name it."""
        return WORDS[self]

    @property
    def kind(self) -> str:
        """The class of accounts that it belongs to in ledger text."""
        return "Assets" if self in {Account.BANK, Account.CLEARING, Account.RECEIVABLE} else "Expenses"


WORDS = {
    Account.BANK: "Bank",
    Account.CLEARING: "Stripe clearing",
    Account.RECEIVABLE: "Accounts receivable",
    Account.FEES: "Stripe fees",
    Account.REFUNDS: "Refunds",
    Account.RETURNS: "Returns and disputes",
    Account.OTHER: "Other Stripe movements",
}


class Profile(StrEnum):
    """A form of the file."""

    QUICKBOOKS = "quickbooks"
    XERO = "xero"
    CSV = "csv"
    HLEDGER = "hledger"
    BEANCOUNT = "beancount"

    @property
    def ending(self) -> str:
        """How the names of its files end."""
        return {Profile.HLEDGER: "journal", Profile.BEANCOUNT: "beancount"}.get(self, "csv")


@dataclass(frozen=True)
class Entry:
    """One journal entry; `number` is the same at every export, `lines` add up to 0."""

    number: str
    day: date
    memo: str
    currency: str
    lines: tuple[tuple[Account, int], ...]

    def as_list(self) -> list[object]:
        """As it is kept with a signed month."""
        lines = [[account.value, cents] for account, cents in self.lines]
        return [self.number, self.day.isoformat(), self.memo, self.currency, lines]


def read_entry(kept: Sequence[Any]) -> Entry:
    """An entry as it was kept."""
    number, day, memo, currency, lines = kept
    read = tuple((Account(account), int(cents)) for account, cents in lines)
    return Entry(str(number), date.fromisoformat(str(day)), str(memo), str(currency), read)


def make_entry(number: str, day: date, memo: str, currency: str, sums: Mapping[Account, int]) -> Entry | None:
    """An entry of these sums without those of 0, in the order of the accounts; None where nothing is left."""
    lines = tuple((account, sums[account]) for account in Account if sums.get(account))
    return Entry(number, day, memo, currency, lines) if lines else None


def totals(entries: Iterable[Entry]) -> dict[tuple[str, Account], int]:
    """What each account comes to, by currency."""
    found: defaultdict[tuple[str, Account], int] = defaultdict(int)
    for entry in entries:
        for account, cents in entry.lines:
            found[entry.currency, account] += cents
    return dict(found)


def write(entries: Sequence[Entry], profile: Profile, names: Mapping[Account, str]) -> str:
    """The file of these entries, with the accounts as people named them."""
    if profile is Profile.HLEDGER:
        named = {account: full_name(account, name) for account, name in names.items()}
        return _declared(entries, named) + "".join(_text(one, named, "* ({0.number}) {0.memo}") for one in entries)
    if profile is Profile.BEANCOUNT:
        named = {account: beancount_name(account, name) for account, name in names.items()}
        return OPENING + "".join(_text(one, named, '* "{0.number}" "{0.memo}"') for one in entries)
    head, row = {Profile.QUICKBOOKS: _QUICKBOOKS, Profile.XERO: _XERO, Profile.CSV: _PLAIN}[profile]
    lines = [csv_line(head)]
    for entry in entries:
        for account, cents in entry.lines:
            lines.append(csv_line(row(entry, names[account], cents)))
    return "".join(lines)


def _american(day: date) -> str:
    return f"{day.month:02}/{day.day:02}/{day.year}"


def _sides(cents: int, currency: str) -> tuple[str, str]:
    amount = bare_money(abs(cents), currency)
    return (amount, "") if cents > 0 else ("", amount)


def _quickbooks(entry: Entry, name: str, cents: int) -> list[object]:
    day, sides = _american(entry.day), _sides(cents, entry.currency)
    return [entry.number, day, name, *sides, entry.memo, "", entry.currency.upper(), "", ""]


def _xero(entry: Entry, name: str, cents: int) -> list[object]:
    # A number and not a text, which a sign would make a formula to a spreadsheet.
    amount = Decimal(bare_money(cents, entry.currency))
    return [entry.number, _american(entry.day), entry.memo, name, BOOKKEEPING_TAX, amount, "", "", "", ""]


def _plain(entry: Entry, name: str, cents: int) -> list[object]:
    debit, credit = (cents, 0) if cents > 0 else (0, -cents)
    return [entry.number, entry.day.isoformat(), name, debit, credit, entry.currency, entry.memo]


_QUICKBOOKS = (
    (
        *("*JournalNo", "*JournalDate", "*AccountName", "*Debits", "*Credits", "Description", "Name", "Currency"),
        *("Location", "Class"),
    ),
    _quickbooks,
)
_XERO = (
    (
        *("*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount"),
        *("TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2"),
    ),
    _xero,
)
_PLAIN = (("number", "date", "account", "debit_cents", "credit_cents", "currency", "memo"), _plain)


def full_name(account: Account, name: str) -> str:
    """An account in ledger text: one with colons is taken as it is, another goes below its class.

    Letters of every script stay, so that two names do not become one (hledger reads them).
    """
    parts = name.split(":") if ":" in name else [account.kind, name]
    clean = (re.sub(r"[\W_]+", "-", one).strip("-") or account.words.replace(" ", "-") for one in parts)
    return ":".join(one[0].upper() + one[1:] for one in clean)


def beancount_name(account: Account, name: str) -> str:
    """The same for beancount, which knows five roots and refuses a part that begins with no capital letter or digit.

    A letter of a script without capitals stands behind an X. Source: beancount 3.2.3, `core/account.py`.
    """
    root, *parts = full_name(account, name).split(":")
    if root not in ROOTS:
        root, parts = account.kind, [root, *parts]
    return ":".join([root, *(_component(one, account.words) for one in parts)])


def _component(part: str, words: str) -> str:
    kept = "".join(one if _is_read(one) else "-" for one in part).strip("-") or words.replace(" ", "-")
    return kept if unicodedata.category(kept[0]) in {"Lu", "Nd"} else f"X{kept}"


def _is_read(character: str) -> bool:
    kind = unicodedata.category(character)
    return character == "-" or kind[0] == "L" or kind == "Nd"


def _declared(entries: Sequence[Entry], names: Mapping[Account, str]) -> str:
    """What hledger's strict checks want before the first entry; it may stand in the file of every month."""
    used = sorted({names[account] for one in entries for account, _ in one.lines})
    head = "".join([*sorted({_form(one.currency) for one in entries}), *(f"account {name}\n" for name in used)])
    return f"{head}\n" if head else ""


def _form(currency: str) -> str:
    """How amounts of a currency are written; hledger wants a point also where nothing follows it."""
    amount = bare_money(10**5, currency)
    return f"commodity {amount if '.' in amount else f'{amount}.'} {currency.upper()}\n"


def _text(entry: Entry, names: Mapping[Account, str], head: str) -> str:
    lines = [
        f"    {names[account]}  {bare_money(cents, entry.currency)} {entry.currency.upper()}"
        for account, cents in entry.lines
    ]
    return "\n".join([f"{entry.day.isoformat()} {head.format(entry)}", *lines, "", ""])
