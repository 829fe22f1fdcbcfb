"""How bank lines read in the table: their columns and filter, the cells of a row, one line in the panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard.desk import Desk
from dashboard.domain.line_filter import LineFilter, LineStatus
from dashboard.domain.models import Actor
from dashboard.domain.payout_matching import Pass
from dashboard.staff.access import Permission
from dashboard.statements.lists import LineRow
from dashboard.ui import format
from dashboard.ui.lists import Column, Line, Listed, Reading

SIGNS = {LineStatus.MATCHED: "✓", LineStatus.PROPOSED: "◌", LineStatus.UNMATCHED: "⚠"}
MOST_LINKS = 3  # payouts that a panel has buttons for; its table names all
HOW = {one.value: one.words for one in Pass}
COLUMNS = {
    "posted": Column("Posted", 110, "posted"),
    "amount": Column("Amount", 105, "amount", number=True),
    "status": Column("Status", 145),
    "match": Column("What it matches", 300),
    "text": Column("Text", 360, "text", up=True),
    "reference": Column("Reference", 150, "reference", up=True),
    "account": Column("Account", 150, "account", up=True),
    "id": Column("Line", 150),
}


def fields(accounts: Sequence[str]) -> list[dict[str, object]]:
    """The fields of the filter line, by the names of the address (`LineFilter`)."""
    every = [["", "Every account"], *([name, name] for name in accounts)]
    ways = [["", "In and out"], ["in", "Money in"], ["out", "Money out"]]
    return [
        {"kind": "search", "name": "text", "label": "Search", "placeholder": "Text, reference, amount"},
        {"kind": "many", "name": "status", "label": "Status", "options": [[one.value, one.word] for one in LineStatus]},
        {"kind": "choice", "name": "account", "label": "Account", "options": every, "line": True},
        {"kind": "choice", "name": "way", "label": "In or out", "options": ways, "line": True},
        {"kind": "days", "from": "posted_from", "to": "posted_to"},
        {"kind": "money", "label": "Amount", "from": "amount_min", "to": "amount_max"},
    ]


def say_status(row: LineRow) -> str:
    """A sign and the word."""
    status = row.finding.status
    return f"{SIGNS.get(status, '–')} {status.word}"


def say_match(row: LineRow) -> str:
    """The payouts that it matches or would, and how; of any other line what to do, or what it is."""
    match, finding = row.kept.match, row.finding
    if match is not None:
        return f"{_payouts(match.payouts)} · {HOW.get(match.how, match.how)}"
    if finding.candidate is not None:
        return f"{_payouts(finding.candidate.proposal.payouts)}? · {finding.candidate.proposal.how.words}"
    if finding.loose is not None:
        return finding.loose.explained or finding.loose.step
    return format.NOTHING


def write_rows(_desk: Desk, _actor: Actor, rows: Sequence[LineRow], reading: Reading) -> list[Line]:
    """A row for each line; its day is the bank's, which no zone may move."""
    today = reading.now.astimezone(reading.zone).date()
    return [
        Line(
            {
                "posted": format.day(row.kept.line.posted_on, today),
                "amount": format.money(row.kept.line.cents, row.kept.line.currency),
                "status": say_status(row),
                "match": say_match(row),
                "text": row.kept.line.text,
                "reference": row.kept.line.reference or format.NOTHING,
                "account": row.kept.account,
                "id": row.kept.line.id,
            },
            "bad" if row.finding.status is LineStatus.UNMATCHED else row.finding.status.value,
            {
                "text": row.kept.line.text,
                "reference": row.kept.line.reference,
                "amount": format.bare_money(abs(row.kept.line.cents), row.kept.line.currency),
            },
            {"id": (row.kept.line.id,)},
        )
        for row in rows
    ]


def write_one(desk: Desk, actor: Actor, id: str, reading: Reading) -> dict[str, Any]:
    """One line as the panel shows it: what it matches and why, what the bank wrote, its file."""
    found = desk.line_lists.get(actor, id)
    row, today = found.row, reading.now.astimezone(reading.zone).date()
    line, match, finding = row.kept.line, row.kept.match, row.finding
    why = by = ""
    if match is not None:
        why = f"{HOW.get(match.how, match.how)}: {match.why}"
        by = f"Matched by {match.made_by}, {format.moment(match.made_at, reading.zone, reading.now)}."
    elif finding.candidate is not None:
        why, by = finding.candidate.proposal.why, "Confirm or reject it."
    elif finding.loose is not None:
        why, by = finding.loose.explained, finding.loose.step
    payouts = [[one.id, format.money(one.cents, one.currency), format.day(one.arrival, today)] for one in found.payouts]
    imported = f"{format.moment(found.imported_at, reading.zone, reading.now)}, {found.imported_by}"
    lines = [["next", "", say_status(row)], ["", "", why], ["dim", "", by]]
    return {
        "id": line.id,
        "title": f"{format.money(line.cents, line.currency)} · {format.day(line.posted_on, today)}",
        "lines": [one for one in lines if one[2]],
        "acts": [
            *([[f"Open {_payouts([one.id])}", "payouts", {"payout": one.id}] for one in found.payouts[:MOST_LINKS]]),
            *([["Payouts at the bank", "matching", {}]] if finding.status is not LineStatus.OTHER else []),
        ],
        "parts": [
            *([["Payouts", "table", [["Payout", "Amount", "Arrives"], *payouts]]] if payouts else []),
            ["What the bank wrote", "text", line.text],
            [
                "Where it stands",
                "facts",
                [
                    ["Account", row.kept.account],
                    ["Reference", line.reference or format.NOTHING],
                    ["File", f"{found.file_name or 'without a name'} ({found.file_format}), line {row.kept.number:,}"],
                    ["Imported", imported],
                ],
            ],
            ["Ids", "ids", [["Line", line.id], *([["Match", match.id]] if match else [])]],
        ],
    }


def _payouts(ids: Sequence[str]) -> str:
    return ids[0] if len(ids) == 1 else format.count(len(ids), "payout")


LINES = Listed[LineFilter, LineRow](
    name="statements",
    title="Bank lines",
    noun="line",
    columns=COLUMNS,
    fields=fields([]),  # the page says which accounts there are
    sort="posted",
    permission=Permission.VIEW_STATEMENTS,
    read_filter=LineFilter.from_query,
    lists=lambda desk: desk.line_lists,
    write_rows=write_rows,
    write_one=write_one,
    views={
        "Unmatched": {"status": "unmatched"},
        "To confirm": {"status": "proposed"},
        "Matched": {"status": "matched"},
        "Not Stripe's": {"status": "other"},
    },
)
