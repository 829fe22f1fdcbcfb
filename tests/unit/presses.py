"""What moves money or decides, each as something that two people can press at one instant."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from dashboard.books import MonthBooks
from dashboard.books.closing import MonthClose
from dashboard.customers import Customers
from dashboard.customers.merging import Merging
from dashboard.domain.batches import Batch, BatchState
from dashboard.domain.cases import Case
from dashboard.domain.models import Actor, Balance, BankAccount, Debit, DebitOrder, Purpose, Role
from dashboard.domain.schedules import ScheduleOrder
from dashboard.evidence import Evidence
from dashboard.mandates import Mandates
from dashboard.operations.restore_reviews import RestoreReviews
from dashboard.statements import Statements
from dashboard.statements.matching import PayoutMatching
from dashboard.store import Store
from dashboard.store.engine.database import Database
from dashboard.store.restores import Unknown
from tests import statement_files as files
from tests.unit import batch_scenes, debit_orders, test_month_close, test_old_accounts, test_payout_matches, two_people
from tests.unit.case_scenes import case_of, charge
from tests.unit.desk_fixture import DeskFixture
from tests.unit.test_at_stripe import held_debit, held_refund
from tests.unit.test_debits import order_for
from tests.unit.test_presenting_again import come
from tests.unit.test_refunds import collect
from tests.unit.test_refunds import order as order_refund
from tests.unit.two_people import BOSS, CHECKER, MAKER

SETTINGS = {
    "ACH_DESK_APPROVE_ABOVE_CENTS": "100000",
    "ACH_DESK_REFUND_APPROVE_ABOVE_CENTS": "50000",
    "ACH_DESK_REFUND_PARTIAL": "yes",
    "ACH_DESK_SMTP_HOST": "127.0.0.1",
    "ACH_DESK_SMTP_TLS": "none",
    "ACH_DESK_SMTP_FROM": "billing@acme.example",
}
EVERYTHING = replace(MAKER, roles=frozenset({Role.FINANCE, Role.OPS, Role.ADMIN}))
OTHER = replace(CHECKER, roles=EVERYTHING.roles)
ADA = replace(BOSS, name="ada@example.com", subject="s-ada")

Act = Callable[[DeskFixture, Actor], object]
Scene = Callable[[DeskFixture], Act]


@dataclass(frozen=True)
class Press:
    """One button: what is there before, what pressing it does, and how the trail says that it took effect.

    `both` where the second person is told what the first has done, instead of that it was decided. `rows` is how many
    rows of the trail one effect has, `moved` how many movements of money there are afterwards.
    """

    name: str
    scene: Scene
    effect: str
    people: tuple[Actor, Actor] = (EVERYTHING, OTHER)
    both: bool = False
    rows: int = 1
    moved: int = 0


def beside(given: DeskFixture) -> DeskFixture:
    """A second process over the same file, with the same providers."""
    other = copy.copy(given)
    path = given.store.database.path
    other.store = Store(Database(path), given.vault, given.clock, given.settings.timezone)
    other.processes = 100
    other.restart()
    return other


# Debits.


def account_of(given: DeskFixture) -> BankAccount:
    return given.desk.account(given.actor, str(given.link().bank_account_id))


def order_twice(given: DeskFixture) -> Act:
    """Each has a form of their own, of the same debit."""
    account = account_of(given)

    def act(desk: DeskFixture, actor: Actor) -> object:
        balance = Balance(100_000, 100_000, "usd", desk.clock.now())
        wanted = DebitOrder(desk.debits.ticket(), account.id, 1_000, "INV-1", Purpose.GOODS, balance)
        return desk.debits.submit(actor, wanted)

    return act


def one_form_twice(given: DeskFixture) -> Act:
    """One form in two tabs."""
    wanted = order_for(given, account_of(given))
    return lambda desk, actor: desk.debits.submit(actor, wanted)


def resume_debit(given: DeskFixture) -> Act:
    given.stripe.before["confirm_payment_intent"] = [debit_orders.limited()]
    debit = given.debits.submit(MAKER, order_for(given, account_of(given)))
    return lambda desk, actor: desk.debits.resume(actor, debit.id)


def confirm_again(given: DeskFixture) -> Act:
    debit = debit_orders.unsent(given, account_of(given))
    return lambda desk, actor: debit_orders.confirm_again(desk, debit, actor)


def scheduled(given: DeskFixture, **more: Any) -> tuple[Debit, ScheduleOrder]:
    wanted = ScheduleOrder(
        ticket=given.debits.ticket(),
        bank_account_id=account_of(given).id,
        amount_cents=4_200,
        invoice_reference="INV-1",
        purpose=Purpose.SERVICES,
        first_on=date(2026, 12, 13),
        **more,
    )
    return given.schedules.order(MAKER, wanted)[0], wanted


def order_schedule(given: DeskFixture) -> Act:
    _, wanted = scheduled(given)
    again = replace(wanted, ticket=given.debits.ticket(), amount_cents=4_300, invoice_reference="INV-2")
    return lambda desk, actor: desk.schedules.order(actor, again)


def order_two_schedules(given: DeskFixture) -> Act:
    """Each has a form of their own, of the same debit."""
    _, wanted = scheduled(given)
    again = replace(wanted, amount_cents=4_300, invoice_reference="INV-2")
    return lambda desk, actor: desk.schedules.order(actor, replace(again, ticket=desk.debits.ticket()))


def cancel_schedule(given: DeskFixture) -> Act:
    debit, _ = scheduled(given)
    return lambda desk, actor: desk.schedules.cancel(actor, debit.id)


def cancel_debit(given: DeskFixture) -> Act:
    debit, _ = scheduled(given)
    return lambda desk, actor: desk.debits.cancel(actor, debit.id)


def tell_customer(given: DeskFixture) -> Act:
    """13 December 2026 is a Sunday, so its day is moved, which a consumer is told."""
    debit, _ = scheduled(given)
    return lambda desk, actor: desk.schedules.told(actor, debit.id)


def mail_customer(given: DeskFixture) -> Act:
    debit, _ = scheduled(given)
    return lambda desk, actor: desk.debit_notices.send(actor, debit.id)


def end_debit_at_stripe(given: DeskFixture) -> Act:
    debit = held_debit(given)
    return lambda desk, actor: desk.debits.end_at_stripe(actor, debit.id)


# Approvals.


def asked(given: DeskFixture) -> tuple[str, str]:
    """A debit that waits for a second person: its approval, and the digest of what is shown."""
    given.plaid.available = 100_000_000
    shown = two_people.asked(given, two_people.order(given, account_of(given)))
    return shown.approval.id, shown.digest


def approve(given: DeskFixture) -> Act:
    id, digest = asked(given)
    return lambda desk, actor: desk.approvals.approve(actor, id, digest)


def decline(given: DeskFixture) -> Act:
    id, _ = asked(given)
    return lambda desk, actor: desk.approvals.decline(actor, id, "Not now")


# Batches.


def file(given: DeskFixture, count: int = 2, day: str = "") -> bytes:
    given.plaid.available = 100_000_000
    rows = (f"{one.reference},10.00,INV-{n},,,{day}" for n, one in enumerate(batch_scenes.linked(given, count), 1))
    return batch_scenes.file_of(rows)


def open_batch(given: DeskFixture) -> Act:
    content = file(given)
    return lambda desk, actor: desk.batches.open(actor, content, "run.csv")


def of_draft(name: str) -> Scene:
    """Press a button of a draft."""

    def scene(given: DeskFixture) -> Act:
        batch = given.batches.open(MAKER, file(given), "run.csv")
        return lambda desk, actor: getattr(desk.batches, name)(actor, batch.id)

    return scene


def of_waiting(name: str) -> Scene:
    """Press a button of a batch that waits for approval."""

    def scene(given: DeskFixture) -> Act:
        batch = batch_scenes.submitted(given, file(given))
        return lambda desk, actor: getattr(desk.batches, name)(actor, batch.id)

    return scene


def leave_out(given: DeskFixture) -> Act:
    batch = batch_scenes.submitted(given, file(given, 3))
    newest = given.store.approvals.newest("batch", batch.id)
    assert newest is not None
    return lambda desk, actor: desk.approvals.leave_out(actor, newest.id, {3: "They closed it"})


def sending(given: DeskFixture) -> Batch:
    """Approved, and its day has not come."""
    batch = batch_scenes.approve(given, batch_scenes.submitted(given, file(given, day="2026-12-15")))
    assert batch.state is BatchState.SENDING
    return batch


def stop_batch(given: DeskFixture) -> Act:
    batch = sending(given)
    return lambda desk, actor: desk.batches.stop(actor, batch.id)


def resume_batch(given: DeskFixture) -> Act:
    """Its day has come, and nobody has looked yet."""
    batch = sending(given)
    times = given.store.batches.times(batch.id)
    assert times is not None
    given.clock.move(times[0] - given.clock.now() + timedelta(minutes=1))
    return lambda desk, actor: desk.batches.resume(actor, batch.id)


def again_batch(given: DeskFixture) -> Act:
    batch = batch_scenes.submitted(given, file(given))
    given.batches.withdraw(MAKER, batch.id)
    return lambda desk, actor: desk.batches.again(actor, batch.id)


def ask_cover(given: DeskFixture) -> Act:
    batch = given.batches.open(MAKER, file(given, 7), "run.csv")
    return lambda desk, actor: desk.batch_cover.ask(actor, batch.id)


def stop_cover(given: DeskFixture) -> Act:
    batch = given.batches.open(MAKER, file(given, 7), "run.csv")
    given.batch_cover.ask(MAKER, batch.id)
    return lambda desk, actor: desk.batch_cover.stop(actor, batch.id)


# Refunds.


def refund(given: DeskFixture) -> Act:
    """Both have seen that nothing was refunded."""
    paid = collect(given)
    return lambda desk, actor: order_refund(desk, paid, 400, total=400, actor=actor)


def cancel_refund(given: DeskFixture) -> Act:
    made = order_refund(given, collect(given, 90_000), 60_000, actor=MAKER)
    return lambda desk, actor: desk.refunds.cancel(actor, made.id)


def end_refund_at_stripe(given: DeskFixture) -> Act:
    made = held_refund(given)
    return lambda desk, actor: desk.refunds.end_at_stripe(actor, made.id)


# Cases.


def came_back(given: DeskFixture, cents: int = 4_200) -> Case:
    given.debits.submit(MAKER, order_for(given, account_of(given), cents))
    come(given, "py_1", "R01")
    given.clock.move(timedelta(days=3))
    return case_of(given.store)


def present_again(given: DeskFixture) -> Act:
    case = came_back(given)

    def act(desk: DeskFixture, actor: Actor) -> object:
        balance = Balance(100_000, 100_000, "usd", desk.clock.now())
        return desk.presenting_again.order(actor, case.id, desk.debits.ticket(), balance)

    return act


def of_case(name: str, *more: object) -> Scene:
    """Press a button of an open case."""

    def scene(given: DeskFixture) -> Act:
        case = came_back(given)
        return lambda desk, actor: getattr(desk.cases, name)(actor, case.id, *more)

    return scene


def cancel_write_off(given: DeskFixture) -> Act:
    given.store.projection.apply("charges", [charge(given.clock, amount=200_000)])
    case = case_of(given.store)
    given.cases.write_off(MAKER, case.id, "They are gone")
    return lambda desk, actor: desk.cases.cancel_write_off(actor, case.id)


def bank_asks(given: DeskFixture) -> tuple[Case, date]:
    return came_back(given), given.clock.now().astimezone(given.settings.timezone).date()


def evidence_of(desk: DeskFixture) -> Evidence:
    return Evidence(desk.store, desk.clock, desk.settings)


def record_request(given: DeskFixture) -> Act:
    case, today = bank_asks(given)
    return lambda desk, actor: evidence_of(desk).record_request(actor, case.id, today)


def answer_request(given: DeskFixture) -> Act:
    case, today = bank_asks(given)
    evidence_of(given).record_request(MAKER, case.id, today)
    return lambda desk, actor: evidence_of(desk).answer_request(actor, case.id)


# Customers, connections, authorizations.


def revoke(given: DeskFixture) -> Act:
    account = account_of(given)
    return lambda desk, actor: Mandates(desk.store, desk.clock, desk.settings).revoke(actor, account.id, "By phone")


def remove(given: DeskFixture) -> Act:
    item = account_of(given).item_id
    return lambda desk, actor: desk.removals.remove(actor, item, "They moved")


def erase(given: DeskFixture) -> Act:
    account_of(given)
    return lambda desk, actor: desk.erasures.order(actor, given.customer.id, given.customer.reference)


def merge(given: DeskFixture) -> Act:
    gone = given.add_customer("J. Rosen", "j.rosen@example.com", "C-2")
    kept = given.customer
    return lambda desk, actor: Merging(desk.store, desk.clock, desk.updates).merge(actor, kept.id, gone.id)


def add_customer(given: DeskFixture) -> Act:
    return lambda desk, actor: Customers(desk.store, desk.clock).add(actor, "Ann", "ann@example.com", "C-9")


def report_link(given: DeskFixture) -> Act:
    """One outcome of Link that two tabs report."""
    opening, outcome = given.desk.open(given.actor, given.customer.id), given.outcome()
    return lambda desk, actor: desk.desk.report(given.actor, opening.attempt_id, outcome, {})


def record_paper(given: DeskFixture) -> Act:
    id = test_old_accounts.save(given)
    test_old_accounts.pay(given)
    test_old_accounts.own(given, id)
    return lambda desk, actor: test_old_accounts.record(desk, id)


def own_old_account(given: DeskFixture) -> Act:
    id = test_old_accounts.save(given)
    test_old_accounts.pay(given)
    return lambda desk, actor: test_old_accounts.own(desk, id)


# The books.


def closing(desk: DeskFixture) -> MonthClose:
    matching = PayoutMatching(desk.store, desk.clock, desk.settings)
    return MonthClose(
        desk.store, desk.clock, desk.settings, MonthBooks(desk.store, desk.clock, desk.settings, matching)
    )


MONTH = test_month_close.MONTH


def of_month(name: str, *before: str) -> Scene:
    """Press a button of the close of October, once these steps were done."""

    def scene(given: DeskFixture) -> Act:
        test_month_close.book(given.store, "txn_1", 12, 10_000, fee=80)
        Statements(given.store, given.clock).take(MAKER, files.ofx(), account="Operating")
        now = int(given.clock.now().timestamp())
        given.store.sync_state.end_run(given.store.sync_state.begin_run("backfill", now), now, {})
        for step in before:
            _step(given, step, EVERYTHING if step.startswith("ask") else OTHER)
        digest = closing(given).look(EVERYTHING, MONTH).digest
        return lambda desk, actor: _step(desk, name, actor, digest)

    return scene


def _step(desk: DeskFixture, name: str, actor: Actor, digest: str = "") -> object:
    close = closing(desk)
    if name in {"sign", "reopen"}:
        return getattr(close, name)(actor, MONTH, digest or close.look(actor, MONTH).digest)
    more = ["The bank corrected it"] if name == "ask_reopening" else []
    return getattr(close, name)(actor, MONTH, *more)


def of_matches(name: str) -> Scene:
    """Press a button of the proposals, or of a match."""

    def scene(given: DeskFixture) -> Act:
        Statements(given.store, given.clock).take(MAKER, files.banks()["chase"], account="Operating")
        for number, (day, cents) in enumerate(files.MOVED):
            trace = test_payout_matches.TRACES.get(day)
            test_payout_matches.pay_out(given.store, f"po_{number}", day, cents, trace=trace)
        matching = PayoutMatching(given.store, given.clock, given.settings)
        keys = test_payout_matches.keys(matching.overview(MAKER))
        if name == "undo":
            matching.confirm(MAKER, keys)
            match = str(matching.matched(MAKER)[0]["id"])
            return lambda desk, actor: PayoutMatching(desk.store, desk.clock, desk.settings).undo(actor, match)
        return lambda desk, actor: getattr(PayoutMatching(desk.store, desk.clock, desk.settings), name)(actor, keys[:1])

    return scene


def match_by_hand(given: DeskFixture) -> Act:
    of_matches("confirm")(given)
    test_payout_matches.pay_out(given.store, "po_9", "2026-11-16", 423_782)
    matching = PayoutMatching(given.store, given.clock, given.settings)
    lines = [one.line.id for one in matching.lines_of_amount(MAKER, 423_782, "usd") if "SOMEBODY" in one.line.text]
    return lambda desk, actor: PayoutMatching(desk.store, desk.clock, desk.settings).match_by_hand(
        actor, lines, ["po_9"]
    )


def confirm_restore(given: DeskFixture) -> Act:
    given.store.restores.add(given.clock.now(), given.clock.now(), Unknown.INCOMPLETE)
    review = given.store.restores.open()
    assert review is not None
    return lambda desk, actor: RestoreReviews(desk.store, desk.clock).confirm(actor, review.id)


SAME = (MAKER, MAKER)  # one person in two tabs
PRESSES = (
    Press("Debits.submit", order_twice, "debit.ordered", moved=1),
    Press("Debits.submit", one_form_twice, "debit.ordered", SAME, both=True, moved=1),
    Press("Debits.resume", resume_debit, "debit.submitted", both=True, moved=1),
    Press("Debits.confirm_again", confirm_again, "debit.confirmed_again", moved=1),
    Press("Debits.cancel", cancel_debit, "debit.cancel_ordered"),
    Press("Debits.end_at_stripe", end_debit_at_stripe, "debit.ended_at_stripe"),
    Press("Schedules.order", order_schedule, "debit.scheduled", SAME, both=True),
    Press("Schedules.order", order_two_schedules, "debit.scheduled"),
    Press("Schedules.cancel", cancel_schedule, "debit.cancel_ordered"),
    Press("Schedules.told", tell_customer, "debit.customer_told"),
    Press("DebitNotices.send", mail_customer, "debit_notice.ordered"),
    Press("Approvals.approve", approve, "approval.approved", (OTHER, ADA), moved=1),
    Press("Approvals.decline", decline, "approval.rejected", (OTHER, ADA)),
    Press("Approvals.leave_out", leave_out, "batch.row_left_out", (OTHER, ADA)),
    Press("Batches.open", open_batch, "batch.opened", both=True),
    Press("Batches.again", again_batch, "batch.opened", both=True),
    Press("Batches.discard", of_draft("discard"), "batch.discarded"),
    Press("Batches.submit", of_draft("submit"), "batch.submitted", SAME),
    Press("Batches.withdraw", of_waiting("withdraw"), "batch.withdrawn"),
    Press("Batches.stop", stop_batch, "batch.stopped"),
    Press("Batches.resume", resume_batch, "batch.done", both=True, moved=2),
    Press("BatchCover.ask", ask_cover, "batch_cover.ordered"),
    Press("BatchCover.stop", stop_cover, "batch_cover.stopped"),
    Press("Refunds.order", refund, "refund.ordered", moved=2),
    Press("Refunds.cancel", cancel_refund, "refund.cancel_ordered", moved=1),
    Press("Refunds.end_at_stripe", end_refund_at_stripe, "refund.ended_at_stripe", moved=1),
    Press("PresentingAgain.order", present_again, "case.presented_again", moved=2),
    Press("Cases.done", of_case("done", "They paid in cash"), "case.done", moved=1),
    Press("Cases.write_off", of_case("write_off", "They are gone"), "case.written_off", moved=1),
    Press("Cases.cancel_write_off", cancel_write_off, "case.write_off_cancel_ordered"),
    Press("Evidence.record_request", record_request, "evidence.requested", both=True, moved=1),
    Press("Evidence.answer_request", answer_request, "evidence.answered", moved=1),
    Press("Mandates.revoke", revoke, "mandate.revoked", both=True),
    Press("Removals.remove", remove, "item.removed", both=True),
    Press("Erasures.order", erase, "customer.erasure_ordered", both=True),
    Press("Merging.merge", merge, "customer.merged", rows=2),
    Press("Customers.add", add_customer, "customer.added"),
    Press("Linking.report", report_link, "link.success", both=True),
    Press("OldAccounts.add_customer", own_old_account, "customer.added", both=True),
    Press("WrittenMandates.record", record_paper, "written_mandate.ordered"),
    Press("MonthClose.ask", of_month("ask"), "month.close_asked"),
    Press("MonthClose.sign", of_month("sign", "ask"), "month.closed", (OTHER, ADA)),
    Press("MonthClose.withdraw", of_month("withdraw", "ask"), "month.close_withdrawn"),
    Press("MonthClose.ask_reopening", of_month("ask_reopening", "ask", "sign"), "month.reopen_asked"),
    Press("MonthClose.reopen", of_month("reopen", "ask", "sign", "ask_reopening"), "month.reopened", (OTHER, ADA)),
    Press("MonthClose.keep_closed", of_month("keep_closed", "ask", "sign", "ask_reopening"), "month.reopen_declined"),
    Press("PayoutMatching.confirm", of_matches("confirm"), "payout.matched"),
    Press("PayoutMatching.reject", of_matches("reject"), "payout.match_rejected"),
    Press("PayoutMatching.undo", of_matches("undo"), "payout.match_withdrawn"),
    Press("PayoutMatching.match_by_hand", match_by_hand, "payout.matched"),
    Press("RestoreReviews.confirm", confirm_restore, "restore.reviewed", (OTHER, ADA)),
)
