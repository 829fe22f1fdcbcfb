"""The journal as hledger and beancount read it: balanced, declared, and the sums are ours."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dashboard.books.journal import Journal
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import InputError
from dashboard.domain.formatting import bare_money
from dashboard.domain.journal import Account, Entry, Profile, beancount_name, full_name, totals, write
from dashboard.settings import Settings
from dashboard.store import Store
from tests.book_histories import make, seeds
from tests.ledger_texts import Unreadable, read_beancount, read_hledger
from tests.unit.test_month_close import MIA

NAMES = {account: account.words for account in Account}
ODD = NAMES | {
    Account.BANK: 'Chase 1234 & Co; "x"',
    Account.CLEARING: "清算",
    Account.RECEIVABLE: "assets:été:ünpaid",
    Account.FEES: "1250² fees",
    Account.REFUNDS: "Income:refunds",
    Account.RETURNS: "my:own:returns",
    Account.OTHER: "***",
}
READERS = {Profile.HLEDGER: (read_hledger, full_name), Profile.BEANCOUNT: (read_beancount, beancount_name)}
DAY = date(2026, 10, 12)


def entries_of(store: Store, journal: Journal, seed: int) -> list[Entry]:
    """Four months, with yen, which have no cents, and Kuwait's dinars, which have a thousand."""
    make(store, seed)
    for currency, cents in (("jpy", 1_000), ("kwd", 1_234)):
        row = {"id": f"txn_{currency}", "created": 1_790_000_000, "amount": cents, "fee": 3, "net": cents - 3}
        row |= {"currency": currency, "type": "payment", "status": "available", "source": None}
        store.projection.apply("balance_transactions", [row])
    return [one for month in ("2026-08", "2026-09", "2026-10", "2026-11") for one in journal.entries(MIA, month)]


@pytest.mark.parametrize("profile", READERS)
@pytest.mark.parametrize(("seed", "names"), [(seed, ODD if seed % 3 else NAMES) for seed in seeds(3, 30)])
def test_each_program_reads_every_entry_to_our_sums(
    store: Store, clock: FixedClock, settings: Settings, profile: Profile, seed: int, names: dict[Account, str]
) -> None:
    entries = entries_of(store, Journal(store, clock, settings), seed)
    read, name_of = READERS[profile]
    ours = {
        (name_of(account, names[account]), currency.upper()): Decimal(bare_money(cents, currency))
        for (currency, account), cents in totals(entries).items()
    }
    assert read(write(entries, profile, names)) == ours and len({currency for _, currency in ours}) == 3


@pytest.mark.parametrize("profile", READERS)
def test_the_files_of_two_months_are_read_as_one(profile: Profile) -> None:
    """Beancount refuses an account that two files open."""
    lines = ((Account.CLEARING, 500), (Account.RECEIVABLE, -500))
    months = [Entry(f"N-{month}", date(2026, month, 3), "Memo", "usd", lines) for month in (9, 10)]
    read, name_of = READERS[profile]
    both = read("".join(write([one], profile, NAMES) for one in months))
    assert both[name_of(Account.CLEARING, NAMES[Account.CLEARING]), "USD"] == Decimal("10.00")


def test_beancounts_accounts_begin_as_it_wants_them() -> None:
    """It knows five roots, and each part below begins with a capital letter or a digit of any script."""
    assert {account.value: beancount_name(account, name) for account, name in ODD.items()} == {
        "bank": "Assets:Chase-1234-Co-x",
        "clearing": "Assets:X清算",
        "receivable": "Assets:Été:Ünpaid",
        "fees": "Expenses:1250--fees",
        "refunds": "Income:Refunds",
        "returns": "Expenses:My:Own:Returns",
        "other": "Expenses:Other-Stripe-movements",
    }


def test_two_names_are_two_accounts_in_beancount_too(store: Store, clock: FixedClock, settings: Settings) -> None:
    journal = Journal(store, clock, settings)
    with pytest.raises(InputError, match="clearing account is another account too"):
        journal.name_accounts(MIA, {Account.CLEARING: "1250²", Account.BANK: "1250"})


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: text.replace(" 5.00", " 5.01"), "does not balance"),
        (lambda text: text.replace("2026-10-12", "2026-13-12", 1), "month must be"),
        (lambda text: text.replace("    Assets", "  Assets"), "Syntax error"),
        (lambda text: text.replace("account ", "; ").replace("plugin", "; "), "declared|unknown account|Syntax"),
        (lambda text: text.replace("commodity ", "; ").replace("Assets:", "assets:"), "declared|Invalid|Syntax"),
        (lambda text: text.rstrip("\n"), "no end"),
    ],
)
@pytest.mark.parametrize("profile", READERS)
def test_the_reader_refuses_what_the_programs_refuse(profile: Profile, change: object, why: str) -> None:
    lines = ((Account.CLEARING, 500), (Account.RECEIVABLE, -500))
    text = write([Entry("N", DAY, "Memo", "usd", lines)], profile, NAMES)
    assert callable(change)
    with pytest.raises((Unreadable, ValueError), match=why):
        READERS[profile][0](change(text))
