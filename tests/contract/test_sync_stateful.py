"""Whatever happens at Stripe, and whatever the network does to the replies, the table ends equal to Stripe's list."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dashboard.desk import Desk, open_desk
from dashboard.domain.errors import ProviderUnreachable
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.gateways.plaid_replies import Page
from dashboard.gateways.stripe import Stripe
from dashboard.jobs.worker import InlineWorker
from dashboard.settings import load_settings
from tests.contract.test_sync import kept, listed
from tests.empty_desks import settings_for
from tests.sandboxes import Sandbox

OUTCOMES = ["success", "insufficient_funds", "account_closed", "dispute", "debit_not_authorized"]


class Unsteady(Stripe):
    """The gateway over a bad network: replies are cut off, come twice, or bring events in disorder."""

    chance = random.Random(1)
    trouble = 0.0

    def page(self, resource: str, params: Mapping[str, Any], *, whole: bool = False) -> Page:
        found = super().page(resource, params, whole=whole)
        self._cut(resource)
        if self.chance.random() < self.trouble:
            found = super().page(resource, params, whole=whole)
        if resource == "events" and found.data and self.chance.random() < self.trouble:
            body = [*found.data[:-1], *found.data[: len(found.data) // 2]]
            self.chance.shuffle(body)
            found = Page([*body, found.data[-1]], found.has_more)
        return found

    def read(self, resource: str, id: str, expand: Sequence[str] = ()) -> dict[str, Any]:
        found = super().read(resource, id, expand)
        self._cut(resource)
        return found

    def _cut(self, resource: str) -> None:
        if self.chance.random() < self.trouble / 4:
            raise ProviderUnreachable(f"cut off ({resource})", maybe_done=False, provider="stripe", code="unreachable")


class Syncing(RuleBasedStateMachine):
    """Debits, outcomes, refunds and days in any order, with syncs that may break in between."""

    @initialize(seed=st.integers(0, 1_000), trouble=st.sampled_from([0.0, 0.2, 0.5]))
    def begin(self, seed: int, trouble: float) -> None:
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        self.sandbox = Sandbox(folder / "sandbox")
        ready = {"url": self.sandbox.url, "link_script": f"{self.sandbox.url}/link.js", **self.sandbox.keys}
        chosen = load_settings(settings_for(ready, {}, folder), None)
        self.stripe = Unsteady(chosen)
        self.stripe.chance, self.stripe.trouble = random.Random(seed), trouble
        self.desk: Desk = open_desk(chosen, worker=InlineWorker(), stripe=self.stripe)
        self.number = 0

    @rule(outcome=st.sampled_from(OUTCOMES), amount=st.integers(100, 90_000))
    def debit(self, outcome: str, amount: int) -> None:
        customer, account = self.sandbox.link()
        self.sandbox.choose(outcome, account)
        self.number += 1
        self.sandbox.debit(customer, account, amount=amount, metadata={"invoice_reference": f"N{self.number}"})

    @rule(share=st.integers(1, 4))
    def refund(self, share: int) -> None:
        charges = self.sandbox.client.v1.charges.list({"limit": 100}).data
        paid = [one for one in charges if one.status == "succeeded" and not one.amount_refunded and not one.disputed]
        if paid:
            self.sandbox.client.v1.refunds.create({"charge": paid[0].id, "amount": max(1, paid[0].amount // share)})

    @rule(days=st.integers(1, 4))
    def let_days_pass(self, days: int) -> None:
        self.sandbox.advance(days)
        self.desk.follow_sandbox()

    @rule()
    def let_a_month_pass(self) -> None:
        self.sandbox.advance(22)
        self.desk.follow_sandbox()

    @rule()
    def sync_over_the_bad_network(self) -> None:
        try:
            self.desk.sync.run()
        except ProviderUnreachable:
            return

    @rule()
    def sync_anew(self) -> None:
        try:
            self.desk.sync.run(full=True)
        except ProviderUnreachable:
            return

    @precondition(lambda self: hasattr(self, "desk"))
    @invariant()
    def a_good_sync_makes_every_row_equal(self) -> None:
        trouble, self.stripe.trouble = self.stripe.trouble, 0.0
        if self.stripe.chance.random() < 0.5:  # not after every step: what piles up must come out right as well
            self.desk.clock.follow(self.sandbox.state.clock.now() + timedelta(seconds=1))
            self.desk.sync.run()
            assert kept(self.desk) == listed(self.sandbox)
            rows = list(self.desk.store.payments.walk(PaymentFilter(), self.desk.payments.today()))
            sums = self.desk.store.payments.sums(PaymentFilter(), self.desk.payments.today())
            assert sums.count == len(rows)
            assert sum(sums.amounts.values()) == sum(row["amount"] for row in rows)
        self.stripe.trouble = trouble

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            self.desk.close()
            self.sandbox.stop()
            self._folder.cleanup()


TestSyncing = Syncing.TestCase
TestSyncing.settings = settings(
    max_examples=6, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
