"""A customer who was deleted at Stripe: said before Link opens, not called ready, and linked again as a new one."""

from __future__ import annotations

import pytest

from dashboard.accounts.eligibility import DELETED, Eligibility
from dashboard.accounts.status_words import READY, word
from dashboard.customers import stripe_updates
from dashboard.domain.errors import Refused
from dashboard.domain.jobs import JobState
from dashboard.domain.models import AttemptState, BankAccount
from dashboard.linking import DuplicateAnswer
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import SAVINGS, lost
from tests.unit.test_debits import order_for


@pytest.fixture
def account(given: DeskFixture) -> BankAccount:
    return given.desk.account(given.actor, str(given.link().bank_account_id))


def delete(given: DeskFixture, id: str = "cus_1") -> None:
    given.stripe.customers[id] = {"id": id, "object": "customer", "deleted": True}


def test_linking_again_makes_a_new_stripe_customer(given: DeskFixture, account: BankAccount) -> None:
    delete(given)
    attempt = given.link(SAVINGS, token="public-sandbox-2")
    assert attempt.state is AttemptState.AUTHORIZED
    made = given.desk.account(given.actor, str(attempt.bank_account_id))
    assert made.stripe_customer_id == "cus_2" == given.stripe.setup_intents[-1]["customer"]
    assert given.desk.accounts(given.actor, given.customer.id)[-1].stripe_customer_id == "cus_1", "history stays"
    found = given.store.customers.get(given.customer.id)
    assert found is not None and found.stripe_customer_id == "cus_2"
    assert "link.customer_deleted" in [row.action for row in given.store.trail.read(attempt.id)]


def test_it_is_known_before_link_opens(given: DeskFixture, account: BankAccount) -> None:
    assert not given.desk.is_deleted_at_stripe(given.actor, given.customer.id)
    delete(given)
    given.desk.open(given.actor, given.customer.id)
    assert given.desk.is_deleted_at_stripe(given.actor, given.customer.id)


def test_link_opens_all_the_same_where_stripe_does_not_answer(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.before["read_customer"] = [lost(provider="stripe")] * 9
    assert given.desk.open(given.actor, given.customer.id).attempt_id
    assert not given.desk.is_deleted_at_stripe(given.actor, given.customer.id)


def test_an_account_that_hangs_on_them_is_not_ready_once_the_sync_has_seen_it(
    given: DeskFixture, account: BankAccount
) -> None:
    eligibility = Eligibility(given.store, given.clock, given.settings.timezone)
    assert word(account, eligibility.of([account])[account.id]) == READY
    given.store.projection.apply("customers", [{"id": "cus_1", "object": "customer", "deleted": True}])
    problem = eligibility.of([account])[account.id]
    assert problem is not None and problem.code == DELETED and word(account, problem) == "✕ Deleted at Stripe"
    with pytest.raises(Refused) as caught:
        given.debits.submit(given.actor, order_for(given, account))
    assert caught.value.code == DELETED
    given.store.projection.apply("customers", [{"id": "cus_1", "created": 1, "name": "Late", "email": None}])
    assert eligibility.of([account])[account.id] == problem, "an older page that comes late brings nobody back"


@pytest.mark.parametrize("call", ["attach_source", "create_setup_intent"])
def test_one_deleted_half_way_asks_for_a_new_link_and_offers_no_resume(given: DeskFixture, call: str) -> None:
    given.stripe.before[call] = [lost(provider="stripe", maybe_done=False)]
    attempt = given.link()
    assert given.desk.can_resume(attempt)
    delete(given)
    attempt = given.desk.resume(given.actor, attempt.id)
    assert attempt.state is AttemptState.FAILED and attempt.problem is not None
    assert attempt.problem.code == DELETED and "Link the bank again" in attempt.problem.action
    assert not given.desk.can_resume(attempt)
    again = given.link(token="public-sandbox-2")
    if given.desk.question(again):  # the half that was linked
        given.desk.answer_duplicate(given.actor, again.id, DuplicateAnswer.REPLACE)
    assert given.get(again).state is AttemptState.AUTHORIZED


def test_who_is_gone_there_needs_no_new_name(given: DeskFixture, account: BankAccount) -> None:
    delete(given)
    given.updates.order(given.actor, given.customer.id)
    given.updates.start(given.customer.id)
    job = given.store.jobs.find(stripe_updates.KIND, given.customer.id)
    assert job is not None and job.state is JobState.DONE
