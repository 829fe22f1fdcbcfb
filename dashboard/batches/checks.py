"""Every row of a batch against all that the desk knows, before anything is sent and without asking any provider."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dashboard.accounts.eligibility import Eligibility
from dashboard.debits.checks import CURRENCY, check_amount, check_invoice_reference
from dashboard.domain.bank_values import Unreadable, read_cents
from dashboard.domain.batches import BatchRow, Fault, RowState
from dashboard.domain.business_days import add_business_days
from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError
from dashboard.domain.folding import fold
from dashboard.domain.formatting import count, date_of, money
from dashboard.domain.formatting import day as day_of
from dashboard.domain.limits import Limit
from dashboard.domain.models import BankAccount, Customer, Problem, Purpose
from dashboard.domain.schedules import FARTHEST, due_at, first_day
from dashboard.limits import Reservations
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.store.batches.reading import KnownDebit

# `1.234` is one and some cents here, and more than a thousand elsewhere; `1,234` is a thousand in US dollars.
AMBIGUOUS = re.compile(r"[^0-9]*[0-9]{1,3}\.[0-9]{3}[^0-9]*")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
OF_CUSTOMER = (Limit.CUSTOMER_DAY, Limit.CUSTOMER_MONTH)


@dataclass(frozen=True)
class Checked:
    """The rows with what is wrong with each, and the day on which all of them are to be taken."""

    rows: Sequence[BatchRow]
    wanted_on: date | None

    @property
    def bad(self) -> int:
        """How many have a fault."""
        return sum(row.state is RowState.INVALID for row in self.rows)

    @property
    def total_cents(self) -> int:
        """Cents of those without one."""
        return sum(row.amount_cents or 0 for row in self.rows if row.state is not RowState.INVALID)


class RowChecks:
    """Reads what it needs in a few statements, so that 5,000 rows take seconds."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock, self._settings = store, clock, settings
        self._zone, self._rules = settings.timezone, settings.debit_rules
        self._eligibility = Eligibility(store, clock, settings.timezone)
        self._reservations = Reservations(store, clock, settings)

    def check(self, maker: str, rows: Sequence[BatchRow]) -> Checked:
        """Rows as they were typed, with what each is and what is wrong with it; `maker` is `Actor.key`.

        What a row already has as a fault of the file itself stays.
        """
        wanted_on = self._find_day(rows)
        customers = _Customers(self._store, rows)
        accounts = self._find_accounts(list({one.id for one in customers.all}))
        blockers = self._eligibility.of([one for found in accounts.values() for one in found])
        days = max(self._rules.reference_days, self._rules.same_days)
        since = self._clock.now() - timedelta(days=days)
        known = self._store.batch_reading.known_debits([one.id for one in customers.all], since)
        checked = [self._check_row(row, customers, accounts, blockers, wanted_on) for row in rows]
        checked = self._check_references(checked, known)
        checked = self._check_limits(checked, maker)
        ended, first = _end(checked), dict[tuple[str | None, int | None], int]()
        for row in ended:
            if row.state is RowState.VALID:
                first.setdefault((row.bank_account_id, row.amount_cents), row.line)
        return Checked([self._note_similar(row, first, known) for row in ended], wanted_on)

    # One row by itself.

    def _check_row(
        self,
        row: BatchRow,
        customers: _Customers,
        accounts: dict[str, list[BankAccount]],
        blockers: dict[str, Problem | None],
        wanted_on: date | None,
    ) -> BatchRow:
        faults = [one for one in row.faults if one.code in {"cells", "mangled"}]
        row = replace(row, faults=(), notes=(), similar_to=(), customer_id=None, bank_account_id=None)
        customer = customers.find(row.said.get("customer", ""), faults)
        account = None
        if customer is not None:
            account = _choose_account(row.said.get("account", ""), accounts.get(customer.id, []), blockers, faults)
        amount = self._read_amount(row.said.get("amount", ""), faults)
        reference = _read_reference(row.said.get("reference", ""), faults)
        purpose = _read_purpose(row.said.get("purpose", ""), faults)
        self._check_day(row.said.get("date", ""), wanted_on, faults)
        return replace(
            row,
            customer_id=customer.id if customer else None,
            bank_account_id=account.id if account else None,
            amount_cents=amount,
            reference=reference,
            purpose=purpose,
            faults=tuple(faults),
        )

    def _read_amount(self, said: str, faults: list[Fault]) -> int | None:
        if AMBIGUOUS.fullmatch(said):
            reason = f"“{said}” may be dollars and a part of a cent, or thousands"
            faults.append(Fault("amount", reason, "Write it with two digits behind the point", "ambiguous_amount"))
            return None
        try:
            cents = check_amount(read_cents(said, currency=CURRENCY))
        except Unreadable as error:
            words = str(error)
            faults.append(Fault("amount", words[:1].upper() + words[1:], "Write it as 1234.50", "invalid_amount"))
            return None
        except InputError as error:
            faults.append(Fault("amount", error.what.rstrip("."), error.action.rstrip("."), error.code))
            return None
        if cents > self._rules.max_cents:
            reason = f"{money(cents)} is above the most that this desk debits at once"
            fix = "Debit less, or ask an administrator about ACH_DESK_DEBIT_MAX_CENTS"
            faults.append(Fault("amount", reason, fix, "above_maximum"))
            return None
        return cents

    def _find_day(self, rows: Sequence[BatchRow]) -> date | None:
        """The day of the first row; the others must have the same."""
        return _read_day(rows[0].said.get("date", "")) if rows else None

    def _check_day(self, said: str, wanted_on: date | None, faults: list[Fault]) -> None:
        day = _read_day(said)
        if said and day is None:
            faults.append(Fault("date", f"“{said}” is no day", "Write it as 2026-12-01", "invalid_date"))
        elif day != wanted_on:
            first = day_of(wanted_on) if wanted_on else "no day"
            reason = f"The first row has {first}, and a batch is taken on one day"
            faults.append(Fault("date", reason, "Put it into a file of its own", "another_day"))
        elif day is not None:
            now = self._clock.now()
            if due_at(add_business_days(day, 0)) <= now:
                fix = f"Choose {day_of(first_day(now))} or later, or leave it empty"
                faults.append(Fault("date", f"{day_of(day)} is too soon to be taken", fix, "too_soon"))
            elif day > now.astimezone(self._zone).date() + FARTHEST:
                faults.append(Fault("date", "The day is more than three years away", "Choose a sooner one", "too_far"))

    # Beside other rows and debits.

    def _check_references(self, rows: list[BatchRow], known: dict[str, list[KnownDebit]]) -> list[BatchRow]:
        """Each reference once a customer: in the file, and among what was debited or waits since `reference_days`."""
        since = self._clock.now() - timedelta(days=self._rules.reference_days)
        used: dict[tuple[str, str], KnownDebit] = {}
        for customer, debits in known.items():
            for one in debits:
                if one.batch_id is not None or one.at >= since:
                    used.setdefault((customer, fold(one.reference)), one)
        seen, found = dict[tuple[str, str], int](), []
        for row in rows:
            key = (row.customer_id or "", fold(row.reference))
            if row.customer_id and row.reference:
                if key in seen:
                    reason = f"Line {seen[key]} has the same reference for this customer"
                    fix = "Leave one of them out, or give it its own reference"
                    row = _with(row, Fault("reference", reason, fix, "reference_twice"))
                elif (earlier := used.get(key)) is not None:
                    row = _with(row, self._say_used(earlier))
                seen.setdefault(key, row.line)
            found.append(row)
        return found

    def _say_used(self, earlier: KnownDebit) -> Fault:
        amount, day = money(earlier.amount_cents), date_of(earlier.at, self._zone)
        if earlier.batch_id is not None:
            reason = f"It waits in another batch ({amount}, submitted on {day})"
        else:
            reason = f"The customer was debited under it on {day} ({amount})"
        fix = "Leave it out; if that debit came back, present it again from its case"
        return Fault("reference", reason, fix, "reference_used")

    def _check_limits(self, rows: list[BatchRow], maker: str) -> list[BatchRow]:
        """What each row would take of the limits, those before it in the file counted too."""
        left: dict[tuple[Limit, str], int] = {}
        most: dict[Limit, int] = {}
        whole = self._reservations.uses("", maker, only=tuple(set(Limit) - set(OF_CUSTOMER)))
        for use in whole:
            left[use.limit, ""], most[use.limit] = use.left_cents, use.most_cents
        asked = set[str]()
        found = []
        for row in rows:
            customer = row.customer_id
            if row.faults or customer is None or row.amount_cents is None:
                found.append(row)
                continue
            if customer not in asked:
                asked.add(customer)
                for use in self._reservations.uses(customer, maker, only=OF_CUSTOMER):
                    left[use.limit, customer], most[use.limit] = use.left_cents, use.most_cents
            mine = [key for limit in most if (key := (limit, customer if limit in OF_CUSTOMER else "")) in left]
            over = next((key for key in mine if row.amount_cents > left[key]), None)
            if over is None:
                for key in mine:
                    left[key] -= row.amount_cents
            else:
                limit = over[0]
                reason = (
                    f"{money(row.amount_cents)} would go above the limit of {money(most[limit])} {limit.words}:"
                    f" {money(left[over])} is left at this row"
                )
                fix = f"Debit less, leave rows out, or ask an administrator about {limit.setting}"
                row = _with(row, Fault("amount", reason, fix, "above_limit"))
            found.append(row)
        return found

    def _note_similar(
        self, row: BatchRow, first: dict[tuple[str | None, int | None], int], known: dict[str, list[KnownDebit]]
    ) -> BatchRow:
        """What an approver should look at: the same amount of the same account, in the file or not long ago."""
        if row.state is RowState.INVALID or row.customer_id is None:
            return row
        since = self._clock.now() - timedelta(days=self._rules.same_days)
        alike = [
            one
            for one in known.get(row.customer_id, [])
            if one.bank_account_id == row.bank_account_id
            and one.counts_as_same
            and (one.amount_cents == row.amount_cents or fold(one.reference) == fold(row.reference))
            and one.at >= since
        ]
        notes = [
            f"The account was debited by {money(one.amount_cents)} on {date_of(one.at, self._zone)} ({one.reference})"
            for one in alike[:1]
        ]
        line = first[row.bank_account_id, row.amount_cents]
        if line != row.line:
            notes.append(f"The same amount of the same account stands in line {line}")
        return replace(row, notes=tuple(notes), similar_to=tuple(one.id for one in alike))

    def _find_accounts(self, customer_ids: list[str]) -> dict[str, list[BankAccount]]:
        found = defaultdict[str, list[BankAccount]](list)
        ids = self._store.batch_reading.accounts_of(customer_ids)
        for owned in self._store.accounts.several(ids).values():
            found[owned.account.customer_id].append(owned.account)
        return dict(found)


class _Customers:
    """The customers that rows name, by our id or by the team's reference."""

    def __init__(self, store: Store, rows: Sequence[BatchRow]) -> None:
        said = list({row.said.get("customer", "") for row in rows} - {""})
        by_reference = store.customers.references(said)
        self._by_id = store.customers.several([*said, *(one.id for one in by_reference.values())])
        self._by_reference = {key: self._by_id.get(one.id) for key, one in by_reference.items()}

    @property
    def all(self) -> list[Customer]:
        """Every one of them."""
        return list(self._by_id.values())

    def find(self, said: str, faults: list[Fault]) -> Customer | None:
        """The customer that a cell names; else why not, in `faults`."""
        if not said:
            faults.append(Fault("customer", "The customer is missing", "Write your reference of them", "no_customer"))
            return None
        found = self._by_id.get(said) or self._by_reference.get(fold(said))
        if found is None:
            reason = f"No customer has the reference “{said}”, or they were merged or erased"
            fix = "Look it up under Customers, or add the customer and link a bank first"
            faults.append(Fault("customer", reason, fix, "unknown_customer"))
        return found


def _choose_account(
    said: str, accounts: list[BankAccount], blockers: dict[str, Problem | None], faults: list[Fault]
) -> BankAccount | None:
    """The account that is meant: the one that is named, else the only one that can be debited."""
    found, digits = accounts, said.lstrip("•* .xX")
    if said:
        found = [
            one
            for one in accounts
            if one.id == said or (one.mask and digits and one.mask == digits.zfill(len(one.mask)))
        ]
    if not found:
        reason = f"The customer has no account in use that ends in {said}" if said else "The customer has no account"
        faults.append(Fault("account", reason, "Link their bank first, or correct the digits", "no_account"))
        return None
    ready = [one for one in found if blockers[one.id] is None]
    if len(ready) == 1:
        return ready[0]
    if len(ready) > 1:
        ends = ", ".join(sorted(one.mask or one.id for one in ready))
        reason = f"The customer has {count(len(ready), 'account')} that it could be ({ends})"
        faults.append(Fault("account", reason, "Write the last digits of the one that is meant", "which_account"))
        return None
    problem = blockers[found[0].id]
    words = (problem.what, problem.action, problem.code) if problem else ("It cannot be debited", "", "not_ready")
    faults.append(Fault("account", words[0].rstrip("."), words[1].rstrip("."), words[2]))
    return None


def _read_reference(said: str, faults: list[Fault]) -> str:
    try:
        return check_invoice_reference(said)
    except InputError as error:
        faults.append(Fault("reference", error.what.rstrip("."), error.action.rstrip("."), error.code))
        return ""


def _read_purpose(said: str, faults: list[Fault]) -> Purpose:
    if not said:
        return Purpose.OTHER
    try:
        return Purpose(said.lower())
    except ValueError:
        fix = f"Write {', '.join(Purpose)}, or leave it empty"
        faults.append(Fault("purpose", f"“{said}” is no purpose that Nacha knows", fix, "invalid_purpose"))
        return Purpose.OTHER


def _read_day(said: str) -> date | None:
    if not ISO_DAY.fullmatch(said):
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def _with(row: BatchRow, fault: Fault) -> BatchRow:
    return replace(row, faults=(*row.faults, fault))


def _end(rows: Sequence[BatchRow]) -> list[BatchRow]:
    """Each row as it is kept: one with a fault is left out."""
    return [replace(row, state=RowState.INVALID if row.faults else RowState.VALID) for row in rows]
