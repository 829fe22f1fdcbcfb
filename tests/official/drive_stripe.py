"""Asks the sandbox of every Stripe endpoint that it serves, in every state that its objects can be in."""

from __future__ import annotations

from typing import Any

from dashboard.sandbox.stripe.outcomes import OUTCOMES
from tests.receivers import Receiver
from tests.sandboxes import OFFLINE, ONLINE, Sandbox

Body = dict[str, Any]
ACH: Body = {"allowed_payment_method_types": ["us_bank_account"]}
BANK: Body = {
    "country": "US",
    "currency": "usd",
    "routing_number": "110000000",
    "account_holder_name": "J",
    "account_holder_type": "individual",
}
RAW: Body = {"routing_number": "110000000", "account_number": "000123456789", "account_holder_type": "individual"}
ADDRESS: Body = {"line1": "1 Main", "city": "Rome", "country": "US"}
PAGED = ("charges", "payment_intents", "balance_transactions", "events")


def flatten(value: Any, name: str = "") -> list[tuple[str, str]]:
    """Nested values as Stripe's form pairs."""
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        return [pair for key, each in inner for pair in flatten(each, f"{name}[{key}]" if name else str(key))]
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    return [(name, "" if value is None else str(value))]


class StripeDriver:
    """Plain requests to `/v1` of one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.key = sandbox.keys["stripe"]["secret_key"]

    def ask(self, method: str, path: str, body: Body | None = None, **headers: str) -> Any:
        pairs = flatten(body or {})
        given = {"data": pairs} if method == "POST" else {"params": pairs}
        url = f"{self.sandbox.url}/v1/{path}"
        head = {"Authorization": f"Bearer {self.key}", **headers}
        return self.sandbox.http.request(method, url, headers=head, timeout=60, **given).json()  # type: ignore[arg-type]

    def get(self, path: str, **body: Any) -> Any:
        return self.ask("GET", path, body)

    def post(self, path: str, body: Body | None = None, **headers: str) -> Any:
        return self.ask("POST", path, body, **headers)

    def walk(self, path: str, **body: Any) -> list[Any]:
        """Every page of a list."""
        found: list[Any] = []
        while True:
            after = {"starting_after": found[-1]["id"]} if found else {}
            page = self.get(path, limit=100, **body, **after)
            found += page["data"]
            if not page["has_more"]:
                return found

    def account(self, number: str = "000123456789", **more: Any) -> tuple[str, str]:
        """A new customer with a verified account."""
        customer = self.post("customers", {"email": f"{number}@example.com", **more})["id"]
        token = self.post("tokens", {"bank_account": {**BANK, "account_number": number}})
        self.get(f"tokens/{token['id']}")
        account = self.post(f"customers/{customer}/sources", {"source": token["id"]})["id"]
        self.post(f"customers/{customer}/sources/{account}/verify", {"amounts": [32, 45]})
        return customer, account

    def debit(self, customer: str, account: str, amount: int = 2500, **more: Any) -> Any:
        """A debit in one step, with its mandate."""
        mandate = {"mandate_data": {"customer_acceptance": ONLINE}}
        given = {"amount": amount, "currency": "usd", "customer": customer, "payment_method": account, **ACH}
        return self.post("payment_intents", {**given, "confirm": True, **mandate, **more})


def drive(sandbox: Sandbox, receiver: Receiver) -> None:
    """All of it, once."""
    driver = StripeDriver(sandbox)
    endpoint = _merchant(driver, receiver)
    customer, account = _customers(driver)
    _methods(driver)
    _setups(driver, customer, account)
    _intents(driver, customer, account)
    _endings(driver)
    _refunds(driver)
    _payouts(driver)
    _read_all(driver)
    _refusals(driver, customer, account)
    driver.ask("DELETE", f"customers/{customer}/sources/{account}")
    driver.ask("DELETE", f"customers/{customer}")
    driver.get(f"customers/{customer}")
    driver.ask("DELETE", f"webhook_endpoints/{endpoint}")


def _merchant(driver: StripeDriver, receiver: Receiver) -> str:
    made = driver.post("webhook_endpoints", {"url": receiver.url, "enabled_events": ["*"], "metadata": {"a": "b"}})
    driver.get("webhook_endpoints")
    driver.get(f"webhook_endpoints/{made['id']}")
    own = driver.get("account")["id"]
    driver.get(f"accounts/{own}")
    driver.get("accounts/acct_1234567890123456")
    driver.get("balance")
    driver.get("balance_settings")
    for payouts in (
        {"schedule": {"interval": "weekly", "weekly_payout_days": ["friday"]}, "statement_descriptor": "ACME"},
        {"schedule": {"interval": "monthly", "monthly_payout_days": [1, 15]}},
        {"schedule": {"interval": "daily"}, "minimum_balance_by_currency": {"usd": 500}},
    ):
        driver.post("balance_settings", {"payments": {"payouts": payouts, "debit_negative_balances": True}})
    return str(made["id"])


def _customers(driver: StripeDriver) -> tuple[str, str]:
    told = {"name": "Jenny", "email": "jenny@example.com", "phone": "+14155550123", "address": ADDRESS}
    customer = driver.post("customers", {**told, "shipping": {"name": "J", "address": ADDRESS}})["id"]
    driver.post(f"customers/{customer}", {"email": "jenny2@example.com", "metadata": {"k": "v"}, "address": ""})
    driver.get("customers", limit=2, created={"gte": 1})
    driver.get("customers", email="jenny2@example.com")
    source = f"customers/{customer}/sources"
    account = driver.post(source, {"source": driver.sandbox.token(), "metadata": {"a": "b"}})["id"]
    driver.post(f"{source}/{account}", {"account_holder_name": "J R", "account_holder_type": "company"})
    for path in (source, f"{source}/{account}", f"customers/{customer}/payment_methods", "payment_methods"):
        driver.get(path, **({"customer": customer} if path == "payment_methods" else {}))
    driver.get(f"customers/{customer}/payment_methods/{account}")
    driver.get(f"payment_methods/{account}", expand=["customer"])
    driver.get(f"customers/{customer}", expand=["default_source", "sources", "subscriptions", "tax_ids"])
    return customer, account


def _methods(driver: StripeDriver) -> None:
    made = {"type": "us_bank_account", "us_bank_account": RAW, "billing_details": {"name": "J", "email": "j@x.test"}}
    method = driver.post("payment_methods", made)["id"]
    customer = driver.post("customers", {"email": "other@example.com"})["id"]
    mandate = {"mandate_data": {"customer_acceptance": ONLINE}}
    setup = driver.post(
        "setup_intents", {"customer": customer, "payment_method": method, **ACH, "confirm": True, **mandate}
    )
    driver.get(f"setup_intents/{setup['id']}", expand=["payment_method", "customer"])
    driver.post(f"setup_intents/{setup['id']}/verify_microdeposits", {"descriptor_code": "SM11AA"})
    driver.post(f"payment_methods/{method}", {"metadata": {"q": "r"}, "billing_details": {"email": "new@x.test"}})
    driver.post(f"payment_methods/{method}/detach")
    driver.post("payment_methods/pm_usBankAccount_success/attach", {"customer": customer})
    data = {"payment_method_data": made, "setup_future_usage": "off_session"}
    given = {"amount": 700, "currency": "usd", "customer": customer, **ACH, **data, "confirm": True, **mandate}
    intent = driver.post("payment_intents", given)
    driver.post(f"payment_intents/{intent['id']}/verify_microdeposits", {"descriptor_code": "SM44DD"})
    driver.post(f"payment_intents/{intent['id']}/verify_microdeposits", {"descriptor_code": "SM11AA"})
    driver.post(f"payment_methods/{method}/detach")


def _setups(driver: StripeDriver, customer: str, account: str) -> None:
    paper = {"us_bank_account": {"mandate_options": {"collection_method": "paper"}}}
    first = driver.post("setup_intents", {"customer": customer, **ACH, "description": "x", "metadata": {"a": "b"}})[
        "id"
    ]
    offline = {"mandate_data": {"customer_acceptance": OFFLINE}, "payment_method_options": paper}
    done = driver.post(f"setup_intents/{first}/confirm", {"payment_method": account, **offline})
    driver.get(f"mandates/{done['mandate']}", expand=["payment_method"])
    second = driver.post("setup_intents", {"customer": customer, **ACH})["id"]
    driver.post(f"setup_intents/{second}/cancel", {"cancellation_reason": "abandoned"})
    driver.post(f"setup_intents/{second}/confirm", {"payment_method": account})
    driver.get("setup_intents", customer=customer, expand=["data.payment_method", "data.mandate"])


def _intents(driver: StripeDriver, customer: str, account: str) -> None:
    given = {"amount": 2000, "currency": "usd", "customer": customer, **ACH, "metadata": {"order": "1"}}
    first = driver.post("payment_intents", given, **{"Idempotency-Key": "first"})["id"]
    driver.post("payment_intents", given, **{"Idempotency-Key": "first"})
    driver.post("payment_intents", {**given, "amount": 2001}, **{"Idempotency-Key": "first"})
    driver.post(f"payment_intents/{first}", {"amount": 2100, "description": "d", "receipt_email": "j@x.test"})
    driver.post(f"payment_intents/{first}/confirm")
    options = {"us_bank_account": {"transaction_purpose": "services"}}
    told = {"payment_method": account, "off_session": True, "payment_method_options": options}
    driver.post(f"payment_intents/{first}/confirm", {**told, "expand": ["latest_charge", "customer"]})
    for step, body in (("confirm", {}), ("confirm", {"payment_method": account}), ("capture", {})):
        driver.post(f"payment_intents/{first}/{step}", body)
    second = driver.post("payment_intents", {**given, "payment_method": account})["id"]
    driver.post(f"payment_intents/{second}/cancel", {"cancellation_reason": "duplicate"})
    driver.post(f"payment_intents/{second}/cancel")
    driver.get(f"payment_intents/{first}", expand=["payment_method", "latest_charge.balance_transaction"])


def _endings(driver: StripeDriver) -> None:
    """A debit of each ending, looked at on its way."""
    made = []
    for name in OUTCOMES:
        customer, account = driver.account()
        driver.sandbox.choose(name, bank_account=account)
        made.append((customer, account, driver.debit(customer, account).get("id")))
    wide = ["latest_charge.balance_transaction", "latest_charge.failure_balance_transaction", "latest_charge.refunds"]
    wide.append("latest_charge.payment_method_details.us_bank_account.mandate")
    for days in (0, 1, 6):
        if days:
            driver.sandbox.advance(days)
        for customer, account, intent in made:
            if intent:
                driver.get(f"payment_intents/{intent}", expand=wide)
            driver.get(f"payment_methods/{account}")
            driver.get(f"customers/{customer}/sources/{account}")
    for _, account, _ in made:
        customer, _ = driver.account()
        driver.debit(customer, account)  # another's
    for dispute in driver.walk("disputes", expand=["data.charge", "data.payment_intent"]):
        driver.get(f"disputes/{dispute['id']}")
        driver.post(f"disputes/{dispute['id']}", {"metadata": {"seen": "yes"}})
        driver.post(f"disputes/{dispute['id']}", {"evidence": {"uncategorized_text": "The mandate"}})
        driver.post(f"disputes/{dispute['id']}/close")
    customer, account = driver.account()
    driver.sandbox.choose("inquiry", bank_account=account)
    intent = driver.debit(customer, account)["id"]
    driver.sandbox.advance(5)
    for dispute in driver.get("disputes", payment_intent=intent)["data"]:
        driver.post(f"disputes/{dispute['id']}/close")
    for customer, account, _ in made[:2]:
        driver.debit(customer, account)


def _refunds(driver: StripeDriver) -> None:
    customer, account = driver.account()
    intent = driver.debit(customer, account)["id"]
    waiting = driver.post("refunds", {"payment_intent": intent, "amount": 100, "reason": "duplicate"})["id"]
    driver.sandbox.advance(4)
    charge = driver.get(f"payment_intents/{intent}")["latest_charge"]
    driver.post(f"charges/{charge}", {"description": "d", "metadata": {"a": "b"}, "receipt_email": "j@x.test"})
    wide = ["charge", "payment_intent", "balance_transaction"]
    failing = driver.post("refunds", {"charge": charge, "amount": 200, "metadata": {"r": "1"}, "expand": wide})["id"]
    driver.sandbox.control("POST", "/refund_outcome", refund=failing)
    driver.post(f"refunds/{failing}", {"metadata": {"r": "2"}})
    driver.post(f"refunds/{failing}/cancel")
    driver.sandbox.advance(4)
    for refund in (waiting, failing):
        driver.get(f"refunds/{refund}", expand=["balance_transaction", "failure_balance_transaction"])
    driver.get("refunds", charge=charge, expand=["data.charge"])
    driver.get("charges", payment_intent=intent, expand=["data.refunds", "data.customer"])
    driver.get(f"charges/{charge}", expand=["refunds", "balance_transaction.source", "payment_intent"])
    driver.post("refunds", {"charge": charge})
    driver.post("refunds", {"charge": charge})


def _payouts(driver: StripeDriver) -> None:
    driver.sandbox.control("POST", "/payout_outcome")
    driver.debit(*driver.account(), 5_000_000)
    driver.sandbox.advance(5)
    driver.sandbox.control("POST", "/payout_outcome", fails=False)
    driver.post("balance_settings", {"payments": {"payouts": {"schedule": {"interval": "manual"}}}})
    driver.debit(*driver.account(), 5_000_000)  # more than what refunds and returns may have taken below zero
    driver.sandbox.advance(4)
    by_hand = [driver.post("payouts", {"amount": 100, "currency": "usd", "metadata": {"a": "b"}})["id"] for _ in "12"]
    driver.post("payouts", {"amount": 99_000_000, "currency": "usd"})
    driver.post(f"payouts/{by_hand[0]}", {"metadata": {"a": "c"}})
    driver.post(f"payouts/{by_hand[0]}/cancel")
    driver.sandbox.advance(3)
    driver.post(f"payouts/{by_hand[1]}/cancel")
    driver.get("payouts", status="paid", arrival_date={"gte": 1}, limit=2)
    for payout in driver.walk("payouts", expand=["data.balance_transaction"]):
        driver.get(f"payouts/{payout['id']}")
        driver.get("balance_transactions", payout=payout["id"], expand=["data.source"])


def _read_all(driver: StripeDriver) -> None:
    for path in PAGED:
        found = driver.walk(path)
        driver.get(f"{path}/{found[0]['id']}")
    driver.walk("charges", expand=["data.balance_transaction", "data.payment_intent"])
    driver.get("events", type="charge.*", limit=2)
    driver.get("events", types=["charge.failed", "payout.paid"], limit=2)
    kinds = {each["type"]: each["id"] for each in driver.walk("balance_transactions")}
    for id in kinds.values():
        driver.get(f"balance_transactions/{id}", expand=["source"])


def _refusals(driver: StripeDriver, customer: str, account: str) -> None:
    """What is refused: unknown ids, parameters, keys, states, faults."""
    for path in (
        "customers/cus_no", "charges/ch_no", "payment_intents/pi_no", "refunds/re_no", "disputes/dp_no",
        "payouts/po_no", "balance_transactions/txn_no", "events/evt_no", "mandates/mandate_no", "tokens/btok_no",
        "setup_intents/seti_no", "payment_methods/pm_no", f"customers/{customer}/sources/ba_no",
        "webhook_endpoints/we_no",
    ):  # fmt: skip
        driver.get(path)
    amount: Body = {"amount": 1000, "currency": "usd"}
    for body in (
        {**amount, "amount": 10}, {"amount": 1000}, {**amount, "amount": "abc"}, {**amount, "currency": "xxx"},
        {**amount, "nonsense": 1}, {**amount, "customer": "cus_no"}, {**amount, "payment_method": account},
        {**amount, "payment_method_types": ["us_bank_account"]},
        {**amount, **ACH, "automatic_payment_methods": {"enabled": True}},
        {**amount, "off_session": True}, {**amount, "metadata": {"k" * 41: "v"}},
    ):  # fmt: skip
        driver.post("payment_intents", body)
    driver.post("charges", {**amount, "source": account, "customer": customer})
    driver.post("refunds")
    driver.post("refunds", {"charge": "ch_no"})
    driver.post(f"customers/{customer}/sources", {"source": "btok_no"})
    driver.post(f"customers/{customer}/sources", {"source": driver.sandbox.token()})
    driver.post(f"customers/{customer}/sources/{account}/verify", {"amounts": [32, 45]})
    for query in ({"limit": 101}, {"limit": "x"}, {"starting_after": "ch_no"}, {"expand": ["nonsense"]}):
        driver.get("charges", **query)
    bare, unmandated = driver.account()
    driver.debit(bare, unmandated, mandate_data={}, off_session=True)
    driver.ask("GET", "account", None, Authorization="Bearer sk_test_wrong")
    driver.ask("GET", "account", None, Authorization="")
    for kind in ("401", "403", "429", "500_before"):
        driver.sandbox.fault(path="/v1/account", kind=kind)
        driver.get("account")
