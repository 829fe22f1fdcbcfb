"""What is known before a debit: the bank's balance or, by PLAID_RISK, what Signal says; and whether that is enough."""

from __future__ import annotations

import logging

from dashboard.accounts.item_state import ItemStateRecorder
from dashboard.debits.checks import check_balance
from dashboard.debits.preview import OwnDebits
from dashboard.debits.risk import RiskGate
from dashboard.domain.clock import Clock
from dashboard.domain.errors import ProviderError
from dashboard.domain.models import Actor, Balance, BankAccount
from dashboard.gateways.link_provider import LinkProvider
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.jobs import Jobs
from dashboard.messages.problems import explained
from dashboard.settings import Settings
from dashboard.store import Store

log = logging.getLogger(__name__)


class Funds:
    """Asks, and judges the answer. Whoever calls it has asked whether the person may."""

    def __init__(
        self,
        store: Store,
        plaid: LinkProvider,
        stripe: PaymentProvider,
        clock: Clock,
        settings: Settings,
        jobs: Jobs,
    ) -> None:
        self._store, self._plaid, self._stripe, self._clock = store, plaid, stripe, clock
        self._recorder = ItemStateRecorder(store, clock)
        self.risk = RiskGate(store, plaid, clock, settings, jobs)
        self.own = OwnDebits(store, clock, settings.timezone, settings.debit_rules.same_days)

    def balance(self, by: Actor, account: BankAccount) -> Balance:
        """What the bank says now; takes up to 30 s. Raises ProviderError, Refused for a removed connection."""
        token = self._store.items.access_token(account.item_id)
        self._store.bank_data.count_call("balance", self._clock.now())
        self.hear_stripe()
        with explained(), self._recorder.recording(by, account.item_id):
            found = self._plaid.balance(token, account.plaid_account_id)
        self._recorder.record_working(by, account.item_id)
        now = self._clock.now()
        balance = Balance(found.available_cents, found.current_cents, found.currency, now)
        with self._store.transaction():
            self._store.bank_data.keep_balance(account, balance)
            private = self._store.private.seal(account.customer_id, {"available_cents": balance.available_cents})
            facts = {"customer": account.customer_id, "currency": found.currency}
            self._store.trail.append(by, "balance.read", account.id, now, private=private, **facts)
        return balance

    def ask(self, by: Actor, account: BankAccount, amount_cents: int) -> Balance:
        """The balance or, by PLAID_RISK, the risk of a debit of this amount; as `balance` and `RiskGate.assess`."""
        if not self.risk.is_on:
            return self.balance(by, account)
        self.hear_stripe()
        return self.risk.assess(by, account, amount_cents)

    def check(
        self,
        balance: Balance,
        amount_cents: int,
        accept_unknown: bool,
        account_id: str,
        *,
        without: str = "",
        looked: bool,
    ) -> None:
        """Nothing where it is enough for this debit. Raises Refused. `without` is a debit that is not counted."""
        left = self.own.left(balance, account_id, without=without)
        if self.risk.is_on:
            self.risk.require(balance, left, amount_cents, account_id, looked=looked)
        else:
            check_balance(balance, left, amount_cents, accept_unknown, self._clock.now())

    def hear_stripe(self) -> None:
        """Learn Stripe's time before an order, so that its age can be judged by it too; an order can do without."""
        if self._stripe.time() is None:
            try:
                self._stripe.server_time()
            except ProviderError as error:
                log.info("Stripe's time is not known (%s).", error.code)
