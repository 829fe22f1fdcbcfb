"""A desk of fakes with one customer, for tests of onboarding and debits."""

from __future__ import annotations

from typing import Any

from dashboard.access import demo_actor
from dashboard.clock import FixedClock
from dashboard.customers import Customers
from dashboard.debits import Debits
from dashboard.models import Customer, LinkAttempt
from dashboard.onboarding import Onboarding
from dashboard.removals import Removals, RemovalSteps
from dashboard.settings import Settings
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
        self.desk = Onboarding(
            self.store,
            self.plaid,
            self.stripe,  # type: ignore[arg-type]  # the fake has the methods that are used
            self.vault,
            self.clock,
            self.settings,
            InlineWorker(),
        )
        self.debits = Debits(
            self.store,
            self.plaid,
            self.stripe,  # type: ignore[arg-type]  # likewise
            self.clock,
            self.settings,
            InlineWorker(),
        )
        self.removal_steps = RemovalSteps(
            self.store,
            self.plaid,
            self.stripe,  # type: ignore[arg-type]  # likewise
            self.clock,
            InlineWorker(),
        )
        self.removals = Removals(self.store, self.removal_steps, self.clock)
        return self.desk

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
