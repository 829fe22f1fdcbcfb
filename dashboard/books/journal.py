"""Journal lines of a month: a signed month's stay as signed, and what came to it later is in the next one."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

from dashboard.domain.books import CloseState, Month, read_month
from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError
from dashboard.domain.journal import (
    Account,
    Entry,
    Profile,
    beancount_name,
    full_name,
    make_entry,
    read_entry,
    totals,
    write,
)
from dashboard.domain.models import Actor
from dashboard.payouts import Group, group_of
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.sql import from_epoch, to_epoch

LONGEST_NAME = 100
ACCOUNTS = {
    Group.PAYMENTS: Account.RECEIVABLE,
    Group.OTHER_MEANS: Account.RECEIVABLE,
    Group.REFUNDS: Account.REFUNDS,
    Group.FAILED: Account.RETURNS,
    Group.FEES: Account.FEES,
}


class Journal:
    """Writes a month's journal lines."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock, self._settings = store, clock, settings

    def export(self, actor: Actor, month: str, profile: str) -> str:
        """The file of a month, which replaces an earlier one of it. Raises InputError as `check_form` does."""
        require(actor, Permission.EXPORT)
        self.check_form(actor, month, profile)
        entries = self._entries(read_month(month, self._settings.timezone))
        text = write(entries, Profile(profile), self._names())
        self._store.trail.append(
            actor, "journal.exported", month, self._clock.now(), profile=profile, entries=len(entries)
        )
        return text

    def check_form(self, actor: Actor, month: str, profile: str) -> None:
        """Nothing where the month can be written so. Raises InputError for an unknown month or form.

        Also for Xero where the month has two currencies: its form has none, and would book one as the other.
        """
        require(actor, Permission.EXPORT)
        if profile not in set(Profile):
            raise InputError(
                f"“{profile[:20]}” is no form of a journal.",
                meaning="Nothing was written.",
                action=f"Choose one of {', '.join(Profile)}.",
                code="journal_profile",
            )
        entries = self._entries(read_month(month, self._settings.timezone))
        currencies = sorted({one.currency.upper() for one in entries})
        if profile == Profile.XERO and len(currencies) > 1:
            raise InputError(
                f"This month has lines in {' and '.join(currencies)}, and Xero's form does not say a currency.",
                meaning="Nothing was written: one currency would be booked as the other.",
                action="Choose another form.",
                code="journal_currencies",
            )

    def entries(self, actor: Actor, month: str) -> list[Entry]:
        """A month's entries, by day and number. Raises InputError."""
        require(actor, Permission.VIEW_STATEMENTS)
        return self._entries(read_month(month, self._settings.timezone))

    def entries_now(self, actor: Actor, month: Month) -> list[Entry]:
        """The same as they are made of what is known now, whether the month is signed or not."""
        require(actor, Permission.VIEW_STATEMENTS)
        return self._made(month)

    def names(self, actor: Actor) -> dict[Account, str]:
        """What each account is called in the company's books."""
        require(actor, Permission.VIEW_STATEMENTS)
        return self._names()

    def name_accounts(self, actor: Actor, names: Mapping[Account, str]) -> None:
        """Keep what the accounts are called. Raises InputError where one is empty, too long, or stands twice."""
        require(actor, Permission.CLOSE_MONTH)
        clean = {account: " ".join(name.split()) for account, name in names.items()}
        after = self._names() | clean
        if any(not name or len(name) > LONGEST_NAME or not name.isprintable() for name in clean.values()):
            raise InputError(
                f"An account's name is empty or longer than {LONGEST_NAME} characters.",
                meaning="Nothing was changed.",
                action="Write each as it stands in your books.",
                code="journal_account",
            )
        if _is_shared(Account.CLEARING, after):
            raise InputError(
                "The clearing account is another account too.",
                meaning="It could not show the Stripe balance. Nothing was changed.",
                action="Give it an account of its own.",
                code="journal_account",
            )
        now = self._clock.now()
        with self._store.transaction():
            for account, name in clean.items():
                self._store.journal.name(account.value, name, actor.name, to_epoch(now))
            facts = {account.value: name for account, name in clean.items()}
            self._store.trail.append(actor, "journal.accounts_named", "journal", now, **facts)

    def _names(self) -> dict[Account, str]:
        kept = self._store.journal.names()
        return {account: kept.get(account.value, account.words) for account in Account}

    def _entries(self, month: Month) -> list[Entry]:
        kept = self._signed(month)
        return self._made(month) if kept is None else kept

    def _signed(self, month: Month) -> list[Entry] | None:
        close = self._store.month_closes.live(month.name)
        if close is None or not CloseState(close["state"]).is_in_force:
            return None
        return [read_entry(one) for one in json.loads(close["inputs"]).get("journal", [])]

    def _made(self, month: Month) -> list[Entry]:
        entries = [*self._after_close(month), *self._activity(month), *self._arrivals(month)]
        return sorted(entries, key=lambda one: (one.day, one.number))

    def _after_close(self, month: Month) -> list[Entry]:
        """What came to the month before after it was signed, by account."""
        name = (month.first - timedelta(days=1)).isoformat()[:7]
        before = read_month(name, self._settings.timezone)
        kept = self._signed(before)
        if kept is None:
            return []
        was, now = totals(kept), totals(self._made(before))
        off: defaultdict[str, dict[Account, int]] = defaultdict(dict)
        for currency, account in was.keys() | now.keys():
            off[currency][account] = now.get((currency, account), 0) - was.get((currency, account), 0)
        made = [
            make_entry(
                f"ACH-{month.name}-after-{name}-{currency}", month.first, f"After the close of {name}", currency, sums
            )
            for currency, sums in sorted(off.items())
        ]
        return [one for one in made if one]

    def _activity(self, month: Month) -> list[Entry]:
        days: defaultdict[tuple[date, bool, str], defaultdict[Account, int]] = defaultdict(lambda: defaultdict(int))
        for row in self._store.journal.sums(month.begins_at, month.ends_at):
            day = from_epoch(row["at"]).astimezone(self._settings.timezone).date()
            sums = days[day, bool(row["old_rail"]), row["currency"]]
            sums[ACCOUNTS.get(group_of(row["type"], row["rail"]), Account.OTHER)] -= row["amount"]
            sums[Account.FEES] += row["fee"]
            sums[Account.CLEARING] += row["net"]
        made = []
        for (day, old, currency), sums in days.items():
            rail = "old" if old else "new"
            number = f"ACH-{month.name}-{day.day:02}-{rail}-{currency}"
            made.append(make_entry(number, day, f"Stripe balance, {rail} rail", currency, sums))
        return [one for one in made if one]

    def _arrivals(self, month: Month) -> list[Entry]:
        made = []
        for row in self._store.journal.arrived(month.bank_begins, month.bank_ends):
            day = from_epoch(row["arrival"]).date()
            sums = {Account.BANK: row["amount"], Account.CLEARING: -row["amount"]}
            memo = f"Payout {row['id']}"
            made.append(make_entry(f"ACH-{month.name}-{row['id']}", day, memo, row["currency"], sums))
        return [one for one in made if one]


def _is_shared(account: Account, names: Mapping[Account, str]) -> bool:
    """Whether another account has its name, as it was typed or as ledger text writes it."""
    typed = [name.casefold() for name in names.values()]
    if typed.count(names[account].casefold()) > 1:
        return True
    for form in (full_name, beancount_name):
        written = [form(one, name).casefold() for one, name in names.items()]
        if written.count(form(account, names[account]).casefold()) > 1:
            return True
    return False
