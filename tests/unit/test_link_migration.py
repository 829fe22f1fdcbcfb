"""Link attempts that the first version left in every state go on as jobs to their end; nothing is made twice."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.jobs import JobState
from dashboard.domain.models import AttemptState, Secret
from dashboard.linking import DuplicateAnswer
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from tests.unit.desk_fixture import DeskFixture

DATA = Path(__file__).parents[1] / "data"
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="  # the test key under which the file was written
MADE = datetime(2026, 11, 24, 15, tzinfo=UTC)
AUTHORIZED, RECEIVED, FAILED = AttemptState.AUTHORIZED, AttemptState.RECEIVED, AttemptState.FAILED

# Each attempt by name: its state and its job's right after the migration, and its state in the end.
FOUND: dict[str, tuple[AttemptState, str, JobState | None, AttemptState]] = {
    "opened": (AttemptState.OPENED, "", None, AttemptState.OPENED),
    "exited": (AttemptState.EXITED, "", None, AttemptState.EXITED),
    "choosing": (AttemptState.CHOOSING, "exchange", JobState.ASKING, AUTHORIZED),
    "choosing_later": (AttemptState.CHOOSING, "tokenize", JobState.ASKING, AUTHORIZED),
    "limited": (RECEIVED, "exchange", JobState.WAITING, AUTHORIZED),
    "claimed": (RECEIVED, "exchange", JobState.WAITING, AUTHORIZED),
    "killed_in_exchange": (RECEIVED, "exchange", JobState.WAITING, AttemptState.UNKNOWN),
    "authorized": (AUTHORIZED, "", None, AUTHORIZED),
    "duplicate": (RECEIVED, "exchange", JobState.ASKING, AUTHORIZED),
    "exchanged": (AttemptState.EXCHANGED, "tokenize", JobState.WAITING, AUTHORIZED),
    "killed_in_token": (AttemptState.EXCHANGED, "tokenize", JobState.WAITING, AUTHORIZED),
    "tokenized": (AttemptState.TOKENIZED, "customer", JobState.WAITING, AUTHORIZED),
    "killed_in_customer": (AttemptState.TOKENIZED, "customer", JobState.WAITING, AUTHORIZED),
    "same_email": (AttemptState.TOKENIZED, "customer", JobState.ASKING, AUTHORIZED),
    "customer": (AttemptState.CUSTOMER, "attach", JobState.WAITING, AUTHORIZED),
    "killed_in_attach": (AttemptState.CUSTOMER, "attach", JobState.WAITING, AUTHORIZED),
    "attached": (AttemptState.ATTACHED, "authorize", JobState.WAITING, AUTHORIZED),
    "killed_in_mandate": (AttemptState.ATTACHED, "authorize", JobState.WAITING, AUTHORIZED),
    "resumable": (FAILED, "tokenize", JobState.FAILED, AUTHORIZED),
    "failed": (FAILED, "exchange", JobState.FAILED, FAILED),
    "unknown": (AttemptState.UNKNOWN, "exchange", JobState.FAILED, AttemptState.UNKNOWN),
    "authorized_2": (AUTHORIZED, "", None, AUTHORIZED),
    "relink": (RECEIVED, "check", JobState.WAITING, AUTHORIZED),
    "authorized_3": (AUTHORIZED, "", None, AUTHORIZED),
    "renewal": (AttemptState.ATTACHED, "authorize", JobState.WAITING, AUTHORIZED),
}


@pytest.fixture
def providers() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / "first_version_links.json").read_text())
    return found


@pytest.fixture
def old(tmp_path: Path, make_settings: Callable[..., Settings], providers: dict[str, Any]) -> DeskFixture:
    """A desk of today over the first version's file, with providers as that version left them."""
    path = tmp_path / "first.db"
    file = sqlite3.connect(path)
    file.executescript((DATA / "first_version_links.sql").read_text())
    file.close()
    clock, vault = FixedClock(MADE), Vault([Secret(KEY)])
    given = DeskFixture(Store.open(path, vault, clock), clock, vault, make_settings(ACH_DESK_KEY=KEY))
    given.stripe.customers, given.stripe.sources = providers["customers"], providers["sources"]
    given.stripe.setup_intents = providers["setup_intents"]
    given.stripe.used_tokens = set(providers["used_tokens"])
    given.stripe.detached = ["ba_of_before"] * 20  # new ids are counted on from here
    given.plaid.spent, given.plaid.bank_tokens = providers["spent"], providers["bank_tokens"]
    return given


def states(given: DeskFixture, names: dict[str, str]) -> dict[str, AttemptState]:
    return {name: given.desk.get(given.actor, id).state for name, id in names.items()}


def test_every_attempt_is_what_it_was_and_has_the_job_that_goes_on_with_it(
    old: DeskFixture, providers: dict[str, Any]
) -> None:
    for name, id in providers["names"].items():
        state, step, job_state, _ = FOUND[name]
        job = old.store.jobs.find("link", id)
        found = (old.desk.get(old.actor, id).state, job.step if job else "", job.state if job else None)
        assert found == (state, step, job_state), name
        assert job is None or (job.ordered_by, job.ordered_from) == ("demo", "192.0.2.1")
    assert old.store.database.check_integrity() == []
    assert old.store.trail.verify() == []


def test_every_attempt_comes_to_its_end_and_nothing_is_made_twice(old: DeskFixture, providers: dict[str, Any]) -> None:
    names = providers["names"]
    old.later(timedelta(minutes=5))
    old.desk.choose(old.actor, names["choosing"], "acc-1")
    old.desk.choose(old.actor, names["choosing_later"], "acc-1")
    old.desk.answer_duplicate(old.actor, names["duplicate"], DuplicateAnswer.BESIDE)
    old.desk.adopt(old.actor, old.desk.get(old.actor, names["same_email"]).customer_id, "cus_old")
    assert old.desk.can_resume(old.desk.get(old.actor, names["resumable"]))
    assert not old.desk.can_resume(old.desk.get(old.actor, names["failed"]))
    old.desk.resume(old.actor, names["resumable"])
    for _ in range(4):
        old.later(timedelta(minutes=5))
    assert states(old, names) == {name: end for name, (_, _, _, end) in FOUND.items()}
    tags = Counter(one.get("metadata", {}).get("ach_desk_customer") for one in old.stripe.customers.values())
    assert {tag: count for tag, count in tags.items() if tag and count > 1} == {}
    assert [id for id, owned in old.stripe.sources.items() if len(owned) != 1] == []
    intents = Counter(one["metadata"]["ach_desk_link"] for one in old.stripe.setup_intents)
    assert {tag: count for tag, count in intents.items() if count > 1} == {}
    assert len(old.plaid.spent) == len(set(old.plaid.spent))
    assert old.store.trail.verify() == []
    assert old.store.database.check_integrity() == []


def test_what_stripe_was_still_to_be_told_is_told_and_a_refusal_waits_for_a_person(
    old: DeskFixture, providers: dict[str, Any]
) -> None:
    told, refused = (
        old.desk.get(old.actor, providers["names"][name]).customer_id for name in ("authorized", "authorized_2")
    )
    waiting, no = old.updates.get(told), old.updates.get(refused)
    assert waiting and waiting.problem and not waiting.is_refused
    assert no and no.is_refused and no.problem and no.problem.code == "email_invalid"
    old.later(timedelta(minutes=5))
    assert old.updates.get(told) is None
    assert "Told Later" in {one["name"] for one in old.stripe.customers.values()}
    assert old.updates.get(refused) == no
