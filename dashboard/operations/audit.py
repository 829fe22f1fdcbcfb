"""The audit trail as people read it: searched, opened row by row, checked, and handed over as a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import BinaryIO, ClassVar

from dashboard.domain.audit_words import in_words
from dashboard.domain.clock import Clock
from dashboard.domain.csv_lines import csv_line
from dashboard.domain.errors import UnreadableSecret
from dashboard.domain.lists import ListFilter, midnight, say_days, say_filter
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor
from dashboard.domain.payment_filter import read_day
from dashboard.domain.searches import LONGEST
from dashboard.domain.workbooks import About, Cell, Column, Kind, write_workbook
from dashboard.lists import Lists
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.audit_trail import AuditRow, TrailFilter
from dashboard.store.audit_verification import TrailEnd

NAMESAKES = 50  # customers whose rows a name finds
COLUMNS = ("seq", "at", "actor", "address", "action", "subject", "before", "after", "facts", "digest")
SHEET = (
    *(Column("Row", Kind.NUMBER), Column("When", Kind.MOMENT), Column("Who"), Column("What"), Column("About")),
    *(Column("From where"), Column("Before"), Column("After"), Column("Other facts"), Column("Action")),
    Column("Digest"),
)
ERASED = "erased with the customer"
UNREADABLE = "encrypted with a key that is not available"


@dataclass(frozen=True)
class AuditFilter(ListFilter):
    """What to look for. `who` is a part of a name, `what` an action, `subject` an id or a customer's name or reference.

    Both days are included, and are days of the business's time zone.
    """

    who: str = ""
    what: str = ""
    subject: str = ""
    start: date | None = None
    end: date | None = None

    TYPED: ClassVar[tuple[str, ...]] = ("who", "subject")

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> AuditFilter:
        """The filter in an address; a part that nobody could have meant is ignored rather than refused."""
        who, what, subject = (query.get(name, "")[: LONGEST + 1] for name in ("who", "what", "subject"))
        return cls(who, what, subject, read_day(query.get("start")), read_day(query.get("end")))

    def words(self) -> str:
        """The filter as a sentence."""
        return say_filter(
            "All actions",
            "Actions",
            f"by “{self.who}”" if self.who else "",
            in_words(self.what) if self.what else "",
            f"about “{self.subject}”" if self.subject else "",
            say_days("", self.start, self.end),
        )


@dataclass(frozen=True)
class AuditDetail:
    """One row in full; `before` and `after` hold what a change changed, `facts` the rest."""

    row: AuditRow
    before: dict[str, object]
    after: dict[str, object]
    facts: dict[str, object]


@dataclass(frozen=True)
class ChainState:
    """How the chain stands: whole up to `end`, or what was found."""

    end: TrailEnd
    findings: list[str]
    checked_at: datetime


class Audit(Lists[AuditFilter, TrailFilter, AuditRow]):
    """Lists, opens, checks and exports the trail. Whoever may read it may take it along."""

    subject = "audit"
    permission = copying = Permission.VIEW_AUDIT

    def __init__(self, store: Store, clock: Clock, zone: tzinfo) -> None:
        super().__init__(store, clock, store.trail.listing)
        self._zone = zone

    def actions(self, actor: Actor) -> list[str]:
        """Every kind of action that the trail knows."""
        require(actor, Permission.VIEW_AUDIT)
        return self._store.trail.actions()

    def get(self, actor: Actor, seq: int) -> AuditDetail:
        """One row in full. Raises InputError where there is none."""
        require(actor, Permission.VIEW_AUDIT)
        row = require_found(self._store.trail.get(seq), "row")
        self._store.trail.note_view(actor, "audit.row_viewed", f"audit:{seq}", self._clock.now())
        return self._detail(row)

    def state(self, actor: Actor) -> ChainState:
        """Walk the whole chain: about a second for 200,000 rows."""
        require(actor, Permission.VIEW_AUDIT)
        end = self._store.trail.end()
        return ChainState(end, self._store.trail.verify(), self._clock.now())

    def export(self, actor: Actor, wanted: AuditFilter) -> Iterator[str]:
        """What the filter shows as CSV, oldest first, a line at a time; times carry their offset, facts are JSON."""
        require(actor, Permission.VIEW_AUDIT)
        resolved = self._note_export(actor, wanted, "csv")
        return self._lines(resolved)

    def workbook(self, actor: Actor, out: BinaryIO, wanted: AuditFilter) -> int:
        """The same as a workbook, newest first as on the page, in words; how many rows."""
        require(actor, Permission.VIEW_AUDIT)
        resolved = self._note_export(actor, wanted, "xlsx")
        about = About("Audit trail", wanted.words(), actor.name, self._clock.now(), self._zone)
        rows = (self._sheet_row(row) for row in self._store.trail.walk(resolved, newest_first=True))
        return write_workbook(out, about, SHEET, rows)

    def _note_look(self, actor: Actor) -> None:
        self._store.trail.note_view(actor, "audit.viewed", "audit", self._clock.now())

    def _read(self, _actor: Actor, ids: Sequence[int]) -> Mapping[int, AuditRow]:
        return self._store.trail.several(ids)

    def _note_export(self, actor: Actor, wanted: AuditFilter, form: str) -> TrailFilter:
        resolved, now = self._resolve(actor, wanted), self._clock.now()
        facts = {"who": wanted.who, "what": wanted.what, "subjects": len(resolved.subjects), "format": form}
        self._store.trail.append(actor, "audit.exported", "audit", now, **facts, start=wanted.start, end=wanted.end)
        return resolved

    def _sheet_row(self, row: AuditRow) -> list[Cell]:
        detail = self._detail(row)
        parts = [_say(part) for part in (detail.before, detail.after, detail.facts)]
        said: list[Cell] = [row.seq, row.at, row.actor, in_words(row.action), row.subject, row.address]
        return [*said, *parts, row.action, row.digest]

    def _lines(self, wanted: TrailFilter) -> Iterator[str]:
        yield csv_line(COLUMNS)
        for row in self._store.trail.walk(wanted):
            detail = self._detail(row)
            parts = [_json(part) for part in (detail.before, detail.after, detail.facts)]
            at = row.at.astimezone(self._zone).isoformat(timespec="seconds")
            yield csv_line([row.seq, at, row.actor, row.address, row.action, row.subject, *parts, row.digest])

    def _resolve(self, actor: Actor, wanted: AuditFilter) -> TrailFilter:
        """The filter with a customer's name turned into their ids, and days into instants."""
        text = wanted.subject.strip()
        found = self._store.customers.find(text, NAMESAKES) if text else []
        return TrailFilter(
            reader=actor.name,
            actor=wanted.who.strip(),
            action=wanted.what.strip(),
            subjects=(text, *(customer.id for customer in found)) if text else (),
            start=midnight(wanted.start, self._zone),
            end=midnight(wanted.end, self._zone, 1),
        )

    def _detail(self, row: AuditRow) -> AuditDetail:
        facts = dict(row.facts)
        sealed = facts.pop("private", None)
        if isinstance(sealed, str):
            try:
                opened = self._store.private.open(str(facts.get("customer", row.subject)), sealed)
            except UnreadableSecret:
                opened = {"personal data": UNREADABLE}
            facts |= {"personal data": ERASED} if opened is None else opened
        before, after = facts.pop("before", {}), facts.pop("after", {})
        return AuditDetail(row, _part(before), _part(after), facts)


def _part(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {"value": value}


def _say(part: dict[str, object]) -> str:
    """`name: Jenny Rosen; email: jenny@example.com`."""
    return "; ".join(
        f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in sorted(part.items())
    )


def _json(part: dict[str, object]) -> str:
    return json.dumps(part, sort_keys=True, ensure_ascii=False) if part else ""
