"""A link attempt as a job: its states, its retries, who is named, and what is looked for before it is done again."""

from __future__ import annotations

import itertools
import sqlite3
from datetime import timedelta

import pytest

from dashboard.domain.errors import ProviderDenied
from dashboard.domain.jobs import JobState
from dashboard.domain.link_states import MOVES, ForbiddenMove, check_move
from dashboard.domain.models import Actor, AttemptState, LinkAttempt, Role
from dashboard.linking.job import STATES
from dashboard.linking.questions import KIND
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import SAVINGS, Killed, lost, refused

PLAID = ["exchange", "make_stripe_token"]
STRIPE = ["create_customer", "attach_source", "set_holder", "create_setup_intent", "read_mandate"]
ENDED = {AttemptState.AUTHORIZED, AttemptState.UNKNOWN}


def fake_of(given: DeskFixture, call: str) -> object:
    return given.plaid if call in PLAID else given.stripe


def job_state(given: DeskFixture, attempt: LinkAttempt) -> JobState | None:
    job = given.store.jobs.find(KIND, attempt.id)
    return job.state if job else None


# States.


def in_state(given: DeskFixture, state: AttemptState) -> str:
    attempt = given.desk.open(given.actor, given.customer.id).attempt_id
    given.store.database.handle.execute("UPDATE link_attempt SET state = ? WHERE id = ?", [state.value, attempt])
    return attempt


def test_a_move_that_is_not_listed_is_refused_by_the_one_place_that_writes_a_state(given: DeskFixture) -> None:
    for before, after in itertools.product(AttemptState, repeat=2):
        attempt, allowed = in_state(given, before), before is after or after in MOVES[before]
        if allowed:
            given.store.attempts.move(attempt, after)
        else:
            with pytest.raises(ForbiddenMove):
                given.store.attempts.move(attempt, after)
        assert given.desk.get(given.actor, attempt).state is (after if allowed else before)


def test_the_database_keeps_an_attempt_ended(given: DeskFixture) -> None:
    reopened = {AttemptState.EXITED, AttemptState.RECEIVED, AttemptState.FAILED}
    for before, after in itertools.product(AttemptState, repeat=2):
        attempt, write = in_state(given, before), "UPDATE link_attempt SET state = ? WHERE id = ?"
        if (before in ENDED and after is not before) or (before is AttemptState.EXITED and after not in reopened):
            with pytest.raises(sqlite3.IntegrityError, match="stays ended"):
                given.store.database.handle.execute(write, [after.value, attempt])
        else:
            given.store.database.handle.execute(write, [after.value, attempt])


def test_the_database_knows_no_other_states(given: DeskFixture) -> None:
    attempt = given.desk.open(given.actor, given.customer.id).attempt_id
    execute = given.store.database.handle.execute
    for wrong in ("done", "", "Opened"):
        with pytest.raises(sqlite3.IntegrityError, match="no such state"):
            execute("UPDATE link_attempt SET state = ? WHERE id = ?", [wrong, attempt])
    with pytest.raises(sqlite3.IntegrityError, match="no such state"):
        execute(
            "INSERT INTO link_attempt (id, customer_id, generation, state, operator, operator_address, created_at,"
            " updated_at) VALUES ('link_x', ?, 'current', 'done', 'o', 'a', 1, 1)",
            [given.customer.id],
        )


def test_every_step_that_may_follow_has_a_state_that_may_follow(given: DeskFixture) -> None:
    moves = given.jobs.kinds[KIND].moves
    assert set(moves) == set(STATES)
    for step, following in moves.items():
        for next in following & set(STATES):
            check_move(STATES[step], STATES[next])
        if JobState.DONE in following:
            check_move(STATES[step], AttemptState.AUTHORIZED)


# Retries.


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("call", [*PLAID, *STRIPE])
def test_a_key_that_is_not_accepted_blocks_and_never_fails(given: DeskFixture, call: str, status: int) -> None:
    provider = "plaid" if call in PLAID else "stripe"
    denied = ProviderDenied("Wrong key.", provider=provider, code="invalid_api_key", http_status=status)
    fake_of(given, call).before[call] = [denied]  # type: ignore[attr-defined]  # both have it
    attempt = given.link()
    assert not attempt.state.is_final
    assert (job_state(given, attempt), attempt.working) == (JobState.BLOCKED, False)
    assert attempt.problem is not None
    assert attempt.problem.code == "invalid_api_key"
    assert [one.id for one in given.desk.attention(given.actor)] == [attempt.id]
    given.later()
    assert given.get(attempt).state is AttemptState.AUTHORIZED
    assert given.desk.attention(given.actor) == []


def test_an_outage_is_waited_for_by_itself_longer_each_time(given: DeskFixture) -> None:
    given.plaid.before["make_stripe_token"] = [lost() for _ in range(3)]
    attempt = given.link()
    for pause in (5, 10, 20):
        job = given.store.jobs.find(KIND, attempt.id)
        assert job is not None
        assert job.next_at == given.clock.real() + timedelta(seconds=pause)
        given.later(timedelta(seconds=pause - 1))
        assert given.get(attempt).state is AttemptState.EXCHANGED
        given.later(timedelta(seconds=1))
    assert given.get(attempt).state is AttemptState.AUTHORIZED


def test_a_person_need_not_wait_for_its_turn(given: DeskFixture) -> None:
    given.plaid.before["make_stripe_token"] = [lost()]
    attempt = given.link()
    assert given.desk.can_resume(attempt)
    assert given.desk.resume(given.actor, attempt.id).state is AttemptState.AUTHORIZED


def test_what_failed_is_resumed_as_a_new_job_in_the_name_of_who_resumed_it(given: DeskFixture) -> None:
    given.plaid.before["make_stripe_token"] = [refused("INVALID_PRODUCT")]
    attempt = given.link()
    failed = given.store.jobs.find(KIND, attempt.id)
    olivia = Actor("olivia", frozenset({Role.OPS}), "198.51.100.7")
    assert given.desk.resume(olivia, attempt.id).state is AttemptState.AUTHORIZED
    done = given.store.jobs.find(KIND, attempt.id)
    assert failed is not None
    assert done is not None
    assert (failed.state, done.state, done.ordered_by) == (JobState.FAILED, JobState.DONE, "olivia")
    assert given.store.jobs.get(failed.id) == failed, "an ended job stays ended"
    rows = {row.action: (row.actor, row.address) for row in given.store.trail.read(attempt.id)}
    assert rows["link.failed"] == ("demo", "192.0.2.1")
    for action in ("link.resumed", "link.tokenized", "link.attached", "link.authorized"):
        assert rows[action] == ("olivia", "198.51.100.7"), action


def test_no_secret_is_in_the_body_of_a_call_or_its_tries(given: DeskFixture) -> None:
    given.link(token="public-sandbox-canary")
    for table in ("job", "job_call", "job_try"):
        kept = str(list(given.store.database.handle.query(f"SELECT * FROM {table}")))
        assert table == "job" or "key" in kept
        for secret in ("public-sandbox", "access-sandbox", "btok_"):
            assert secret not in kept


# The exchange.


@pytest.mark.parametrize("code", ["INVALID_PUBLIC_TOKEN", "INVALID_PRODUCT"])
def test_a_refusal_after_a_lost_exchange_is_never_believed(given: DeskFixture, code: str) -> None:
    given.plaid.keep_session("public-sandbox-1")
    given.plaid.before["exchange"] = [lost(), refused(code)]
    attempt = given.link()
    assert attempt.state is AttemptState.UNKNOWN
    assert not given.desk.can_resume(attempt)


def test_a_lost_exchange_is_looked_for_until_plaid_answers(given: DeskFixture) -> None:
    given.plaid.keep_session("public-sandbox-1")
    given.plaid.before["exchange"] = [lost()]
    given.plaid.before["read_link_token"] = [lost(maybe_done=False) for _ in range(2)]
    attempt = given.link()
    assert (attempt.state, attempt.problem is not None) == (AttemptState.RECEIVED, True)
    given.later()
    assert given.get(attempt).state is AttemptState.RECEIVED
    given.later(timedelta(seconds=20))
    assert given.get(attempt).state is AttemptState.AUTHORIZED
    assert given.plaid.spent == ["public-sandbox-1"]


def test_a_lost_exchange_is_unknown_once_its_token_cannot_be_good(given: DeskFixture) -> None:
    given.plaid.after["exchange"] = [lost()]
    given.plaid.before["read_link_token"] = [lost(maybe_done=False) for _ in range(50)]
    attempt = given.link()
    for _ in range(10):
        given.later(timedelta(minutes=5))
    assert given.get(attempt).state is AttemptState.UNKNOWN
    assert given.plaid.calls["exchange"] == 1


def test_a_spent_token_in_a_restored_file_is_unknown_and_not_expired(given: DeskFixture) -> None:
    given.plaid.before["exchange"] = [lost(maybe_done=False)]
    attempt = given.link()
    given.plaid.spent.append("public-sandbox-1")  # by the process whose file was copied
    given.restart()
    given.later(timedelta(hours=1))
    assert given.get(attempt).state is AttemptState.UNKNOWN


# What is made at Stripe.


def test_two_links_of_a_customer_at_once_make_one_stripe_customer(given: DeskFixture) -> None:
    second: list[LinkAttempt] = []
    given.stripe.meanwhile["create_customer"] = lambda: second.append(given.link(SAVINGS, token="public-sandbox-2"))
    first = given.link()
    assert first.state is AttemptState.AUTHORIZED
    assert not second[0].state.is_final
    given.later()
    assert given.get(second[0]).state is AttemptState.AUTHORIZED
    assert list(given.stripe.customers) == ["cus_1"]


def test_a_stripe_customer_is_made_by_the_next_link_where_the_first_one_failed(given: DeskFixture) -> None:
    given.stripe.before["create_customer"] = [refused("email_invalid", provider="stripe")]
    first = given.link()
    assert first.state is AttemptState.FAILED
    second = given.link(SAVINGS, token="public-sandbox-2")
    assert second.state is AttemptState.AUTHORIZED
    assert given.desk.resume(given.actor, first.id).state is AttemptState.AUTHORIZED
    assert list(given.stripe.customers) == ["cus_1"]


@pytest.mark.parametrize("call", ["create_customer", "attach_source", "create_setup_intent"])
def test_a_refusal_after_a_doubtful_try_is_looked_into(given: DeskFixture, call: str) -> None:
    given.stripe.after[call] = [Killed()]
    with pytest.raises(Killed):
        given.link()
    (attempt,) = given.desk.recent(given.actor)
    given.stripe.before[call] = [refused("resource_missing", provider="stripe")]
    given.restart()
    given.jobs.run_due()
    assert given.get(attempt).state is AttemptState.AUTHORIZED
    assert given.stripe.calls[call] == 1, "what was made is found before it is asked for again"


def test_a_bank_token_that_stripe_calls_used_again_and_again_ends(given: DeskFixture) -> None:
    given.stripe.before["attach_source"] = [refused("token_already_used", provider="stripe") for _ in range(20)]
    attempt = given.link()
    assert attempt.state is AttemptState.FAILED
    assert given.stripe.calls["attach_source"] < 10


# Removal.


def test_a_removal_ends_the_job_of_an_attempt_that_waits(given: DeskFixture) -> None:
    given.plaid.before["make_stripe_token"] = [lost() for _ in range(3)]
    attempt = given.link()
    given.removals.remove(given.actor, str(attempt.item_id), "Never used")
    ended = given.get(attempt)
    assert (ended.state, job_state(given, ended)) == (AttemptState.FAILED, JobState.CANCELED)
    assert not given.desk.can_resume(ended)
    given.later(timedelta(hours=1))
    assert given.get(attempt) == ended
