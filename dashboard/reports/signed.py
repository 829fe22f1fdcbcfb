"""The signed statement of a closed month: what two people signed, word for word, and the digest that it is held to."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta, tzinfo
from typing import Any

from dashboard.domain.books import read_month
from dashboard.domain.formatting import count, day_in_full, money, month_of, stamp
from dashboard.reports.pdf import set_pdf
from dashboard.store.sql import from_epoch

TITLE = "Signed statement"
HEAD = ("", "", "Amount")  # amounts stand in the third column, where the template lines their points up
FIRST, LAST = ("Opening balance",), ("Payouts", "Closing balance", "In transit")


def write_signed(close: Mapping[str, Any], business: str, zone: tzinfo) -> bytes:
    """The statement as a PDF, made of nothing but what was signed: the same bytes whenever. Raises Refused."""
    inputs, month = json.loads(close["inputs"]), read_month(close["month"], zone)
    facts = [
        ("Days", f"{day_in_full(month.first)} to {day_in_full(month.after - timedelta(days=1))}, {zone}"),
        ("Asked for by", f"{close['asked_by']}, {stamp(from_epoch(close['asked_at']), zone)}"),
        ("Signed by", f"{close['closed_by']}, {stamp(from_epoch(close['closed_at']), zone)}"),
        ("SHA-256 of its inputs", close["digest"]),
        *(
            (name.replace("_", " ").capitalize(), f"{count(source['rows'], 'row')}, SHA-256 {source['sha256']}")
            for name, source in inputs["sources"].items()
        ),
    ]
    figures: defaultdict[str, defaultdict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for key, cents in inputs["figures"].items():
        rail, currency, name = key.split("|")
        figures[currency][rail][name] = cents
    data = {
        "business": business,
        "title": TITLE,
        "name": month.name,
        "label": month_of(month.first),
        "facts": facts,
        "sections": [_section(currency, rails, inputs["on_their_way"]) for currency, rails in sorted(figures.items())],
    }
    return set_pdf(data)


def _section(currency: str, rails: Mapping[str, Mapping[str, int]], coming: list[list[Any]]) -> dict[str, object]:
    together: defaultdict[str, int] = defaultdict(int)
    for one in rails.values():
        for name, cents in one.items():
            together[name] += cents
    parts: list[dict[str, object]] = [
        {"head": rail, "columns": HEAD, "rows": _rows(one, currency), "total": None}
        for rail, one in sorted(rails.items())
    ]
    mine = [one for one in coming if one[2] == currency]
    if mine:
        rows = [
            (id, day_in_full(date.fromisoformat(arrival)), money(cents, currency)) for id, cents, _, arrival in mine
        ]
        total = ("Together", "", money(sum(one[1] for one in mine), currency))
        head: dict[str, object] = {
            "head": "On their way when the month ended",
            "columns": ("Payout", "Arrives", "Amount"),
        }
        parts.append({**head, "rows": rows, "total": total})
    return {
        "head": f"In {currency.upper()}",
        "total-head": HEAD,
        "total-rows": _rows(together, currency)[:-2],
        "total-net": ("Closing balance", "", money(together["Closing balance"], currency)),
        "parts": parts,
    }


def _rows(figures: Mapping[str, int], currency: str) -> list[tuple[str, str, str]]:
    """Opening, movements by name, payouts, closing, in transit; payouts leave the balance."""
    moved = sorted(figures.keys() - {*FIRST, *LAST})
    found = [(name, figures.get(name, 0)) for name in (*FIRST, *moved, *LAST)]
    return [(name, "", money(-cents if name == "Payouts" else cents, currency)) for name, cents in found]
