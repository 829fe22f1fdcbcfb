"""How a line of each kind is drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.inbox import InboxGroup, InboxKind, InboxLine
from dashboard.domain.models import Actor
from dashboard.ui import actions
from dashboard.ui.inbox import connections, marks, money
from dashboard.ui.refunds import refund
from dashboard.ui.text import plain

Draw = Callable[[Desk, Actor, Any], None]  # the feature's own row, which its source found


def _spread(draw: Callable[[Desk, Actor, Any, Any], None]) -> Draw:
    """For rows that come in pairs."""
    return lambda desk, actor, pair: draw(desk, actor, pair[0], pair[1])


DRAW: dict[InboxKind, Draw] = {
    InboxKind.DEBIT: money.draw_debit,
    InboxKind.APPROVAL: _spread(money.draw_approval),
    InboxKind.CASE: money.draw_case,
    InboxKind.OVERDUE: money.draw_overdue,
    InboxKind.EVIDENCE: money.draw_request,
    InboxKind.BATCH: _spread(money.draw_batch),
    InboxKind.REFUND: lambda desk, _actor, failed: refund.draw_failed(desk, failed),
    InboxKind.TELL: _spread(money.draw_to_tell),
    InboxKind.PAYOUT: money.draw_payout,
    InboxKind.LINK: connections.draw_attempt,
    InboxKind.WALKED_AWAY: connections.draw_walked_away,
    InboxKind.CONNECTION: connections.draw_item,
    InboxKind.RELINK: connections.draw_broken,
    InboxKind.NAME: connections.draw_name,
    InboxKind.MANDATE: connections.draw_mandate,
    InboxKind.REMOVAL: _spread(connections.draw_removal),
    InboxKind.TOKEN: _spread(connections.draw_lost),
    InboxKind.ERASURE: _spread(connections.draw_erasure),
    InboxKind.SHARED: connections.draw_shared,
    InboxKind.OPERATION: money.draw_job,
}
# Where all of a kind are listed, with a filter of exactly these.
LISTS: dict[InboxKind, tuple[str, str, dict[str, str]]] = {
    InboxKind.CASE: ("All cases", "cases", {"status": "open,waiting,review", "order": "up"}),
    InboxKind.OVERDUE: ("All of them", "payments", {"overdue": "1"}),
    InboxKind.APPROVAL: ("All approvals", "approvals", {}),
    InboxKind.BATCH: ("All batches", "batches", {}),
    InboxKind.PAYOUT: ("All payouts", "matching", {}),
    InboxKind.RELINK: ("Account health", "health", {}),
    InboxKind.MANDATE: ("All of them", "mandates", {"status": "needs"}),
}


def draw_group(desk: Desk, actor: Actor, group: InboxGroup, people: list[str], *, shows_done: bool) -> None:
    """The head with its count, then each line."""
    lines = [*group.open, *(group.done if shows_done else [])]
    if not lines and not group.count:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(plain(f"{group.kind.words} ({group.count:,})"), anchor=False)
        if group.kind in LISTS:
            words, page, query = LISTS[group.kind]
            there = actions.go(page, query)
            actions.button(plain(words), there, key=f"all-{group.kind.value}", type="tertiary")
    for line in lines:
        _draw_line(desk, actor, line, people)
    left = group.count - len(group.open)
    if left > 0:
        st.caption(f"{left:,} more are not shown here; the list has all of them.")


def _draw_line(desk: Desk, actor: Actor, line: InboxLine, people: list[str]) -> None:
    with st.container(border=True):
        DRAW[line.kind](desk, actor, line.about)
        marks.draw(desk, actor, line, people)
