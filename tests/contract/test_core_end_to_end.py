"""The core against the sandbox, both generations: linked, debited, and nothing twice where an answer is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.customers import Customers
from dashboard.debits import Debits
from dashboard.debits.funds import Funds
from dashboard.debits.job import DebitKind
from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError, Refused
from dashboard.domain.models import AttemptState, DebitOrder, DebitState, LinkAttempt, Purpose
from dashboard.gateways.link_provider import LinkProvider
from dashboard.gateways.plaid import Plaid
from dashboard.gateways.plaid_classic import PlaidClassic
from dashboard.gateways.plaid_http import make_session
from dashboard.gateways.sandbox_control import SandboxControl
from dashboard.gateways.stripe import Stripe
from dashboard.jobs import Jobs
from dashboard.jobs.worker import InlineWorker
from dashboard.linking import Linking
from dashboard.linking.institutions import Institutions
from dashboard.linking.job import LinkKind
from dashboard.settings import load_settings
from dashboard.staff.access import demo_actor
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault, make_key
from dashboard.store.engine.database import Database
from dashboard.store.migrations import migrate
from tests.sandboxes import Sandbox


class Core:
    """The use cases of one generation over a sandbox."""

    def __init__(self, sandbox: Sandbox, folder: Path, generation: str, *, retries: int = 2) -> None:
        self.sandbox, self.actor, self.clock = sandbox, demo_actor(), Clock()
        plaid_keys, self.classic = sandbox.keys["plaid"], generation == "classic"
        settings = load_settings(
            {
                "PLAID_CLIENT_ID": plaid_keys["client_id"],
                "PLAID_SECRET": plaid_keys["secret"],
                "PLAID_PUBLIC_KEY": plaid_keys["public_key"],
                "PLAID_ENV": "tartan" if self.classic else "sandbox",
                "PLAID_LINK_GENERATION": generation,
                "PLAID_BASE_URL": sandbox.url,
                "STRIPE_SECRET_KEY": sandbox.keys["stripe"]["secret_key"],
                "STRIPE_API_BASE": sandbox.url,
                "ACH_DESK_KEY": make_key().reveal(),
            },
            None,
        )
        vault = Vault(settings.keys)
        self.database = Database(folder / f"{generation}.db")
        migrate(self.database)
        self.store = Store(self.database, vault, self.clock)
        session = make_session(sandbox.url)
        self.plaid: LinkProvider = PlaidClassic(settings, session) if self.classic else Plaid(settings, session)
        self.stripe = Stripe(settings, retries=retries)
        worker = InlineWorker()
        self.customers = Customers(self.store, self.clock)
        self.jobs = jobs = Jobs(self.store, self.clock, worker)
        funds = Funds(self.store, self.plaid, self.stripe, self.clock, settings, jobs)
        jobs.register(
            DebitKind(self.store, self.stripe, self.clock, settings, funds),
            LinkKind(self.store, self.plaid, self.stripe, self.clock, settings, jobs, worker, lambda attempt: None),
        )
        self.linking = Linking(self.store, self.plaid, self.stripe, self.clock, settings, jobs)
        self.debits = Debits(self.store, self.plaid, self.stripe, self.clock, settings, jobs)
        self.institutions = Institutions(self.store, self.plaid, self.clock)
        self.control = SandboxControl(sandbox.url, session)
        self.clock.follow(self.control.now())
        self.added = 0

    def public_token(self) -> tuple[str, dict[str, Any]]:
        """What Link would hand over: a public token and its metadata."""
        if self.classic:
            made = self.sandbox.http.post(
                f"{self.sandbox.url}/_sandbox/classic/public_token", json={"institution": "chase"}, timeout=30
            ).json()
            metadata = {"institution": {"name": "Chase", "type": "chase"}, "account_id": made["account_id"]}
            return made["public_token"], metadata
        keys = self.sandbox.keys["plaid"]
        made = self.sandbox.http.post(
            f"{self.sandbox.url}/sandbox/public_token/create",
            json={
                "client_id": keys["client_id"],
                "secret": keys["secret"],
                "institution_id": "ins_109508",
                "initial_products": ["auth"],
            },
            timeout=30,
        ).json()
        return made["public_token"], {"institution": {"name": "First Platypus Bank", "institution_id": "ins_109508"}}

    def link(self, email: str | None = None, subtype: str = "checking") -> LinkAttempt:
        self.added += 1
        reference = f"{'classic' if self.classic else 'current'}-{self.added}"
        customer = self.customers.add(self.actor, "Jenny Rosen", email or f"{reference}@example.com", reference)
        opening = self.linking.open(self.actor, customer.id)
        token, metadata = self.public_token()
        outcome = {
            "id": f"outcome-{reference}",
            "kind": "success",
            "public_token": token,
            "metadata": metadata,
            "events": [],
        }
        attempt = self.linking.report(self.actor, opening.attempt_id, outcome, {})
        if attempt.state is AttemptState.CHOOSING:
            picked = next(one for one in attempt.accounts if one.subtype == subtype)
            attempt = self.linking.choose(self.actor, attempt.id, picked.id)
        return attempt


@pytest.fixture(params=["current", "classic"])
def core(request: pytest.FixtureRequest, fresh: Sandbox, tmp_path: Path) -> Iterator[Core]:
    core = Core(fresh, tmp_path, request.param)
    yield core
    core.database.close()


@pytest.fixture
def current(fresh: Sandbox, tmp_path: Path) -> Iterator[Core]:
    """The current generation, with no retries but our own."""
    core = Core(fresh, tmp_path, "current", retries=0)
    yield core
    core.database.close()


def debit(core: Core, attempt: LinkAttempt, amount: int = 1099) -> Any:
    account = str(attempt.bank_account_id)
    balance = core.debits.balance(core.actor, account)
    order = DebitOrder(core.debits.ticket(), account, amount, "INV-1", Purpose.SERVICES, balance)
    return core.debits.submit(core.actor, order)


def test_a_bank_is_linked_and_debited(core: Core) -> None:
    attempt = core.link()
    assert (attempt.problem, attempt.state) == (None, AttemptState.AUTHORIZED)
    account = core.linking.account(core.actor, str(attempt.bank_account_id))
    assert account.is_ready
    assert account.stripe_last4 == "6789"
    sent = debit(core, attempt)
    assert (sent.problem, sent.state) == (None, DebitState.SUBMITTED)
    intent = core.stripe.read("payment_intents", sent.payment_intent_id, expand=["latest_charge"])
    assert (intent["status"], intent["metadata"]["ach_desk_debit"]) == ("processing", sent.id)
    assert intent["latest_charge"]["id"] == sent.charge_id
    core.clock.follow(core.control.advance(5))
    assert core.stripe.read("payment_intents", sent.payment_intent_id)["status"] == "succeeded"


def test_a_cash_management_account_is_offered_by_link_and_debited(current: Core) -> None:
    made = current.plaid.create_link_token("cust_1", hosted=True)
    assert made is not None
    body: dict[str, Any] = {"hosted_id": str(made.hosted_url).rsplit("/", 1)[1]}
    answer = current.sandbox.http.post(f"{current.sandbox.url}/link/api/start", json=body, timeout=30).json()
    for action in (
        {"action": "consent"},
        {"action": "choose", "institution_id": "ins_109508"},
        {"action": "credentials", "username": "user_good", "password": "pass_good"},
    ):
        body = {"session": answer["session"], **action}
        answer = current.sandbox.http.post(f"{current.sandbox.url}/link/api/act", json=body, timeout=30).json()
    assert {one["subtype"] for one in answer["view"]["accounts"]} == {"checking", "savings", "cash management"}
    attempt = current.link(subtype="cash management")
    account = current.linking.account(current.actor, str(attempt.bank_account_id))
    assert (attempt.state, account.subtype) == (AttemptState.AUTHORIZED, "cash management")
    assert current.debits.blocker(current.actor, account) is None
    assert debit(current, attempt).state is DebitState.SUBMITTED


def test_a_known_stripe_customer_is_offered_and_its_bank_account_used_again(core: Core, tmp_path: Path) -> None:
    (tmp_path / "earlier").mkdir()
    earlier = Core(core.sandbox, tmp_path / "earlier", "classic" if core.classic else "current")
    first = earlier.link("shared@example.com")
    account = earlier.linking.account(earlier.actor, str(first.bank_account_id))
    earlier.database.close()
    second = core.link("shared@example.com")
    assert second.state is AttemptState.TOKENIZED
    question = core.linking.question(second)
    assert question is not None and question.customers[0].owner is None
    core.linking.adopt(core.actor, second.customer_id, question.customers[0].id)
    second = core.linking.get(core.actor, second.id)
    assert (second.problem, second.state) == (None, AttemptState.AUTHORIZED)
    again = core.linking.account(core.actor, str(second.bank_account_id))
    assert again.stripe_bank_account_id == account.stripe_bank_account_id
    assert debit(core, second).state is DebitState.SUBMITTED


def test_two_customers_of_the_desk_never_share_one_of_stripes(current: Core) -> None:
    first, second = current.link("two@example.com"), current.link("two@example.com")
    question = current.linking.question(second)
    assert question is not None
    owner = question.customers[0].owner
    assert owner is not None and owner.id == first.customer_id
    with pytest.raises(Refused, match="Jenny Rosen"):
        current.linking.adopt(current.actor, second.customer_id, question.customers[0].id)
    current.linking.adopt(current.actor, second.customer_id, None)
    at_stripe = {current.store.customers.decision(one.customer_id).stripe_customer_id for one in (first, second)}
    assert len(at_stripe) == 2 and None not in at_stripe


def test_the_banks_are_read(core: Core) -> None:
    kept = core.institutions.refresh(core.actor)
    assert len(kept.institutions) >= (5 if core.classic else 40)
    assert all(bank.hint for bank in kept.institutions)


FAULTS = ["429", "500_before", "500_after", "cut_body", "garbage", "drop"]


def count(core: Core, *resources: str) -> list[int]:
    return [len(core.stripe.page(resource, {"limit": 100}).data) for resource in resources]


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("path", ["/v1/customers", "/v1/setup_intents"])
def test_a_fault_at_stripe_is_resumed_and_nothing_is_made_twice(current: Core, path: str, kind: str) -> None:
    current.sandbox.fault(kind=kind, path=path, method="POST")
    attempt = current.link()
    for _ in range(3):
        if attempt.state is not AttemptState.AUTHORIZED:
            assert attempt.problem is not None
            attempt = current.linking.resume(current.actor, attempt.id)
    assert (attempt.problem, attempt.state) == (None, AttemptState.AUTHORIZED)
    account = current.linking.account(current.actor, str(attempt.bank_account_id))
    assert count(current, "customers", "setup_intents") == [1, 1]
    assert len(current.stripe.list_sources(str(account.stripe_customer_id))) == 1


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("call", ["create", "confirm"])
def test_a_fault_while_debiting_makes_one_payment(current: Core, kind: str, call: str) -> None:
    attempt = current.link()
    path = "/v1/payment_intents" if call == "create" else "/v1/payment_intents/pi_"
    current.sandbox.fault(kind=kind, path=path, method="POST")
    sent = debit(current, attempt)
    for _ in range(2):
        if sent.state is not DebitState.SUBMITTED:
            assert sent.problem is not None
            sent = current.debits.resume(current.actor, sent.id)
    assert (sent.problem, sent.state) == (None, DebitState.SUBMITTED)
    assert [one["status"] for one in current.stripe.page("payment_intents", {"limit": 100}).data] == ["processing"]


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_at_the_exchange_is_a_stored_token_or_a_visible_unknown(current: Core, kind: str) -> None:
    current.sandbox.fault(kind=kind, path="/item/public_token/exchange")
    attempt = current.link()
    assert attempt.state is (AttemptState.RECEIVED if kind == "429" else AttemptState.UNKNOWN)
    assert [one.id for one in current.linking.attention(current.actor)] == [attempt.id]
    if kind == "429":
        attempt = current.linking.resume(current.actor, attempt.id)
        assert attempt.item_id is not None


def test_stripe_not_connected_is_said(core: Core) -> None:
    core.sandbox.control("POST", "/plaid", stripe_connected=False)
    attempt = core.link()
    assert attempt.state is AttemptState.FAILED
    assert attempt.problem is not None
    assert "Stripe" in attempt.problem.what
    assert core.linking.can_resume(attempt) is not core.classic


def test_the_sandboxs_outcomes_can_be_chosen(current: Core) -> None:
    outcomes = {one.outcome for one in current.control.outcomes()}
    assert len(outcomes) > 3
    current.control.set_outcome(sorted(outcomes)[0])
    with pytest.raises(InputError):
        current.control.set_outcome("no such thing")
