"""A desk of fakes with one customer, for tests of onboarding and debits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dashboard.access import demo_actor
from dashboard.clock import FixedClock
from dashboard.customers import Customers
from dashboard.debits import Debits
from dashboard.health import HealthWatch
from dashboard.models import Customer, LinkAttempt
from dashboard.onboarding import Onboarding
from dashboard.removals import Removals, RemovalSteps
from dashboard.settings import Settings
from dashboard.shared_accounts import SharedAccounts
from dashboard.store.core import CoreStore
from dashboard.store.vault import Vault
from dashboard.worker import InlineWorker
from tests.unit.fakes import CHECKING, FakePlaid, FakeStripe


class World:
    """Everything that onboarding and debits touch, in one process that can be started anew."""

    def __init__(self, store: CoreStore, clock: FixedClock, vault: Vault, settings: Settings) -> None:
        self.store, self.clock, self.vault, self.settings = store, clock, vault, settings
        self.actor = demo_actor("192.0.2.1")
        self.plaid, self.stripe = FakePlaid(settings.generation), FakeStripe(clock)
        self.customer = self.add_customer("Jenny Rosen", "jenny@example.com", "C-1")
        self.desk = self.restart()
        self.reported = 0

    def add_customer(self, name: str, email: str, reference: str) -> Customer:
        return Customers(self.store, self.clock).add(self.actor, name, email, reference)

    def restart(self) -> Onboarding:
        """A new process over the same database."""
        self.removal_steps = RemovalSteps(
            self.store,
            self.plaid,
            self.stripe,  # type: ignore[arg-type]  # likewise
            self.clock,
            InlineWorker(),
        )
        self.desk = Onboarding(
            self.store,
            self.plaid,
            self.stripe,  # type: ignore[arg-type]  # the fake has the methods that are used
            self.vault,
            self.clock,
            self.settings,
            InlineWorker(),
            on_ready=self.finish,
        )
        self.debits = Debits(
            self.store,
            self.plaid,
            self.stripe,  # type: ignore[arg-type]  # likewise
            self.clock,
            self.settings,
            InlineWorker(),
        )
        self.shared = SharedAccounts(self.store, self.clock, self.settings)
        self.health = HealthWatch(
            self.store,
            self.plaid,
            self.stripe,  # type: ignore[arg-type]  # likewise
            self.desk,
            self.shared,
            self.clock,
            self.settings,
        )
        self.removals = Removals(self.store, self.removal_steps, self.clock)
        return self.desk

    def finish(self, attempt: LinkAttempt) -> None:
        self.removal_steps.replace_wanted()
        self.shared.look(str(attempt.bank_account_id))

    def shared_everywhere(self) -> None:
        """As in production, where a fingerprint is of one account."""
        self.shared = SharedAccounts(self.store, self.clock, replace(self.settings, plaid_env="production"))

    def outcome(self, *accounts: dict[str, Any], token: str = "public-sandbox-1", **more: Any) -> dict[str, Any]:
        self.reported += 1
        metadata = {
            "institution": {"name": "First Platypus Bank", "institution_id": "ins_1"},
            "accounts": list(accounts or [CHECKING]),
            "link_session_id": "session-1",
            **more,
        }
        return {
            "id": f"outcome-{self.reported:04}",
            "kind": "success",
            "public_token": token,
            "metadata": metadata,
            "events": [{"eventName": "OPEN"}, {"eventName": "HANDOFF"}],
        }

    def link(self, *accounts: dict[str, Any], token: str = "public-sandbox-1", **evidence: Any) -> LinkAttempt:
        opening = self.desk.open(self.actor, self.customer.id)
        return self.desk.report(self.actor, opening.attempt_id, self.outcome(*accounts, token=token), evidence)

    def get(self, attempt: LinkAttempt) -> LinkAttempt:
        return self.desk.get(self.actor, attempt.id)
