"""Customers from a file: every line checked first, then all that are right in one transaction, or none."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.access import Permission, require
from dashboard.clock import Clock
from dashboard.customers import check_email, check_holder, check_name, check_reference, facts_of
from dashboard.errors import InputError
from dashboard.export import DANGEROUS
from dashboard.models import Actor, Customer, HolderType
from dashboard.store.core import CoreStore
from dashboard.store.rows import new_id

SIZE_LIMIT = 2_000_000  # bytes
LINE_LIMIT = 5_000  # what one transaction takes in a few seconds, so that a debit waits no longer than that
NEEDED = ("name", "email", "reference")
NAMES = {
    "name": "name",
    "customer": "name",
    "email": "email",
    "e-mail": "email",
    "reference": "reference",
    "holder_type": "holder_type",
    "holder type": "holder_type",
}


@dataclass(frozen=True)
class Line:
    """One line of the file, numbered as an editor numbers it; `mistakes` keep it out, `twins` make it doubtful."""

    number: int
    name: str
    email: str
    reference: str
    holder_type: str
    mistakes: tuple[str, ...] = ()
    twins: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportPlan:
    """What a file would do; `digest` says of which file."""

    lines: list[Line]
    digest: str

    @property
    def wrong(self) -> list[Line]:
        """Lines with a mistake, which are never taken."""
        return [line for line in self.lines if line.mistakes]

    @property
    def doubtful(self) -> list[Line]:
        """Lines without a mistake whose e-mail somebody has already."""
        return [line for line in self.lines if line.twins and not line.mistakes]

    def taken(self, *, with_twins: bool) -> list[Line]:
        """The lines that would become customers."""
        return [line for line in self.lines if not line.mistakes and (with_twins or not line.twins)]


class CustomerImport:
    """Checks and takes files of customers."""

    def __init__(self, store: CoreStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def check(self, actor: Actor, content: bytes) -> ImportPlan:
        """The dry run: nothing is kept. Raises InputError where the file as a whole cannot be read."""
        require(actor, Permission.EDIT_CUSTOMERS)
        lines = [_check_fields(number, row) for number, row in read_rows(content)]
        emails = self._store.customers.emails([line.email for line in lines])
        references = self._store.customers.references([line.reference for line in lines])
        checked, seen_email, seen_reference = [], dict[str, int](), dict[str, int]()
        for line in lines:
            email, reference = line.email.lower(), line.reference.lower()
            mistakes, twins = list(line.mistakes), []
            if reference in references:
                mistakes.append(f"The reference belongs to {references[reference].name}.")
            if reference and reference in seen_reference:
                mistakes.append(f"Line {seen_reference[reference]} has the same reference.")
            if email in emails:
                twins.append(f"{emails[email].name} ({emails[email].reference}) has this e-mail.")
            if email and email in seen_email:
                twins.append(f"Line {seen_email[email]} has the same e-mail.")
            seen_email.setdefault(email, line.number)
            seen_reference.setdefault(reference, line.number)
            facts = (line.name, line.email, line.reference, line.holder_type)
            checked.append(Line(line.number, *facts, tuple(mistakes), tuple(twins)))
        return ImportPlan(checked, hashlib.sha256(content).hexdigest())

    def take(self, actor: Actor, content: bytes, *, with_twins: bool = False, leave_out_wrong: bool = False) -> int:
        """Add the customers of the file, checked again, in one transaction; how many.

        Raises InputError where lines are wrong and are not to be left out, or where nothing is left to take.
        """
        require(actor, Permission.EDIT_CUSTOMERS)
        with self._store.transaction():
            plan = self.check(actor, content)
            if plan.wrong and not leave_out_wrong:
                raise InputError(
                    f"{len(plan.wrong)} lines have a mistake.",
                    meaning="Nothing was imported.",
                    action="Correct the file, or leave these lines out.",
                    code="import_mistakes",
                )
            lines = plan.taken(with_twins=with_twins)
            if not lines:
                raise InputError(
                    "No line of this file can be imported.", action="Look at what is said of each.", code="import_empty"
                )
            now = self._clock.now()
            for line in lines:
                customer = Customer(
                    id=new_id("cust"),
                    name=line.name,
                    email=line.email,
                    reference=line.reference,
                    holder_type=HolderType(line.holder_type),
                    stripe_customer_id=None,
                    created_at=now,
                )
                self._store.customers.add(customer, new_id("key"))
                private = self._store.private.seal(customer.id, facts_of(customer))
                self._store.trail.append(
                    actor, "customer.added", customer.id, now, private=private, file=plan.digest[:16], line=line.number
                )
            self._store.trail.append(
                actor,
                "customers.imported",
                plan.digest[:16],
                now,
                added=len(lines),
                wrong=len(plan.wrong),
                doubtful=len(plan.doubtful),
            )
        return len(lines)


def read_rows(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """The file's lines as `{name, email, reference, holder_type}`, each with its number. Raises InputError."""
    if len(content) > SIZE_LIMIT:
        raise InputError(
            f"The file is larger than {SIZE_LIMIT // 1_000_000} MB.", action="Split it.", code="import_too_large"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(
            "The file is not UTF-8 text.", action="Save it as “CSV UTF-8”.", code="import_not_text"
        ) from None
    head = text.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",", strict=True
    )
    try:
        columns = _name_columns(next(reader, []))
        rows: list[tuple[int, dict[str, str]]] = []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(rows) == LINE_LIMIT:
                raise InputError(
                    f"The file has more than {LINE_LIMIT:,} customers.", action="Split it.", code="import_too_long"
                )
            row = {name: _undo_harmless(cells[place]) if place < len(cells) else "" for name, place in columns.items()}
            rows.append((reader.line_num, row))
    except csv.Error as error:
        raise InputError(
            f"Line {reader.line_num} is not CSV ({error}).", action="Look at its quotes.", code="import_not_csv"
        ) from None
    if not rows:
        raise InputError("The file has no customers.", action="Put one on each line.", code="import_empty")
    return rows


def _name_columns(cells: list[str]) -> dict[str, int]:
    found = {NAMES[cell.strip().lower()]: place for place, cell in enumerate(cells) if cell.strip().lower() in NAMES}
    missing = [name for name in NEEDED if name not in found]
    if missing:
        raise InputError(
            f"The first line does not name the columns {', '.join(missing)}.",
            action="Begin with: name,email,reference,holder_type (the last may be left out).",
            code="import_columns",
        )
    return found


def _undo_harmless(cell: str) -> str:
    """What our own export put before a cell that looks like a formula is taken off again."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(DANGEROUS) else cell


def _check_fields(number: int, row: Mapping[str, str]) -> Line:
    mistakes = []
    values = {**row, "holder_type": row.get("holder_type", "").strip().lower() or HolderType.INDIVIDUAL.value}
    checks = {"name": check_name, "email": check_email, "reference": check_reference, "holder_type": check_holder}
    for name, check in checks.items():
        try:
            values[name] = str(check(values[name]))
        except InputError as error:
            mistakes.append(error.what)
            values[name] = values[name].strip()
    return Line(number, values["name"], values["email"], values["reference"], values["holder_type"], tuple(mistakes))
