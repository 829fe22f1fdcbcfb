"""A bank statement as it was read: lines, what was refused and why, and the proof that nothing is missing.

Money is integer cents of the account's currency, a credit positive; a day is the one that the bank posted, as it stands
in the file: no time zone ever moves it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from dashboard.domain.folding import fold
from dashboard.domain.stated_periods import Days, days_covered


class Format(StrEnum):
    """How a file is written; the value is printed and kept."""

    CSV = "csv"
    OFX = "ofx"
    CAMT = "camt.053"
    MT940 = "mt940"
    BAI2 = "bai2"


@dataclass(frozen=True)
class FileLine:
    """One movement, as the file has it in `number`, counted from 1. `hint` is the bank's own id: never the key.

    `balance` is what the account held after it, in cents, where the file says so.
    """

    number: int
    posted_on: date
    cents: int
    text: str
    reference: str = ""
    hint: str = ""
    balance: int | None = None


@dataclass(frozen=True)
class Refusal:
    """A row that was not taken, by its line in the file, and why. `pending`: the bank has not booked it yet."""

    line: int
    reason: str
    pending: bool = False


@dataclass(frozen=True)
class Statement:
    """A run of one account's lines between two balances, in cents; each may be missing.

    `number` is the account as the file names it, `currency` lower case, both empty where the file does not say.
    `findings` are what does not add up inside it, one sentence each; `notes` are what could not be used. `proved` is
    set where the file has a proof of its own, as a running balance is, that holds; `derived` where a balance was worked
    out from such a one. `stated` are the first and the last whole day that the file says it covers, where it does.
    """

    lines: tuple[FileLine, ...]
    refusals: tuple[Refusal, ...] = ()
    number: str = ""
    currency: str = ""
    opening: int | None = None
    closing: int | None = None
    findings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    proved: bool = False
    derived: bool = False
    stated: Days | None = None

    @property
    def total(self) -> int:
        """The lines' sum, in cents."""
        return sum(line.cents for line in self.lines)

    @property
    def ties(self) -> bool | None:
        """Whether the opening balance and the lines make the closing balance; None where that cannot be said."""
        if self.findings:
            return False
        if self.opening is None or self.closing is None:
            return True if self.proved else None
        if self.opening + self.total != self.closing:
            return False
        return True if self.proved or not self.derived else None


@dataclass(frozen=True)
class StatementFile:
    """A whole file. `rows` of it are lines or refusals; `profile` is the name and version of a CSV mapping."""

    format: Format
    statements: tuple[Statement, ...]
    refusals: tuple[Refusal, ...] = ()
    profile: str = ""
    version: int = 0
    name: str = ""
    digest: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def lines(self) -> list[FileLine]:
        """Every line, in the order of the file."""
        return [line for statement in self.statements for line in statement.lines]

    @property
    def refused(self) -> list[Refusal]:
        """Every row that was not taken, in the order of the file."""
        found = [*self.refusals, *(one for statement in self.statements for one in statement.refusals)]
        return sorted(found, key=lambda one: one.line)

    @property
    def rows(self) -> int:
        """How many rows the file has: what was read and what was refused."""
        return len(self.lines) + len(self.refused)

    @property
    def opening(self) -> int | None:
        """The first balance, in cents."""
        return self.statements[0].opening if self.statements else None

    @property
    def closing(self) -> int | None:
        """The last balance, in cents."""
        return self.statements[-1].closing if self.statements else None

    @property
    def begins_on(self) -> date | None:
        """The first day of a line, or one that is stated before it."""
        stated = [one.stated[0] for one in self.statements if one.stated]
        return min([*stated, *(line.posted_on for line in self.lines)], default=None)

    def covers(self, today: date) -> Days | None:
        """The first and the last day of its lines and of what it states; `today` is the day of its import."""
        found = [days_covered(one.stated, [line.posted_on for line in one.lines], today) for one in self.statements]
        days = [day for pair in found if pair for day in pair]
        return (min(days), max(days)) if days else None

    @property
    def ties(self) -> bool | None:
        """Whether every statement ties and each begins with what the one before ended with; None: cannot be said."""
        verdicts = [statement.ties for statement in self.statements]
        if False in verdicts or any(self._breaks()):
            return False
        return True if verdicts and None not in verdicts else None

    def findings(self) -> list[str]:
        """What does not add up, one sentence each; `difference` says by how much."""
        found = [finding for statement in self.statements for finding in statement.findings]
        for place, statement in enumerate(self.statements, 1):
            if statement.opening is not None and statement.closing is not None:
                off = statement.closing - statement.opening - statement.total
                if off:
                    found.append(f"Statement {place}: opening balance and lines differ from the closing balance.")
        return [*found, *self._breaks()]

    def remarks(self) -> list[str]:
        """What a person should know of the file: what does not add up, and what could not be used."""
        return [*self.findings(), *self.notes, *(note for statement in self.statements for note in statement.notes)]

    @property
    def difference(self) -> int:
        """By how much opening balances and lines miss the closing balances, in cents; 0 where they tie."""
        return sum(
            one.closing - one.opening - one.total
            for one in self.statements
            if one.opening is not None and one.closing is not None
        )

    def _breaks(self) -> Iterator[str]:
        for place, (before, after) in enumerate(zip(self.statements, self.statements[1:], strict=False), 1):
            if before.closing is not None and after.opening is not None and before.closing != after.opening:
                yield f"Statement {place + 1} does not begin with the balance that statement {place} ended with."


def identify(account: str, line: FileLine, ordinal: int) -> str:
    """A line's identity: account, day, cents, text, reference, and its ordinal among equal lines of its file, from 1.

    Source: what import tools learned by losing rows; a bank's own ids are reused, changed and missing.
    """
    facts = [account, line.posted_on.isoformat(), line.cents, fold(line.text), fold(line.reference), ordinal]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()[:40]


def identities(account: str, lines: Iterable[FileLine]) -> list[tuple[str, int, FileLine]]:
    """Each line of one file with its identity and its ordinal among twins.

    A line of a later file that has the same is the same line: a file that comes twice, overlaps another or comes out of
    order adds nothing twice and loses no twin, as long as each file holds whole days.
    """
    seen: Counter[tuple[object, ...]] = Counter()
    found = []
    for line in lines:
        bare = line.posted_on, line.cents, fold(line.text), fold(line.reference)
        seen[bare] += 1
        found.append((identify(account, line, seen[bare]), seen[bare], line))
    return found


def check_running(lines: Sequence[FileLine]) -> tuple[int | None, int | None, tuple[str, ...], bool]:
    """What a running balance proves: opening, closing (cents), findings, and whether at least one step was proved.

    Lines come newest first or oldest first: the order in which every step ties is the file's. A line without a balance
    counts towards the next one that has it.
    """
    if not any(line.balance is not None for line in lines):
        return None, None, (), False
    orders = (list(lines), list(reversed(lines)))
    if lines[0].posted_on > lines[-1].posted_on:
        orders = orders[::-1]
    return min(map(_walk, orders), key=lambda one: len(one[2]))  # where both tie as well, the one that its dates say


def _walk(lines: Sequence[FileLine]) -> tuple[int | None, int | None, tuple[str, ...], bool]:
    opening: int | None = None
    reached, steps, moved = 0, 0, 0
    findings = []
    for line in lines:
        moved += line.cents
        if line.balance is None:
            continue
        if opening is None:
            opening, reached, moved = line.balance - moved, line.balance, 0
            continue
        steps += 1
        if reached + moved != line.balance:
            findings.append(f"The balance in line {line.number} is not the one before it and the amount.")
        reached, moved = line.balance, 0
    closing = None if opening is None else reached + moved
    return opening, closing, tuple(findings), steps > 0 and not findings
