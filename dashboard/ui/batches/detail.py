"""One batch: its totals and days, what is wrong with its rows, its buttons, its progress, and the table of its rows."""

from __future__ import annotations

from functools import partial

import streamlit as st

from components.grid import grid
from dashboard.desk import Desk
from dashboard.domain.batches import MOST_BAD, Batch, BatchState, Progress, RowState
from dashboard.domain.models import Actor
from dashboard.domain.schedules import RULE, due_at
from dashboard.staff.access import Permission, can
from dashboard.ui import actions, downloads, errors, format, layout, pin, session, sign_in_gate
from dashboard.ui.batches import cover
from dashboard.ui.batches.grid import BATCH_ROWS
from dashboard.ui.batches.opening import SIGNS
from dashboard.ui.text import plain

LOOK_EVERY = 1.5  # seconds between looks at a batch that is being sent


def draw(desk: Desk, actor: Actor, id: str) -> None:
    """The whole of it."""
    batch = desk.batches.get(actor, id)
    _draw_head(desk, actor, batch)
    if batch.state is BatchState.DRAFT:
        _draw_draft(desk, actor, batch)
    elif batch.state is BatchState.REVIEW:
        _draw_review(desk, actor, batch)
    elif batch.state is BatchState.SENDING:
        _draw_progress(desk, batch.id)
    else:
        _draw_end(desk, actor, batch)
    if batch.state in {BatchState.DRAFT, BatchState.REVIEW} and batch.good:
        cover.draw(desk, actor, batch.id)
    if can(actor, Permission.EXPORT):
        _offer_outcome(desk, actor, batch)
    begin(desk, actor, batch)
    _draw_rows(desk, batch)


def _draw_head(desk: Desk, actor: Actor, batch: Batch) -> None:
    """Sum, state, who, and the days on which its money moves."""
    zone, now, today = session.zone(), desk.clock.now(), desk.payments.today()
    color, icon = SIGNS[batch.state]
    words = "Approved, waiting for its day" if _waits_for_day(desk, batch) else batch.state.words
    progress = desk.batches.progress(actor, batch.id)
    if batch.state is BatchState.DONE and progress.not_sent:
        words, color, icon = "Done, with rows that were not sent", "orange", ":material/warning:"
    total = format.money(batch.total_cents - progress.left_out_cents)
    st.subheader(f"{plain(total)} · {plain(batch.name)}", anchor=False)
    made = f"Opened by {batch.made_by} on {format.moment(batch.made_at, zone, now)}"
    st.markdown(f":{color}[{icon} **{plain(words)}**] · {plain(made)}")
    days = desk.batches.calendar(actor, batch)
    layout.metrics(
        [
            ("Debits", f"{batch.good - progress.left_out:,}"),
            ("Together", total),
            ("Left out", f"{batch.bad + progress.left_out:,}"),
            ("Sent", format.day(days.sent, today)),
            ("Taken from customers", format.day(days.taken, today)),
            ("Known by", format.day(days.known_by, today)),
            ("In your bank by", format.day(days.in_bank_by, today)),
        ]
    )
    if batch.wanted_on is not None:
        moved = f" The file says {format.day(batch.wanted_on, today)}." if batch.wanted_on != batch.collect_on else ""
        st.caption(plain(f"{RULE}{moved}"))
    elif not batch.state.is_ended:
        st.caption("Days as they are where it is approved now; banks do not work on weekends and holidays.")


def _draw_draft(desk: Desk, actor: Actor, batch: Batch) -> None:
    bad = f"{batch.bad:,} of {format.count(batch.rows, 'row')}"
    if batch.is_refused or not batch.good:
        st.warning(
            f"**The file is refused: {bad} with a fault.**  \nAbove {MOST_BAD} % it may"
            " be the wrong file, or one of another layout. Nothing was sent.  \n**What to do:** correct the rows below"
            " in the file, and drop it again.",
            icon=":material/error:",
        )
    elif batch.bad:
        st.warning(
            f"**Left out: {bad} with a fault.**  \n**What to do:** correct them"
            " in the file and drop it again, or submit the others now and put these into a file of their own.",
            icon=":material/info:",
        )
    else:
        st.success("Every row can be sent. Nothing was sent yet.", icon=":material/check_circle:")
    if not can(actor, Permission.CREATE_DEBIT):
        return
    with st.container(border=True, key="batch-acts"):
        if not batch.is_refused and batch.good:
            _draw_submit(desk, actor, batch)
        left, right = st.columns(2)
        again = actions.call(desk.batches.check_again, batch.id, then=actions.Then(said="Every row was checked again."))
        actions.button(
            "Check every row again", again, key="batch-check", place=left, slow="Checking …", width="stretch"
        )
        discard = actions.call(desk.batches.discard, batch.id, then=actions.Then("batches"))
        actions.button("Discard", discard, key="batch-discard", place=right, width="stretch")


def _draw_submit(desk: Desk, actor: Actor, batch: Batch) -> None:
    with st.form("batch-submit-form", border=False):
        st.checkbox("Also debit accounts whose bank gives no available balance", key="batch-accept")
        st.caption("Each balance is asked for when the row is sent. A row that it does not cover is left out.")
        known = pin.ask(desk, actor, "batch-pin") if desk.batches.asks_for_proof(batch) else True
        words = f"Submit {format.count(batch.good, 'debit')}, {format.money(batch.total_cents)}, for approval"
        work = partial(submit, desk, batch.id)
        actions.submit(
            plain(words),
            work,
            key="batch-submit",
            type="primary",
            disabled=not known,
            width="stretch",
            slow="Freezing …",
        )
    st.caption("From then on nothing of it changes, and it counts in every limit. A second person approves it.")


def submit(desk: Desk, id: str, actor: Actor, fields: actions.Fields) -> actions.Then:
    """Freeze the rows and ask a second person."""
    proved = pin.prove(desk, actor, fields, "batch-pin")
    desk.batches.submit(proved, id, accept_unknown_balance=bool(fields.get("batch-accept")))
    return actions.Then(said="Submitted. A second person approves it under Approvals.")


def _draw_review(desk: Desk, actor: Actor, batch: Batch) -> None:
    approval = desk.batches.approval_of(actor, batch.id)
    until = format.moment(approval.expires_at, session.zone(), desk.clock.now()) if approval else ""
    st.info(
        f"**Nothing is sent before a second person approves it.**  \nIt expires {plain(until)}, and counts in every"
        " limit until then.",
        icon=":material/pending_actions:",
    )
    _say_left_out(desk.batches.progress(actor, batch.id))
    with st.container(horizontal=True, gap="small"):
        if approval is not None:
            there = actions.go("approvals", {"approval": approval.id})
            actions.button("Open the approval", there, key="batch-approval", type="primary")
        if can(actor, Permission.CREATE_DEBIT):
            withdraw = actions.call(desk.batches.withdraw, batch.id, then=actions.Then(said="The batch is withdrawn."))
            actions.button("Withdraw the batch", withdraw, key="batch-withdraw")


def _say_left_out(progress: Progress) -> None:
    """What approvers took out of it, for whoever submitted it."""
    if progress.left_out:
        rows = format.count(progress.left_out, "row")
        st.warning(
            f"**An approver left out {rows}, {plain(format.money(progress.left_out_cents))}.**  \nNothing of that is"
            " sent, and it counts in no limit any more. The rows below say who left it out and why.",
            icon=":material/playlist_remove:",
        )


@st.fragment(run_every=LOOK_EVERY)
def _draw_progress(desk: Desk, id: str) -> None:
    """How far it has come, looked at again and again; and the button that ends it."""
    with errors.shown():
        actor = session.actor()
        actions.begin_fragment()
        batch, progress = desk.batches.get(actor, id), desk.batches.progress(actor, id)
        if batch.state is not BatchState.SENDING:
            st.rerun()
        good = batch.good - progress.left_out
        done = good - progress.left
        waits = _waits_for_day(desk, batch)
        words = f"{done:,} of {format.count(good, 'row')} done, {format.money(progress.sent_cents)} sent"
        st.progress(min(1.0, done / max(1, good)), text=plain(words))
        problem = None if waits else desk.batches.problem(actor, id)
        if problem is not None:
            errors.show_problem(problem)
        if can(actor, Permission.CREATE_DEBIT):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                stop = actions.call(desk.batches.stop, id, then=actions.Then(said="Stopped. What was sent stays."))
                actions.button("Stop", stop, key="batch-stop", type="primary", icon=":material/front_hand:")
                st.caption("Takes effect within one row. What was sent stays, and the other rows are released.")


def _waits_for_day(desk: Desk, batch: Batch) -> bool:
    if batch.state is not BatchState.SENDING or batch.collect_on is None:
        return False
    return due_at(batch.collect_on) > desk.clock.now()


def _draw_end(desk: Desk, actor: Actor, batch: Batch) -> None:
    progress = desk.batches.progress(actor, batch.id)
    st.markdown(plain(say_end(batch, progress)))
    copies = desk.batches.copies(actor, batch.id)
    for copy in copies:
        there = actions.go("batches", {"batch": copy.id})
        words = f"Made again as {copy.name}: {copy.state.words.lower()}"
        actions.button(
            plain(words), there, key=f"batch-copy-{copy.id}", type="tertiary", icon=":material/arrow_forward:"
        )
    left = progress.not_sent + progress.left_out + progress.rows.get(RowState.VALID, 0)
    if can(actor, Permission.CREATE_DEBIT) and not copies and left:
        again = actions.call(
            desk.batches.again, batch.id, then=lambda made: actions.Then("batches", {"batch": made.id})
        )
        actions.button(
            "Make a batch of the rows that were not sent", again, key="batch-again", slow="Checking …", type="primary"
        )


def say_end(batch: Batch, progress: Progress) -> str:
    """What became of a batch in one line."""
    parts = [f"{format.count(progress.sent, 'debit')} sent, {format.money(progress.sent_cents)}"]
    if progress.left_out:
        parts.append(f"{progress.left_out:,} left out by an approver")
    if progress.not_sent:
        parts.append(f"{progress.not_sent:,} not sent")
    if progress.in_doubt:
        parts.append(f"{progress.in_doubt:,} to be looked at in the inbox")
    if batch.bad:
        parts.append(f"{batch.bad:,} left out with a fault")
    return "; ".join(parts) + "."


@st.fragment
def _draw_rows(desk: Desk, batch: Batch) -> None:
    """Every row in the table; what the table says draws this again and no more."""
    with errors.shown():
        actor = sign_in_gate.person()
        actions.begin_fragment()
        empty = "This file has no rows.", "Fill in the template, and drop it again."
        about = BATCH_ROWS.describe(actor, empty, fixed={BATCH_ROWS.scope: batch.id})
        grid(about, key=f"{BATCH_ROWS.key}-{batch.id}")


def begin(desk: Desk, actor: Actor, batch: Batch) -> None:
    """Where the address says nothing else: in the file's order, what has a fault or was not sent first."""
    if {"order", "sort", "outcome", "noted", "text", "place"} & set(st.query_params):
        return
    st.query_params["order"] = "up"
    progress = desk.batches.progress(actor, batch.id)
    if batch.bad and batch.state is BatchState.DRAFT:
        st.query_params["outcome"] = "fault"
    elif batch.state.is_ended and progress.not_sent + progress.left_out:
        st.query_params["outcome"] = "not_sent,left_out"


def _offer_outcome(desk: Desk, actor: Actor, batch: Batch) -> None:
    files, zone = desk.batches.files, session.zone()
    downloads.offer(
        f"batch-{batch.id[-8:]}",
        lambda: files.lines(actor, batch.id),
        lambda out: files.workbook(actor, out, batch.id, zone),
        "Every row of the file with what became of it. The download is recorded in the audit trail.",
    )
