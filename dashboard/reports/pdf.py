"""A report as a PDF, set by Typst from `report.typ`: the same report gives the same bytes.

Typst (Apache-2.0) brings its own letters and repeats a table's head on every page. Weighed beside it: ReportLab (BSD)
knows no letters beyond Latin-1 without a font of ours, and fpdf2 is under the LGPL.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from dashboard.domain.errors import Refused
from dashboard.domain.formatting import money
from dashboard.domain.reports import Figures, ReasonLine, Report, ReportLine, Section, together

TEMPLATE = Path(__file__).with_name("report.typ")
MOST_LINES = 300  # of one list; the workbook has them all
HEADS = ("Payments", "Collected", "Refunds", "Returns", "Fees", "Net")


def write_pdf(report: Report, business: str) -> bytes:
    """The file's bytes. Raises Refused."""
    data = {
        "business": business,
        "title": report.title,
        "name": report.name,
        "label": report.label,
        "facts": report.facts,
        "sections": [_section(one) for one in report.sections],
    }
    return set_pdf(data)


def set_pdf(data: Mapping[str, object]) -> bytes:
    """What `report.typ` makes of this. Raises Refused."""
    import typst

    try:
        made = typst.compile(TEMPLATE.read_bytes(), sys_inputs={"report": json.dumps(data, ensure_ascii=False)})
    except typst.TypstError as error:
        raise Refused(
            f"The PDF could not be set ({error.message}).",
            meaning="No file was made.",
            action="Take the report as Excel, and tell whoever looks after the desk.",
            code="report_pdf",
        ) from error
    return bytes(made)


def _section(section: Section) -> dict[str, object]:
    currency, total = section.currency, section.total
    named = [
        ("Collected", f"{total.payments:,}", total.collected),
        ("Refunds", "", total.refunds),
        ("Returns and failures", "", total.returns),
        ("Stripe's fees", "", total.fees),
        *([("Other movements", "", total.other)] if total.other else []),
    ]
    parts = [
        _lines("By customer", "Customer", together(section.customers, MOST_LINES, "customers"), section),
        _lines("By bank", "Bank", together(section.banks, MOST_LINES, "banks"), section),
    ]
    if section.reasons:
        parts.append(_reasons(section.reasons, section))
    return {
        "head": f"In {currency.upper()}",
        "total-head": ("", "Payments", "Amount"),
        "total-rows": [(name, number, money(cents, currency)) for name, number, cents in named],
        "total-net": ("Net", "", money(total.net, currency)),
        "parts": parts,
    }


def _lines(head: str, what: str, lines: Sequence[ReportLine], section: Section) -> dict[str, object]:
    other = section.total.other != 0
    columns = (what, *HEADS[:-1], *(("Other",) if other else ()), HEADS[-1])
    rows = [(line.name, *_cells(line.figures, section.currency, other=other)) for line in lines]
    total = ("Together", *_cells(section.total, section.currency, other=other))
    return {"head": head, "columns": columns, "rows": rows, "total": total}


def _cells(figures: Figures, currency: str, *, other: bool) -> tuple[str, ...]:
    amounts = [figures.collected, figures.refunds, figures.returns, figures.fees]
    amounts += [figures.other] if other else []
    said = (money(cents, currency) if cents else "–" for cents in amounts)
    return (f"{figures.payments:,}" if figures.payments else "–", *said, money(figures.net, currency))


def _reasons(lines: Sequence[ReasonLine], section: Section) -> dict[str, object]:
    rows = [(line.name, f"{line.count:,}", money(line.cents, section.currency)) for line in lines]
    total = ("Together", f"{sum(line.count for line in lines):,}", money(section.total.returns, section.currency))
    return {"head": "Returns by reason", "columns": ("Reason", "Returns", "Amount"), "rows": rows, "total": total}
