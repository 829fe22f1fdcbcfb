"""What a restricted key of Stripe has to be permitted: one list, held against the requests that are really made.

`tests/contract/test_official_requests.py` compares it with every request of every flow; the guide's table and the
doctor's check are made from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

READ, WRITE = "Read", "Write"


@dataclass(frozen=True)
class KeyPermission:
    """One line of Stripe's page for restricted keys, and what the desk asks for under it.

    `requests` are `GET /v1/charges` and the like, `{}` in the place of an id; `sync` says whether `ach-desk sync` makes
    one of them. `probe` is a request that needs the permission and changes nothing: it lists one object, or names one
    that there is not. Without what is not `required` the rest works.
    """

    name: str
    level: str
    why: str
    requests: tuple[str, ...]
    probe: tuple[str, str, Mapping[str, object]]
    sync: bool = False
    required: bool = True


def _lists(name: str, why: str, resource: str, *, required: bool = False) -> KeyPermission:
    requests = (f"GET /v1/{resource}", f"GET /v1/{resource}/{{}}")
    return KeyPermission(name, READ, why, requests, ("GET", f"/v1/{resource}", {"limit": 1}), True, required)


NOBODY = "cus_permission_probe"  # no object has such an id
PERMISSIONS = (
    KeyPermission(
        "Customers",
        WRITE,
        "find, make and rename the customer whose bank is linked",
        ("GET /v1/customers", "GET /v1/customers/{}", "POST /v1/customers", "POST /v1/customers/{}"),
        ("POST", f"/v1/customers/{NOBODY}", {}),
        sync=True,
    ),
    KeyPermission(
        "Sources",
        WRITE,
        "attach, name and detach bank accounts",
        (
            "GET /v1/customers/{}/sources",
            "POST /v1/customers/{}/sources",
            "POST /v1/customers/{}/sources/{}",
            "DELETE /v1/customers/{}/sources/{}",
        ),
        ("POST", f"/v1/customers/{NOBODY}/sources/ba_permission_probe", {}),
    ),
    KeyPermission(
        "Tokens",
        READ,
        "tell which of several bank accounts a bank token stands for",
        ("GET /v1/tokens/{}",),
        ("GET", "/v1/tokens/btok_permission_probe", {}),
    ),
    KeyPermission(
        "SetupIntents",
        WRITE,
        "record authorizations",
        ("GET /v1/setup_intents", "POST /v1/setup_intents"),
        ("POST", "/v1/setup_intents", {"customer": NOBODY}),
    ),
    KeyPermission(
        "PaymentMethods",
        READ,
        "see whether an authorization (mandate) is active",
        ("GET /v1/mandates/{}",),
        ("GET", "/v1/mandates/mandate_permission_probe", {}),
        sync=True,
    ),
    KeyPermission(
        "PaymentIntents",
        WRITE,
        "debit, and read debits",
        (
            "GET /v1/payment_intents",
            "GET /v1/payment_intents/{}",
            "POST /v1/payment_intents",
            "POST /v1/payment_intents/{}/confirm",
            "POST /v1/payment_intents/{}/cancel",
        ),
        ("POST", "/v1/payment_intents/pi_permission_probe/cancel", {}),
        sync=True,
    ),
    KeyPermission(
        "Charges and Refunds",
        WRITE,
        "read payments and refunds, and refund",
        ("GET /v1/charges", "GET /v1/charges/{}", "GET /v1/refunds", "GET /v1/refunds/{}", "POST /v1/refunds"),
        ("POST", "/v1/refunds", {"charge": "py_permission_probe"}),
        sync=True,
    ),
    KeyPermission(
        "Events",
        READ,
        "learn of changes",
        ("GET /v1/events",),
        ("GET", "/v1/events", {"limit": 1}),
        sync=True,
    ),
    _lists("Disputes", "know of late returns", "disputes"),
    _lists("Payouts", "tie payouts to payments", "payouts"),
    KeyPermission(
        "Balance transaction sources",
        READ,
        "know fees and net, and what is in a payout",
        ("GET /v1/balance_transactions", "GET /v1/balance_transactions/{}"),
        ("GET", "/v1/balance_transactions", {"limit": 1}),
        sync=True,
        required=False,
    ),
    KeyPermission(
        "Balance",
        READ,
        "hold Stripe's own balance beside ours",
        ("GET /v1/balance",),
        ("GET", "/v1/balance", {}),
        sync=True,
        required=False,
    ),
    KeyPermission(
        "Accounts",
        READ,
        "know whose key it is, and whether ACH Direct Debit is active",
        ("GET /v1/account",),
        ("GET", "/v1/account", {}),
        sync=True,
        required=False,
    ),
)


def as_markdown() -> str:
    """The guide's table."""
    rows = ["| Stripe's permission | level | `serve` | `sync` | what for | requests |", "|---|---|:-:|:-:|---|---|"]
    for one in PERMISSIONS:
        level = one.level if one.required else f"{one.level} (optional)"
        sync = {False: "", True: "Read"}[one.sync]
        requests = ", ".join(f"`{request}`" for request in one.requests)
        rows.append(f"| {one.name} | {level} | {one.level} | {sync} | {one.why} | {requests} |")
    return "\n".join(rows)
