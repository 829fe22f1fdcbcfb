"""A running sandbox for tests: its address and keys, its clock, and short ways to a linked customer and a debit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests
import stripe
from starlette.middleware import Middleware

from dashboard.sandbox import server, tokens

stripe.enable_telemetry = False

ONLINE = {"type": "online", "accepted_at": 1, "online": {"ip_address": "192.0.2.7", "user_agent": "pytest"}}
OFFLINE = {"type": "offline"}


class Sandbox:
    """One sandbox that serves from a thread; `client` is the official Stripe client without retries."""

    def __init__(
        self, folder: Path, *, history: bool = False, rate_limit: int | None = None, outside: Sequence[Middleware] = ()
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._running = server.start_in_thread(
            folder / "sandbox.db", history_wanted=history, rate_limit=rate_limit, payments=None, outside=outside
        )
        self.state = self._running.state
        self.url = self._running.url
        self.keys = self._running.keys
        self.client = self.connect()
        self.http = requests.Session()
        self.http.trust_env = False

    def connect(self, key: str | None = None) -> stripe.StripeClient:
        return stripe.StripeClient(
            key or self.keys["stripe"]["secret_key"], base_addresses={"api": self.url}, max_network_retries=0
        )

    def control(self, method: str, path: str, /, **body: Any) -> dict[str, Any]:
        response = self.http.request(method, f"{self.url}/_sandbox{path}", json=body or None, timeout=30)
        answer: dict[str, Any] = response.json()
        if response.status_code != 200:
            raise ValueError(answer["error"])
        return answer

    def advance(self, business_days: int = 1) -> dict[str, Any]:
        return self.control("POST", "/clock/advance", business_days=business_days)

    def choose(self, outcome: str, bank_account: str | None = None, payment_intent: str | None = None) -> None:
        self.control("POST", "/outcome", outcome=outcome, bank_account=bank_account, payment_intent=payment_intent)

    def fault(self, **fault: Any) -> None:
        self.control("POST", "/faults", **fault)

    def token(self, number: str = tokens.TEST_ACCOUNT_NUMBER) -> str:
        """A token as Plaid's processor call gives it."""
        return tokens.mint_bank_token(self.state, account_number=number, holder_name="Jenny Rosen", source="plaid")

    def link(self, number: str = tokens.TEST_ACCOUNT_NUMBER, *, mandate: bool = True) -> tuple[str, str]:
        """A new customer with a verified bank account and (if wanted) a mandate: their ids."""
        customer = self.client.v1.customers.create({"name": "Jenny Rosen", "email": "jenny@example.com"})
        account = self.client.v1.customers.payment_sources.create(customer.id, {"source": self.token(number)})
        if mandate:
            params: Any = {
                "customer": customer.id,
                "payment_method": account.id,
                "allowed_payment_method_types": ["us_bank_account"],
                "confirm": True,
                "mandate_data": {"customer_acceptance": ONLINE},
            }
            self.client.v1.setup_intents.create(params)
        return customer.id, account.id

    def debit(self, customer: str, account: str, amount: int = 1099, **more: Any) -> stripe.PaymentIntent:
        params: Any = {
            "amount": amount,
            "currency": "usd",
            "customer": customer,
            "payment_method": account,
            "allowed_payment_method_types": ["us_bank_account"],
            "confirm": True,
            **more,
        }
        return self.client.v1.payment_intents.create(params)

    def stop(self) -> None:
        self.http.close()
        self._running.stop()
