"""Lines of the bank statements as a list that somebody scrolls through, each with what it matches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.domain.clock import Clock
from dashboard.domain.line_filter import LineFilter, LineStatus
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor
from dashboard.domain.payout_matching import ExpectedPayout
from dashboard.lists import Lists
from dashboard.staff.access import Permission, require
from dashboard.statements.matching import PayoutMatching
from dashboard.statements.overview import Candidate, Loose, Overview, read_payout
from dashboard.store import Store
from dashboard.store.sql import from_epoch
from dashboard.store.statements.lines import KeptLine, LineSearch


@dataclass(frozen=True)
class LineFinding:
    """What a line that is in no match is: part of a proposal, or what is left over."""

    status: LineStatus
    candidate: Candidate | None = None
    loose: Loose | None = None


@dataclass(frozen=True)
class LineRow:
    """A line, its match where it is in one, else how it stands."""

    kept: KeptLine
    finding: LineFinding


@dataclass(frozen=True)
class LineDetail:
    """A line with the file that it came with and the payouts that it matches, or would by a proposal."""

    row: LineRow
    payouts: tuple[ExpectedPayout, ...]
    file_name: str
    file_format: str
    imported_by: str
    imported_at: datetime


MATCHED, OTHER = LineFinding(LineStatus.MATCHED), LineFinding(LineStatus.OTHER)


class LineLists(Lists[LineFilter, LineSearch, LineRow]):
    """Bank lines. What a line without a match is comes from the proposals, which are worked out at each change."""

    subject = "bank_lines"
    permission = Permission.VIEW_STATEMENTS

    def __init__(self, store: Store, clock: Clock, matching: PayoutMatching) -> None:
        super().__init__(store, clock, store.bank_lines.listing)
        self._matching = matching
        self._seen: tuple[Overview, dict[str, LineFinding]] | None = None

    def get(self, actor: Actor, id: str) -> LineDetail:
        """One line whole. Raises InputError where there is none."""
        require(actor, Permission.VIEW_STATEMENTS)
        row = require_found(self._read(actor, [id]).get(id), "bank line")
        file = require_found(self._store.statements.file(row.kept.file_id), "file")
        payouts: tuple[ExpectedPayout, ...] = row.finding.candidate.payouts if row.finding.candidate else ()
        if row.kept.match is not None:
            found = self._store.payouts.lines(row.kept.match.payouts)
            payouts = tuple(read_payout(found[one]) for one in row.kept.match.payouts if one in found)
        imported = from_epoch(file["imported_at"])
        return LineDetail(row, payouts, file["name"], file["format"], file["imported_by"], imported)

    def _resolve(self, actor: Actor, wanted: LineFilter) -> LineSearch:
        found: dict[LineStatus, list[str]] = {}
        if set(wanted.statuses) - {LineStatus.MATCHED}:
            for id, finding in self._findings(actor).items():
                found.setdefault(finding.status, []).append(id)
        return LineSearch(wanted, found)

    def _read(self, actor: Actor, ids: Sequence[str]) -> Mapping[str, LineRow]:
        kept = self._store.bank_lines.several(ids)
        free = any(one.match is None for one in kept.values())
        findings = self._findings(actor) if free else {}
        return {
            id: LineRow(one, MATCHED if one.match is not None else findings.get(id, OTHER)) for id, one in kept.items()
        }

    def _findings(self, actor: Actor) -> Mapping[str, LineFinding]:
        overview = self._matching.overview(actor)
        seen = self._seen
        if seen is None or seen[0] is not overview:
            seen = self._seen = overview, _read_findings(overview)
        return seen[1]


def _read_findings(overview: Overview) -> dict[str, LineFinding]:
    """How each of Stripe's lines stands that is in no match, by its id."""
    found = {one.line.id: LineFinding(LineStatus.UNMATCHED, loose=one) for one in overview.loose}
    found |= {one.line.id: LineFinding(LineStatus.EXPLAINED, loose=one) for one in overview.explained}
    for candidate in overview.candidates:
        found |= {line.id: LineFinding(LineStatus.PROPOSED, candidate) for line in candidate.lines}
    return found
