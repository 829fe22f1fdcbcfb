"""Lines of bank statements as a list, each with the match that it is in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from dashboard.domain.line_filter import LineFilter, LineStatus, Way
from dashboard.domain.payout_matching import BankLine
from dashboard.store.conditions import Conditions
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import list_of, listed
from dashboard.store.listing import Asked, Listing
from dashboard.store.sql import Row, from_epoch, select

SORTS = {
    "posted": "t.posted_on",
    "amount": "t.cents",
    "text": "t.text",
    "reference": "t.reference",
    "account": "t.account",
}
_MATCHED = "EXISTS (SELECT 1 FROM payout_match_part m WHERE m.live = 1 AND m.kind = 'line' AND m.part_id = t.id)"


@dataclass(frozen=True)
class LineSearch:
    """Which lines a list has; `found` are the ids of those that are in no match, by what they are instead."""

    wanted: LineFilter
    found: Mapping[LineStatus, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class LineMatch:
    """The match that a line is in: how and why, who confirmed it when, and the ids of its payouts."""

    id: str
    how: str
    why: str
    made_by: str
    made_at: datetime
    payouts: tuple[str, ...]


@dataclass(frozen=True)
class KeptLine:
    """A line with its account, the file that it came with and its line there, and its match."""

    line: BankLine
    account: str
    file_id: str
    number: int
    match: LineMatch | None


class BankLineTable:
    """Reads `bank_line` beside the matches."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.listing = Listing(database, "bank_line t", SORTS, _ask, money=("t.cents", "t.currency"))

    def several(self, ids: Sequence[str]) -> dict[str, KeptLine]:
        """These lines by id; one that is not there is left out."""
        values = {"ids": list_of(ids)}
        query = (
            "SELECT m.id, m.how, m.why, m.made_by, m.made_at, l.part_id AS line, p.part_id AS payout"
            " FROM payout_match_part l JOIN payout_match m ON m.id = l.match_id"
            " LEFT JOIN payout_match_part p ON p.match_id = m.id AND p.kind = 'payout'"
            f" WHERE l.live = 1 AND l.kind = 'line' AND l.part_id IN {listed('ids')} ORDER BY p.part_id"
        )
        matches: dict[str, list[Row]] = {}
        for row in select(self._database.handle, query, values):
            matches.setdefault(row["line"], []).append(row)
        rows = select(self._database.handle, f"SELECT * FROM bank_line WHERE id IN {listed('ids')}", values)
        return {row["id"]: _line(row, matches.get(row["id"], [])) for row in rows}


def _ask(looked: LineSearch) -> Asked:
    wanted, found = looked.wanted, Conditions()
    found.add("t.account = :account", wanted.account or None)
    found.add("t.posted_on >= :from_", wanted.posted_from and wanted.posted_from.isoformat())
    found.add("t.posted_on <= :to_", wanted.posted_to and wanted.posted_to.isoformat())
    found.add("abs(t.cents) >= :low", wanted.amount_min)
    found.add("abs(t.cents) <= :high", wanted.amount_max)
    if wanted.way is not None:
        found.hold("t.cents >= 0" if wanted.way is Way.IN else "t.cents < 0")
    found.search(wanted.text, within=["t.search_key"], begins=["t.id"], amount="abs(t.cents)")
    if not wanted.statuses:
        return found.asked()
    chosen = [id for status in wanted.statuses for id in looked.found.get(status, ())]
    stripes = [id for ids in looked.found.values() for id in ids]
    tests = [f"t.id IN {listed('chosen')}"]
    if LineStatus.MATCHED in wanted.statuses:
        tests.append(_MATCHED)
    if LineStatus.OTHER in wanted.statuses:
        tests.append(f"(NOT {_MATCHED} AND t.id NOT IN {listed('stripes')})")
    found.hold(f"({' OR '.join(tests)})", chosen=list_of(chosen), stripes=list_of(stripes))
    return found.asked()


def _line(row: Row, matches: Sequence[Row]) -> KeptLine:
    line = BankLine(
        row["id"], date.fromisoformat(row["posted_on"]), row["cents"], row["currency"], row["text"], row["reference"]
    )
    match = None
    if matches:
        first, payouts = matches[0], tuple(one["payout"] for one in matches if one["payout"])
        made = from_epoch(first["made_at"])
        match = LineMatch(first["id"], first["how"], first["why"], first["made_by"], made, payouts)
    return KeptLine(line, row["account"], row["file_id"], row["line"], match)
