"""One seeded sequence over debits: orders, faults, clocks, kills, restores, copies; then what is true at the end."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dashboard.approvals import Approvals
from dashboard.batches import Batches
from dashboard.batches.job import BatchKind
from dashboard.batches.review import BatchReview
from dashboard.cases.presenting_again import PresentingAgain
from dashboard.debits import Debits
from dashboard.debits.funds import Funds
from dashboard.debits.job import DebitKind
from dashboard.debits.strays import StrayKind
from dashboard.domain.batches import BatchState, RowState
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import DeskError
from dashboard.domain.models import Balance, Debit, DebitOrder, DebitState, Purpose
from dashboard.domain.refunds import RefundOrder, RefundReason, RefundState
from dashboard.domain.schedules import Schedule, ScheduleOrder
from dashboard.domain.tags import REFUND_TAG
from dashboard.jobs import Jobs
from dashboard.jobs.worker import InlineWorker
from dashboard.operations.key_rotation import rotate
from dashboard.refunds import Refunds
from dashboard.refunds.job import RefundKind
from dashboard.schedules import Schedules
from dashboard.settings import RefundRules, Settings
from dashboard.staff.access import demo_actor
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault, make_key
from dashboard.store.engine.database import Database
from tests.doubles.bank import DAY, Bank, Fault, Line
from tests.unit.fakes import FakePlaid, Killed

ACTOR = demo_actor("192.0.2.1")
CHECKER = replace(demo_actor("192.0.2.2"), name="checker", subject="s-checker")
PAUSES = [timedelta(seconds=n) for n in (3, 10, 40, 120, 360)] + [
    timedelta(minutes=11),
    timedelta(hours=2),
    DAY,
    4 * DAY,
]
SKEWS = [timedelta(), timedelta(), -10 * DAY, 10 * DAY]
STOP = timedelta(minutes=4)  # longer than a lease


@dataclass
class Template:
    """A database with one linked account, made once, and what opens it."""

    path: Path
    account_id: str
    settings: Settings
    keys: list[Any]
    at: datetime
    customers: dict[str, dict[str, Any]]
    sources: dict[str, list[dict[str, Any]]]
    kind: type[DebitKind] = DebitKind  # another one, to see that it is found out
    refund_kind: type[RefundKind] = RefundKind


@dataclass
class Findings:
    """What a sequence showed; every figure but `sequences` must stay 0."""

    sequences: int = 0
    second_movements: int = 0
    false_refusals: int = 0
    late_sends: int = 0
    invisible: int = 0
    events: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def add(self, other: Findings) -> None:
        for name in ("sequences", "second_movements", "false_refusals", "late_sends", "invisible"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.events += other.events
        self.broken += other.broken


class Process:
    """A desk over one file: its clock may be wrong, its key may be wrong, it may be killed and started anew."""

    def __init__(self, sequence: Sequence, path: Path) -> None:
        self.sequence, self.path = sequence, path
        self.clock = FixedClock(sequence.bank.clock.now())
        self.skew = timedelta()
        self.started = 0
        self.start()

    def start(self) -> None:
        """A new process: nothing of the old one's memory is left."""
        sequence, template = self.sequence, self.sequence.template
        self.started += 1
        self.line = Line(sequence.bank, sequence.faults, self.stop)
        self.database = Database(self.path)
        self.vault = Vault(sequence.keys)
        self.tick()
        self.store = Store(self.database, self.vault, self.clock)
        name = f"{self.path.stem}-{self.started}-{id(self)}"
        self.jobs = Jobs(self.store, self.clock, InlineWorker(), process=name)
        line: Any = self.line
        settings = replace(template.settings, refunds=RefundRules(partial=True, above_cents=None))
        plaid = FakePlaid()
        plaid.available = 100_000_000
        funds = Funds(self.store, plaid, line, self.clock, settings, self.jobs)
        self.jobs.register(
            template.kind(self.store, line, self.clock, settings, funds),
            StrayKind(line),
            template.refund_kind(self.store, line, self.clock, settings),
        )
        self.refunds = Refunds(self.store, self.clock, settings, self.jobs)
        self.debits = Debits(self.store, FakePlaid(), line, self.clock, template.settings, self.jobs)
        self.jobs.register(BatchKind(self.store, self.clock, settings, self.jobs, self.debits, funds))
        self.batches = Batches(self.store, self.clock, settings, self.jobs, self.debits)
        review = BatchReview(self.store, self.clock, settings)
        self.approvals = Approvals(self.store, self.jobs, self.clock, settings, review)
        self.schedules = Schedules(self.store, self.clock, template.settings, self.jobs, self.debits)
        self.presenting = PresentingAgain(self.store, self.clock, template.settings, self.debits)

    def tick(self) -> None:
        self.clock.at = self.sequence.bank.clock.now() + self.skew

    def stop(self) -> None:
        """This process is stopped in a call: time passes, the others go on, then it wakes."""
        if self.sequence.stopped:
            return
        self.sequence.stopped = True
        self.sequence.pass_time(STOP)
        second = Process(self.sequence, self.path)  # as another process over the same file
        second.skew = self.skew
        second.go_on()
        second.database.close()
        self.sequence.stopped = False

    def go_on(self) -> None:
        """What the completer does, as long as the process lives."""
        self.tick()
        self.guard(self.schedules.wake_due)
        self.guard(self.jobs.run_due)

    def guard(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        """Do something that may be killed; then the process starts anew."""
        try:
            return work(*args, **kwargs)
        except Killed:
            self.die()
        except DeskError as error:
            self.sequence.findings.events[f"refused: {error.code}"] += 1
        return None

    def die(self) -> None:
        self.sequence.findings.events["killed"] += 1
        self.database.close()
        self.free()
        self.start()

    def free(self) -> None:
        """The dead one's leases: the machine knows that the process is gone."""
        database = Database(self.path)
        with database.transaction() as handle:
            handle.execute("UPDATE job SET lease_owner = NULL, lease_until = NULL")
        database.close()

    def balance(self) -> Balance:
        return Balance(100_000_000, 100_000_000, "usd", self.clock.now())

    def all(self) -> list[Debit]:
        return self.store.debits.recent(None, 50)


class Sequence:
    """One seed."""

    def __init__(self, template: Template, folder: Path, seed: int) -> None:
        self.template, self.folder, self.seed = template, folder, seed
        self.chance = random.Random(seed)
        self.bank = Bank(FixedClock(template.at))
        self.bank.customers, self.bank.sources = template.customers, template.sources
        self.bank.guards_refunds = False  # that no cent is given back twice is the desk's own work here
        self.faults: list[Fault | None] = []
        self.keys = list(template.keys)
        self.findings = Findings(sequences=1)
        self.stopped = False
        self.ordered: dict[str, list[datetime]] = {}  # when each debit was ordered or confirmed again, Stripe's time
        self.tickets: dict[str, DebitOrder] = {}
        self.refunds: dict[str, RefundOrder] = {}
        self.days: dict[str, Schedule] = {}  # of each scheduled debit
        self.files = 0
        self.rows: dict[str, str] = {}  # of each debit that a row is, its batch
        self.approved: dict[str, datetime] = {}  # when each batch was approved first, Stripe's time
        path = folder / "desk.db"
        shutil.copyfile(template.path, path)
        self.main = Process(self, path)
        self.copies: list[Process] = []
        self.backup: Path | None = None
        self.restored = False

    def run(self) -> Findings:
        """The whole sequence."""
        events = [
            *[self.order] * 3,
            *[self.fault] * 6,
            *[self.wait] * 5,
            *(
                self.skew,
                self.kill,
                self.back_up,
                self.restore,
                self.copy,
                self.rotate_keys,
                self.resume,
                self.second_tab,
            ),
            *(self.confirm_again, self.confirm_again, self.cancel, self.wrong_key, self.sync),
            *(self.refund, self.refund, self.refund, self.refund_again),
            *(self.batch, self.batch, self.batch, self.approve, self.stop_batch),
            *(self.schedule, self.next_day, self.cancel_schedule, self.present_again, self.present_again),
        ]
        self.fault()
        self.order()
        for _ in range(self.chance.randint(6, 16)):
            event = self.chance.choice(events)
            self.findings.events[event.__name__] += 1
            event()
            for process in (self.main, *self.copies):
                process.go_on()
        self.settle()
        self.judge()
        for process in (self.main, *self.copies):
            process.database.close()
        return self.findings

    # Events.

    def order(self) -> None:
        process = self.main
        process.tick()
        order = DebitOrder(
            ticket=process.debits.ticket(),
            bank_account_id=self.template.account_id,
            amount_cents=self.chance.randint(100, 90_000),
            invoice_reference=f"INV-{len(self.tickets) + 1}",
            purpose=Purpose.SERVICES,
            balance=process.balance(),
        )
        self.tickets[order.ticket] = order
        self.submit(order)

    def submit(self, order: DebitOrder) -> None:
        at = self.bank.clock.now()
        known = self.main.store.debits.by_ticket(order.ticket)
        self.main.guard(self.main.debits.submit, ACTOR, order)
        debit = self.main.store.debits.by_ticket(order.ticket)
        if debit is not None and known is None:
            self.ordered.setdefault(debit.id, []).append(at)

    def fault(self) -> None:
        """Some of the next calls meet one; the others between them are well, so that each kind of call meets them."""
        self.faults += self.chance.choices([*Fault, *[None] * len(Fault)], k=self.chance.randint(1, 5))

    def wait(self) -> None:
        self.pass_time(self.chance.choice(PAUSES))

    def pass_time(self, by: timedelta) -> None:
        self.bank.clock.move(by)
        for process in (self.main, *self.copies):
            process.tick()

    def skew(self) -> None:
        process = self.chance.choice([self.main, *self.copies])
        process.skew = self.chance.choice(SKEWS)
        process.tick()

    def kill(self) -> None:
        self.main.die()

    def back_up(self) -> None:
        self.backup = self.folder / "backup.db"
        self.main.database.fold()
        shutil.copyfile(self.main.path, self.backup)

    def restore(self) -> None:
        if self.backup is None:
            return
        self.main.database.close()
        for leftover in self.folder.glob("desk.db*"):
            leftover.unlink()
        shutil.copyfile(self.backup, self.main.path)
        self.restored = True
        self.main.free()
        self.main.start()

    def copy(self) -> None:
        if self.copies:
            return
        path = self.folder / "copy.db"
        self.main.database.fold()
        shutil.copyfile(self.main.path, path)
        copy = Process(self, path)
        copy.skew = self.chance.choice([timedelta(), self.main.skew])  # another machine, or the same with its clock
        self.copies.append(copy)

    def rotate_keys(self) -> None:
        self.keys = [make_key(), *self.keys]
        self.main.database.close()
        self.main.free()
        self.main.start()
        store = self.main.store
        rotate(ACTOR, store.database, store.sealed, store.trail, self.main.clock, lambda done: None)

    def resume(self) -> None:
        for debit in self.main.all():
            self.main.guard(self.main.debits.resume, ACTOR, debit.id)

    def second_tab(self) -> None:
        """The same form again: a double click, a second tab, a reload. Not of a form that a restore has forgotten."""
        known = [order for ticket, order in self.tickets.items() if self.main.store.debits.by_ticket(ticket)]
        if known:
            self.submit(self.chance.choice(known))

    def confirm_again(self) -> None:
        for process in (self.main, *self.copies):  # somebody at each copy
            for debit in process.all():
                if debit.state is DebitState.UNSENT:
                    self.ordered.setdefault(debit.id, []).append(self.bank.clock.now())
                    process.guard(process.debits.confirm_again, ACTOR, debit.id, process.balance())

    def cancel(self) -> None:
        for debit in self.main.all():
            if debit.state is DebitState.UNSENT:
                self.main.guard(self.main.debits.cancel, ACTOR, debit.id)
                return

    def refund(self) -> None:
        """A part or all of a debit that has succeeded, as far as the sync has read; the same again by another order."""
        taken = [debit for debit in self.main.all() if debit.charge_id is not None]
        if not taken:
            return
        process, charge_id = self.main, str(self.chance.choice(taken).charge_id)
        with process.store.transaction():
            process.store.projection.apply("charges", [self.bank.charge(charge_id)])
        if charge_id in self.bank.returned:
            return
        seen = process.refunds.refundable(ACTOR, charge_id)
        if seen.left_cents:
            cents = self.chance.choice([seen.left_cents, self.chance.randint(1, seen.left_cents)])
            total = seen.refunded_cents + cents
            order = RefundOrder(process.refunds.ticket(), charge_id, cents, total, RefundReason.REQUESTED)
            self.refunds[order.ticket] = order
            process.guard(process.refunds.order, ACTOR, order)

    def refund_again(self) -> None:
        """A double click, a second tab, a reload; of a form that a restore has forgotten too."""
        if self.refunds:
            self.main.guard(self.main.refunds.order, ACTOR, self.chance.choice(list(self.refunds.values())))

    def schedule(self) -> None:
        """A debit for the first day that there is; its form is sent twice."""
        process = self.main
        process.tick()
        order = ScheduleOrder(
            ticket=process.debits.ticket(),
            bank_account_id=self.template.account_id,
            amount_cents=self.chance.randint(100, 9_000),
            invoice_reference=f"DAY-{len(self.days) + 1}",
            purpose=Purpose.SERVICES,
            first_on=process.schedules.first_day(ACTOR),
            accept_unknown_balance=True,
        )
        for _ in range(2):
            process.guard(self.main.schedules.order, ACTOR, order)
        debit = self.main.store.debits.by_ticket(order.ticket)
        day = self.main.store.schedules.get(debit.id) if debit else None
        if day is not None:
            self.days[day.id] = day

    def batch(self) -> None:
        """A file of two or three debits, submitted; mostly approved at once, and then sent into what comes."""
        process = self.main
        process.tick()
        self.files += 1
        account = process.store.accounts.get(self.template.account_id)
        cents = [self.chance.randint(100, 9_000) for _ in range(self.chance.randint(2, 3))]
        rows = [
            f"{account.customer_id},{one // 100}.{one % 100:02},FILE-{self.files}-{place}"
            for place, one in enumerate(cents)
            if account
        ]
        file = "\n".join(["customer,amount,reference", *rows, ""]).encode()
        made = process.guard(process.batches.open, ACTOR, file, f"{self.files}.csv")
        if made is not None:
            self.main.guard(self.main.batches.submit, ACTOR, made.id)
        if self.chance.random() < 0.7:
            self.approve()

    def approve(self) -> None:
        """A colleague approves what waits."""
        self.note_rows()
        for approval in self.main.store.approvals.waiting():
            self.approved.setdefault(approval.subject, self.bank.clock.now())
            shown = self.main.guard(self.main.approvals.question, CHECKER, approval.id)
            if shown is not None:
                self.main.guard(self.main.approvals.approve, CHECKER, approval.id, shown.digest)

    def stop_batch(self) -> None:
        for batch in self.main.store.batches.recent(10):
            if batch.state is BatchState.SENDING:
                self.main.guard(self.main.batches.stop, ACTOR, batch.id)
                return

    def note_rows(self) -> None:
        """Which debits rows will be; a file that is restored forgets them."""
        for batch in self.main.store.batches.recent(50):
            self.rows |= {one.debit_id: batch.id for one in self.main.store.batches.rows(batch.id) if one.debit_id}

    def judge_rows(self, moved: Mapping[str, object]) -> None:
        """Nothing before it was approved; nothing of what was stopped here, unless a copy goes on with it."""
        self.findings.events["rows that moved"] += sum(id in self.rows for id in moved)
        alone = not self.copies and not self.restored
        for batch in self.main.store.batches.recent(50):
            for row in self.main.store.batches.rows(batch.id, RowState.CANCELED, RowState.REFUSED):
                if alone and row.debit_id in moved:
                    self.findings.false_refusals += 1
                    self.findings.broken.append(f"{self.seed}: {row.debit_id} was stopped and moved")

    def judge_row(self, id: str, at: datetime) -> bool:
        """Whether a row of a batch moved after its approval."""
        approved = self.approved.get(self.rows.get(id, ""))
        return approved is not None and approved <= at

    def next_day(self) -> None:
        """The next moment for which something is scheduled comes."""
        now = self.bank.clock.now()
        to_come = [one.due_at for one in self.days.values() if one.due_at > now]
        if to_come:
            self.pass_time(min(to_come) - now + timedelta(minutes=1))

    def cancel_schedule(self) -> None:
        for debit in self.main.all():
            if debit.state is DebitState.SCHEDULED:
                self.main.guard(self.main.schedules.cancel, ACTOR, debit.id)
                return

    def come_back(self) -> None:
        """The bank sends a debit back for want of money, and the sync reads it."""
        there = [str(one["latest_charge"]) for one in self.bank.debited]
        open_ = [one for one in there if one not in self.bank.returned and not self.bank.refunded(one)]
        if open_:
            self.bank.returned[self.chance.choice(open_)] = self.bank.clock.now()
        self.read_charges()

    def read_charges(self) -> None:
        self.sync()
        with self.main.store.transaction():
            charges = [self.bank.charge(str(one["latest_charge"])) for one in self.bank.debited]
            self.main.store.projection.apply("charges", charges)

    def present_again(self) -> None:
        """From every open case, as far as the sync has read; twice, by two forms. Not beside a live copy of the file,
        whose own orders the sync cannot know of before they are at Stripe."""
        if self.copies:
            return
        self.come_back()
        query = "SELECT id FROM payment_case WHERE state IN ('open', 'waiting') AND step = 'debit_again'"
        for row in list(self.main.store.database.handle.query(query)):
            for _ in range(2):
                ticket, at = self.main.debits.ticket(), self.bank.clock.now()
                self.main.tick()
                self.main.guard(self.main.presenting.order, ACTOR, row["id"], ticket, self.main.balance())
                debit = self.main.store.debits.by_ticket(ticket)
                if debit is not None:
                    self.findings.events["presented"] += 1
                    self.ordered.setdefault(debit.id, []).append(at)

    def wrong_key(self) -> None:
        self.main.line.wrong_key = not self.main.line.wrong_key

    def sync(self) -> None:
        process = self.main
        objects = [{**one, "created": int(one["created"].timestamp())} for one in self.bank.intents]
        with process.store.transaction():
            process.store.projection.apply("payment_intents", objects)
        process.guard(process.debits.cancel_strays)

    # The end.

    def settle(self) -> None:
        """Everything is well again: what is open goes on, and a person decides what asks."""
        self.faults.clear()
        self.main.line.wrong_key = False
        for process in (self.main, *self.copies):
            process.skew = timedelta()
        for pause in (timedelta(seconds=20), timedelta(minutes=3), timedelta(minutes=6)):
            self.pass_time(pause)
            for process in (self.main, *self.copies):
                process.go_on()
        self.sync()
        self.main.go_on()
        self.note_rows()

    def judge_refunds(self) -> None:
        """No order twice, no payment beyond what was collected, and no end that is not true."""
        found, tags = self.findings, Counter(one["metadata"][REFUND_TAG] for one in self.bank.refunds)
        for id, times in tags.items():
            if times > 1:
                found.second_movements += times - 1
                found.broken.append(f"{self.seed}: {id} was refunded {times} times")
        for debited in self.bank.debited:
            if self.bank.refunded(debited["latest_charge"]) > debited["amount"]:
                found.second_movements += 1
                found.broken.append(f"{self.seed}: more than {debited['latest_charge']} was given back")
            for refund in self.main.store.refunds.of_payment(debited["latest_charge"]):
                sent = refund.id in tags
                if sent and refund.state in {RefundState.REFUSED, RefundState.CANCELED}:
                    found.false_refusals += 1
                    found.broken.append(f"{self.seed}: {refund.id} is {refund.state} and was sent")
                if sent is not (refund.state is RefundState.SUBMITTED):
                    found.invisible += 1
                    found.broken.append(f"{self.seed}: {refund.id} is {refund.state}, sent: {sent}")

    def judge_debts(self) -> None:
        """A debt is moved again only after all before it came back, and three times at most."""
        debts: dict[str, list[dict[str, Any]]] = {}
        for one in sorted(self.bank.debited, key=lambda one: self.bank.moved_at[one["id"]]):
            debts.setdefault(one["metadata"]["invoice_reference"], []).append(one)
        for reference, moved in debts.items():
            for place, one in enumerate(moved[1:], 1):
                at, before = self.bank.moved_at[one["id"]], moved[:place]
                back = [self.bank.returned.get(str(other["latest_charge"])) for other in before]
                if place > 2 or any(when is None or when > at for when in back):
                    self.findings.second_movements += 1
                    self.findings.broken.append(f"{self.seed}: {reference} moved again while it was not back")

    def judge_day(self, id: str, at: datetime) -> bool:
        """Whether a scheduled debit moved on its day, and not on another by itself."""
        day = self.days.get(id)
        late = STOP + self.template.settings.debit_rules.send_within
        return day is not None and day.due_at - timedelta(minutes=1) <= at <= day.send_by + late

    def judge(self) -> None:
        """Count what must never be."""
        self.judge_debts()
        found, within = self.findings, self.template.settings.debit_rules.send_within
        moved: dict[str, list[str]] = {}
        for debited in self.bank.debited:
            moved.setdefault(debited["metadata"]["ach_desk_debit"], []).append(debited["id"])
        debits = {debit.id: debit for debit in self.main.all()}
        listed = {debit.id for debit in self.main.debits.attention(ACTOR)}
        shown = {row["intent_id"] for row in self.main.store.database.handle.query("SELECT intent_id FROM payment")}
        for id, intents in moved.items():
            found.second_movements += len(intents) - 1
            if len(intents) > 1:
                found.broken.append(f"{self.seed}: {id} moved {len(intents)} times")
            if id in debits and debits[id].state in {DebitState.REFUSED, DebitState.CANCELED}:
                found.false_refusals += 1
                found.broken.append(f"{self.seed}: {id} is {debits[id].state} and moved")
            for intent in intents:
                at = self.bank.moved_at[intent]
                last = max((one for one in self.ordered.get(id, []) if one <= at), default=None)
                if (
                    not self.judge_day(id, at)
                    and not self.judge_row(id, at)
                    and (last is None or at - last > within + STOP)
                ):
                    found.late_sends += 1
                    found.broken.append(
                        f"{self.seed}: {id} was sent {at - last if last else 'unordered'} after its order"
                    )
                if intent not in shown:
                    found.invisible += 1
                    found.broken.append(f"{self.seed}: {intent} moved and no payment shows it")
        self.judge_refunds()
        self.judge_rows(moved)
        for id, debit in debits.items():
            ended = debit.state in {DebitState.SUBMITTED, DebitState.REFUSED, DebitState.CANCELED}
            ended = ended or debit.state is DebitState.SCHEDULED  # it waits for its day, and nobody has to be told
            if not ended and id not in listed and self.bank.clock.now() - debit.created_at > timedelta(minutes=2):
                found.invisible += 1
                found.broken.append(f"{self.seed}: {id} is {debit.state} and nobody is told")
            if id in moved and debit.state is not DebitState.SUBMITTED:
                found.invisible += 1
                found.broken.append(f"{self.seed}: {id} is {debit.state} and moved")
