"""What the table of payments asks past Streamlit, answered in the words of its page."""

from __future__ import annotations

from typing import Any

from dashboard.desk import Desk
from dashboard.domain.formatting import count
from dashboard.domain.models import Actor
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.payments.export import Format
from dashboard.payments.export_jobs import KEPT, ExportOrder
from dashboard.payments.lists import PaymentOrder
from dashboard.ui.payments.grid import write_detail, write_rows, write_sums
from dashboard.web.grid_routes import Asked, Grid, read_query, read_ranges, read_zone


def _read_order(asked: Asked) -> PaymentOrder:
    return PaymentOrder(PaymentFilter.from_query(read_query(asked)), str(asked["sort"]), asked["desc"] is True)


def _rows(desk: Desk, actor: Actor, asked: Asked) -> dict[str, Any]:
    """Rows of a list by place. Where nothing has changed since the answer that `since` names, only that."""
    order, zone = _read_order(asked), read_zone(asked)
    found = desk.payment_lists.block(
        actor, order, start=int(asked["start"]), size=int(asked["size"]), mark=str(asked.get("mark") or "")
    )
    said: dict[str, Any] = {"mark": found.mark, "now": found.now, "total": found.total, "newer": found.newer}
    if asked.get("since") != found.now:
        said["rows"] = write_rows(found.rows, zone, desk.clock.now(), order.wanted.text)
    return said


def _sums(desk: Desk, actor: Actor, asked: Asked) -> dict[str, Any]:
    """What a filter shows and hides, in words; and the figures of what waits and of the last 30 days."""
    wanted = _read_order(asked).wanted
    totals = desk.payments.totals(actor, wanted)
    return {
        "words": wanted.words(),
        "shown": write_sums(totals.shown),
        "hidden": "" if wanted.is_empty else write_sums(totals.hidden),
        "figures": [[name, write_sums(sums)] for name, sums in desk.payments.summary(actor).items()],
    }


def _picked(desk: Desk, actor: Actor, asked: Asked) -> dict[str, Any]:
    """What ranges of a list add up to; all of it where there are no ranges."""
    found = desk.payment_lists.picked(actor, _read_order(asked), str(asked["mark"]), read_ranges(asked))
    return {"sums": write_sums(found.sums), "count": found.sums.count, "states": found.states}


def _copied(desk: Desk, actor: Actor, asked: Asked) -> dict[str, Any]:
    """Note that rows are copied, before they are: what is not noted is not copied."""
    desk.payment_lists.note_copy(actor, _read_order(asked), int(asked["count"]))
    return {}


def _one(desk: Desk, actor: Actor, asked: Asked) -> dict[str, Any]:
    """Everything about one payment."""
    zone = read_zone(asked)
    return write_detail(desk.payment_details.get(actor, str(asked["id"])[:100]), zone, desk.clock.now())


def _export(desk: Desk, actor: Actor, asked: Asked) -> dict[str, Any]:
    """Without a form what an export of the picked payments will do, in words; with one it is ordered.

    The page shows it while it is made, and the file.
    """
    order, ranges, form = _read_order(asked), read_ranges(asked), asked.get("form")
    wanted, mark = order.wanted.on(desk.payments.today()), str(asked["mark"])
    if form is None:
        found = desk.payment_lists.picked(actor, order, mark, ranges)
        what = "all that the filter shows" if ranges is None else "picked by hand"
        kept = count(int(KEPT.total_seconds() // 60), "minute")
        return {
            "words": f"{write_sums(found.sums)}, {what}, become one file with every column, times in"
            f" {desk.settings.timezone}. It is kept for {kept}, for this browser only."
            " Fetching it is recorded in the audit trail."
        }
    keys = None if ranges is None else desk.payment_lists.keys(actor, order, mark, ranges)
    is_book = Format(form) is Format.XLSX
    desk.exports.start(
        actor,
        ExportOrder(
            wanted,
            Format(form),
            desk.settings.timezone,
            bom=True,
            sort=order.sort if is_book else "created",
            descending=order.descending if is_book else False,
            keys=keys,
        ),
    )
    return {}


GRID = Grid(rows=_rows, sums=_sums, picked=_picked, copied=_copied, one=_one, export=_export)
