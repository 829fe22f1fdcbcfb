"""What banks say of linked accounts: holders beside names, transactions by cursor, balances with their time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from dashboard.audit import Audit
from dashboard.bank_data import TRIES, BankData, list_newest
from dashboard.customer_merging import Merging
from dashboard.customers import Customers
from dashboard.errors import AccessDenied, ProviderRejected, ProviderUnreachable, Refused
from dashboard.gateways.replies import Owner, TransactionPage
from dashboard.holder_names import Likeness
from dashboard.models import Actor, Balance, BankAccount, BankTransaction, DebitOrder, Purpose, Role
from dashboard.onboarding import Onboarding
from dashboard.settings import Settings
from dashboard.store.bank_data import KEPT_TRANSACTIONS
from dashboard.worker import InlineWorker
from tests.unit.fakes import CHECKING, SAVINGS, lost, refused
from tests.unit.worlds import World

MUTATED = "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION"


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings(PLAID_PRODUCTS="auth,identity,transactions")


@pytest.fixture
def bank(world: World) -> BankData:
    return make_bank(world)


def make_bank(world: World) -> BankData:
    return BankData(world.store, world.plaid, world.clock, world.settings, InlineWorker())


@pytest.fixture
def account(world: World) -> BankAccount:
    attempt = world.get(world.link())
    return world.desk.account(world.actor, str(attempt.bank_account_id))


def line(id: str, day: int = 1, cents: int = 1200, *, pending: bool = False, account: str = "acc-1") -> BankTransaction:
    return BankTransaction(id, account, date(2026, 11, day), f"Shop {id}", f"SHOP {id}", cents, "usd", pending)


def page(*added: BankTransaction, cursor: str, more: bool = False, removed: tuple[str, ...] = ()) -> TransactionPage:
    return TransactionPage(added, (), removed, cursor, more, ready=True)


def shown(bank: BankData, world: World, account: BankAccount) -> list[str]:
    return [one.id for one in bank.statement(world.actor, account.id).lines]


# Who holds the account.


def test_the_banks_names_stand_beside_the_customers(bank: BankData, world: World, account: BankAccount) -> None:
    assert bank.holder(world.actor, account.id) is None
    world.plaid.owners = {"acc-1": [Owner(("ROSEN, JENNY",)), Owner(("John Rosen",))]}
    found = bank.read_holder(world.actor, account.id)
    assert (found.names, found.likeness) == (("ROSEN, JENNY", "John Rosen"), Likeness.SAME)
    assert found.read_at == world.clock.now()
    assert not found.needs_decision
    assert bank.holder(world.actor, account.id) == found
    assert bank.calls(world.actor)["identity"] == 1
    row = world.store.trail.read(account.id)[0]
    assert (row.action, row.facts["likeness"]) == ("holder.read", "same")


def test_another_name_stops_debits_once_a_person_says_it_is_somebody_else(
    bank: BankData, world: World, account: BankAccount
) -> None:
    world.plaid.owners = {"acc-1": [Owner(("Alberta Charleson",))]}
    found = bank.read_holder(world.actor, account.id)
    assert found.likeness is Likeness.DIFFERENT
    assert found.needs_decision
    order = DebitOrder("ticket-0001", account.id, 1000, "INV-1", Purpose.GOODS, balance_of(world))
    debits = world.debits
    decided = bank.decide_holder(world.actor, account.id, same=False)
    assert (decided.decision, decided.decided_by) == ("other", "demo")
    with pytest.raises(Refused, match="belongs to somebody else"):
        debits.submit(world.actor, order)
    bank.decide_holder(world.actor, account.id, same=True)
    assert debits.submit(world.actor, order).amount_cents == 1000
    actions = [row.facts for row in world.store.trail.read(account.id) if row.action == "holder.decided"]
    assert [facts["after"] for facts in actions] == [{"decision": "same"}, {"decision": "other"}]
    assert "Alberta" not in str(actions), "names go with the customer's key"
    audit = Audit(world.store, world.clock, world.settings.timezone)
    decided_row = next(row for row in world.store.trail.read(account.id) if row.action == "holder.decided")
    assert audit.get(world.actor, decided_row.seq).facts["bank_names"] == ["Alberta Charleson"]


def balance_of(world: World) -> Balance:
    return Balance(100_000, 100_000, "usd", world.clock.now())


def test_a_decision_is_about_these_names_and_lapses_with_them(
    bank: BankData, world: World, account: BankAccount
) -> None:
    world.plaid.owners = {"acc-1": [Owner(("Alberta Charleson",))]}
    bank.read_holder(world.actor, account.id)
    bank.decide_holder(world.actor, account.id, same=True)
    bank.read_holder(world.actor, account.id)
    again = bank.holder(world.actor, account.id)
    assert again is not None
    assert again.decision == "same", "the same names asked for again are the same matter"
    Customers(world.store, world.clock).edit(world.actor, account.customer_id, name="Jenny Wu")
    renamed = bank.holder(world.actor, account.id)
    assert renamed is not None
    assert renamed.needs_decision
    world.plaid.owners = {"acc-1": [Owner(("Somebody New",))]}
    assert bank.read_holder(world.actor, account.id).decision is None


def test_a_bank_that_names_nobody_is_shown_as_that(bank: BankData, world: World, account: BankAccount) -> None:
    found = bank.read_holder(world.actor, account.id)
    assert (found.names, found.likeness, found.needs_decision) == ((), Likeness.UNKNOWN, True)


def test_a_decision_needs_names(bank: BankData, world: World, account: BankAccount) -> None:
    with pytest.raises(Refused, match="not asked yet"):
        bank.decide_holder(world.actor, account.id, same=True)


def test_a_new_account_is_asked_about_by_itself_and_after_a_crash(world: World) -> None:
    bank = make_bank(world)
    world.plaid.owners = {"acc-1": [Owner(("Jenny Rosen",))]}
    desk = Onboarding(
        world.store,
        world.plaid,
        world.stripe,  # type: ignore[arg-type]  # the fake has the methods that are used
        world.vault,
        world.clock,
        world.settings,
        InlineWorker(),
        on_ready=lambda attempt: bank.welcome(str(attempt.bank_account_id)),
    )
    opening = desk.open(world.actor, world.customer.id)
    world.plaid.before["identity"] = [lost()]
    attempt = desk.report(world.actor, opening.attempt_id, world.outcome(), {})
    id = str(world.get(attempt).bank_account_id)
    assert world.desk.account(world.actor, id).is_ready, "the account is linked whatever the bank says of its holder"
    assert bank.holder(world.actor, id) is None
    assert bank.resume_all() == 1
    found = bank.holder(world.actor, id)
    assert found is not None
    assert found.likeness is Likeness.SAME
    assert bank.resume_all() == 0
    assert world.store.trail.read(id)[0].actor == "ach-desk"


def test_what_is_off_is_refused_and_never_asked(world: World, make_settings: Callable[..., Settings]) -> None:
    account = world.desk.account(world.actor, str(world.get(world.link()).bank_account_id))
    world.settings = make_settings()
    bank = make_bank(world)
    bank.welcome(account.id)
    assert bank.resume_all() == 0
    for call in (bank.read_holder, bank.read_transactions):
        with pytest.raises(Refused, match="does not ask banks"):
            call(world.actor, account.id)
    assert not world.plaid.calls["identity"] + world.plaid.calls["transactions"]


# Transactions.


def test_pages_are_read_to_the_end_and_kept_with_the_cursor(bank: BankData, world: World, account: BankAccount) -> None:
    world.plaid.pages = {
        "": page(line("a", 1), line("b", 2), cursor="c1", more=True),
        "c1": page(line("c", 3, -585_000), cursor="c2"),
    }
    assert bank.statement(world.actor, account.id).read_at is None
    statement = bank.read_transactions(world.actor, account.id)
    assert [one.id for one in statement.lines] == ["c", "b", "a"], "newest first"
    assert statement.lines[0] == line("c", 3, -585_000)
    assert statement.read_at == world.clock.now()
    assert world.store.bank_data.cursor(account.item_id) == "c2"
    assert bank.calls(world.actor) == {"transactions": 2}, "each page is counted"
    facts = world.store.trail.read(account.id)
    assert {"transactions.read", "transactions.viewed"} <= {row.action for row in facts}


def test_a_second_read_goes_on_and_applies_what_changed(bank: BankData, world: World, account: BankAccount) -> None:
    world.plaid.pages = {"": page(line("a", 1, pending=True), line("b", 1), cursor="c1")}
    bank.read_transactions(world.actor, account.id)
    world.plaid.pages["c1"] = TransactionPage(
        (line("posted", 2),), (line("b", 1, 999),), ("a",), "c2", has_more=False, ready=True
    )
    lines = bank.read_transactions(world.actor, account.id).lines
    assert [(one.id, one.amount_cents) for one in lines] == [("posted", 1200), ("b", 999)]
    world.plaid.pages["c2"] = page(cursor="c2")
    assert len(bank.read_transactions(world.actor, account.id).lines) == 2, "a quiet bank takes nothing away"


def test_what_comes_and_goes_in_one_page_is_gone(bank: BankData, world: World, account: BankAccount) -> None:
    world.plaid.pages = {"": page(line("a", pending=True), line("b"), cursor="c1", removed=("a",))}
    bank.read_transactions(world.actor, account.id)
    assert shown(bank, world, account) == ["b"]


def test_a_change_between_two_pages_begins_the_read_anew(bank: BankData, world: World, account: BankAccount) -> None:
    world.plaid.pages = {"": page(line("a"), cursor="c0")}
    bank.read_transactions(world.actor, account.id)
    world.plaid.pages |= {
        "c0": page(line("b", 2), cursor="c1", more=True),
        "c1": page(line("c", 3), cursor="c2"),
    }
    world.plaid.cursors.clear()
    real = world.plaid.run
    world.plaid.run = lambda name, effect: refuse_once(world, name, real, effect)  # type: ignore[method-assign]
    bank.read_transactions(world.actor, account.id)
    assert world.plaid.cursors == ["c0", "c1", "c0", "c1"], "from the loop's first cursor, not from the page's"
    assert shown(bank, world, account) == ["c", "b", "a"]


def refuse_once(world: World, name: str, real: Callable[..., object], effect: Callable[[], object]) -> object:
    if name == "transactions" and world.plaid.cursors == ["c0", "c1"]:
        raise refused(MUTATED, kind="TRANSACTIONS_ERROR")
    return real(name, effect)


def test_a_log_that_never_rests_is_given_up_and_nothing_is_kept(
    bank: BankData, world: World, account: BankAccount
) -> None:
    world.plaid.before["transactions"] = [refused(MUTATED, kind="TRANSACTIONS_ERROR") for _ in range(TRIES)]
    with pytest.raises(ProviderRejected) as met:
        bank.read_transactions(world.actor, account.id)
    assert met.value.code == MUTATED
    assert "changed while it was read" in met.value.what
    assert world.store.bank_data.cursor(account.item_id) == ""


def test_an_answer_lost_half_way_keeps_nothing_of_the_read(bank: BankData, world: World, account: BankAccount) -> None:
    world.plaid.pages = {"": page(line("a"), cursor="c1", more=True), "c1": page(line("b"), cursor="c2")}
    world.plaid.after["transactions"] = []
    world.plaid.pages["c1"] = page(line("b"), cursor="c2")
    real = world.plaid.run

    def lose_second(name: str, effect: Callable[[], object]) -> object:
        if world.plaid.cursors[-1] == "c1":
            raise lost()
        return real(name, effect)

    world.plaid.run = lose_second  # type: ignore[method-assign]
    with pytest.raises(ProviderUnreachable):
        bank.read_transactions(world.actor, account.id)
    assert shown(bank, world, account) == []
    assert world.store.bank_data.cursor(account.item_id) == "", "no cursor ahead of its rows"


def test_of_two_reads_at_once_the_faster_one_counts(bank: BankData, world: World, account: BankAccount) -> None:
    world.plaid.pages = {"": page(line("old"), cursor="c1")}
    real = world.plaid.run

    def overtake(name: str, effect: Callable[[], object]) -> object:
        found = real(name, effect)
        world.plaid.run = real  # type: ignore[method-assign]
        world.plaid.pages[""] = page(line("new", 2), cursor="c9", removed=("old",))
        bank.read_transactions(world.actor, account.id)
        return found

    world.plaid.run = overtake  # type: ignore[method-assign]
    bank.read_transactions(world.actor, account.id)
    assert shown(bank, world, account) == ["new"]
    assert world.store.bank_data.cursor(account.item_id) == "c9"


def test_a_bank_that_is_not_ready_is_asked_again_later(bank: BankData, world: World, account: BankAccount) -> None:
    world.plaid.pages = {"": TransactionPage((), (), (), "", has_more=False, ready=False)}
    with pytest.raises(Refused, match="still fetching") as met:
        bank.read_transactions(world.actor, account.id)
    assert met.value.code == "transactions_not_ready"
    assert bank.statement(world.actor, account.id).read_at is None


def test_the_kept_history_is_bounded_for_each_account(bank: BankData, world: World, account: BankAccount) -> None:
    many = [line(f"{n:04}", 1 + n % 28) for n in range(KEPT_TRANSACTIONS + 40)]
    world.plaid.pages = {"": page(*many, line("mine", 1, account="acc-2"), cursor="c1")}
    bank.read_transactions(world.actor, account.id)
    assert len(world.store.bank_data.transactions(account, 10_000)) == KEPT_TRANSACTIONS
    world.plaid.pages["c1"] = page(line("newest", 30), cursor="c2")
    bank.read_transactions(world.actor, account.id)
    kept = world.store.bank_data.transactions(account, 10_000)
    assert (len(kept), kept[0].id) == (KEPT_TRANSACTIONS, "newest")


def test_pending_lines_stand_above_posted_ones_of_their_day() -> None:
    lines = [line("p", 2, pending=True), line("a", 1), line("b", 2)]
    assert [one.id for one in list_newest(lines)] == ["a", "b", "p"]


# Balances, permissions, and going with the customer.


def test_a_balance_is_kept_with_its_time_and_counted(bank: BankData, world: World, account: BankAccount) -> None:
    assert bank.last_balance(world.actor, account.id) is None
    told = world.debits.balance(world.actor, account.id)
    world.clock.move(timedelta(hours=2))
    assert bank.last_balance(world.actor, account.id) == told
    world.plaid.before["balance"] = [lost()]
    with pytest.raises(ProviderUnreachable):
        world.debits.balance(world.actor, account.id)
    assert bank.calls(world.actor)["balance"] == 2, "a call whose answer was lost is billed all the same"
    assert "100000" not in str(world.store.trail.read(account.id)[0].facts), "what somebody owns is personal"


@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.OPS, {"holder"}), (Role.FINANCE, {"holder", "money"}), (Role.ADMIN, set()), (Role.AUDITOR, set())],
)
def test_who_may_ask_for_what(bank: BankData, world: World, account: BankAccount, role: Role, may: set[str]) -> None:
    person = Actor("ann@example.com", frozenset({role}))
    world.plaid.pages = {"": page(line("a"), cursor="c")}
    actions = {
        "holder": [lambda: bank.read_holder(person, account.id)],
        "money": [
            lambda: bank.last_balance(person, account.id),
            lambda: bank.read_transactions(person, account.id),
            lambda: bank.statement(person, account.id),
        ],
    }
    for kind, calls in actions.items():
        for call in calls:
            if kind in may:
                call()
            else:
                with pytest.raises(AccessDenied):
                    call()
    assert bank.holder(person, account.id) is None or kind, "everybody who sees accounts sees the holder"


def test_a_merge_takes_it_along_and_an_erasure_takes_it_away(
    bank: BankData, world: World, account: BankAccount
) -> None:
    world.plaid.owners = {"acc-1": [Owner(("Jenny Rosen",))]}
    world.plaid.pages = {"": page(line("a"), cursor="c1")}
    bank.read_holder(world.actor, account.id)
    bank.read_transactions(world.actor, account.id)
    world.debits.balance(world.actor, account.id)
    other = world.add_customer("Jenny Rosen", "jenny.rosen@example.com", "C-2")
    Merging(world.store, world.clock, lambda id: None).merge(world.actor, other.id, account.customer_id)
    moved = world.desk.account(world.actor, account.id)
    assert moved.customer_id == other.id
    assert shown(bank, world, moved) == ["a"]
    assert bank.last_balance(world.actor, moved.id) is not None
    found = bank.holder(world.actor, moved.id)
    assert found is not None
    assert found.names == ("Jenny Rosen",)
    world.store.private.forget(account.customer_id)
    assert shown(bank, world, moved) == []
    assert bank.holder(world.actor, moved.id) is None
    assert bank.last_balance(world.actor, moved.id) is None


def test_nothing_personal_lies_open_in_the_file(bank: BankData, world: World, account: BankAccount) -> None:
    world.plaid.owners = {"acc-1": [Owner(("Perpetua Canary",))]}
    world.plaid.pages = {"": page(line("a", 1, 987_654_321), cursor="c1")}
    bank.read_holder(world.actor, account.id)
    bank.read_transactions(world.actor, account.id)
    bank.decide_holder(world.actor, account.id, same=True)
    path = world.settings.db
    content = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    for canary in (b"Perpetua", b"Shop a", b"987654321"):
        assert canary not in content


def test_one_read_serves_every_account_of_the_connection(world: World, bank: BankData) -> None:
    world.plaid.offered = [CHECKING, SAVINGS]
    world.plaid.owners = {"acc-1": [Owner(("Jenny Rosen",))], "acc-2": [Owner(("John Rosen",))]}
    first = world.desk.account(world.actor, str(world.get(world.link()).bank_account_id))
    bank.read_holder(world.actor, first.id)
    found = bank.holder(world.actor, first.id)
    assert found is not None
    assert found.names == ("Jenny Rosen",)


@pytest.mark.parametrize("name", ["identity", "transactions"])
def test_an_error_that_is_about_the_connection_marks_it(
    bank: BankData, world: World, account: BankAccount, name: str
) -> None:
    world.plaid.before[name] = [refused("ITEM_LOGIN_REQUIRED")]
    with pytest.raises(ProviderRejected):
        (bank.read_holder if name == "identity" else bank.read_transactions)(world.actor, account.id)
    assert world.debits.obstacle(world.actor, account) is not None
