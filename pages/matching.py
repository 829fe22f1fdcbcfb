"""Which line of the bank statement is which payout: proposals, what is unmatched, what is on its way."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.staff.access import Permission, can
from dashboard.statements.overview import Candidate, Loose, Overview, Waiting
from dashboard.ui import actions, errors, format, layout, session
from dashboard.ui.books import held
from dashboard.ui.statements import matches
from dashboard.ui.text import plain


def chosen_rows(picked: Any) -> list[int]:
    """The rows that are picked in a table."""
    return list(picked["selection"]["rows"]) if picked else []


def draw_figures(found: Overview) -> None:
    """The money on its way as one figure, and how much there is to decide."""
    in_transit = [format.money(cents, currency) for currency, cents in sorted(found.in_transit.items())]
    layout.metrics(
        [
            ("Money in transit", " and ".join(in_transit) or format.money(0)),
            ("To confirm", f"{len(found.candidates):,}"),
            ("Payouts unmatched", f"{len(found.unmatched):,}"),
            ("Missing at the bank", f"{len(found.missing):,}"),
            ("Lines unmatched", f"{len(found.loose):,}"),
            ("Payouts matched", f"{found.matched:,}"),
        ]
    )
    for payouts, words in (
        (found.on_their_way, "In transit, as Stripe says"),
        (found.unreached, "Arrived, and no statement reaches them yet"),
    ):
        if payouts:
            arrivals = [one.payout.arrival for one in payouts]
            days = dict.fromkeys((format.day(min(arrivals)), format.day(max(arrivals))))
            st.caption(plain(f"{words}: {format.count(len(payouts), 'payout')}, arriving {' to '.join(days)}."))


def draw_proposals(desk: Desk, actor: Actor, found: Overview) -> None:
    """What the rules propose; confirm or reject what is picked."""
    st.subheader("To confirm", anchor=False)
    candidates = found.candidates[: matches.SHOWN]
    if not candidates:
        layout.empty("Nothing is proposed.", "Import a bank statement, and sync payouts; what fits is proposed here.")
        return
    picked = st.dataframe(
        matches.proposed(candidates, desk.payments.today()),
        hide_index=True,
        column_config=matches.PROPOSED,
        on_select="rerun",
        selection_mode="multi-row",
        height=min(420, 37 + 35 * len(candidates)),
        key=layout.table_key("match-proposals", (one.key for one in candidates)),
        alt="Proposed matches with how they were found, amount, days, reason, line and payout",
    )
    rows = chosen_rows(picked)
    chosen = [candidates[row] for row in rows if row < len(candidates)]
    if can(actor, Permission.MATCH_PAYOUTS):
        draw_decisions(desk, found.certain, chosen)
    if len(chosen) == 1:
        draw_parts(chosen[0])
    else:
        st.caption("Select rows to confirm or reject them; a trace number that is in the line is marked ✓.")


def draw_decisions(desk: Desk, certain: tuple[Candidate, ...], chosen: list[Candidate]) -> None:
    """Confirm what is picked, reject it, or confirm everything that is certain."""
    keys, sure = [one.key for one in chosen], [one.key for one in certain]
    with st.container(horizontal=True, vertical_alignment="center"):
        number = format.count(len(keys), "match") if len(keys) == 1 else f"{len(keys):,} matches"
        confirm = actions.call(desk.payout_matching.confirm, keys, then=say_confirmed)
        reject = actions.call(desk.payout_matching.reject, keys, then=say_rejected)
        actions.button(
            f"Confirm {number}", confirm, key="match-confirm", type="primary", disabled=not keys, slow="Matching …"
        )
        actions.button(f"Reject {number}", reject, key="match-reject", disabled=not keys)
        if sure:
            every = actions.call(desk.payout_matching.confirm, sure, then=say_confirmed)
            words = f"Confirm all {len(sure):,} with their trace number"
            actions.button(words, every, key="match-certain", icon=":material/done_all:", slow="Matching …")


def say_confirmed(done: int) -> actions.Then:
    """What was confirmed, in words."""
    return actions.Then(keep={"match-said": f"{done:,} confirmed. Undo one in the list of what is matched."})


def say_rejected(done: int) -> actions.Then:
    """What was rejected, in words."""
    return actions.Then(keep={"match-said": f"{done:,} rejected: these pairs are not proposed again."})


def draw_parts(one: Candidate) -> None:
    """The parts of a proposal, side by side."""
    with st.container(border=True):
        st.markdown(f"**{plain(one.proposal.how.words)}.** {plain(one.proposal.why)}")
        left, right = st.columns(2)
        with left:
            st.caption("At Stripe")
            for payout in one.payouts:
                cents = plain(format.money(payout.cents, payout.currency))
                st.markdown(f"{cents} · arrives {format.day(payout.arrival)} · {plain(payout.id)}")
                st.caption(plain(f"Trace {payout.trace or 'not known'}{', failed' if payout.failed else ''}"))
        with right:
            st.caption("At the bank")
            for line in one.lines:
                cents = plain(format.money(line.cents, line.currency))
                st.markdown(f"{cents} · posted {format.day(line.posted_on)}")
                st.caption(plain(line.text))


def draw_unmatched(desk: Desk, actor: Actor, found: Overview) -> None:
    """What is in no proposal, on both sides, with its age and the next step."""
    today = desk.payments.today()
    payouts: list[Waiting] = []
    st.subheader("Payouts without a line", anchor=False)
    if found.waiting:
        picked = st.dataframe(
            matches.waiting(found.waiting, today),
            hide_index=True,
            column_config=matches.WAITING,
            on_select="rerun",
            selection_mode="multi-row",
            height=min(320, 37 + 35 * len(found.waiting)),
            key=layout.table_key("match-waiting", (one.payout.id for one in found.waiting)),
            alt="Payouts that are on no statement, with age and next step",
        )
        payouts = [found.waiting[row] for row in chosen_rows(picked) if row < len(found.waiting)]
        for one in payouts:
            if one.is_missing:
                st.markdown("**A letter to the bank**, for a payout that it should have posted:")
                st.code(desk.payout_matching.letter(actor, one.payout.id), language=None, wrap_lines=True)
        if found.missing and not payouts:
            st.caption("Select a payout to see the letter to the bank.")
    else:
        st.markdown(":material/check_circle: Every payout is matched or proposed.")
    st.subheader("Lines of Stripe's without a payout", anchor=False)
    lines = list(found.loose)
    if payouts:
        total = sum(one.payout.cents for one in payouts if not one.payout.failed)
        known = {one.line.id for one in lines}
        equal = desk.payout_matching.lines_of_amount(actor, total, payouts[0].payout.currency)
        lines += [one for one in equal if one.line.id not in known]
    if lines:
        picked = st.dataframe(
            matches.loose(lines, today),
            hide_index=True,
            column_config=matches.LOOSE,
            on_select="rerun",
            selection_mode="multi-row",
            height=min(320, 37 + 35 * len(lines)),
            key=layout.table_key("match-loose", (one.line.id for one in lines)),
            alt="Lines of Stripe's that are no known payout, with age and next step",
        )
        chosen = [lines[row] for row in chosen_rows(picked) if row < len(lines)]
        if can(actor, Permission.MATCH_PAYOUTS):
            draw_by_hand(desk, payouts, chosen)
    else:
        st.markdown(":material/check_circle: There is none.")
    if found.explained:
        with st.expander(f"{format.count(len(found.explained), 'line')} of Stripe's explained otherwise"):
            st.dataframe(
                matches.loose(found.explained, today),
                hide_index=True,
                column_config=matches.LOOSE,
                alt="Lines of Stripe's that are no payouts",
            )


def draw_by_hand(desk: Desk, payouts: list[Waiting], lines: list[Loose]) -> None:
    """Match what no rule proposes: payouts and lines that are picked above, to the cent."""
    then = actions.Then(keep={"match-said": "Matched by hand. Undo it in the list of what is matched."})
    ids = [one.line.id for one in lines], [one.payout.id for one in payouts]
    match = actions.call(desk.payout_matching.match_by_hand, *ids, then=then)
    actions.button("Match by hand", match, key="match-by-hand", disabled=not (payouts and lines))
    st.caption(
        "Select payouts and lines of equal amounts; with a payout selected, every free line of its amount shows."
    )


def draw_matched(desk: Desk, actor: Actor) -> None:
    """The matches in force, and the button that undoes one."""
    rows = desk.payout_matching.matched(actor)
    st.subheader("Matched", anchor=False)
    if not rows:
        layout.empty("Nothing is matched yet.", "Confirm a proposal above.")
        return
    picked = st.dataframe(
        matches.matched(rows, desk.payments.today(), desk.clock.now()),
        hide_index=True,
        column_config=matches.MATCHED,
        on_select="rerun",
        selection_mode="single-row",
        height=min(420, 37 + 35 * len(rows)),
        key=layout.table_key("match-matched", (row["id"] for row in rows)),
        alt="Matches in force with amount, how they were found, who confirmed them and when",
    )
    places = chosen_rows(picked)
    if not can(actor, Permission.MATCH_PAYOUTS):
        return
    id = rows[places[0]]["id"] if places and places[0] < len(rows) else ""
    then = actions.Then(keep={"match-said": "The match is undone; its parts may be proposed again."})
    undo = actions.call(desk.payout_matching.undo, id, then=then)
    actions.button("Undo this match", undo, key="match-undo", icon=":material/undo:", disabled=not id)
    if len(rows) == 100:
        st.caption("The last 100 are shown.")


def main() -> None:
    """Figures, proposals, what is unmatched, what is matched."""
    desk, actor = session.desk(), session.actor()
    layout.title("Payouts at the bank", "Which line of your bank statement is which payout of Stripe's, to the cent.")
    with errors.shown():
        if said := st.session_state.pop("match-said", None):
            st.success(plain(said), icon=":material/check_circle:")
        found = desk.payout_matching.overview(actor)
        if found.covered is None:
            draw_figures(found)
            held.draw(desk, actor)
            layout.empty("There is no bank statement yet.", "Import one under Bank statements.")
            return
        draw_figures(found)
        draw_proposals(desk, actor, found)
        draw_unmatched(desk, actor, found)
        held.draw(desk, actor)
        draw_matched(desk, actor)


main()
