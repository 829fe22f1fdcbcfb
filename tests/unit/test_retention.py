"""What is past its retention period is deleted once a day, and nothing a day too early."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied
from dashboard.domain.models import Actor, Role
from dashboard.mandates import KEPT_AFTER_REVOCATION, Mandates
from dashboard.privacy.retention import BANK, EVIDENCE, LINK_TOKENS, RULES, VISITS, Retention, write_table
from dashboard.settings import Settings
from dashboard.staff.access import demo_actor
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from dashboard.store.privacy.retention import SWEEPS, RetentionTable
from dashboard.store.staff import Visit
from tests.empty_desks import open_store
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import refused

ADMIN = demo_actor()
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def full(tmp_path: Path, vault: Vault, clock: FixedClock) -> Store:
    return open_store(tmp_path / "desk.db", vault, clock)


CALLS = 3  # of one link: the Stripe customer, the bank account, the authorization


@pytest.fixture
def linked(full: Store, clock: FixedClock, vault: Vault, settings: Settings) -> DeskFixture:
    given = DeskFixture(full, clock, vault, settings)
    given.link(ip_address="192.0.2.55", user_agent="A browser")
    return given


@pytest.fixture
def retention(full: Store, clock: FixedClock, settings: Settings) -> Retention:
    return Retention(full, clock, settings.timezone)


def count(store: Store, table: str) -> int:
    return int(next(iter(store.database.handle.query(f"SELECT count(*) AS n FROM {table}")))["n"])


def test_an_authorization_is_kept_two_years_after_its_revocation_and_not_a_second_less(
    linked: DeskFixture, full: Store, retention: Retention, clock: FixedClock, settings: Settings
) -> None:
    account = full.accounts.list()[0]
    clock.move(timedelta(days=1000))
    assert retention.run(ADMIN)["mandates"] == 0 and len(full.mandates.list(account.id)) == 1, "it is in force"
    Mandates(full, clock, settings).revoke(ADMIN, account.id, "by phone, Jenny herself")
    clock.move(KEPT_AFTER_REVOCATION - SECOND)
    assert retention.run(ADMIN)["mandates"] == 0 and len(full.mandates.list(account.id)) == 1
    clock.move(SECOND)
    assert retention.run(ADMIN)["mandates"] == 1 and full.mandates.list(account.id) == []
    revoked = full.revocations.get(account.mandate_id)
    assert revoked is not None and "Jenny" not in revoked.reason, "that it was taken back stays: nothing may be debited"
    actions = [row.action for row in full.trail.read() if row.action.startswith("retention")][:2]
    assert actions == ["retention.run", "retention.mandates_deleted"] and full.trail.verify() == []


def test_what_goes_goes_in_batches_so_that_others_write_in_between(
    linked: DeskFixture, full: Store, retention: Retention, clock: FixedClock, settings: Settings
) -> None:
    full.retention = RetentionTable(full.database, batch=1)
    linked.customer = linked.add_customer("Ben", "ben@example.com", "C-2")
    linked.stripe.fingerprint = "fp-2"
    linked.link(token="public-sandbox-2")
    for account in full.accounts.list():
        Mandates(full, clock, settings).revoke(ADMIN, account.id, "by phone")
    clock.move(KEPT_AFTER_REVOCATION)
    taken = retention.run(ADMIN)
    assert (taken["mandates"], taken["evidence"]) == (2, 4 + 2 * CALLS) and count(full, "mandate") == 0


def test_an_attempts_evidence_goes_after_a_quarter_and_its_authorization_stays(
    linked: DeskFixture, full: Store, retention: Retention, clock: FixedClock
) -> None:
    attempt = full.attempts.recent()[0]
    clock.move(EVIDENCE)
    assert retention.run(ADMIN)["evidence"] == 0
    clock.move(SECOND)
    assert retention.run(ADMIN)["evidence"] == 2 + CALLS
    assert count(full, "job_call") == 0
    work = full.attempts.work(attempt.id)
    assert work is not None and work.evidence == {} and work.attempt.accounts == ()
    assert full.attempts.outcomes(attempt.id)[0]["events"] == []
    mandate = full.mandates.list(full.accounts.list()[0].id)[0]
    assert mandate.evidence["user_agent"] == "A browser" and mandate.text
    assert retention.run(ADMIN)["evidence"] == 0, "once is enough"


def test_an_attempt_that_can_go_on_keeps_its_evidence(
    linked: DeskFixture, retention: Retention, clock: FixedClock
) -> None:
    linked.customer = linked.add_customer("Ada", "ada@example.com", "C-2")
    linked.plaid.before["make_stripe_token"] = [refused("INVALID_PRODUCT")]
    attempt = linked.link(token="public-sandbox-2", user_agent="A browser")
    assert linked.desk.can_resume(attempt)
    clock.move(EVIDENCE + DAY)
    retention.run(ADMIN)
    work = linked.store.attempts.work(attempt.id)
    assert work is not None and work.evidence["user_agent"] == "A browser"


def test_tokens_that_open_nothing_any_more_go(
    linked: DeskFixture, full: Store, retention: Retention, clock: FixedClock
) -> None:
    assert full.attempts.work(full.attempts.recent()[0].id).link_token is not None  # type: ignore[union-attr]  # there
    clock.move(LINK_TOKENS + timedelta(hours=6))
    assert retention.run(ADMIN)["link_tokens"] == 1
    assert full.attempts.work(full.attempts.recent()[0].id).link_token is None  # type: ignore[union-attr]  # there


def test_visits_go_after_a_year_and_a_month(full: Store, retention: Retention, clock: FixedClock) -> None:
    full.people.begin_visit(Visit("v1", "ann", clock.now(), clock.now(), None))
    clock.move(VISITS)
    full.people.begin_visit(Visit("v2", "ann", clock.now(), clock.now(), None))
    assert retention.run(ADMIN)["visits"] == 0
    clock.move(SECOND)
    assert retention.run(ADMIN)["visits"] == 1 and count(full, "visit") == 1


def test_what_the_bank_said_goes_with_the_connection(
    linked: DeskFixture, full: Store, retention: Retention, clock: FixedClock
) -> None:
    account = full.accounts.list()[0]
    values = [account.id, account.customer_id, account.customer_id]
    with full.transaction() as db:
        db.execute("DELETE FROM bank_balance")
        db.execute("DELETE FROM bank_holder")
        db.execute("INSERT INTO bank_balance VALUES (?, ?, ?, 'sealed', 1)", values)
        db.execute(
            "INSERT INTO bank_transaction VALUES (?, 't', ?, 'a', '2026-11-01', ?, 'sealed')",
            [account.item_id, *values[1:]],
        )
    clock.move(timedelta(days=3))
    assert retention.run(ADMIN)["bank"] == 0
    linked.removals.remove(linked.actor, account.item_id, "Closed")
    clock.move(BANK + SECOND)
    assert retention.run(ADMIN)["bank"] == 2 and count(full, "bank_transaction") == 0


def test_it_runs_by_itself_once_a_business_day(full: Store, retention: Retention, clock: FixedClock) -> None:
    assert retention.last_run() is None and retention.run_daily() and not retention.run_daily()
    assert retention.last_run() == clock.now()
    clock.move(timedelta(hours=13))  # past midnight UTC, not yet in New York
    assert not retention.run_daily()
    clock.move(timedelta(hours=2))
    assert retention.run_daily()
    assert full.trail.read() == [], "a day on which nothing had to go leaves no row"


def test_only_an_administrator_runs_it_by_hand(retention: Retention) -> None:
    with pytest.raises(AccessDenied):
        retention.run(Actor("olga", frozenset({Role.OPS})))


def test_every_job_has_a_rule_that_says_why() -> None:
    jobs = {rule.job for rule in RULES if rule.job}
    assert jobs == {"mandates", *SWEEPS} and all(rule.why and rule.kept for rule in RULES)
    assert all(rule.age is not None for rule in RULES if rule.job)
    assert write_table().count("\n") == len(RULES) + 1
