"""Linking with fake providers that refuse, are not reached, or lose an answer, and reports that cannot be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dashboard.domain.errors import InputError, ProviderLimited, Refused
from dashboard.domain.models import AttemptState
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import CHECKING, SAVINGS, lost, refused


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        ("INVALID_CREDENTIALS", "ITEM_ERROR", "user name or password"),
        ("ITEM_LOCKED", "ITEM_ERROR", "locked"),
        ("INVALID_MFA", "ITEM_ERROR", "code or answer"),
    ],
)
def test_what_the_bank_refused_is_said(given: DeskFixture, code: str, kind: str, says: str) -> None:
    opening = given.desk.open(given.actor, given.customer.id)
    error = {"error_type": kind, "error_code": code, "error_message": "m", "display_message": None}
    metadata = {"institution": None, "status": "requires_credentials", "link_session_id": "s", "request_id": "r-9"}
    report = {"id": "outcome-exit", "kind": "exit", "error": error, "metadata": metadata, "events": [{"name": "EXIT"}]}
    attempt = given.desk.report(given.actor, opening.attempt_id, report, {})
    assert attempt.state is AttemptState.EXITED
    assert attempt.problem is not None
    assert says in attempt.problem.what
    assert (attempt.problem.code, attempt.problem.request_id) == (code, "r-9")
    kept = given.desk.events(given.actor, attempt.id)
    assert kept[0]["detail"] == {"error": error, "metadata": metadata}
    assert kept[0]["events"] == [{"name": "EXIT"}]


def test_a_modal_that_was_just_closed_is_no_problem(given: DeskFixture) -> None:
    opening = given.desk.open(given.actor, given.customer.id)
    attempt = given.desk.report(given.actor, opening.attempt_id, {"id": "outcome-exit", "kind": "exit"}, {})
    assert (attempt.state, attempt.problem) == (AttemptState.EXITED, None)


@pytest.mark.parametrize(
    ("error", "says"),
    [({"error_message": "Could not load x"}, "could not be loaded"), ({"error_code": "POPUP_BLOCKED"}, "pop-up")],
)
def test_what_the_browser_could_not_do_is_said(given: DeskFixture, error: dict[str, str], says: str) -> None:
    opening = given.desk.open(given.actor, given.customer.id)
    report = {"id": "outcome-none", "kind": "unavailable", "error": error, "events": []}
    attempt = given.desk.report(given.actor, opening.attempt_id, report, {})
    assert attempt.problem is not None
    assert says in attempt.problem.what


def test_a_pop_up_that_was_blocked_on_the_way_is_said(given: DeskFixture) -> None:
    opening = given.desk.open(given.actor, given.customer.id)
    metadata = {"status": "requires_oauth", "link_session_id": "s"}
    report = {"id": "session-1:exit:1", "kind": "exit", "error": None, "metadata": metadata, "popup_blocked": True}
    attempt = given.desk.report(given.actor, opening.attempt_id, report, {})
    assert attempt.problem is not None
    assert "pop-up" in attempt.problem.what


def test_a_token_that_came_just_now_and_is_spent_may_have_been_exchanged_by_a_repeating_proxy(
    given: DeskFixture,
) -> None:
    given.plaid.before["exchange"] = [refused("INVALID_PUBLIC_TOKEN")]
    attempt = given.link()
    assert attempt.state is AttemptState.UNKNOWN, "a token may exist that nobody holds: a person has to see it"
    assert attempt.problem is not None
    assert "used already" in attempt.problem.what
    assert attempt.id in {one.id for one in given.desk.attention(given.actor)}


def test_an_expired_link_cannot_be_resumed(given: DeskFixture) -> None:
    attempt = given.link(CHECKING, SAVINGS)
    assert attempt.state is AttemptState.CHOOSING
    given.clock.move(timedelta(minutes=31))
    given.plaid.before["exchange"] = [refused("INVALID_PUBLIC_TOKEN")]
    attempt = given.desk.choose(given.actor, attempt.id, CHECKING["id"])
    assert attempt.state is AttemptState.FAILED
    assert attempt.problem is not None
    assert attempt.problem.request_id == "req-no"
    assert not given.desk.can_resume(attempt)
    with pytest.raises(Refused):
        given.desk.resume(given.actor, attempt.id)


def test_stripe_not_connected_is_said_and_resumed_once_it_is(given: DeskFixture) -> None:
    given.plaid.before["make_stripe_token"] = [refused("INVALID_PRODUCT")]
    attempt = given.link()
    assert attempt.state is AttemptState.FAILED
    assert attempt.problem is not None
    assert "Stripe is not connected" in attempt.problem.what
    assert given.desk.can_resume(attempt)
    assert given.desk.resume(given.actor, attempt.id).state is AttemptState.AUTHORIZED
    assert given.plaid.calls["exchange"] == 1


def test_a_limit_leaves_the_attempt_where_it_stands(given: DeskFixture) -> None:
    given.plaid.before["exchange"] = [ProviderLimited("Slow down.", provider="plaid", code="RATE_LIMIT")]
    attempt = given.link()
    assert (attempt.state, attempt.working) == (AttemptState.RECEIVED, False)
    assert [one.id for one in given.desk.attention(given.actor)] == [attempt.id]
    assert given.desk.resume(given.actor, attempt.id).state is AttemptState.AUTHORIZED
    assert given.desk.attention(given.actor) == []


def test_an_exchange_that_never_left_is_made_later(given: DeskFixture) -> None:
    given.plaid.before["exchange"] = [lost(maybe_done=False)]
    attempt = given.link()
    assert attempt.state is AttemptState.RECEIVED
    assert given.desk.resume(given.actor, attempt.id).state is AttemptState.AUTHORIZED


def test_an_exchange_whose_answer_is_lost_is_unknown(given: DeskFixture) -> None:
    given.plaid.after["exchange"] = [lost()]
    attempt = given.link()
    assert attempt.state is AttemptState.UNKNOWN
    assert attempt.problem is not None
    assert "lost" in attempt.problem.what
    assert given.plaid.calls["exchange"] == 1
    assert [one.id for one in given.desk.attention(given.actor)] == [attempt.id]


def test_an_exchange_that_plaid_never_got_is_made_where_the_session_is_kept(given: DeskFixture) -> None:
    given.plaid.keep_session("public-sandbox-1")
    given.plaid.before["exchange"] = [lost()]
    assert given.link().state is AttemptState.AUTHORIZED
    assert given.plaid.spent == ["public-sandbox-1"]


def test_a_token_that_was_spent_with_its_answer_lost_is_unknown(given: DeskFixture) -> None:
    given.plaid.keep_session("public-sandbox-1")
    given.plaid.after["exchange"] = [lost()]
    attempt = given.link()
    assert attempt.state is AttemptState.UNKNOWN
    assert given.plaid.spent == ["public-sandbox-1"]


@pytest.mark.parametrize(
    "report",
    [
        {},
        {"id": "x", "kind": "success"},
        {"id": "outcome-1", "kind": "done"},
        {"id": "outcome-1", "kind": "success"},
        {"id": "outcome-1", "kind": "success", "public_token": "x" * 1000},
        {"id": "outcome-1", "kind": "success", "public_token": "p", "metadata": []},
        {"id": "outcome-1", "kind": "success", "public_token": "p", "metadata": {"accounts": "all"}},
        {"id": "outcome-1", "kind": "success", "public_token": "p", "metadata": {"accounts": [{"id": "a"}]}},
        {"id": "outcome-1", "kind": "success", "public_token": "p", "metadata": {"accounts": [CHECKING] * 51}},
        {"id": "outcome-1", "kind": "success", "public_token": "p", "metadata": {"accounts": [CHECKING, CHECKING]}},
        {"id": "outcome-1", "kind": "exit", "metadata": {"status": 7}},
        "success",
        None,
    ],
)
def test_a_report_that_link_would_not_give_is_refused(given: DeskFixture, report: Any) -> None:
    opening = given.desk.open(given.actor, given.customer.id)
    with pytest.raises(InputError):
        given.desk.report(given.actor, opening.attempt_id, report, {})
    assert given.desk.get(given.actor, opening.attempt_id).state is AttemptState.OPENED
    assert given.plaid.calls["exchange"] == 0


def test_what_the_browser_sends_is_kept_within_bounds_and_without_tokens(given: DeskFixture) -> None:
    opening = given.desk.open(given.actor, given.customer.id)
    outcome = given.outcome(public_token="public-sandbox-1", deep={"a": {"b": {"c": {"d": {"e": {"f": {"g": 1}}}}}}})
    outcome["events"] = [{"n": n, "public_token": "canary-token"} for n in range(1000)] + [{"big": ["x" * 400] * 40}]
    evidence = {
        "screen": "x" * 9000,
        "session_token": "canary-token",
        "nested": {"x": 1},
        **{str(n): n for n in range(99)},
    }
    attempt = given.desk.report(given.actor, opening.attempt_id, outcome, evidence)
    assert attempt.state is AttemptState.AUTHORIZED
    (kept,) = given.desk.events(given.actor, attempt.id)
    assert len(kept["events"]) == 200
    assert "too_large" in kept["events"][-1]
    work = given.store.attempts.work(attempt.id)
    assert work is not None
    assert "canary-token" not in f"{kept} {work.evidence}"
    assert "public-sandbox-1" not in str(kept)
    assert len(work.evidence["screen"]) == 500
