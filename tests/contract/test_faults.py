"""A bad network between the desk and its providers: one exchange, one bank account, one debit, whatever happens."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from dashboard.debits import Debits
from dashboard.desk import Desk, open_desk
from dashboard.domain.errors import DeskError
from dashboard.domain.jobs import TryOutcome
from dashboard.domain.models import (
    AttemptState,
    Balance,
    Debit,
    DebitOrder,
    DebitState,
    HolderType,
    LinkAttempt,
    Purpose,
)
from dashboard.gateways.plaid import Plaid
from dashboard.gateways.plaid_classic import PlaidClassic
from dashboard.gateways.plaid_http import make_session
from dashboard.gateways.stripe import Stripe
from dashboard.settings import load_settings
from dashboard.staff.access import demo_actor
from tests.empty_desks import settings_for
from tests.planted_secrets import tokens_of
from tests.proxies import Fault, FaultProxy, proxied
from tests.sandboxes import Sandbox

ACTOR = demo_actor("192.0.2.1")
# Method and path of each call that a link makes, in its order.
CURRENT = [
    ("POST", "/item/public_token/exchange"),
    ("POST", "/accounts/get"),
    ("POST", "/processor/stripe/bank_account_token/create"),
    ("GET", "/v1/customers"),
    ("POST", "/v1/customers"),
    ("POST", "/sources"),
    ("POST", "/sources/ba_"),
    ("POST", "/v1/setup_intents"),
    ("GET", "/v1/mandates"),
]
CLASSIC = [("POST", "/exchange_token"), *CURRENT[3:]]
UNANSWERED = {Fault.RESET_BEFORE, Fault.RESET_AFTER, Fault.HALF_REPLY, Fault.FAILED_AFTER, Fault.GARBAGE}


class StrictWorker:
    """Runs at once, and keeps whatever a step raises that is no error of the tree."""

    def __init__(self) -> None:
        self.broken: list[BaseException] = []

    def submit(self, fn: Callable[..., object], *args: object) -> None:
        try:
            fn(*args)
        except DeskError:
            pass
        except Exception as error:
            self.broken.append(error)

    def close(self) -> None:
        """Nothing runs."""


class Line:
    """A desk whose every call to a provider goes through the proxy."""

    def __init__(self, folder: Path, generation: str, sandbox: Sandbox, proxy: FaultProxy, *, retries: int) -> None:
        folder.mkdir()
        self.sandbox, self.proxy, self.classic = sandbox, proxy, generation == "classic"
        ready = {"url": sandbox.url, "link_script": f"{sandbox.url}/link.js", **sandbox.keys}
        environ = settings_for(ready, {"PLAID_LINK_GENERATION": generation}, folder)
        environ |= {"PLAID_BASE_URL": proxy.url, "STRIPE_API_BASE": proxy.url}
        settings = load_settings(environ, None)
        make = PlaidClassic if self.classic else Plaid
        self.worker = StrictWorker()
        self.desk: Desk = open_desk(
            settings,
            worker=self.worker,
            plaid=make(settings, make_session(proxy.url), sleep=lambda seconds: None),
            stripe=Stripe(settings, retries=retries),
        )
        self.name, self._numbers = folder.name, itertools.count(1)

    def public_token(self) -> dict[str, Any]:
        if self.classic:
            body: dict[str, Any] = {"institution": "chase"}
            path, headers = "/_sandbox/classic/public_token", {}
        else:
            plaid = self.sandbox.keys["plaid"]
            body = {"institution_id": "ins_109508", "initial_products": ["auth"]}
            path = "/sandbox/public_token/create"
            headers = {"PLAID-CLIENT-ID": plaid["client_id"], "PLAID-SECRET": plaid["secret"]}
        return dict(requests.post(f"{self.sandbox.url}{path}", json=body, headers=headers, timeout=30).json())

    def link(self) -> LinkAttempt:
        """A link taken as far as it goes, by resuming what a person could resume."""
        desk, slug = self.desk, f"{self.name}-{next(self._numbers)}"
        customer = desk.customers.add(ACTOR, "Fay Fault", f"{slug}@example.com", slug, HolderType.INDIVIDUAL)
        opening = desk.linking.open(ACTOR, customer.id)
        made = self.public_token()
        outcome = {
            "id": f"outcome-{slug}",
            "kind": "success",
            "public_token": made["public_token"],
            "metadata": {
                "institution": {"name": "Bank", "institution_id": "ins_109508", "type": "chase"},
                "account_id": made.get("account_id"),
            },
        }
        attempt = desk.linking.report(ACTOR, opening.attempt_id, outcome, {})
        for _ in range(5):
            if attempt.state is AttemptState.CHOOSING:
                chosen = next(one for one in attempt.accounts if one.subtype == "checking")
                attempt = desk.linking.choose(ACTOR, attempt.id, chosen.id)
            elif desk.linking.can_resume(attempt):
                attempt = desk.linking.resume(ACTOR, attempt.id)
        return attempt

    def debit(self, account_id: str) -> Debit:
        """A debit, sent again under its key for as long as its outcome is not known."""
        debits = self.desk.debits
        for _ in range(4):
            try:
                balance = debits.balance(ACTOR, account_id)
                break
            except DeskError:
                continue
        order = order_again(debits, account_id, 1_500, "INV-FAULT", balance)
        debit = debits.submit(ACTOR, order)
        for _ in range(4):
            if debit.state is not DebitState.SUBMITTED:
                debit = debits.resume(ACTOR, debit.id)
        return debit

    def at_stripe(self, resource: str, **params: Any) -> list[dict[str, Any]]:
        key = self.sandbox.keys["stripe"]["secret_key"]
        answer = requests.get(f"{self.sandbox.url}/v1/{resource}", params=params, auth=(key, ""), timeout=30)
        answer.raise_for_status()
        return list(answer.json()["data"])

    def access_tokens(self) -> set[str]:
        return {token for token, what in tokens_of(self.sandbox.state.path).items() if what == "access token"}


def order_again(debits: Debits, account_id: str, amount: int, reference: str, balance: Balance) -> DebitOrder:
    """One more order like those before it: the person was asked about them, and the account has money enough."""
    rich = replace(balance, available_cents=100_000_000)
    similar = debits.preview(ACTOR, account_id, amount, reference, rich).similar
    seen = similar.id if similar else None
    return DebitOrder(debits.ticket(), account_id, amount, reference, Purpose.GOODS, rich, similar_to=seen)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    running = Sandbox(tmp_path_factory.mktemp("faults"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def proxy(sandbox: Sandbox) -> Iterator[FaultProxy]:
    with proxied(sandbox.url) as running:
        yield running


@pytest.fixture(scope="module")
def lines(
    sandbox: Sandbox, proxy: FaultProxy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[tuple[str, int], Line]]:
    folder = tmp_path_factory.mktemp("lines")
    made = {
        (generation, retries): Line(folder / f"{generation}-{retries}", generation, sandbox, proxy, retries=retries)
        for generation in ("current", "classic")
        for retries in (0, 2)
    }
    yield made
    for line in made.values():
        line.desk.close()


CASES = [
    (generation, method, path, fault)
    for generation, calls in (("current", CURRENT), ("classic", CLASSIC))
    for method, path in calls
    for fault in Fault
]


@pytest.mark.parametrize(
    ("generation", "method", "path", "fault"), CASES, ids=[f"{g}-{m}{p}-{f.name}" for g, m, p, f in CASES]
)
def test_a_link_over_a_bad_network_is_made_once_or_visibly_unknown(
    lines: dict[tuple[str, int], Line], generation: str, method: str, path: str, fault: Fault
) -> None:
    line = lines[generation, 0]
    before = line.access_tokens()
    plan = line.proxy.plan(fault, path, method=method)
    attempt = line.link()
    assert plan.met == 1, "the fault was met"
    assert line.worker.broken == []
    made = line.access_tokens() - before
    assert len(made) <= 1, "one exchange"
    exchanging = "exchange" in path
    if attempt.state is AttemptState.UNKNOWN:
        assert exchanging and fault in UNANSWERED | {Fault.DUPLICATE}
        assert attempt.id in {one.id for one in line.desk.linking.attention(ACTOR)}
        return
    kept = line.desk.store.items.access_token(str(attempt.item_id)).reveal()
    assert {kept} == made, "the token that was made is the one that is kept"
    if generation == "classic" and path == "/sources" and fault in UNANSWERED and attempt.state is AttemptState.FAILED:
        assert attempt.problem is not None and attempt.problem.code == "NO_BANK_TOKEN"
        return
    assert (attempt.problem, attempt.state) == (None, AttemptState.AUTHORIZED)
    email = line.desk.customers.get(ACTOR, attempt.customer_id).email
    customers = line.at_stripe("customers", email=email)
    assert len(customers) == 1
    assert len(line.at_stripe(f"customers/{customers[0]['id']}/sources")) == 1
    assert len(line.at_stripe("setup_intents", customer=customers[0]["id"])) == 1
    account = line.desk.linking.account(ACTOR, str(attempt.bank_account_id))
    assert account.is_ready


@pytest.fixture(scope="module")
def account(lines: dict[tuple[str, int], Line]) -> str:
    linked = lines["current", 0].link()
    assert linked.bank_account_id
    return linked.bank_account_id


DEBIT_CALLS = [("POST", "/accounts/balance/get"), ("POST", "/v1/payment_intents"), ("POST", "/confirm")]


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.name)
@pytest.mark.parametrize(("method", "path"), DEBIT_CALLS)
@pytest.mark.parametrize("times", [1, 2])
def test_a_debit_over_a_bad_network_is_one_payment(
    lines: dict[tuple[str, int], Line], account: str, method: str, path: str, fault: Fault, times: int
) -> None:
    line = lines["current", 0]
    customer = str(line.desk.linking.account(ACTOR, account).stripe_customer_id)
    before = {one["id"] for one in line.at_stripe("payment_intents", customer=customer, limit=100)}
    plan = line.proxy.plan(fault, path, times=times, method=method)
    debit = line.debit(account)
    plan.times = 0
    assert plan.met >= 1, "the fault was met"
    assert line.worker.broken == []
    made = [one for one in line.at_stripe("payment_intents", customer=customer, limit=100) if one["id"] not in before]
    assert [one["metadata"]["ach_desk_debit"] for one in made] == [debit.id], "one order, one PaymentIntent"
    assert (debit.state, debit.payment_intent_id, debit.problem) == (DebitState.SUBMITTED, made[0]["id"], None)


def test_a_debit_is_looked_for_where_every_answer_is_lost(lines: dict[tuple[str, int], Line], account: str) -> None:
    line = lines["current", 0]
    customer = str(line.desk.linking.account(ACTOR, account).stripe_customer_id)
    before = len(line.at_stripe("payment_intents", customer=customer, limit=100))
    plan = line.proxy.plan(Fault.RESET_AFTER, "/confirm", times=1, method="POST")
    reads = line.proxy.plan(Fault.RESET_AFTER, "/v1/payment_intents/pi_", times=1_000, method="GET")
    debit = line.debit(account)
    assert debit.state is DebitState.UNKNOWN and debit.problem is not None
    assert debit.id in {one.id for one in line.desk.debits.attention(ACTOR)}
    assert plan.met == 1
    reads.times = 0
    debit = line.desk.debits.resume(ACTOR, debit.id)
    assert (debit.state, debit.problem) == (DebitState.SUBMITTED, None)
    assert len(line.at_stripe("payment_intents", customer=customer, limit=100)) == before + 1


EXPECTED = {
    Fault.LIMITED_RETRY: TryOutcome.NO_EFFECT,
    Fault.RESET_BEFORE: TryOutcome.DOUBTFUL,
    Fault.FAILED_AFTER: TryOutcome.DOUBTFUL,
}


@pytest.mark.parametrize("fault", [Fault.LIMITED_RETRY, Fault.RESET_BEFORE, Fault.FAILED_AFTER], ids=lambda f: f.name)
@pytest.mark.parametrize("path", ["/v1/payment_intents", "/confirm"])
def test_the_client_repeats_nothing_that_moves_money(
    lines: dict[tuple[str, int], Line], account: str, fault: Fault, path: str
) -> None:
    """Also with Stripe-Should-Retry: the job decides each try, and keeps what came of it."""
    line = lines["current", 2]
    attempt = line.link()
    plan = line.proxy.plan(fault, path, method="POST")
    debits = line.desk.debits
    balance = debits.balance(ACTOR, str(attempt.bank_account_id))
    order = order_again(debits, str(attempt.bank_account_id), 900, "INV-R", balance)
    debit = debits.submit(ACTOR, order)
    job = line.desk.store.jobs.find("debit", debit.id)
    assert job is not None and plan.met == 1
    tries = line.desk.store.jobs.tries(job.id)
    assert [one.outcome for one in tries if one.outcome is not TryOutcome.DONE] == [EXPECTED[fault]]
    for _ in range(3):
        debit = debits.resume(ACTOR, debit.id)
    assert (debit.state, debit.problem) == (DebitState.SUBMITTED, None)
    customer = line.desk.linking.account(ACTOR, str(attempt.bank_account_id)).stripe_customer_id
    assert [one["status"] for one in line.at_stripe("payment_intents", customer=customer)] == ["processing"]


def test_a_limit_without_should_retry_is_said_at_once(lines: dict[tuple[str, int], Line]) -> None:
    line = lines["current", 2]
    attempt = line.link()
    plan = line.proxy.plan(Fault.LIMITED, "/v1/payment_intents", times=1, method="POST")
    debits = line.desk.debits
    balance = debits.balance(ACTOR, str(attempt.bank_account_id))
    order = order_again(debits, str(attempt.bank_account_id), 900, "INV-L", balance)
    debit = debits.submit(ACTOR, order)
    assert plan.met == 1
    assert debit.state is DebitState.CREATED and debit.problem is not None
    assert "fewer requests" in debit.problem.what
    assert debits.resume(ACTOR, debit.id).state is DebitState.SUBMITTED


def test_a_slow_provider_is_only_slow(lines: dict[tuple[str, int], Line], account: str) -> None:
    line = lines["current", 0]
    plan = line.proxy.plan(Fault.LATENCY, "", times=6)
    assert line.debit(account).state is DebitState.SUBMITTED
    plan.times = 0
    assert plan.met >= 2
