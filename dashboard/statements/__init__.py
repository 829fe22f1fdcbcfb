"""Bank statements: read, proved, and kept once each line.

A file proves itself before anything of it is kept: opening balance and lines make the closing balance where it states
both, and what was read and what was refused are all of its rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dashboard.domain.business_days import EASTERN
from dashboard.domain.clock import Clock
from dashboard.domain.csv_profiles import CsvProfile, check_profile
from dashboard.domain.errors import InputError
from dashboard.domain.folding import fold
from dashboard.domain.formatting import count
from dashboard.domain.ids import new_id
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor
from dashboard.domain.stated_periods import Days
from dashboard.domain.statement_chains import Period, link
from dashboard.domain.statements import FileLine, Refusal, StatementFile, identities
from dashboard.staff.access import Permission, require
from dashboard.statements.csv_file import columns_of, read_csv
from dashboard.statements.reading import read_files
from dashboard.statements.text import decode, refuse
from dashboard.store import Store
from dashboard.store.sql import from_epoch, to_epoch, to_json
from dashboard.store.statements.rows import StatementTable

NAME_LIMIT = 60
Identified = tuple[str, int, FileLine]  # a line with its identity and its ordinal among twins
TIES = {True: "yes", False: "no", None: "unknown"}


@dataclass(frozen=True)
class ImportResult:
    """What became of a file; money in cents. `rows` are `read` and `refused`; `read` are `new` and `known`."""

    account: str
    format: str
    rows: int
    read: int
    refused: int
    new: int
    known: int
    opening: int | None
    closing: int | None
    ties: bool | None
    difference: int
    currency: str
    refusals: tuple[Refusal, ...]
    findings: tuple[str, ...]
    file_ids: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """As the command line prints it."""
        return {
            "format": self.format,
            "lines": self.rows,
            "read": self.read,
            "refused": self.refused,
            "new": self.new,
            "known": self.known,
            "opening_cents": self.opening,
            "closing_cents": self.closing,
            "ties": self.ties,
        }


class NothingRead(InputError):
    """No row of a file could be read; carries the refusals."""

    def __init__(self, result: ImportResult) -> None:
        first = result.refusals[0]
        super().__init__(
            f"None of the file's {count(result.rows, 'row')} can be read: line {first.line}: {first.reason}",
            meaning="Nothing was imported.",
            action="See the reason for each row.",
            code="statement_refused",
        )
        self.result = result


class Statements:
    """Takes statement files, and lists what is known of each account."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def check(
        self, actor: Actor, content: bytes, *, account: str, file_name: str = "", profile: str = "", number: str = ""
    ) -> ImportResult:
        """What importing a file would do; nothing is kept. Raises InputError where the file is refused."""
        require(actor, Permission.IMPORT_STATEMENTS)
        name = check_account_name(account)
        return self._plan(name, self._read(content, file_name, profile, number))[0]

    def take(
        self, actor: Actor, content: bytes, *, account: str, file_name: str = "", profile: str = "", number: str = ""
    ) -> ImportResult:
        """Import a file, all of it or nothing. Raises InputError where the file is refused, with the reason.

        The account is made where there is none of that name. `profile` names a CSV mapping, `number` ends like the
        account's number where a file holds several.
        """
        require(actor, Permission.IMPORT_STATEMENTS)
        name = check_account_name(account)
        files = self._read(content, file_name, profile, number)  # before the lock: a large file takes a while
        with self._store.transaction():
            result, found = self._plan(name, files)
            ids = [
                self._keep(actor, result.account, file, lines, result.currency)
                for file, lines in zip(files, found, strict=True)
            ]
        return replace(result, file_ids=tuple(ids))

    def accounts(self, actor: Actor) -> list[dict[str, Any]]:
        """Every account of which there are statements: name, currency, number_end, lines, begins_on, ends_on."""
        require(actor, Permission.VIEW_STATEMENTS)
        return self._store.statements.accounts()

    def files(self, actor: Actor, account: str) -> list[dict[str, Any]]:
        """An account's files with their proofs, the last one first; `imported_at` is aware UTC.

        `chains` says how each follows the one before.
        """
        require(actor, Permission.VIEW_STATEMENTS)
        chains = self._chains(account)
        return [
            {**row, "chains": chains.get(row["id"]), "imported_at": from_epoch(row["imported_at"])}
            for row in self._store.statements.files(account)
        ]

    def refusals(self, actor: Actor, file_id: str) -> list[Refusal]:
        """What was refused in a file, by line, with the reasons."""
        require(actor, Permission.VIEW_STATEMENTS)
        require_found(self._store.statements.file(file_id), "file")
        return self._store.statements.refusals(file_id)

    def profiles(self, actor: Actor) -> list[CsvProfile]:
        """The newest version of every CSV mapping that people made."""
        require(actor, Permission.VIEW_STATEMENTS)
        return self._store.statements.profiles()

    def look_at_columns(self, actor: Actor, content: bytes) -> list[tuple[str, list[list[str]]]]:
        """For choosing columns: each separator under which the file is a table, with its first rows; maybe none."""
        require(actor, Permission.IMPORT_STATEMENTS)
        text = decode(content)
        return [(mark, [row.cells for row in rows]) for mark, rows in columns_of(text)]

    def try_profile(self, actor: Actor, content: bytes, profile: CsvProfile) -> StatementFile:
        """How a file is read by a mapping that is being made; nothing is kept. Raises InputError."""
        require(actor, Permission.IMPORT_STATEMENTS)
        return read_csv(decode(content), [check_profile(profile)], profile.name)

    def keep_profile(self, actor: Actor, profile: CsvProfile) -> CsvProfile:
        """Keep a mapping as the next version of its name; the versions that files were read with stay.

        Raises InputError where it is not whole.
        """
        require(actor, Permission.IMPORT_STATEMENTS)
        name = " ".join(profile.name.split())[:NAME_LIMIT]
        with self._store.transaction():
            version = self._store.statements.profile_version(name) + 1
            kept = check_profile(replace(profile, name=name, version=version))
            now = self._clock.now()
            self._store.statements.add_profile(kept, actor.name, now)
            self._store.trail.append(actor, "statement.profile_kept", name, now, version=version)
        return kept

    def _read(self, content: bytes, file_name: str, profile: str, number: str) -> list[StatementFile]:
        return read_files(content, file_name, self._store.statements.profiles(), profile, number)

    def _plan(self, name: str, files: list[StatementFile]) -> tuple[ImportResult, list[list[Identified]]]:
        """What importing these files comes to, and the identities of each one's lines. Raises InputError."""
        known = self._store.statements.account(name)
        name = known["name"] if known else name
        currency = check_currency(name, known, files)
        check_number(name, known, files)
        new = 0
        seen: set[str] = set()
        found = [identities(name, file.lines) for file in files]
        for lines in found:
            ids = [id for id, _, _ in lines]
            fresh = set(ids) - self._store.statements.known(ids) - seen
            new += len(fresh)
            seen |= fresh
        result = _sum_up(name, currency, files, new)
        if new:
            result = replace(result, findings=(*result.findings, *self._read_otherwise(name, files)))
        if not result.read and any(not one.pending for one in result.refusals):
            raise NothingRead(result)
        says_nothing = result.opening is None and result.closing is None and not any(map(self._covers, files))
        if not result.rows and says_nothing:
            raise refuse("The file has no rows in it.", "Choose a period with movements.", "statement_empty")
        return result, found

    def _read_otherwise(self, account: str, files: Sequence[StatementFile]) -> list[str]:
        """A sentence where the account has lines of the same days in another format: each bank words them anew."""
        days = [line.posted_on.isoformat() for file in files for line in file.lines]
        ways = {(file.format.value, file.profile) for file in files}
        if not days:
            return []
        others = {
            (row["format"], row["profile"]): row["lines"]
            for row in self._store.statements.ways_between(account, min(days), max(days))
        }
        return [
            f"{count(lines, 'line')} of the same days came in another form ({' '.join(filter(None, way))}):"
            " a movement that is worded differently there stands twice now."
            for way, lines in others.items()
            if way not in ways
        ]

    def _keep(self, actor: Actor, account: str, file: StatementFile, found: list[Identified], currency: str) -> str:
        """Keep one file and its new lines, in the caller's transaction; its id."""
        now, table = self._clock.now(), self._store.statements
        end = number_end(file)
        if table.account(account) is None:
            table.add_account(account, currency, end, now)
        elif end:
            table.learn_number(account, end)
        there = table.known([id for id, _, _ in found])
        fresh = [one for one in found if one[0] not in there]
        earlier = table.same_file(account, file.digest, file.profile, file.version)
        id = earlier["id"] if earlier else new_id("stmt")
        first, last = self._covers(file) or (None, None)
        if earlier is None:
            values = {
                "id": id,
                "account": account,
                "digest": file.digest,
                "name": file.name[:200],
                "format": file.format.value,
                "profile": file.profile,
                "profile_version": file.version,
                "begins_on": _iso(first),
                "ends_on": _iso(last),
                "opening_cents": file.opening,
                "closing_cents": file.closing,
                "ties": TIES[file.ties],
                "difference_cents": file.difference,
                "findings": to_json(file.remarks()),
                "read": len(file.lines),
                "refused": len(file.refused),
                "added": len(fresh),
                "imported_by": actor.name,
                "imported_at": to_epoch(now),
            }
            table.add_file(values, file.refused)
        table.add_lines(
            [
                {
                    "id": line_id,
                    "account": account,
                    "posted_on": line.posted_on.isoformat(),
                    "cents": line.cents,
                    "currency": currency,
                    "text": line.text,
                    "reference": line.reference,
                    "ordinal": ordinal,
                    "hint": line.hint,
                    "file_id": id,
                    "line": line.number,
                }
                for line_id, ordinal, line in fresh
            ]
        )
        self._store.trail.append(
            actor,
            "statement.imported",
            id,
            now,
            account=account,
            file=file.digest[:16],
            format=file.format.value,
            read=len(file.lines),
            refused=len(file.refused),
            added=len(fresh),
            ties=TIES[file.ties],
        )
        return id

    def _covers(self, file: StatementFile) -> Days | None:
        return file.covers(self._clock.now().astimezone(EASTERN).date())

    def _chains(self, account: str) -> dict[str, int | None]:
        """By how many cents each file misses the one before it, where that can be said: 0 where it follows."""
        periods, total = read_periods(self._store.statements, account)
        return {one.after.file: one.off for one in link(periods, total)}


def check_account_name(name: str) -> str:
    """The name that a person gave an account. Raises InputError."""
    bare = " ".join(name.split())
    if not bare or len(bare) > NAME_LIMIT:
        raise InputError(
            "The account needs a name of at most 60 characters.",
            meaning="Nothing was imported.",
            action="Name it as your team does, such as “Chase operating”.",
            code="statement_account",
        )
    return bare


def check_currency(name: str, known: dict[str, Any] | None, files: Sequence[StatementFile]) -> str:
    """The account's currency. Raises InputError where the file is in another."""
    found = {one.currency for file in files for one in file.statements if one.currency}
    wanted = known["currency"] if known else next(iter(found), "usd")
    if found - {wanted}:
        other = min(found - {wanted})
        raise refuse(
            f"The file is in {other.upper()}, and the account {name} in {wanted.upper()}.",
            "Import it into an account of its own.",
            "statement_currency",
        )
    return str(wanted)


def check_number(name: str, known: dict[str, Any] | None, files: Sequence[StatementFile]) -> None:
    """Nothing, or InputError where a file is of another account than the one it is imported into."""
    ends = {end for file in files if (end := number_end(file))}
    if known and known["number_end"]:
        ends.add(known["number_end"])
    if len(ends) > 1:
        raise refuse(
            f"The file is of another account than {name}: their numbers end in {' and '.join(sorted(ends))}.",
            "Import it into an account of its own.",
            "statement_account",
        )


def number_end(file: StatementFile) -> str:
    """The last four characters of the account's number, where the file says it."""
    numbers = [one.number for one in file.statements if one.number]
    return re.sub(r"[^0-9a-z]", "", fold(numbers[0]))[-4:] if numbers else ""


def _sum_up(name: str, currency: str, files: Sequence[StatementFile], new: int) -> ImportResult:
    verdicts = [file.ties for file in files]
    ties = False if False in verdicts else True if None not in verdicts else None
    read = sum(len(file.lines) for file in files)
    refusals = tuple(one for file in files for one in file.refused)
    formats = {file.format.value for file in files}
    return ImportResult(
        account=name,
        format=next(iter(formats)) if len(formats) == 1 else "zip",
        rows=read + len(refusals),
        read=read,
        refused=len(refusals),
        new=new,
        known=read - new,
        opening=files[0].opening,
        closing=files[-1].closing,
        ties=ties,
        difference=sum(file.difference for file in files),
        currency=currency,
        refusals=refusals,
        findings=tuple(finding for file in files for finding in file.remarks()),
    )


def read_periods(table: StatementTable, account: str) -> tuple[list[Period], Callable[[date, date], int]]:
    """What `domain/statement_chains.py` asks of an account: its files' periods, and sums of its lines between days."""
    periods = [
        Period(
            row["id"],
            date.fromisoformat(row["begins_on"]),
            date.fromisoformat(row["ends_on"]),
            row["opening_cents"],
            row["closing_cents"],
        )
        for row in table.periods(account)
    ]

    def total(first: date, before: date) -> int:
        return table.total_between(account, first.isoformat(), before.isoformat())

    return periods, total


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
