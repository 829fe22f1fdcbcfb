"""Customers from a file: every line checked first, then all that are right in one transaction, or none."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from dashboard.customers import HOLDERS, check_email, check_holder, check_name, check_reference, facts_of
from dashboard.customers.import_file import LINE_LIMIT, SIZE_LIMIT, FileLine, read_lines
from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError
from dashboard.domain.folding import fold
from dashboard.domain.formatting import count
from dashboard.domain.ids import new_id
from dashboard.domain.models import Actor, Customer, HolderType
from dashboard.staff.access import Permission, require
from dashboard.store import Store

__all__ = ["LINE_LIMIT", "SIZE_LIMIT", "CustomerImport", "ImportPlan", "Line"]


@dataclass(frozen=True)
class Line:
    """One line of the file, numbered as an editor numbers it; `mistakes` keep it out, `duplicates` make it doubtful."""

    number: int
    name: str
    email: str
    reference: str
    holder_type: str
    mistakes: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()


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
        return [line for line in self.lines if line.duplicates and not line.mistakes]

    def taken(self, *, with_duplicates: bool) -> list[Line]:
        """The lines that would become customers."""
        return [line for line in self.lines if not line.mistakes and (with_duplicates or not line.duplicates)]


class CustomerImport:
    """Checks and takes files of customers."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def check(self, actor: Actor, content: bytes) -> ImportPlan:
        """The dry run: nothing is kept. Raises InputError where the file as a whole cannot be read."""
        require(actor, Permission.EDIT_CUSTOMERS)
        lines = [_check_fields(line) for line in read_lines(content)]
        emails = self._store.customers.emails([line.email for line in lines])
        references = self._store.customers.references([line.reference for line in lines])
        checked, seen_email, seen_reference = [], dict[str, int](), dict[str, int]()
        for line in lines:
            email, reference = fold(line.email), fold(line.reference)
            mistakes, duplicates = list(line.mistakes), []
            if reference in references:
                mistakes.append(f"The reference belongs to {references[reference].name}.")
            if reference and reference in seen_reference:
                mistakes.append(f"Line {seen_reference[reference]} has the same reference.")
            if email in emails:
                duplicates.append(f"{emails[email].name} ({emails[email].reference}) has this e-mail.")
            if email and email in seen_email:
                duplicates.append(f"Line {seen_email[email]} has the same e-mail.")
            seen_email.setdefault(email, line.number)
            seen_reference.setdefault(reference, line.number)
            facts = (line.name, line.email, line.reference, line.holder_type)
            checked.append(Line(line.number, *facts, tuple(mistakes), tuple(duplicates)))
        return ImportPlan(checked, hashlib.sha256(content).hexdigest())

    def add_all(
        self, actor: Actor, content: bytes, *, with_duplicates: bool = False, leave_out_wrong: bool = False
    ) -> int:
        """Add the customers of the file, checked again, in one transaction; how many.

        Raises InputError where lines are wrong and are not to be left out, or where nothing is left to take.
        """
        require(actor, Permission.EDIT_CUSTOMERS)
        with self._store.transaction():
            plan = self.check(actor, content)
            if plan.wrong and not leave_out_wrong:
                raise InputError(
                    f"The file has {count(len(plan.wrong), 'line')} with a mistake.",
                    meaning="Nothing was imported.",
                    action="Correct the file, or leave these lines out.",
                    code="import_mistakes",
                )
            lines = plan.taken(with_duplicates=with_duplicates)
            if not lines:
                raise InputError(
                    "No line in this file can be imported.", action="See the reason for each line.", code="import_empty"
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
                self._store.customers.add(customer)
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


def _check_fields(line: FileLine) -> Line:
    mistakes = list(line.mistakes)
    row = line.cells
    said = row.get("holder_type", "").strip().lower()
    words = {kind.lower(): holder.value for holder, kind in HOLDERS.items()}
    values = {**row, "holder_type": words.get(said, said) or HolderType.INDIVIDUAL.value}
    checks = {"name": check_name, "email": check_email, "reference": check_reference, "holder_type": check_holder}
    for name, check in checks.items():
        try:
            values[name] = str(check(values[name]))
        except InputError as error:
            if not line.mistakes:  # what is said of a line that was taken apart wrongly would mislead
                mistakes.append(error.what)
            values[name] = values[name].strip()
    return Line(
        line.number, values["name"], values["email"], values["reference"], values["holder_type"], tuple(mistakes)
    )
