"""A bank's CSV: its head found by its names, each row read by a profile, its balances checked."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dashboard.domain.bank_values import Unreadable, read_cents, read_day
from dashboard.domain.csv_profiles import (
    BOOKED,
    FAILED,
    PENDING,
    WELLS_FARGO,
    CsvProfile,
    built_in,
    known_by,
)
from dashboard.domain.errors import InputError
from dashboard.domain.folding import fold
from dashboard.domain.formatting import count
from dashboard.domain.statements import FileLine, Format, Refusal, Statement, StatementFile, check_running
from dashboard.statements.text import refuse

HEAD_WITHIN = 40  # rows; a summary stands above the head at some banks
SEPARATORS = ",;\t|"
# Bank of America's summary above the head: what the rows must add up to.
SUMMARY = re.compile(r"(?P<what>beginning balance|ending balance|total credits|total debits)\b.*", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """A row with something in it; `number` is the line where it begins."""

    number: int
    cells: list[str]


@dataclass
class _Summary:
    values: dict[str, int] = field(default_factory=dict)


def read_rows(text: str, separator: str) -> list[Row]:
    """Every row with something in it. Raises InputError where quotes are broken."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[Row] = []
    last = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(last + 1, cells))
            last = reader.line_num
    except csv.Error as error:
        raise refuse(f"Line {reader.line_num} is not CSV ({error}).", "Look at its quotes.") from None
    return rows


def read_csv(text: str, profiles: Sequence[CsvProfile], name: str = "") -> StatementFile:
    """The file by the profile of that name, else by the one whose columns it has. Raises InputError where none fits.

    `profiles` are the newest versions of those that people made; the built-in ones need no list.
    """
    if not text.strip():
        raise refuse("The file is empty.")
    if name:
        profile = built_in(name) or next((one for one in profiles if fold(one.name) == fold(name)), None)
        if profile is None:
            known = ", ".join(["chase, bank-of-america, wells-fargo, mercury", *(one.name for one in profiles)])
            raise refuse(f"There is no CSV profile “{name}”.", f"Choose one of: {known}.", "profile")
        rows = read_rows(text, profile.separator)
        return _read(rows, profile, _find_head(rows, profile))
    for profile in profiles:
        if profile.header and profile.separator in text:
            rows = _try_rows(text, profile.separator)
            for place, row in enumerate(rows[:HEAD_WITHIN]):
                if [fold(cell) for cell in row.cells] == [fold(cell) for cell in profile.header]:
                    return _read(rows, profile, place)
    rows = read_rows(text, ",")
    for place, row in enumerate(rows[:HEAD_WITHIN]):
        if found := known_by(row.cells):
            return _read(rows, found, place)
    if is_wells_fargo(rows):
        return _read(rows, WELLS_FARGO, -1)
    raise InputError(
        "No profile knows the columns of this CSV file.",
        meaning="Nothing was imported. Which column is the amount and which number is the month is not guessed.",
        action="Drop it on the page Bank statements and choose its columns once, or name a profile with --profile.",
        code="profile_unknown",
    )


def _try_rows(text: str, separator: str) -> list[Row]:
    try:
        return read_rows(text, separator)
    except InputError:
        return []


def is_wells_fargo(rows: Sequence[Row]) -> bool:
    """Whether every row is Wells Fargo's: no head, five columns, a star in the third."""
    return bool(rows) and all(len(row.cells) == 5 and row.cells[2].strip() == "*" for row in rows)


def _find_head(rows: Sequence[Row], profile: CsvProfile) -> int:
    """The place of the row with the profile's columns; -1 for a profile without a head. Raises InputError."""
    if profile.columns:
        if any(len(row.cells) < profile.columns for row in rows[:1]):
            raise refuse(f"The file has fewer than {profile.columns} columns.", "Choose another profile.", "profile")
        return -1
    for place, row in enumerate(rows[:HEAD_WITHIN]):
        names = [fold(cell) for cell in row.cells]
        if all(fold(one) in names for one in profile.needed):
            twice = [one for one in profile.needed if names.count(fold(one)) > 1]
            if twice:
                raise refuse(f"Line {row.number} names the column “{twice[0]}” twice.", "Choose another profile.")
            return place
    missing = ", ".join(f"“{one}”" for one in profile.needed)
    raise refuse(
        f"The file does not have the columns of the profile {profile.name}: {missing}.",
        "Choose another profile, or choose the columns again.",
        "profile",
    )


def _read(rows: Sequence[Row], profile: CsvProfile, head: int) -> StatementFile:
    names = [fold(cell) for cell in rows[head].cells] if head >= 0 else []
    reader = _RowReader(profile, names)
    summary = _read_summary(rows[: max(head, 0)], profile)
    by_account: dict[tuple[str, str], list[FileLine]] = {}
    refusals: list[Refusal] = []
    opening: int | None = summary.values.get("beginning balance")
    for row in rows[head + 1 :]:
        if head >= 0 and [fold(cell) for cell in row.cells] == names:
            continue  # the head again, where two downloads were put behind each other
        stated = reader.read_stated_balance(row)
        if stated is not None:
            opening = stated if opening is None else opening
            continue
        try:
            line, account = reader.read(row)
            by_account.setdefault(account, []).append(line)
        except _Pending as error:
            refusals.append(Refusal(row.number, str(error), pending=True))
        except Unreadable as error:
            refusals.append(Refusal(row.number, f"{str(error)[0].upper()}{str(error)[1:]}."))
    closing = summary.values.get("ending balance")
    stated_balances = opening if len(by_account) < 2 else None, closing if len(by_account) < 2 else None
    statements = [
        _make_statement(lines, *account, *stated_balances, summary) for account, lines in by_account.items()
    ] or [_make_statement([], "", profile.currency, *stated_balances, summary)]
    return StatementFile(Format.CSV, tuple(statements), tuple(refusals), profile.name, profile.version)


def _make_statement(
    lines: list[FileLine], number: str, currency: str, opening: int | None, closing: int | None, summary: _Summary
) -> Statement:
    ran_from, ran_to, findings, proved = check_running(lines)
    found = list(findings)
    for what, stated, ran in (("beginning", opening, ran_from), ("ending", closing, ran_to)):
        if stated is not None and ran is not None and stated != ran:
            found.append(f"The {what} balance that the file states is not the one that its rows run to.")
    for what, total in (
        ("total credits", sum(line.cents for line in lines if line.cents > 0)),
        ("total debits", sum(line.cents for line in lines if line.cents < 0)),
    ):
        if summary.values.get(what, total) != total:
            found.append(f"The {what} that the file states are not the sum of its rows.")
    derived = opening is None or closing is None
    return Statement(
        lines=tuple(lines),
        number=number,
        currency=currency,
        opening=ran_from if opening is None else opening,
        closing=ran_to if closing is None else closing,
        findings=tuple(found),
        proved=proved,
        derived=derived,
    )


def _read_summary(rows: Sequence[Row], profile: CsvProfile) -> _Summary:
    found = _Summary()
    for row in rows:
        cells = [cell.strip() for cell in row.cells if cell.strip()]
        matched = SUMMARY.fullmatch(cells[0]) if len(cells) == 2 else None
        if matched:
            try:
                cents = read_cents(cells[1], currency=profile.currency, decimal=profile.decimal)
            except Unreadable as error:
                raise refuse(f"Line {row.number}: {error}.") from None
            found.values[matched["what"].lower()] = cents
    return found


class _Pending(Exception):
    """A row that the bank has not booked yet."""


class _RowReader:
    """Reads rows by a profile."""

    def __init__(self, profile: CsvProfile, names: list[str]) -> None:
        self._profile, self._names = profile, names
        self._meanings = {fold(word): meaning for word, meaning in profile.statuses}

    def read(self, row: Row) -> tuple[FileLine, tuple[str, str]]:
        """The line, with its account and currency. Raises Unreadable, _Pending."""
        profile = self._profile
        width = len(self._names) or profile.columns
        if any(cell.strip() for cell in row.cells[width:]):
            raise Unreadable(f"the row has {count(len(row.cells), 'cell')}, the head {width}")
        self._check_status(row)
        currency = self._cell(row, profile.currency_column).lower() or profile.currency
        if not re.fullmatch("[a-z]{3}", currency):
            raise Unreadable(f"“{currency}” is no currency")
        posted = read_day(self._cell(row, profile.date), profile.date_format)
        cents = self._read_amount(row, currency)
        balance = self._cell(row, profile.balance)
        texts = list(dict.fromkeys(filter(None, (" ".join(self._cell(row, one).split()) for one in profile.text))))
        if not texts:
            raise Unreadable("the bank's text is missing")
        return FileLine(
            number=row.number,
            posted_on=posted,
            cents=-cents if profile.inverted else cents,
            text=" · ".join(texts),
            reference=next((found for one in profile.reference if (found := self._cell(row, one))), ""),
            hint=self._cell(row, profile.hint),
            balance=read_cents(balance, currency=currency, decimal=profile.decimal) if balance else None,
        ), (self._cell(row, profile.number), currency)

    def read_stated_balance(self, row: Row) -> int | None:
        """The balance of a row that is no movement: `Beginning balance as of …`, without an amount; else None."""
        words = " ".join(self._cell(row, one) for one in self._profile.text)
        matched = SUMMARY.fullmatch(words.strip())
        balance = self._cell(row, self._profile.balance)
        if not matched or matched["what"].lower() != "beginning balance" or not balance:
            return None
        if self._cell(row, self._profile.amount):
            return None
        try:
            return read_cents(balance, currency=self._profile.currency, decimal=self._profile.decimal)
        except Unreadable as error:
            raise refuse(f"Line {row.number}: {error}.") from None

    def _check_status(self, row: Row) -> None:
        if not self._profile.status:
            return
        said = self._cell(row, self._profile.status)
        meaning = self._meanings.get(fold(said))
        if meaning == PENDING:
            raise _Pending(f"The bank has not booked it yet ({said}).")
        if meaning == FAILED:
            raise Unreadable(f"it moved no money ({said})")
        if meaning != BOOKED:
            raise Unreadable(f"the status “{said}” is not known" if said else "the status is missing")

    def _read_amount(self, row: Row, currency: str) -> int:
        profile = self._profile
        if profile.amount:
            cents = read_cents(self._cell(row, profile.amount), currency=currency, decimal=profile.decimal)
            if not profile.side:
                return cents
            if cents < 0:
                raise Unreadable("the amount has a sign, which the direction's column says")
            said = self._cell(row, profile.side)
            if fold(said) in {fold(one) for one in profile.debit_words}:
                return -cents
            if fold(said) in {fold(one) for one in profile.credit_words}:
                return cents
            raise Unreadable(f"the direction “{said}” is not known" if said else "the direction is missing")
        out, into = self._cell(row, profile.debit), self._cell(row, profile.credit)
        debit = read_cents(out, currency=currency, decimal=profile.decimal) if out else 0
        credit = read_cents(into, currency=currency, decimal=profile.decimal) if into else 0
        if not out and not into:
            raise Unreadable("the amount is missing")
        if debit and credit:
            raise Unreadable("it has an amount in both columns, money out and money in")
        return credit - abs(debit)

    def _cell(self, row: Row, column: str) -> str:
        if not column:
            return ""
        if column.startswith("#") and column[1:].isdigit():
            place = int(column[1:]) - 1
        else:
            name = fold(column)
            if name not in self._names:
                return ""
            place = self._names.index(name)
        return row.cells[place].strip() if place < len(row.cells) else ""


def columns_of(text: str) -> Iterator[tuple[str, list[Row]]]:
    """For a person who chooses columns: each separator under which the file has at least three columns, its rows."""
    for separator in SEPARATORS:
        rows = _try_rows(text, separator)
        if rows and max(len(row.cells) for row in rows) >= 3:
            yield separator, rows[: HEAD_WITHIN + 10]
