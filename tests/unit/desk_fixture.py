"""A desk of fakes with one customer, for tests of linking and debits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from dashboard.accounts.shared import SharedAccounts
from dashboard.approvals import Approvals
from dashboard.batches import Batches
from dashboard.batches.cover import BatchCover, BatchCoverKind
from dashboard.batches.job import BatchKind
from dashboard.batches.review import BatchReview
from dashboard.cases import Cases
from dashboard.cases.presenting_again import PresentingAgain
from dashboard.cases.write_off import WriteOffKind, WriteOffReview
from dashboard.connections.health import HealthWatch
from dashboard.connections.removal import Removals, RemovalSteps
from dashboard.connections.removal_job import RemovalKind
from dashboard.connections.token_rotation import PlaidTokens, TokenRotationKind
from dashboard.customers import Customers
from dashboard.customers.stripe_updates import CustomerUpdateKind, StripeUpdates
from dashboard.debits import Debits
from dashboard.debits.funds import Funds
from dashboard.debits.job import DebitKind
from dashboard.debits.review import DebitReview
from dashboard.debits.risk_report import RiskReportKind
from dashboard.debits.strays import StrayKind
from dashboard.domain.clock import FixedClock
from dashboard.domain.models import Customer, LinkAttempt
from dashboard.gateways.mail import Mailer
from dashboard.jobs import Jobs
from dashboard.jobs.worker import InlineWorker
from dashboard.linking import Linking
from dashboard.linking.job import LinkKind
from dashboard.mandates import Mandates
from dashboard.mandates.copy_mail import CopyMailKind
from dashboard.mandates.old_accounts import OldAccountLists, OldAccounts
from dashboard.mandates.written import WrittenMandateKind, WrittenMandates
from dashboard.privacy.erasure import Erasures
from dashboard.privacy.erasure_job import ErasureKind
from dashboard.refunds import RefundReview, Refunds
from dashboard.refunds.job import RefundKind
from dashboard.schedules import Schedules
from dashboard.schedules.notice_mail import DebitNoticeKind, DebitNotices
from dashboard.settings import Settings
from dashboard.staff.access import demo_actor
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from tests.unit.fakes import CHECKING, FakePlaid, FakeStripe


class DeskFixture:
    """Everything that linking and debits touch, in one process that can be started anew."""

    def __init__(self, store: Store, clock: FixedClock, vault: Vault, settings: Settings) -> None:
        self.store, self.clock, self.vault, self.settings = store, clock, vault, settings
        self.actor = demo_actor("192.0.2.1")
        self.plaid, self.stripe = FakePlaid(settings.generation), FakeStripe(clock)
        self.customer = self.add_customer("Jenny Rosen", "jenny@example.com", "C-1")
        self.mailer: Mailer | None = None
        self.processes = 0
        self.on_ready: Callable[[LinkAttempt], object] = self.finish
        self.desk = self.restart()
        self.reported = 0

    def add_customer(self, name: str, email: str, reference: str) -> Customer:
        return Customers(self.store, self.clock).add(self.actor, name, email, reference)

    def restart(self) -> Linking:
        """A new process over the same database."""
        self.processes += 1
        self.jobs = Jobs(self.store, self.clock, InlineWorker(), process=f"process-{self.processes}")
        self.funds = Funds(self.store, self.plaid, self.stripe, self.clock, self.settings, self.jobs)
        self.jobs.register(
            DebitKind(self.store, self.stripe, self.clock, self.settings, self.funds),
            StrayKind(self.stripe),
            RefundKind(self.store, self.stripe, self.clock, self.settings),
            WriteOffKind(self.store, self.clock, self.settings),
            RiskReportKind(self.store, self.plaid, self.clock),
            CustomerUpdateKind(self.store, self.stripe),
            RemovalKind(self.store, self.plaid, self.stripe, self.clock),
            TokenRotationKind(self.store, self.plaid, self.clock),
            WrittenMandateKind(self.store, self.stripe, self.clock, self.settings),
            DebitNoticeKind(self.store, self.mailer, self.clock, self.settings),
            CopyMailKind(
                self.store,
                Mandates(self.store, self.clock, self.settings),
                self.mailer,
                self.clock,
                self.settings,
            ),
        )
        self.jobs.register(
            LinkKind(
                self.store,
                self.plaid,
                self.stripe,
                self.clock,
                self.settings,
                self.jobs,
                InlineWorker(),
                self.on_ready,
            )
        )
        self.removal_steps = RemovalSteps(self.store, self.clock, self.jobs)
        self.updates = StripeUpdates(self.store, self.jobs)
        self.jobs.register(ErasureKind(self.store, self.stripe, self.removal_steps, self.updates, self.clock))
        self.erasures = Erasures(self.store, self.removal_steps, self.clock, self.jobs)
        self.desk = Linking(
            self.store,
            self.plaid,
            self.stripe,
            self.clock,
            self.settings,
            self.jobs,
        )
        self.tokens = PlaidTokens(self.store, self.clock, self.jobs)
        self.debits = Debits(
            self.store,
            self.plaid,
            self.stripe,
            self.clock,
            self.settings,
            self.jobs,
        )
        self.jobs.register(
            BatchKind(self.store, self.clock, self.settings, self.jobs, self.debits, self.funds),
            BatchCoverKind(self.store, self.clock, self.funds),
        )
        self.batches = Batches(self.store, self.clock, self.settings, self.jobs, self.debits)
        self.debit_notices = DebitNotices(self.store, self.clock, self.settings, self.jobs)
        self.batch_cover = BatchCover(self.store, self.clock, self.jobs, self.funds)
        self.schedules = Schedules(self.store, self.clock, self.settings, self.jobs, self.debits)
        review = DebitReview(self.store, self.stripe, self.clock, self.settings)
        self.refunds = Refunds(self.store, self.clock, self.settings, self.jobs)
        refunds = RefundReview(self.store, self.refunds)
        self.cases = Cases(self.store, self.clock, self.settings, self.jobs)
        self.presenting_again = PresentingAgain(self.store, self.clock, self.settings, self.debits)
        reviewed = (review, refunds, WriteOffReview(self.store), BatchReview(self.store, self.clock, self.settings))
        self.approvals = Approvals(self.store, self.jobs, self.clock, self.settings, *reviewed)
        self.shared = SharedAccounts(self.store, self.clock, self.settings)
        self.health = HealthWatch(
            self.store,
            self.plaid,
            self.stripe,
            self.desk,
            self.shared,
            self.clock,
            self.settings,
        )
        customers = Customers(self.store, self.clock, self.updates)
        self.old_account_lists = OldAccountLists(self.store, self.clock)
        self.old_accounts = OldAccounts(self.store, self.stripe, self.clock, self.old_account_lists, customers)
        self.written_mandates = WrittenMandates(self.store, self.clock, self.settings, self.jobs)
        self.removals = Removals(self.store, self.removal_steps, self.clock, self.jobs)
        return self.desk

    def later(self, by: timedelta = timedelta(seconds=10)) -> None:
        """Time passes, and what is due by then is gone on with."""
        self.clock.move(by)
        self.schedules.wake_due()
        self.batches.wake_due()
        self.jobs.run_due()

    def finish(self, attempt: LinkAttempt) -> None:
        self.removal_steps.replace_requested()
        self.shared.compare(str(attempt.bank_account_id))

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
