"""One payment: where the money is, what happened when, what to do next, and every id that support asks for."""

from __future__ import annotations

from datetime import datetime, tzinfo

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor, Mode
from dashboard.domain.payment_filter import RAILS
from dashboard.domain.return_windows import ReturnWindows
from dashboard.messages.say_to_customer import CUSTOMER_SENTENCES
from dashboard.payments import PaymentRow
from dashboard.payments.detail import MandateNote, PaymentDetail, Reason, TimelineEntry
from dashboard.ui import errors, format, layout, lists, session
from dashboard.ui.cases import detail as cases
from dashboard.ui.evidence import packs
from dashboard.ui.payments import grid
from dashboard.ui.refunds import refund
from dashboard.ui.text import plain

WHO = {"customer": "The customer", "us": "We", "stripe": "Stripe", "bank": "The bank"}
ACCEPTANCE = {"online": "online, in Link", "offline": "in person"}


def draw_way_back() -> None:
    """To the table as it was left, and to another payment by any of its ids."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        lists.draw_way_back("payments")
    other = right.text_input("Another payment", placeholder="Any id: charge, PaymentIntent or our debit").strip()
    if other and other != st.query_params.get("payment"):
        st.query_params["payment"] = other
        st.rerun()


def draw_head(row: PaymentRow, today: datetime) -> None:
    """The amount, where it is, and whose it is."""
    when = grid.when(row, today.date())
    layout.title(f"{format.money(row.amount, row.currency)} · {grid.status_of(row)}")
    whose = " · ".join(part for part in (row.customer or "Unknown customer", row.email, row.reference) if part)
    st.text(whose)
    account = f"{row.bank} ••{row.last4}" if row.last4 else row.bank
    st.caption(plain(" · ".join(part for part in (when, account, RAILS.get(row.rail, row.rail)) if part)))


def draw_next(row: PaymentRow, reason: Reason | None) -> None:
    """What to do now and who does it, and what the code means."""
    if row.next_action != "Nothing":
        st.info(f"**What to do:** {plain(row.next_action)}", icon=":material/flag:")
    if reason is None:
        return
    meaning = reason.meaning
    source = "the bank's return code" if reason.is_return_code else "Stripe's code; the bank's return code is not given"
    with st.container(border=True):
        st.markdown(f"**{plain(meaning.title)}** · {plain(meaning.code)}, {source}")
        st.markdown(plain(meaning.meaning))
        again = "" if meaning.representable else " It may not be presented again."
        st.markdown(f"**{plain(WHO.get(meaning.who, meaning.who))} must act.** {plain(meaning.action)}.{again}")
        spoken = CUSTOMER_SENTENCES.get(meaning.code)
        if spoken:
            st.markdown(f"**Say to the customer:** “{plain(spoken)}”")
        if reason.message:
            st.caption("In the provider's words:")
            st.text(reason.message)


def draw_timeline(timeline: list[TimelineEntry], zone: tzinfo, now: datetime) -> None:
    """What happened and what is expected, oldest first."""
    st.markdown("#### Timeline")
    for entry in timeline:
        done = entry.is_certain and entry.at <= now
        when = (
            format.day(entry.at.date(), now.astimezone(zone).date())
            if entry.is_day
            else format.moment(entry.at, zone, now)
        )
        mark = ":material/check_circle:" if done else ":material/schedule:"
        ahead = ", expected" if entry.at > now else ""
        st.markdown(f"{mark} **{when}**{ahead}  \n{plain(entry.what)}")
    st.caption(f"Hours are in {plain(str(zone))}; a day without an hour is the bank's own day.")


def draw_windows(windows: ReturnWindows | None, zone: tzinfo, now: datetime) -> None:
    """Until when each group of reasons can still bring it back."""
    if windows is None:
        return
    today = now.astimezone(zone).date()
    st.markdown("#### Can it still come back?")
    last = windows.unauthorized_at.astimezone(zone).date()
    groups = (
        ("For want of money, a closed account or a wrong number", windows.most_on),
        ("As not authorized by the customer", last),
    )
    for what, until in groups:
        over = until < today
        sign = ":material/check_circle:" if over else ":material/schedule:"
        word = "no more: the last day was" if over else "until"
        st.markdown(f"{sign} **{plain(what)}**  \n{plain(f'{word} {format.day(until, today)}')}")


def draw_money(detail: PaymentDetail) -> None:
    """Amount, fees, what was given back, and the net, to the cent."""
    st.markdown("#### Money")
    for name, cents, currency in detail.money:
        left, right = st.columns([3, 2])
        left.markdown(f"**{plain(name)}**" if name == "Net" else plain(name))
        right.text(format.money(cents, currency), width="stretch", text_alignment="right")
    if len(detail.money) == 1:
        st.caption("Stripe reports the fee when the debit is sent to the bank.")


def draw_mandate(mandate: MandateNote | None, id: str | None, zone: tzinfo) -> None:
    """The authorization behind the payment."""
    st.markdown("#### Mandate")
    if mandate:
        st.markdown(f"{plain(mandate.id)} · {plain(mandate.status)}")
        given = ACCEPTANCE.get(mandate.acceptance, mandate.acceptance)
        at = format.moment(mandate.accepted_at, zone)
        st.caption(f"Given {plain(given)} on {at}, before {plain(mandate.operator)}.")
    elif id:
        st.markdown(plain(id))
        st.caption("Not recorded by this desk; Stripe has it.")
    else:
        st.caption("None: an old-rail debit names no mandate.")


def draw_ids(detail: PaymentDetail, mode: Mode) -> None:
    """Every id with a button that copies it, and the way to the provider's own page."""
    st.markdown("#### Ids")
    for name, id in detail.ids.items():
        with st.container(gap=None):
            st.caption(plain(name))
            st.code(id, language=None, wrap_lines=True)
    if detail.links:
        st.markdown(f"#### At Stripe ({'live' if mode is Mode.LIVE else 'test mode'})")
        for name, url in detail.links.items():
            st.link_button(f"{plain(name)} in Stripe's Dashboard", url, icon=":material/open_in_new:", width="stretch")
    else:
        st.caption(
            "The sandbox has no Dashboard. With a Stripe key, buttons here open the payment in Stripe's Dashboard."
        )


def draw(desk: Desk, actor: Actor, id: str) -> None:
    """The whole payment."""
    detail, zone, now = desk.payment_details.get(actor, id), session.zone(), desk.clock.now()
    draw_head(detail.row, now.astimezone(zone))
    draw_next(detail.row, detail.reason)
    cases.offer(desk, actor, detail.row.id)
    left, right = st.columns(2, gap="large")
    with left:
        draw_timeline(detail.timeline, zone, now)
        draw_windows(detail.windows, zone, now)
        draw_money(detail)
        draw_mandate(detail.mandate, detail.mandate_id, zone)
        refund.draw(desk, actor, detail.row.id)
        packs.draw(desk, actor, detail.row.id)
    with right:
        draw_ids(detail, desk.mode)


def main() -> None:
    """The way back, then the payment in the address."""
    desk, actor = session.desk(), session.actor()
    with errors.shown():
        draw_way_back()
        id = st.query_params.get("payment", "")
        if id:
            draw(desk, actor, id)
        else:
            layout.empty("No payment is selected.", "Select one in the table, or enter any of its ids above.")


main()
