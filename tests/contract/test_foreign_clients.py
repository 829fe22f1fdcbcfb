"""Clients that nobody here wrote work with the sandbox: Stripe's and Plaid's own for Node, locked in tests/foreign."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.receivers import receiving
from tests.sandboxes import Sandbox

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def modules() -> Path:
    """Where the locked packages lie; `scripts/foreign` installs them once and `make test` calls it beforehand."""
    found = subprocess.run([ROOT / "scripts" / "foreign"], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return Path(found.stdout.strip()) / "node_modules"


def run(modules: Path, script: str, **environ: str) -> dict[str, Any]:
    """What a script of tests/foreign prints."""
    plain = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    done = subprocess.run(
        ["node", ROOT / "tests" / "foreign" / script],
        env={**plain, "NODE_PATH": str(modules), **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_stripes_node_client_goes_through_the_life_of_a_debit(fresh: Sandbox, modules: Path) -> None:
    with receiving() as receiver:
        endpoint = fresh.client.v1.webhook_endpoints.create(
            {"url": receiver.url, "enabled_events": ["customer.created"]}
        )
        fresh.client.v1.customers.create({"name": "Told"})
        body, headers = receiver.next()
    hook = {"body": body.decode(), "signature": headers["stripe-signature"], "secret": endpoint.secret}
    told = run(
        modules,
        "stripe.cjs",
        SANDBOX_URL=fresh.url,
        STRIPE_KEY=fresh.keys["stripe"]["secret_key"],
        BANK_TOKEN=fresh.token(),
        HOOK=json.dumps(hook),
    )
    again = told.pop("confirmedTwice")
    assert (again["code"], again["intent"], again["status"]) == ("payment_intent_unexpected_state", "processing", 400)
    old, small, key = told.pop("oldParameter"), told.pop("tooSmall"), told.pop("wrongKey")
    assert (old["class"], old["code"]) == ("StripeInvalidRequestError", "payment_method_types_no_longer_supported")
    assert (small["code"], small["param"], small["request"]) == ("amount_too_small", "amount", True)
    assert (key["class"], key["status"]) == ("StripeAuthenticationError", 401)
    unknown, over = told.pop("unknown"), told.pop("refundTooMuch")
    assert (unknown["status"], unknown["code"]) == (404, "resource_missing")
    assert (over["status"], over["param"]) == (400, "amount")
    assert told == {
        "account": ["account", True],
        "replayed": True,
        "source": ["bank_account", "verified"],
        "expanded": ["bank_account", 1, [], []],
        "mandate": ["succeeded", "active", "multi_use"],
        "debit": ["requires_confirmation", "processing", "pending", "N-1"],
        "canceled": "canceled",
        "settled": ["succeeded", "payment", 12345 - 99],
        "refund": ["pending", "processing", 1],
        "payout": ["paid", True],
        "events": [],
        "settings": "daily",
        "webhook": "customer.created",
        "forged": "StripeSignatureVerificationError",
        "deleted": True,
    }


def test_plaids_node_client_goes_through_plaids_quickstart(fresh: Sandbox, modules: Path) -> None:
    keys = fresh.keys["plaid"]
    told = run(
        modules,
        "plaid.cjs",
        SANDBOX_URL=fresh.url,
        PLAID_CLIENT_ID=keys["client_id"],
        PLAID_SECRET=keys["secret"],
    )
    refusals = {name: told.pop(name)["code"] for name in ("personal", "spent", "broken", "removed", "wrongKeys")}
    assert refusals == {
        "personal": "INVALID_FIELD",
        "spent": "INVALID_PUBLIC_TOKEN",
        "broken": "ITEM_LOGIN_REQUIRED",
        "removed": "ITEM_NOT_FOUND",
        "wrongKeys": "INVALID_API_KEYS",
    }
    assert told == {
        "linkToken": True,
        "auth": "011401533",
        "identity": ["Alberta Bobbeth Charleson"],
        "balance": "number",
        "accounts": 11,
        "transactions": True,
        "item": [True, "First Platypus Bank"],
        "institutions": 5,
        "signal": "ACCEPT",
        "bankToken": "btok_",
        "reset": True,
        "brokenItem": "ITEM_LOGIN_REQUIRED",
    }
