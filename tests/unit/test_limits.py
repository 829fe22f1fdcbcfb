"""Limits that reserve: what is ordered counts at once, and nothing goes above a limit in any interleaving."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import given as given_some
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dashboard.domain.batches import BatchState, RowState
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import ConfigError, DeskError, Refused
from dashboard.domain.limits import Limit, ReservationState, counts_since
from dashboard.domain.models import Actor, Balance, BankAccount, Debit, DebitOrder, DebitState, Purpose, Role
from dashboard.domain.schedules import Every, ScheduleOrder
from dashboard.limits import Limits, Reservations
from dashboard.settings import KEYS, Settings
from dashboard.staff.access import ALWAYS
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.database import Database
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import lost, refused

Make = Callable[..., Settings]
NEW_YORK = ZoneInfo("America/New_York")
TUESDAY = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@pytest.fixture
def make(store: Store, clock: FixedClock, vault: Vault, make_settings: Make) -> Callable[..., DeskFixture]:
    def make(**limits: int) -> DeskFixture:
        named = {Limit[name].setting: str(cents) for name, cents in limits.items()}
        given = DeskFixture(store, clock, vault, make_settings(**named))
        given.plaid.available = 100_000_000
        return given

    return make


def link(given: DeskFixture) -> BankAccount:
    return given.desk.account(given.actor, str(given.link().bank_account_id))


def another(given: DeskFixture, number: int) -> BankAccount:
    """An account of another customer."""
    given.stripe.fingerprint = f"fp-{number}"
    given.customer = given.add_customer(f"Customer {number}", f"c{number}@example.com", f"N-{number}")
    attempt = given.link(token=f"public-sandbox-{number}")
    return given.desk.account(given.actor, str(attempt.bank_account_id))


def order(given: DeskFixture, account: BankAccount, cents: int, reference: str, actor: Actor | None = None) -> Debit:
    balance = Balance(100_000_000, 100_000_000, "usd", given.clock.now())
    wanted = DebitOrder(given.debits.ticket(), account.id, cents, reference, Purpose.GOODS, balance)
    similar = given.debits.preview(given.actor, account.id, cents, reference, balance).similar
    wanted = replace(wanted, similar_to=similar.id if similar else None)
    return given.debits.submit(actor or given.actor, wanted)


def test_a_limit_may_be_reached_and_not_passed(make: Callable[..., DeskFixture]) -> None:
    given = make(CUSTOMER_DAY=10_000)
    account = link(given)
    order(given, account, 6_000, "INV-1")
    with pytest.raises(Refused) as refused_:
        order(given, account, 4_001, "INV-2")
    assert refused_.value.code == "above_limit"
    assert refused_.value.what == "$40.01 would go above the limit of $100.00 for one customer in 24 hours."
    assert "$60.00 was taken" in refused_.value.meaning
    assert "Debit at most $40.00" in refused_.value.action
    assert "ACH_DESK_LIMIT_CUSTOMER_DAY_CENTS" in refused_.value.action
    assert order(given, account, 4_000, "INV-3").state is DebitState.SUBMITTED
    assert len(given.stripe.debited) == 2


def test_what_is_ordered_counts_before_stripe_took_it_and_the_refusal_names_it(
    make: Callable[..., DeskFixture],
) -> None:
    given = make(CUSTOMER_DAY=10_000)
    account = link(given)
    given.stripe.before["create_payment_intent"] = [lost(provider="stripe", maybe_done=False)]
    waiting = order(given, account, 9_000, "INV-1")
    assert waiting.state is DebitState.CREATED
    assert given.store.limits.state(waiting.id) is ReservationState.RESERVED
    with pytest.raises(Refused) as refused_:
        order(given, account, 2_000, "INV-2")
    assert "$90.00 of it is reserved" in refused_.value.meaning and "INV-1 $90.00" in refused_.value.meaning
    assert "cancel an order" in refused_.value.action
    given.later()
    assert given.store.limits.state(waiting.id) is ReservationState.POSTED


@pytest.mark.parametrize("end", ["refused", "canceled"])
def test_what_ends_without_money_releases(make: Callable[..., DeskFixture], end: str) -> None:
    given = make(CUSTOMER_DAY=10_000)
    account = link(given)
    if end == "refused":
        given.stripe.before["confirm_payment_intent"] = [refused("bank_account_unusable", provider="stripe")]
        ended = order(given, account, 9_000, "INV-1")
        assert ended.state is DebitState.REFUSED
    else:
        given.stripe.before["create_payment_intent"] = [lost(provider="stripe", maybe_done=False)]
        ended = order(given, account, 9_000, "INV-1")
        given.later(timedelta(minutes=11))
        assert given.debits.get(given.actor, ended.id).state is DebitState.UNSENT
        with pytest.raises(Refused):
            order(given, account, 9_000, "INV-2")
        given.debits.cancel(given.actor, ended.id)
    assert given.store.limits.state(ended.id) is ReservationState.RELEASED
    assert order(given, account, 10_000, "INV-3").state is DebitState.SUBMITTED


def test_a_form_that_is_refused_by_a_limit_leaves_nothing_behind(make: Callable[..., DeskFixture]) -> None:
    given = make(CUSTOMER_DAY=1_000)
    account = link(given)
    with pytest.raises(Refused):
        order(given, account, 1_001, "INV-1")
    assert given.debits.recent(given.actor) == []
    assert given.store.jobs.open("debit") == []
    balance = Balance(100_000, 100_000, "usd", given.clock.now())
    seen = given.debits.preview(given.actor, account.id, 1_001, "INV-1", balance)
    assert seen.refusal is not None and seen.refusal.code == "above_limit", "it is said before the button"


def test_each_limit_counts_its_own(make: Callable[..., DeskFixture]) -> None:
    given = make(CUSTOMER_DAY=5_000, MAKER_DAY=8_000, DESK_DAY=12_000)
    ann, bob = (replace(given.actor, name=f"{name}@example.com") for name in ("ann", "bob"))
    first = link(given)
    order(given, first, 5_000, "INV-1", ann)
    with pytest.raises(Refused, match="for one customer in 24 hours"):
        order(given, first, 50, "INV-2", bob)
    second = another(given, 2)
    with pytest.raises(Refused, match="for one person and day"):
        order(given, second, 3_001, "INV-3", ann)
    order(given, second, 5_000, "INV-4", bob)
    with pytest.raises(Refused, match="for the whole desk and business day"):
        order(given, another(given, 3), 2_001, "INV-5", bob)
    uses = {use.limit: use for use in Limits(given.store, given.clock, given.settings).uses(bob, second.customer_id)}
    desk = Limits(given.store, given.clock, given.settings).desk_use(given.actor)
    assert desk is not None and (desk.most_cents, desk.left_cents) == (12_000, 2_000)
    assert [uses[one].left_cents for one in (Limit.CUSTOMER_DAY, Limit.MAKER_DAY, Limit.DESK_DAY)] == [0, 3_000, 2_000]


def test_one_person_under_two_addresses_is_one_maker(make: Callable[..., DeskFixture]) -> None:
    given = make(MAKER_DAY=8_000)
    account = link(given)
    one, other = (replace(given.actor, name=name, subject="s-1") for name in ("ann@old.example", "ann@new.example"))
    order(given, account, 5_000, "INV-1", one)
    with pytest.raises(Refused, match="for one person and day"):
        order(given, account, 5_001, "INV-2", other)


@pytest.mark.parametrize(
    ("limit", "after", "free"),
    [
        (Limit.CUSTOMER_DAY, timedelta(hours=23, minutes=59), False),
        (Limit.CUSTOMER_DAY, timedelta(hours=24, seconds=1), True),
        (Limit.CUSTOMER_MONTH, timedelta(days=29, hours=23), False),
        (Limit.CUSTOMER_MONTH, timedelta(days=30, seconds=1), True),
        (Limit.MAKER_DAY, timedelta(hours=13), False),  # Tuesday 23:00 in New York
        (Limit.MAKER_DAY, timedelta(hours=14), True),  # Wednesday 00:00
        (Limit.DESK_DAY, timedelta(hours=10, minutes=59), False),  # Tuesday 20:59 Eastern
        (Limit.DESK_DAY, timedelta(hours=11), True),  # the cut-off
    ],
)
def test_what_was_taken_leaves_the_window_at_its_end(
    make: Callable[..., DeskFixture], limit: Limit, after: timedelta, free: bool
) -> None:
    given = make(**{limit.name: 10_000})
    account = link(given)
    order(given, account, 10_000, "INV-1")
    given.clock.move(after)
    reservations = Reservations(given.store, given.clock, given.settings)
    if free:
        reservations.require(account.customer_id, given.actor.key, 10_000)
    else:
        with pytest.raises(Refused):
            reservations.require(account.customer_id, given.actor.key, 50)


@pytest.mark.parametrize(
    ("now", "since"),
    [
        ((2026, 11, 24, 10, 0), (2026, 11, 23, 21, 0)),
        ((2026, 11, 24, 21, 0), (2026, 11, 24, 21, 0)),
        ((2026, 11, 26, 10, 0), (2026, 11, 25, 21, 0)),  # Thanksgiving goes with Friday
        ((2026, 11, 28, 10, 0), (2026, 11, 27, 21, 0)),  # Saturday with Monday
        ((2026, 11, 30, 10, 0), (2026, 11, 27, 21, 0)),
    ],
)
def test_the_desks_day_is_the_banks(now: tuple[int, ...], since: tuple[int, ...]) -> None:
    at, begins = (datetime(*parts, tzinfo=NEW_YORK) for parts in (now, since))  # type: ignore[arg-type,misc]
    assert counts_since(Limit.DESK_DAY, at, UTC) == begins


def test_a_limit_that_was_lowered_stops_what_waits(make: Callable[..., DeskFixture]) -> None:
    given = make(CUSTOMER_DAY=10_000)
    account = link(given)
    given.stripe.before["create_payment_intent"] = [lost(provider="stripe", maybe_done=False)]
    waiting = order(given, account, 9_000, "INV-1")
    given.settings = replace(given.settings, limits={Limit.CUSTOMER_DAY: 8_000})
    given.restart()
    given.later()
    ended = given.debits.get(given.actor, waiting.id)
    assert ended.state is DebitState.REFUSED and ended.problem is not None and ended.problem.code == "above_limit"
    assert given.stripe.debited == []


def test_a_start_with_other_limits_is_a_row_that_administrators_see(
    store: Store, clock: FixedClock, make_settings: Make, actor: Actor
) -> None:
    Limits(store, clock, make_settings()).note_start()
    assert Limits(store, clock, make_settings()).changes(actor) == []
    higher = make_settings(ACH_DESK_LIMIT_CUSTOMER_DAY_CENTS="1000", ACH_DESK_DEBIT_MAX_CENTS="500")
    for _ in range(2):
        Limits(store, clock, higher).note_start()
    Limits(store, clock, make_settings(ACH_DESK_LIMIT_CUSTOMER_DAY_CENTS="2000")).note_start()
    (last, first) = store.trail.read("limits")
    assert (first.action, first.actor) == ("limits.changed", "ach-desk")
    assert first.facts == {
        "ACH_DESK_LIMIT_CUSTOMER_DAY_CENTS": ["", "1000"],
        "ACH_DESK_DEBIT_MAX_CENTS": ["99999999", "500"],
    }
    assert last.facts["ACH_DESK_LIMIT_CUSTOMER_DAY_CENTS"] == ["1000", "2000"]
    seen = Limits(store, clock, make_settings()).changes(actor)
    assert next((one.setting, one.before, one.after) for one in seen) == (
        "ACH_DESK_DEBIT_MAX_CENTS",
        "500",
        "99999999",
    )


@pytest.mark.parametrize("text", ["0", "-1", "1,000", "1e3", "٣", str(10**15)])
def test_a_limit_that_is_no_number_of_cents_is_refused(make_settings: Make, text: str) -> None:
    with pytest.raises(ConfigError, match="not a number of cents"):
        make_settings(ACH_DESK_LIMIT_DESK_DAY_CENTS=text)


def test_limits_are_settings_that_can_be_seen(make_settings: Make) -> None:
    settings = make_settings(ACH_DESK_LIMIT_DESK_DAY_CENTS="500000")
    assert settings.limits == {Limit.DESK_DAY: 500_000}
    assert settings.as_table()["ACH_DESK_LIMIT_DESK_DAY_CENTS"] == "500000"
    assert {limit.setting for limit in Limit} <= {key.name for key in KEYS}


def test_of_many_orders_at_one_instant_only_those_that_fit_are_taken(make: Callable[..., DeskFixture]) -> None:
    """The sum is read inside the transaction that writes: threads with connections of their own."""
    given = make(CUSTOMER_DAY=5_000)
    account, barrier = link(given), Barrier(8)
    outcomes: list[str] = []

    def run(number: int) -> None:
        balance = Balance(100_000_000, 100_000_000, "usd", given.clock.now())
        wanted = DebitOrder(f"ticket-{number:08}", account.id, 900 + number, f"INV-{number}", Purpose.GOODS, balance)
        barrier.wait()
        try:
            given.debits.submit(given.actor, wanted)
            outcomes.append("taken")
        except Refused as error:
            outcomes.append(error.code)

    threads = [Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("taken") == 5 and outcomes.count("above_limit") == 3
    assert sum(one["amount"] for one in given.stripe.debited) <= 5_000


# Any interleaving.

MAKERS = [Actor(f"maker-{n}@example.com", frozenset({Role.FINANCE}), subject=f"s-{n}") for n in range(3)]
ORDER = st.tuples(
    st.just("order"),
    st.integers(0, 2),
    st.integers(0, 1),
    st.integers(2_000, 6_000),
    st.sampled_from([0, 0, 1, 1, 2, 3]),
)
STEP = st.one_of(
    ORDER,
    ORDER,
    st.tuples(st.just("schedule"), st.integers(0, 2), st.integers(0, 1), st.integers(1_000, 4_000), st.integers(1, 3)),
    st.tuples(st.just("wait"), st.sampled_from([10, 660, 40_000, 90_000, 700_000])),
    st.tuples(st.just("cancel"), st.integers(0, 9)),
    st.tuples(st.just("again"), st.integers(0, 9)),
    st.tuples(
        st.just("batch"),
        st.integers(0, 2),
        st.lists(st.tuples(st.integers(0, 1), st.integers(100, 5_000)), min_size=1, max_size=4),
    ),
    st.tuples(st.just("stop"), st.integers(0, 2)),
    st.tuples(st.just("restart")),
    st.tuples(st.sampled_from(["approve", "approve", "decline", "leave out"]), st.integers(0, 1), st.integers(0, 9)),
)
APPROVERS = [
    Actor(f"b-{n}@example.com", frozenset({Role.ADMIN}), subject=f"b-{n}", proved_until=ALWAYS) for n in range(2)
]
FAULTS: list[tuple[str, str, Callable[[], DeskError]]] = [
    ("before", "read_payment_intent", lambda: lost(provider="stripe", maybe_done=False)),  # rarely asked: no fault
    ("before", "create_payment_intent", lambda: lost(provider="stripe", maybe_done=False)),
    ("after", "confirm_payment_intent", lambda: lost(provider="stripe")),
    ("before", "confirm_payment_intent", lambda: refused("bank_account_unusable", provider="stripe")),
]
MOST = {Limit.CUSTOMER_DAY: 9_000, Limit.CUSTOMER_MONTH: 20_000, Limit.MAKER_DAY: 10_000, Limit.DESK_DAY: 14_000}


def schedule(given: DeskFixture, account: BankAccount, cents: int, reference: str, maker: Actor, *, count: int) -> None:
    """A plan of so many weekly debits from the first day on."""
    wanted = ScheduleOrder(
        ticket=given.debits.ticket(),
        bank_account_id=account.id,
        amount_cents=cents,
        invoice_reference=reference,
        purpose=Purpose.GOODS,
        first_on=given.schedules.first_day(maker),
        count=count,
        every=Every.WEEK,
    )
    similar = given.schedules.plan(maker, wanted).similar
    given.schedules.order(maker, replace(wanted, similar_to=similar.id if similar else None))


def send_file(
    given: DeskFixture, accounts: list[BankAccount], rows: list[tuple[int, int]], name: str, maker: Actor
) -> None:
    """A batch of these accounts and amounts, submitted for approval."""
    lines = [
        f"{accounts[place].customer_id},{cents // 100}.{cents % 100:02},{name}-{number}"
        for number, (place, cents) in enumerate(rows)
    ]
    file = "\n".join(["customer,amount,reference", *lines, ""]).encode()
    given.batches.submit(maker, given.batches.open(maker, file, name).id)


def stop_file(given: DeskFixture, maker: Actor) -> None:
    """The newest batch, wherever it is."""
    for batch in given.batches.recent(maker)[:1]:
        (given.batches.stop if batch.state is BatchState.SENDING else given.batches.withdraw)(maker, batch.id)


def decide(given: DeskFixture, approver: Actor, place: int, verdict: str) -> None:
    """One of two approvers decides about one that waits, or takes a row out; what nobody decided in time expires."""
    given.approvals.expire_due()
    waiting = given.approvals.waiting(approver)
    if waiting:
        approval = waiting[place % len(waiting)][0]
        if verdict == "decline":
            given.approvals.decline(approver, approval.id, "no")
        elif verdict == "leave out":
            rows = given.store.batches.rows(approval.subject, RowState.QUEUED)
            given.approvals.leave_out(approver, approval.id, {row.line: "no" for row in rows[:1]})
        else:
            given.approvals.approve(approver, approval.id, given.approvals.question(approver, approval.id).digest)


class Counted:
    """What the test itself counts, from the debits alone: when each was first seen to be taken."""

    def __init__(self, given: DeskFixture) -> None:
        self.given = given
        self.makers: dict[str, str] = {}
        self.taken: dict[str, datetime] = {}

    def maker_of(self, debit_id: str) -> str:
        row = self.given.store.batches.of_debit(debit_id)
        batch = self.given.store.batches.get(row.batch_id) if row else None
        return batch.maker if batch else self.makers[debit_id]

    def check(self) -> None:
        now = self.given.clock.now()
        debits = self.given.debits.recent(self.given.actor, limit=1_000)
        for debit in debits:
            if debit.state is DebitState.SUBMITTED:
                self.taken.setdefault(debit.id, now)
        gone = {DebitState.REFUSED, DebitState.CANCELED}
        for limit, most in MOST.items():
            since, sums = counts_since(limit, now, NEW_YORK), dict[str, int]()
            for debit in debits:
                if debit.state in gone or self.taken.get(debit.id, now) < since:
                    continue
                of = {Limit.MAKER_DAY: self.maker_of(debit.id), Limit.DESK_DAY: ""}.get(limit, debit.customer_id)
                sums[of] = sums.get(of, 0) + debit.amount_cents
            for batch in self.given.store.batches.recent(100):
                for row in self.given.store.batches.rows(batch.id, RowState.QUEUED):
                    of = {Limit.MAKER_DAY: batch.maker, Limit.DESK_DAY: ""}.get(limit, str(row.customer_id))
                    sums[of] = sums.get(of, 0) + int(row.amount_cents or 0)
            assert max(sums.values(), default=0) <= most, f"{limit}: {sums}"


@hypothesis_settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given_some(steps=st.lists(STEP, min_size=8, max_size=25))
def test_no_interleaving_goes_above_a_limit(
    steps: list[tuple[Any, ...]],
    tmp_path_factory: pytest.TempPathFactory,
    empty_file: Path,
    vault: Vault,
    settings: Settings,
) -> None:
    path = tmp_path_factory.mktemp("limits") / "desk.db"
    shutil.copy(empty_file, path)
    rules = replace(settings, limits=MOST, approvals=replace(settings.approvals, above_cents=4_000))
    database, clock = Database(path), FixedClock(TUESDAY)
    given = DeskFixture(Store(database, vault, clock, NEW_YORK), clock, vault, rules)
    given.plaid.available = 100_000_000
    accounts, counted = [link(given), another(given, 2)], Counted(given)
    for number, step in enumerate(steps):
        debits = given.debits.recent(given.actor, limit=1_000)
        try:
            if step[0] in {"order", "schedule"}:
                _, maker, account, cents, fault = step
                before = {debit.id for debit in debits}
                try:
                    if step[0] == "order":
                        when, call, error = FAULTS[fault]
                        getattr(given.stripe, when)[call] = [error()]
                        order(given, accounts[account], cents, f"INV-{number}", MAKERS[maker])
                    else:
                        schedule(given, accounts[account], cents, f"INV-{number}", MAKERS[maker], count=fault)
                finally:
                    for debit in given.debits.recent(given.actor, limit=1_000):
                        if debit.id not in before:
                            counted.makers[debit.id] = MAKERS[maker].key
            elif step[0] == "batch":
                send_file(given, accounts, step[2], f"FILE-{number}", MAKERS[step[1]])
            elif step[0] == "stop":
                stop_file(given, MAKERS[step[1]])
            elif step[0] == "wait":
                given.later(timedelta(seconds=step[1]))
            elif step[0] == "restart":
                given.restart()
                given.jobs.run_due()
            elif step[0] in {"approve", "decline", "leave out"}:
                decide(given, APPROVERS[step[1]], step[2], step[0])
            elif debits:
                chosen = debits[step[1] % len(debits)]
                if step[0] == "cancel":
                    given.debits.cancel(MAKERS[0], chosen.id)
                else:
                    balance = Balance(100_000_000, 100_000_000, "usd", clock.now())
                    given.debits.confirm_again(MAKERS[0], chosen.id, balance)
        except DeskError:
            pass  # refused by a limit, decided already: what counts is what stands afterwards
        counted.check()
    given.later(timedelta(minutes=30))
    counted.check()
    database.close()
