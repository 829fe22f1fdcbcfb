"""Notices: what somebody had to hear of, whether it went out, and how the ways out do."""

from __future__ import annotations

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.domain.notices import ChannelState, NoticeKind, NoticeState
from dashboard.notices import PAGE_SIZE, ShownNotice
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, errors, format, layout, session
from dashboard.ui.inbox import counts
from dashboard.ui.text import plain

OPEN = "Open"
ICONS = {
    NoticeKind.PAYOUT_FAILED: ":red[:material/money_off:]",
    NoticeKind.LATE_RETURN: ":red[:material/assignment_return:]",
    NoticeKind.REFUND_FAILED: ":red[:material/undo:]",
    NoticeKind.DEBIT_UNKNOWN: ":red[:material/help:]",
    NoticeKind.APPROVAL_WAITS: ":orange[:material/how_to_reg:]",
    NoticeKind.RETURN_RATE: ":orange[:material/speed:]",
    NoticeKind.LINE_UNMATCHED: ":orange[:material/receipt:]",
    NoticeKind.PAYOUT_UNMATCHED: ":orange[:material/account_balance_wallet:]",
    NoticeKind.SYNC_SILENT: ":red[:material/sync_problem:]",
    NoticeKind.READS_HIGH: ":orange[:material/data_usage:]",
    NoticeKind.BACKUP_FAILED: ":red[:material/backup:]",
    NoticeKind.REPORT: ":gray[:material/summarize:]",
    NoticeKind.SUMMARY: ":gray[:material/wb_twilight:]",
}


def draw_channel(desk: Desk, actor: Actor, state: ChannelState) -> None:
    """One way out: when it last worked, or since when it fails, and a test."""
    zone, now = session.zone(), desk.clock.now()
    with st.container(border=True, key=f"channel-{state.channel.value}"):
        left, right = st.columns([4, 1], vertical_alignment="center")
        name = state.channel.value.capitalize()
        if state.failing_since:
            since = format.moment(state.failing_since, zone, now)
            left.markdown(f":red[:material/error:] **{plain(name)}** · fails since {since} · {plain(state.problem)}")
            left.caption(plain(state.action))
        else:
            last = f"last sent {format.moment(state.sent_at, zone, now)}" if state.sent_at else "nothing sent yet"
            left.markdown(f":green[:material/check_circle:] **{plain(name)}** · {plain(last)}")
        if can(actor, Permission.ADMIN):
            test = actions.call(desk.notices.test, state.channel, then=actions.Then(said="Sent."))
            actions.button("Send a test", test, key=f"test-{state.channel.value}", place=right, width="stretch")


def draw_notice(desk: Desk, shown: ShownNotice) -> None:
    """One notice: what it says, when it happened, whether it went out, and the way to where it is dealt with.

    To go there is to have read it.
    """
    zone, now, notice = session.zone(), desk.clock.now(), shown.notice
    with st.container(border=True, key=f"notice-{notice.id}"):
        left, right = st.columns([6, 1], vertical_alignment="center", gap="small")
        left = left.container(gap="xxsmall")
        points = "".join(f"\n- {plain(point.text)}" for point in shown.words.points)
        new = "" if shown.is_read else "**New** · "
        left.markdown(f"{ICONS[notice.fact.kind]} {new}{plain(shown.words.text)}{points}")
        told = {
            NoticeState.WAITING: "waits to be sent",
            NoticeState.KEPT: "only here",
            NoticeState.SENT: f"sent by {notice.channel.value if notice.channel else ''}"
            f" {format.moment(notice.sent_at, zone, now)}",
        }[notice.state]
        left.caption(plain(f"{format.moment(notice.noted_at, zone, now)} · {told}"))
        then = actions.Then(shown.words.page, shown.words.query, forget=(counts.KEY,))
        there = actions.call(desk.notices.mark_read, notice.id, then=then)
        actions.button(OPEN, there, key=f"open-{notice.id}", place=right, width="stretch")


def draw_unread(desk: Desk, actor: Actor) -> None:
    """How many are new to this person, and the button that makes all of them read."""
    unread = desk.notices.count_unread(actor)
    if not unread:
        return
    left, right = st.columns([6, 2], vertical_alignment="center")
    left.markdown(f"**{unread:,} new to you.** Older than 30 days, a notice counts as read.")
    mark = actions.call(desk.notices.mark_all_read, then=actions.Then(forget=(counts.KEY,)))
    actions.button("Mark all as read", mark, key="notices-read", place=right, width="stretch")


def main() -> None:
    """The channels, then every notice, the last one first."""
    desk, actor = session.desk(), session.actor()
    layout.title("Notices", "What somebody had to hear of though nobody was looking. Each is told once.")
    with errors.shown():
        channels = desk.notices.channels(actor)
        for state in channels:
            draw_channel(desk, actor, state)
        if not channels:
            st.caption(
                "Notices stay here. An administrator sets ACH_DESK_NOTICE_MAIL or ACH_DESK_NOTICE_CHAT_URL to have"
                " them sent."
            )
        given = st.query_params.get("from", "")
        start = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
        found = desk.notices.list(actor, start)
        if not found:
            layout.empty(
                "There is nothing to tell.",
                "A payout that fails, a payment that a bank takes back or a backup that fails stands here at once.",
                ":material/notifications:",
            )
        draw_unread(desk, actor)
        for shown in found:
            draw_notice(desk, shown)
        if len(found) == PAGE_SIZE:
            older = actions.go("notices", {"from": str(start + PAGE_SIZE)})
            actions.button("Older", older, key="notices-older")


main()
