"""What banks say of linked accounts: holders beside names, transactions by cursor, balances with their time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from dashboard.accounts.bank_data import TRIES, BankData, list_newest
from dashboard.accounts.holder_match import Likeness
from dashboard.customers import Customers
from dashboard.customers.merging import Merging
from dashboard.domain.errors import AccessDenied, ProviderRejected, ProviderUnreachable, Refused
from dashboard.domain.models import Actor, Balance, BankAccount, BankTransaction, DebitOrder, Purpose, Role
from dashboard.gateways.plaid_replies import Owner, TransactionPage
from dashboard.jobs.worker import InlineWorker
from dashboard.operations.audit import Audit
from dashboard.settings import Settings
from dashboard.store.accounts.bank_data import KEPT_TRANSACTIONS
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import CHECKING, SAVINGS, Answer, lost, refused

MUTATED = "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION"


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings(PLAID_PRODUCTS="auth,identity,transactions")


@pytest.fixture
def bank(given: DeskFixture) -> BankData:
    return make_bank(given)


def make_bank(given: DeskFixture) -> BankData:
    return BankData(given.store, given.plaid, given.clock, given.settings, InlineWorker())


@pytest.fixture
def account(given: DeskFixture) -> BankAccount:
    attempt = given.get(given.link())
    return given.desk.account(given.actor, str(attempt.bank_account_id))


def line(id: str, day: int = 1, cents: int = 1200, *, pending: bool = False, account: str = "acc-1") -> BankTransaction:
    return BankTransaction(id, account, date(2026, 11, day), f"Shop {id}", f"SHOP {id}", cents, "usd", pending)


def page(*added: BankTransaction, cursor: str, more: bool = False, removed: tuple[str, ...] = ()) -> TransactionPage:
    return TransactionPage(added, (), removed, cursor, more, ready=True)


def shown(bank: BankData, given: DeskFixture, account: BankAccount) -> list[str]:
    return [one.id for one in bank.statement(given.actor, account.id).lines]


# Who holds the account.


def test_the_banks_names_stand_beside_the_customers(bank: BankData, given: DeskFixture, account: BankAccount) -> None:
    assert bank.holder(given.actor, account.id) is None
    given.plaid.owners = {"acc-1": [Owner(("ROSEN, JENNY",)), Owner(("John Rosen",))]}
    found = bank.read_holder(given.actor, account.id)
    assert (found.names, found.likeness) == (("ROSEN, JENNY", "John Rosen"), Likeness.SAME)
    assert found.read_at == given.clock.now()
    assert not found.needs_decision
    assert bank.holder(given.actor, account.id) == found
    assert bank.calls(given.actor)["identity"] == 1
    row = given.store.trail.read(account.id)[0]
    assert (row.action, row.facts["likeness"]) == ("holder.read", "same")


def test_another_name_stops_debits_once_a_person_says_it_is_somebody_else(
    bank: BankData, given: DeskFixture, account: BankAccount
) -> None:
    given.plaid.owners = {"acc-1": [Owner(("Alberta Charleson",))]}
    found = bank.read_holder(given.actor, account.id)
    assert found.likeness is Likeness.DIFFERENT
    assert found.needs_decision
    order = DebitOrder("ticket-0001", account.id, 1000, "INV-1", Purpose.GOODS, balance_of(given))
    debits = given.debits
    decided = bank.decide_holder(given.actor, account.id, same=False)
    assert (decided.decision, decided.decided_by) == ("other", "demo")
    with pytest.raises(Refused, match="belongs to somebody else"):
        debits.submit(given.actor, order)
    bank.decide_holder(given.actor, account.id, same=True)
    assert debits.submit(given.actor, order).amount_cents == 1000
    actions = [row.facts for row in given.store.trail.read(account.id) if row.action == "holder.decided"]
    assert [facts["after"] for facts in actions] == [{"decision": "same"}, {"decision": "other"}]
    assert "Alberta" not in str(actions), "names go with the customer's key"
    audit = Audit(given.store, given.clock, given.settings.timezone)
    decided_row = next(row for row in given.store.trail.read(account.id) if row.action == "holder.decided")
    assert audit.get(given.actor, decided_row.seq).facts["bank_names"] == ["Alberta Charleson"]


def balance_of(given: DeskFixture) -> Balance:
    return Balance(100_000, 100_000, "usd", given.clock.now())


def test_a_decision_is_about_these_names_and_lapses_with_them(
    bank: BankData, given: DeskFixture, account: BankAccount
) -> None:
    given.plaid.owners = {"acc-1": [Owner(("Alberta Charleson",))]}
    bank.read_holder(given.actor, account.id)
    bank.decide_holder(given.actor, account.id, same=True)
    bank.read_holder(given.actor, account.id)
    again = bank.holder(given.actor, account.id)
    assert again is not None
    assert again.decision == "same", "the same names asked for again are the same matter"
    Customers(given.store, given.clock).edit(given.actor, account.customer_id, name="Jenny Wu")
    renamed = bank.holder(given.actor, account.id)
    assert renamed is not None
    assert renamed.needs_decision
    given.plaid.owners = {"acc-1": [Owner(("Somebody New",))]}
    assert bank.read_holder(given.actor, account.id).decision is None


def test_a_bank_that_names_nobody_is_shown_as_that(bank: BankData, given: DeskFixture, account: BankAccount) -> None:
    found = bank.read_holder(given.actor, account.id)
    assert (found.names, found.likeness, found.needs_decision) == ((), Likeness.UNKNOWN, True)


def test_a_decision_needs_names(bank: BankData, given: DeskFixture, account: BankAccount) -> None:
    with pytest.raises(Refused, match="not been asked yet"):
        bank.decide_holder(given.actor, account.id, same=True)


def test_a_new_account_is_asked_about_by_itself_and_after_a_crash(given: DeskFixture) -> None:
    bank = make_bank(given)
    given.plaid.owners = {"acc-1": [Owner(("Jenny Rosen",))]}
    given.on_ready = lambda attempt: bank.welcome(str(attempt.bank_account_id))
    desk = given.restart()
    opening = desk.open(given.actor, given.customer.id)
    given.plaid.before["identity"] = [lost()]
    attempt = desk.report(given.actor, opening.attempt_id, given.outcome(), {})
    id = str(given.get(attempt).bank_account_id)
    assert given.desk.account(given.actor, id).is_ready, "the account is linked whatever the bank says of its holder"
    assert bank.holder(given.actor, id) is None
    assert bank.resume_all() == 1
    found = bank.holder(given.actor, id)
    assert found is not None
    assert found.likeness is Likeness.SAME
    assert bank.resume_all() == 0
    assert given.store.trail.read(id)[0].actor == "ach-desk"


def test_what_is_off_is_refused_and_never_asked(given: DeskFixture, make_settings: Callable[..., Settings]) -> None:
    account = given.desk.account(given.actor, str(given.get(given.link()).bank_account_id))
    given.settings = make_settings()
    bank = make_bank(given)
    bank.welcome(account.id)
    assert bank.resume_all() == 0
    for call in (bank.read_holder, bank.read_transactions):
        with pytest.raises(Refused, match="does not request"):
            call(given.actor, account.id)
    assert not given.plaid.calls["identity"] + given.plaid.calls["transactions"]


# Transactions.


def test_pages_are_read_to_the_end_and_kept_with_the_cursor(
    bank: BankData, given: DeskFixture, account: BankAccount
) -> None:
    given.plaid.pages = {
        "": page(line("a", 1), line("b", 2), cursor="c1", more=True),
        "c1": page(line("c", 3, -585_000), cursor="c2"),
    }
    assert bank.statement(given.actor, account.id).read_at is None
    statement = bank.read_transactions(given.actor, account.id)
    assert [one.id for one in statement.lines] == ["c", "b", "a"], "newest first"
    assert statement.lines[0] == line("c", 3, -585_000)
    assert statement.read_at == given.clock.now()
    assert given.store.bank_data.cursor(account.item_id) == "c2"
    assert bank.calls(given.actor) == {"transactions": 2}, "each page is counted"
    facts = given.store.trail.read(account.id)
    assert {"transactions.read", "transactions.viewed"} <= {row.action for row in facts}


def test_a_second_read_goes_on_and_applies_what_changed(
    bank: BankData, given: DeskFixture, account: BankAccount
) -> None:
    given.plaid.pages = {"": page(line("a", 1, pending=True), line("b", 1), cursor="c1")}
    bank.read_transactions(given.actor, account.id)
    given.plaid.pages["c1"] = TransactionPage(
        (line("posted", 2),), (line("b", 1, 999),), ("a",), "c2", has_more=False, ready=True
    )
    lines = bank.read_transactions(given.actor, account.id).lines
    assert [(one.id, one.amount_cents) for one in lines] == [("posted", 1200), ("b", 999)]
    given.plaid.pages["c2"] = page(cursor="c2")
    assert len(bank.read_transactions(given.actor, account.id).lines) == 2, "a quiet bank takes nothing away"


def test_what_comes_and_goes_in_one_page_is_gone(bank: BankData, given: DeskFixture, account: BankAccount) -> None:
    given.plaid.pages = {"": page(line("a", pending=True), line("b"), cursor="c1", removed=("a",))}
    bank.read_transactions(given.actor, account.id)
    assert shown(bank, given, account) == ["b"]


def test_a_change_between_two_pages_begins_the_read_anew(
    bank: BankData, given: DeskFixture, account: BankAccount
) -> None:
    given.plaid.pages = {"": page(line("a"), cursor="c0")}
    bank.read_transactions(given.actor, account.id)
    given.plaid.pages |= {
        "c0": page(line("b", 2), cursor="c1", more=True),
        "c1": page(line("c", 3), cursor="c2"),
    }
    given.plaid.cursors.clear()
    real = given.plaid.run
    given.plaid.run = lambda name, effect: refuse_once(given, name, real, effect)  # type: ignore[method-assign]
    bank.read_transactions(given.actor, account.id)
    assert given.plaid.cursors == ["c0", "c1", "c0", "c1"], "from the loop's first cursor, not from the page's"
    assert shown(bank, given, account) == ["c", "b", "a"]


def refuse_once(
    given: DeskFixture, name: str, real: Callable[[str, Callable[[], Answer]], Answer], effect: Callable[[], Answer]
) -> Answer:
    if name == "transactions" and given.plaid.cursors == ["c0", "c1"]:
        raise refused(MUTATED, kind="TRANSACTIONS_ERROR")
    return real(name, effect)


def test_a_log_that_never_rests_is_given_up_and_nothing_is_kept(
    bank: BankData, given: DeskFixture, account: BankAccount
) -> None:
    given.plaid.before["transactions"] = [refused(MUTATED, kind="TRANSACTIONS_ERROR") for _ in range(TRIES)]
    with pytest.raises(ProviderRejected) as met:
        bank.read_transactions(given.actor, account.id)
    assert met.value.code == MUTATED
    assert "changed while it was being read" in met.value.what
    assert given.store.bank_data.cursor(account.item_id) == ""


def test_an_answer_lost_half_way_keeps_nothing_of_the_read(
    bank: BankData, given: DeskFixture, account: BankAccount
) -> None:
    given.plaid.pages = {"": page(line("a"), cursor="c1", more=True), "c1": page(line("b"), cursor="c2")}
    given.plaid.after["transactions"] = []
    given.plaid.pages["c1"] = page(line("b"), cursor="c2")
    real = given.plaid.run

    def lose_second(name: str, effect: Callable[[], Answer]) -> Answer:
        if given.plaid.cursors[-1] == "c1":
            raise lost()
        return real(name, effect)

    given.plaid.run = lose_second  # type: ignore[method-assign]
    with pytest.raises(ProviderUnreachable):
        bank.read_transactions(given.actor, account.id)
    assert shown(bank, given, account) == []
    assert given.store.bank_data.cursor(account.item_id) == "", "no cursor ahead of its rows"


def test_of_two_reads_at_once_the_faster_one_counts(bank: BankData, given: DeskFixture, account: BankAccount) -> None:
    given.plaid.pages = {"": page(line("old"), cursor="c1")}
    real = given.plaid.run

    def overtake(name: str, effect: Callable[[], Answer]) -> Answer:
        found = real(name, effect)
        given.plaid.run = real  # type: ignore[method-assign]
        given.plaid.pages[""] = page(line("new", 2), cursor="c9", removed=("old",))
        bank.read_transactions(given.actor, account.id)
        return found

    given.plaid.run = overtake  # type: ignore[method-assign]
    bank.read_transactions(given.actor, account.id)
    assert shown(bank, given, account) == ["new"]
    assert given.store.bank_data.cursor(account.item_id) == "c9"


def test_a_bank_that_is_not_ready_is_asked_again_later(
    bank: BankData, given: DeskFixture, account: BankAccount
) -> None:
    given.plaid.pages = {"": TransactionPage((), (), (), "", has_more=False, ready=False)}
    with pytest.raises(Refused, match="still fetching") as met:
        bank.read_transactions(given.actor, account.id)
    assert met.value.code == "transactions_not_ready"
    assert bank.statement(given.actor, account.id).read_at is None


def test_the_kept_history_is_bounded_for_each_account(bank: BankData, given: DeskFixture, account: BankAccount) -> None:
    many = [line(f"{n:04}", 1 + n % 28) for n in range(KEPT_TRANSACTIONS + 40)]
    given.plaid.pages = {"": page(*many, line("mine", 1, account="acc-2"), cursor="c1")}
    bank.read_transactions(given.actor, account.id)
    assert len(given.store.bank_data.transactions(account, 10_000)) == KEPT_TRANSACTIONS
    given.plaid.pages["c1"] = page(line("newest", 30), cursor="c2")
    bank.read_transactions(given.actor, account.id)
    kept = given.store.bank_data.transactions(account, 10_000)
    assert (len(kept), kept[0].id) == (KEPT_TRANSACTIONS, "newest")


def test_pending_lines_stand_above_posted_ones_of_their_day() -> None:
    lines = [line("p", 2, pending=True), line("a", 1), line("b", 2)]
    assert [one.id for one in list_newest(lines)] == ["a", "b", "p"]


# Balances, permissions, and going with the customer.


def test_a_balance_is_kept_with_its_time_and_counted(bank: BankData, given: DeskFixture, account: BankAccount) -> None:
    assert bank.last_balance(given.actor, account.id) is None
    told = given.debits.balance(given.actor, account.id)
    given.clock.move(timedelta(hours=2))
    assert bank.last_balance(given.actor, account.id) == told
    given.plaid.before["balance"] = [lost()]
    with pytest.raises(ProviderUnreachable):
        given.debits.balance(given.actor, account.id)
    assert bank.calls(given.actor)["balance"] == 2, "a call whose answer was lost is billed all the same"
    assert "100000" not in str(given.store.trail.read(account.id)[0].facts), "what somebody owns is personal"


@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.OPS, {"holder"}), (Role.FINANCE, {"holder", "money"}), (Role.ADMIN, set()), (Role.AUDITOR, set())],
)
def test_who_may_ask_for_what(
    bank: BankData, given: DeskFixture, account: BankAccount, role: Role, may: set[str]
) -> None:
    person = Actor("ann@example.com", frozenset({role}))
    given.plaid.pages = {"": page(line("a"), cursor="c")}
    actions: dict[str, list[Callable[[], object]]] = {
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
    bank: BankData, given: DeskFixture, account: BankAccount
) -> None:
    given.plaid.owners = {"acc-1": [Owner(("Jenny Rosen",))]}
    given.plaid.pages = {"": page(line("a"), cursor="c1")}
    bank.read_holder(given.actor, account.id)
    bank.read_transactions(given.actor, account.id)
    given.debits.balance(given.actor, account.id)
    other = given.add_customer("Jenny Rosen", "jenny.rosen@example.com", "C-2")
    Merging(given.store, given.clock, given.updates).merge(given.actor, other.id, account.customer_id)
    moved = given.desk.account(given.actor, account.id)
    assert moved.customer_id == other.id
    assert shown(bank, given, moved) == ["a"]
    assert bank.last_balance(given.actor, moved.id) is not None
    found = bank.holder(given.actor, moved.id)
    assert found is not None
    assert found.names == ("Jenny Rosen",)
    given.store.private.forget(account.customer_id)
    assert shown(bank, given, moved) == []
    assert bank.holder(given.actor, moved.id) is None
    assert bank.last_balance(given.actor, moved.id) is None


def test_nothing_personal_lies_open_in_the_file(bank: BankData, given: DeskFixture, account: BankAccount) -> None:
    given.plaid.owners = {"acc-1": [Owner(("Perpetua Canary",))]}
    given.plaid.pages = {"": page(line("a", 1, 987_654_321), cursor="c1")}
    bank.read_holder(given.actor, account.id)
    bank.read_transactions(given.actor, account.id)
    bank.decide_holder(given.actor, account.id, same=True)
    path = given.settings.db
    content = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    for canary in (b"Perpetua", b"Shop a", b"987654321"):
        assert canary not in content


def test_one_read_serves_every_account_of_the_connection(given: DeskFixture, bank: BankData) -> None:
    given.plaid.offered = [CHECKING, SAVINGS]
    given.plaid.owners = {"acc-1": [Owner(("Jenny Rosen",))], "acc-2": [Owner(("John Rosen",))]}
    first = given.desk.account(given.actor, str(given.get(given.link()).bank_account_id))
    bank.read_holder(given.actor, first.id)
    found = bank.holder(given.actor, first.id)
    assert found is not None
    assert found.names == ("Jenny Rosen",)


@pytest.mark.parametrize("name", ["identity", "transactions"])
def test_an_error_that_is_about_the_connection_marks_it(
    bank: BankData, given: DeskFixture, account: BankAccount, name: str
) -> None:
    given.plaid.before[name] = [refused("ITEM_LOGIN_REQUIRED")]
    with pytest.raises(ProviderRejected):
        (bank.read_holder if name == "identity" else bank.read_transactions)(given.actor, account.id)
    assert given.debits.blocker(given.actor, account) is not None
