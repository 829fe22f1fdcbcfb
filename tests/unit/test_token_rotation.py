"""Access tokens are changed one by one; a reply that is lost is found out about, and a lost token is never silent."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.connections.token_rotation import KIND, LOST, TokenStatus
from dashboard.domain.errors import AccessDenied, ProviderDenied, ProviderError
from dashboard.domain.jobs import Job, JobState, TryOutcome
from dashboard.domain.models import Actor, Ended, Generation, ItemState, Role, Secret
from dashboard.gateways.plaid_replies import ItemHealth
from dashboard.staff.access import demo_actor
from dashboard.store.connections.token_rotations import Rotation
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import FakePlaid, Killed, lost, refused

ADMIN = demo_actor("192.0.2.9")


class Tokens(FakePlaid):
    """A Plaid that knows which access tokens live."""

    def __init__(self) -> None:
        super().__init__()
        self.dead: set[Secret] = set()
        self.made = 0

    def item(self, access_token: Secret) -> ItemHealth:
        def effect() -> ItemHealth:
            if access_token in self.dead:
                raise refused("INVALID_ACCESS_TOKEN")
            return ItemHealth("item", None, None, None, None)

        return self.run("item", effect)

    def invalidate_access_token(self, access_token: Secret) -> Secret:
        def effect() -> Secret:
            self.dead.add(access_token)
            self.made += 1
            return Secret(f"access-sandbox-new-{self.made}")

        return self.run("invalidate", effect)


@pytest.fixture
def plaid(given: DeskFixture) -> Tokens:
    given.plaid = Tokens()
    given.restart()
    return given.plaid


@pytest.fixture
def item(given: DeskFixture, plaid: Tokens) -> str:
    return str(given.get(given.link()).item_id)


def state_of(given: DeskFixture, item: str) -> Rotation:
    found = given.store.token_rotations.get(item)
    assert found is not None
    return found


def job_of(given: DeskFixture, item: str) -> Job:
    job = given.store.jobs.find(KIND, item)
    assert job is not None
    return job


def no_key() -> ProviderError:
    return ProviderDenied("Wrong key.", provider="plaid", code="INVALID_API_KEYS", http_status=400)


def test_every_token_is_changed_for_a_new_one_that_works(given: DeskFixture, plaid: Tokens, item: str) -> None:
    old = given.store.items.access_token(item)
    assert given.tokens.rotate(ADMIN) == 1
    new = given.store.items.access_token(item)
    assert new != old and old in plaid.dead and new not in plaid.dead
    assert given.tokens.status(ADMIN) == TokenStatus(changeable=1, going_on=0, done=1, refused=0, lost=0)
    (row,) = (row for row in given.store.trail.read(item) if row.action == "item.token_changed")
    assert (row.actor, row.address) == (ADMIN.name, ADMIN.address)
    assert given.tokens.rotate(ADMIN) == 1, "and again another year"
    assert plaid.calls["invalidate"] == 2 and plaid.calls["item"] == 0, "a first call needs no look"


def test_a_row_says_sent_before_the_old_token_can_be_dead(given: DeskFixture, plaid: Tokens, item: str) -> None:
    seen: list[Rotation] = []
    plaid.meanwhile["invalidate"] = lambda: seen.append(state_of(given, item))
    given.tokens.rotate(ADMIN)
    assert seen == [Rotation.SENT]


def test_a_request_that_never_arrived_is_sent_again(given: DeskFixture, plaid: Tokens, item: str) -> None:
    plaid.before["invalidate"] = [lost()]
    given.tokens.rotate(ADMIN)
    assert state_of(given, item) is Rotation.SENT and given.tokens.status(ADMIN).going_on == 1
    problem = job_of(given, item).problem
    assert problem is not None and problem.code == "unreachable"
    assert given.jobs.run_due() == 0, "not at once"
    given.later(timedelta(minutes=2))
    assert state_of(given, item) is Rotation.DONE and plaid.calls["invalidate"] == 2
    assert given.store.items.access_token(item) not in plaid.dead
    tries = given.store.jobs.tries(job_of(given, item).id)
    assert [one.outcome for one in tries] == [TryOutcome.DOUBTFUL, TryOutcome.DONE], "each try is kept"


def test_a_reply_that_was_lost_for_good_asks_for_a_new_link_and_is_seen(
    given: DeskFixture, plaid: Tokens, item: str
) -> None:
    plaid.after["invalidate"] = [lost()]
    given.tokens.rotate(ADMIN)
    given.later(timedelta(minutes=2))
    ((job, found),) = given.tokens.lost(ADMIN)
    assert (job.state, job.problem, found.state) == (JobState.FAILED, LOST, ItemState.REVOKED)
    assert (job.ordered_by, job.ordered_from) == (ADMIN.name, ADMIN.address)
    assert state_of(given, item) is Rotation.LOST and given.tokens.status(ADMIN).lost == 1
    rows = given.store.trail.read(item)[:3]
    assert [row.action for row in rows] == ["item.health", "item.token_lost", "item.token_unknown"]
    assert {(row.actor, row.address) for row in rows} == {(ADMIN.name, ADMIN.address)}
    assert plaid.calls["invalidate"] == 1, "a dead token is not sent again"
    given.removals.remove(ADMIN, item, "linked anew")
    assert given.tokens.lost(ADMIN) == [], "until somebody has taken it down"


def test_a_request_that_plaid_takes_after_the_look_is_found_out_about(
    given: DeskFixture, plaid: Tokens, item: str
) -> None:
    plaid.before["invalidate"] = [lost(), refused("INVALID_ACCESS_TOKEN")]
    given.tokens.rotate(ADMIN)
    given.later(timedelta(minutes=2))
    assert state_of(given, item) is Rotation.LOST, "it was alive when it was looked at, and dead when it was sent"


def test_while_plaid_does_not_answer_nothing_is_concluded(given: DeskFixture, plaid: Tokens, item: str) -> None:
    plaid.after["invalidate"] = [lost()]
    plaid.before["item"] = [lost(maybe_done=False), no_key()]
    given.tokens.rotate(ADMIN)
    for _ in range(2):
        given.later(timedelta(minutes=2))
        assert state_of(given, item) is Rotation.SENT
        assert job_of(given, item).problem is not None
    given.later(timedelta(minutes=2))
    assert state_of(given, item) is Rotation.LOST


def test_a_no_leaves_the_token_as_it_was(given: DeskFixture, plaid: Tokens, item: str) -> None:
    old = given.store.items.access_token(item)
    plaid.before["invalidate"] = [refused("INTERNAL")]
    given.tokens.rotate(ADMIN)
    assert state_of(given, item) is Rotation.REFUSED and given.tokens.status(ADMIN).refused == 1
    assert given.store.items.access_token(item) == old and old not in plaid.dead
    assert given.store.trail.read(item)[0].action == "item.token_refused"


@pytest.mark.parametrize("error", [no_key(), lost(maybe_done=False)], ids=["wrong key", "outage"])
def test_a_wrong_key_or_an_outage_is_waited_out(given: DeskFixture, plaid: Tokens, item: str, error: Exception) -> None:
    plaid.before["invalidate"] = [error]
    given.tokens.rotate(ADMIN)
    assert state_of(given, item) is Rotation.WANTED and job_of(given, item).state is JobState.BLOCKED
    assert given.jobs.kinds[KIND].title(job_of(given, item)) == "New access token of First Platypus Bank"
    given.later(timedelta(minutes=2))
    assert state_of(given, item) is Rotation.DONE


def test_another_no_to_the_question_is_no_proof_that_the_token_is_dead(
    given: DeskFixture, plaid: Tokens, item: str
) -> None:
    plaid.after["invalidate"], plaid.before["item"] = [lost()], [refused("PRODUCT_NOT_READY")]
    given.tokens.rotate(ADMIN)
    given.later(timedelta(minutes=2))
    assert state_of(given, item) is Rotation.SENT, "nor that it works"
    assert job_of(given, item).state is JobState.UNKNOWN
    given.later(timedelta(minutes=2))
    assert state_of(given, item) is Rotation.LOST


@pytest.mark.parametrize("dies", ["before", "after"])
def test_after_a_restart_it_looks_before_it_acts(given: DeskFixture, plaid: Tokens, item: str, dies: str) -> None:
    getattr(plaid, dies)["invalidate"] = [Killed()]
    with pytest.raises(Killed):
        given.tokens.rotate(ADMIN)
    given.restart()
    given.later(timedelta(minutes=4))
    assert plaid.calls["item"] == 1
    assert state_of(given, item) is (Rotation.DONE if dies == "before" else Rotation.LOST)
    alive = given.store.items.access_token(item) not in plaid.dead
    assert alive == (given.tokens.lost(ADMIN) == []), "a token that works, or a word that it is lost"


def test_a_copy_of_the_file_that_another_process_opens_looks_before_it_acts(
    given: DeskFixture, plaid: Tokens, item: str
) -> None:
    plaid.before["invalidate"] = [no_key()]
    given.tokens.rotate(ADMIN)
    assert job_of(given, item).step == "send", "the copy was taken before anything was sent"
    plaid.dead.add(given.store.items.access_token(item))  # and the original has gone on since
    given.restart()
    given.later(timedelta(minutes=2))
    assert plaid.calls["invalidate"] == 1
    assert state_of(given, item) is Rotation.LOST and len(given.tokens.lost(ADMIN)) == 1


def test_a_connection_that_goes_meanwhile_is_left_alone(given: DeskFixture, plaid: Tokens, item: str) -> None:
    plaid.before["invalidate"] = [no_key()]
    given.tokens.rotate(ADMIN)
    assert given.tokens.rotate(ADMIN) == 0, "it is being changed already"
    given.removals.remove(ADMIN, item, "closed")
    given.later(timedelta(minutes=2))
    assert state_of(given, item) is Rotation.REFUSED and plaid.calls["invalidate"] == 1
    assert given.tokens.rotate(ADMIN) == 0, "and is no candidate any more"


def test_a_token_lost_while_its_connection_goes_does_not_bring_it_back(
    given: DeskFixture, plaid: Tokens, item: str
) -> None:
    plaid.after["invalidate"] = [lost()]
    given.tokens.rotate(ADMIN)
    with given.store.transaction():
        given.removal_steps.begin(ADMIN, item, Ended.REMOVED)
    plaid.before["remove_item"] = [lost(maybe_done=False)]
    given.later(timedelta(minutes=2))
    assert state_of(given, item) is Rotation.LOST
    assert given.store.items.get(item).state is ItemState.REMOVING  # type: ignore[union-attr]  # it is there


@pytest.mark.parametrize("call", ["invalidate", "item"])
def test_who_lost_the_lease_while_asking_concludes_nothing(
    given: DeskFixture, plaid: Tokens, item: str, call: str
) -> None:
    def lose() -> None:
        given.store.database.handle.execute("UPDATE job SET lease_owner = 'elsewhere/1/x/y'")

    if call == "item":
        plaid.after["invalidate"] = [lost()]
        given.tokens.rotate(ADMIN)
    plaid.meanwhile[call] = lose
    (given.later if call == "item" else begin(given))(timedelta(minutes=2))
    assert state_of(given, item) is Rotation.SENT and given.tokens.lost(ADMIN) == []
    given.later(timedelta(minutes=4))
    assert state_of(given, item) is Rotation.LOST, "whoever has it next finds out"
    assert plaid.calls["invalidate"] == 1


def begin(given: DeskFixture) -> Callable[[timedelta], object]:
    return lambda _: given.tokens.rotate(ADMIN)


def test_what_has_ended_stays_ended(given: DeskFixture, plaid: Tokens, item: str) -> None:
    plaid.before["invalidate"] = [no_key()]
    given.tokens.rotate(ADMIN)
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        given.store.database.handle.execute("UPDATE token_rotation SET state = 'nonsense'")
    given.later(timedelta(minutes=2))
    for state in (Rotation.SENT, Rotation.LOST):
        with pytest.raises(sqlite3.IntegrityError, match="stays ended"):
            given.store.token_rotations.set_state(item, state)


def test_only_an_administrator_who_has_just_proved_it_changes_tokens(given: DeskFixture) -> None:
    with pytest.raises(AccessDenied):
        given.tokens.rotate(replace(ADMIN, proved_until=None))
    with pytest.raises(AccessDenied):
        given.tokens.rotate(Actor("fay", frozenset({Role.FINANCE})))


def test_the_classic_generation_has_no_such_call(classic: DeskFixture) -> None:
    opening = classic.desk.open(classic.actor, classic.customer.id)
    outcome = classic.outcome(account_id="acc-1")
    classic.desk.report(classic.actor, opening.attempt_id, outcome, {})
    assert classic.plaid.generation is Generation.CLASSIC and classic.store.items.list()
    assert classic.tokens.rotate(ADMIN) == 0
