"""BAI2, the cash management balance report of US banks.

Source: BAI Cash Management Balance Reporting Specifications, version 2. Records 01 and 99 hold the file, 02 and 98 a
day of one bank (group), 03 and 49 an account, 16 a movement, 88 continues any of them. Amounts are in the currency's
smallest unit, without a mark. A line's day is its group's as-of date. Control totals and record counts are checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from dashboard.domain.bank_values import Unreadable, make_day
from dashboard.domain.statements import FileLine, Format, Refusal, Statement, StatementFile
from dashboard.statements.text import refuse

_RECORD = re.compile(r"(?P<code>01|02|03|16|49|88|98|99),")
_NEXT = re.compile(r"/\s+(?=(?:02|03|16|49|88|98|99),)")  # some banks put several records on one line
_AMOUNT = re.compile(r"(?P<sign>[+-]?)(?P<digits>[0-9]{1,25})")
OPENING, CLOSING = "010", "015"  # opening ledger, closing ledger
CREDITS, DEBITS = "100", "400"  # total credits, total debits
STATUSES = {"2": "a deletion", "3": "a correction", "4": "a test"}
INTERIM = {"1": "an interim report of the day before", "3": "an interim report of the same day"}


@dataclass
class _Record:
    code: str
    line: int
    text: str
    physical: int = 1
    rows: list[str] = field(default_factory=list)


@dataclass
class _Account:
    """An account's part of a group as far as it was read; amounts in cents."""

    number: str
    currency: str
    day: date | None
    line: int
    sum: int = 0
    records: int = 0
    opening: int | None = None
    closing: int | None = None
    totals: dict[str, int] = field(default_factory=dict)
    lines: list[FileLine] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    def close(self) -> Statement:
        """The account's statement of that day, its totals compared with its lines where it lists any."""
        if self.lines:
            credits = sum(line.cents for line in self.lines if line.cents > 0)
            debits = -sum(line.cents for line in self.lines if line.cents < 0)
            if self.totals.get(CREDITS, credits) != credits or self.totals.get(DEBITS, debits) != debits:
                self.findings.append(
                    f"Line {self.line}: the account's total credits or debits are not those of its lines."
                )
        return Statement(
            lines=tuple(self.lines),
            refusals=tuple(self.refusals),
            number=self.number,
            currency=self.currency,
            opening=self.opening,
            closing=self.closing,
            findings=tuple(self.findings),
        )


@dataclass
class _Group:
    day: date | None
    currency: str
    problem: str
    pending: bool


def is_bai2(text: str) -> bool:
    """Whether a text begins with a BAI2 file header."""
    return bool(re.match(r"\s*01,[^\n]*", text)) and bool(re.search(r"(?m)(?:^|/)\s*(?:02|03|99),", text))


def read_bai2(text: str) -> StatementFile:
    """Every account of every group. Raises InputError where the file is cut off or out of order."""
    statements: list[Statement] = []
    group: _Group | None = None
    account: _Account | None = None
    ended = False
    for record in _records(text):
        if ended:
            raise refuse(f"Line {record.line}: a record stands behind the end of the file (99).")
        if record.code == "02":
            group = _read_group(record)
        elif record.code == "03":
            if group is None:
                raise refuse(f"Line {record.line}: an account stands outside of a group (02).")
            if account:
                raise refuse(f"Line {record.line}: the account before has no end (49).")
            account = _read_account(record, group)
        elif record.code == "16":
            if account is None or group is None:
                raise refuse(f"Line {record.line}: a movement stands outside of an account (03).")
            _take_movement(account, group, record)
        elif record.code == "49":
            if account is None:
                raise refuse(f"Line {record.line}: an account ends (49) that has not begun.")
            _check_control(account, record)
            statements.append(account.close())
            account = None
        elif record.code == "98":
            group = None
        elif record.code == "99":
            ended = True
    if not ended:
        raise refuse("The BAI2 file ends without its last record (99): it was cut off.")
    if not statements:
        raise refuse("The BAI2 file has no account in it.")
    return StatementFile(Format.BAI2, tuple(statements))


def _records(text: str) -> Iterator[_Record]:
    """Each record with its continuations; a row that begins with no code continues a text."""
    current: _Record | None = None
    for number, row in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        for piece in _NEXT.split(row):
            bare = piece.strip() if _RECORD.match(piece.strip()) else piece.rstrip()
            if not bare:
                continue
            matched = _RECORD.match(bare)
            if matched is None:
                if current is None or current.code not in {"16", "88"}:
                    raise refuse(f"Line {number} is no BAI2 record.")
                current.rows.append(bare.strip())
            elif matched["code"] == "88":
                if current is None:
                    raise refuse(f"Line {number} continues nothing (88).")
                current.rows.append(bare[3:])
                current.physical += 1
            else:
                if current:
                    yield current
                current = _Record(matched["code"], number, bare[3:])
    if current:
        yield current


def _fields(record: _Record) -> list[str]:
    """The fields of a record and its continuations; a slash ends each physical row."""
    rows = [row.rstrip().removesuffix("/") for row in (record.text, *record.rows)]
    return ",".join(rows).split(",")


def _read_group(record: _Record) -> _Group:
    found = [*_fields(record), *[""] * 8]
    status, said, currency, modifier = found[2], found[3], found[5], found[6]
    problem = f"the group is {STATUSES[status]}" if status in STATUSES else ""
    try:
        day = make_day(2000 + int(said[:2]), int(said[2:4]), int(said[4:6]), said)
    except (Unreadable, ValueError):
        day, problem = None, problem or f"the group's date “{said}” is no day (line {record.line})"
    if modifier in INTERIM:
        problem = problem or f"the group is {INTERIM[modifier]}, which may still change"
    return _Group(day, currency.lower() or "usd", problem, modifier in INTERIM)


def _read_account(record: _Record, group: _Group) -> _Account:
    found = _fields(record)
    currency = (found[1] if len(found) > 1 else "").strip().lower() or group.currency
    account = _Account(found[0].strip(), currency, group.day, record.line, records=record.physical)
    place = 2
    while place < len(found) and any(found[place:]):
        code, amount = found[place].strip(), (found[place + 1] if place + 1 < len(found) else "").strip()
        if not code:  # a row that ended with a comma before its slash
            place += 1
            continue
        try:
            place = _skip_funds(found, place + 3)
            cents = _read_amount(amount or "0")
        except Unreadable as error:
            account.findings.append(f"Line {record.line}: {error}.")
            break
        account.sum += cents
        if not amount:
            continue
        if code == OPENING:
            account.opening = cents
        elif code == CLOSING:
            account.closing = cents
        elif code in {CREDITS, DEBITS}:
            account.totals[code] = abs(cents)
    return account


def _skip_funds(found: list[str], place: int) -> int:
    """The place behind the funds type that stands at a place, and behind what belongs to it. Raises Unreadable."""
    kind = found[place].strip().upper() if place < len(found) else ""
    place += 1
    if kind == "S":
        return place + 3
    if kind == "V":
        return place + 2
    if kind == "D":
        count = found[place].strip() if place < len(found) else ""
        if not count.isdigit():
            raise Unreadable(f"“{count}” is no number of days of availability")
        return place + 1 + 2 * int(count)
    return place


def _take_movement(account: _Account, group: _Group, record: _Record) -> None:
    account.records += record.physical
    try:
        account.lines.append(_read_movement(account, group, record))
    except Unreadable as error:
        reason = str(error)
        account.refusals.append(Refusal(record.line, f"{reason[0].upper()}{reason[1:]}.", pending=group.pending))


def _read_movement(account: _Account, group: _Group, record: _Record) -> FileLine:
    rows = [record.text, *record.rows]
    first = rows[0].rstrip().removesuffix("/").split(",")
    code, amount = first[0].strip(), (first[1] if len(first) > 1 else "").strip()
    cents = _read_amount(amount) if amount else 0
    account.sum += cents
    if group.problem or group.day is None:
        raise Unreadable(group.problem)
    if not code.isdigit() or len(code) != 3:
        raise Unreadable(f"“{code}” is no type code")
    if code == "890":
        raise Unreadable("it carries a text and no money (type 890)")
    if not amount:
        raise Unreadable("the amount is missing")
    kind = int(code)
    if not (100 <= kind < 700 or 920 <= kind < 1000):
        raise Unreadable(f"type code {code} says neither credit nor debit")
    if cents < 0:
        raise Unreadable(f"“{amount}” has a sign, which the type code says")
    place = _skip_funds(first, 2)
    while place > len(first) and len(rows) > 1:  # what belongs to the funds type goes on in the next row
        first += rows.pop(1).rstrip().removesuffix("/").split(",")
    references = [one.strip() for one in first[place : place + 2]]
    rest = ",".join(first[place + 2 :])
    words = [rest, *(row.rstrip().removesuffix("/") for row in rows[1:])]
    return FileLine(
        number=record.line,
        posted_on=group.day,
        cents=cents if kind < 400 or 920 <= kind < 960 else -cents,
        text=" ".join(" ".join(words).split()) or f"Type {code}",
        reference=next((one for one in references if one), ""),
        hint=references[0] if references else "",
    )


def _read_amount(text: str) -> int:
    matched = _AMOUNT.fullmatch(text)
    if matched is None:
        raise Unreadable(f"“{text}” is no BAI2 amount")
    return -int(matched["digits"]) if matched["sign"] == "-" else int(matched["digits"])


def _check_control(account: _Account, record: _Record) -> None:
    account.records += 1
    found = [one.strip() for one in (*_fields(record), "", "")]
    if found[0]:
        try:
            if _read_amount(found[0]) != account.sum:
                account.findings.append(
                    f"Line {record.line}: the account's control total is not the sum of its records."
                )
        except Unreadable as error:
            account.findings.append(f"Line {record.line}: {error}.")
    if found[1].isdigit() and int(found[1]) != account.records:
        account.findings.append(
            f"Line {record.line}: the account says {found[1]} records, and has {account.records}: rows are missing."
        )
