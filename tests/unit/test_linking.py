"""Linking with fake providers: what is asked, what is kept, and that nothing happens twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dashboard.customers import Customers
from dashboard.domain.errors import AccessDenied, InputError, Refused
from dashboard.domain.models import Actor, AttemptState, Ended, Generation, HolderType, ItemState, Role, Secret
from dashboard.linking import DuplicateAnswer, QuestionKind
from dashboard.linking.institutions import Institutions
from dashboard.settings import Settings
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import CARD, CHECKING, SAVINGS, lost


def test_a_picked_account_becomes_ready_to_debit(given: DeskFixture) -> None:
    attempt = given.link()
    assert (attempt.state, attempt.problem, attempt.working) == (AttemptState.AUTHORIZED, None, False)
    account = given.desk.account(given.actor, str(attempt.bank_account_id))
    assert account.is_ready
    assert (account.name, account.mask, account.stripe_last4) == ("Plaid Checking", "0000", "6789")
    assert given.stripe.sources["cus_1"][0]["account_holder_type"] == "individual"
    actions = [row.action for row in reversed(given.store.trail.read(attempt.id))]
    assert actions[0] == "link.opened"
    assert actions[-1] == "link.authorized"
    assert given.store.trail.verify() == []


def test_a_companys_account_says_so_at_stripe(given: DeskFixture) -> None:
    Customers(given.store, given.clock).edit(given.actor, given.customer.id, holder_type=HolderType.COMPANY)
    given.link()
    assert given.stripe.sources["cus_1"][0]["account_holder_type"] == "company"


def test_no_secret_is_left_in_the_file_in_plain_text(given: DeskFixture) -> None:
    given.link(token="public-sandbox-canary")
    given.store.database.handle.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for path in given.store.database.path.parent.iterdir():
        content = path.read_bytes()
        for canary in (b"sandbox-canary", b"btok_", b"link-sandbox", b"plaid-secret-canary"):
            assert canary not in content


def test_used_tokens_are_not_kept(given: DeskFixture) -> None:
    attempt = given.link()
    work = given.store.attempts.work(attempt.id)
    assert work is not None
    assert (work.public_token, work.bank_token) == (None, None)
    assert given.store.items.access_token(str(attempt.item_id)).reveal() == "access-sandbox-1"


def test_the_same_outcome_is_claimed_once(given: DeskFixture) -> None:
    opening = given.desk.open(given.actor, given.customer.id)
    outcome = given.outcome()
    first = given.desk.report(given.actor, opening.attempt_id, outcome, {})
    again = given.desk.report(given.actor, opening.attempt_id, outcome, {})
    assert first.id == again.id
    assert given.plaid.calls["exchange"] == 1


def test_a_token_that_comes_under_another_id_is_claimed_once(given: DeskFixture) -> None:
    opening = given.desk.open(given.actor, given.customer.id)
    given.desk.report(given.actor, opening.attempt_id, given.outcome(), {})
    given.desk.report(given.actor, opening.attempt_id, given.outcome(), {})
    other_tab = given.desk.open(given.actor, given.customer.id)
    given.desk.report(given.actor, other_tab.attempt_id, given.outcome(), {})
    assert given.plaid.calls["exchange"] == 1
    assert given.get(given.desk.recent(given.actor)[0]).state is AttemptState.OPENED


def test_a_second_bank_from_the_same_opening_is_not_dropped(given: DeskFixture) -> None:
    opening = given.desk.open(given.actor, given.customer.id)
    first = given.desk.report(given.actor, opening.attempt_id, given.outcome(CHECKING), {})
    second = given.desk.report(given.actor, opening.attempt_id, given.outcome(SAVINGS, token="public-sandbox-2"), {})
    assert first.id != second.id
    assert second.state is AttemptState.AUTHORIZED
    assert len(given.plaid.spent) == 2


def test_a_success_after_an_exit_counts(given: DeskFixture) -> None:
    opening = given.desk.open(given.actor, given.customer.id)
    left = {"id": "outcome-exit", "kind": "exit", "metadata": {"status": "requires_code", "request_id": "r-1"}}
    attempt = given.desk.report(given.actor, opening.attempt_id, left, {})
    assert attempt.state is AttemptState.EXITED
    assert attempt.problem is not None
    assert "one-time code" in attempt.problem.what
    attempt = given.desk.report(given.actor, opening.attempt_id, given.outcome(), {})
    assert attempt.state is AttemptState.AUTHORIZED


def test_a_card_is_refused_before_any_exchange(given: DeskFixture) -> None:
    attempt = given.link(CARD)
    assert attempt.state is AttemptState.FAILED
    assert attempt.problem is not None
    assert "not a checking or savings account" in attempt.problem.what
    assert given.plaid.calls["exchange"] == 0
    with pytest.raises(Refused):
        given.desk.resume(given.actor, attempt.id)


def test_several_accounts_are_offered_and_one_is_taken(given: DeskFixture) -> None:
    attempt = given.link(CHECKING, SAVINGS, CARD)
    assert attempt.state is AttemptState.CHOOSING
    question = given.desk.question(attempt)
    assert question is not None
    assert question.kind is QuestionKind.ACCOUNT
    assert [account.id for account in question.accounts] == ["acc-1", "acc-2"]
    with pytest.raises(Refused):
        given.desk.choose(given.actor, attempt.id, "acc-3")
    with pytest.raises(InputError):
        given.desk.choose(given.actor, attempt.id, "acc-9")
    assert given.plaid.calls["exchange"] == 0
    attempt = given.desk.choose(given.actor, attempt.id, "acc-2")
    assert (attempt.state, attempt.account_id) == (AttemptState.AUTHORIZED, "acc-2")
    assert given.desk.choose(given.actor, attempt.id, "acc-1").account_id == "acc-2"


@pytest.mark.parametrize(("offered", "state"), [(1, AttemptState.AUTHORIZED), (2, AttemptState.CHOOSING)])
def test_without_accounts_from_link_plaid_is_asked(given: DeskFixture, offered: int, state: AttemptState) -> None:
    given.plaid.offered = [CHECKING, SAVINGS][:offered]
    opening = given.desk.open(given.actor, given.customer.id)
    outcome = {**given.outcome(), "metadata": {"institution": {"name": "Bank", "institution_id": "ins_1"}}}
    attempt = given.desk.report(given.actor, opening.attempt_id, outcome, {})
    assert attempt.state is state
    if offered == 2:
        assert given.desk.choose(given.actor, attempt.id, "acc-1").state is AttemptState.AUTHORIZED
    assert given.plaid.calls["exchange"] == 1


def test_an_account_that_is_linked_already_is_asked_about_before_the_exchange(given: DeskFixture) -> None:
    first = given.link()
    second = given.link(token="public-sandbox-2")
    assert (second.state, second.working) == (AttemptState.RECEIVED, False)
    question = given.desk.question(second)
    assert question is not None
    assert question.already_linked is not None
    assert question.already_linked.id == first.bank_account_id
    assert given.plaid.calls["exchange"] == 1
    used = given.desk.answer_duplicate(given.actor, second.id, DuplicateAnswer.USE)
    assert (used.state, used.bank_account_id) == (AttemptState.AUTHORIZED, first.bank_account_id)
    assert given.plaid.calls["exchange"] == 1


def test_an_account_whose_connection_broke_is_linked_again_without_asking(given: DeskFixture) -> None:
    first = given.link()
    given.plaid.item_error = "ITEM_LOGIN_REQUIRED"
    second = given.link(token="public-sandbox-2")
    assert second.state is AttemptState.AUTHORIZED
    item = given.store.items.get(str(first.item_id))
    assert item is not None
    assert item.state is ItemState.REMOVED, "a dead connection must not be left ready to debit"
    old = given.desk.account(given.actor, str(first.bank_account_id))
    assert (old.ended, old.replaced_by) == (Ended.REPLACED, second.bank_account_id)
    assert given.stripe.detached == [], "Stripe says that it is the same bank account"


def test_a_connection_that_cannot_be_checked_counts_as_whole(given: DeskFixture) -> None:
    given.link()
    given.plaid.before["item"] = [lost(maybe_done=False)]
    assert given.desk.question(given.link(token="public-sandbox-2")) is not None


def test_linking_again_reuses_the_bank_account_that_stripe_has(given: DeskFixture) -> None:
    given.link()
    second = given.link(token="public-sandbox-2")
    second = given.desk.answer_duplicate(given.actor, second.id, DuplicateAnswer.BESIDE)
    assert second.state is AttemptState.AUTHORIZED
    assert len(given.stripe.sources["cus_1"]) == 1
    assert len(given.desk.accounts(given.actor, given.customer.id)) == 2


def test_an_existing_account_is_told_apart_by_its_fingerprint(given: DeskFixture) -> None:
    given.link()
    given.stripe.sources["cus_1"].insert(0, {"id": "ba_other", "fingerprint": "fp-other", "status": "verified"})
    second = given.link(SAVINGS, token="public-sandbox-2")
    account = given.desk.account(given.actor, str(second.bank_account_id))
    assert account.stripe_bank_account_id == "ba_1"


def test_another_customers_account_of_the_same_looks_is_not_a_duplicate(given: DeskFixture) -> None:
    given.link()
    given.customer = given.add_customer("Jo Rosen", "jo@example.com", "C-2")
    assert given.link(token="public-sandbox-2").state is AttemptState.AUTHORIZED


def test_a_stripe_customer_with_the_same_email_is_offered(given: DeskFixture) -> None:
    given.stripe.customers["cus_old"] = {"id": "cus_old", "email": "jenny@example.com", "name": "J.", "created": 7}
    attempt = given.link()
    assert (attempt.state, attempt.working) == (AttemptState.TOKENIZED, False)
    question = given.desk.question(attempt)
    assert question is not None
    assert [one.id for one in question.customers] == ["cus_old"]
    assert given.desk.same_email(given.actor, attempt.id) == list(question.customers)
    with pytest.raises(Refused):
        given.desk.adopt(given.actor, given.customer.id, "cus_stranger")
    given.desk.adopt(given.actor, given.customer.id, "cus_old")
    assert given.get(attempt).state is AttemptState.AUTHORIZED
    assert list(given.stripe.customers) == ["cus_old"]
    with pytest.raises(Refused):
        given.desk.adopt(given.actor, given.customer.id, None)


def test_a_stripe_customer_is_found_by_an_email_that_was_typed_in_other_case_there(given: DeskFixture) -> None:
    """Stripe compares case-sensitively; the sync knows how it is written there."""
    known = {"id": "cus_old", "email": "Jenny@Example.COM", "name": "J.", "created": 7}
    given.stripe.customers["cus_old"] = known
    given.store.projection.apply("customers", [known])
    attempt = given.link()
    question = given.desk.question(attempt)
    assert question is not None and [one.id for one in question.customers] == ["cus_old"]


def test_a_new_stripe_customer_is_made_where_the_offer_is_declined(given: DeskFixture) -> None:
    given.stripe.customers["cus_old"] = {"id": "cus_old", "email": "jenny@example.com", "name": "J.", "created": 7}
    attempt = given.link()
    given.desk.adopt(given.actor, given.customer.id, None)
    assert given.get(attempt).state is AttemptState.AUTHORIZED
    assert len(given.stripe.customers) == 2


def test_a_mandate_is_online_where_the_customers_browser_gave_its_facts(given: DeskFixture) -> None:
    attempt = given.link(ip_address="203.0.113.9", user_agent="Mozilla/5.0", accepted_at=given.clock.now().timestamp())
    acceptance = given.stripe.setup_intents[0]["mandate_data"]["customer_acceptance"]
    assert acceptance["type"] == "online"
    assert acceptance["online"] == {"ip_address": "203.0.113.9", "user_agent": "Mozilla/5.0"}
    (mandate,) = given.store.mandates.list(str(attempt.bank_account_id))
    assert "Acme Payments" in mandate.text
    assert mandate.text == given.desk.mandate_text(given.actor, given.customer.id)
    assert (mandate.operator, mandate.link_session_id, mandate.acceptance) == ("demo", "session-1", "online")


@pytest.mark.parametrize("evidence", [{}, {"user_agent": "x"}, {"ip_address": "not an address", "user_agent": "x"}])
def test_a_mandate_is_offline_in_person(given: DeskFixture, evidence: dict[str, str]) -> None:
    given.link(**evidence)
    acceptance = given.stripe.setup_intents[0]["mandate_data"]["customer_acceptance"]
    assert (acceptance["type"], "online" in acceptance) == ("offline", False)


def test_a_bank_account_that_is_not_verified_is_not_ready(given: DeskFixture) -> None:
    given.stripe.source_status = "new"
    attempt = given.link()
    assert (attempt.state, given.stripe.setup_intents) == (AttemptState.FAILED, [])
    assert attempt.problem is not None
    assert attempt.problem.code == "bank_account_unverified"


def test_the_classic_generation_jumps_to_the_bank_token(classic: DeskFixture) -> None:
    opening = classic.desk.open(classic.actor, classic.customer.id, hint="chase")
    assert opening.config == {
        "env": "tartan",
        "clientName": "Acme Payments",
        "key": "test_key",
        "product": "auth",
        "open_type": "chase",
    }
    metadata = {"institution": {"name": "Chase", "type": "chase"}, "account_id": "acc-1"}
    outcome = {"id": "outcome-c", "kind": "success", "public_token": "public-1", "metadata": metadata}
    attempt = classic.desk.report(classic.actor, opening.attempt_id, outcome, {})
    assert (attempt.state, attempt.generation) == (AttemptState.AUTHORIZED, Generation.CLASSIC)
    actions = [row.action for row in classic.store.trail.read(attempt.id)]
    assert "link.exchanged" not in actions
    assert "link.tokenized" in actions


def test_the_classic_generation_without_an_account_keeps_the_token_and_says_why(classic: DeskFixture) -> None:
    opening = classic.desk.open(classic.actor, classic.customer.id)
    outcome = {"id": "outcome-c", "kind": "success", "public_token": "public-1", "metadata": {}}
    attempt = classic.desk.report(classic.actor, opening.attempt_id, outcome, {})
    assert attempt.state is AttemptState.FAILED
    assert attempt.problem is not None
    assert attempt.problem.code == "NO_BANK_TOKEN"
    assert classic.store.items.access_token(str(attempt.item_id)) == Secret("access-1")


def test_the_classic_generation_takes_a_type_as_its_hint(classic: DeskFixture) -> None:
    with pytest.raises(InputError):
        classic.desk.open(classic.actor, classic.customer.id, hint="chase; DROP")


def test_a_bank_is_named_by_its_id_where_the_setting_turns_it_on(
    given: DeskFixture, make_settings: Callable[..., Settings]
) -> None:
    with pytest.raises(InputError, match="cannot be opened directly"):
        given.desk.open(given.actor, given.customer.id, hint="ins_1")
    given.settings = make_settings(PLAID_INSTITUTION_ID="yes")
    given.restart()
    banks = Institutions(given.store, given.plaid, given.clock, by_id=given.settings.plaid_names_bank)
    (bank,) = banks.refresh(given.actor).institutions
    for hint, named in ((banks.hint(bank), ("ins_1", "011000015")), ("ins_999", ("ins_999", None))):
        given.desk.open(given.actor, given.customer.id, hint=hint)
        assert (given.plaid.opened[-1]["institution_id"], given.plaid.opened[-1]["hint"]) == named
    given.desk.open(given.actor, given.customer.id, hint="011000015")
    assert (given.plaid.opened[-1]["institution_id"], given.plaid.opened[-1]["hint"]) == (None, "011000015")
    with pytest.raises(InputError):
        given.desk.open(given.actor, given.customer.id, hint="ins_1 OR 1=1")


def test_the_current_generation_takes_a_routing_number_as_its_hint(given: DeskFixture) -> None:
    with pytest.raises(InputError):
        given.desk.open(given.actor, given.customer.id, hint="chase")
    assert given.desk.open(given.actor, given.customer.id, hint="011000015").config == {"token": "link-sandbox-1"}


def test_only_who_links_banks_may_link(given: DeskFixture) -> None:
    auditor = Actor("Ann", frozenset({Role.AUDITOR}))
    nobody = Actor("Nobody", frozenset())
    with pytest.raises(AccessDenied):
        given.desk.open(auditor, given.customer.id)
    with pytest.raises(AccessDenied):
        given.desk.accounts(nobody)
    assert given.desk.accounts(auditor) == []
